//! Calls that say only an address: whoever reports holds them, dispatchers find out where they are, and they become
//! incidents. Tables `calls` and `call_reporters`; emits `Change::Call`, and the incident's as it comes in.

mod ending;
mod hold;
mod list;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    find::{FoundWire, candidates},
    incidents::Reporter,
};
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, rights},
    base::{Error, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        calls::{Call, CallState},
    },
    store,
};
pub(super) use hold::{NewCall, hold};

/// A call as clients see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Call)]
pub struct CallWire {
    #[serde(flatten)]
    #[schema(inline)]
    call: Call,
    /// By when somebody has to have located it, 5 minutes after the ring by default; null once it is held no more.
    locate_by: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ShownCall {
    #[serde(flatten)]
    #[schema(inline)]
    call: CallWire,
    /// Where it may be, while it is held: what the address means as `GET /find` reads it, and what it mentions. The
    /// best first.
    candidates: Vec<FoundWire>,
}

impl CallWire {
    pub fn of(call: Call, ctx: &Ctx) -> Self {
        Self { locate_by: call.locate_by(&ctx.settings.calls), call }
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(take))
        .routes(routes!(show))
        .routes(routes!(show_reporter))
        .merge(list::router())
        .merge(ending::router())
}

/// Holds a report that says only an address until somebody has located it. The same again: 200 with the call as it is
/// now. A call and the incident that it becomes have one id.
#[utoipa::path(post, path = "/calls", operation_id = "hold_call", tag = "calls", request_body = NewCall,
    extensions(("x-right" = json!("report"))), responses((status = 201, body = CallWire), (status = 200, body = CallWire),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn take(
    May(caller, _): May<rights::Report>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewCall>,
) -> Answer<(StatusCode, Json<CallWire>)> {
    let (call, created) = hold(&ctx, &caller, new).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(CallWire::of(call, &ctx))))
}

/// One call, held or ended, and where it may be.
#[utoipa::path(get, path = "/calls/{id}", operation_id = "show_call", tag = "calls",
    params(("id" = Uuid, Path)), responses((status = 200, body = ShownCall), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<ShownCall>> {
    let world = ctx.world();
    let call = found(&ctx, id, &caller.sight(&world)).await?;
    let candidates = match call.state {
        CallState::Held => candidates(&ctx, &world, &call.address, call.area.as_ref()).await?,
        _ => Vec::new(),
    };
    Ok(Json(ShownCall { call: CallWire::of(call, &ctx), candidates }))
}

/// Who called, to be asked where it is: personal data. Who read it, and when, stands in the change log. Once the call
/// is located, the incident tells it.
#[utoipa::path(get, path = "/calls/{id}/reporter", operation_id = "show_call_reporter", tag = "calls", params(("id" = Uuid, Path)),
    extensions(("x-right" = json!("read_personal"))), responses((status = 200, body = Reporter), (status = 404, body = ProblemBody)))]
async fn show_reporter(
    May(caller, _): May<rights::ReadPersonal>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<Reporter>> {
    found(&ctx, id, &caller.sight(&ctx.world())).await?;
    // What can't be logged is not told.
    let read = ctx.change(&caller.actor, async |mut write| {
        let read = store::calls::reporter(&mut write.tx, id).await?;
        let read = read.ok_or_else(|| Error::not_found("reporter of call", id))?;
        store::incidents::log_reading(&mut write, id);
        Ok((write, read))
    });
    let store::incidents::Reporter { name, phone } = read.await?;
    Ok(Json(Reporter { name, phone }))
}

/// One call; what is out of sight is not there.
pub(super) async fn found(ctx: &Ctx, id: Uuid, sight: &Sight) -> Result<Call> {
    let held = ctx.world().calls.get(&id).map(|call| Call::clone(call));
    let known = match held {
        Some(call) => Some(call),
        None => store::calls::get(&mut ctx.db.begin_read().await?, id).await?,
    };
    known.filter(|call| call.is_seen(sight)).ok_or_else(|| Error::not_found("call", id))
}
