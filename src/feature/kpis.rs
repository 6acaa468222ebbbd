//! Key figures: the on-time rate of arrivals, and what it costs until it is clear whose cases are. Reads only.

mod calls;
mod table;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::table::{Format, table};

use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Error, Result, Timestamp},
    ctx::Ctx,
    domain::kpis::{self, ARRIVAL_DEFINITION, Arrivals, BURDEN_DEFINITION, Burden, Group},
};

/// The period when none is given, milliseconds.
const PERIOD_MS: i64 = 30 * 24 * 3_600_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// Reported at or after; 30 days before `to` when not given
    from: Option<Timestamp>,
    /// Reported before; now when not given
    to: Option<Timestamp>,
    /// `county` when not given
    #[param(inline)]
    by: Option<Group>,
    /// `json` when not given; csv is a table to keep
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ArrivalKpis {
    from: Timestamp,
    to: Timestamp,
    by: Group,
    /// What is due follows from it.
    as_of: Timestamp,
    as_of_seq: i64,
    definition: &'static str,
    /// By code or word.
    groups: Vec<Arrivals>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BurdenKpis {
    from: Timestamp,
    to: Timestamp,
    by: Group,
    as_of_seq: i64,
    definition: &'static str,
    /// By code or word.
    groups: Vec<Burden>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(arrivals)).routes(routes!(burden)).merge(calls::router())
}

/// From, and until before.
fn period((from, to): (Option<Timestamp>, Option<Timestamp>), now: Timestamp) -> Result<(Timestamp, Timestamp)> {
    let to = to.unwrap_or(now);
    let from = from.unwrap_or_else(|| to.plus_ms(-PERIOD_MS));
    if from >= to {
        return Err(Error::invalid("from", format!("{from} is not before {to}")));
    }
    Ok((from, to))
}

/// 30分钟到场率: how many arrivals were on time, with numerator, denominator and definition.
#[utoipa::path(get, path = "/kpis/arrivals", operation_id = "arrival_kpis", tag = "kpis", params(Ask),
    responses((status = 200, content((ArrivalKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn arrivals(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<Ask>,
) -> Answer<Response> {
    let now = ctx.now();
    let (from, to) = period((ask.from, ask.to), now)?;
    let by = ask.by.unwrap_or(Group::County);
    let world = ctx.world();
    world.incidents.check_at_hand(from).map_err(|e| e.at("from"))?;
    let (within, sight) = (world.incidents.reported(from, to), caller.sight(&world));
    let within = within.iter().map(|i| &**i).filter(|i| i.is_seen(&sight));
    let groups = kpis::arrivals(within, &world.matters, (from, to), by, now);
    let definition = ARRIVAL_DEFINITION;
    if ask.format == Some(Format::Csv) {
        return Ok(table(&groups, (from, to), by, definition)?);
    }
    Ok(Json(ArrivalKpis { from, to, by, as_of: now, as_of_seq: world.seq, definition, groups }).into_response())
}

/// Returns a case, and how many were right the first time, with numerator, denominator and definition.
#[utoipa::path(get, path = "/kpis/burden", operation_id = "burden_kpis", tag = "kpis", params(Ask),
    responses((status = 200, content((BurdenKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn burden(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Response> {
    let (from, to) = period((ask.from, ask.to), ctx.now())?;
    let by = ask.by.unwrap_or(Group::County);
    let world = ctx.world();
    world.incidents.check_at_hand(from).map_err(|e| e.at("from"))?;
    let (within, sight) = (world.incidents.reported(from, to), caller.sight(&world));
    let within = within.iter().map(|i| &**i).filter(|i| i.is_seen(&sight));
    let groups = kpis::burden(within, (from, to), by);
    let definition = BURDEN_DEFINITION;
    if ask.format == Some(Format::Csv) {
        return Ok(table(&groups, (from, to), by, definition)?);
    }
    Ok(Json(BurdenKpis { from, to, by, as_of_seq: world.seq, definition, groups }).into_response())
}
