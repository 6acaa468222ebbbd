//! The facts about plans, and the index that they change.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    delta::Delta,
    force::ForceEntry,
    history::{self, Batch, BatchKind},
    index::Zones,
    plan::{Plan, Revision},
};
use crate::{
    base::{Code, LngLat, Seq},
    domain::noun::{About, Fact, Kind, Noun, Told, Update},
};

const PLAN: Kind = Kind::new("plan");
const EDITED: Kind = Kind::new("plan_edited");
const IN_FORCE: Kind = Kind::new("zones_in_force");
const SWITCHED: Kind = Kind::new("zones_switched");

/// A fact about patrol zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A plan was made, or came into another state: its rows say.
    Plan { plan: Uuid },
    /// A batch made this revision; it stands in its own row. `touched` has the zones of each layer.
    PlanEdited {
        plan: Uuid,
        revision: Revision,
        batch: Uuid,
        author: String,
        did: BatchKind,
        touched: BTreeMap<Code, Vec<Code>>,
    },
    /// A plan is to be in force from a date on.
    ZonesInForce { entry: ForceEntry },
    /// That date has come.
    ZonesSwitched { entry: ForceEntry },
}

impl Change {
    /// That `batch` was taken.
    pub fn edited(batch: &Batch) -> Self {
        let mut touched: BTreeMap<Code, Vec<Code>> = BTreeMap::new();
        for delta in &batch.did {
            let (layer, zones) = match delta {
                Delta::Zone { layer, code, .. } => (layer, vec![code.clone()]),
                Delta::Atoms { layer, before, after, .. } => (layer, [&before[..], &after[..]].concat()),
                Delta::Layer { layer, .. } | Delta::Corridor { layer, .. } | Delta::AtomLocks { layer, .. } => {
                    (layer, Vec::new())
                }
            };
            touched.entry(layer.clone()).or_default().extend(zones);
        }
        for zones in touched.values_mut() {
            zones.sort();
            zones.dedup();
        }
        let (plan, revision, author) = (batch.plan, batch.revision, batch.author.clone());
        Self::PlanEdited { plan, revision, batch: batch.id, author, did: batch.kind, touched }
    }
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::Plan { .. } => PLAN,
            Self::PlanEdited { .. } => EDITED,
            Self::ZonesInForce { .. } => IN_FORCE,
            Self::ZonesSwitched { .. } => SWITCHED,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let (area, id) = match self {
            Self::Plan { plan } | Self::PlanEdited { plan, .. } => (None, plan),
            Self::ZonesInForce { entry } | Self::ZonesSwitched { entry } => (Some(entry.county.clone()), &entry.plan),
        };
        About { area, township: None, id: Some(id.to_string()) }
    }

    fn told(&self) -> Told {
        match self {
            Self::Plan { plan } => Told::one("plan", plan),
            Self::PlanEdited { plan, revision, batch, author, did, touched } => Told::one(
                "edit",
                serde_json::json!({"plan": plan, "revision": revision, "batch": batch, "author": author, "did": did,
                    "touched": touched}),
            ),
            Self::ZonesInForce { entry } | Self::ZonesSwitched { entry } => Told::one("in_force", entry),
        }
    }
}

/// What is read for a change.
#[derive(Debug, Clone)]
pub enum Rows {
    Plan(Arc<Plan>),
    Batch(Arc<Batch>),
}

impl Noun for Zones {
    const WORD: &'static str = "zones";
    const KINDS: &'static [Kind] = &[PLAN, EDITED, IN_FORCE, SWITCHED];
    type Change = Change;
    type Rows = Rows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        match change {
            Change::Plan { .. } | Change::PlanEdited { .. } => None,
            Change::ZonesInForce { .. } | Change::ZonesSwitched { .. } => Some(Update::Change(change.clone())),
        }
    }

    fn apply(this: &mut Arc<Self>, _: Seq, update: Update<Self>) {
        let zones = match update {
            Update::All(all) => return *this = all,
            _ => Arc::make_mut(this),
        };
        match update {
            Update::Change(Change::ZonesInForce { entry } | Change::ZonesSwitched { entry }) => zones.force.put(entry),
            Update::Rows(Rows::Plan(plan)) => zones.put(plan),
            Update::Rows(Rows::Batch(batch)) => {
                if let Some(plan) = zones.plan_mut(&batch.plan) {
                    history::advance(plan, &batch).expect("a batch names atoms of its plan");
                }
            }
            Update::Change(_) | Update::All(_) => {}
        }
    }
}
