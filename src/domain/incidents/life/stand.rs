//! Where an incident stands after an action, and when it reached what.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Act, Action, Flag, UNREASONED};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        incidents::{CaseProfile, Decision, Incident, IncidentStatus, evidence::EvidenceKind, profile::Need},
        officers::Competence,
        ownership::{Given, Ownership},
    },
};

/// When what was reached first, as the history tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = IncidentMilestones)]
pub struct Milestones {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub dispatched_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub arrived_at: Option<Timestamp>,
    /// A squad that may conclude a case alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub competent_arrived_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub handled_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub closed_at: Option<Timestamp>,
    /// It was sent back after it had been handled (返工).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reworked_at: Option<Timestamp>,
    /// 延期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub extended_at: Option<Timestamp>,
    /// Whoever reported it heard what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub told_at: Option<Timestamp>,
}

impl Milestones {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Back to where somebody has to come, from where it was done.
    fn go_back(&mut self, (from, to): (IncidentStatus, IncidentStatus), at: Timestamp) {
        use IncidentStatus::*;
        let back = matches!(from, Handled | FedBack | Verified | Closed | Rated)
            && matches!(to, Reported | Accepted | Filed | Dispatched | Arrived);
        if back {
            self.reworked_at.get_or_insert(at);
        }
    }

    fn pass(&mut self, status: IncidentStatus, at: Timestamp) {
        use IncidentStatus::*;
        let reached = match status {
            Accepted | Filed => vec![&mut self.accepted_at],
            Dispatched => vec![&mut self.accepted_at, &mut self.dispatched_at],
            Arrived => vec![&mut self.arrived_at],
            Handled => vec![&mut self.handled_at],
            Closed => vec![&mut self.closed_at],
            _ => vec![],
        };
        for milestone in reached {
            milestone.get_or_insert(at);
        }
    }
}

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Stand {
    /// Of its profile.
    pub state: Code,
    /// What that marks.
    pub status: IncidentStatus,
    /// In the order in which they were raised.
    pub flags: Vec<Flag>,
    pub milestones: Milestones,
    pub matter: Option<Code>,
    pub decision: Option<Box<Decision>>,
    pub ownership: Option<Box<Ownership>>,
    pub merged_into: Option<Uuid>,
    /// Of which kinds there is evidence.
    pub evidence: Vec<EvidenceKind>,
}

impl Stand {
    /// As the incident says of itself.
    pub(super) fn now(incident: &Incident) -> Self {
        Self {
            state: incident.state(),
            status: incident.status,
            flags: incident.flags.clone(),
            milestones: incident.milestones,
            matter: incident.matter.clone(),
            decision: incident.decision.clone(),
            ownership: incident.ownership.clone(),
            merged_into: incident.merged_into,
            evidence: Vec::new(),
        }
    }

    /// Whether something is not known that a transition needs; reasons are told with it.
    pub(super) fn lacks(&self, need: Need) -> bool {
        match need {
            Need::Reason => false,
            Need::Matter => self.matter.is_none(),
            Need::Owner => self.ownership.is_none(),
            Need::Evidence => self.evidence.is_empty(),
            Need::Photo => !self.evidence.contains(&EvidenceKind::Photo),
            Need::Recording => !self.evidence.contains(&EvidenceKind::Recording),
            Need::Document => !self.evidence.contains(&EvidenceKind::Document),
            Need::Arrival => self.milestones.arrived_at.is_none(),
        }
    }

    fn come(&mut self, profile: &CaseProfile, to: &Code, at: Timestamp) {
        if let Some(state) = profile.state(to) {
            self.milestones.go_back((self.status, state.marks), at);
            (self.state, self.status) = (to.clone(), state.marks);
            self.milestones.pass(state.marks, at);
        }
    }

    /// It waits for nobody again where somebody has come, which may have been told late.
    fn is_reached(&self, profile: &CaseProfile, to: &Code) -> bool {
        use IncidentStatus::{Accepted, Arrived, Filed, Handled, Reported};
        let waits = profile.state(to).is_some_and(|state| matches!(state.marks, Accepted | Filed | Reported));
        waits && matches!(self.status, Arrived | Handled)
    }

