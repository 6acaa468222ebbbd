//! The quickest drive past places in their order.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
};
use geo::LineString;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Answer, Asked, Refusal,
    maneuvers::{Style, maneuvers},
    no_edge,
    phrases::Language,
    places, read, read_query, refuse, thousandths,
    trip::{Answered, Leg, RouteAsk, Shape, Stopover, Summary, Trip},
    unit,
    wire::{Place, RefusalBody},
};
use crate::{
    api::{May, rights},
    base::{BBox, Error, LngLat},
    ctx::Ctx,
    domain::dispatch::Line,
    feature::doors::{
        Roads, STOPS_MAX, Stop,
        streets::{Street, Way},
    },
    kernel::{dijkstra::Route, graph::RoadClass, shape::round_deg, travel::Workspace},
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

/// How the client wants it.
struct Drawn {
    units: &'static str,
    /// None without manoeuvres.
    style: Style,
    maneuvers: bool,
    shape_format: String,
}

impl Drawn {
    fn of(ask: &RouteAsk) -> Result<Self, Refusal> {
        let former = ask.directions_options.as_ref();
        let option = |of: fn(&super::trip::Directions) -> &Option<String>| {
            of(&ask.options).as_deref().or(former.and_then(|former| of(former).as_deref()))
        };
        let (units, unit_m) = unit(option(|o| &o.units));
        let directions = option(|o| &o.directions_type).unwrap_or("instructions");
        let style =
            Style { language: Language::of(option(|o| &o.language)), told: directions == "instructions", unit_m };
        let shape_format = ask.shape_format.clone().unwrap_or_else(|| "polyline6".to_owned());
        if !["polyline6", "polyline5", "geojson", "no_shape"].contains(&shape_format.as_str()) {
            return refuse(164, format!("Invalid shape format: {shape_format}"));
        }
        Ok(Self { units, style, maneuvers: directions != "none", shape_format })
    }

    fn trip(&self, at: &[LngLat], legs: Vec<Leg>) -> Trip {
        let stopover = |(original_index, at): (usize, &LngLat)| Stopover {
            kind: "break",
            at: Place { lon: at.lng, lat: at.lat },
            original_index,
        };
        let whole = legs.iter().map(|leg| leg.summary).reduce(together);
        Trip {
            locations: at.iter().enumerate().map(stopover).collect(),
            summary: whole.unwrap_or_else(|| unreachable!("two locations have a leg between them")),
            legs,
            status_message: "Found route between points",
            status: 0,
            units: self.units,
            language: self.style.language.tag(),
        }
    }

    fn leg(&self, roads: &Roads, ms: u32, drive: &Route) -> Result<Leg, Refusal> {
        let streets = Street::all(roads.graph(), drive, ms - drive.drive_ms);
        Ok(Leg {
            maneuvers: self.maneuvers.then(|| maneuvers(roads, &streets, self.style)),
            summary: self.summary(roads, ms, drive, &streets),
            shape: self.shape(drive)?,
        })
    }

    fn summary(&self, roads: &Roads, ms: u32, drive: &Route, streets: &[Street]) -> Summary {
        let BBox { west, south, east, north } =
            BBox::around(drive.points.iter().copied()).unwrap_or(BBox { west: 0.0, south: 0.0, east: 0.0, north: 0.0 });
        let time = thousandths(f64::from(ms) / 1_000.0);
        Summary {
            has_highway: drive.driven.iter().any(|d| roads.graph().class(d.link()) == RoadClass::Motorway),
            has_ferry: streets.iter().any(|street| street.way == Way::Ferry),
            min_lat: round_deg(south),
            min_lon: round_deg(west),
            max_lat: round_deg(north),
            max_lon: round_deg(east),
            time,
            length: thousandths(drive.length_m / self.style.unit_m),
            cost: time,
        }
    }

    fn shape(&self, drive: &Route) -> Result<Option<Shape>, Refusal> {
        let points = drive.points.iter().map(|p| [round_deg(p.lng), round_deg(p.lat)]);
        let precision = match self.shape_format.as_str() {
            "no_shape" => return Ok(None),
            "geojson" => return Ok(Some(Shape::GeoJson(Line { coordinates: points.collect() }))),
            "polyline5" => 5,
            _ => 6,
        };
        let line: LineString<f64> = points.collect();
        polyline::encode_coordinates(line, precision)
            .map(|text| Some(Shape::Encoded(text)))
            .map_err(|e| Error::internal(e).into())
    }
}

/// Of two legs, one after the other.
fn together(a: Summary, b: Summary) -> Summary {
    Summary {
        has_highway: a.has_highway || b.has_highway,
        has_ferry: a.has_ferry || b.has_ferry,
        min_lat: a.min_lat.min(b.min_lat),
        min_lon: a.min_lon.min(b.min_lon),
        max_lat: a.max_lat.max(b.max_lat),
        max_lon: a.max_lon.max(b.max_lon),
        time: thousandths(a.time + b.time),
        length: thousandths(a.length + b.length),
        cost: thousandths(a.cost + b.cost),
    }
}
