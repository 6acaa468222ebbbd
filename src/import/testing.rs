//! Small areas for tests.

use geo::{MultiPolygon, Rect, coord};

use crate::{
    base::Code,
    domain::areas::{Area, Level},
    kernel::shape,
};

/// A box from `west` to `east` and 0 to 1 degrees north, named like its code.
pub fn boxed(code: &str, level: Level, parent: Option<&str>, west: f64, east: f64) -> Area {
    let rect = Rect::new(coord! { x: west, y: 0.0 }, coord! { x: east, y: 1.0 }).to_polygon();
    let geometry = shape::rewind(&MultiPolygon::new(vec![rect]));
    Area {
        code: Code::new(code).unwrap(),
        level,
        name: code.into(),
        name_zh: None,
        parent: parent.map(|p| Code::new(p).unwrap()),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry,
        derived: None,
        time_zone: None,
        priority: None,
    }
}