    pub(in crate::domain::incidents) fn after(mut self, profile: &CaseProfile, action: &Action) -> Result<Self> {
        let impossible = |why: String| Err(Error::invalid("act", format!("at {}: {why}", action.at)));
        self.evidence.extend(action.evidence.iter().map(|piece| piece.kind));
        match &action.act {
            Act::To(to) if action.assignment.is_some() && self.is_reached(profile, to) => {}
            Act::To(_) if let Some(lead) = self.merged_into => {
                return impossible(format!("it is merged into {lead}, which stands for it: unmerge it first"));
            }
            Act::To(to) => {
                let step = profile.step(&self.state, to);
                let step = step.map_err(|e| Error { detail: format!("at {}: {}", action.at, e.detail), ..e })?;
                if step.needs.contains(&Need::Reason) && !action.is_reasoned() {
                    return Err(Error::invalid("reason", UNREASONED));
                }
                if let Some(need) = step.needs.iter().find(|need| self.lacks(**need)) {
                    let what = need.as_str();
                    return impossible(format!("{to} does not follow {} before its {what} is known", self.state));
                }
                self.come(profile, to, action.at);
            }
            &Act::OnScene(competence) => {
                use IncidentStatus::{Arrived, Dispatched, Handled};
                match self.status {
                    Dispatched => match profile.toward(&self.state, &[Arrived]) {
                        Some(step) => self.come(profile, &step.to, action.at),
                        // A profile need not tell the arrival from what is done there.
                        None => self.milestones.pass(Arrived, action.at),
                    },
                    Arrived | Handled => {}
                    other => return impossible(format!("nobody is on the way to what is {}", other.as_str())),
                }
                if competence == Competence::Full {
                    self.milestones.competent_arrived_at.get_or_insert(action.at);
                }
            }
            Act::Raise(flag) if self.flags.contains(flag) => {
                return impossible(format!("{} holds already", flag.as_str()));
            }
            &Act::Raise(flag) => {
                self.flags.push(flag);
                if flag == Flag::Extended {
                    self.milestones.extended_at.get_or_insert(action.at);
                }
            }
            Act::Lower(flag) => match self.flags.iter().position(|f| f == flag) {
                Some(at) => drop(self.flags.remove(at)),
                None => return impossible(format!("{} does not hold", flag.as_str())),
            },
            Act::Remark => {}
            Act::Matter(matter) => {
                if let Some(known) = &self.matter {
                    return impossible(format!("it is of matter {known}"));
                }
                self.matter = Some(matter.clone());
                self.ownership = self.ownership.map(|o| Box::new(o.named(&action.entitled)));
            }
            Act::Decide(choice) => {
                self.decision = Some(Box::new(action.decided(self.decision.as_deref(), choice)?));
                self.ownership = self.ownership.map(|o| Box::new(o.named(&action.entitled)));
            }
            Act::Own(_) | Act::Merge(_) if self.status.is_ended() => {
                return impossible(format!("it is {}", self.status.as_str()));
            }
            Act::Own(order) => {
                let given = Given {
                    at: action.at,
                    received_at: action.received_at,
                    reasoned: action.is_reasoned(),
                    entitled: &action.entitled,
                };
                self.ownership = Some(Box::new(Ownership::after(self.ownership.map(|o| *o), order, given)?));
            }
            // The state of its profile stays, so that it can come back to it.
            &Act::Merge(lead) => (self.merged_into, self.status) = (Some(lead), IncidentStatus::Merged),
            Act::Unmerge => match (self.merged_into.take(), profile.state(&self.state)) {
                (Some(_), Some(state)) => self.status = state.marks,
                _ => return impossible("it is merged into no other".to_owned()),
            },
            Act::Tell => drop(self.milestones.told_at.get_or_insert(action.at)),
        }
        Ok(self)
    }
}
