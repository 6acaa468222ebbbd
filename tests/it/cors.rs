//! Pages of other origins: none may call but those that are listed.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::app::{App, Setup, with};

const MAP: &str = "https://map.example.org";
const PATHS: [&str; 6] = [
    "/api/v1/status",
    "/api/v1/layers/grids",
    "/api/v1/tiles/grids",
    "/ogc/collections",
    "/nearest/v1/driving/112.05,27.01",
    "/api/v1/tiles/grids/8/0/0",
];

fn listed(keyless: bool) -> Setup {
    let mut setup = Setup::default();
    setup.settings.server.cors_origins = vec![MAP.to_owned()];
    setup.settings.server.keyless = keyless;
    setup
}

fn preflight<'a>(app: &'a App, path: &str, origin: &str) -> crate::app::Call<'a> {
    let call = app.call(Method::OPTIONS, path).header("origin", origin);
    call.header("access-control-request-method", "GET").header("access-control-request-headers", "authorization")
}

#[test]
fn a_page_of_a_listed_origin_may_ask_and_others_may_not() {
    with(listed(true), async |app| {
        for path in PATHS.into_iter().chain(["/api/v1/events"]) {
            let reply = preflight(app, path, MAP).send().await;
            assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, MAP), "{path}");
            assert!(reply.header("access-control-allow-headers").contains("authorization"));
            let other = preflight(app, path, "https://evil.example.org").send().await;
            assert_eq!(other.header("access-control-allow-origin"), "", "{path}");
        }
        for path in PATHS {
            let reply = app.call(Method::GET, path).header("origin", MAP).send().await;
            assert_eq!(reply.header("access-control-allow-origin"), MAP, "{path}");
            assert!(reply.header("access-control-expose-headers").contains("etag"), "{path}");
            let varies = |v: &axum::http::HeaderValue| v.to_str().unwrap().to_lowercase().contains("origin");
            assert!(reply.headers.get_all("vary").iter().any(varies), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), "", "cookies stay out");
        }
    });
}

#[test]
fn it_is_off_unless_it_is_set() {
    with(Setup::default(), async |app| {
        let reply = app.call(Method::GET, "/api/v1/layers/grids").header("origin", MAP).send().await;
        assert_eq!(reply.header("access-control-allow-origin"), "");
        let reply = preflight(app, "/api/v1/layers/grids", MAP).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (405, ""));
    });
}

#[test]
fn a_listed_origin_writes_with_a_key_and_never_without() {
    let body = json!({ "id": Uuid::from_u128(1), "lng": 112.05, "lat": 27.01 });
    with(listed(true), async |app| {
        let refused = app.call(Method::POST, "/api/v1/incidents").header("origin", MAP).json(&body).send().await;
        assert_eq!((refused.status.as_u16(), refused.header("access-control-allow-origin")), (403, MAP));
    });
    with(listed(false), async |app| {
        app.key(Role::Admin, "secret").await;
        let call = |origin: &str| {
            let call = app.call(Method::POST, "/api/v1/incidents").header("origin", origin);
            call.header("authorization", "Bearer secret").json(&body)
        };
        assert_eq!(call("https://evil.example.org").send().await.status, 403);
        assert_eq!(call(MAP).send().await.status, 201);
        let unknown = app.call(Method::GET, "/api/v1/status").header("origin", MAP).send().await;
        assert_eq!((unknown.status.as_u16(), unknown.header("access-control-allow-origin")), (401, MAP));
    });
}

#[test]
fn links_say_where_the_service_is_as_it_is_set() {
    let mut setup = Setup::default();
    setup.settings.server.public_url = "https://grid.example.org".parse().ok();
    with(setup, async |app| {
        let told = app.json("/api/v1/tiles/grids").await;
        assert_eq!(told["tiles"][0], "https://grid.example.org/api/v1/tiles/grids/{z}/{x}/{y}");
        let landing = app.json("/ogc?f=json").await;
        let links = landing["links"].as_array().unwrap();
        assert!(links.iter().all(|l| l["href"].as_str().unwrap().starts_with("https://grid.example.org/ogc")));
        let page = app.get("/ogc/collections/grids/items?limit=2").await;
        assert!(page.header("link").starts_with("<https://grid.example.org/ogc/collections/grids/items?"));
    });
}
