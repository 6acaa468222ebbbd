//! The network's file in the database, in pieces, for processes that share the database and no folder.

use std::path::Path;

use sqlx::FromRow;

use super::network_file;
use crate::{
    base::{Error, Result},
    store::{
        db::{Tx, Val, insert_many, q},
        files::write_whole,
        load::blocking,
    },
};

/// Memory and the limit of a statement bound a piece.
const PIECE_BYTES: usize = 1 << 20;

/// Puts the file of the network that comes into force in the place of the former's.
pub(super) async fn put(tx: &mut Tx, folder: &Path, hash: &str) -> Result<()> {
    if !tx.is_postgres() {
        return Ok(());
    }
    let file = network_file(folder, hash);
    let bytes = blocking(move || std::fs::read(&file).map_err(Error::internal)).await?;
    q("DELETE FROM network_files WHERE hash <> $1").bind(hash).exec_tx(tx).await?;
    for (n, piece) in (0i64..).zip(bytes.chunks(PIECE_BYTES)) {
        let row = vec![Val::from(hash), n.into(), piece.to_vec().into()];
        insert_many(tx, "INSERT INTO network_files (hash, piece, bytes)", [row], "ON CONFLICT DO NOTHING").await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Piece {
    bytes: Vec<u8>,
}

/// Lays the file of a network into the folder, where it is missing there and the database has it.
pub(super) async fn fetch(tx: &mut Tx, folder: &Path, hash: &str) -> Result<()> {
    let file = network_file(folder, hash);
    if !tx.is_postgres() || file.exists() {
        return Ok(());
    }
    let mut bytes = Vec::new();
    for n in 0i64.. {
        let sql = "SELECT bytes FROM network_files WHERE hash = $1 AND piece = $2";
        let Some(piece) = q(sql).bind(hash).bind(n).opt_tx::<Piece>(tx).await? else { break };
        bytes.extend(piece.bytes);
    }
    if bytes.is_empty() {
        return Ok(());
    }
    tracing::info!("{} comes from the database, {} bytes", file.display(), bytes.len());
    blocking(move || write_whole(&file, &bytes[..])).await
}
