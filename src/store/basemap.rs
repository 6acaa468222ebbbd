//! Where tiles come from: the base map of the extract in the data folder, an operator's own archive, PMTiles (version
//! 3) or MBTiles (1.3), or a map service.
//!
//! Pictures are served as they are. Of vector tiles only those whose layers are those of our base map: nobody
//! else's can be drawn by our style.

mod address;
mod mbtiles;
mod pmtiles;
mod service;

use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

pub use self::{
    address::TileAddress,
    pmtiles::write,
    service::{Key, MapService},
};
use self::{mbtiles::MbTiles, pmtiles::PmTiles};
use crate::{
    base::{BBox, Error, Result, words},
    domain::basemap::GroundLayer,
    kernel::tile::Tile,
};

/// The deepest zoom that an archive of others may have.
pub const DEEPEST: u8 = 24;

words! {
    /// What tiles are.
    TileFormat { Mvt = "pbf", Png = "png", Jpeg = "jpg", Webp = "webp" }
}

impl TileFormat {
    /// Of a picture, by how it begins.
    pub fn of_picture(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }
}

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    pub format: TileFormat,
    /// Whether its tiles are packed with gzip.
    pub is_packed: bool,
    pub minzoom: u8,
    pub maxzoom: u8,
    pub bounds: Option<BBox>,
    pub attribution: Option<String>,
    pub vector_layers: Vec<VectorLayer>,
}

/// A layer of vector tiles, as TileJSON has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct VectorLayer {
    pub id: String,
    #[serde(default)]
    pub minzoom: Option<u8>,
    #[serde(default)]
    pub maxzoom: Option<u8>,
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
}

/// An archive that is read.
#[derive(Debug)]
pub struct Archive {
    pub about: About,
    tiles: Tiles,
}

#[derive(Debug)]
enum Tiles {
    Pm(PmTiles),
    Mb(MbTiles),
    Asked(MapService),
}

impl Archive {
    /// Opens one by the ending of its name.
    ///
    /// # Errors
    /// `Unavailable` for what can't be read, `Invalid` for tiles that the page couldn't draw.
    pub async fn open(file: &Path) -> Result<Self> {
        let (about, tiles) = if file.extension().is_some_and(|end| end == "mbtiles") {
            let (about, tiles) = MbTiles::open(file).await?;
            (about, Tiles::Mb(tiles))
        } else {
            let (about, tiles) = PmTiles::open(file).await?;
            (about, Tiles::Pm(tiles))
        };
        about.check().map_err(|why| refused(file, why))?;
        Ok(Self { about, tiles })
    }

    /// That of a map service, which is not asked before somebody wants a tile.
    pub fn asked(service: MapService, attribution: &str) -> Self {
        Self { about: MapService::about(attribution), tiles: Tiles::Asked(service) }
    }

    /// Its tiles may be others tomorrow.
    pub fn changes(&self) -> bool {
        matches!(self.tiles, Tiles::Asked(_))
    }

    /// A tile as it is kept; none where the archive has none.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Bytes>> {
        match &self.tiles {
            Tiles::Pm(tiles) => tiles.tile(tile).await,
            Tiles::Mb(tiles) => tiles.tile(tile).await,
            Tiles::Asked(service) => service.tile(tile).await,
        }
    }
}

impl About {
    fn check(&self) -> Result<(), String> {
        if self.maxzoom > DEEPEST || self.minzoom > self.maxzoom {
            return Err(format!("its zooms, {} to {}, are not within 0 to {DEEPEST}", self.minzoom, self.maxzoom));
        }
        if self.format != TileFormat::Mvt {
            return Ok(());
        }
        let known = GroundLayer::WORDS;
        let foreign = self.vector_layers.iter().find(|layer| !known.contains(&layer.id.as_str()));
        match foreign {
            _ if self.vector_layers.is_empty() => Err("its vector tiles name no layers".to_owned()),
            Some(layer) => Err(format!(
                "its vector tiles have the layer {:?}, which the page can't draw: it draws {}; take pictures instead",
                layer.id,
                known.join(", ")
            )),
            None => Ok(()),
        }
    }
}

fn refused(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::invalid("map.base", format!("{}: {why}", file.display()))
}

/// Text without the links that map makers put into it.
fn plain(text: &str) -> String {
    let (mut plain, mut is_tag) = (String::new(), false);
    for c in text.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// `vector_layers` of what an archive says of itself.
fn vector_layers(metadata: &Value) -> Result<Vec<VectorLayer>, String> {
    let layers = metadata.get("vector_layers").cloned().unwrap_or(Value::Array(Vec::new()));
    serde_json::from_value(layers).map_err(|e| format!("its vector_layers are not as TileJSON has them: {e}"))
}

#[cfg(test)]
mod tests;
