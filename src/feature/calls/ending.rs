//! A call ends: located it becomes an incident, else it is dropped.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::CallWire;
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, rights},
    base::{Error, Kind, LngLat, Result},
    ctx::Ctx,
    domain::{
        auth::Sight,
        calls::{Call, CallState, Calls},
        incidents::{Draft, IncidentStatus},
    },
    feature::{
        areas::to_wgs84,
        incidents::{IncidentWire, come_in, told},
    },
    store::{self, Receipt, Write},
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "lng": -4.3987, "lat": 54.2296, "accuracy_m": 50 }))]
struct NewLocation {
    /// degrees
    lng: f64,
    /// degrees
    lat: f64,
    /// wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// It lies over 20 km from every township, by intent; else such a place is refused
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
    /// How far the true place may be, metres
    accuracy_m: Option<f64>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "called back: it is over" }))]
struct DroppedCall {
    /// At most 500 characters.
    reason: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(locate)).routes(routes!(drop_call))
}

/// Says where a held call is: it becomes an incident with the same id, reported when the call rang. The same place
/// again: 200 with the incident as it is now; another one: 409.
#[utoipa::path(post, path = "/calls/{id}/location", operation_id = "locate_call", tag = "calls",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000050")), request_body = NewLocation,
    extensions(("x-right" = json!("dispatch"))), responses((status = 201, body = IncidentWire), (status = 200, body = IncidentWire),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn locate(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(new): Body<NewLocation>,
) -> Answer<(StatusCode, Json<IncidentWire>)> {
    let receipt = Receipt::of::<Calls>(format!("{id}/location"), &new)?;
    let sight = caller.sight(&ctx.world());
    let located = ctx.change(&caller.actor, async |mut write| {
        let call = to_end(&mut write, id, &sight).await?;
        if call.state == CallState::Held {
            receipt.keep(&mut write).await?;
            come_in_at(&ctx, &mut write, call, &new, (receipt.fingerprint(), &sight)).await?;
            return Ok((write, StatusCode::CREATED));
        }
        match receipt.was_sent(&mut write.tx).await {
            Ok(true) => Ok((write, StatusCode::OK)),
            Err(e) if e.kind != Kind::Conflict => Err(e),
            _ => Err(ended_already(&call)),
        }
    });
    let status = located.await?;
    // Who located it may see where it lies.
    let incident = ctx.incident(id, &Sight::default()).await?;
    Ok((status, Json(told(&ctx, &caller, incident).await?)))
}

/// The incident that a call becomes, and the call's end: both or neither.
async fn come_in_at(
    ctx: &Ctx,
    write: &mut Write,
    call: Call,
    place: &NewLocation,
    (fingerprint, sight): (&str, &Sight),
) -> Result<()> {
    let reporter = store::calls::reporter(&mut write.tx, call.id).await?;
    let draft = Draft {
        said: call.said(&ctx.world().matters),
        at: to_wgs84(LngLat { lng: place.lng, lat: place.lat }, place.datum.as_deref())?,
        outside: place.outside,
        accuracy_m: place.accuracy_m,
        status: IncidentStatus::Reported,
        synthetic: false,
    };
    // Nobody could be asked about it before.
    let now = ctx.now();
    come_in(ctx, write, (draft, reporter), now, (fingerprint, sight)).await?;
    let located = call.located(now, write.actor());
    store::calls::end(write, &located).await
}

/// Ends a call that is nowhere: a joke, a mistake, or over. It is kept with the reason. The same again: the call as it
/// is now.
#[utoipa::path(post, path = "/calls/{id}/drop", operation_id = "drop_call", tag = "calls",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000050")), request_body = DroppedCall,
    extensions(("x-right" = json!("dispatch"))), responses((status = 200, body = CallWire), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn drop_call(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Body(DroppedCall { reason }): Body<DroppedCall>,
) -> Answer<Json<CallWire>> {
    let sight = caller.sight(&ctx.world());
    let dropped = ctx.change(&caller.actor, async |mut write| {
        let call = to_end(&mut write, id, &sight).await?;
        if call.state == CallState::Held {
            let dropped = call.dropped(ctx.now(), write.actor(), &reason)?;
            store::calls::end(&mut write, &dropped).await?;
            return Ok((write, dropped));
        }
        match call.ended.as_ref().is_some_and(|end| end.reason.as_ref() == Some(&reason)) {
            true => Ok((write, call)),
            false => Err(ended_already(&call)),
        }
    });
    Ok(Json(CallWire::of(dropped.await?, &ctx)))
}

async fn to_end(write: &mut Write, id: Uuid, sight: &Sight) -> Result<Call> {
    let call = store::calls::get_to_end(&mut write.tx, id).await?.filter(|call| call.is_seen(sight));
    call.ok_or_else(|| Error::not_found("call", id))
}

fn ended_already(call: &Call) -> Error {
    match call.state {
        CallState::Dropped => Error::conflict(format!("call {} was dropped", call.id)),
        _ => Error::conflict(format!("call {} is located already, elsewhere: see the incident", call.id)),
    }
}
