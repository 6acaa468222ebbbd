//! Scenarios: planners keep what they tried under a name, open it again, pass it on as a link, and put the posts that
//! it moves into a draft. Table `scenarios`; changes `scenario` and `scenario_deleted`. What is asked is asked of
//! /coverage/what-if and /coverage/rank-posts, by whoever opens it.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    coverage::Ask,
    whatif::{self, PatchWire},
    zones,
};
use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Result},
    ctx::Ctx,
    domain::{
        coverage::Filter,
        scenarios::{Question, Scenario, Scenarios},
        zones::{Batch, Command, ZoneLayer, plan::Revision},
    },
    store::{self, Receipt},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000030", "name": "A post in the north", "question": {
        "minutes": 15, "patches": [{ "op": "move_squad", "id": "andreas", "post": { "lng": -4.38, "lat": 54.32 } }] } }))]
struct NewScenario {
    /// Made by the client: sending the same again is safe.
    id: Uuid,
    name: String,
    /// The plan that it belongs to; none when not given.
    plan: Option<Uuid>,
    question: Question,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "on_revision": 0, "name": "A post farther north", "question": {
        "minutes": 15, "patches": [{ "op": "move_squad", "id": "andreas", "post": { "lng": -4.38, "lat": 54.36 } }] } }))]
struct ChangedScenario {
    /// What the author sees.
    on_revision: u32,
    name: String,
    /// The plan that it belongs to; none when not given.
    plan: Option<Uuid>,
    question: Question,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Only those of this plan
    plan: Option<Uuid>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ScenarioList {
    /// By name.
    #[schema(value_type = Vec<Scenario>)]
    scenarios: Vec<Arc<Scenario>>,
}

/// Puts the posts that a scenario moves into a draft, as one edit.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioApplication, example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000031", "plan": "01957a3e-5c00-7000-8000-000000000010",
    "layer": "enforcement", "on_revision": 1 }))]
struct Application {
    /// Of the edit: sending the same again is safe.
    id: Uuid,
    plan: Uuid,
    layer: Code,
    /// Of the plan, as the author sees it.
    on_revision: Revision,
}

/// What of a scenario no plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ScenarioNotApplied)]
struct NotApplied {
    /// Place among the patches, from 0.
    patch: usize,
    why: WhyNotApplied,
}

crate::base::words! {
    WhyNotApplied {
        /// A plan holds posts, no shifts, squads or roads.
        NoPost = "no_post",
        /// The squad serves no zone of the layer.
        NoZone = "no_zone",
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScenarioApplied)]
struct Applied {
    #[schema(value_type = Batch)]
    edit: Arc<Batch>,
    left: Vec<NotApplied>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, delete)).routes(routes!(apply))
}

/// All scenarios, by name.
#[utoipa::path(get, path = "/scenarios", operation_id = "list_scenarios", tag = "zones", params(List),
    responses((status = 200, body = ScenarioList), (status = 400, body = ProblemBody)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<List>) -> Answer<Json<ScenarioList>> {
    let world = ctx.world();
    let all = world.scenarios.all().into_iter().filter(|s| ask.plan.is_none_or(|plan| s.plan == Some(plan)));
    Ok(Json(ScenarioList { scenarios: all.cloned().collect() }))
}

/// One scenario.
#[utoipa::path(get, path = "/scenarios/{id}", operation_id = "show_scenario", tag = "zones", params(("id" = Uuid, Path)),
    responses((status = 200, body = Scenario), (status = 404, body = ProblemBody)))]
async fn show(_: May<rights::Read>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<Json<Arc<Scenario>>> {
    Ok(Json(known(&ctx, &id)?))
}

/// Keeps a question under a name, if it can be asked as things are. The same again: 200 with the scenario as it is
/// now, or 404 where it was deleted.
#[utoipa::path(post, path = "/scenarios", operation_id = "create_scenario", tag = "zones", request_body = NewScenario,
    extensions(("x-right" = json!("plan"))), responses((status = 201, body = Scenario), (status = 200, body = Scenario),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 503, body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewScenario>,
) -> Answer<Response> {
    let receipt = Receipt::of::<Scenarios>(new.id, &new)?;
    if !receipt.was_sent(&mut ctx.db.begin_read().await?).await? {
        let scenario = new.read(&ctx, &caller).await?;
        ctx.world().scenarios.check_room()?;
        let made = ctx.change(&caller.actor, async |mut write| {
            let first = receipt.keep(&mut write).await?;
            if first {
                store::scenarios::insert(&mut write, &scenario).await?;
            }
            Ok((write, first))
        });
        if made.await? {
            return Ok((StatusCode::CREATED, Json(known(&ctx, &scenario.id)?)).into_response());
        }
    }
    ctx.up_to_date().await?;
    Ok(Json(known(&ctx, &new.id)?).into_response())
}

/// Another name, plan or question, if nobody changed it meanwhile.
#[utoipa::path(put, path = "/scenarios/{id}", operation_id = "change_scenario", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000030")), request_body = ChangedScenario,
    extensions(("x-right" = json!("plan"))), responses((status = 200, body = Scenario), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn change(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<ChangedScenario>,
) -> Answer<Json<Arc<Scenario>>> {
    let former = known(&ctx, &id)?;
    let scenario = Scenario {
        name: new.name,
        plan: new.plan,
        question: new.question,
        revision: new.on_revision.saturating_add(1),
        changed_by: caller.actor.clone(),
        changed_at: ctx.now(),
        ..Scenario::clone(&former)
    };
    check(&ctx, &scenario).await?;
    let changed = ctx.change(&caller.actor, async |mut write| {
        if !store::scenarios::change(&mut write, &scenario).await? {
            let now =
                store::scenarios::get(&mut write.tx, &id).await?.ok_or_else(|| Error::not_found("scenario", id))?;
            let detail = format!("it is at revision {} by now, changed by {}", now.revision, now.changed_by);
            return Err(Error::conflict(detail).at("on_revision"));
        }
        Ok((write, ()))
    });
    changed.await?;
    Ok(Json(known(&ctx, &id)?))
}

/// Deletes it. Deleting it again changes nothing.
#[utoipa::path(delete, path = "/scenarios/{id}", operation_id = "delete_scenario", tag = "zones", params(("id" = Uuid, Path)),
    extensions(("x-right" = json!("plan"))), responses((status = 204)))]
