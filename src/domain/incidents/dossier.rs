//! What a case's history tells years later: whose it was at each moment and by which lists, and how its clocks ran.

mod rectified;

use serde::Serialize;
use uuid::Uuid;

pub use self::rectified::RectificationTold;
use super::{Act, Flag, History, Incident, due_at};
use crate::{
    base::{Code, Result, Span, Timestamp, words},
    domain::{
        matters::{Matters, Urgency},
        ownership::{Entitled, Ownership},
    },
};

/// A stretch of time in which it did not change whose a case was.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Tenure {
    pub from: Timestamp,
    /// Until now, where it is null.
    pub until: Option<Timestamp>,
    /// The action that made it so.
    pub action: Uuid,
    pub ownership: Ownership,
    /// What the owner, and who is asked, leads by which version of which list, as they stood when it was filed.
    pub by: Vec<Entitled>,
}

/// When the clocks of a case stood at `now` by what was done to it, in order: while it was suspended (挂账), and from an
/// order to rectify to the visit or, where that came later, to the end of the day. They may overlap.
pub fn pauses<'a>(done: impl IntoIterator<Item = (&'a Act, Timestamp)>, now: Timestamp) -> Vec<Span> {
    let (mut suspended, mut given): (Vec<Span>, Vec<(Timestamp, Timestamp)>) = Default::default();
    for (act, at) in done {
        let due_at = match act {
            Act::Raise(Flag::Suspended) => {
                suspended.push(Span { from: Some(at), until: None });
                continue;
            }
            Act::Lower(Flag::Suspended) => {
                suspended.iter_mut().for_each(|s| {
                    s.until.get_or_insert(at);
                });
                continue;
            }
            Act::OrderRectification(order) => order.due_at,
            Act::Revisit(revisit) => {
                given.last_mut().into_iter().for_each(|(_, until)| *until = at.min(*until));
                revisit.due_at
            }
            _ => None,
        };
        given.extend(due_at.map(|due_at| (at, due_at)));
    }
    let given =
        given.into_iter().map(|(from, until)| Span { from: Some(from), until: (until <= now).then_some(until) });
    suspended.into_iter().chain(given).collect()
}

impl History {
    /// When its clocks stood: see [`pauses`].
    pub fn pauses(&self, now: Timestamp) -> Vec<Span> {
        pauses(self.actions.iter().map(|action| (&action.act, action.at)), now)
    }

    /// Whose it was, in order.
    ///
    /// # Errors
    /// As [`History::stand`].
    pub fn tenures(&self) -> Result<Vec<Tenure>> {
        let mut tenures: Vec<Tenure> = Vec::new();
        for (action, stand) in self.actions.iter().zip(self.stands().skip(1)) {
            let stand = stand?;
            let (Some(ownership), Act::Own(_) | Act::Matter(_) | Act::Decide(_)) = (&stand.ownership, &action.act)
            else {
                continue;
            };
            let ownership = Ownership::clone(ownership);
            if tenures.last().is_some_and(|last| last.ownership == ownership) {
                continue;
            }
            if let Some(last) = tenures.last_mut() {
                last.until = Some(action.at);
            }
            let concerned = |e: &&Entitled| {
                e.unit == ownership.owner || ownership.offer.as_ref().is_some_and(|offer| offer.to == e.unit)
            };
            let by = action.entitled.iter().filter(concerned).cloned().collect();
            tenures.push(Tenure { from: action.at, until: None, action: action.id, ownership, by });
        }
        Ok(tenures)
    }
}

words! {
    /// What a clock waits for.
    #[schema(as = CaseClockKind)]
    ClockKind {
        /// Somebody on the scene.
        Arrival = "arrival",
        /// The unit that is asked accepts or returns it.
        Answer = "answer",
    }
}

/// How a clock of a case ran.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CaseClock {
    pub clock: ClockKind,
    /// Who is asked.
    #[schema(value_type = Option<String>)]
    pub unit: Option<Code>,
    pub began_at: Timestamp,
    pub due_at: Timestamp,
    /// When it came; null where it did not.
    pub ended_at: Option<Timestamp>,
    /// Null while there is time left.
    pub late: Option<bool>,
}

impl CaseClock {
    fn of(
        clock: ClockKind,
        unit: Option<Code>,
        times: [Timestamp; 2],
        ended_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let [began_at, due_at] = times;
        let late = match ended_at {
            Some(at) => Some(at > due_at),
            None => (now > due_at).then_some(true),
        };
        Self { clock, unit, began_at, due_at, ended_at, late }
    }
}

/// How long a case took from one milestone to the next that it reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CaseInterval {
    pub from: &'static str,
    pub to: &'static str,
    /// Seconds
    pub s: i64,
}

impl Incident {
    /// The clocks of a case: that of the arrival, and of each unit that was asked.
    pub fn clocks(&self, tenures: &[Tenure], matters: &Matters, now: Timestamp) -> Vec<CaseClock> {
        let arrival = due_at(self, matters).map(|due_at| {
            CaseClock::of(ClockKind::Arrival, None, [self.reported_at, due_at], self.milestones.arrived_at, now)
        });
        arrival.into_iter().chain(answers(tenures, self.urgency, now)).collect()
    }

    /// What passed between milestones, apart.
    pub fn intervals(&self) -> Vec<CaseInterval> {
        let m = &self.milestones;
        let reached = [
            ("reported", Some(self.reported_at)),
            ("accepted", m.accepted_at),
            ("dispatched", m.dispatched_at),
            ("arrived", m.arrived_at),
            ("handled", m.handled_at),
            ("closed", m.closed_at),
        ];
        let reached: Vec<_> = reached.into_iter().filter_map(|(name, at)| Some((name, at?))).collect();
        let between = |w: &[(&'static str, Timestamp)]| CaseInterval {
            from: w[0].0,
            to: w[1].0,
            s: (w[1].1.ms() - w[0].1.ms()) / 1_000,
        };
        reached.windows(2).map(between).collect()
    }
}

fn answers(tenures: &[Tenure], urgency: Urgency, now: Timestamp) -> Vec<CaseClock> {
    let mut clocks: Vec<CaseClock> = Vec::new();
    for (n, tenure) in tenures.iter().enumerate() {
        let Some(offer) = &tenure.ownership.offer else { continue };
        let (Some(began_at), Some(due_at)) = (offer.delivered_at, tenure.ownership.answer_due_at(urgency)) else {
            continue;
        };
        // One that goes on, although something else about it has changed.
        let same = |t: &Tenure| {
            t.ownership.offer.as_ref().is_some_and(|o| o.to == offer.to && o.offered_at == offer.offered_at)
        };
        if n > 0 && same(&tenures[n - 1]) && tenures[n - 1].ownership.answer_due_at(urgency).is_some() {
            continue;
        }
        let ended_at = tenures[n + 1..].iter().find(|t| !same(t)).map(|t| t.from);
        // One who answers by a time of its own from before had it then.
        let began_at = ended_at.map_or(began_at, |at| began_at.min(at));
        clocks.push(CaseClock::of(ClockKind::Answer, Some(offer.to.clone()), [began_at, due_at], ended_at, now));
    }
    clocks
}

#[cfg(test)]
mod tests;
