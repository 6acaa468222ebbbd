//! Borders that don't fit: the segments that keep shapes from tiling.
//!
//! A segment fits when another shape runs along it the other way, or when no other shape is near. It
//! does not when another shape runs along it the same way, crosses it, touches it elsewhere than at
//! its ends, has it inside, or lies beside it within the gap width without sharing it. That is what
//! JTS and GEOS call an invalid coverage edge, and [`segments`] finds the same ones
//! (`coverage_invalid_edges`; tests compare them). Most segments of a tiling have their partner and
//! are done with by sorting; only the others are looked at, against an R-tree of themselves.
//!
//! Coordinates are taken as they stand and orientation is exact, so a border that two shapes draw a
//! rounding apart does not fit.

use std::cell::OnceCell;

use geo::{
    Coord, LineString, MultiPolygon, Orientation,
    kernels::{Kernel, RobustKernel},
};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};

/// A stretch of a shape's border that does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    /// Whose border it is, by place in the input.
    pub shape: usize,
    /// The shape that it does not fit.
    pub against: usize,
    /// In the direction of the ring.
    pub line: LineString<f64>,
}

/// How near is too near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapWidth {
    /// Neighbours that run side by side at most so far apart, in the units of `scale`, have a gap
    /// between them; 0 looks for none.
    pub width: f64,
    /// What one unit of either coordinate measures: metres a degree, or 1 for a plane.
    pub scale: [f64; 2],
}

/// The stretches that don't fit, by shape and in the order of its rings.
pub fn segments(shapes: &[MultiPolygon<f64>], gap: GapWidth) -> Vec<Misfit> {
    let mut borders = Borders::new(shapes);
    borders.match_partners();
    borders.mark_interacting(gap);
    borders.mark_inside();
    borders.stretches()
}

type Box2 = Rectangle<[f64; 2]>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unknown,
    Matched,
    /// And which shape it does not fit.
    Misfit(u32),
}

/// One closed ring; its points stand once, segment `i` leaves point `i`.
#[derive(Debug)]
struct Ring {
    shape: u32,
    first: usize,
    len: usize,
    /// Whether the shape lies right of the direction of the ring.
    inside_is_right: bool,
}

/// All borders, their points one after the other.
#[derive(Debug)]
struct Borders {
    points: Vec<Coord<f64>>,
    /// Of the segment that leaves each point.
    marks: Vec<Mark>,
    ring_of: Vec<u32>,
    rings: Vec<Ring>,
    /// The rings of each polygon follow each other: where they begin, and the end.
    parts: Vec<u32>,
}

impl Borders {
    fn new(shapes: &[MultiPolygon<f64>]) -> Self {
        let mut all = Self {
            points: vec![],
            marks: vec![],
            ring_of: vec![],
            rings: vec![],
            parts: Vec::with_capacity(shapes.len()),
        };
        for (shape, parts) in shapes.iter().enumerate() {
            for part in parts {
                all.parts.push(all.rings.len() as u32);
                all.push(part.exterior(), shape, false);
                part.interiors().iter().for_each(|hole| all.push(hole, shape, true));
            }
        }
        all.parts.push(all.rings.len() as u32);
        all.marks = vec![Mark::Unknown; all.points.len()];
        all
    }

    fn push(&mut self, ring: &LineString<f64>, shape: usize, is_hole: bool) {
        let first = self.points.len();
        // No negative zero: equal places have equal bits.
        self.points.extend(ring.0.iter().map(|c| Coord { x: c.x + 0.0, y: c.y + 0.0 }));
        let mut kept = first;
        for i in first..self.points.len() {
            if kept == first || self.points[i] != self.points[kept - 1] {
                self.points[kept] = self.points[i];
                kept += 1;
            }
        }
        while kept > first + 1 && self.points[kept - 1] == self.points[first] {
            kept -= 1;
        }
        self.points.truncate(if kept - first < 2 { first } else { kept });
        let len = self.points.len() - first;
        self.ring_of.resize(self.points.len(), self.rings.len() as u32);
        let inside_is_right = runs_counter_clockwise(&self.points[first..]) == is_hole;
        self.rings.push(Ring { shape: shape as u32, first, len, inside_is_right });
    }

    fn ring(&self, segment: usize) -> &Ring {
        &self.rings[self.ring_of[segment] as usize]
    }

    /// The point `steps` further along the ring than point `i`.
    fn along(&self, i: usize, steps: usize) -> Coord<f64> {
        let ring = self.ring(i);
        self.points[ring.first + (i - ring.first + steps) % ring.len]
    }

