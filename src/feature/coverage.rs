//! Coverage: planners ask where somebody is on the scene within so many minutes, at which hour, and
//! where not. Reads only; computed from the live world.

use std::sync::Arc;

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::squads::zone;
use crate::{
    api::{Answer, ProblemBody, Query, Viewer},
    base::{Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        coverage::{
            Basis, Coverage, Tally,
            report::{CellRow, GridRow, Summary, TownshipRow},
            select,
        },
        response::{Definition, Excluded},
        squads::Squads,
    },
};

words! {
    /// What the answer lists.
    By { Summary = "summary", Townships = "townships", Grids = "grids", Cells = "cells" }
}

/// Coverage of what, by whom, when.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub minutes: u32,
    pub basis: Basis,
    pub at: Timestamp,
}

impl Ask {
    /// 30 minutes, posts, now: unless said otherwise.
    pub fn new(ctx: &Ctx, minutes: Option<u32>, basis: Option<Basis>, at: Option<Timestamp>) -> Self {
        Self {
            minutes: minutes.unwrap_or(30),
            basis: basis.unwrap_or(Basis::Posts),
            at: at.unwrap_or_else(|| ctx.now()),
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// From the call to the arrival; 30 when not given
    minutes: Option<u32>,
    /// summary when not given
    by: Option<By>,
    /// posts (the promise: every squad on shift, at its post) when not given, or live
    basis: Option<Basis>,
    /// Whose shifts count; now when not given
    at: Option<Timestamp>,
}

/// Squads that were counted on.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
struct Considered {
    considered: usize,
    total: usize,
    excluded: Excluded,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CoverageAnswer {
    minutes: u32,
    at: Timestamp,
    basis: Basis,
    by: By,
    /// H3 resolution
    cell_resolution: u8,
    definition: Definition,
    squads: Considered,
    /// The last change that the answer reflects.
    as_of_seq: i64,
    #[serde(flatten)]
    report: Report,
}

/// One of these, as `by` asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum Report {
    Summary(Box<Summary>),
    Townships { townships: Vec<TownshipRow> },
    Grids { grids: Vec<GridRow> },
    Cells { cells: Vec<CellRow> },
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(coverage))
}

/// Where somebody is on the scene within so many minutes.
#[utoipa::path(get, path = "/coverage", tag = "coverage", params(Params),
    responses((status = 200, body = CoverageAnswer), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn coverage(_: Viewer, State(ctx): State<Ctx>, Query(params): Query<Params>) -> Answer<Json<CoverageAnswer>> {
    let ask = Ask::new(&ctx, params.minutes, params.basis, params.at);
    let by = params.by.unwrap_or(By::Summary);
    let computed = compute(&ctx, ask).await?;
    let Computed { coverage, considered, seq } = computed;
    let report = match by {
        By::Summary => Report::Summary(Box::new(coverage.summary(&incidents(&ctx, &coverage)))),
        By::Townships => Report::Townships { townships: coverage.townships(&incidents(&ctx, &coverage)) },
        By::Grids => Report::Grids { grids: coverage.grids() },
        By::Cells => Report::Cells { cells: coverage.cells() },
    };
    Ok(Json(CoverageAnswer {
        minutes: ask.minutes,
        at: ask.at,
        basis: ask.basis,
        by,
        cell_resolution: coverage.base.resolution(),
        definition: coverage.base.definition().clone(),
        squads: considered,
        as_of_seq: seq,
        report,
    }))
}

/// A finished computation.
#[derive(Debug)]
pub struct Computed {
    pub coverage: Coverage,
    considered: Considered,
    pub seq: i64,
}

/// Computes on the bounded pool.
pub async fn compute(ctx: &Ctx, ask: Ask) -> Result<Computed> {
    let base = Arc::clone(&ctx.scene(ask.at).await?.coverage);
    let (squads, zone, seq) = {
        let world = ctx.world();
        (Arc::clone(&world.squads), zone(&world.areas), world.seq)
    };
    let work = move |ws: &mut _| -> Result<Computed> {
        let (squads, zone): (&Squads, &TimeZone) = (&squads, &zone);
        let selection = select(&base, ws, squads, ask.basis, ask.at, zone);
        let coverage = Coverage::compute(&base, &selection.members, ask.minutes)?;
        let considered =
            Considered { considered: selection.members.len(), total: selection.total, excluded: selection.excluded };
        Ok(Computed { coverage, considered, seq })
    };
    ctx.searches.run(work).await?
}

/// Where past incidents lie among the cells; counted anew only when they change.
fn incidents(ctx: &Ctx, coverage: &Coverage) -> Arc<Tally> {
    let base = &coverage.base;
    let world = ctx.world();
    let version = world.incidents.version();
    ctx.tallies.get(base.ground(), version, || base.tally(world.incidents.all().map(|i| i.at)))
}
