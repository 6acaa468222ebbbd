//! Policies of dispatch on trial: the same day is played under each of them, beside what nobody could have done better.
//!
//! A squad sets out from where it waits, and is busy until it is back there: with its way, with the time that the case
//! takes, and with the same way again. So a day is a table of ways and no place; who makes one asks the engine for
//! them. Pure; all times are seconds of the day.

mod bound;
mod hindsight;
mod paired;
#[cfg(test)]
mod tests;

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

pub use self::{
    bound::late_at_least,
    hindsight::{CASES_MAX, fewest_late},
    paired::{Paired, compare},
};
use super::recommend::{Prospect, aware_of_coverage};
use crate::base::words;

words! {
    /// Who is sent.
    #[schema(as = TriedPolicy)]
    Tried {
        /// The nearest as the crow flies.
        StraightLine = "straight_line",
        /// The closest of the township's own squads, however long it is until one is free.
        OwnTownship = "own_township",
        Closest = "closest_competent",
        ZoneFirst = "zone_first",
        CoverageAware = "coverage_aware",
    }
}

impl Tried {
    pub const ALL: [Self; 5] =
        [Self::StraightLine, Self::OwnTownship, Self::Closest, Self::ZoneFirst, Self::CoverageAware];
}

/// A squad, as a case has it before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// From the order to the arrival; none where there is no way.
    pub s: Option<u32>,
    pub straight_m: f64,
    /// The case lies in one of its zones.
    pub own_zone: bool,
    /// It is one of the township's own, or of those who come where the township has none.
    pub own_township: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// When somebody can be sent.
    pub ready_s: u32,
    /// Until when somebody should be there.
    pub due_s: u32,
    pub urgent: bool,
    /// On the scene.
    pub takes_s: u32,
    /// By squad.
    pub ways: Vec<Way>,
}

impl Case {
    /// How long it keeps a squad busy that comes, with the way back.
    fn keeps_s(&self, squad: usize) -> Option<u32> {
        Some(2 * self.ways[squad].s? + self.takes_s)
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Day {
    /// What becomes ready first comes first.
    pub cases: Vec<Case>,
    /// When each squad is on shift, in order.
    pub shifts: Vec<Vec<Range<u32>>>,
}

impl Day {
    fn is_on_shift(&self, squad: usize, at_s: u32) -> bool {
        self.shifts[squad].iter().any(|shift| shift.contains(&at_s))
    }

    /// When a squad may set out first, at `at_s` or later.
    fn sets_out(&self, squad: usize, at_s: u32) -> Option<u32> {
        self.shifts[squad].iter().filter(|shift| shift.end > at_s).map(|shift| shift.start.max(at_s)).min()
    }

    /// How many are late of these arrivals by case; whoever was never come to is.
    pub fn late(&self, arrivals: &[Option<u32>]) -> usize {
        self.cases.iter().zip(arrivals).filter(|(case, at_s)| at_s.is_none_or(|at_s| at_s > case.due_s)).count()
    }

    /// Plays the day, and gives when somebody was at each case. `holds` tells of the squads that are free, by
    /// number, which share of what is expected each of them holds.
    pub fn play(&self, policy: Tried, holds: &mut dyn FnMut(&[usize]) -> Vec<f64>) -> Vec<Option<u32>> {
        let mut busy_until = vec![0; self.shifts.len()];
        let mut arrivals = vec![None; self.cases.len()];
        let mut waiting: Vec<usize> = Vec::new();
        // When something may be decided: a case is ready, a squad is back or comes on shift.
        let ready = self.cases.iter().map(|case| case.ready_s);
        let begin = self.shifts.iter().flatten().map(|shift| shift.start);
        let mut moments: BinaryHeap<Reverse<u32>> = ready.chain(begin).map(Reverse).collect();
        let mut next = 0;
        while let Some(Reverse(now)) = moments.pop() {
            while self.cases.get(next).is_some_and(|case| case.ready_s <= now) {
                waiting.push(next);
                next += 1;
            }
            // What is urgent before what waits longer.
            waiting.sort_by_key(|&n| (!self.cases[n].urgent, n));
            waiting.retain(|&n| {
                let free = |squad: &usize| busy_until[*squad] <= now && self.is_on_shift(*squad, now);
                let free: Vec<usize> = (0..self.shifts.len()).filter(free).collect();
                let case = &self.cases[n];
                let Some(squad) = choose(policy, case, now, &free, holds) else { return true };
                let (Some(way_s), Some(keeps_s)) = (case.ways[squad].s, case.keeps_s(squad)) else { return true };
                arrivals[n] = Some(now + way_s);
                busy_until[squad] = now + keeps_s;
                moments.push(Reverse(now + keeps_s));
                false
            });
        }
        arrivals
    }
}

/// Whom a policy sends of those who are free; nobody where the case waits. What is urgent goes to the closest under the
/// policies of this service.
fn choose(
    policy: Tried,
    case: &Case,
    now: u32,
    free: &[usize],
    holds: &mut dyn FnMut(&[usize]) -> Vec<f64>,
) -> Option<usize> {
    let way_s = |&squad: &usize| case.ways[squad].s.unwrap_or(u32::MAX);
    let mut near: Vec<usize> = free.iter().copied().filter(|&squad| case.ways[squad].s.is_some()).collect();
    near.sort_by_key(|squad| (way_s(squad), *squad));
    match policy {
        Tried::StraightLine => {
            let away_m = |squad: &usize| case.ways[*squad].straight_m;
            near.into_iter().min_by(|a, b| away_m(a).total_cmp(&away_m(b)).then(a.cmp(b)))
        }
        Tried::OwnTownship => near.into_iter().find(|&squad| case.ways[squad].own_township),
        Tried::ZoneFirst if !case.urgent => {
            near.iter().copied().find(|&squad| case.ways[squad].own_zone).or(near.first().copied())
        }
        Tried::CoverageAware if !case.urgent && near.len() > 1 => {
            let held = holds(free);
            let prospect = |squad: &usize| Prospect {
                eta_s: way_s(squad).into(),
                in_time: now.saturating_add(way_s(squad)) <= case.due_s,
                held: free.binary_search(squad).map_or(0.0, |n| held[n]),
            };
            let prospects: Vec<Prospect> = near.iter().map(prospect).collect();
            aware_of_coverage(&prospects).first().map(|&n| near[n])
        }
        Tried::Closest | Tried::ZoneFirst | Tried::CoverageAware => near.first().copied(),
    }
}
