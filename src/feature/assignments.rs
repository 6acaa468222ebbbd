//! Assignments: dispatchers send squads to incidents, squads tell how far they got. Of several who send one
//! squad at once exactly one does; the squad's status and the incident's state follow. Table
//! `assignments`; emits `Change::Assignment`, and what follows from it.

mod arrival;
mod expected;
mod late;
mod relief;
mod taken;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use arrival::watch;
pub(super) use relief::release;

use super::{dispatch::first_of, squads::own};
use crate::{
    api::{Answer, Body, May, Path, Problem, ProblemBody, rights},
    base::{Code, Error, Kind, Result, Timestamp},
    ctx::Ctx,
    domain::{
        assignments::{self, ArrivedBy, Assignment, AssignmentStatus, Assignments},
        auth::Sight,
        clocks::WORD_AHEAD_MS,
        contact::Moment,
        dispatch::{self, Ranked},
        incidents::{Act, Action, IncidentStatus},
        lists::Power,
        matters::Urgency,
        officers::Competence,
        response::Duty,
        squads::{Said, SquadStatus},
    },
    store::{self, Receipt, Write},
    world::World,
};

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000020", "squad": "direct-3", "first_response": true }))]
struct NewAssignment {
    /// Made by the client: sending the same order again is safe.
    id: Uuid,
    squad: Code,
    /// When it was ordered; now when not given.
    at: Option<Timestamp>,
    /// Take it off what it has to do at present; needs a reason.
    #[serde(default)]
    divert: bool,
    /// Where it is sent somewhere already, it comes when it has ended that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    queue: bool,
    /// An assignment at the same incident that this squad takes over: the other is released. Needs a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    relieves: Option<Uuid>,
    reason: Option<String>,
    /// What it is to do there; penalise when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    power: Option<Power>,
    /// Only to secure the scene (先期处置): also where its unit has no power there, or its officers are recused. What is
    /// urgent needs no such word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    first_response: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignmentStep, example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000021", "to": "en_route" }))]
struct Step {
    /// Made by the client: sending the same step again is safe.
    id: Uuid,
    to: AssignmentStatus,
    /// When it was so; now when not given.
    at: Option<Timestamp>,
    /// What is declined, cancelled or diverted has one.
    reason: Option<String>,
    /// When the squad expects to be free. Told with the state that it is in, it changes nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ready_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AssignmentList {
    /// By id.
    assignments: Vec<Assignment>,
}

/// A squad that is not free.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "says in the document what the problem body has")]
struct SquadTaken {
    #[serde(flatten)]
    problem: ProblemBody,
    /// Who is there first of those who are free; not where nobody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_best: Option<Ranked>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(create)).routes(routes!(step))
}

/// Squads that are sent and have not ended what they were sent for, and what waits for them.
#[utoipa::path(get, path = "/assignments", operation_id = "list_assignments", tag = "dispatch",
    responses((status = 200, body = AssignmentList)))]
async fn list(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<AssignmentList>> {
    let world = ctx.world();
    let sight = caller.sight(&world);
    let seen = world.assignments.all().filter(|a| is_seen(a, &sight, &world));
    Ok(Json(AssignmentList { assignments: seen.map(|a| Assignment::clone(a)).collect() }))
}

/// One assignment, ended or not.
#[utoipa::path(get, path = "/assignments/{id}", operation_id = "show_assignment", tag = "dispatch",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Assignment), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<Assignment>> {
    Ok(Json(find(&ctx, id, &caller.sight(&ctx.world())).await?))
}

