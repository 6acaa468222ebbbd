//! Whose a case is, beside the state that it is in: offered to a unit, delivered, accepted, returned, handed over,
//! judged; `docs/responsibility.md` has the rules by number (15 to 19).
//!
//! Like the state it is derived from the history alone: each order carries with it who leads by which list,
//! as the lists stood when the case was filed ([`Entitled`]); [`Ownership::after`] asks nothing else. What the
//! lists have to say to an order is asked before it is taken: see [`Case`].

mod case;
mod precedents;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{
    case::Case,
    precedents::{Change, Precedent, Precedents},
};
use super::{
    lists::{ListRef, Power},
    matters::Urgency,
};
use crate::base::{Code, Error, Result, Timestamp, words};

words! {
    /// How far it is settled whose a case is.
    OwnershipState {
        /// A unit is asked, and does not know it yet.
        Offered = "offered",
        /// The unit that is asked knows it.
        Delivered = "delivered",
        Accepted = "accepted",
        /// The unit that was asked says that it is not its own.
        Returned = "returned",
        /// It was returned again: a judge decides (rule 17).
        Disputed = "disputed",
        Judged = "judged",
    }
}

words! {
    /// Why a unit was asked.
    OfferedBy {
        /// It leads by a list.
        Lead = "lead",
        /// Nobody leads alone, or the matter is not known (rule 12).
        FirstReceiver = "first_receiver",
        /// A judge decided so for like cases (rule 19).
        Precedent = "precedent",
        HandOver = "hand_over",
    }
}

/// Who leads with a kind of power, by which version of which list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entitled {
    pub unit: Code,
    pub power: Power,
    pub list: ListRef,
}

/// The powers of a unit.
fn powers_of(entitled: &[Entitled], unit: &Code) -> Vec<Power> {
    Power::ALL.into_iter().filter(|p| entitled.iter().any(|e| e.unit == *unit && e.power == *p)).collect()
}

/// Whom the service asked when the case came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntakeOffer)]
pub struct Offer {
    pub to: Code,
    /// Who owns it until another has accepted it.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<Code>,
    pub by: OfferedBy,
}

/// The entry of a list that contradicts: the one that speaks of the case's matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    pub list: Code,
    pub version: u32,
    pub power: Power,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    pub to: Code,
    /// It is told outside of this service: delivered once somebody says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// What a judge decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OwnershipJudgement)]
pub struct Judgement {
    pub to: Code,
    /// With a power that a list gives it; without one it gets the handling and coordination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub power: Option<Power>,
    /// So it is for like cases, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub like_cases: Option<LikeCases>,
}

/// Of the same matter, in an area, filed before a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LikeCases {
    /// The special area, township or county of the case.
    pub area: Code,
    pub until: Timestamp,
}

/// What is done about whose a case is; one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = OwnershipOrder)]
pub enum Order {
    /// The service asks, when the case comes in.
    Offer(Offer),
    /// The unit that is asked knows it.
    Deliver,
    /// The unit that is asked owns it from now on.
    Accept,
    Return(Citation),
    /// It is offered to another; until that has accepted it, nothing changes.
    HandOver(HandOver),
    Judge(Judgement),
    /// The owner uses a power; the document stands in the case system.
    Use(Power),
}

impl Order {
    /// The units that it names.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        let (one, other) = match self {
            Self::Offer(offer) => (Some(&offer.to), offer.receiver.as_ref()),
            Self::HandOver(HandOver { to, .. }) | Self::Judge(Judgement { to, .. }) => (Some(to), None),
            Self::Deliver | Self::Accept | Self::Return(_) | Self::Use(_) => (None, None),
        };
        one.into_iter().chain(other)
    }
}

/// What is asked of a unit and not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenOffer {
    pub to: Code,
    pub by: OfferedBy,
    pub offered_at: Timestamp,
    /// Its clock runs from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delivered_at: Option<Timestamp>,
    /// What it may do by the lists.
    pub powers: Vec<Power>,
}

/// Whose a case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ownership {
    pub state: OwnershipState,
    pub owner: Code,
    /// When it became the owner.
    pub since: Timestamp,
    /// What the owner may do by the lists in force when the case was filed.
    pub powers: Vec<Power>,
    /// 不得处罚: no list lets the owner penalise; it secures, handles and coordinates.
    pub no_penalty: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub offer: Option<OpenOffer>,
    /// How often it was returned.
    pub returns: u32,
    /// Units that had it or were asked before; they see it still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Code>,
}

/// When an order was given, and what it rests on.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub reasoned: bool,
    pub entitled: &'a [Entitled],
}

/// A refusal by the rule that is broken.
fn against(rule: u8, why: impl std::fmt::Display) -> Error {
    Error::invalid("act", format!("{why} (rule {rule})"))
}

impl Ownership {
    /// Minutes from delivery within which a unit answers. Defaults of this product, not a standard.
    pub const fn answer_limit_min(urgency: Urgency) -> u32 {
        match urgency {
            Urgency::Urgent => 5,
            Urgency::Quick => 10,
            Urgency::Normal => 30,
        }
    }

    /// By when the unit that is asked has to accept or return it.
    pub fn answer_due_at(&self, urgency: Urgency) -> Option<Timestamp> {
        let delivered_at = self.offer.as_ref()?.delivered_at?;
        Some(delivered_at.plus_ms(i64::from(Self::answer_limit_min(urgency)) * 60_000))
    }

