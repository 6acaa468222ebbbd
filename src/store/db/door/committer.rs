//! The one task that owns the writing connection.

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use sqlx::FromRow;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;

use super::{
    super::{
        IN_THE_WAY, Tx, Val,
        chain::{self, Mark},
        insert_many, q,
        tx::Writer,
    },
    Ask, Fault, Share, Told, Turn,
    batch::{Batch, KEEP, Kept, Lost, UNDO},
    hash_at, unknown_kinds,
};
use crate::base::{Clock, Error, Kind, Result, Seq};

/// How often it is tried whether a fault is over.
const PROBE: Duration = Duration::from_millis(500);
/// How long a commit of which no answer came is asked after.
const ASKED_AFTER: Duration = Duration::from_secs(7);
const ASKED_EVERY: Duration = Duration::from_millis(200);
const TAKE_HEAD: &str = "UPDATE feed_head SET seq = seq WHERE id = 1 RETURNING seq, chained, hash, epoch";

/// The log's head, held by this transaction until it ends.
#[derive(Debug, FromRow)]
struct Head {
    seq: Seq,
    chained: Seq,
    hash: Option<String>,
    epoch: Option<String>,
}

#[derive(Debug)]
pub(super) struct Committer {
    writer: Writer,
    /// The connection between two batches.
    idle: Option<Tx>,
    asked: mpsc::Receiver<Ask>,
    /// Come next: taken from the queue and not served, or to be run again.
    aside: VecDeque<Ask>,
    fault: watch::Sender<Option<Fault>>,
    /// When it is next tried whether the fault is over.
    probe_at: Instant,
    shared: Arc<AtomicUsize>,
    /// Kinds and versions that stand in `change_kinds`.
    known: HashSet<(&'static str, i64)>,
    /// Up to here no fact is of a kind that this program doesn't know.
    readable: Seq,
    hint: watch::Sender<()>,
}

impl Committer {
    pub fn new(
        writer: Writer,
        first: Tx,
        asked: mpsc::Receiver<Ask>,
        fault: watch::Sender<Option<Fault>>,
        shared: Arc<AtomicUsize>,
        hint: watch::Sender<()>,
    ) -> Self {
        let (known, aside, probe_at) = (HashSet::new(), VecDeque::new(), Instant::now());
        Self { writer, idle: Some(first), asked, aside, fault, probe_at, shared, known, readable: 0, hint }
    }

    /// Rows of a program from before the chain get their hashes before anybody reads them. Facts that this
    /// program doesn't know are no reason not to start: it reads.
    pub async fn settle(&mut self) -> Result<()> {
        let (tx, head) = self.begin().await?;
        let (tx, _) = self.chained(tx, head).await?;
        self.commit(tx).await
    }

    pub async fn run(mut self) {
        while let Some(ask) = self.next().await {
            match ask {
                Ask::Turn(turn) => self.batch(turn).await,
                Ask::Close(ended) => {
                    self.asked.close();
                    if let Some(tx) = self.idle.take() {
                        tx.close().await;
                    }
                    let _ = ended.send(());
                    return;
                }
            }
        }
    }

    /// The next ask. While there is a fault it is tried now and then whether it is over: one small write
    /// that found room says nothing of the next.
    async fn next(&mut self) -> Option<Ask> {
        if let Some(ask) = self.aside.pop_front() {
            return Some(ask);
        }
        loop {
            if self.fault.borrow().is_none() {
                return self.asked.recv().await;
            }
            // However many ask, its time comes.
            if Instant::now() < self.probe_at
                && let Ok(ask) = timeout_at(self.probe_at, self.asked.recv()).await
            {
                return ask;
            }
            self.probe().await;
        }
    }

    async fn probe(&mut self) {
        let tried = async {
            let (tx, head) = self.begin().await?;
            let (mut tx, _) = self.admit(tx, head).await?;
            self.writer.has_room(&mut tx).await?;
            tx.run(UNDO).await?;
            self.commit(tx).await
        };
        match tried.await {
            Ok(()) => self.works(),
            Err(e) => self.fails(&e),
        }
        self.probe_at = Instant::now() + PROBE;
    }

    fn works(&self) {
        if self.fault.borrow().is_some() {
            tracing::info!("the database takes writes again");
            self.fault.send_replace(None);
        }
    }

