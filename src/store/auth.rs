//! API keys, hashed.

use sqlx::FromRow;

use super::{
    db::{Tx, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Error, Result},
    domain::auth::{Change, Key, Keys},
};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    role: String,
    hash: String,
    revoked_at_ms: Option<i64>,
}

impl Kept for Keys {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

/// The keys that are in force, and whether there were others.
pub async fn load(tx: &mut Tx) -> Result<Keys> {
    let rows: Vec<Row> = q("SELECT id, name, role, hash, revoked_at_ms FROM api_keys").all_tx(tx).await?;
    let (in_force, revoked): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.revoked_at_ms.is_none());
    let keys: Result<Vec<_>> =
        in_force.into_iter().map(|r| Ok((r.hash, Key { id: r.id, name: r.name, role: stored(&r.role)? }))).collect();
    Ok(Keys::new(keys?, !revoked.is_empty()))
}

pub async fn insert(w: &mut Write, key: &Key, hash: &str) -> Result<()> {
    q("INSERT INTO api_keys (id, name, role, hash, created_at_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(key.id.as_str())
        .bind(key.name.as_str())
        .bind(key.role.as_str())
        .bind(hash)
        .bind(w.at)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::Keys {});
    Ok(())
}

pub async fn revoke(w: &mut Write, id: &str) -> Result<()> {
    let n = q("UPDATE api_keys SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL")
        .bind(w.at)
        .bind(id)
        .exec_tx(&mut w.tx)
        .await?;
    if n == 0 {
        return Err(Error::not_found("key in force with id", id));
    }
    w.record(Change::Keys {});
    Ok(())
}
