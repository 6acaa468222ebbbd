//! Patrol zones over HTTP: plans, edits, review, dates, and what other words answer from them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::Method;
use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{base::Clock, domain::auth::Role, store};

use crate::{
    app::{App, Place, Reply, Setup, both_engines, on_both_places, soon},
    county::{self, COUNTY, NOON, code, time, township},
    incidents::report,
    program::Program,
};

const MONDAY: &str = "2026-03-09T00:00:00+08:00";

fn id(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

/// A request as the key's owner; without keys as anybody.
pub async fn send(app: &App, key: &str, method: Method, path: &str, body: Value) -> Reply {
    let call = app.call(method, format!("/api/v1/{path}"));
    let call = if body.is_null() { call } else { call.json(&body) };
    let call = if key.is_empty() { call } else { call.header("authorization", &format!("Bearer {key}")) };
    call.send().await
}

async fn post(app: &App, path: &str, body: Value) -> Reply {
    send(app, "", Method::POST, path, body).await
}

/// A batch on what the plan is now.
async fn edit(app: &App, plan: &str, commands: Value) -> Reply {
    let on = app.json(format!("/api/v1/plans/{plan}")).await["revision"].clone();
    edit_on(app, plan, &on, commands).await
}

async fn edit_on(app: &App, plan: &str, on: &Value, commands: Value) -> Reply {
    let body = json!({ "id": Uuid::new_v4(), "on_revision": on, "commands": commands });
    post(app, &format!("plans/{plan}/edits"), body).await
}

/// Two zones of a layer: townships 1 and 3 in the west, 2 and 4 in the east.
fn halves(layer: &str) -> Value {
    let mut commands = Vec::new();
    for (zone, name, squad, townships) in [("W", "West", "S1", [1, 3]), ("E", "East", "S2", [2, 4])] {
        let new = json!({ "code": zone, "name": name, "name_zh": "片区" });
        commands.push(json!({ "do": "create_zone", "layer": layer, "zone": new }));
        for n in townships {
            commands.push(json!({ "do": "take_area", "layer": layer, "zone": zone, "area": township(n) }));
        }
        commands.push(json!({ "do": "give_squad", "layer": layer, "zone": zone, "squad": squad }));
        let team = json!([{ "role": "officer", "wanted": 1, "unit": "U1", "contact": "0573-1" },
                          { "role": "grid_worker", "wanted": 4 }]);
        commands.push(json!({ "do": "set_team", "layer": layer, "zone": zone, "team": team }));
    }
    json!(commands)
}

/// A plan with both standard layers cut in halves.
pub async fn drawn(app: &App, n: u128) -> String {
    let plan = id(n);
    post(app, "plans", json!({ "id": plan, "name": "drawn" })).await.is(201);
    edit(app, &plan, halves("enforcement")).await.is(201);
    edit(app, &plan, halves("community")).await.is(201);
    plan
}

pub async fn freeze(app: &App, plan: &str) {
    for state in ["in_review", "frozen"] {
        let body = json!({ "state": state, "reason": "looked at" });
        send(app, "", Method::PUT, &format!("plans/{plan}/state"), body).await.ok();
    }
}

async fn put_in_force(app: &App, plan: &str, layer: &str, from: &str) -> Reply {
    let body = json!({ "id": Uuid::new_v4(), "plan": plan, "layer": layer, "from": from, "reason": "yearly cut" });
    post(app, "zones/in-force", body).await
}

/// Both layers of a drawn plan in force from now on.
pub async fn in_force(app: &App) -> String {
    let plan = drawn(app, 77).await;
    freeze(app, &plan).await;
    for layer in ["enforcement", "community"] {
        put_in_force(app, &plan, layer, NOON).await.is(201);
    }
    switched(app).await;
    plan
}

/// Waits until the dates that have come stand in the log.
async fn switched(app: &App) {
    let told = async || app.ctx.world().zones.force.due(app.ctx.now()).is_empty();
    soon(Duration::from_secs(20), "the switch", told).await;
}

fn zones_of(located: &Value) -> Vec<(&str, &str)> {
    let zones = located["zones"].as_array().unwrap();
    zones.iter().map(|z| (z["layer"].as_str().unwrap(), z["zone"].as_str().unwrap())).collect()
}

#[test]
fn planners_edit_together_and_take_back_what_is_theirs() {
    both_engines(async |app| {
        let mut events = app.events(None).await;
        let plan = drawn(app, 1).await;
        let told = events.next().await;
        assert_eq!((told.name.as_str(), &told.data["plan"]), ("plan", &json!(plan)));
        let told = events.next().await;
        assert_eq!((told.name.as_str(), &told.data["edit"]["revision"]), ("plan_edited", &json!(1)));
        assert_eq!(told.data["edit"]["touched"], json!({ "enforcement": ["E", "W"] }));
        // Made again it is the same plan, and another one under its id is refused.
        let new = json!({ "id": plan, "name": "drawn" });
        assert_eq!(post(app, "plans", new).await.ok()["revision"], 2);
        post(app, "plans", json!({ "id": plan, "name": "other" })).await.refused(409, "id");

        let shown = app.json(format!("/api/v1/plans/{plan}")).await;
        assert_eq!((&shown["atoms"], &shown["layers"][0]["zones"]), (&json!(16), &json!(2)), "{shown}");
        let corner = format!("{}001001", &township(1)[..9]);
        assert!(county::areas().iter().any(|a| a.code.as_str() == corner));
        let give =
            |zone: &str, atom: &str| json!([{ "do": "assign", "layer": "enforcement", "zone": zone, "atoms": [atom] }]);
        let body = json!({ "id": id(5), "on_revision": 2, "commands": give("E", &corner) });
        let path = format!("plans/{plan}/edits");
        let done = post(app, &path, body.clone()).await.is(201);
        assert_eq!(done["did"][0]["before"], json!(["W"]), "{done}");
        assert_eq!(post(app, &path, body).await.ok(), done, "taken once");
        // The same atom on the old revision: both wishes are told. Another one is taken.
        edit_on(app, &plan, &json!(2), give("W", &format!("{}002001", &township(4)[..9]))).await.is(201);
        let reply = edit_on(
            app,
            &plan,
            &json!(2),
            json!([
                { "do": "create_zone", "layer": "enforcement", "zone": { "code": "N", "name": "New" } },
                { "do": "assign", "layer": "enforcement", "zone": "N", "atoms": [corner] },
            ]),
        )
        .await;
        let clash = reply.is(409)["clashes"][0].clone();
        assert_eq!((&clash["atom"], &clash["theirs"], &clash["yours"]), (&json!(corner), &json!(["E"]), &json!(["N"])));

        let undone = post(app, &format!("plans/{plan}/undo"), json!({ "id": id(6) })).await.is(201);
        assert_eq!((&undone["kind"], &undone["left"]), (&json!({ "undo": 4 }), &Value::Null), "{undone}");
        assert_eq!(post(app, &format!("plans/{plan}/undo"), json!({ "id": id(6) })).await.ok(), undone);
        let redone = post(app, &format!("plans/{plan}/redo"), json!({ "id": id(7) })).await.is(201);
        assert_eq!(redone["kind"], json!({ "redo": 4 }));
        let log = app.json(format!("/api/v1/plans/{plan}/edits?after=2")).await;
        let kinds: Vec<_> = log["edits"].as_array().unwrap().iter().map(|e| e["kind"].clone()).collect();
        assert_eq!(kinds, [json!("edit"), json!("edit"), json!({ "undo": 4 }), json!({ "redo": 4 })]);
        // As it was, and a branch from there.
        let then = app.json(format!("/api/v1/plans/{plan}/layers/enforcement?revision=2")).await;
        let atoms = |layer: &Value| {
            layer["zones"].as_array().unwrap().iter().map(|z| z["atoms"].as_array().unwrap().len()).collect::<Vec<_>>()
        };
        assert_eq!(atoms(&then), [8, 8]);
        let branch = json!({ "id": id(2), "name": "branch", "from": { "plan": plan, "revision": 3 } });
        let branch = post(app, "plans", branch).await.is(201);
        assert_eq!(branch["parent"], json!({ "plan": plan, "revision": 3 }));
        let layer = app.json(format!("/api/v1/plans/{}/layers/enforcement", id(2))).await;
        assert_eq!(atoms(&layer), [9, 7]);
        let links = app.json(format!("/api/v1/plans/{plan}/links?from=enforcement&to=community&zone=E")).await;
        assert_eq!(links["links"].as_array().unwrap().len(), 2, "{links}");
        let warned = app.json(format!("/api/v1/plans/{plan}/warnings")).await;
        let broken = warned["warnings"].as_array().unwrap().iter().find(|w| w["kind"] == "broken").unwrap().clone();
        let command = &broken["parts"][0]["proposal"]["command"];
        edit(app, &plan, json!([command])).await.is(201);
    });
}

#[test]
fn undo_outlives_a_restart() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let plan = drawn(&app, 1).await;
        let before = app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await;
        edit(&app, &plan, json!([{ "do": "grow", "layer": "enforcement", "zone": "E" }])).await.is(201);
        let grown = app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await;
        assert_ne!(grown, before);
        app.check().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        let same = |other: &Value| other["zones"] == before["zones"];
        post(&app, &format!("plans/{plan}/undo"), json!({ "id": id(9) })).await.is(201);
        assert!(same(&app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await));
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        post(&app, &format!("plans/{plan}/redo"), json!({ "id": id(10) })).await.is(201);
        assert_eq!(app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await["zones"], grown["zones"]);
        app.check().await;
    });
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        let plan = drawn(app, 1).await;
        let head = app.ctx.head().await.unwrap();
        let corner = format!("{}001001", &township(1)[..9]);
        let assign =
            |zone: &str, atom: &str| json!({ "do": "assign", "layer": "enforcement", "zone": zone, "atoms": [atom] });
        edit(app, &plan, json!([assign("E", "nowhere")])).await.refused(422, "commands[0].atoms");
        let middle = json!([assign("E", &corner), assign("X", &corner), assign("W", &corner)]);
        edit(app, &plan, middle).await.refused(422, "commands[1].zone");
        let outside = json!({ "line": [[100.0, 20.0], [101.0, 20.0]] });
        let into = json!({ "code": "N", "name": "New" });
        let split = json!([{ "do": "split", "layer": "enforcement", "zone": "E", "along": outside, "into": into }]);
        edit(app, &plan, split).await.refused(422, "commands[0].along");
        let road = json!({ "road": { "name": "no such road" } });
        let split = json!([{ "do": "split", "layer": "enforcement", "zone": "E", "along": road, "into": into }]);
        edit(app, &plan, split).await.refused(422, "commands[0].along.road");
        for unknown in [json!(9), json!(i64::MIN)] {
            edit_on(app, &plan, &unknown, json!([assign("E", &corner)])).await.refused(422, "on_revision");
        }
        edit_on(app, &id(99), &json!(0), json!([assign("E", &corner)])).await.is(404);
        put_in_force(app, &plan, "enforcement", MONDAY).await.refused(409, "plan");
        post(app, "plans", json!({ "id": id(3), "name": "p", "county": "nowhere" })).await.refused(422, "county");
        post(app, "plans", json!({ "id": id(3), "name": " " })).await.refused(422, "name");
        post(app, &format!("plans/{plan}/redo"), json!({ "id": id(3) })).await.is(409);
        app.get(format!("/api/v1/plans/{}", id(99))).await.is(404);
        app.get(format!("/api/v1/plans/{plan}/layers/none")).await.is(404);
        app.get(format!("/api/v1/layers/zones?plan={plan}&layer=none")).await.refused(422, "layer");
        let state = |state: &str, reason: &str| {
            let body = json!({ "state": state, "reason": reason });
            async move { send(app, "", Method::PUT, &format!("plans/{}/state", id(1)), body).await }
        };
        state("frozen", "at once").await.refused(409, "state");
        state("in_review", "").await.refused(422, "reason");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        // Locks, and what is not whole.
        let lock = json!([{ "do": "lock_zone", "layer": "enforcement", "zone": "E", "locked": true }]);
        edit(app, &plan, lock).await.is(201);
        edit(app, &plan, json!([assign("E", &corner)])).await.is(409);
        let free = json!([{ "do": "take_away", "layer": "enforcement", "zone": "W", "atoms": [corner] }]);
        edit(app, &plan, free).await.is(201);
        state("in_review", "ready").await.ok();
        edit(app, &plan, json!([assign("W", &corner)])).await.is(409);
        assert!(state("frozen", "fine").await.is(409)["detail"].as_str().unwrap().contains(&corner));
        state("draft", "one atom is nobody's").await.ok();
        edit(app, &plan, json!([assign("W", &corner)])).await.is(201);
        freeze(app, &plan).await;
        edit(app, &plan, json!([assign("W", &corner)])).await.is(409);
        put_in_force(app, &plan, "enforcement", "2026-03-01T00:00:00Z").await.refused(422, "from");
        put_in_force(app, &plan, "none", MONDAY).await.refused(422, "layer");
        put_in_force(app, &plan, "enforcement", MONDAY).await.is(201);
        put_in_force(app, &plan, "enforcement", MONDAY).await.refused(409, "from");
        let story = app.json(format!("/api/v1/plans/{plan}")).await;
        assert_eq!(story["verdicts"].as_array().unwrap().len(), 4, "{story}");
    });
}

