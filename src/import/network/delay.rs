//! What is waited on the way: at traffic signals and gates, and where a minor road meets a major one.
//!
//! A signal is a node, on the junction itself or before it. Who drives up to it waits; who sets out
//! from it does not, so that a signal on a junction is waited at once; gates likewise. Who comes to a junction from
//! a road of a lower class than the highest there must give way and mostly turns; a metric by edges
//! cannot tell turns apart by their angles, so this stands for them.

use std::collections::HashMap;

use crate::{
    domain::squads::Profile,
    import::osm::{RawRoads, Tags},
    kernel::graph::{NodeIx, RoadClass},
};

use super::{
    access::{self, Access},
    car,
    piece::Attributes,
};

/// OSRM's car profile waits as long at a signal.
const SIGNAL_MS: u32 = 2_000;

/// And to open a gate, of whatever kind, that no access tag says is open to all.
const GATE_MS: u32 = 60_000;

const GATES: [&str; 7] =
    ["bump_gate", "gate", "hampshire_gate", "lift_gate", "sally_port", "sliding_gate", "swing_gate"];
/// A default of ours: half of a minute's red.
const ALTERNATING_MS: u32 = 30_000;

/// The mean of what OSRM's car profile takes for a right angle to the right (2.1 s) and to the left
/// (7.3 s): 7.5 s / (1 + exp(-(13 / 1.075 · 0.5 - 6.5 · 1.075))), and with the bias the other way
/// and 2 s / (1 + exp(-(13 · 0.5 - 3.25))) for crossing those who come towards.
const YIELD_MS: u32 = 4_700;

/// Milliseconds waited at nodes on the way, and to give way. Walkers cross between.
pub fn ms(profile: Profile, waits_ms: u32, yields: bool) -> u32 {
    match profile {
        Profile::Car | Profile::Ebike => waits_ms + if yields { YIELD_MS } else { 0 },
        Profile::Foot => 0,
    }
}

/// For each junction of three or more links for cars the highest class.
pub(super) struct Ranks(Vec<(u8, Option<RoadClass>)>);

impl Ranks {
    pub(super) fn of<'a>(junctions: usize, links: impl Iterator<Item = ([NodeIx; 2], &'a Attributes)>) -> Self {
        let mut ranks = vec![(0u8, None); junctions];
        for (ends, attributes) in links.filter(|(_, a)| !a.uses[Profile::Car as usize].is_none()) {
            for end in ends {
                let (links, best) = &mut ranks[end as usize];
                *links = links.saturating_add(1);
                *best = Some(best.map_or(attributes.class, |b: RoadClass| b.min(attributes.class)));
            }
        }
        Self(ranks)
    }

    /// Whether one must give way at the end of a link. A link road (ramp) ranks with its road.
    pub(super) fn yields(&self, end: NodeIx, attributes: &Attributes) -> bool {
        let (links, best) = self.0[end as usize];
        links > 2 && best.is_some_and(|best| rank(best) < rank(attributes.class))
    }
}

/// Unclassified and residential roads are equals.
pub(super) fn rank(class: RoadClass) -> u8 {
    match class {
        RoadClass::Motorway | RoadClass::MotorwayLink => 0,
        RoadClass::Trunk | RoadClass::TrunkLink => 1,
        RoadClass::Primary | RoadClass::PrimaryLink => 2,
        RoadClass::Secondary | RoadClass::SecondaryLink => 3,
        RoadClass::Tertiary | RoadClass::TertiaryLink => 4,
        RoadClass::Unclassified | RoadClass::Residential => 5,
        RoadClass::LivingStreet | RoadClass::Service => 6,
        RoadClass::Track | RoadClass::Path | RoadClass::Ferry => 7,
    }
}

/// Waited where one enters a way on which the directions take turns.
pub fn by_turns_ms(raw: &RawRoads, tags: &Tags) -> u32 {
    if raw.says(tags, "oneway", &[access::ALTERNATING]) { ALTERNATING_MS } else { 0 }
}

/// Milliseconds waited at raw nodes: by traffic along the way's direction, and against it.
pub struct Waits(HashMap<u32, [u32; 2]>);

impl Waits {
    pub fn of(raw: &RawRoads) -> Self {
        let wait = |(node, tags): &(u32, Tags)| {
            let signal = raw.says(tags, "highway", &["traffic_signals"]);
            let gate = raw.says(tags, "barrier", &GATES);
            let open = car::RULES.access(raw, tags, "") == Some(Access::Yes);
            let facing = match raw.tag(tags, "traffic_signals:direction") {
                Some("forward") => [1, 0],
                Some("backward") => [0, 1],
                _ => [1, 1],
            };
            let signal_ms = facing.map(|n| n * if signal { SIGNAL_MS } else { 0 });
            let waits = signal_ms.map(|ms| ms + if gate && !open { GATE_MS } else { 0 });
            (waits != [0, 0]).then_some((*node, waits))
        };
        Self(raw.node_tags.iter().filter_map(wait).collect())
    }

    /// What is waited along a way's nodes, and against them.
    pub fn along(&self, nodes: &[u32]) -> [u32; 2] {
        let sum = |nodes: &[u32], side: usize| nodes.iter().filter_map(|n| self.0.get(n)).map(|ms| ms[side]).sum();
        [sum(&nodes[1..], 0), sum(&nodes[..nodes.len() - 1], 1)]
    }
}
