//! What can be reported, and where: the catalogue of matters.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    named,
    render::Format,
    wire::{Definition, Discovery, Endpoint, Fault, Service},
};
use crate::{
    api::{May, Root, rights},
    base::Error,
    ctx::Ctx,
    domain::matters::Matter,
};

const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When what is served here changed last.
const CHANGESET: &str = "2026-11-28T00:00:00Z";

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(discovery_json))
        .routes(routes!(discovery_xml))
        .routes(routes!(services_json))
        .routes(routes!(services_xml))
        .routes(routes!(show_service))
}

/// Where and how this is served.
#[utoipa::path(get, path = "/open311/v2/discovery.json", operation_id = "open311_discovery", tag = "open311",
    responses((status = 200, body = Discovery)))]
async fn discovery_json(_: May<rights::Read>, State(ctx): State<Ctx>, root: Root) -> Response {
    discovery(&ctx, &root, Format::Json)
}

/// Where and how this is served.
#[utoipa::path(get, path = "/open311/v2/discovery.xml", operation_id = "open311_discovery_xml", tag = "open311",
    responses((status = 200, body = String, content_type = "text/xml")))]
async fn discovery_xml(_: May<rights::Read>, State(ctx): State<Ctx>, root: Root) -> Response {
    discovery(&ctx, &root, Format::Xml)
}

fn discovery(ctx: &Ctx, root: &Root, format: Format) -> Response {
    let endpoint = Endpoint {
        specification: SPECIFICATION,
        url: format!("{}/open311/v2", **root),
        changeset: CHANGESET,
        kind: if ctx.world().demo.in_force { "test" } else { "production" },
        formats: ["text/xml", "application/json"],
    };
    let key_service = "keys are made by whoever runs this service: `xunge keys add`";
    let body = Discovery { changeset: CHANGESET, key_service, endpoints: [endpoint] };
    format.show(StatusCode::OK, ["discovery", ""], &body)
}

/// The matters of the catalogue.
#[utoipa::path(get, path = "/open311/v2/services.json", operation_id = "open311_services", tag = "open311",
    responses((status = 200, body = Vec<Service>)))]
async fn services_json(_: May<rights::Read>, State(ctx): State<Ctx>) -> Response {
    services(&ctx, Format::Json)
}

/// The matters of the catalogue.
#[utoipa::path(get, path = "/open311/v2/services.xml", operation_id = "open311_services_xml", tag = "open311",
    responses((status = 200, body = String, content_type = "text/xml")))]
async fn services_xml(_: May<rights::Read>, State(ctx): State<Ctx>) -> Response {
    services(&ctx, Format::Xml)
}

fn services(ctx: &Ctx, format: Format) -> Response {
    let all: Vec<Service> = ctx.world().matters.all().iter().map(service).collect();
    format.show(StatusCode::OK, ["services", "service"], &all)
}

fn service(matter: &Matter) -> Service {
    Service {
        service_code: matter.code.to_string(),
        service_name: matter.name.clone(),
        description: matter.name_zh.clone(),
        metadata: false,
        kind: "realtime",
        keywords: matter.urgency.as_str(),
        group: matter.domain.clone(),
    }
}

/// What a report of one matter needs: nothing of its own.
#[utoipa::path(get, path = "/open311/v2/services/{code}", operation_id = "open311_service", tag = "open311",
    params(("code" = String, Path, description = "A matter's code and `.json` or `.xml`")),
    responses((status = 200, content((Definition = "application/json"), (String = "text/xml"))),
        (status = 404, content((Vec<Fault> = "application/json"), (String = "text/xml")))))]
async fn show_service(_: May<rights::Read>, State(ctx): State<Ctx>, Path(document): Path<String>) -> Response {
    let (code, format) = named(&document);
    let known = ctx.world().matters.named(code).map(|matter| matter.code.to_string());
    let found = known.ok_or_else(|| Error::not_found("service", code));
    format.answer(found.map(|service_code| {
        let definition = Definition { service_code, attributes: Vec::new() };
        format.show(StatusCode::OK, ["service_definition", ""], &definition)
    }))
}
