//! What the readers of tags don't know, counted by tag and value, and what holds only at times.

use super::{access, car, limit, turns, uses::class};
use crate::import::osm::{RawRoads, RawWay, Report, Tags};

const ACCESS: [&str; 6] = ["access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot"];

/// `highway` values that are no road for anybody here.
const NO_ROADS: [&str; 10] = [
    "raceway",
    "busway",
    "bus_guideway",
    "via_ferrata",
    "escape",
    "emergency_bay",
    "elevator",
    "ladder",
    "traffic_island",
    "emergency_access_point",
];

/// Barriers that no car passes.
const SHUT: [&str; 29] = [
    "block",
    "bollard",
    "bar",
    "chain",
    "city_wall",
    "coupure",
    "cycle_barrier",
    "debris",
    "ditch",
    "fence",
    "full-height_turnstile",
    "guard_rail",
    "hedge",
    "horse_stile",
    "jersey_barrier",
    "kissing_gate",
    "log",
    "motorcycle_barrier",
    "planter",
    "retaining_wall",
    "rope",
    "spikes",
    "step",
    "stile",
    "sump_buster",
    "turnstile",
    "wall",
    "wicket_gate",
    "yes",
];

/// Counts what was not understood, and what of the ways that some profile uses (`true`) holds only at
/// times, or is under construction.
pub(super) fn count<'a>(raw: &'a RawRoads, ways: impl Iterator<Item = (&'a RawWay, bool)>, report: &mut Report) {
    for (way, used) in ways {
        pairs(raw, &way.tags).for_each(|(key, value)| words(key, value, report));
        if used {
            let conditional = pairs(raw, &way.tags).any(|(key, _)| key.ends_with(":conditional"));
            report.drop("way tags that hold only at times (conditional), by way", usize::from(conditional));
            let dug = raw.words(&way.tags, "construction").any(|word| word != "no");
            report.drop("construction on a road that is open otherwise: it stays open", usize::from(dug));
        }
    }
    for (_, tags) in raw.node_tags.iter().filter(|(_, tags)| raw.tag(tags, "barrier").is_some()) {
        let unknown = |kind: &&str| !car::PASSABLE.contains(kind) && !SHUT.contains(kind);
        raw.words(tags, "barrier").filter(unknown).for_each(|kind| report.unread("barrier", kind));
        let of_access = pairs(raw, tags).filter(|(key, _)| ACCESS.contains(key));
        of_access.for_each(|(key, value)| words(key, value, report));
    }
    for (key, value) in raw.restrictions.iter().flat_map(|r| pairs(raw, &r.tags)) {
        if key.starts_with("restriction") && !key.ends_with(":conditional") && turns::is_unknown(value) {
            report.unread(key, value);
        }
    }
}

fn pairs<'a>(raw: &'a RawRoads, tags: &'a Tags) -> impl Iterator<Item = (&'a str, &'a str)> {
    tags.iter().map(|&(key, value)| (raw.strings[key as usize].as_str(), raw.strings[value as usize].as_str()))
}

/// The words of one tag that its reader doesn't know.
fn words(key: &str, value: &str, report: &mut Report) {
    let (stem, side) = key.split_once(':').unwrap_or((key, ""));
    let of_side = matches!(side, "" | "forward" | "backward");
    let knows: fn(&str) -> bool = match stem {
        _ if ACCESS.contains(&stem) && of_side => |word| access::class(word).is_some(),
        "maxspeed" if of_side => limit::is_known,
        "oneway" if side.is_empty() || ACCESS.contains(&side) => access::is_oneway,
        "highway" if side.is_empty() => |word| class(word).is_some() || NO_ROADS.contains(&word),
        _ => return,
    };
    let parts = value.split([';', ',', '|']).map(str::trim).filter(|word| !word.is_empty());
    parts.filter(|word| !knows(word)).for_each(|word| report.unread(key, word));
}