/// Sends a squad that is free and on shift: of several who send it at once, one does. One that is sent somewhere
/// already can be diverted, or comes later (`queue`). Who `relieves` another takes its case over: one is sent and the
/// other released, both or neither. The same order again: 200 with the assignment as it is now.
#[utoipa::path(post, path = "/incidents/{id}/assignments", operation_id = "assign_squad", tag = "dispatch",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewAssignment,
    extensions(("x-right" = json!("dispatch"))), responses((status = 201, body = Assignment), (status = 200, body = Assignment),
        (status = 404, body = ProblemBody),
        (status = 409, description = "The squad is not free, or the incident has ended", body = SquadTaken, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(new): Body<NewAssignment>,
) -> Answer<Response> {
    let sight = caller.sight(&ctx.world());
    if !sight.is_everything() {
        ctx.incident(incident, &sight).await?;
    }
    match send(&ctx, (&caller.actor, &sight), incident, &new).await {
        Ok((assignment, true)) => Ok((StatusCode::CREATED, Json(assignment)).into_response()),
        Ok((assignment, false)) => Ok(Json(assignment).into_response()),
        Err(e) if e.kind == Kind::Conflict && e.field.as_deref() == Some("squad") => {
            let incident = ctx.world().incidents.get(&incident).cloned();
            // The one that was quicker may not be shown yet.
            ctx.up_to_date().await?;
            let next = match incident {
                Some(incident) => {
                    let first = first_of(&ctx, incident).await?;
                    first.filter(|first| dispatch::is_seen(&first.squad.id, &ctx.world().squads, &sight))
                }
                None => None,
            };
            let problem = Problem::from(e);
            Err(match next {
                Some(next) => problem.with("next_best", &next),
                None => problem,
            })
        }
        Err(e) => Err(e.into()),
    }
}

/// Tells how far a squad got. What is late, from where there was no network, says when it was: a departure or an
/// arrival that is told after what came later is put at its place, and changes nothing of that. The same step again:
/// the assignment as it is now.
#[utoipa::path(post, path = "/assignments/{id}/steps", operation_id = "step_assignment", tag = "dispatch",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000020")), request_body = Step,
    extensions(("x-right" = json!("position"))), responses((status = 200, body = Assignment), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn step(
    May(caller, _): May<rights::Position>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(step): Body<Step>,
) -> Answer<Json<Assignment>> {
    let sight = caller.sight(&ctx.world());
    if !sight.is_everything() {
        find(&ctx, id, &sight).await?;
    }
    let receipt = Receipt::of::<Assignments>(format!("{id}/{}", step.id), &step)?;
    let now = ctx.now();
    let stepped = ctx.change(&caller.actor, async |mut write| {
        if receipt.keep(&mut write).await? {
            let known = store::assignments::get(&mut write.tx, id).await?;
            let former = known.filter(|a| own(&caller, &a.squad).is_ok());
            let former = former.ok_or_else(|| Error::not_found("assignment", id))?;
            let at = step.at.unwrap_or(now);
            let Step { to, ready_at, ref reason, .. } = step;
            let told = assignments::Step { to, at, reason: reason.clone(), ready_at, by: ArrivedBy::Hand };
            take(&mut write, &former, &told, now).await?;
        }
        Ok((write, ()))
    });
    stepped.await?;
    Ok(Json(find(&ctx, id, &Sight::default()).await?))
}

/// Both see it: whose squad it is, and where it is sent.
pub(super) fn is_seen(assignment: &Assignment, sight: &Sight, world: &World) -> bool {
    dispatch::is_seen(&assignment.squad, &world.squads, sight)
        || world.incidents.get(&assignment.incident).is_some_and(|incident| incident.is_seen(sight))
}

async fn find(ctx: &Ctx, id: Uuid, sight: &Sight) -> Result<Assignment> {
    let unknown = || Error::not_found("assignment", id);
    let kept = store::assignments::get(&mut ctx.db.begin_read().await?, id).await?.ok_or_else(unknown)?;
    // It may be history.
    if !is_seen(&kept, sight, &ctx.world()) && ctx.incident(kept.incident, sight).await.is_err() {
        return Err(unknown());
    }
    Ok(kept)
}

/// Sends the squad exactly once; says whether this call did.
async fn send(
    ctx: &Ctx,
    (actor, sight): (&str, &Sight),
    incident: Uuid,
    new: &NewAssignment,
) -> Result<(Assignment, bool)> {
    let receipt = Receipt::of::<Assignments>(new.id, &(incident, new))?;
    let now = ctx.now();
    let world = ctx.world();
    let (at, zone) = (new.at.unwrap_or(now), world.areas.time_zone());
    taken::check(ctx, (&world, sight), incident, (new, &receipt)).await?;
    let arrives = expected::arrival(ctx, incident, new, at).await?;
    let sent = ctx.change(actor, async |mut write| {
        if !receipt.keep(&mut write).await? {
            return Ok((write, false));
        }
        let to = store::incidents::get_tx(&mut write.tx, incident).await?;
        let to = to.ok_or_else(|| Error::not_found("incident", incident))?;
        if to.status.is_ended() {
            return Err(Error::conflict(format!("incident {incident} is {}", to.status.as_str())));
        }
        let squad = store::squads::get(&mut write.tx, &new.squad).await?;
        let squad = squad
            .filter(|s| sight.sees_squad(s))
            .ok_or_else(|| Error::invalid("squad", format!("no squad {}", new.squad)))?;
        let busy_with = store::assignments::of_squad(&mut write.tx, &squad.id).await?;
        let taken = |why: &str| taken::refused(&squad.id, why);
        // What is told late was so then.
        let duty = Duty { at, zone: &zone, free: busy_with.is_none() };
        let moment = Moment { at, now, zone: &zone, limits: &ctx.settings.squads };
        let lost = moment.is_lost(&squad, busy_with.as_ref(), world.squads.fix(&squad.id));
        if let Some(reason) = duty.unfit(&squad, lost) {
            return Err(taken(reason.as_str()));
        }
        let mut status = AssignmentStatus::Assigned;
        if let Some(former) = busy_with {
            let told = taken::sent_since(&former);
            match (new.divert, new.queue) {
                (true, true) => return Err(Error::invalid("queue", "a squad is diverted or queued, not both")),
                _ if former.incident == incident => return Err(taken(&told)),
                (true, false) => {
                    let step = assignments::Step {
                        reason: new.reason.clone(),
                        ..assignments::Step::to(AssignmentStatus::Diverted, at)
                    };
                    let diverted = former.step(&step, now)?;
                    follow(&mut write, Some(&former), &diverted, at, now).await?;
                }
                (false, true) => {
                    let open = store::assignments::open_of(&mut write.tx, incident).await?;
                    if open.iter().any(|a| a.squad == squad.id) {
                        return Err(taken("this incident waits for it already"));
                    }
                    // What is begun, the incident's history checks.
                    if at < to.reported_at {
                        let detail = format!("{at} lies before the report at {}", to.reported_at);
                        return Err(Error::invalid("at", detail));
                    }
                    at.not_ahead("at", now, WORD_AHEAD_MS)?;
                    status = AssignmentStatus::Queued;
                }
                (false, false) => return Err(taken(&told)),
            }
        }
        let case = world.case_of(&to, new.power.unwrap_or_default());
        squad.check_place(&case.over)?;
        let first_response = new.first_response || to.urgency == Urgency::Urgent;
        let (competence, breaks) = case.sent(&squad, arrives, first_response)?;
        let assignment = Assignment {
            id: new.id,
            incident,
            squad: squad.id.clone(),
            status,
            competence,
            breaks,
            assigned_at: at,
            assigned_by: actor.to_owned(),
            departed_at: None,
            arrived_at: None,
            ended_at: None,
            reason: None,
            arrived_by: None,
            ready_at: None,
        };
        follow(&mut write, None, &assignment, at, now).await?;
        relief::relieve(&mut write, incident, new, at, now).await?;
        Ok((write, true))
    });
    let created = sent.await?;
    Ok((find(ctx, new.id, &Sight::default()).await?, created))
}

/// Takes a step and what follows from it. What waits is begun by hand only where the squad does nothing else.
async fn take(write: &mut Write, former: &Assignment, step: &assignments::Step, now: Timestamp) -> Result<()> {
    let after = match former.step(step, now) {
        Ok(after) => after,
        Err(why) => return if late::place(write, former, step, now).await? { Ok(()) } else { Err(why) },
    };
    if (former.status, after.status) == (AssignmentStatus::Queued, AssignmentStatus::Assigned)
        && let Some(doing) = store::assignments::of_squad(&mut write.tx, &former.squad).await?
    {
        let detail = format!("squad {} is sent to incident {} and has not ended that", former.squad, doing.incident);
        return Err(Error::conflict(detail).at("to"));
    }
    follow(write, Some(former), &after, step.at, now).await
}

/// Writes an assignment as it is now, and what follows: the squad's status, what it does next, and the incident's
/// state.
async fn follow(
    write: &mut Write,
    former: Option<&Assignment>,
    assignment: &Assignment,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    use AssignmentStatus as S;
    use IncidentStatus as I;
    let stays = former.is_some_and(|f| f.status == assignment.status);
    let step = assignments::Step { reason: assignment.reason.clone(), ..assignments::Step::to(assignment.status, at) };
    store::assignments::put(write, assignment, (!stays).then_some(&step)).await?;
    let ended = assignment.status.is_ended();
    let waited = former.is_some_and(|f| f.status == S::Queued);
    // It was diverted for something else.
    let next = match ended && !waited && assignment.status != S::Diverted {
        true => store::assignments::next_of(&mut write.tx, &assignment.squad).await?,
        false => None,
    };
    let changes_squad = assignment.status != S::Queued && !(ended && waited) && next.is_none();
    if changes_squad && let Some(squad) = store::squads::get(&mut write.tx, &assignment.squad).await? {
        let status = match squad.status {
            SquadStatus::Busy if ended => SquadStatus::Available,
            free if free.is_free() && !ended => SquadStatus::Busy,
            same => same,
        };
        if status != squad.status {
            let said = Said::new(at, now, write.actor());
            store::squads::put(write, &squad.set(status, said)).await?;
        }
    }
    let known = store::incidents::get_tx(&mut write.tx, assignment.incident).await?;
    let known = known.ok_or_else(|| Error::not_found("incident", assignment.incident))?;
    let profile = store::catalogue::profile(&mut write.tx, known.profile.as_deref()).await?;
    let toward = |marks: &[I]| profile.toward(&known.state(), marks).map(|step| Act::To(step.to.clone()));
    let open = store::assignments::open_of(&mut write.tx, assignment.incident).await?;
    // Nobody comes with a drone: the case goes on as if it had not been sent.
    let looks = |a: &Assignment| a.competence == Competence::FirstLook;
    let waits_again = ended && open.iter().all(|a| a.status == S::Queued || looks(a));
    let act = match (assignment.status, known.status) {
        _ if stays || looks(assignment) => None,
        (S::Assigned, I::Dispatched | I::Arrived) => None,
        // Where nobody is sent from, the history says what follows instead.
        (S::Assigned, _) => Some(toward(&[I::Dispatched]).unwrap_or_else(|| Act::To(I::Dispatched.state()))),
        (S::OnScene, _) => Some(Act::OnScene(assignment.competence)),
        // Nobody who was sent came: somebody else must be sent.
        (S::Declined | S::Cancelled | S::Diverted, I::Dispatched) if waits_again => {
            toward(&[I::Accepted, I::Filed, I::Reported])
        }
        _ => None,
    };
    if let Some(act) = act {
        let action = Action {
            reason: assignment.reason.clone(),
            assignment: Some(assignment.id),
            ..Action::new(Uuid::now_v7(), act, at, now, write.actor())
        };
        store::incidents::act(write, assignment.incident, action).await?;
    }
    match next {
        Some(next) => {
            let step = assignments::Step::to(S::Assigned, at.max(next.assigned_at));
            let begun = next.step(&step, now)?;
            Box::pin(follow(write, Some(&next), &begun, step.at, now)).await
        }
        None => Ok(()),
    }
}
