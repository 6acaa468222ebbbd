//! Time slots: planners say when roads are slower; everybody reads. A document of its own; emits
//! `Change::Slots`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, Body, May, ProblemBody, Query, rights},
    base::Timestamp,
    ctx::Ctx,
    domain::slots::{self, Slot, Slots},
    store,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// Which slot holds when? Now when not given.
    at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "slots": [{
    "name": "morning peak", "windows": [{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:30", "to": "09:00" }],
    "speed_factors": { "primary": 0.6, "secondary": 0.7 } }] }))]
struct NewSlots {
    /// At most 8; where two cover a time, the first holds.
    slots: Vec<Slot>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SlotList {
    slots: Vec<Slot>,
    at: Timestamp,
    /// Which one holds at `at`; `base` outside of all.
    slot: String,
    /// A calibration that was fitted under other slots is set aside.
    calibration: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(show, replace))
}

/// The time slots, and which one holds.
#[utoipa::path(get, path = "/slots", operation_id = "show_slots", tag = "slots", params(Ask),
    responses((status = 200, body = SlotList)))]
async fn show(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Json<SlotList>> {
    Ok(Json(shown(&ctx, ask.at)))
}

/// Replaces all time slots.
#[utoipa::path(put, path = "/slots", operation_id = "replace_slots", tag = "slots", request_body = NewSlots,
    extensions(("x-right" = json!("roads"))), responses((status = 200, body = SlotList), (status = 422, body = ProblemBody)))]
async fn replace(
    May(caller, _): May<rights::Roads>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewSlots>,
) -> Answer<Json<SlotList>> {
    let slots = Slots::new(new.slots)?;
    let replaced = ctx.change(&caller.actor, async |mut write| {
        if store::documents::slots(&mut write.tx).await? != slots {
            store::documents::put_slots(&mut write, &slots).await?;
        }
        Ok((write, ()))
    });
    replaced.await?;
    Ok(Json(shown(&ctx, None)))
}

fn shown(ctx: &Ctx, at: Option<Timestamp>) -> SlotList {
    let at = at.unwrap_or_else(|| ctx.now());
    let world = ctx.world();
    SlotList {
        slots: world.slots.all().to_vec(),
        at,
        slot: slots::name(world.slots.at(at, &world.areas.time_zone())).to_owned(),
        calibration: world.calibration_words(),
    }
}
