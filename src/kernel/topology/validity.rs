//! Whether a shape is one by the standard, what makes it one, and where its borders cross.

use std::collections::{BTreeSet, HashMap, HashSet};

use geo::{Area, LineString, MakeValid, MultiPolygon, Validation};
use rstar::{RTree, RTreeObject};

use super::{Box2, Knot, Segment, assemble, conflict, coord, directed, knot, rings_of, segment};
use crate::shape;
use xunge_base::LngLat;

/// Whether every vertex joins two segments and segments meet at their ends only. Then the rings of
/// the shape are simple and apart from each other; n log n, where validation in general is n².
pub fn is_plain(shape: &MultiPolygon<f64>) -> bool {
    let mut degree: HashMap<Knot, u8> = HashMap::new();
    let mut count = |k| {
        let d = degree.entry(k).or_default();
        *d = d.saturating_add(1);
    };
    let segments: Vec<Box2> = directed(shape)
        .map(|(a, b)| {
            count(a);
            count(b);
            Box2(segment(a, b))
        })
        .collect();
    if degree.values().any(|d| *d != 2) {
        return false;
    }
    let tree = RTree::bulk_load(segments);
    tree.iter().all(|s| !tree.locate_in_envelope_intersecting(&s.envelope()).any(|t| conflict(s.0, t.0)))
}

/// Whether the shape is one short ring without a fault: nothing has to be built to see that.
fn is_short_ring(shape: &MultiPolygon<f64>) -> bool {
    const SHORT: usize = 32;
    let [polygon] = &shape.0[..] else { return false };
    if !polygon.interiors().is_empty() || polygon.exterior().0.len() > SHORT {
        return false;
    }
    let sides: Vec<(Knot, Knot)> = directed(shape).collect();
    let apart = |(i, s): (usize, &(Knot, Knot))| {
        let later = &sides[i + 1..];
        later.iter().all(|t| t.0 != s.0 && !conflict(segment(s.0, s.1), segment(t.0, t.1)))
    };
    sides.len() > 2 && sides.iter().enumerate().all(apart)
}

/// Whether `shape` is valid as in OGC simple features, and else why not.
pub fn validity(shape: &MultiPolygon<f64>) -> Result<(), String> {
    if is_short_ring(shape) {
        return Ok(());
    }
    // Plain rings make a valid shape when each lies on the side of the others where it is said to.
    let nested = || assemble(directed(shape).map(|(a, b)| segment(a, b)));
    let same = |n: MultiPolygon<f64>| {
        n.0.len() == shape.0.len() && (n.unsigned_area() / shape.unsigned_area() - 1.0).abs() < 1e-12
    };
    if is_plain(shape) && nested().is_ok_and(same) {
        return Ok(());
    }
    shape.check_validation().map_err(|e| e.to_string())
}

/// The shape rounded, wound and valid; with the error that had to be repaired, if any.
///
/// # Errors
/// Why nothing is left of it.
pub fn tidy(shape: &MultiPolygon<f64>) -> Result<(MultiPolygon<f64>, Option<String>), String> {
    let shape = shape::rewind(&shape::rounded(shape));
    let broken = validity(&shape).err();
    let shape = match &broken {
        None => shape,
        Some(why) => {
            let repaired = shape.make_valid().map_err(|e| format!("{why}; it could not be repaired: {e}"))?;
            let repaired = shape::rewind(&shape::rounded(&repaired));
            if validity(&repaired).is_err() {
                return Err(format!("{why}; it could not be repaired"));
            }
            repaired
        }
    };
    if shape::area_m2(&shape) < 1.0 {
        return Err(broken.unwrap_or_else(|| "its area is below 1 m²".into()));
    }
    Ok((shape, broken))
}

/// Where a shape's rings cross or touch themselves and each other, elsewhere than at a vertex that two
/// rings have in common; in order of the places.
pub fn crossings(shape: &MultiPolygon<f64>) -> Vec<LngLat> {
    let rings: Vec<&LineString<f64>> = shape.iter().flat_map(rings_of).collect();
    let mut found: BTreeSet<Knot> = BTreeSet::new();
    let mut segments = Vec::new();
    for ring in rings {
        let mut met = HashSet::new();
        for (a, b) in ring.0.windows(2).map(|w| (knot(w[0]), knot(w[1]))).filter(|(a, b)| a != b) {
            if !met.insert(a) {
                found.insert(a);
            }
            segments.push(Box2(segment(a, b)));
        }
    }
    let tree = RTree::bulk_load(segments);
    for Box2(s) in &tree {
        for Box2(t) in tree.locate_in_envelope_intersecting(&Box2(*s).envelope()).filter(|t| t.0 > *s) {
            if conflict(*s, *t) {
                found.insert(meeting(*s, *t));
            }
        }
    }
    found.into_iter().map(|k| coord(k).into()).collect()
}

/// Where two segments that conflict meet first.
fn meeting(s: Segment, t: Segment) -> Knot {
    let d = |p: Knot, q: Knot| [f64::from(q[0]) - f64::from(p[0]), f64::from(q[1]) - f64::from(p[1])];
    let (u, v, w) = (d(s.0, s.1), d(t.0, t.1), d(s.0, t.0));
    let cross = u[0] * v[1] - u[1] * v[0];
    if cross == 0.0 {
        return s.0.max(t.0);
    }
    let share = (w[0] * v[1] - w[1] * v[0]) / cross;
    [0, 1].map(|i| (f64::from(s.0[i]) + share * u[i]).round() as i32)
}
