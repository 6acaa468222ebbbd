//! The last count of past incidents by cell, kept while neither changes.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::domain::coverage::{Ground, Tally};

/// The ground and the version of the incidents that were counted, and the count.
type Kept = (Weak<Ground>, u64, Arc<Tally>);

#[derive(Debug, Default)]
pub struct Tallies(Mutex<Option<Kept>>);

impl Tallies {
    /// The tally for this ground and this version of the incidents.
    pub fn get(&self, ground: &Arc<Ground>, version: u64, count: impl FnOnce() -> Tally) -> Arc<Tally> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, at, tally)) = &*kept()
            && *at == version
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, ground))
        {
            return Arc::clone(tally);
        }
        let tally = Arc::new(count());
        *kept() = Some((Arc::downgrade(ground), version, Arc::clone(&tally)));
        tally
    }
}
