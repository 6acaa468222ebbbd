use super::*;
use crate::import::network::{tests::tagged, uses::class};

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
