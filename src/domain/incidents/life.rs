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
mod tests {
    use super::*;
    use crate::domain::incidents::{CaseState, reported};

    fn to(status: IncidentStatus) -> Act {
        Act::To(status.state())
    }

    fn of(incident: &Incident, actions: Vec<Action>) -> History {
        let first = (incident.state(), incident.status);
        History::new(incident, Arc::clone(CaseProfile::township()), first, actions)
    }

    fn action(act: Act, minute: i64) -> Action {
        let at = reported().reported_at.plus_ms(minute * 60_000);
        let reason = Some("so".to_owned());
        let id = Uuid::from_u128(minute as u128);
        Action {
            id,
            act,
            at,
            received_at: at,
            actor: "test".into(),
            reason,
            assignment: None,
            late: false,
            entitled: Vec::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn in_whatever_order_actions_come_in_the_incident_stands_where_its_history_says() {
        use IncidentStatus::*;
        let done = [
            to(Accepted),
            Act::Raise(Flag::Supervised),
            to(Dispatched),
            Act::OnScene(Competence::FirstResponseOnly),
            Act::Remark,
            Act::OnScene(Competence::Full),
            Act::Lower(Flag::Supervised),
            to(Handled),
        ];
        let all: Vec<_> = (1..).zip(done).map(|(minute, act)| action(act, minute)).collect();
        let mut whole = of(&reported(), vec![]);
        let mut incident = reported();
        for one in &all {
            incident = whole.take(&incident, one.clone()).unwrap().incident;
        }
        assert_eq!((incident.status, incident.flags.len()), (Handled, 0));
        assert_eq!(incident.milestones.arrived_at, Some(all[3].at));
        assert_eq!(incident.milestones.competent_arrived_at, Some(all[5].at));
        // Whatever may come later comes later: the flag, the remark, the second squad.
        for left in [vec![1, 6], vec![4], vec![5]] {
            let (mut late, mut incident) = (of(&reported(), vec![]), reported());
            let (first, then): (Vec<_>, Vec<_>) = (0..all.len()).partition(|n| !left.contains(n));
            for n in first.iter().chain(&then) {
                let taken = late.take(&incident, all[*n].clone()).unwrap();
                assert_eq!(taken.action.late, then.contains(n), "{left:?} {n}");
                incident = taken.incident;
            }
            let order = |h: &History| h.actions.iter().map(|a| a.id).collect::<Vec<_>>();
            assert_eq!(order(&late), order(&whole));
            assert_eq!(late.stand(), whole.stand());
        }
    }

    #[test]
    fn what_may_be_done_next_is_what_is_taken() {
        use IncidentStatus::*;
        let township = CaseProfile::township();
        let states = || township.states.iter();
        let flags = Flag::BY_HAND.map(|f| [Act::Raise(f), Act::Lower(f)]).concat();
        let all: Vec<_> = states().map(|s| to(s.marks)).chain(flags.clone()).chain([Act::Remark]).collect();
        for from in states().map(|s| s.marks) {
            for held in [vec![], vec![Flag::Supervised, Flag::Suspended]] {
                let incident = Incident { status: from, flags: held.clone(), ..reported() };
                let next = incident.next(township, &[]);
                for act in &all {
                    // The flags are part of the history.
                    let raised: Vec<_> = held.iter().map(|f| action(Act::Raise(*f), 1)).collect();
                    let mut history = of(&incident, raised);
                    let mut bare = history.clone();
                    let taken = history.take(&incident, action(act.clone(), 2)).is_ok();
                    let why = Action { reason: None, ..action(act.clone(), 2) };
                    let found = next.iter().find(|n| n.act == *act);
                    assert_eq!(found.is_some(), taken, "{from:?} {held:?} {act:?}");
                    if let Some(found) = found {
                        let refused = bare.take(&incident, why).is_err();
                        assert_eq!(found.needs_reason, refused, "{from:?} {held:?} {act:?}");
                    }
                }
            }
        }
        assert_eq!(reported().next(township, &[])[0].act, to(Accepted));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        use IncidentStatus::*;
        let taken = |actions: &[Action]| {
            let mut history = of(&reported(), vec![]);
            actions.iter().try_fold(reported(), |incident, a| Ok(history.take(&incident, a.clone())?.incident))
        };
        let field = |actions: &[Action]| taken(actions).map(|i: Incident| i.status).map_err(|e: Error| e.field);
        let bare = |act, minute| Action { reason: None, ..action(act, minute) };
        assert_eq!(field(&[action(to(Closed), 1)]), Err(Some("act".into())));
        assert_eq!(field(&[action(to(Accepted), -1)]), Err(Some("at".into())));
        let early = Action { received_at: reported().reported_at, ..action(to(Accepted), 6) };
        assert_eq!(field(&[early]), Err(Some("at".into())));
        assert_eq!(field(&[bare(to(Void), 1)]), Err(Some("reason".into())));
        assert_eq!(field(&[bare(Act::Raise(Flag::Suspended), 1)]), Err(Some("reason".into())));
        assert_eq!(field(&[action(Act::Lower(Flag::Suspended), 1)]), Err(Some("act".into())));
        assert_eq!(field(&[action(Act::OnScene(Competence::Full), 1)]), Err(Some("act".into())));
        // Filed late, it would stand before what it does not allow.
        let [accepted, returned] = [action(to(Accepted), 1), action(to(Returned), 5)];
        assert_eq!(field(&[accepted.clone(), returned.clone(), action(to(Void), 3)]), Err(Some("act".into())));
        assert_eq!(field(&[accepted, returned, action(Act::Remark, 3)]), Ok(Returned));
    }

    /// A desk that asks for the matter before it hands on, sends squads without telling their arrival apart, and closes
    /// only what somebody was at.
    fn desk() -> CaseProfile {
        use IncidentStatus::*;
        let code = |text: &str| Code::new(text).unwrap();
        let state = |(state, marks): (&str, IncidentStatus)| CaseState {
            state: code(state),
            name: state.to_owned(),
            name_zh: None,
            marks,
        };
        let transition = |(from, to, needs): (&str, &str, &[Need])| Transition {
            from: code(from),
            to: code(to),
            name: Some(format!("go {to}")),
            name_zh: None,
            right: Right::Correct,
            needs: needs.to_vec(),
        };
        let desk = CaseProfile {
            profile: code("desk"),
            states: [("in", Reported), ("out", Dispatched), ("end", Closed)].map(state).to_vec(),
            transitions: [
                ("in", "out", &[Need::Matter][..]),
                ("out", "end", &[Need::Arrival]),
                ("end", "in", &[Need::Reason]),
            ]
            .map(transition)
            .to_vec(),
            ..CaseProfile::clone(CaseProfile::township())
        };
        desk.check().unwrap();
        desk
    }

    #[test]
    fn a_profile_says_what_follows_and_what_must_be_known() {
        use IncidentStatus::*;
        let code = |text: &str| Code::new(text).unwrap();
        let desk = Arc::new(desk());
        let mut incident = Incident { profile: desk.under(&code("in")), ..reported() };
        let mut history = History::begun(&incident, Arc::clone(&desk));
        let go = |to: &str, minute| action(Act::To(code(to)), minute);
        let mut take = |action: Action| {
            let mut trial = history.clone();
            let taken = trial.take(&incident, action).map_err(|e| e.detail)?;
            let of = (taken.incident.state().to_string(), taken.incident.status, taken.right);
            (incident, history) = (taken.incident, trial);
            Ok::<_, String>((of, incident.next(&desk, &[])))
        };
        let refused = |told: Result<_, String>, words: &str| {
            let told = told.map(drop).unwrap_err();
            assert!(told.contains(words), "{told}");
        };
        refused(take(go("end", 1)), "end does not follow in in profile desk; what does: out");
        refused(take(go("accepted", 1)), "accepted does not follow in in profile desk; what does: out");
        refused(take(go("out", 1)), "out does not follow in before its matter is known");
        take(action(Act::Matter(code("M1")), 2)).unwrap();
        // Told late, it was not known then.
        refused(take(go("out", 1)), "before its matter is known");
        let (of, next) = take(go("out", 3)).unwrap();
        assert_eq!(of, ("out".to_owned(), Dispatched, Right::Correct));
        assert_eq!((&next[0].lacks[..], next[0].name.as_deref()), (&[Need::Arrival][..], Some("go end")));
        refused(take(go("end", 4)), "before its arrival is known");
        let (of, next) = take(action(Act::OnScene(Competence::Full), 5)).unwrap();
        assert_eq!((of.0.as_str(), of.1, next[0].lacks.len()), ("out", Dispatched, 0));
        assert_eq!(take(go("end", 6)).unwrap().0.1, Closed);
        refused(take(Action { reason: None, ..go("in", 7) }), UNREASONED);
        take(go("in", 7)).unwrap();
        let stands: Vec<_> = history.stands().map(|s| s.unwrap().state.to_string()).collect();
        assert_eq!(stands, ["in", "in", "out", "out", "end", "in"]);
        assert_eq!(incident.milestones.arrived_at, Some(action(Act::Remark, 5).at));
    }
}
