//! Rows of a layer as a shapefile, in a ZIP archive with everything that belongs to it.
//!
//! The format keeps ten letters of a property's name and 254 bytes of a text, and no times, which are text.

use std::io::{self, Cursor, Seek, Write};

use dbase::{FieldName, FieldValue, Record, TableWriterBuilder, encoding::EncodingRs};
use encoding_rs::UTF_8;
use geo::{Geometry, LineString, Polygon};
use shapefile::{Point, PolygonRing, Polyline, ShapeWriter, Writer};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    base::{Error, Result},
    domain::layers::{Kind, Value, excerpt::Excerpt},
};

pub const ZIP: &str = "application/zip";

const NAME_BYTES: usize = 10;
const TEXT_BYTES: u8 = 254;
/// Digits of a number, and those behind the point.
const DIGITS: [u8; 2] = [24, 8];
/// WGS-84 as Esri's programs write it.
const PRJ: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

/// In WGS-84, longitude first.
pub fn shapefile(excerpt: &Excerpt<'_>, out: impl Write) -> Result<()> {
    let [mut shp, mut shx, mut dbf] = [const { Vec::new() }; 3].map(Cursor::new);
    let names = short_names(excerpt);
    let mut table = TableWriterBuilder::with_encoding(EncodingRs::from(UTF_8));
    for (name, head) in names.iter().zip(&excerpt.heads) {
        let field = FieldName::try_from(name.as_str()).map_err(Error::internal)?;
        table = match head.kind {
            Kind::Flag => table.add_logical_field(field),
            Kind::Whole => table.add_numeric_field(field, DIGITS[0], 0),
            Kind::Number => table.add_numeric_field(field, DIGITS[0], DIGITS[1]),
            Kind::Text | Kind::Words(_) | Kind::Time | Kind::List => table.add_character_field(field, TEXT_BYTES),
        };
    }
    {
        let mut file = Writer::new(ShapeWriter::with_shx(&mut shp, &mut shx), table.build_with_dest(&mut dbf));
        for &row in &excerpt.wanted {
            let mut record = Record::default();
            for (name, head) in names.iter().zip(&excerpt.heads) {
                record.insert(name.clone(), field(head.kind, excerpt.value(row, head)));
            }
            write(&mut file, excerpt.eastward(row), &record)?;
        }
    }
    let failed = |e: zip::result::ZipError| Error::internal(e);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (extension, bytes) in [
        ("shp", shp.get_ref().as_slice()),
        ("shx", shx.get_ref()),
        ("dbf", dbf.get_ref()),
        ("prj", PRJ.as_bytes()),
        ("cpg", b"UTF-8"),
    ] {
        archive.start_file(format!("{}.{extension}", excerpt.name), SimpleFileOptions::default()).map_err(failed)?;
        archive.write_all(bytes).map_err(Error::internal)?;
    }
    let bytes = archive.finish().map_err(failed)?.into_inner();
    io::copy(&mut &bytes[..], &mut { out }).map(drop).map_err(Error::internal)
}

fn write<T: Write + Seek>(file: &mut Writer<T>, shape: Geometry<f64>, record: &Record) -> Result<()> {
    let written = match shape {
        Geometry::Point(p) => file.write_shape_and_record(&Point::new(p.x(), p.y()), record),
        Geometry::LineString(line) => file.write_shape_and_record(&Polyline::new(points(&line)), record),
        Geometry::MultiLineString(lines) => {
            file.write_shape_and_record(&Polyline::with_parts(lines.iter().map(points).collect()), record)
        }
        Geometry::Polygon(polygon) => file.write_shape_and_record(&rings([&polygon]), record),
        Geometry::MultiPolygon(polygons) => file.write_shape_and_record(&rings(&polygons), record),
        other => return Err(Error::internal(format!("a shapefile has no {other:?}"))),
    };
    written.map_err(Error::internal)
}

fn points(line: &LineString<f64>) -> Vec<Point> {
    line.0.iter().map(|c| Point::new(c.x, c.y)).collect()
}

fn rings<'a>(polygons: impl IntoIterator<Item = &'a Polygon<f64>>) -> shapefile::Polygon {
    let of = |polygon: &'a Polygon<f64>| {
        let holes = polygon.interiors().iter().map(|ring| PolygonRing::Inner(points(ring)));
        std::iter::once(PolygonRing::Outer(points(polygon.exterior()))).chain(holes)
    };
    shapefile::Polygon::with_rings(polygons.into_iter().flat_map(of).collect())
}

/// The names of the columns, cut and told apart.
fn short_names(excerpt: &Excerpt<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for head in &excerpt.heads {
        let mut name = cut(head.name, NAME_BYTES).to_owned();
        for n in 1.. {
            if !names.contains(&name) {
                break;
            }
            let end = format!("_{n}");
            name = format!("{}{end}", cut(head.name, NAME_BYTES - end.len()));
        }
        names.push(name);
    }
    names
}

/// As much of a text as that many bytes hold.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

fn field(kind: Kind, value: Value<'_>) -> FieldValue {
    let text = match value {
        Value::Flag(v) => return FieldValue::Logical(Some(v)),
        Value::Whole(v) => return FieldValue::Numeric(Some(v as f64)),
        Value::Number(v) => return FieldValue::Numeric(Some(v)),
        Value::Null => {
            return match kind {
                Kind::Flag => FieldValue::Logical(None),
                Kind::Whole | Kind::Number => FieldValue::Numeric(None),
                Kind::Text | Kind::Words(_) | Kind::Time | Kind::List => FieldValue::Character(None),
            };
        }
        Value::Text(v) => v.into_owned(),
        Value::Time(v) => v.to_string(),
        Value::List(v) => v.to_string(),
    };
    FieldValue::Character(Some(cut(&text, TEXT_BYTES.into()).to_owned()))
}
