//! Drawn shapes are made to share the segments of their borders.

use std::collections::{BTreeSet, HashMap, HashSet};

use geo::MultiPolygon;
use rstar::{AABB, RTree};

use super::{Knot, Segment, assemble, directed, segment};

/// How far rounding moves a cut: vertices this near to each other, or to a segment, in units of
/// 1e-7 degrees (2 cm), are the same place for [`knit`].
const SNAP: i32 = 2;

/// Makes shapes that were cut one by one share their borders segment by segment: vertices closer
/// than 2 cm become one (a vertex of `fixed` stays where it is), and every segment that passes a
/// vertex that closely gets it. Pieces thinner than that vanish. Shapes move by a centimetre or two.
pub fn knit(shapes: &[MultiPolygon<f64>], fixed: &[&MultiPolygon<f64>]) -> Vec<MultiPolygon<f64>> {
    let fixed: HashSet<Knot> = fixed.iter().flat_map(|s| directed(s)).map(|s| s.0).collect();
    let moved = merge_near(shapes, &fixed);
    let knots: HashSet<Knot> = fixed.into_iter().chain(moved.values().copied()).collect();
    let tree = RTree::bulk_load(knots.into_iter().collect());
    shapes
        .iter()
        .map(|shape| {
            let segments = directed(shape).map(|(a, b)| (moved[&a], moved[&b])).filter(|(a, b)| a != b);
            let split = segments.flat_map(|(a, b)| split_at_knots(segment(a, b), &tree));
            // A closed walk stays closed when its vertices move or multiply.
            assemble(split).unwrap_or_else(|_| MultiPolygon::new(vec![]))
        })
        .collect()
}

/// Where each vertex goes: to the nearest settled vertex in reach, else it settles itself.
fn merge_near(shapes: &[MultiPolygon<f64>], fixed: &HashSet<Knot>) -> HashMap<Knot, Knot> {
    let all: BTreeSet<Knot> = shapes.iter().flat_map(directed).map(|s| s.0).collect();
    let mut settled = fixed.clone();
    let mut moved = HashMap::with_capacity(all.len());
    for k in all {
        let reach = (-SNAP..=SNAP).flat_map(|dx| (-SNAP..=SNAP).map(move |dy| [dx, dy]));
        let near = reach
            .filter(|d| d[0] * d[0] + d[1] * d[1] <= SNAP * SNAP)
            .map(|d| (d[0] * d[0] + d[1] * d[1], [k[0] + d[0], k[1] + d[1]]))
            .filter(|(_, to)| settled.contains(to))
            .min();
        let to = near.map_or(k, |(_, to)| to);
        settled.insert(to);
        moved.insert(k, to);
    }
    moved
}

fn split_at_knots((a, b): Segment, knots: &RTree<Knot>) -> Vec<Segment> {
    let (lo, hi) = ([a[0].min(b[0]) - SNAP, a[1].min(b[1]) - SNAP], [a[0].max(b[0]) + SNAP, a[1].max(b[1]) + SNAP]);
    let (dx, dy) = (i64::from(b[0]) - i64::from(a[0]), i64::from(b[1]) - i64::from(a[1]));
    let len2 = (dx * dx + dy * dy) as f64;
    let mut on: Vec<(i64, Knot)> = knots
        .locate_in_envelope(&AABB::from_corners(lo, hi))
        .filter_map(|&k| {
            let (px, py) = (i64::from(k[0]) - i64::from(a[0]), i64::from(k[1]) - i64::from(a[1]));
            let (along, across) = (px * dx + py * dy, (px * dy - py * dx) as f64);
            let between = along > 0 && (along as f64) < len2 && k != a && k != b;
            (between && across * across <= f64::from(SNAP * SNAP) * len2).then_some((along, k))
        })
        .collect();
    on.sort_unstable();
    let stops: Vec<Knot> = std::iter::once(a).chain(on.into_iter().map(|(_, k)| k)).chain([b]).collect();
    stops.windows(2).map(|w| segment(w[0], w[1])).collect()
}
