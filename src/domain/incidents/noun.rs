//! Incidents as a durable noun: reported one by one, or imported many at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Action, Incident, Incidents};
use crate::{
    base::{Code, LngLat, Seq, Timestamp},
    domain::noun::{About, Fact, Kind, Noun, Told, Update},
};

const INCIDENT: Kind = Kind::new("incident").version(2);
const READ: Kind = Kind::new("reporter_read");
const REMARKED: Kind = Kind::new("remark");
const IMPORTED: Kind = Kind::new("incidents_imported");

/// A fact about incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// One incident was created or changed.
    Incident { incident: Box<Incident> },
    /// Somebody read who reported it; nothing is changed.
    ReporterRead { id: Uuid },
    /// Somebody remarked in the history of one, `at`; it stands as before. What was said is in the history alone.
    Remark {
        id: Uuid,
        area: Option<Code>,
        township: Option<Code>,
        action: Uuid,
        actor: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// Many incidents came in at once.
    IncidentsImported { batch: String, count: u32 },
}

impl Change {
    /// That `action` was remarked on an incident.
    pub fn remark(incident: &Incident, action: &Action) -> Self {
        Self::Remark {
            id: incident.id,
            area: incident.place.smallest().cloned(),
            township: incident.township().cloned(),
            action: action.id,
            actor: action.actor.clone(),
            at: incident.touched_at,
        }
    }
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::Incident { .. } => INCIDENT,
            Self::ReporterRead { .. } => READ,
            Self::Remark { .. } => REMARKED,
            Self::IncidentsImported { .. } => IMPORTED,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        match self {
            Self::Incident { incident } => About {
                area: incident.place.smallest().cloned(),
                township: incident.township().cloned(),
                id: Some(incident.id.to_string()),
            },
            Self::ReporterRead { id } => About { id: Some(id.to_string()), ..About::default() },
            Self::Remark { id, area, township, .. } => {
                About { area: area.clone(), township: township.clone(), id: Some(id.to_string()) }
            }
            Self::IncidentsImported { .. } => About::default(),
        }
    }

    fn told(&self) -> Told {
        match self {
            Self::Incident { incident } => Told::one("incident", incident),
            Self::ReporterRead { .. } => Told::Nothing,
            Self::Remark { action, actor, .. } => Told::Data(Map::from_iter([
                ("action".to_owned(), Value::from(action.to_string())),
                ("actor".to_owned(), Value::from(actor.as_str())),
            ])),
            Self::IncidentsImported { count, .. } => Told::one("count", count),
        }
    }
}

impl Noun for Incidents {
    const WORD: &'static str = "incidents";
    const KINDS: &'static [Kind] = &[INCIDENT, READ, REMARKED, IMPORTED];
    type Change = Change;
    /// Those of one import.
    type Rows = Vec<Incident>;

    fn carried(change: &Change) -> Option<Update<Self>> {
        (!matches!(change, Change::IncidentsImported { .. })).then(|| Update::Change(change.clone()))
    }

    fn apply(this: &mut Arc<Self>, _: Seq, update: Update<Self>) {
        match update {
            Update::Change(Change::Incident { incident }) => Arc::make_mut(this).put(*incident),
            // The rows of an import are read: see `carried`.
            Update::Change(Change::ReporterRead { .. } | Change::IncidentsImported { .. }) => {}
            Update::Change(Change::Remark { id, at, .. }) => {
                if let Some(incident) = this.get(&id).filter(|i| i.touched_at < at) {
                    let touched = Incident { touched_at: at, ..(**incident).clone() };
                    Arc::make_mut(this).put(touched);
                }
            }
            Update::Rows(many) => Arc::make_mut(this).put_all(many),
            Update::All(mut all) => {
                Arc::make_mut(&mut all).follow(this);
                *this = all;
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        Self::check(self)
    }
}
