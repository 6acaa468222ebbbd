//! Floor 8: the router with everything around it, and a server that stops well.

mod accept;
mod bulk;
mod docs;
mod figures;
mod ops;
mod page;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::CorsLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use self::accept::Patience;
use crate::{
    api::{Problem, guard, locate},
    base::Error,
    ctx::{Ctx, follow, keep_calendar, keep_positions},
    feature,
};

/// The page runs from this origin alone; MapLibre needs workers from blobs.
const CONTENT_SECURITY: &str = "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; \
                                style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; \
                                frame-ancestors 'none'";

/// Since when an answer may not show what is committed, RFC 3339.
const STALE_SINCE: HeaderName = HeaderName::from_static("xunge-stale-since");

/// How long a browser may remember what a page of another origin may do.
const PREFLIGHT_KEPT: Duration = Duration::from_secs(3600);

const UPKEEP: Duration = Duration::from_secs(5);

/// Every route of the service.
pub fn router(ctx: &Ctx, metrics: Option<PrometheusHandle>) -> Router {
    let docs::Documented { api, doors, document } = docs::documented();
    // Events last as long as the client stays: no timeout, no compression that would hold them back.
    let (events, _) = feature::live::router().split_for_parts();
    let limited = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(Duration::from_secs(ctx.settings.server.timeout_s), in_time))
        .layer(DefaultBodyLimit::max(ctx.settings.server.body_limit_bytes));
    let dated = middleware::from_fn_with_state(ctx.clone(), dated);
    let doors = doors.merge(feature::ogc::router()).layer(limited.clone()).layer(dated.clone());
    let api = api.layer(limited).merge(events).fallback(no_route).method_not_allowed_fallback(no_method).layer(dated);
    let compress = DefaultPredicate::new().and(NotForContentType::new("text/event-stream"));
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn(figures::plain_id))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(
            TraceLayer::new_for_http().make_span_with(figures::span).on_response(figures::on_response).on_failure(()),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(middleware::from_fn_with_state(ctx.clone(), bulk::apart))
        .layer(CompressionLayer::new().compress_when(compress))
        .layer(middleware::from_fn_with_state(ctx.clone(), bulk::with_room))
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(CatchPanicLayer::custom(panicked));
    let all = Router::new()
        .nest("/api/v1", api)
        .merge(doors)
        .merge(docs::router(document))
        .merge(ops::router(metrics))
        .fallback(page::serve)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(ctx.clone(), guard));
    // Outside of the guard: a page must be able to read why it was refused.
    let all = match cors(&ctx.settings.server.cors_origins) {
        Some(cors) => all.layer(cors),
        None => all,
    };
    let all = all.route_layer(middleware::from_fn(figures::measure)).with_state(ctx.clone());
    // Routes are looked up by the path that `locate` leaves.
    let all = ServiceBuilder::new().layer(middleware::from_fn_with_state(ctx.clone(), locate)).service(all);
    Router::new().fallback_service(all).layer(around)
}

/// For pages of these origins, none where there are none. They bring a key of their own: cookies stay out.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    const READ: [HeaderName; 7] = [
        header::ETAG,
        header::LINK,
        header::LOCATION,
        header::RETRY_AFTER,
        HeaderName::from_static("content-crs"),
        HeaderName::from_static("x-request-id"),
        STALE_SINCE,
    ];
    const SENT: [HeaderName; 6] = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        HeaderName::from_static("last-event-id"),
        HeaderName::from_static("x-request-id"),
    ];
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    (!origins.is_empty()).then(|| {
        let cors = CorsLayer::new().allow_origin(origins).allow_methods(methods).max_age(PREFLIGHT_KEPT);
        cors.allow_headers(SENT).expose_headers(READ)
    })
}

async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let late = |_| Problem::from(Error::unavailable(format!("no answer within {} s", limit.as_secs()))).into_response();
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(late)
}

/// Says so when an answer may not show what is committed by now.
async fn dated(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(fault) = ctx.feed.stale()
        && let Ok(since) = HeaderValue::try_from(fault.since.to_string())
    {
        response.headers_mut().insert(STALE_SINCE, since);
    }
    response
}

async fn no_route(uri: axum::http::Uri) -> Problem {
    Error::not_found("route", uri.path()).into()
}

async fn no_method(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    Problem::method(&method, uri.path())
}

fn panicked(what: Box<dyn std::any::Any + Send>) -> Response {
    let text = what.downcast_ref::<&str>().map(ToString::to_string).or(what.downcast_ref::<String>().cloned());
    Problem::from(Error::internal(format!("a handler panicked: {}", text.unwrap_or_default()))).into_response()
}

/// Takes what was recorded into the histograms, which else wait for somebody to ask, and grow.
async fn upkeep(metrics: Option<PrometheusHandle>) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        if let Some(metrics) = &metrics {
            metrics.run_upkeep();
        }
    }
}

/// Serves until `stop` ends; then finishes what is under way and writes what waits.
///
/// # Errors
/// When the follower ends (a panic in `World::apply`): the process must start anew from SQL.
pub async fn serve(
    ctx: Ctx,
    listener: TcpListener,
    metrics: Option<PrometheusHandle>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let mut follower = tokio::spawn(follow(ctx.clone()));
    let positions = tokio::spawn(keep_positions(ctx.clone()));
    let upkeep = tokio::spawn(upkeep(metrics.clone()));
    let calendar = tokio::spawn(keep_calendar(ctx.clone()));
    let arrivals = tokio::spawn(feature::assignments::watch(ctx.clone()));
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let mut told = stopped.clone();
    let server = accept::accept(listener, router(&ctx, metrics), Patience::of(&ctx.settings.server), async move {
        stop.await;
        let _ = stopping.send(true);
    });
    // Clients that follow events never hang up by themselves.
    let patience = async move {
        let _ = told.wait_for(|s| *s).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    let ended = tokio::select! {
        () = server => Ok(()),
        () = patience => Ok(()),
        followed = &mut follower => Err(match followed {
            Err(e) => anyhow::anyhow!("the follower of the change log ended: {e}"),
            Ok(never) => match never {},
        }),
    };
    upkeep.abort();
    positions.abort();
    calendar.abort();
    arrivals.abort();
    follower.abort();
    // What it had in hand waits again once it is gone; closing writes it.
    let _ = positions.await;
    ctx.close().await;
    ended
}
