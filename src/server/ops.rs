//! For those who run the service: health, readiness, metrics, one log line a request.

use std::time::{Duration, Instant};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
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

/// So many changes the world may lag behind what is committed.
const BEHIND: i64 = 1_000;

/// The process runs.
async fn health() -> Response {
    (NO_STORE, "ok\n").into_response()
}

/// Whether the whole job can be done: the database answers and takes writes, the log is followed, a road
/// network is loaded. Otherwise everything that stands in the way, and since when.
async fn ready(State(ctx): State<Ctx>) -> Response {
    let head = match ctx.head().await {
        Ok(head) => head,
        Err(e) => return (NO_STORE, Problem::from(Error::unavailable(e.detail))).into_response(),
    };
    let mut reasons = ctx.unready();
    let shown = ctx.feed.seq();
    if head - shown > BEHIND {
        reasons.push(format!("the world shows change {shown}, {head} are committed"));
    }
    if !reasons.is_empty() {
        return (NO_STORE, Problem::from(Error::unavailable(reasons.join("; ")))).into_response();
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

/// A histogram of answer times by route.
pub async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let (start, method) = (Instant::now(), request.method().to_string());
    let response = next.run(request).await;
    let route = path.map_or_else(|| "none".to_owned(), |p| p.as_str().to_owned());
    let labels = [("route", route), ("method", method), ("status", response.status().as_u16().to_string())];
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
