//! Threads for what is long and may wait, such as large answers: they give way to those that answer the rest.

use std::sync::Arc;

use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::base::{Error, Result};

/// Added to the niceness of the others (setpriority(2)): beside one of them such a thread gets a tenth of a core.
const NICE: i32 = 10;
/// All large answers together that were made and not yet sent.
const ROOM_KIB: usize = 256 * 1024;

#[derive(Debug)]
pub struct Bulk {
    runtime: Option<Runtime>,
    threads: Handle,
    room: Arc<Semaphore>,
}

impl Bulk {
    pub fn new(threads: usize) -> Result<Self> {
        let nice = || {
            // Where it may not be, they are as the others.
            let own = rustix::process::getpriority_process(None).unwrap_or_default();
            let _ = rustix::process::setpriority_process(None, own + NICE);
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("bulk")
            .on_thread_start(nice)
            .enable_all()
            .build()
            .map_err(Error::internal)?;
        Ok(Self { threads: runtime.handle().clone(), runtime: Some(runtime), room: Arc::new(Semaphore::new(ROOM_KIB)) })
    }

    pub fn threads(&self) -> &Handle {
        &self.threads
    }

    /// Room for an answer of so many bytes, as long as it is kept.
    ///
    /// # Errors
    /// `Unavailable` while there is none.
    pub fn room(&self, bytes: u64) -> Result<OwnedSemaphorePermit> {
        let kib = usize::try_from(bytes / 1024).unwrap_or(usize::MAX).min(ROOM_KIB);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kib as u32);
        room.map_err(|_| Error::unavailable("too many large answers are under way"))
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        // Waiting for it is not allowed where tasks run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
