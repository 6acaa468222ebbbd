//! Generations of areas: which are in force, which are drafted, what a draft would change; and asking as if it were in
//! force already. Reads only.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, Path, ProblemBody, rights},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::areas::{Areas, Draft, compare, compare::AreasDifference},
    store::areas::{Generation, in_force_tx, load_generation},
};

/// A generation that is in force.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AreasInForce {
    generation: i64,
    county: Code,
    source: String,
    since: Timestamp,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AreaGenerations {
    /// One for each county.
    in_force: Vec<AreasInForce>,
    /// By number.
    drafts: Vec<Draft>,
}

/// What a draft would change.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DraftTold {
    draft: Draft,
    /// It was made on what is in force by now, and can take its place.
    fits: bool,
    difference: AreasDifference,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(difference))
}

/// Which generations of areas are in force, and which are drafted.
#[utoipa::path(get, path = "/areas/generations", operation_id = "list_area_generations", tag = "areas",
    responses((status = 200, body = AreaGenerations)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<AreaGenerations>> {
    let known = |g: Generation| {
        let (county, since) = (Code::new(&g.county)?, Timestamp::from_ms(g.valid_from_ms)?);
        Ok(AreasInForce { generation: g.generation, county, source: g.source, since })
    };
    let in_force = in_force_tx(&mut ctx.db.begin_read().await?).await?;
    let mut in_force = in_force.into_iter().map(known).collect::<Result<Vec<_>>>()?;
    in_force.sort_by(|a, b| a.county.cmp(&b.county));
    Ok(Json(AreaGenerations { in_force, drafts: ctx.world().drafts.0.to_vec() }))
}

/// What would be other if a draft were in force: which codes come, go, change their shape.
#[utoipa::path(get, path = "/areas/generations/{generation}/difference", operation_id = "compare_area_generation",
    tag = "areas", params(("generation" = i64, Path)),
    responses((status = 200, body = DraftTold), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn difference(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(generation): Path<i64>,
) -> Answer<Json<DraftTold>> {
    let draft = draft(&ctx, generation)?;
    let mut tx = ctx.db.begin_read().await?;
    let now = in_force_tx(&mut tx).await?.into_iter().find(|g| g.county == draft.county.as_str());
    let before = match &now {
        Some(now) => load_generation(&mut tx, now.generation).await?,
        None => Vec::new(),
    };
    let after = load_generation(&mut tx, generation).await?;
    drop(tx);
    let fits = draft.check_base(now.map(|now| now.generation)).is_ok();
    let difference = ctx.studies.run(move |_| compare::between(&before, &after)).await?;
    Ok(Json(DraftTold { draft, fits, difference }))
}

fn draft(ctx: &Ctx, generation: i64) -> Result<Draft> {
    let drafts = Arc::clone(&ctx.world().drafts);
    drafts.get(generation).cloned().ok_or_else(|| Error::not_found("draft of areas", generation))
}

/// The areas of all counties as they would be with a draft in force.
pub(super) async fn with_draft(ctx: &Ctx, generation: i64) -> Result<Arc<Areas>> {
    let draft = draft(ctx, generation)?;
    if let Some(areas) = ctx.drafted.get(generation, &ctx.world().areas) {
        return Ok(areas);
    }
    let now = ctx.world();
    let of_county = |areas: &Areas, ix| areas.line(ix).any(|above| areas.at(above).code == draft.county);
    let others = now.areas.iter().filter(|(ix, _)| !of_county(&now.areas, *ix)).map(|(_, a)| a.clone());
    let mut all: Vec<_> = others.collect();
    all.extend(load_generation(&mut ctx.db.begin_read().await?, generation).await?);
    let areas = Arc::new(ctx.studies.run(move |_| Areas::new(all)).await??);
    ctx.drafted.keep(generation, &now.areas, &areas);
    Ok(areas)
}
