//! Assignments: which squad was sent to which incident, and how far it got. A squad has one at a time; what else it
//! is to do waits in order.

mod fence;
mod late;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    clocks::WORD_AHEAD_MS,
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    officers::{Competence, Rule},
};
use crate::base::{Code, Error, LngLat, Result, Timestamp, at_most, words};

pub use fence::Fences;
pub use late::ToldStep;

const REASON_MAX: usize = 1_000;
/// A squad says when it is free at most so long ahead, milliseconds.
const READY_MS: i64 = 86_400_000;

words! {
    /// What tells that a squad was on the scene.
    ArrivedBy {
        /// Somebody said so.
        Hand = "hand",
        /// Its positions.
        Geofence = "geofence",
    }
}

words! {
    /// How far the squad got.
    AssignmentStatus {
        /// It waits until the squad has ended what it is doing.
        Queued = "queued",
        Assigned = "assigned",
        EnRoute = "en_route",
        OnScene = "on_scene",
        Done = "done",
        Declined = "declined",
        Cancelled = "cancelled",
        /// It was sent somewhere else instead.
        Diverted = "diverted",
    }
}

impl AssignmentStatus {
    /// The squad is free of it.
    pub fn is_ended(self) -> bool {
        self.next().is_empty()
    }

    /// What nobody does without saying why.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Declined | Self::Cancelled | Self::Diverted)
    }

    /// What may come next.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Queued => &[Self::Assigned, Self::Declined, Self::Cancelled, Self::Diverted],
            Self::Assigned => &[Self::EnRoute, Self::OnScene, Self::Declined, Self::Cancelled, Self::Diverted],
            Self::EnRoute => &[Self::OnScene, Self::Declined, Self::Cancelled, Self::Diverted],
            Self::OnScene => &[Self::Done, Self::Cancelled, Self::Diverted],
            Self::Done | Self::Declined | Self::Cancelled | Self::Diverted => &[],
        }
    }
}

/// A squad that was sent to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    pub id: Uuid,
    pub incident: Uuid,
    pub squad: Code,
    pub status: AssignmentStatus,
    /// As it was expected, when the squad was sent, that it would be on its arrival.
    pub competence: Competence,
    /// The rule that it would break if it concluded the case alone; not where it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breaks: Option<Rule>,
    pub assigned_at: Timestamp,
    /// Who sent it: a key's id, `keyless` or `command line`.
    pub assigned_by: String,
    pub departed_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Why it ended as it did.
    pub reason: Option<String>,
    /// What tells that it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub arrived_by: Option<ArrivedBy>,
    /// When the squad expects to be free, as it said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ready_at: Option<Timestamp>,
}

/// What is told of an assignment.
#[derive(Debug, Clone)]
pub struct Step {
    pub to: AssignmentStatus,
    pub at: Timestamp,
    pub reason: Option<String>,
    pub ready_at: Option<Timestamp>,
    /// What tells so.
    pub by: ArrivedBy,
}

impl Step {
    /// Told by somebody.
    pub fn to(to: AssignmentStatus, at: Timestamp) -> Self {
        Self { to, at, reason: None, ready_at: None, by: ArrivedBy::Hand }
    }
}

impl Assignment {
    /// The squad is to come and is not there yet.
    pub fn is_on_the_way(&self) -> bool {
        matches!(self.status, AssignmentStatus::Assigned | AssignmentStatus::EnRoute)
    }

