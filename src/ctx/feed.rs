//! The live end of the change log: how far this process is, and the last changes for those who listen.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use crate::{
    base::{Code, Error, Result, Seq, Timestamp, WrittenOnce},
    change::Event,
    domain::{calls::Call, contact::Doing, handovers::Handover, incidents::Incident, squads::Fix, stuck::Stuck},
    store::{Fault, log::Stand},
};

/// How many changes are kept at hand; older ones are read from the log.
const KEPT: usize = 4_096;

/// Positions that came in together.
#[derive(Debug)]
pub struct Positions {
    pub moves: Vec<(Code, Fix)>,
    /// For those who see all squads.
    pub written: WrittenOnce,
}

/// A case that is stuck, or is no more.
pub type StuckTurn = (Arc<Incident>, Option<Stuck>);

/// What is otherwise without a change, by the clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// Squads are asked for, or out of contact; or were heard again.
    Contact(Vec<(Code, Doing)>),
    /// When the last position came in, while none does.
    Silence(Option<Timestamp>),
    /// Nobody has located these calls in time.
    Overdue(Vec<Arc<Call>>),
    /// Nobody has accepted these handovers in time.
    NotAccepted(Vec<Arc<Handover>>),
    /// Nothing has happened in these cases for too long, or something has again.
    Stuck(Vec<StuckTurn>),
}

/// Those of all that were not there at the last look, whose ids `before` has and is given anew.
pub(super) fn newly<T>(before: &mut BTreeSet<Uuid>, all: Vec<Arc<T>>, id: impl Fn(&T) -> Uuid) -> Vec<Arc<T>> {
    let before = std::mem::replace(before, all.iter().map(|one| id(one)).collect());
    all.into_iter().filter(|one| !before.contains(&id(one))).collect()
}

/// How far this process is.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The last seq that the world shows.
    pub seq: Seq,
    /// Up to here the roads as they are follow what is shown: they are made beside the rest.
    pub roads: Seq,
    /// The hash of that row, when it has one.
    pub hash: Option<String>,
    /// Which database that is.
    pub epoch: Option<String>,
    /// How often the world was made anew because the database was put back.
    pub life: u64,
    /// Why the log can't be followed any further, if so.
    pub halted: Option<Fault>,
}

#[derive(Debug)]
pub struct Feed {
    shown: watch::Sender<Shown>,
    recent: Mutex<VecDeque<Arc<Event>>>,
    wake: Notify,
    positions: broadcast::Sender<Arc<Positions>>,
    turns: broadcast::Sender<Arc<Turn>>,
    /// Why the log could not be read when that was last tried, if so.
    unread: Mutex<Option<Fault>>,
}

impl Feed {
    pub fn new(stand: Stand) -> Self {
        let shown =
            Shown { seq: stand.head, roads: stand.head, hash: stand.hash, epoch: stand.epoch, life: 0, halted: None };
        Self {
            shown: watch::Sender::new(shown),
            recent: Mutex::default(),
            wake: Notify::new(),
            positions: broadcast::Sender::new(64),
            turns: broadcast::Sender::new(64),
            unread: Mutex::default(),
        }
    }

    /// The last seq that the world shows.
    pub fn seq(&self) -> Seq {
        self.shown.borrow().seq
    }

    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Why the log can't be followed any further, if so.
    pub fn halted(&self) -> Option<Fault> {
        self.shown.borrow().halted.clone()
    }

    /// Why the world may not show what is committed, if so: the log can't be followed or not be read.
    pub fn stale(&self) -> Option<Fault> {
        self.halted().or_else(|| self.unread().clone())
    }

    fn unread(&self) -> MutexGuard<'_, Option<Fault>> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log could not be read; says whether that is news.
    pub(super) fn cut_off(&self, reason: String, now: Timestamp) -> bool {
        let mut unread = self.unread();
        let since = unread.as_ref().map_or(now, |fault| fault.since);
        unread.replace(Fault { reason, since }).is_none()
    }

    /// The log was read to its end.
    pub(super) fn in_touch(&self) {
        self.unread().take();
    }

