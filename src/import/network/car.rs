//! Profile `car`: which ways a car may use, in which direction, how fast.
//!
//! Speeds are the class table of OSRM's car profile, or 0.8 of a tagged limit; surfaces, turns and
//! signals cost nothing yet.

use crate::{
    import::osm::{RawRoads, RawWay, Tags},
    kernel::graph::RoadClass,
};

/// What a profile makes of a way: metres per hour forward and backward, 0 where forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub class: RoadClass,
    pub forward_m_per_h: u32,
    pub backward_m_per_h: u32,
}

/// The most specific tag decides (OSM wiki, "Key:access").
const ACCESS_KEYS: [&str; 4] = ["motorcar", "motor_vehicle", "vehicle", "access"];

/// Not for the public's cars. `destination`, `customers` and `delivery` are allowed.
const FORBIDDEN: [&str; 9] =
    ["no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military", "use_sidepath"];

/// Barriers that open for a car, or that it drives through.
const PASSABLE: [&str; 15] = [
    "arch",
    "border_control",
    "bump_gate",
    "cattle_grid",
    "entrance",
    "gate",
    "height_restrictor",
    "kerb",
    "lift_gate",
    "no",
    "sally_port",
    "sliding_gate",
    "swing_gate",
    "toll_booth",
    "hampshire_gate",
];

/// Class and km/h by `highway` value.
fn class(highway: &str) -> Option<(RoadClass, u32)> {
    use RoadClass::*;
    Some(match highway {
        "motorway" => (Motorway, 90),
        "motorway_link" => (MotorwayLink, 45),
        "trunk" => (Trunk, 85),
        "trunk_link" => (TrunkLink, 40),
        "primary" => (Primary, 65),
        "primary_link" => (PrimaryLink, 30),
        "secondary" => (Secondary, 55),
        "secondary_link" => (SecondaryLink, 25),
        "tertiary" => (Tertiary, 40),
        "tertiary_link" => (TertiaryLink, 20),
        "unclassified" => (Unclassified, 25),
        "residential" => (Residential, 25),
        "living_street" => (LivingStreet, 10),
        "service" => (Service, 15),
        _ => return None,
    })
}

/// What a car may do on a way, or why nothing.
pub fn way(raw: &RawRoads, way: &RawWay) -> Result<Use, &'static str> {
    let tag = |key: &str| raw.tag(&way.tags, key);
    if way.ferry {
        return Err("ferry line (ferries are off)");
    }
    let Some((class, km_per_h)) = tag("highway").and_then(class) else {
        return Err("way of a class that is not for cars (path, track, ...)");
    };
    if tag("area") == Some("yes") {
        return Err("area, not a line");
    }
    if tag("impassable") == Some("yes") || tag("smoothness") == Some("impassable") {
        return Err("impassable way");
    }
    if tag("service") == Some("emergency_access") || tag("oneway") == Some("reversible") {
        return Err("way for emergencies only or of changing direction");
    }
    let [ahead, back] = directions(raw, way, class);
    let speed = |side: &str, open: bool| -> u32 {
        let allowed = access(raw, &way.tags, side).is_none_or(|a| !FORBIDDEN.contains(&a));
        if open && allowed { m_per_h(raw, way, side, class, km_per_h) } else { 0 }
    };
    let (forward_m_per_h, backward_m_per_h) = (speed("forward", ahead), speed("backward", back));
    if forward_m_per_h == 0 && backward_m_per_h == 0 {
        return Err("way closed to cars by its access tags");
    }
    Ok(Use { class, forward_m_per_h, backward_m_per_h })
}

/// Whether a car cannot pass the node. An access tag counts more than the kind of barrier.
pub fn blocks(raw: &RawRoads, tags: &Tags) -> bool {
    let Some(barrier) = raw.tag(tags, "barrier") else { return false };
    match access(raw, tags, "") {
        Some(value) => FORBIDDEN.contains(&value),
        None => !PASSABLE.contains(&barrier) && raw.tag(tags, "bollard") != Some("rising"),
    }
}

/// The access value that holds for a car, in one direction if there is one for it.
fn access<'a>(raw: &'a RawRoads, tags: &Tags, side: &str) -> Option<&'a str> {
    ACCESS_KEYS.iter().find_map(|key| raw.tag(tags, &format!("{key}:{side}")).or_else(|| raw.tag(tags, key)))
}

