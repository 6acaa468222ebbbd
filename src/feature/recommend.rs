//! Whom to send to an incident, or to a place: the squads that may conclude the case in the order of a policy, who is
//! soon free, who could secure the scene first, who together is enough, and what sending each uncovers. Reads only;
//! changes nothing.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    areas::to_wgs84,
    dispatch::{mark, own_squads},
    zones::{self, ZoneHere},
};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Code, Error, LngLat, Result, Timestamp},
    ctx::{Ctx, View},
    domain::{
        assignments::{Assignment, AssignmentStatus},
        auth::Sight,
        catalogue::{LEVELS_MAX, ResponsePlan, Wanted},
        coverage::{Basis, Coverage, Filter, Member, Tally, Who, route},
        dispatch::{self, ExcludedSquads, FirstLook, OutsideSquad, Ranked, Recommendation, SquadRef, Target},
        incidents::{limit_min, limit_of},
        matters::Urgency,
        officers::{self, Competence},
        recommend::{
            Engaged, Hand, LeftUncovered, Policy, Prospect, SoonFree, Team, as_if_free, aware_of_coverage,
            is_competent, response, same_hour, team,
        },
        response::{Definition, Start},
        roster::Roster,
        squads::{Squad, Squads},
        traffic::{Posts, Scene},
    },
    kernel::travel::Workspace,
    world::World,
};

const K_DEFAULT: usize = 3;
const K_MAX: usize = 10;
/// So many competent squads are weighed where coverage counts.
const WEIGHED: usize = 10;
/// So many of the nearest may form a team.
const TEAM_OF: usize = 50;
/// So many of the nearest squads are asked to move up.
const MOVERS: usize = 20;
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
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// What it is about, where no incident is given: a code of the catalogue
    matter: Option<Code>,
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

/// Whom to send.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Advice {
    at: Timestamp,
    incident: Option<Uuid>,
    target: Target,
    matter: Option<Code>,
    urgency: Urgency,
    /// From the report to the arrival, minutes
    limit_min: u32,
    /// Until when somebody should be there: for an incident, from its report.
    due_at: Timestamp,
    /// In force for this answer.
    policy: Policy,
    definition: Definition,
    /// The last change that the answer reflects.
    as_of_seq: i64,
    zones: Vec<ZoneHere>,
    /// Competent, available and on shift, in the order of the policy.
    squads: Vec<Offer>,
    /// Those of the squads that are out of the caller's scope, and who would be there before them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outside: Vec<OutsideSquad>,
    /// What the first one costs and saves against the closest; null where it is the closest.
    against_closest: Option<Against>,
    /// May secure the scene (先期处置) but impose no penalty, and is there before the first competent one; null where
    /// the nearest is competent.
    first_response: Option<Ranked>,
    /// Drones that could have a first look, the first over the place first: no officers, no arrival, and none of the
    /// squads.
    first_look: Vec<FirstLook>,
    /// Squads that are only together competent, where they are complete before a competent one is there.
    joint_team: Option<Team>,
    /// What the response plan wants, and who together holds it; null where no plan speaks of the matter here and now.
    response: Option<PlannedResponse>,
    /// Who has another case to end and is still sooner than all who are free; `queue` sends them. The soonest first.
    soon_free: Vec<SoonFree>,
    /// Why others are not among the squads.
    excluded: ExcludedSquads,
    /// Why nobody can be sent to the place at all.
    unreachable: Option<String>,
}

/// What a response plan wants for the case, and who together holds it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlannedResponse {
    #[schema(value_type = String)]
    plan: Code,
    /// Whose line counts: the level asked for, or the plan's highest below it.
    level: u32,
    /// How many levels the plan has.
    levels: u32,
    wants: Wanted,
    /// Who is sent already, and counts.
    #[schema(value_type = Vec<String>)]
    sent: Vec<Code>,
    /// Whom to send beside them, the first to arrive first: of those who are free, so that the last is there as soon as
    /// can be, and nobody too many.
    squads: Vec<PlannedSquad>,
    /// When the last of them is there; null where nobody is to be sent.
    eta_s: Option<u64>,
    /// What is lacking even so: of all who are free nobody has it.
    missing: Wanted,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlannedSquad {
    squad: SquadRef,
    unit: Code,
    eta_s: u64,
    /// Certified for the case.
    officers: u32,
    equipment: Vec<Code>,
}

