//! Whom to send to an incident, or to a place: the squads that may conclude the case in the order of a policy, who is
//! soon free, who could secure the scene first, who together is enough, and what sending each uncovers. Reads only;
//! changes nothing.

mod advice;
mod ask;
mod case;
mod found;
mod moving;
mod planned;
mod soon;
mod whistle;

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    areas::datum,
    dispatch::{mark, own_squads},
    zones,
};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights, told_in},
    base::{Code, Error, Result, Timestamp},
    ctx::{Ctx, View},
    domain::{
        assignments::AssignmentStatus,
        auth::Sight,
        catalogue::LEVELS_MAX,
        dispatch::{self, OutsideSquad, SquadRef},
        lists::Power,
        matters::Urgency,
        officers,
        recommend::{Engaged, Policy, same_hour},
        squads::Squads,
    },
    world::World,
};
use advice::Advice;
use ask::Ask;
use found::Found;
use planned::asked_plan;

const K_DEFAULT: usize = 3;
const K_MAX: usize = 10;
const MINUTES: u32 = 30;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// For this incident; else for a place
    incident: Option<Uuid>,
    /// degrees
    lng: Option<f64>,
    /// degrees
    lat: Option<f64>,
    /// Of what is asked and answered: wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// What it is about, where no incident is given: a code of the catalogue
    matter: Option<Code>,
    /// What is to be done there: decides whose unit may and how many certified officers are needed; penalise when not
    /// given
    #[param(inline)]
    power: Option<Power>,
    /// How many squads: 3 when not given, at most 10
    k: Option<usize>,
    /// When; now when not given
    at: Option<Timestamp>,
    /// Whose squads come first; the setting `dispatch.policy` when not given. What is urgent: always the closest
    policy: Option<Policy>,
    /// Within which others should be at each place while the squad is away; 30 when not given
    minutes: Option<u32>,
    /// Alarm level of the response plan: 1 when not given, at most 9; above its highest that one counts
    level: Option<u32>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(recommend))
}

/// Whom to send to an incident or a place: who is there first of those who may conclude the case, what sending each
/// uncovers and who could move up, and who else could help. Nothing is changed.
#[utoipa::path(get, path = "/squads/recommendation", operation_id = "recommend_squads", tag = "dispatch",
    params(Params),
    responses((status = 200, body = Advice), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, description = "The incident has ended", body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 503, body = ProblemBody)))]
async fn recommend(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let now = ctx.now();
    let at = params.at.unwrap_or(now);
    let View { world, scene } = ctx.view(at).await?;
    let sight = caller.sight(&world);
    let (k, level) = (params.k()?, params.level()?);
    let (case, datum) = (params.case(&world, at, &sight)?, datum(params.datum.as_deref())?);
    let policy = match case.urgency {
        Urgency::Urgent => Policy::Closest,
        _ => params.policy.unwrap_or(ctx.settings.dispatch.policy),
    };
    let zone = world.areas.time_zone();
    let here = zones::here(&world.zones, case.target, at);
    let past = same_hour(at, &zone).into_iter().flat_map(|(from, to)| world.incidents.reported(from, to));
    let ask = Ask {
        target: case.target,
        k,
        at,
        due_at: case.reported_at.plus_ms(i64::from(case.limit_min) * 60_000),
        policy,
        minutes: params.minutes.unwrap_or(MINUTES),
        sent_for: params.sent_for(&world, &case, at),
        squads: zones::posted(&world, at),
        posts: world.zones.posts(at),
        lost: ctx.lost(&world, at),
        own: own_squads(&here),
        past: past.map(|i| i.at).collect(),
        engaged: engaged(&world, params.incident),
        plan: asked_plan(&world, &case, params.incident, (at, &zone), level),
        zone,
    };
    let (squads, due_at, acting) = (Arc::clone(&ask.squads), ask.due_at, ask.sent_for.acting.clone());
    let mut found = ctx.searches.run(move |ws| ask.answer(ws, &scene)).await??;
    let outside = take_outside(&mut found, &squads, &sight);
    found.offers.iter_mut().for_each(|offer| mark(&mut offer.ranked, &here));
    let whistle = found.first_response.as_ref().map(|_| params.whistle(&world, &case)).unwrap_or_default();
    let advice = Advice {
        at,
        incident: params.incident,
        target: found.soonest.target,
        matter: case.matter,
        urgency: case.urgency,
        limit_min: case.limit_min,
        due_at,
        policy,
        definition: found.soonest.definition,
        as_of_seq: world.as_of_seq(),
        zones: here,
        squads: found.offers,
        outside,
        against_closest: found.against_closest,
        acting,
        whistle,
        first_response: found.first_response,
        first_look: found.first_look,
        joint_team: found.joint_team,
        response: found.response,
        soon_free: found.soon_free,
        excluded: found.soonest.excluded,
        unreachable: found.soonest.unreachable,
        datum: datum.told(),
    };
    Ok(told_in(datum, "application/json", &advice)?)
}