    fn ends(&self, segment: usize) -> [Coord<f64>; 2] {
        [self.points[segment], self.along(segment, 1)]
    }

    /// Two shapes on either side of a segment fit; two on the same side don't.
    fn match_partners(&mut self) {
        let bits = |c: Coord<f64>| [c.x.to_bits(), c.y.to_bits()];
        let mut sides: Vec<([[u64; 2]; 2], bool, u32)> = (0..self.points.len())
            .map(|i| {
                let [a, b] = self.ends(i).map(bits);
                let key = if a < b { [a, b] } else { [b, a] };
                (key, (a < b) == self.ring(i).inside_is_right, i as u32)
            })
            .collect();
        sides.sort_unstable();
        for same in sides.chunk_by(|a, b| a.0 == b.0) {
            let (left, right) = same.split_at(same.partition_point(|s| !s.1));
            for (side, other) in [(left, right), (right, left)] {
                for (n, s) in side.iter().enumerate() {
                    let rival = if n == 0 { side.get(1) } else { side.first() };
                    self.marks[s.2 as usize] = match rival {
                        Some(rival) => Mark::Misfit(self.ring(rival.2 as usize).shape),
                        None if other.is_empty() => Mark::Unknown,
                        None => Mark::Matched,
                    };
                }
            }
        }
    }

    fn mark_interacting(&mut self, gap: GapWidth) {
        let pad = gap.scale.map(|s| gap.width / s);
        let envelope = |[a, b]: [Coord<f64>; 2], pad: [f64; 2]| {
            AABB::from_corners(
                [a.x.min(b.x) - pad[0], a.y.min(b.y) - pad[1]],
                [a.x.max(b.x) + pad[0], a.y.max(b.y) + pad[1]],
            )
        };
        let unknown = (0..self.points.len()).filter(|&i| self.marks[i] == Mark::Unknown);
        let entry = |i| GeomWithData::new(Box2::from_aabb(envelope(self.ends(i), pad)), i);
        let tree = RTree::bulk_load(unknown.map(entry).collect());
        if tree.size() == 0 {
            return;
        }
        for other in 0..self.points.len() {
            let shape = self.ring(other).shape;
            let mut hit: Vec<usize> = Vec::new();
            for target in tree.locate_in_envelope_intersecting(&envelope(self.ends(other), [0.0; 2])) {
                let i = target.data;
                let open = self.marks[i] == Mark::Unknown && self.ring(i).shape != shape;
                if open && self.is_misfit(i, other, gap) {
                    hit.push(i);
                }
            }
            hit.into_iter().for_each(|i| self.marks[i] = Mark::Misfit(shape));
        }
    }

    fn is_misfit(&self, target: usize, other: usize, gap: GapWidth) -> bool {
        let ([a, b], [c, d]) = (self.ends(target), self.ends(other));
        let corner = match meet(a, b, c, d) {
            Meet::Apart => None,
            Meet::Across => return true,
            Meet::AtEnds(corner) => Some(corner),
        };
        if let Some(corner) = corner
            && self.corner_holds(other, corner, if corner == a { b } else { a })
        {
            return true;
        }
        gap.width > 0.0 && run_beside([a, b].map(|p| scaled(p, gap)), [c, d].map(|p| scaled(p, gap)), gap.width)
    }

    /// Whether the way from `corner`, an end of segment `other`, to `to` begins inside that ring.
    fn corner_holds(&self, other: usize, corner: Coord<f64>, to: Coord<f64>) -> bool {
        let (ring, ends_here) = (self.ring(other), self.along(other, 1) == corner);
        let before = if ends_here { self.points[other] } else { self.along(other, ring.len - 1) };
        let after = self.along(other, if ends_here { 2 } else { 1 });
        // Inside is what lies counter-clockwise from one arm to the other.
        let [from, until] = if ring.inside_is_right { [before, after] } else { [after, before] };
        let turn = |p: Coord<f64>| if p == from { Turn::Same } else { counter_clockwise(corner, from, p) };
        match turn(to).cmp(&turn(until)) {
            std::cmp::Ordering::Less => turn(to) != Turn::Same,
            std::cmp::Ordering::Equal => {
                turn(to) != Turn::Same && RobustKernel::orient2d(corner, to, until) == Orientation::CounterClockwise
            }
            std::cmp::Ordering::Greater => false,
        }
    }

