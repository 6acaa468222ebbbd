//! Shapes as layers show them: at most 7 decimals of a degree.

use geo::{Coord, Geometry, LineString, MapCoords, Point, Polygon};

use crate::{
    base::{BBox, LngLat},
    kernel::shape::round_deg,
};

fn round(c: Coord<f64>) -> Coord<f64> {
    Coord { x: round_deg(c.x), y: round_deg(c.y) }
}

pub fn point(p: LngLat) -> Geometry<f64> {
    Point(round(p.into())).into()
}

pub fn line(points: impl IntoIterator<Item = LngLat>) -> Geometry<f64> {
    LineString::from_iter(points.into_iter().map(|p| round(p.into()))).into()
}

pub fn rounded(shape: &Polygon<f64>) -> Polygon<f64> {
    shape.map_coords(round)
}

/// The box that is one place.
pub fn bbox_of(p: LngLat) -> BBox {
    BBox { west: p.lng, south: p.lat, east: p.lng, north: p.lat }
}

/// The box around what is drawn, which has points.
pub fn bbox_around(points: impl IntoIterator<Item = Coord<f64>>) -> BBox {
    let nowhere = BBox { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };
    BBox::around(points.into_iter().map(Into::into)).unwrap_or(nowhere)
}
