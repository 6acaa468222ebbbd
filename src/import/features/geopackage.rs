//! Rows of a GeoPackage's layer as features. The file itself, an SQLite database, is read by `store`.

use geo_traits::to_geo::ToGeoGeometry;
use geojson::{Feature, Geometry, GeometryValue, JsonObject};

use super::{Features, document::to_degrees, projection::Projection};
use crate::base::Result;

/// The bytes of a shape, if there is one, and its other columns.
pub type Row = (Option<Vec<u8>>, JsonObject);

impl Features {
    /// Of a layer whose coordinates are in the system with an EPSG code, else with a text; a `crs` goes before both.
    ///
    /// # Errors
    /// A shape that is damaged, and numbers that contradict their system.
    pub fn of_geopackage(
        name: String,
        (epsg, wkt): (Option<u16>, &str),
        rows: Vec<Row>,
        crs: Option<u16>,
    ) -> Result<Self> {
        let mut found = Self { name, features: Vec::with_capacity(rows.len()), told: Vec::new() };
        let projection = match crs.or(epsg) {
            Some(code) => Projection::of_epsg(code),
            None => Projection::of_wkt(wkt),
        };
        let projection = projection.map_err(|e| found.refused(e))?;
        for (i, (shape, properties)) in rows.into_iter().enumerate() {
            let value = shape.as_deref().map(|bytes| value(bytes, &projection)).transpose();
            let value = value.map_err(|e| found.refused(format!("feature {i}: {e}")))?.flatten();
            let geometry = value.map(Geometry::new);
            found.features.push(Feature { geometry, properties: Some(properties), ..Feature::default() });
        }
        Ok(found)
    }
}

/// A `GeoPackageBinary` (OGC 12-128, 2.1.3): a head with an envelope, then WKB.
fn value(bytes: &[u8], from: &Projection) -> std::result::Result<Option<GeometryValue>, String> {
    let [b'G', b'P', _, flags, ..] = *bytes else { return Err("is no shape of a GeoPackage".to_owned()) };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        other => return Err(format!("has an envelope of the kind {other}, which is none")),
    };
    if flags & 0b1_0000 != 0 {
        return Ok(None);
    }
    let wkb = bytes.get(8 + envelope..).ok_or("is cut off")?;
    let wkb = wkb::reader::read_wkb(wkb).map_err(|e| format!("is damaged: {e}"))?;
    let geometry = wkb.try_to_geometry().ok_or("is of a kind that is not read")?;
    let mut value = GeometryValue::from(&geometry);
    to_degrees(&mut value, from)?;
    Ok(Some(value))
}