    /// The assignment after a step that is told now. One that stays where it is tells when the squad is free.
    ///
    /// # Errors
    /// `Invalid` for a step that is not possible, or an order of times.
    pub fn step(&self, step: &Step, now: Timestamp) -> Result<Self> {
        use AssignmentStatus as S;
        let &Step { to, at, ref reason, ready_at, by } = step;
        at_most("reason", reason.as_deref(), REASON_MAX)?;
        let next = self.status.next();
        let stays = to == self.status && ready_at.is_some() && !self.status.is_ended();
        if !stays && !next.contains(&to) {
            let known: Vec<_> = next.iter().map(|s| s.as_str()).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let detail = format!("{} does not follow {}; what does: {known}", to.as_str(), self.status.as_str());
            return Err(Error::invalid("to", detail));
        }
        let last = self.arrived_at.or(self.departed_at).unwrap_or(self.assigned_at);
        if at < last {
            return Err(Error::invalid("at", format!("{at} lies before what it follows, at {last}")));
        }
        at.not_ahead("at", now, WORD_AHEAD_MS)?;
        if let Some(ready_at) = ready_at {
            if !matches!(to, S::Assigned | S::EnRoute | S::OnScene) {
                return Err(Error::invalid("ready_at", format!("who is {} is not asked when it is free", to.as_str())));
            }
            if ready_at < at {
                return Err(Error::invalid("ready_at", format!("{ready_at} lies before {at}")));
            }
            ready_at.not_ahead("ready_at", now, READY_MS)?;
        }
        if to.needs_reason() && reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
            return Err(Error::invalid("reason", format!("nothing is {} without saying why", to.as_str())));
        }
        let mut after = Self { status: to, ready_at: ready_at.or(self.ready_at), ..self.clone() };
        match to {
            _ if stays => {}
            S::Queued | S::Assigned => {}
            S::EnRoute => after.departed_at = Some(at),
            S::OnScene => (after.arrived_at, after.arrived_by) = (Some(at), Some(by)),
            S::Done | S::Declined | S::Cancelled | S::Diverted => {
                after.ended_at = Some(at);
                after.reason = reason.clone();
            }
        }
        Ok(after)
    }
}

/// Those that have not ended; the others are read from SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assignments {
    open: BTreeMap<Uuid, Arc<Assignment>>,
    by_squad: BTreeMap<Code, Uuid>,
}

impl Assignments {
    pub fn new(all: impl IntoIterator<Item = Assignment>) -> Self {
        let mut this = Self::default();
        all.into_iter().for_each(|a| this.put(a));
        this
    }

    pub fn put(&mut self, assignment: Assignment) {
        let Assignment { id, ref squad, .. } = assignment;
        if !assignment.status.is_ended() {
            if assignment.status != AssignmentStatus::Queued {
                self.by_squad.insert(squad.clone(), id);
            }
            self.open.insert(id, Arc::new(assignment));
        } else if self.open.remove(&id).is_some() && self.by_squad.get(squad) == Some(&id) {
            self.by_squad.remove(squad);
        }
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Assignment>> {
        self.open.values()
    }

    pub fn get(&self, id: &Uuid) -> Option<&Arc<Assignment>> {
        self.open.get(id)
    }

    /// Squads that have more to do after what they are doing.
    pub fn with_a_queue(&self) -> BTreeSet<&Code> {
        self.all().filter(|a| a.status == AssignmentStatus::Queued).map(|a| &a.squad).collect()
    }

    /// What a squad is doing; what waits is not it.
    pub fn of_squad(&self, squad: &Code) -> Option<&Arc<Assignment>> {
        self.open.get(self.by_squad.get(squad)?)
    }
}

/// Version 2 knows those that wait, version 3 those of drones.
const ASSIGNMENT: Kind = Kind::new("assignment").version(3);

/// A fact about assignments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A squad was sent, or got farther.
    Assignment { assignment: Assignment },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        ASSIGNMENT
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::Assignment { assignment } = self;
        About { id: Some(assignment.id.to_string()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::Assignment { assignment } = self;
        Told::one("assignment", assignment)
    }
}

impl Noun for Assignments {
    const WORD: &'static str = "assignments";
    const KINDS: &'static [Kind] = &[ASSIGNMENT];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let Change::Assignment { assignment } = change;
        Arc::make_mut(this).put(assignment);
    }

    fn check(&self) -> Result<(), String> {
        let waits = |a: &Assignment| a.status == AssignmentStatus::Queued;
        let odd =
            |a: &&Arc<Assignment>| a.status.is_ended() || (self.by_squad.get(&a.squad) == Some(&a.id)) == waits(a);
        match self.all().find(odd) {
            Some(a) => Err(format!("assignment {} is not the open one of squad {}", a.id, a.squad)),
            None if self.by_squad.len() != self.all().filter(|a| !waits(a)).count() => {
                Err("a squad has one that has ended".to_owned())
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
