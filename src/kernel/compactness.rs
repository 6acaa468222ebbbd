//! How compact a shape is, by the three measures that districting uses; each 1 for a circle or less.
//!
//! Areas and lengths are planar: project with [`Lambert`], where areas are true.

use geo::{Area, ConvexHull, Coord, CoordsIter, MapCoords, MultiPolygon};

use super::shape::{WGS84_A_M, authalic_q};
use xunge_base::LngLat;

/// Area of the polygon of 32 corners on the unit circle: 16 · sin(π / 16).
const CIRCLE: f64 = 3.121_445_152_258_052;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compactness {
    /// 4π · area ÷ perimeter² (Polsby, Popper 1991); holes count in both.
    pub polsby_popper: f64,
    /// Area ÷ that of the smallest circle around (Reock 1961), the circle drawn with 32 corners as GEOS
    /// draws it and so the tools that planners compare with: 0.6 % above the ratio to the true circle.
    pub reock: f64,
    /// Area ÷ that of the convex hull.
    pub hull: f64,
}

/// Of a shape in a plane; `None` without an area.
pub fn compactness(plane: &MultiPolygon<f64>) -> Option<Compactness> {
    let area = plane.unsigned_area();
    if area <= 0.0 {
        return None;
    }
    let rings = plane.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let perimeter: f64 = rings.flat_map(|r| r.lines()).map(|l| l.dx().hypot(l.dy())).sum();
    let hull = plane.convex_hull();
    let circle = smallest_circle(hull.exterior().coords_iter().collect());
    Some(Compactness {
        polsby_popper: 4.0 * std::f64::consts::PI * area / (perimeter * perimeter),
        reock: area / (CIRCLE * circle.radius * circle.radius),
        hull: area / hull.unsigned_area(),
    })
}

#[derive(Debug, Clone, Copy)]
struct Circle {
    centre: Coord<f64>,
    radius: f64,
}

impl Circle {
    fn across(a: Coord<f64>, b: Coord<f64>) -> Self {
        Self { centre: (a + b) / 2.0, radius: (b - a).x.hypot((b - a).y) / 2.0 }
    }

    /// Through three points; across the farthest two where they lie on one line.
    fn through(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Self {
        let (p, q) = (b - a, c - a);
        let d = 2.0 * (p.x * q.y - p.y * q.x);
        if d == 0.0 {
            let pairs = [Self::across(a, b), Self::across(b, c), Self::across(a, c)];
            return pairs.into_iter().fold(pairs[0], |most, c| if c.radius > most.radius { c } else { most });
        }
        let (p2, q2) = (p.x * p.x + p.y * p.y, q.x * q.x + q.y * q.y);
        let o = Coord { x: (q.y * p2 - p.y * q2) / d, y: (p.x * q2 - q.x * p2) / d };
        Self { centre: a + o, radius: o.x.hypot(o.y) }
    }

    fn holds(&self, p: Coord<f64>) -> bool {
        (p - self.centre).x.hypot((p - self.centre).y) <= self.radius * (1.0 + 1e-12)
    }
}

/// Welzl's construction (1991), point by point. The points stand in a fixed shuffled order, so that
/// few of them change the circle.
fn smallest_circle(mut points: Vec<Coord<f64>>) -> Circle {
    let n = points.len();
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for i in (1..n).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        points.swap(i, ((state >> 33) % (i as u64 + 1)) as usize);
    }
    let mut circle = Circle::across(points[0], points[0]);
    for i in 1..n {
        if circle.holds(points[i]) {
            continue;
        }
        circle = Circle::across(points[i], points[i]);
        for j in 0..i {
            if circle.holds(points[j]) {
                continue;
            }
            circle = Circle::across(points[i], points[j]);
            for k in 0..j {
                if !circle.holds(points[k]) {
                    circle = Circle::through(points[i], points[j], points[k]);
                }
            }
        }
    }
    circle
}

/// The Lambert azimuthal equal-area projection of the WGS-84 ellipsoid around a place, metres
/// (Snyder 1987, *Map Projections: A Working Manual*, equations 24-17 to 24-20, 3-11, 3-12).
#[derive(Debug, Clone, Copy)]
pub struct Lambert {
    lng0: f64,
    /// Sine and cosine of the centre's authalic latitude.
    beta1: (f64, f64),
    /// Radius of the sphere of equal area.
    radius_m: f64,
    d: f64,
    q_pole: f64,
}

impl Lambert {
    pub fn around(centre: LngLat) -> Self {
        let q_pole = authalic_q(90.0);
        let beta1 = beta(centre.lat, q_pole);
        let radius_m = WGS84_A_M * (q_pole / 2.0).sqrt();
        let (sin, cos) = centre.lat.to_radians().sin_cos();
        let m1 = cos / (1.0 - super::shape::WGS84_E * super::shape::WGS84_E * sin * sin).sqrt();
        Self { lng0: centre.lng, beta1, radius_m, d: WGS84_A_M * m1 / (radius_m * beta1.1), q_pole }
    }

    pub fn project(&self, p: LngLat) -> Coord<f64> {
        let ((sin1, cos1), (sin, cos)) = (self.beta1, beta(p.lat, self.q_pole));
        let (sin_l, cos_l) = (p.lng - self.lng0).to_radians().sin_cos();
        let b = self.radius_m * (2.0 / (1.0 + sin1 * sin + cos1 * cos * cos_l)).sqrt();
        Coord { x: b * self.d * cos * sin_l, y: b / self.d * (cos1 * sin - sin1 * cos * cos_l) }
    }

    pub fn shape(&self, shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        shape.map_coords(|c| self.project(c.into()))
    }
}

/// Sine and cosine of the authalic latitude.
fn beta(lat: f64, q_pole: f64) -> (f64, f64) {
    let sin = (authalic_q(lat) / q_pole).clamp(-1.0, 1.0);
    (sin, (1.0 - sin * sin).sqrt())
}

#[cfg(test)]
mod tests;
