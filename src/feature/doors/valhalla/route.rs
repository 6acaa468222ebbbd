//! The quickest drive past places in their order.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Answer, Asked, Refusal,
    drawn::Drawn,
    no_edge, places, read, read_query, refuse,
    trip::{Answered, RouteAsk},
    wire::RefusalBody,
};
use crate::{
    api::{May, rights},
    base::LngLat,
    ctx::Ctx,
    feature::doors::{STOPS_MAX, Stop},
    kernel::travel::Workspace,
};

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(get_route, post_route))
}

/// The quickest drive past all locations in their order.
#[utoipa::path(get, path = "/route", operation_id = "valhalla_route_by_query", tag = "valhalla", params(Asked),
    responses((status = 200, body = Answered), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn get_route(_: May<rights::Read>, State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Answer<Answered> {
    route(ctx, read_query(query.as_deref())?).await
}

/// The quickest drive past all locations in their order.
#[utoipa::path(post, path = "/route", operation_id = "valhalla_route", tag = "valhalla",
    request_body(content = RouteAsk, example = json!({
        "locations": [{ "lat": 54.1498, "lon": -4.4779 }, { "lat": 54.1844, "lon": -4.5664 }],
        "costing": "auto", "units": "kilometers", "language": "en-US" })),
    responses((status = 200, body = Answered), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn post_route(_: May<rights::Read>, State(ctx): State<Ctx>, body: Bytes) -> Answer<Answered> {
    route(ctx, read(&body)?).await
}

async fn route(ctx: Ctx, ask: RouteAsk) -> Answer<Answered> {
    let given = checked(&ask)?;
    let roads = ask.common.roads(&ctx).await?;
    let drawn = Drawn::of(&ask)?;
    let at = places(given, 130, "location")?;
    let id = ask.common.id;
    let work = move |ws: &mut Workspace| -> Answer<Answered> {
        let stop = |p: &LngLat| roads.stop(*p).map_or_else(|| no_edge(*p), Ok);
        let stops: Vec<Stop> = at.iter().map(stop).collect::<Result<_, _>>()?;
        let Some(drives) = roads.drives(&mut ws.search, &stops) else {
            return refuse(442, "No path could be found for input");
        };
        let legs = drives.iter().map(|(ms, drive)| drawn.leg(&roads, *ms, drive)).collect::<Result<Vec<_>, _>>()?;
        Ok(Json(Answered { trip: drawn.trip(&at, legs), id }))
    };
    ctx.searches.run(work).await?
}

/// The locations, which are as many as they may be, and ends of legs.
fn checked(ask: &RouteAsk) -> Result<&[Value], Refusal> {
    let Some(given) = ask.locations.as_deref().filter(|given| !given.is_empty()) else {
        return refuse(110, "Insufficiently specified required parameter 'locations'");
    };
    if given.len() < 2 {
        return refuse(120, "Insufficient number of locations provided");
    }
    if given.len() > STOPS_MAX {
        return refuse(150, format!("Exceeded max locations: {STOPS_MAX}"));
    }
    let between = given[1..given.len() - 1].iter().filter_map(|location| location["type"].as_str());
    if let Some(kind) = between.into_iter().find(|kind| *kind != "break") {
        return refuse(107, format!("Not Implemented: locations of type {kind}"));
    }
    match ask.format.as_deref() {
        None | Some("json") => Ok(given),
        Some(other) => refuse(107, format!("Not Implemented: format {other}")),
    }
}
