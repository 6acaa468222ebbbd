//! The live end of the change log: how far this process is, and the last changes for those who listen.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, broadcast, watch};

use crate::{
    base::{Code, Error, Result, Seq},
    change::Event,
    domain::squads::Fix,
};

/// How many changes are kept at hand; older ones are read from the log.
const KEPT: usize = 4_096;

/// Positions that came in together.
pub type Positions = Arc<Vec<(Code, Fix)>>;

#[derive(Debug)]
pub struct Feed {
    seq: watch::Sender<Seq>,
    recent: Mutex<VecDeque<Arc<Event>>>,
    wake: Notify,
    positions: broadcast::Sender<Positions>,
}

impl Feed {
    pub fn new(seq: Seq) -> Self {
        Self {
            seq: watch::Sender::new(seq),
            recent: Mutex::default(),
            wake: Notify::new(),
            positions: broadcast::Sender::new(64),
        }
    }

    /// The last seq that the world shows.
    pub fn seq(&self) -> Seq {
        *self.seq.borrow()
    }

    /// Tells when [`Feed::seq`] moves.
    pub fn watch(&self) -> watch::Receiver<Seq> {
        self.seq.subscribe()
    }

    pub fn positions(&self) -> broadcast::Receiver<Positions> {
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

    /// Wakes the follower after a commit and waits until the world shows `seq`.
    pub(super) async fn reached(&self, seq: Seq) -> Result<()> {
        self.wake.notify_one();
        let shown = self.seq.subscribe().wait_for(|s| *s >= seq).await.map(drop);
        shown.map_err(|_| Error::unavailable("the service is shutting down"))
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    pub(super) fn push(&self, event: Event) {
        let seq = event.seq();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(Arc::new(event));
        if recent.len() > KEPT {
            recent.pop_front();
        }
        drop(recent);
        self.seq.send_replace(seq);
    }

    pub(super) fn publish(&self, positions: Vec<(Code, Fix)>) {
        // No listener is no error.
        let _ = self.positions.send(Arc::new(positions));
    }
}
