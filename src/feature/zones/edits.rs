//! Edits: batches of commands, undo and redo, and what each did.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use geo::{LineString, MultiLineString};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::plan;
use crate::{
    api::{Answer, Body, May, Path, Problem, ProblemBody, Query, page_limit, rights},
    base::{Code, Error, Kind, Result},
    ctx::Ctx,
    domain::{
        disruptions::Place,
        squads::Squads,
        traffic::Traffic,
        zones::{
            Batch, BatchKind, Command, Plan,
            edit::Desk,
            history::{self, Clash, Refusal},
            plan::Revision,
        },
    },
    store,
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

/// Commands that are taken together or not at all.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000011", "on_revision": 0, "commands": [
        { "do": "create_zone", "layer": "enforcement", "zone": { "code": "E07", "name": "harbour" } }] }))]
struct NewEdit {
    id: Uuid,
    /// What the author sees: the edit does what it would have done there, and is refused when something
    /// that it touches was changed since.
    on_revision: Revision,
    /// 1 to 1,000.
    commands: Vec<Command>,
}

/// Takes back one's own last edit, or makes it again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Again {
    id: Uuid,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Only edits after this revision; all when not given
    after: Option<Revision>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlanBatches {
    /// In order.
    #[schema(value_type = Vec<Batch>)]
    edits: Vec<Arc<Batch>>,
    /// Of the plan now: more edits are there when the last one made an earlier one.
    revision: Revision,
}

/// An edit that meets what others did since.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "says in the document what the problem body has")]
struct EditClash {
    #[serde(flatten)]
    problem: ProblemBody,
    /// Each atom, zone or lock with both wishes; not where something is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    clashes: Option<Vec<Clash>>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(undo)).routes(routes!(redo))
}

/// What was done to a plan, by revision: every edit, undo and redo with its author.
#[utoipa::path(get, path = "/plans/{id}/edits", operation_id = "list_plan_edits", tag = "zones",
    params(("id" = Uuid, Path), List),
    responses((status = 200, description = "Edits in order", body = PlanBatches),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 422, description = "Such a page can't be", body = ProblemBody)))]
async fn list(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(ask): Query<List>,
) -> Answer<Json<PlanBatches>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let plan = plan(&ctx, &id)?;
    let edits = store::zones::since(&ctx.db, &id, ask.after.unwrap_or(0), limit as i64).await?;
    Ok(Json(PlanBatches { edits, revision: plan.head.revision }))
}

/// Edits a draft. The same edit again: 200 with what it did.
#[utoipa::path(post, path = "/plans/{id}/edits", operation_id = "edit_plan", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010")), request_body = NewEdit,
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is taken", body = Batch),
        (status = 200, description = "It was taken already", body = Batch),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "Something it touches was changed since, or is locked", body = EditClash, content_type = "application/problem+json"),
        (status = 422, description = "A command is refused, and nothing of the batch is taken", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewEdit>,
) -> Answer<Response> {
    let wish = Wish::Edit { on: new.on_revision, commands: new.commands.into() };
    taken(&ctx, &caller.actor, (id, new.id), &wish).await
}

/// Takes back one's own last edit that is not taken back yet: a new edit. What is not as that edit left it,
/// and what is locked, is left and listed.
#[utoipa::path(post, path = "/plans/{id}/undo", operation_id = "undo_plan_edit", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010")), request_body(content = Again, example = json!({ "id": "01957a3e-5c00-7000-8000-000000000012" })),
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is taken back", body = Batch),
        (status = 200, description = "It was taken back already", body = Batch),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "There is no edit of one's own to take back", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn undo(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(again): Body<Again>,
) -> Answer<Response> {
    taken(&ctx, &caller.actor, (id, again.id), &Wish::Undo).await
}

/// Makes one's own last edit that was taken back again.
#[utoipa::path(post, path = "/plans/{id}/redo", operation_id = "redo_plan_edit", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010")), request_body(content = Again, example = json!({ "id": "01957a3e-5c00-7000-8000-000000000013" })),
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is made again", body = Batch),
        (status = 200, description = "It was made again already", body = Batch),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "There is nothing to make again", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn redo(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(again): Body<Again>,
) -> Answer<Response> {
    taken(&ctx, &caller.actor, (id, again.id), &Wish::Redo).await
}

/// What a batch is to do.
#[derive(Debug)]
pub enum Wish {
    Edit { on: Revision, commands: Arc<[Command]> },
    Undo,
    Redo,
}

impl Wish {
    /// Whether `batch` was made of it.
    fn made(&self, batch: &Batch) -> bool {
        match self {
            Self::Edit { on, commands } => {
                let same = batch.steps.iter().map(|s| &s.command).eq(commands.iter());
                (batch.kind, batch.on_revision) == (BatchKind::Edit, *on) && same
            }
            Self::Undo => matches!(batch.kind, BatchKind::Undo(_)),
            Self::Redo => matches!(batch.kind, BatchKind::Redo(_)),
        }
    }

    /// The batch that it makes of `plan`.
    async fn make(&self, ctx: &Ctx, actor: &str, plan: Arc<Plan>, id: Uuid) -> Result<Batch, Problem> {
        let (of, now) = (plan.head.id, plan.head.revision);
        let stacks = || store::zones::stacks(&ctx.db, &of, actor, now);
        match self {
            Self::Edit { on, commands } => edited(ctx, actor, plan, (id, *on), Arc::clone(commands)).await,
            Self::Undo => turned(ctx, actor, plan, id, stacks().await?.to_undo()?).await,
            Self::Redo => turned(ctx, actor, plan, id, stacks().await?.to_redo()?).await,
        }
    }
}

