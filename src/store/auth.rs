//! API keys, hashed.

use std::collections::HashMap;

use sqlx::FromRow;

use super::{
    db::{Tx, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::auth::{Change, Key, Keys, Scope, Secret},
};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    role: String,
    hash: String,
    scope: Option<String>,
    expires_at_ms: Option<i64>,
    revoked_at_ms: Option<i64>,
}

#[derive(FromRow)]
struct FormerSecret {
    hash: String,
    api_key: String,
    until_ms: i64,
}

impl TryFrom<Row> for Key {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let parts: Vec<String> =
            r.scope.map_or(Ok(Vec::new()), |s| serde_json::from_str(&s).map_err(Error::internal))?;
        let parts = parts.iter().map(|part| stored(part)).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            id: r.id,
            name: r.name,
            role: stored(&r.role)?,
            scope: Scope::new(parts)?,
            expires_at: r.expires_at_ms.map(Timestamp::from_ms).transpose()?,
        })
    }
}

impl Kept for Keys {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

/// The keys that were not revoked, and whether there were others.
pub async fn load(tx: &mut Tx) -> Result<Keys> {
    let sql = "SELECT id, name, role, hash, scope, expires_at_ms, revoked_at_ms FROM api_keys";
    let rows: Vec<Row> = q(sql).all_tx(tx).await?;
    let mut former: HashMap<String, Vec<Secret>> = HashMap::new();
    for r in q("SELECT hash, api_key, until_ms FROM former_secrets").all_tx::<FormerSecret>(tx).await? {
        let until = Some(Timestamp::from_ms(r.until_ms)?);
        former.entry(r.api_key).or_default().push(Secret { hash: r.hash, until });
    }
    let (kept, revoked): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.revoked_at_ms.is_none());
    let keys: Result<Vec<_>> = kept
        .into_iter()
        .map(|r| {
            let mut secrets = former.remove(&r.id).unwrap_or_default();
            secrets.push(Secret { hash: r.hash.clone(), until: None });
            Ok((r.try_into()?, secrets))
        })
        .collect();
    Ok(Keys::new(keys?, !revoked.is_empty()))
}

pub async fn insert(w: &mut Write, key: &Key, hash: &str) -> Result<()> {
    let parts: Vec<_> = key.scope.parts().map(|part| part.to_string()).collect();
    let scope = (!parts.is_empty()).then(|| serde_json::to_string(&parts)).transpose().map_err(Error::internal)?;
    let sql = "INSERT INTO api_keys (id, name, role, hash, scope, expires_at_ms, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    q(sql)
        .bind(key.id.as_str())
        .bind(key.name.as_str())
        .bind(key.role.as_str())
        .bind(hash)
        .bind(scope)
        .bind(key.expires_at)
        .bind(w.at)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::Keys {});
    Ok(())
}

/// Another secret for a key at once; the one before opens it until `former_until`, if at all.
pub async fn rotate(w: &mut Write, id: &str, hash: &str, former_until: Option<Timestamp>) -> Result<()> {
    let sql = "SELECT id, name, role, hash, scope, expires_at_ms, revoked_at_ms FROM api_keys \
               WHERE id = $1 AND revoked_at_ms IS NULL";
    let known = q(sql).bind(id).opt_tx::<Row>(&mut w.tx).await?;
    let known = known.ok_or_else(|| Error::not_found("key in force with id", id))?;
    q("UPDATE api_keys SET hash = $1 WHERE id = $2").bind(hash).bind(id).exec_tx(&mut w.tx).await?;
    if let Some(until) = former_until {
        let sql = "INSERT INTO former_secrets (hash, api_key, until_ms) VALUES ($1, $2, $3)";
        q(sql).bind(known.hash).bind(id).bind(until).exec_tx(&mut w.tx).await?;
    }
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
