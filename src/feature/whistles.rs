//! Whistles: a township calls a department that a list names, its duty officer answers, both rate each other. What is
//! not answered in time goes to whoever stands above. Table `whistles`; emits `Change::Whistle`, and the flag
//! `whistled` of the incident.

use std::collections::HashSet;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{ownership, units::OnDuty};
use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Result, Timestamp, at_most},
    ctx::Ctx,
    domain::{
        auth::{Right, Sight},
        clocks::WORD_AHEAD_MS,
        incidents::{Act, Action, Flag, Incident},
        lists::ListRef,
        whistles::{
            Escalation, Obligation, REASON_MAX, Side, WHISTLE_DEFINITION, Whistle, WhistleRates, WhistleStatus,
            WhistleStep, Whistles, clock_from, rates,
        },
    },
    store::{self, Receipt, Write},
    world::World,
};

/// The period when none is given, milliseconds.
const PERIOD_MS: i64 = 30 * 24 * 3_600_000;

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000040", "department": "PSB", "reason": "the vendor will not show a name" }))]
struct NewWhistle {
    /// Made by the client: sending the same whistle again is safe.
    id: Uuid,
    /// One that a whistle list names for the matter there.
    department: Code,
    /// When it was blown; now when not given.
    at: Option<Timestamp>,
    reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWhistleStep, example = json!({ "id": "01957a3e-5c00-7000-8000-000000000041", "to": "arrived" }))]
struct NewStep {
    /// Made by the client: sending the same step again is safe.
    id: Uuid,
    /// A department acknowledges and arrives; who called says that it is done, or cancels.
    to: WhistleStatus,
    /// When it was so; now when not given.
    at: Option<Timestamp>,
    /// What is cancelled has one.
    reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000042", "by": "township", "stars": 5 }))]
struct NewWhistleRating {
    /// Made by the client: sending the same rating again is safe.
    id: Uuid,
    /// Who rates: the township the department, or the department the township; each once.
    by: Side,
    /// 1 to 5
    #[schema(minimum = 1, maximum = 5)]
    stars: u8,
}

/// A whistle as it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ToldWhistle {
    #[serde(flatten)]
    #[schema(inline)]
    whistle: Whistle,
    /// Where it was not answered in time, whom to ask.
    escalation: Option<Escalation>,
    /// What may come next.
    next: Vec<WhistleStatus>,
}

/// A department that may be called.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Callable {
    department: Code,
    /// `must` where it is urgent.
    obligation: Obligation,
    list: ListRef,
    /// From when its clock would run.
    clock_from: Timestamp,
    office_line: Option<String>,
    /// Who of it is on duty for the place now.
    on_duty: Vec<OnDuty>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CaseWhistles {
    /// In the order in which they were blown.
    whistles: Vec<ToldWhistle>,
    /// Departments that a whistle list names for the matter there.
    callable: Vec<Callable>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WhistleList {
    /// By id.
    whistles: Vec<ToldWhistle>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RatesAsked {
    /// Whistled, and reported, at or after; 30 days before `to` when not given
    from: Option<Timestamp>,
    /// Whistled, and reported, before; now when not given
    to: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WhistleKpis {
    from: Timestamp,
    to: Timestamp,
    as_of: Timestamp,
    definition: &'static str,
    /// Reported in the period.
    cases: usize,
    /// Of these, with a whistle.
    whistled_cases: usize,
    /// `whistled_cases` ÷ `cases`; null where there are none.
    whistle_rate: Option<f64>,
    /// By code.
    departments: Vec<WhistleRates>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(of_case, blow))
        .routes(routes!(list))
        .routes(routes!(step))
        .routes(routes!(rate))
        .routes(routes!(kpis))
}

/// Whistles of an incident, and which departments may be called.
#[utoipa::path(get, path = "/incidents/{id}/whistles", operation_id = "list_incident_whistles", tag = "dispatch",
    params(("id" = Uuid, Path)), responses((status = 200, body = CaseWhistles), (status = 404, body = ProblemBody)))]
