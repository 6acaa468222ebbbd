//! One box that finds a place: dispatchers type what the caller says, coordinates, a name, a number, and go
//! there. And a point in words, as a caller would say where it is. Reads only.

mod around;
mod gazetteer;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::gazetteer::{PlacesState, gazetteer};
use super::areas::Named;
use crate::{
    api::{Answer, May, ProblemBody, Query, page_limit, rights},
    base::{BBox, Code, Error, LngLat, Result, Timestamp, tenths},
    ctx::Ctx,
    domain::{
        areas::{Areas, Level},
        auth::Sight,
        find::{self, Fit, Found, Gazetteer, Ground, InWords, Kind, Known, Order, Thing},
        incidents::{Incident, IncidentStatus},
        squads::SquadStatus,
    },
    kernel::shape::{self, round_deg},
    world::World,
};

const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 50;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// Coordinates in any spelling, a name, a code or a number
    #[param(example = "Peel")]
    q: String,
    /// 10 when not given, at most 50
    limit: Option<usize>,
    /// Where somebody is, degrees: of what fits alike the nearer comes first
    lng: Option<f64>,
    /// degrees
    lat: Option<f64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FindAnswer {
    q: String,
    /// The best first.
    found: Vec<FoundWire>,
    places: PlacesState,
    /// What to do where places are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<&'static str>,
    as_of_seq: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Found)]
pub(super) struct FoundWire {
    kind: Kind,
    /// Code of an area, a zone or a squad, id of an incident; what else there is has none.
    id: Option<String>,
    /// Of an incident the number it came with, else its id; of a point its coordinates.
    name: String,
    name_zh: Option<String>,
    /// A place in it, WGS-84.
    at: LngLat,
    /// west, south, east, north in degrees, of what is no point
    bbox: Option<[f64; 4]>,
    /// The township that it lies in, or the county; null outside, and for these themselves where nothing is above.
    within: Option<Named>,
    /// From where somebody is, metres; null where nobody said.
    distance_m: Option<f64>,
    why: Why,
    /// Of a point of interest what it is: OSM's word, such as pub, or that of our own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<String>,
    /// Of a point of interest or an address, in words: `Prospect Hill, Douglas`.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    place: Option<String>,
    /// The same in Chinese.
    #[serde(rename = "where_zh", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    place_zh: Option<String>,
    /// Of an incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    incident: Option<FoundIncident>,
    /// Of a squad and its post.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status: Option<SquadStatus>,
    /// Of a zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    layer: Option<Code>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FoundWhy)]
struct Why {
    /// How its name fits, or its coordinates are read.
    fit: Fit,
    /// Of coordinates: which number is which.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order: Option<Order>,
    /// Of coordinates: wgs84, cgcs2000, gcj02 or bd09.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    datum: Option<&'static str>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FoundIncident {
    matter: Option<Code>,
    status: IncidentStatus,
    reported_at: Timestamp,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(find)).routes(routes!(around::point_in_words))
}

/// What somebody means by a few words: coordinates (of two numbers that can only be one way round, in any datum,
/// with degrees, minutes and seconds), names in any of their languages, pinyin and its first letters, and codes of
/// areas, streets and road numbers, where two of these cross (`A & B`, A与B路口), settlements, points of interest of the extract and of our own list,
/// addresses by number and street (`12 Parliament Street`, 中山路12号), patrol zones in force, squads and their posts, hot
/// incidents by their number or the first or last digits of their id. Every word has to begin one of the name's; only where nothing fits so,
/// letters may be wrong.
#[utoipa::path(get, path = "/find", operation_id = "find", tag = "find", params(Ask),
    responses((status = 200, body = FindAnswer), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn find(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<Ask>,
) -> Answer<Json<FindAnswer>> {
    let limit = page_limit(ask.limit, LIMIT_DEFAULT, LIMIT_MAX)?;
    let near = near(ask.lng, ask.lat)?;
    let world = ctx.world();
    let (gazetteer, sight) = (gazetteer(&ctx, &world).await?, caller.sight(&world));
    let all = find::find(&ground(&ctx, &world, &gazetteer, &sight), &ask.q, near, limit)?;
    let mut found: Vec<_> = all.iter().map(|one| told(one, &gazetteer, near)).collect();
    // What is history is known by its whole id alone.
    if found.is_empty()
        && let Ok(id) = ask.q.trim().parse::<Uuid>()
        && let Ok(incident) = ctx.incident(id, &sight).await
    {
        let why = Why { fit: Fit::Whole, order: None, datum: None };
        found.push(FoundWire { kind: Kind::Incident, ..of_incident(&incident, &gazetteer.areas, why) });
    }
    let places = PlacesState::of(&gazetteer, &world);
    Ok(Json(FindAnswer { q: ask.q, found, places, hint: places.hint(), as_of_seq: world.seq }))
}

fn ground<'a>(ctx: &'a Ctx, world: &'a World, gazetteer: &'a Gazetteer, sight: &'a Sight) -> Ground<'a> {
    let World { zones, squads, incidents, .. } = world;
    Ground { gazetteer, zones, squads, incidents, definition: &ctx.definition, at: ctx.now(), sight }
}

/// Where an address may be that means no one place: see [`find::candidates`]. What lies in the area comes first.
pub(super) async fn candidates(ctx: &Ctx, world: &World, address: &str, area: Option<&Code>) -> Result<Vec<FoundWire>> {
    let (gazetteer, sight) = (gazetteer(ctx, world).await?, Sight::default());
    let near = area.and_then(|code| world.areas.get(code.as_str())).map(|area| area.bbox.center());
    let all = find::candidates(&ground(ctx, world, &gazetteer, &sight), address, near, LIMIT_DEFAULT)?;
    Ok(all.iter().map(|one| told(one, &gazetteer, None)).collect())
}

/// The one place that an address means: see [`find::located`].
pub(super) async fn located(ctx: &Ctx, address: &str) -> Result<LngLat> {
    find::located(&*gazetteer(ctx, &ctx.world()).await?, address)
}

fn near(lng: Option<f64>, lat: Option<f64>) -> Result<Option<LngLat>> {
    match (lng, lat) {
        (Some(lng), Some(lat)) => LngLat::new(lng, lat).map(Some),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Error::invalid("lat", "lng comes with lat")),
        (None, Some(_)) => Err(Error::invalid("lng", "lat comes with lng")),
    }
}

