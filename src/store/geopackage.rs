//! A layer of somebody's GeoPackage (OGC 12-128), an SQLite database: only read, and left as it is.

use std::path::Path;

use serde_json::{Map, Value};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, FromRow, Row, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use crate::base::{Error, Result};

/// A layer of shapes, row by row.
#[derive(Debug)]
pub struct Layer {
    /// Of its reference system, if that has one.
    pub epsg: Option<u16>,
    /// The reference system in words (WKT).
    pub wkt: String,
    pub rows: Vec<Shape>,
}

/// The bytes of a shape, if there is one, and its other columns.
pub type Shape = (Option<Vec<u8>>, Map<String, Value>);

#[derive(FromRow)]
struct Head {
    table_name: String,
    column_name: String,
    organization: String,
    organization_coordsys_id: i64,
    definition: String,
}

/// The layer `wanted`, or the only one.
///
/// # Errors
/// A file that is no GeoPackage or is damaged; a layer that is not there, or not said where there are several.
pub async fn read(path: &Path, wanted: Option<&str>) -> Result<Layer> {
    let refused = |why: String| Error::invalid("file", format!("{}: {why}", path.display()));
    let damaged = |e: sqlx::Error| refused(format!("is no GeoPackage, or damaged: {e}"));
    // Nobody writes to it: without locks it is read from a disk that is read-only, too.
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let mut file = options.connect().await.map_err(damaged)?;
    let heads: Vec<Head> = sqlx::query_as(
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition \
         FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name \
         JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE c.data_type = 'features' ORDER BY c.table_name",
    )
    .fetch_all(&mut file)
    .await
    .map_err(damaged)?;
    let names = heads.iter().map(|head| head.table_name.as_str()).collect::<Vec<_>>().join(", ");
    let head = match (wanted, &heads[..]) {
        (Some(wanted), all) => all.iter().find(|head| head.table_name == wanted).ok_or_else(|| {
            Error::invalid("from_layer", format!("{} has no layer {wanted:?}; its layers are {names}", path.display()))
        })?,
        (None, [only]) => only,
        (None, []) => return Err(refused("is a GeoPackage without a layer of shapes".to_owned())),
        (None, _) => {
            return Err(Error::invalid(
                "from_layer",
                format!("{} has several layers, name one: {names}", path.display()),
            ));
        }
    };
    let table = head.table_name.replace('"', "\"\"");
    let rows =
        sqlx::query(AssertSqlSafe(format!("SELECT * FROM \"{table}\""))).fetch_all(&mut file).await.map_err(damaged)?;
    let rows = rows.iter().map(|row| columns(row, &head.column_name)).collect::<sqlx::Result<_>>().map_err(damaged)?;
    let epsg = head.organization.eq_ignore_ascii_case("epsg").then(|| head.organization_coordsys_id.try_into().ok());
    Ok(Layer { epsg: epsg.flatten(), wkt: head.definition.clone(), rows })
}

fn columns(row: &SqliteRow, shape: &str) -> sqlx::Result<Shape> {
    let mut properties = Map::new();
    for column in row.columns().iter().filter(|column| column.name() != shape) {
        let at = column.ordinal();
        let kind = row.try_get_raw(at)?.type_info().name().to_owned();
        let value = match kind.as_str() {
            "INTEGER" => row.try_get_unchecked::<i64, _>(at)?.into(),
            "REAL" => row.try_get_unchecked::<f64, _>(at)?.into(),
            "TEXT" => row.try_get_unchecked::<String, _>(at)?.into(),
            _ => Value::Null,
        };
        properties.insert(column.name().to_owned(), value);
    }
    Ok((row.try_get_unchecked(shape)?, properties))
}
