//! The network's files in the database, in pieces, for processes that share the database and no folder.

use std::path::{Path, PathBuf};

use sqlx::FromRow;

use super::{basemap_file, network_file, order_file, places_file};
use crate::{
    base::{Error, Result, sha256},
    store::{
        db::{Tx, Val, insert_many, q},
        files::write_whole,
        load::blocking,
    },
};

/// Memory and the limit of a statement bound a piece.
const PIECE_BYTES: usize = 1 << 20;

const BASEMAP: &str = "basemap";
const PLACES: &str = "places";

/// What all processes need. The raw stage is for who imports; an order that is not there yet each makes for itself.
fn files(folder: &Path, hash: &str) -> [(&'static str, PathBuf); 4] {
    [
        ("network", network_file(folder, hash)),
        ("order", order_file(folder, hash)),
        (BASEMAP, basemap_file(folder, hash)),
        (PLACES, places_file(folder, hash)),
    ]
}

/// Puts those that are there in the place of the former's; says whether one is another than was there.
pub async fn put(tx: &mut Tx, folder: &Path, hash: &str) -> Result<bool> {
    if !tx.is_postgres() {
        return Ok(false);
    }
    let mut is_other = false;
    q("DELETE FROM road_files WHERE hash <> $1").bind(hash).exec_tx(tx).await?;
    for (kind, file) in files(folder, hash).into_iter().filter(|(_, file)| file.exists()) {
        let bytes = blocking(move || std::fs::read(&file).map_err(Error::internal)).await?;
        let told = sha256(&bytes);
        if kept(tx, hash, kind).await?.is_some_and(|sha256| sha256.as_ref() == Some(&told)) {
            continue;
        }
        is_other = true;
        q("DELETE FROM road_files WHERE hash = $1 AND kind = $2").bind(hash).bind(kind).exec_tx(tx).await?;
        for (n, piece) in (0i64..).zip(bytes.chunks(PIECE_BYTES)) {
            let row = vec![Val::from(hash), kind.into(), n.into(), piece.to_vec().into(), told.as_str().into()];
            insert_many(tx, "INSERT INTO road_files (hash, kind, piece, bytes, sha256)", [row], "").await?;
        }
    }
    Ok(is_other)
}

#[derive(FromRow)]
struct Kept {
    sha256: Option<String>,
}

/// What is told of a file that the database has.
async fn kept(tx: &mut Tx, hash: &str, kind: &str) -> Result<Option<Option<String>>> {
    let sql = "SELECT sha256 FROM road_files WHERE hash = $1 AND kind = $2 AND piece = 0";
    Ok(q(sql).bind(hash).bind(kind).opt_tx::<Kept>(tx).await?.map(|kept| kept.sha256))
}

/// Lays the files of a network into the folder that are missing there and the database has, and a base map or places
/// that were made anew: their names don't tell that.
pub(super) async fn fetch(tx: &mut Tx, folder: &Path, hash: &str) -> Result<()> {
    if !tx.is_postgres() {
        return Ok(());
    }
    for (kind, file) in files(folder, hash) {
        let Some(told) = kept(tx, hash, kind).await? else { continue };
        let here = (file.clone(), [BASEMAP, PLACES].contains(&kind));
        let is_here = blocking(move || Ok(is_here(&here.0, here.1.then_some(told).flatten().as_deref()))).await?;
        if !is_here {
            let bytes = read(tx, hash, kind).await?;
            tracing::info!("{} comes from the database, {} bytes", file.display(), bytes.len());
            blocking(move || write_whole(&file, &bytes[..])).await?;
        }
    }
    Ok(())
}

/// Whether a file is there, with this content if that is told.
fn is_here(file: &Path, told: Option<&str>) -> bool {
    match told {
        Some(told) => std::fs::read(file).is_ok_and(|bytes| sha256(&bytes) == told),
        None => file.exists(),
    }
}

#[derive(FromRow)]
struct Piece {
    bytes: Vec<u8>,
}

async fn read(tx: &mut Tx, hash: &str, kind: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for n in 0i64.. {
        let sql = "SELECT bytes FROM road_files WHERE hash = $1 AND kind = $2 AND piece = $3";
        let Some(piece) = q(sql).bind(hash).bind(kind).bind(n).opt_tx::<Piece>(tx).await? else { break };
        bytes.extend(piece.bytes);
    }
    Ok(bytes)
}
