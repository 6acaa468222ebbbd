//! Assignments: which squad was sent to which incident, and how far it got. A squad has one at a time; what else it
//! is to do waits in order.

mod fence;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    officers::Competence,
};
use crate::base::{Code, Error, LngLat, Result, Seq, Timestamp, at_most, words};

pub use fence::Fences;

const REASON_MAX: usize = 1_000;
/// A squad says when it is free at most so long ahead, milliseconds.
const READY_MS: i64 = 86_400_000;
/// Clocks may run ahead by this much, milliseconds.
pub const FUTURE_MS: i64 = 300_000;

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
    /// As the squad was when it was sent.
    pub competence: Competence,
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
        at.not_ahead("at", now, FUTURE_MS)?;
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

    fn apply(this: &mut Arc<Self>, _: Seq, update: Update<Self>) {
        match update {
            Update::Change(Change::Assignment { assignment }) => Arc::make_mut(this).put(assignment),
            Update::All(all) => *this = all,
            Update::Rows(none) => match none {},
        }
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
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_ms(1_772_424_000_000 + minute * 60_000).unwrap()
    }

    fn sent(n: u128, squad: &str) -> Assignment {
        Assignment {
            id: Uuid::from_u128(n),
            incident: Uuid::from_u128(100 + n),
            squad: Code::new(squad).unwrap(),
            status: AssignmentStatus::Assigned,
            competence: Competence::Full,
            assigned_at: at(0),
            assigned_by: "test".to_owned(),
            departed_at: None,
            arrived_at: None,
            ended_at: None,
            reason: None,
            arrived_by: None,
            ready_at: None,
        }
    }

    fn step(to: AssignmentStatus, minute: i64, reason: Option<&str>) -> Step {
        Step { reason: reason.map(str::to_owned), ..Step::to(to, at(minute)) }
    }

    #[test]
    fn it_goes_from_the_order_to_the_end_in_order_of_time() {
        use AssignmentStatus::*;
        let steps = [(EnRoute, 1), (OnScene, 9), (Done, 30)];
        let done = steps.iter().try_fold(sent(1, "S"), |a, (to, m)| a.step(&step(*to, *m, None), at(60))).unwrap();
        assert_eq!((done.departed_at, done.arrived_at, done.ended_at), (Some(at(1)), Some(at(9)), Some(at(30))));
        let field = |a: Result<Assignment>| a.map(|a| a.status).map_err(|e| e.field.unwrap());
        let way = sent(1, "S").step(&step(EnRoute, 5, None), at(60)).unwrap();
        assert_eq!(field(way.step(&step(OnScene, 4, None), at(60))), Err("at".into()));
        assert_eq!(field(way.step(&step(OnScene, 70, None), at(60))), Err("at".into()));
        assert_eq!(field(way.step(&step(Done, 6, None), at(60))), Err("to".into()));
        assert_eq!(field(way.step(&step(Declined, 6, None), at(60))), Err("reason".into()));
        assert_eq!(field(way.step(&step(Declined, 6, Some("flat tyre")), at(60))), Ok(Declined));
        assert_eq!(field(done.step(&step(Cancelled, 40, Some("late")), at(60))), Err("to".into()));
    }

    #[test]
    fn a_squad_says_when_it_is_free_while_it_is_there() {
        use AssignmentStatus::*;
        let there = sent(1, "S").step(&step(OnScene, 9, None), at(60)).unwrap();
        assert_eq!((there.arrived_by, there.ready_at), (Some(ArrivedBy::Hand), None));
        let told = |to, minute, ready| {
            let step = Step { ready_at: Some(at(ready)), ..step(to, minute, None) };
            there.step(&step, at(60)).map_err(|e| e.field.unwrap())
        };
        let said = told(OnScene, 20, 45).unwrap();
        assert_eq!((said.arrived_at, said.ready_at), (Some(at(9)), Some(at(45))));
        assert_eq!(said.step(&step(Done, 30, None), at(60)).unwrap().status, Done);
        for (to, minute, ready, field) in
            [(OnScene, 20, 19, "ready_at"), (Done, 20, 45, "ready_at"), (EnRoute, 20, 45, "to")]
        {
            assert_eq!(told(to, minute, ready), Err(field.into()), "{to:?} {minute} {ready}");
        }
        assert_eq!(told(OnScene, 20, 60 + 24 * 60 + 1), Err("ready_at".into()));
        // Without a word on when, it is no step.
        assert!(there.step(&step(OnScene, 20, None), at(60)).is_err());
    }

    #[test]
    fn what_waits_is_not_what_the_squad_is_doing() {
        use AssignmentStatus::*;
        let squad = Code::new("S").unwrap();
        let waiting = Assignment { status: Queued, ..sent(2, "S") };
        let mut all = Assignments::new([waiting.clone(), sent(1, "S")]);
        all.check().unwrap();
        assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(1)));
        assert_eq!(all.with_a_queue(), BTreeSet::from([&squad]));
        all.put(sent(1, "S").step(&step(Cancelled, 3, Some("no")), at(3)).unwrap());
        all.check().unwrap();
        assert_eq!(all.of_squad(&squad), None);
        all.put(waiting.step(&step(Assigned, 3, None), at(3)).unwrap());
        all.check().unwrap();
        assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(2)));
        assert!(all.with_a_queue().is_empty());
    }

    #[test]
    fn a_squad_has_the_one_that_has_not_ended() {
        let squad = Code::new("S").unwrap();
        let mut all = Assignments::new([sent(1, "S"), sent(2, "T")]);
        let ended = sent(1, "S").step(&step(AssignmentStatus::Cancelled, 3, Some("no")), at(3)).unwrap();
        assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(1)));
        all.put(ended.clone());
        all.put(ended.clone());
        assert_eq!(all.of_squad(&squad), None);
        all.put(sent(3, "S"));
        // Told again, what ended before does not take the new one away.
        all.put(ended);
        assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(3)));
        assert_eq!(all.all().count(), 2);
        all.check().unwrap();
    }
}
