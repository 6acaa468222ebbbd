//! Incidents by id, in parts, so that a change beside readers copies little.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use crate::domain::incidents::Incident;

/// Ids are kept in so many parts.
const PARTS: usize = 1_024;

/// Incidents by id, in parts of which a change copies one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ById(Vec<Arc<HashMap<Uuid, Arc<Incident>>>>);

impl Default for ById {
    fn default() -> Self {
        Self(vec![Arc::default(); PARTS])
    }
}

impl ById {
    /// The last bytes of an id are chance in every version.
    pub(super) fn part(id: &Uuid) -> usize {
        usize::from(u16::from_be_bytes([id.as_bytes()[14], id.as_bytes()[15]])) % PARTS
    }

    pub(super) fn get(&self, id: &Uuid) -> Option<&Arc<Incident>> {
        self.0[Self::part(id)].get(id)
    }

    pub(super) fn put(&mut self, incident: Arc<Incident>) {
        Arc::make_mut(&mut self.0[Self::part(&incident.id)]).insert(incident.id, incident);
    }

    pub(super) fn remove(&mut self, id: &Uuid) -> Option<Arc<Incident>> {
        self.get(id)?;
        Arc::make_mut(&mut self.0[Self::part(id)]).remove(id)
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }
}
