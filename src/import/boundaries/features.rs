//! Areas from polygons with properties, in any of the four datums, as programs and desks write them.

use std::collections::HashMap;

use geo::{Coord, MapCoords, MultiPolygon, Polygon};
use geojson::{Feature, GeometryValue, JsonValue, feature::Id};

use super::{Dropped, FeatureOptions, RawArea, Report};
use crate::{
    base::{LngLat, Result},
    import::{Features, text},
    kernel::topology,
};

/// Areas of the features, in the order of the file. Either winding will do; self-crossing ones are
/// repaired, rings closed, polygons of a collection taken together, all of which is reported. Features
/// without a name are passed over; others without a polygon can't be taken.
///
/// # Errors
/// A file that has no area, lacks the code or name field, repeats a code (unless parts
/// are to be joined) or has coordinates that are not degrees.
pub fn from_features(input: &Features, options: &FeatureOptions) -> Result<(Vec<RawArea>, Report)> {
    let mut report = Report { warnings: input.told.clone(), ..Report::default() };
    let mut areas: Vec<RawArea> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (i, feature) in input.features.iter().enumerate() {
        let said = |reason: String| input.refused(format!("feature {i}: {reason}"));
        let Some(area) = read_feature(i, feature, options, &mut report).map_err(said)? else { continue };
        match seen.get(&area.code) {
            None => {
                seen.insert(area.code.clone(), areas.len());
                areas.push(area);
            }
            Some(&first) if options.join_parts => {
                let whole = &mut areas[first];
                report.warnings.push(format!("feature {i} {:?} was joined to {}", area.name, whole.origin));
                whole.geometry = topology::outline(&[&whole.geometry, &area.geometry]);
            }
            Some(&first) => {
                let (code, first) = (&area.code, &areas[first].origin);
                return Err(said(format!("has the code {code:?} of {first}; --join-parts makes them one area")));
            }
        }
    }
    if areas.is_empty() {
        let left_out = report.dropped.iter().chain(&report.passed_over).next();
        let first = left_out.map_or(String::new(), |d| format!("; {} {:?}: {}", d.origin, d.name, d.reason));
        return Err(input.refused(format!("holds no area{first}")));
    }
    report.taken = areas.len();
    Ok((areas, report))
}

/// The area of a feature; `None` when it was left out, which the report then tells.
fn read_feature(
    i: usize,
    feature: &Feature,
    options: &FeatureOptions,
    report: &mut Report,
) -> Result<Option<RawArea>, String> {
    let origin = format!("feature {i}");
    let code = required(feature, &options.code_field)?;
    let left_out = |name: &str, reason: &str| {
        let (name, reason) = (name.to_owned(), reason.to_owned());
        Dropped { origin: format!("feature {i}"), name, reason }
    };
    let name = match field(feature, &options.name_field) {
        Some(JsonValue::String(name)) if name.trim().is_empty() => None,
        Some(JsonValue::Null) => None,
        _ => Some(required(feature, &options.name_field)?),
    };
    let Some(name) = name else {
        report.passed_over.push(left_out("", &format!("it has the code {code:?} and no name")));
        return Ok(None);
    };
    let code = text::code(&code)?;
    let (name_zh, parent) = (optional(feature, &options.name_zh_field)?, optional(feature, &options.parent_field)?);
    let parent = parent.as_deref().map(text::code).transpose()?;
    let priority = optional(feature, &options.priority_field)?
        .map(|text| text.parse().map_err(|_| format!("has the priority {text:?}, which is no whole number from 0")))
        .transpose()?;
    let owner = optional(feature, &options.owner_field)?;
    let mut oddities = Vec::new();
    let shape = match polygons(feature, &mut oddities) {
        Ok(shape) => topology::tidy(&in_wgs84(&shape, options)?),
        Err(reason) => Err(reason),
    };
    match shape {
        Ok((geometry, broken)) => {
            oddities.extend(broken);
            let repaired = |why| format!("{origin} {name:?} was repaired: {why}");
            report.warnings.extend(oddities.into_iter().map(repaired));
            Ok(Some(RawArea { origin, code, name, name_zh, parent, priority, owner, geometry }))
        }
        Err(reason) => {
            report.dropped.push(left_out(&name, &reason));
            Ok(None)
        }
    }
}

/// What stands in a property, in one of an object (`parent.adcode`), or in the feature's own `id`.
fn field<'a>(feature: &'a Feature, name: &str) -> Option<&'a JsonValue> {
    if let Some(value) = feature.property(name) {
        return Some(value);
    }
    let (outer, inner) = name.split_once('.')?;
    inner.split('.').try_fold(feature.property(outer)?, |value, key| value.get(key))
}

