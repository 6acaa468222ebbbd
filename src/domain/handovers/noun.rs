//! Handovers as a durable noun.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Handover;
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
};

/// Those that nobody has accepted yet; the others are read from SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Handovers(BTreeMap<Uuid, Arc<Handover>>);

impl Handovers {
    pub fn new(all: impl IntoIterator<Item = Handover>) -> Self {
        let mut this = Self::default();
        all.into_iter().for_each(|handover| this.put(handover));
        this
    }

    fn put(&mut self, handover: Handover) {
        if handover.accepted.is_none() {
            self.0.insert(handover.id, Arc::new(handover));
        } else {
            self.0.remove(&handover.id);
        }
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Handover>> {
        self.0.values()
    }
}

const HANDOVER: Kind = Kind::new("handover");

/// A fact about handovers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A shift handed over, or the next one accepted. The list is kept with the record alone.
    Handover { handover: Box<Handover> },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        HANDOVER
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::Handover { handover } = self;
        About { area: handover.area.clone(), id: Some(handover.id.to_string()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::Handover { handover } = self;
        Told::one("handover", handover)
    }
}

impl Noun for Handovers {
    const WORD: &'static str = "handovers";
    const KINDS: &'static [Kind] = &[HANDOVER];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let Change::Handover { handover } = change;
        Arc::make_mut(this).put(*handover);
    }
}
