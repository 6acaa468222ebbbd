//! The way of a plan from draft over review to frozen: by two people, with reasons.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{plan, wire::PlanWire};
use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, rights},
    base::{Error, Result},
    ctx::Ctx,
    domain::zones::{Plan, PlanState, rules, warnings::check_whole},
    store::{self, zones::Verdict},
};

const REASON_MAX: usize = 500;

/// Another state for a plan.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "state": "in_review", "reason": "for the meeting in March" }))]
struct NewState {
    state: PlanState,
    reason: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(put))
}

/// Sends a draft to review, sends it back, or freezes it. Who freezes it must not have made it, edited it
/// or sent it to review; without keys everybody is the same `keyless` caller, and the rule can't hold. Being
/// in that state already: 200.
#[utoipa::path(put, path = "/plans/{id}/state", operation_id = "set_plan_state", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010")), request_body = NewState,
    extensions(("x-right" = json!("plan"))), responses((status = 200, description = "The plan in that state", body = PlanWire),
        (status = 403, description = "Somebody else must freeze it", body = ProblemBody),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "Not from the state it is in, or not as it is", body = ProblemBody),
        (status = 422, description = "No reason", body = ProblemBody)))]
async fn put(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewState>,
) -> Answer<Json<PlanWire>> {
    rules::length("reason", &new.reason, REASON_MAX)?;
    loop {
        let plan = plan(&ctx, &id)?;
        if plan.head.state == new.state {
            return Ok(Json(PlanWire::of(&plan)));
        }
        may(&plan, new.state)?;
        let judged = ctx.change(&caller.actor, async |mut write| {
            if new.state == PlanState::Frozen && !store::zones::is_stranger(&mut write.tx, &id, &caller.actor).await? {
                other_eyes(&caller)?;
            }
            let verdict = Verdict {
                at: write.at,
                by: caller.actor.clone(),
                state: new.state,
                reason: new.reason.clone(),
                revision: plan.head.revision,
            };
            store::zones::judge(&mut write, &plan.head, &verdict).await?;
            Ok((write, ()))
        });
        // Whether by this or by what somebody else did meanwhile: what is seen here says what it is now.
        judged.await?;
    }
}

fn may(plan: &Plan, to: PlanState) -> Result<()> {
    match (plan.head.state, to) {
        (PlanState::Draft, PlanState::InReview) | (PlanState::InReview, PlanState::Draft) => Ok(()),
        (PlanState::InReview, PlanState::Frozen) => check_whole(plan),
        (from, to) => {
            let (name, from, to) = (&plan.head.name, from.as_str(), to.as_str());
            Err(Error::conflict(format!("plan {name:?} is {from} and can't become {to}")).at("state"))
        }
    }
}

fn other_eyes(caller: &Caller) -> Result<()> {
    if caller.keyless {
        return Ok(());
    }
    let detail = format!("{} made, edited or sent in the plan: somebody else must freeze it", caller.actor);
    Err(Error::new(crate::base::Kind::Forbidden, detail))
}
