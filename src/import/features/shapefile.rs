//! Shapefiles: the `.shp` with its `.dbf`, `.prj` and `.cpg` beside it, or all of them in one ZIP archive.

use std::{
    fs,
    io::{Cursor, Read},
    path::Path,
};

use dbase::{FieldValue, ReaderBuilder, Record, encoding::EncodingRs};
use encoding_rs::{Encoding, GB18030, UTF_8};
use geo::{Coord, LineString, Polygon};
use geojson::{Feature, Geometry, GeometryValue, JsonObject, JsonValue};
use shapefile::{PolygonRing, Shape, ShapeReader, record::traits::HasXY};
use zip::ZipArchive;

use super::projection::Projection;
use crate::{import::text::name_of, kernel::topology};

/// Of one file of an archive, unpacked.
const UNPACKED_MAX: u64 = 1 << 30;
/// The length of a table's head stands at this byte.
const HEAD_LENGTH: usize = 8;

/// What belongs together.
#[derive(Debug, Default)]
pub struct Parts {
    shp: Vec<u8>,
    dbf: Vec<u8>,
    prj: Option<Vec<u8>>,
    cpg: Option<Vec<u8>>,
}

impl Parts {
    /// The files beside `shp`, whatever the case of their extensions.
    ///
    /// # Errors
    /// A `.dbf` that is missing or can't be read.
    pub fn beside(path: &Path, shp: Vec<u8>) -> Result<Self, String> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let names = fs::read_dir(folder).map_err(|e| format!("its folder can't be read: {e}"))?;
        let paths: Vec<_> =
            names.flatten().map(|entry| entry.path()).filter(|p| p.file_stem() == path.file_stem()).collect();
        let part = |extension: &str| {
            let found = paths.iter().find(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension)));
            found.map(|p| fs::read(p).map_err(|e| format!("{}: cannot be read: {e}", p.display()))).transpose()
        };
        let dbf = part("dbf")?.ok_or("a shapefile without its .dbf, which holds codes and names")?;
        Ok(Self { shp, dbf, prj: part("prj")?, cpg: part("cpg")? })
    }

    /// Whether a ZIP archive holds a shapefile: names stand in it as they are.
    pub fn are_in(zip: &[u8]) -> bool {
        zip.windows(4).any(|word| word.eq_ignore_ascii_case(b".shp"))
    }

    /// The one shapefile in an archive.
    ///
    /// # Errors
    /// An archive that is damaged, or holds none or several.
    pub fn in_zip(bytes: &[u8]) -> Result<Self, String> {
        let damaged = |e: zip::result::ZipError| format!("is a damaged ZIP archive: {e}");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let names = archive.file_names().map(|name| name.map(|name| name.into_owned()));
        let names = names.collect::<Result<Vec<String>, _>>().map_err(damaged)?;
        let is = |name: &str, extension: &str| {
            Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case(extension))
                && !name.contains("__MACOSX/")
        };
        let shapes: Vec<&String> = names.iter().filter(|name| is(name, "shp")).collect();
        let [shp] = shapes[..] else {
            let list = shapes.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(format!("is a ZIP archive with {} shapefiles, one is needed: {list}", shapes.len()));
        };
        let stem = &shp[..shp.len() - 4];
        let mut part = |extension: &str| {
            let of_it = |name: &&String| is(name, extension) && name.get(..name.len() - 4) == Some(stem);
            let Some(name) = names.iter().find(of_it) else { return Ok(None) };
            let mut found = Vec::new();
            let file = archive.by_name(name).map_err(damaged)?;
            let read = file.take(UNPACKED_MAX + 1).read_to_end(&mut found);
            read.map_err(|e| format!("is a damaged ZIP archive: {name}: {e}"))?;
            if found.len() as u64 > UNPACKED_MAX {
                return Err(format!("{name} in it is over {UNPACKED_MAX} bytes"));
            }
            Ok(Some(found))
        };
        let shp = part("shp")?.unwrap_or_default();
        let dbf = part("dbf")?.ok_or("holds a shapefile without its .dbf, which holds codes and names")?;
        Ok(Self { shp, dbf, prj: part("prj")?, cpg: part("cpg")? })
    }

    /// Every record as a feature in degrees, and what deserves a look; the `given` system goes before what the
    /// `.prj` says.
    ///
    /// # Errors
    /// What is damaged, or not understood, or contradicts the `.prj`.
    pub fn features(&self, given: Option<&Projection>) -> Result<(Vec<Feature>, Vec<String>), String> {
        let mut told = Vec::new();
        let said = self.prj.as_ref().filter(|_| given.is_none()).map(|wkt| {
            let wkt = String::from_utf8_lossy(wkt);
            Projection::of_wkt(wkt.trim_start_matches('\u{feff}').trim()).map_err(|e| format!("its .prj: {e}"))
        });
        let said = said.transpose()?;
        let projection = given.or(said.as_ref());
        if projection.is_none() {
            told.push("the shapefile has no .prj: its numbers were taken as degrees".to_owned());
        }
        let encoding = self.encoding()?;
        if encoding != UTF_8 {
            told.push(format!("the table was read as {}", name_of(encoding)));
        }
        let damaged = |e: &dyn std::fmt::Display| format!("its .shp is damaged: {e}");
        let mut shapes = ShapeReader::new(Cursor::new(&self.shp)).map_err(|e| damaged(&e))?;
        let shapes = shapes.iter_shapes().collect::<Result<Vec<_>, _>>().map_err(|e| damaged(&e))?;
        let rows = self.rows(encoding)?;
        if shapes.len() != rows.len() {
            return Err(format!("its .shp has {} records and its .dbf {}", shapes.len(), rows.len()));
        }
        let feature = |(i, (shape, row)): (usize, (Shape, Record))| {
            let geometry = geometry(shape, projection).map_err(|e| format!("feature {i}: {e}"))?;
            Ok(Feature {
                geometry: geometry.map(Geometry::new),
                properties: Some(properties(row)),
                ..Feature::default()
            })
        };
        let features = shapes.into_iter().zip(rows).enumerate().map(feature).collect::<Result<_, String>>()?;
        Ok((features, told))
    }

    /// What the `.cpg` says, or UTF-8 where the table is whole in it, else GB18030, as everywhere.
    fn encoding(&self) -> Result<&'static Encoding, String> {
        if let Some(cpg) = &self.cpg {
            let said = String::from_utf8_lossy(cpg)
                .trim_matches(['\u{feff}', '\0', ' ', '\r', '\n', '\t'])
                .to_ascii_lowercase();
            let label = match said.trim_start_matches("cp").trim_start_matches("ansi ") {
                "65001" => "utf-8",
                "936" => "gbk",
                "54936" => "gb18030",
                "950" => "big5",
                "1252" | "88591" => "windows-1252",
                _ => &said,
            };
            return Encoding::for_label(label.as_bytes())
                .ok_or_else(|| format!("its .cpg names the encoding {said:?}, which is not known"));
        }
        let head =
            self.dbf.get(HEAD_LENGTH..HEAD_LENGTH + 2).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])));
        let body = self.dbf.get(head..).unwrap_or_default();
        Ok(if std::str::from_utf8(body).is_ok() { UTF_8 } else { GB18030 })
    }

    fn rows(&self, encoding: &'static Encoding) -> Result<Vec<Record>, String> {
        let damaged = |e: dbase::Error| format!("its .dbf is damaged: {e}");
        let reader = ReaderBuilder::new().with_encoding(EncodingRs::from(encoding)).build(Cursor::new(&self.dbf));
        reader.map_err(damaged)?.read().map_err(damaged)
    }
}

