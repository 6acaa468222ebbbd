//! Which plan is in force for a layer, and when: a dated list. Answers follow the dates alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::{Code, Error, Result, Timestamp};

/// From this time on the plan holds for the layer, until another entry's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ForceEntry {
    pub id: Uuid,
    pub county: Code,
    pub layer: Code,
    pub plan: Uuid,
    pub from: Timestamp,
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
    /// The switch at its date stands in the change log.
    pub announced: bool,
}

/// All entries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Force(BTreeMap<(Code, Code), BTreeMap<Timestamp, ForceEntry>>);

impl Force {
    pub fn put(&mut self, entry: ForceEntry) {
        self.0.entry((entry.county.clone(), entry.layer.clone())).or_default().insert(entry.from, entry);
    }

    /// By county, layer and time.
    pub fn all(&self) -> impl Iterator<Item = &ForceEntry> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// What holds at `at`, by county and layer.
    pub fn at(&self, at: Timestamp) -> impl Iterator<Item = &ForceEntry> {
        self.0.values().filter_map(move |dated| Some(dated.range(..=at).next_back()?.1))
    }

    /// What holds at `at`, and everything that comes after.
    pub fn from(&self, at: Timestamp) -> impl Iterator<Item = &ForceEntry> {
        let later = self.0.values().flat_map(move |dated| dated.range((Bound::Excluded(at), Bound::Unbounded)));
        self.at(at).chain(later.map(|(_, e)| e))
    }

    /// Those whose date has come, and whose switch is not in the log yet; by time.
    pub fn due(&self, now: Timestamp) -> Vec<&ForceEntry> {
        let mut due: Vec<_> = self.all().filter(|e| e.from <= now && !e.announced).collect();
        due.sort_by_key(|e| (e.from, e.id));
        due
    }

    /// The next date after `now`.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.all().map(|e| e.from).filter(|from| *from > now).min()
    }

    /// Every instant at which something switches.
    pub fn dates(&self) -> BTreeSet<Timestamp> {
        self.all().map(|e| e.from).collect()
    }

    /// Refuses an entry in the past, and a second one for the same date.
    pub fn check(&self, entry: &ForceEntry, now: Timestamp) -> Result<()> {
        let (layer, from) = (&entry.layer, entry.from);
        if from < now {
            return Err(Error::invalid("from", format!("{from} is past: it is {now}")));
        }
        let dated = self.0.get(&(entry.county.clone(), layer.clone()));
        match dated.and_then(|d| d.get(&from)) {
            Some(other) => {
                let detail = format!("plan {} comes in force for layer {layer} at {from} already", other.plan);
                Err(Error::conflict(detail).at("from"))
            }
            None => Ok(()),
        }
    }
}
