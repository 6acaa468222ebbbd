//! What each profile may do on a way.

use super::{
    access::{self, Access},
    car, ebike, foot,
};
use crate::{
    domain::{roads::SpeedTable, squads::Profile},
    import::osm::{RawRoads, RawWay, Tags},
    kernel::graph::RoadClass,
};

/// The class of a `highway` value, `None` where no profile knows it.
pub(super) fn class(highway: &str) -> Option<RoadClass> {
    match highway {
        // Nobody knows yet what kind it is: slowly.
        "road" => Some(RoadClass::Service),
        "footway" | "cycleway" | "steps" | "pedestrian" | "bridleway" | "corridor" => Some(RoadClass::Path),
        "ferry" => None,
        other => other.parse().ok(),
    }
}

pub(super) fn rules(profile: Profile) -> &'static access::Rules {
    match profile {
        Profile::Car => &car::RULES,
        Profile::Ebike => &ebike::RULES,
        Profile::Foot => &foot::RULES,
    }
}

/// The way's class and what each profile may do on it, or why none may use it.
pub(super) fn uses(raw: &RawRoads, way: &RawWay, table: SpeedTable) -> Result<(RoadClass, [Use; 3]), &'static str> {
    let tags = &way.tags;
    if way.ferry {
        return Err("ferry line (ferries are off)");
    }
    let class =
        raw.words(tags, "highway").find_map(class).ok_or("way of a class that no profile uses (raceway, ...)")?;
    if let Some(why) = access::unusable(raw, tags) {
        return Err(why);
    }
    let speeds = [car::way(raw, tags, class, table), ebike::way(raw, tags, class), foot::way(raw, tags, class)];
    let uses = Profile::ALL.map(|profile| {
        let m_per_h = speeds[profile as usize].unwrap_or([0, 0]);
        let some_only = |side| rules(profile).access(raw, tags, side) == Some(Access::AtEnds);
        Use { m_per_h, at_ends: [false; 2] }.only_at_ends(["forward", "backward"].map(some_only))
    });
    if uses == [Use::default(); 3] {
        return Err("way closed to every profile by its tags");
    }
    Ok((class, uses))
}

/// Metres per hour for each profile on a way of this class without any further tag, 0 where it may not
/// be used.
pub fn plain_m_per_h(class: RoadClass, table: SpeedTable) -> [u32; 3] {
    let (raw, tags) = (RawRoads::default(), Tags::default());
    let uses = [car::way(&raw, &tags, class, table), ebike::way(&raw, &tags, class), foot::way(&raw, &tags, class)];
    uses.map(|used| used.map_or(0, |[forward, _]| forward))
}

/// What one profile may do on a way, forward and backward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Use {
    /// 0 where it is forbidden.
    pub(super) m_per_h: [u32; 2],
    /// Whether only at the ends of a drive.
    pub(super) at_ends: [bool; 2],
}

impl Use {
    /// Where it is allowed at all.
    pub(super) fn only_at_ends(self, sides: [bool; 2]) -> Self {
        Self { at_ends: [0, 1].map(|side| self.m_per_h[side] > 0 && (self.at_ends[side] || sides[side])), ..self }
    }

    pub(super) fn is_none(self) -> bool {
        self.m_per_h == [0, 0]
    }

    pub(super) fn reversed(self) -> Self {
        let ([m_forward, m_backward], [forward, backward]) = (self.m_per_h, self.at_ends);
        Self { m_per_h: [m_backward, m_forward], at_ends: [backward, forward] }
    }
}
