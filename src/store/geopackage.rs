//! A layer in a GeoPackage (OGC 12-128), an SQLite database. Somebody's is only read, and left as it is; ours
//! are written anew.

use std::path::Path;

use geo::BoundingRect;
use serde_json::{Map, Value};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, FromRow, Row, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use wkb::writer::{WriteOptions, write_geometry};

use crate::{
    base::{Error, Result, Timestamp},
    domain::layers::{self, Kind, excerpt::Excerpt},
};

/// The parts that a GeoPackage of version 1.4 must have, with WGS-84.
const SCHEMA: &str = r#"
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10400;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
    ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', 'longitude, latitude');
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
    z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
"#;
/// Which the shapes are in.
const SRS: i32 = 4326;

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

/// Writes a file with one layer, in WGS-84, longitude first.
///
/// # Errors
/// A file that can't be written.
pub async fn write(path: &Path, excerpt: &Excerpt<'_>, at: Timestamp) -> Result<()> {
    let failed = |e: sqlx::Error| Error::unavailable(format!("can't write {}: {e}", path.display()));
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut file = options.connect().await.map_err(failed)?;
    sqlx::raw_sql(SCHEMA).execute(&mut file).await.map_err(failed)?;
    let mut tx = file.begin().await.map_err(failed)?;
    fill(&mut tx, excerpt, at).await?;
    tx.commit().await.map_err(failed)?;
    file.close().await.map_err(failed)
}

async fn fill(tx: &mut SqliteConnection, excerpt: &Excerpt<'_>, at: Timestamp) -> Result<()> {
    let failed = |e: sqlx::Error| Error::internal(e);
    let table = excerpt.name;
    // A layer's own `fid` would be the key.
    let columns: Vec<String> = excerpt.heads.iter().map(|head| format!("\"{}\"", head.name)).collect();
    let typed = |(head, column): (&layers::excerpt::Head, &String)| format!("{column} {}", column_type(head.kind));
    let typed: Vec<String> = excerpt.heads.iter().zip(&columns).map(typed).collect();
    let create =
        format!("CREATE TABLE \"{table}\" (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom BLOB, {})", typed.join(", "));
    sqlx::query(AssertSqlSafe(create)).execute(&mut *tx).await.map_err(failed)?;
    let places: Vec<String> = (2..columns.len() + 2).map(|n| format!("${n}")).collect();
    let insert = format!("INSERT INTO \"{table}\" (geom, {}) VALUES ($1, {})", columns.join(", "), places.join(", "));
    let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for &row in &excerpt.wanted {
        let shape = excerpt.eastward(row);
        if let Some(around) = shape.bounding_rect() {
            let (min, max) = (around.min(), around.max());
            bounds = [bounds[0].min(min.x), bounds[1].min(min.y), bounds[2].max(max.x), bounds[3].max(max.y)];
        }
        let mut query = sqlx::query(AssertSqlSafe(insert.clone())).bind(blob(&shape)?);
        for head in &excerpt.heads {
            query = match excerpt.value(row, head) {
                layers::Value::Null => query.bind(None::<String>),
                layers::Value::Flag(v) => query.bind(v),
                layers::Value::Whole(v) => query.bind(v),
                layers::Value::Number(v) => query.bind(v),
                layers::Value::Text(v) => query.bind(v.into_owned()),
                layers::Value::Time(v) => query.bind(v.to_string()),
                layers::Value::List(v) => query.bind(v.to_string()),
            };
        }
        query.execute(&mut *tx).await.map_err(failed)?;
    }
    let bounds = bounds.map(|bound| bound.is_finite().then_some(bound));
    let contents = sqlx::query(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, min_x, min_y, max_x, max_y, srs_id) \
         VALUES ($1, 'features', $1, $2, $3, $4, $5, $6, $7)",
    );
    let contents = bounds.into_iter().fold(contents.bind(table).bind(at.to_string()), |query, bound| query.bind(bound));
    contents.bind(SRS).execute(&mut *tx).await.map_err(failed)?;
    sqlx::query("INSERT INTO gpkg_geometry_columns VALUES ($1, 'geom', $2, $3, 0, 0)")
        .bind(table)
        .bind(geometry_type(excerpt.shape()))
        .bind(SRS)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    Ok(())
}

fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Words(_) | Kind::List => "TEXT",
        Kind::Flag => "BOOLEAN",
        Kind::Whole => "INTEGER",
        Kind::Number => "DOUBLE",
        Kind::Time => "DATETIME",
    }
}

fn geometry_type(shape: layers::Shape) -> &'static str {
    match shape {
        layers::Shape::Point => "POINT",
        layers::Shape::Line => "LINESTRING",
        layers::Shape::Lines => "MULTILINESTRING",
        layers::Shape::Polygon => "POLYGON",
        layers::Shape::Polygons => "MULTIPOLYGON",
    }
}

/// The head of a shape, little-endian and without a box, and the shape as well-known binary.
fn blob(shape: &geo::Geometry<f64>) -> Result<Vec<u8>> {
    let mut bytes = b"GP\0\x01".to_vec();
    bytes.extend(SRS.to_le_bytes());
    write_geometry(&mut bytes, shape, &WriteOptions::default()).map_err(Error::internal)?;
    Ok(bytes)
}
