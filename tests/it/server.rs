//! The frame around the routes: health, documents, headers, limits, refusals.

use std::sync::mpsc;

use axum::http::Method;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    app::{App, PATIENCE, Setup, both_engines, soon, with},
    county,
};

#[test]
fn it_is_ready_with_roads_alone() {
    with(Setup { county: false, ..Setup::default() }, async |app| {
        let health = app.get("/healthz").await;
        assert_eq!((health.status.as_u16(), health.text().as_str()), (200, "ok\n"));
        let reply = app.get("/readyz").await;
        assert!(reply.is(503)["detail"].as_str().unwrap().contains("no road network"));
        assert_eq!((reply.header("retry-after"), reply.header("cache-control")), ("1", "no-store"));
        assert_eq!(app.json("/api/v1/status").await["ready"], false);
        county::plant_roads(&app.ctx.db, &app.ctx.folder).await;
        app.ctx.up_to_date().await.unwrap();
        let ready = app.json("/readyz").await;
        assert_eq!(
            (&ready["ready"], &ready["seq"], &ready["database"]),
            (&json!(true), &json!(1), &json!(app.ctx.db.engine()))
        );
        // Everything that needs no areas works.
        for path in [
            "status",
            "squads",
            "incidents",
            "layers/roads",
            "layers/townships",
            "squads/nearest?lng=112.05&lat=27.05",
            "coverage",
            "locate?lng=112&lat=27",
        ] {
            app.get(format!("/api/v1/{path}")).await.ok();
        }
        let at = app.json("/api/v1/locate?lng=112&lat=27").await;
        assert_eq!((&at["county"], &at["nearest"], &at["border"]), (&json!(null), &json!(null), &json!(null)));
        let report = json!({ "id": uuid::Uuid::from_u128(1), "lng": 112.05, "lat": 27.05 });
        assert_eq!(app.post("/api/v1/incidents", report).await.is(201)["township"], json!(null));
    });
}

#[test]
fn a_network_file_that_is_missing_is_named_and_found_again() {
    with(Setup { county: false, ..Setup::default() }, async |app| {
        county::plant_roads(&app.ctx.db, &app.ctx.folder).await;
        app.ctx.up_to_date().await.unwrap();
        let files = std::fs::read_dir(app.ctx.folder.join("roads")).unwrap().map(|f| f.unwrap().path());
        let file = files.into_iter().find(|f| f.extension().is_some_and(|e| e == "network")).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        let hash = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let import_again = async || {
            let mut write = app.write().await;
            xunge::store::roads::replace(&mut write, &app.ctx.folder, &hash, "again", false).await.unwrap();
            app.commit(write).await;
        };
        // As an earlier version of the program wrote it.
        let foreign = [b"xunge-road02", &bytes[12..]].concat();
        for damage in [None, Some(&bytes[..bytes.len() / 2]), Some(&foreign[..])] {
            // There it would come from the database.
            if damage.is_none() && app.ctx.db.engine() == "postgresql" {
                continue;
            }
            std::fs::remove_file(&file).unwrap();
            if let Some(part) = damage {
                std::fs::write(&file, part).unwrap();
            }
            import_again().await;
            let reason = app.get("/readyz").await.is(503)["detail"].as_str().unwrap().to_owned();
            assert!(damage.is_some() || reason.contains(&hash), "{reason}");
            assert_eq!(damage.is_some_and(|d| d == foreign), reason.contains("import the roads again"), "{reason}");
            for path in ["squads/nearest?lng=112.05&lat=27.05", "coverage", "isochrone?lng=112.05&lat=27.05"] {
                let refused = app.get(format!("/api/v1/{path}")).await.is(503);
                assert_eq!(refused["detail"], reason, "{path}: what needs roads says so");
            }
            std::fs::write(&file, &bytes).unwrap();
            let ready = async || app.get("/readyz").await.status == 200;
            soon(PATIENCE, "the copied file", ready).await;
        }
    });
}

