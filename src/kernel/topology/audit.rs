//! Where shapes that were meant to tile overlap, and what they leave out.

use std::collections::{BTreeSet, HashMap, HashSet};

use geo::{BooleanOps, CoordinatePosition, LineString, MultiPolygon, Polygon, coordinate_position::CoordPos};
use rstar::{RTree, RTreeObject, primitives::GeomWithData};

use super::{Box2, Segment, conflict, coord, directed, knot, merged, rings_of, segment, union};
use crate::shape;
use xunge_base::LngLat;

/// Overlaps below this are rounding.
const ROUNDING_M2: f64 = 0.01;

/// What is wrong with a tiling.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// Pairs of shapes (by place in the input) that overlap, with the area of the overlap.
    pub overlaps: Vec<(usize, usize, f64)>,
    /// Holes between the shapes: area and mean width in metres, and a place in it.
    pub gaps: Vec<Gap>,
    /// Segments that two neighbours share.
    pub shared: usize,
    /// Segments that only one shape has.
    pub outer: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    pub at: LngLat,
    pub area_m2: f64,
    pub width_m: f64,
}

/// Finds overlaps and gaps of shapes wound as in RFC 7946, by sweeping the segments without a
/// partner only. If no such segment crosses another segment, the number of shapes above a place
/// changes at the rings of these segments alone, so one place per ring decides.
pub fn audit(shapes: &[&MultiPolygon<f64>]) -> Audit {
    let owners = owners(shapes);
    let lonely = without_partner(&owners);
    let union = union(shapes.iter().copied());
    let pairs: BTreeSet<(usize, usize)> = suspects(shapes, &owners, &lonely, &union);
    let overlap = |&(i, j): &(usize, usize)| (i, j, shape::area_m2(&shapes[i].intersection(shapes[j])));
    let overlaps: Vec<_> = pairs.iter().map(overlap).filter(|o| o.2 > ROUNDING_M2).collect();
    // What lies in two shapes is a hole of what the segments make, and no gap.
    let whole = if overlaps.is_empty() { union } else { merged(shapes) };
    Audit {
        overlaps,
        gaps: whole.iter().flat_map(Polygon::interiors).filter_map(gap).collect(),
        shared: owners.len() - lonely.iter().map(|l| l.0).collect::<HashSet<_>>().len(),
        outer: lonely.len(),
    }
}

/// Whose each segment is, and whether in its own direction.
type Owners = HashMap<Segment, Vec<(usize, bool)>>;

fn owners(shapes: &[&MultiPolygon<f64>]) -> Owners {
    let mut owners = Owners::new();
    for (i, shape) in shapes.iter().enumerate() {
        for (a, b) in directed(shape) {
            owners.entry(segment(a, b)).or_default().push((i, a < b));
        }
    }
    owners
}

/// The segments that no neighbour shares, with their owners.
fn without_partner(owners: &Owners) -> Vec<(Segment, usize)> {
    let matched = |o: &[(usize, bool)]| o.len() == 2 && o[0].1 != o[1].1;
    let alone = owners.iter().filter(|(_, o)| !matched(o));
    let mut lonely: Vec<_> = alone.flat_map(|(s, o)| o.iter().map(|o| (*s, o.0))).collect();
    lonely.sort_unstable();
    lonely
}

pub(super) fn lonely(shapes: &[&MultiPolygon<f64>]) -> Vec<(Segment, usize)> {
    without_partner(&owners(shapes))
}

fn suspects(
    shapes: &[&MultiPolygon<f64>],
    owners: &Owners,
    lonely: &[(Segment, usize)],
    union: &MultiPolygon<f64>,
) -> BTreeSet<(usize, usize)> {
    let all = owners.iter().flat_map(|(s, o)| o.iter().map(|o| GeomWithData::new(Box2(*s), o.0)));
    let tree = RTree::bulk_load(all.collect());
    let mut pairs = BTreeSet::new();
    for &(s, i) in lonely {
        for other in tree.locate_in_envelope_intersecting(&Box2(s).envelope()).filter(|o| o.data != i) {
            if s == other.geom().0 || conflict(s, other.geom().0) {
                pairs.insert((i.min(other.data), i.max(other.data)));
            }
        }
    }
    let owner: HashMap<Segment, usize> = lonely.iter().copied().collect();
    let boxes: Vec<_> = shapes.iter().map(|s| shape::bbox(s)).collect();
    for ring in union.iter().flat_map(rings_of).filter(|r| r.0.len() > 1) {
        let Some(&i) = owner.get(&segment(knot(ring.0[0]), knot(ring.0[1]))) else { continue };
        let middle = (ring.0[0] + ring.0[1]) / 2.0;
        for (j, shape) in shapes.iter().enumerate().filter(|&(j, _)| j != i) {
            let near = boxes[j].is_some_and(|b| b.contains(middle.into()));
            if near && shape.coordinate_position(&middle) == CoordPos::Inside {
                pairs.insert((i.min(j), i.max(j)));
            }
        }
    }
    pairs
}

fn gap(ring: &LineString<f64>) -> Option<Gap> {
    let shape = shape::rewind(&Polygon::new(ring.clone(), vec![]).into());
    let area_m2 = shape::area_m2(&shape);
    let length_m: f64 = ring.0.windows(2).map(|w| LngLat::from(w[0]).distance_m(w[1].into())).sum();
    Some(Gap { at: shape::interior_point(&shape)?, area_m2, width_m: 2.0 * area_m2 / length_m })
}

/// How many metres of border each pair of shapes shares, segment by segment.
pub fn shared_borders_m(shapes: &[&MultiPolygon<f64>]) -> HashMap<(usize, usize), f64> {
    let mut owner: HashMap<Segment, usize> = HashMap::new();
    let mut lengths: HashMap<(usize, usize), f64> = HashMap::new();
    for (i, shape) in shapes.iter().enumerate() {
        for (a, b) in directed(shape) {
            if let Some(j) = owner.insert(segment(a, b), i)
                && i != j
            {
                let m = LngLat::from(coord(a)).distance_m(coord(b).into());
                *lengths.entry((i.min(j), i.max(j))).or_default() += m;
            }
        }
    }
    lengths
}
