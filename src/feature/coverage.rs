//! Coverage: planners ask where somebody is on the scene within so many minutes, at which hour, and
//! where not. Reads only; kept up to date with the live world.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::zones::posted;
use crate::{
    api::{Answer, May, ProblemBody, Query, rights, words as list},
    base::{Code, Error, Result, Timestamp, words},
    ctx::{Ctx, View},
    domain::{
        coverage::{
            Basis, Coverage, Covered, Filter, Ground, Placement, Tally, Who,
            report::{CellRow, GridRow, Summary, Together, TownshipRow},
            uncovered::{UNCOVERED_LISTED, Uncovered, Worst},
        },
        response::{Definition, Excluded},
        squads::{Profile, Squads},
    },
    world::World,
};

words! {
    /// What the answer lists.
    By {
        Summary = "summary",
        Townships = "townships",
        Zones = "zones",
        Grids = "grids",
        Cells = "cells",
        Uncovered = "uncovered",
    }
}

/// Coverage of what, by whom, when.
#[derive(Debug, Clone)]
pub struct Ask {
    pub minutes: u32,
    pub basis: Basis,
    pub at: Timestamp,
    pub filter: Filter,
    /// Those out of contact.
    lost: BTreeSet<Code>,
}

impl Ask {
    /// 30 minutes, posts, now: unless said otherwise.
    pub fn new(ctx: &Ctx, minutes: Option<u32>, basis: Option<Basis>, at: Option<Timestamp>) -> Self {
        let at = at.unwrap_or_else(|| ctx.now());
        Self {
            minutes: minutes.unwrap_or(30),
            basis: basis.unwrap_or(Basis::Posts),
            at,
            filter: Filter::default(),
            lost: ctx.lost(&ctx.world(), at),
        }
    }

    /// Of those squads alone.
    pub fn only(self, profile: Option<Profile>, squads: Option<&str>) -> Result<Self> {
        let ids = squads.map(|s| list(s).map_err(|e| Error::invalid("squads", e.detail))).transpose()?;
        let squads = ids.map(|ids: Vec<Code>| ids.into_iter().collect());
        Ok(Self { filter: Filter { profile, squads }, ..self })
    }

    pub fn who<'a>(&'a self, squads: &'a Squads, zone: &'a TimeZone) -> Who<'a> {
        Who { squads, filter: &self.filter, basis: self.basis, lost: &self.lost, at: self.at, zone }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// From the call to the arrival; 30 when not given
    minutes: Option<u32>,
    /// summary when not given
    #[param(inline)]
    by: Option<By>,
    /// posts (the promise: every squad on shift, at its post) when not given, or live
    basis: Option<Basis>,
    /// Whose shifts count, and how the roads are; now when not given
    at: Option<Timestamp>,
    /// Only squads that travel so; all when not given
    profile: Option<Profile>,
    /// Only these squads, such as `S1,S2`; all when not given
    squads: Option<String>,
    /// Which of the places not reached come first: buildings when not given. The summary lists 200, `by=uncovered` all
    #[param(inline)]
    worst: Option<Worst>,
}

/// Squads that were counted on.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct Considered {
    considered: usize,
    total: usize,
    excluded: Excluded,
}

