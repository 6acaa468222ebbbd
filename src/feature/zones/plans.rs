//! Plans: made, branched, listed and shown.

use std::{collections::BTreeMap, sync::Arc};

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
    layer, plan, plan_at,
    wire::{LayerWire, PlanWire},
};
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Result},
    ctx::Ctx,
    domain::{
        coverage::fitting_resolution,
        zones::{
            LayerHead, Plan, PlanHead, PlanState, ZoneLayer, Zones,
            links::{ZoneLink, links},
            plan::{PlanVersion, Revision},
            rules, standard_layers,
            warnings::{Warning, warnings},
        },
    },
    store::{self, Receipt},
};

/// A plan to be made: empty, or branched off another one.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000010", "name": "spring", "name_zh": "春季" }))]
struct NewPlan {
    id: Uuid,
    name: String,
    #[serde(default)]
    name_zh: Option<String>,
    /// Needed where there are several.
    #[serde(default)]
    county: Option<Code>,
    /// The plan to branch off, and which revision of it; as it is now when none is given.
    #[serde(default)]
    from: Option<BranchPoint>,
    /// Layers of an empty plan; enforcement and community when not given.
    #[serde(default)]
    layers: Option<Vec<LayerHead>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BranchPoint {
    plan: Uuid,
    #[serde(default)]
    revision: Option<Revision>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlanList {
    /// By id.
    plans: Vec<PlanWire>,
}

/// A plan, and its way so far.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlanStory {
    #[serde(flatten)]
    plan: PlanWire,
    /// Who sent it to review, back, or froze it.
    verdicts: Vec<store::zones::Verdict>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct At {
    /// As it is now when not given
    revision: Option<Revision>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Between {
    /// A layer
    from: String,
    /// Another one
    to: String,
    /// Only this zone of `from`
    zone: Option<Code>,
    /// As it is now when not given
    revision: Option<Revision>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ZoneLinks {
    links: Vec<ZoneLink>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PlanWarnings {
    revision: Revision,
    warnings: Vec<Warning>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(show_layer))
        .routes(routes!(show_links))
        .routes(routes!(show_warnings))
}

/// All plans.
#[utoipa::path(get, path = "/plans", operation_id = "list_plans", tag = "zones",
    responses((status = 200, description = "Plans by id", body = PlanList)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>) -> Json<PlanList> {
    let zones = Arc::clone(&ctx.world().zones);
    Json(PlanList { plans: zones.plans().map(|p| PlanWire::of(p)).collect() })
}

/// One plan, without its zones.
#[utoipa::path(get, path = "/plans/{id}", operation_id = "show_plan", tag = "zones", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The plan", body = PlanStory),
        (status = 404, description = "No such plan", body = ProblemBody)))]
async fn show(_: May<rights::Read>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<Json<PlanStory>> {
    let plan = plan(&ctx, &id)?;
    let verdicts = store::zones::verdicts(&mut ctx.db.begin_read().await?, &id).await?;
    Ok(Json(PlanStory { plan: PlanWire::of(&plan), verdicts }))
}

/// One layer of a plan with its zones and their atoms, now or at a revision.
#[utoipa::path(get, path = "/plans/{id}/layers/{layer}", operation_id = "show_plan_layer", tag = "zones",
    params(("id" = Uuid, Path), ("layer" = String, Path), At),
    responses((status = 200, description = "The layer", body = LayerWire),
        (status = 404, description = "No such plan or layer", body = ProblemBody),
        (status = 422, description = "No such revision", body = ProblemBody)))]
async fn show_layer(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((id, code)): Path<(Uuid, String)>,
    Query(at): Query<At>,
) -> Answer<Json<LayerWire>> {
    let plan = plan_at(&ctx, &id, at.revision).await?;
    let wire = move |_: &mut _| -> Result<LayerWire> { Ok(LayerWire::of(&plan, layer(&plan, &code)?)) };
    Ok(Json(ctx.searches.run(wire).await??))
}

/// Which zones of two layers share ground, many to many; asked from either side.
#[utoipa::path(get, path = "/plans/{id}/links", operation_id = "show_plan_links", tag = "zones",
    params(("id" = Uuid, Path), Between),
    responses((status = 200, description = "Pairs of zones", body = ZoneLinks),
        (status = 404, description = "No such plan or layer", body = ProblemBody),
        (status = 422, description = "No such zone or revision", body = ProblemBody)))]
async fn show_links(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(ask): Query<Between>,
) -> Answer<Json<ZoneLinks>> {
    let plan = plan_at(&ctx, &id, ask.revision).await?;
    let (from, to) = (layer(&plan, &ask.from)?, layer(&plan, &ask.to)?);
    if let Some(zone) = ask.zone.as_ref().filter(|z| !from.zones.contains_key(*z)) {
        return Err(Error::invalid("zone", format!("layer {} has no zone {zone}", ask.from)).into());
    }
    let mut links = links(&plan.atoms, from, to);
    links.retain(|l| ask.zone.as_ref().is_none_or(|z| *z == l.zone));
    Ok(Json(ZoneLinks { links }))
}

