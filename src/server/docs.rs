//! The OpenAPI document, made from the handlers, and a page to browse it without outside scripts.

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{ctx::Ctx, feature};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Xunge 巡格",
        description = "Grid-level geospatial patrol service: who is responsible here, which squad is there first by road, \
                       where can nobody arrive in time.\n\nTimes are RFC 3339, places WGS-84 degrees, errors RFC 9457 \
                       problem details. Map data © OpenStreetMap contributors, ODbL 1.0."
    ),
    servers((url = "/api/v1")),
    modifiers(&Keys),
    security(("key" = []), ("password" = []))
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
pub fn api() -> (Router<Ctx>, openapi::OpenApi) {
    let timed = feature::routers().into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
    let (router, timed_document) = timed.split_for_parts();
    let (_, live_document) = feature::live::router().split_for_parts();
    let mut document = Document::openapi();
    document.merge(timed_document);
    document.merge(live_document);
    add_common_refusals(&mut document);
    (router, document)
}

/// What may be answered to any request, to one that says something, and to one with a body.
fn add_common_refusals(document: &mut openapi::OpenApi) {
    const ANY: [(&str, &str); 5] = [
        ("400", "The request can't be read"),
        ("401", "A valid key is needed"),
        ("403", "Not allowed to this caller, or from this host or origin"),
        ("500", "Something failed here; the reason is in the service's log"),
        ("503", "Not now; `Retry-After` says when"),
    ];
    const INPUT: [(&str, &str); 1] = [("422", "The input is not acceptable")];
    const BODY: [(&str, &str); 1] = [("413", "Larger than the limit")];
    let problem = openapi::ContentBuilder::new().schema(Some(openapi::Ref::from_schema_name("ProblemBody"))).build();
    for item in document.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let has_body = operation.request_body.is_some();
            let input = if has_body || operation.parameters.is_some() { &INPUT[..] } else { &[] };
            let body = if has_body { &BODY[..] } else { &[] };
            for (status, text) in ANY.iter().chain(input).chain(body) {
                let refusal = openapi::ResponseBuilder::new().description(*text);
                let refusal = refusal.content("application/problem+json", problem.clone()).build();
                operation.responses.responses.entry((*status).to_owned()).or_insert_with(|| refusal.into());
            }
        }
    }
}

/// The document at `/api/v1/openapi.json`, the browser at `/docs`.
pub fn router(document: openapi::OpenApi) -> Router<Ctx> {
    SwaggerUi::new("/docs").url("/api/v1/openapi.json", document).into()
}
