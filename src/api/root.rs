//! Where clients find this service, whatever proxies stand before it.

use std::{net::SocketAddr, ops::Deref, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, OriginalUri, Request, State},
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::Problem;
use crate::{
    base::{Error, Result},
    config::{Address, Server},
    ctx::Ctx,
};

/// The service's address, such as `https://grid.example.org/xunge`: as it is set, else as a trusted proxy says,
/// else of the host that the request names. All that is told of addresses hangs on it.
#[derive(Debug, Clone)]
pub struct Root(Arc<Address>);

impl Deref for Root {
    type Target = Address;

    fn deref(&self) -> &Address {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Root {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let root = parts.extensions.get().cloned();
        root.ok_or_else(|| Error::internal("a request went past `locate`").into())
    }
}

/// The host that the request names, of whatever form.
pub(super) fn named_host(request: &Request) -> &str {
    let said = request.headers().get(header::HOST).and_then(|v| v.to_str().ok());
    said.or(request.uri().authority().map(|a| a.as_str())).unwrap_or("")
}

/// What the proxy just before us says: it may have added to what others said.
fn said<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next().map(str::trim).filter(|word| !word.is_empty())
}

fn root(request: &Request, server: &Server) -> Result<Address> {
    if let Some(set) = &server.public_url {
        return Ok(set.clone());
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let trusted = peer.is_some_and(|ConnectInfo(peer)| server.trusts(peer.ip()));
    let [scheme, host, prefix] = ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix"]
        .map(|name| said(request.headers(), name).filter(|_| trusted));
    let text = |host: &str| {
        format!("{}://{host}{}", scheme.unwrap_or("http"), prefix.filter(|prefix| *prefix != "/").unwrap_or(""))
    };
    let told = text(host.unwrap_or(named_host(request))).parse();
    if [scheme, host, prefix].iter().any(Option::is_some) {
        return told.map_err(|why: String| Error::invalid("x-forwarded", why));
    }
    // A host that is none is nobody's: who asks so hears of this machine.
    told.or_else(|_| text("localhost").parse()).map_err(Error::internal)
}

/// The same address with another path.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// Takes the prefix off the path, for the routes; [`OriginalUri`] has it always. Proxies send it or don't.
fn enter(request: &mut Request, prefix: &str) -> Result<(), Redirect> {
    let uri = request.uri().clone();
    let within = match uri.path().strip_prefix(prefix) {
        // Relative addresses of the page hang on the slash.
        Some("") => return Err(Redirect::permanent(&format!("{prefix}/"))),
        Some(path) if path.starts_with('/') => path,
        _ => uri.path(),
    };
    if let (Some(inside), Some(outside)) = (with_path(&uri, within), with_path(&uri, &format!("{prefix}{within}"))) {
        *request.uri_mut() = inside;
        request.extensions_mut().insert(OriginalUri(outside));
    }
    Ok(())
}

/// Finds out where the client sees us, for all that comes after.
pub async fn locate(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let root = match root(&request, &ctx.settings.server) {
        Ok(root) => Root(Arc::new(root)),
        Err(e) => return Problem::malformed(e).into_response(),
    };
    request.extensions_mut().insert(root.clone());
    if root.prefix.is_empty() {
        return next.run(request).await;
    }
    if let Err(redirect) = enter(&mut request, &root.prefix) {
        return redirect.into_response();
    }
    let mut response = next.run(request).await;
    // Redirects of libraries know of no prefix.
    let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
    let below = location.filter(|l| l.starts_with('/')).map(|l| format!("{}{l}", root.prefix));
    if let Some(Ok(location)) = below.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
