//! Whom to send, over HTTP: in which order, what that uncovers, who is soon free, who waits for the next case, and who
//! is there without a word.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{config::Settings, domain::matters::Urgency};

use crate::{
    app::{App, PATIENCE, Setup, both_engines, soon, with},
    county,
};

const PLACE: (f64, f64) = (112.03, 27.03);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn reported(app: &App, n: u128, (lng, lat): (f64, f64), more: Value) -> String {
    let mut report = json!({ "id": id(n), "lng": lng, "lat": lat, "urgency": "quick",
        "reported_at": "2026-03-02T11:50:00+08:00" });
    report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post("/api/v1/incidents", report).await.is(201);
    format!("/api/v1/incidents/{}", id(n))
}

async fn advice(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/squads/recommendation?{}", query.replace('+', "%2B"))).await
}

fn ids<'a>(answer: &'a Value, list: &str) -> Vec<&'a str> {
    answer[list].as_array().unwrap().iter().map(|s| s["squad"]["id"].as_str().unwrap()).collect()
}

async fn send(app: &App, incident: &str, n: u128, squad: &str) -> Value {
    app.post(format!("{incident}/assignments"), json!({ "id": id(n), "squad": squad })).await.is(201)
}

async fn step(app: &App, assignment: u128, n: u128, more: Value) -> Value {
    let mut step = json!({ "id": id(n) });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post(format!("/api/v1/assignments/{}/steps", id(assignment)), step).await.ok()
}

async fn status(app: &App, squad: &str) -> Value {
    app.json(format!("/api/v1/squads/{squad}")).await["status"].clone()
}

#[test]
fn competent_squads_come_as_nearest_tells_with_what_sending_them_uncovers() {
    both_engines(async |app| {
        let url = reported(app, 1, PLACE, json!({})).await;
        let head = app.ctx.head().await.unwrap();
        let answer = advice(app, &format!("incident={}", id(1))).await;
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing is changed");
        let nearest = app.json("/api/v1/squads/nearest?lng=112.03&lat=27.03&competent=true").await;
        assert_eq!(ids(&answer, "squads"), ids(&nearest, "squads"));
        for (offer, plain) in answer["squads"].as_array().unwrap().iter().zip(nearest["squads"].as_array().unwrap()) {
            assert_eq!((&offer["eta_s"], &offer["parts"]), (&plain["eta_s"], &plain["parts"]));
        }
        assert_eq!((&answer["policy"], &answer["limit_min"]), (&json!("closest_competent"), &json!(30)));
        assert_eq!(answer["due_at"], "2026-03-02T04:20:00Z");
        assert_eq!((&answer["against_closest"], &answer["first_response"]), (&Value::Null, &Value::Null));
        // What is uncovered is what coverage counts without the squad.
        let all = app.json("/api/v1/coverage?basis=live&minutes=12").await;
        let answer = advice(app, &format!("incident={}&minutes=12", id(1))).await;
        for offer in answer["squads"].as_array().unwrap() {
            let others: Vec<_> = ["S1", "S2", "S3", "S4"].into_iter().filter(|s| offer["squad"]["id"] != **s).collect();
            let others = others.join(",");
            let without = app.json(format!("/api/v1/coverage?basis=live&minutes=12&squads={others}")).await;
            let covered = |c: &Value| c["cells"]["covered"].as_u64().unwrap();
            let lost = covered(&all) - covered(&without);
            assert!(lost > 0);
            assert_eq!(offer["uncovers"]["cells"], lost, "{offer}");
        }
        // What is over asks for nobody.
        let void = json!({ "id": id(2), "act": { "to": "void" }, "reason": "a joke" });
        app.post(format!("{url}/actions"), void).await.ok();
        app.get(format!("/api/v1/squads/recommendation?incident={}", id(1))).await.is(409);
    });
}