    /// Tells when [`Feed::shown`] changes.
    pub fn watch(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    pub fn positions(&self) -> broadcast::Receiver<Arc<Positions>> {
        self.positions.subscribe()
    }

    /// Changes after `seq` that are at hand; `None` when some of them no longer are.
    pub fn recent_after(&self, seq: Seq) -> Option<Vec<Arc<Event>>> {
        if seq >= self.seq() {
            return Some(Vec::new());
        }
        // Short: nothing is awaited under this lock.
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let first = recent.front()?.seq();
        (first <= seq + 1).then(|| recent.iter().skip_while(|e| e.seq() <= seq).cloned().collect())
    }

    /// Wakes the follower after a commit and waits until the world shows `seq`, and the roads too if they
    /// follow from it.
    pub(super) async fn reached(&self, seq: Seq, roads: bool) -> Result<()> {
        self.wake.notify_one();
        let there = |s: &Shown| s.seq >= seq && (!roads || s.roads >= seq);
        let mut watch = self.shown.subscribe();
        let life = watch.borrow().life;
        let ended = watch.wait_for(|s| there(s) || s.life != life || s.halted.is_some()).await;
        let shown = ended.map_err(|_| Error::unavailable("the service is shutting down"))?.clone();
        if shown.life != life {
            return Err(Error::unavailable("the database was put back to an earlier state meanwhile, send it again"));
        }
        match shown.halted {
            Some(fault) if !there(&shown) => {
                Err(Error::unavailable(format!("done as change {seq}, which can't be shown here {fault}")))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// The world shows the change of `event`; `roads` says whether the roads follow all that is shown. Those
    /// who wait hear of it with [`Feed::tell`]: not by each change of many, who wait for one of them.
    pub(super) fn push(&self, event: Event, roads: bool) {
        let (seq, hash) = (event.seq(), event.hash.clone());
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(Arc::new(event));
        if recent.len() > KEPT {
            recent.pop_front();
        }
        drop(recent);
        self.shown.send_if_modified(|s| {
            (s.seq, s.hash) = (seq, hash);
            if roads {
                s.roads = seq;
            }
            false
        });
    }

    /// Wakes those who wait for what is shown by now.
    pub(super) fn tell(&self) {
        self.shown.send_modify(|_| {});
    }

    /// The roads follow what is shown up to `seq`.
    pub(super) fn roads_follow(&self, seq: Seq) {
        self.shown.send_if_modified(|s| std::mem::replace(&mut s.roads, seq) != seq);
    }

    /// Takes over what the row that is shown last has got since: its hash.
    pub(super) fn chained(&self, stand: Stand) {
        self.shown.send_if_modified(|s| {
            let new = s.hash != stand.hash || s.epoch != stand.epoch;
            (s.hash, s.epoch) = (stand.hash, stand.epoch);
            new
        });
    }

    /// The world was made anew and shows the log as it stands now.
    pub(super) fn restart(&self, stand: Stand) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.clear();
        self.shown.send_modify(|s| {
            *s = Shown {
                seq: stand.head,
                roads: stand.head,
                hash: stand.hash,
                epoch: stand.epoch,
                life: s.life + 1,
                halted: None,
            };
        });
    }

    /// Says that the log can't be followed any further; says whether that is news.
    pub(super) fn halt(&self, reason: String, now: Timestamp) -> bool {
        self.shown.send_if_modified(|s| {
            let new = s.halted.as_ref().is_none_or(|fault| fault.reason != reason);
            let since = s.halted.as_ref().map_or(now, |fault| fault.since);
            s.halted = Some(Fault { reason, since });
            new
        })
    }

    /// It can be followed again.
    pub(super) fn resume(&self) {
        self.shown.send_if_modified(|s| s.halted.take().is_some());
    }

    /// What turns by the clock alone.
    pub fn turns(&self) -> broadcast::Receiver<Arc<Turn>> {
        self.turns.subscribe()
    }

    pub(super) fn turn(&self, turn: Turn) {
        // No listener is no error.
        let _ = self.turns.send(Arc::new(turn));
    }

    pub(super) fn publish(&self, moves: Vec<(Code, Fix)>) {
        // No listener is no error.
        let _ = self.positions.send(Arc::new(Positions { moves, written: WrittenOnce::default() }));
    }
}
