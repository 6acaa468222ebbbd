//! What is counted and logged of requests, and figures of the process. What a client sends becomes no
//! label and no unbounded text: labels are known routes, known methods and classes of status.

use std::{
    fs,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, Method, Response as HttpResponse, StatusCode},
    middleware::Next,
    response::Response,
};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::PrometheusHandle;
use tracing::Span;

use crate::{ctx::Ctx, telemetry};

/// Longest path and request id in a log line, bytes.
const LOGGED: usize = 200;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// All figures as of now.
pub fn show(ctx: &Ctx, handle: Option<&PrometheusHandle>) -> String {
    of_the_world(ctx);
    gauge!("xunge_searches_waiting").set((ctx.searches.waiting() + ctx.studies.waiting()) as f64);
    if let Ok(disk) = rustix::fs::statvfs(&ctx.folder) {
        gauge!("xunge_data_free_bytes").set((disk.f_bavail * disk.f_frsize) as f64);
        gauge!("xunge_data_size_bytes").set((disk.f_blocks * disk.f_frsize) as f64);
    }
    process();
    handle.map(PrometheusHandle::render).unwrap_or_default()
}

fn of_the_world(ctx: &Ctx) {
    let (w, now) = (ctx.world(), ctx.now());
    let silent_ms = ctx.silent_since(&w).map_or(0, |since| now.ms() - since.ms());
    gauge!("xunge_incidents").set(w.incidents.len() as f64);
    gauge!("xunge_incidents_stuck").set(ctx.stuck(&w).len() as f64);
    gauge!("xunge_handovers_late").set(ctx.late_handovers(&w).len() as f64);
    gauge!("xunge_calls_held").set(w.calls.all().count() as f64);
    gauge!("xunge_calls_overdue").set(ctx.overdue(&w).len() as f64);
    gauge!("xunge_squads").set(w.squads.len() as f64);
    gauge!("xunge_squads_out_of_contact").set(ctx.lost(&w, now).len() as f64);
    gauge!("xunge_positions_silent_seconds").set(silent_ms as f64 / 1_000.0);
    gauge!("xunge_areas").set(w.areas.len() as f64);
    gauge!("xunge_change_seq").set(w.seq as f64);
}

/// What Linux tells of this process, under the names that Prometheus gives it everywhere.
fn process() {
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(files.count() as f64);
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        gauge!("process_max_fds").set(most as f64);
    }
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return };
    // The name of the program, in brackets, may hold anything; what follows are numbers.
    let fields: Vec<u64> = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    let [user, system] = [11, 12].map(|i| fields.get(i).copied().unwrap_or(0));
    counter!("process_cpu_seconds_total").absolute((user + system) / rustix::param::clock_ticks_per_second());
    if let Some(pages) = fields.get(21) {
        gauge!("process_resident_memory_bytes").set((pages * rustix::param::page_size() as u64) as f64);
    }
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

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// A histogram of answer times by route.
pub async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let (start, method) = (Instant::now(), known(request.method()));
    let response = next.run(request).await;
    let route = path.map_or_else(|| "none".to_owned(), |p| p.as_str().to_owned());
    let labels = [("route", route), ("method", method.to_owned()), ("status", class(response.status()).to_owned())];
    histogram!("xunge_http_request_seconds", &labels).record(start.elapsed().as_secs_f64());
    response
}

/// Takes a request id away that is no plain word: it goes into log lines and comes back.
pub async fn plain_id(mut request: Request, next: Next) -> Response {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
    let fits = |id: &[u8]| !id.is_empty() && id.len() <= LOGGED && id.iter().all(plain);
    if request.headers().get(&REQUEST_ID).is_some_and(|id| !fits(id.as_bytes())) {
        request.headers_mut().remove(&REQUEST_ID);
    }
    next.run(request).await
}

/// The path without its query: places of incidents are not for the log.
pub fn span(request: &axum::http::Request<axum::body::Body>) -> Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or("");
    // A path is ASCII: hyper takes no other.
    let path = request.uri().path();
    let path = path.get(..LOGGED).unwrap_or(path);
    tracing::info_span!("http", method = known(request.method()), path, request_id = id)
}

/// One line for each status in an interval, however many answers there are.
pub fn on_response<B>(response: &HttpResponse<B>, took: Duration, _: &Span) {
    let status = response.status();
    let duration_ms = took.as_millis() as u64;
    if status < StatusCode::INTERNAL_SERVER_ERROR {
        tracing::debug!(status = status.as_u16(), duration_ms, "answered");
    } else if let Some(unsaid) = telemetry::seldom(status.as_str()) {
        tracing::warn!(status = status.as_u16(), duration_ms, unsaid, "answered");
    }
}
