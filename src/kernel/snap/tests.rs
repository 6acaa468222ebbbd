use fastrand::Rng;

use super::*;
use crate::drawn::{at_letter, drawn, random};

/// Every segment of every open link.
fn oracle(g: &Graph, point: LngLat) -> Option<Snapped> {
    let mut feet = Vec::new();
    for link in (0..g.links() as u32).filter(|&l| g.open(l)) {
        let shape: Vec<LngLat> = g.shape(link).collect();
        for (segment, ends) in (0..).zip(shape.windows(2)) {
            let (distance_m, t) = foot_on(point, ends[0], ends[1]);
            feet.push(Foot { distance_m, link, segment, t });
        }
    }
    feet.retain(|f| f.distance_m <= SNAP_LIMIT_M);
    feet.into_iter().min_by(Foot::order).map(|f| snapped(g, f, JUNCTION_M))
}

#[test]
fn snapping_equals_a_look_at_every_segment() {
    let mut dice = Rng::with_seed(41);
    for round in 0..500 {
        let g = random(&mut dice);
        let snapper = Snapper::new(&g.topology);
        for _ in 0..4 {
            let [lng, lat] = [0.0, 60.0].map(|low| low - 0.01 + dice.usize(..300_000) as f64 / 1e7);
            let point = LngLat { lng, lat };
            let found = snapper.snap(&g, point);
            assert_eq!(found, oracle(&g, point), "round {round}: {point}");
            if let Some(s) = found {
                // Straight in the plane and straight in degrees differ by centimetres on a kilometre.
                let off_m = if g.junction_at(s.position()).is_some() { JUNCTION_M } else { 0.0 };
                let beside_m = (s.point.distance_m(point) - s.distance_m).abs();
                assert!(beside_m < off_m + 0.1, "round {round}: {s:?} {point}");
                assert_eq!(s.point, g.point_at(s.position()));
            }
        }
    }
}

#[test]
fn several_places_equal_a_look_at_every_link() {
    let mut dice = Rng::with_seed(42);
    for round in 0..300 {
        let g = random(&mut dice);
        let snapper = Snapper::new(&g.topology);
        let [lng, lat] = [0.0, 60.0].map(|low| low - 0.01 + dice.usize(..300_000) as f64 / 1e7);
        let point = LngLat { lng, lat };
        let nearest_on = |link: u32| {
            let shape: Vec<LngLat> = g.shape(link).collect();
            let feet = shape.windows(2).map(|s| foot_on(point, s[0], s[1]).0);
            (feet.fold(f64::INFINITY, f64::min), link)
        };
        let open = (0..g.links() as u32).filter(|&l| g.open(l)).map(nearest_on);
        let mut want: Vec<_> = open.filter(|f| f.0 <= SNAP_LIMIT_M).collect();
        want.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let k = dice.usize(..8);
        want.truncate(k);
        let found = snapper.snap_several(&g, point, k, |_| true);
        let places: Vec<_> = found.iter().map(|s| (s.distance_m, s.link)).collect();
        assert_eq!(places, want, "round {round}: {k} around {point}");
        if k > 0 {
            assert_eq!(found.first().copied(), snapper.snap(&g, point), "round {round}: {point}");
        }
    }
}

#[test]
fn within_a_metre_of_a_links_end_one_is_at_the_junction() {
    let g = drawn("A  B  C", &["A-B", "B-C"]);
    let snapper = Snapper::new(&g.topology);
    let [a, b, c] = [0.0, 3.0, 6.0].map(|col| at_letter(col, 0.0));
    for (east_m, junction) in [(-1.1, None), (-0.9, Some(1)), (0.0, Some(1)), (0.9, Some(1)), (1.1, None)] {
        let point = LngLat { lng: b.lng + east_m / 111_195.0, lat: 0.0002 };
        let s = snapper.snap(&g, point).unwrap();
        assert_eq!(g.junction_at(s.position()), junction, "{east_m}: {s:?}");
        assert!(junction.is_none() || s.point.distance_m(b) < 0.01, "{east_m}: {s:?}");
    }
    assert_eq!([a, c].map(|p| g.junction_at(snapper.snap(&g, p).unwrap().position())), [Some(0), Some(2)]);
    assert_eq!(snapper.snap(&g, at_letter(0.0, 20.0)), None);
}

#[test]
fn links_of_a_box_are_found_once_each() {
    let g = drawn("A  B  C", &["A-B", "B-C"]);
    let (snapper, b) = (Snapper::new(&g.topology), at_letter(3.0, 0.0));
    let west = BBox::new(0.0, -0.001, b.lng / 2.0, 0.001).unwrap();
    assert_eq!(snapper.links_in(&west), [0]);
    assert_eq!(snapper.links_in(&BBox { east: b.lng, ..west }), [0, 1]);
    assert!(snapper.links_in(&BBox { south: 0.0005, ..west }).is_empty());
}