    /// A vertex inside another shape takes both segments that meet there along.
    fn mark_inside(&mut self) {
        let unknown = |marks: &[Mark], i: usize| marks[i] == Mark::Unknown;
        if !(0..self.points.len()).any(|i| unknown(&self.marks, i)) {
            return;
        }
        let parts: Vec<Part> = (0..self.parts.len() - 1).filter_map(|p| self.part(p)).collect();
        let tree = RTree::bulk_load(
            parts.iter().enumerate().map(|(n, p)| GeomWithData::new(Box2::from_aabb(p.envelope), n)).collect(),
        );
        for ring in &self.rings {
            for i in ring.first..ring.first + ring.len {
                if !unknown(&self.marks, i) {
                    continue;
                }
                let p = self.points[i];
                let around = tree.locate_all_at_point(&[p.x, p.y]).map(|found| &parts[found.data]);
                let Some(around) = around.into_iter().find(|part| part.shape != ring.shape && part.holds(p, self))
                else {
                    continue;
                };
                self.marks[i] = Mark::Misfit(around.shape);
                let previous = if i == ring.first { i + ring.len - 1 } else { i - 1 };
                if unknown(&self.marks, previous) {
                    self.marks[previous] = Mark::Misfit(around.shape);
                }
            }
        }
    }

    fn part(&self, part: usize) -> Option<Part> {
        let rings = &self.rings[self.parts[part] as usize..self.parts[part + 1] as usize];
        let (first, last) = (rings.first()?, rings.last()?);
        let segments = first.first..last.first + last.len;
        let shell = &self.points[first.first..first.first + first.len];
        let envelope = AABB::from_points(shell.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>().iter());
        (!shell.is_empty()).then(|| Part { shape: first.shape, segments, envelope, bands: OnceCell::new() })
    }

    fn stretches(&self) -> Vec<Misfit> {
        let mut found = Vec::new();
        for ring in self.rings.iter().filter(|r| r.len > 0) {
            let mark = |n: usize| self.marks[ring.first + n % ring.len];
            // Begin where one stretch ends, so that none is cut in two.
            let begin = (0..ring.len).find(|&n| mark(n) != mark(n + ring.len - 1)).unwrap_or(0);
            let mut n = begin;
            while n < begin + ring.len {
                let run = (n..begin + ring.len).take_while(|&m| mark(m) == mark(n)).count();
                if let Mark::Misfit(against) = mark(n) {
                    let line = (n..=n + run).map(|m| self.points[ring.first + m % ring.len]).collect();
                    found.push(Misfit { shape: ring.shape as usize, against: against as usize, line });
                }
                n += run;
            }
        }
        found.sort_by_key(|m| m.shape);
        found
    }
}

/// One polygon to ask whether it holds a point.
#[derive(Debug)]
struct Part {
    shape: u32,
    segments: std::ops::Range<usize>,
    envelope: AABB<[f64; 2]>,
    /// Segments by the horizontal band that they meet.
    bands: OnceCell<Vec<Vec<u32>>>,
}

/// About so many segments lie in a band.
const BAND: usize = 8;

impl Part {
    /// Whether `p` lies inside, not on the border: an odd number of segments lies east of it.
    fn holds(&self, p: Coord<f64>, borders: &Borders) -> bool {
        let bands = self.bands.get_or_init(|| self.banded(borders));
        let mut odd = false;
        for &i in &bands[self.band(p.y, bands.len())] {
            let [a, b] = borders.ends(i as usize);
            let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
            if low.y > p.y || high.y < p.y || low.x.max(high.x) < p.x {
                continue;
            }
            let side = RobustKernel::orient2d(low, high, p);
            if side == Orientation::Collinear && p.x >= low.x.min(high.x) && p.x <= low.x.max(high.x) {
                return false;
            }
            odd ^= low.y <= p.y && p.y < high.y && side == Orientation::CounterClockwise;
        }
        odd
    }

    fn band(&self, y: f64, bands: usize) -> usize {
        let (south, north) = (self.envelope.lower()[1], self.envelope.upper()[1]);
        let height = (north - south).max(f64::MIN_POSITIVE);
        (((y - south) / height * bands as f64).max(0.0) as usize).min(bands - 1)
    }

    fn banded(&self, borders: &Borders) -> Vec<Vec<u32>> {
        let mut bands = vec![Vec::new(); self.segments.len() / BAND + 1];
        for i in self.segments.clone() {
            let [a, b] = borders.ends(i).map(|c| self.band(c.y, bands.len()));
            bands[a.min(b)..=a.max(b)].iter_mut().for_each(|band| band.push(i as u32));
        }
        bands
    }
}

enum Meet {
    Apart,
    /// They cross, lie on each other, or one ends on the other.
    Across,
    /// At a common end alone.
    AtEnds(Coord<f64>),
}

