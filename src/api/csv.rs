//! Rows of a layer as a table (RFC 4180, UTF-8): the id, the properties, and the shape as well-known text.

use std::io::Write;

use wkt::ToWkt;

use crate::{
    base::{Error, Result},
    domain::layers::{Value, excerpt::Excerpt},
    import::table::no_formula,
};

pub const CSV: &str = "text/csv; charset=utf-8; header=present";

/// No cell is a formula to a spreadsheet: one that would be begins with an apostrophe.
pub fn csv(excerpt: &Excerpt<'_>, out: impl Write) -> Result<()> {
    let failed = |e: csv::Error| Error::internal(e);
    let mut out = csv::Writer::from_writer(out);
    let head = excerpt.heads.iter().map(|head| head.name);
    out.write_record(head.chain(excerpt.crs.map(|_| "geometry"))).map_err(failed)?;
    for &row in &excerpt.wanted {
        let values = excerpt.heads.iter().map(|head| cell(excerpt.value(row, head)));
        let shape = excerpt.geometry(row).map(|shape| shape.wkt_string());
        out.write_record(values.chain(shape)).map_err(failed)?;
    }
    out.flush().map_err(Error::internal)
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