async fn delete(May(caller, _): May<rights::Plan>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    let deleted = ctx.change(&caller.actor, async |mut write| {
        store::scenarios::delete(&mut write, &id).await?;
        Ok((write, ()))
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the posts that it moves into a draft plan, as one edit of the squads' zones in a layer, and tells what of it
/// no plan holds. The same again: 200 with what it did.
#[utoipa::path(post, path = "/scenarios/{id}/apply", operation_id = "apply_scenario", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000030")), request_body = Application,
    extensions(("x-right" = json!("plan"))), responses((status = 201, body = Applied), (status = 200, body = Applied),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 503, body = ProblemBody)))]
async fn apply(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<Application>,
) -> Answer<Response> {
    let (scenario, plan) = (known(&ctx, &id)?, zones::plan(&ctx, &new.plan)?);
    let layer = plan.layers.get(&new.layer);
    let layer = layer.ok_or_else(|| Error::invalid("layer", format!("the plan has no layer {}", new.layer)))?;
    let (commands, left) = commands(&scenario.question, layer)?;
    if commands.is_empty() {
        let why = format!("it moves the post of no squad that serves a zone of {}", new.layer);
        return Err(Error::invalid("layer", why).into());
    }
    let wish = zones::Wish::Edit { on: new.on_revision, commands: commands.into() };
    let (edit, first) = zones::take(&ctx, &caller.actor, (new.plan, new.id), &wish).await?;
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Applied { edit, left })).into_response())
}

fn known(ctx: &Ctx, id: &Uuid) -> Result<Arc<Scenario>> {
    ctx.world().scenarios.get(id).cloned().ok_or_else(|| Error::not_found("scenario", id))
}

impl NewScenario {
    async fn read(&self, ctx: &Ctx, caller: &Caller) -> Result<Scenario> {
        let (by, now) = (caller.actor.clone(), ctx.now());
        let scenario = Scenario {
            id: self.id,
            name: self.name.clone(),
            plan: self.plan,
            question: self.question.clone(),
            revision: 0,
            author: by.clone(),
            created_at: now,
            changed_by: by,
            changed_at: now,
        };
        check(ctx, &scenario).await?;
        Ok(scenario)
    }
}

/// Refuses what can't be asked as things are.
async fn check(ctx: &Ctx, scenario: &Scenario) -> Result<()> {
    scenario.check()?;
    if let Some(plan) = &scenario.plan {
        zones::plan(ctx, plan).map_err(|e| Error::invalid("plan", e.detail))?;
    }
    let Question { minutes, basis, at, profile, patches, candidates } = &scenario.question;
    let mut ask = Ask::new(ctx, Some(*minutes), *basis, *at);
    ask.filter = Filter { profile: *profile, squads: None };
    if !candidates.is_empty() {
        whatif::check_candidates(candidates.iter().copied()).map_err(|e| e.inside("question"))?;
    }
    whatif::outcome(ctx, ask, patches.clone()).await.map(drop).map_err(|e| e.inside("question"))
}

/// What a plan holds of a question: posts of squads that serve a zone of the layer.
fn commands(question: &Question, layer: &ZoneLayer) -> Result<(Vec<Command>, Vec<NotApplied>)> {
    let (mut commands, mut left) = (Vec::new(), Vec::new());
    for (patch, wire) in question.patches.iter().enumerate() {
        let wire = PatchWire::read(wire.clone())?;
        let Some((squad, post)) = wire.post() else {
            left.push(NotApplied { patch, why: WhyNotApplied::NoPost });
            continue;
        };
        let mut serves = layer.zones.values().filter(|z| z.squads.iter().any(|s| s.id == *squad)).peekable();
        if serves.peek().is_none() {
            left.push(NotApplied { patch, why: WhyNotApplied::NoZone });
        }
        commands.extend(serves.map(|zone| Command::MovePost {
            layer: layer.head.code.clone(),
            zone: zone.code.clone(),
            squad: squad.clone(),
            post: Some(post),
        }));
    }
    Ok((commands, left))
}
