//! Scenarios: questions of "what if" with a name, kept beside the plans so that others open the same one. What is
//! asked stays as it was written; whether it can be asked is said by `whatif`, on the squads and roads of the day.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::{Array, ArrayBuilder, Ref};
use uuid::Uuid;

use super::{
    coverage::Basis,
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    squads::Profile,
};
use crate::base::{Code, Error, LngLat, Result, Timestamp, no_nul};

const NAME_MAX: usize = 200;
/// Each is read whole with the list.
const SCENARIOS_MAX: usize = 1_000;
const BYTES_MAX: usize = 200_000;

/// What a scenario asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioQuestion)]
pub struct Question {
    /// From the call to the arrival.
    pub minutes: u32,
    /// posts when not given, or live
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub basis: Option<Basis>,
    /// Whose shifts count, and how the roads are; when it is opened when not given
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub at: Option<Timestamp>,
    /// Only squads that travel so; all when not given
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub profile: Option<Profile>,
    /// As /coverage/what-if takes them, in order.
    #[serde(default)]
    #[schema(schema_with = patches)]
    pub patches: Vec<Map<String, Value>>,
    /// Where one more squad could be posted, as /coverage/rank-posts takes them.
    #[serde(default)]
    pub candidates: Vec<LngLat>,
}

/// Its schema is that of the route which reads them.
fn patches() -> Array {
    ArrayBuilder::new().items(Ref::from_schema_name("WhatIfPatch")).build()
}

/// A saved question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scenario {
    pub id: Uuid,
    pub name: String,
    /// The plan that it belongs to; null where it belongs to none.
    pub plan: Option<Uuid>,
    pub question: Question,
    /// How often it was changed.
    pub revision: u32,
    pub author: String,
    pub created_at: Timestamp,
    /// Who changed it last.
    pub changed_by: String,
    pub changed_at: Timestamp,
}

impl Scenario {
    /// Refuses what cannot be kept.
    pub fn check(&self) -> Result<()> {
        let name = self.name.trim();
        if name.is_empty() || name != self.name || self.name.chars().count() > NAME_MAX {
            let why = format!("a name has 1 to {NAME_MAX} characters and no space at its ends");
            return Err(Error::invalid("name", why));
        }
        no_nul("name", name)?;
        if self.question.patches.is_empty() && self.question.candidates.is_empty() {
            return Err(Error::invalid("question.patches", "nothing is asked: neither a patch nor a candidate"));
        }
        let bytes = serde_json::to_vec(&self.question).map_err(Error::internal)?.len();
        if bytes > BYTES_MAX {
            return Err(Error::invalid("question", format!("{bytes} bytes are more than {BYTES_MAX}")));
        }
        no_nul("question", &serde_json::to_string(&self.question).map_err(Error::internal)?.replace("\\u0000", "\0"))
    }
}

/// All scenarios, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scenarios(BTreeMap<Uuid, Arc<Scenario>>);

impl Scenarios {
    pub fn new(all: Vec<Scenario>) -> Self {
        Self(all.into_iter().map(|s| (s.id, Arc::new(s))).collect())
    }

    pub fn get(&self, id: &Uuid) -> Option<&Arc<Scenario>> {
        self.0.get(id)
    }

    /// By name, then by id.
    pub fn all(&self) -> Vec<&Arc<Scenario>> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        all
    }

    /// Refuses one more where there are too many.
    pub fn check_room(&self) -> Result<()> {
        match self.0.len() < SCENARIOS_MAX {
            true => Ok(()),
            false => Err(Error::conflict(format!("there are {SCENARIOS_MAX} scenarios already: delete some"))),
        }
    }
}

const SAVED: Kind = Kind::new("scenario");
const DELETED: Kind = Kind::new("scenario_deleted");

/// A fact about scenarios.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// It was made or changed.
    Scenario {
        scenario: Scenario,
    },
    ScenarioDeleted {
        id: Uuid,
    },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::Scenario { .. } => SAVED,
            Self::ScenarioDeleted { .. } => DELETED,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let (Self::Scenario { scenario: Scenario { id, .. } } | Self::ScenarioDeleted { id }) = self;
        About { id: Some(id.to_string()), ..About::default() }
    }

    fn told(&self) -> Told {
        let (Self::Scenario { scenario: Scenario { id, .. } } | Self::ScenarioDeleted { id }) = self;
        Told::one("scenario", id)
    }
}

impl Noun for Scenarios {
    const WORD: &'static str = "scenarios";
    const KINDS: &'static [Kind] = &[SAVED, DELETED];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let scenarios = &mut Arc::make_mut(this).0;
        match change {
            Change::Scenario { scenario } => drop(scenarios.insert(scenario.id, Arc::new(scenario))),
            Change::ScenarioDeleted { id } => drop(scenarios.remove(&id)),
        }
    }
}
