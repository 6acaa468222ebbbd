//! Sessions of the page: a key is traded for a cookie that scripts can't read. Keys themselves are
//! made on the command line. Emits no change.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, Body, COOKIE, ProblemBody, who},
    base::{Error, Kind},
    ctx::Ctx,
    domain::auth::Role,
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Session {
    /// What the caller may do; null when it is not known.
    role: Option<Role>,
    /// The service runs without keys: everybody on this machine is an admin.
    keyless: bool,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    key: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(show, sign_in, sign_out))
}

/// Who am I?
#[utoipa::path(get, path = "/session", operation_id = "show_session", tag = "auth", responses((status = 200, body = Session)))]
async fn show(State(ctx): State<Ctx>, headers: HeaderMap) -> Json<Session> {
    let caller = who(&ctx, &headers);
    Json(Session { role: caller.as_ref().map(|c| c.role), keyless: ctx.is_keyless() })
}

/// Trades a key for a cookie.
#[utoipa::path(post, path = "/session", tag = "auth", request_body = SignIn,
    responses((status = 200, body = Session), (status = 401, body = ProblemBody)))]
async fn sign_in(State(ctx): State<Ctx>, Body(sign_in): Body<SignIn>) -> Answer<Response> {
    let keys = ctx.world().keys.clone();
    let Some(key) = keys.find(&sign_in.key) else {
        return Err(Error::new(Kind::Unauthorized, "this is not a key in force").into());
    };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000", sign_in.key);
    let body = Json(Session { role: Some(key.role), keyless: false });
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// Forgets the cookie.
#[utoipa::path(delete, path = "/session", tag = "auth", responses((status = 204)))]
async fn sign_out() -> Response {
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}