fn told(one: &Found<'_>, gazetteer: &Gazetteer, near: Option<LngLat>) -> FoundWire {
    let areas = &gazetteer.areas;
    let why = Why { fit: one.fit, order: None, datum: None };
    let wire = match &one.thing {
        Thing::Point(reading) => {
            let why = Why { order: Some(reading.order), datum: Some(reading.datum.as_str()), ..why };
            let name = format!("{:.6}, {:.6}", reading.at.lat, reading.at.lng);
            place(areas, (None, name, None), reading.at, why)
        }
        Thing::Crossing(crossing) => place(areas, (None, crossing.name.clone(), None), crossing.at, why),
        Thing::House(house) => {
            let name = gazetteer.houses.written(house);
            told_at(place(areas, (None, name, None), house.at, why), find::around_house(gazetteer, house))
        }
        Thing::Known(Known::Poi(n)) => {
            let poi = &gazetteer.pois[*n as usize];
            let told = find::whereabouts(gazetteer, poi.at, poi.address.as_deref());
            let wire = place(areas, (None, poi.name.clone(), poi.name_zh.clone()), poi.at, why);
            FoundWire { category: Some(poi.category.clone()), ..told_at(wire, told) }
        }
        Thing::Known(Known::Area(ix)) => {
            let area = areas.at(*ix);
            let names = (Some(area.code.as_str().to_owned()), area.name.clone(), area.name_zh.clone());
            let at = shape::interior_point(&area.geometry).unwrap_or_else(|| area.bbox.center());
            let above = areas.line(*ix).skip(1).map(|ix| areas.at(ix)).find(|a| a.level <= Level::Township);
            let wire = place(areas, names, at, why);
            let within = if area.level == Level::Special { wire.within } else { above.map(Named::from) };
            FoundWire { bbox: Some(corners(area.bbox)), within, ..wire }
        }
        Thing::Known(Known::Settlement(n)) => {
            let settlement = &gazetteer.settlements[*n as usize];
            place(areas, (None, settlement.name.clone(), settlement.name_zh.clone()), settlement.at, why)
        }
        Thing::Known(Known::Street(n)) => {
            let street = &gazetteer.streets[*n as usize];
            let within = street.township.map(|ix| Named::from(areas.at(ix)));
            let wire = place(areas, (None, street.name.clone(), None), street.at, why);
            FoundWire { bbox: Some(corners(street.bbox)), within, ..wire }
        }
        Thing::Zone { layer, zone, bbox, at } => {
            let names = (Some(zone.code.as_str().to_owned()), zone.name.clone(), zone.name_zh.clone());
            FoundWire { bbox: Some(corners(*bbox)), layer: Some((*layer).clone()), ..place(areas, names, *at, why) }
        }
        Thing::Squad(squad, at) | Thing::Post(squad, at) => {
            let names = (Some(squad.id.as_str().to_owned()), squad.name.clone(), squad.name_zh.clone());
            FoundWire { status: Some(squad.status), ..place(areas, names, *at, why) }
        }
        Thing::Incident(incident) => of_incident(incident, areas, why),
    };
    let distance_m = near.map(|near| tenths(near.distance_m(wire.at)));
    FoundWire { kind: one.kind, distance_m, ..wire }
}

/// With where it is, in words.
fn told_at(wire: FoundWire, InWords { words, words_zh }: InWords) -> FoundWire {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    FoundWire { place: some(words), place_zh: some(words_zh), ..wire }
}

fn of_incident(incident: &Incident, areas: &Areas, why: Why) -> FoundWire {
    let id = incident.id.to_string();
    let name = incident.external_id.clone().unwrap_or_else(|| id.clone());
    let Incident { matter, status, reported_at, .. } = incident.clone();
    FoundWire {
        kind: Kind::Incident,
        incident: Some(FoundIncident { matter, status, reported_at }),
        ..place(areas, (Some(id), name, None), incident.at, why)
    }
}

/// Something at a place.
fn place(
    areas: &Areas,
    (id, name, name_zh): (Option<String>, String, Option<String>),
    at: LngLat,
    why: Why,
) -> FoundWire {
    let chain = areas.locate(at);
    FoundWire {
        kind: Kind::Point,
        id,
        name,
        name_zh,
        at: LngLat { lng: round_deg(at.lng), lat: round_deg(at.lat) },
        bbox: None,
        within: chain.township.or(chain.county).map(|ix| Named::from(areas.at(ix))),
        distance_m: None,
        why,
        category: None,
        place: None,
        place_zh: None,
        incident: None,
        status: None,
        layer: None,
    }
}

fn corners(b: BBox) -> [f64; 4] {
    [b.west, b.south, b.east, b.north].map(round_deg)
}
