//! Zones as somebody drew them, from polygons with properties: ring by ring as they
//! stand, so that an audit sees what is wrong with them.
//!
//! And which atom is in which zone, as a CSV table both ways: what districting tools exchange.

use std::{collections::HashMap, io::Write};

use geo::{Coord, LineString};
use geojson::{GeometryValue, Position};

use super::{
    Features,
    boundaries::{self, FeatureOptions},
    source::Source,
    table::{self, Columns},
    text,
};
use crate::{
    base::{Code, Error, LngLat, Result},
    domain::zones::audit::Drawn,
    kernel::crs::Datum,
};

/// Zones of the features, in the order of the file.
///
/// # Errors
/// A file that lacks the code or name field, has a feature that is no polygon,
/// repeats a code, or has coordinates that are not degrees.
pub fn from_features(input: &Features, options: &FeatureOptions) -> Result<Vec<Drawn>> {
    let mut zones = Vec::new();
    let mut seen: HashMap<Code, usize> = HashMap::new();
    for (i, feature) in input.features.iter().enumerate() {
        let said = |reason: String| input.refused(format!("feature {i}: {reason}"));
        let code = boundaries::required(feature, &options.code_field).map_err(said)?;
        let code = Code::new(&text::code(&code).map_err(said)?).map_err(|e| said(e.detail))?;
        let name = boundaries::required(feature, &options.name_field).map_err(said)?;
        let name_zh = boundaries::optional(feature, &options.name_zh_field).map_err(said)?;
        if let Some(other) = seen.insert(code.clone(), i) {
            return Err(said(format!("has the code {code} of feature {other}")));
        }
        let parts = match feature.geometry.as_ref().map(|g| &g.value) {
            Some(GeometryValue::Polygon { coordinates }) => std::slice::from_ref(coordinates),
            Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
            Some(other) => return Err(said(format!("is a {}, not a polygon", other.type_name()))),
            None => return Err(said("has no geometry".into())),
        };
        let ring = |ring: &Vec<Position>| ring.iter().map(|p| place(p, options.datum)).collect();
        let part = |part: &Vec<Vec<Position>>| part.iter().map(ring).collect::<Result<Vec<LineString<f64>>, _>>();
        let parts = parts.iter().map(part).collect::<Result<_, _>>().map_err(said)?;
        zones.push(Drawn { code, name, name_zh, parts });
    }
    if zones.is_empty() { Err(input.refused("holds no zone")) } else { Ok(zones) }
}

fn place(position: &Position, datum: Datum) -> Result<Coord<f64>, String> {
    let [lng, lat, ..] = *position.as_slice() else { return Err("has a position without two numbers".into()) };
    let p = LngLat::new(lng, lat).map_err(|e| format!("{}; are these degrees?", e.detail))?;
    Ok(datum.to_wgs84(p).into())
}

/// The columns `atom` and `zone`, or what they are called in `renamed`; other columns are passed over. A
/// line without a zone says that the atom is in none.
///
/// # Errors
/// Any wrong line, or an atom that stands twice with different zones.
pub fn from_csv(input: Source<'_>, renamed: &[(String, String)]) -> Result<Vec<(Code, Option<Code>)>> {
    let columns = Columns { required: &["atom", "zone"], optional: &[], ignore_unknown: true, renamed };
    let mut seen: HashMap<Code, Option<Code>> = HashMap::new();
    let rows = table::read(&input.name(), &input.text()?.text, &columns, |row| {
        let (atom, zone): (Code, Option<Code>) = (row.parse("atom")?, row.parse_opt("zone")?);
        match seen.insert(atom.clone(), zone.clone()) {
            Some(before) if before != zone => Err(Error::invalid("atom", "stood above with another zone")),
            _ => Ok((atom, zone)),
        }
    })?;
    Ok(rows)
}

/// One line an atom: `atom,zone`; the zone is empty where an atom is in none.
pub fn to_csv<'a>(rows: impl IntoIterator<Item = (&'a Code, &'a str)>, out: impl Write) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| Error::internal(format!("the table cannot be written: {e}"));
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["atom", "zone"]).map_err(|e| failed(&e))?;
    for (atom, zone) in rows {
        csv.write_record([atom.as_str(), zone]).map_err(|e| failed(&e))?;
    }
    csv.flush().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests;
