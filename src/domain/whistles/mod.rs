//! Whistles (镇街吹哨、部门报到): a township calls a department that a list names, for a case; the department says
//! that it heard, is there on a clock of its own, and both rate each other. `docs/responsibility.md` has the rules.

mod rates;

use std::{collections::BTreeMap, sync::Arc};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::rates::{WHISTLE_DEFINITION, WhistleRates, rates};
use super::{
    clocks::WORD_AHEAD_MS,
    lists::ListRef,
    matters::Urgency,
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    units::{UnitIx, Units},
};
use crate::base::{Code, Error, LngLat, Result, Timestamp, at_most, words};

/// Characters of a reason.
pub const REASON_MAX: usize = 1_000;
/// From the whistle to the arrival.
const ARRIVE_MIN: i64 = 30;
/// How far ahead somebody on duty is looked for.
const WEEK_MIN: i64 = 7 * 24 * 60;

words! {
    /// 应急工作必吹哨、重点工作可吹哨.
    #[schema(as = WhistleObligation)]
    Obligation {
        /// What is urgent: its clock runs at once.
        Must = "must",
        /// Its clock waits until somebody of the department is on duty for the place.
        May = "may",
    }
}

impl Obligation {
    pub fn of(urgency: Urgency) -> Self {
        if urgency == Urgency::Urgent { Self::Must } else { Self::May }
    }
}

words! {
    /// How far a whistle got.
    WhistleStatus {
        Whistled = "whistled",
        Acknowledged = "acknowledged",
        Arrived = "arrived",
        Done = "done",
        Cancelled = "cancelled",
    }
}

words! {
    /// Who rates whom.
    #[schema(as = WhistleSide)]
    Side {
        /// The township rates the department.
        Township = "township",
        /// The department rates the township.
        Department = "department",
    }
}

impl WhistleStatus {
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }

    /// What may come next.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Whistled => &[Self::Acknowledged, Self::Arrived, Self::Cancelled],
            Self::Acknowledged => &[Self::Arrived, Self::Cancelled],
            Self::Arrived => &[Self::Done],
            Self::Done | Self::Cancelled => &[],
        }
    }
}

/// A department that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Whistle {
    pub id: Uuid,
    pub incident: Uuid,
    pub department: Code,
    /// Who called: the owner of the case.
    pub township: Code,
    pub obligation: Obligation,
    /// That names the department.
    pub list: ListRef,
    pub status: WhistleStatus,
    pub reason: Option<String>,
    pub whistled_at: Timestamp,
    /// A key's id, `keyless` or `command line`.
    pub whistled_by: String,
    /// From when its clocks run.
    pub clock_from: Timestamp,
    pub acknowledge_due_at: Timestamp,
    pub arrive_due_at: Timestamp,
    pub acknowledged_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Why it was cancelled.
    pub ended_for: Option<String>,
    /// 1 to 5, what the township gives the department.
    pub stars_of_department: Option<u8>,
    /// 1 to 5, what the department gives the township.
    pub stars_of_township: Option<u8>,
}

/// Whom to ask since a department does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WhistleEscalation)]
pub struct Escalation {
    /// 1: it was not acknowledged in time; 2: nobody was there in time.
    pub level: u8,
    pub since: Timestamp,
    /// The unit above the department; of level 2 the government above it.
    #[schema(value_type = Option<String>)]
    pub to: Option<Code>,
    /// Of level 1, who leads those on duty, as the roster says.
    pub leader: Option<String>,
}

/// Minutes within which a department says that it heard. Defaults of this product, not a standard.
pub const fn acknowledge_min(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Urgent => 5,
        Urgency::Quick => 10,
        Urgency::Normal => 30,
    }
}

/// From when on a department is called: at once, or where it need not come, once somebody of its roster is on duty
/// for one of these areas. Whoever keeps no roster is always on duty.
pub fn clock_from(
    units: &Units,
    department: &Code,
    over: &[&Code],
    obligation: Obligation,
    at: Timestamp,
    zone: &TimeZone,
) -> Timestamp {
    let here = |area: &Option<Code>| area.as_ref().is_none_or(|a| over.contains(&a));
    let roster: Vec<_> = units.roster(department).iter().filter(|d| here(&d.area)).collect();
    if obligation == Obligation::Must || roster.is_empty() {
        return at;
    }
    let mut minutes = (0..=WEEK_MIN).map(|n| if n == 0 { at } else { whole_minute(at.plus_ms(n * 60_000)) });
    minutes.find(|at| roster.iter().any(|d| d.is_on(*at, zone))).unwrap_or(at)
}

/// Shifts begin at whole minutes.
fn whole_minute(at: Timestamp) -> Timestamp {
    at.plus_ms(-at.ms().rem_euclid(60_000))
}

/// What is told of a whistle.
#[derive(Debug, Clone)]
pub struct WhistleStep {
    pub to: WhistleStatus,
    pub at: Timestamp,
    pub reason: Option<String>,
}

