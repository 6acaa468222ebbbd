//! Valhalla's actions `isochrone` and `sources_to_targets`: a JSON object as the body, or as the
//! parameter `json` of a GET.

mod wire;

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use geo::{Area, LineString, MultiPolygon, Polygon};
use geojson::{Feature, GeometryValue, JsonObject};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Roads, Stop, TABLE_MAX, rows};
use crate::{
    api::{May, Problem, rights},
    base::{Error, LngLat},
    ctx::Ctx,
    feature::isochrone::{BANDS_MAX, PLACES_MAX},
    kernel::{graph::Entrance, shape::round_deg, table::Leg, travel::Workspace},
};
use wire::{Cells, Common, Contour, Contours, IsochroneAsk, Matrix, MatrixAsk, Pair, Place, RefusalBody};

const KM_PER_MILE: f64 = 1.609_344;
/// From light to dark: the smallest contour first.
const COLOURS: [&str; 5] = ["#1a9850", "#91cf60", "#fee08b", "#fc8d59", "#d73027"];

/// No.
#[derive(Debug)]
enum Refusal {
    /// Valhalla's number for it, and a sentence.
    Coded(u16, String),
    /// Ours: busy, no network yet.
    Ours(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, message) = match self {
            Self::Coded(code, message) => (code, message),
            Self::Ours(error) => return Problem::from(error).into_response(),
        };
        let status = if code == 107 { StatusCode::NOT_IMPLEMENTED } else { StatusCode::BAD_REQUEST };
        let (status_code, reason) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
        let body = RefusalBody { error_code: code, error: message, status_code, status: reason };
        (status, Json(body)).into_response()
    }
}

fn refuse<T>(code: u16, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Coded(code, message.into()))
}

type Answer<T> = Result<Json<T>, Refusal>;

/// The parameter of a GET.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
struct Asked {
    /// What a POST has as its body
    json: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(get_isochrone, post_isochrone)).routes(routes!(get_matrix, post_matrix))
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(text).or_else(|e| refuse(100, format!("Failed to parse json request: {e}")))
}

/// The parameter `json`.
fn read_query<T: DeserializeOwned>(query: Option<&str>) -> Result<T, Refusal> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or("").as_bytes());
    let text = pairs.find(|(name, _)| name == "json").map_or_else(|| "{}".into(), |(_, text)| text);
    read(text.as_bytes())
}

impl Common {
    async fn roads(&self, ctx: &Ctx) -> Result<Roads, Refusal> {
        self.refuse_unknown()?;
        let Some(costing) = self.costing.as_deref() else { return refuse(124, "No edge/node costing provided") };
        match Roads::of(ctx, costing).await? {
            Some(roads) => Ok(roads),
            None => refuse(125, format!("No costing method found for '{costing}'")),
        }
    }

    /// What would change the answer and is not known here.
    fn refuse_unknown(&self) -> Result<(), Refusal> {
        // Type 0: now, and there is no other time of day here.
        let timed = self.date_time.as_ref().is_some_and(|d| d["type"] != 0);
        let asked = |v: &Option<Value>| v.as_ref().is_some_and(|v| *v != json!([]) && !v.is_null());
        let wanted = [
            (self.reverse == Some(true), "reverse"),
            (timed, "date_time"),
            (asked(&self.exclude_locations) || asked(&self.avoid_locations), "exclude_locations"),
            (asked(&self.exclude_polygons) || asked(&self.avoid_polygons), "exclude_polygons"),
        ];
        match wanted.into_iter().find(|(asked, _)| *asked) {
            Some((_, what)) => refuse(107, format!("Not Implemented: {what}")),
            None => Ok(()),
        }
    }
}

/// Places from `[{"lat", "lon"}]`; `code` where one can't be read.
fn places(locations: &[Value], code: u16, what: &str) -> Result<Vec<LngLat>, Refusal> {
    let place = |location: &Value| {
        let numbers = location["lon"].as_f64().zip(location["lat"].as_f64());
        let place = numbers.and_then(|(lng, lat)| LngLat::new(lng, lat).ok());
        place.map_or_else(|| refuse(code, format!("Failed to parse {what}: {location}")), Ok)
    };
    locations.iter().map(place).collect()
}

fn no_edge<T>(place: LngLat) -> Result<T, Refusal> {
    refuse(171, format!("No suitable edges near location: {place}"))
}

/// A contour, ready to draw.
#[derive(Debug)]
struct Ring {
    minutes: f64,
    limit_ms: u32,
    colour: Option<String>,
}

fn rings(contours: Vec<Contour>, most_s: u32) -> Result<Vec<Ring>, Refusal> {
    if contours.len() > BANDS_MAX {
        return refuse(152, format!("Exceeded max contours: {BANDS_MAX}"));
    }
    let most = f64::from(most_s) / 60.0;
    let ring = |contour: Contour| match contour {
        Contour { distance: Some(_), .. } => refuse(107, "Not Implemented: contours by distance"),
        Contour { time: None, .. } => refuse(111, "Insufficiently specified required parameter 'time'"),
        Contour { time: Some(minutes), .. } if minutes > most => refuse(151, format!("Exceeded max time: {most}")),
        Contour { time: Some(minutes), color, .. } if minutes > 0.0 => {
            Ok(Ring { minutes, limit_ms: (minutes * 60_000.0) as u32, colour: color.map(|c| format!("#{c}")) })
        }
        Contour { .. } => refuse(111, "Insufficiently specified required parameter 'time': it is not positive"),
    };
    let mut rings: Vec<Ring> = contours.into_iter().map(ring).collect::<Result<_, _>>()?;
    rings.sort_by(|a, b| b.minutes.total_cmp(&a.minutes));
    Ok(rings)
}