#[test]
fn who_made_a_plan_does_not_freeze_it_and_undo_is_ones_own() {
    both_engines(async |app| {
        let plan = drawn(app, 1).await;
        for (role, secret) in [(Role::Admin, "ann"), (Role::Admin, "bob"), (Role::Viewer, "eve")] {
            app.key(role, secret).await;
        }
        let state = |key: &'static str, state: &str| {
            let body = json!({ "state": state, "reason": "looked at" });
            async move { send(app, key, Method::PUT, &format!("plans/{}/state", id(1)), body).await }
        };
        let corner = format!("{}001001", &township(1)[..9]);
        let assign = |zone: &str| {
            let command = json!({ "do": "assign", "layer": "enforcement", "zone": zone, "atoms": [corner] });
            json!({ "id": Uuid::new_v4(), "on_revision": 2, "commands": [command] })
        };
        let (edits, undo) = (format!("plans/{plan}/edits"), format!("plans/{plan}/undo"));
        send(app, "eve", Method::POST, &edits, assign("E")).await.is(403);
        send(app, "ann", Method::POST, &edits, assign("E")).await.is(201);
        send(app, "bob", Method::POST, &undo, json!({ "id": id(20) })).await.is(409);
        send(app, "ann", Method::POST, &undo, json!({ "id": id(21) })).await.is(201);
        state("ann", "in_review").await.ok();
        state("ann", "frozen").await.is(403);
        state("eve", "frozen").await.is(403);
        let frozen = state("bob", "frozen").await.ok();
        assert_eq!((&frozen["state"], &frozen["reviewer"]), (&json!("frozen"), &json!("id-of-bob")));
    });
}

