//! Calls as a durable noun.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Call, CallState};
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
};

/// Those that are held; the others are read from SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calls(BTreeMap<Uuid, Arc<Call>>);

impl Calls {
    pub fn new(all: impl IntoIterator<Item = Call>) -> Self {
        let mut this = Self::default();
        all.into_iter().for_each(|call| this.put(call));
        this
    }

    fn put(&mut self, call: Call) {
        if call.state == CallState::Held {
            self.0.insert(call.id, Arc::new(call));
        } else {
            self.0.remove(&call.id);
        }
    }

    pub fn get(&self, id: &Uuid) -> Option<&Arc<Call>> {
        self.0.get(id)
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Call>> {
        self.0.values()
    }
}

const CALL: Kind = Kind::new("call");

/// A fact about calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A call came in, was located or dropped.
    Call { call: Box<Call> },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        CALL
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::Call { call } = self;
        About { area: call.area.clone(), id: Some(call.id.to_string()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::Call { call } = self;
        Told::one("call", call)
    }
}

impl Noun for Calls {
    const WORD: &'static str = "calls";
    const KINDS: &'static [Kind] = &[CALL];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let Change::Call { call } = change;
        Arc::make_mut(this).put(*call);
    }
}
