//! Who may call, over HTTP.

use axum::http::Method;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    config::Config,
    domain::auth::{Key, Role, hash},
    store,
};

use crate::{
    app::{App, PATIENCE, Setup, both_engines, on_both_places, soon, with},
    incidents::report,
    program::{Program, run},
};

/// As `xunge keys add` does it, from another process.
pub async fn add_key(app: &App, role: Role, secret: &str) -> String {
    let mut write = app.write().await;
    let key = Key { id: format!("id-of-{secret}"), name: "somebody".into(), role };
    store::auth::insert(&mut write, &key, &hash(secret)).await.unwrap();
    app.commit(write).await;
    key.id
}

const STATUS: &str = "/api/v1/status";
const INCIDENTS: &str = "/api/v1/incidents";

#[test]
fn without_keys_this_machine_alone_is_served_and_is_admin() {
    both_engines(async |app| {
        assert_eq!(app.json("/api/v1/session").await, json!({ "role": "admin", "keyless": true }));
        let host = |host: &str| app.call(Method::GET, STATUS).header("host", host).send();
        for ours in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(host(ours).await.status, 200, "{ours}");
        }
        for foreign in ["example.org", "example.org:8080", "10.0.0.1", "localhost.example.org", ""] {
            assert_eq!(host(foreign).await.status, 403, "{foreign:?}");
        }
        // The page itself and the health checks are guarded against rebinding too.
        assert_eq!(app.call(Method::GET, "/").header("host", "example.org").send().await.status, 403);
        let origin = |origin: &str, id| {
            let call = app.call(Method::POST, INCIDENTS).header("origin", origin).json(&report(Uuid::from_u128(id)));
            call.send()
        };
        assert_eq!(origin("http://localhost:8080", 1).await.status, 201);
        for (i, foreign) in ["http://example.org", "http://localhost:3000", "null"].into_iter().enumerate() {
            assert_eq!(origin(foreign, 2 + i as u128).await.status, 403, "{foreign}");
        }
        assert_eq!(app.json(INCIDENTS).await["number_matched"], 1);
        let read = app.call(Method::GET, STATUS).header("origin", "http://example.org").send().await;
        assert_eq!((read.status.as_u16(), read.header("access-control-allow-origin")), (200, ""));
    });
}

/// Headers of the proxies that are in use, as they send them.
const OF_PROXIES: [(&str, &str); 9] = [
    ("forwarded", "for=192.0.2.1;proto=https"),
    ("x-forwarded-for", "192.0.2.1"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "county.example.org"),
    ("x-forwarded", "for=192.0.2.1"),
    ("x-real-ip", "192.0.2.1"),
    ("via", "1.1 squid"),
    ("true-client-ip", "192.0.2.1"),
    ("cf-connecting-ip", "192.0.2.1"),
];

#[test]
fn without_keys_nobody_comes_through_a_proxy_and_with_keys_everybody_may() {
    both_engines(async |app| {
        let through = |name, value, key: &str| {
            app.call(Method::GET, STATUS).header(name, value).header("authorization", key).send()
        };
        for (name, value) in OF_PROXIES {
            let refused = through(name, value, "").await.is(403);
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains(name) && detail.contains("xunge keys add"), "{name}: {detail}");
            assert_eq!(app.call(Method::GET, "/").header(name, value).send().await.status, 403, "{name}");
        }
        add_key(app, Role::Viewer, "look").await;
        for (name, value) in OF_PROXIES {
            assert_eq!(through(name, value, "Bearer look").await.status, 200, "{name}");
            assert_eq!(through(name, value, "").await.status, 401, "{name}");
        }
    });
}

#[test]
fn nginx_in_its_default_form_is_seen_through() {
    on_both_places(async |place| {
        let program = Program::start(place);
        // It speaks HTTP/1.0, names the machine behind as host, and adds no header.
        let nginx = |key: &str| {
            let lines = [&format!("Host: {}", program.address()), "Connection: close", key];
            let lines: Vec<&str> = lines.into_iter().filter(|l| !l.is_empty()).collect();
            program.raw(&format!("GET /api/v1/status HTTP/1.0\r\n{}\r\n\r\n", lines.join("\r\n")))
        };
        let refused = nginx("");
        assert!(refused.contains(" 403 ") && refused.contains("proxy (HTTP/1.0)"), "{refused}");
        let key = run(place, &["keys", "add", "--role", "viewer", "--name", "me"]).unwrap();
        // As long as there was none, any key would do.
        let needed = async || program.get_with("status", "").0 == 401;
        soon(PATIENCE, "the key", needed).await;
        for (line, status) in [(format!("Authorization: Bearer {}", key.trim()), " 200 "), (String::new(), " 401 ")] {
            let answer = nginx(&line);
            assert!(answer.contains(status), "{line}: {answer}");
        }
    });
}

