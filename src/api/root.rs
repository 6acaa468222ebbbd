//! Where clients find this service.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use crate::ctx::Ctx;

/// The service's address, such as `https://grid.example.org`: as it is set, else of the host that the request
/// names.
#[derive(Debug)]
pub struct Root(pub String);

impl Root {
    pub fn of(parts: &Parts, ctx: &Ctx) -> Self {
        let host = parts.headers.get(header::HOST).and_then(|v| v.to_str().ok());
        let host = host.or(parts.uri.authority().map(|a| a.as_str())).unwrap_or("localhost");
        Self(ctx.settings.server.public_url.clone().unwrap_or_else(|| format!("http://{host}")))
    }
}

impl FromRequestParts<Ctx> for Root {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Infallible> {
        Ok(Self::of(parts, ctx))
    }
}
