use super::*;
use crate::kernel::{drawn::drawn, snap::Snapper};

#[test]
fn turns_are_named_by_their_angle() {
    for (before, after, word) in [
        (0.0, 10.0, "straight"),
        (350.0, 5.0, "straight"),
        (0.0, 90.0, "right"),
        (0.0, 270.0, "left"),
        (270.0, 0.0, "right"),
        (10.0, 330.0, "slight left"),
        (0.0, 150.0, "sharp right"),
        (90.0, 270.0, "uturn"),
    ] {
        assert_eq!(turn_word(before, after), word, "{before} to {after}");
    }
    let at = |lng, lat| LngLat { lng, lat };
    for (to, deg) in [(at(0.0, 1e-3), 0.0), (at(1e-3, 0.0), 90.0), (at(0.0, -1e-3), 180.0), (at(-1e-3, 0.0), 270.0)] {
        assert!((bearing_deg(at(0.0, 0.0), to) - deg).abs() < 1e-6);
    }
}

#[test]
fn a_road_fits_by_the_ways_it_may_be_driven() {
    // Eastward, and one way only.
    let graph = drawn("A  B", &["A>B"]);
    let snapper = Snapper::new(&graph.topology);
    let near = |deg, range_deg| {
        let bearing = Bearing { deg, range_deg };
        let at = graph.shape(0).next().unwrap();
        !snapper.snap_several(&graph, at, 1, |foot| bearing.fits(&graph, foot)).is_empty()
    };
    for (deg, range_deg, fits) in
        [(90.0, 0.1, true), (60.0, 31.0, true), (60.0, 29.0, false), (270.0, 90.0, false), (0.0, 180.0, true)]
    {
        assert_eq!(near(deg, range_deg), fits, "{deg},{range_deg}");
    }
}