/// Open forward, open backward.
fn directions(raw: &RawRoads, way: &RawWay, class: RoadClass) -> [bool; 2] {
    let tag = |key: &str| raw.tag(&way.tags, key);
    let tagged = ["oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"].iter().find_map(|k| tag(k));
    let implied = matches!(class, RoadClass::Motorway | RoadClass::MotorwayLink)
        || matches!(tag("junction"), Some("roundabout" | "circular"));
    match tagged {
        Some("yes" | "true" | "1") => [true, false],
        Some("-1" | "reverse") => [false, true],
        Some("no" | "false" | "0") => [true, true],
        _ if implied => [true, false],
        _ => [true, true],
    }
}

fn m_per_h(raw: &RawRoads, way: &RawWay, side: &str, class: RoadClass, km_per_h: u32) -> u32 {
    let of_side = raw.tag(&way.tags, &format!("maxspeed:{side}"));
    match of_side.or_else(|| raw.tag(&way.tags, "maxspeed")).map(limit) {
        Some(Limit::MetresPerHour(m)) => m * 4 / 5,
        // 140 km/h, as OSRM has it; a lane without a limit is not driven faster for that.
        Some(Limit::Without) if class == RoadClass::Motorway => 112_000,
        _ => km_per_h * 1000,
    }
}

/// What a `maxspeed` value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    MetresPerHour(u32),
    Without,
    Unknown,
}

/// Reads `50`, `30 mph`, `none`, `walk`, and the implicit ones such as `DE:rural`. Of several values
/// (`50;30`) the least holds.
fn limit(value: &str) -> Limit {
    let value = value.trim().to_ascii_lowercase();
    if value == "none" {
        return Limit::Without;
    }
    let least = value.split([';', ',', '|']).filter_map(|v| number(v.trim()).or_else(|| implicit(v.trim()))).min();
    least.map_or(Limit::Unknown, Limit::MetresPerHour)
}

fn number(value: &str) -> Option<u32> {
    let (digits, metres) = match value {
        v if v.ends_with("mph") => (&v[..v.len() - 3], 1609.344),
        v if v.ends_with("knots") => (&v[..v.len() - 5], 1852.0),
        v => (v.trim_end_matches("km/h").trim_end_matches("kmh"), 1000.0),
    };
    let speed: f64 = digits.trim().parse().ok()?;
    (speed > 0.0 && speed <= 300.0).then(|| (speed * metres).round() as u32)
}

