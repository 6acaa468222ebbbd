//! Where an incident stands after an action, and when it reached what.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Act, Action, Flag, UNREASONED};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        incidents::{
            CaseProfile, Decision, Incident, IncidentStatus, LegalReview, Rectification, ReviewResult, RevisitResult,
            evidence::EvidenceKind, legal_review::is_lacking, profile::Need,
        },
        officers::Competence,
        ownership::{Given, Ownership},
    },
};

/// More, and it is another act.
const FURTHER_MATTERS_MAX: usize = 20;

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
    fn go_back(&mut self, (from, to): (IncidentStatus, IncidentStatus), at: Timestamp) -> bool {
        use IncidentStatus::*;
        let back = matches!(from, Handled | FedBack | Verified | Closed | Rated)
            && matches!(to, Reported | Accepted | Filed | Dispatched | Arrived);
        if back {
            self.reworked_at.get_or_insert(at);
        }
        back
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
    pub rectification: Option<Box<Rectification>>,
    pub legal_review: Option<Box<LegalReview>>,
    /// A matter of it wants a legal review. Asked of what is done now alone: what was done once stays, whatever the
    /// catalogue says later.
    pub wants_review: bool,
    pub further_matters: Vec<Code>,
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
            rectification: incident.rectification.clone(),
            legal_review: incident.legal_review.clone(),
            wants_review: false,
            further_matters: incident.further_matters.clone(),
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
            Need::Revisit => self.rectification.is_some(),
            Need::LegalReview => is_lacking(self.legal_review.as_deref(), self.wants_review),
        }
    }

    fn come(&mut self, profile: &CaseProfile, to: &Code, at: Timestamp) {
        if let Some(state) = profile.state(to) {
            let back = self.milestones.go_back((self.status, state.marks), at);
            // What was approved is done anew.
            let approved = |review: &&mut Box<LegalReview>| review.result == Some(ReviewResult::Approved);
            if let Some(review) = self.legal_review.as_mut().filter(|review| back && approved(review)) {
                review.result = None;
            }
            (self.state, self.status) = (to.clone(), state.marks);
            self.milestones.pass(state.marks, at);
        }
    }

    /// What was done is not enough: it goes back to where somebody handles it, if its profile leads there.
    fn handle_again(&mut self, profile: &CaseProfile, at: Timestamp) {
        use IncidentStatus::{Accepted, Arrived, Dispatched, FedBack, Filed, Handled, Verified};
        if matches!(self.status, Handled | FedBack | Verified)
            && let Some(step) = profile.toward(&self.state, &[Arrived, Dispatched, Filed, Accepted])
        {
            self.come(profile, &step.to, at);
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
                if let Some(need) = step.all_needs(profile).find(|need| self.lacks(*need)) {
                    let (from, what) = (&self.state, need.as_str());
                    return impossible(match need {
                        Need::LegalReview => {
                            format!("{to} does not follow {from} before its {what} (法制审核) has approved it")
                        }
                        _ => format!("{to} does not follow {from} before its {what} is known"),
                    });
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
            Act::AddMatter(_) | Act::RemoveMatter(_) if self.status.is_ended() => {
                return impossible(format!("it is {}", self.status.as_str()));
            }
            Act::AddMatter(matter) => match &self.matter {
                None => return impossible(format!("its first matter is not known: say that {matter} is (matter)")),
                Some(first) if first == matter => return impossible(format!("it is of matter {matter}")),
                Some(_) if self.further_matters.contains(matter) => {
                    return impossible(format!("it is of matter {matter} already"));
                }
                Some(_) if self.further_matters.len() == FURTHER_MATTERS_MAX => {
                    return impossible(format!("it has {FURTHER_MATTERS_MAX} further matters"));
                }
                Some(_) => self.further_matters.push(matter.clone()),
            },
            Act::RemoveMatter(matter) => match self.further_matters.iter().position(|m| m == matter) {
                Some(at) => drop(self.further_matters.remove(at)),
                None => return impossible(format!("{matter} is none of its further matters")),
            },
            Act::Decide(choice) => {
                self.decision = Some(Box::new(action.decided(self.decision.as_deref(), choice)?));
                self.ownership = self.ownership.map(|o| Box::new(o.named(&action.entitled)));
            }
            Act::OrderRectification(_) if self.status == IncidentStatus::Discovered || self.status.is_ended() => {
                return impossible(format!("nothing is ordered in what is {}", self.status.as_str()));
            }
            Act::OrderRectification(order) => {
                if let Some(waiting) = &self.rectification {
                    return impossible(format!("an order to rectify by {} waits for its visit", waiting.by));
                }
                self.rectification = Some(Rectification::ordered(order, action.said())?);
            }
            Act::Revisit(revisit) => {
                let Some(waiting) = self.rectification.take().filter(|_| !self.status.is_ended()) else {
                    return impossible("no order to rectify waits for a visit".to_owned());
                };
                self.rectification = waiting.after(revisit, action.at)?;
                if self.rectification.is_none() && revisit.result == RevisitResult::NotRectified {
                    self.handle_again(profile, action.at);
                }
            }
            Act::WantLegalReview | Act::LegalReview(_) | Act::Own(_) | Act::Merge(_) if self.status.is_ended() => {
                return impossible(format!("it is {}", self.status.as_str()));
            }
            Act::WantLegalReview if self.legal_review.as_ref().is_some_and(|review| review.result.is_none()) => {
                return impossible("a legal review is waited for already".to_owned());
            }
            Act::WantLegalReview => self.legal_review = Some(LegalReview::said(None, action.said())),
            &Act::LegalReview(result) => {
                self.legal_review = Some(LegalReview::said(Some(result), action.said()));
                if result == ReviewResult::Rejected {
                    self.handle_again(profile, action.at);
                }
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
