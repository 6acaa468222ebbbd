//! What squads are doing over HTTP: what they say, what follows, and who is not heard any more.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Events, PATIENCE, Setup, both_engines, on_both_places, soon},
    county::{NOON, township, watch},
};

const URL: &str = "/api/v1/squads";
const HERE: &str = "lng=112.03&lat=27.03";

fn pass(clock: &AtomicI64, seconds: i64) {
    clock.fetch_add(seconds * 1_000, Relaxed);
}

async fn squad(app: &App, id: &str) -> Value {
    app.json(format!("{URL}/{id}")).await
}

async fn say(app: &App, id: &str, status: &str) -> Value {
    app.patch(format!("{URL}/{id}"), json!({ "status": status })).await.ok()
}

async fn sends(app: &App, squads: &[&str]) {
    let fix = |id: &&str| json!({ "squad": id, "lng": 112.03, "lat": 27.04, "fixed_at": app.ctx.now() });
    let fixes: Vec<Value> = squads.iter().map(fix).collect();
    assert_eq!(app.post("/api/v1/positions", json!({ "positions": fixes })).await.is(202)["refused"], json!([]));
}

/// The next event of that name.
async fn hear(events: &mut Events, name: &str) -> Value {
    loop {
        let event = events.next().await;
        if event.name == name {
            assert_eq!(event.id, None, "it is no change");
            return event.data;
        }
    }
}

/// Metrics are one for all tests that run at this moment: others may set it between.
async fn shows(app: &App, line: &str) {
    soon(PATIENCE, line, async || app.get("/metrics").await.text().lines().any(|one| one == line)).await;
}

/// Reports an incident now.
async fn reported(app: &App, n: u128) -> String {
    let report = json!({ "id": Uuid::from_u128(n), "lng": 112.03, "lat": 27.03, "urgency": "quick" });
    app.post("/api/v1/incidents", report).await.is(201);
    format!("/api/v1/incidents/{}", Uuid::from_u128(n))
}

#[test]
fn each_kind_of_squad_is_sent_and_told() {
    both_engines(async |app| {
        for kind in ["township", "direct", "stationed", "on_call", "mutual_aid"] {
            let new = json!({ "id": kind, "name": kind, "kind": kind, "unit": "U1", "command_area": "990001000000",
                "post": { "lng": 112.2, "lat": 27.03 }, "crew": { "certified_officers": 2 },
                "shifts": [{ "days": ["mon"], "from": "00:00", "to": "24:00" }] });
            assert_eq!(app.post(URL, new).await.is(201)["kind"], kind);
            app.patch(format!("{URL}/{kind}"), json!({ "post": { "lng": 112.03, "lat": 27.04 } })).await.ok();
        }
        let near = app.json(format!("{URL}/nearest?{HERE}&k=8")).await;
        let told: Vec<&Value> = near["squads"].as_array().unwrap().iter().map(|s| &s["squad"]).collect();
        for kind in ["township", "on_call", "mutual_aid"] {
            assert!(told.iter().any(|s| s["id"] == kind && s["kind"] == kind), "{near}");
        }
    });
}