impl Params {
    fn sent_for(&self, world: &World, case: &case::Case, at: Timestamp) -> officers::Case {
        let power = self.power.unwrap_or_default();
        match self.incident.and_then(|id| world.incidents.get(&id)) {
            Some(incident) => world.case_of(incident, power),
            None => {
                let matter = case.matter.as_ref().and_then(|code| world.matters.get(code));
                world.case(case.target, matter, power, at)
            }
        }
    }

    fn k(&self) -> Result<usize> {
        let k = self.k.unwrap_or(K_DEFAULT);
        let known = (1..=K_MAX).contains(&k);
        known.then_some(k).ok_or_else(|| Error::invalid("k", format!("{k} squads are not within 1 to {K_MAX}")))
    }

    fn level(&self) -> Result<u32> {
        let level = self.level.unwrap_or(1);
        let known = (1..=LEVELS_MAX).contains(&level);
        known
            .then_some(level)
            .ok_or_else(|| Error::invalid("level", format!("{level} is not within 1 to {LEVELS_MAX}")))
    }
}

/// Who is sent to another incident than `incident`, and has nothing queued after it.
fn engaged(world: &World, incident: Option<Uuid>) -> Vec<Engaged> {
    let queued = world.assignments.with_a_queue();
    let present = world.assignments.all().filter(|a| a.status != AssignmentStatus::Queued);
    let present = present.filter(|a| !queued.contains(&a.squad) && Some(a.incident) != incident);
    let engaged = present.filter_map(|a| {
        let present = world.incidents.get(&a.incident)?;
        let median = present.matter.as_ref().and_then(|m| world.incidents.handling_median(m));
        Some(Engaged { assignment: Arc::clone(a), place: present.at, median })
    });
    engaged.collect()
}

/// Takes out of what was found what the caller does not see; of who would be sent, no more than who is there when.
fn take_outside(found: &mut Found, squads: &Squads, sight: &Sight) -> Vec<OutsideSquad> {
    let seen = |squad: &SquadRef| dispatch::is_seen(&squad.id, squads, sight);
    let mut outside = dispatch::take_outside(&mut found.offers, |offer| &offer.ranked, squads, sight);
    let mut first_response = Vec::from_iter(found.first_response.take());
    outside.extend(dispatch::take_outside(&mut first_response, |first| first, squads, sight));
    found.first_response = first_response.pop();
    found.offers.iter_mut().for_each(|offer| offer.move_up = offer.move_up.take().filter(|up| seen(&up.squad)));
    found.soon_free.retain(|soon| seen(&soon.ranked.squad));
    found.first_look.retain(|look| seen(&look.squad));
    if let Some(response) = &mut found.response {
        response.squads.retain(|one| seen(&one.squad));
    }
    found.soonest.excluded.nearest.retain(|left| seen(&left.squad));
    found.against_closest = found.against_closest.take().filter(|against| seen(&against.closest));
    outside
}
