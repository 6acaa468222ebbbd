//! Cases in which nothing happens: why, what to do, who is told, and what ends it.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Events, Setup, both_engines, on_both_places},
    county::{pass, township, watch},
};

const URL: &str = "/api/v1/incidents";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn report(n: u128, lng: f64) -> Value {
    json!({ "id": id(n), "lng": lng, "lat": 27.02, "urgency": "quick" })
}

async fn stuck(app: &App, n: u128) -> Value {
    app.json(format!("{URL}/{}", id(n))).await["stuck"].clone()
}

/// Which are listed as stuck, in all.
async fn listed(app: &App) -> Vec<Value> {
    let page = app.json(format!("{URL}?stuck=true&order=due")).await;
    let all = page["incidents"].as_array().unwrap();
    assert_eq!(page["number_matched"], all.len(), "{page}");
    assert!(all.iter().all(|one| one["stuck"]["reason"].is_string()), "{page}");
    let newest = app.json(format!("{URL}?stuck=true&limit=1")).await;
    assert_eq!(newest["number_matched"], all.len(), "{newest}");
    all.iter().map(|one| one["id"].clone()).collect()
}

/// What is told of cases that turn.
async fn turned(events: &mut Events) -> Value {
    loop {
        let event = events.next().await;
        if event.name == "incidents_stuck" {
            assert_eq!(event.id, None, "it is no change");
            return event.data["incidents"].clone();
        }
    }
}

#[test]
fn a_case_is_stuck_until_something_happens_each_time_for_another_reason() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        let mut events = app.events(None).await;
        app.post(URL, report(1, 112.03)).await.is(201);
        pass(clock, 19);
        assert_eq!((stuck(&app, 1).await, listed(&app).await), (Value::Null, vec![]));
        pass(clock, 1);
        let said = json!({ "reason": "unaccepted", "next": "accept", "heard_at": "2026-03-02T04:00:00Z",
            "since": "2026-03-02T04:20:00Z" });
        assert_eq!((stuck(&app, 1).await, listed(&app).await), (said.clone(), vec![json!(id(1))]));
        assert_eq!(app.json(format!("{URL}/{}/history", id(1))).await["incident"]["stuck"], said);
        assert_eq!(turned(&mut events).await, json!([{ "id": id(1), "stuck": said }]));
        let counts = app.json("/api/v1/status").await["counts"].clone();
        assert_eq!((&counts["incidents"], &counts["incidents_stuck"]), (&json!(1), &json!(1)));
        assert!(app.get("/metrics").await.text().contains("xunge_incidents_stuck "));

        // A remark is something, and the state is as before.
        let acts = format!("{URL}/{}/actions", id(1));
        let act = |n, act: Value| json!({ "id": id(n), "act": act, "reason": "asked the caller" });
        app.post(&acts, act(10, json!("remark"))).await.ok();
        assert_eq!(stuck(&app, 1).await, Value::Null);
        assert_eq!(turned(&mut events).await, json!([{ "id": id(1), "stuck": null }]));
        pass(clock, 20);
        let again = stuck(&app, 1).await;
        assert_eq!((&again["reason"], &again["heard_at"]), (&json!("unaccepted"), &json!("2026-03-02T04:20:00Z")));
        assert_eq!(turned(&mut events).await[0]["stuck"], again);

        app.post(&acts, act(11, json!({ "to": "accepted" }))).await.ok();
        pass(clock, 20);
        assert_eq!(stuck(&app, 1).await["reason"], "unassigned");
        let near = app.json("/api/v1/squads/nearest?lng=112.03&lat=27.02&k=1").await["squads"][0].clone();
        let order = json!({ "id": id(20), "squad": near["squad"]["id"] });
        app.post(format!("{URL}/{}/assignments", id(1)), order).await.is(201);
        assert_eq!(stuck(&app, 1).await, Value::Null);
        pass(clock, 20);
        let sent = stuck(&app, 1).await;
        assert_eq!((&sent["reason"], &sent["next"]), (&json!("not_departed"), &json!("ask_squad")));
        let steps = format!("/api/v1/assignments/{}/steps", id(20));
        for (n, to, minutes, reason) in [(21, "en_route", 20, "not_arrived"), (22, "on_scene", 240, "unhandled")] {
            app.post(&steps, json!({ "id": id(n), "to": to })).await.ok();
            assert_eq!(stuck(&app, 1).await, Value::Null, "{to}");
            pass(clock, minutes);
            assert_eq!(stuck(&app, 1).await["reason"], reason);
        }
        app.post(&acts, act(12, json!({ "raise": "suspended" }))).await.ok();
        pass(clock, 10_000);
        assert_eq!((stuck(&app, 1).await, listed(&app).await), (Value::Null, vec![]), "it waits with a reason");
        app.post(&acts, act(13, json!({ "lower": "suspended" }))).await.ok();
        assert_eq!(stuck(&app, 1).await, Value::Null, "its clock begins anew");
        app.post(&acts, act(14, json!({ "to": "handled" }))).await.ok();
        pass(clock, 72 * 60);
        assert_eq!(stuck(&app, 1).await["next"], "close");
        for (n, to) in [(15, "fed_back"), (16, "verified"), (17, "closed")] {
            app.post(&acts, act(n, json!({ "to": to }))).await.ok();
        }
        pass(clock, 100_000);
        assert_eq!((stuck(&app, 1).await, listed(&app).await), (Value::Null, vec![]));
    });
}

#[test]
fn a_remark_is_remembered_when_the_service_starts_again() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        app.post(URL, report(1, 112.03)).await.is(201);
        pass(clock, 15);
        let remark = json!({ "id": id(10), "act": "remark", "reason": "asked" });
        app.post(format!("{URL}/{}/actions", id(1)), remark).await.ok();
        let touched = app.json(format!("{URL}/{}", id(1))).await["touched_at"].clone();
        assert_eq!(touched, "2026-03-02T04:15:00Z");
        app.stop().await;
        let app = App::open(place, Setup::by(clock)).await;
        pass(clock, 15);
        assert_eq!(stuck(&app, 1).await, Value::Null);
        pass(clock, 5);
        assert_eq!(stuck(&app, 1).await["heard_at"], touched);
    });
}

#[test]
fn a_scope_sees_what_is_stuck_in_it_and_a_wrong_question_is_refused() {
    both_engines(async |app| {
        app.get(format!("{URL}?stuck=perhaps")).await.is(400);
        assert_eq!(app.json(format!("{URL}?stuck=true&from=2020-01-01T00:00:00Z")).await["number_matched"], 0);
    });
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        app.post(URL, report(1, 112.03)).await.is(201);
        app.post(URL, report(2, 112.12)).await.is(201);
        app.scoped(Role::Dispatcher, &[&format!("area:{}", township(1))], "one").await;
        pass(clock, 20);
        let page = app.call_as("one", Method::GET, format!("{URL}?stuck=true")).send().await.ok();
        assert_eq!((&page["number_matched"], &page["incidents"][0]["id"]), (&json!(1), &json!(id(1))), "{page}");
        assert_eq!(page["incidents"][0]["township"], township(1));
        let status = app.call_as("one", Method::GET, "/api/v1/status").send().await.ok();
        assert_eq!(status["counts"]["incidents_stuck"], 1);
    });
}
