//! Who is kept out before it is asked who calls.
//!
//! Where there are no keys, only this machine is served: a foreign `Host` is refused (against DNS rebinding),
//! and so is what came through a proxy, behind which anybody may be. A foreign `Origin` writes only where the
//! operator lists it, and with a key.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{Method, Version, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Problem, Root, root::named_host};
use crate::{
    base::{Error, Kind},
    config::Address,
    ctx::Ctx,
};

fn is_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let name = authority.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Headers that only what stands in between adds.
const OF_PROXIES: [&str; 8] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-original-forwarded-for",
];

/// What shows that a proxy sent the request on, if anything does. A proxy that speaks HTTP/1.1 and
/// adds no header can't be told from a client.
fn proxy_sign(request: &Request) -> Option<String> {
    if request.version() < Version::HTTP_11 {
        return Some(format!("{:?}", request.version()));
    }
    let mut names = request.headers().keys().map(|name| name.as_str());
    names.find(|name| name.starts_with("x-forwarded") || OF_PROXIES.contains(name)).map(str::to_owned)
}

/// What the guard has against the request while there are no keys.
fn not_from_here(request: &Request, host: &str) -> Option<String> {
    if !is_this_machine(host) {
        return Some(format!("host {host:?} is not this machine, and without keys only this machine is served"));
    }
    let sign = proxy_sign(request)?;
    Some(format!(
        "the request came through a proxy ({sign}), and without keys only this machine is served: make a key with `xunge keys add`"
    ))
}

/// Whether a page of this origin is one of ours: it came from where clients find us, or from the host that it
/// asks. The host says no scheme: it is that of the origin.
fn is_ours(origin: &str, root: &Address, host: &str) -> bool {
    let scheme = origin.split_once("://").map_or("", |(scheme, _)| scheme);
    let asked = format!("{scheme}://{host}").parse().map(|asked: Address| asked.origin());
    origin.parse().map(|origin: Address| origin.origin()).is_ok_and(|o| o == root.origin() || asked == Ok(o))
}

/// Refuses foreign pages and proxies while there are no keys, and on writes always an `Origin` that is neither
/// our own nor listed.
pub async fn guard(State(ctx): State<Ctx>, root: Root, request: Request, next: Next) -> Response {
    let host = named_host(&request);
    if let Some(detail) = ctx.is_keyless().then(|| not_from_here(&request, host)).flatten() {
        return Problem::from(Error::new(Kind::Forbidden, detail)).into_response();
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let origin = request.headers().get(header::ORIGIN).map(|v| v.to_str().unwrap_or(""));
    if let (true, Some(origin)) = (writes, origin) {
        // A page of another origin shows a key of its own; without keys anybody's page would be an admin.
        let listed = !ctx.is_keyless() && ctx.settings.server.cors_origins.iter().any(|o| o == origin);
        if !listed && !is_ours(origin, &root, host) {
            let detail = format!(
                "origin {origin:?} is not this service, which is found at {}; a proxy must pass the Host on, or server.public_url must be set",
                root.origin()
            );
            return Problem::from(Error::new(Kind::Forbidden, detail)).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests;