/// The text or number of a property, or why there is none.
pub fn required(feature: &Feature, name: &str) -> Result<String, String> {
    let own = match (&feature.id, field(feature, name)) {
        (Some(Id::String(id)), None) if name == "id" => Some(JsonValue::from(id.clone())),
        (Some(Id::Number(id)), None) if name == "id" => Some(JsonValue::from(id.clone())),
        _ => None,
    };
    match own.as_ref().or(field(feature, name)).map(text_of).transpose()?.flatten() {
        Some(text) => Ok(text),
        None => {
            let fields: Vec<_> = feature.properties_iter().map(|(k, _)| k.as_str()).collect();
            let id = if feature.id.is_some() { "; the feature has an id besides: --code-field id" } else { "" };
            let fields = fields.join(", ");
            Err(format!("has no text or number in the property {name:?}; its properties are {fields}{id}"))
        }
    }
}

/// The text or number of a property that need not be there.
pub fn optional(feature: &Feature, name: &Option<String>) -> Result<Option<String>, String> {
    let Some(name) = name else { return Ok(None) };
    let text = field(feature, name).map_or(Ok(None), text_of);
    text.map_err(|e| format!("has in {name:?} {e}"))
}

/// A whole number is its digits, however it is written.
fn text_of(value: &JsonValue) -> Result<Option<String>, String> {
    let text = match value {
        JsonValue::Null => return Ok(None),
        JsonValue::String(s) => s.trim().to_owned(),
        JsonValue::Number(n) => match n.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 9e15 => format!("{whole:.0}"),
            _ => n.to_string(),
        },
        JsonValue::Object(inner) => {
            let keys: Vec<_> = inner.keys().map(String::as_str).collect();
            return Err(format!("an object with {}: name one of these behind a full stop", keys.join(", ")));
        }
        JsonValue::Bool(_) | JsonValue::Array(_) => return Err(format!("{value}, which is no text or number")),
    };
    Ok((!text.is_empty()).then_some(text))
}

/// The polygons of the feature, and in `oddities` what had to be done to them.
///
/// # Errors
/// Why there are none.
fn polygons(feature: &Feature, oddities: &mut Vec<String>) -> Result<MultiPolygon<f64>, String> {
    let Some(geometry) = &feature.geometry else { return Err("it has no geometry".to_owned()) };
    let mut found = Vec::new();
    gather(&geometry.value, &mut found, oddities)?;
    if found.is_empty() {
        oddities.clear();
        return Err(format!("it is a {}, no polygon", geometry.value.type_name()));
    }
    Ok(MultiPolygon::new(found))
}

fn gather(value: &GeometryValue, found: &mut Vec<Polygon<f64>>, oddities: &mut Vec<String>) -> Result<(), String> {
    let said = |e: geojson::Error| e.to_string();
    match value {
        GeometryValue::Polygon { coordinates } => {
            oddities.extend(unclosed(coordinates));
            found.extend(parts(Polygon::try_from(value).map_err(said)?, oddities));
        }
        GeometryValue::MultiPolygon { coordinates } => {
            oddities.extend(coordinates.iter().find_map(|rings| unclosed(rings)));
            for polygon in MultiPolygon::try_from(value).map_err(said)? {
                found.extend(parts(polygon, oddities));
            }
        }
        GeometryValue::GeometryCollection { geometries } => {
            for geometry in geometries {
                gather(&geometry.value, found, oddities)?;
            }
        }
        other => oddities.push(format!("the {} beside its polygons was left out", other.type_name())),
    }
    Ok(())
}

fn unclosed(rings: &[Vec<geojson::Position>]) -> Option<String> {
    rings.iter().any(|ring| ring.first() != ring.last()).then(|| "a ring was not closed".to_owned())
}

/// Rings that lie outside of the first one are no holes but parts.
fn parts(polygon: Polygon<f64>, oddities: &mut Vec<String>) -> Vec<Polygon<f64>> {
    let outside = polygon.interiors().iter().filter(|ring| !topology::inside(ring, polygon.exterior())).count();
    if outside == 0 {
        return vec![polygon];
    }
    oddities.push(format!("{outside} of its rings lie outside of the first one: taken as parts"));
    let (outer, rings) = polygon.into_inner();
    let (holes, parts): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| topology::inside(ring, &outer));
    let parts = parts.into_iter().map(|ring| Polygon::new(ring, Vec::new()));
    [Polygon::new(outer.clone(), holes)].into_iter().chain(parts).collect()
}

fn in_wgs84(shape: &MultiPolygon<f64>, options: &FeatureOptions) -> Result<MultiPolygon<f64>, String> {
    shape.try_map_coords(|c| {
        let swapped = LngLat::new(c.y, c.x).is_ok();
        let hint = if swapped { "are longitude and latitude swapped?" } else { "are these degrees?" };
        let p = LngLat::new(c.x, c.y).map_err(|e| format!("{}; {hint}", e.detail))?;
        Ok(Coord::from(options.datum.to_wgs84(p)))
    })
}
