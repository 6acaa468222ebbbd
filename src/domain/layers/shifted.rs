//! A layer in the datum of somebody's base map: its shapes are otherwise, and nothing else.

use geo::{CoordsIter, Geometry, MapCoords};

use super::{About, Rows, Value, bbox_around};
use crate::{
    base::{BBox, LngLat},
    kernel::crs::Datum,
};

/// Nowhere are two datums further apart, in degrees.
const APART_DEG: f64 = 0.03;

#[derive(Debug)]
struct Shifted {
    rows: Box<dyn Rows>,
    datum: Datum,
}

/// The same rows as they are in a datum.
pub fn shifted(rows: Box<dyn Rows>, datum: Datum) -> Box<dyn Rows> {
    if datum.is_wgs84() { rows } else { Box::new(Shifted { rows, datum }) }
}

/// A box of a datum on the ground, its corners at least.
pub fn to_ground(window: BBox, datum: Datum) -> BBox {
    let corners = [(window.west, window.south), (window.east, window.north)];
    let corners = corners.map(|(lng, lat)| datum.to_wgs84(LngLat { lng, lat }));
    BBox::around(corners).unwrap_or(window)
}

/// A box on the ground around everything that may be shown within a box of a datum.
pub fn ground_of(window: BBox, datum: Datum) -> BBox {
    let apart = if datum.is_wgs84() { 0.0 } else { APART_DEG };
    let BBox { west, south, east, north } = window;
    BBox { west: west - apart, south: south - apart, east: east + apart, north: north + apart }
}

impl Rows for Shifted {
    fn about(&self) -> &'static dyn About {
        self.rows.about()
    }

    fn is_in_order(&self) -> bool {
        self.rows.is_in_order()
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> String {
        self.rows.id(row)
    }

    fn bbox(&self, row: usize) -> BBox {
        bbox_around(self.geometry(row).coords_iter())
    }

    fn geometry(&self, row: usize) -> Geometry<f64> {
        self.rows.geometry(row).map_coords(|c| self.datum.tell(c.into()).into())
    }

    fn value(&self, row: usize, property: usize) -> Value<'_> {
        self.rows.value(row, property)
    }
}
