//! What is done to an incident, and what may be done next.

use serde::{Deserialize, Serialize};

use crate::{
    base::{Code, Error, Result, words},
    domain::{
        auth::Right,
        incidents::{
            CaseProfile, Choice, DecidedBy, Incident, Stand,
            evidence::EvidenceKind,
            profile::{Need, Transition},
        },
        officers::Competence,
        ownership::Order,
    },
};

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
    pub(super) const BY_HAND: [Self; 3] = [Self::Suspended, Self::Extended, Self::Supervised];
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
    /// In which of the areas in doubt it lies: see `docs/responsibility.md`, rule 14.
    Decide(Choice),
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
            Self::Own(Order::Judge(_)) | Self::Decide(Choice { by: DecidedBy::Designation, .. }) => Some(Right::Judge),
            Self::Raise(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Decide(_) | Self::Own(_) => {
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
            Self::Decide(Choice { over: Some(_), .. }) => {
                Err(Error::invalid("act", "what lies over the place is worked out here: send area and by"))
            }
            _ => Ok(()),
        }
    }

    /// What nobody does without saying why, in every profile.
    pub(super) fn needs_reason(&self) -> bool {
        match self {
            Self::Raise(flag) => matches!(flag, Flag::Suspended | Flag::Extended),
            Self::Remark | Self::Own(Order::Judge(_)) => true,
            Self::Decide(choice) => choice.by != DecidedBy::FirstFiler,
            Self::To(_) | Self::Lower(_) | Self::OnScene(_) | Self::Matter(_) | Self::Own(_) => false,
        }
    }

    /// The area that it says a place in doubt lies in.
    pub fn decides(&self) -> Option<&Code> {
        if let Self::Decide(choice) = self { Some(&choice.area) } else { None }
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
    pub fn of(act: Act) -> Self {
        let needs_reason = act.needs_reason();
        Self::by_hand(act, needs_reason)
    }

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
