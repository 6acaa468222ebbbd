//! Areas from a GeoJSON FeatureCollection of polygons, in any of the four datums.

use std::collections::HashMap;

use geo::{Coord, MapCoords, MultiPolygon, Polygon};
use geojson::{Feature, FeatureCollection, GeometryValue, JsonValue};

use super::{Dropped, GeoJsonOptions, RawArea, Report, tidy};
use crate::{
    base::{LngLat, Result},
    import::source::Source,
};

/// Areas of the features, in the order of the file. Either winding will do; features without a
/// polygon are dropped, self-crossing ones repaired, both reported.
///
/// # Errors
/// A file that is no FeatureCollection, has no area, lacks the code or name field, repeats a code
/// or has coordinates that are not degrees.
pub fn from_geojson(input: Source<'_>, options: &GeoJsonOptions) -> Result<(Vec<RawArea>, Report)> {
    let collection: FeatureCollection = serde_json::from_slice(&input.read()?)
        .map_err(|e| input.refused(format!("is not a whole GeoJSON FeatureCollection: {e}")))?;
    check_crs(&collection).map_err(|e| input.refused(e))?;

    let mut report = Report::default();
    let mut areas: Vec<RawArea> = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for (i, feature) in collection.features.iter().enumerate() {
        let origin = format!("feature {i}");
        let said = |reason: String| input.refused(format!("{origin}: {reason}"));
        let code = required(feature, &options.code_field).map_err(said)?;
        let name = required(feature, &options.name_field).map_err(said)?;
        let optional = |field: &Option<String>| field.as_ref().and_then(|f| text_of(feature.property(f)?));
        if let Some(other) = seen.insert(code.clone(), origin.clone()) {
            return Err(said(format!("has the code {code:?} of {other}")));
        }
        let shape = match polygons(feature).map_err(said)? {
            Some(shape) => tidy(&in_wgs84(&shape, options).map_err(said)?),
            None => Err(match &feature.geometry {
                Some(geometry) => format!("it is a {}, no polygon", geometry.value.type_name()),
                None => "it has no geometry".into(),
            }),
        };
        let priority = optional(&options.priority_field).map(|text| {
            text.parse().map_err(|_| said(format!("has the priority {text:?}, which is no whole number from 0")))
        });
        match shape {
            Ok((geometry, broken)) => {
                report.warnings.extend(broken.map(|why| format!("{origin} {name:?} was repaired: {why}")));
                let (name_zh, parent) = (optional(&options.name_zh_field), optional(&options.parent_field));
                let priority = priority.transpose()?;
                areas.push(RawArea { origin, code, name, name_zh, parent, priority, geometry });
            }
            Err(reason) => report.dropped.push(Dropped { origin, name, reason }),
        }
    }
    if areas.is_empty() {
        let first =
            report.dropped.first().map_or(String::new(), |d| format!("; {} {:?}: {}", d.origin, d.name, d.reason));
        return Err(input.refused(format!("holds no area{first}")));
    }
    report.taken = areas.len();
    Ok((areas, report))
}

/// Old files name their reference system; anything but degrees of WGS-84 or CGCS2000 is refused.
fn check_crs(collection: &FeatureCollection) -> Result<(), String> {
    let Some(crs) = collection.foreign_members.as_ref().and_then(|m| m.get("crs")).filter(|c| !c.is_null()) else {
        return Ok(());
    };
    let name = crs.pointer("/properties/name").and_then(JsonValue::as_str).unwrap_or("");
    if ["CRS84", ":4326", ":4490"].iter().any(|end| name.ends_with(end)) {
        Ok(())
    } else {
        Err(format!("its crs {crs} is not longitude and latitude in degrees"))
    }
}

fn required(feature: &Feature, field: &str) -> Result<String, String> {
    feature.property(field).and_then(text_of).ok_or_else(|| {
        let fields: Vec<_> = feature.properties_iter().map(|(k, _)| k.as_str()).collect();
        format!("has no text or number in the property {field:?}; its properties are {}", fields.join(", "))
    })
}

fn text_of(value: &JsonValue) -> Option<String> {
    let text = match value {
        JsonValue::String(s) => s.trim().to_owned(),
        JsonValue::Number(n) => n.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn polygons(feature: &Feature) -> Result<Option<MultiPolygon<f64>>, String> {
    let Some(geometry) = &feature.geometry else { return Ok(None) };
    let said = |e: geojson::Error| e.to_string();
    match &geometry.value {
        value @ GeometryValue::Polygon { .. } => Ok(Some(Polygon::try_from(value).map_err(said)?.into())),
        value @ GeometryValue::MultiPolygon { .. } => Ok(Some(MultiPolygon::try_from(value).map_err(said)?)),
        _ => Ok(None),
    }
}

fn in_wgs84(shape: &MultiPolygon<f64>, options: &GeoJsonOptions) -> Result<MultiPolygon<f64>, String> {
    shape.try_map_coords(|c| {
        let p = LngLat::new(c.x, c.y).map_err(|e| format!("{}; are these degrees?", e.detail))?;
        Ok(Coord::from(options.datum.to_wgs84(p)))
    })
}
