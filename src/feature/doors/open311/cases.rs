//! Cases: they are reported, listed and followed.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    REQUESTS,
    ask::{Ask, Asked},
    list, named,
    render::Format,
    report::{self, Report},
    wire::{Fault, Request, Taken, Token},
};
use crate::{
    api::{Caller, May, ProblemBody, rights},
    base::{Error, Result},
    ctx::Ctx,
    domain::calls::CallState,
    feature::calls,
};

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(requests_json, report_json))
        .routes(routes!(requests_xml, report_xml))
        .routes(routes!(show_request))
        .routes(routes!(show_token))
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
    let found = async { list::requests(ctx, caller, &Ask::read(query)?).await };
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
    let found = async { list::requests(&ctx, &caller, &Ask::of(known(id)?)).await };
    format.answer(found.await.map(|all| format.show(StatusCode::OK, REQUESTS, &all)))
}

/// The case of a token, which is its id: a report has one at once, or once its address was located.
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
    let shown = |token: Token| format.show(StatusCode::OK, REQUESTS, &[token]);
    format.answer(of_token(&ctx, &caller, token).await.map(shown))
}

/// What was dropped is no case, and becomes none.
async fn of_token(ctx: &Ctx, caller: &Caller, token: &str) -> Result<Token> {
    let (token, sight) = (known(token)?, caller.sight(&ctx.world()));
    let held = calls::found(ctx, token, &sight).await.is_ok_and(|call| call.state == CallState::Held);
    let service_request_id = match held {
        true => None,
        false => Some(ctx.incident(token, &sight).await?.id),
    };
    Ok(Token { service_request_id, token })
}

/// What is no id of ours names nothing.
fn known(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::not_found("request", id))
}
