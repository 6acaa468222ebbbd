//! The same for what is no point: each unit with its share, and who stands above all of them.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use geo::{Geometry, LineString, Polygon};
use serde::{Deserialize, Serialize};
use wkt::TryFromWkt;

use super::{PowerAsked, Snapshot};
use crate::{
    api::{Answer, Body, May, ProblemBody, rights},
    base::{Code, Error, LngLat, Result, Timestamp, Vertex, tenths},
    ctx::Ctx,
    domain::{
        lists::Power,
        matters::Matter,
        responsibility::{Outcome, Responsibility, footprint::Footprint},
    },
    feature::areas::{Named, datum},
    kernel::crs::Datum,
};

/// Where something reaches, as GeoJSON.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type")]
#[schema(as = Footprint)]
enum FootprintWire {
    /// A stretch of a river or a road.
    LineString {
        #[schema(value_type = Vec<[f64; 2]>)]
        coordinates: Vec<Vertex>,
    },
    /// Closed rings: the outline, then holes.
    Polygon {
        #[schema(value_type = Vec<Vec<[f64; 2]>>)]
        coordinates: Vec<Vec<Vertex>>,
    },
    /// Several of these.
    MultiPolygon {
        #[schema(value_type = Vec<Vec<Vec<[f64; 2]>>>)]
        coordinates: Vec<Vec<Vec<Vertex>>>,
    },
    /// One of these, as drawing programs write it; its properties are left out.
    Feature {
        #[schema(no_recursion)]
        geometry: Box<FootprintWire>,
    },
}

impl FootprintWire {
    fn read(&self, datum: Datum) -> Result<Footprint> {
        let place = |&Vertex([lng, lat]): &Vertex| Ok(datum.to_wgs84(LngLat::new(lng, lat)?));
        let places = |all: &Vec<Vertex>| -> Result<Vec<LngLat>> { all.iter().map(place).collect() };
        let rings = |all: &Vec<Vec<Vertex>>| -> Result<Vec<_>> { all.iter().map(places).collect() };
        let outside = |e: Error| refuse(e.detail);
        match self {
            Self::LineString { coordinates } => Footprint::line(&places(coordinates).map_err(outside)?),
            Self::Polygon { coordinates } => Footprint::area(&[rings(coordinates).map_err(outside)?]),
            Self::MultiPolygon { coordinates } => {
                let polygons: Result<Vec<_>> = coordinates.iter().map(rings).collect();
                Footprint::area(&polygons.map_err(outside)?)
            }
            Self::Feature { geometry } => geometry.read(datum),
        }
    }

    /// As it stands in a query: well-known text, or the same as GeoJSON.
    fn parse(text: &str) -> Result<Self> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map_err(|e| refuse(format!("is no LineString or Polygon: {e}")));
        }
        let shape = Geometry::<f64>::try_from_wkt_str(text);
        let places = |line: &LineString<f64>| line.coords().map(|c| Vertex([c.x, c.y])).collect();
        let rings = |p: &Polygon<f64>| [p.exterior()].into_iter().chain(p.interiors()).map(places).collect();
        match shape.map_err(|e| refuse(format!("is no LINESTRING or POLYGON: {e}")))? {
            Geometry::LineString(line) => Ok(Self::LineString { coordinates: places(&line) }),
            Geometry::Polygon(p) => Ok(Self::Polygon { coordinates: rings(&p) }),
            Geometry::MultiPolygon(all) => Ok(Self::MultiPolygon { coordinates: all.iter().map(rings).collect() }),
            _ => Err(refuse("is no LINESTRING or POLYGON".to_owned())),
        }
    }
}

fn refuse(why: String) -> Error {
    Error::invalid("footprint", why)
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "footprint": { "type": "LineString", "coordinates": [[-4.4779, 54.1498], [-4.5664, 54.1844]] },
    "matter": "CG-001" }))]
pub(super) struct FootprintQuestion {
    /// At most 10,000 positions, all within the county.
    footprint: FootprintWire,
    /// Code of the matter; not known when not given.
    #[schema(value_type = Option<String>)]
    matter: Option<Code>,
    /// `penalise` when not given.
    power: Option<Power>,
    /// wgs84 when not given, cgcs2000, gcj02 or bd09.
    datum: Option<String>,
    /// When the case was filed; now when not given.
    at: Option<Timestamp>,
}

/// What of it lies on one ground.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FootprintPart {
    /// Special areas, the highest priority first.
    overlays: Vec<Named>,
    township: Option<Named>,
    /// Of the whole, from 0 to 1; all together are 1.
    share: f64,
    /// Metres of a line, m² of a polygon.
    size: f64,
    /// The place of its answer among `answers`, counted from 0.
    answer: usize,
}

