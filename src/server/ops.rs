//! For those who run the service: health, readiness, metrics.

use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use super::figures::show;
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
    if let Some(reason) = ctx.unready() {
        return (NO_STORE, Problem::from(Error::unavailable(reason))).into_response();
    }
    let head = match ctx.head().await {
        Ok(head) => head,
        Err(e) => return (NO_STORE, Problem::from(Error::unavailable(e.detail))).into_response(),
    };
    let shown = ctx.feed.seq();
    if head - shown > 1_000 {
        let reason = format!("the world shows change {shown}, {head} are committed");
        return (NO_STORE, Problem::from(Error::unavailable(reason))).into_response();
    }
    (NO_STORE, Json(json!({ "ready": true, "seq": shown, "database": ctx.db.engine() }))).into_response()
}
