//! How far a key reaches: what is out of its scope is not there, help from outside is.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::Span,
    domain::{
        auth::Role,
        units::{Unit, UnitKind, Units},
    },
    store,
};

use crate::{
    app::{App, Events, Reply, both_engines},
    county::{COUNTY, code, township},
    slots::slot,
    tiles,
};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn send(app: &App, key: &str, method: Method, path: &str, body: Value) -> Reply {
    let call = app.call_as(key, method, format!("/api/v1/{path}"));
    if body.is_null() { call.send().await } else { call.json(&body).send().await }
}

async fn get(app: &App, key: &str, path: &str) -> Reply {
    send(app, key, Method::GET, path, Value::Null).await
}

fn unit(of: &str, kind: UnitKind, parent: Option<&str>, area: &str) -> Unit {
    Unit {
        code: code(of),
        name: of.into(),
        name_zh: None,
        kind,
        parent: parent.map(code),
        area: Some(code(area)),
        office_line: None,
        span: Span::default(),
    }
}

/// The county's bureau, the office of the south-western township and its village coordinator; an incident in each
/// of the southern townships, and one on their border.
async fn planted(app: &App) {
    let units = vec![
        unit("U1", UnitKind::Bureau, None, COUNTY),
        unit("O1", UnitKind::TownshipOffice, None, &township(1)),
        unit("V1", UnitKind::VillageCoordinator, Some("O1"), "990001001001"),
    ];
    let mut write = app.write().await;
    store::units::replace(&mut write, &Units::new(units, Vec::new()).unwrap(), false).await.unwrap();
    app.commit(write).await;
    app.key(Role::Admin, "all").await;
    for (n, lng, accuracy_m) in [(1, 112.03, 5), (2, 112.12, 5), (3, 112.0805, 80)] {
        let report = json!({ "id": id(n), "lng": lng, "lat": 27.02, "accuracy_m": accuracy_m, "matter": "M01",
            "reported_at": "2026-03-02T11:00:00+08:00", "reporter": { "name": "王小明" } });
        send(app, "all", Method::POST, "incidents", report).await.is(201);
    }
}

