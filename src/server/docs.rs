//! The OpenAPI document, made from the handlers, and a page to browse it without outside scripts.

mod complete;

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{api::Root, ctx::Ctx, feature};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Xunge 巡格",
        description = "Grid-level geospatial patrol service: who is responsible here, which squad is there first by road, \
                       where can nobody arrive in time.\n\nTimes are RFC 3339, places WGS-84 degrees, errors RFC 9457 \
                       problem details. While this process can't follow what is written, every answer carries \
                       `Xunge-Stale-Since` with the time since when: it shows what was before; `status` says why. \
                       Map data © OpenStreetMap contributors, ODbL 1.0."
    ),
    servers((url = "/")),
    components(schemas(feature::live::bodies::EventBody)),
    modifiers(&Keys),
    security(("key" = []), ("password" = [])),
    tags(
        (name = "osrm", description = "OSRM's services, at the root of the server. Profiles are \
            `car` (`driving`, `auto`), `ebike` (`bike`, `bicycle`, `cycling`) and `foot` (`walking`, `pedestrian`); \
            coordinates `lng,lat;lng,lat`, `polyline(…)` or `polyline6(…)`. Durations are drive only."),
        (name = "valhalla", description = "Valhalla's actions, at the root of the server. Durations are drive only."),
        (name = "open311", description = "Open311's GeoReport v2, at the root of the server, in JSON and XML. Matters are \
            services, incidents are requests.")
    )
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = |s| SecurityScheme::Http(Http::new(s));
        components.add_security_scheme("key", scheme(HttpAuthScheme::Bearer));
        components.add_security_scheme("password", scheme(HttpAuthScheme::Basic));
    }
}

/// Routes that answer within the time limit, and the document of all routes.
pub struct Documented {
    /// Below `/api/v1`.
    pub api: Router<Ctx>,
    /// At the root.
    pub doors: Router<Ctx>,
    pub document: openapi::OpenApi,
}

pub fn documented() -> Documented {
    let timed = feature::routers().into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
    let (api, timed_document) = timed.split_for_parts();
    let (_, live_document) = feature::live::router().split_for_parts();
    let (doors, doors_document) = feature::doors::router().split_for_parts();
    // Whole paths: a door may have the name of one of ours.
    let document = Document::openapi().nest("/api/v1", timed_document).nest("/api/v1", live_document);
    let mut document = document.merge_from(doors_document);
    complete::complete(&mut document);
    Documented { api, doors, document }
}

/// The document at `/api/v1/openapi.json`, the browser at `/docs`.
pub fn router(document: openapi::OpenApi) -> Router<Ctx> {
    let document = Arc::new(document);
    // Its one server is the root of where it is found.
    let tell = async move |root: Root| {
        let mut told = openapi::OpenApi::clone(&document);
        if !root.prefix.is_empty() {
            told.servers = Some(vec![openapi::Server::new(&root.prefix)]);
        }
        Json(told)
    };
    let browser: Router<Ctx> = SwaggerUi::new("/docs").config(Config::new(["../api/v1/openapi.json"])).into();
    browser.route("/api/v1/openapi.json", get(tell))
}
