//! Who calls: a bearer key, HTTP Basic with the key as password, or the page's cookie.
//!
//! Without any key the service is reached from its own machine alone and every caller is an admin;
//! it then checks `Host` (against DNS rebinding) and refuses a foreign `Origin` on writes.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::Problem;
use crate::{
    base::{Error, Kind},
    ctx::Ctx,
    domain::auth::{Key, Role},
};

/// The page's cookie: it holds the key, out of reach of scripts.
pub const COOKIE: &str = "xunge_key";

/// A known caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key's id, or `keyless`; stands in the change log.
    pub actor: String,
    pub role: Role,
    pub keyless: bool,
}

/// May read.
#[derive(Debug)]
pub struct Viewer(pub Caller);

/// May write.
#[derive(Debug)]
pub struct Admin(pub Caller);

/// The secret that the request shows.
fn secret(headers: &HeaderMap) -> Option<String> {
    if let Some(value) = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()) {
        let (scheme, rest) = value.split_once(' ')?;
        return match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some(rest.trim().to_owned()),
            "basic" => {
                let plain = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
                plain.split_once(':').map(|(_, password)| password.to_owned())
            }
            _ => None,
        };
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    cookies.filter_map(|c| c.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, v)| v.to_owned())
}

/// The caller, if it is known.
pub fn who(ctx: &Ctx, headers: &HeaderMap) -> Option<Caller> {
    let keys = ctx.world().keys.clone();
    if keys.is_empty() {
        return ctx.config.loopback.then(|| Caller { actor: "keyless".to_owned(), role: Role::Admin, keyless: true });
    }
    let Key { id, role, .. } = keys.find(&secret(headers)?)?.clone();
    Some(Caller { actor: id, role, keyless: false })
}

fn known(parts: &Parts, ctx: &Ctx) -> Result<Caller, Problem> {
    who(ctx, &parts.headers).ok_or_else(|| Error::new(Kind::Unauthorized, "no valid key was given").into())
}

impl FromRequestParts<Ctx> for Viewer {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Problem> {
        known(parts, ctx).map(Self)
    }
}

impl FromRequestParts<Ctx> for Admin {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Problem> {
        let caller = known(parts, ctx)?;
        if caller.role != Role::Admin {
            let detail = format!("this needs an admin key, yours is a {} key", caller.role.as_str());
            return Err(Error::new(Kind::Forbidden, detail).into());
        }
        Ok(Self(caller))
    }
}

/// Host name of `Host` or of an origin, without the port.
fn host_name(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    }
}

fn is_this_machine(authority: &str) -> bool {
    let name = host_name(authority);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Refuses foreign pages: any host but this machine while there is no key, and on writes an `Origin`
/// other than our own.
pub async fn guard(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let host = text(header::HOST).or(request.uri().authority().map(|a| a.as_str())).unwrap_or("");
    let keyless = ctx.world().keys.is_empty();
    if keyless && !is_this_machine(host) {
        let detail = format!("host {host:?} is not this machine, and without keys only this machine is served");
        return Problem::from(Error::new(Kind::Forbidden, detail)).into_response();
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if let (true, Some(origin)) = (writes, text(header::ORIGIN)) {
        let authority = origin.split_once("://").map_or(origin, |(_, a)| a);
        if authority != host {
            let detail = format!("origin {origin:?} is not this service");
            return Problem::from(Error::new(Kind::Forbidden, detail)).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for ok in ["localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"] {
            assert!(is_this_machine(ok), "{ok}");
        }
        for foreign in ["", "example.org", "localhost.example.org", "10.0.0.1:80", "127.0.0.1.example.org"] {
            assert!(!is_this_machine(foreign), "{foreign}");
        }
    }
}
