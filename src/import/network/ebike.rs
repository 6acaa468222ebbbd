//! Profile `ebike`: an electric bicycle that rides about 20 km/h (GB 17761 ends its help at 25).
//! Speeds are defaults of ours.

use super::access::{self, Access, Rules};
use crate::{
    import::osm::{RawRoads, Tags},
    kernel::graph::RoadClass,
};

pub const RULES: Rules = Rules {
    access: &["bicycle", "vehicle", "access"],
    oneway: &["oneway:bicycle", "oneway:vehicle", "oneway"],
    modes: &["bicycle", "vehicle"],
    vehicle: true,
};

/// Barriers that no bicycle passes.
const BLOCKING: [&str; 13] = [
    "city_wall",
    "ditch",
    "fence",
    "full-height_turnstile",
    "guard_rail",
    "hedge",
    "horse_stile",
    "jersey_barrier",
    "kissing_gate",
    "retaining_wall",
    "stile",
    "turnstile",
    "wall",
];

/// Metres per hour forward and backward, 0 where forbidden, or why nothing may be done on the way.
pub fn way(raw: &RawRoads, tags: &Tags, class: RoadClass) -> Result<[u32; 2], &'static str> {
    use RoadClass::*;
    let tag = |key: &str| raw.tag(tags, key);
    let invited = raw.says(tags, "bicycle", &access::INVITING);
    let km_per_h = match (class, tag("highway")) {
        (Motorway | MotorwayLink | Ferry, _) => return Err("way of a class that is not for bicycles"),
        (Trunk | TrunkLink, _) if tag("motorroad") == Some("yes") && !invited => {
            return Err("way of a class that is not for bicycles");
        }
        (LivingStreet | Service, _) => 15,
        (Track, _) => 14,
        (Path, Some("cycleway")) => 20,
        (Path, Some("path")) => 12,
        (Path, Some("footway" | "pedestrian" | "bridleway")) if invited => 10,
        (Path, _) => return Err("way of a class that is not for bicycles"),
        _ => 20,
    };
    let [ahead, mut back] = RULES.directions(raw, tags, access::is_round(raw, tags));
    let against = ["cycleway", "cycleway:left", "cycleway:right", "cycleway:both"].iter().filter_map(|key| tag(key));
    back |= tag("oneway:bicycle").is_none() && against.into_iter().any(|lane| lane.starts_with("opposite"));
    let speed = |open: bool, side: &str| {
        if open && !RULES.forbids(raw, tags, side) { km_per_h * 1000 } else { 0 }
    };
    Ok([speed(ahead, "forward"), speed(back, "backward")])
}

pub fn barrier(raw: &RawRoads, tags: &Tags) -> Access {
    access::barrier(raw, tags, &RULES, |kind| !BLOCKING.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::network::tests::tagged;

    fn km_per_h(pairs: &str) -> Option<[u32; 2]> {
        let (raw, tags) = tagged(pairs);
        let class = crate::import::network::uses::class(raw.tag(&tags, "highway").unwrap()).unwrap();
        way(&raw, &tags, class).ok().map(|speeds| speeds.map(|v| v / 1000))
    }

    #[test]
    fn bicycles_ride_where_they_may_and_against_some_one_way_streets() {
        for (tags, want) in [
            ("highway=residential", Some([20, 20])),
            ("highway=residential oneway=yes", Some([20, 0])),
            ("highway=residential oneway=yes oneway:bicycle=no", Some([20, 20])),
            ("highway=residential oneway=yes cycleway=opposite_lane", Some([20, 20])),
            ("highway=residential junction=roundabout", Some([20, 0])),
            ("highway=residential motor_vehicle=no", Some([20, 20])),
            ("highway=residential vehicle=no", Some([0, 0])),
            ("highway=residential vehicle=no bicycle=yes", Some([20, 20])),
            ("highway=cycleway oneway=yes", Some([20, 0])),
            ("highway=path", Some([12, 12])),
            ("highway=path bicycle=dismount", Some([0, 0])),
            ("highway=footway", None),
            ("highway=footway bicycle=yes", Some([10, 10])),
            ("highway=steps", None),
            ("highway=motorway", None),
            ("highway=trunk", Some([20, 20])),
            ("highway=trunk motorroad=yes", None),
        ] {
            assert_eq!(km_per_h(tags), want, "{tags}");
        }
    }

    #[test]
    fn bollards_let_bicycles_through_and_stiles_do_not() {
        for (tags, blocked) in [
            ("barrier=bollard", false),
            ("barrier=bollard access=no", true),
            ("barrier=bollard access=no bicycle=yes", false),
            ("barrier=bollard motor_vehicle=no", false),
            ("barrier=stile", true),
            ("highway=crossing access=no", false),
        ] {
            let (raw, tags_) = tagged(tags);
            assert_eq!(barrier(&raw, &tags_) == Access::No, blocked, "{tags}");
        }
    }
}