/// What is wrong with a plan, with proposals: each is an edit that can be sent as it stands.
#[utoipa::path(get, path = "/plans/{id}/warnings", operation_id = "show_plan_warnings", tag = "zones",
    params(("id" = Uuid, Path), At),
    responses((status = 200, description = "Warnings by layer", body = PlanWarnings),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 422, description = "No such revision", body = ProblemBody)))]
async fn show_warnings(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(at): Query<At>,
) -> Answer<Json<PlanWarnings>> {
    let plan = plan_at(&ctx, &id, at.revision).await?;
    let squads = Arc::clone(&ctx.world().squads);
    let look = move |_: &mut _| PlanWarnings { revision: plan.head.revision, warnings: warnings(&plan, &squads) };
    Ok(Json(ctx.searches.run(look).await?))
}

/// Makes a plan, empty or as a branch. The same plan again: 200 with the plan as it is now.
#[utoipa::path(post, path = "/plans", operation_id = "create_plan", tag = "zones", request_body = NewPlan,
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is made", body = PlanWire),
        (status = 200, description = "It was made already", body = PlanWire),
        (status = 404, description = "No plan to branch off", body = ProblemBody),
        (status = 409, description = "The id is another plan's", body = ProblemBody),
        (status = 422, description = "Such a plan can't be", body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewPlan>,
) -> Answer<Response> {
    rules::names(&new.name, new.name_zh.as_deref())?;
    let receipt = Receipt::of::<Zones>(new.id, &new)?;
    let made = make(&ctx, &caller.actor, &new).await;
    let first = keep(&ctx, &caller.actor, made, &receipt).await?;
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    let made = plan(&ctx, &new.id)?;
    Ok((status, Json(PlanWire::of(&made))).into_response())
}

/// Writes a plan exactly once; says whether this call did.
pub(super) async fn keep(ctx: &Ctx, actor: &str, made: Result<Plan>, receipt: &Receipt) -> Result<bool> {
    let kept = ctx.change(actor, async |mut write| {
        let first = receipt.keep(&mut write).await?;
        if first {
            store::zones::insert(&mut write, made.as_ref().map_err(Error::clone)?).await?;
        }
        Ok((write, first))
    });
    kept.await
}

/// The plan that is asked for.
async fn make(ctx: &Ctx, actor: &str, new: &NewPlan) -> Result<Plan> {
    let (atoms, layers, parent) = match &new.from {
        Some(from) => {
            if new.layers.is_some() {
                return Err(Error::invalid("layers", "a branch has the layers of the plan that it comes from"));
            }
            let parent = plan_at(ctx, &from.plan, from.revision).await.map_err(|e| e.inside("from"))?;
            if new.county.as_ref().is_some_and(|c| *c != parent.head.county) {
                let detail = format!("plan {} is of county {}", from.plan, parent.head.county);
                return Err(Error::invalid("county", detail));
            }
            let version = PlanVersion { plan: from.plan, revision: parent.head.revision };
            (Arc::clone(&parent.atoms), parent.layers.clone(), Some(version))
        }
        None => {
            let atoms = atoms_now(ctx, new.county.as_ref()).await?;
            let heads = match &new.layers {
                Some(heads) => heads.clone(),
                None => standard_layers(&atoms.county),
            };
            let mut layers = BTreeMap::new();
            for head in heads {
                rules::head(&head).map_err(|e| e.inside("layers"))?;
                let layer = Arc::new(ZoneLayer::new(head.clone(), &atoms));
                if layers.insert(head.code.clone(), layer).is_some() {
                    return Err(Error::invalid("layers", format!("layer {} stands twice", head.code)));
                }
            }
            (atoms, layers, None)
        }
    };
    let head = PlanHead {
        id: new.id,
        name: new.name.clone(),
        name_zh: new.name_zh.clone(),
        state: PlanState::Draft,
        county: atoms.county.clone(),
        generation: atoms.generation,
        cell_resolution: atoms.cell_resolution(),
        author: actor.to_owned(),
        reviewer: None,
        parent,
        revision: 0,
        created_at: ctx.now(),
    };
    Ok(Plan { head, atoms, layers })
}

/// The atoms of the generation in force of a county; of the only one there is when none is named.
pub(super) async fn atoms_now(ctx: &Ctx, county: Option<&Code>) -> Result<Arc<crate::domain::zones::Atoms>> {
    let mut tx = ctx.db.begin_read().await?;
    let there = store::areas::in_force_tx(&mut tx).await?;
    let codes = || there.iter().map(|g| g.county.as_str()).collect::<Vec<_>>().join(", ");
    let generation = match (county, &there[..]) {
        (Some(county), all) => all.iter().find(|g| g.county == county.as_str()),
        (None, [only]) => Some(only),
        (None, []) => return Err(Error::unavailable("there are no areas yet that a plan could stand on")),
        (None, _) => {
            return Err(Error::invalid("county", format!("there are several counties, name one: {}", codes())));
        }
    };
    let generation = generation.ok_or_else(|| {
        let asked = county.map_or("", Code::as_str);
        Error::invalid("county", format!("there is no county {asked}; there are [{}]", codes()))
    })?;
    let county = Code::new(&generation.county)?;
    let areas = Arc::clone(&ctx.world().areas);
    let cells = fitting_resolution(&areas, ctx.settings.coverage.cell_resolution)?.into();
    store::zones::ground(&mut tx, &ctx.grounds, &county, generation.generation, cells).await
}
