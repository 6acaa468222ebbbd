//! What becomes of coverage when something changes: two coverages of the same cells, side by side.

use serde::Serialize;

use super::{
    CellIx, CellStatus, Coverage, Tally,
    report::{Spread, Summary, TownshipRow, TwofoldShares},
};
use crate::{base::Code, kernel::shape::round_deg};

/// At most this many cells are listed.
pub const FLIPS_LISTED: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    pub before: Summary,
    pub after: Summary,
    /// By code.
    pub townships: Vec<TownshipDifference>,
    pub flips: Flips,
}

/// Shares and responses of one township.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    pub shares: TwofoldShares,
    #[serde(flatten)]
    pub spread: Spread,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TownshipDifference {
    #[schema(value_type = String)]
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub before: Figures,
    pub after: Figures,
}

/// A cell whose status is another one afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Flip {
    /// H3 index, hexadecimal.
    pub cell: String,
    pub lng: f64,
    pub lat: f64,
    #[schema(value_type = Option<String>)]
    pub township: Option<Code>,
    pub from: CellStatus,
    pub to: CellStatus,
    /// When the first squad would be there.
    pub before_s: Option<u64>,
    pub after_s: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Flips {
    /// By cell; the first 2,000.
    pub cells: Vec<Flip>,
    /// How many there are in all.
    pub count: usize,
}

impl Difference {
    /// Both over the same ground.
    pub fn new(before: &Coverage, after: &Coverage, incidents: &Tally) -> Self {
        let rows = before.townships(incidents).into_iter().zip(after.townships(incidents));
        let township = |(before, after): (TownshipRow, TownshipRow)| TownshipDifference {
            code: before.code,
            name: before.name,
            name_zh: before.name_zh,
            before: Figures { shares: before.shares, spread: before.spread },
            after: Figures { shares: after.shares, spread: after.spread },
        };
        Self {
            before: before.summary(incidents),
            after: after.summary(incidents),
            townships: rows.map(township).collect(),
            flips: Flips::new(before, after),
        }
    }
}

impl Flips {
    fn new(before: &Coverage, after: &Coverage) -> Self {
        let all = 0..before.base.cells().len() as CellIx;
        let flipped: Vec<CellIx> = all.filter(|&ix| before.status(ix) != after.status(ix)).collect();
        let flip = |&ix: &CellIx| {
            let cell = before.base.cell(ix);
            Flip {
                cell: cell.index.to_string(),
                lng: round_deg(cell.centre.lng),
                lat: round_deg(cell.centre.lat),
                township: cell.township.map(|t| before.base.areas().at(t).code.clone()),
                from: before.status(ix),
                to: after.status(ix),
                before_s: before.best_s(ix),
                after_s: after.best_s(ix),
            }
        };
        Self { cells: flipped.iter().take(FLIPS_LISTED).map(flip).collect(), count: flipped.len() }
    }
}
