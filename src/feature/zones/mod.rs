//! Patrol zones: planners make plans, edit them together, review them and put them in force; dispatch
//! and map clients ask what holds at a date.
//!
//! Plans and their batches stand in `plans`, `plan_layers`, `plan_zones`, `plan_batches` and
//! `plan_verdicts`, the dated list in `zone_force`. Every change is an event: `plan`, `plan_edited`,
//! `zones_in_force`, `zones_switched`.

mod edits;
mod force;
mod here;
mod map;
mod plans;
mod renewal;
mod review;
mod wire;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use self::{
    edits::{Wish, take},
    here::{ZoneHere, filed, here, posted},
    map::{Ask, features},
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    domain::zones::{Plan, ZoneLayer, history, plan::Revision},
    store,
};

pub fn router() -> OpenApiRouter<Ctx> {
    plans::router().merge(edits::router()).merge(review::router()).merge(renewal::router()).merge(force::router())
}

/// A plan as it is now.
pub fn plan(ctx: &Ctx, id: &Uuid) -> Result<Arc<Plan>> {
    ctx.world().zones.plan(id).cloned().ok_or_else(|| Error::not_found("plan", id))
}

/// A plan as it was at a revision; as it is now when none is given.
pub async fn plan_at(ctx: &Ctx, id: &Uuid, revision: Option<Revision>) -> Result<Arc<Plan>> {
    let plan = plan(ctx, id)?;
    let Some(revision) = revision.filter(|r| *r != plan.head.revision) else { return Ok(plan) };
    if !(0..plan.head.revision).contains(&revision) {
        let detail = format!("the plan has no revision {revision}; it is at {}", plan.head.revision);
        return Err(Error::invalid("revision", detail));
    }
    let since = store::zones::since(&ctx.db, id, revision, plan.head.revision).await?;
    let then = move |_: &mut _| history::rewind(&plan, &since, revision);
    Ok(Arc::new(ctx.searches.run(then).await??))
}

/// A layer of a plan.
pub fn layer<'a>(plan: &'a Plan, code: &str) -> Result<&'a Arc<ZoneLayer>> {
    plan.layer(code).ok_or_else(|| Error::not_found("layer", code))
}
