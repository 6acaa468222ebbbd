//! Repeat complaints: suggested with evidence as a report comes in, before it is sent, and of a case.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    config::Settings,
    domain::{
        auth::Role,
        incidents::{Incident, IncidentStatus},
        repeats::Limits,
    },
    store,
};

use crate::{
    app::{App, Setup, both_engines, with},
    county::township,
    incidents::of_2020,
};

const URL: &str = "/api/v1/incidents";
/// Metres to the north are so many degrees.
const DEGREES_A_METRE: f64 = 1.0 / 111_195.0;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn report(n: u128, metres_north: f64, matter: &str, at: &str) -> Value {
    let lat = 27.04 + metres_north * DEGREES_A_METRE;
    json!({ "id": id(n), "lng": 112.05, "lat": lat, "matter": matter, "reported_at": at, "description": format!("no. {n}") })
}

/// Ids, in order.
fn ids(told: &Value) -> Vec<Uuid> {
    let repeats = told["repeats"].as_array().map(Vec::as_slice).unwrap_or_default();
    repeats.iter().map(|r| r["id"].as_str().unwrap().parse().unwrap()).collect()
}

async fn of_case(app: &App, n: u128) -> Value {
    app.json(format!("{URL}/{}/repeats", id(n))).await
}

async fn of_report(app: &App, more: &str) -> Value {
    app.json(format!("{URL}/repeats?lng=112.05&lat=27.04&matter=M03{more}")).await
}

/// An ended one 60 m off, one of another matter, one too far, one too long ago.
async fn before(app: &App) {
    for body in [
        report(1, 60.0, "M03", "2026-02-20T04:00:00Z"),
        report(2, 0.0, "M01", "2026-02-20T04:00:00Z"),
        report(3, -130.0, "M03", "2026-02-20T04:00:00Z"),
        report(4, 0.0, "M03", "2026-01-20T04:00:00Z"),
    ] {
        assert!(app.post(URL, body).await.is(201).get("repeats").is_none(), "nothing is near yet");
    }
    for (n, to) in [(90, "accepted"), (91, "void")] {
        let act = json!({ "id": id(n), "act": { "to": to }, "at": "2026-02-20T05:00:00Z", "reason": "gone" });
        app.post(format!("{URL}/{}/actions", id(1)), act).await.is(200);
    }
}

#[test]
fn a_report_is_answered_with_what_it_may_repeat() {
    both_engines(async |app| {
        before(app).await;
        let body = report(5, 0.0, "M03", "2026-03-02T04:00:00Z");
        // Before it is sent, when it is taken, and when it is sent again.
        let asked = of_report(app, "").await;
        assert_eq!((ids(&asked), &asked["more"]), (vec![id(1)], &json!(false)), "{asked}");
        assert_eq!((&asked["within_m"], &asked["within_days"]), (&json!(100), &json!(30)));
        let made = app.post(URL, body.clone()).await.is(201);
        assert_eq!(made["repeats"], asked["repeats"]);
        assert_eq!(app.post(URL, body).await.is(200)["repeats"], asked["repeats"]);
        let evidence = &made["repeats"][0];
        assert_eq!((&evidence["distance_m"], &evidence["days_apart"]), (&json!(60.0), &json!(10.0)), "{evidence}");
        assert_eq!((&evidence["status"], &evidence["open"]), (&json!("void"), &json!(false)));
        assert_eq!((&evidence["earlier"], &evidence["description"]), (&json!(true), &json!("no. 1")));
        assert_eq!(evidence["milestones"]["accepted_at"], "2026-02-20T05:00:00Z");
        // Both tell of each other, and nothing was kept.
        let of_first = of_case(app, 1).await;
        assert_eq!((ids(&of_first), &of_first["repeats"][0]["earlier"]), (vec![id(5)], &json!(false)));
        assert_eq!(ids(&of_case(app, 5).await), [id(1)]);
        assert!(app.json(format!("{URL}/{}", id(5))).await.get("repeats").is_none());
        // At another time others are near.
        assert_eq!(ids(&of_report(app, "&at=2026-02-10T04:00:00Z").await), [id(5), id(1), id(4)]);
    });
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    both_engines(async |app| {
        before(app).await;
        app.get(format!("{URL}/repeats?lng=112.05&lat=27.04")).await.is(400);
        app.get(format!("{URL}/repeats?lng=112.05&lat=27.04&matter=NONE")).await.is(422);
        app.get(format!("{URL}/repeats?lng=112.05&lat=95&matter=M03")).await.is(422);
        app.get(format!("{URL}/repeats?lng=112.05&lat=27.04&matter=M03&datum=moon")).await.is(422);
        app.get(format!("{URL}/{}/repeats", id(77))).await.is(404);
        // What is about nothing repeats nothing.
        app.post(URL, json!({ "id": id(6), "lng": 112.05, "lat": 27.04 })).await.is(201);
        assert!(ids(&of_case(app, 6).await).is_empty());
    });
}

