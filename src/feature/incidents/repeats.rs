//! Which cases may tell of the same (rule 10): beside a report as it comes in, of a case, and of one that is about to be
//! reported. Reads only.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{IncidentWire, newest};
use crate::{
    api::{Answer, Caller, May, Path, ProblemBody, Query, rights},
    base::{Code, LngLat, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        incidents::Incident,
        repeats::{Limits, Repeat, Sought},
    },
    feature::areas::to_wgs84,
    world::World,
};

/// More are not compared by anybody.
const SHOWN: usize = 20;

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RepeatList {
    /// At most 20, the newest first.
    repeats: Vec<Repeat>,
    /// There are others, older than these.
    more: bool,
    /// From one place to the other at most, metres.
    within_m: u32,
    /// From one report to the other at most, days.
    within_days: u32,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// degrees
    lng: f64,
    /// degrees
    lat: f64,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// Code of the catalogue, or scheme:code
    matter: Code,
    /// When it was reported; now when not given
    at: Option<Timestamp>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(of_report)).routes(routes!(of_case))
}

/// What a report may repeat, before it is sent: cases of the same matter near in place and time, ended ones too, with
/// the evidence. A suggestion: nothing is kept of it.
#[utoipa::path(get, path = "/incidents/repeats", operation_id = "find_repeats", tag = "incidents", params(Ask),
    responses((status = 200, body = RepeatList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn of_report(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(Ask { lng, lat, datum, matter, at }): Query<Ask>,
) -> Answer<Json<RepeatList>> {
    let (world, now) = (ctx.world(), ctx.now());
    let at_place = to_wgs84(LngLat { lng, lat }, datum.as_deref())?;
    let reported_at = at.unwrap_or(now);
    let matter = world.matters.meant(&matter, reported_at)?.code.clone();
    let sought = Sought { id: None, at: at_place, matter, reported_at };
    Ok(Json(list(&ctx, &world, Some(&sought), &caller.sight(&world)).await?))
}

/// Which cases one may repeat, or be repeated by, with the evidence; none where nobody has said what it is about.
#[utoipa::path(get, path = "/incidents/{id}/repeats", operation_id = "show_incident_repeats", tag = "incidents",
    params(("id" = Uuid, Path)), responses((status = 200, body = RepeatList), (status = 404, body = ProblemBody)))]
async fn of_case(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<RepeatList>> {
    let world = ctx.world();
    let sight = caller.sight(&world);
    let incident = ctx.incident(id, &sight).await?;
    Ok(Json(list(&ctx, &world, Sought::of(&incident).as_ref(), &sight).await?))
}

/// A case as it is answered to who brought it in: with what it may repeat, as far as the caller sees it.
pub async fn told(ctx: &Ctx, caller: &Caller, incident: Incident) -> Result<IncidentWire> {
    let world = ctx.world();
    let RepeatList { repeats, .. } = list(ctx, &world, Sought::of(&incident).as_ref(), &caller.sight(&world)).await?;
    Ok(IncidentWire { repeats, ..IncidentWire::of(incident, &world) })
}

async fn list(ctx: &Ctx, world: &World, sought: Option<&Sought>, sight: &Sight) -> Result<RepeatList> {
    let limits @ Limits { within_m, within_days } = ctx.settings.repeats;
    let Some(sought) = sought else {
        return Ok(RepeatList { repeats: Vec::new(), more: false, within_m, within_days });
    };
    // With the case itself, and one to know whether there are more.
    let found = newest(ctx, world, &sought.filter(&limits, sight.clone()), None, SHOWN + 2).await?;
    let mut repeats: Vec<Repeat> = found.iter().filter_map(|i| sought.evidence(i)).collect();
    let more = repeats.len() > SHOWN;
    repeats.truncate(SHOWN);
    Ok(RepeatList { repeats, more, within_m, within_days })
}
