//! Which things and which of their tags are kept.

use crate::{
    base::{LngLat, folded},
    domain::roads::Place,
};

/// Tags that are kept, in the file's order; all but names are folded.
pub(super) type Pairs = Vec<(String, String)>;

/// `highway` values of what is not, or not yet, or no longer a road.
const DEAD: [&str; 12] = [
    "proposed",
    "planned",
    "construction",
    "abandoned",
    "disused",
    "razed",
    "demolished",
    "no",
    "rest_area",
    "services",
    "platform",
    "bus_stop",
];

/// Keys of ways that some profile may ask for, each with whatever follows a colon
/// (`oneway:bicycle`, `maxspeed:forward`, `access:conditional`).
const WAY_KEYS: [&str; 40] = [
    "access",
    "agricultural",
    "area",
    "bicycle",
    "bicycle_road",
    "bridge",
    "busway",
    "construction",
    "cycleway",
    "duration",
    "ferry",
    "foot",
    "footway",
    "ford",
    "highway",
    "impassable",
    "incline",
    "junction",
    "lanes",
    "layer",
    "maxspeed",
    "mofa",
    "moped",
    "motor_vehicle",
    "motorcar",
    "motorcycle",
    "motorroad",
    "oneway",
    "psv",
    "route",
    "sac_scale",
    "service",
    "sidewalk",
    "smoothness",
    "surface",
    "toll",
    "tracktype",
    "tunnel",
    "vehicle",
    "width",
];

/// Names and numbers of roads.
const NAME_KEYS: [&str; 9] =
    ["alt_name", "int_ref", "loc_name", "loc_ref", "name", "nat_ref", "official_name", "ref", "short_name"];

/// Keys of which one makes a node worth keeping.
const NODE_KEYS: [&str; 6] = ["barrier", "crossing", "ford", "highway", "traffic_calming", "traffic_signals"];

/// Further keys of such nodes.
const BARRIER_KEYS: [&str; 2] = ["bollard", "locked"];

/// `place` values that are settlements.
const SETTLEMENTS: [&str; 9] =
    ["city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "isolated_dwelling", "borough"];

fn value<'a>(tags: &[(&'a str, &'a str)], key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|&(_, v)| v)
}

fn text<'a>(tags: &'a Pairs, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

fn only(tags: &[(&str, &str)], wanted: impl Fn(&str) -> bool) -> Pairs {
    let kept = |k: &str, v: &str| if is_name(k) { v.to_owned() } else { folded(v).into_owned() };
    tags.iter().filter(|(k, _)| wanted(k)).map(|&(k, v)| (k.to_owned(), kept(k, v))).collect()
}

/// A name or number, also in another language or of one side (`name:zh`, `name:zh-Hant`, `name:left`);
/// `name:etymology` and the like are none.
pub fn is_name(key: &str) -> bool {
    let (stem, of) = key.split_once(':').unwrap_or((key, ""));
    let language = of.split(['-', '_']).next().unwrap_or_default();
    let letters = language.bytes().all(|b| b.is_ascii_lowercase()) && matches!(language.len(), 2 | 3);
    NAME_KEYS.binary_search(&stem).is_ok() && (of.is_empty() || letters || matches!(of, "left" | "right"))
}

fn is_way_key(key: &str) -> bool {
    let stem = key.split(':').next().unwrap_or(key);
    WAY_KEYS.binary_search(&stem).is_ok() || is_name(key)
}

/// What a way is to a road network.
pub(super) enum Road {
    No,
    Dead,
    Yes { ferry: bool, tags: Pairs },
}

pub(super) fn road(tags: &[(&str, &str)]) -> Road {
    match value(tags, "highway").map(folded) {
        Some(kind) if DEAD.contains(&&*kind) => Road::Dead,
        Some(_) => Road::Yes { ferry: false, tags: only(tags, is_way_key) },
        None if value(tags, "route") == Some("ferry") => Road::Yes { ferry: true, tags: only(tags, is_way_key) },
        None => Road::No,
    }
}

/// The tags of a road's node that a profile may ask for; none when it is plain.
pub(super) fn node(tags: &[(&str, &str)]) -> Pairs {
    let special = |k: &str| NODE_KEYS.contains(&k.split(':').next().unwrap_or(k));
    if tags.iter().any(|&(k, v)| special(k) || (k == "railway" && v == "level_crossing")) {
        only(tags, |k| special(k) || k == "railway" || BARRIER_KEYS.contains(&k) || is_way_key(k))
    } else {
        Pairs::new()
    }
}

/// What is kept of something that an outline can show: that it is a building, which settlement it
/// is. Nothing when it is neither.
pub(super) fn outlined(tags: &[(&str, &str)]) -> Pairs {
    let building = value(tags, "building").is_some_and(|v| v != "no");
    let settlement = value(tags, "place").is_some_and(|v| SETTLEMENTS.contains(&v)) && value(tags, "name").is_some();
    only(tags, |k| match k {
        "building" => building,
        "place" | "name" | "name:zh" => settlement,
        _ => false,
    })
}

pub(super) enum Relation {
    Turn(Pairs),
    Outline(Pairs),
}

pub(super) fn relation(tags: &[(&str, &str)]) -> Option<Relation> {
    match value(tags, "type")? {
        kind if kind.starts_with("restriction") => {
            let kept =
                |k: &str| k == "except" || k.starts_with("restriction") || k.ends_with("_on") || k.ends_with("_off");
            Some(Relation::Turn(only(tags, |k| k == "type" || kept(k))))
        }
        "multipolygon" | "boundary" => Some(outlined(tags)).filter(|t| !t.is_empty()).map(Relation::Outline),
        _ => None,
    }
}

pub(super) fn is_building(tags: &Pairs) -> bool {
    text(tags, "building").is_some()
}

pub(super) fn place(tags: &Pairs, at: LngLat) -> Option<Place> {
    let (kind, name) = (text(tags, "place")?.to_owned(), text(tags, "name")?.to_owned());
    Some(Place { kind, name, name_zh: text(tags, "name:zh").map(str::to_owned), at })
}

#[cfg(test)]
mod tests;