#[test]
fn metrics_count_what_is_there_and_answers_by_route() {
    both_engines(async |app| {
        app.json("/api/v1/squads/S1").await;
        let text = app.get("/metrics").await.text();
        for line in [
            "xunge_change_seq ",
            "xunge_squads ",
            "xunge_incidents ",
            "xunge_http_request_seconds_bucket{route=\"/api/v1/squads/{id}\"",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    });
}

#[test]
fn invented_methods_and_routes_leave_no_trace_in_the_metrics() {
    both_engines(async |app| {
        for n in 0..50 {
            let method: Method = format!("INVENTED{n}").parse().unwrap();
            for path in ["/api/v1/status", "/healthz", "/", "/nowhere"] {
                app.call(method.clone(), path).send().await.is(405);
            }
            app.get(format!("/api/v1/invented{n}")).await.is(404);
            app.get(format!("/invented{n}")).await.is(404);
        }
        let text = app.get("/metrics").await.text();
        assert!(!text.to_lowercase().contains("invented"), "{text}");
        assert!(text.contains("method=\"other\""), "{text}");
    });
}

#[test]
fn a_time_is_read_as_clients_send_it() {
    both_engines(async |app| {
        let nearest = async |at: &str| {
            let found = app.json(format!("/api/v1/squads/nearest?lng=112.05&lat=27.05&at={at}&k=1")).await;
            found["at"].clone()
        };
        let meant = nearest("2026-03-02T02:00:00Z").await;
        for at in ["2026-03-02T10:00:00%2B08:00", "2026-03-02T10:00:00+08:00", "2026-03-02T10:00:00%2008:00"] {
            assert_eq!(nearest(at).await, meant, "{at}");
        }
        app.get("/api/v1/squads/nearest?lng=112.05&lat=27.05&at=2026-03-02+10:00").await.refused(400, "at");
    });
}

#[test]
fn the_browsable_document_loads_nothing_from_elsewhere() {
    both_engines(async |app| {
        let page = app.call(Method::GET, "/docs/").send().await;
        assert_eq!(page.status, 200);
        let text = page.text();
        let script = text.split("src=\"").skip(1).chain(text.split("href=\"").skip(1));
        let files: Vec<&str> = script.map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            assert!(!file.contains("//"), "{file}");
            let url = format!("/docs/{}", file.trim_start_matches("./"));
            assert_eq!(app.get(url.clone()).await.status, 200, "{url}");
        }
        let init = app.get("/docs/swagger-initializer.js").await.text();
        assert!(init.contains("/api/v1/openapi.json") && !init.contains("https://"), "{init}");
    });
}

#[test]
fn every_answer_is_framed() {
    both_engines(async |app| {
        for path in ["/", "/api/v1/status", "/api/v1/nowhere", "/docs/", "/healthz", "/api/v1/layers/grids"] {
            let reply = app.get(path).await;
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
            let policy = reply.header("content-security-policy");
            assert!(
                policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert!(!policy.contains("http"), "{path}: {policy}");
            assert!(!reply.header("x-request-id").is_empty(), "{path}");
            assert!(!reply.header("cache-control").is_empty(), "{path}");
        }
        let named = app.call(Method::GET, "/api/v1/status").header("x-request-id", "mine-1").send().await;
        assert_eq!(named.header("x-request-id"), "mine-1");
        for no_word in ["two words", "a\"b", "é", &"x".repeat(300)] {
            let named = app.call(Method::GET, "/api/v1/status").header("x-request-id", no_word).send().await;
            let id = named.header("x-request-id");
            assert!(id.len() == 36 && id != no_word, "{no_word}: {id}");
        }
        let packed = app.call(Method::GET, "/api/v1/layers/grids").header("accept-encoding", "gzip");
        // Packed it is no text, so it goes past the check of documents by being cut short here.
        assert_eq!(packed.send().await.header("content-encoding"), "gzip");
    });
}

#[test]
fn what_is_not_there_is_refused_in_our_words() {
    both_engines(async |app| {
        for path in ["/api/v1/nowhere", "/api/v2/status", "/nowhere.html", "/api/v1/incidents/1/2/3"] {
            app.get(path).await.is(404);
        }
        for (method, path) in
            [(Method::DELETE, "/api/v1/status"), (Method::PUT, "/api/v1/squads/S1"), (Method::POST, "/api/v1/coverage")]
        {
            app.call(method, path).send().await.is(405);
        }
        // What writes beside the interface hears that nobody took it.
        let body = json!({ "location": { "coords": { "latitude": 27.0, "longitude": 112.0 } } });
        for path in ["/", "/index.html", "/nowhere", "/healthz", "/docs/", "/?id=S1&lat=27&lon=112"] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "CONNECT"] {
                let method: Method = method.parse().unwrap();
                let reply = app.call(method.clone(), path).json(&body).send().await;
                assert_eq!(reply.is(405)["type"], "/problems/method", "{method} {path}");
                assert!(reply.header("allow").contains("GET"), "{method} {path}: {}", reply.header("allow"));
            }
        }
        for path in [
            "locate?lng=112&lat=27",
            "squads?limit=1",
            "squads/nearest?lng=112&lat=27",
            "coverage?minutes=5",
            "incidents?limit=1",
            "layers/grids?bbox=1,2,3,4",
            "events?since=0",
        ] {
            let refused = app.get(format!("/api/v1/{path}&colour=red")).await.is(400);
            assert!(refused["detail"].as_str().unwrap().contains("colour"), "{refused}");
        }
    });
}