/// A squad to send.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Offer {
    #[serde(flatten)]
    ranked: Ranked,
    /// It is there when somebody is due.
    in_time: bool,
    /// Of the others who are available now, at their last known positions, within `minutes`.
    uncovers: LeftUncovered,
    /// Who else could wait where it waits now, so that less is uncovered; null where that helps nothing.
    move_up: Option<Move>,
}

/// A squad that moves to another place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MoveUp)]
struct Move {
    squad: SquadRef,
    to: LngLat,
    /// From the order until it is there, seconds
    there_in_s: u64,
    /// What is uncovered then.
    uncovers: LeftUncovered,
}

/// The first squad against the closest.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AgainstClosest)]
struct Against {
    closest: SquadRef,
    /// By how much the first one is later, seconds
    costs_s: u64,
    /// By how many fewer incidents are expected where nobody is in time
    saves_cases: f64,
}

/// What is asked, and all that it is answered from but the roads.
struct Ask {
    target: LngLat,
    k: usize,
    at: Timestamp,
    due_at: Timestamp,
    policy: Policy,
    minutes: u32,
    zone: TimeZone,
    /// Decides who may conclude it.
    sent_for: officers::Case,
    squads: Arc<Squads>,
    posts: Posts,
    /// Those out of contact.
    lost: BTreeSet<Code>,
    /// The squads of the zones over the place.
    own: BTreeSet<Code>,
    /// Incidents of the same hour of the weeks before.
    past: Vec<LngLat>,
    engaged: Vec<Engaged>,
    plan: Option<AskedPlan>,
}

/// What a response plan says of the case.
struct AskedPlan {
    line: ResponsePlan,
    levels: u32,
    /// Who is sent to it already.
    sent: Vec<Code>,
}

/// What the searches found.
struct Found {
    soonest: Recommendation,
    offers: Vec<Offer>,
    against_closest: Option<Against>,
    first_response: Option<Ranked>,
    first_look: Vec<FirstLook>,
    joint_team: Option<Team>,
    response: Option<PlannedResponse>,
    soon_free: Vec<SoonFree>,
}

