//! Calls by state: those that are held from the world, the others from SQL.

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::CallWire;
use crate::{
    api::{Answer, May, ProblemBody, Query, cursor, ended, next_link, page_limit, rights},
    ctx::Ctx,
    domain::calls::{Call, CallState},
    store,
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// `held` when not given
    #[param(inline)]
    state: Option<CallState>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// Where the page before ended
    after: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CallList {
    /// Of those that are held who waits longest comes first, else the newest.
    calls: Vec<CallWire>,
    /// The next page, with every filter of this one.
    next: Option<String>,
    /// How many are held, whatever was asked for.
    held: usize,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Calls by state. One in no area is seen by keys whose scope is everything, another by those for its area.
#[utoipa::path(get, path = "/calls", operation_id = "list_calls", tag = "calls", params(List),
    responses((status = 200, body = CallList), (status = 400, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<List>,
) -> Answer<Json<CallList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let after = ask.after.as_deref().map(cursor).transpose()?;
    let world = ctx.world();
    let sight = caller.sight(&world);
    let mut calls: Vec<Call> = world.calls.all().filter(|c| c.is_seen(&sight)).map(|c| Call::clone(c)).collect();
    let held = calls.len();
    match ask.state.unwrap_or(CallState::Held) {
        CallState::Held => {
            calls.sort_unstable_by_key(|c| (c.reported_at, c.id));
            calls.retain(|c| after.is_none_or(|after| (c.reported_at, c.id) > after));
            calls.truncate(limit);
        }
        state => calls = store::calls::ended(&ctx.db, state, &sight, after, limit).await?,
    }
    let last = (calls.len() == limit).then(|| calls.last()).flatten();
    let next = last.map(|c| next_link(uri.path(), uri.query(), &ended((c.reported_at, c.id))));
    Ok(Json(CallList { calls: calls.into_iter().map(|c| CallWire::of(c, &ctx)).collect(), next, held }))
}
