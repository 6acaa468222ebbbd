//! Dispatch: which available squads are there first, by road, with reasons. Reads only; decides
//! nothing.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    areas,
    zones::{self, ZoneHere},
};
use crate::{
    api::{Answer, May, ProblemBody, Query, flag, rights, told_in},
    base::{Code, Error, LngLat, Result, Timestamp},
    ctx::{Ctx, View},
    domain::{
        dispatch::{self, OutsideSquad, Ranked, Recommendation, ServedZone},
        incidents::Incident,
        lists::Power,
    },
};

const K_DEFAULT: usize = 3;
const K_MAX: usize = 50;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Nearest {
    /// degrees
    lng: f64,
    /// degrees
    lat: f64,
    /// Of what is asked and answered: wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// How many squads: 3 when not given, at most 50
    k: Option<usize>,
    /// When; now when not given
    at: Option<Timestamp>,
    /// Give each squad's route
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    route: bool,
    /// What they are sent for: certificates count that cover it; all when not given
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
    /// What is to be done there: decides whose unit may and how many certified officers are needed; penalise when not
    /// given
    #[param(inline)]
    power: Option<Power>,
    /// Only squads that may conclude the case alone on their arrival
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    competent: bool,
    /// The squads of the zones over the place come first, whatever that costs
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    zone_first: bool,
}

/// The squads that are on the scene first, and whose zone the place is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct NearestSquads {
    #[serde(flatten)]
    found: Recommendation,
    /// Those of the squads that are out of the caller's scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outside: Vec<OutsideSquad>,
    /// In force over the place.
    zones: Vec<ZoneHere>,
    /// How much later the first squad is there because the zones' own come first, seconds; null where that
    /// was not asked for, or nobody comes.
    zone_first_costs_s: Option<u64>,
    /// Of the coordinates; WGS-84 where it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    datum: Option<&'static str>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(nearest))
}

/// The squads that are on the scene first: available, on shift, by whole response time.
#[utoipa::path(get, path = "/squads/nearest", operation_id = "nearest_squads", tag = "dispatch", params(Nearest),
    responses((status = 200, body = NearestSquads), (status = 400, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn nearest(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<Nearest>,
) -> Answer<Response> {
    let datum = areas::datum(ask.datum.as_deref())?;
    let target = datum.to_wgs84(LngLat::new(ask.lng, ask.lat)?);
    let k = ask.k.unwrap_or(K_DEFAULT);
    if !(1..=K_MAX).contains(&k) {
        return Err(Error::invalid("k", format!("{k} squads are not within 1 to {K_MAX}")).into());
    }
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let View { world, scene } = ctx.view(at).await?;
    let here = zones::here(&world.zones, target, at);
    let (squads, zone, posts) = (zones::posted(&world, at), world.areas.time_zone(), world.zones.posts(at));
    let own = own_squads(&here);
    let (with_route, only_competent, zone_first) = (ask.route, ask.competent, ask.zone_first);
    let matter = ask.matter.as_ref().map(|code| world.matters.meant(code, at)).transpose()?;
    let case = world.case(target, matter, ask.power.unwrap_or_default(), at);
    let lost = ctx.lost(&world, at);
    let (known, sight) = (Arc::clone(&squads), caller.sight(&world));
    let found = ctx.searches.run(move |ws| {
        let (slot, calibration) = (scene.slot.as_ref(), scene.calibration.as_deref());
        let roster = scene.roster(&posts);
        let query = dispatch::Query {
            target,
            k,
            at,
            zone: &zone,
            case,
            only_competent,
            with_route,
            among: None,
            lost: &lost,
            slot,
            calibration,
        };
        let mut found = dispatch::nearest(&roster, &squads, ws, &query);
        let costs_s = zone_first.then(|| {
            let first = dispatch::nearest(&roster, &squads, ws, &dispatch::Query { among: Some(&own), ..query });
            dispatch::put_first(&mut found, first)
        });
        (found, costs_s.flatten())
    });
    let (mut found, zone_first_costs_s) = found.await?;
    found.squads.iter_mut().for_each(|ranked| mark(ranked, &here));
    let outside = dispatch::take_outside(&mut found.squads, |ranked| ranked, &known, &sight);
    found.excluded.nearest.retain(|left| dispatch::is_seen(&left.squad.id, &known, &sight));
    let answer = NearestSquads { found, outside, zones: here, zone_first_costs_s, datum: datum.told() };
    Ok(told_in(datum, "application/json", &answer)?)
}

/// The squads of zones.
pub(super) fn own_squads(here: &[ZoneHere]) -> BTreeSet<Code> {
    here.iter().flat_map(|zone| &zone.squads).cloned().collect()
}

/// Says which of the zones the squad serves.
pub(super) fn mark(ranked: &mut Ranked, here: &[ZoneHere]) {
    let serves = here.iter().filter(|zone| zone.squads.contains(&ranked.squad.id));
    ranked.zones = serves.map(|z| ServedZone { layer: z.layer.clone(), zone: z.zone.clone() }).collect();
}

/// Who of those who are free now is first at an incident.
pub(super) async fn first_of(ctx: &Ctx, incident: Arc<Incident>) -> Result<Option<Ranked>> {
    let at = ctx.now();
    let View { world, scene } = ctx.view(at).await?;
    let (squads, zone, posts) = (zones::posted(&world, at), world.areas.time_zone(), world.zones.posts(at));
    let lost = ctx.lost(&world, at);
    let found = ctx.searches.run(move |ws| {
        let query = dispatch::Query {
            target: incident.at,
            k: 1,
            at,
            zone: &zone,
            case: world.case_of(&incident, Power::default()),
            only_competent: false,
            with_route: false,
            among: None,
            lost: &lost,
            slot: scene.slot.as_ref(),
            calibration: scene.calibration.as_deref(),
        };
        dispatch::nearest(&scene.roster(&posts), &squads, ws, &query)
    });
    Ok(found.await?.squads.into_iter().next())
}