/// What covers the county now.
struct Cover<'a> {
    roster: &'a Roster,
    coverage: &'a Coverage,
    members: &'a [Member],
    expected: &'a Tally,
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
) -> Answer<Json<Advice>> {
    let k = params.k.unwrap_or(K_DEFAULT);
    if !(1..=K_MAX).contains(&k) {
        return Err(Error::invalid("k", format!("{k} squads are not within 1 to {K_MAX}")).into());
    }
    let now = ctx.now();
    let at = params.at.unwrap_or(now);
    let View { world, scene } = ctx.view(at).await?;
    let sight = caller.sight(&world);
    let level = params.level.unwrap_or(1);
    if !(1..=LEVELS_MAX).contains(&level) {
        return Err(Error::invalid("level", format!("{level} is not within 1 to {LEVELS_MAX}")).into());
    }
    let case = params.case(&world, at, &sight)?;
    let policy = match case.urgency {
        Urgency::Urgent => Policy::Closest,
        _ => params.policy.unwrap_or(ctx.settings.dispatch.policy),
    };
    let due_at = case.reported_at.plus_ms(i64::from(case.limit_min) * 60_000);
    let zone = world.areas.time_zone();
    let plan = asked_plan(&world, &case, params.incident, (at, &zone), level);
    let here = zones::here(&world.zones, case.target, at);
    let past = same_hour(at, &zone).into_iter().flat_map(|(from, to)| world.incidents.reported(from, to));
    let past = past.map(|i| i.at).collect();
    let queued = world.assignments.with_a_queue();
    let engaged = world.assignments.all().filter(|a| a.status != AssignmentStatus::Queued);
    let engaged = engaged.filter(|a| !queued.contains(&a.squad) && Some(a.incident) != params.incident);
    let engaged = engaged.filter_map(|a| {
        let present = world.incidents.get(&a.incident)?;
        let median = present.matter.as_ref().and_then(|m| world.incidents.handling_median(m));
        Some(Engaged { assignment: Arc::clone(a), place: present.at, median })
    });
    let ask = Ask {
        target: case.target,
        k,
        at,
        due_at,
        policy,
        minutes: params.minutes.unwrap_or(MINUTES),
        sent_for: world.case(
            case.target,
            case.matter.as_ref().and_then(|code| world.matters.get(code)),
            params.incident,
        ),
        squads: zones::posted(&world, at),
        posts: world.zones.posts(at),
        lost: ctx.lost(&world, at),
        own: own_squads(&here),
        past,
        engaged: engaged.collect(),
        plan,
        zone,
    };
    let squads = Arc::clone(&ask.squads);
    let found = ctx.searches.run(move |ws| ask.answer(ws, &scene)).await??;
    let Found { mut soonest, mut offers, against_closest, first_response, joint_team, .. } = found;
    let Found { mut response, mut soon_free, mut first_look, .. } = found;
    let seen = |squad: &SquadRef| dispatch::is_seen(&squad.id, &squads, &sight);
    let mut outside = dispatch::take_outside(&mut offers, |offer| &offer.ranked, &squads, &sight);
    let mut first_response = Vec::from_iter(first_response);
    outside.extend(dispatch::take_outside(&mut first_response, |first| first, &squads, &sight));
    offers.iter_mut().for_each(|offer| offer.move_up = offer.move_up.take().filter(|up| seen(&up.squad)));
    soon_free.retain(|soon| seen(&soon.ranked.squad));
    first_look.retain(|look| seen(&look.squad));
    if let Some(response) = &mut response {
        response.squads.retain(|one| seen(&one.squad));
    }
    soonest.excluded.nearest.retain(|left| seen(&left.squad));
    let against_closest = against_closest.filter(|against| seen(&against.closest));
    offers.iter_mut().for_each(|offer| mark(&mut offer.ranked, &here));
    Ok(Json(Advice {
        at,
        incident: params.incident,
        target: soonest.target,
        matter: case.matter,
        urgency: case.urgency,
        limit_min: case.limit_min,
        due_at,
        policy,
        definition: soonest.definition,
        as_of_seq: world.as_of_seq(),
        zones: here,
        squads: offers,
        outside,
        against_closest,
        first_response: first_response.pop(),
        first_look,
        joint_team,
        response,
        soon_free,
        excluded: soonest.excluded,
        unreachable: soonest.unreachable,
    }))
}

/// What the response plans say of a case, and who is sent to it already.
fn asked_plan(
    world: &World,
    case: &Case,
    incident: Option<Uuid>,
    when: (Timestamp, &TimeZone),
    level: u32,
) -> Option<AskedPlan> {
    let matter = case.matter.as_ref().and_then(|code| world.matters.get(code));
    let chain = world.areas.locate(case.target);
    let over = [chain.grid, chain.village, chain.township, chain.county].into_iter().flatten();
    // A special area stands before the township that it lies over.
    let special = world.areas.special(case.target);
    let areas: Vec<&Code> = special.into_iter().chain(over).map(|ix| &world.areas.at(ix).code).collect();
    let (line, levels) = world.catalogue.response_plans.wanted(matter, &areas, when, level)?;
    let comes = |a: &Assignment| a.status != AssignmentStatus::Queued && a.competence != Competence::FirstLook;
    let sent = world.assignments.all().filter(|a| Some(a.incident) == incident && comes(a));
    Some(AskedPlan { line: line.clone(), levels, sent: sent.map(|a| a.squad.clone()).collect() })
}

/// What somebody is sent for.
struct Case {
    target: LngLat,
    matter: Option<Code>,
    urgency: Urgency,
    limit_min: u32,
    reported_at: Timestamp,
}

