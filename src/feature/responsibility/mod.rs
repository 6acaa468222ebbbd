//! Who has the power here: dispatch systems and the page ask for a place, a matter, a kind of power and a
//! date; `docs/responsibility.md` has the rules by number. Reads only.

pub mod audit;
mod batch;
mod footprint;

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::footprint::{FootprintAnswer, FootprintQuestion};
use super::{
    areas::{Named, to_wgs84},
    units::OnDuty,
    zones::{ZoneHere, here},
};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Code, Error, LngLat, Result, Timestamp, check_accuracy, tenths},
    ctx::Ctx,
    domain::{
        areas::AreaIx,
        incidents::{self, Decision, Incident},
        lists::{ListKind, ListRef, Power},
        matters::{Matter, Urgency},
        responsibility::{Candidate, Ground, Outcome, Responsibility, candidates},
    },
    world::World,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PowerAsked {
    /// degrees
    lng: Option<f64>,
    /// degrees
    lat: Option<f64>,
    /// Instead of a place what is none: LINESTRING or POLYGON as well-known text, or such a geometry as GeoJSON,
    /// degrees. What is longer than an address may be is sent to /responsibility/footprint
    footprint: Option<String>,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// How far the true place may be, metres
    accuracy_m: Option<f64>,
    /// Instead of a place the id of a case: its place, how exact that is, its matter and the time it was reported at, in
    /// the areas that it was filed in, or that were decided for it
    incident: Option<Uuid>,
    /// Code of the matter; not known, or that of the case, when not given
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
    /// penalise when not given
    #[param(inline)]
    power: Option<Power>,
    /// When the case was filed; now, or when the case was reported, when not given
    at: Option<Timestamp>,
}

/// How fast somebody must be there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ClockClass {
    urgency: Urgency,
    /// Minutes from the call to the arrival on scene.
    arrive_limit_min: u32,
}

/// Whom to call: offices and roles, no persons.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
struct UnitContact {
    unit: Code,
    name: String,
    name_zh: Option<String>,
    office_line: Option<String>,
    /// Who of it is on duty for this place at that hour.
    on_duty: Vec<OnDuty>,
}

/// A version of a list that the answer names.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
struct CitedList {
    list: Code,
    version: u32,
    kind: ListKind,
    unit: Code,
    name: String,
    name_zh: Option<String>,
}

/// Where a place may lie, and who leads there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct GroundCandidate {
    area: Named,
    /// To its border; 0 inside.
    distance_m: f64,
    outcome: Outcome,
    /// Units.
    leads: Vec<Code>,
}

/// Of a place, or of a footprint.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum PowerAnswer {
    Here(Box<Here>),
    Footprint(Box<FootprintAnswer>),
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ResponsibilityHere)]
struct Here {
    /// WGS-84
    point: LngLat,
    matter: Option<Matter>,
    power: Power,
    at: Timestamp,
    township: Option<Named>,
    /// The place lies in no area of the county: nobody here answers for it.
    outside: bool,
    /// Outside: the township that is nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    nearest: Option<incidents::Candidate>,
    #[serde(flatten)]
    #[schema(inline)]
    answer: Responsibility,
    /// Of every unit that the answer names.
    contacts: Vec<UnitContact>,
    /// Every version of a list that the answer names.
    lists: Vec<CitedList>,
    /// The patrol zones in force at that time, with their teams.
    zones: Vec<ZoneHere>,
    /// Of the matter.
    clock: Option<ClockClass>,
    /// The accuracy reaches over a border: a person decides among the candidates (rule 14). The answer is that of
    /// the point itself.
    ambiguous: bool,
    candidates: Vec<GroundCandidate>,
    /// Of the case that was asked about: which of the candidates is meant; the answer is that for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decision: Option<Decision>,
}

/// What answers are made from, as it was at one moment.
#[derive(Debug)]
pub struct Snapshot(Arc<World>);

impl std::ops::Deref for Snapshot {
    type Target = World;
    fn deref(&self) -> &World {
        &self.0
    }
}

impl Snapshot {
    fn matter(&self, code: Option<&Code>, at: Timestamp) -> Result<Option<&Matter>> {
        code.map(|code| self.matters.meant(code, at)).transpose()
    }

    fn named(&self, ix: AreaIx) -> Named {
        Named::from(self.areas.at(ix))
    }

    /// Offices of all units of an answer, and who of them is on duty for areas over the place.
    fn contacts(&self, answer: &Responsibility, over: &[&str], at: Timestamp, zone: &TimeZone) -> Vec<UnitContact> {
        let leads = answer.leads.iter().flat_map(|g| [&g.lead, &g.acting, &g.subject, &g.liable]);
        let reasons = answer.why.iter().chain(&answer.why_not).filter_map(|r| r.unit.as_ref());
        let others = answer.supporters.iter().map(|s| &s.unit).chain(&answer.first_receiver).chain(reasons);
        let mut found: Vec<UnitContact> = Vec::new();
        for code in leads.chain(others) {
            let Some(unit) = self.units.get(code).filter(|_| found.iter().all(|c| c.unit != *code)) else { continue };
            let here = |area: &Option<Code>| area.as_ref().is_none_or(|a| over.contains(&a.as_str()));
            let roster = self.units.roster(code).iter();
            found.push(UnitContact {
                unit: code.clone(),
                name: unit.name.clone(),
                name_zh: unit.name_zh.clone(),
                office_line: unit.office_line.clone(),
                on_duty: roster.filter(|d| d.is_on(at, zone) && here(&d.area)).map(OnDuty::from).collect(),
            });
        }
        found
    }