/// National limits by the part after the colon, with the countries that differ (OSM wiki,
/// "Key:maxspeed#Implicit maxspeed values").
fn implicit(value: &str) -> Option<u32> {
    let km_per_h = match value {
        "walk" => 7,
        "de:rural" | "at:rural" | "cz:trunk" | "ch:trunk" | "nl:trunk" | "ro:trunk" | "za:rural" => 100,
        "ch:rural" | "fr:rural" | "nl:rural" | "dk:rural" | "be-vlg:rural" | "no:rural" | "se:rural" => 80,
        "ch:motorway" | "be:motorway" | "pt:motorway" | "es:motorway" | "cn:motorway" => 120,
        "gb:nsl_single" | "uk:nsl_single" => 96,
        "gb:nsl_dual" | "uk:nsl_dual" | "gb:motorway" | "uk:motorway" => 112,
        v => match v.split_once(':')?.1 {
            "urban" => 50,
            "rural" => 90,
            "trunk" => 110,
            "motorway" => 130,
            "living_street" => 10,
            zone => {
                zone.strip_prefix("zone")?.trim_start_matches(':').parse().ok().filter(|v| (5..=100).contains(v))?
            }
        },
    };
    Some(km_per_h * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way with the given tags, and nothing else.
    fn tagged(pairs: &[(&str, &str)]) -> (RawRoads, RawWay) {
        let mut strings: Vec<String> = pairs.iter().flat_map(|(k, v)| [(*k).to_owned(), (*v).to_owned()]).collect();
        strings.sort();
        strings.dedup();
        let find = |s: &str| strings.iter().position(|x| x == s).unwrap() as u32;
        let tags = pairs.iter().map(|(k, v)| (find(k), find(v))).collect();
        (RawRoads { strings, ..RawRoads::default() }, RawWay { id: 1, ferry: false, nodes: vec![], tags })
    }

    fn speeds(pairs: &[(&str, &str)]) -> Option<(u32, u32)> {
        let (raw, w) = tagged(pairs);
        way(&raw, &w).ok().map(|u| (u.forward_m_per_h, u.backward_m_per_h))
    }

    #[test]
    fn directions_follow_the_tags_and_what_they_imply() {
        for (tags, want) in [
            (vec![("highway", "residential")], (25_000, 25_000)),
            (vec![("highway", "residential"), ("oneway", "yes")], (25_000, 0)),
            (vec![("highway", "residential"), ("oneway", "-1")], (0, 25_000)),
            (vec![("highway", "motorway")], (90_000, 0)),
            (vec![("highway", "motorway"), ("oneway", "no")], (90_000, 90_000)),
            (vec![("highway", "tertiary"), ("junction", "roundabout")], (40_000, 0)),
            (vec![("highway", "tertiary"), ("oneway", "yes"), ("oneway:motor_vehicle", "no")], (40_000, 40_000)),
            (vec![("highway", "service"), ("motor_vehicle:backward", "no")], (15_000, 0)),
        ] {
            assert_eq!(speeds(&tags), Some(want), "{tags:?}");
        }
    }

    #[test]
    fn the_most_specific_access_tag_decides() {
        for (tags, open) in [
            (vec![("access", "no")], false),
            (vec![("access", "private")], false),
            (vec![("access", "destination")], true),
            (vec![("access", "no"), ("motorcar", "yes")], true),
            (vec![("access", "yes"), ("motor_vehicle", "no")], false),
            (vec![("vehicle", "no"), ("motor_vehicle", "permissive")], true),
        ] {
            let tags = [vec![("highway", "service")], tags].concat();
            assert_eq!(speeds(&tags).is_some(), open, "{tags:?}");
        }
        assert_eq!(speeds(&[("highway", "footway")]), None);
        assert_eq!(speeds(&[("highway", "residential"), ("area", "yes")]), None);
    }

    #[test]
    fn limits_are_read_in_every_usual_spelling() {
        for (value, want) in [
            ("50", Limit::MetresPerHour(50_000)),
            ("30 mph", Limit::MetresPerHour(48_280)),
            ("30mph", Limit::MetresPerHour(48_280)),
            ("70;50", Limit::MetresPerHour(50_000)),
            ("DE:rural", Limit::MetresPerHour(100_000)),
            ("PT:urban", Limit::MetresPerHour(50_000)),
            ("DE:zone:30", Limit::MetresPerHour(30_000)),
            ("walk", Limit::MetresPerHour(7_000)),
            ("none", Limit::Without),
            ("signals", Limit::Unknown),
            ("0", Limit::Unknown),
            ("-5", Limit::Unknown),
            ("NaN", Limit::Unknown),
            ("1e99", Limit::Unknown),
            ("", Limit::Unknown),
        ] {
            assert_eq!(limit(value), want, "{value:?}");
        }
        assert_eq!(speeds(&[("highway", "primary"), ("maxspeed", "100")]), Some((80_000, 80_000)));
        assert_eq!(speeds(&[("highway", "tertiary"), ("maxspeed", "none")]), Some((40_000, 40_000)));
        let sides = [("highway", "tertiary"), ("maxspeed", "50"), ("maxspeed:backward", "30")];
        assert_eq!(speeds(&sides), Some((40_000, 24_000)));
    }

    #[test]
    fn bollards_block_and_gates_open_unless_tagged_otherwise() {
        for (tags, blocked) in [
            (vec![("barrier", "bollard")], true),
            (vec![("barrier", "bollard"), ("bollard", "rising")], false),
            (vec![("barrier", "bollard"), ("motor_vehicle", "yes")], false),
            (vec![("barrier", "gate")], false),
            (vec![("barrier", "gate"), ("access", "private")], true),
            (vec![("barrier", "lift_gate"), ("access", "destination")], false),
            (vec![("highway", "crossing")], false),
        ] {
            let (raw, way) = tagged(&tags);
            assert_eq!(blocks(&raw, &way.tags), blocked, "{tags:?}");
        }
    }
}
