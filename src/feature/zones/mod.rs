//! Patrol zones: planners make plans, edit them together, review them and put them in force; dispatch
//! and map clients ask what holds at a date.
//!
//! Plans and their batches stand in `plans`, `plan_layers`, `plan_zones`, `plan_batches` and
//! `plan_verdicts`, the dated list in `zone_force`. Every change is an event: `plan`, `plan_edited`,
//! `zones_in_force`, `zones_switched`.

mod drawn;
mod edits;
mod force;
mod here;
mod judging;
mod map;
mod plans;
mod renewal;
mod report;
mod review;
mod wire;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use self::{
    drawn::atom_rows,
    edits::{AtDesk, Wish, take},
    here::{ZoneHere, filed, here, posted},
    map::{Ask, BORDERS, ZONES, border_rows, outlines, zone_rows},
    report::{ReportLanguage, STYLE as REPORT_STYLE, esc},
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    domain::zones::{Batch, Plan, PlanHead, ZoneLayer, history, plan::Revision},
    store::{self, Db},
};

pub fn router() -> OpenApiRouter<Ctx> {
    plans::router()
        .merge(edits::router())
        .merge(review::router())
        .merge(renewal::router())
        .merge(force::router())
        .merge(drawn::router())
        .merge(judging::router())
}

/// A plan as it is now.
pub fn plan(ctx: &Ctx, id: &Uuid) -> Result<Arc<Plan>> {
    ctx.world().zones.plan(id).cloned().ok_or_else(|| Error::not_found("plan", id))
}

/// A plan as it was at a revision; as it is now when none is given.
pub async fn plan_at(ctx: &Ctx, id: &Uuid, revision: Option<Revision>) -> Result<Arc<Plan>> {
    let plan = plan(ctx, id)?;
    let Some(revision) = revision.filter(|r| *r != plan.head.revision) else { return Ok(plan) };
    let since = since(&ctx.db, &plan, revision).await?;
    let then = move |_: &mut _| history::rewind(&plan, &since, revision);
    Ok(Arc::new(ctx.searches.run(then).await??))
}

/// What was done to a plan after a revision of it.
pub async fn since(db: &Db, plan: &Plan, revision: Revision) -> Result<Vec<Arc<Batch>>> {
    let PlanHead { id, revision: now, .. } = &plan.head;
    if !(0..=*now).contains(&revision) {
        return Err(Error::invalid("revision", format!("the plan has no revision {revision}; it is at {now}")));
    }
    store::zones::since(db, id, revision, *now).await
}

/// A layer of a plan.
pub fn layer<'a>(plan: &'a Plan, code: &str) -> Result<&'a Arc<ZoneLayer>> {
    plan.layer(code).ok_or_else(|| Error::not_found("layer", code))
}
