//! A bounded pool for graph searches: so many at once, so many waiting, the rest are told to come again.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::{
    base::{Error, Result},
    kernel::dijkstra::Workspace,
};

#[derive(Debug)]
pub struct Searches {
    running: Arc<Semaphore>,
    /// Running and waiting together.
    places: Arc<Semaphore>,
    /// Workspaces that are not in use: as many as ran at once.
    idle: Mutex<Vec<Workspace>>,
    at_once: usize,
    all: usize,
}

impl Searches {
    pub fn new(running: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            places: Arc::new(Semaphore::new(running + waiting)),
            idle: Mutex::default(),
            at_once: running,
            all: running + waiting,
        }
    }

    /// Searches that wait for a turn.
    pub fn waiting(&self) -> usize {
        (self.all - self.places.available_permits()).saturating_sub(self.at_once)
    }

    /// Runs `search` on a blocking thread with a workspace of its own.
    pub async fn run<T: Send + 'static>(&self, search: impl FnOnce(&mut Workspace) -> T + Send + 'static) -> Result<T> {
        let closed = |_| Error::unavailable("the service is shutting down");
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::unavailable("too many searches are waiting"))?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workspace = idle.unwrap_or_default();
        // The permits go along: a caller that goes away does not free a thread that still works.
        let work = move || {
            let answer = search(&mut workspace);
            drop((turn, place));
            (answer, workspace)
        };
        let done = tokio::task::spawn_blocking(work).await;
        let (answer, workspace) = done.map_err(|e| Error::internal(format!("a search failed: {e}")))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
        Ok(answer)
    }
}
