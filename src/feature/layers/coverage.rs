//! Cells of coverage with who is there first.

use super::Ask;
use crate::{
    base::{LngLat, Result, sha256},
    ctx::{Ctx, View},
    domain::{
        coverage::{CellStatus, report::CellRow},
        layers::{Column, Kind, Rows, Shape, Source, bbox_around, rounded},
    },
    feature::coverage::{self, compute},
    kernel::cells,
};

/// A cell, its row and its outline.
#[derive(Debug)]
pub struct Cell {
    row: CellRow,
    outline: geo::Polygon<f64>,
}

pub static CELLS: Source<Cell> = Source {
    shape: Shape::Polygon,
    columns: &[
        Column::new("cell", "H3 index, hexadecimal", Kind::Text, |c| (&c.row.cell).into()),
        Column::new("status", "State", Kind::Words(CellStatus::WORDS), |c| c.row.status.as_str().into()),
        Column::new("best_s", "Seconds until the first squad is there", Kind::Whole, |c| c.row.best_s.into()),
        Column::new("best_squad", "The first squad", Kind::Text, |c| c.row.best_squad.as_ref().into()),
        Column::new("second_s", "Seconds until the second squad is there", Kind::Whole, |c| c.row.second_s.into()),
        Column::new("second_squad", "The second squad", Kind::Text, |c| c.row.second_squad.as_ref().into()),
        Column::new("depth", "Squads that are there in time", Kind::Whole, |c| c.row.depth.into()),
    ],
    id: |c| c.row.cell.clone(),
    bbox: |c| bbox_around(c.outline.exterior().0.iter().copied()),
    geometry: |c| c.outline.clone().into(),
    newest: None,
};

/// Who counts, from where, and on which roads.
pub async fn moment(ctx: &Ctx, ask: &Ask) -> Result<String> {
    let wanted = coverage::Ask::new(ctx, ask.minutes, ask.basis, ask.at).only(ask.profile, ask.squads.as_deref())?;
    let View { world, scene } = ctx.view(wanted.at).await?;
    let (squads, zone) = coverage::squads(&world, wanted.at);
    let placed = move |_: &mut _| {
        let placed = scene.placed(wanted.who(&squads, &zone)).placed;
        format!("{:?} {:?} {}", scene.slot, scene.disruptions, sha256(format!("{placed:?}")))
    };
    ctx.studies.run(placed).await
}

pub async fn rows(ctx: &Ctx, ask: &Ask) -> Result<Box<dyn Rows>> {
    let wanted = coverage::Ask::new(ctx, ask.minutes, ask.basis, ask.at).only(ask.profile, ask.squads.as_deref())?;
    let coverage = compute(ctx, wanted).await?.covered.coverage;
    let (window, by_centre) = (ask.window, ask.by_centre);
    let draw = move |_: &mut _| {
        let cells = coverage.base.cells().iter().enumerate();
        let at_centre = |centre: LngLat| !by_centre || window.is_none_or(|w| w.contains(centre));
        let drawn = cells.filter(|(_, cell)| at_centre(cell.centre)).map(|(ix, cell)| Cell {
            row: coverage.cell_row(ix as u32),
            outline: rounded(&cells::outline(cell.index)),
        });
        CELLS.rows(drawn.filter(|c| by_centre || window.is_none_or(|w| w.intersects(&(CELLS.bbox)(c)))).collect())
    };
    ctx.studies.run(draw).await
}
