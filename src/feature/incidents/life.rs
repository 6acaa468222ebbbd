//! What is done to an incident from the report to the end: actions that bring it into other states, raise and
//! lower flags, remark. Its state follows from them. Table `incident_actions`; emits `Change::Incident`.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    IncidentWire, found,
    merge::{self, Merged},
};
use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, rights},
    base::{Code, Result, Timestamp},
    ctx::Ctx,
    domain::{
        assignments::{Assignment, AssignmentStatus},
        auth::{Right, Sight},
        incidents::{Act, Action, CaseProfile, CaseState, Evidence, Incident, Incidents, NextAct, Taken},
    },
    feature::{
        areas::Named,
        assignments::release,
        ownership::{self, Unowned, decisions},
    },
    store::{self, Receipt},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewIncidentAction, example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000022", "act": { "raise": "supervised" }, "reason": "called twice" }))]
pub(super) struct NewAction {
    /// Made by the client: sending the same action again is safe.
    pub id: Uuid,
    pub act: Act,
    /// When it was done; now when not given. What comes late is put at its place.
    pub at: Option<Timestamp>,
    /// What is returned, transferred, void, suspended, extended, opened again, judged, not rectified or
    /// remarked has one.
    pub reason: Option<String>,
    /// References to evidence, which stays in the case system: at most 20. A transition may need some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// All that is known of one incident.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IncidentHistory)]
struct Told {
    incident: IncidentWire,
    /// In the order in which it was done.
    actions: Vec<Action>,
    /// Everybody who was ever sent, in order.
    assignments: Vec<ToldAssignment>,
    /// What the caller may do to it now: the usual next state first, whose it is last.
    next: Vec<NextAct>,
    /// The states that `incident`, `actions` and `next` name, as its profile calls them; none in the loop of townships.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    states: Vec<CaseState>,
    /// The units that `ownership`, `actions` and `next` name.
    units: Vec<Named>,
    /// The cases for which it stands, in the order in which they were reported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    merged: Vec<Merged>,
    /// Where it has no owner, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unowned: Option<Unowned>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = IncidentAssignment)]
struct ToldAssignment {
    #[serde(flatten)]
    assignment: Assignment,
    /// How far the squad may come from here, for who may tell.
    next: Vec<NextStep>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = NextAssignmentStep)]
struct NextStep {
    to: AssignmentStatus,
    /// Not without saying why.
    needs_reason: bool,
}

impl ToldAssignment {
    fn of(assignment: Assignment, caller: &Caller) -> Self {
        let next = assignment.status.next().iter().filter(|_| caller.role.may(Right::Position));
        let next = next.map(|to| NextStep { to: *to, needs_reason: to.needs_reason() }).collect();
        Self { assignment, next }
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(act_on)).routes(routes!(history))
}

/// Does something to an incident: another state of its profile (`GET /profiles`), a flag, a remark, its matter where
/// that was not known, in which of the areas in doubt it lies (`decide`), whose it is (`own`), which case stands
/// for it from now on as both tell of the same (`merge`, taken back by `unmerge`), that who reported it was told what
/// became of it (`tell`). What stands for others ends once all who reported any of them were told; telling it of the one
/// tells it of all.
/// Who may take a transition, and what it needs, the profile says: in the township loop `village_corrected` and
/// `reported` need the right `correct` as well, all others `dispatch`. So does the rest but a remark, and a judgement
/// `judge`; whose it is, only who acts for the unit may say.
/// Squads that are still sent to what ends are released. The same action again: the incident as it is now.
#[utoipa::path(post, path = "/incidents/{id}/actions", operation_id = "act_on_incident", tag = "incidents",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewAction,
    extensions(("x-right" = json!("remark"))), responses((status = 200, body = IncidentWire), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn act_on(
    May(caller, _): May<rights::Remark>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(new): Body<NewAction>,
) -> Answer<Json<IncidentWire>> {
    Ok(Json(act(&ctx, &caller, incident, new).await?))
}

/// Does it exactly once.
pub(super) async fn act(ctx: &Ctx, caller: &Caller, incident: Uuid, new: NewAction) -> Result<IncidentWire> {
    new.act.needs().map_or(Ok(()), |right| caller.needs(right))?;
    new.act.check_by_hand()?;
    let sight = caller.sight(&ctx.world());
    if !sight.is_everything() {
        ctx.incident(incident, &sight).await?;
    }
    let receipt = Receipt::of::<Incidents>(format!("{incident}/{}", new.id), &new)?;
    let now = ctx.now();
    let acted = ctx.change(&caller.actor, async |mut write| {
        if receipt.keep(&mut write).await? {
            let at = new.at.unwrap_or(now);
            let (reason, evidence) = (new.reason.clone(), new.evidence.clone());
            let mut action =
                Action { reason, evidence, ..Action::new(new.id, new.act.clone(), at, now, &caller.actor) };
            let world = ctx.world();
            action.act.set_dates(action.at, &world.areas.time_zone())?;
            ownership::settle(&world, &mut write, incident, &mut action, &sight).await?;
            if let Act::Merge(lead) = action.act {
                merge::check(&mut write, (incident, lead), &sight).await?;
            }
            let Taken { incident: after, action, right } = store::incidents::act(&mut write, incident, action).await?;
            caller.needs(right)?;
            ownership::keep_precedent(&mut write, &after, &action).await?;
            if action.act == Act::Tell {
                merge::tell(&mut write, incident, &action).await?;
            }
            if after.status.is_ended() {
                after.told_all(&store::incidents::merged_into(&mut write.tx, incident).await?)?;
                let why = format!("the incident is {}", after.status.as_str());
                release(&mut write, incident, &why, now).await?;
            }
        }
        Ok((write, ()))
    });
    acted.await?;
    Ok(IncidentWire::of(ctx.incident(incident, &Sight::default()).await?, &ctx.world()))
}

/// What was done to an incident, who was sent, and what may be done next.
#[utoipa::path(get, path = "/incidents/{id}/history", operation_id = "show_incident_history", tag = "incidents",
    params(("id" = Uuid, Path)), responses((status = 200, body = Told), (status = 404, body = ProblemBody)))]
