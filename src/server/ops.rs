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

/// So many changes the world may lag behind what is committed.
const BEHIND: i64 = 1_000;

/// The process runs.
async fn health() -> Response {
    (NO_STORE, "ok\n").into_response()
}

/// Whether the whole job can be done: the database answers and takes writes, the log is followed, a road
/// network is loaded. Otherwise everything that stands in the way, and since when.
async fn ready(State(ctx): State<Ctx>) -> Response {
    let (mut reasons, head, shown) = (ctx.unready(), ctx.head().await, ctx.feed.seq());
    match head {
        Ok(head) if head - shown > BEHIND => {
            reasons.push(format!("the world shows change {shown}, {head} are committed"));
        }
        Ok(_) => {}
        Err(e) => reasons.push(e.detail),
    }
    if !reasons.is_empty() {
        return (NO_STORE, Problem::from(Error::unavailable(reasons.join("; ")))).into_response();
    }
    (NO_STORE, Json(json!({ "ready": true, "seq": shown, "database": ctx.db.engine() }))).into_response()
}