impl Params {
    fn case(&self, world: &World, at: Timestamp, sight: &Sight) -> Result<Case> {
        match (self.incident, self.lng, self.lat) {
            (Some(id), None, None) if self.matter.is_none() && self.datum.is_none() => {
                let incident = world
                    .incidents
                    .get(&id)
                    .filter(|i| i.is_seen(sight))
                    .ok_or_else(|| Error::not_found("incident", id))?;
                if incident.status.is_ended() {
                    return Err(Error::conflict(format!("incident {id} is {}", incident.status.as_str())));
                }
                Ok(Case {
                    target: incident.at,
                    matter: incident.matter.clone(),
                    urgency: incident.urgency,
                    limit_min: limit_min(incident, &world.matters),
                    reported_at: incident.reported_at,
                })
            }
            (Some(_), ..) => Err(Error::invalid("incident", "an incident has its place and matter: ask for either")),
            (None, Some(lng), Some(lat)) => {
                let target = to_wgs84(LngLat { lng, lat }, self.datum.as_deref())?;
                let matter = self.matter.as_ref().map(|code| world.matters.meant(code, at)).transpose()?;
                let urgency = matter.map_or(Urgency::Quick, |m| m.urgency);
                let limit_min = limit_of(matter, urgency);
                Ok(Case { target, matter: matter.map(|m| m.code.clone()), urgency, limit_min, reported_at: at })
            }
            (None, None, _) => Err(Error::invalid("lng", "an incident or a place is needed")),
            (None, _, None) => Err(Error::invalid("lat", "an incident or a place is needed")),
        }
    }
}

impl Ask {
    fn answer(&self, ws: &mut Workspace, scene: &Scene) -> Result<Found> {
        let roster = scene.roster(&self.posts);
        let mut nearest = |k, only_competent, among: Option<&BTreeSet<Code>>| {
            dispatch::nearest(&roster, &self.squads, ws, &self.query(scene, self.target, k, only_competent, among))
        };
        let weighed = if self.policy == Policy::CoverageAware { WEIGHED.max(self.k) } else { self.k };
        let mut soonest = nearest(weighed, true, None);
        let closest = soonest.squads.first().cloned();
        if self.policy == Policy::ZoneFirst {
            let own = nearest(self.k, true, Some(&self.own));
            dispatch::put_first(&mut soonest, own);
        }
        let anybody = nearest(1, false, None).squads.pop();
        let first_response = anybody.filter(|first| !is_competent(first));
        let competent_s = closest.as_ref().map_or(u64::MAX, |c| c.eta_s);
        let joint_team = first_response.is_some().then(|| nearest(TEAM_OF, false, None)).and_then(|near| {
            let with_squad = near.squads.iter().filter_map(|r| Some((r, &**self.squads.get(&r.squad.id)?)));
            team(with_squad).filter(|team| team.eta_s < competent_s)
        });
        let response = self.plan.as_ref().map(|plan| self.response(plan, nearest(TEAM_OF, false, None).squads));
        let soon_free = self.soon_free(ws, scene, competent_s);

        let definition = scene.coverage.definition();
        let first_look =
            dispatch::first_look(&self.squads, definition, &self.query(scene, self.target, self.k, false, None));
        let who = Who {
            squads: &self.squads,
            filter: &Filter::default(),
            basis: Basis::Live,
            lost: &self.lost,
            at: self.at,
            zone: &self.zone,
        };
        let covered = scene.covered(ws, who, self.minutes)?;
        let expected = scene.coverage.ground().tally(self.past.iter().copied());
        let uncovers = |squad: &Code| LeftUncovered::from(covered.coverage.loss(squad, &expected));
        let members = if self.policy == Policy::CoverageAware {
            route(&scene.coverage, ws, &covered.placement.placed)
        } else {
            Vec::new()
        };
        let shares = scene.coverage.held(&members, &expected);
        let held: Vec<(&Code, f64)> = members.iter().map(|m| &m.squad).zip(shares).collect();
        let due_s = ((self.due_at.ms() - self.at.ms()) / 1_000).max(0) as u64;
        let ranked = std::mem::take(&mut soonest.squads);
        let mut all: Vec<(Ranked, Prospect, LeftUncovered)> = ranked
            .into_iter()
            .map(|ranked| {
                let (eta_s, uncovered) = (ranked.eta_s, uncovers(&ranked.squad.id));
                let of = held.binary_search_by(|(id, _)| (*id).cmp(&ranked.squad.id)).map_or(0.0, |n| held[n].1);
                (ranked, Prospect { eta_s, in_time: eta_s <= due_s, held: of }, uncovered)
            })
            .collect();
        if self.policy == Policy::CoverageAware {
            let prospects: Vec<Prospect> = all.iter().map(|(_, prospect, _)| *prospect).collect();
            let order = aware_of_coverage(&prospects);
            all = order.into_iter().map(|n| all[n].clone()).collect();
        }
        let against_closest = closest.zip(all.first()).filter(|(c, (first, ..))| c.squad.id != first.squad.id);
        let against_closest = against_closest.map(|(closest, (first, _, uncovered))| Against {
            costs_s: first.eta_s - closest.eta_s,
            saves_cases: uncovers(&closest.squad.id).cases_expected - uncovered.cases_expected,
            closest: closest.squad,
        });
        all.truncate(self.k);
        let members = if members.is_empty() && all.iter().any(|(.., uncovered)| uncovered.cells > 0) {
            route(&scene.coverage, ws, &covered.placement.placed)
        } else {
            members
        };
        let cover = Cover { roster: &roster, coverage: &covered.coverage, members: &members, expected: &expected };
        let mut offers = Vec::new();
        for (rank, (ranked, prospect, uncovered)) in (1..).zip(all) {
            let moved = (uncovered.cells > 0).then(|| self.move_up(ws, scene, &cover, &ranked)).flatten();
            let ranked = Ranked { rank, ..ranked };
            offers.push(Offer { ranked, in_time: prospect.in_time, uncovers: uncovered, move_up: moved });
        }
        Ok(Found { soonest, offers, against_closest, first_response, first_look, joint_team, response, soon_free })
    }

