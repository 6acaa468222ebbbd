//! Reports of imports, kept in the transaction that put in force what they tell of.

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Tx, q},
    log::Write,
};
use crate::base::{Error, Result, Timestamp};

/// What an import took, what not, and why.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: Uuid,
    /// `areas`, `roads`, `zones` or `places`.
    pub kind: String,
    /// The names of its files.
    pub source: String,
    pub at: Timestamp,
    pub actor: String,
    /// Each kind tells its own.
    pub report: Value,
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    source: String,
    at_ms: i64,
    actor: String,
    report: String,
}

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(Row { id, kind, source, at_ms, actor, report }: Row) -> Result<Self> {
        let id = id.parse().map_err(|_| Error::internal(format!("the database holds {id:?} as an import's id")))?;
        let report = serde_json::from_str(&report).map_err(Error::internal)?;
        Ok(Self { id, kind, source, at: Timestamp::from_ms(at_ms)?, actor, report })
    }
}

/// Keeps what the import that this write is part of has to tell.
pub async fn keep(w: &mut Write, kind: &'static str, source: &str, report: &impl Serialize) -> Result<()> {
    let (id, at, actor) = (Uuid::now_v7(), w.at, w.actor().to_owned());
    let report = serde_json::to_string(report).map_err(Error::internal)?;
    let sql = "INSERT INTO imports (id, kind, source, at_ms, actor, report) VALUES ($1, $2, $3, $4, $5, $6)";
    q(sql).bind(id).bind(kind).bind(source).bind(at).bind(actor).bind(report).exec_tx(&mut w.tx).await?;
    Ok(())
}

/// The newest first, those before the one where the last page ended.
pub async fn page(tx: &mut Tx, before: Option<(Timestamp, Uuid)>, limit: usize) -> Result<Vec<Kept>> {
    let (at_ms, id) = before.map_or((i64::MAX, String::new()), |(at, id)| (at.ms(), id.to_string()));
    let sql = "SELECT id, kind, source, at_ms, actor, report FROM imports
        WHERE at_ms < $1 OR (at_ms = $1 AND id < $2) ORDER BY at_ms DESC, id DESC LIMIT $3";
    let rows: Vec<Row> = q(sql).bind(at_ms).bind(id).bind(limit as i64).all_tx(tx).await?;
    rows.into_iter().map(Kept::try_from).collect()
}

pub async fn one(tx: &mut Tx, id: Uuid) -> Result<Kept> {
    let sql = "SELECT id, kind, source, at_ms, actor, report FROM imports WHERE id = $1";
    let row = q(sql).bind(id).opt_tx::<Row>(tx).await?;
    row.ok_or_else(|| Error::not_found("import", id))?.try_into()
}
