//! A point in words: whoever reports, or looks at a case, says where it is as people there do.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::gazetteer::{PlacesState, gazetteer};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{LngLat, tenths},
    ctx::Ctx,
    domain::find::{Around, InWords, around, in_words},
    feature::areas::{Named, to_wgs84},
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PointAsked {
    /// degrees
    #[param(example = -4.4779)]
    lng: f64,
    /// degrees
    #[param(example = 54.1498)]
    lat: f64,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
}

/// Something that has a name, and how far it is from the point.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = NearPoint)]
struct NearWire {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name_zh: Option<String>,
    /// Of a point of interest what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<String>,
    distance_m: f64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PointInWords {
    /// WGS-84
    point: LngLat,
    /// `12 Parliament Street, Ramsey`, `North Quay, near The Bridge, Douglas`, `1.2 km from Laxey, Garff`; empty where
    /// nothing is known.
    words: String,
    /// The same in Chinese.
    words_zh: String,
    /// Null outside of all.
    township: Option<Named>,
    /// The nearest house with a number, at most 30 m away.
    address: Option<NearWire>,
    /// The nearest junction of two roads with names, at most 30 m away.
    crossing: Option<NearWire>,
    /// The nearest road with a name or a number, at most 100 m away.
    street: Option<NearWire>,
    /// The nearest point of interest, at most 100 m away.
    poi: Option<NearWire>,
    /// The nearest settlement, by its middle, at most 10 km away.
    settlement: Option<NearWire>,
    places: PlacesState,
    /// What to do where places are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<&'static str>,
    as_of_seq: i64,
}

impl NearWire {
    fn new(name: impl Into<String>, away_m: f64) -> Self {
        Self { name: name.into(), name_zh: None, category: None, distance_m: tenths(away_m) }
    }
}

/// Where a point is, in words: the nearest house, else the crossing, else the street; beside which place; in which
/// township.
#[utoipa::path(get, path = "/find/around", operation_id = "point_in_words", tag = "find", params(PointAsked),
    responses((status = 200, body = PointInWords), (status = 400, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(super) async fn point_in_words(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<PointAsked>,
) -> Answer<Json<PointInWords>> {
    let point = to_wgs84(LngLat { lng: ask.lng, lat: ask.lat }, ask.datum.as_deref())?;
    let world = ctx.world();
    let gazetteer = gazetteer(&ctx, &world).await?;
    let found = around(&gazetteer, point);
    let InWords { words, words_zh } = in_words(&gazetteer, point, &found);
    let Around { house, crossing, street, poi, settlement } = found;
    let township = gazetteer.areas.locate(point).township.map(|ix| Named::from(gazetteer.areas.at(ix)));
    let places = PlacesState::of(&gazetteer, &world);
    Ok(Json(PointInWords {
        point,
        words,
        words_zh,
        township,
        address: house.map(|(house, away_m)| NearWire::new(gazetteer.houses.written(house), away_m)),
        crossing: crossing.map(|([a, b], away_m)| NearWire::new(format!("{a} & {b}"), away_m)),
        street: street.map(|(name, away_m)| NearWire::new(name, away_m)),
        poi: poi.map(|(poi, away_m)| {
            let (name_zh, category) = (poi.name_zh.clone(), Some(poi.category.clone()));
            NearWire { name_zh, category, ..NearWire::new(&poi.name, away_m) }
        }),
        settlement: settlement.map(|(place, away_m)| {
            let near = NearWire::new(&place.name, away_m);
            NearWire { name_zh: place.name_zh.clone(), ..near }
        }),
        places,
        hint: places.hint(),
        as_of_seq: world.seq,
    }))
}
