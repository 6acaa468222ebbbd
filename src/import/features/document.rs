//! The features of a GeoJSON file, in whichever layout it has, and the names of what only looks like
//! one.

use geojson::{Feature, GeoJson, GeometryValue, JsonValue, Position};

use super::projection::Projection;

/// Geographic systems that are WGS-84 or, to the centimetre, CGCS2000; by their EPSG codes.
const DEGREES: [&str; 4] = ["4326", "4490", "4979", "4480"];
/// The same by their names, letters and digits alone.
const NAMES: [&str; 10] = [
    "WGS84",
    "WGS1984",
    "GCSWGS1984",
    "GCSWGS84",
    "CGCS2000",
    "GCSCGCS2000",
    "CHINAGEODETICCOORDINATESYSTEM2000",
    "GCSCHINAGEODETICCOORDINATESYSTEM2000",
    "CRS84",
    "OGCCRS84",
];

/// All features: of a collection, of several, a single one, or one a line. A `given` system goes before what the
/// file says.
///
/// # Errors
/// What the file is instead.
pub fn features(text: &str, given: Option<&Projection>) -> Result<Vec<Feature>, String> {
    if !text.trim_start_matches(['\u{1e}', '\u{feff}', ' ', '\t', '\r', '\n']).starts_with(['{', '[']) {
        return Err("is neither OSM PBF nor GeoJSON nor a shapefile nor a GeoPackage".to_owned());
    }

    // RFC 8142 begins each feature with this sign.
    let text = text.replace('\u{1e}', " ");
    let mut features = Vec::new();
    for document in serde_json::Deserializer::from_str(&text).into_iter::<JsonValue>() {
        let document = document.map_err(|e| no_json(&text, &e))?;
        if let Some(other) = other(&document) {
            return Err(format!("is {other}"));
        }
        if given.is_none() {
            check_crs(&document)?;
        }
        features.extend(of_document(document)?);
    }
    if let Some(given) = given {
        for (i, feature) in features.iter_mut().enumerate() {
            let geometry = feature.geometry.as_mut().map(|geometry| &mut geometry.value);
            geometry.map_or(Ok(()), |value| to_degrees(value, given)).map_err(|e| format!("feature {i}: {e}"))?;
        }
    }
    Ok(features)
}

pub(super) fn to_degrees(value: &mut GeometryValue, from: &Projection) -> Result<(), String> {
    let place = |p: &mut Position| {
        let [x, y, ..] = *p.as_slice() else { return Ok(()) };
        let at = from.degrees(geo::Coord { x, y })?;
        *p = Position::from([at.x, at.y]);
        Ok(())
    };
    let ring = |ring: &mut Vec<Position>| ring.iter_mut().try_for_each(place);
    match value {
        GeometryValue::Polygon { coordinates } => coordinates.iter_mut().try_for_each(ring),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter_mut().flatten().try_for_each(ring),
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter_mut().try_for_each(|geometry| to_degrees(&mut geometry.value, from))
        }
        _ => Ok(()),
    }
}

fn of_document(document: JsonValue) -> Result<Vec<Feature>, String> {
    // One by one, so that the one at fault can be named.
    if let JsonValue::Object(mut collection) = document {
        return match collection.remove("features") {
            Some(JsonValue::Array(features)) => {
                let one = |(i, feature)| {
                    serde_json::from_value::<Feature>(feature).map_err(|e| format!("feature {i} is no GeoJSON: {e}"))
                };
                features.into_iter().enumerate().map(one).collect()
            }
            _ => match serde_json::from_value::<GeoJson>(collection.into()) {
                Ok(GeoJson::Feature(feature)) => Ok(vec![feature]),
                Ok(_) => Err("holds a bare shape without a code and a name: features are needed".to_owned()),
                Err(e) => Err(format!("is no GeoJSON: {e}")),
            },
        };
    }
    Err("is JSON, but no GeoJSON".to_owned())
}

/// What the document is, if it is one of the kinds that pass for GeoJSON.
fn other(document: &JsonValue) -> Option<String> {
    let has = |key: &str| document.get(key).is_some_and(|value| !value.is_null());
    let kind = document.get("type").and_then(JsonValue::as_str);
    if kind == Some("Topology") {
        Some("TopoJSON: convert it to GeoJSON".to_owned())
    } else if has("UTF8Encoding") || document.pointer("/features/0/geometry/encodeOffsets").is_some() {
        Some("a map of ECharts with packed coordinates (UTF8Encoding): it has to be unpacked first".to_owned())
    } else if has("geometryType") || document.pointer("/features/0/geometry/rings").is_some() {
        Some("Esri JSON: convert it to GeoJSON".to_owned())
    } else if kind.is_none() {
        Some("JSON, but no GeoJSON: it has no type".to_owned())
    } else {
        None
    }
}

fn no_json(text: &str, e: &serde_json::Error) -> String {
    let line = text.lines().nth(e.line().saturating_sub(1)).unwrap_or_default();
    let rest: String = line.chars().skip(e.column().saturating_sub(2)).take(12).collect();
    let hint = ["NaN", "Infinity", "aN", "nfinity"].iter().any(|word| rest.contains(word));
    let hint = if hint { "; NaN and Infinity are no numbers of JSON" } else { "" };
    format!("is not a whole GeoJSON document: {e}{hint}")
}

/// Old files name their reference system; anything but degrees of WGS-84 or CGCS2000 is refused.
fn check_crs(document: &JsonValue) -> Result<(), String> {
    let Some(crs) = document.get("crs").filter(|crs| !crs.is_null()) else { return Ok(()) };
    let named = ["/properties/name", "/properties/code"].iter().find_map(|at| crs.pointer(at));
    let name = match named {
        Some(JsonValue::String(name)) => name.to_uppercase(),
        Some(JsonValue::Number(code)) => code.to_string(),
        _ => String::new(),
    };
    let last = name.rsplit([':', '/', ' ']).next().unwrap_or_default();
    let is_code = name.contains("EPSG") || name.bytes().all(|b| b.is_ascii_digit());
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let proj = ["+PROJ=LONGLAT", "+PROJ=LATLONG"].iter().any(|p| name.starts_with(p)) && name.contains("WGS84");
    if (is_code && DEGREES.contains(&last)) || last == "CRS84" || proj || NAMES.contains(&letters.as_str()) {
        Ok(())
    } else {
        Err(format!(
            "has the crs {crs}, which is not longitude and latitude in degrees of WGS-84 or CGCS2000; --crs EPSG:CODE reads it"
        ))
    }
}

#[cfg(test)]
mod tests;