#[test]
fn a_body_over_the_limit_is_refused() {
    both_engines(async |app| {
        let large = format!("{{\"points\":[{}]}}", " ".repeat(9 * 1024 * 1024));
        for path in ["locate", "incidents", "positions", "session"] {
            let call = app.call(Method::POST, format!("/api/v1/{path}"));
            call.text("application/json", &large).send().await.is(413);
        }
        let fits = format!("{{\"points\":[{}]}}", " ".repeat(7 * 1024 * 1024));
        app.call(Method::POST, "/api/v1/locate").text("application/json", &fits).send().await.ok();
    });
}

/// A search that holds the only turn until it is told to end.
async fn hold_the_only_turn(app: &App) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (end, ended) = mpsc::channel();
    let (begin, begun) = oneshot::channel();
    let ctx = app.ctx.clone();
    let search = move |_: &mut _| begin.send(()).is_ok() && ended.recv().is_ok();
    let endless = tokio::spawn(async move { assert!(ctx.searches.run(search).await.unwrap()) });
    begun.await.unwrap();
    (end, endless)
}

/// One search at a time, and one more may wait.
fn one_search() -> Setup {
    let mut setup = Setup::default();
    setup.settings.searches.at_once = 1;
    setup.settings.searches.waiting = 1;
    setup
}

#[test]
fn when_too_many_searches_wait_the_rest_are_told_to_come_again() {
    with(one_search(), async |app| {
        let url = "/api/v1/squads/nearest?lng=112.05&lat=27.05";
        let (end, endless) = hold_the_only_turn(app).await;
        let (waiting, refused) = tokio::join!(app.get(url), async {
            let one_waits = async || app.ctx.searches.waiting() == 1;
            soon(PATIENCE, "a search that waits", one_waits).await;
            let refused = app.get(url).await;
            // What may wait has threads of its own.
            app.get("/api/v1/coverage").await.ok();
            end.send(()).unwrap();
            refused
        });
        let problem = refused.is(503);
        assert!(problem["detail"].as_str().unwrap().contains("too many searches"), "{problem}");
        assert_eq!(refused.header("retry-after"), "1");
        waiting.ok();
        endless.await.unwrap();
        assert_eq!(app.ctx.searches.waiting(), 0);
    });
}

#[test]
fn a_search_that_waits_for_its_turn_is_told_when_its_time_is_over() {
    let mut setup = one_search();
    setup.settings.server.timeout_s = 1;
    with(setup, async |app| {
        let (end, endless) = hold_the_only_turn(app).await;
        app.get("/api/v1/squads/nearest?lng=112.05&lat=27.05").await.is(503);
        end.send(()).unwrap();
        endless.await.unwrap();
        assert_eq!(app.ctx.searches.waiting(), 0);
    });
}

#[test]
fn the_status_says_what_is_held() {
    both_engines(async |app| {
        let status = app.json("/api/v1/status").await;
        assert_eq!(status["county"]["code"], county::COUNTY);
        assert_eq!(status["county"]["bbox"], json!([112.0, 27.0, 112.16, 27.12]));
        assert_eq!(status["county"]["time_zone"], "Asia/Shanghai");
        let counts = &status["counts"];
        let said =
            ["townships", "villages", "grids", "squads", "incidents", "buildings"].map(|c| counts[c].as_u64().unwrap());
        assert_eq!(said, [4, 8, 16, 4, 0, 160]);
        assert_eq!((&status["ready"], &status["demo"]), (&json!(true), &json!(false)));
        assert_eq!(status["attribution"], json!(["© OpenStreetMap contributors, ODbL 1.0"]));
        assert_eq!(status["seq"], app.ctx.head().await.unwrap());
        let matters = app.json("/api/v1/matters").await;
        assert_eq!(matters["matters"].as_array().unwrap().len(), 3);
        assert_eq!(matters["matters"][2]["arrive_limit_min"], 15);
    });
}