#[test]
fn what_holds_follows_the_dates_and_the_switch_is_told_once() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let first = in_force(&app).await;
        // The next one: everything is west, and the squad waits elsewhere.
        let next = id(2);
        post(&app, "plans", json!({ "id": next, "name": "next", "from": { "plan": first } })).await.is(201);
        let post_at = json!({ "lng": 112.0952, "lat": 27.02 });
        edit(
            &app,
            &next,
            json!([
                { "do": "merge", "layer": "enforcement", "zone": "E", "into": "W" },
                { "do": "move_post", "layer": "enforcement", "zone": "W", "squad": "S1", "post": post_at },
            ]),
        )
        .await
        .is(201);
        // With its axes swapped it is no post.
        let swapped = json!({ "lng": 27.02, "lat": 82.0952 });
        let wrong = json!([{ "do": "move_post", "layer": "enforcement", "zone": "W", "squad": "S1", "post": swapped }]);
        let problem = edit(&app, &next, wrong).await.is(422);
        assert!(problem["detail"].as_str().unwrap().contains("km from the nearest township"), "{problem}");
        freeze(&app, &next).await;
        put_in_force(&app, &next, "enforcement", MONDAY).await.is(201);
        let east = "lng=112.12&lat=27.02";
        let locate = async |app: &App, at: &str| {
            let at = at.replace('+', "%2B");
            app.json(format!("/api/v1/locate?{east}&at={at}")).await
        };
        assert_eq!(
            zones_of(&app.json(format!("/api/v1/locate?{east}")).await),
            [("community", "E"), ("enforcement", "E")]
        );
        assert_eq!(zones_of(&locate(&app, MONDAY).await), [("community", "E"), ("enforcement", "W")]);
        let here = &locate(&app, MONDAY).await["zones"][1];
        assert_eq!((&here["squads"], &here["team"][0]["contact"]), (&json!(["S1", "S2"]), &json!("0573-1")));
        let points =
            json!({ "points": [{ "lng": 112.12, "lat": 27.02 }, { "lng": 112.02, "lat": 27.02 }], "at": MONDAY });
        let many = post(&app, "locate", points).await.ok();
        assert_eq!(many["results"][0]["zones"][1], json!({ "layer": "enforcement", "zone": "W" }), "{many}");
        assert_eq!(many["zones"].as_array().unwrap().len(), 3, "each zone once: {many}");
        // Filed where it is now.
        let filed = post(&app, "incidents", report_at(1, 112.12, 27.02)).await.is(201);
        assert_eq!(filed["zones"][1]["zone"], "E", "{filed}");
        let before = coverage(&app, NOON).await;
        app.check().await;
        app.stop().await;

        // Nobody ran on Monday; on Tuesday the switch is told, once, by whichever replica.
        let tuesday = Setup { clock: Clock::Fixed(time("2026-03-10T12:00:00+08:00")), ..Setup::default() };
        let app = App::open(place, tuesday.clone()).await;
        switched(&app).await;
        let switches = store::log::after(&app.ctx.db, 0, 1_000).await.unwrap();
        let switches = switches.changes.iter().filter(|l| l.change.kind().name == "zones_switched").count();
        assert_eq!(switches, 3, "two layers at noon and one on Monday");
        assert_eq!(zones_of(&app.json(format!("/api/v1/locate?{east}")).await)[1], ("enforcement", "W"));
        let kept = app.json(format!("/api/v1/incidents/{}", id(1))).await;
        assert_eq!(kept["zones"][1]["zone"], "E", "it was filed there");
        // Coverage and dispatch count with the post of the plan.
        let after = coverage(&app, "2026-03-10T12:00:00+08:00").await;
        assert_eq!(before["zones"].as_array().unwrap().len(), 4, "{before}");
        assert_eq!(after["zones"].as_array().unwrap().len(), 3, "{after}");
        let nearest = app.json(format!("/api/v1/squads/nearest?{east}&k=2")).await;
        let s1 = nearest["squads"].as_array().unwrap().iter().find(|s| s["squad"]["id"] == "S1").unwrap().clone();
        assert_eq!(s1["from"]["lng"], 112.0952, "{s1}");
        assert_eq!(s1["zones"], json!([{ "layer": "enforcement", "zone": "W" }]));
        // Rolling back is another entry.
        put_in_force(&app, &first, "enforcement", "2026-03-11T00:00:00+08:00").await.is(201);
        assert_eq!(zones_of(&locate(&app, "2026-03-11T08:00:00+08:00").await)[1], ("enforcement", "E"));
        let list = app.json("/api/v1/zones/in-force").await;
        let holding: Vec<_> = list["entries"].as_array().unwrap().iter().map(|e| e["holds"].clone()).collect();
        assert_eq!(holding, [json!(true), json!(false), json!(true), json!(false)], "{list}");
        app.check().await;
    });
}

