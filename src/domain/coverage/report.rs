//! What is read off the cells: shares, townships, grids, and what is not covered.
//!
//! Shares are given twice: of everything, and of what lies in accessible cells. An area's share is
//! that of its cell pieces; a building or an incident counts with its cell; a grid is covered when
//! every accessible cell that it touches is. A grid without any accessible cell counts as not
//! covered in "all" and is left out of "accessible".
//!
//! Percentiles are by nearest rank: the least response such that cells with at least that share of
//! the weight are reached no later. The weight of a cell is the number of the area's buildings in
//! it; where the accessible cells hold none, every one of them counts the same. The worst response
//! is over all accessible cells. A cell that nobody reaches is later than any other: where a
//! percentile falls on one, it is null.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Arrival, CellIx, CellStatus, Coverage, NEVER, Tally,
    ground::{Layer, Piece},
    uncovered::{UNCOVERED_LISTED, Uncovered, Worst},
};
use crate::{
    base::Code,
    domain::{
        areas::{Area, AreaIx, Level},
        response::whole_s,
    },
};

/// A share with its numerator and denominator: square metres for areas, counts for the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Share {
    pub covered: u64,
    pub total: u64,
    /// `covered / total`; null for a share of nothing.
    pub share: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Shares {
    pub area_m2: Share,
    pub grids: Share,
    pub buildings: Share,
    pub incidents: Share,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TwofoldShares {
    /// Of everything.
    pub all: Shares,
    /// Of what a road leads to.
    pub accessible: Shares,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CellCounts {
    pub total: u32,
    pub covered: u32,
    pub late: u32,
    pub unreachable: u32,
    pub no_access: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Summary {
    pub cells: CellCounts,
    pub shares: TwofoldShares,
    pub uncovered: Uncovered,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TownshipRow {
    #[schema(value_type = String)]
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub shares: TwofoldShares,
    #[serde(flatten)]
    pub spread: Spread,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GridRow {
    #[schema(value_type = String)]
    pub code: Code,
    pub name: String,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    /// Whether every accessible cell is covered; null without any.
    pub covered: Option<bool>,
    #[serde(flatten)]
    pub spread: Spread,
}

/// Coverage of grids and cells that are taken together, such as those of a patrol zone.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Together {
    /// Of everything; incidents are not counted.
    pub area_m2: Share,
    pub grids: Share,
    pub buildings: Share,
    #[serde(flatten)]
    pub spread: Spread,
    /// Codes that are neither a grid nor a cell of the areas in force.
    pub unknown: usize,
}

/// Responses over the cells of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Spread {
    pub p50_s: Option<u64>,
    pub p90_s: Option<u64>,
    pub worst_s: Option<u64>,
    /// Cells that it touches.
    pub cells: u32,
    pub no_access_cells: u32,
    pub unreachable_cells: u32,
    /// Sum of what the percentiles are weighted by.
    pub weight: u64,
    pub weighted_by: Weight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Buildings,
    /// Its accessible cells hold no building.
    Cells,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CellRow {
    /// H3 index, hexadecimal.
    pub cell: String,
    pub status: CellStatus,
    pub best_s: Option<u64>,
    #[schema(value_type = Option<String>)]
    pub best_squad: Option<Code>,
    pub second_s: Option<u64>,
    #[schema(value_type = Option<String>)]
    pub second_squad: Option<Code>,
    /// Squads that are there within the minutes.
    pub depth: u32,
}

impl Coverage {
    /// Everything in a few numbers. `incidents` comes from [`Ground::tally`](super::Ground::tally).
    pub fn summary(&self, incidents: &Tally) -> Summary {
        let mut shares = Counter::default();
        (0..self.base.outer.pieces.len()).for_each(|p| shares.piece(self, p, incidents));
        self.base.grids.by_area.values().for_each(|pieces| shares.grid(self.grid_covered(pieces)));
        let mut cells = CellCounts::default();
        for ix in 0..self.base.cells().len() as CellIx {
            cells.total += 1;
            *match self.status(ix) {
                CellStatus::Covered => &mut cells.covered,
                CellStatus::Late => &mut cells.late,
                CellStatus::Unreachable => &mut cells.unreachable,
                CellStatus::NoAccess => &mut cells.no_access,
            } += 1;
        }
        let uncovered = self.uncovered(incidents, Worst::default(), UNCOVERED_LISTED);
        Summary { cells, shares: shares.shares(), uncovered }
    }

    /// By code; empty where the areas have no townships.
    pub fn townships(&self, incidents: &Tally) -> Vec<TownshipRow> {
        let areas = self.base.areas();
        let mut counters: BTreeMap<AreaIx, Counter> = BTreeMap::new();
        for (&grid, pieces) in &self.base.grids.by_area {
            if let Some(township) = self.township_of(grid) {
                counters.entry(township).or_default().grid(self.grid_covered(pieces));
            }
        }
        let row = |(ix, area): (AreaIx, &Area)| {
            let pieces = self.base.outer.by_area.get(&ix).map_or(&[][..], Vec::as_slice);
            let mut counter = counters.remove(&ix).unwrap_or_default();
            pieces.iter().for_each(|&p| counter.piece(self, p as usize, incidents));
            let shares = counter.shares();
            TownshipRow {
                code: area.code.clone(),
                name: area.name.clone(),
                name_zh: area.name_zh.clone(),
                shares,
                spread: self.spread(&self.base.outer, pieces),
            }
        };
        areas.level(Level::Township).map(row).collect()
    }

    /// By code; empty where the areas have no grids.
    pub fn grids(&self) -> Vec<GridRow> {
        let areas = self.base.areas();
        let row = |(ix, area): (AreaIx, &Area)| {
            let pieces = self.base.grids.by_area.get(&ix).map_or(&[][..], Vec::as_slice);
            GridRow {
                code: area.code.clone(),
                name: area.name.clone(),
                township: self.township_of(ix).map(|t| areas.at(t).code.clone()),
                covered: self.grid_covered(pieces),
                spread: self.spread(&self.base.grids, pieces),
            }
        };
        areas.level(Level::Grid).map(row).collect()
    }

    /// Over grids and H3 cells by their codes, each named once.
    pub fn together<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Together {
        let base = &self.base;
        let mut merged: BTreeMap<CellIx, Piece> = BTreeMap::new();
        let (mut sums, mut unknown) = (Counter::default(), 0);
        for code in codes {
            let grid = base.areas().index(code).and_then(|ix| base.grids.by_area.get(&ix));
            let cell = || Some(base.outer.of_cell(base.cell_named(code)?).map(|p| p as u32).collect::<Vec<_>>());
            let (layer, pieces) = match grid {
                Some(pieces) => (&base.grids, pieces.clone()),
                None => (&base.outer, cell().unwrap_or_default()),
            };
            unknown += usize::from(pieces.is_empty());
            if grid.is_some() {
                sums.grid(self.grid_covered(&pieces));
            }
            for piece in pieces.iter().map(|&p| &layer.pieces[p as usize]) {
                sums.part(self, piece, 0);
                let whole =
                    merged.entry(piece.cell).or_insert_with(|| Piece { buildings: 0, area_m2: 0.0, ..piece.clone() });
                whole.buildings += piece.buildings;
                whole.area_m2 += piece.area_m2;
            }
        }
        let Shares { area_m2, grids, buildings, .. } = sums.shares().all;
        Together { area_m2, grids, buildings, spread: self.spread_over(merged.values()), unknown }
    }

    /// By H3 index.
    pub fn cells(&self) -> Vec<CellRow> {
        (0..self.base.cells().len() as CellIx).map(|ix| self.cell_row(ix)).collect()
    }

    pub fn cell_row(&self, ix: CellIx) -> CellRow {
        let times = self.times(ix);
        let [best, second] = [times.map(|t| t.best), times.map(|t| t.second)];
        let squad = |a: Option<Arrival>| Some(self.squads[a.filter(|a| a.is_somebody())?.squad as usize].clone());
        CellRow {
            cell: self.base.cell(ix).index.to_string(),
            status: self.status(ix),
            best_s: best.and_then(Arrival::shown_s),
            best_squad: squad(best),
            second_s: second.and_then(Arrival::shown_s),
            second_squad: squad(second),
            depth: times.map_or(0, |t| t.depth),
        }
    }

    fn grid_covered(&self, pieces: &[u32]) -> Option<bool> {
        let statuses = pieces.iter().map(|&p| self.status(self.base.grids.pieces[p as usize].cell));
        let mut accessible = statuses.filter(|&s| s != CellStatus::NoAccess).peekable();
        accessible.peek()?;
        Some(accessible.all(|s| s == CellStatus::Covered))
    }

    fn spread(&self, layer: &Layer, pieces: &[u32]) -> Spread {
        self.spread_over(pieces.iter().map(|&p| &layer.pieces[p as usize]))
    }

    fn spread_over<'a>(&self, pieces: impl Iterator<Item = &'a Piece> + Clone) -> Spread {
        let pieces = || pieces.clone();
        let times = |p: &Piece| self.times(p.cell).map(|t| (t.best.ms, u64::from(p.buildings)));
        let mut reached: Vec<(u32, u64)> = pieces().filter_map(times).collect();
        reached.sort_unstable();
        let mut weight: u64 = reached.iter().map(|r| r.1).sum();
        let weighted_by = if weight > 0 { Weight::Buildings } else { Weight::Cells };
        if weighted_by == Weight::Cells {
            reached.iter_mut().for_each(|r| r.1 = 1);
            weight = reached.len() as u64;
        }
        let seconds = |ms: Option<u32>| ms.filter(|&ms| ms != NEVER).map(|ms| whole_s(ms.into()));
        Spread {
            p50_s: seconds(percentile(&reached, 50)),
            p90_s: seconds(percentile(&reached, 90)),
            worst_s: seconds(reached.last().map(|r| r.0)),
            cells: pieces().count() as u32,
            no_access_cells: (pieces().count() - reached.len()) as u32,
            unreachable_cells: reached.iter().filter(|r| r.0 == NEVER).count() as u32,
            weight,
            weighted_by,
        }
    }

    /// The township above the area.
    fn township_of(&self, area: AreaIx) -> Option<AreaIx> {
        let areas = self.base.areas();
        areas.line(area).find(|&ix| areas.at(ix).level == Level::Township)
    }
}

/// The nearest-rank percentile of `(value, weight)`, ascending: the least value such that values up
/// to it have at least `percent` of the weight. `None` without any weight.
pub fn percentile(sorted: &[(u32, u64)], percent: u64) -> Option<u32> {
    let total: u64 = sorted.iter().map(|s| s.1).sum();
    let mut sum = 0;
    sorted
        .iter()
        .filter(|s| s.1 > 0)
        .find(|s| {
            sum += s.1;
            sum * 100 >= percent * total
        })
        .map(|s| s.0)
}

/// Sums up shares, of all and of what is accessible.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    all: Sums,
    accessible: Sums,
}

/// Covered and total.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    area_m2: [f64; 2],
    grids: [u64; 2],
    buildings: [u64; 2],
    incidents: [u64; 2],
}

impl Counter {
    fn piece(&mut self, coverage: &Coverage, piece: usize, incidents: &Tally) {
        self.part(coverage, &coverage.base.outer.pieces[piece], incidents.0.get(piece).copied().unwrap_or(0));
    }

    fn part(&mut self, coverage: &Coverage, p: &Piece, incidents: u32) {
        let status = coverage.status(p.cell);
        let add = |sums: &mut Sums| {
            for side in usize::from(status != CellStatus::Covered)..2 {
                sums.area_m2[side] += p.area_m2;
                sums.buildings[side] += u64::from(p.buildings);
                sums.incidents[side] += u64::from(incidents);
            }
        };
        add(&mut self.all);
        if status != CellStatus::NoAccess {
            add(&mut self.accessible);
        }
    }

    fn grid(&mut self, covered: Option<bool>) {
        let add = |sums: &mut Sums| {
            sums.grids[0] += u64::from(covered == Some(true));
            sums.grids[1] += 1;
        };
        add(&mut self.all);
        if covered.is_some() {
            add(&mut self.accessible);
        }
    }

    fn shares(&self) -> TwofoldShares {
        TwofoldShares { all: self.all.shares(), accessible: self.accessible.shares() }
    }
}

impl Sums {
    fn shares(&self) -> Shares {
        let share = |[covered, total]: [u64; 2]| Share {
            covered,
            total,
            share: (total > 0).then(|| covered as f64 / total as f64),
        };
        Shares {
            area_m2: share(self.area_m2.map(|m2| m2.round() as u64)),
            grids: share(self.grids),
            buildings: share(self.buildings),
            incidents: share(self.incidents),
        }
    }
}
