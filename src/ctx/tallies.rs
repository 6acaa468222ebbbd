//! The last count of past incidents by cell, kept while neither changes.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::domain::coverage::{Base, Tally};

/// The base and the version of the incidents that were counted, and the count.
type Kept = (Weak<Base>, u64, Arc<Tally>);

#[derive(Debug, Default)]
pub struct Tallies(Mutex<Option<Kept>>);

impl Tallies {
    /// The tally for this base and this version of the incidents.
    pub fn get(&self, base: &Arc<Base>, version: u64, count: impl FnOnce() -> Tally) -> Arc<Tally> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, at, tally)) = &*kept()
            && *at == version
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, base))
        {
            return Arc::clone(tally);
        }
        let tally = Arc::new(count());
        *kept() = Some((Arc::downgrade(base), version, Arc::clone(&tally)));
        tally
    }
}
