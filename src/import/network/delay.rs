//! What is waited on the way: traffic signals.
//!
//! A signal is a node, on the junction itself or before it. Who drives up to it waits; who sets out
//! from it does not, so that a signal on a junction is waited at once.

use std::collections::HashMap;

use crate::{domain::squads::Profile, import::osm::RawRoads};

/// OSRM's car profile waits as long at a signal.
const SIGNAL_MS: u32 = 2_000;

/// Milliseconds waited at so many signals. Walkers cross between them.
pub fn ms(profile: Profile, signals: u32) -> u32 {
    match profile {
        Profile::Car | Profile::Ebike => SIGNAL_MS * signals,
        Profile::Foot => 0,
    }
}

/// Raw nodes with a signal: whether it is for traffic along the way's direction, and against it.
pub struct Signals(HashMap<u32, [bool; 2]>);

impl Signals {
    pub fn of(raw: &RawRoads) -> Self {
        let signal = |(node, tags): &(u32, _)| {
            let facing = match raw.tag(tags, "traffic_signals:direction") {
                Some("forward") => [true, false],
                Some("backward") => [false, true],
                _ => [true, true],
            };
            (raw.tag(tags, "highway") == Some("traffic_signals")).then_some((*node, facing))
        };
        Self(raw.node_tags.iter().filter_map(signal).collect())
    }

    /// Signals waited at along a way's nodes, and against them.
    pub fn along(&self, nodes: &[u32]) -> [u32; 2] {
        let count = |nodes: &[u32], side: usize| {
            nodes.iter().filter(|n| self.0.get(n).is_some_and(|facing| facing[side])).count() as u32
        };
        [count(&nodes[1..], 0), count(&nodes[..nodes.len() - 1], 1)]
    }
}
