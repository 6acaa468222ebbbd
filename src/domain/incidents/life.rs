//! What was done to an incident, and what follows from it; which state may follow which is its profile's.
//!
//! State, flags and milestones are derived from the history alone (see [`History::stand`]): actions in order of
//! their own time, those of one moment as they were received. One that comes late, from where there was no
//! network, is put at its place and marked.

mod act;
mod next;
mod stand;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    act::{Act, Flag},
    next::NextAct,
    stand::{Milestones, Stand},
};
use super::{
    CaseProfile, Choice, Decision, Incident, IncidentStatus, UnderProfile, decision::Said, evidence::Evidence,
};
use crate::{
    base::{Code, Error, Result, Timestamp, at_most},
    domain::{auth::Right, clocks::WORD_AHEAD_MS, ownership::Entitled},
};

const REASON_MAX: usize = 1_000;
const UNREASONED: &str = "this is not done without saying why";

/// One entry of an incident's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = IncidentAction)]
pub struct Action {
    /// Made by who does it: sending the same action again is safe.
    pub id: Uuid,
    pub act: Act,
    /// When it was done.
    pub at: Timestamp,
    pub received_at: Timestamp,
    /// A key's id, `keyless` or `command line`.
    pub actor: String,
    pub reason: Option<String>,
    /// Where it follows from what a squad did.
    pub assignment: Option<Uuid>,
    /// It was received after actions that were done later.
    pub late: bool,
    /// Of what is about whose it is: who leads by which list, as the lists stood when it was filed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entitled: Vec<Entitled>,
    /// What was referred to with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

impl Action {
    /// Without a reason, and of its own.
    pub fn new(id: Uuid, act: Act, at: Timestamp, received_at: Timestamp, actor: &str) -> Self {
        let actor = actor.to_owned();
        let (entitled, evidence) = (Vec::new(), Vec::new());
        Self { id, act, at, received_at, actor, reason: None, assignment: None, late: false, entitled, evidence }
    }

    /// What it decides of a place in doubt.
    ///
    /// # Errors
    /// As [`Decision::after`].
    pub fn decided(&self, former: Option<&Decision>, choice: &Choice) -> Result<Decision> {
        Decision::after(former, choice, self.said())
    }

    fn said(&self) -> Said<'_> {
        Said { action: self.id, at: self.at, actor: &self.actor, reason: self.reason.as_deref() }
    }

    fn is_reasoned(&self) -> bool {
        self.reason.as_deref().is_some_and(|r| !r.trim().is_empty())
    }
}

/// An incident's history as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The version that the incident came in under.
    pub profile: Arc<CaseProfile>,
    /// A matter of it wants a legal review by now.
    pub wants_review: bool,
    /// As it came in, before anything was done to it.
    first: Stand,
    /// In order.
    pub actions: Vec<Action>,
}

/// A history that took an action.
#[derive(Debug)]
pub struct Taken {
    /// As it is afterwards.
    pub incident: Incident,
    /// As it is kept.
    pub action: Action,
    /// What who does this must have the right to.
    pub right: Right,
}

impl History {
    /// What was done to an incident that came in in the state `first`, what that marks beside it.
    pub fn new(
        incident: &Incident,
        profile: Arc<CaseProfile>,
        (state, status): (Code, IncidentStatus),
        mut actions: Vec<Action>,
    ) -> Self {
        // Those of one moment stay as they were received.
        actions.sort_by_key(|a| a.at);
        let told_later = actions.iter().any(|a| matches!(a.act, Act::Matter(_)));
        let matter = incident.matter.clone().filter(|_| !told_later);
        let (flags, milestones, evidence) = (Vec::new(), Milestones::default(), Vec::new());
        let first = Stand {
            state,
            status,
            flags,
            milestones,
            matter,
            decision: None,
            ownership: None,
            merged_into: None,
            rectification: None,
            legal_review: None,
            wants_review: false,
            further_matters: Vec::new(),
            evidence,
        };
        Self { profile, wants_review: false, first, actions }
    }

    /// Before anything was done to it.
    pub fn begun(incident: &Incident, profile: Arc<CaseProfile>) -> Self {
        Self::new(incident, profile, (incident.state(), incident.status), Vec::new())
    }

    /// The same where a matter of it wants a legal review by now.
    pub fn wanting(self, wants_review: bool) -> Self {
        Self { wants_review, ..self }
    }

    /// Where it stands after each action, beginning with what it came in as.
    ///
    /// # Errors
    /// `Invalid` with the first action that can't be; nothing comes after it.
    pub fn stands(&self) -> impl Iterator<Item = Result<Stand>> {
        let mut now = Some(Ok(self.first.clone()));
        let mut actions = self.actions.iter();
        std::iter::from_fn(move || {
            let told = now.take()?;
            now = match (&told, actions.next()) {
                (Ok(stand), Some(action)) => Some(stand.clone().after(&self.profile, action)),
                _ => None,
            };
            Some(told)
        })
    }

    /// What follows from it.
    ///
    /// # Errors
    /// `Invalid` with the first action that can't be.
    pub fn stand(&self) -> Result<Stand> {
        self.actions.iter().try_fold(self.first.clone(), |stand, action| stand.after(&self.profile, action))
    }

    /// Puts an action at its place, and gives the incident as it is afterwards and the action as it is kept.
    ///
    /// # Errors
    /// `Invalid` for what can't be: a state that does not follow, an order of times that is impossible.
    pub fn take(&mut self, incident: &Incident, mut action: Action) -> Result<Taken> {
        at_most("reason", action.reason.as_deref(), REASON_MAX)?;
        Evidence::check_all(&action.evidence)?;
        if action.at < incident.reported_at {
            let detail = format!("{} lies before the report at {}", action.at, incident.reported_at);
            return Err(Error::invalid("at", detail));
        }
        action.at.not_ahead("at", action.received_at, WORD_AHEAD_MS)?;
        if action.act.needs_reason() && !action.is_reasoned() {
            return Err(Error::invalid("reason", UNREASONED));
        }
        let place = self.actions.partition_point(|a| a.at <= action.at);
        action.late = place < self.actions.len();
        self.actions.insert(place, action.clone());
        let (before, after) = self.actions.split_at(place);
        let follow = |stand: Stand, action: &Action| stand.after(&self.profile, action);
        let before = before.iter().try_fold(self.first.clone(), follow)?;
        let right = match &action.act {
            Act::To(to) => self.profile.step(&before.state, to).map(|step| step.right).ok(),
            act => act.needs(),
        };
        let stand = Stand { wants_review: self.wants_review, ..before }.after(&self.profile, &action)?;
        let stand = after.iter().skip(1).try_fold(Stand { wants_review: false, ..stand }, follow)?;
        let Stand { state, status, flags, milestones, matter, .. } = stand;
        let Stand { decision, ownership, rectification, legal_review, further_matters, merged_into, .. } = stand;
        let profile = incident.profile.as_ref().map(|under| Box::new(UnderProfile { state, ..(**under).clone() }));
        let mut after = Incident {
            status,
            profile,
            flags,
            milestones,
            matter,
            decision,
            ownership,
            merged_into,
            rectification,
            legal_review,
            further_matters,
            ..incident.clone()
        };
        if after != *incident || action.act == Act::Remark {
            after.touched_at = after.touched_at.max(Some(action.received_at));
        }
        Ok(Taken { incident: after, action, right: right.unwrap_or(Right::Dispatch) })
    }
}

#[cfg(test)]
mod tests;