#[test]
fn who_is_short_of_officers_secures_the_scene_and_two_of_one_unit_are_a_team() {
    both_engines(async |app| {
        // S2 has one certified officer and is near.
        let answer = advice(app, "lng=112.13&lat=27.02").await;
        assert_eq!(answer["first_response"]["squad"]["id"], "S2");
        assert!(!ids(&answer, "squads").contains(&"S2"));
        assert_eq!(answer["excluded"]["counts"]["not_competent"], 1);
        assert_eq!(answer["joint_team"], Value::Null);
        let more = json!({
            "id": "S5", "name": "five", "kind": "stationed", "unit": "U1", "command_area": county::COUNTY,
            "post": { "lng": 112.125, "lat": 27.03 }, "crew": { "certified_officers": 1 },
            "shifts": [{ "days": ["mon"], "from": "08:00", "to": "18:00" }]
        });
        app.post("/api/v1/squads", more.clone()).await.is(201);
        let answer = advice(app, "lng=112.13&lat=27.02").await;
        let team = &answer["joint_team"];
        let mut squads: Vec<_> = team["squads"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
        squads.sort_unstable();
        assert_eq!((squads, &team["certified_officers"], &team["unit"]), (vec!["S2", "S5"], &json!(2), &json!("U1")));
        assert!(team["eta_s"].as_u64() < answer["squads"][0]["eta_s"].as_u64());
        // Each unit counts its own officers.
        let mut other = more;
        (other["id"], other["unit"]) = (json!("S6"), json!("U2"));
        app.post("/api/v1/squads", other).await.is(201);
        app.patch("/api/v1/squads/S5", json!({ "status": "out_of_service" })).await.ok();
        assert_eq!(advice(app, "lng=112.13&lat=27.02").await["joint_team"], Value::Null);
    });
}

#[test]
fn who_is_soon_free_is_told_and_comes_when_it_has_ended_what_it_does() {
    both_engines(async |app| {
        let one = reported(app, 1, PLACE, json!({})).await;
        let two = reported(app, 2, PLACE, json!({})).await;
        let here = format!("incident={}", id(2));
        send(app, &one, 10, "S1").await;
        let at = |minute: u32| format!("2026-03-02T11:{minute}:00+08:00");
        assert_eq!(ids(&advice(app, &here).await, "soon_free"), [""; 0], "forty minutes are too long");
        let early = json!({ "to": "on_scene", "ready_at": "2026-03-02T12:01:00+08:00" });
        let there = step(app, 10, 11, early).await;
        assert_eq!((&there["arrived_by"], &there["ready_at"]), (&json!("hand"), &json!("2026-03-02T04:01:00Z")));
        let answer = advice(app, &here).await;
        assert_eq!(ids(&answer, "soon_free"), ["S1"], "{answer}");
        let soon_free = &answer["soon_free"][0];
        assert_eq!((&soon_free["ready_from"], &soon_free["ready_at"]), (&json!("squad"), &there["ready_at"]));
        assert!(soon_free["eta_s"].as_u64() < answer["squads"][0]["eta_s"].as_u64());
        // It takes longer, as it says.
        step(app, 10, 12, json!({ "to": "on_scene", "ready_at": "2026-03-02T13:00:00+08:00" })).await;
        assert_eq!(ids(&advice(app, &here).await, "soon_free"), [""; 0]);

        let order = json!({ "id": id(20), "squad": "S1", "queue": true });
        let mut both = order.clone();
        both["divert"] = json!(true);
        app.post(format!("{two}/assignments"), both).await.refused(422, "queue");
        let mut early = order.clone();
        early["at"] = json!(at(10));
        app.post(format!("{two}/assignments"), early).await.refused(422, "at");
        let waits = app.post(format!("{two}/assignments"), order.clone()).await.is(201);
        assert_eq!(waits["status"], "queued");
        assert_eq!(app.post(format!("{two}/assignments"), order).await.is(200), waits);
        app.post(format!("{two}/assignments"), json!({ "id": id(21), "squad": "S1", "queue": true }))
            .await
            .refused(409, "squad");
        assert_eq!(app.json(&two).await["status"], "reported", "nobody is on the way yet");
        let steps = format!("/api/v1/assignments/{}/steps", id(20));
        app.post(&steps, json!({ "id": id(22), "to": "assigned" })).await.refused(409, "to");
        app.check().await;
        step(app, 10, 13, json!({ "to": "done" })).await;
        assert_eq!(app.json(format!("/api/v1/assignments/{}", id(20))).await["status"], "assigned");
        assert_eq!(
            (app.json(&two).await["status"].clone(), status(app, "S1").await),
            (json!("dispatched"), json!("busy"))
        );
        step(app, 20, 23, json!({ "to": "on_scene" })).await;
        step(app, 20, 24, json!({ "to": "done" })).await;
        assert_eq!(status(app, "S1").await, "available");

        // Who is free comes at once; what waits for a squad goes with the incident it waits for.
        let three = reported(app, 3, PLACE, json!({})).await;
        let four = reported(app, 4, PLACE, json!({})).await;
        let queue = |n, squad: &str| json!({ "id": id(n), "squad": squad, "queue": true });
        assert_eq!(app.post(format!("{three}/assignments"), queue(30, "S1")).await.is(201)["status"], "assigned");
        app.post(format!("{four}/assignments"), queue(31, "S1")).await.is(201);
        let void = json!({ "id": id(32), "act": { "to": "void" }, "reason": "a joke" });
        app.post(format!("{four}/actions"), void).await.ok();
        assert_eq!(app.json(format!("/api/v1/assignments/{}", id(31))).await["status"], "cancelled");
        assert_eq!(status(app, "S1").await, "busy");
        step(app, 30, 33, json!({ "to": "cancelled", "reason": "not needed" })).await;
        assert_eq!(status(app, "S1").await, "available");
    });
}

#[test]
fn who_stays_where_it_was_sent_has_arrived_without_a_word() {
    both_engines(async |app| {
        let url = reported(app, 1, PLACE, json!({})).await;
        let sent = json!({ "id": id(10), "squad": "S1", "at": "2026-03-02T11:52:00+08:00" });
        app.post(format!("{url}/assignments"), sent).await.is(201);
        let fix = async |time: &str, lng: f64| {
            let fix =
                json!({ "squad": "S1", "lng": lng, "lat": PLACE.1, "fixed_at": format!("2026-03-02T{time}+08:00") });
            app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
            app.ctx.flush_positions().await.unwrap();
        };
        let assignment = async || app.json(format!("/api/v1/assignments/{}", id(10))).await;
        fix("11:55:00", PLACE.0 - 0.01).await;
        fix("11:56:00", PLACE.0 + 0.000_1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(assignment().await["status"], "assigned", "it may drive past");
        fix("11:56:40", PLACE.0).await;
        soon(PATIENCE, "S1 arrives", async || assignment().await["status"] == "on_scene").await;
        let there = assignment().await;
        assert_eq!(there["arrived_by"], "geofence");
        let arrived_at = there["arrived_at"].as_str().unwrap();
        assert!(("2026-03-02T03:55:00Z".."2026-03-02T03:56:00Z").contains(&arrived_at), "{arrived_at}");
        let told = app.json(&url).await;
        assert_eq!((&told["status"], &told["milestones"]["arrived_at"]), (&json!("arrived"), &there["arrived_at"]));
        let history = app.json(format!("{url}/history")).await;
        assert_eq!(history["actions"].as_array().unwrap().last().unwrap()["actor"], "geofence");
        // What the squad itself says of it, later, is known already.
        let steps = format!("/api/v1/assignments/{}/steps", id(10));
        let said = json!({ "id": id(11), "to": "en_route", "at": "2026-03-02T11:53:00+08:00" });
        assert_eq!(app.post(&steps, said).await.ok()["departed_at"], "2026-03-02T03:53:00Z");
        let said = json!({ "id": id(12), "to": "on_scene", "at": "2026-03-02T11:57:00+08:00" });
        let told = app.post(&steps, said.clone()).await.ok();
        assert_eq!((&told["arrived_at"], &told["arrived_by"]), (&there["arrived_at"], &json!("geofence")));
        assert_eq!(app.post(&steps, said).await.ok(), told, "the same once more");
        let again = json!({ "id": id(13), "to": "on_scene", "at": "2026-03-02T11:58:00+08:00" });
        app.post(&steps, again).await.refused(422, "to");
    });
}

#[test]
fn the_policy_is_the_operators_but_for_what_is_urgent() {
    for policy in ["zone_first", "coverage_aware"] {
        let setup = Setup::default();
        let dispatch = serde_json::from_value(json!({ "policy": policy })).unwrap();
        let settings = Settings { dispatch, ..setup.settings.clone() };
        with(Setup { settings, ..setup }, async |app| {
            let answer = advice(app, "lng=112.03&lat=27.03&minutes=12").await;
            assert_eq!(answer["policy"], policy);
            let asked = advice(app, "lng=112.03&lat=27.03&minutes=12&policy=closest_competent").await;
            assert_eq!(asked["policy"], "closest_competent");
            let all = county::matters();
            let urgent = all.all().iter().find(|m| m.urgency == Urgency::Urgent).unwrap().code.clone();
            assert_eq!(
                advice(app, &format!("lng=112.03&lat=27.03&matter={urgent}")).await["policy"],
                "closest_competent"
            );
        });
    }
}

#[test]
fn what_can_not_be_asked_is_refused() {
    both_engines(async |app| {
        reported(app, 1, PLACE, json!({})).await;
        let base = "/api/v1/squads/recommendation";
        for (query, status, field) in [
            (String::new(), 422, "lng"),
            ("lng=112.03".into(), 422, "lat"),
            ("lng=112.03&lat=27.03&k=0".into(), 422, "k"),
            ("lng=112.03&lat=27.03&k=11".into(), 422, "k"),
            ("lng=112.03&lat=27.03&matter=none".into(), 422, "matter"),
            (format!("incident={}&lng=112.03", id(1)), 422, "incident"),
            ("lng=112.03&lat=27.03&minutes=0".into(), 422, "minutes"),
            ("lng=112.03&lat=27.03&policy=best".into(), 400, "policy"),
            ("lng=200&lat=27.03".into(), 422, "lng"),
        ] {
            app.get(format!("{base}?{query}")).await.refused(status, field);
        }
        app.get(format!("{base}?incident={}", id(9))).await.is(404);
        // Urgent: always the closest.
        let urgent = county::matters().all().iter().find(|m| m.urgency.as_str() == "urgent").map(|m| m.code.clone());
        if let Some(code) = urgent {
            let answer = advice(app, &format!("lng=112.03&lat=27.03&matter={code}&policy=coverage_aware")).await;
            assert_eq!((&answer["policy"], &answer["limit_min"]), (&json!("closest_competent"), &json!(15)));
        }
        let answer = advice(app, "lng=112.03&lat=27.03&policy=coverage_aware&minutes=12").await;
        assert_eq!(answer["policy"], "coverage_aware");
        let answer = advice(app, "lng=112.03&lat=27.03&policy=zone_first").await;
        assert_eq!(answer["policy"], "zone_first");
    });
}
