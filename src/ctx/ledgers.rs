//! What was shown of layers, one ledger for each question, within so many bytes: who comes back hears only
//! what is otherwise by now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::kept::Kept;
use crate::{
    base::Seq,
    domain::layers::ledger::{Delta, Ledger, Mark, Print},
};

const BYTES_MAX: usize = 64 << 20;

type Shared = Arc<Mutex<Ledger>>;

#[derive(Debug)]
pub struct Ledgers(Mutex<Kept<String, Shared>>);

impl Default for Ledgers {
    fn default() -> Self {
        Self(Mutex::new(Kept::within(BYTES_MAX)))
    }
}

impl Ledgers {
    /// These are the features now: where they stand in the ledger of the question, and what is otherwise since a mark;
    /// nothing where that mark is not known. `seq` was shown when they were read, or more.
    pub fn show(
        &self,
        question: &str,
        seq: Seq,
        now: &[(String, Print)],
        since: Option<&Mark>,
    ) -> (Mark, Option<Delta>) {
        let shared = self.of(question);
        let mut ledger = lock(&shared);
        let told = ledger.show(seq, now, since);
        lock(&self.0).put(question.to_owned(), Arc::clone(&shared), question.len() + ledger.bytes());
        told
    }

    fn of(&self, question: &str) -> Shared {
        let known = lock(&self.0).get(&question.to_owned()).cloned();
        known.unwrap_or_else(|| Arc::new(Mutex::new(Ledger::new(Uuid::new_v4().as_fields().0))))
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a holder left half done is never shown: it panicked, and so did its answer.
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
