//! MBTiles: an SQLite database of tiles, its rows counted from the south.

use std::{collections::HashMap, path::Path};

use bytes::Bytes;
use serde_json::Value;
use sqlx::{
    FromRow, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{About, TileFormat, plain, refused, vector_layers};
use crate::{
    base::{BBox, Error, Result},
    kernel::tile::Tile,
};

/// Tiles that are read at the same time.
const READERS: u32 = 4;

#[derive(Debug)]
pub(super) struct MbTiles(SqlitePool);

#[derive(FromRow)]
struct Said {
    name: String,
    value: String,
}

impl MbTiles {
    pub(super) async fn open(file: &Path) -> Result<(About, Self)> {
        let no = |e: sqlx::Error| refused(file, format!("is no MBTiles database: {e}"));
        let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
        let pool = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await.map_err(no)?;
        let said: Vec<Said> = sqlx::query_as("SELECT name, value FROM metadata").fetch_all(&pool).await.map_err(no)?;
        let said: HashMap<String, String> = said.into_iter().map(|s| (s.name, s.value)).collect();
        let (least, most): (Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT MIN(zoom_level), MAX(zoom_level) FROM tiles").fetch_one(&pool).await.map_err(no)?;
        let zoom = |z: Option<i64>| z.and_then(|z| u8::try_from(z).ok()).ok_or_else(|| refused(file, "holds no tiles"));
        let format = match said.get("format").map(String::as_str) {
            Some("pbf") => TileFormat::Mvt,
            Some("png") => TileFormat::Png,
            Some("jpg" | "jpeg") => TileFormat::Jpeg,
            Some("webp") => TileFormat::Webp,
            other => return Err(refused(file, format!("its tiles are of a kind that isn't drawn here ({other:?})"))),
        };
        let about = About {
            format,
            is_packed: format == TileFormat::Mvt,
            minzoom: zoom(least)?,
            maxzoom: zoom(most)?,
            bounds: said.get("bounds").and_then(|text| bounds(text)),
            attribution: said.get("attribution").map(|text| plain(text)),
            vector_layers: layers(said.get("json")).map_err(|why| refused(file, why))?,
        };
        Ok((about, Self(pool)))
    }

    pub(super) async fn tile(&self, tile: Tile) -> Result<Option<Bytes>> {
        let (z, x, y) = tile.zxy();
        let row = (1u32 << z) - 1 - y;
        let sql = "SELECT tile_data FROM tiles WHERE zoom_level = $1 AND tile_column = $2 AND tile_row = $3";
        let found: Option<(Vec<u8>,)> =
            sqlx::query_as(sql).bind(z).bind(x).bind(row).fetch_optional(&self.0).await.map_err(unread)?;
        Ok(found.map(|(bytes,)| bytes.into()))
    }
}

fn unread(e: sqlx::Error) -> Error {
    Error::unavailable(format!("the base map can't be read: {e}"))
}

fn bounds(text: &str) -> Option<BBox> {
    let parts: Vec<f64> = text.split(',').map_while(|part| part.trim().parse().ok()).collect();
    match parts[..] {
        [west, south, east, north] => BBox::new(west, south, east, north).ok(),
        _ => None,
    }
}

fn layers(json: Option<&String>) -> Result<Vec<super::VectorLayer>, String> {
    let Some(text) = json else { return Ok(Vec::new()) };
    vector_layers(
        &serde_json::from_str::<Value>(text).map_err(|e| format!("what it says of its layers is no JSON: {e}"))?,
    )
}
