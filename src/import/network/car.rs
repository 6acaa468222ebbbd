//! Profile `car`: which ways a car may use, in which direction, how fast.
//!
//! Speeds are those of a table by class, or 0.8 of a tagged limit.

use super::{
    access::{self, Access, INVITING, Rules},
    limit::{Limit, limit},
};
use crate::{
    domain::roads::SpeedTable,
    import::osm::{RawRoads, Tags},
    kernel::graph::RoadClass,
};

pub const RULES: Rules = Rules {
    access: &["motorcar", "motor_vehicle", "vehicle", "access"],
    oneway: &["oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"],
    modes: &["motorcar", "motor_vehicle", "vehicle"],
    vehicle: true,
};

/// Barriers that open for a car, or that it drives through.
pub const PASSABLE: [&str; 15] = [
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

/// Kilometres per hour by class.
///
/// `Osrm`: the table of OSRM's car profile. `China`: a default of ours, not verified by arrivals:
/// what is left of the design speeds of JTG B01 (roads) and CJJ 37 (streets) in traffic, with
/// 40 km/h and 30 km/h as the limits of roads and streets without a centre line (Implementation
/// Regulations of the Road Traffic Safety Law, article 45).
fn km_per_h(table: SpeedTable, class: RoadClass) -> Option<u32> {
    use RoadClass::*;
    let [osrm, china] = match class {
        Motorway => [90, 100],
        MotorwayLink => [45, 45],
        Trunk => [85, 65],
        TrunkLink => [40, 40],
        Primary => [65, 50],
        PrimaryLink => [30, 30],
        Secondary => [55, 40],
        SecondaryLink => [25, 25],
        Tertiary => [40, 32],
        TertiaryLink => [20, 20],
        Unclassified => [25, 28],
        Residential => [25, 20],
        LivingStreet => [10, 10],
        Service => [15, 12],
        Track | Path | Ferry => return None,
    };
    Some(match table {
        SpeedTable::Osrm => osrm,
        SpeedTable::China => china,
    })
}

/// Kilometres per hour where `motor_vehicle=yes` or the like opens a way that is not for cars by its
/// class, at most; a default of ours.
fn invited_km_per_h(class: RoadClass) -> Option<u32> {
    match class {
        RoadClass::Track => Some(15),
        RoadClass::Path => Some(10),
        _ => None,
    }
}

/// Metres per hour forward and backward, 0 where forbidden, or why a car may do nothing on the way.
pub fn way(raw: &RawRoads, tags: &Tags, class: RoadClass, table: SpeedTable) -> Result<[u32; 2], &'static str> {
    // A way that is for cars only where a tag says so, expressly.
    let invited = |side: &str| {
        let keys = ["motorcar", "motor_vehicle"].map(|key| [format!("{key}:{side}"), key.to_owned()]);
        let told = keys.as_flattened().iter().find(|key| raw.tag(tags, key).is_some());
        told.is_some_and(|key| raw.says(tags, key, &INVITING))
    };
    let by_class = km_per_h(table, class);
    let on_invitation = invited_km_per_h(class).filter(|_| !raw.says(tags, "highway", &["steps", "corridor"]));
    let km_per_h = by_class.or(on_invitation).ok_or("way of a class that is not for cars (path, track, ...)")?;
    let implied = matches!(class, RoadClass::Motorway | RoadClass::MotorwayLink) || access::is_round(raw, tags);
    let open = RULES.directions(raw, tags, implied);
    let speed = |open: bool, side: &str| {
        let allowed = open && !RULES.forbids(raw, tags, side);
        match by_class {
            Some(_) if allowed => m_per_h(raw, tags, side, class, km_per_h),
            None if allowed && invited(side) => m_per_h(raw, tags, side, class, km_per_h).min(km_per_h * 1000),
            _ => 0,
        }
    };
    Ok([speed(open[0], "forward"), speed(open[1], "backward")])
}

/// Whether a car passes the node.
pub fn barrier(raw: &RawRoads, tags: &Tags) -> Access {
    let rising = raw.says(tags, "bollard", &["rising"]);
    access::barrier(raw, tags, &RULES, |kind| PASSABLE.contains(&kind) || rising)
}

fn m_per_h(raw: &RawRoads, tags: &Tags, side: &str, class: RoadClass, km_per_h: u32) -> u32 {
    let of_side = raw.tag(tags, &format!("maxspeed:{side}"));
    match of_side.or_else(|| raw.tag(tags, "maxspeed")).map(limit) {
        Some(Limit::MetresPerHour(m)) => m * 4 / 5,
        // 140 km/h, as OSRM has it; a lane without a limit is not driven faster for that.
        Some(Limit::Without) if is_main(class) => 112_000,
        _ => km_per_h * 1000,
    }
}

