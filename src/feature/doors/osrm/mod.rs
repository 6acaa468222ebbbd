//! OSRM's services `table`, `nearest` and `route`, version 1. Durations are drive only.

mod annotation;
mod ask;
mod near;
mod refusal;
mod route;
mod steps;
mod style;
mod wire;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::Uri,
    routing::get,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Roads, STOPS_MAX, Stop, TABLE_MAX, rows, seconds, tenths};
use crate::{
    api::{May, rights},
    base::LngLat,
    ctx::Ctx,
    kernel::{
        shape::round_deg,
        snap::{Foot, Snapped},
        travel::Workspace,
    },
};
use ask::Ask;
use near::Near;
use refusal::{Refusal, refuse};
use style::Style;
use wire::{OK, RefusalBody, Table, Waypoint};

/// Most segments `nearest` lists.
const NUMBER_MAX: usize = 100;

type Answer<T> = Result<Json<T>, Refusal>;

/// Options of every service. One that would change the answer and is not known here is refused.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
struct General {
    /// Metres each coordinate may lie from the road: `5;unlimited`; one alone is for all
    radiuses: Option<String>,
    skip_waypoints: Option<bool>,
    /// Taken, and does nothing
    hints: Option<String>,
    /// Taken, and does nothing
    generate_hints: Option<bool>,
    /// Each coordinate lies on a road that leads so, and so many degrees to either side: `90,20;`, clockwise from
    /// north; nothing where any road will do
    bearings: Option<String>,
    /// `unrestricted`, or empty
    approaches: Option<String>,
    /// Empty
    exclude: Option<String>,
    /// `default` or `any`
    snapping: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(show_table))
        .routes(routes!(show_nearest))
        .routes(routes!(show_route))
        .route("/table/{*rest}", get(no_such))
        .route("/nearest/{*rest}", get(no_such))
        .route("/route/{*rest}", get(no_such))
        .route("/match/{*rest}", get(no_service))
        .route("/trip/{*rest}", get(no_service))
        .route("/tile/{*rest}", get(no_service))
}

async fn no_such(Path(rest): Path<String>) -> Refusal {
    if rest.starts_with("v1/") || rest == "v1" {
        return Refusal::Coded("InvalidUrl", "the path is not /{service}/v1/{profile}/{coordinates}".to_owned());
    }
    Refusal::Coded("InvalidVersion", format!("the version of {rest:?} is not v1"))
}

/// Services of the engine that are none here.
async fn no_service(uri: Uri) -> Refusal {
    let service = uri.path().split('/').nth(1).unwrap_or_default();
    Refusal::Coded("InvalidService", format!("there is no service {service:?} here, but table, nearest and route"))
}

async fn roads(ctx: &Ctx, profile: &str) -> Result<Roads, Refusal> {
    match Roads::of(ctx, profile).await? {
        Some(roads) => Ok(roads),
        None => refuse("InvalidOptions", format!("there is no profile {profile:?} here")),
    }
}

/// Where a coordinate lies on the network, if it does.
fn stop(roads: &Roads, (&point, near): (&LngLat, &Near)) -> Option<Stop> {
    let stop = match &near.bearing {
        Some(bearing) => roads.stop_along(point, bearing),
        None => roads.stop(point),
    };
    stop.filter(|stop| stop.nearest().distance_m <= near.radius_m)
}

/// Where each of them lies.
fn stops(roads: &Roads, ask: &Ask) -> Result<Vec<Stop>, Refusal> {
    let found = ask.points.iter().zip(&ask.near).map(|one| stop(roads, one)).enumerate();
    found.map(|(i, stop)| stop.map_or_else(|| no_segment(i), Ok)).collect()
}

fn no_segment<T>(i: usize) -> Result<T, Refusal> {
    refuse("NoSegment", format!("could not find a matching segment for coordinate {i}"))
}

fn location(p: LngLat) -> [f64; 2] {
    [round_deg(p.lng), round_deg(p.lat)]
}

fn waypoint(roads: &Roads, at: &Snapped) -> Waypoint {
    let name = roads.street(at).to_owned();
    Waypoint { location: location(at.point), name, distance: tenths(at.distance_m), nodes: None }
}

/// Quickest drives from each source to each destination.
#[utoipa::path(get, path = "/table/v1/{profile}/{coordinates}", operation_id = "osrm_table", tag = "osrm",
    params(General,
        ("sources" = Option<String>, Query, description = "`all` or indexes of coordinates: `0;3`"),
        ("destinations" = Option<String>, Query, description = "`all` or indexes of coordinates: `1;2`"),
        ("annotations" = Option<String>, Query, description = "`duration` (default), `distance` or both with a comma")),
    responses((status = 200, body = Table), (status = 400, body = RefusalBody)))]
