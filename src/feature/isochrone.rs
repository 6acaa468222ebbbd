//! Isochrones: planners and map clients ask where one can be by when. Reads only; pictures, the
//! truth is per cell ([`format=h3`](Format::H3)) and in `/coverage`.

use axum::{extract::State, response::Response};
use geojson::{Feature, GeometryValue};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    areas::{datum, to_wgs84},
    coverage,
};
use crate::{
    api::{Answer, GeoFeature, May, ProblemBody, Query, feature, rights, told_in},
    base::{Error, LngLat, Result, Timestamp, words},
    ctx::{Ctx, View},
    domain::{
        coverage::Basis,
        dispatch::{RoadPoint, road_point},
        isochrone::Canvas,
        response::{Definition, Excluded, Reason},
        squads::Profile,
    },
    kernel::{graph::Entrance, isochrone::Reached, travel::Workspace},
    world::World,
};

/// Most bands of one picture.
pub const BANDS_MAX: usize = 10;
/// Most places to set out from.
pub const PLACES_MAX: usize = 100;

words! {
    /// How an isochrone is given.
    Format {
        /// Polygons, the largest band first.
        Geojson = "geojson",
        /// Cells with seconds.
        H3 = "h3",
    }
}

words! {
    /// What a time is made of.
    Counted { Handling = "handling", Turnout = "turnout", Walk = "walk", Drive = "drive" }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// From this place, degrees
    lng: Option<f64>,
    /// From this place, degrees
    lat: Option<f64>,
    /// From the nearest of several places: `lng,lat;lng,lat`, at most 100
    points: Option<String>,
    /// From the squads that coverage counts on: at their posts or, with live, their last positions
    basis: Option<Basis>,
    /// When: how the roads are, and with `basis` whose shifts count; now when not given
    at: Option<Timestamp>,
    /// Bands, such as `10,20,30` (which is the default): at most 10 of 1 to 120 minutes
    minutes: Option<String>,
    /// car (default), ebike or foot; with `basis` the squads that travel like that
    profile: Option<Profile>,
    /// geojson (default) or h3
    #[param(inline)]
    format: Option<Format>,
    /// Of what is asked and answered: wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
}

/// What stands beside the bands or cells.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IsochroneHead)]
struct About {
    /// What each time counts.
    counted: Vec<Counted>,
    /// H3 resolution. A cell belongs to a band when its centre is reached in time.
    resolution: u8,
    minutes: Vec<u32>,
    definition: Definition,
    origins: Origins,
    /// Of the coordinates; WGS-84 where it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    datum: Option<&'static str>,
}

/// Where one sets out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = IsochroneOrigins)]
enum Origins {
    Places(Vec<Entered>),
    Squads { considered: usize, total: usize, excluded: Excluded },
}

/// Where the road is entered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Entered {
    /// The nearest way to it.
    #[serde(flatten)]
    nearest: RoadPoint,
    /// Others that are open to the place, each later by the walk there.
    others: Vec<RoadPoint>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IsochroneCells)]
struct Cells {
    #[serde(flatten)]
    about: About,
    /// By H3 index.
    cells: Vec<CellTime>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CellTime {
    cell: String,
    /// Seconds, rounded up.
    s: u32,
}

/// A GeoJSON FeatureCollection with foreign members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename = "FeatureCollection")]
#[schema(as = IsochroneBands)]
struct Bands {
    /// One MultiPolygon a band, the largest first; a smaller band lies within every larger one.
    #[schema(value_type = Vec<GeoFeature>)]
    features: Vec<Feature>,
    #[serde(flatten)]
    about: About,
}

/// What one sets out from.
#[derive(Debug)]
enum From {
    Places(Vec<LngLat>),
    Squads(Box<coverage::Ask>),
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(isochrone))
}