    fn fails(&self, e: &Error) {
        if e.kind != Kind::Unavailable || e.detail.starts_with(IN_THE_WAY) {
            return;
        }
        let since = match &*self.fault.borrow() {
            Some(fault) if fault.reason == e.detail => return,
            Some(fault) => fault.since,
            None => Clock::System.now(),
        };
        tracing::error!("the database takes no writes: {}", e.detail);
        self.fault.send_replace(Some(Fault { reason: e.detail.clone(), since }));
    }

    /// A transaction that holds the head row, and a savepoint for the first commands.
    async fn begin(&mut self) -> Result<(Tx, Head)> {
        let text = format!("{}; {TAKE_HEAD}; SAVEPOINT command", self.writer.begin());
        // A connection that broke while nobody used it shows only now.
        if let Some(mut tx) = self.idle.take()
            && let Ok(head) = tx.rows::<Head>(&text).await
        {
            return only(head).map(|head| (tx, head));
        }
        let mut tx = self.writer.connect().await?;
        let head = tx.rows(&text).await?;
        Ok((tx, only(head)?))
    }

    /// Rows of a program that doesn't chain them are chained now.
    async fn chained(&mut self, mut tx: Tx, mut head: Head) -> Result<(Tx, Head)> {
        let (epoch, seq) = (head.epoch.clone().unwrap_or_else(|| Uuid::new_v4().to_string()), head.seq);
        if head.epoch.is_none() || head.chained != seq {
            let hash = head.hash.take().unwrap_or_else(|| chain::genesis(&epoch));
            let mark = chain::extend(&mut tx, Mark { seq: head.chained, hash }, seq).await?;
            put_head(&mut tx, &mark, &epoch).await?;
            tx.run(KEEP).await?;
            head = Head { seq, chained: seq, hash: Some(mark.hash), epoch: Some(epoch) };
        }
        Ok((tx, head))
    }

    /// Refuses to write behind facts that this program doesn't know.
    async fn admit(&mut self, tx: Tx, head: Head) -> Result<(Tx, Head)> {
        let (mut tx, head) = self.chained(tx, head).await?;
        if head.seq > self.readable {
            if let Some(unknown) = unknown_kinds(&mut tx).await? {
                return Err(unknown);
            }
            self.readable = head.seq;
        }
        Ok((tx, head))
    }

    /// Ends a transaction; a connection that fails to is thrown away.
    async fn commit(&mut self, mut tx: Tx) -> Result<()> {
        tx.run("COMMIT").await?;
        self.idle = Some(tx);
        Ok(())
    }

    async fn roll_back(&mut self, mut tx: Tx) -> Result<()> {
        tx.run("ROLLBACK").await?;
        // It was told by whoever undoes it, and is not the next batch's.
        tx.take_trouble();
        self.idle = Some(tx);
        Ok(())
    }

    /// Serves `first` and whoever waits, with one commit.
    async fn batch(&mut self, first: Turn) {
        let begun = match self.begin().await {
            Ok((tx, head)) => self.admit(tx, head).await,
            Err(e) => Err(e),
        };
        let (mut tx, head) = match begun {
            Ok(begun) => begun,
            Err(e) => {
                self.fails(&e);
                let _ = first.to.send(Err(e));
                return;
            }
        };
        let (mut batch, mut served, most) = (Batch::default(), 0, self.shared.load(Relaxed));
        let mut next = Some(first);
        while let Some(turn) = next.take() {
            let alone = turn.share == Share::Nothing;
            served += 1;
            let going = batch.serve(&mut tx, turn).await;
            self.aside.extend(batch.again.drain(..).map(Ask::Turn));
            if let Err(e) = going {
                return self.died(tx, batch, e).await;
            }
            if let Some(e) = tx.take_trouble() {
                self.fails(&e);
            }
            if !alone && served < most {
                next = self.waiting();
            }
        }
        if batch.kept.is_empty() {
            if let Err(e) = self.roll_back(tx).await {
                self.fails(&e);
            }
            return batch.tell(&Ok(head.seq));
        }
        match self.write_log(&mut tx, head, &batch.kept).await {
            Ok(mark) => self.finish(tx, mark, batch).await,
            Err(e) => {
                self.fails(&e);
                self.died(tx, batch, e).await;
            }
        }
    }

