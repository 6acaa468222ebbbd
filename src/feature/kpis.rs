//! Key figures: the on-time rate of arrivals, what it costs until it is clear whose cases are, and what became of them.
//! Reads only.

mod calls;
mod cases;
mod table;

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::table::{Format, table};

use crate::{
    api::{Answer, Caller, May, ProblemBody, Query, rights},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        incidents::Incident,
        kpis::{self, ARRIVAL_DEFINITION, Arrivals, BURDEN_DEFINITION, Burden, Group, Grouping},
    },
    world::World,
};

/// The period when none is given, milliseconds.
const PERIOD_MS: i64 = 30 * 24 * 3_600_000;
/// Whose zones, when nobody says.
const LAYER: &str = "enforcement";

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
    /// Whose zones, with `by=zone`; `enforcement` when not given
    layer: Option<Code>,
    /// `json` when not given; csv is a table to keep
    #[param(inline)]
    format: Option<Format>,
}

/// What was asked for, and what it is answered from.
struct Asked {
    from: Timestamp,
    to: Timestamp,
    by: Group,
    layer: Code,
    csv: bool,
    now: Timestamp,
    zone: TimeZone,
    sight: Sight,
    world: Arc<World>,
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
    OpenApiRouter::new().routes(routes!(arrivals)).routes(routes!(burden)).merge(calls::router()).merge(cases::router())
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

impl Ask {
    fn read(self, ctx: &Ctx, caller: &Caller) -> Result<Asked> {
        let (now, world) = (ctx.now(), ctx.world());
        let (from, to) = period((self.from, self.to), now)?;
        world.incidents.check_at_hand(from).map_err(|e| e.at("from"))?;
        let by = self.by.unwrap_or(Group::County);
        if self.layer.is_some() && by != Group::Zone {
            return Err(Error::invalid("layer", "goes with by=zone"));
        }
        if let Some(layer) = &self.layer
            && !world.zones.layers().contains(layer)
        {
            let known: Vec<_> = world.zones.layers().into_iter().map(Code::as_str).collect();
            return Err(Error::invalid(
                "layer",
                format!("no plan has a layer {layer}; there are: {}", known.join(", ")),
            ));
        }
        let layer = self.layer.map_or_else(|| LAYER.parse(), Ok)?;
        let (zone, sight) = (world.areas.time_zone(), caller.sight(&world));
        Ok(Asked { from, to, by, layer, csv: self.format == Some(Format::Csv), now, zone, sight, world })
    }
}

impl Asked {
    fn period(&self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }

    fn grouping(&self) -> Grouping<'_> {
        Grouping { by: self.by, layer: &self.layer, matters: &self.world.matters, zone: &self.zone }
    }

    /// Reported in the period, as far as the caller sees them.
    fn incidents(&self) -> Vec<Arc<Incident>> {
        let mut within = self.world.incidents.reported(self.from, self.to);
        within.retain(|i| i.is_seen(&self.sight));
        within
    }
}

/// 30分钟到场率: how many arrivals were on time, with numerator, denominator and definition.
#[utoipa::path(get, path = "/kpis/arrivals", operation_id = "arrival_kpis", tag = "kpis", params(Ask),
    responses((status = 200, content((ArrivalKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn arrivals(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<Ask>,
) -> Answer<Response> {
    let asked = ask.read(&ctx, &caller)?;
    let within = asked.incidents();
    let groups = kpis::arrivals(within.iter().map(|i| &**i), asked.period(), asked.grouping(), asked.now);
    let Asked { from, to, by, csv, now, ref world, .. } = asked;
    let definition = ARRIVAL_DEFINITION;
    if csv {
        return Ok(table(&groups, (from, to), Some(by), definition)?);
    }
    Ok(Json(ArrivalKpis { from, to, by, as_of: now, as_of_seq: world.seq, definition, groups }).into_response())
}

/// Returns a case, and how many were right the first time, with numerator, denominator and definition.
#[utoipa::path(get, path = "/kpis/burden", operation_id = "burden_kpis", tag = "kpis", params(Ask),
    responses((status = 200, content((BurdenKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn burden(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Response> {
    let asked = ask.read(&ctx, &caller)?;
    let within = asked.incidents();
    let groups = kpis::burden(within.iter().map(|i| &**i), asked.period(), asked.grouping());
    let Asked { from, to, by, csv, ref world, .. } = asked;
    let definition = BURDEN_DEFINITION;
    if csv {
        return Ok(table(&groups, (from, to), Some(by), definition)?);
    }
    Ok(Json(BurdenKpis { from, to, by, as_of_seq: world.seq, definition, groups }).into_response())
}
