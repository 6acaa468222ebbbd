//! The change log: how it is read. What writes into it is the door ([`Write`]).

use sqlx::FromRow;

pub use super::db::door::{CHANNEL, Told, Write, unknown_kinds};
use super::db::{Pool, Tx, chain::Mark, q};
use crate::{
    base::{Error, Result, Seq, Timestamp},
    change::{Change, Link, Logged, Unread},
};

#[derive(FromRow)]
struct Head {
    seq: Seq,
}

/// The last seq that is committed.
pub async fn head(pool: impl AsRef<Pool>) -> Result<Seq> {
    let head = q("SELECT seq FROM feed_head WHERE id = 1").opt::<Head>(pool).await?;
    head.map(|h| h.seq).ok_or_else(|| Error::internal("the change log has no head"))
}

/// How the log stands, beside a place in it.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Stand {
    /// The last seq that is committed.
    pub head: Seq,
    /// Tells one database from another.
    pub epoch: Option<String>,
    /// The place that was asked about, when there is such a row (or it is the beginning).
    pub there: Option<Seq>,
    /// Its hash, when it has one.
    pub hash: Option<String>,
}

const STAND: &str = "SELECT h.seq AS head, h.epoch AS epoch, CASE WHEN $1 = 0 THEN 0 ELSE l.seq END AS there, \
                     l.hash AS hash FROM feed_head h LEFT JOIN change_log l ON l.seq = $1 WHERE h.id = 1";

pub async fn stand(pool: impl AsRef<Pool>, seq: Seq) -> Result<Stand> {
    let stand = q(STAND).bind(seq).opt(pool).await?;
    stand.ok_or_else(|| Error::internal("the change log has no head"))
}

/// How the log stands at its head, inside a snapshot.
pub async fn stand_tx(tx: &mut Tx) -> Result<Stand> {
    let head = q("SELECT seq FROM feed_head WHERE id = 1").opt_tx::<Head>(tx).await?;
    let stand = q(STAND).bind(head.map_or(0, |h| h.seq)).opt_tx(tx).await?;
    stand.ok_or_else(|| Error::internal("the change log has no head"))
}

/// The head, as it is kept elsewhere.
pub async fn mark_tx(tx: &mut Tx) -> Result<Option<Mark>> {
    let stand = stand_tx(tx).await?;
    Ok(stand.hash.map(|hash| Mark { seq: stand.head, hash }))
}

#[derive(FromRow)]
struct Row {
    seq: Seq,
    at_ms: i64,
    actor: String,
    body: String,
    prev_hash: Option<String>,
    hash: Option<String>,
}

/// Changes in order, up to one that can't be read.
#[derive(Debug)]
pub struct Page {
    pub changes: Vec<Logged>,
    /// What stands behind them and why it can't be read.
    pub unreadable: Option<(Seq, Unread)>,
}

/// Up to `limit` changes after `seq`, in order.
pub async fn after(pool: impl AsRef<Pool>, seq: Seq, limit: i64) -> Result<Page> {
    let rows: Vec<Row> = q("SELECT seq, at_ms, actor, body, prev_hash, hash FROM change_log WHERE seq > $1 \
                            ORDER BY seq LIMIT $2")
    .bind(seq)
    .bind(limit)
    .all(pool)
    .await?;
    let mut page = Page { changes: Vec::with_capacity(rows.len()), unreadable: None };
    for row in rows {
        match Change::read(&row.body) {
            Ok(change) => page.changes.push(Logged {
                seq: row.seq,
                at: Timestamp::from_ms(row.at_ms)?,
                actor: row.actor,
                link: row.prev_hash.zip(row.hash).map(|(prev, own)| Link { prev, own }),
                change,
            }),
            Err(why) => {
                page.unreadable = Some((row.seq, why));
                break;
            }
        }
    }
    Ok(page)
}