/// How much of it is whose.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FootprintShare {
    /// Who leads, each of those among which a person decides, or who receives first; nobody where there is none.
    units: Vec<Code>,
    outcome: Outcome,
    /// Of the whole, from 0 to 1; all together are 1.
    share: f64,
    /// Metres of a line, m² of a polygon.
    size: f64,
}

/// Who is responsible for a footprint.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FootprintAnswer {
    matter: Option<Matter>,
    power: Power,
    at: Timestamp,
    /// Metres of a line, m² of a polygon.
    size: f64,
    /// The largest first.
    shares: Vec<FootprintShare>,
    /// The lowest unit above all that are named in `shares`; null where there is one alone, or none above all.
    superior: Option<Named>,
    /// The largest first.
    parts: Vec<FootprintPart>,
    /// Each once.
    answers: Vec<Responsibility>,
}

/// Who has the power over a river stretch or a polygon: each unit with its share on the ellipsoid, and the lowest
/// common superior, who can coordinate them. What reaches out of the county is refused.
#[utoipa::path(post, path = "/responsibility/footprint", operation_id = "responsibility_footprint",
    tag = "responsibility", request_body = FootprintQuestion,
    responses((status = 200, body = FootprintAnswer), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(super) async fn shares(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Body(ask): Body<FootprintQuestion>,
) -> Answer<Json<FootprintAnswer>> {
    Ok(Json(ask.answer(&ctx).await?))
}

impl FootprintQuestion {
    /// The same in a query.
    pub(super) fn asked(footprint: &str, ask: &PowerAsked) -> Result<Self> {
        let (matter, datum) = (ask.matter.clone(), ask.datum.clone());
        Ok(Self { footprint: FootprintWire::parse(footprint)?, matter, power: ask.power, datum, at: ask.at })
    }

    pub(super) async fn answer(self, ctx: &Ctx) -> Answer<FootprintAnswer> {
        let footprint = self.footprint.read(datum(self.datum.as_deref())?)?;
        let snapshot = Snapshot(ctx.world());
        let (at, power) = (self.at.unwrap_or_else(|| ctx.now()), self.power.unwrap_or(Power::Penalise));
        let matter = snapshot.matter(self.matter.as_ref(), at)?.cloned();
        let work = move |_: &mut _| answered(&snapshot, &footprint, matter, power, at);
        Ok(ctx.studies.run(work).await??)
    }
}

fn answered(
    snapshot: &Snapshot,
    footprint: &Footprint,
    matter: Option<Matter>,
    power: Power,
    at: Timestamp,
) -> Result<FootprintAnswer> {
    let mut pieces = footprint.pieces(&snapshot.areas)?;
    pieces.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.ground.cmp(&b.ground)));
    let (mut answers, mut parts): (Vec<Responsibility>, Vec<FootprintPart>) = Default::default();
    let mut by_units: BTreeMap<(Vec<Code>, &str), FootprintShare> = BTreeMap::new();
    for piece in &pieces {
        let answer = snapshot.law().answer(&piece.ground, matter.as_ref(), power, at);
        let mut units: Vec<Code> = answer.leads.iter().map(|g| g.lead.clone()).collect();
        if units.is_empty() {
            units.extend(answer.first_receiver.clone());
        }
        let outcome = answer.outcome;
        let whose = by_units.entry((units.clone(), outcome.as_str()));
        let whose = whose.or_insert(FootprintShare { units, outcome, share: 0.0, size: 0.0 });
        whose.share += piece.share;
        whose.size += piece.size;
        let known = answers.iter().position(|a| *a == answer).unwrap_or_else(|| {
            answers.push(answer);
            answers.len() - 1
        });
        parts.push(FootprintPart {
            overlays: piece.ground.overlays.iter().map(|&ix| snapshot.named(ix)).collect(),
            township: piece.ground.township.map(|ix| snapshot.named(ix)),
            share: piece.share,
            size: tenths(piece.size),
            answer: known,
        });
    }
    let mut shares: Vec<FootprintShare> = by_units.into_values().collect();
    shares.sort_by(|a, b| b.size.total_cmp(&a.size));
    let units = &snapshot.units;
    let mut named: Vec<_> = shares.iter().flat_map(|s| &s.units).filter_map(|code| units.index(code)).collect();
    named.sort_unstable();
    named.dedup();
    let superior = (named.len() > 1).then(|| units.common_superior(&named)).flatten();
    shares.iter_mut().for_each(|share| share.size = tenths(share.size));
    Ok(FootprintAnswer {
        matter,
        power,
        at,
        size: tenths(pieces.iter().map(|p| p.size).sum()),
        shares,
        superior: superior.map(|ix| Named::from(units.at(ix))),
        parts,
        answers,
    })
}
