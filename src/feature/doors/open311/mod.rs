//! Open311's GeoReport v2 below `/open311/v2`, in JSON and XML: hotlines and city apps report cases and follow
//! them as they do elsewhere. Matters are services; a report goes in as by `POST /incidents`, a list comes out
//! as by `GET /incidents`. Nobody's name or telephone is ever told.

mod list;
mod render;
mod report;
mod wire;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
    routing::any,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{
    render::Format,
    wire::{Definition, Discovery, Endpoint, Fault, Request, Service, Taken, Token},
};
use crate::{
    api::{Caller, May, ProblemBody, Root, rights},
    base::{Error, Result},
    ctx::Ctx,
    domain::matters::Matter,
};

const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When what is served here changed last.
const CHANGESET: &str = "2026-11-28T00:00:00Z";
const REQUESTS: [&str; 2] = ["service_requests", "request"];

/// Parameters of the list of requests.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
struct Asked {
    /// These, with commas; nothing else counts then
    service_request_id: Option<String>,
    /// With commas
    service_code: Option<String>,
    /// Reported then or later; 90 days before the end when not given
    start_date: Option<String>,
    /// Reported then or before, at most 90 days after the start
    end_date: Option<String>,
    /// `open`, `closed`, or both with a comma
    status: Option<String>,
    /// Something was done about it later than that
    updated_after: Option<String>,
    /// From 1
    page: Option<u32>,
    /// At most 1000, which it is when not given
    page_size: Option<u32>,
    /// Taken, and does nothing: there is one
    jurisdiction_id: Option<String>,
    /// Taken, and does nothing
    extensions: Option<bool>,
}

/// A report, as a form.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = Open311Report, example = json!({
    "service_code": "CG-001", "lat": 54.1502, "long": -4.4825, "description": "goods on the pavement" }))]
#[expect(dead_code, reason = "only the document reads it")]
struct Report {
    /// A matter's code, or `scheme:code`.
    service_code: String,
    /// degrees
    lat: f64,
    /// degrees
    long: f64,
    /// At most 4000 characters.
    description: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    /// A key, where no header shows one.
    api_key: Option<String>,
    jurisdiction_id: Option<String>,
    /// Not kept; alone it is no place.
    address_string: Option<String>,
    /// Not kept.
    email: Option<String>,
    /// Not kept.
    device_id: Option<String>,
    /// Not kept.
    account_id: Option<String>,
    /// Not kept.
    media_url: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(discovery_json))
        .routes(routes!(discovery_xml))
        .routes(routes!(services_json))
        .routes(routes!(services_xml))
        .routes(routes!(show_service))
        .routes(routes!(requests_json, report_json))
        .routes(routes!(requests_xml, report_xml))
        .routes(routes!(show_request))
        .routes(routes!(show_token))
        .route("/open311/{*rest}", any(no_such))
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

fn discovery(ctx: &Ctx, Root(root): &Root, format: Format) -> Response {
    let endpoint = Endpoint {
        specification: SPECIFICATION,
        url: format!("{root}/open311/v2"),
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

/// Reports a case. Sent twice it is taken twice: who can't be sure of an answer reports by `POST /incidents`.
#[utoipa::path(post, path = "/open311/v2/requests.json", operation_id = "open311_report", tag = "open311",
    extensions(("x-right" = json!("report"))),
    request_body(content = Report, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Vec<Taken>), (status = 400, body = Vec<Fault>),
        (status = 403, content((Vec<Fault> = "application/json"), (ProblemBody = "application/problem+json")))))]
async fn report_json(State(ctx): State<Ctx>, headers: HeaderMap, body: Bytes) -> Response {
    report::report(&ctx, &headers, &body, Format::Json).await
}

/// Reports a case. Sent twice it is taken twice: who can't be sure of an answer reports by `POST /incidents`.
#[utoipa::path(post, path = "/open311/v2/requests.xml", operation_id = "open311_report_xml", tag = "open311",
    extensions(("x-right" = json!("report"))),
    request_body(content = Report, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = String, content_type = "text/xml"),
        (status = 400, body = String, content_type = "text/xml"),
        (status = 403, content((String = "text/xml"), (ProblemBody = "application/problem+json")))))]
async fn report_xml(State(ctx): State<Ctx>, headers: HeaderMap, body: Bytes) -> Response {
    report::report(&ctx, &headers, &body, Format::Xml).await
}

/// Cases of at most 90 days, the newest first, at most 1000.
#[utoipa::path(get, path = "/open311/v2/requests.json", operation_id = "open311_requests", tag = "open311",
    params(Asked), responses((status = 200, body = Vec<Request>), (status = 400, body = Vec<Fault>),
        (status = 404, body = Vec<Fault>)))]
async fn requests_json(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    RawQuery(query): RawQuery,
) -> Response {
    requests(&ctx, &caller, query.as_deref(), Format::Json).await
}

/// Cases of at most 90 days, the newest first, at most 1000.
#[utoipa::path(get, path = "/open311/v2/requests.xml", operation_id = "open311_requests_xml", tag = "open311",
    params(Asked), responses((status = 200, body = String, content_type = "text/xml"),
        (status = 400, body = String, content_type = "text/xml"), (status = 404, body = String, content_type = "text/xml")))]
async fn requests_xml(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    RawQuery(query): RawQuery,
) -> Response {
    requests(&ctx, &caller, query.as_deref(), Format::Xml).await
}

async fn requests(ctx: &Ctx, caller: &Caller, query: Option<&str>, format: Format) -> Response {
    let found = async { list::requests(ctx, caller, &list::Ask::read(query)?).await };
    format.answer(found.await.map(|all| format.show(StatusCode::OK, REQUESTS, &all)))
}

/// One case.
#[utoipa::path(get, path = "/open311/v2/requests/{id}", operation_id = "open311_request", tag = "open311",
    params(("id" = String, Path, description = "The case's id and `.json` or `.xml`")),
    responses((status = 200, content((Vec<Request> = "application/json"), (String = "text/xml"))),
        (status = 404, content((Vec<Fault> = "application/json"), (String = "text/xml")))))]
async fn show_request(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(document): Path<String>,
) -> Response {
    let (id, format) = named(&document);
    let found = async { list::requests(&ctx, &caller, &list::Ask::of(known(id)?)).await };
    format.answer(found.await.map(|all| format.show(StatusCode::OK, REQUESTS, &all)))
}

/// The case of a token, which is its id: a report has one at once.
#[utoipa::path(get, path = "/open311/v2/tokens/{id}", operation_id = "open311_token", tag = "open311",
    params(("id" = String, Path, description = "The token and `.json` or `.xml`")),
    responses((status = 200, content((Vec<Token> = "application/json"), (String = "text/xml"))),
        (status = 404, content((Vec<Fault> = "application/json"), (String = "text/xml")))))]
async fn show_token(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(document): Path<String>,
) -> Response {
    let (token, format) = named(&document);
    let found = async { ctx.incident(known(token)?, &caller.sight(&ctx.world())).await };
    let shown = |id| format.show(StatusCode::OK, REQUESTS, &[Token { service_request_id: id, token: id }]);
    format.answer(found.await.map(|incident| shown(incident.id)))
}

/// A document's name and format; JSON where it names none.
fn named(document: &str) -> (&str, Format) {
    Format::of(document).unwrap_or((document, Format::Json))
}

/// What is no id of ours names nothing.
fn known(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::not_found("request", id))
}

async fn no_such(uri: Uri) -> Response {
    let (path, format) = named(uri.path());
    format.refuse(Error::not_found("document", path))
}