    /// Everybody who has to do with it.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        [&self.owner].into_iter().chain(self.offer.as_ref().map(|o| &o.to)).chain(&self.passed)
    }

    /// Whose business an order is; nobody's in particular where a judge decides.
    pub fn acting<'a>(&'a self, order: &Order) -> Option<&'a Code> {
        match order {
            Order::Deliver | Order::Accept | Order::Return(_) => self.offer.as_ref().map(|o| &o.to),
            Order::HandOver(_) | Order::Use(_) => Some(&self.owner),
            Order::Offer(_) | Order::Judge(_) => None,
        }
    }

    fn pass(&mut self, unit: Code) {
        if unit != self.owner && !self.passed.contains(&unit) {
            self.passed.push(unit);
        }
    }

    /// It has another owner.
    fn own(&mut self, unit: Code, state: OwnershipState, given: Given) {
        if unit != self.owner {
            let former = std::mem::replace(&mut self.owner, unit);
            self.pass(former);
            self.since = given.at;
        }
        self.passed.retain(|passed| *passed != self.owner);
        self.offer = None;
        self.state = state;
        self.know(given.entitled);
    }

    /// What the lists say of those who have to do with it.
    fn know(&mut self, entitled: &[Entitled]) {
        self.powers = powers_of(entitled, &self.owner);
        self.no_penalty = !self.powers.contains(&Power::Penalise);
        if let Some(offer) = &mut self.offer {
            offer.powers = powers_of(entitled, &offer.to);
        }
    }

    fn begun(offer: &Offer, given: Given) -> Self {
        let mut this = Self {
            state: OwnershipState::Delivered,
            owner: offer.receiver.clone().unwrap_or_else(|| offer.to.clone()),
            since: given.at,
            powers: Vec::new(),
            no_penalty: true,
            offer: None,
            returns: 0,
            passed: Vec::new(),
        };
        this.ask(offer.to.clone(), offer.by, false, given);
        this
    }

    fn ask(&mut self, to: Code, by: OfferedBy, by_hand: bool, given: Given) {
        // What comes late was not known before it came.
        let delivered_at = (!by_hand).then(|| given.received_at.max(given.at));
        self.state = if by_hand { OwnershipState::Offered } else { OwnershipState::Delivered };
        self.offer = Some(OpenOffer { to, by, offered_at: given.at, delivered_at, powers: Vec::new() });
        self.know(given.entitled);
    }

    /// Another matter is known.
    pub fn named(mut self, entitled: &[Entitled]) -> Self {
        self.know(entitled);
        self
    }

    /// Whose it is after an order.
    ///
    /// # Errors
    /// `Invalid` with the rule that the order breaks.
    pub fn after(now: Option<Self>, order: &Order, given: Given) -> Result<Self> {
        use OwnershipState as S;
        let Some(mut this) = now else {
            return match order {
                Order::Offer(offer) => Ok(Self::begun(offer, given)),
                Order::HandOver(HandOver { to, by_hand }) => {
                    let offer = Offer { to: to.clone(), receiver: None, by: OfferedBy::HandOver };
                    let mut this = Self::begun(&offer, given);
                    this.ask(to.clone(), OfferedBy::HandOver, *by_hand, given);
                    Ok(this)
                }
                _ => Err(against(15, "it was offered to nobody yet")),
            };
        };
        let asked = this.offer.clone();
        let nobody_asked = || against(15, format!("nobody is asked: it is {}", this.state.as_str()));
        match order {
            Order::Offer(_) => return Err(against(15, format!("{} owns it", this.owner))),
            Order::Deliver => {
                let offer = this.offer.as_mut().filter(|o| o.delivered_at.is_none());
                let offer = offer.ok_or_else(|| against(15, "nothing is to be delivered"))?;
                offer.delivered_at = Some(given.at);
                this.state = S::Delivered;
            }
            Order::Accept => {
                let to = asked.ok_or_else(nobody_asked)?.to;
                this.own(to, S::Accepted, given);
            }
            Order::Return(_) => {
                let offer = asked.ok_or_else(nobody_asked)?;
                this.returns += 1;
                this.offer = None;
                this.pass(offer.to);
                // A judge's word for like cases goes back to a judge at once.
                let again = this.returns > 1 || offer.by == OfferedBy::Precedent;
                this.state = if again { S::Disputed } else { S::Returned };
            }
            Order::HandOver(HandOver { to, by_hand }) => {
                if this.state == S::Disputed {
                    return Err(against(17, "it was returned again: a judge decides whose it is"));
                }
                if let Some(offer) = asked {
                    if offer.to == *to {
                        return Err(against(15, format!("{to} is asked already")));
                    }
                    if !given.reasoned {
                        return Err(Error::invalid("reason", format!("{} was asked and is passed over", offer.to)));
                    }
                    this.pass(offer.to);
                } else if this.owner == *to && matches!(this.state, S::Accepted | S::Judged) {
                    return Err(against(15, format!("{to} owns it already")));
                }
                this.ask(to.clone(), OfferedBy::HandOver, *by_hand, given);
            }
            Order::Judge(Judgement { to, power, .. }) => {
                if this.state != S::Disputed {
                    let why = format!("there is nothing to judge: it was returned {} times", this.returns);
                    return Err(against(17, why));
                }
                if let Some(power) = power {
                    may(given.entitled, to, *power)?;
                }
                this.own(to.clone(), S::Judged, given);
            }
            Order::Use(power) => may(given.entitled, &this.owner, *power)?,
        }
        Ok(this)
    }
}

/// Nobody creates power.
fn may(entitled: &[Entitled], unit: &Code, power: Power) -> Result<()> {
    if entitled.iter().any(|e| e.unit == *unit && e.power == power) {
        return Ok(());
    }
    Err(against(18, format!("no list lets {unit} {} here", power.as_str())))
}
