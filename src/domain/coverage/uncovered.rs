//! The places that a road leads to and nobody reaches in time, the worst first.

use std::cmp::Reverse;

use serde::Serialize;

use super::{CellIx, Coverage, NEVER, Status, Tally};
use crate::{
    base::{Code, words},
    kernel::shape::round_deg,
};

/// At most this many are listed beside other figures.
pub const UNCOVERED_LISTED: usize = 200;

words! {
    /// Which uncovered places come first.
    #[derive(Default)]
    Worst {
        /// Nobody gets there, then the latest
        Minutes = "minutes",
        #[default]
        Buildings = "buildings",
        Incidents = "incidents",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UncoveredCell {
    /// H3 index, hexadecimal.
    pub cell: String,
    pub lng: f64,
    pub lat: f64,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    /// When the first squad would be there.
    pub best_s: Option<u64>,
    /// `late` or `unreachable`.
    pub reason: Status,
    pub buildings: u32,
    /// Reported there so far.
    pub incidents: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Uncovered {
    /// The worst first; equally bad ones by the other measures, then by cell.
    pub cells: Vec<UncoveredCell>,
    /// How many there are in all. Cells without a road are no part of it.
    pub count: usize,
}

impl Coverage {
    /// At most `most` of them. `incidents` comes from [`Ground::tally`](super::Ground::tally).
    pub fn uncovered(&self, incidents: &Tally, first: Worst, most: usize) -> Uncovered {
        let all = 0..self.base.cells().len() as CellIx;
        let late = all.filter(|&ix| matches!(self.status(ix), Status::Late | Status::Unreachable));
        let mut found: Vec<Found> = late.map(|ix| self.found(ix, incidents)).collect();
        found.sort_unstable_by_key(|f| Reverse(f.weight(first)));
        let cells = found.iter().take(most).map(|f| self.uncovered_cell(f)).collect();
        Uncovered { cells, count: found.len() }
    }

    fn found(&self, ix: CellIx, incidents: &Tally) -> Found {
        let pieces = self.base.outer.of_cell(ix);
        let reported = pieces.clone().map(|p| incidents.0.get(p).copied().unwrap_or(0)).sum();
        let buildings = self.base.outer.pieces[pieces].iter().map(|p| p.buildings).sum();
        let ms = self.times(ix).map_or(NEVER, |t| t.best.ms);
        Found { ix, ms, buildings, incidents: reported }
    }

    fn uncovered_cell(&self, found: &Found) -> UncoveredCell {
        let &Found { ix, buildings, incidents, .. } = found;
        let cell = self.base.cell(ix);
        UncoveredCell {
            cell: cell.index.to_string(),
            lng: round_deg(cell.centre.lng),
            lat: round_deg(cell.centre.lat),
            township: cell.township.map(|t| self.base.areas().at(t).code.clone()),
            best_s: self.best_s(ix),
            reason: self.status(ix),
            buildings,
            incidents,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Found {
    ix: CellIx,
    /// The first response; [`NEVER`] is later than any.
    ms: u32,
    buildings: u32,
    incidents: u32,
}

impl Found {
    /// More of it comes first.
    fn weight(&self, first: Worst) -> ([u32; 3], Reverse<CellIx>) {
        let Self { ix, ms, buildings, incidents } = *self;
        let by = match first {
            Worst::Minutes => [ms, buildings, incidents],
            Worst::Buildings => [buildings, ms, incidents],
            Worst::Incidents => [incidents, ms, buildings],
        };
        (by, Reverse(ix))
    }
}