#[test]
fn a_key_opens_as_bearer_as_password_and_as_cookie() {
    both_engines(async |app| {
        add_key(app, Role::Admin, "s3cret").await;
        let plain = app.get(STATUS).await;
        plain.is(401);
        assert!(plain.header("www-authenticate").contains("Basic"), "QGIS asks for a password");
        assert_eq!(app.json("/api/v1/session").await, json!({ "role": null, "keyless": false }));
        let basic = |user_and_key: &str| format!("Basic {}", BASE64_STANDARD.encode(user_and_key));
        let with = |name: &'static str, value: String| async move {
            app.call(Method::GET, STATUS).header(name, &value).send().await.status.as_u16()
        };
        for right in ["Bearer s3cret".to_owned(), "bearer s3cret".to_owned(), basic("qgis:s3cret"), basic(":s3cret")] {
            assert_eq!(with("authorization", right.clone()).await, 200, "{right}");
        }
        for wrong in [
            "Bearer other".to_owned(),
            "Bearer ".to_owned(),
            "s3cret".to_owned(),
            basic("s3cret"),
            "Basic ???".to_owned(),
            format!("Bearer {}", hash("s3cret")),
        ] {
            assert_eq!(with("authorization", wrong.clone()).await, 401, "{wrong}");
        }
        assert_eq!(with("cookie", "other=1; xunge_key=s3cret".into()).await, 200);
        assert_eq!(with("cookie", "xunge_key=other".into()).await, 401);

        let sign_in = app.post("/api/v1/session", json!({ "key": "s3cret" })).await;
        assert_eq!(sign_in.ok(), json!({ "role": "admin", "keyless": false }));
        let cookie = sign_in.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let pair = cookie.split(';').next().unwrap().to_owned();
        assert_eq!(with("cookie", pair.clone()).await, 200);
        app.post("/api/v1/session", json!({ "key": "other" })).await.is(401);
        let out = app.call(Method::DELETE, "/api/v1/session").header("cookie", &pair).send().await;
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        // With a key any host is served, a foreign page still may not write.
        let call =
            app.call(Method::GET, STATUS).header("host", "county.example.org").header("authorization", "Bearer s3cret");
        assert_eq!(call.send().await.status, 200);
        let call = app.call(Method::POST, INCIDENTS).header("cookie", &pair).header("origin", "http://example.org");
        assert_eq!(call.json(&report(Uuid::from_u128(1))).send().await.status, 403);
    });
}

#[test]
fn a_viewer_reads_and_does_not_write() {
    both_engines(async |app| {
        add_key(app, Role::Viewer, "look").await;
        let admin = add_key(app, Role::Admin, "do").await;
        let id = Uuid::from_u128(1);
        let reads = [
            "status",
            "locate?lng=112&lat=27",
            "squads",
            "squads/S1",
            "incidents",
            "layers",
            "layers/grids",
            "matters",
            "coverage",
            "squads/nearest?lng=112.05&lat=27.05",
            "events",
        ];
        for path in reads {
            let call = |key: &str| app.call(Method::GET, format!("/api/v1/{path}")).header("authorization", key);
            assert_eq!(call("").send().await.status, 401, "{path}");
            if path != "events" {
                assert_eq!(call("Bearer look").send().await.status, 200, "{path}");
            }
        }
        let squad = json!({ "status": "busy" });
        let writes: [(Method, &str, Value); 4] = [
            (Method::POST, "incidents", report(id)),
            (Method::PATCH, "squads/S1", squad),
            (Method::POST, "positions", json!({ "positions": [] })),
            (Method::POST, "squads", json!({})),
        ];
        let before = app.ctx.head().await.unwrap();
        for (method, path, body) in &writes {
            let call =
                |key: &str| app.call(method.clone(), format!("/api/v1/{path}")).header("authorization", key).json(body);
            assert_eq!(call("").send().await.status, 401, "{path}");
            let refused = call("Bearer look").send().await.is(403);
            assert!(refused["detail"].as_str().unwrap().contains("viewer"), "{refused}");
        }
        assert_eq!(app.ctx.head().await.unwrap(), before);
        let call = app.call(Method::POST, INCIDENTS).header("authorization", "Bearer do").json(&report(id));
        call.send().await.is(201);
        let last = store::log::after(&app.ctx.db, before, 1).await.unwrap().changes.remove(0);
        assert_eq!(last.actor, admin, "the log says whose key it was");
        assert!(!format!("{last:?}").contains("Bearer"));
    });
}