fn properties(row: Record) -> JsonObject {
    let value = |value: FieldValue| match value {
        FieldValue::Character(text) => text.map_or(JsonValue::Null, |text| text.trim().into()),
        FieldValue::Memo(text) => text.trim().into(),
        FieldValue::Numeric(number) => number.map_or(JsonValue::Null, JsonValue::from),
        FieldValue::Float(number) => number.map_or(JsonValue::Null, JsonValue::from),
        FieldValue::Integer(number) => number.into(),
        FieldValue::Currency(number) | FieldValue::Double(number) => number.into(),
        FieldValue::Logical(flag) => flag.map_or(JsonValue::Null, JsonValue::from),
        FieldValue::Date(_) | FieldValue::DateTime(_) => JsonValue::Null,
    };
    row.into_iter().map(|(name, field)| (name, value(field))).collect()
}

/// Polygons with their holes; other shapes by their kind alone, so that they are told.
fn geometry(shape: Shape, projection: Option<&Projection>) -> Result<Option<GeometryValue>, String> {
    let rings = match shape {
        Shape::NullShape => return Ok(None),
        Shape::Polygon(polygon) => rings(polygon.into_inner(), projection)?,
        Shape::PolygonM(polygon) => rings(polygon.into_inner(), projection)?,
        Shape::PolygonZ(polygon) => rings(polygon.into_inner(), projection)?,
        Shape::Polyline(_) | Shape::PolylineM(_) | Shape::PolylineZ(_) => {
            return Ok(Some(GeometryValue::new_multi_line_string(Vec::<Vec<Vec<f64>>>::new())));
        }
        Shape::Multipatch(_) => return Err("is a multipatch, which is no area".to_owned()),
        _ => return Ok(Some(GeometryValue::new_multi_point(Vec::<Vec<f64>>::new()))),
    };
    let (outer, inner): (Vec<_>, Vec<_>) = rings.into_iter().partition(|(is_outer, _)| *is_outer);
    let mut polygons: Vec<Polygon<f64>> = outer.into_iter().map(|(_, ring)| Polygon::new(ring, Vec::new())).collect();
    for (_, hole) in inner {
        match polygons.iter_mut().find(|polygon| topology::inside(&hole, polygon.exterior())) {
            Some(polygon) => polygon.interiors_push(hole),
            // Wound the wrong way: a part.
            None => polygons.push(Polygon::new(hole, Vec::new())),
        }
    }
    Ok(Some(GeometryValue::from(&geo::MultiPolygon::new(polygons))))
}

type Rings = Vec<(bool, LineString<f64>)>;

fn rings<P: HasXY>(rings: Vec<PolygonRing<P>>, projection: Option<&Projection>) -> Result<Rings, String> {
    let place = |p: &P| {
        let at = Coord { x: p.x(), y: p.y() };
        projection.map_or(Ok(at), |projection| projection.degrees(at))
    };
    let ring = |ring: PolygonRing<P>| {
        let line = ring.points().iter().map(place).collect::<Result<Vec<_>, _>>()?;
        Ok((matches!(ring, PolygonRing::Outer(_)), LineString::new(line)))
    };
    rings.into_iter().map(ring).collect()
}
