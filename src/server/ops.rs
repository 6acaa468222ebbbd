//! For those who run the service: health, readiness, metrics, one log line a request.

use std::time::{Duration, Instant};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tracing::Span;

use crate::{api::Problem, base::Error, ctx::Ctx};

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub fn router(metrics: Option<PrometheusHandle>) -> Router<Ctx> {
    let metrics = move |State(ctx): State<Ctx>| async move { (NO_STORE, show(&ctx, metrics.as_ref())) };
    Router::new().route("/healthz", get(health)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

/// The process runs.
async fn health() -> Response {
    (NO_STORE, "ok\n").into_response()
}

/// The database answers, the world and a road network are loaded, and the world is not behind.
async fn ready(State(ctx): State<Ctx>) -> Response {
    let head = match ctx.head().await {
        Ok(head) => head,
        Err(e) => return (NO_STORE, Problem::from(Error::unavailable(e.detail))).into_response(),
    };
    if let Some(reason) = ctx.unready() {
        return (NO_STORE, Problem::from(Error::unavailable(reason))).into_response();
    }
    let shown = ctx.feed.seq();
    if head - shown > 1_000 {
        let reason = format!("the world shows change {shown}, {head} are committed");
        return (NO_STORE, Problem::from(Error::unavailable(reason))).into_response();
    }
    (NO_STORE, Json(json!({ "ready": true, "seq": shown, "database": ctx.db.engine() }))).into_response()
}

fn show(ctx: &Ctx, handle: Option<&PrometheusHandle>) -> String {
    let (incidents, squads, areas, seq) = {
        let w = ctx.world();
        (w.incidents.len(), w.squads.len(), w.areas.len(), w.seq)
    };
    metrics::gauge!("xunge_incidents").set(incidents as f64);
    metrics::gauge!("xunge_squads").set(squads as f64);
    metrics::gauge!("xunge_areas").set(areas as f64);
    metrics::gauge!("xunge_change_seq").set(seq as f64);
    metrics::gauge!("xunge_searches_waiting").set(ctx.searches.waiting() as f64);
    handle.map(PrometheusHandle::render).unwrap_or_default()
}

/// The method as a label. Anybody may invent methods, and each new label would stay in memory.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// A histogram of answer times by route.
pub async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let (start, method) = (Instant::now(), known(request.method()));
    let response = next.run(request).await;
    let route = path.map_or_else(|| "none".to_owned(), |p| p.as_str().to_owned());
    let labels = [("route", route), ("method", method.to_owned()), ("status", response.status().as_u16().to_string())];
    metrics::histogram!("xunge_http_request_seconds", &labels).record(start.elapsed().as_secs_f64());
    response
}

/// The path without its query: places of incidents are not for the log.
pub fn span(request: &axum::http::Request<axum::body::Body>) -> Span {
    let id = request.headers().get("x-request-id").and_then(|v| v.to_str().ok()).unwrap_or("");
    tracing::info_span!("http", method = %request.method(), path = request.uri().path(), request_id = id)
}

pub fn on_response<B>(response: &axum::http::Response<B>, took: Duration, _: &Span) {
    let status = response.status();
    let duration_ms = took.as_millis() as u64;
    if status >= StatusCode::INTERNAL_SERVER_ERROR {
        tracing::warn!(status = status.as_u16(), duration_ms, "answered");
    } else {
        tracing::debug!(status = status.as_u16(), duration_ms, "answered");
    }
}
