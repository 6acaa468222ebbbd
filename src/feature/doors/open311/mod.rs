//! Open311's GeoReport v2 below `/open311/v2`, in JSON and XML: hotlines and city apps report cases and follow
//! them as they do elsewhere. Matters are services; a report goes in as by `POST /incidents`, a list comes out
//! as by `GET /incidents`. Nobody's name or telephone is ever told.

mod ask;
mod cases;
mod list;
mod render;
mod report;
mod services;
mod wire;

use axum::{http::Uri, response::Response, routing::any};
use utoipa_axum::router::OpenApiRouter;

use self::render::Format;
use crate::{base::Error, ctx::Ctx};

/// Around cases, and around each, in XML.
const REQUESTS: [&str; 2] = ["service_requests", "request"];

pub fn router() -> OpenApiRouter<Ctx> {
    services::router().merge(cases::router()).route("/open311/{*rest}", any(no_such))
}

/// A document's name and format; JSON where it names none.
fn named(document: &str) -> (&str, Format) {
    Format::of(document).unwrap_or((document, Format::Json))
}

async fn no_such(uri: Uri) -> Response {
    let (path, format) = named(uri.path());
    format.refuse(Error::not_found("document", path))
}