async fn history(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<Told>> {
    // One moment of the database.
    let mut tx = ctx.db.begin_read().await?;
    let world = ctx.world();
    let sight = caller.sight(&world);
    let (incident, history) = found(&mut tx, id, &sight).await?;
    let merged: Vec<_> = store::incidents::merged_into(&mut tx, id).await?.into_iter().map(Merged::from).collect();
    let assignments = store::assignments::of_incident(&mut tx, id).await?;
    let assignments = assignments.into_iter().map(|a| ToldAssignment::of(a, &caller)).collect();
    let mut next = incident.next(&history.profile, &history.stand()?.evidence, history.wants_review);
    // Who reported a case that goes its way alone hears of it as ever.
    next.extend((!merged.is_empty() || incident.merged_into.is_some()).then(|| NextAct::of(Act::Tell)));
    let decided = decisions::next(&world, &incident, &sight);
    next.extend(decided.into_iter().filter(|_| !incident.status.is_ended()).map(NextAct::of));
    next.extend(ownership::next(&world, &incident, &sight));
    next.retain(|n| caller.role.may(n.right));
    let acts = || next.iter().map(|n| &n.act).chain(history.actions.iter().map(|a| &a.act));
    let states = states(&incident, &history.profile, acts());
    let unowned = ownership::unowned(&world, &incident);
    let named: BTreeSet<&Code> = incident.units().chain(acts().flat_map(Act::units)).collect();
    let units = named.into_iter().filter_map(|code| world.units.get(code)).map(Named::from).collect();
    let incident = IncidentWire::with_stages(incident, &history, &ctx, &world);
    let actions = history.actions;
    Ok(Json(Told { incident, actions, assignments, next, states, units, merged, unowned }))
}

/// Those of its profile's states that are named; none in the loop of townships.
pub(super) fn states<'a>(
    incident: &Incident,
    profile: &CaseProfile,
    acts: impl Iterator<Item = &'a Act>,
) -> Vec<CaseState> {
    if incident.profile.is_none() {
        return Vec::new();
    }
    let to = |act: &'a Act| if let Act::To(state) = act { Some(state.clone()) } else { None };
    let named: BTreeSet<Code> = acts.filter_map(to).chain([incident.state()]).collect();
    profile.states.iter().filter(|s| named.contains(&s.state)).cloned().collect()
}