    /// Who of `near`, the soonest first, makes up what the plan wants.
    fn response(&self, plan: &AskedPlan, near: Vec<Ranked>) -> PlannedResponse {
        let AskedPlan { line, levels, sent } = plan;
        let near: Vec<(Ranked, &Arc<Squad>)> =
            near.into_iter().filter_map(|r| self.squads.get(&r.squad.id).map(|squad| (r, squad))).collect();
        let there = sent.iter().filter_map(|id| self.squads.get(id));
        let there: Vec<Hand> = there
            .map(|squad| Hand { squad, officers: self.sent_for.certified(squad, self.at).certified_officers })
            .collect();
        let hands: Vec<Hand> =
            near.iter().map(|(r, squad)| Hand { squad, officers: r.certified.certified_officers }).collect();
        let units = &self.sent_for.units;
        let acts_for = |unit: &Code, above: &Code| {
            unit == above
                || units.index(unit).zip(units.index(above)).is_some_and(|(unit, above)| units.is_within(unit, above))
        };
        let (chosen, missing) = response(&line.wants, &there, &hands, acts_for);
        let squad = |n: usize| PlannedSquad {
            squad: near[n].0.squad.clone(),
            unit: near[n].1.unit.clone(),
            eta_s: near[n].0.eta_s,
            officers: hands[n].officers,
            equipment: near[n].1.equipment.clone(),
        };
        PlannedResponse {
            plan: line.plan.clone(),
            level: line.level,
            levels: *levels,
            wants: line.wants.clone(),
            sent: sent.clone(),
            eta_s: chosen.last().map(|&n| near[n].0.eta_s),
            squads: chosen.into_iter().map(squad).collect(),
            missing,
        }
    }

