//! What was done to an incident, and what follows from it; which state may follow which is its profile's.
//!
//! State, flags and milestones are derived from the history alone (see [`History::stand`]): actions in order of
//! their own time, those of one moment as they were received. One that comes late, from where there was no
//! network, is put at its place and marked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    CaseProfile, Incident, IncidentStatus, UnderProfile,
    evidence::{Evidence, EvidenceKind},
    profile::{Need, Transition},
};
use crate::{
    base::{Code, Error, Result, Timestamp, at_most, words},
    domain::{
        auth::Right,
        officers::Competence,
        ownership::{Entitled, Given, Order, Ownership},
    },
};

const REASON_MAX: usize = 1_000;
const UNREASONED: &str = "this is not done without saying why";
/// Clocks may run ahead by this much, milliseconds.
const FUTURE_MS: i64 = 300_000;

words! {
    /// What holds beside the main state; any number at once.
    #[schema(as = IncidentFlag)]
    Flag {
        /// 挂账
        Suspended = "suspended",
        /// 延期
        Extended = "extended",
        /// 督办
        Supervised = "supervised",
        /// 吹哨
        Whistled = "whistled",
    }
}

impl Flag {
    /// Those that somebody raises and lowers. Whether a department is called follows from the whistles.
    const BY_HAND: [Self; 3] = [Self::Suspended, Self::Extended, Self::Supervised];
}

/// What is done to an incident; one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = IncidentAct)]
pub enum Act {
    /// It comes into another state of its profile.
    To(Code),
    Raise(Flag),
    Lower(Flag),
    /// Somebody who was sent is there; the first brings it into a state that marks `arrived`.
    OnScene(Competence),
    /// What the reason says, and nothing else.
    Remark,
    /// It is known of which matter it is, where that was not known.
    Matter(Code),
    /// Whose it is: see `docs/responsibility.md`, rules 15 to 19.
    Own(Order),
}

impl Act {
    /// What one must have the right to for doing it, where that is the same in every profile: others remark, all else
    /// is the command centre's.
    pub fn needs(&self) -> Option<Right> {
        match self {
            Self::To(_) => None,
            Self::Remark => Some(Right::Remark),
            Self::Own(Order::Judge(_)) => Some(Right::Judge),
            Self::Raise(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => {
                Some(Right::Dispatch)
            }
        }
    }

    /// Refuses what follows from something else.
    pub fn check_by_hand(&self) -> Result<()> {
        match self {
            Self::Raise(flag) | Self::Lower(flag) if !Flag::BY_HAND.contains(flag) => {
                let why = format!(
                    "the flag {} follows from the whistles of the case: whistle for a department",
                    flag.as_str()
                );
                Err(Error::invalid("act", why))
            }
            _ => Ok(()),
        }
    }

    /// What nobody does without saying why, in every profile.
    fn needs_reason(&self) -> bool {
        match self {
            Self::Raise(flag) => matches!(flag, Flag::Suspended | Flag::Extended),
            Self::Remark | Self::Own(Order::Judge(_)) => true,
            Self::To(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => false,
        }
    }

    /// The units that it names.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        let order = if let Self::Own(order) = self { Some(order) } else { None };
        order.into_iter().flat_map(Order::units)
    }
}

/// What may be done to an incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NextAct {
    pub act: Act,
    /// Not without saying why.
    pub needs_reason: bool,
    /// Not before this is known, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    pub lacks: Vec<Need>,
    /// How the case's profile calls it; not in the loop of townships.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name_zh: Option<String>,
    /// Who may.
    #[serde(skip)]
    pub right: Right,
}

impl NextAct {
    fn by_hand(act: Act, needs_reason: bool) -> Self {
        let right = act.needs().unwrap_or(Right::Dispatch);
        Self { act, needs_reason, lacks: Vec::new(), name: None, name_zh: None, right }
    }
}

impl Incident {
    /// In which state of its profile it is.
    pub fn state(&self) -> Code {
        self.profile.as_ref().map_or_else(|| self.status.state(), |under| under.state.clone())
    }

    /// What may be done to it by hand: the usual next state of its profile first, then flags, a remark. Of which kinds
    /// there is evidence, its history knows.
    pub fn next(&self, profile: &CaseProfile, evidence: &[EvidenceKind]) -> Vec<NextAct> {
        let (state, stand) = (self.state(), Stand { evidence: evidence.to_vec(), ..Stand::now(self) });
        let named = self.profile.is_some();
        let step = |t: &Transition| {
            let (of, lacks) = (profile.state(&t.to), t.needs.iter().copied().filter(|need| stand.lacks(*need)));
            let (name, name_zh) = match &t.name {
                Some(_) => (t.name.clone(), t.name_zh.clone()),
                None => (of.map(|s| s.name.clone()), of.and_then(|s| s.name_zh.clone())),
            };
            NextAct {
                act: Act::To(t.to.clone()),
                needs_reason: t.needs.contains(&Need::Reason),
                lacks: lacks.collect(),
                name: name.filter(|_| named),
                name_zh: name_zh.filter(|_| named),
                right: t.right,
            }
        };
        let flags = Flag::BY_HAND.map(|f| if self.flags.contains(&f) { Act::Lower(f) } else { Act::Raise(f) });
        let others =
            flags.into_iter().chain([Act::Remark]).map(|act| NextAct::by_hand(act.clone(), act.needs_reason()));
        profile.from(&state).map(step).chain(others).collect()
    }