#[test]
fn a_call_that_is_located_is_answered_the_same() {
    both_engines(async |app| {
        before(app).await;
        let call = json!({ "id": id(7), "address": "behind the old school", "matter": "M03",
            "reported_at": "2026-03-02T03:50:00Z" });
        app.post("/api/v1/calls", call).await.is(201);
        let location = format!("/api/v1/calls/{}/location", id(7));
        let here = json!({ "lng": 112.05, "lat": 27.04 });
        let located = app.post(&location, here.clone()).await.is(201);
        assert_eq!(ids(&located), [id(1)]);
        assert_eq!(app.post(&location, here).await.is(200)["repeats"], located["repeats"]);
    });
}

#[test]
fn limits_are_the_operators() {
    let setup = Setup::default();
    let repeats = Limits { within_m: 200, within_days: 60 };
    with(Setup { settings: Settings { repeats, ..setup.settings.clone() }, ..setup }, async |app| {
        for n in 1..=25 {
            app.post(URL, report(n, 150.0, "M03", &format!("2026-01-{n:02}T04:00:00Z"))).await.is(201);
        }
        let asked = of_report(app, "").await;
        assert_eq!((ids(&asked).len(), &asked["more"], ids(&asked)[0]), (20, &json!(true), id(25)), "the newest first");
        assert_eq!((&asked["within_m"], &asked["within_days"]), (&json!(200), &json!(60)));
    });
}

#[test]
fn what_is_history_is_found_too() {
    both_engines(async |app| {
        let mut write = app.write().await;
        let ended = [IncidentStatus::Closed, IncidentStatus::Void];
        let matter = Some("M03".parse().unwrap());
        let old = (0..4).map(|n| of_2020(id(n + 1), ended[n as usize % 2], n as u32));
        let old: Vec<_> = old.map(|i| (Incident { matter: matter.clone(), ..i }, String::new())).collect();
        store::incidents::insert_batch(&mut write, "b", &old).await.unwrap();
        app.commit(write).await;
        assert_eq!(app.json(URL).await["number_matched"], 0, "the world holds none of them");
        assert_eq!(ids(&of_case(app, 2).await), [id(4), id(3), id(1)]);
        let asked = app.json(format!("{URL}/repeats?lng=112.05&lat=27.05&matter=M03&at=2020-01-20T00:00:00Z")).await;
        assert_eq!(ids(&asked), [id(4), id(3), id(2), id(1)]);
    });
}

#[test]
fn who_does_not_see_a_case_is_not_told_of_it() {
    both_engines(async |app| {
        // Either side of the border between the first township and the second.
        app.key(Role::Admin, "all").await;
        app.scoped(Role::Dispatcher, &[&format!("area:{}", township(1))], "first").await;
        for (n, lng) in [(1, 112.0797), (2, 112.0803)] {
            let body = json!({ "id": id(n), "lng": lng, "lat": 27.02, "matter": "M03" });
            app.call_as("all", Method::POST, URL).json(&body).send().await.is(201);
        }
        let path = format!("{URL}/{}/repeats", id(1));
        assert_eq!(ids(&app.call_as("all", Method::GET, &path).send().await.ok()), [id(2)]);
        assert!(ids(&app.call_as("first", Method::GET, &path).send().await.ok()).is_empty());
    });
}
