use geo::Area;

use super::*;

fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
    let ring = vec![(w, s), (e, s), (e, n), (w, n), (w, s)];
    Polygon::new(ring.into(), vec![]).into()
}

fn areas(polygons: &[Polygon<f64>]) -> Vec<f64> {
    polygons.iter().map(|p| (p.unsigned_area() * 1e6).round() / 1e6).collect()
}

/// A frame of four around a hole of 1 × 1.
fn frame() -> Vec<MultiPolygon<f64>> {
    let knit = |shapes: &[MultiPolygon<f64>]| crate::topology::knit(shapes, &[]);
    knit(&[rect(0., 0., 3., 1.), rect(0., 2., 3., 3.), rect(0., 1., 1., 2.), rect(2., 1., 3., 2.)])
}

#[test]
fn a_tiling_leaves_only_its_outline() {
    let whole = [rect(0., 0., 1., 1.), rect(1., 0., 2., 1.)];
    let found = stacked(&whole);
    assert!(found.twice.is_empty() && found.holes.is_empty(), "{found:?}");
    let island = stacked(&[frame(), vec![rect(1.25, 1.25, 1.75, 1.75)]].concat());
    assert_eq!((areas(&island.twice), areas(&island.holes)), (vec![], vec![0.75]));
    let found = stacked(&frame());
    assert_eq!((areas(&found.twice), areas(&found.holes)), (vec![], vec![1.0]));
    assert_eq!(found.outline.along(found.holes[0].exterior()).iter().map(|a| a.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn what_lies_under_two_or_three_is_told_once() {
    for (more, twice, holes) in [
        (vec![rect(0.5, 0.25, 1.5, 0.75)], vec![0.5], vec![1.0]),
        (vec![rect(0.5, 0.25, 1.5, 0.75), rect(1.25, 0.25, 1.75, 0.75)], vec![0.625], vec![1.0]),
        (vec![frame().remove(0)], vec![3.0], vec![1.0]),
        // Over the hole and a little over all around: a ring under two, no hole left.
        (vec![rect(0.5, 0.5, 2.5, 2.5)], vec![3.0], vec![]),
        // Everything under a second shape.
        (vec![rect(-1.0, -1.0, 4.0, 4.0)], vec![8.0], vec![]),
    ] {
        let shapes = [frame(), more].concat();
        let found = stacked(&shapes);
        assert_eq!((areas(&found.twice), areas(&found.holes)), (twice, holes), "{:?}", &shapes[4..]);
    }
}
