//! Areas cut along the hexagons of the H3 index.
//!
//! A hexagon's sides and an area's edges are taken as straight in the equal-area projection that
//! [`shape::area_m2`](super::shape::area_m2) measures in: there the hexagons tile the plane, so the
//! pieces of an area add up to the area itself.
//!
//! Cutting an area of V vertices by each of C hexagons would cost V·C. Instead the hexagons are
//! halved about their median again and again, and the area is clipped to the box of each half
//! before it is handed down: each hexagon is cut out of the little that lies around it. Rings are
//! clipped by half-planes (Sutherland, Hodgman 1974, 10.1145/360767.360802); the bridges this
//! leaves along a clipping line enclose nothing, so they do not count in the shoelace sum.
//!
//! The few cells crossed by an edge of H3's icosahedron are convex only to within centimetres, and
//! shapes across the antimeridian are not supported.

use std::collections::{HashMap, HashSet};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use h3o::{CellIndex, LatLng, Resolution};

use super::shape::{WGS84_A_M, authalic_y_m};
use xunge_base::LngLat;

/// Smaller pieces are rounding noise of shapes kept to 7 decimals, and left out.
pub const LEAST_PIECE_M2: f64 = 0.01;

/// A place in the cylindrical equal-area projection, metres.
type Plane = [f64; 2];

fn project(lng: f64, lat: f64) -> Plane {
    [lng.to_radians() * WGS84_A_M, authalic_y_m(lat)]
}

/// The cell that holds `p`; `None` where `p` is no place on the earth.
pub fn cell_of(p: LngLat, resolution: Resolution) -> Option<CellIndex> {
    LatLng::new(p.lat, p.lng).ok().map(|l| l.to_cell(resolution))
}

pub fn centre(cell: CellIndex) -> LngLat {
    let at = LatLng::from(cell);
    LngLat { lng: at.lng(), lat: at.lat() }
}

/// The cell's outline, counter-clockwise and closed.
pub fn outline(cell: CellIndex) -> Polygon<f64> {
    let ring: Vec<_> = cell.boundary().iter().map(|v| Coord { x: v.lng(), y: v.lat() }).collect();
    Polygon::new(LineString::new(ring), vec![])
}

/// Where a cell and an area meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    pub cell: CellIndex,
    pub area_m2: f64,
}

/// Cuts areas into cells of one resolution; remembers the hexagons it has met.
#[derive(Debug)]
pub struct Cutter {
    resolution: Resolution,
    hexagons: HashMap<CellIndex, usize>,
    corners: Vec<Hexagon>,
}

/// A cell in the plane.
#[derive(Debug, Clone)]
struct Hexagon {
    cell: CellIndex,
    /// Counter-clockwise.
    ring: Vec<Plane>,
    min: Plane,
    max: Plane,
}

impl Cutter {
    pub fn new(resolution: Resolution) -> Self {
        Self { resolution, hexagons: HashMap::new(), corners: Vec::new() }
    }

    /// Every cell that `shape` meets with the square metres they share, by cell. Pieces below
    /// [`LEAST_PIECE_M2`] are left out.
    pub fn cut(&mut self, shape: &MultiPolygon<f64>) -> Vec<Cut> {
        let mut found: HashMap<usize, f64> = HashMap::new();
        for polygon in shape {
            let exterior = projected(polygon.exterior());
            let mut around = self.around(polygon.exterior(), &exterior);
            let corners = &self.corners;
            // A ring may be wound either way: what counts is its size, and that holes take away.
            split(exterior, &mut around, corners, &mut |h, m2| *found.entry(h).or_default() += m2.abs());
            for hole in polygon.interiors() {
                split(projected(hole), &mut around, corners, &mut |h, m2| *found.entry(h).or_default() -= m2.abs());
            }
        }
        let mut cuts: Vec<Cut> = found
            .into_iter()
            .filter(|&(_, area_m2)| area_m2 >= LEAST_PIECE_M2)
            .map(|(h, area_m2)| Cut { cell: self.corners[h].cell, area_m2 })
            .collect();
        cuts.sort_unstable_by_key(|c| c.cell);
        cuts
    }

