//! A bounded pool for graph searches: so many at once, so many waiting, the rest are told to come again.
//! A search ends when its time is up, or when nobody waits for its answer any more.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Semaphore};

use crate::{
    base::{Error, Result},
    kernel::{dijkstra::Stop, travel::Workspace},
};

#[derive(Debug)]
pub struct Searches {
    threads: Handle,
    running: Arc<Semaphore>,
    /// Running and waiting together.
    places: Arc<Semaphore>,
    /// Workspaces that are not in use: as many as ran at once.
    idle: Mutex<Vec<Workspace>>,
    at_once: usize,
    all: usize,
    limit: Duration,
}

/// Stops a search when the one who waits for it goes away.
struct Waits(Stop);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.set();
    }
}

impl Searches {
    /// On the blocking ones of these threads. A search may take `limit` once it runs.
    pub fn new(threads: &Handle, (running, waiting): (usize, usize), limit: Duration) -> Self {
        Self {
            threads: threads.clone(),
            running: Arc::new(Semaphore::new(running)),
            places: Arc::new(Semaphore::new(running + waiting)),
            idle: Mutex::default(),
            at_once: running,
            all: running + waiting,
            limit,
        }
    }

    /// Searches that wait for a turn.
    pub fn waiting(&self) -> usize {
        (self.all - self.places.available_permits()).saturating_sub(self.at_once)
    }

    /// Runs `search` on a blocking thread with a workspace of its own.
    ///
    /// # Errors
    /// `Unavailable` when too many wait, or when the search was not over in time: what it had by then
    /// is not whole, and nobody gets it.
    pub async fn run<T: Send + 'static>(&self, search: impl FnOnce(&mut Workspace) -> T + Send + 'static) -> Result<T> {
        let closed = |_| Error::unavailable("the service is shutting down");
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| refused("too many searches are waiting".to_owned()))?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(closed)?;
        let mut workspace = self.idle().pop().unwrap_or_default();
        workspace.search.stop = Stop::default();
        let _waits = Waits(workspace.search.stop.clone());
        // The permits go along: a caller that goes away does not free a thread that still works.
        let work = move || {
            let began = Instant::now();
            let answer = search(&mut workspace);
            metrics::histogram!("xunge_search_seconds").record(began.elapsed().as_secs_f64());
            drop((turn, place));
            (answer, workspace)
        };
        let done = tokio::time::timeout(self.limit, self.threads.spawn_blocking(work)).await;
        let Ok(done) = done else {
            let limit_s = self.limit.as_secs_f64();
            return Err(refused(format!("the search was not over within {limit_s} s")));
        };
        let (answer, workspace) = done.map_err(|e| Error::internal(format!("a search failed: {e}")))?;
        self.idle().push(workspace);
        Ok(answer)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Workspace>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(why: String) -> Error {
    metrics::counter!("xunge_searches_refused_total").increment(1);
    Error::unavailable(why)
}

#[cfg(test)]
mod tests;