    /// What the lists of an answer are called.
    fn cited(&self, answer: &Responsibility) -> Vec<CitedList> {
        let leads = answer.leads.iter().flat_map(|g| g.lent_by.iter().chain([&g.list]));
        let supporters = answer.supporters.iter().map(|s| &s.list);
        let reasons = answer.why.iter().chain(&answer.why_not).filter_map(|r| r.list.as_ref());
        let named: BTreeSet<&ListRef> = leads.chain(supporters).chain(reasons).collect();
        let cited = |r: &ListRef| {
            let head = &self.lists.version(&r.list, r.version)?.head;
            Some(CitedList {
                list: r.list.clone(),
                version: r.version,
                kind: head.kind,
                unit: head.unit.clone(),
                name: head.name.clone(),
                name_zh: head.name_zh.clone(),
            })
        };
        named.into_iter().filter_map(cited).collect()
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(one, batch::many))
        .routes(routes!(footprint::shares))
        .routes(routes!(audit::audit))
}

/// Who has the power over a matter at a place and date, or over a case, why, and whom to call; of a footprint, as
/// /responsibility/footprint tells it.
#[utoipa::path(get, path = "/responsibility", operation_id = "responsibility", tag = "responsibility", params(PowerAsked),
    responses((status = 200, body = PowerAnswer), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn one(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<PowerAsked>,
) -> Answer<Json<PowerAnswer>> {
    if let Some(id) = ask.incident {
        if ask.lng.is_some() || ask.lat.is_some() || ask.footprint.is_some() || ask.accuracy_m.is_some() {
            return Err(Error::invalid("incident", "stands instead of lng, lat, accuracy_m and footprint").into());
        }
        let case = ctx.incident(id, &caller.sight(&ctx.world())).await?;
        return Ok(Json(PowerAnswer::Here(Box::new(at_place(&ctx, Asked::of(case, &ask), &ask)?))));
    }
    let answer = match (ask.lng, ask.lat, &ask.footprint) {
        (Some(lng), Some(lat), None) => {
            let point = to_wgs84(LngLat { lng, lat }, ask.datum.as_deref())?;
            PowerAnswer::Here(Box::new(at_place(&ctx, Asked::at(point, &ask)?, &ask)?))
        }
        (None, None, Some(footprint)) if ask.accuracy_m.is_none() => {
            let question = FootprintQuestion::asked(footprint, &ask)?;
            PowerAnswer::Footprint(Box::new(question.answer(&ctx).await?))
        }
        (.., Some(_)) => return Err(Error::invalid("footprint", "stands instead of lng, lat and accuracy_m").into()),
        _ => return Err(Error::invalid("lng", "lng and lat are needed, or a footprint").into()),
    };
    Ok(Json(answer))
}

/// A place, or that of a case.
struct Asked {
    point: LngLat,
    accuracy_m: Option<f64>,
    matter: Option<Code>,
    at: Option<Timestamp>,
    case: Option<Box<Incident>>,
}

impl Asked {
    fn at(point: LngLat, ask: &PowerAsked) -> Result<Self> {
        check_accuracy(ask.accuracy_m)?;
        let (accuracy_m, matter, at) = (ask.accuracy_m, ask.matter.clone(), ask.at);
        Ok(Self { point, accuracy_m, matter, at, case: None })
    }

    fn of(case: Incident, ask: &PowerAsked) -> Self {
        let matter = ask.matter.clone().or_else(|| case.matter.clone());
        let at = ask.at.or(Some(case.reported_at));
        Self { point: case.at, accuracy_m: case.accuracy_m, matter, at, case: Some(Box::new(case)) }
    }
}

fn at_place(ctx: &Ctx, asked: Asked, ask: &PowerAsked) -> Result<Here> {
    let Asked { point, accuracy_m, matter, at, case } = asked;
    let snapshot = Snapshot(ctx.world());
    let at = at.unwrap_or_else(|| ctx.now());
    let power = ask.power.unwrap_or(Power::Penalise);
    let matter = snapshot.matter(matter.as_ref(), at)?;
    let (law, areas) = (snapshot.law(), &snapshot.areas);
    let ground = case.as_ref().map_or_else(|| Ground::at(areas, point), |case| case.ground(areas));
    let answer = law.answer(&ground, matter, power, at);
    let near = candidates(areas, point, accuracy_m.unwrap_or(0.0));
    let several = near.len() > 1;
    let candidate = |c: &Candidate| {
        let answer = law.answer(&c.ground, matter, power, at);
        GroundCandidate {
            area: snapshot.named(c.area),
            distance_m: tenths(c.distance_m),
            outcome: answer.outcome,
            leads: answer.leads.into_iter().map(|g| g.lead).collect(),
        }
    };
    let chain = areas.locate(point);
    let outside = ground.is_outside();
    let over = [chain.county, chain.township, chain.village, chain.grid].into_iter().flatten().chain(ground.overlays);
    let over: Vec<&str> = over.map(|ix| areas.at(ix).code.as_str()).collect();
    let nearest = areas.nearest(point).filter(|_| outside);
    Ok(Here {
        point,
        outside,
        nearest: nearest.map(|n| incidents::Candidate::new(areas, n.area, n.distance_m)),
        power,
        at,
        township: ground.township.map(|ix| snapshot.named(ix)),
        contacts: snapshot.contacts(&answer, &over, at, &areas.time_zone()),
        lists: snapshot.cited(&answer),
        zones: here(&snapshot.zones, point, at),
        clock: matter.map(|m| ClockClass { urgency: m.urgency, arrive_limit_min: m.arrive_limit_min }),
        ambiguous: several,
        candidates: near.iter().filter(|_| several).map(candidate).collect(),
        matter: matter.cloned(),
        answer,
        decision: case.and_then(|case| case.decision.map(|decision| *decision)),
    })
}