    /// Whoever waits and may share this batch.
    fn waiting(&mut self) -> Option<Turn> {
        let next = self.aside.pop_front().or_else(|| self.asked.try_recv().ok())?;
        match next {
            Ask::Turn(turn) if turn.share != Share::Nothing => Some(turn),
            other => {
                self.aside.push_front(other);
                None
            }
        }
    }

    /// Nothing of the batch happened.
    async fn died(&mut self, tx: Tx, batch: Batch, e: Error) {
        if let Err(e) = self.roll_back(tx).await {
            self.fails(&e);
        }
        batch.tell(&Err((Told::Died, e)));
    }

    /// Numbers what was kept and writes it behind the head; the mark is the last row's.
    async fn write_log(&mut self, tx: &mut Tx, head: Head, kept: &[Kept]) -> Result<Mark> {
        let epoch = head.epoch.unwrap_or_default();
        let mut mark = Mark { seq: head.seq, hash: head.hash.unwrap_or_default() };
        let (mut rows, mut kinds) = (Vec::new(), Vec::new());
        for one in kept {
            for change in &one.changes {
                let body = change.body()?;
                let kind = change.kind();
                let (kind, version) = (kind.event, i64::from(kind.v));
                let seq = mark.seq + 1;
                let hash = chain::link(&mark.hash, seq, one.at.ms(), [&one.actor, kind, &body]);
                if self.known.insert((kind, version)) {
                    kinds.push(vec![Val::from(kind), version.into()]);
                }
                rows.push(vec![
                    Val::from(seq),
                    one.at.into(),
                    one.actor.as_str().into(),
                    kind.into(),
                    body.into(),
                    mark.hash.into(),
                    hash.as_str().into(),
                ]);
                mark = Mark { seq, hash };
            }
        }
        if rows.is_empty() {
            return Ok(mark);
        }
        if !kinds.is_empty() {
            let done = insert_many(tx, "INSERT INTO change_kinds (kind, version)", kinds, "ON CONFLICT DO NOTHING");
            if let Err(e) = done.await {
                self.known.clear();
                return Err(e);
            }
        }
        let into = "INSERT INTO change_log (seq, at_ms, actor, kind, body, prev_hash, hash)";
        insert_many(tx, into, rows, "").await?;
        put_head(tx, &mark, &epoch).await?;
        Ok(mark)
    }

    async fn finish(&mut self, tx: Tx, mark: Mark, batch: Batch) {
        let committed = match self.commit(tx).await {
            Ok(()) => Ok(()),
            Err(e) => {
                self.fails(&e);
                // What was new may not be there.
                self.known.clear();
                self.ask_after(&mark, &batch.kept, e).await
            }
        };
        if committed.is_ok() {
            self.readable = mark.seq;
        }
        let told = batch.kept.iter().any(|one| !one.changes.is_empty());
        batch.tell(&committed.map(|()| mark.seq));
        if told {
            self.hint.send_replace(());
        }
    }

    /// Whether a commit of which no answer came happened. The head row says it: whoever holds it knows
    /// that the transaction in question has ended.
    async fn ask_after(&mut self, mark: &Mark, kept: &[Kept], e: Error) -> Result<(), Lost> {
        if kept.iter().all(|one| one.changes.is_empty()) {
            return Err((Told::Unsure, e));
        }
        let until = Instant::now() + ASKED_AFTER;
        while Instant::now() < until {
            if let Ok(Ok((mut tx, _))) = timeout_at(until, self.begin()).await
                && let Ok(found) = hash_at(&mut tx, mark.seq).await
            {
                let _ = self.roll_back(tx).await;
                return if found.as_ref() == Some(&mark.hash) { Ok(()) } else { Err((Told::Died, e)) };
            }
            sleep(ASKED_EVERY).await;
        }
        Err((Told::Unsure, e))
    }
}

fn only(mut heads: Vec<Head>) -> Result<Head> {
    heads.pop().ok_or_else(|| Error::internal("the change log has no head"))
}

async fn put_head(tx: &mut Tx, mark: &Mark, epoch: &str) -> Result<()> {
    q("UPDATE feed_head SET seq = $1, chained = $1, hash = $2, epoch = $3 WHERE id = 1")
        .bind(mark.seq)
        .bind(mark.hash.as_str())
        .bind(epoch)
        .exec_tx(tx)
        .await
        .map(drop)
}
