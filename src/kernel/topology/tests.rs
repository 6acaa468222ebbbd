use geo::{BooleanOps, Validation};

use super::*;
use crate::testing::uniform;

fn ring(points: &[[f64; 2]]) -> LineString<f64> {
    points.iter().chain(points.first()).map(|p| Coord { x: p[0], y: p[1] }).collect()
}

fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
    Polygon::new(ring(&[[w, s], [e, s], [e, n], [w, n]]), vec![]).into()
}

/// ```text
/// 3 +-----------+
///   |  2 +--+   |
///   |    |  |   |      a ring with a hole, an island in the hole that
///   |  1 +--+   |      touches it at one corner, and a second polygon
/// 0 +-----------+
/// ```
#[test]
fn rings_are_assembled_from_shuffled_segments() {
    let pieces = [rect(0., 0., 3., 3.), rect(1., 1., 2., 2.), rect(1., 1., 1.5, 1.5), rect(5., 0., 6., 1.)];
    let mut segments: Vec<Segment> = pieces.iter().flat_map(directed).map(|(a, b)| segment(a, b)).collect();
    let mut random = uniform(1);
    for _ in 0..50 {
        for i in (1..segments.len()).rev() {
            segments.swap(i, (random() * (i + 1) as f64) as usize);
        }
        let shape = assemble(segments.iter().copied()).unwrap();
        assert!(shape.is_valid());
        let holes: usize = shape.iter().map(|p| p.interiors().len()).sum();
        assert!(geo::Area::unsigned_area(&shape) == 9.0 - 1.0 + 0.25 + 1.0 && holes <= 1, "{shape:?}");
    }
    let open = assemble(segments[1..].iter().copied()).unwrap_err();
    assert_eq!(open.len(), 2);
}

#[test]
fn validity_agrees_with_the_general_check() {
    let outline = |points: &[[f64; 2]]| MultiPolygon::from(Polygon::new(ring(points), vec![]));
    let holed = |w: f64| {
        Polygon::new(
            ring(&[[0., 0.], [3., 0.], [3., 3.], [0., 3.]]),
            vec![rect(w, 1., w + 1., 2.).0[0].exterior().clone()],
        )
    };
    let two = |w: f64| MultiPolygon::new(vec![rect(0., 0., 3., 3.).0.remove(0), rect(w, 1., w + 1., 2.).0.remove(0)]);
    for (shape, plain) in [
        (rect(0., 0., 1., 1.), true),
        (holed(1.).into(), true),
        (holed(-0.5).into(), false),
        (holed(5.).into(), true),
        (two(5.), true),
        (two(1.), true),
        (two(2.5), false),
        (outline(&[[0., 0.], [1., 1.], [1., 0.], [0., 1.]]), false),
        (outline(&[[0., 0.], [2., 0.], [2., 2.], [1., 0.], [0., 2.]]), false),
        (outline(&[[0., 0.], [2., 0.], [3., 0.], [2., 0.], [2., 2.]]), false),
    ] {
        assert_eq!(is_plain(&shape), plain, "{shape:?}");
        assert_eq!(validity(&shape).is_ok(), shape.is_valid(), "{shape:?}");
    }
}

#[test]
fn a_tiling_is_told_from_overlaps_and_gaps() {
    let (a, b) = (rect(0., 0., 1., 1.), rect(1., 0., 2., 1.));
    let good = audit(&[&a, &b]);
    assert_eq!((good.overlaps.len(), good.gaps.len(), good.shared, good.outer), (0, 0, 1, 6));
    assert_eq!(union([&a, &b]), union([&b, &a]));
    assert_eq!(geo::Area::unsigned_area(&union([&a, &b])), 2.0);

    for (other, why) in [
        (rect(0.5, 0.5, 2., 2.), "crossing"),
        (rect(0.2, 0.2, 0.8, 0.8), "inside"),
        (a.clone(), "the same twice"),
        (rect(0., 0., 0.5, 1.), "three sides in common"),
        (rect(0.25, 0., 0.75, 1.), "two sides on the same lines"),
    ] {
        let found = audit(&[&a, &b, &other]).overlaps;
        let want = shape::area_m2(&a.intersection(&other));
        let got = found.iter().find(|o| (o.0, o.1) == (0, 2)).unwrap_or_else(|| panic!("{why}: {found:?}"));
        assert!((got.2 / want - 1.0).abs() < 1e-6, "{why}");
    }

    let frame = [rect(0., 0., 3., 1.), rect(0., 2., 3., 3.), rect(0., 1., 1., 2.), rect(1.00001, 1., 3., 2.)];
    // Without vertices where the borders meet nothing is shared; knitting gives them.
    let knitted = knit(&frame, &[]);
    let found = audit(&knitted.iter().collect::<Vec<_>>());
    assert!(found.overlaps.is_empty() && found.gaps.len() == 1, "{found:?}");
    assert!((found.gaps[0].width_m - 1.11).abs() < 0.05, "{found:?}");
}

#[test]
fn the_outline_of_what_overlaps_is_the_union() {
    let (a, b) = (rect(0., 0., 1., 1.), rect(1., 0., 2., 1.));
    assert_eq!(outline(&[&a, &b]), union([&a, &b]), "a tiling stays exact");
    let area = |shapes: &[&MultiPolygon<f64>]| {
        let whole = outline(shapes);
        assert!(whole.is_valid(), "{whole:?}");
        geo::Area::unsigned_area(&whole)
    };
    let far = rect(5., 0., 6., 1.);
    for (other, want, why) in [
        (rect(0.9, 0., 2., 1.), 2.0, "a strip in common"),
        (rect(0.2, 0.2, 0.8, 0.8), 1.0, "inside"),
        (a.clone(), 1.0, "the same twice"),
        (rect(1., 0.25, 2., 0.75), 1.5, "neighbours without vertices in common"),
        (rect(0.5, 0.5, 1.5, 1.5), 1.75, "crossing"),
        (rect(1.0001, 0., 2., 1.), 1.9999, "a slit stays"),
    ] {
        let got = area(&[&a, &far, &other]);
        assert!((got - want - 1.0).abs() < 1e-6, "{why}: {got}");
    }
}

#[test]
fn knitting_closes_what_rounding_opened() {
    // Left and right of a slanted border; the right one is cut into strips whose corners are
    // rounded to the grid, off the long border by up to half a unit.
    let (w, e) = ([0.0, 0.0], [0.0123457, 0.9876543]);
    let left = MultiPolygon::from(Polygon::new(ring(&[w, e, [-1.0, 1.0], [-1.0, 0.0]]), vec![]));
    let cuts: Vec<[f64; 2]> = (0..=7).map(|i| f64::from(i) / 7.0).map(|t| [e[0] * t, e[1] * t]).collect();
    let strips = cuts.windows(2).map(|c| {
        let strip = Polygon::new(ring(&[c[0], [1.0, c[0][1]], [1.0, c[1][1]], c[1]]), vec![]);
        shape::rounded(&strip.into())
    });
    let shapes: Vec<_> = std::iter::once(left).chain(strips).collect();
    let knitted = knit(&shapes, &[]);
    let found = audit(&knitted.iter().collect::<Vec<_>>());
    assert!(found.overlaps.is_empty() && found.gaps.is_empty(), "{found:?}");
    assert_eq!(found.shared, 7 + 6);
    let borders = shared_borders_m(&knitted.iter().collect::<Vec<_>>());
    assert_eq!(borders.len(), 7 + 6);
    assert!(borders[&(0, 1)] > 15_000.0);
}
