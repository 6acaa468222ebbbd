//! How many shapes lie over each place: where two do, and where none does though shapes lie around.
//!
//! Neighbours in a tiling share their segments, which cancel. What is left, taken with its direction,
//! adds one to the number of shapes on its left; so polygon fill by winding number over these few
//! segments alone tells where that number is above one, and where it is none.

use std::collections::HashMap;

use geo::{BooleanOps, BoundingRect, Contains, LineString, MultiPolygon, Polygon, bool_ops::FillRule};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::{
    shape,
    topology::{Knot, coord, directed, knot},
};

/// Two shapes or none.
#[derive(Debug)]
pub struct Stacked {
    /// Under two shapes or more.
    pub twice: Vec<Polygon<f64>>,
    /// Under none, with shapes all around.
    pub holes: Vec<Polygon<f64>>,
    /// The segments without a partner.
    pub outline: Outline,
}

/// Whose border runs where shapes have no neighbour that shares it.
#[derive(Debug)]
pub struct Outline(RTree<Side>);

#[derive(Debug)]
struct Side {
    from: Knot,
    to: Knot,
    shape: usize,
}

/// Shapes are valid and wound as in RFC 7946, with 7 decimals.
pub fn stacked(shapes: &[MultiPolygon<f64>]) -> Stacked {
    let sides = lonely(shapes);
    let mut rings = closed_walks(&sides);
    let positive = |rings: &[LineString<f64>]| {
        let polygons = rings.iter().map(|r| Polygon::new(r.clone(), vec![])).collect();
        let filled =
            MultiPolygon::new(polygons).union_with_fill_rule(&MultiPolygon::<f64>::new(vec![]), FillRule::Positive);
        shape::rewind(&shape::rounded(&filled))
    };
    let union = positive(&rings);
    let holes = union.iter().flat_map(Polygon::interiors).map(|r| without_islands(r, &union));
    let holes = shape::rewind(&holes.collect::<Vec<_>>().into()).0;
    let mut twice = MultiPolygon::new(vec![]);
    if let Some(b) = shape::bbox(&union) {
        // One shape less over everything: a clockwise box around all.
        let (w, s, e, n) = (b.west - 0.01, b.south - 0.01, b.east + 0.01, b.north + 0.01);
        rings.push(vec![(w, s), (w, n), (e, n), (e, s), (w, s)].into());
        twice = positive(&rings);
    }
    Stacked { twice: twice.0, holes, outline: Outline(RTree::bulk_load(sides)) }
}

/// The ground inside a hole of `union` that no part of it fills.
fn without_islands(hole: &LineString<f64>, union: &MultiPolygon<f64>) -> Polygon<f64> {
    let whole = Polygon::new(hole.clone(), vec![]);
    let around = whole.bounding_rect();
    let inside = |part: &&Polygon<f64>| {
        let within = part.bounding_rect().zip(around).is_some_and(|(p, h)| h.contains(&p));
        within && whole.contains(&part.exterior().0[0])
    };
    let islands = union.iter().filter(inside).map(|part| part.exterior().clone()).collect();
    Polygon::new(hole.clone(), islands)
}

/// The directed segments that are left when opposite ones cancel.
fn lonely(shapes: &[MultiPolygon<f64>]) -> Vec<Side> {
    let mut all: Vec<((Knot, Knot), bool, usize)> = shapes
        .iter()
        .enumerate()
        .flat_map(|(i, s)| directed(s).map(move |(a, b)| if a < b { ((a, b), true, i) } else { ((b, a), false, i) }))
        .collect();
    all.sort_unstable();
    let mut left = Vec::new();
    for same in all.chunk_by(|a, b| a.0 == b.0) {
        let (back, forth) = same.split_at(same.partition_point(|s| !s.1));
        let (more, fewer) = if back.len() > forth.len() { (back, forth) } else { (forth, back) };
        left.extend(more[fewer.len()..].iter().map(|&((a, b), forth, shape)| {
            let (from, to) = if forth { (a, b) } else { (b, a) };
            Side { from, to, shape }
        }));
    }
    left
}

/// As many segments come to every knot as leave it, so walking on always comes back.
fn closed_walks(sides: &[Side]) -> Vec<LineString<f64>> {
    let mut leaving: HashMap<Knot, Vec<Knot>> = HashMap::with_capacity(sides.len());
    sides.iter().for_each(|s| leaving.entry(s.from).or_default().push(s.to));
    let mut walks = Vec::new();
    for side in sides {
        let mut walk = vec![side.from];
        let mut at = side.from;
        while let Some(to) = leaving.get_mut(&at).and_then(Vec::pop) {
            walk.push(to);
            at = to;
        }
        if walk.len() > 3 {
            walks.push(walk.into_iter().map(coord).collect());
        }
    }
    walks
}

impl Outline {
    /// How many metres of the ring each shape's border runs along, by shape.
    pub fn along(&self, ring: &LineString<f64>) -> Vec<(usize, f64)> {
        let mut metres: HashMap<usize, f64> = HashMap::new();
        for line in ring.lines() {
            let middle = knot((line.start + line.end) / 2.0).map(f64::from);
            let length_m = xunge_base::LngLat::from(line.start).distance_m(line.end.into());
            // Filling rounds where segments cross: two units off is the same line.
            let near = self.0.locate_within_distance(middle, 8.0).map(|s| s.shape).min();
            *metres.entry(near.unwrap_or(usize::MAX)).or_default() += length_m;
        }
        metres.remove(&usize::MAX);
        let mut sorted: Vec<_> = metres.into_iter().collect();
        sorted.sort_by_key(|m| m.0);
        sorted
    }
}

impl RTreeObject for Side {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from.map(f64::from), self.to.map(f64::from))
    }
}

impl PointDistance for Side {
    fn distance_2(&self, p: &[f64; 2]) -> f64 {
        let (a, b) = (self.from.map(f64::from), self.to.map(f64::from));
        let (d, v) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
        let share = ((v[0] * d[0] + v[1] * d[1]) / (d[0] * d[0] + d[1] * d[1])).clamp(0.0, 1.0);
        (v[0] - share * d[0]).powi(2) + (v[1] - share * d[1]).powi(2)
    }
}

#[cfg(test)]
mod tests;
