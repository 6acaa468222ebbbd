//! A shift hands over.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{HandoverWire, found, part::Part};
use crate::{
    api::{Answer, Body, Caller, May, ProblemBody, rights},
    base::{Code, Error, Result},
    ctx::Ctx,
    domain::{
        auth::Sight,
        handovers::{Handover, Handovers, OpenThings, check_note},
    },
    store::{self, Receipt},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewShiftHandover, example = json!({ "id": "01957a3e-5c00-7000-8000-000000000060", "note": "the market closes at eight" }))]
pub struct NewHandover {
    /// Made by the client: sending the same handover again is safe.
    pub id: Uuid,
    /// Code of the area that is handed over. A key that is for one area hands that over when neither this nor `unit`
    /// is given; one whose scope is everything, everything.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    /// Code of the unit whose cases are handed over, and those of the units beneath it.
    #[schema(value_type = Option<String>)]
    pub unit: Option<Code>,
    /// The id of the key that is to take it over; whoever may dispatch there when it is not given.
    pub to: Option<String>,
    /// At most 2000 characters.
    pub note: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(take))
}

/// Hands a shift over: what is open at this moment is kept with it, as it is. The same again: 200 with the handover as
/// it is now.
#[utoipa::path(post, path = "/handovers", operation_id = "hand_over_shift", tag = "handovers", request_body = NewHandover,
    extensions(("x-right" = json!("dispatch"))), responses((status = 201, body = HandoverWire), (status = 200, body = HandoverWire),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn take(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewHandover>,
) -> Answer<(StatusCode, Json<HandoverWire>)> {
    let (handover, created) = hand_over(&ctx, &caller, new).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(HandoverWire::of(handover, &ctx))))
}

/// Hands over exactly once; says whether this call did.
async fn hand_over(ctx: &Ctx, caller: &Caller, new: NewHandover) -> Result<(Handover, bool)> {
    let receipt = Receipt::of::<Handovers>(new.id, &new)?;
    let sight = caller.sight(&ctx.world());
    let taken = ctx.change(&caller.actor, async |mut write| {
        if !receipt.keep(&mut write).await? {
            return Ok((write, false));
        }
        let (handover, open) = found_open(ctx, caller, &new, &sight)?;
        store::handovers::insert(&mut write, &handover, &open).await?;
        Ok((write, true))
    });
    let created = taken.await?;
    Ok((found(&mut ctx.db.begin_read().await?, new.id, &sight).await?, created))
}

/// The handover as of now, and what is open.
fn found_open(ctx: &Ctx, caller: &Caller, new: &NewHandover, sight: &Sight) -> Result<(Handover, OpenThings)> {
    let world = ctx.world();
    check_note(new.note.as_deref())?;
    if let Some(to) = new.to.as_ref().filter(|to| !world.keys.all().iter().any(|(key, _)| key.id == **to)) {
        return Err(Error::invalid("to", format!("there is no key {to}")));
    }
    let part = Part::of(new.area.clone(), new.unit.clone(), sight, &world)?;
    let ground = ctx.open_ground(&world);
    let open = ground.open(&part.sight(&world))?;
    let handover = Handover {
        id: new.id,
        area: part.area,
        unit: part.unit,
        to: new.to.clone(),
        note: new.note.clone(),
        at: ground.now,
        by: caller.actor.clone(),
        counts: open.counts(),
        accepted: None,
    };
    Ok((handover, open))
}
