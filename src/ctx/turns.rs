//! Turns: who changes one thing out of many callers waits for those before, first come, first served.
//! What several processes do at once is decided in SQL; within one nobody starves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use uuid::Uuid;

/// A queue for each thing that somebody waits for.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<Uuid, Weak<Queue<()>>>>);

impl Turns {
    /// Waits for the turn, which lasts until the guard is dropped.
    pub async fn of(&self, id: Uuid) -> OwnedMutexGuard<()> {
        let queue = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match queues.get(&id).and_then(Weak::upgrade) {
                Some(queue) => queue,
                None => {
                    queues.retain(|_, queue| queue.strong_count() > 0);
                    let queue = Arc::new(Queue::new(()));
                    queues.insert(id, Arc::downgrade(&queue));
                    queue
                }
            }
        };
        queue.lock_owned().await
    }
}
