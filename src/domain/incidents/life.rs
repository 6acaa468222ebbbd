//! The loop: which state may follow which, what was done to an incident, and what follows from it.
//!
//! State, flags and milestones are derived from the history alone (see [`Stand::of`]): actions in order of
//! their own time, those of one moment as they were received. One that comes late, from where there was no
//! network, is put at its place and marked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Incident, IncidentStatus};
use crate::{
    base::{Code, Error, Result, Timestamp, at_most, words},
    domain::{
        auth::Right,
        officers::Competence,
        ownership::{Entitled, Given, Order, Ownership},
    },
};

const REASON_MAX: usize = 1_000;
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

/// The township loop: what may follow each state. Some steps may be left out: sending somebody accepts a
/// report, not every case is filed.
pub const NEXT: [(IncidentStatus, &[IncidentStatus]); 15] = {
    use IncidentStatus::*;
    [
        (Discovered, &[VillageCorrected, Reported, Void]),
        (VillageCorrected, &[Closed, Reported]),
        (Reported, &[Accepted, Dispatched, Returned, Transferred, Void]),
        (Accepted, &[Filed, Dispatched, Returned, Transferred, Void]),
        (Filed, &[Dispatched, Returned, Transferred, Void]),
        (Dispatched, &[Arrived, Accepted, Transferred, Void]),
        (Arrived, &[Handled, Dispatched, Transferred, Void]),
        (Handled, &[FedBack, Dispatched]),
        (FedBack, &[Verified, Dispatched]),
        (Verified, &[Closed, Dispatched]),
        (Closed, &[Rated, Accepted]),
        (Rated, &[Accepted]),
        (Returned, &[Accepted, Transferred, Void]),
        (Transferred, &[Accepted]),
        (Void, &[]),
    ]
};

impl IncidentStatus {
    /// What may come next.
    pub fn next(self) -> &'static [Self] {
        NEXT.iter().find(|(from, _)| *from == self).map_or(&[], |(_, next)| next)
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
    /// It comes into another state.
    To(IncidentStatus),
    Raise(Flag),
    Lower(Flag),
    /// Somebody who was sent is there; the first brings it into the state `arrived`.
    OnScene(Competence),
    /// What the reason says, and nothing else.
    Remark,
    /// It is known of which matter it is, where that was not known.
    Matter(Code),
    /// Whose it is: see `docs/responsibility.md`, rules 15 to 19.
    Own(Order),
}

