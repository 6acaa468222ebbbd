//! What this engine is and can.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ACTIONS, Answer, read, read_query, wire::RefusalBody};
use crate::{
    api::{May, rights},
    ctx::Ctx,
    store,
};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ValhallaStatusAsk)]
struct StatusAsk {
    /// With what the roads have.
    #[serde(default)]
    verbose: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaStatus)]
struct StatusWire {
    /// Of this program.
    version: &'static str,
    /// When the roads in force were imported, seconds since 1970; 0 without any.
    tileset_last_modified: i64,
    available_actions: [&'static str; 4],
    /// Of a verbose status, as the others: roads are in force and can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_tiles: Option<bool>,
    /// False: borders are kept beside the roads, not in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_admins: Option<bool>,
    /// False: a drive is one of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_timezones: Option<bool>,
    /// True: closures and slower roads count as soon as they are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_live_traffic: Option<bool>,
    /// False
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    has_transit_tiles: Option<bool>,
}

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(get_status, post_status))
}

/// What this engine is and can.
#[utoipa::path(get, path = "/status", operation_id = "valhalla_status_by_query", tag = "valhalla",
    params(("json" = Option<String>, Query, description = "What a POST has as its body")),
    responses((status = 200, body = StatusWire), (status = 400, body = RefusalBody)))]
async fn get_status(_: May<rights::Read>, State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Answer<StatusWire> {
    status(ctx, read_query(query.as_deref())?).await
}

/// What this engine is and can.
#[utoipa::path(post, path = "/status", operation_id = "valhalla_status", tag = "valhalla",
    request_body(content = StatusAsk, example = json!({ "verbose": true })),
    responses((status = 200, body = StatusWire), (status = 400, body = RefusalBody)))]
async fn post_status(_: May<rights::Read>, State(ctx): State<Ctx>, body: Bytes) -> Answer<StatusWire> {
    status(ctx, if body.is_empty() { StatusAsk::default() } else { read(&body)? }).await
}

async fn status(ctx: Ctx, ask: StatusAsk) -> Answer<StatusWire> {
    let roads = store::roads::in_force(&mut ctx.db.begin_read().await?).await?;
    let has_tiles = ctx.world().roads.network().is_some();
    let told = |has: bool| ask.verbose.then_some(has);
    Ok(Json(StatusWire {
        version: env!("CARGO_PKG_VERSION"),
        tileset_last_modified: roads.map_or(0, |roads| roads.created_at_ms / 1_000),
        available_actions: ACTIONS,
        has_tiles: told(has_tiles),
        has_admins: told(false),
        has_timezones: told(false),
        has_live_traffic: told(true),
        has_transit_tiles: told(false),
    }))
}
