//! Tilings as segments on an integer grid: exact unions, overlaps, gaps, and rings from pieces.
//!
//! Coordinates have 7 decimals, so a vertex is a pair of integers (a [`Knot`]) and two areas share
//! a border exactly when they share its segments. In a tiling each inner segment occurs twice and
//! cancels; what is left is the outline of the union. Drawn shapes are made to share segments by
//! [`knit`].

mod audit;
mod knit;
mod rings;
mod slits;
mod validity;

use geo::{Coord, LineString, MakeValid, MultiPolygon, Polygon};
use rstar::{AABB, RTreeObject};

pub use self::{
    audit::{Audit, Gap, audit, shared_borders_m},
    knit::knit,
    rings::{assemble, inside, lines},
    slits::{Slit, slits},
    validity::{crossings, is_plain, tidy, validity},
};
use super::shape::{self, PER_DEG};

/// A vertex in units of 1e-7 degrees.
pub type Knot = [i32; 2];
/// An undirected segment, the smaller end first.
pub type Segment = (Knot, Knot);

pub fn knot(c: Coord<f64>) -> Knot {
    [(c.x * PER_DEG).round() as i32, (c.y * PER_DEG).round() as i32]
}

pub fn coord(k: Knot) -> Coord<f64> {
    Coord { x: f64::from(k[0]) / PER_DEG, y: f64::from(k[1]) / PER_DEG }
}

pub fn segment(a: Knot, b: Knot) -> Segment {
    (a.min(b), a.max(b))
}

/// The directed segments of a shape, without those of no length.
pub(super) fn directed(shape: &MultiPolygon<f64>) -> impl Iterator<Item = (Knot, Knot)> {
    shape
        .iter()
        .flat_map(rings_of)
        .flat_map(|r| r.0.windows(2).map(|w| (knot(w[0]), knot(w[1]))))
        .filter(|(a, b)| a != b)
}

pub(super) fn rings_of(p: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(p.exterior()).chain(p.interiors())
}

/// The segments of a shape's rings, without those of no length.
pub fn segments(shape: &MultiPolygon<f64>) -> impl Iterator<Item = Segment> {
    directed(shape).map(|(a, b)| segment(a, b))
}

struct Box2(Segment);

impl RTreeObject for Box2 {
    type Envelope = AABB<[i32; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.0.0, self.0.1)
    }
}
/// Whether two different segments cross, overlap, or one ends within the other.
fn conflict(s: Segment, t: Segment) -> bool {
    let turn = |a: Knot, b: Knot, c: Knot| {
        let d = |p: Knot, i: usize| i128::from(p[i]) - i128::from(a[i]);
        (d(b, 0) * d(c, 1) - d(b, 1) * d(c, 0)).signum()
    };
    let (a, b) = (turn(s.0, s.1, t.0), turn(s.0, s.1, t.1));
    let (c, d) = (turn(t.0, t.1, s.0), turn(t.0, t.1, s.1));
    if [a, b, c, d] == [0; 4] {
        return s != t && s.0.max(t.0) < s.1.min(t.1);
    }
    let shared_end = s.0 == t.0 || s.0 == t.1 || s.1 == t.0 || s.1 == t.1;
    a * b <= 0 && c * d <= 0 && !shared_end
}

/// The exact union of shapes that share their inner borders segment by segment.
pub fn union<'a>(shapes: impl IntoIterator<Item = &'a MultiPolygon<f64>>) -> MultiPolygon<f64> {
    let segments = shapes.into_iter().flat_map(directed).map(|(a, b)| segment(a, b));
    // Rings close, so every vertex has an even number of segments, also after cancelling.
    assemble(segments).unwrap_or_else(|_| MultiPolygon::new(vec![]))
}

/// The union of shapes that were meant to tile. Exact where they do; where some overlap, or meet
/// without sharing their vertices, within the rounding.
pub fn outline(shapes: &[&MultiPolygon<f64>]) -> MultiPolygon<f64> {
    let exact = union(shapes.iter().copied());
    if audit(shapes).overlaps.is_empty() && validity(&exact).is_ok() { exact } else { merged(shapes) }
}

/// The union of shapes that may lie in any way.
fn merged(shapes: &[&MultiPolygon<f64>]) -> MultiPolygon<f64> {
    let tidy = |shape: &MultiPolygon<f64>| shape::rewind(&shape::rounded(shape));
    let merged = tidy(&geo::unary_union(shapes.iter().copied()));
    // Rounding may let rings touch.
    match validity(&merged) {
        Ok(()) => merged,
        Err(_) => merged.make_valid().map_or(merged, |valid| tidy(&valid)),
    }
}

#[cfg(test)]
mod tests;