#[test]
fn a_revoked_key_stops_at_once_and_without_the_last_one_nobody_may_call() {
    both_engines(async |app| {
        assert_eq!(app.get(STATUS).await.status, 200, "keyless, as long as there was no key");
        let id = add_key(app, Role::Admin, "s3cret").await;
        let status = async || {
            app.call(Method::GET, STATUS).header("authorization", "Bearer s3cret").send().await.status.as_u16()
        };
        assert_eq!(status().await, 200);
        let revoke = async || {
            let mut write = app.write().await;
            let revoked = store::auth::revoke(&mut write, &id).await;
            if revoked.is_ok() {
                app.commit(write).await;
            }
            revoked
        };
        revoke().await.unwrap();
        // No key is left: whoever took the last one away did not mean to let everybody in.
        assert_eq!(status().await, 401);
        assert_eq!(app.get(STATUS).await.status, 401);
        assert_eq!(app.json("/api/v1/session").await, json!({ "role": null, "keyless": false }));
        assert!(revoke().await.is_err(), "it is out of force already");
        add_key(app, Role::Admin, "another").await;
        let call = app.call(Method::GET, STATUS).header("authorization", "Bearer another");
        assert_eq!(call.send().await.status, 200);
    });
}

#[test]
fn without_keys_a_service_that_was_not_asked_to_be_keyless_answers_nobody() {
    let config = Config { keyless: false, ..Setup::default().config };
    with(Setup { config, ..Setup::default() }, async |app| {
        assert_eq!(app.get(STATUS).await.status, 401);
        assert_eq!(app.json("/api/v1/session").await, json!({ "role": null, "keyless": false }));
    });
}

#[test]
fn serving_needs_a_key_or_the_word_that_it_goes_without() {
    on_both_places(async |place| {
        let starts = |args: &[&str]| Program::start_with(place, args).map(drop);
        for args in [&["serve", "--empty"][..], &["--empty"], &["serve", "--empty", "--keyless=false"]] {
            let refused = starts(args).unwrap_err();
            assert!(refused.contains("xunge keys add --role admin") && refused.contains("--keyless"), "{refused}");
        }
        // Not even the bundled county is laid down.
        assert!(starts(&["serve"]).is_err());
        let db = place.open().await;
        assert_eq!(store::log::head(&db).await.unwrap(), 0);
        db.close().await;
        starts(&["serve", "--empty", "--keyless"]).unwrap();
        let list = || run(place, &["keys", "list"]).unwrap();
        run(place, &["keys", "add", "--role", "admin", "--name", "me"]).unwrap();
        starts(&["serve", "--empty"]).unwrap();
        run(place, &["keys", "revoke", list().split_whitespace().next().unwrap()]).unwrap();
        let refused = starts(&["serve", "--empty", "--keyless"]).unwrap_err();
        assert!(refused.contains("every key was revoked") && refused.contains("xunge keys add"), "{refused}");
    });
}

#[test]
fn a_keyless_start_is_warned_of_in_a_log_without_colours() {
    on_both_places(async |place| {
        for args in [&["serve", "--empty", "--keyless"][..], &["serve", "--empty", "--keyless", "--log-json"]] {
            let said = Program::start_with(place, args).unwrap().ended();
            assert!(said.contains("whoever reaches 127.0.0.1") && said.contains("is admin"), "{said}");
            assert!(!said.contains('\u{1b}'), "{said:?}");
        }
    });
}

#[test]
fn keys_made_and_revoked_beside_a_running_service_count_at_once() {
    on_both_places(async |place| {
        let program = Program::start(place);
        assert_eq!(program.get("status").0, 200);
        let add = |role: &str| run(place, &["keys", "add", "--role", role, "--name", role]).unwrap().trim().to_owned();
        let (look, work) = (add("viewer"), add("admin"));
        assert_ne!(look, work);
        let soon_says = async |key: &str, status: u16| {
            let says = async || program.get_with("status", key).0 == status;
            soon(PATIENCE, "the keys in force", says).await;
        };
        soon_says("", 401).await;
        soon_says(&look, 200).await;
        soon_says(&work, 200).await;
        assert_eq!(program.get_with("session", &look).1["role"], "viewer");
        let list = run(place, &["keys", "list"]).unwrap();
        assert!(!list.contains(&look) && !list.contains(&work), "{list}");
        let line = list.lines().find(|l| l.contains("viewer")).unwrap();
        let id = line.split_whitespace().next().unwrap();
        run(place, &["keys", "revoke", id]).unwrap();
        soon_says(&look, 401).await;
        assert_eq!(program.get_with("status", &work).0, 200);
        assert!(run(place, &["keys", "revoke", id]).unwrap_err().contains(id));
    });
}
