//! What is in force, from when on.

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

use super::plan;
use crate::{
    api::{Answer, Body, May, ProblemBody, Query, rights},
    base::{Code, Error, Kind, Result, Timestamp},
    ctx::Ctx,
    domain::zones::{ForceEntry, PlanState, rules},
    store,
};

const REASON_MAX: usize = 500;

/// A plan to be in force for a layer from a date on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000014", "plan": "01957a3e-5c00-7000-8000-000000000010", "layer": "enforcement", "from": "2100-01-01T00:00:00Z", "reason": "spring" }))]
struct NewForce {
    id: Uuid,
    plan: Uuid,
    layer: Code,
    /// Not in the past.
    from: Timestamp,
    reason: String,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Which entries hold when? Now when not given
    at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ForceList {
    at: Timestamp,
    /// By county, layer and date.
    entries: Vec<Dated>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DatedForce)]
struct Dated {
    #[serde(flatten)]
    entry: ForceEntry,
    /// At the time asked about.
    holds: bool,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// Every entry of the dated list: past, present and to come.
#[utoipa::path(get, path = "/zones/in-force", operation_id = "list_zones_in_force", tag = "zones", params(List),
    responses((status = 200, description = "Entries by county, layer and date", body = ForceList)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<List>) -> Json<ForceList> {
    let zones = Arc::clone(&ctx.world().zones);
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let holding: Vec<Uuid> = zones.force.at(at).map(|e| e.id).collect();
    let entries = zones.force.all().map(|e| Dated { entry: e.clone(), holds: holding.contains(&e.id) });
    Json(ForceList { at, entries: entries.collect() })
}

/// Puts a frozen plan in force for one of its layers from a date on; rolling back is an entry for a former
/// plan. The same entry again: 200.
#[utoipa::path(post, path = "/zones/in-force", operation_id = "put_zones_in_force", tag = "zones", request_body = NewForce,
    extensions(("x-right" = json!("publish"))), responses((status = 201, description = "It is entered", body = ForceEntry),
        (status = 200, description = "It was entered already", body = ForceEntry),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "The plan is not frozen or stands on former areas, or the date is taken", body = ProblemBody),
        (status = 422, description = "No such layer, or a date in the past", body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Publish>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewForce>,
) -> Answer<Response> {
    loop {
        let former = ctx.world().zones.force.all().find(|e| e.id == new.id).cloned();
        if let Some(former) = former {
            let same = (former.plan, &former.layer, former.from, &former.reason)
                == (new.plan, &new.layer, new.from, &new.reason);
            if !same {
                let detail = format!("entry {} is there already with another content", new.id);
                return Err(Error::conflict(detail).at("id").into());
            }
            return Ok((StatusCode::OK, Json(former)).into_response());
        }
        let entry = entry(&ctx, &caller.actor, &new).await?;
        let entered = ctx.change(&caller.actor, async |mut write| {
            store::zones::enter(&mut write, &entry).await?;
            Ok((write, ()))
        });
        match entered.await {
            // Another was faster: look again, once it is seen here.
            Err(e) if e.kind == Kind::Conflict => ctx.up_to_date().await?,
            entered => {
                entered?;
                return Ok((StatusCode::CREATED, Json(entry)).into_response());
            }
        }
    }
}

async fn entry(ctx: &Ctx, actor: &str, new: &NewForce) -> Result<ForceEntry> {
    rules::length("reason", &new.reason, REASON_MAX)?;
    let plan = plan(ctx, &new.plan)?;
    if plan.head.state != PlanState::Frozen {
        let (name, state) = (&plan.head.name, plan.head.state.as_str());
        return Err(Error::conflict(format!("plan {name:?} is {state}; only a frozen one comes in force")).at("plan"));
    }
    let generation = plan.head.generation;
    if !store::areas::in_force(&ctx.db).await?.iter().any(|g| g.generation == generation) {
        let detail = format!(
            "plan {:?} stands on generation {generation} of county {}, which is not in force any more: renew it",
            plan.head.name, plan.head.county
        );
        return Err(Error::conflict(detail).at("plan"));
    }
    if plan.layer(new.layer.as_str()).is_none_or(|l| l.zones.is_empty()) {
        let detail = format!("plan {:?} has no zones in a layer {}", plan.head.name, new.layer);
        return Err(Error::invalid("layer", detail));
    }
    let now = ctx.now();
    let entry = ForceEntry {
        id: new.id,
        county: plan.head.county.clone(),
        layer: new.layer.clone(),
        plan: new.plan,
        from: new.from,
        reason: new.reason.clone(),
        by: actor.to_owned(),
        at: now,
        announced: false,
    };
    ctx.world().zones.force.check(&entry, now)?;
    Ok(entry)
}