/// Contours of equal drive time.
#[utoipa::path(get, path = "/isochrone", operation_id = "valhalla_isochrone_by_query", tag = "valhalla", params(Asked),
    responses((status = 200, body = Contours), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn get_isochrone(_: May<rights::Read>, State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Answer<Contours> {
    isochrone(ctx, read_query(query.as_deref())?).await
}

/// Contours of equal drive time.
#[utoipa::path(post, path = "/isochrone", operation_id = "valhalla_isochrone", tag = "valhalla",
    request_body(content = IsochroneAsk, example = json!({
        "locations": [{ "lat": 54.1498, "lon": -4.4779 }], "costing": "auto",
        "contours": [{ "time": 10 }, { "time": 20 }], "polygons": true })),
    responses((status = 200, body = Contours), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn post_isochrone(_: May<rights::Read>, State(ctx): State<Ctx>, body: Bytes) -> Answer<Contours> {
    isochrone(ctx, read(&body)?).await
}

async fn isochrone(ctx: Ctx, ask: IsochroneAsk) -> Answer<Contours> {
    let locations = ask.locations.unwrap_or_default();
    if locations.is_empty() {
        return refuse(110, "Insufficiently specified required parameter 'locations'");
    }
    if locations.len() > PLACES_MAX {
        return refuse(150, format!("Exceeded max locations: {PLACES_MAX}"));
    }
    let roads = ask.common.roads(&ctx).await?;
    let contours = ask.contours.unwrap_or_default();
    if contours.is_empty() {
        return refuse(113, "Insufficiently specified required parameter 'contours'");
    }
    let rings = rings(contours, ctx.definition.drive_limit_s)?;
    let places = places(&locations, 130, "location")?;
    let (polygons, denoise, id) = (ask.polygons, ask.denoise.unwrap_or(1.0).clamp(0.0, 1.0), ask.common.id);
    let work = move |ws: &mut Workspace| -> Answer<Contours> {
        let canvas = roads.scene.canvas(roads.profile)?;
        let enter = |p: &LngLat| canvas.from_place(*p).or_else(|_| no_edge(*p));
        let entered = places.iter().map(enter).collect::<Result<Vec<_>, _>>()?;
        let origins: Vec<Entrance> = entered.iter().flat_map(|ways| canvas.origins(ways)).collect();
        let reached = canvas.reached(&mut ws.search, &origins, rings[0].limit_ms);
        let count = rings.len();
        let feature = |(i, ring): (usize, &Ring)| {
            let shape = denoised(canvas.outline(&reached, ring.limit_ms), denoise);
            let geometry = if polygons { areas(shape) } else { lines(&shape, denoise) };
            let colour = ring.colour.clone().unwrap_or_else(|| COLOURS[(count - 1 - i) * 4 / count.max(2)].to_owned());
            geometry.map(|geometry| contour(ring.minutes, &colour, geometry))
        };
        Ok(Json(Contours { features: rings.iter().enumerate().filter_map(feature).collect(), id }))
    };
    ctx.searches.run(work).await?
}

fn contour(minutes: f64, colour: &str, geometry: GeometryValue) -> Feature {
    let text = ["color", "fill", "fillColor"].map(|name| (name, json!(colour)));
    let opacity = ["opacity", "fill-opacity", "fillOpacity"].map(|name| (name, json!(0.33)));
    let what = [("contour", json!(minutes)), ("metric", json!("time"))];
    let properties: JsonObject =
        what.into_iter().chain(text).chain(opacity).map(|(name, value)| (name.to_owned(), value)).collect();
    Feature { geometry: Some(geometry.into()), properties: Some(properties), ..Feature::default() }
}

/// Without the polygons smaller than `share` of the largest, which comes first.
fn denoised(shape: MultiPolygon<f64>, share: f64) -> MultiPolygon<f64> {
    let outer_area = |p: &Polygon<f64>| Polygon::new(p.exterior().clone(), vec![]).unsigned_area();
    let mut sized: Vec<(f64, Polygon<f64>)> = shape.into_iter().map(|p| (outer_area(&p), p)).collect();
    sized.sort_by(|a, b| b.0.total_cmp(&a.0));
    let least = sized.first().map_or(0.0, |(largest, _)| largest * share);
    sized.into_iter().filter(|(area, _)| *area >= least).map(|(_, p)| p).collect()
}

/// Nothing, a Polygon, or a MultiPolygon.
fn areas(shape: MultiPolygon<f64>) -> Option<GeometryValue> {
    match &shape.0[..] {
        [] => None,
        [only] => Some(GeometryValue::from(only)),
        _ => Some(GeometryValue::from(&shape)),
    }
}

/// Nothing, a LineString, or a MultiLineString of the rings; holes fall under `share` as well.
fn lines(shape: &MultiPolygon<f64>, share: f64) -> Option<GeometryValue> {
    let area = |ring: &LineString<f64>| Polygon::new(ring.clone(), vec![]).unsigned_area();
    let rings = shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let mut rings: Vec<(f64, LineString<f64>)> = rings.map(|r| (area(r), r.clone())).collect();
    let least = rings.iter().map(|r| r.0).fold(0.0, f64::max) * share;
    rings.retain(|(area, _)| *area >= least);
    match &rings[..] {
        [] => None,
        [(_, only)] => Some(GeometryValue::from(only)),
        _ => Some(GeometryValue::from(&geo::MultiLineString(rings.into_iter().map(|r| r.1).collect()))),
    }
}

/// Quickest drives from each source to each target.
#[utoipa::path(get, path = "/sources_to_targets", operation_id = "valhalla_matrix_by_query", tag = "valhalla",
    params(Asked),
    responses((status = 200, body = Matrix), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn get_matrix(_: May<rights::Read>, State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Answer<Matrix> {
    matrix(ctx, read_query(query.as_deref())?).await
}

/// Quickest drives from each source to each target.
#[utoipa::path(post, path = "/sources_to_targets", operation_id = "valhalla_matrix", tag = "valhalla",
    request_body(content = MatrixAsk, example = json!({
        "sources": [{ "lat": 54.1498, "lon": -4.4779 }], "targets": [{ "lat": 54.1844, "lon": -4.5664 }],
        "costing": "auto" })),
    responses((status = 200, body = Matrix), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn post_matrix(_: May<rights::Read>, State(ctx): State<Ctx>, body: Bytes) -> Answer<Matrix> {
    matrix(ctx, read(&body)?).await
}

async fn matrix(ctx: Ctx, ask: MatrixAsk) -> Answer<Matrix> {
    let (sources, targets) = (ask.sources.unwrap_or_default(), ask.targets.unwrap_or_default());
    if sources.is_empty() || targets.is_empty() {
        return refuse(112, "Insufficiently specified required parameter 'locations' or 'sources & targets'");
    }
    if sources.len().saturating_mul(targets.len()) > TABLE_MAX {
        return refuse(150, format!("Exceeded max locations: {TABLE_MAX} pairs"));
    }
    let roads = ask.common.roads(&ctx).await?;
    let (units, metres) = match ask.units.as_deref().unwrap_or("km") {
        "mi" | "miles" => ("miles", KM_PER_MILE * 1_000.0),
        _ => ("kilometers", 1_000.0),
    };
    let (from, to) = (places(&sources, 131, "source")?, places(&targets, 132, "target")?);
    let (verbose, id) = (ask.verbose.unwrap_or(true), ask.common.id);
    let work = move |ws: &mut Workspace| -> Answer<Matrix> {
        let stop = |p: &LngLat| roads.stop(*p).map_or_else(|| no_edge(*p), Ok);
        let from: Vec<Stop> = from.iter().map(stop).collect::<Result<_, _>>()?;
        let to: Vec<Stop> = to.iter().map(stop).collect::<Result<_, _>>()?;
        let legs = roads.table(ws, &from.iter().collect::<Vec<_>>(), &to.iter().collect::<Vec<_>>(), true);
        if legs.iter().flatten().all(Option::is_none) {
            return refuse(442, "No path could be found for input");
        }
        let places = |at: &[Stop]| verbose.then(|| at.iter().map(shown).collect());
        let cells = if verbose {
            Cells::Verbose(pairs(&legs, metres))
        } else {
            Cells::Short { durations: rows(&legs, time_s), distances: rows(&legs, |l| length(l, metres)) }
        };
        let (sources, targets) = (places(&from), places(&to));
        Ok(Json(Matrix { units, algorithm: "dijkstra", sources_to_targets: cells, sources, targets, id }))
    };
    ctx.searches.run(work).await?
}

/// Whole seconds.
fn time_s(leg: &Leg) -> u32 {
    (leg.ms + 500) / 1_000
}

/// In units of so many metres, to the third decimal.
fn length(leg: &Leg, metres: f64) -> f64 {
    (leg.mm as f64 / metres).round() / 1_000.0
}

fn pairs(legs: &[Vec<Option<Leg>>], metres: f64) -> Vec<Vec<Pair>> {
    let pair = |from_index: usize, (to_index, leg): (usize, &Option<Leg>)| Pair {
        from_index,
        to_index,
        time: leg.as_ref().map(time_s),
        distance: leg.as_ref().map(|l| length(l, metres)),
    };
    let row = |(from, row): (usize, &Vec<Option<Leg>>)| row.iter().enumerate().map(|leg| pair(from, leg)).collect();
    legs.iter().enumerate().map(row).collect()
}

fn shown(stop: &Stop) -> Place {
    let at = stop.nearest();
    Place { lon: round_deg(at.point.lng), lat: round_deg(at.point.lat) }
}
