//! The write door and the change log behind it.
//!
//! [`Write`] is the only path to durable change: the statements, the log rows and the head of the
//! log are committed together, so the log's order is the order of commits and has no gaps.

use sqlx::FromRow;

use super::db::{Db, Tx, Val, insert_many, q};
use crate::{
    base::{Error, Result, Seq, Timestamp},
    change::{Change, Logged},
};

/// PostgreSQL's channel on which commits are announced.
pub const CHANNEL: &str = "xunge_feed";

/// A write under way. Dropped without [`Write::commit`] nothing of it happened.
#[derive(Debug)]
pub struct Write {
    pub tx: Tx,
    pub at: Timestamp,
    actor: String,
    changes: Vec<Change>,
}

#[derive(FromRow)]
struct Head {
    seq: Seq,
}

impl Db {
    /// Opens the write door: `actor` is who causes the change, `at` the time it is logged under.
    pub async fn write(&self, actor: &str, at: Timestamp) -> Result<Write> {
        Ok(Write { tx: self.begin_write().await?, at, actor: actor.to_owned(), changes: Vec::new() })
    }
}

impl Write {
    /// Adds a fact to what this write says.
    pub fn record(&mut self, change: impl Into<Change>) {
        self.changes.push(change.into());
    }

    /// Commits; returns the seq of the last fact, or `None` when there was none to tell.
    pub async fn commit(mut self) -> Result<Option<Seq>> {
        let mut last = None;
        if !self.changes.is_empty() {
            let head = q("UPDATE feed_head SET seq = seq + $1 WHERE id = 1 RETURNING seq")
                .bind(self.changes.len() as i64)
                .opt_tx::<Head>(&mut self.tx)
                .await?
                .ok_or_else(|| Error::internal("the change log has no head"))?;
            let first = head.seq - self.changes.len() as i64 + 1;
            let mut rows: Vec<Vec<Val>> = Vec::new();
            for (seq, change) in (first..).zip(&self.changes) {
                rows.push(vec![
                    seq.into(),
                    self.at.into(),
                    self.actor.as_str().into(),
                    change.kind().event.into(),
                    change.body()?.into(),
                ]);
            }
            insert_many(&mut self.tx, "INSERT INTO change_log (seq, at_ms, actor, kind, body)", rows, "").await?;
            if self.tx.is_postgres() {
                // The text of a notification is not needed: followers read the log.
                q("SELECT CAST(1 AS BIGINT) AS seq FROM pg_notify('xunge_feed', '')")
                    .opt_tx::<Head>(&mut self.tx)
                    .await?;
            }
            last = Some(head.seq);
        }
        self.tx.commit().await?;
        Ok(last)
    }
}

/// The last seq that is committed.
pub async fn head(db: &Db) -> Result<Seq> {
    let head = q("SELECT seq FROM feed_head WHERE id = 1").opt::<Head>(db).await?;
    head.map(|h| h.seq).ok_or_else(|| Error::internal("the change log has no head"))
}

/// As [`head`], inside a snapshot.
pub async fn head_tx(tx: &mut Tx) -> Result<Seq> {
    let head = q("SELECT seq FROM feed_head WHERE id = 1").opt_tx::<Head>(tx).await?;
    head.map(|h| h.seq).ok_or_else(|| Error::internal("the change log has no head"))
}

#[derive(FromRow)]
struct Row {
    seq: Seq,
    at_ms: i64,
    actor: String,
    body: String,
}

/// Up to `limit` changes after `seq`, in order.
pub async fn after(db: &Db, seq: Seq, limit: i64) -> Result<Vec<Logged>> {
    let rows: Vec<Row> = q("SELECT seq, at_ms, actor, body FROM change_log WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(limit)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|r| {
            let change =
                Change::read(&r.body).map_err(|e| Error::internal(format!("change {} can't be read: {e}", r.seq)))?;
            Ok(Logged { seq: r.seq, at: Timestamp::from_ms(r.at_ms)?, actor: r.actor, change })
        })
        .collect()
}
