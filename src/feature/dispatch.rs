//! Dispatch: which available squads are there first, by road, with reasons. Reads only; decides
//! nothing.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::areas::to_wgs84;
use crate::{
    api::{Answer, ProblemBody, Query, Viewer, flag},
    base::{Error, LngLat, Timestamp},
    ctx::Ctx,
    domain::dispatch::{self, Recommendation},
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
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// How many squads: 3 when not given, at most 50
    k: Option<usize>,
    /// When; now when not given
    at: Option<Timestamp>,
    /// Give each squad's route
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    route: bool,
    /// Only squads with two certified officers
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    competent: bool,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(nearest))
}

/// The squads that are on the scene first: available, on shift, by whole response time.
#[utoipa::path(get, path = "/squads/nearest", operation_id = "nearest_squads", tag = "dispatch", params(Nearest),
    responses((status = 200, body = Recommendation), (status = 400, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn nearest(_: Viewer, State(ctx): State<Ctx>, Query(ask): Query<Nearest>) -> Answer<Json<Recommendation>> {
    let target = to_wgs84(LngLat { lng: ask.lng, lat: ask.lat }, ask.datum.as_deref())?;
    let k = ask.k.unwrap_or(K_DEFAULT);
    if !(1..=K_MAX).contains(&k) {
        return Err(Error::invalid("k", format!("{k} squads are not within 1 to {K_MAX}")).into());
    }
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let scene = ctx.scene(at).await?;
    let (squads, zone) = {
        let world = ctx.world();
        (Arc::clone(&world.squads), world.areas.time_zone())
    };
    let (with_route, only_competent) = (ask.route, ask.competent);
    let found = ctx.searches.run(move |ws| {
        let (slot, calibration) = (scene.slot.as_ref(), scene.calibration.as_deref());
        let query = dispatch::Query { target, k, at, zone: &zone, only_competent, with_route, slot, calibration };
        dispatch::nearest(&scene.roster, &squads, ws, &query)
    });
    Ok(Json(found.await?))
}
