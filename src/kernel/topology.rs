//! Tilings as segments on an integer grid: exact unions, overlaps, gaps, and rings from pieces.
//!
//! Coordinates have 7 decimals, so a vertex is a pair of integers (a [`Knot`]) and two areas share
//! a border exactly when they share its segments. In a tiling each inner segment occurs twice and
//! cancels; what is left is the outline of the union. Drawn shapes are made to share segments by
//! [`knit`].

mod slits;

use std::collections::{BTreeSet, HashMap, HashSet};

use geo::{
    Area, BooleanOps, Coord, CoordinatePosition, LineString, MakeValid, MultiLineString, MultiPolygon, Polygon,
    Validation, coordinate_position::CoordPos,
};
use rstar::{AABB, RTree, RTreeObject, primitives::GeomWithData};

pub use self::slits::{Slit, slits};
use super::shape::{self, PER_DEG};
use crate::base::LngLat;

/// A vertex in units of 1e-7 degrees.
pub type Knot = [i32; 2];
/// An undirected segment, the smaller end first.
pub type Segment = (Knot, Knot);

/// How far rounding moves a cut: vertices this near to each other, or to a segment, in units of
/// 1e-7 degrees (2 cm), are the same place for [`knit`].
const SNAP: i32 = 2;
/// Overlaps below this are rounding.
const ROUNDING_M2: f64 = 0.01;

pub fn knot(c: Coord<f64>) -> Knot {
    [(c.x * PER_DEG).round() as i32, (c.y * PER_DEG).round() as i32]
}

