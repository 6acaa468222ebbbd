//! Rows of a layer as a table (RFC 4180, UTF-8): the id, the properties, and the shape as well-known text.

use geo::Geometry;
use wkt::ToWkt;

use crate::{
    base::{Error, Result},
    domain::layers::{Property, Rows, Value},
    import::table::no_formula,
};

pub const CSV: &str = "text/csv; charset=utf-8; header=present";

/// These rows with these properties, by their places; `shape` tells a row's, where shapes are wanted. No cell
/// is a formula to a spreadsheet: one that would be begins with an apostrophe.
pub fn csv(
    rows: &dyn Rows,
    properties: &[Property],
    shown: &[usize],
    wanted: impl Iterator<Item = usize>,
    shape: Option<&dyn Fn(usize) -> Geometry<f64>>,
) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::internal(e);
    let tells_id = shown.iter().any(|ix| properties[*ix].name == "id");
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = (!tells_id).then_some("id").into_iter().chain(shown.iter().map(|ix| properties[*ix].name));
    out.write_record(head.chain(shape.is_some().then_some("geometry"))).map_err(failed)?;
    for row in wanted {
        let id = (!tells_id).then(|| no_formula(&rows.id(row)).into_owned());
        let values = shown.iter().map(|ix| cell(rows.value(row, *ix)));
        let shape = shape.map(|shape| shape(row).wkt_string());
        out.write_record(id.into_iter().chain(values).chain(shape)).map_err(failed)?;
    }
    out.into_inner().map_err(Error::internal)
}

fn cell(value: Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Flag(v) => v.to_string(),
        Value::Whole(v) => v.to_string(),
        Value::Number(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        Value::Text(v) => no_formula(&v).into_owned(),
        Value::List(v) => v.to_string(),
    }
}