#[test]
fn a_status_keeps_when_it_was_so_and_who_told_it() {
    both_engines(async |app| {
        let url = format!("{URL}/S1");
        let planned = squad(app, "S1").await;
        assert_eq!(
            (&planned["status_at"], &planned["state"], &planned["since"]),
            (&Value::Null, &json!("available"), &Value::Null)
        );
        let told = app.patch(&url, json!({ "status": "busy", "at": "2026-03-02T11:50:00+08:00" })).await.ok();
        assert_eq!(
            ["status", "state", "since", "status_at", "status_received_at", "status_by"]
                .map(|field| told[field].clone()),
            ["busy", "busy", "2026-03-02T03:50:00Z", "2026-03-02T03:50:00Z", "2026-03-02T04:00:00Z", "keyless"]
                .map(Value::from)
        );
        // What comes out of a dead zone after something newer changes nothing, and says so.
        let head = app.ctx.head().await.unwrap();
        let late = app.patch(&url, json!({ "status": "available", "at": "2026-03-02T11:49:00+08:00" })).await.ok();
        assert_eq!((&late["late"], &late["status"]), (&json!(true), &json!("busy")));
        for (body, field) in [
            (json!({ "at": NOON }), "at"),
            (json!({ "status": "busy", "at": "2026-03-01T11:59:00+08:00" }), "at"),
            (json!({ "status": "busy", "at": "2026-03-02T12:05:01+08:00" }), "at"),
            (json!({ "status": "en_route" }), "status"),
        ] {
            app.patch(&url, body).await.refused(422, field);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head);
        assert_eq!(squad(app, "S1").await["late"], Value::Null);
        // On the way back it may be sent.
        say(app, "S1", "returning").await;
        let near = app.json(format!("{URL}/nearest?{HERE}&k=1")).await;
        assert_eq!(near["squads"][0]["squad"]["id"], "S1");
        let of = async |state: &str| {
            let list = app.json(format!("{URL}?state={state}")).await;
            list["squads"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((of("returning").await, of("off_duty").await), (vec!["S1".to_owned()], vec!["S4".to_owned()]));
        app.get(format!("{URL}?state=asleep")).await.refused(400, "state");
        assert_eq!(squad(app, "S4").await["since"], "2026-03-01T14:00:00Z", "its last shift ended");

        let order = json!({ "id": Uuid::from_u128(10), "squad": "S1" });
        let incident = reported(app, 1).await;
        app.post(format!("{incident}/assignments"), order).await.is(201);
        let state = async || squad(app, "S1").await["state"].clone();
        assert_eq!(state().await, "en_route");
        app.patch(&url, json!({ "status": "returning" })).await.refused(409, "status");
        let late = app.patch(&url, json!({ "status": "available", "at": "2026-03-02T11:59:00+08:00" })).await.ok();
        assert_eq!(late["late"], true, "before it was sent");
        for (n, to, then) in [(11, "en_route", "en_route"), (12, "on_scene", "on_scene"), (13, "done", "available")] {
            let step = json!({ "id": Uuid::from_u128(n), "to": to });
            app.post(format!("/api/v1/assignments/{}/steps", Uuid::from_u128(10)), step).await.ok();
            assert_eq!(state().await, then);
        }
    });
}

#[test]
fn who_is_not_heard_is_asked_for_then_out_of_contact_until_heard_again() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        say(&app, "S1", "available").await;
        let mut events = app.events(None).await;
        pass(clock, 8 * 3_600);
        let turned = hear(&mut events, "contact").await["squads"].clone();
        let (noon, asked_at) = ("2026-03-02T04:00:00Z", "2026-03-02T12:00:00Z");
        assert_eq!(turned, json!([{ "squad": "S1", "state": "available", "since": noon, "asked_at": asked_at }]));
        let first = async |app: &App| {
            let near = app.json(format!("{URL}/nearest?{HERE}&k=1")).await;
            (near["squads"][0]["squad"]["id"].clone(), near["excluded"]["counts"]["out_of_contact"].clone())
        };
        assert_eq!(first(&app).await, (json!("S1"), json!(0)), "it is only asked for");

        pass(clock, 600);
        let turned = hear(&mut events, "contact").await["squads"].clone();
        let since = "2026-03-02T12:10:00Z";
        assert_eq!(turned, json!([{ "squad": "S1", "state": "out_of_contact", "since": since, "asked_at": asked_at }]));
        // The others are off shift by then, but for one of the county.
        assert_eq!(first(&app).await, (json!("S4"), json!(1)));
        let then = app.json(format!("{URL}/nearest?{HERE}&k=1&at={asked_at}")).await;
        assert_eq!(then["squads"][0]["squad"]["id"], "S1", "then it was not");
        let advice = app.json(format!("{URL}/recommendation?{HERE}")).await;
        assert_eq!(advice["excluded"]["counts"]["out_of_contact"], 1);
        let covered = async |basis: &str| {
            let answer = app.json(format!("/api/v1/coverage?basis={basis}")).await;
            answer["squads"]["excluded"]["out_of_contact"].clone()
        };
        assert_eq!((covered("live").await, covered("posts").await), (json!(1), json!(0)));
        let incident = reported(&app, 1).await;
        let order = json!({ "id": Uuid::from_u128(10), "squad": "S1" });
        let refused = app.post(format!("{incident}/assignments"), order.clone()).await.is(409);
        assert_eq!(refused["field"], "squad");
        assert!(refused["detail"].as_str().unwrap().contains("out_of_contact"), "{refused}");
        shows(&app, "xunge_squads_out_of_contact 1").await;

        // It follows from times alone: another process knows it, too.
        app.stop().await;
        let app = App::open(place, Setup::by(clock)).await;
        assert_eq!(
            (squad(&app, "S1").await["state"].clone(), first(&app).await.0),
            (json!("out_of_contact"), json!("S4"))
        );
        sends(&app, &["S1"]).await;
        let heard = squad(&app, "S1").await;
        assert_eq!((&heard["state"], &heard["asked_at"]), (&json!("available"), &Value::Null));
        assert_eq!(first(&app).await, (json!("S1"), json!(0)));

        // On its way it is asked for even where it is heard, and counts as long as it is.
        app.post(format!("{incident}/assignments"), order).await.is(201);
        pass(clock, 45 * 60);
        sends(&app, &["S1"]).await;
        let doing = async |app: &App| {
            let squad = squad(app, "S1").await;
            (squad["state"].clone(), squad["asked_at"].is_string())
        };
        assert_eq!(doing(&app).await, (json!("en_route"), true));
        pass(clock, 599);
        assert_eq!(doing(&app).await, (json!("en_route"), true));
        pass(clock, 1);
        assert_eq!(doing(&app).await, (json!("out_of_contact"), true));
        say(&app, "S1", "busy").await;
        assert_eq!(doing(&app).await, (json!("en_route"), false), "still so");
        app.check().await;
    });
}

