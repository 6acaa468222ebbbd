//! Who is responsible here: map clients and dispatch systems ask for one point or for thousands.
//! Reads only.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    generations::with_draft,
    zones::{ZoneHere, here},
};
use crate::{
    api::{Answer, Body, May, ProblemBody, Query, rights},
    base::{Code, Error, LngLat, Result, Timestamp, check_accuracy, tenths},
    ctx::Ctx,
    domain::{
        areas::{Area, AreaIx, Areas, Border, Chain},
        dispatch::ServedZone,
        incidents::Candidate,
        units::Unit,
        zones::{InForce, locate as locate_zones},
    },
    kernel::crs::Datum,
};

/// Most points of one batch.
const BATCH_MAX: usize = 10_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Locate {
    /// degrees
    lng: f64,
    /// degrees
    lat: f64,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// How far the true place may be, metres
    accuracy_m: Option<f64>,
    /// Which patrol zones are in force when? Now when not given
    at: Option<Timestamp>,
    /// As if this draft of areas were in force (`GET /areas/generations`)
    generation: Option<i64>,
}

/// An area as answers name it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Named {
    pub code: Code,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name_zh: Option<String>,
}

impl From<&Area> for Named {
    fn from(a: &Area) -> Self {
        Self { code: a.code.clone(), name: a.name.clone(), name_zh: a.name_zh.clone() }
    }
}

impl From<&Unit> for Named {
    fn from(u: &Unit) -> Self {
        Self { code: u.code.clone(), name: u.name.clone(), name_zh: u.name_zh.clone() }
    }
}

/// A special area over the point.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Overlay {
    code: Code,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name_zh: Option<String>,
    /// The higher comes first.
    priority: u32,
}

/// Distance to the nearest township border: exact up to 500 m.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = BorderDistance)]
enum BorderWire {
    Within { distance_m: f64 },
    More { more_than_m: f64 },
}

