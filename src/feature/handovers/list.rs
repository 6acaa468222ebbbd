//! Handovers, the newest first.

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::HandoverWire;
use crate::{
    api::{Answer, May, ProblemBody, Query, cursor, ended, flag, next_link, page_limit, rights},
    ctx::Ctx,
    store,
};

const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 500;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Only those that nobody has accepted
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    waiting: bool,
    /// 50 when not given, at most 500
    limit: Option<usize>,
    /// Where the page before ended
    after: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HandoverList {
    /// The newest first, without their lists.
    handovers: Vec<HandoverWire>,
    /// The next page, with every filter of this one.
    next: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Handovers. One of an area is seen by keys for that area, one of a unit by those for the unit, one of everything by
/// keys whose scope is everything.
#[utoipa::path(get, path = "/handovers", operation_id = "list_handovers", tag = "handovers", params(List),
    responses((status = 200, body = HandoverList), (status = 400, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<List>,
) -> Answer<Json<HandoverList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let after = ask.after.as_deref().map(cursor).transpose()?;
    let sight = caller.sight(&ctx.world());
    let handovers = store::handovers::newest(&ctx.db, &sight, ask.waiting, after, limit).await?;
    let last = (handovers.len() == limit).then(|| handovers.last()).flatten();
    let next = last.map(|h| next_link(uri.path(), uri.query(), &ended((h.at, h.id))));
    let handovers = handovers.into_iter().map(|handover| HandoverWire::of(handover, &ctx)).collect();
    Ok(Json(HandoverList { handovers, next }))
}
