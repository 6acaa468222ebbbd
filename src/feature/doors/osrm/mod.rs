//! OSRM's services `table`, `nearest` and `route`, version 1. Durations are drive only.

mod ask;
mod route;

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    routing::get,
};
use serde_json::{Value, json};

use super::{Roads, Stop, TABLE_MAX, seconds, tenths};
use crate::{
    api::Viewer,
    base::LngLat,
    ctx::Ctx,
    kernel::{shape::round_deg, snap::Snapped, table::Leg, travel::Workspace},
};
use ask::{Ask, Refusal, refuse};

/// Most segments `nearest` lists.
const NUMBER_MAX: usize = 100;
/// Most coordinates of a route.
const STOPS_MAX: usize = 100;

type Answer = Result<Json<Value>, Refusal>;

pub fn router() -> Router<Ctx> {
    Router::new()
        .route("/table/v1/{profile}/{coordinates}", get(show_table))
        .route("/nearest/v1/{profile}/{coordinates}", get(show_nearest))
        .route("/route/v1/{profile}/{coordinates}", get(show_route))
        .route("/table/{*rest}", get(no_such))
        .route("/nearest/{*rest}", get(no_such))
        .route("/route/{*rest}", get(no_such))
}

async fn no_such(Path(rest): Path<String>) -> Refusal {
    if rest.starts_with("v1/") {
        return Refusal::Coded("InvalidUrl", "the path is not /{service}/v1/{profile}/{coordinates}".to_owned());
    }
    Refusal::Coded("InvalidVersion", format!("the version of {rest:?} is not v1"))
}

async fn roads(ctx: &Ctx, profile: &str) -> Result<Roads, Refusal> {
    match Roads::of(ctx, profile).await? {
        Some(roads) => Ok(roads),
        None => refuse("InvalidOptions", format!("there is no profile {profile:?} here")),
    }
}

/// Where each coordinate lies on the network.
fn stops(roads: &Roads, ask: &Ask) -> Result<Vec<Stop>, Refusal> {
    let on = |(i, (&point, &radius_m)): (usize, (&LngLat, &f64))| match roads.stop(point) {
        Some(stop) if stop.nearest().distance_m <= radius_m => Ok(stop),
        _ => refuse("NoSegment", format!("could not find a matching segment for coordinate {i}")),
    };
    ask.points.iter().zip(&ask.radiuses_m).enumerate().map(on).collect()
}

fn location(p: LngLat) -> [f64; 2] {
    [round_deg(p.lng), round_deg(p.lat)]
}

fn waypoint(roads: &Roads, at: &Snapped) -> Value {
    json!({ "location": location(at.point), "name": roads.street(at), "distance": tenths(at.distance_m) })
}

async fn show_table(
    _: Viewer,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let ask = Ask::read(&coordinates, query.as_deref(), &["sources", "destinations", "annotations"])?;
    let roads = roads(&ctx, &profile).await?;
    let annotations = ask.choice("annotations", &["duration", "distance", "duration,distance", "distance,duration"])?;
    let waypoints = ask.text("skip_waypoints") != Some("true");
    let (sources, targets) = (ask.indexes("sources")?, ask.indexes("destinations")?);
    if sources.len() * targets.len() > TABLE_MAX {
        let message = format!("{} by {} are more than {TABLE_MAX} table cells", sources.len(), targets.len());
        return refuse("TooBig", message);
    }
    let work = move |ws: &mut Workspace| -> Answer {
        let stops = stops(&roads, &ask)?;
        let of = |ixs: &[usize]| ixs.iter().map(|&i| &stops[i]).collect::<Vec<&Stop>>();
        let (durations, distances) = (annotations.contains("duration"), annotations.contains("distance"));
        let legs = roads.table(ws, &of(&sources), &of(&targets), distances);
        let mut answer = json!({ "code": "Ok" });
        if durations {
            answer["durations"] = rows(&legs, |leg| seconds(leg.ms));
        }
        if distances {
            answer["distances"] = rows(&legs, |leg| tenths(leg.mm as f64 / 1_000.0));
        }
        if waypoints {
            let all = |ixs: &[usize]| ixs.iter().map(|&i| waypoint(&roads, stops[i].nearest())).collect::<Value>();
            answer["sources"] = all(&sources);
            answer["destinations"] = all(&targets);
        }
        Ok(Json(answer))
    };
    ctx.searches.run(work).await?
}

/// `null` where there is no way.
fn rows(legs: &[Vec<Option<Leg>>], value: impl Fn(&Leg) -> f64) -> Value {
    legs.iter().map(|row| row.iter().map(|leg| leg.as_ref().map(&value)).collect::<Value>()).collect()
}

async fn show_nearest(
    _: Viewer,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
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
    let mut found = roads.snapper().snap_several(roads.graph(), point, number);
    found.retain(|at| at.distance_m <= ask.radiuses_m[0]);
    if found.is_empty() {
        return refuse("NoSegment", "could not find a matching segment for the coordinate");
    }
    let shown = found.iter().map(|at| {
        let mut shown = waypoint(&roads, at);
        let ends = roads.graph().ends(2 * at.link);
        shown["nodes"] = json!(ends.map(|node| roads.graph().topology.node_osm[node as usize]));
        shown
    });
    Ok(Json(json!({ "code": "Ok", "waypoints": shown.collect::<Value>() })))
}

async fn show_route(
    _: Viewer,
    State(ctx): State<Ctx>,
    Path((profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    const KNOWN: [&str; 6] = ["alternatives", "steps", "annotations", "geometries", "overview", "continue_straight"];
    let ask = Ask::read(&coordinates, query.as_deref(), &KNOWN)?;
    let roads = roads(&ctx, &profile).await?;
    if ask.points.len() < 2 {
        return refuse("InvalidOptions", "a route needs at least two coordinates");
    }
    if ask.points.len() > STOPS_MAX {
        return refuse("TooBig", format!("{} coordinates are more than {STOPS_MAX}", ask.points.len()));
    }
    let style = route::Style::of(&ask)?;
    let work = move |ws: &mut Workspace| -> Answer {
        let (route, passed) = route::show(&roads, &mut ws.search, &stops(&roads, &ask)?, &style)?;
        let mut answer = json!({ "code": "Ok", "routes": [route] });
        if ask.text("skip_waypoints") != Some("true") {
            answer["waypoints"] = passed.iter().map(|at| waypoint(&roads, at)).collect();
        }
        Ok(Json(answer))
    };
    ctx.searches.run(work).await?
}
