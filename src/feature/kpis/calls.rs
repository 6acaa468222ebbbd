//! How many calls said only an address, and how long until it was known where they are.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    period,
    table::{Format, table},
};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::Timestamp,
    ctx::Ctx,
    domain::kpis::{CALL_DEFINITION, HeldCalls, held_calls},
    store,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CallsAsked {
    /// Rang at or after; 30 days before `to` when not given
    from: Option<Timestamp>,
    /// Rang before; now when not given
    to: Option<Timestamp>,
    /// `json` when not given; csv is a table to keep
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CallKpis {
    from: Timestamp,
    to: Timestamp,
    /// What is due follows from it.
    as_of: Timestamp,
    definition: &'static str,
    /// From the ring until a call is late, minutes; 0: never
    limit_min: u32,
    #[serde(flatten)]
    #[schema(inline)]
    figures: HeldCalls,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(calls))
}

/// How many calls said only an address, and how long until it was known where they are.
#[utoipa::path(get, path = "/kpis/calls", operation_id = "call_kpis", tag = "kpis", params(CallsAsked),
    responses((status = 200, content((CallKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn calls(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<CallsAsked>,
) -> Answer<Response> {
    let (now, limits) = (ctx.now(), &ctx.settings.calls);
    let (from, to) = period((ask.from, ask.to), now)?;
    let sight = caller.sight(&ctx.world());
    let calls = store::calls::between(&ctx.db, from, to).await?;
    let figures = held_calls(calls.iter().filter(|call| call.is_seen(&sight)), limits, now);
    if ask.format == Some(Format::Csv) {
        return Ok(table(&[figures], (from, to), None, CALL_DEFINITION)?);
    }
    Ok(Json(CallKpis { from, to, as_of: now, definition: CALL_DEFINITION, limit_min: limits.held_min, figures })
        .into_response())
}
