//! Calls that say only an address: held, located once, or dropped; seen by whom they concern.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    config::Settings,
    domain::{auth::Role, calls},
};

use crate::{
    app::{App, Place, Setup, both_engines, on_both_places, with},
    assignments::together,
    county::{COUNTY, township},
    program::Program,
    units,
};

const URL: &str = "/api/v1/calls";
/// Ten minutes before noon.
const RANG: &str = "2026-03-02T03:50:00Z";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn call(n: u128) -> Value {
    json!({ "id": id(n), "address": "大道 behind the old school", "matter": "M03", "description": "stall",
        "reported_at": RANG, "reporter": { "name": "王小明", "phone": "13900001234" } })
}

fn with_field(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn here() -> Value {
    json!({ "lng": 112.05, "lat": 27.04, "accuracy_m": 30 })
}

async fn held(app: &App, query: &str) -> Vec<Value> {
    app.json(format!("{URL}?{query}")).await["calls"].as_array().unwrap().clone()
}

fn location(n: u128) -> String {
    format!("{URL}/{}/location", id(n))
}

/// Nobody is told of calls by the clock.
fn never() -> Setup {
    let calls = calls::Limits { held_min: 0 };
    let setup = Setup::default();
    Setup { settings: Settings { calls, ..setup.settings.clone() }, ..setup }
}

#[test]
fn a_call_is_held_once_and_becomes_an_incident_whose_clock_runs_from_the_ring() {
    with(never(), async |app| {
        let mut events = app.events(None).await;
        let made = app.post(URL, call(1)).await.is(201);
        assert_eq!(
            (&made["state"], &made["urgency"], &made["locate_by"]),
            (&json!("held"), &json!("urgent"), &Value::Null)
        );
        assert!(!made.to_string().contains("1390"), "{made}");
        assert_eq!(app.post(URL, call(1)).await.is(200), made);
        app.post(URL, with_field(call(1), "address", json!("elsewhere"))).await.refused(409, "id");
        // Neither is taken under the id of the other.
        let incident = json!({ "id": id(1), "lng": 112.05, "lat": 27.04 });
        app.post("/api/v1/incidents", incident.clone()).await.refused(409, "id");
        app.post("/api/v1/incidents", with_field(incident, "id", json!(id(2)))).await.is(201);
        app.post(URL, call(2)).await.refused(409, "id");
        assert_eq!(app.json("/api/v1/status").await["counts"]["calls"], 1);
        let shown = app.json(format!("{URL}/{}", id(1))).await;
        assert_eq!(shown["candidates"][0]["kind"], "street", "{shown}");
        assert_eq!(shown["candidates"][0]["why"]["fit"], "mentioned");
        let reporter = app.json(format!("{URL}/{}/reporter", id(1))).await;
        assert_eq!(reporter, json!({ "name": "王小明", "phone": "13900001234" }));
        let read = app.json("/api/v1/log?kind=reporter_read").await;
        assert_eq!(read["changes"][0]["body"]["id"], json!(id(1)));

        let incident = app.post(location(1), here()).await.is(201);
        assert_eq!((&incident["id"], &incident["reported_at"]), (&json!(id(1)), &json!(RANG)));
        assert_eq!(incident["due_at"], "2026-03-02T04:05:00Z", "fifteen minutes after the ring");
        assert_eq!(incident["description"], "大道 behind the old school\nstall");
        assert_eq!((&incident["matter"], &incident["created_at"]), (&json!("M03"), &json!("2026-03-02T04:00:00Z")));
        assert_eq!(app.post(location(1), here()).await.is(200)["id"], json!(id(1)));
        let elsewhere = app.post(location(1), json!({ "lng": 112.06, "lat": 27.04 })).await.is(409);
        assert!(elsewhere["detail"].as_str().unwrap().contains("located already"), "{elsewhere}");
        app.post(format!("{URL}/{}/drop", id(1)), json!({ "reason": "a joke" })).await.is(409);
        assert_eq!(app.json(format!("/api/v1/incidents/{}/reporter", id(1))).await, reporter);
        app.get(format!("{URL}/{}/reporter", id(1))).await.is(404);
        let ended = app.json(format!("{URL}/{}", id(1))).await;
        assert_eq!((&ended["state"], &ended["candidates"]), (&json!("located"), &json!([])));
        assert_eq!(app.post(URL, call(1)).await.is(200)["state"], "located", "as it is now");
        assert!(held(app, "").await.is_empty());
        assert_eq!(held(app, "state=located").await.len(), 1);
        // Both at once, and nobody's name.
        let mut told = Vec::new();
        for _ in 0..4 {
            let event = events.next().await;
            assert!(!event.data.to_string().contains("1390"), "{event:?}");
            told.push((event.name, event.data["id"].clone()));
        }
        let name = |n: usize| (told[n].0.as_str(), &told[n].1);
        assert_eq!([name(0), name(1)], [("call", &json!(id(1))), ("incident", &json!(id(2)))]);
        assert_eq!([name(2), name(3)], [("incident", &json!(id(1))), ("call", &json!(id(1)))]);
    });
}

#[test]
fn of_a_hundred_who_locate_it_at_once_one_does() {
    both_engines(async |app| {
        app.post(URL, call(1)).await.is(201);
        let place = |n: u32| json!({ "lng": 112.01 + f64::from(n % 50) / 1_000.0, "lat": 27.04 });
        let all = (0..100).map(|n| app.post(location(1), place(n)));
        let replies = together(all).await;
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        for reply in &replies {
            *statuses.entry(reply.status.as_u16()).or_default() += 1;
        }
        // Two say each place.
        assert_eq!(statuses, BTreeMap::from([(200, 1), (201, 1), (409, 98)]));
        let incidents = app.json("/api/v1/incidents").await;
        assert_eq!(incidents["number_matched"], 1);
        let made = replies.iter().find(|reply| reply.status == 201).unwrap().value();
        assert_eq!(incidents["incidents"][0]["lng"], made["lng"]);
        let log = app.json("/api/v1/log?kind=incident").await;
        assert_eq!(log["changes"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn what_is_dropped_is_kept_with_its_reason() {
    both_engines(async |app| {
        for n in 1..=3 {
            app.post(URL, call(n)).await.is(201);
        }
        let drop = format!("{URL}/{}/drop", id(1));
        let head = app.ctx.head().await.unwrap();
        app.post(&*drop, json!({ "reason": " " })).await.refused(422, "reason");
        app.post(&*drop, json!({ "reason": "x".repeat(501) })).await.refused(422, "reason");
        app.post(&*drop, json!({ "reason": "a\u{0}b" })).await.is(422);
        app.post(format!("{URL}/{}/drop", id(9)), json!({ "reason": "x" })).await.is(404);
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let dropped = app.post(&*drop, json!({ "reason": "a joke" })).await.ok();
        let ended = json!({ "at": "2026-03-02T04:00:00Z", "by": "keyless", "reason": "a joke" });
        assert_eq!((&dropped["state"], &dropped["ended"]), (&json!("dropped"), &ended));
        assert_eq!(app.post(&*drop, json!({ "reason": "a joke" })).await.ok(), dropped);
        app.post(&*drop, json!({ "reason": "over" })).await.is(409);
        app.post(location(1), here()).await.is(409);
        assert_eq!(held(app, "state=dropped").await, [dropped]);
        app.get(format!("/api/v1/incidents/{}", id(1))).await.is(404);
        // It can be asked who called.
        app.json(format!("{URL}/{}/reporter", id(1))).await;
        let kpis = app.json("/api/v1/kpis/calls").await;
        // Ten minutes after the ring, of five that are allowed.
        assert_eq!(
            ["calls", "held", "located", "dropped", "in_time", "late", "limit_min"].map(|f| kpis[f].as_u64().unwrap()),
            [3, 2, 0, 1, 0, 3, 5]
        );
        app.post(location(2), here()).await.is(201);
        let kpis = app.json("/api/v1/kpis/calls").await;
        assert_eq!((&kpis["p50_s"], &kpis["in_time_share"]), (&json!(600), &json!(0.0)));
        let table = app.get("/api/v1/kpis/calls?format=csv").await;
        assert_eq!(table.header("content-disposition"), "attachment; filename=\"calls.csv\"");
        let text = table.text();
        let head =
            "from,to,by,calls,held,located,dropped,in_time,late,not_yet_due,in_time_share,p50_s,p90_s,definition";
        assert_eq!((text.lines().count(), text.lines().next()), (2, Some(head)));
        assert!(text.contains("Z,,3,1,1,1,0,3,0,0.0,600,600,"), "{text}");
        app.get("/api/v1/kpis/calls?from=2026-03-03T00:00:00Z").await.refused(422, "from");
    });
}

#[test]
fn lists_go_on_from_page_to_page() {
    both_engines(async |app| {
        for n in 1..=5 {
            let rang = format!("2026-03-02T03:5{}:00Z", 9 - n);
            app.post(URL, with_field(call(n), "reported_at", json!(rang))).await.is(201);
        }
        let pages = async |query: &str| {
            let (mut ids, mut path) = (Vec::new(), format!("{URL}?limit=2&{query}"));
            loop {
                let page = app.json(path).await;
                let all = page["calls"].as_array().unwrap().iter();
                ids.extend(all.map(|c| c["id"].as_str().unwrap().parse::<Uuid>().unwrap().as_u128()));
                match page["next"].as_str() {
                    Some(next) => path = next.to_owned(),
                    None => return ids,
                }
            }
        };
        assert_eq!(pages("").await, [5, 4, 3, 2, 1], "who waits longest comes first");
        for n in 1..=5 {
            app.post(format!("{URL}/{}/drop", id(n)), json!({ "reason": "over" })).await.ok();
        }
        assert_eq!(pages("state=dropped").await, [1, 2, 3, 4, 5], "the newest first");
        assert!(pages("state=located").await.is_empty());
        app.get(format!("{URL}?state=lost")).await.is(400);
        app.get(format!("{URL}?limit=0")).await.refused(422, "limit");
    });
}

#[test]
fn what_no_incident_could_say_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        app.post(URL, call(1)).await.is(201);
        let head = app.ctx.head().await.unwrap();
        for (field, value, at) in [
            ("address", json!(""), "address"),
            ("address", json!("?!"), "address"),
            ("address", json!("x".repeat(201)), "address"),
            ("area", json!("990009"), "area"),
            ("matter", json!("M99"), "matter"),
            ("description", json!("x".repeat(4_000)), "description"),
            ("external_id", json!("x".repeat(201)), "external_id"),
            ("reported_at", json!("2026-03-02T05:00:00Z"), "reported_at"),
        ] {
            println!("{field} {value}");
            app.post(URL, with_field(call(2), field, value)).await.refused(422, at);
        }
        app.post(URL, with_field(call(2), "address", json!("a\u{0}b"))).await.is(422);
        app.post(URL, with_field(call(2), "lng", json!(112.05))).await.is(422);
        let long = json!({ "name": "x".repeat(201) });
        app.post(URL, with_field(call(2), "reporter", long)).await.refused(422, "reporter.name");
        // A place is what it is for an incident.
        for (place, at) in [
            (json!({ "lng": 0.0, "lat": 0.0 }), "lng"),
            (json!({ "lng": 112.05, "lat": 91.0 }), "lat"),
            (json!({ "lng": 112.05, "lat": 27.04, "accuracy_m": -1.0 }), "accuracy_m"),
            (json!({ "lng": 112.05, "lat": 27.04, "datum": "mars" }), "datum"),
        ] {
            println!("{place}");
            app.post(location(1), place).await.refused(422, at);
        }
        app.post(location(9), here()).await.is(404);
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        app.post(location(1), json!({ "lng": 113.05, "lat": 27.04, "outside": true })).await.is(201);
        // Gone meanwhile: the case is located all the same.
        app.post(URL, call(3)).await.is(201);
        let mut write = app.write().await;
        xunge::store::matters::replace(&mut write, &xunge::domain::matters::Matters::default()).await.unwrap();
        app.commit(write).await;
        let located = app.post(location(3), here()).await.is(201);
        assert_eq!((&located["matter"], &located["urgency"]), (&Value::Null, &json!("urgent")));
    });
}

#[test]
fn a_scope_sees_the_calls_of_its_area_and_no_other() {
    both_engines(async |app| {
        app.key(Role::Dispatcher, "all").await;
        app.key(Role::GridWorker, "worker").await;
        let scope = |n| format!("area:{}", township(n));
        app.scoped(Role::Dispatcher, &[&scope(1)], "one").await;
        app.scoped(Role::Dispatcher, &[&scope(2)], "two").await;
        app.scoped(Role::Dispatcher, &[&scope(1), &scope(2)], "both").await;
        let send =
            async |key: &str, path: &str, body: Value| app.call_as(key, Method::POST, path).json(&body).send().await;
        let seen = async |key: &str| {
            let list = app.call_as(key, Method::GET, URL).send().await.ok();
            let ids = list["calls"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned());
            let ids: Vec<u128> = ids.map(|id| id.parse::<Uuid>().unwrap().as_u128()).collect();
            let status = app.call_as(key, Method::GET, "/api/v1/status").send().await.ok();
            assert_eq!(status["counts"]["calls"], ids.len());
            assert_eq!(list["held"], ids.len());
            let kpis = app.call_as(key, Method::GET, "/api/v1/kpis/calls").send().await.ok();
            assert_eq!(kpis["calls"], ids.len());
            for n in 1..=4 {
                let one = app.call_as(key, Method::GET, format!("{URL}/{}", id(n))).send().await;
                assert_eq!(one.status, if ids.contains(&n) { 200 } else { 404 }, "{key} {n}");
            }
            ids
        };
        let mut told = app.events_as("one").await;
        send("worker", URL, call(1)).await.is(201);
        send("all", URL, with_field(call(2), "area", json!("990001002001"))).await.is(201);
        // A key for one area holds calls there.
        let own = send("one", URL, call(3)).await.is(201);
        assert_eq!(own["area"], township(1));
        send("one", URL, with_field(call(4), "area", json!(township(2)))).await.refused(403, "area");
        send("one", URL, with_field(call(4), "area", json!(COUNTY))).await.refused(403, "area");
        send("both", URL, call(4)).await.refused(403, "area");
        send("both", URL, with_field(call(4), "area", json!("990001001001"))).await.is(201);
        assert_eq!(seen("all").await, [1, 2, 3, 4]);
        assert_eq!(seen("one").await, [3, 4]);
        assert_eq!(seen("two").await, [2]);
        assert_eq!(seen("both").await, [2, 3, 4]);
        // Three of its own, each by the log; what is overdue is told as well.
        let mut heard = Vec::new();
        while heard.len() < 2 {
            let event = told.next().await;
            match event.name.as_str() {
                "call" => heard.push(event.data["id"].clone()),
                name => assert_eq!(name, "calls_overdue"),
            }
        }
        assert_eq!(heard, [json!(id(3)), json!(id(4))]);
        send("worker", &location(1), here()).await.is(403);
        send("two", &location(3), here()).await.is(404);
        send("one", &location(3), json!({ "lng": 112.12, "lat": 27.02 })).await.is(403);
        send("two", &format!("{URL}/{}/drop", id(3)), json!({ "reason": "x" })).await.is(404);
        send("one", &location(3), json!({ "lng": 112.03, "lat": 27.02 })).await.is(201);
    });
}

#[test]
fn a_call_that_waits_too_long_is_told_once() {
    both_engines(async |app| {
        let mut events = app.events(None).await;
        app.post(URL, with_field(call(1), "reported_at", json!("2026-03-02T03:55:00Z"))).await.is(201);
        let late = app.post(URL, call(2)).await.is(201);
        assert_eq!(late["locate_by"], "2026-03-02T03:55:00Z");
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(events.next().await);
        }
        let overdue: Vec<_> = told.iter().filter(|event| event.name == "calls_overdue").collect();
        assert_eq!((overdue.len(), &overdue[0].data["calls"], overdue[0].id), (1, &json!([id(2)]), None));
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert!(events.is_silent().await);
        let counts = app.json("/api/v1/status").await["counts"].clone();
        assert_eq!((&counts["calls"], &counts["calls_overdue"]), (&json!(2), &json!(1)));
        let figures = app.get("/metrics").await.text();
        assert!(figures.contains("xunge_calls_held 2") && figures.contains("xunge_calls_overdue 1"), "{figures}");
    });
}

#[test]
fn an_address_mentions_places_and_what_lies_in_the_area_comes_first() {
    both_engines(async |app| {
        let candidates = async |n: u128, address: &str, area: Option<&str>| {
            let body = json!({ "id": id(n), "address": address, "area": area });
            app.post(URL, body).await.is(201);
            app.json(format!("{URL}/{}", id(n))).await["candidates"].as_array().unwrap().clone()
        };
        // The road of that name runs through all four townships.
        for (n, (of, address)) in (1..).zip([(1, "老学校后面，大道南侧"), (2, "the old school, 大道"), (3, "大道边")])
        {
            let found = candidates(n, address, Some(&township(of))).await;
            assert_eq!((&found[0]["kind"], &found[0]["within"]["code"]), (&json!("street"), &json!(township(of))));
        }
        let exact = candidates(10, "N27°2'24\" E112°3'0\"", None).await;
        assert_eq!((&exact[0]["kind"], &exact[0]["at"]["lng"]), (&json!("point"), &json!(112.05)));
        let village = candidates(11, "somewhere in 区990001001002, they say", None).await;
        assert_eq!((&village[0]["kind"], &village[0]["id"]), (&json!("village"), &json!("990001001002")));
        assert!(candidates(12, "nobody knows where", None).await.is_empty());
    });
}

const FILE: &str = "external_id,lng,lat,address,status,reported_at,matter\n\
    E1,112.05,27.04,east gate,closed,2026-03-02T03:00:00Z,M01\n\
    E2,,,behind the old school,reported,2026-03-02T03:01:00Z,M01\n";

async fn opened(place: &Place) -> App {
    App::open(place, Setup::default()).await
}

#[test]
fn lines_of_a_file_that_say_only_an_address_are_held_when_that_is_asked_for() {
    on_both_places(async |place| {
        let app = opened(place).await;
        let head = app.ctx.head().await.unwrap();
        units::refused(place, "incidents", FILE, "line 3: lng: is empty: with --hold");
        let hold = |text: &str| units::import(place, "incidents", text, &["--hold"]);
        for (from, to, words) in [
            ("school,reported", "school,closed", "line 3: status \"closed\": only what is reported"),
            ("school,reported", "school,", "line 3: status: only what is reported"),
            ("behind the old school", "", "line 3: lng: is empty"),
            ("03:01:00Z,M01", "03:01:00Z,M99", "line 3: matter \"M99\""),
            ("behind the old school", "?", "line 3: address \"?\""),
        ] {
            let said = hold(&FILE.replace(from, to)).unwrap_err();
            assert!(said.contains(words), "{words:?} is not in {said}");
        }
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let said = hold(FILE).unwrap();
        assert!(said.contains("1  held until somebody") && said.contains("taken: 1; 0 are there"), "{said}");
        app.ctx.up_to_date().await.unwrap();
        let [call] = &held(&app, "").await[..] else { panic!("one is held") };
        assert_eq!((&call["address"], &call["external_id"]), (&json!("behind the old school"), &json!("E2")));
        assert_eq!(app.json("/api/v1/incidents").await["incidents"][0]["description"], "east gate");
        assert!(hold(FILE).unwrap().contains("nothing changed"), "twice");
        // A file says where it is before anybody has: it stays with who locates it.
        let placed = FILE.replace("E2,,", "E2,112.06,27.04");
        let said = units::import(place, "incidents", &placed, &[]).unwrap();
        assert!(said.contains("nothing changed"), "{said}");
        let location = format!("{URL}/{}/location", call["id"].as_str().unwrap());
        app.ctx.up_to_date().await.unwrap();
        let located = app.post(location, here()).await.is(201);
        assert_eq!(located["reported_at"], "2026-03-02T03:01:00Z");
        assert!(hold(FILE).unwrap().contains("nothing changed"), "once more");
        app.ctx.up_to_date().await.unwrap();
        app.check().await;
    });
}

#[test]
fn a_service_that_starts_again_and_one_beside_it_hold_the_same_calls() {
    on_both_places(async |place| {
        let app = opened(place).await;
        for n in 1..=4 {
            app.post(URL, call(n)).await.is(201);
        }
        app.post(location(1), here()).await.is(201);
        app.post(format!("{URL}/{}/drop", id(2)), json!({ "reason": "over" })).await.ok();
        app.check().await;
        if place.url.is_some() {
            let beside = opened(place).await;
            beside.post(location(3), here()).await.is(201);
            app.ctx.up_to_date().await.unwrap();
            assert_eq!(held(&app, "").await.len(), 1);
            app.post(location(3), json!({ "lng": 112.06, "lat": 27.04 })).await.is(409);
            app.post(location(3), here()).await.is(200);
            beside.check().await;
        }
        let before = held(&app, "").await;
        app.check().await;
        app.stop().await;
        let app = opened(place).await;
        assert_eq!(held(&app, "").await, before);
        app.post(location(4), here()).await.is(201);
        app.check().await;
    });
}

/// Locates calls from eight threads until the program is gone.
fn locate_until_killed(program: &Program, kill_after: usize) {
    let (next, located) = (AtomicUsize::new(1), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    let place = json!({ "lng": 112.05, "lat": 27.05 });
                    match program.post(&format!("calls/{}/location", id(n as u128)), &place) {
                        Ok((201, _)) if located.fetch_add(1, Relaxed) + 1 == kill_after => program.signal("KILL"),
                        Ok((201, _)) => {}
                        _ => break,
                    }
                }
            });
        }
    });
}

#[test]
fn a_kill_leaves_each_call_either_held_or_an_incident() {
    const CALLS: usize = 80;
    on_both_places(async |place| {
        let mut program = Program::start(place);
        for n in 1..=CALLS {
            let call = json!({ "id": id(n as u128), "address": "school", "reporter": { "name": "王" } });
            assert_eq!(program.post("calls", &call).unwrap().0, 201);
        }
        locate_until_killed(&program, 30);
        drop(program);
        program = Program::start(place);
        let mut located = 0;
        for n in 1..=CALLS {
            let state = program.get(&format!("calls/{}", id(n as u128))).1["state"].clone();
            let is_incident = program.get(&format!("incidents/{}", id(n as u128))).0 == 200;
            assert_eq!(state, if is_incident { "located" } else { "held" }, "{n}");
            // Whoever it is has who called.
            let of = if is_incident { "incidents" } else { "calls" };
            assert_eq!(program.get(&format!("{of}/{}/reporter", id(n as u128))).0, 200);
            located += usize::from(is_incident);
        }
        assert!((30..CALLS).contains(&located), "{located}");
        assert_eq!(program.get("calls").1["held"], CALLS - located);
    });
}
