//! Profile `foot`: walking at the 1.2 m/s that access walks are reckoned with too; steps take twice
//! the time. Speeds are defaults of ours.

use super::access::{self, Access, Rules};
use crate::{
    import::osm::{RawRoads, Tags},
    kernel::graph::RoadClass,
};

pub const RULES: Rules =
    Rules { access: &["foot", "access"], oneway: &["oneway:foot"], modes: &["foot"], vehicle: false };

const WALK_M_PER_H: u32 = 4_320;

/// Barriers that nobody walks through.
const BLOCKING: [&str; 7] = ["city_wall", "ditch", "fence", "guard_rail", "hedge", "retaining_wall", "wall"];

/// Metres per hour forward and backward, 0 where forbidden, or why nobody may walk on the way.
pub fn way(raw: &RawRoads, tags: &Tags, class: RoadClass) -> Result<[u32; 2], &'static str> {
    use RoadClass::*;
    let tag = |key: &str| raw.tag(tags, key);
    let invited = raw.says(tags, "foot", &access::INVITING);
    let for_cars_only = matches!(class, Motorway | MotorwayLink) || tag("motorroad") == Some("yes");
    if class == Ferry || (for_cars_only && !invited) {
        return Err("way of a class that is not for walking");
    }
    let m_per_h = if tag("highway") == Some("steps") { WALK_M_PER_H / 2 } else { WALK_M_PER_H };
    let [ahead, back] = RULES.directions(raw, tags, false);
    let speed = |open: bool, side: &str| {
        if open && !RULES.forbids(raw, tags, side) { m_per_h } else { 0 }
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

    #[test]
    fn walkers_ignore_one_way_streets_and_take_steps_slowly() {
        for (pairs, want) in [
            ("highway=residential oneway=yes", Some([4320, 4320])),
            ("highway=residential junction=roundabout", Some([4320, 4320])),
            ("highway=footway oneway:foot=yes", Some([4320, 0])),
            ("highway=steps", Some([2160, 2160])),
            ("highway=pedestrian vehicle=no", Some([4320, 4320])),
            ("highway=service access=private", Some([4320, 4320])),
            ("highway=service access=no", Some([0, 0])),
            ("highway=service access=private foot=yes", Some([4320, 4320])),
            ("highway=residential foot=use_sidepath", Some([0, 0])),
            ("highway=motorway", None),
            ("highway=trunk motorroad=yes", None),
        ] {
            let (raw, tags) = tagged(pairs);
            let class = crate::import::network::uses::class(raw.tag(&tags, "highway").unwrap()).unwrap();
            assert_eq!(way(&raw, &tags, class).ok(), want, "{pairs}");
        }
    }

    #[test]
    fn a_stile_lets_walkers_through_and_a_wall_does_not() {
        let blocked = |pairs| {
            let (raw, tags) = tagged(pairs);
            barrier(&raw, &tags) == Access::No
        };
        assert_eq!(
            ["barrier=stile", "barrier=bollard", "barrier=wall", "barrier=gate foot=no"].map(blocked),
            [false, false, true, true]
        );
    }
}