/// Where one can be within so many minutes: a picture in bands of exact times, or its cells.
#[utoipa::path(get, path = "/isochrone", tag = "coverage", params(Params),
    responses((status = 200, content((Bands = "application/geo+json"), (Cells = "application/json"))),
        (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn isochrone(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Params>) -> Answer<Response> {
    let minutes = bands(ask.minutes.as_deref().unwrap_or("10,20,30"), ctx.definition.drive_limit_s / 60)?;
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let View { world, scene } = ctx.view(at).await?;
    let profile = ask.profile.unwrap_or(Profile::Car);
    let definition = Definition { profile: profile.as_str().to_owned(), ..scene.coverage.definition().clone() };
    let (from, datum) = (from(&ctx, &ask, at)?, datum(ask.datum.as_deref())?);
    let format = ask.format.unwrap_or(Format::Geojson);
    let work = move |ws: &mut Workspace| -> Result<Response> {
        let canvas = scene.canvas(profile)?;
        let (origins, counted, shown) = set_out(&world, &canvas, from)?;
        let reached = canvas.reached(&mut ws.search, &origins, limit_ms(minutes[0]));
        let about = About {
            counted,
            resolution: canvas.resolution(),
            minutes,
            definition,
            origins: shown,
            datum: datum.told(),
        };
        match format {
            Format::Geojson => told_in(datum, "application/geo+json", &polygons(&canvas, &reached, about)?),
            Format::H3 => told_in(datum, "application/json", &cells(&canvas, &reached, about)),
        }
    };
    Ok(ctx.studies.run(work).await??)
}

/// The minutes of each band, the largest first.
fn bands(text: &str, most: u32) -> Result<Vec<u32>> {
    let refuse = |why: String| Error::invalid("minutes", why);
    let number = |word: &str| match word.trim().parse::<u32>() {
        Ok(minutes) if (1..=most).contains(&minutes) => Ok(minutes),
        Ok(minutes) => Err(refuse(format!("{minutes} minutes are not within 1 to {most}"))),
        Err(_) => Err(refuse(format!("{word:?} is no whole number of minutes"))),
    };
    let mut minutes: Vec<u32> = text.split(',').map(number).collect::<Result<_>>()?;
    minutes.sort_unstable_by(|a, b| b.cmp(a));
    minutes.dedup();
    if minutes.len() > BANDS_MAX {
        return Err(refuse(format!("{} bands are more than {BANDS_MAX}", minutes.len())));
    }
    Ok(minutes)
}

fn from(ctx: &Ctx, ask: &Params, at: Timestamp) -> Result<From> {
    let datum = ask.datum.as_deref();
    match (ask.lng, ask.lat, &ask.points, ask.basis) {
        (Some(lng), Some(lat), None, None) => Ok(From::Places(vec![to_wgs84(LngLat { lng, lat }, datum)?])),
        (None, None, Some(points), None) => Ok(From::Places(places(points, datum)?)),
        (None, None, None, Some(basis)) => {
            Ok(From::Squads(coverage::Ask::new(ctx, None, Some(basis), Some(at)).into()))
        }
        _ => Err(Error::invalid("query", "one of lng and lat, points, or basis must say where to set out from")),
    }
}

/// `lng,lat;lng,lat`.
fn places(text: &str, datum: Option<&str>) -> Result<Vec<LngLat>> {
    let place = |pair: &str| {
        let numbers = pair.split_once(',').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        let (lng, lat) = numbers.ok_or_else(|| Error::invalid("points", format!("{pair:?} is not lng,lat")))?;
        to_wgs84(LngLat { lng, lat }, datum)
    };
    let places: Vec<LngLat> = text.split(';').map(place).collect::<Result<_>>()?;
    if places.len() > PLACES_MAX {
        return Err(Error::invalid("points", format!("{} places are more than {PLACES_MAX}", places.len())));
    }
    Ok(places)
}

fn set_out(world: &World, canvas: &Canvas, from: From) -> Result<(Vec<Entrance>, Vec<Counted>, Origins)> {
    match from {
        From::Places(places) => {
            let enter = |p: &LngLat| {
                let refused = |reason| match reason {
                    Reason::Closed => Error::invalid("lng", format!("the road at {p} is closed, and so is all around")),
                    _ => Error::invalid("lng", format!("no road is near {p}, within the snap limit")),
                };
                canvas.from_place(*p).map_err(refused)
            };
            let entered: Vec<_> = places.iter().map(enter).collect::<Result<_>>()?;
            let shown = entered.iter().map(|ways| Entered {
                nearest: road_point(&ways[0]),
                others: ways[1..].iter().map(road_point).collect(),
            });
            let shown = Origins::Places(shown.collect());
            let origins = entered.iter().flat_map(|ways| canvas.origins(ways)).collect();
            Ok((origins, vec![Counted::Walk, Counted::Drive], shown))
        }
        From::Squads(ask) => {
            let stands = canvas.from_squads(ask.who(&world.squads, &world.areas.time_zone()));
            let shown =
                Origins::Squads { considered: stands.considered, total: stands.total, excluded: stands.excluded };
            let counted = vec![Counted::Handling, Counted::Turnout, Counted::Walk, Counted::Drive];
            Ok((stands.origins, counted, shown))
        }
    }
}

fn limit_ms(minutes: u32) -> u32 {
    minutes * 60_000
}

fn polygons(canvas: &Canvas, reached: &[Reached], about: About) -> Result<Bands> {
    let band = |&minutes: &u32| {
        let limit_ms = limit_ms(minutes);
        let cells = reached.iter().filter(|r| r.ms <= limit_ms).count();
        let shape = GeometryValue::from(&canvas.outline(reached, limit_ms));
        feature(minutes.to_string(), shape, json!({ "minutes": minutes, "cells": cells }))
    };
    let features = about.minutes.iter().map(band).collect::<Result<_>>()?;
    Ok(Bands { features, about })
}

fn cells(canvas: &Canvas, reached: &[Reached], about: About) -> Cells {
    let mut found: Vec<_> = reached.iter().map(|r| (canvas.cell(r), r.ms.div_ceil(1_000))).collect();
    found.sort_unstable();
    let cells = found.into_iter().map(|(cell, s)| CellTime { cell: cell.to_string(), s }).collect();
    Cells { about, cells }
}
