//! Contours of equal drive time.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
};
use geo::{Area, LineString, MultiPolygon, Polygon};
use geojson::{Feature, GeometryValue, JsonObject};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Answer, Asked, Refusal, no_edge, places, read, read_query, refuse,
    wire::{Contour, Contours, IsochroneAsk, RefusalBody},
};
use crate::{
    api::{May, rights},
    base::LngLat,
    ctx::Ctx,
    feature::isochrone::{BANDS_MAX, PLACES_MAX},
    kernel::{graph::Entrance, travel::Workspace},
};

/// From light to dark: the smallest contour first.
const COLOURS: [&str; 5] = ["#1a9850", "#91cf60", "#fee08b", "#fc8d59", "#d73027"];

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(get_isochrone, post_isochrone))
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
    ctx.studies.run(work).await?
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
