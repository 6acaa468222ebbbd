//! The next shift takes over.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{HandoverWire, found};
use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, rights},
    base::{Error, Result},
    ctx::Ctx,
    domain::{
        handovers::{CaseRemark, Handover, Handovers, check_remarks},
        incidents::{Act, Action},
    },
    store::{self, Receipt, Write},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewShiftAcceptance, example = json!({ "note": "taken over", "remarks": [] }))]
struct NewAcceptance {
    /// At most 2000 characters.
    note: Option<String>,
    /// On cases of the list, at most 500. Each stands in the history of its case as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<CaseRemark>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(take))
}

/// Takes a shift over: who it was handed to, or where nobody was named, another than who handed it over. The same
/// again: 200 with the handover as it is now.
#[utoipa::path(post, path = "/handovers/{id}/acceptance", operation_id = "accept_handover", tag = "handovers",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000060")), request_body = NewAcceptance,
    extensions(("x-right" = json!("dispatch"))), responses((status = 200, body = HandoverWire), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn take(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewAcceptance>,
) -> Answer<Json<HandoverWire>> {
    let handover = accept(&ctx, &caller, id, new).await?;
    Ok(Json(HandoverWire::of(handover, &ctx)))
}

/// Accepts exactly once.
async fn accept(ctx: &Ctx, caller: &Caller, id: Uuid, new: NewAcceptance) -> Result<Handover> {
    let sight = caller.sight(&ctx.world());
    found(&mut ctx.db.begin_read().await?, id, &sight).await?;
    // Of each who sends it: what one has accepted another has not.
    let receipt = Receipt::of::<Handovers>(format!("{id}/acceptance"), &(&caller.actor, &new))?;
    let accepted = ctx.change(&caller.actor, async |mut write| {
        if receipt.keep(&mut write).await? {
            take_over(ctx, &mut write, id, &new).await?;
        }
        Ok((write, ()))
    });
    accepted.await?;
    found(&mut ctx.db.begin_read().await?, id, &sight).await
}

async fn take_over(ctx: &Ctx, write: &mut Write, id: Uuid, new: &NewAcceptance) -> Result<()> {
    let handover = store::handovers::get_to_accept(&mut write.tx, id).await?;
    let handover = handover.ok_or_else(|| Error::not_found("handover", id))?;
    let (by, now) = (write.actor().to_owned(), ctx.now());
    let handover = handover.accepted(&by, now, new.note.clone(), new.remarks.len())?;
    let (open, _) = store::handovers::list(&mut write.tx, id).await?;
    check_remarks(&new.remarks, &open)?;
    for CaseRemark { incident, remark } in &new.remarks {
        let action = Action::new(Uuid::now_v7(), Act::Remark, now, now, &by);
        let action = Action { reason: Some(remark.clone()), ..action };
        store::incidents::act(write, *incident, action).await?;
    }
    store::handovers::accept(write, &handover, &new.remarks).await
}