impl From<Border> for BorderWire {
    fn from(b: Border) -> Self {
        match b {
            Border::Within(m) => Self::Within { distance_m: tenths(m) },
            Border::MoreThan500 => Self::More { more_than_m: 500.0 },
        }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Located {
    /// WGS-84
    point: LngLat,
    county: Option<Named>,
    township: Option<Named>,
    village: Option<Named>,
    grid: Option<Named>,
    /// Special areas over the point, such as development zones: their rule may come before the
    /// township's. The highest priority first.
    overlays: Vec<Overlay>,
    border: Option<BorderWire>,
    /// The patrol zones in force, by layer, with their teams.
    zones: Vec<ZoneHere>,
    /// The accuracy reaches over the border: a person decides among the candidates.
    ambiguous: bool,
    candidates: Vec<Candidate>,
    /// Outside everything: the township that is nearest.
    nearest: Option<Candidate>,
    /// The point lies outside the county, but inside it when read in this datum.
    shifted_hint: Option<&'static str>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "points": [{ "lng": -4.4779, "lat": 54.1498 }, { "lng": -4.6963, "lat": 54.0733 }], "border": true }))]
struct LocateMany {
    /// At most 10,000.
    points: Vec<LngLat>,
    datum: Option<String>,
    /// Also give the distance to the nearest township border.
    #[serde(default)]
    border: bool,
    /// Which patrol zones are in force when? Now when not given.
    at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LocatedCodes {
    county: Option<Code>,
    township: Option<Code>,
    village: Option<Code>,
    grid: Option<Code>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overlays: Vec<Overlay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    border: Option<BorderWire>,
    /// The patrol zones in force, by layer; `zones` of the whole answer has more about each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    zones: Vec<ServedZone>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LocatedMany {
    /// One for each point, in order.
    results: Vec<LocatedCodes>,
    /// Every zone that is named, with its team.
    zones: Vec<ZoneHere>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(locate, locate_many))
}

/// Who is responsible at a point.
#[utoipa::path(get, path = "/locate", tag = "areas", params(Locate),
    responses((status = 200, body = Located), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn locate(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Locate>) -> Answer<Json<Located>> {
    let point = to_wgs84(LngLat { lng: ask.lng, lat: ask.lat }, ask.datum.as_deref())?;
    check_accuracy(ask.accuracy_m)?;
    let world = ctx.world();
    let areas = &match ask.generation {
        Some(generation) => with_draft(&ctx, generation).await?,
        None => Arc::clone(&world.areas),
    };
    let chain = areas.locate(point);
    let named = |ix: Option<AreaIx>| ix.map(|ix| Named::from(areas.at(ix)));
    let candidates = Candidate::among(areas, point, ask.accuracy_m);
    let outside = chain == Chain::default();
    Ok(Json(Located {
        point,
        county: named(chain.county),
        township: named(chain.township),
        village: named(chain.village),
        grid: named(chain.grid),
        overlays: overlays(areas, point),
        border: (!areas.is_empty()).then(|| areas.border(point).into()),
        zones: here(&world.zones, point, ask.at.unwrap_or_else(|| ctx.now())),
        ambiguous: !candidates.is_empty(),
        candidates,
        nearest: areas.nearest(point).filter(|_| outside).map(|n| Candidate::new(areas, n.area, n.distance_m)),
        shifted_hint: if outside { shifted_hint(areas, point) } else { None },
    }))
}

/// Who is responsible at each of many points.
#[utoipa::path(post, path = "/locate", tag = "areas", request_body = LocateMany,
    responses((status = 200, body = LocatedMany), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn locate_many(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Body(ask): Body<LocateMany>,
) -> Answer<Json<LocatedMany>> {
    if ask.points.len() > BATCH_MAX {
        let detail = format!("{} points are more than the {BATCH_MAX} of one batch", ask.points.len());
        return Err(Error::new(crate::base::Kind::TooLarge, detail).at("points").into());
    }
    let datum = datum(ask.datum.as_deref())?;
    let world = ctx.world();
    let (areas, at) = (&world.areas, ask.at.unwrap_or_else(|| ctx.now()));
    let in_force: Vec<InForce> = world.zones.in_force(at).collect();
    let mut named: BTreeMap<ServedZone, ZoneHere> = BTreeMap::new();
    let one = |(i, p): (usize, &LngLat)| -> Result<LocatedCodes> {
        let point = LngLat::new(p.lng, p.lat).map_err(|e| Error::invalid(format!("points[{i}]"), e.detail))?;
        let point = datum.to_wgs84(point);
        let chain = areas.locate(point);
        let code = |ix: Option<AreaIx>| ix.map(|ix| areas.at(ix).code.clone());
        Ok(LocatedCodes {
            county: code(chain.county),
            township: code(chain.township),
            village: code(chain.village),
            grid: code(chain.grid),
            overlays: overlays(areas, point),
            border: ask.border.then(|| areas.border(point).into()),
            zones: note(&in_force, point, &mut named),
        })
    };
    let results = ask.points.iter().enumerate().map(one).collect::<Result<_>>()?;
    Ok(Json(LocatedMany { results, zones: named.into_values().collect() }))
}

/// The zones over a place; those that were not met yet are noted with all there is about them.
fn note(in_force: &[InForce], p: LngLat, named: &mut BTreeMap<ServedZone, ZoneHere>) -> Vec<ServedZone> {
    let found = locate_zones(in_force, p).into_iter();
    let noted = |(here, code): (InForce, &Code)| {
        let zone = ServedZone { layer: here.entry.layer.clone(), zone: code.clone() };
        if !named.contains_key(&zone) {
            named.insert(zone.clone(), ZoneHere::of(here, here.layer.zones.get(code)?));
        }
        Some(zone)
    };
    found.filter_map(noted).collect()
}

fn overlays(areas: &Areas, point: LngLat) -> Vec<Overlay> {
    let overlay = |a: &Area| Overlay {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        priority: a.priority.unwrap_or(0),
    };
    areas.special(point).into_iter().map(|ix| overlay(areas.at(ix))).collect()
}

pub fn datum(name: Option<&str>) -> Result<Datum> {
    name.map_or(Ok(Datum::Wgs84), |n| n.parse().map_err(|e: Error| Error::invalid("datum", e.detail)))
}

/// A caller's point, checked and turned into WGS-84.
pub fn to_wgs84(p: LngLat, datum_name: Option<&str>) -> Result<LngLat> {
    Ok(datum(datum_name)?.to_wgs84(LngLat::new(p.lng, p.lat)?))
}

/// The datum in which an outside point would lie inside: it was probably sent in that one.
fn shifted_hint(areas: &Areas, point: LngLat) -> Option<&'static str> {
    [(Datum::Gcj02, "gcj02"), (Datum::Bd09, "bd09")]
        .into_iter()
        .find(|(datum, _)| areas.locate(datum.to_wgs84(point)) != Chain::default())
        .map(|(_, name)| name)
}
