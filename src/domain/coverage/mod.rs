//! Coverage: how soon somebody is on the scene, for every H3 cell of the areas.
//!
//! A [`Base`] is what areas and roads alone decide: cells, where each is entered from the road,
//! which share of which area it holds. Its [`Ground`] is built when either is replaced. A [`Member`] is a squad
//! with its drive to every cell. [`Coverage::compute`] joins them: the best and second-best response
//! per cell and how many squads make it in time. Nothing is routed there.
//!
//! [`Standing`] tells the same and is kept up to date: a squad that turns busy or free costs one pass
//! over the cells, a move one search. [`Coverages`] holds those that were asked about last.
//!
//! Truth is per cell; shares, townships and grids ([`report`]) are read off it, and so are the places
//! not reached ([`uncovered`]) and what would be otherwise ([`difference`], [`ranking`]).

mod base;
pub mod difference;
mod ground;
mod held;
mod kept;
mod members;
pub mod ranking;
pub mod report;
mod sending;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
pub mod uncovered;

use std::sync::Arc;

pub use self::{
    base::{Base, Start},
    ground::{Cell, CellIx, Ground, Tally, fitting_resolution},
    kept::{Coverages, Covered},
    members::{Basis, Filter, Member, Placed, Placement, Places, Selection, Who, route, select, start},
    sending::{Loss, MoveUp},
    standing::Standing,
};
use crate::{
    base::{Code, Error, Result, words},
    domain::response::whole_s,
    kernel::graph::CLOSED,
};

/// Milliseconds where nobody comes.
pub const NEVER: u32 = u32::MAX;

words! {
    /// What the times of a cell mean for the minutes asked about.
    CellStatus {
        Covered = "covered",
        /// Somebody comes, but later.
        Late = "late",
        /// No squad on duty has a way there.
        Unreachable = "unreachable",
        /// No road within the access limit of the cell's centre; never counted as covered.
        NoAccess = "no_access",
    }
}

/// One response to one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// Whole response, milliseconds; [`NEVER`] for nobody.
    pub ms: u32,
    /// Index into [`Coverage::squads`]; means nothing for nobody.
    pub squad: u32,
}

impl Arrival {
    const NOBODY: Self = Self { ms: NEVER, squad: u32::MAX };

    pub fn is_somebody(self) -> bool {
        self.ms != NEVER
    }

    /// As shown: in seconds, rounded up; `None` for nobody.
    pub fn shown_s(self) -> Option<u64> {
        self.is_somebody().then(|| whole_s(self.ms.into()))
    }
}

/// Who reaches one accessible cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub best: Arrival,
    pub second: Arrival,
    /// Squads that are there within the minutes.
    pub depth: u32,
}

impl Times {
    const NOBODY: Self = Self { best: Arrival::NOBODY, second: Arrival::NOBODY, depth: 0 };

    fn offer(&mut self, arrival: Arrival) {
        if arrival < self.best {
            (self.best, self.second) = (arrival, self.best);
        } else if arrival < self.second {
            self.second = arrival;
        }
    }
}

/// Coverage by a set of squads within a number of minutes.
#[derive(Debug, Clone)]
pub struct Coverage {
    pub base: Arc<Base>,
    pub minutes: u32,
    /// The squads that [`Arrival::squad`] counts, by id.
    pub squads: Arc<[Code]>,
    /// By accessible cell.
    times: Arc<Vec<Times>>,
}

impl Coverage {
    /// Best and second best by response, then by squad id. Refuses minutes that the drive limit
    /// does not let it answer for.
    pub fn compute(base: &Arc<Base>, members: &[Member], minutes: u32) -> Result<Self> {
        check_minutes(base, minutes)?;
        if let Some(m) = members.iter().find(|m| m.reach.len() != base.accessible()) {
            return Err(Error::internal(format!("squad {} was routed over other cells than these", m.squad)));
        }
        let mut members: Vec<&Member> = members.iter().collect();
        members.sort_by(|a, b| a.squad.cmp(&b.squad));
        let limit_ms = minutes * 60_000;
        let mut times = vec![Times::NOBODY; base.accessible()];
        for (squad, member) in members.iter().enumerate() {
            let before_ms = base.definition().before_ms(member.extra_s);
            for (t, &way_ms) in times.iter_mut().zip(member.reach.iter()) {
                if way_ms == CLOSED {
                    continue;
                }
                let ms = before_ms + way_ms;
                t.depth += u32::from(ms <= limit_ms);
                t.offer(Arrival { ms, squad: squad as u32 });
            }
        }
        let squads = members.iter().map(|m| m.squad.clone()).collect();
        Ok(Self { base: base.clone(), minutes, squads, times: Arc::new(times) })
    }

    /// Who reaches the cell; `None` where it has no access.
    pub fn times(&self, cell: CellIx) -> Option<&Times> {
        self.base.cell(cell).access.map(|a| &self.times[a as usize])
    }

    /// When the first squad is there, in whole seconds; `None` where nobody comes.
    pub fn best_s(&self, cell: CellIx) -> Option<u64> {
        self.times(cell)?.best.shown_s()
    }

    pub fn status(&self, cell: CellIx) -> CellStatus {
        match self.times(cell) {
            None => CellStatus::NoAccess,
            Some(t) if !t.best.is_somebody() => CellStatus::Unreachable,
            Some(t) if t.best.ms <= self.minutes * 60_000 => CellStatus::Covered,
            Some(_) => CellStatus::Late,
        }
    }
}

/// Minutes that the drive limit does not let coverage answer for are refused.
fn check_minutes(base: &Base, minutes: u32) -> Result<()> {
    let most = base.definition().drive_limit_s / 60;
    if (1..=most).contains(&minutes) {
        return Ok(());
    }
    Err(Error::invalid("minutes", format!("{minutes} minutes are not within 1 to {most}")))
}