#[test]
fn who_is_asked_for_is_told_to_those_who_see_it() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        app.key(Role::Admin, "all").await;
        app.scoped(Role::Viewer, &[&format!("area:{}", township(2))], "two").await;
        let say = async |id: &str| {
            let said = app.call_as("all", Method::PATCH, format!("{URL}/{id}")).json(&json!({ "status": "busy" }));
            said.send().await.ok()
        };
        say("S1").await;
        say("S2").await;
        let mut events = app.events_as("two").await;
        pass(clock, 2 * 3_600);
        let turned = hear(&mut events, "contact").await["squads"].clone();
        assert_eq!((turned.as_array().unwrap().len(), &turned[0]["squad"]), (1, &json!("S2")), "{turned}");
        assert!(events.is_silent().await);
    });
}

#[test]
fn a_feed_that_falls_silent_is_told_until_it_comes_back() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        let silent = async || app.json("/api/v1/status").await["positions_silent_since"].clone();
        pass(clock, 3_600);
        assert_eq!(silent().await, Value::Null, "nobody ever sent any");
        sends(&app, &["S1", "S2"]).await;
        pass(clock, 60);
        let last = app.ctx.now().to_string();
        sends(&app, &["S3"]).await;
        let mut events = app.events(None).await;
        pass(clock, 299);
        assert_eq!(silent().await, Value::Null);
        pass(clock, 1);
        assert_eq!(silent().await, json!(last));
        assert_eq!(hear(&mut events, "position_feed").await["silent_since"], json!(last));
        shows(&app, "xunge_positions_silent_seconds 300").await;
        sends(&app, &["S2"]).await;
        assert_eq!(silent().await, Value::Null);
        assert_eq!(hear(&mut events, "position_feed").await["silent_since"], Value::Null);
        app.check().await;
    });
}