impl Whistle {
    /// The whistle after a step that is told now.
    ///
    /// # Errors
    /// `Invalid` for a step that is not possible, or an order of times.
    pub fn step(&self, step: &WhistleStep, now: Timestamp) -> Result<Self> {
        let WhistleStep { to, at, reason } = step;
        at_most("reason", reason.as_deref(), REASON_MAX)?;
        let next = self.status.next();
        if !next.contains(to) {
            let known: Vec<_> = next.iter().map(|s| s.as_str()).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let detail = format!("{} does not follow {}; what does: {known}", to.as_str(), self.status.as_str());
            return Err(Error::invalid("to", detail));
        }
        let last = self.arrived_at.or(self.acknowledged_at).unwrap_or(self.whistled_at);
        if *at < last {
            return Err(Error::invalid("at", format!("{at} lies before what it follows, at {last}")));
        }
        at.not_ahead("at", now, WORD_AHEAD_MS)?;
        let mut after = Self { status: *to, ..self.clone() };
        match to {
            WhistleStatus::Whistled => {}
            WhistleStatus::Acknowledged => after.acknowledged_at = Some(*at),
            WhistleStatus::Arrived => {
                after.acknowledged_at.get_or_insert(*at);
                after.arrived_at = Some(*at);
            }
            WhistleStatus::Done => after.ended_at = Some(*at),
            WhistleStatus::Cancelled => {
                if reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
                    return Err(Error::invalid("reason", "nothing is cancelled without saying why"));
                }
                (after.ended_at, after.ended_for) = (Some(*at), reason.clone());
            }
        }
        Ok(after)
    }

    /// The whistle with what one side gives the other, once.
    ///
    /// # Errors
    /// `Invalid` for other than 1 to 5 stars, or where nobody was there yet; `Conflict` when it was rated.
    pub fn rated(&self, side: Side, stars: u8) -> Result<Self> {
        if !(1..=5).contains(&stars) {
            return Err(Error::invalid("stars", format!("{stars} is not within 1 to 5")));
        }
        if self.arrived_at.is_none() {
            return Err(Error::invalid("by", "who was not there yet is not rated, and rates nobody"));
        }
        let mut after = self.clone();
        let given = match side {
            Side::Township => &mut after.stars_of_department,
            Side::Department => &mut after.stars_of_township,
        };
        match given.replace(stars) {
            None => Ok(after),
            Some(former) => Err(Error::conflict(format!("it has {former} stars already")).at("by")),
        }
    }

    /// To whom it goes by now.
    pub fn escalation(&self, units: &Units, now: Timestamp) -> Option<Escalation> {
        if self.status.is_ended() || self.arrived_at.is_some() {
            return None;
        }
        let department = units.index(&self.department);
        let above = |fits: &dyn Fn(UnitIx) -> bool| {
            department.and_then(|ix| units.line(ix).skip(1).find(|ix| fits(*ix))).map(|ix| units.at(ix).code.clone())
        };
        if now > self.arrive_due_at {
            let to = above(&|ix| units.at(ix).kind.is_government());
            return Some(Escalation { level: 2, since: self.arrive_due_at, to, leader: None });
        }
        let waits = self.acknowledged_at.is_none() && now > self.acknowledge_due_at;
        waits.then(|| {
            let leader = units.roster(&self.department).iter().find_map(|d| d.leader.clone());
            Escalation { level: 1, since: self.acknowledge_due_at, to: above(&|_| true), leader }
        })
    }

    /// By when what, from a moment on.
    pub fn due(urgency: Urgency, clock_from: Timestamp) -> [Timestamp; 2] {
        [acknowledge_min(urgency), ARRIVE_MIN].map(|min| clock_from.plus_ms(min * 60_000))
    }
}

/// Those that have not ended; the others are read from SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Whistles(BTreeMap<Uuid, Arc<Whistle>>);

impl Whistles {
    pub fn new(all: impl IntoIterator<Item = Whistle>) -> Self {
        let mut this = Self::default();
        all.into_iter().for_each(|w| this.put(w));
        this
    }

    fn put(&mut self, whistle: Whistle) {
        if whistle.status.is_ended() {
            self.0.remove(&whistle.id);
        } else {
            self.0.insert(whistle.id, Arc::new(whistle));
        }
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Whistle>> {
        self.0.values()
    }
}

const WHISTLE: Kind = Kind::new("whistle");

/// A fact about whistles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A department was called, or answered.
    Whistle { whistle: Whistle },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        WHISTLE
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::Whistle { whistle } = self;
        About { id: Some(whistle.id.to_string()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::Whistle { whistle } = self;
        Told::one("whistle", whistle)
    }
}

impl Noun for Whistles {
    const WORD: &'static str = "whistles";
    const KINDS: &'static [Kind] = &[WHISTLE];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        let Change::Whistle { whistle } = change;
        Arc::make_mut(this).put(whistle);
    }
}

#[cfg(test)]
mod tests;