async fn of_case(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<CaseWhistles>> {
    let world = ctx.world();
    let incident = ctx.incident(id, &caller.sight(&world)).await?;
    let whistles = store::whistles::of_incident(&mut ctx.db.begin_read().await?, id).await?;
    let now = ctx.now();
    let told = |w| told(&world, &caller, w, now);
    let callable = callable(&world, &incident, now);
    Ok(Json(CaseWhistles { whistles: whistles.into_iter().map(told).collect(), callable }))
}

/// Whistles that have not ended.
#[utoipa::path(get, path = "/whistles", operation_id = "list_whistles", tag = "dispatch",
    responses((status = 200, body = WhistleList)))]
async fn list(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<WhistleList>> {
    let (world, now) = (ctx.world(), ctx.now());
    let sight = caller.sight(&world);
    let seen = world.whistles.all().filter(|w| is_seen(w, &sight, &world));
    let whistles = seen.map(|w| told(&world, &caller, Whistle::clone(w), now)).collect();
    Ok(Json(WhistleList { whistles }))
}

/// Calls a department for an incident. The same whistle again: 200 with the whistle as it is now.
#[utoipa::path(post, path = "/incidents/{id}/whistles", operation_id = "blow_whistle", tag = "dispatch",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewWhistle,
    extensions(("x-right" = json!("dispatch"))), responses((status = 201, body = ToldWhistle), (status = 200, body = ToldWhistle),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn blow(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(new): Body<NewWhistle>,
) -> Answer<(StatusCode, Json<ToldWhistle>)> {
    ctx.incident(incident, &caller.sight(&ctx.world())).await?;
    at_most("reason", new.reason.as_deref(), REASON_MAX)?;
    let receipt = Receipt::of::<Whistles>(new.id, &(incident, &new))?;
    let now = ctx.now();
    let blown = ctx.change(&caller.actor, async |mut write| {
        if !receipt.keep(&mut write).await? {
            return Ok((write, false));
        }
        let known = store::incidents::get_tx(&mut write.tx, incident).await?;
        let known = known.ok_or_else(|| Error::not_found("incident", incident))?;
        if known.status.is_ended() {
            return Err(Error::conflict(format!("incident {incident} is {}", known.status.as_str())));
        }
        let open = store::whistles::of_incident(&mut write.tx, incident).await?;
        if open.iter().any(|w| w.department == new.department && !w.status.is_ended()) {
            return Err(Error::conflict(format!("{} is called already", new.department)).at("department"));
        }
        let whistle = whistle(&ctx.world(), &known, &new, &caller.actor, now)?;
        store::whistles::put(&mut write, &whistle).await?;
        flag(&mut write, &known, true, (whistle.whistled_at, now)).await?;
        Ok((write, true))
    });
    let status = if blown.await? { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(find(&ctx, &caller, new.id).await?)))
}

/// Answers a whistle: the department acknowledges and arrives, who called says that it is done, or cancels. The same
/// step again: the whistle as it is now.
#[utoipa::path(post, path = "/whistles/{id}/steps", operation_id = "step_whistle", tag = "dispatch",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000040")), request_body = NewStep,
    extensions(("x-right" = json!("duty"))), responses((status = 200, body = ToldWhistle), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn step(
    May(caller, _): May<rights::Duty>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewStep>,
) -> Answer<Json<ToldWhistle>> {
    if new.to.is_ended() {
        caller.needs(Right::Dispatch)?;
    }
    let receipt = Receipt::of::<Whistles>(format!("{id}/{}", new.id), &new)?;
    let now = ctx.now();
    let step = WhistleStep { to: new.to, at: new.at.unwrap_or(now), reason: new.reason.clone() };
    let side = if new.to.is_ended() { Side::Township } else { Side::Department };
    change(&ctx, &caller, (id, side), receipt, |whistle| whistle.step(&step, now)).await
}

/// Rates who was called, or who called. The same rating again: the whistle as it is now.
#[utoipa::path(post, path = "/whistles/{id}/ratings", operation_id = "rate_whistle", tag = "dispatch",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000040")), request_body = NewWhistleRating,
    extensions(("x-right" = json!("duty"))), responses((status = 200, body = ToldWhistle), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn rate(
    May(caller, _): May<rights::Duty>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewWhistleRating>,
) -> Answer<Json<ToldWhistle>> {
    if new.by == Side::Township {
        caller.needs(Right::Dispatch)?;
    }
    let receipt = Receipt::of::<Whistles>(format!("{id}/{}", new.id), &new)?;
    change(&ctx, &caller, (id, new.by), receipt, |whistle| whistle.rated(new.by, new.stars)).await
}

/// 吹哨率、报到率: how often townships whistled, how departments answered.
#[utoipa::path(get, path = "/kpis/whistles", operation_id = "whistle_kpis", tag = "kpis", params(RatesAsked),
    responses((status = 200, body = WhistleKpis), (status = 422, body = ProblemBody)))]
async fn kpis(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<RatesAsked>,
) -> Answer<Json<WhistleKpis>> {
    let (world, now) = (ctx.world(), ctx.now());
    let to = ask.to.unwrap_or(now);
    let from = ask.from.unwrap_or_else(|| to.plus_ms(-PERIOD_MS));
    if from >= to {
        return Err(Error::invalid("from", format!("{from} is not before {to}")).into());
    }
    world.incidents.check_at_hand(from).map_err(|e| e.at("from"))?;
    let sight = caller.sight(&world);
    let cases = world.incidents.reported(from, to);
    let cases: HashSet<Uuid> = cases.iter().filter(|i| !i.synthetic && i.is_seen(&sight)).map(|i| i.id).collect();
    let mut whistles = store::whistles::between(&ctx.db, from, now.max(to)).await?;
    let whistled: HashSet<Uuid> = whistles.iter().map(|w| w.incident).filter(|id| cases.contains(id)).collect();
    whistles.retain(|w| w.whistled_at < to && is_seen(w, &sight, &world));
    Ok(Json(WhistleKpis {
        from,
        to,
        as_of: now,
        definition: WHISTLE_DEFINITION,
        cases: cases.len(),
        whistled_cases: whistled.len(),
        whistle_rate: (!cases.is_empty()).then(|| whistled.len() as f64 / cases.len() as f64),
        departments: rates(&whistles, now),
    }))
}

/// Both sides see it.
pub(super) fn is_seen(whistle: &Whistle, sight: &Sight, world: &World) -> bool {
    sight.is_everything()
        || sight.is_of(&whistle.department)
        || sight.is_of(&whistle.township)
        || world.incidents.get(&whistle.incident).is_some_and(|incident| incident.is_seen(sight))
}

fn told(world: &World, caller: &Caller, whistle: Whistle, now: Timestamp) -> ToldWhistle {
    let escalation = whistle.escalation(&world.units, now);
    let may = |to: &&WhistleStatus| caller.role.may(if to.is_ended() { Right::Dispatch } else { Right::Duty });
    let next = whistle.status.next().iter().filter(may).copied().collect();
    ToldWhistle { whistle, escalation, next }
}

async fn find(ctx: &Ctx, caller: &Caller, id: Uuid) -> Result<ToldWhistle> {
    let kept = store::whistles::get(&mut ctx.db.begin_read().await?, id).await?;
    let kept = kept.ok_or_else(|| Error::not_found("whistle", id))?;
    Ok(told(&ctx.world(), caller, kept, ctx.now()))
}

/// Changes a whistle exactly once, for the unit of that side.
async fn change(
    ctx: &Ctx,
    caller: &Caller,
    (id, side): (Uuid, Side),
    receipt: Receipt,
    to: impl Fn(&Whistle) -> Result<Whistle>,
) -> Answer<Json<ToldWhistle>> {
    let now = ctx.now();
    let changed = ctx.change(&caller.actor, async |mut write| {
        let world = ctx.world();
        let sight = caller.sight(&world);
        let known = store::whistles::get(&mut write.tx, id).await?.filter(|w| is_seen(w, &sight, &world));
        let known = known.ok_or_else(|| Error::not_found("whistle", id))?;
        let unit = if side == Side::Township { &known.township } else { &known.department };
        ownership::check_acts_for(&world, &sight, unit)?;
        if receipt.keep(&mut write).await? {
            let after = to(&known)?;
            store::whistles::put(&mut write, &after).await?;
            if let Some(at) = after.ended_at.filter(|_| known.ended_at.is_none()) {
                let all = store::whistles::of_incident(&mut write.tx, after.incident).await?;
                let incident = store::incidents::get_tx(&mut write.tx, after.incident).await?;
                if let Some(incident) = incident.filter(|_| all.iter().all(|w| w.status.is_ended())) {
                    flag(&mut write, &incident, false, (at, now)).await?;
                }
            }
        }
        Ok((write, ()))
    });
    changed.await?;
    Ok(Json(find(ctx, caller, id).await?))
}

/// Raises or lowers the incident's flag, where that is not so already.
async fn flag(
    write: &mut Write,
    incident: &Incident,
    holds: bool,
    (at, received_at): (Timestamp, Timestamp),
) -> Result<()> {
    if incident.flags.contains(&Flag::Whistled) == holds {
        return Ok(());
    }
    let act = if holds { Act::Raise(Flag::Whistled) } else { Act::Lower(Flag::Whistled) };
    let action = Action::new(Uuid::now_v7(), act, at, received_at, write.actor());
    store::incidents::act(write, incident.id, action).await?;
    Ok(())
}

/// Codes of the areas over the place.
fn over(incident: &Incident) -> Vec<&Code> {
    let place = &incident.place;
    [&place.county, &place.township, &place.village, &place.grid].into_iter().flatten().collect()
}

fn callable(world: &World, incident: &Incident, now: Timestamp) -> Vec<Callable> {
    if incident.status.is_ended() {
        return Vec::new();
    }
    let (zone, over, obligation) = (world.areas.time_zone(), over(incident), Obligation::of(incident.urgency));
    let one = |(department, list): (Code, ListRef)| {
        let unit = world.units.get(&department)?;
        let here = |area: &Option<Code>| area.as_ref().is_none_or(|a| over.contains(&a));
        let roster = world.units.roster(&department).iter().filter(|d| d.is_on(now, &zone) && here(&d.area));
        Some(Callable {
            obligation,
            clock_from: clock_from(&world.units, &department, &over, obligation, now, &zone),
            office_line: unit.office_line.clone(),
            on_duty: roster.map(OnDuty::from).collect(),
            department,
            list,
        })
    };
    incident.case(world.law(), &world.matters).callable().into_iter().filter_map(one).collect()
}

/// The whistle that is blown at `now`.
fn whistle(world: &World, incident: &Incident, new: &NewWhistle, actor: &str, now: Timestamp) -> Result<Whistle> {
    let case = incident.case(world.law(), &world.matters);
    let unnamed = || {
        let why = format!("no whistle list names {} for this matter here (rule 20)", new.department);
        Error::invalid("department", why)
    };
    let (_, list) = case.callable().into_iter().find(|(unit, _)| *unit == new.department).ok_or_else(unnamed)?;
    let owner = incident.ownership.as_ref().map(|o| &o.owner).or(case.first_receiver());
    let nobody = || Error::conflict("nobody owns the case, so nobody calls: hand it over first (rule 20)");
    let township = owner.cloned().ok_or_else(nobody)?;
    let at = new.at.unwrap_or(now);
    if at < incident.reported_at {
        return Err(Error::invalid("at", format!("{at} lies before the report at {}", incident.reported_at)));
    }
    at.not_ahead("at", now, WORD_AHEAD_MS)?;
    let (zone, obligation) = (world.areas.time_zone(), Obligation::of(incident.urgency));
    let clock_from = clock_from(&world.units, &new.department, &over(incident), obligation, at, &zone);
    let [acknowledge_due_at, arrive_due_at] = Whistle::due(incident.urgency, clock_from);
    Ok(Whistle {
        id: new.id,
        incident: incident.id,
        department: new.department.clone(),
        township,
        obligation,
        list,
        status: WhistleStatus::Whistled,
        reason: new.reason.clone(),
        whistled_at: at,
        whistled_by: actor.to_owned(),
        clock_from,
        acknowledge_due_at,
        arrive_due_at,
        acknowledged_at: None,
        arrived_at: None,
        ended_at: None,
        ended_for: None,
        stars_of_department: None,
        stars_of_township: None,
    })
}