pub(super) fn coord(k: Knot) -> Coord<f64> {
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

/// Segments (each given once) strung together: a line ends where it forks or nothing goes on, and a ring
/// where it began.
pub fn lines(mut segments: Vec<Segment>) -> MultiLineString<f64> {
    segments.sort_unstable();
    let mut around: HashMap<Knot, Vec<usize>> = HashMap::with_capacity(segments.len());
    for (i, &(a, b)) in segments.iter().enumerate() {
        around.entry(a).or_default().push(i);
        around.entry(b).or_default().push(i);
    }
    // From the ends and forks on; what is left then are rings.
    let both = segments.iter().enumerate().flat_map(|(i, &(a, b))| [(a, i), (b, i)]);
    let (ends, rest): (Vec<_>, Vec<_>) = both.partition(|(knot, _)| around[knot].len() != 2);
    let mut used = vec![false; segments.len()];
    let mut all: Vec<Vec<Knot>> = Vec::new();
    for (start, first) in ends.into_iter().chain(rest) {
        let (mut line, mut at, mut next) = (vec![start], start, Some(first).filter(|i| !used[*i]));
        while let Some(i) = next {
            used[i] = true;
            let (a, b) = segments[i];
            at = if at == a { b } else { a };
            line.push(at);
            let on = &around[&at];
            next = on.iter().copied().find(|i| on.len() == 2 && !used[*i]);
        }
        if line.len() > 1 {
            all.push(line);
        }
    }
    let line = |knots: Vec<Knot>| knots.into_iter().map(coord).collect::<LineString<f64>>();
    all.into_iter().map(line).collect()
}

/// The shape whose border is made of the segments that occur an odd number of times, in any order
/// and direction: rings are chained and nested, holes found.
///
/// # Errors
/// The loose ends, where the segments do not close.
pub fn assemble(segments: impl IntoIterator<Item = Segment>) -> Result<MultiPolygon<f64>, Vec<LngLat>> {
    let mut segments: Vec<_> = segments.into_iter().collect();
    segments.sort_unstable();
    let odd: Vec<_> = segments.chunk_by(|a, b| a == b).filter(|c| c.len() % 2 == 1).map(|c| c[0]).collect();
    let (rings, touching) =
        chain(&odd).map_err(|ends| ends.into_iter().map(|k| coord(k).into()).collect::<Vec<_>>())?;
    let shape = nest(rings);
    if touching && !shape.is_valid() {
        // Rings that touch at several vertices were paired wrongly; their parity is still right.
        return Ok(shape::rewind(&shape::rounded(&shape.union(&MultiPolygon::new(vec![])))));
    }
    Ok(shape)
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

/// Simple closed rings over the segments, and whether any touch each other; or the loose ends.
fn chain(segments: &[Segment]) -> Result<(Vec<Vec<Knot>>, bool), Vec<Knot>> {
    let mut around: HashMap<Knot, Vec<(Knot, usize)>> = HashMap::with_capacity(segments.len());
    for (i, &(a, b)) in segments.iter().enumerate() {
        around.entry(a).or_default().push((b, i));
        around.entry(b).or_default().push((a, i));
    }
    let loose: BTreeSet<Knot> = around.iter().filter(|(_, to)| to.len() % 2 == 1).map(|(k, _)| *k).collect();
    if !loose.is_empty() {
        return Err(loose.into_iter().collect());
    }
    let touching = around.values().any(|to| to.len() > 2);
    let mut used = vec![false; segments.len()];
    let mut rings = Vec::new();
    for &(start, _) in segments {
        let mut path = vec![start];
        let mut place: HashMap<Knot, usize> = HashMap::from([(start, 0)]);
        while let Some((next, i)) = around[&path[path.len() - 1]].iter().copied().find(|&(_, i)| !used[i]) {
            used[i] = true;
            if let Some(&at) = place.get(&next) {
                // Back at a vertex of the path: what came since is a ring.
                path[at + 1..].iter().for_each(|k| {
                    place.remove(k);
                });
                rings.push(path[at..].to_vec());
                path.truncate(at + 1);
            } else {
                place.insert(next, path.len());
                path.push(next);
            }
        }
    }
    Ok((rings, touching))
}

/// Polygons from rings that do not cross: a ring inside an odd number of others is a hole.
fn nest(rings: Vec<Vec<Knot>>) -> MultiPolygon<f64> {
    let mut rings: Vec<(i128, Vec<Knot>)> = rings.into_iter().map(|r| (double_area(&r).abs(), r)).collect();
    rings.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let lines: Vec<LineString<f64>> = rings.iter().map(|(_, r)| closed(r)).collect();
    let mut polygons: Vec<(usize, Vec<LineString<f64>>)> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let around: Vec<usize> = (0..i).filter(|&j| inside(line, &lines[j])).collect();
        let shell = around.iter().rev().find_map(|&j| polygons.iter().position(|p| p.0 == j));
        match shell {
            Some(at) if around.len() % 2 == 1 => polygons[at].1.push(line.clone()),
            _ => polygons.push((i, Vec::new())),
        }
    }
    let polygons = polygons.into_iter().map(|(i, holes)| Polygon::new(lines[i].clone(), holes));
    shape::rewind(&MultiPolygon::new(polygons.collect()))
}

fn closed(ring: &[Knot]) -> LineString<f64> {
    ring.iter().chain(ring.first()).map(|&k| coord(k)).collect()
}

/// Twice the signed area, in squared units.
fn double_area(ring: &[Knot]) -> i128 {
    let o = ring[0].map(i128::from);
    let at = |k: Knot| [i128::from(k[0]) - o[0], i128::from(k[1]) - o[1]];
    ring.windows(2).map(|w| (at(w[0]), at(w[1]))).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum()
}

/// Whether a ring lies inside another that it does not cross (it may touch it).
pub fn inside(ring: &LineString<f64>, other: &LineString<f64>) -> bool {
    let polygon = Polygon::new(other.clone(), vec![]);
    let middles = ring.0.windows(2).map(|w| (w[0] + w[1]) / 2.0);
    let places = ring.0.iter().copied().chain(middles).map(|c| polygon.coordinate_position(&c));
    places.into_iter().find(|p| *p != CoordPos::OnBoundary) == Some(CoordPos::Inside)
}

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

fn lonely(shapes: &[&MultiPolygon<f64>]) -> Vec<(Segment, usize)> {
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

struct Box2(Segment);

impl RTreeObject for Box2 {
    type Envelope = AABB<[i32; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.0.0, self.0.1)
    }
}

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

#[cfg(test)]
mod tests;
