//! The change log: what is written into it, and how it is read.
//!
//! [`Write`] is the only path to durable change: the statements, the log rows and the head of the
//! log are committed together, so the log's order is the order of commits and has no gaps.

use sqlx::FromRow;
use tokio::sync::{oneshot, watch};

use super::{
    chain::Mark,
    db::{Db, Pool, Tx, q},
    door::{Back, Fault},
};
use crate::{
    base::{Error, Result, Seq, Timestamp},
    change::{Change, Link, Logged, Unread},
};

/// PostgreSQL's channel on which commits are announced.
pub const CHANNEL: &str = "xunge_feed";

/// A command's turn at the write door. Dropped without [`Write::commit`] nothing of it happened.
/// Nothing but its own statements may be awaited while it is held: others wait behind it.
#[derive(Debug)]
pub struct Write {
    pub tx: Tx,
    pub at: Timestamp,
    actor: String,
    changes: Vec<Change>,
    back: Option<oneshot::Sender<Back>>,
    tell: Option<oneshot::Sender<Told>>,
    told: Option<oneshot::Receiver<Told>>,
}

/// What became of a turn.
#[derive(Debug, Clone)]
pub enum Told {
    /// Durable; the seq of the last fact, or `None` when there was none to tell.
    Kept(Option<Seq>),
    /// It was given back without a commit, and its batch has ended: what it saw is committed.
    Undone,
    /// The batch it was part of ended before it was committed: nothing happened, it may be tried again.
    Died(Error),
    /// No answer came to the commit, and none could be had.
    Unsure(Error),
}

impl Db {
    /// A turn at the write door: `actor` is who causes the change, `at` the time it is logged under.
    pub async fn write(&self, actor: &str, at: Timestamp) -> Result<Write> {
        self.door.turn(actor, at, false).await
    }

    /// As [`Db::write`], in a commit that nobody shares.
    pub async fn write_alone(&self, actor: &str, at: Timestamp) -> Result<Write> {
        self.door.turn(actor, at, true).await
    }

    /// Why nothing can be written at present, if so.
    pub fn write_fault(&self) -> watch::Receiver<Option<Fault>> {
        self.door.fault()
    }

    /// At most so many commands share a commit.
    pub fn share_commits(&self, commands: usize) {
        self.door.share(commands);
    }
}

impl Write {
    pub(super) fn lent(tx: Tx, at: Timestamp, actor: &str, back: oneshot::Sender<Back>) -> Self {
        let (tell, told) = oneshot::channel();
        let (back, tell, told) = (Some(back), Some(tell), Some(told));
        Self { tx, at, actor: actor.to_owned(), changes: Vec::new(), back, tell, told }
    }

    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Adds a fact to what this write says.
    pub fn record(&mut self, change: impl Into<Change>) {
        self.changes.push(change.into());
    }

    /// Whether the roads as they are at a time follow from what it says.
    pub fn shapes_roads(&self) -> bool {
        self.changes.iter().any(Change::shapes_roads)
    }

    /// Where to hear what became of it, for those who drop it.
    pub fn listen(&mut self) -> Option<oneshot::Receiver<Told>> {
        self.told.take()
    }

    /// Gives the turn back to be committed; [`Write::listen`] tells what became of it.
    pub fn keep(mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.give_back(Some(changes));
    }

    /// Commits; returns the seq of the last fact, or `None` when there was none to tell.
    pub async fn commit(mut self) -> Result<Option<Seq>> {
        let told = self.listen();
        self.keep();
        let told = match told {
            Some(told) => told.await.ok(),
            None => None,
        };
        told.unwrap_or_else(Told::lost).seq()
    }

    fn give_back(&mut self, changes: Option<Vec<Change>>) {
        if let (Some(back), Some(tell)) = (self.back.take(), self.tell.take()) {
            // Without a door nothing can become of it.
            let _ = back.send(Back { tx: self.tx.give_back(), changes, tell });
        }
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        self.give_back(None);
    }
}

impl Told {
    /// The door ended before it said anything.
    pub fn lost() -> Self {
        Self::Unsure(Error::unavailable("the service is shutting down"))
    }

    /// The last fact of what was to be kept.
    pub fn seq(self) -> Result<Option<Seq>> {
        match self {
            Self::Kept(seq) => Ok(seq),
            Self::Undone => Err(Error::internal("a write was undone that was to be kept")),
            Self::Died(e) => Err(Error { detail: format!("nothing was done: {}", e.detail), ..e }),
            Self::Unsure(e) => {
                Err(Error { detail: format!("whether this was done is not known, send it again: {}", e.detail), ..e })
            }
        }
    }
}

#[derive(FromRow)]
struct Head {
    seq: Seq,
}

/// The last seq that is committed.
pub async fn head(pool: impl AsRef<Pool>) -> Result<Seq> {
    let head = q("SELECT seq FROM feed_head WHERE id = 1").opt::<Head>(pool).await?;
    head.map(|h| h.seq).ok_or_else(|| Error::internal("the change log has no head"))
}

#[derive(FromRow)]
struct Hash {
    hash: Option<String>,
}

/// The hash of row `seq`, if there is such a row and it has one.
pub(super) async fn hash_at(tx: &mut Tx, seq: Seq) -> Result<Option<String>> {
    let row = q("SELECT hash FROM change_log WHERE seq = $1").bind(seq).opt_tx::<Hash>(tx).await?;
    Ok(row.and_then(|r| r.hash))
}

#[derive(FromRow)]
struct KindRow {
    kind: String,
    version: i64,
}

/// Why this program must not write into this log, if so: it holds facts that it doesn't know.
pub async fn unknown_kinds(tx: &mut Tx) -> Result<Option<Error>> {
    let rows: Vec<KindRow> = q("SELECT kind, version FROM change_kinds ORDER BY kind, version").all_tx(tx).await?;
    let known = |r: &KindRow| u32::try_from(r.version).is_ok_and(|v| Change::knows(&r.kind, v));
    let unknown: Vec<_> = rows.iter().filter(|r| !known(r)).collect();
    Ok((!unknown.is_empty()).then(|| {
        let kinds: Vec<_> = unknown.iter().map(|r| format!("{} (version {})", r.kind, r.version)).collect();
        Error::unavailable(format!(
            "the change log holds facts of a kind that this program does not know, a newer one is needed: {}",
            kinds.join(", ")
        ))
    }))
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