/// The batch that commands made on a revision are on `plan`.
async fn edited(
    ctx: &Ctx,
    actor: &str,
    plan: Arc<Plan>,
    made: (Uuid, Revision),
    commands: Arc<[Command]>,
) -> Result<Batch, Problem> {
    let (on, now) = (made.1, plan.head.revision);
    // Of a revision that never was there is nothing; it is refused.
    let is_earlier = (0..now).contains(&on);
    let since = if is_earlier { store::zones::since(&ctx.db, &plan.head.id, on, now - on).await? } else { Vec::new() };
    let at_desk = AtDesk::new(ctx, actor);
    let work = move |_: &mut _| at_desk.sit(|desk| history::edit(&plan, &since, made, &commands, desk));
    ctx.searches.run(work).await?.map_err(refused)
}

/// The batch that turns an edit back, or forth again.
async fn turned(ctx: &Ctx, actor: &str, plan: Arc<Plan>, id: Uuid, kind: BatchKind) -> Result<Batch, Problem> {
    let (BatchKind::Undo(of) | BatchKind::Redo(of)) = kind else {
        return Err(Error::internal("an edit is not turned by itself").into());
    };
    let edit = store::zones::since(&ctx.db, &plan.head.id, of - 1, 1).await?.pop();
    let edit = edit.ok_or_else(|| Error::internal(format!("revision {of} has no batch")))?;
    let (at_desk, on) = (AtDesk::new(ctx, actor), Arc::clone(&plan));
    let work = move |_: &mut _| at_desk.sit(|desk| history::again(&on, &edit, id, kind, desk));
    let mut batch = ctx.searches.run(work).await??;
    if !batch.left.is_empty() {
        let mut since = store::zones::since(&ctx.db, &plan.head.id, of, plan.head.revision - of).await?;
        since.retain(|b| b.author != actor);
        history::blame(&plan, &mut batch.left, &since)?;
    }
    Ok(batch)
}

/// Takes a batch exactly once, as an answer.
async fn taken(ctx: &Ctx, actor: &str, (id, batch): (Uuid, Uuid), wish: &Wish) -> Answer<Response> {
    let (done, first) = take(ctx, actor, (id, batch), wish).await?;
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(done)).into_response())
}

/// Takes a batch exactly once: the batch, and whether this call took it. What is made on a revision that
/// meanwhile got a successor is made anew.
pub async fn take(
    ctx: &Ctx,
    actor: &str,
    (id, batch): (Uuid, Uuid),
    wish: &Wish,
) -> Result<(Arc<Batch>, bool), Problem> {
    let _turn = ctx.turns.of(id).await;
    loop {
        if let Some(done) = store::zones::done(&ctx.db, &batch).await? {
            if done.plan != id || done.author != actor || !wish.made(&done) {
                let detail = format!("edit {batch} was taken already with another content");
                return Err(Error::conflict(detail).at("id").into());
            }
            return Ok((done, false));
        }
        let plan = seen(ctx, &id, wish).await?;
        let made = wish.make(ctx, actor, Arc::clone(&plan), batch).await?;
        let taken = ctx.change(actor, async |mut write| {
            let first = store::zones::take(&mut write, &plan, &made).await?;
            Ok((write, first))
        });
        match taken.await {
            Ok(true) => return Ok((Arc::new(made), true)),
            // Another edit was faster, or the same one: look again.
            Ok(false) => {}
            Err(e) if e.kind == Kind::Conflict => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// The plan as it is here, once what the author saw elsewhere is seen here too.
async fn seen(ctx: &Ctx, id: &Uuid, wish: &Wish) -> Result<Arc<Plan>> {
    let ahead = |plan: &Plan| matches!(wish, Wish::Edit { on, .. } if *on > plan.head.revision);
    match plan(ctx, id) {
        Ok(here) if !ahead(&here) => Ok(here),
        _ => {
            ctx.up_to_date().await?;
            plan(ctx, id)
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Error(e) => e.into(),
        Refusal::Clashes(clashes) => {
            let detail = format!("{} places that it touches were changed since", clashes.len());
            Problem::from(Error::conflict(detail).at("on_revision")).with("clashes", &clashes)
        }
    }
}

/// What a desk stands on.
#[derive(Debug)]
pub struct AtDesk {
    author: String,
    at: crate::base::Timestamp,
    squads: Arc<Squads>,
    traffic: Option<Arc<Traffic>>,
}

impl AtDesk {
    pub fn new(ctx: &Ctx, author: &str) -> Self {
        let world = ctx.world();
        let (squads, traffic) = (Arc::clone(&world.squads), world.traffic.clone());
        Self { author: author.to_owned(), at: ctx.now(), squads, traffic }
    }

    pub fn sit<R>(&self, work: impl FnOnce(Desk) -> R) -> R {
        let road = |name: &str, area: Option<&Code>| match &self.traffic {
            Some(traffic) => road(traffic, name, area),
            None => MultiLineString::new(Vec::new()),
        };
        work(Desk { author: &self.author, at: self.at, squads: &self.squads, road: &road })
    }
}

fn road(traffic: &Traffic, name: &str, area: Option<&Code>) -> MultiLineString<f64> {
    let imported = traffic.imported();
    let (network, areas) = (imported.network(), imported.coverage.areas());
    let street = Place::Street { name: name.to_owned(), area: area.cloned() };
    let mut links: Vec<u32> = street.edges(network, areas).into_iter().map(|edge| edge / 2).collect();
    links.dedup();
    let graph = &network.car().graph;
    let line = |l: u32| graph.shape(l).map(|p| (p.lng, p.lat)).collect::<LineString<f64>>();
    links.into_iter().map(line).collect()
}