impl Act {
    /// What one must have the right to for doing it: the village corrects, passes on and remarks, all else is
    /// the command centre's.
    pub fn needs(&self) -> Right {
        use IncidentStatus::{Reported, VillageCorrected};
        match self {
            Self::To(VillageCorrected | Reported) | Self::Remark => Right::Correct,
            Self::Own(Order::Judge(_)) => Right::Judge,
            Self::To(_) | Self::Raise(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => {
                Right::Dispatch
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

    /// What nobody does without saying why.
    fn needs_reason(&self) -> bool {
        use IncidentStatus::{Returned, Transferred, Void};
        match self {
            Self::To(to) => matches!(to, Returned | Transferred | Void),
            Self::Raise(flag) => matches!(flag, Flag::Suspended | Flag::Extended),
            Self::Remark | Self::Own(Order::Judge(_)) => true,
            Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => false,
        }
    }

    /// The units that it names.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        let order = if let Self::Own(order) = self { Some(order) } else { None };
        order.into_iter().flat_map(Order::units)
    }

    fn reopens(&self, from: IncidentStatus) -> bool {
        from.is_ended() && *self == Self::To(IncidentStatus::Accepted)
    }
}

/// What may be done to an incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NextAct {
    pub act: Act,
    /// Not without saying why.
    pub needs_reason: bool,
}

impl Incident {
    /// What may be done to it by hand: the usual next state first, then flags, a remark.
    pub fn next(&self) -> Vec<NextAct> {
        let to = self.status.next().iter().map(|to| Act::To(*to));
        let flags = Flag::BY_HAND.map(|f| if self.flags.contains(&f) { Act::Lower(f) } else { Act::Raise(f) });
        let all = to.chain(flags).chain([Act::Remark]);
        all.map(|act| NextAct { needs_reason: act.needs_reason() || act.reopens(self.status), act }).collect()
    }

    /// Those of these orders that may be given as things stand.
    pub fn next_orders(&self, orders: Vec<Order>) -> Vec<NextAct> {
        let passes_over = |order: &Order| {
            matches!(order, Order::HandOver(_)) && self.ownership.as_ref().is_some_and(|o| o.offer.is_some())
        };
        let next = |order: Order| {
            let needs_reason = passes_over(&order);
            let act = Act::Own(order);
            NextAct { needs_reason: needs_reason || act.needs_reason(), act }
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
    pub status: IncidentStatus,
    /// In the order in which they were raised.
    pub flags: Vec<Flag>,
    pub milestones: Milestones,
    /// That was told of it afterwards.
    pub matter: Option<Code>,
    pub ownership: Option<Box<Ownership>>,
}

impl Stand {
    /// Before anything was done to it.
    pub fn first(status: IncidentStatus) -> Self {
        Self { status, flags: Vec::new(), milestones: Milestones::default(), matter: None, ownership: None }
    }

    /// What follows from a history, in order.
    ///
    /// # Errors
    /// `Invalid` with the first action that can't be.
    pub fn of(first: IncidentStatus, history: &[Action]) -> Result<Self> {
        history.iter().try_fold(Self::first(first), |stand, action| stand.after(action))
    }

    pub(super) fn after(mut self, action: &Action) -> Result<Self> {
        let impossible = |why: String| Err(Error::invalid("act", format!("at {}: {why}", action.at)));
        match &action.act {
            &Act::To(to) => {
                let next = self.status.next();
                if !next.contains(&to) {
                    let known: Vec<_> = next.iter().map(|s| s.as_str()).collect();
                    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
                    let (from, to) = (self.status.as_str(), to.as_str());
                    return impossible(format!("{to} does not follow {from}; what does: {known}"));
                }
                if action.act.reopens(self.status) && action.reason.is_none() {
                    return Err(Error::invalid("reason", "what is ended is opened again for a reason"));
                }
                self.milestones.pass(to, action.at);
                self.status = to;
            }
            &Act::OnScene(competence) => {
                use IncidentStatus::{Arrived, Dispatched, Handled};
                match self.status {
                    Dispatched => {
                        self.status = Arrived;
                        self.milestones.pass(Arrived, action.at);
                    }
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
            Act::Matter(_) if self.matter.is_some() => return impossible("its matter is known already".to_owned()),
            Act::Matter(matter) => {
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
        Self { id, act, at, received_at, actor, reason: None, assignment: None, late: false, entitled: Vec::new() }
    }

    fn is_reasoned(&self) -> bool {
        self.reason.as_deref().is_some_and(|r| !r.trim().is_empty())
    }
}

/// An incident's history as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The state it came in with.
    pub first: IncidentStatus,
    /// In order.
    pub actions: Vec<Action>,
}

impl History {
    /// Puts an action at its place, and gives the incident as it is afterwards and the action as it is kept.
    ///
    /// # Errors
    /// `Invalid` for what can't be: a state that does not follow, an order of times that is impossible.
    pub fn take(&mut self, incident: &Incident, mut action: Action) -> Result<(Incident, Action)> {
        at_most("reason", action.reason.as_deref(), REASON_MAX)?;
        if action.at < incident.reported_at {
            let detail = format!("{} lies before the report at {}", action.at, incident.reported_at);
            return Err(Error::invalid("at", detail));
        }
        action.at.not_ahead("at", action.received_at, FUTURE_MS)?;
        if action.act.needs_reason() && !action.is_reasoned() {
            return Err(Error::invalid("reason", "this is not done without saying why"));
        }
        if matches!(action.act, Act::Matter(_))
            && let Some(matter) = &incident.matter
        {
            return Err(Error::invalid("act", format!("it is of matter {matter}")));
        }
        let place = self.actions.partition_point(|a| a.at <= action.at);
        action.late = place < self.actions.len();
        self.actions.insert(place, action.clone());
        let Stand { status, flags, milestones, matter, ownership } = Stand::of(self.first, &self.actions)?;
        let matter = incident.matter.clone().or(matter);
        Ok((Incident { status, flags, milestones, matter, ownership, ..incident.clone() }, action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incidents::reported;

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
        }
    }

    #[test]
    fn every_state_has_a_way_to_an_end_and_stands_once() {
        for (n, (from, next)) in NEXT.iter().enumerate() {
            assert!(NEXT[..n].iter().all(|(other, _)| other != from), "{from:?} stands twice");
            let (mut reached, mut waiting) = (vec![*from], next.to_vec());
            while let Some(status) = waiting.pop() {
                if !reached.contains(&status) {
                    reached.push(status);
                    waiting.extend(status.next());
                }
            }
            assert!(reached.iter().any(|s| s.is_ended()), "{from:?} never ends");
        }
    }

    #[test]
    fn in_whatever_order_actions_come_in_the_incident_stands_where_its_history_says() {
        use IncidentStatus::*;
        let done = [
            Act::To(Accepted),
            Act::Raise(Flag::Supervised),
            Act::To(Dispatched),
            Act::OnScene(Competence::FirstResponseOnly),
            Act::Remark,
            Act::OnScene(Competence::Full),
            Act::Lower(Flag::Supervised),
            Act::To(Handled),
        ];
        let all: Vec<_> = (1..).zip(done).map(|(minute, act)| action(act, minute)).collect();
        let mut whole = History { first: Reported, actions: vec![] };
        let mut incident = reported();
        for one in &all {
            incident = whole.take(&incident, one.clone()).unwrap().0;
        }
        assert_eq!((incident.status, incident.flags.len()), (Handled, 0));
        assert_eq!(incident.milestones.arrived_at, Some(all[3].at));
        assert_eq!(incident.milestones.competent_arrived_at, Some(all[5].at));
        // Whatever may come later comes later: the flag, the remark, the second squad.
        for left in [vec![1, 6], vec![4], vec![5]] {
            let (mut late, mut incident) = (History { first: Reported, actions: vec![] }, reported());
            let (first, then): (Vec<_>, Vec<_>) = (0..all.len()).partition(|n| !left.contains(n));
            for n in first.iter().chain(&then) {
                let (after, kept) = late.take(&incident, all[*n].clone()).unwrap();
                assert_eq!(kept.late, then.contains(n), "{left:?} {n}");
                incident = after;
            }
            let order = |h: &History| h.actions.iter().map(|a| a.id).collect::<Vec<_>>();
            assert_eq!(order(&late), order(&whole));
            assert_eq!(Stand::of(Reported, &late.actions), Stand::of(Reported, &whole.actions));
        }
    }

    #[test]
    fn what_may_be_done_next_is_what_is_taken() {
        use IncidentStatus::*;
        let flags = Flag::BY_HAND.map(|f| [Act::Raise(f), Act::Lower(f)]).concat();
        let all: Vec<_> = NEXT.iter().map(|(to, _)| Act::To(*to)).chain(flags.clone()).chain([Act::Remark]).collect();
        for (from, _) in NEXT {
            for held in [vec![], vec![Flag::Supervised, Flag::Suspended]] {
                let incident = Incident { status: from, flags: held.clone(), ..reported() };
                let next = incident.next();
                for act in &all {
                    // The flags are part of the history.
                    let raised: Vec<_> = held.iter().map(|f| action(Act::Raise(*f), 1)).collect();
                    let mut history = History { first: from, actions: raised };
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
        assert_eq!(reported().next()[0].act, Act::To(Accepted));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        use IncidentStatus::*;
        let taken = |actions: &[Action]| {
            let mut history = History { first: Reported, actions: vec![] };
            actions.iter().try_fold(reported(), |incident, a| Ok(history.take(&incident, a.clone())?.0))
        };
        let field = |actions: &[Action]| taken(actions).map(|i: Incident| i.status).map_err(|e: Error| e.field);
        let bare = |act, minute| Action { reason: None, ..action(act, minute) };
        assert_eq!(field(&[action(Act::To(Closed), 1)]), Err(Some("act".into())));
        assert_eq!(field(&[action(Act::To(Accepted), -1)]), Err(Some("at".into())));
        let early = Action { received_at: reported().reported_at, ..action(Act::To(Accepted), 6) };
        assert_eq!(field(&[early]), Err(Some("at".into())));
        assert_eq!(field(&[bare(Act::To(Void), 1)]), Err(Some("reason".into())));
        assert_eq!(field(&[bare(Act::Raise(Flag::Suspended), 1)]), Err(Some("reason".into())));
        assert_eq!(field(&[action(Act::Lower(Flag::Suspended), 1)]), Err(Some("act".into())));
        assert_eq!(field(&[action(Act::OnScene(Competence::Full), 1)]), Err(Some("act".into())));
        // Filed late, it would stand before what it does not allow.
        let [accepted, returned] = [action(Act::To(Accepted), 1), action(Act::To(Returned), 5)];
        assert_eq!(field(&[accepted.clone(), returned.clone(), action(Act::To(Void), 3)]), Err(Some("act".into())));
        assert_eq!(field(&[accepted, returned, action(Act::Remark, 3)]), Ok(Returned));
    }
}
