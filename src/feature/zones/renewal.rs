//! A plan on the areas that are in force now: a new plan, and what became of the atoms.

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
    plan,
    plans::{atoms_now, keep},
};
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, rights},
    base::Error,
    ctx::Ctx,
    domain::zones::{
        Plan, PlanHead, PlanState, Zones,
        renew::{Renewal, renew},
        rules,
    },
    store::Receipt,
};

/// The plan to be made.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000015", "name": "spring, on the new grids" }))]
struct NewRenewal {
    id: Uuid,
    name: String,
}

/// What became of the atoms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RenewedPlan {
    plan: Uuid,
    generation: i64,
    #[serde(flatten)]
    renewal: Renewal,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Moves a plan to the areas in force now: as a new draft, by code, then by largest overlap. Lists every atom
/// that is new, gone or has moved. The same once more: 200.
#[utoipa::path(post, path = "/plans/{id}/renewals", operation_id = "renew_plan", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010")), request_body = NewRenewal,
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "The new plan", body = RenewedPlan),
        (status = 200, description = "It was made already", body = RenewedPlan),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "It stands on the areas in force, or the id is another plan's", body = ProblemBody),
        (status = 422, description = "Such a plan can't be", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewRenewal>,
) -> Answer<Response> {
    rules::names(&new.name, None)?;
    let former = plan(&ctx, &id)?;
    let atoms = atoms_now(&ctx, Some(&former.head.county)).await?;
    let generation = atoms.generation;
    if generation == former.head.generation {
        let detail = format!("plan {id} stands on generation {generation}, which is in force");
        return Err(Error::conflict(detail).into());
    }
    let head = PlanHead {
        id: new.id,
        name: new.name.clone(),
        state: PlanState::Draft,
        generation,
        cell_resolution: atoms.cell_resolution(),
        author: caller.actor.clone(),
        reviewer: None,
        parent: Some(former.version()),
        revision: 0,
        created_at: ctx.now(),
        ..former.head.clone()
    };
    let moved = move |_: &mut _| {
        let (layers, renewal) = renew(&former, &atoms);
        (Plan { head, atoms, layers }, renewal)
    };
    let (made, renewal) = ctx.studies.run(moved).await?;
    let receipt = Receipt::of::<Zones>(new.id, &(id, generation, &new))?;
    let first = keep(&ctx, &caller.actor, Ok(made), &receipt).await?;
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(RenewedPlan { plan: new.id, generation, renewal })).into_response())
}