fn report_at(n: u128, lng: f64, lat: f64) -> Value {
    let mut body = report(Uuid::from_u128(n));
    (body["lng"], body["lat"]) = (json!(lng), json!(lat));
    body
}

async fn coverage(app: &App, at: &str) -> Value {
    app.json(format!("/api/v1/coverage?by=zones&minutes=10&at={}", at.replace('+', "%2B"))).await
}

#[test]
fn a_zones_own_squads_can_come_first_and_what_that_costs_is_told() {
    both_engines(async |app| {
        in_force(app).await;
        // In the east, beside S2; west is S1.
        let plain = app.json("/api/v1/squads/nearest?lng=112.0752&lat=27.02&k=3").await;
        assert_eq!(plain["zone_first_costs_s"], Value::Null);
        let first = app.json("/api/v1/squads/nearest?lng=112.0752&lat=27.02&k=3&zone_first=true").await;
        let ids =
            |v: &Value| v["squads"].as_array().unwrap().iter().map(|s| s["squad"]["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&first)[0], "S1");
        let eta = |v: &Value, id: &str| {
            let found = v["squads"].as_array().unwrap().iter().find(|s| s["squad"]["id"] == id).unwrap();
            found["eta_s"].as_u64().unwrap()
        };
        let soonest = plain["squads"][0]["eta_s"].as_u64().unwrap();
        assert_eq!(first["zone_first_costs_s"], json!(eta(&plain, "S1") - soonest));
        assert_eq!(ids(&first).len(), ids(&plain).len());
        let far = app.json("/api/v1/squads/nearest?lng=112.0702&lat=27.11&k=3&zone_first=true").await;
        assert_eq!(ids(&far)[0], "S1", "{far}");
        assert!(far["zone_first_costs_s"].as_u64() > Some(0), "{far}");
    });
}

#[test]
fn zones_are_drawn_in_force_and_of_a_plan() {
    both_engines(async |app| {
        let plan = in_force(app).await;
        let fills = app.json("/api/v1/layers/zones").await;
        assert_eq!(fills["features"].as_array().unwrap().len(), 4);
        let borders = app.json("/api/v1/layers/zone_borders?layer=enforcement").await;
        let told: BTreeMap<String, bool> = borders["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (f["properties"]["zones"].to_string(), f["properties"]["outer"].as_bool().unwrap()))
            .collect();
        let want = [(r#"["E","W"]"#, false), (r#"["E"]"#, true), (r#"["W"]"#, true)];
        assert_eq!(told, want.map(|(zones, outer)| (zones.to_owned(), outer)).into());
        let inner = borders["features"].as_array().unwrap().iter().find(|f| f["properties"]["outer"] == false).unwrap();
        let line = inner["geometry"]["coordinates"][0].as_array().unwrap();
        assert!(line.iter().all(|c| c[0] == 112.08), "{inner}");
        let then = app.json(format!("/api/v1/layers/zones?plan={plan}&revision=1")).await;
        assert_eq!(then["features"].as_array().unwrap().len(), 2, "the other layer was not cut yet");
        let none = app.json("/api/v1/layers/zones?at=2026-03-01T00:00:00Z").await;
        assert_eq!(none["features"], json!([]), "before the first date");
        app.get(format!("/api/v1/layers/zones?plan={plan}&at=2026-03-01T00:00:00Z")).await.refused(422, "at");
    });
}

#[test]
fn a_plan_follows_the_areas_to_their_next_generation() {
    both_engines(async |app| {
        let plan = drawn(app, 1).await;
        let body = json!({ "id": id(2), "name": "renewed" });
        post(app, &format!("plans/{plan}/renewals"), body.clone()).await.is(409);
        let mut areas = county::areas();
        let gone = areas.pop().unwrap();
        let beside = areas.last_mut().unwrap();
        beside.geometry = xunge::kernel::topology::union([&beside.geometry, &gone.geometry]);
        let mut write = app.write().await;
        store::areas::replace(&mut write, &code(COUNTY), &areas, "redrawn", false).await.unwrap();
        app.commit(write).await;
        let renewed = post(app, &format!("plans/{plan}/renewals"), body.clone()).await.is(201);
        assert_eq!((&renewed["same"], &renewed["gone"]), (&json!(14), &json!([gone.code])), "{renewed}");
        assert_eq!(renewed["moved"], json!([areas.last().unwrap().code]));
        post(app, &format!("plans/{plan}/renewals"), body).await.is(200);
        let layer = app.json(format!("/api/v1/plans/{}/layers/enforcement", id(2))).await;
        assert_eq!((&layer["unassigned"], &layer["zones"][1]["zone"]), (&json!([]), &Value::Null));
        // The former plan stays on what it was made on.
        edit(app, &plan, json!([{ "do": "grow", "layer": "enforcement", "zone": "E" }])).await.is(201);
        freeze(app, &plan).await;
        put_in_force(app, &plan, "enforcement", MONDAY).await.refused(409, "plan");
        freeze(app, &id(2)).await;
        put_in_force(app, &id(2), "enforcement", MONDAY).await.is(201);
    });
}

/// Edits from eight threads until the program is gone; what it acknowledged, by number.
fn edit_until_killed(program: &Program, plan: &str, kill_after: usize) -> BTreeMap<usize, Value> {
    const EDITS: usize = 1_000;
    let (next, acknowledged) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    if n >= EDITS {
                        break;
                    }
                    let command =
                        json!({ "do": "comment", "layer": "enforcement", "zone": "E", "text": format!("{n}") });
                    // Each on the zone of its own: nobody meets anybody.
                    let zone = json!({ "code": format!("Z{n}"), "name": "new" });
                    let create = json!({ "do": "create_zone", "layer": "community", "zone": zone });
                    let command = if n == 0 { command } else { create };
                    let body = json!({ "id": id(1_000 + n as u128), "on_revision": 2, "commands": [command] });
                    let Ok((status, body)) = program.post(&format!("plans/{plan}/edits"), &body) else { break };
                    assert_eq!(status, 201, "{body}");
                    let mut acknowledged = acknowledged.lock().unwrap();
                    acknowledged.insert(n, body);
                    if acknowledged.len() == kill_after {
                        program.signal("KILL");
                    }
                }
            });
        }
    });
    acknowledged.into_inner().unwrap()
}

