//! Who may use a way, in which direction, and who passes a barrier.

use crate::import::osm::{RawRoads, Tags};

/// Not for the public. `destination`, `customers` and `delivery` are allowed.
const FORBIDDEN: [&str; 10] =
    ["no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military", "use_sidepath", "dismount"];

/// How one profile reads access tags.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Access keys; the first that is tagged decides (OSM wiki, "Key:access").
    pub access: &'static [&'static str],
    /// Keys that tell of one-way streets; the first that is tagged decides.
    pub oneway: &'static [&'static str],
    /// What turn restrictions and their exceptions call it.
    pub modes: &'static [&'static str],
    /// Whether it is a vehicle: turn restrictions that name nobody mean all of them.
    pub vehicle: bool,
}

impl Rules {
    /// The access value that holds, in one direction if there is one for it.
    pub fn access<'a>(&self, raw: &'a RawRoads, tags: &Tags, side: &str) -> Option<&'a str> {
        self.access.iter().find_map(|key| raw.tag(tags, &format!("{key}:{side}")).or_else(|| raw.tag(tags, key)))
    }

    /// Whether the tags forbid it, `None` where they say nothing.
    pub fn forbids(&self, raw: &RawRoads, tags: &Tags, side: &str) -> Option<bool> {
        self.access(raw, tags, side).map(|value| FORBIDDEN.contains(&value))
    }

    /// Open forward, open backward, as far as one-way tags tell; `implied` where they do not.
    pub fn directions(&self, raw: &RawRoads, tags: &Tags, implied: bool) -> [bool; 2] {
        match self.oneway.iter().find_map(|key| raw.tag(tags, key)) {
            Some("yes" | "true" | "1") => [true, false],
            Some("-1" | "reverse") => [false, true],
            Some("no" | "false" | "0") => [true, true],
            _ => [true, !implied],
        }
    }
}

/// Reasons that hold for every profile.
pub fn unusable(raw: &RawRoads, tags: &Tags) -> Option<&'static str> {
    let tag = |key: &str| raw.tag(tags, key);
    if tag("area") == Some("yes") {
        Some("area, not a line")
    } else if tag("impassable") == Some("yes") || tag("smoothness") == Some("impassable") {
        Some("impassable way")
    } else if tag("service") == Some("emergency_access") || tag("oneway") == Some("reversible") {
        Some("way for emergencies only or of changing direction")
    } else {
        None
    }
}

/// Where a way passes: above the ground when positive, below when negative. A `layer` counts more than
/// bridge and tunnel, unless it says 0; a passage through a building lies on the ground.
pub fn level(raw: &RawRoads, tags: &Tags) -> i8 {
    let tag = |key: &str| raw.tag(tags, key).map(str::trim).filter(|v| *v != "no");
    let layer = tag("layer").and_then(|v| v.parse::<i8>().ok()).filter(|l| *l != 0);
    layer.unwrap_or(match (tag("bridge"), tag("tunnel")) {
        (Some(_), _) => 1,
        (None, Some(kind)) if kind != "building_passage" => -1,
        _ => 0,
    })
}

/// Roundabouts run one way round.
pub fn is_round(raw: &RawRoads, tags: &Tags) -> bool {
    matches!(raw.tag(tags, "junction"), Some("roundabout" | "circular"))
}

/// What access tags, or else the list of barriers, say about a barrier; an access tag counts more.
pub fn blocks(raw: &RawRoads, tags: &Tags, rules: &Rules, by_kind: impl Fn(&str) -> bool) -> bool {
    let Some(barrier) = raw.tag(tags, "barrier") else { return false };
    rules.forbids(raw, tags, "").unwrap_or_else(|| by_kind(barrier))
}
