//! Assignments: which squad was sent to which incident, and how far it got. A squad has one at a time.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    squads::Competence,
};
use crate::base::{Code, Error, LngLat, Result, Seq, Timestamp, at_most, words};

const REASON_MAX: usize = 1_000;
/// Clocks may run ahead by this much, milliseconds.
const FUTURE_MS: i64 = 300_000;

words! {
    /// How far the squad got.
    AssignmentStatus {
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
}

impl Assignment {
    /// The assignment once it has come to `to` at `at`, which is told now.
    ///
    /// # Errors
    /// `Invalid` for a step that is not possible, or an order of times.
    pub fn step(&self, to: AssignmentStatus, at: Timestamp, reason: Option<String>, now: Timestamp) -> Result<Self> {
        use AssignmentStatus as S;
        at_most("reason", reason.as_deref(), REASON_MAX)?;
        let next = self.status.next();
        if !next.contains(&to) {
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
        if to.needs_reason() && reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
            return Err(Error::invalid("reason", format!("nothing is {} without saying why", to.as_str())));
        }
        let mut after = Self { status: to, ..self.clone() };
        match to {
            S::Assigned => {}
            S::EnRoute => after.departed_at = Some(at),
            S::OnScene => after.arrived_at = Some(at),
            S::Done | S::Declined | S::Cancelled | S::Diverted => {
                after.ended_at = Some(at);
                after.reason = reason;
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
            self.by_squad.insert(squad.clone(), id);
            self.open.insert(id, Arc::new(assignment));
        } else if self.open.remove(&id).is_some() && self.by_squad.get(squad) == Some(&id) {
            self.by_squad.remove(squad);
        }
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Assignment>> {
        self.open.values()
    }

    pub fn of_squad(&self, squad: &Code) -> Option<&Arc<Assignment>> {
        self.open.get(self.by_squad.get(squad)?)
    }
}

const ASSIGNMENT: Kind = Kind::new("assignment");

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
        let odd = |a: &&Arc<Assignment>| a.status.is_ended() || self.by_squad.get(&a.squad) != Some(&a.id);
        match self.all().find(odd) {
            Some(a) => Err(format!("assignment {} is not the open one of squad {}", a.id, a.squad)),
            None if self.by_squad.len() != self.open.len() => Err("a squad has one that has ended".to_owned()),
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
        }
    }

    #[test]
    fn it_goes_from_the_order_to_the_end_in_order_of_time() {
        use AssignmentStatus::*;
        let steps = [(EnRoute, 1), (OnScene, 9), (Done, 30)];
        let done = steps.iter().try_fold(sent(1, "S"), |a, (to, m)| a.step(*to, at(*m), None, at(60))).unwrap();
        assert_eq!((done.departed_at, done.arrived_at, done.ended_at), (Some(at(1)), Some(at(9)), Some(at(30))));
        let field = |a: Result<Assignment>| a.map(|a| a.status).map_err(|e| e.field.unwrap());
        let way = sent(1, "S").step(EnRoute, at(5), None, at(60)).unwrap();
        assert_eq!(field(way.step(OnScene, at(4), None, at(60))), Err("at".into()));
        assert_eq!(field(way.step(OnScene, at(70), None, at(60))), Err("at".into()));
        assert_eq!(field(way.step(Done, at(6), None, at(60))), Err("to".into()));
        assert_eq!(field(way.step(Declined, at(6), None, at(60))), Err("reason".into()));
        assert_eq!(field(way.step(Declined, at(6), Some("flat tyre".into()), at(60))), Ok(Declined));
        assert_eq!(field(done.step(Cancelled, at(40), Some("late".into()), at(60))), Err("to".into()));
    }

    #[test]
    fn a_squad_has_the_one_that_has_not_ended() {
        let squad = Code::new("S").unwrap();
        let mut all = Assignments::new([sent(1, "S"), sent(2, "T")]);
        let ended = sent(1, "S").step(AssignmentStatus::Cancelled, at(3), Some("no".into()), at(3)).unwrap();
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
