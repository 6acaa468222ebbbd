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
mod tests {
    use super::*;

    fn options(datum: Datum) -> FeatureOptions {
        let field = |name: &str| name.to_owned();
        FeatureOptions {
            code_field: field("code"),
            name_field: field("name"),
            name_zh_field: Some(field("name_zh")),
            parent_field: None,
            priority_field: None,
            owner_field: None,
            datum,
            join_parts: false,
        }
    }

    fn read(features: &str, datum: Datum) -> Result<Vec<Drawn>> {
        let text = format!(r#"{{"type": "FeatureCollection", "features": [{features}]}}"#);
        let input = Source::Bytes { name: "z.geojson", bytes: text.as_bytes() };
        from_features(&Features::read(input, None)?, &options(datum))
    }

    fn zone(code: &str, ring: &str) -> String {
        format!(
            r#"{{"type": "Feature", "properties": {{"code": "{code}", "name": "Z"}},
                "geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}"#
        )
    }

    #[test]
    fn rings_come_as_they_stand() {
        let open = "[[120.1, 30.1], [120.2, 30.1], [120.2, 30.2]]";
        let zones = read(&zone("1", open), Datum::Wgs84).unwrap();
        assert_eq!(zones[0].parts[0][0].0.len(), 3);
        assert_eq!(zones[0].parts[0][0].0[1], Coord { x: 120.2, y: 30.1 });
        let shifted = read(&zone("1", open), Datum::Gcj02).unwrap();
        assert!(shifted[0].parts[0][0].0[1] != zones[0].parts[0][0].0[1]);
    }

    #[test]
    fn a_wrong_feature_refuses_the_file() {
        let ring = "[[120.1, 30.1], [120.2, 30.1], [120.2, 30.2], [120.1, 30.1]]";
        let point = r#"{"type": "Feature", "properties": {"code": "1", "name": "Z"},
                        "geometry": {"type": "Point", "coordinates": [120.1, 30.1]}}"#;
        for (features, why) in [
            (String::new(), "holds no zone"),
            (point.to_owned(), "feature 0: is a Point"),
            (format!("{},{}", zone("1", ring), zone("1", ring)), "feature 1: has the code 1 of feature 0"),
            (zone("1", "[[13430000.0, 3580000.0]]"), "are these degrees?"),
            (zone(" 1", ring).replace("\"name\"", "\"title\""), "property \"name\""),
        ] {
            let e = read(&features, Datum::Wgs84).unwrap_err();
            assert!(e.detail.starts_with("z.geojson: ") && e.detail.contains(why), "{e}");
        }
    }

    #[test]
    fn tables_go_both_ways() {
        let [a, b, z] = ["A1", "A2", "Z"].map(|c| Code::new(c).unwrap());
        let mut out = Vec::new();
        to_csv([(&a, "Z"), (&b, "")], &mut out).unwrap();
        assert_eq!(String::from_utf8(out.clone()).unwrap(), "atom,zone\nA1,Z\nA2,\n");
        let read =
            |text: &[u8], renamed: &[(String, String)]| from_csv(Source::Bytes { name: "t.csv", bytes: text }, renamed);
        assert_eq!(read(&out, &[]).unwrap(), [(a.clone(), Some(z.clone())), (b, None)]);
        let renamed = [("atom".to_owned(), "GEOID".to_owned()), ("zone".to_owned(), "District".to_owned())];
        assert_eq!(read(b"GEOID,District,Pop\nA1,Z,9\nA1,Z,9\n", &renamed).unwrap()[0], (a, Some(z)));
        let e = read(b"atom,zone\nA1,Z\nA1,Y\n", &[]).unwrap_err();
        assert!(e.detail.contains("line 3: atom \"A1\": stood above"), "{e}");
    }
}
