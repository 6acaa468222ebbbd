//! Shapes in degrees: winding, containment with the border inside, distances and areas in metres.
//!
//! Distances are taken on the plane that touches the WGS-84 ellipsoid at the point asked about, areas in
//! an equal-area projection of it. All shapes are WGS-84, longitude first.

use geo::{
    BooleanOps, BoundingRect, Coord, CoordinatePosition, HasDimensions, InteriorPoint, LineString, LinesIter,
    MapCoords, MultiPolygon, Orient, Polygon, Validation, coordinate_position::CoordPos, orient::Direction,
};

use xunge_base::{BBox, LngLat};

/// Coordinates are kept to this many parts of a degree: about 11 mm.
pub const PER_DEG: f64 = 1e7;

/// WGS-84 ellipsoid: semi-major axis in metres, eccentricity.
pub(super) const WGS84_A_M: f64 = 6_378_137.0;
pub(super) const WGS84_E: f64 = 0.081_819_190_842_621_49;

/// `deg` rounded to 7 decimals.
pub fn round_deg(deg: f64) -> f64 {
    (deg * PER_DEG).round() / PER_DEG
}

/// The polygon of closed rings, its outline first.
///
/// # Errors
/// Why they are none.
pub fn polygon(rings: Vec<LineString<f64>>) -> Result<Polygon<f64>, String> {
    let mut rings = rings.into_iter();
    let closed = |ring: &LineString<f64>| ring.0.len() >= 4 && ring.is_closed();
    let (Some(outline), true) = (rings.next().filter(closed), rings.as_slice().iter().all(closed)) else {
        return Err("a ring needs at least four positions, the last one the same as the first".to_owned());
    };
    let polygon = Polygon::new(outline, rings.collect());
    polygon.check_validation().map_err(|e| e.to_string())?;
    Ok(polygon)
}

/// The same shape with all coordinates rounded to 7 decimals.
pub fn rounded(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape.map_coords(|c| Coord { x: round_deg(c.x), y: round_deg(c.y) })
}

/// Exterior rings counter-clockwise, holes clockwise (RFC 7946, 3.1.6).
pub fn rewind(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape.orient(Direction::Default)
}

/// The box around `shape`; `None` for an empty one.
pub fn bbox(shape: &MultiPolygon<f64>) -> Option<BBox> {
    let r = shape.bounding_rect()?;
    Some(BBox { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y })
}

/// Whether `p` lies in `shape` or exactly on its border.
pub fn contains(shape: &MultiPolygon<f64>, p: LngLat) -> bool {
    shape.coordinate_position(&p.into()) != CoordPos::Outside
}

/// Metres east and north of `origin` by the ellipsoid's radii of curvature at the middle latitude
/// (Snyder 1987, equations 4-18 and 4-20): within 10 km a geodesic to 1 in 10⁶.
fn plane_m(p: LngLat, origin: LngLat) -> [f64; 2] {
    let mid = ((p.lat + origin.lat) / 2.0).to_radians();
    let w2 = 1.0 - (WGS84_E * mid.sin()).powi(2);
    let across_m = WGS84_A_M / w2.sqrt();
    let along_m = across_m * (1.0 - WGS84_E * WGS84_E) / w2;
    [(p.lng - origin.lng).to_radians() * across_m * mid.cos(), (p.lat - origin.lat).to_radians() * along_m]
}

/// A difference of longitudes, the shorter way round.
fn shorter(deg: f64) -> f64 {
    match deg {
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    }
}

/// Metres from `p` to the segment `a`–`b`, on the plane at `p`.
pub fn segment_distance_m(p: LngLat, a: LngLat, b: LngLat) -> f64 {
    // The shorter way round from `p` to the segment, which itself stays whole on the far side of the earth.
    let a_lng = p.lng + shorter(a.lng - p.lng);
    let b_lng = a_lng + shorter(b.lng - a.lng);
    let ([ax, ay], [bx, by]) = (plane_m(LngLat { lng: a_lng, ..a }, p), plane_m(LngLat { lng: b_lng, ..b }, p));
    let (dx, dy) = (bx - ax, by - ay);
    let len2 = dx * dx + dy * dy;
    let t = if len2 > 0.0 { (-(ax * dx + ay * dy) / len2).clamp(0.0, 1.0) } else { 0.0 };
    (ax + t * dx).hypot(ay + t * dy)
}

/// Metres from `p` to the nearest ring of `shape`, from inside or outside; infinite for an empty shape.
pub fn border_distance_m(shape: &MultiPolygon<f64>, p: LngLat) -> f64 {
    shape.lines_iter().map(|l| segment_distance_m(p, l.start.into(), l.end.into())).fold(f64::INFINITY, f64::min)
}

/// Square metres on the WGS-84 ellipsoid, in the cylindrical equal-area projection
/// (Snyder 1987, *Map Projections: A Working Manual*, equations 3-12, 10-4, 10-5).
pub fn area_m2(shape: &MultiPolygon<f64>) -> f64 {
    use geo::Area;
    if shape.is_empty() {
        return 0.0;
    }
    // Around the first vertex, so that the shoelace sum does not lose digits.
    let o = shape.0[0].exterior().0[0];
    let y0 = authalic_y_m(o.y);
    shape.map_coords(|c| Coord { x: (c.x - o.x).to_radians() * WGS84_A_M, y: authalic_y_m(c.y) - y0 }).unsigned_area()
}

/// Metres north of the equator in that projection.
pub(super) fn authalic_y_m(lat: f64) -> f64 {
    WGS84_A_M * authalic_q(lat) / 2.0
}

/// Snyder's q (equation 3-12), which grows with the area south of a latitude.
pub(super) fn authalic_q(lat: f64) -> f64 {
    let s = lat.to_radians().sin();
    let es = WGS84_E * s;
    (1.0 - WGS84_E * WGS84_E) * (s / (1.0 - es * es) + es.atanh() / WGS84_E)
}

/// The part of `shape` inside the convex `window`.
pub fn clip(shape: &MultiPolygon<f64>, window: &Polygon<f64>) -> MultiPolygon<f64> {
    shape.intersection(window)
}

/// A point inside `shape`, well within it where possible; the same for the same shape.
pub fn interior_point(shape: &MultiPolygon<f64>) -> Option<LngLat> {
    shape.interior_point().map(|p| p.0.into())
}

#[cfg(test)]
mod tests;