/// Ids of the members of a list, in order.
fn ids(list: &Value, of: &str) -> Vec<String> {
    let one = |member: &Value| member[of].as_str().unwrap().to_owned();
    let mut all: Vec<_> = list.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

fn incidents(of: &[u128]) -> Vec<String> {
    of.iter().map(|n| id(*n).to_string()).collect()
}

/// Which incidents a key lists, by every door.
async fn listed(app: &App, key: &str) -> Vec<String> {
    let list = get(app, key, "incidents").await.ok();
    let found = ids(&list["incidents"], "id");
    assert_eq!(list["number_matched"], found.len());
    assert_eq!(ids(&get(app, key, "incidents?order=due").await.ok()["incidents"], "id"), found);
    let boxed = get(app, key, "incidents?bbox=111,26,113,28&open=true").await.ok();
    assert_eq!(ids(&boxed["incidents"], "id"), found);
    assert_eq!(ids(&get(app, key, "layers/incidents").await.ok()["features"], "id"), found);
    let ogc = app.call_as(key, Method::GET, "/ogc/collections/incidents/items").send().await.ok();
    assert_eq!(ids(&ogc["features"], "id"), found);
    assert_eq!(drawn(app, key).await, found);
    assert_eq!(get(app, key, "status").await.ok()["counts"]["incidents"], found.len());
    let kpis = get(app, key, "kpis/arrivals?by=matter").await.ok();
    let counted: u64 = kpis["groups"].as_array().unwrap().iter().map(|g| g["due"].as_u64().unwrap()).sum();
    assert_eq!(counted as usize, found.len(), "{kpis}");
    for n in 1..=3 {
        let there = found.contains(&id(n).to_string());
        let ogc = app.call_as(key, Method::GET, format!("/ogc/collections/incidents/items/{}", id(n))).send().await;
        assert_eq!(ogc.status, if there { 200 } else { 404 }, "{n}");
        for path in ["", "/history", "/repeats"] {
            let status = get(app, key, &format!("incidents/{}{path}", id(n))).await.status;
            assert_eq!(status, if there { 200 } else { 404 }, "{n}{path}");
        }
    }
    found
}

/// Which incidents a key sees in the tile that holds the county.
async fn drawn(app: &App, key: &str) -> Vec<String> {
    let tile = app.call_as(key, Method::GET, tile()).send().await;
    let mut drawn: Vec<_> = tiles::decoded("incidents", &tile).into_values().collect();
    drawn.sort_by_key(|said| said["id"].to_string());
    drawn.iter().map(|said| said["id"].as_str().unwrap().to_owned()).collect()
}

fn tile() -> String {
    tiles::path("incidents", 9, tiles::holding(9, 112.08, 27.02))
}

/// Which squads a key knows, by every door.
async fn squads(app: &App, key: &str) -> Vec<String> {
    let found = ids(&get(app, key, "squads").await.ok()["squads"], "id");
    assert_eq!(ids(&get(app, key, "layers/squads").await.ok()["features"], "id"), found);
    assert_eq!(get(app, key, "status").await.ok()["counts"]["squads"], found.len());
    let ogc = app.call_as(key, Method::GET, "/ogc/collections/squads/items").send().await.ok();
    assert_eq!(ids(&ogc["features"], "id"), found);
    for squad in ["S1", "S2", "S3", "S4"] {
        let there = found.contains(&squad.to_owned());
        assert_eq!(get(app, key, &format!("squads/{squad}")).await.status, if there { 200 } else { 404 }, "{squad}");
    }
    found
}

#[test]
fn a_scope_limits_incidents_and_squads_by_every_door() {
    both_engines(async |app| {
        planted(app).await;
        for (scope, seen, known) in [
            (format!("area:{COUNTY}"), &[1, 2, 3][..], &["S1", "S2", "S3", "S4"][..]),
            // What may be theirs is shown to both sides of a border.
            (format!("area:{}", township(1)), &[1, 3], &["S1"]),
            (format!("area:{}", township(2)), &[2, 3], &["S2"]),
            (format!("area:{}", township(3)), &[], &["S3"]),
            ("area:990001001001".to_owned(), &[1], &[]),
            ("area:990001001001001".to_owned(), &[1], &[]),
            ("area:990001001002001".to_owned(), &[], &[]),
            ("unit:U1".to_owned(), &[1, 2, 3], &["S1", "S2", "S3", "S4"]),
            ("unit:O1".to_owned(), &[1, 3], &["S1"]),
            ("unit:V1".to_owned(), &[1], &[]),
        ] {
            app.scoped(Role::Viewer, &[&scope], &scope).await;
            assert_eq!(listed(app, &scope).await, incidents(seen), "{scope}");
            assert_eq!(squads(app, &scope).await, known, "{scope}");
        }
        let both = [format!("area:{}", township(2)), "unit:V1".to_owned()];
        app.scoped(Role::Viewer, &[&both[0], &both[1]], "both").await;
        assert_eq!(listed(app, "both").await, incidents(&[1, 2, 3]));
        app.scoped(Role::Field, &["squad:S3"], "field").await;
        assert_eq!((listed(app, "field").await, squads(app, "field").await), (Vec::new(), vec!["S3".to_owned()]));
    });
}

#[test]
fn what_is_out_of_scope_is_not_there_for_commands() {
    both_engines(async |app| {
        planted(app).await;
        let scope = format!("area:{}", township(1));
        app.scoped(Role::Dispatcher, &[&scope], "west").await;
        let head = app.ctx.head().await.unwrap();
        let remark = json!({ "id": id(20), "act": "remark", "reason": "seen" });
        let order = |squad: &str| json!({ "id": id(30), "squad": squad });
        for (method, path, body, status) in [
            (Method::POST, format!("incidents/{}/actions", id(2)), remark.clone(), 404),
            (Method::GET, format!("incidents/{}/reporter", id(2)), Value::Null, 404),
            (Method::POST, format!("incidents/{}/assignments", id(2)), order("S1"), 404),
            (Method::POST, format!("incidents/{}/assignments", id(1)), order("S2"), 422),
            (Method::GET, format!("squads/recommendation?incident={}", id(2)), Value::Null, 404),
            (Method::PATCH, "squads/S2".to_owned(), json!({ "status": "busy" }), 404),
            (Method::POST, "incidents".to_owned(), json!({ "id": id(4), "lng": 112.12, "lat": 27.02 }), 403),
        ] {
            send(app, "west", method, &path, body).await.is(status);
        }
        let fix = json!({ "squad": "S2", "lng": 112.1352, "lat": 27.02, "fixed_at": "2026-03-02T12:00:00+08:00" });
        let unknown = json!({ "squad": "S9", "lng": 112.1352, "lat": 27.02, "fixed_at": "2026-03-02T12:00:00+08:00" });
        let answer = send(app, "west", Method::POST, "positions", json!({ "positions": [fix, unknown] })).await.is(202);
        let reason = |n: usize| answer["refused"][n]["reason"].as_str().unwrap().replace("S9", "S2");
        assert_eq!(reason(0), reason(1), "what is out of scope is refused as what is not there");
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        send(app, "west", Method::POST, &format!("incidents/{}/actions", id(1)), remark).await.ok();
        send(app, "west", Method::POST, &format!("incidents/{}/assignments", id(1)), order("S1")).await.is(201);
        send(app, "west", Method::POST, "incidents", json!({ "id": id(4), "lng": 112.03, "lat": 27.02 })).await.is(201);
    });
}

#[test]
fn help_from_outside_shows_its_id_unit_and_time() {
    both_engines(async |app| {
        planted(app).await;
        app.scoped(Role::Dispatcher, &[&format!("area:{}", township(1))], "west").await;
        for path in ["locate?lng=112.12&lat=27.02", "coverage", "roads/disruptions", "layers/coverage"] {
            let [mut west, mut all] = [get(app, "west", path).await.ok(), get(app, "all", path).await.ok()];
            // Each answer has a number of its own.
            for answer in [&mut west, &mut all].into_iter().filter_map(Value::as_object_mut) {
                answer.remove("next");
            }
            assert_eq!(west, all, "{path}");
        }
        for path in ["squads/nearest?lng=112.12&lat=27.02&k=3", "squads/recommendation?lng=112.12&lat=27.02&k=3"] {
            let (whole, part) = (get(app, "all", path).await.ok(), get(app, "west", path).await.ok());
            assert_eq!(whole["outside"], Value::Null, "{path}");
            let ranked = whole["squads"].as_array().unwrap();
            assert!(ranked.len() >= 2, "{whole}");
            let first = &whole["first_response"];
            let all: Vec<&Value> = ranked.iter().chain([first]).filter(|one| !one.is_null()).collect();
            let (own, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one["squad"]["id"] == "S1");
            let with_eta = |one: &Value| json!([one["rank"], one["squad"], one["eta_s"], one["from"]]);
            let shown: Vec<_> = part["squads"].as_array().unwrap().iter().map(with_eta).collect();
            assert!(!own.is_empty() && own.iter().all(|one| shown.contains(&with_eta(one))), "{part}");
            let told = |one: &Value| json!({ "rank": one["rank"], "id": one["squad"]["id"], "unit": "U1", "eta_s": one["eta_s"] });
            assert_eq!(part["outside"], others.iter().map(|one| told(one)).collect::<Value>(), "{path}");
            let text = part.to_string();
            assert!(!["squad S2", "squad S3", "squad S4"].iter().any(|name| text.contains(name)), "{text}");
        }
    });
}

#[test]
fn an_incident_elsewhere_is_in_sight_as_long_as_ones_squad_is_sent_there() {
    both_engines(async |app| {
        planted(app).await;
        let scopes = [format!("area:{}", township(1)), format!("area:{}", township(3))];
        app.scoped(Role::Dispatcher, &[&scopes[0]], "west").await;
        app.scoped(Role::Viewer, &[&scopes[1]], "north").await;
        app.scoped(Role::Field, &["squad:S1"], "field").await;
        let mut events = [app.events_as("west").await, app.events_as("north").await, app.events_as("field").await];
        let order = json!({ "id": id(30), "squad": "S1" });
        send(app, "all", Method::POST, &format!("incidents/{}/assignments", id(2)), order).await.is(201);
        for key in ["west", "field"] {
            assert_eq!(get(app, key, &format!("incidents/{}", id(2))).await.status, 200, "{key}");
            assert_eq!(get(app, key, &format!("assignments/{}", id(30))).await.status, 200, "{key}");
            assert_eq!(get(app, key, "assignments").await.ok()["assignments"].as_array().unwrap().len(), 1, "{key}");
        }
        assert_eq!(get(app, "north", &format!("assignments/{}", id(30))).await.status, 404);
        assert_eq!(get(app, "north", "assignments").await.ok()["assignments"], json!([]));
        let cancelled = json!({ "id": id(31), "to": "cancelled", "reason": "somebody else went" });
        send(app, "all", Method::POST, &format!("assignments/{}/steps", id(30)), cancelled).await.ok();
        for key in ["west", "field"] {
            assert_eq!(get(app, key, &format!("incidents/{}", id(2))).await.status, 404, "{key}");
            assert_eq!(get(app, key, &format!("assignments/{}", id(30))).await.status, 200, "{key}: it was its squad");
        }
        // What comes last is in everybody's sight.
        let slot = slot("morning", &["mon"], "07:00", "09:00", json!({ "tertiary": 0.5 }));
        send(app, "all", Method::PUT, "slots", json!({ "slots": [slot] })).await.ok();
        for (key, events) in ["west", "north", "field"].into_iter().zip(&mut events) {
            let mut told = Vec::new();
            loop {
                let event = events.next().await;
                if event.name == "slots" {
                    break;
                }
                let record = event.data["incident"]["id"].as_str().or(event.data["id"].as_str());
                told.push((event.name, record.unwrap().to_owned(), event.id));
            }
            if key == "north" {
                assert_eq!(told, [], "nothing of it is its business");
                continue;
            }
            let removed = told.iter().position(|(name, ..)| name == "removed").expect("it has left the scope");
            assert_eq!((&told[removed].1, told[removed].2), (&id(2).to_string(), None), "{key}: {told:?}");
            assert_eq!((told[removed + 1].0.as_str(), &told[removed + 1].1), ("assignment", &id(30).to_string()));
            assert!(told.iter().any(|(name, of, _)| name == "squad" && of == "S1"), "{key}: {told:?}");
        }
    });
}

#[test]
fn drives_and_the_change_log_are_told_of_what_is_in_scope() {
    both_engines(async |app| {
        planted(app).await;
        let west = format!("area:{}", township(1));
        app.scoped(Role::Planner, &[&west], "west").await;
        app.scoped(Role::Auditor, &[&west], "auditor").await;
        app.key(Role::Auditor, "auditor of all").await;
        let drive = |n: u128, squad: &str| {
            json!({ "id": id(n), "squad": squad, "from": { "lng": 112.03, "lat": 27.02 }, "to": { "lng": 112.04, "lat": 27.02 },
                "departed_at": format!("2026-03-02T10:{n}:00+08:00"), "arrived_at": "2026-03-02T11:30:00+08:00" })
        };
        let drives: Vec<_> = [(40, "S1"), (41, "S2"), (42, "S3"), (43, "S1")].map(|(n, squad)| drive(n, squad)).into();
        send(app, "all", Method::POST, "arrivals/batch", json!({ "arrivals": drives })).await.ok();
        for limit in 1..=3 {
            let mut path = format!("arrivals?limit={limit}");
            let mut told = Vec::new();
            loop {
                let page = get(app, "west", &path).await.ok();
                told.extend(ids(&page["arrivals"], "id"));
                let Some(next) = page["next"].as_str() else { break };
                path = next.replace("/api/v1/", "");
            }
            assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([40, 43].map(|n| id(n).to_string())));
        }
        assert_eq!(get(app, "west", "arrivals?squad=S2").await.ok()["arrivals"], json!([]));

        for n in 1..=2 {
            get(app, "all", &format!("incidents/{}/reporter", id(n))).await.ok();
        }
        let all = get(app, "auditor of all", "log?limit=1000").await.ok();
        let head = get(app, "auditor of all", "log/head").await.ok();
        let changes = all["changes"].as_array().unwrap();
        let last = changes.last().unwrap();
        assert_eq!((&head["seq"], &head["hash"], &all["next"]), (&last["seq"], &last["hash"], &Value::Null));
        assert_eq!(last["actor"], "id-of-all", "who read who reported it");
        let of = |list: &Value, kind: &str| -> Vec<String> {
            let changes = list["changes"].as_array().unwrap().iter().filter(|change| change["kind"] == kind);
            let one = |change: &Value| {
                change["body"]["id"].as_str().or(change["body"]["incident"]["id"].as_str()).unwrap().to_owned()
            };
            changes.map(one).collect()
        };
        assert_eq!([of(&all, "incident"), of(&all, "reporter_read")], [incidents(&[1, 2, 3]), incidents(&[1, 2])]);
        // Page by page, whatever their size, the same comes out.
        for limit in [1, 2, 7] {
            let (mut path, mut paged) = (format!("log?limit={limit}"), Vec::new());
            loop {
                let page = get(app, "auditor of all", &path).await.ok();
                paged.extend(page["changes"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                path = next.replace("/api/v1/", "");
            }
            assert_eq!(&paged, changes);
        }
        let filtered =
            get(app, "auditor of all", "log?kind=incident&actor=id-of-all&since=2026-01-01T00:00:00Z").await.ok();
        assert_eq!(filtered["changes"].as_array().unwrap().len(), 3);
        let nobody = get(app, "auditor of all", "log?actor=nobody").await.ok();
        assert_eq!((&nobody["changes"], &nobody["next"]), (&json!([]), &Value::Null));

        let part = get(app, "auditor", "log?limit=1000").await.ok();
        assert_eq!([of(&part, "incident"), of(&part, "reporter_read")], [incidents(&[1, 3]), incidents(&[1])]);
        let kinds = |list: &Value| -> BTreeSet<String> {
            list["changes"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap().to_owned()).collect()
        };
        assert!(kinds(&all).contains("keys") && !kinds(&part).contains("keys"));
        assert_eq!(kinds(&all).difference(&kinds(&part)).collect::<Vec<_>>(), ["keys"]);
        assert_eq!(get(app, "all", "log?limit=0").await.status, 422);
    });
}

#[test]
fn tiles_tell_nothing_of_what_is_out_of_scope() {
    both_engines(async |app| {
        planted(app).await;
        app.scoped(Role::Dispatcher, &[&format!("area:{}", township(1))], "west").await;
        let bounds = async |key: &str, of: &str| get(app, key, &format!("tiles/{of}")).await.ok()["bounds"].clone();
        assert_eq!(bounds("west", "incidents").await, bounds("all", "townships").await, "of areas, not of records");
        let tag = async || app.call_as("west", Method::GET, tile()).send().await.header("etag").to_owned();
        let (mut events, mut all) = (app.tile_events_as("west").await, app.tile_events_as("all").await);
        let before = tag().await;
        let report = |n: u128, lng: f64| json!({ "id": id(n), "lng": lng, "lat": 27.02 });
        let assignments = format!("incidents/{}/assignments", id(4));
        let cancelled = json!({ "id": id(31), "to": "cancelled", "reason": "somebody else went" });
        send(app, "all", Method::POST, "incidents", report(4, 112.12)).await.is(201);
        assert_eq!(tag().await, before, "it is elsewhere");
        send(app, "all", Method::POST, "incidents", report(5, 112.03)).await.is(201);
        assert_eq!(next_place(&mut events).await, 112.03, "the first of them was elsewhere");
        let reported = tag().await;
        send(app, "all", Method::POST, &assignments, json!({ "id": id(30), "squad": "S1" })).await.is(201);
        assert_eq!(next_place(&mut events).await, 112.12);
        let sent = tag().await;
        assert!(drawn(app, "west").await.contains(&id(4).to_string()));
        send(app, "all", Method::POST, &format!("assignments/{}/steps", id(30)), cancelled).await.ok();
        assert_eq!(next_place(&mut events).await, 112.12);
        assert_eq!([reported == before, sent == reported, tag().await == reported], [false, false, true]);
        let told = [next_place(&mut all).await, next_place(&mut all).await];
        assert_eq!(told, [112.12, 112.03], "who sees everything hears of both");
    });
}

/// Where incidents are the next time that their tiles change.
async fn next_place(events: &mut Events) -> f64 {
    loop {
        let event = events.next().await;
        let layers = event.data["layers"].as_array().cloned().unwrap_or_default();
        if let Some(layer) = layers.iter().find(|layer| layer["layer"] == "incidents") {
            return layer["bbox"][0].as_f64().unwrap();
        }
    }
}

#[test]
fn events_and_positions_out_of_scope_are_not_told() {
    both_engines(async |app| {
        planted(app).await;
        app.scoped(Role::Viewer, &[&format!("area:{}", township(1))], "west").await;
        let mut events = app.events_as("west").await;
        let fix = |squad: &str, lng: f64| json!({ "squad": squad, "lng": lng, "lat": 27.02, "fixed_at": "2026-03-02T12:00:00+08:00" });
        for (n, lng) in [(11, 112.12), (12, 112.03)] {
            let report = json!({ "id": id(n), "lng": lng, "lat": 27.02 });
            send(app, "all", Method::POST, "incidents", report).await.is(201);
        }
        send(app, "all", Method::PATCH, "squads/S2", json!({ "status": "busy" })).await.ok();
        send(app, "all", Method::PATCH, "squads/S1", json!({ "status": "busy" })).await.ok();
        let first = events.next().await;
        assert_eq!((first.name.as_str(), &first.data["id"]), ("incident", &json!(id(12))));
        let second = events.next().await;
        assert_eq!((second.name.as_str(), &second.data["id"]), ("squad", &json!("S1")));
        let positions = json!({ "positions": [fix("S2", 112.1352), fix("S1", 112.0152)] });
        send(app, "all", Method::POST, "positions", positions).await.is(202);
        let moved = events.next().await;
        assert_eq!(moved.name, "positions");
        assert_eq!(ids(&moved.data["positions"], "squad"), ["S1"]);
    });
}

#[test]
fn who_read_who_reported_stands_in_the_log() {
    both_engines(async |app| {
        planted(app).await;
        let reader = app.key(Role::Dispatcher, "centre").await;
        app.key(Role::Viewer, "look").await;
        let path = format!("incidents/{}/reporter", id(1));
        let read = async || {
            let db = &app.ctx.db;
            let filter = store::audit::Filter { kind: Some("reporter_read".to_owned()), ..Default::default() };
            store::audit::filtered(&mut db.begin_read().await.unwrap(), 0, &filter).await.unwrap()
        };
        get(app, "look", &path).await.is(403);
        get(app, "centre", &format!("incidents/{}/reporter", id(9))).await.is(404);
        assert!(read().await.is_empty(), "what was not told was not read");
        assert_eq!(get(app, "centre", &path).await.ok()["name"], "王小明");
        let rows = read().await;
        assert_eq!((rows.len(), &rows[0].actor, rows[0].at_ms), (1, &reader, app.ctx.now().ms()));
        assert!(rows[0].body.contains(&id(1).to_string()) && !rows[0].body.contains("王小明"), "{}", rows[0].body);
    });
}
