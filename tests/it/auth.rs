//! Who may call, over HTTP.

use axum::http::Method;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::{Clock, sha256},
    domain::auth::{Key, Role},
    store,
};

use crate::{
    app::{PATIENCE, Setup, both_engines, on_both_places, soon, with},
    county,
    incidents::report,
    program::{Program, run},
};

const STATUS: &str = "/api/v1/status";
const INCIDENTS: &str = "/api/v1/incidents";

fn session(role: Role, actor: &str) -> Value {
    json!({ "actor": actor, "role": role, "rights": role.rights(), "keyless": actor == "keyless" })
}

fn no_session() -> Value {
    json!({ "actor": null, "role": null, "rights": [], "keyless": false })
}

#[test]
fn without_keys_this_machine_alone_is_served_and_is_admin() {
    both_engines(async |app| {
        assert_eq!(app.json("/api/v1/session").await, session(Role::Admin, "keyless"));
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
        app.key(Role::Viewer, "look").await;
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
        app.key(Role::Admin, "s3cret").await;
        let plain = app.get(STATUS).await;
        plain.is(401);
        assert!(plain.header("www-authenticate").contains("Basic"), "QGIS asks for a password");
        assert_eq!(app.json("/api/v1/session").await, no_session());
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
            format!("Bearer {}", sha256("s3cret")),
        ] {
            assert_eq!(with("authorization", wrong.clone()).await, 401, "{wrong}");
        }
        assert_eq!(with("cookie", "other=1; xunge_key=s3cret".into()).await, 200);
        assert_eq!(with("cookie", "xunge_key=other".into()).await, 401);

        let sign_in = app.post("/api/v1/session", json!({ "key": "s3cret" })).await;
        assert_eq!(sign_in.ok(), session(Role::Admin, "id-of-s3cret"));
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
        app.key(Role::Viewer, "look").await;
        let admin = app.key(Role::Admin, "do").await;
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
        let id = app.key(Role::Admin, "s3cret").await;
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
        assert_eq!(app.json("/api/v1/session").await, no_session());
        assert!(revoke().await.is_err(), "it is out of force already");
        app.key(Role::Admin, "another").await;
        let call = app.call(Method::GET, STATUS).header("authorization", "Bearer another");
        assert_eq!(call.send().await.status, 200);
    });
}