impl Considered {
    pub fn of(placement: &Placement) -> Self {
        Self { considered: placement.placed.len(), total: placement.total, excluded: placement.excluded }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CoverageAnswer {
    minutes: u32,
    at: Timestamp,
    basis: Basis,
    /// H3 resolution
    cell_resolution: u8,
    definition: Definition,
    squads: Considered,
    /// The last change that the answer reflects.
    as_of_seq: i64,
    /// The oldest position that was used; null where all squads count at their posts.
    as_of: Option<Timestamp>,
    #[serde(flatten)]
    report: Rows,
}

/// One of these, as `by` asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
#[schema(as = CoverageReport)]
enum Rows {
    Summary(Box<Summary>),
    Townships { townships: Vec<TownshipRow> },
    Zones { zones: Vec<ZoneRow> },
    Grids { grids: Vec<GridRow> },
    Cells { cells: Vec<CellRow> },
    Uncovered { uncovered: Uncovered },
}

/// Coverage of a zone in force at the time asked about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ZoneCoverage)]
struct ZoneRow {
    layer: Code,
    zone: Code,
    name: String,
    name_zh: Option<String>,
    #[serde(flatten)]
    together: Together,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(coverage))
}

/// Where somebody is on the scene within so many minutes.
#[utoipa::path(get, path = "/coverage", tag = "coverage", params(Params),
    responses((status = 200, body = CoverageAnswer), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn coverage(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(params): Query<Params>,
) -> Answer<Json<CoverageAnswer>> {
    let ask = Ask::new(&ctx, params.minutes, params.basis, params.at).only(params.profile, params.squads.as_deref())?;
    let by = params.by.unwrap_or(By::Summary);
    let (minutes, at, basis) = (ask.minutes, ask.at, ask.basis);
    let Computed { covered, world } = compute(&ctx, ask).await?;
    let Covered { coverage, placement } = covered;
    let (worst, tally) = (params.worst.unwrap_or_default(), || incidents(&ctx, &world, coverage.base.ground()));
    let report = match by {
        By::Summary => {
            let tally = tally();
            let uncovered = coverage.uncovered(&tally, worst, UNCOVERED_LISTED);
            Rows::Summary(Box::new(Summary { uncovered, ..coverage.summary(&tally) }))
        }
        By::Uncovered => Rows::Uncovered { uncovered: coverage.uncovered(&tally(), worst, usize::MAX) },
        By::Townships => Rows::Townships { townships: coverage.townships(&tally()) },
        By::Zones => Rows::Zones { zones: by_zone(&world, &coverage, at) },
        By::Grids => Rows::Grids { grids: coverage.grids() },
        By::Cells => Rows::Cells { cells: coverage.cells() },
    };
    Ok(Json(CoverageAnswer {
        minutes,
        at,
        basis,
        cell_resolution: coverage.base.resolution(),
        definition: coverage.base.definition().clone(),
        squads: Considered::of(&placement),
        as_of_seq: world.as_of_seq(),
        as_of: placement.as_of,
        report,
    }))
}

/// A finished computation.
#[derive(Debug)]
pub struct Computed {
    pub covered: Covered,
    /// What it was made from.
    pub world: Arc<World>,
}

/// Brings coverage up to date on the bounded pool.
pub async fn compute(ctx: &Ctx, ask: Ask) -> Result<Computed> {
    let View { world, scene } = ctx.view(ask.at).await?;
    let (squads, zone) = squads(&world, ask.at);
    if let Some(id) = ask.filter.squads.iter().flatten().find(|id| squads.get(id).is_none()) {
        return Err(Error::invalid("squads", format!("there is no squad {id}")));
    }
    let work = move |ws: &mut _| scene.covered(ws, ask.who(&squads, &zone), ask.minutes);
    Ok(Computed { covered: ctx.studies.run(work).await??, world })
}

fn by_zone(world: &World, coverage: &Coverage, at: Timestamp) -> Vec<ZoneRow> {
    let mut rows = Vec::new();
    for here in world.zones.in_force(at) {
        for (code, atoms) in here.layer.atoms_by_zone() {
            let Some(zone) = here.layer.zones.get(code) else { continue };
            rows.push(ZoneRow {
                layer: here.entry.layer.clone(),
                zone: code.clone(),
                name: zone.name.clone(),
                name_zh: zone.name_zh.clone(),
                together: coverage.together(atoms.iter().map(|a| here.plan.atoms.at(*a).code.as_str())),
            });
        }
    }
    rows
}

/// The squads at the posts that hold at `at`, and the local time of their shifts.
pub fn squads(world: &World, at: Timestamp) -> (Arc<Squads>, TimeZone) {
    (posted(world, at), world.areas.time_zone())
}

/// Where past incidents lie among the cells; counted anew only when they change.
pub fn incidents(ctx: &Ctx, world: &World, ground: &Arc<Ground>) -> Arc<Tally> {
    let version = world.incidents.version();
    ctx.tallies.get(ground, version, || ground.tally(world.incidents.all().map(|i| i.at)))
}
