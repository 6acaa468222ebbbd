//! OGC API – Features: map clients (QGIS, GDAL, web maps) find every layer by the address of `/ogc` alone,
//! filter and page it on the server, and browse it as pages. The rows are those of `layers`. Zones of drafts
//! are changed here as well, by the edits of `zones`; everything else is read only.
//! What is taken and promised is in `docs/maps.md`, and in the document at `/ogc/api`.
//!
//! Errors are problem details; what can't be read of a request is 400, as the standard asks.

mod about;
mod collection;
mod document;
mod edit;
mod html;
mod items;
mod parameters;
mod schema;
mod wire;

use axum::{Router, http::Uri, routing::get};

use crate::{api::Problem, base::Error, ctx::Ctx};

/// The routes, at the root of the server. They stand in a document of their own, with the paths of each
/// collection written out: map clients read nothing else.
pub fn router() -> Router<Ctx> {
    Router::new()
        .route("/ogc", get(about::landing))
        .route("/ogc/", get(about::landing))
        .route("/ogc/conformance", get(about::conformance))
        .route("/ogc/api", get(document::current))
        .route("/ogc/api/3.0", get(document::former))
        .route("/ogc/collections", get(about::collections))
        .route("/ogc/collections/{collection}", get(about::collection))
        .route("/ogc/collections/{collection}/queryables", get(about::queryables))
        .route("/ogc/collections/{collection}/schema", get(about::schema))
        .route("/ogc/collections/{collection}/items", get(items::items).post(edit::create).options(edit::of_items))
        .route(
            "/ogc/collections/{collection}/items/{feature}",
            get(items::item).put(edit::replace).patch(edit::update).delete(edit::remove).options(edit::of_item),
        )
        .route("/ogc/{*rest}", get(no_page))
}

async fn no_page(uri: Uri) -> Problem {
    Error::not_found("page", uri.path()).into()
}