#[test]
fn without_keys_a_service_that_was_not_asked_to_be_keyless_answers_nobody() {
    let mut setup = Setup::default();
    setup.settings.server.keyless = false;
    with(setup, async |app| {
        assert_eq!(app.get(STATUS).await.status, 401);
        assert_eq!(app.json("/api/v1/session").await, no_session());
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
fn a_key_is_in_force_until_it_expires() {
    both_engines(async |app| {
        let now = app.ctx.now();
        for (secret, expires_at) in [("over", now), ("yet", now.plus_ms(1))] {
            let key = Key { expires_at: Some(expires_at), ..Key::new(secret, secret, Role::Viewer) };
            app.insert_key(key, secret).await;
        }
        app.call_as("over", Method::GET, STATUS).send().await.is(401);
        app.call_as("yet", Method::GET, STATUS).send().await.is(200);
    });
}

#[test]
fn events_end_with_the_secret_that_opened_them() {
    both_engines(async |app| {
        let keyless = app.events(None).await;
        let id = app.key(Role::Viewer, "first").await;
        keyless.ended().await;
        let (by_former, by_first) = (app.events_as("first").await, app.events_as("first").await);
        let rotate = async |secret: &str, former_until| {
            let mut write = app.write().await;
            store::auth::rotate(&mut write, &id, &sha256(secret), former_until).await.unwrap();
            app.commit(write).await;
        };
        rotate("second", Some(app.ctx.now().plus_ms(1))).await;
        app.call_as("first", Method::GET, STATUS).send().await.is(200);
        let by_second = app.events_as("second").await;
        rotate("third", None).await;
        by_second.ended().await;
        app.call_as("second", Method::GET, STATUS).send().await.is(401);
        app.call_as("first", Method::GET, STATUS).send().await.is(200);
        let by_third = app.events_as("third").await;
        let mut write = app.write().await;
        store::auth::revoke(&mut write, &id).await.unwrap();
        app.commit(write).await;
        for events in [by_former, by_first, by_third] {
            events.ended().await;
        }
        for secret in ["first", "second", "third"] {
            app.call_as(secret, Method::GET, STATUS).send().await.is(401);
        }
    });
}

#[test]
fn events_end_when_their_key_expires() {
    with(Setup { clock: Clock::System, ..Setup::default() }, async |app| {
        // A busy machine may need longer from making a key to using it.
        for (n, ms) in [1_000, 10_000, 60_000].into_iter().enumerate() {
            let secret = format!("short-{n}");
            let expires_at = Some(app.ctx.now().plus_ms(ms));
            app.insert_key(Key { expires_at, ..Key::new(&secret, "short", Role::Viewer) }, &secret).await;
            if app.call_as(&secret, Method::GET, "/api/v1/events").status().await == 200 {
                return app.events_as(&secret).await.ended().await;
            }
        }
        panic!("no key lived long enough");
    });
}

#[test]
fn a_failed_log_in_is_counted_and_logged_without_the_secret() {
    on_both_places(async |place| {
        let key = run(place, &["keys", "add", "--role", "viewer", "--name", "me"]).unwrap();
        let program = Program::start_with(place, &["serve", "--empty"]).unwrap();
        let failed = || {
            let (_, metrics) = program.text("/metrics");
            let line = metrics.lines().find_map(|l| l.strip_prefix("xunge_failed_logins_total "));
            line.map_or(0, |n| n.parse::<u32>().unwrap())
        };
        assert_eq!(program.get_with("status", key.trim()).0, 200);
        assert_eq!(program.get_with("status", "").0, 401);
        assert_eq!(failed(), 0, "who shows nothing tries nothing");
        assert_eq!(program.get_with("status", "xg_wrong-1").0, 401);
        assert_eq!(program.get_with("session", "xg_wrong-2").1["role"], Value::Null);
        assert_eq!(program.post("session", &json!({ "key": "xg_wrong-3" })).unwrap().0, 401);
        assert_eq!(failed(), 3);
        let said = program.ended();
        assert!(said.contains("a log-in failed") && said.contains("bearer"), "{said}");
        assert!(!said.contains("xg_"), "{said}");
    });
}

#[test]
fn keys_are_rotated_scoped_and_listed() {
    on_both_places(async |place| {
        let db = place.open().await;
        county::plant(&db, place.folder()).await;
        db.close().await;
        let add = |args: &[&str]| run(place, &[&["keys", "add", "--name", "me"], args].concat());
        let refused = |args: &[&str], word: &str| {
            let said = add(args).unwrap_err();
            assert!(said.contains(word), "{args:?}: {said}");
        };
        refused(&["--role", "boss"], "dispatcher");
        refused(&["--role", "field"], "squad:CODE");
        refused(&["--role", "field", "--scope", "squad:S99"], "no squad S99");
        refused(&["--role", "field", "--scope", "squad:S1,squad:S2"], "one squad");
        refused(&["--role", "viewer", "--scope", "squad:S1"], "viewer");
        refused(&["--role", "viewer", "--scope", "area:nowhere"], "no area nowhere");
        refused(&["--role", "viewer", "--scope", "unit:nobody"], "no unit nobody");
        refused(&["--role", "viewer", "--scope", "town:1"], "town:1");
        refused(&["--role", "viewer", "--expires", "2020-01-01T00:00:00Z"], "over already");
        refused(&["--role", "viewer", "--expires", "tomorrow"], "tomorrow");
        assert_eq!(run(place, &["keys", "list"]).unwrap(), "");

        let area = format!("area:{}", county::township(1));
        let end = "2999-01-01T00:00:00Z";
        let first = add(&["--role", "field", "--scope", &format!("{area},squad:S1"), "--expires", end]).unwrap();
        let list = || run(place, &["keys", "list"]).unwrap();
        let line = list();
        for part in ["field", &area, "squad:S1", end, "me"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        let id = line.split_whitespace().next().unwrap().to_owned();
        let program = Program::start_with(place, &["serve", "--empty"]).unwrap();
        let soon_says = async |key: &str, status: u16| {
            let says = async || program.get_with("status", key.trim()).0 == status;
            soon(PATIENCE, "the secrets in force", says).await;
        };
        soon_says(&first, 200).await;
        let second = run(place, &["keys", "rotate", &id]).unwrap();
        soon_says(&second, 200).await;
        soon_says(&first, 200).await;
        assert!(list().contains("former secret until") && list().contains(&area), "{}", list());
        let third = run(place, &["keys", "rotate", &id, "--keep-hours", "0"]).unwrap();
        soon_says(&third, 200).await;
        soon_says(&second, 401).await;
        soon_says(&first, 200).await;
        assert_eq!(list().lines().count(), 1, "{}", list());
        run(place, &["keys", "revoke", &id]).unwrap();
        soon_says(&third, 401).await;
        soon_says(&first, 401).await;
        assert!(run(place, &["keys", "rotate", &id]).unwrap_err().contains(&id));
    });
}

#[test]
fn an_admin_sees_the_keys_and_one_of_a_part_its_own() {
    both_engines(async |app| {
        app.key(Role::Admin, "centre").await;
        let area = format!("area:{}", county::township(1));
        app.scoped(Role::Admin, &[&area], "part").await;
        let key = |secret: &str| Key::new(format!("id-of-{secret}"), "somebody", Role::Viewer);
        let ended = Key { expires_at: Some("2001-01-01T00:00:00Z".parse().unwrap()), ..key("ended") };
        app.insert_key(ended, "ended").await;
        let list = async |secret: &str| app.call_as(secret, Method::GET, "/api/v1/keys").send().await.ok();
        let one = |secret: &str, role: &str, scope: &[&str], end: Value| {
            json!({ "id": format!("id-of-{secret}"), "name": "somebody", "role": role, "scope": scope,
                "expired": !end.is_null(), "expires_at": end, "former_secret_until": null })
        };
        let part = one("part", "admin", &[&area], Value::Null);
        let ended = one("ended", "viewer", &[], json!("2001-01-01T00:00:00Z"));
        let all = json!({ "keys": [one("centre", "admin", &[], Value::Null), ended, part] });
        assert_eq!(list("centre").await, all);
        assert_eq!(list("part").await, json!({ "keys": [part] }));
    });
}

#[test]
fn a_field_key_acts_for_its_own_squad_alone() {
    both_engines(async |app| {
        app.key(Role::Admin, "centre").await;
        app.scoped(Role::Field, &["squad:S1"], "field").await;
        let send = async |key: &str, method: Method, path: &str, body: Value| {
            app.call_as(key, method, format!("/api/v1/{path}")).json(&body).send().await
        };
        send("field", Method::PATCH, "squads/S1", json!({ "status": "busy" })).await.ok();
        send("field", Method::PATCH, "squads/S1", json!({ "status": "available" })).await.ok();
        send("field", Method::PATCH, "squads/S2", json!({ "status": "busy" })).await.is(404);
        let moved = json!({ "post": { "lng": 112.02, "lat": 27.02 } });
        let refused = send("field", Method::PATCH, "squads/S1", moved).await.is(403);
        assert!(refused["detail"].as_str().unwrap().contains("dispatch"), "{refused}");
        let fix = |squad: &str| json!({ "squad": squad, "lng": 112.0152, "lat": 27.02, "fixed_at": county::NOON });
        let body = json!({ "positions": [fix("S1"), fix("S2")] });
        let answer = send("field", Method::POST, "positions", body).await.is(202);
        assert_eq!((&answer["received"], &answer["refused"][0]["index"]), (&json!(1), &json!(1)), "{answer}");

        for (n, squad) in [(1, "S1"), (2, "S2")] {
            send("centre", Method::POST, "incidents", report(Uuid::from_u128(n))).await.is(201);
            let order = json!({ "id": Uuid::from_u128(10 + n), "squad": squad });
            send("centre", Method::POST, &format!("incidents/{}/assignments", Uuid::from_u128(n)), order).await.is(201);
        }
        let step = async |n: u128| {
            let step = json!({ "id": Uuid::from_u128(20 + n), "to": "en_route" });
            send("field", Method::POST, &format!("assignments/{}/steps", Uuid::from_u128(10 + n)), step).await
        };
        assert_eq!(step(1).await.ok()["status"], "en_route");
        step(2).await.is(404);
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
