//! The write door: one connection, lent to one command after another, with one commit for all that waited.
//!
//! A batch takes the head row of the log first, so that of all processes on a database only one writes at a
//! time and none can be in another's way over records. Commands run in groups behind one savepoint; when one
//! of a group fails, all of it is undone and run again, each behind a savepoint of its own. The log is
//! written once, then all of it is committed. There is no timer: while one batch is made durable the next
//! one gathers. The connection is thrown away when it fails to end a transaction.

mod batch;
mod committer;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use committer::Committer;
use sqlx::FromRow;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use super::{Db, LIMIT, Tx, q, tx::Writer};
use crate::{
    base::{Error, Result, Seq, Timestamp},
    change::Change,
};

/// Commands that may wait for their turn; more are told to come again.
const WAITING: usize = 1_024;
/// Commands in one commit, unless [`Door::share`] says otherwise.
const SHARED: usize = 256;

/// Something that can't be done at present.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub reason: String,
    pub since: Timestamp,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "since {}: {}", self.since, self.reason)
    }
}

/// The way to the one committer of this process.
#[derive(Debug, Clone)]
pub(super) struct Door {
    asks: mpsc::Sender<Ask>,
    fault: watch::Receiver<Option<Fault>>,
    shared: Arc<AtomicUsize>,
    /// How long a turn may be waited for.
    limit: Option<Duration>,
}

/// A command that waits for its turn.
#[derive(Debug)]
enum Ask {
    Turn(Turn),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Turn {
    actor: String,
    at: Timestamp,
    share: Share,
    to: oneshot::Sender<Result<Write>>,
}

/// What a command shares with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    /// A savepoint: it may be undone when another fails, and then runs again ([`Told::Again`]).
    Savepoint,
    /// A commit.
    Commit,
    Nothing,
}

/// A turn that comes.
#[derive(Debug)]
pub struct Lent(oneshot::Receiver<Result<Write>>);

impl Lent {
    /// # Errors
    /// When nothing can be written.
    pub async fn turn(self) -> Result<Write> {
        self.0.await.unwrap_or_else(|_| Err(shut()))
    }
}

/// The transaction on its way back from a command.
#[derive(Debug)]
struct Back {
    pub tx: Tx,
    /// What it did; `None` when it is to be undone.
    pub changes: Option<Vec<Change>>,
    pub tell: oneshot::Sender<Told>,
}

impl Door {
    /// Starts the committer with a connection that it may use.
    pub(super) async fn open(writer: Writer, first: Tx) -> Result<Self> {
        let (asks, asked) = mpsc::channel(WAITING);
        let (tell_fault, fault) = watch::channel(None);
        let shared = Arc::new(AtomicUsize::new(SHARED));
        let (hint, hinted) = watch::channel(());
        let limit = matches!(writer, Writer::Pg(_)).then_some(LIMIT);
        if limit.is_some() {
            tokio::spawn(notify(writer.clone(), hinted));
        }
        let mut committer = Committer::new(writer, first, asked, tell_fault, Arc::clone(&shared), hint);
        committer.settle().await?;
        tokio::spawn(committer.run());
        Ok(Self { asks, fault, shared, limit })
    }

    async fn turn(&self, actor: &str, at: Timestamp, share: Share) -> Result<Write> {
        let (to, lent) = oneshot::channel();
        let turn = Ask::Turn(Turn { actor: actor.to_owned(), at, share, to });
        self.asks.try_send(turn).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => Error::unavailable("too many writes are waiting"),
            mpsc::error::TrySendError::Closed(_) => shut(),
        })?;
        // On SQLite another process may hold the file for longer.
        match self.limit {
            Some(limit) => timeout(limit, Lent(lent).turn()).await.unwrap_or_else(|_| Err(no_turn(limit))),
            None => Lent(lent).turn().await,
        }
    }

    pub fn fault(&self) -> watch::Receiver<Option<Fault>> {
        self.fault.clone()
    }

    /// At most so many commands share a commit.
    pub fn share(&self, commands: usize) {
        self.shared.store(commands.max(1), Relaxed);
    }

    /// Ends the committer after what waits now; later commands are refused.
    pub async fn close(&self) {
        let (ended, end) = oneshot::channel();
        if self.asks.send(Ask::Close(ended)).await.is_ok() {
            let _ = end.await;
        }
    }
}

fn no_turn(limit: Duration) -> Error {
    Error::unavailable(format!("nothing was done: no turn to write came in {} s", limit.as_secs()))
}

fn shut() -> Error {
    Error::unavailable("the service is shutting down")
}

/// PostgreSQL's hint for other processes, outside of every transaction: inside, it would hold a lock over
/// the whole cluster until the commit. Nothing depends on it.
async fn notify(writer: Writer, mut hinted: watch::Receiver<()>) {
    let mut conn = None;
    while hinted.changed().await.is_ok() {
        hinted.mark_unchanged();
        let mut tx = match conn.take() {
            Some(tx) => tx,
            None => {
                let Ok(mut tx) = writer.connect().await else { continue };
                // Nobody waits until a hint is on disk.
                if tx.run("SET synchronous_commit TO off").await.is_err() {
                    continue;
                }
                tx
            }
        };
        if tx.run(&format!("NOTIFY {CHANNEL}")).await.is_ok() {
            conn = Some(tx);
        }
    }
}

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
#[derive(Debug)]
pub enum Told {
    /// Durable; the seq of the last fact, or `None` when there was none to tell.
    Kept(Option<Seq>),
    /// It was given back without a commit, and its batch has ended: what it saw is committed.
    Undone,
    /// It was undone with another of its group, or failed behind what was: it is to be run again, in this
    /// turn. Only told to who came by [`Db::write_again`].
    Again(Lent),
    /// The batch it was part of ended before it was committed: nothing happened, it may be tried again.
    Died(Error),
    /// No answer came to the commit, and none could be had.
    Unsure(Error),
}

impl Db {
    /// A turn at the write door: `actor` is who causes the change, `at` the time it is logged under.
    pub async fn write(&self, actor: &str, at: Timestamp) -> Result<Write> {
        self.door.turn(actor, at, Share::Commit).await
    }

    /// As [`Db::write`], for a command that heeds [`Told::Again`].
    pub async fn write_again(&self, actor: &str, at: Timestamp) -> Result<Write> {
        self.door.turn(actor, at, Share::Savepoint).await
    }

    /// As [`Db::write`], in a commit that nobody shares.
    pub async fn write_alone(&self, actor: &str, at: Timestamp) -> Result<Write> {
        self.door.turn(actor, at, Share::Nothing).await
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
    fn lent(tx: Tx, at: Timestamp, actor: &str, back: oneshot::Sender<Back>) -> Self {
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
            Self::Undone | Self::Again(_) => Err(Error::internal("a write was undone that was to be kept")),
            Self::Died(e) => Err(Error { detail: format!("nothing was done: {}", e.detail), ..e }),
            Self::Unsure(e) => {
                Err(Error { detail: format!("whether this was done is not known, send it again: {}", e.detail), ..e })
            }
        }
    }
}

#[derive(FromRow)]
struct Hash {
    hash: Option<String>,
}

/// The hash of row `seq`, if there is such a row and it has one.
async fn hash_at(tx: &mut Tx, seq: Seq) -> Result<Option<String>> {
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
