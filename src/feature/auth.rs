//! Sessions of the page: a key is traded for a cookie that scripts can't read; and which keys there are. They
//! are made on the command line. Emits no change.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, Body, COOKIE, Caller, May, ProblemBody, Root, log_in, rights, who},
    base::{Error, Kind, Timestamp},
    ctx::Ctx,
    domain::auth::{Right, Role},
};

/// 30 days.
const COOKIE_KEPT_S: u32 = 2_592_000;

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Session {
    /// Who the caller is in what it does, such as a handover: its key's id, or `keyless`; null when it is not known.
    actor: Option<String>,
    /// The caller's; null when it is not known.
    role: Option<Role>,
    /// What the caller may do; routes say which of these they need as `x-right`.
    rights: &'static [Right],
    /// The service runs without keys: everybody on this machine is an admin.
    keyless: bool,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "key": "xg_…" }))]
struct SignIn {
    key: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ApiKey)]
struct KeyWire {
    id: String,
    /// Who it is for.
    name: String,
    role: Role,
    /// `area:CODE`, `unit:CODE`, `squad:CODE`; everything when empty.
    scope: Vec<String>,
    expires_at: Option<Timestamp>,
    expired: bool,
    /// Until when a secret of before opens it as well.
    former_secret_until: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct KeyList {
    /// Those that were not revoked, by id. A caller with a scope sees its own.
    keys: Vec<KeyWire>,
}

impl Session {
    fn of(caller: Option<Caller>, keyless: bool) -> Json<Self> {
        let role = caller.as_ref().map(|caller| caller.role);
        Json(Self { role, rights: role.map_or(&[], Role::rights), keyless, actor: caller.map(|caller| caller.actor) })
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(show, sign_in, sign_out)).routes(routes!(list))
}

/// Who am I?
#[utoipa::path(get, path = "/session", operation_id = "show_session", tag = "auth", security(()), responses((status = 200, body = Session)))]
async fn show(State(ctx): State<Ctx>, headers: HeaderMap) -> Json<Session> {
    Session::of(who(&ctx, &headers).await, ctx.is_keyless())
}

/// The keys there are; their secrets are kept nowhere.
#[utoipa::path(get, path = "/keys", operation_id = "list_keys", tag = "auth",
    extensions(("x-right" = json!("admin"))), responses((status = 200, body = KeyList)))]
async fn list(May(caller, _): May<rights::Admin>, State(ctx): State<Ctx>) -> Json<KeyList> {
    let (world, now) = (ctx.world(), ctx.now());
    let sees_all = caller.sight(&world).is_everything();
    let seen = world.keys.all().into_iter().filter(|(key, _)| sees_all || key.id == caller.actor);
    let keys = seen.map(|(key, former_until)| KeyWire {
        id: key.id.clone(),
        name: key.name.clone(),
        role: key.role,
        scope: key.scope.parts().map(|part| part.to_string()).collect(),
        expires_at: key.expires_at,
        expired: key.has_expired(now),
        former_secret_until: former_until.filter(|until| *until > now),
    });
    Json(KeyList { keys: keys.collect() })
}

/// Trades a key for a cookie.
#[utoipa::path(post, path = "/session", tag = "auth", security(()), request_body = SignIn,
    responses((status = 200, body = Session), (status = 401, body = ProblemBody)))]
async fn sign_in(State(ctx): State<Ctx>, root: Root, Body(sign_in): Body<SignIn>) -> Answer<Response> {
    let Some(caller) = log_in(&ctx, &sign_in.key, "sign-in").await else {
        return Err(Error::new(Kind::Unauthorized, "this is not a key in force").into());
    };
    let body = Session::of(Some(caller), false);
    Ok(([(header::SET_COOKIE, cookie(&root, &sign_in.key, COOKIE_KEPT_S))], body).into_response())
}

/// Forgets the cookie.
#[utoipa::path(delete, path = "/session", tag = "auth", security(()), responses((status = 204)))]
async fn sign_out(root: Root) -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&root, "", 0))]).into_response()
}

/// For this service alone, also where others have the same host.
fn cookie(root: &Root, value: &str, kept_s: u32) -> String {
    let secure = if root.is_tls { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path={}/; HttpOnly; SameSite=Strict; Max-Age={kept_s}{secure}", root.prefix)
}