async fn show_table(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<Table> {
    let ask = Ask::read(&coordinates, query.as_deref(), &["sources", "destinations", "annotations"])?;
    let roads = roads(&ctx, &profile).await?;
    let annotations = ask.choice("annotations", &["duration", "distance", "duration,distance", "distance,duration"])?;
    let waypoints = ask.text("skip_waypoints") != Some("true");
    let (sources, targets) = (ask.indexes("sources")?, ask.indexes("destinations")?);
    if sources.len() * targets.len() > TABLE_MAX {
        let message = format!("{} by {} are more than {TABLE_MAX} table cells", sources.len(), targets.len());
        return refuse("TooBig", message);
    }
    let work = move |ws: &mut Workspace| -> Answer<Table> {
        // One coordinate off the roads costs its own row and column alone.
        let stops: Vec<_> = ask.points.iter().zip(&ask.near).map(|one| stop(&roads, one)).collect();
        if stops.iter().all(Option::is_none) {
            return no_segment(0);
        }
        let of = |ixs: &[usize]| ixs.iter().map(|&i| stops[i].as_ref()).collect::<Vec<Option<&Stop>>>();
        let (durations, distances) = (annotations.contains("duration"), annotations.contains("distance"));
        let legs = roads.table(ws, &of(&sources), &of(&targets), distances);
        let shown = |stop: &Option<Stop>| stop.as_ref().map(|stop| waypoint(&roads, stop.nearest()));
        let all = |ixs: &[usize]| ixs.iter().map(|&i| shown(&stops[i])).collect();
        Ok(Json(Table {
            code: OK,
            durations: durations.then(|| rows(&legs, |leg| seconds(leg.ms))),
            distances: distances.then(|| rows(&legs, |leg| tenths(leg.mm as f64 / 1_000.0))),
            sources: waypoints.then(|| all(&sources)),
            destinations: waypoints.then(|| all(&targets)),
        }))
    };
    ctx.searches.run(work).await?
}

/// The road segments that are nearest to a coordinate.
#[utoipa::path(get, path = "/nearest/v1/{profile}/{coordinates}", operation_id = "osrm_nearest", tag = "osrm",
    params(General, ("number" = Option<u32>, Query, description = "How many; 1 when not given, at most 100")),
    responses((status = 200, body = wire::Nearest), (status = 400, body = RefusalBody)))]
async fn show_nearest(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<wire::Nearest> {
    let ask = Ask::read(&coordinates, query.as_deref(), &["number"])?;
    let roads = roads(&ctx, &profile).await?;
    let &[point] = &ask.points[..] else {
        return refuse("InvalidOptions", "only one input coordinate is supported");
    };
    let number = match ask.text("number").unwrap_or("1").parse() {
        Ok(n @ 1..=NUMBER_MAX) => n,
        Ok(_) => return refuse("TooBig", format!("number is not within 1 to {NUMBER_MAX}")),
        Err(_) => return refuse("InvalidQuery", "number is not a whole number"),
    };
    let Near { radius_m, bearing } = ask.near[0];
    let fits = |foot: &Foot| bearing.is_none_or(|bearing| bearing.fits(roads.graph(), foot));
    let mut found = roads.snapper().snap_several(roads.graph(), point, number, fits);
    found.retain(|at| at.distance_m <= radius_m);
    if found.is_empty() {
        return no_segment(0);
    }
    let shown = found.iter().map(|at| {
        let ends = roads.graph().ends(2 * at.link);
        let nodes = ends.map(|node| roads.graph().topology.node_osm[node as usize]);
        Waypoint { nodes: Some(nodes), ..waypoint(&roads, at) }
    });
    Ok(Json(wire::Nearest { code: OK, waypoints: shown.collect() }))
}

/// The quickest drive past all coordinates in their order.
#[utoipa::path(get, path = "/route/v1/{profile}/{coordinates}", operation_id = "osrm_route", tag = "osrm",
    params(General,
        ("steps" = Option<bool>, Query, description = "Street by street"),
        ("overview" = Option<String>, Query, description = "`simplified` (default), `full` or `false`"),
        ("geometries" = Option<String>, Query, description = "`polyline` (default), `polyline6` or `geojson`"),
        ("alternatives" = Option<String>, Query, description = "A number, `true` or `false`: there is one route"),
        ("annotations" = Option<String>, Query, description = "`false` (default), `true`, or some of `duration`, `distance`, \
            `speed`, `weight` and `datasources` with commas"),
        ("continue_straight" = Option<String>, Query, description = "`default` or `false`")),
    responses((status = 200, body = wire::Routes), (status = 400, body = RefusalBody)))]
async fn show_route(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<wire::Routes> {
    const KNOWN: [&str; 6] = ["alternatives", "steps", "annotations", "geometries", "overview", "continue_straight"];
    let ask = Ask::read(&coordinates, query.as_deref(), &KNOWN)?;
    let roads = roads(&ctx, &profile).await?;
    if ask.points.len() < 2 {
        return refuse("InvalidOptions", "a route needs at least two coordinates");
    }
    if ask.points.len() > STOPS_MAX {
        return refuse("TooBig", format!("{} coordinates are more than {STOPS_MAX}", ask.points.len()));
    }
    let style = Style::of(&ask)?;
    let work = move |ws: &mut Workspace| -> Answer<wire::Routes> {
        let (route, passed) = route::show(&roads, &mut ws.search, &stops(&roads, &ask)?, &style)?;
        let waypoints = ask.text("skip_waypoints") != Some("true");
        Ok(Json(wire::Routes {
            code: OK,
            routes: vec![route],
            waypoints: waypoints.then(|| passed.iter().map(|at| waypoint(&roads, at)).collect()),
        }))
    };
    ctx.searches.run(work).await?
}