    /// Those of these orders that may be given as things stand.
    pub fn next_orders(&self, orders: Vec<Order>) -> Vec<NextAct> {
        let passes_over = |order: &Order| {
            matches!(order, Order::HandOver(_)) && self.ownership.as_ref().is_some_and(|o| o.offer.is_some())
        };
        let next = |order: Order| {
            let needs_reason = passes_over(&order);
            let act = Act::Own(order);
            NextAct::by_hand(act.clone(), needs_reason || act.needs_reason())
        };
        if self.status.is_ended() { Vec::new() } else { orders.into_iter().map(next).collect() }
    }
}

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
}

impl Milestones {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
    pub ownership: Option<Box<Ownership>>,
    /// Of which kinds there is evidence.
    pub evidence: Vec<EvidenceKind>,
}

impl Stand {
    /// As the incident says of itself.
    fn now(incident: &Incident) -> Self {
        Self {
            state: incident.state(),
            status: incident.status,
            flags: incident.flags.clone(),
            milestones: incident.milestones,
            matter: incident.matter.clone(),
            ownership: incident.ownership.clone(),
            evidence: Vec::new(),
        }
    }

    /// Whether something is not known that a transition needs; reasons are told with it.
    fn lacks(&self, need: Need) -> bool {
        match need {
            Need::Reason => false,
            Need::Matter => self.matter.is_none(),
            Need::Owner => self.ownership.is_none(),
            Need::Arrival => self.milestones.arrived_at.is_none(),
            Need::Evidence => self.evidence.is_empty(),
            Need::Photo => !self.evidence.contains(&EvidenceKind::Photo),
            Need::Recording => !self.evidence.contains(&EvidenceKind::Recording),
            Need::Document => !self.evidence.contains(&EvidenceKind::Document),
        }
    }

    fn come(&mut self, profile: &CaseProfile, to: &Code, at: Timestamp) {
        if let Some(state) = profile.state(to) {
            (self.state, self.status) = (to.clone(), state.marks);
            self.milestones.pass(state.marks, at);
        }
    }

    pub(super) fn after(mut self, profile: &CaseProfile, action: &Action) -> Result<Self> {
        let impossible = |why: String| Err(Error::invalid("act", format!("at {}: {why}", action.at)));
        self.evidence.extend(action.evidence.iter().map(|piece| piece.kind));
        match &action.act {
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
            &Act::Raise(flag) => self.flags.push(flag),
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
            Act::Own(_) if self.status.is_ended() => return impossible(format!("it is {}", self.status.as_str())),
            Act::Own(order) => {
                let given = Given {
                    at: action.at,
                    received_at: action.received_at,
                    reasoned: action.is_reasoned(),
                    entitled: &action.entitled,
                };
                self.ownership = Some(Box::new(Ownership::after(self.ownership.map(|o| *o), order, given)?));
            }
        }
        Ok(self)
    }
}

impl Action {
    /// Without a reason, and of its own.
    pub fn new(id: Uuid, act: Act, at: Timestamp, received_at: Timestamp, actor: &str) -> Self {
        let actor = actor.to_owned();
        Self {
            id,
            act,
            at,
            received_at,
            actor,
            reason: None,
            assignment: None,
            late: false,
            entitled: vec![],
            evidence: vec![],
        }
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
        let first = Stand {
            state,
            status,
            flags: vec![],
            milestones: Milestones::default(),
            matter,
            ownership: None,
            evidence: vec![],
        };
        Self { profile, first, actions }
    }

    /// Before anything was done to it.
    pub fn begun(incident: &Incident, profile: Arc<CaseProfile>) -> Self {
        Self::new(incident, profile, (incident.state(), incident.status), Vec::new())
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
        action.at.not_ahead("at", action.received_at, FUTURE_MS)?;
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
        let stand = after.iter().try_fold(before, follow)?;
        let Stand { state, status, flags, milestones, matter, ownership, .. } = stand;
        let profile = incident.profile.as_ref().map(|under| Box::new(UnderProfile { state, ..(**under).clone() }));
        let incident = Incident { status, profile, flags, milestones, matter, ownership, ..incident.clone() };
        Ok(Taken { incident, action, right: right.unwrap_or(Right::Dispatch) })
    }
}

#[cfg(test)]
mod tests;