/// A motorway, trunk, primary or secondary road, and no ramp.
fn is_main(class: RoadClass) -> bool {
    matches!(class, RoadClass::Motorway | RoadClass::Trunk | RoadClass::Primary | RoadClass::Secondary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::network::{class, tests::tagged};

    fn pairs(tags: &[(&str, &str)]) -> (RawRoads, Tags) {
        tagged(&tags.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "))
    }

    /// `None` where neither direction is open.
    fn speeds(tags: &[(&str, &str)]) -> Option<(u32, u32)> {
        let (raw, tags) = pairs(tags);
        let class = class(raw.tag(&tags, "highway").unwrap()).unwrap();
        let [forward, backward] = way(&raw, &tags, class, SpeedTable::Osrm).ok()?;
        (forward + backward > 0).then_some((forward, backward))
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
            (vec![("access", "military")], false),
            (vec![("access", "private")], true),
            (vec![("access", "destination")], true),
            (vec![("access", "no"), ("motorcar", "yes")], true),
            (vec![("access", "yes"), ("motor_vehicle", "no")], false),
            (vec![("vehicle", "no"), ("motor_vehicle", "permissive")], true),
            (vec![("motor_vehicle", "agricultural;forestry")], false),
            (vec![("motor_vehicle", "agricultural;yes")], true),
            (vec![("access", "private;no")], true),
            (vec![("access", "no;delivery")], true),
            (vec![("access", "no;military")], false),
            // A word that nobody knows says nothing: the next key decides.
            (vec![("motor_vehicle", "blah"), ("access", "no")], false),
            (vec![("motor_vehicle", "blah"), ("access", "yes")], true),
            (vec![("motor_vehicle", ";")], true),
        ] {
            let tags = [vec![("highway", "service")], tags].concat();
            assert_eq!(speeds(&tags).is_some(), open, "{tags:?}");
        }
        assert_eq!(speeds(&[("highway", "footway")]), None);
    }

    #[test]
    fn what_is_not_for_cars_is_where_a_tag_says_so() {
        for (tags, want) in [
            (vec![("highway", "track")], None),
            (vec![("highway", "track"), ("motor_vehicle", "yes")], Some((15_000, 15_000))),
            (vec![("highway", "track"), ("motor_vehicle", "yes"), ("maxspeed", "80")], Some((15_000, 15_000))),
            (vec![("highway", "track"), ("motor_vehicle", "yes"), ("maxspeed", "10")], Some((8_000, 8_000))),
            (vec![("highway", "track"), ("motor_vehicle", "forestry;yes")], Some((15_000, 15_000))),
            (vec![("highway", "track"), ("access", "yes")], None),
            (vec![("highway", "track"), ("motor_vehicle", "yes"), ("motorcar", "no")], None),
            (vec![("highway", "cycleway"), ("motor_vehicle", "designated"), ("oneway", "yes")], Some((10_000, 0))),
            (vec![("highway", "pedestrian"), ("motor_vehicle:forward", "yes")], Some((10_000, 0))),
            (vec![("highway", "steps"), ("motor_vehicle", "yes")], None),
            (vec![("highway", "road")], Some((15_000, 15_000))),
        ] {
            assert_eq!(speeds(&tags), want, "{tags:?}");
        }
    }

    #[test]
    fn tagged_limits_count_more_than_the_table() {
        assert_eq!(speeds(&[("highway", "primary"), ("maxspeed", "100")]), Some((80_000, 80_000)));
        assert_eq!(speeds(&[("highway", "tertiary"), ("maxspeed", "none")]), Some((40_000, 40_000)));
        assert_eq!(speeds(&[("highway", "secondary"), ("maxspeed", "none")]), Some((112_000, 112_000)));
        let sides = [("highway", "tertiary"), ("maxspeed", "50"), ("maxspeed:backward", "30")];
        assert_eq!(speeds(&sides), Some((40_000, 24_000)));
    }

    #[test]
    fn both_tables_fall_from_class_to_class() {
        for table in [SpeedTable::Osrm, SpeedTable::China] {
            let speeds = RoadClass::ALL.map(|class| km_per_h(table, class));
            let roads: Vec<u32> = [0, 2, 4, 6, 8, 11, 12].iter().filter_map(|&i| speeds[i]).collect();
            assert!(roads.len() == 7 && roads.is_sorted_by(|a, b| a > b), "{table:?} {roads:?}");
        }
    }

    #[test]
    fn bollards_block_and_gates_open_unless_tagged_otherwise() {
        use Access::*;
        for (tags, want) in [
            (vec![("barrier", "bollard")], No),
            (vec![("barrier", "bollard"), ("bollard", "rising")], Yes),
            (vec![("barrier", "bollard"), ("motor_vehicle", "yes")], Yes),
            (vec![("barrier", "bollard"), ("access", "private")], No),
            (vec![("barrier", "gate")], Yes),
            (vec![("barrier", "gate"), ("access", "private")], AtEnds),
            (vec![("barrier", "gate"), ("access", "no")], No),
            (vec![("barrier", "gate"), ("locked", "yes")], No),
            (vec![("barrier", "gate"), ("locked", "yes"), ("motor_vehicle", "permit")], AtEnds),
            (vec![("barrier", "gate"), ("locked", "yes"), ("motorcar", "yes")], Yes),
            (vec![("barrier", "lift_gate"), ("access", "destination")], AtEnds),
            (vec![("highway", "crossing"), ("access", "no")], Yes),
        ] {
            let (raw, read) = pairs(&tags);
            assert_eq!(barrier(&raw, &read), want, "{tags:?}");
        }
    }
}