#[test]
fn killed_in_the_middle_of_a_thousand_edits_it_loses_none_and_undo_still_works() {
    on_both_places(async |place: &Place| {
        let app = App::open(place, Setup::default()).await;
        let plan = drawn(&app, 1).await;
        app.stop().await;
        let mut dice = Rng::with_seed(if place.url.is_some() { 41 } else { 43 });
        let kill_after = 50 + dice.usize(..200);
        let program = Program::start(place);
        let acknowledged = edit_until_killed(&program, &plan, kill_after);
        drop(program);

        let app = App::open(place, Setup::default()).await;
        let now = app.json(format!("/api/v1/plans/{plan}")).await["revision"].as_i64().unwrap();
        assert!(now >= 2 + acknowledged.len() as i64, "{now}");
        let log = app.json(format!("/api/v1/plans/{plan}/edits?after=2&limit=1000")).await;
        let log: BTreeMap<&str, &Value> =
            log["edits"].as_array().unwrap().iter().map(|e| (e["id"].as_str().unwrap(), e)).collect();
        for (n, body) in &acknowledged {
            assert_eq!(log[id(1_000 + *n as u128).as_str()], body, "edit {n} was acknowledged");
        }
        let zones = |layer: &Value| layer["zones"].as_array().unwrap().len();
        let community = app.json(format!("/api/v1/plans/{plan}/layers/community")).await;
        let last = log.values().max_by_key(|e| e["revision"].as_i64()).unwrap();
        let undone = post(&app, &format!("plans/{plan}/undo"), json!({ "id": id(9) })).await.is(201);
        assert_eq!(undone["kind"], json!({ "undo": last["revision"] }));
        if last["did"][0]["layer"] == "community" {
            let after = app.json(format!("/api/v1/plans/{plan}/layers/community")).await;
            assert_eq!(zones(&after), zones(&community) - 1);
        }
        println!("killed after {}, revision {now}", acknowledged.len());
        app.check().await;
    });
}