    /// The hexagons whose box meets the box of the ring: a flood over neighbours from one of them.
    /// Hexagons that meet a box hang together.
    fn around(&mut self, ring: &LineString<f64>, plane: &[Plane]) -> Vec<usize> {
        let Some(first) = ring.0.first().and_then(|c| cell_of((*c).into(), self.resolution)) else {
            return Vec::new();
        };
        let (min, max) = bounds(plane);
        let mut seen = HashSet::from([first]);
        let (mut open, mut met) = (vec![first], Vec::new());
        while let Some(cell) = open.pop() {
            let ix = self.hexagon(cell);
            let h = &self.corners[ix];
            if (0..2).all(|axis| h.min[axis] <= max[axis] && min[axis] <= h.max[axis]) {
                met.push(ix);
                open.extend(cell.grid_disk_safe(1).filter(|&n| seen.insert(n)));
            }
        }
        met
    }

    fn hexagon(&mut self, cell: CellIndex) -> usize {
        *self.hexagons.entry(cell).or_insert_with(|| {
            let ring: Vec<Plane> = cell.boundary().iter().map(|v| project(v.lng(), v.lat())).collect();
            let (min, max) = bounds(&ring);
            self.corners.push(Hexagon { cell, ring, min, max });
            self.corners.len() - 1
        })
    }
}

/// Without the closing point.
fn projected(ring: &LineString<f64>) -> Vec<Plane> {
    let open = &ring.0[..ring.0.len().saturating_sub(1)];
    open.iter().map(|c| project(c.x, c.y)).collect()
}

fn bounds(ring: &[Plane]) -> (Plane, Plane) {
    let none = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    ring.iter().fold(none, |(min, max), p| ([min[0].min(p[0]), min[1].min(p[1])], [max[0].max(p[0]), max[1].max(p[1])]))
}

/// Hands each hexagon's signed share of `ring` to `give`. `ring` may reach beyond the hexagons.
fn split(ring: Vec<Plane>, around: &mut [usize], corners: &[Hexagon], give: &mut impl FnMut(usize, f64)) {
    if ring.len() < 3 || around.is_empty() {
        return;
    }
    if let [only] = *around {
        let hexagon = &corners[only].ring;
        let sides = hexagon.iter().zip(hexagon.iter().cycle().skip(1));
        let inside = sides.fold(ring, |ring, (a, b)| clip(&ring, |p| cross(*a, *b, p)));
        if inside.len() >= 3 {
            give(only, signed_area(&inside));
        }
        return;
    }
    let middle = |h: usize, axis: usize| corners[h].min[axis] + corners[h].max[axis];
    let span = |axis: usize| {
        let all = || around.iter().map(|&h| middle(h, axis));
        all().fold(f64::NEG_INFINITY, f64::max) - all().fold(f64::INFINITY, f64::min)
    };
    let axis = usize::from(span(1) > span(0));
    let half = around.len() / 2;
    around.select_nth_unstable_by(half, |&a, &b| middle(a, axis).total_cmp(&middle(b, axis)).then(a.cmp(&b)));
    let (low, high) = around.split_at_mut(half);
    let low_end = low.iter().map(|&h| corners[h].max[axis]).fold(f64::NEG_INFINITY, f64::max);
    let high_start = high.iter().map(|&h| corners[h].min[axis]).fold(f64::INFINITY, f64::min);
    let upper = clip(&ring, |p| p[axis] - high_start);
    let lower = clip(&ring, |p| low_end - p[axis]);
    drop(ring);
    split(lower, low, corners, give);
    split(upper, high, corners, give);
}

/// The part of `ring` where `inside` is not negative; `inside` is linear.
fn clip(ring: &[Plane], inside: impl Fn(Plane) -> f64) -> Vec<Plane> {
    let mut kept = Vec::with_capacity(ring.len() + 2);
    let Some(&last) = ring.last() else { return kept };
    let (mut a, mut at_a) = (last, inside(last));
    for &b in ring {
        let at_b = inside(b);
        if (at_a < 0.0) != (at_b < 0.0) {
            let t = at_a / (at_a - at_b);
            kept.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
        }
        if at_b >= 0.0 {
            kept.push(b);
        }
        (a, at_a) = (b, at_b);
    }
    kept
}

/// Positive where `p` lies to the left of `a` → `b`.
fn cross(a: Plane, b: Plane, p: Plane) -> f64 {
    (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
}

/// The shoelace sum, about the first corner so that it does not lose digits.
fn signed_area(ring: &[Plane]) -> f64 {
    ring.windows(2).map(|w| cross(ring[0], w[0], w[1])).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests;