fn meet(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> Meet {
    let apart = |p: f64, q: f64, r: f64, s: f64| p.max(q) < r.min(s) || r.max(s) < p.min(q);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return Meet::Apart;
    }
    let side = |p, q, r| RobustKernel::orient2d(p, q, r);
    let (ac, ad, ca, cb) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    let same_side = |p: Orientation, q: Orientation| p == q && p != Orientation::Collinear;
    if same_side(ac, ad) || same_side(ca, cb) {
        return Meet::Apart;
    }
    let common = [a, b].into_iter().find(|p| *p == c || *p == d);
    let on_one_line = [ac, ad, ca, cb].iter().all(|o| *o == Orientation::Collinear);
    match common {
        Some(p) if !on_one_line => Meet::AtEnds(p),
        // On one line they touch at the common end alone when the others lie on either side of it.
        Some(p) => {
            let (q, r) = (if p == a { b } else { a }, if p == c { d } else { c });
            let opposite = |from: f64, x: f64, y: f64| (x - from) * (y - from) < 0.0;
            if opposite(p.x, q.x, r.x) || opposite(p.y, q.y, r.y) { Meet::AtEnds(p) } else { Meet::Across }
        }
        None => Meet::Across,
    }
}

/// How far to turn counter-clockwise from one direction to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Same,
    UnderHalf,
    Half,
    OverHalf,
}

fn counter_clockwise(corner: Coord<f64>, from: Coord<f64>, to: Coord<f64>) -> Turn {
    match RobustKernel::orient2d(corner, from, to) {
        Orientation::CounterClockwise => Turn::UnderHalf,
        Orientation::Clockwise => Turn::OverHalf,
        Orientation::Collinear => {
            let (u, v) = (from - corner, to - corner);
            if u.x * v.x + u.y * v.y > 0.0 { Turn::Same } else { Turn::Half }
        }
    }
}

fn scaled(p: Coord<f64>, gap: GapWidth) -> Coord<f64> {
    Coord { x: p.x * gap.scale[0], y: p.y * gap.scale[1] }
}

/// Whether two segments lie side by side within `width` of each other, for longer than that.
fn run_beside(s: [Coord<f64>; 2], t: [Coord<f64>; 2], width: f64) -> bool {
    let distance = |p: Coord<f64>, q: Coord<f64>| (p - q).x.hypot((p - q).y);
    let (Some(on_s), Some(mut on_t)) = (shadow(s, t), shadow(t, s)) else { return false };
    if distance(on_s[0], on_s[1]) <= width || distance(on_t[0], on_t[1]) <= width {
        return false;
    }
    if distance(on_s[0], on_t[1]) < distance(on_s[0], on_t[0]) {
        on_t.reverse();
    }
    distance(on_s[0], on_t[0]) <= width && distance(on_s[1], on_t[1]) <= width
}

/// The part of the segment `on` that `other` lies beside.
fn shadow(on: [Coord<f64>; 2], other: [Coord<f64>; 2]) -> Option<[Coord<f64>; 2]> {
    let d = on[1] - on[0];
    let len2 = d.x * d.x + d.y * d.y;
    let share = |p: Coord<f64>| match p {
        p if p == on[0] => 0.0,
        p if p == on[1] => 1.0,
        p => ((p.x - on[0].x) * d.x + (p.y - on[0].y) * d.y) / len2,
    };
    let [u, v] = other.map(share);
    if (u >= 1.0 && v >= 1.0) || (u <= 0.0 && v <= 0.0) {
        return None;
    }
    let at = |share: f64| match share {
        s if s <= 0.0 => on[0],
        s if s >= 1.0 => on[1],
        s => Coord { x: on[0].x + s * d.x, y: on[0].y + s * d.y },
    };
    Some([at(u), at(v)])
}

/// The direction of a ring, told by its highest corner; that is one also where it crosses itself.
fn runs_counter_clockwise(ring: &[Coord<f64>]) -> bool {
    let n = ring.len();
    if n < 3 {
        return false;
    }
    let at = |i: usize| ring[i % n];
    let mut top = at(0).y;
    let mut risen = None;
    for i in 1..=n {
        if at(i).y > at(i - 1).y && at(i).y >= top {
            (top, risen) = (at(i).y, Some(i));
        }
    }
    let Some(up) = risen else { return false };
    let Some(down) = (up + 1..up + n).find(|&i| at(i).y != top) else { return false };
    if at(down - 1) == at(up) {
        RobustKernel::orient2d(at(up - 1), at(up), at(down)) == Orientation::CounterClockwise
    } else {
        at(down - 1).x < at(up).x
    }
}

#[cfg(test)]
mod tests;