    fn query<'a>(
        &'a self,
        scene: &'a Scene,
        target: LngLat,
        k: usize,
        only_competent: bool,
        among: Option<&'a BTreeSet<Code>>,
    ) -> dispatch::Query<'a> {
        dispatch::Query {
            target,
            k,
            at: self.at,
            zone: &self.zone,
            case: self.sent_for.clone(),
            only_competent,
            with_route: false,
            among,
            lost: &self.lost,
            slot: scene.slot.as_ref(),
            calibration: scene.calibration.as_deref(),
        }
    }

    /// Who has another case to end and is there before `competent_s`.
    fn soon_free(&self, ws: &mut Workspace, scene: &Scene, competent_s: u64) -> Vec<SoonFree> {
        let wait_s = |ready: Timestamp| ((ready.ms() - self.at.ms()).max(0) as u64).div_ceil(1_000);
        // Who is not there yet is there now at the earliest: most are out of the question without a search.
        let early = |e: &&Engaged| {
            let (ready, _) = e.ready(e.assignment.arrived_at.unwrap_or(self.at), self.at);
            wait_s(ready) < competent_s
        };
        let mut found = Vec::new();
        for engaged in self.engaged.iter().filter(early) {
            let arrived = match engaged.assignment.arrived_at {
                Some(arrived) => Some(arrived),
                None => self.arrives(ws, scene, engaged),
            };
            let squad = self.squads.get(&engaged.assignment.squad);
            let (Some(arrived), Some(squad)) = (arrived, squad) else { continue };
            let ready = engaged.ready(arrived, self.at);
            let free = Arc::new(as_if_free(squad, engaged.place));
            let query = self.query(scene, self.target, 1, true, None);
            let ranked = dispatch::nearest(&self.alone(scene), &free, ws, &query).squads.pop();
            let soon = ranked.map(|ranked| SoonFree::of(ranked, engaged, ready, self.at));
            found.extend(soon.filter(|soon| soon.ranked.eta_s < competent_s));
        }
        found
            .sort_by(|a: &SoonFree, b| (a.ranked.eta_s, &a.ranked.squad.id).cmp(&(b.ranked.eta_s, &b.ranked.squad.id)));
        found.truncate(self.k);
        (1..).zip(&mut found).for_each(|(rank, soon)| soon.ranked.rank = rank);
        found
    }

    /// When a squad that is on its way is at its present case: it drives on from where it was seen last.
    fn arrives(&self, ws: &mut Workspace, scene: &Scene, engaged: &Engaged) -> Option<Timestamp> {
        let squad = self.squads.get(&engaged.assignment.squad)?;
        let definition = scene.coverage.definition();
        let from = Start::last_known(&self.squads, squad, self.at, definition).point();
        let on_its_way = Arc::new(as_if_free(squad, from));
        let query = self.query(scene, engaged.place, 1, false, None);
        let ranked = dispatch::nearest(&self.alone(scene), &on_its_way, ws, &query).squads.pop()?;
        Some(self.at.plus_ms(i64::from(ranked.parts.drive_s + ranked.parts.walk_s) * 1_000))
    }

    /// For a few squads that are looked at once.
    fn alone(&self, scene: &Scene) -> Roster {
        Roster::for_once(Arc::clone(scene.network()), scene.coverage.definition().clone())
    }

    fn move_up(&self, ws: &mut Workspace, scene: &Scene, cover: &Cover<'_>, sent: &Ranked) -> Option<Move> {
        let &Cover { roster, coverage, members, expected } = cover;
        let to = sent.from.point();
        let profile = self.squads.get(&sent.squad.id)?.profile;
        let mut near: Vec<&Arc<Squad>> =
            members.iter().filter_map(|m| self.squads.get(&m.squad)).filter(|s| s.profile == profile).collect();
        let away_m = |s: &Squad| s.post.distance_m(to);
        near.sort_by(|a, b| away_m(a).total_cmp(&away_m(b)).then(a.id.cmp(&b.id)));
        let movers: BTreeSet<&Code> = near.iter().take(MOVERS + 1).map(|s| &s.id).collect();
        let moved = coverage.move_up(members, &sent.squad.id, |id| movers.contains(id), expected)?;
        let among = BTreeSet::from([moved.squad]);
        let query = self.query(scene, to, 1, false, Some(&among));
        let ranked = dispatch::nearest(roster, &self.squads, ws, &query).squads.pop()?;
        let there_in_s = ranked.eta_s - u64::from(ranked.parts.handling_s);
        Some(Move { squad: ranked.squad, to, there_in_s, uncovers: moved.left.into() })
    }
}
