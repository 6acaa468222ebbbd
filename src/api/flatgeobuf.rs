//! Rows of a layer as FlatGeobuf (<https://flatgeobuf.org>), with its index.

use std::io::Write;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use crate::{
    base::{Error, Result},
    domain::layers::{Kind, Shape, Value, excerpt::Excerpt},
    kernel::epsg::Crs,
};

pub const FLATGEOBUF: &str = "application/flatgeobuf";

/// Features come by place, not in the order of the rows. They wait in a temporary file.
///
/// # Errors
/// `Invalid` without shapes: there are none such files.
pub fn flatgeobuf(excerpt: &Excerpt<'_>, out: impl Write) -> Result<()> {
    let Some(crs) = excerpt.crs else {
        return Err(Error::invalid("skipGeometry", "FlatGeobuf is not written without shapes"));
    };
    let failed = |e: flatgeobuf::Error| Error::internal(e);
    let shape = match excerpt.shape() {
        Shape::Point => GeometryType::Point,
        Shape::Line => GeometryType::LineString,
        Shape::Lines => GeometryType::MultiLineString,
        Shape::Polygon => GeometryType::Polygon,
        Shape::Polygons => GeometryType::MultiPolygon,
    };
    let code = match crs {
        Crs::Crs84 | Crs::Epsg4326 => 4326,
        Crs::Epsg3857 => 3857,
        Crs::Epsg4490 => 4490,
    };
    let options = FgbWriterOptions { crs: FgbCrs { code, ..FgbCrs::default() }, ..FgbWriterOptions::default() };
    let mut file = FgbWriter::create_with_options(excerpt.name, shape, options).map_err(failed)?;
    for head in &excerpt.heads {
        file.add_column(head.name, column(head.kind), |_, _| {});
    }
    for &row in &excerpt.wanted {
        let mut written = Ok(());
        let shape = excerpt.eastward(row);
        file.add_feature_geom(shape, |feature| written = properties(excerpt, row, feature)).map_err(Error::internal)?;
        written.map_err(Error::internal)?;
    }
    file.write(out).map_err(failed)
}

fn column(kind: Kind) -> ColumnType {
    match kind {
        Kind::Text | Kind::Words(_) => ColumnType::String,
        Kind::Flag => ColumnType::Bool,
        Kind::Whole => ColumnType::Long,
        Kind::Number => ColumnType::Double,
        Kind::Time => ColumnType::DateTime,
        Kind::List => ColumnType::Json,
    }
}

/// What is not known is left out.
fn properties(excerpt: &Excerpt<'_>, row: usize, feature: &mut impl PropertyProcessor) -> geozero::error::Result<()> {
    for (ix, head) in excerpt.heads.iter().enumerate() {
        let value = excerpt.value(row, head);
        let text = match &value {
            Value::Time(at) => at.to_string(),
            Value::List(list) => list.to_string(),
            _ => String::new(),
        };
        let value = match &value {
            Value::Null => continue,
            Value::Flag(v) => ColumnValue::Bool(*v),
            Value::Whole(v) => ColumnValue::Long(*v),
            Value::Number(v) => ColumnValue::Double(*v),
            Value::Text(v) => ColumnValue::String(v),
            Value::Time(_) => ColumnValue::DateTime(&text),
            Value::List(_) => ColumnValue::Json(&text),
        };
        feature.property(ix, head.name, &value)?;
    }
    Ok(())
}
