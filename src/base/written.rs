//! What is written once and sent to many.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;

/// What was written a moment ago, or that nothing was; nothing before that.
#[derive(Debug, Default)]
pub struct WrittenOnce(Mutex<Option<(Instant, Option<Bytes>)>>);

impl WrittenOnce {
    /// Some of it is told as it is by now: it is written again after that.
    const NOW: Duration = Duration::from_secs(1);

    /// As it was written, else as it is now.
    pub fn or(&self, write: impl FnOnce() -> Option<Bytes>) -> Option<Bytes> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, bytes)) = &*kept
            && at.elapsed() < Self::NOW
        {
            return bytes.clone();
        }
        let bytes = write();
        *kept = Some((Instant::now(), bytes.clone()));
        bytes
    }
}
