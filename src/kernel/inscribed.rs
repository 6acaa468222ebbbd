//! The largest circle inside a polygon: how wide a gap or a sliver is.
//!
//! Squares are cut in four where a circle larger than the best could still be centred, the most
//! promising first (the *polylabel* search; Garcia-Castellanos, Lombardo 2007 for poles of
//! inaccessibility). The polygon is laid along its longest side, so that thin ones need few squares;
//! past a bound the mean width 2·area/perimeter counts.

use std::{cmp::Ordering, collections::BinaryHeap};

use geo::{Area, BoundingRect, Coord, CoordinatePosition, MapCoords, Polygon, coordinate_position::CoordPos};

use super::{shape, topology::rings_of};
use xunge_base::{EARTH_RADIUS_M, LngLat};

/// A circle of this share more than the best is not looked for.
const PRECISION: f64 = 0.01;
const SQUARES_MAX: usize = 1_000;

/// Centre and diameter in metres, to one percent; `None` for a polygon without an area.
pub fn inscribed(polygon: &Polygon<f64>) -> Option<(LngLat, f64)> {
    let origin = LngLat::from(polygon.bounding_rect()?.center());
    let my = EARTH_RADIUS_M.to_radians();
    let mx = my * origin.lat.to_radians().cos();
    let plane = polygon.map_coords(|c| Coord { x: (c.x - origin.lng) * mx, y: (c.y - origin.lat) * my });
    let area_m2 = plane.unsigned_area();
    if area_m2 <= 0.0 {
        return None;
    }
    let [ux, uy] = longest_side(&plane)?;
    let along = plane.map_coords(|c| Coord { x: c.x * ux + c.y * uy, y: c.y * ux - c.x * uy });
    let (centre, radius_m) = largest(&along);
    let centre = Coord { x: centre.x * ux - centre.y * uy, y: centre.x * uy + centre.y * ux };
    let perimeter_m: f64 = rings_of(&plane).flat_map(|r| r.lines()).map(|l| l.dx().hypot(l.dy())).sum();
    let at = Coord { x: origin.lng + centre.x / mx, y: origin.lat + centre.y / my };
    let place = if radius_m > 0.0 { at.into() } else { shape::interior_point(&polygon.clone().into())? };
    Some((place, (2.0 * radius_m).max(2.0 * area_m2 / perimeter_m)))
}

/// The direction of the longest side.
fn longest_side(polygon: &Polygon<f64>) -> Option<[f64; 2]> {
    let sides = polygon.exterior().lines().map(|l| (l.dx().hypot(l.dy()), l));
    let (length, side) = sides.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|s| s.0 > 0.0)?;
    Some([side.dx() / length, side.dy() / length])
}

/// A square by its middle.
struct Square {
    middle: Coord<f64>,
    half: f64,
    /// Metres to the border, negative outside.
    inside_m: f64,
}

impl Square {
    fn new(polygon: &Polygon<f64>, middle: Coord<f64>, half: f64) -> Self {
        let segments = rings_of(polygon).flat_map(|r| r.lines());
        let distance_m = segments.map(|l| squared_to(middle, l)).fold(f64::INFINITY, f64::min).sqrt();
        let outside = polygon.coordinate_position(&middle) == CoordPos::Outside;
        Self { middle, half, inside_m: if outside { -distance_m } else { distance_m } }
    }

    /// No circle centred in it has a larger radius.
    fn most_m(&self) -> f64 {
        self.inside_m + self.half * std::f64::consts::SQRT_2
    }
}

/// The square of the distance from `p` to a segment.
fn squared_to(p: Coord<f64>, l: geo::Line<f64>) -> f64 {
    let (d, v) = (l.delta(), p - l.start);
    let len2 = d.x * d.x + d.y * d.y;
    let share = if len2 > 0.0 { ((v.x * d.x + v.y * d.y) / len2).clamp(0.0, 1.0) } else { 0.0 };
    (v.x - share * d.x).powi(2) + (v.y - share * d.y).powi(2)
}

fn largest(polygon: &Polygon<f64>) -> (Coord<f64>, f64) {
    let mut best = (Coord::zero(), 0.0);
    let Some(r) = polygon.bounding_rect() else { return best };
    let half = (r.width().min(r.height()) / 2.0).max(r.width().max(r.height()) / 64.0);
    let mut open = BinaryHeap::new();
    let steps = |length: f64| (length / (2.0 * half)).ceil().max(1.0) as usize;
    for i in 0..steps(r.width()) {
        for j in 0..steps(r.height()) {
            let middle = r.min() + Coord { x: (2 * i + 1) as f64 * half, y: (2 * j + 1) as f64 * half };
            open.push(Square::new(polygon, middle, half));
        }
    }
    let mut looked_at = open.len();
    while let Some(square) = open.pop() {
        if square.inside_m > best.1 {
            best = (square.middle, square.inside_m);
        }
        if square.most_m() <= best.1 * (1.0 + PRECISION) || looked_at > SQUARES_MAX {
            break;
        }
        let half = square.half / 2.0;
        for (dx, dy) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            let middle = Coord { x: square.middle.x + dx, y: square.middle.y + dy };
            open.push(Square::new(polygon, middle, half));
        }
        looked_at += 4;
    }
    best
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> Ordering {
        self.most_m().total_cmp(&other.most_m())
    }
}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Square {}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres around 120.7, 30.7.
    fn polygon(points: &[[f64; 2]]) -> Polygon<f64> {
        let m_per_deg = EARTH_RADIUS_M.to_radians();
        let squeeze = 30.7f64.to_radians().cos();
        let at = |p: &[f64; 2]| (120.7 + p[0] / m_per_deg / squeeze, 30.7 + p[1] / m_per_deg);
        Polygon::new(points.iter().map(at).collect(), vec![])
    }

    #[test]
    fn widths_are_those_of_simple_shapes() {
        let leg = 300.0;
        for (points, width_m) in [
            (vec![[0., 0.], [100., 0.], [100., 100.], [0., 100.]], 100.0),
            (vec![[0., 0.], [900., 0.], [900., 4.], [0., 4.]], 4.0),
            // Right-angled: the inscribed circle has the diameter a + b − c.
            (vec![[0., 0.], [leg, 0.], [0., leg]], (2.0 - std::f64::consts::SQRT_2) * leg),
            // An L: the circle sits in the bend, 2(2 − √2) times the arm.
            (vec![[0., 0.], [4., 0.], [4., 2.], [2., 2.], [2., 4.], [0., 4.]], 4.0 * (2.0 - std::f64::consts::SQRT_2)),
            // Thin and aslant.
            (vec![[0., 0.], [1_000., 1_000.], [1_000., 1_001.414], [0., 1.414]], 1.0),
        ] {
            let found = inscribed(&polygon(&points)).unwrap();
            assert!((found.1 / width_m - 1.0).abs() < 0.02, "{points:?}: {found:?}, not {width_m}");
            assert!(shape::contains(&polygon(&points).into(), found.0), "{points:?}: {found:?}");
        }
        assert_eq!(inscribed(&polygon(&[[0., 0.], [5., 0.], [9., 0.]])), None);
    }
}
