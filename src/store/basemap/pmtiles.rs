//! PMTiles: one file, a directory of tiles at its beginning. Read by place, never mapped into memory: an operator
//! may copy another file over it.

use std::{fs::File, os::unix::fs::FileExt, path::Path, sync::Arc};

use bytes::Bytes;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, PmTilesWriter, PmtError, PmtResult, TileCoord,
    TileType,
};
use serde_json::{Value, json};

use super::{About, TileFormat, plain, refused, vector_layers};
use crate::{
    base::{BBox, Error, Result},
    kernel::tile::Tile,
    store::files::write_whole_by,
};

pub(super) struct PmTiles(AsyncPmTilesReader<ByPlace>);

impl std::fmt::Debug for PmTiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PmTiles")
    }
}

/// A file that is read here and there.
struct ByPlace(Arc<File>);

impl AsyncBackend for ByPlace {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let file = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || {
            let (mut bytes, mut done) = (vec![0; length], 0);
            while done < length {
                match file.read_at(&mut bytes[done..], offset + done as u64)? {
                    0 => break,
                    n => done += n,
                }
            }
            bytes.truncate(done);
            Ok::<_, std::io::Error>(Bytes::from(bytes))
        });
        let bytes = read.await.map_err(|e| PmtError::Reading(e.into()))?.map_err(PmtError::Reading)?;
        Ok(BackendResponse::new(bytes))
    }
}

impl PmTiles {
    pub(super) async fn open(file: &Path) -> Result<(About, Self)> {
        let unread = |e: std::io::Error| Error::unavailable(format!("{} can't be read: {e}", file.display()));
        let backend = ByPlace(Arc::new(File::open(file).map_err(unread)?));
        let no = |e: PmtError| refused(file, format!("is no PMTiles archive of version 3: {e}"));
        let reader = AsyncPmTilesReader::try_from_source(backend).await.map_err(no)?;
        let metadata = match reader.get_metadata().await {
            // Pictures need not say anything.
            Err(PmtError::InvalidMetadata) => Value::Null,
            read => serde_json::from_str(&read.map_err(no)?).map_err(|e| refused(file, e))?,
        };
        let header = reader.get_header();
        let format = match header.tile_type {
            TileType::Mvt => TileFormat::Mvt,
            TileType::Png => TileFormat::Png,
            TileType::Jpeg => TileFormat::Jpeg,
            TileType::Webp => TileFormat::Webp,
            other => return Err(refused(file, format!("its tiles are of a kind that isn't drawn here ({other:?})"))),
        };
        let is_packed = match header.tile_compression {
            Compression::None => false,
            Compression::Gzip => true,
            other => return Err(refused(file, format!("its tiles are packed with {other:?}, not with gzip"))),
        };
        let (h, layers) = (header, vector_layers(&metadata).map_err(|why| refused(file, why))?);
        let about = About {
            format,
            is_packed,
            minzoom: h.min_zoom,
            maxzoom: h.max_zoom,
            bounds: BBox::new(h.min_longitude, h.min_latitude, h.max_longitude, h.max_latitude).ok(),
            attribution: metadata["attribution"].as_str().map(plain),
            vector_layers: layers,
        };
        Ok((about, Self(reader)))
    }

    pub(super) async fn tile(&self, tile: Tile) -> Result<Option<Bytes>> {
        let (z, x, y) = tile.zxy();
        let at = TileCoord::new(z, x, y).map_err(Error::internal)?;
        self.0.get_tile(at).await.map_err(|e| Error::unavailable(format!("the base map can't be read: {e}")))
    }
}

/// Writes an archive of vector tiles, whole or not at all; `fill` gives the tiles, in any order.
pub fn write(
    file: &Path,
    (deepest, bounds): (u8, BBox),
    (vector_layers, attribution): (&Value, &str),
    fill: impl FnOnce(&mut dyn FnMut(Tile, &[u8]) -> Result<()>) -> Result<()>,
) -> Result<()> {
    let unwritten = |e: PmtError| Error::unavailable(format!("can't write {}: {e}", file.display()));
    let metadata = json!({
        "name": "Base map", "type": "baselayer", "attribution": attribution, "vector_layers": vector_layers,
    });
    let writer = PmTilesWriter::new(TileType::Mvt)
        .min_zoom(0)
        .max_zoom(deepest)
        .bounds(bounds.west, bounds.south, bounds.east, bounds.north)
        .center(bounds.center().lng, bounds.center().lat)
        .center_zoom(9)
        .metadata(metadata.to_string());
    write_whole_by(file, |out| {
        let mut writer = writer.create(out).map_err(unwritten)?;
        fill(&mut |tile, bytes| {
            let (z, x, y) = tile.zxy();
            TileCoord::new(z, x, y).and_then(|at| writer.add_tile(at, bytes)).map_err(unwritten)
        })?;
        writer.finalize().map_err(unwritten)
    })
}
