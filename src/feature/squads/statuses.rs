//! What was told of a squad: when it was so, when that came in, and who told it.

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, Path, ProblemBody, Query, next_link, page_limit, rights},
    base::{Code, Error, Timestamp},
    ctx::Ctx,
    domain::squads::ToldStatus,
    store,
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// So at or after
    from: Option<Timestamp>,
    /// So before
    to: Option<Timestamp>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// The last `n` of the page before
    after: Option<u32>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SquadStatuses {
    /// The last that was taken first. What came too late changed nothing and is not among them.
    statuses: Vec<ToldStatus>,
    /// The next page, with every filter of this one.
    next: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What was told of a squad, by itself, by others or by what it was sent for: own time, time of receipt, and who.
#[utoipa::path(get, path = "/squads/{id}/statuses", operation_id = "list_squad_statuses", tag = "squads",
    params(("id" = String, Path, example = "andreas"), Asked),
    responses((status = 200, body = SquadStatuses), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Code>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<Asked>,
) -> Answer<Json<SquadStatuses>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let world = ctx.world();
    let sight = caller.sight(&world);
    if !world.squads.get(&id).is_some_and(|squad| sight.sees_squad(squad)) {
        return Err(Error::not_found("squad", &id).into());
    }
    let (from, to) = (ask.from.unwrap_or(Timestamp::MIN), ask.to.unwrap_or(Timestamp::MAX));
    let window = store::squads::Window { from, to, below: ask.after.unwrap_or(u32::MAX) };
    let statuses = store::squads::statuses(&ctx.db, &id, window, limit).await?;
    let last = (statuses.len() == limit).then(|| statuses.last()).flatten();
    let next = last.map(|told| next_link(uri.path(), uri.query(), &told.n.to_string()));
    Ok(Json(SquadStatuses { statuses, next }))
}
