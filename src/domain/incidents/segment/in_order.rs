//! Incidents in the order in which they were reported, and stretches of that.

use std::{
    ops::{Bound, Deref},
    sync::Arc,
};

use super::cursor;
use crate::domain::incidents::{Cursor, Incident};

/// In the order in which they were reported. A segment is so small that one more is quickly put between.
#[derive(Debug, Clone, Default)]
pub(super) struct InOrder(Vec<(Cursor, Arc<Incident>)>);

impl Deref for InOrder {
    type Target = [(Cursor, Arc<Incident>)];
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl InOrder {
    pub(super) fn put(&mut self, incident: &Arc<Incident>) {
        let entry = (cursor(incident), Arc::clone(incident));
        match self.0.binary_search_by_key(&entry.0, |(key, _)| *key) {
            Ok(at) => self.0[at] = entry,
            Err(at) => self.0.insert(at, entry),
        }
    }

    pub(super) fn remove(&mut self, key: &Cursor) {
        if let Ok(at) = self.0.binary_search_by_key(key, |(key, _)| *key) {
            self.0.remove(at);
        }
    }
}

/// Which moments of reports: from the first, until before the second.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub from: Cursor,
    pub until: Bound<Cursor>,
}

impl Window {
    pub(super) fn range<'a>(&self, of: &'a InOrder) -> &'a [(Cursor, Arc<Incident>)] {
        let end = of.partition_point(|(key, _)| !self.is_before(*key));
        let begin = of.partition_point(|(key, _)| *key < self.from);
        &of[begin.min(end)..end]
    }

    pub fn holds(&self, cursor: Cursor) -> bool {
        cursor >= self.from && !self.is_before(cursor)
    }

    /// Whether it ends at the moment or before.
    pub fn is_before(&self, cursor: Cursor) -> bool {
        matches!(self.until, Bound::Excluded(until) if cursor >= until)
    }
}
