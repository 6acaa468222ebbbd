//! From the call to the closed case over HTTP: who is sent, once; what follows; what can't be.

use std::{future::poll_fn, task::Poll};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, both_engines, on_both_places},
    county,
};

const SOUTH_WEST: &str = "112.045,27.0105";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Reports an incident forty minutes ago and gives its address.
async fn reported(app: &App, n: u128) -> String {
    let (lng, lat) = SOUTH_WEST.split_once(',').unwrap();
    let report = json!({ "id": id(n), "lng": lng.parse::<f64>().unwrap(), "lat": lat.parse::<f64>().unwrap(),
        "urgency": "quick", "reported_at": "2026-03-02T11:20:00+08:00" });
    app.post("/api/v1/incidents", report).await.is(201);
    format!("/api/v1/incidents/{}", id(n))
}

/// At a minute past eleven.
fn at(minute: u32) -> String {
    format!("2026-03-02T11:{minute:02}:00+08:00")
}

/// Waits for all of them at once.
pub async fn together<F: Future>(all: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = all.into_iter().map(|f| (Box::pin(f), None)).collect();
    poll_fn(|cx| {
        for (future, done) in waiting.iter_mut().filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                *done = Some(value);
            }
        }
        if waiting.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, done)| done).collect()
}

async fn first(app: &App) -> String {
    let (lng, lat) = SOUTH_WEST.split_once(',').unwrap();
    let nearest = app.json(format!("/api/v1/squads/nearest?lng={lng}&lat={lat}&k=1")).await;
    nearest["squads"][0]["squad"]["id"].as_str().unwrap().to_owned()
}

async fn squad(app: &App, squad: &str) -> Value {
    app.json(format!("/api/v1/squads/{squad}")).await
}

#[test]
fn a_call_becomes_a_closed_case() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let url = reported(&app, 1).await;
        let squad_id = first(&app).await;
        let mut events = app.events(None).await;
        let order = json!({ "id": id(10), "squad": squad_id, "at": at(22) });
        let sent = app.post(format!("{url}/assignments"), order.clone()).await.is(201);
        assert_eq!((&sent["status"], &sent["incident"]), (&json!("assigned"), &json!(id(1))));
        let told = loop {
            let event = events.next().await;
            if event.name == "assignment" {
                break event;
            }
        };
        assert_eq!(told.data["assignment"], sent);
        // The same order once more changes nothing.
        let head = app.ctx.head().await.unwrap();
        assert_eq!(app.post(format!("{url}/assignments"), order).await.is(200), sent);
        assert_eq!(app.ctx.head().await.unwrap(), head);
        assert_eq!(squad(&app, &squad_id).await["status"], "busy");
        let may = app.json(format!("{url}/history")).await["assignments"][0]["next"].clone();
        assert_eq!(may[0], json!({ "to": "en_route", "needs_reason": false }));
        assert!(may.as_array().unwrap().contains(&json!({ "to": "declined", "needs_reason": true })), "{may}");
        assert_eq!(app.json(&url).await["status"], "dispatched");
        assert_ne!(first(&app).await, squad_id, "who is sent is free for nobody else");
        app.patch(format!("/api/v1/squads/{squad_id}"), json!({ "status": "available" })).await.refused(409, "status");
        assert_eq!(app.json("/api/v1/assignments").await["assignments"], json!([sent]));

        let steps = format!("/api/v1/assignments/{}/steps", id(10));
        let step = |n, to: &str, minute| json!({ "id": id(n), "to": to, "at": at(minute) });
        app.post(&steps, step(11, "en_route", 24)).await.ok();
        app.post(&steps, step(12, "done", 26)).await.refused(422, "to");
        app.post(&steps, step(12, "on_scene", 23)).await.refused(422, "at");
        let there = app.post(&steps, step(12, "on_scene", 31)).await.ok();
        assert_eq!(app.post(&steps, step(12, "on_scene", 31)).await.ok(), there);
        app.post(&steps, step(12, "on_scene", 32)).await.refused(409, "id");
        let arrived = app.json(&url).await;
        assert_eq!(
            (&arrived["status"], &arrived["milestones"]["arrived_at"]),
            (&json!("arrived"), &there["arrived_at"])
        );
        app.post(&steps, step(13, "done", 50)).await.ok();
        assert_eq!(squad(&app, &squad_id).await["status"], "available");

        let acts = format!("{url}/actions");
        let act = |n, act: Value, minute| json!({ "id": id(n), "act": act, "at": at(minute) });
        app.post(&acts, act(20, json!({ "to": "closed" }), 51)).await.refused(422, "act");
        for (n, to) in [(20, "handled"), (21, "fed_back"), (22, "verified"), (23, "closed")] {
            assert_eq!(app.post(&acts, act(n, json!({ "to": to }), 52)).await.ok()["status"], to);
        }
        // What a dead zone held back is put at its place.
        let mut late = act(24, json!("remark"), 40);
        late["reason"] = json!("two stalls");
        app.post(&acts, late).await.ok();
        app.check().await;
        let history = app.json(format!("{url}/history")).await;
        let acts: Vec<_> = history["actions"].as_array().unwrap().iter().map(|a| (&a["act"], &a["late"])).collect();
        let (no, yes) = (&json!(false), &json!(true));
        let full = &json!({ "on_scene": there["competence"] });
        let [dispatched, handled, fed_back, verified, closed] =
            ["dispatched", "handled", "fed_back", "verified", "closed"].map(|to| json!({ "to": to }));
        assert_eq!(
            acts,
            [
                (&dispatched, no),
                (full, no),
                (&json!("remark"), yes),
                (&handled, no),
                (&fed_back, no),
                (&verified, no),
                (&closed, no)
            ]
        );
        assert_eq!(history["assignments"][0]["status"], "done");
        assert_eq!(history["assignments"][0]["next"], json!([]), "the squad is free of it");
        assert_eq!(history["next"][0], json!({ "act": { "to": "rated" }, "needs_reason": false }));
        assert_eq!(history["next"][1], json!({ "act": { "to": "accepted" }, "needs_reason": true }), "opened again");
        let kpis = app.json("/api/v1/kpis/arrivals?by=township").await;
        assert_eq!(kpis["groups"][0]["group"], county::township(1));
        assert_eq!((&kpis["groups"][0]["on_time"], &kpis["groups"][0]["due"]), (&json!(1), &json!(1)));
        assert_eq!(kpis["groups"][0]["p50_s"], 11 * 60);
        let table = app.get("/api/v1/kpis/arrivals?by=township&format=csv").await.text();
        let line = format!(",township,{},1,1,0,0,0,1.0,660,660,", county::township(1));
        assert!(table.starts_with("from,to,by,group,due,on_time,late,") && table.contains(&line), "{table}");
        // Nobody is sent to what has ended.
        app.post(format!("{url}/assignments"), json!({ "id": id(30), "squad": squad_id })).await.is(409);
        // All of it is there after a restart.
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(app.json(format!("{url}/history")).await, history);
        app.check().await;
    });
}

#[test]
fn of_a_hundred_dispatchers_one_gets_the_squad_and_the_others_hear_who_is_next() {
    both_engines(async |app| {
        let squad_id = first(app).await;
        let mut urls = Vec::new();
        for n in 0..100 {
            urls.push(reported(app, 1_000 + n).await);
        }
        let orders = (0..)
            .zip(&urls)
            .map(|(n, url)| app.post(format!("{url}/assignments"), json!({ "id": id(2_000 + n), "squad": squad_id })));
        let replies = together(orders).await;
        assert_eq!(replies.iter().filter(|r| r.status == 201).count(), 1);
        for lost in replies.iter().filter(|r| r.status != 201) {
            let problem = lost.value();
            assert_eq!((lost.status.as_u16(), &problem["field"]), (409, &json!("squad")), "{problem}");
            assert_ne!(problem["next_best"]["squad"]["id"], json!(squad_id));
            assert!(problem["next_best"]["eta_s"].as_u64() > Some(0), "{problem}");
        }
        assert_eq!(app.json("/api/v1/assignments").await["assignments"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn who_does_not_come_leaves_the_incident_waiting_and_who_is_diverted_goes_elsewhere() {
    both_engines(async |app| {
        let (one, other) = (reported(app, 1).await, reported(app, 2).await);
        let squad_id = first(app).await;
        app.post(format!("{one}/assignments"), json!({ "id": id(10), "squad": squad_id, "at": at(30) })).await.is(201);
        let steps = format!("/api/v1/assignments/{}/steps", id(10));
        let decline = json!({ "id": id(11), "to": "declined", "at": at(31) });
        app.post(&steps, decline.clone()).await.refused(422, "reason");
        let mut reasoned = decline;
        reasoned["reason"] = json!("flat tyre");
        app.post(&steps, reasoned).await.ok();
        assert_eq!(app.json(&one).await["status"], "accepted");
        assert_eq!(squad(app, &squad_id).await["status"], "available");

        app.post(format!("{one}/assignments"), json!({ "id": id(12), "squad": squad_id, "at": at(32) })).await.is(201);
        let mut order = json!({ "id": id(13), "squad": squad_id, "at": at(33) });
        app.post(format!("{other}/assignments"), order.clone()).await.refused(409, "squad");
        order["divert"] = json!(true);
        app.post(format!("{other}/assignments"), order.clone()).await.refused(422, "reason");
        order["reason"] = json!("a fire");
        app.post(format!("{other}/assignments"), order).await.is(201);
        assert_eq!(app.json(&one).await["status"], "accepted");
        assert_eq!(app.json(&other).await["status"], "dispatched");
        assert_eq!(squad(app, &squad_id).await["status"], "busy");
        let ended = app.json(format!("/api/v1/assignments/{}", id(12))).await;
        assert_eq!((&ended["status"], &ended["reason"]), (&json!("diverted"), &json!("a fire")));
        // What turns out to be nothing frees who was sent.
        let void = json!({ "id": id(14), "act": { "to": "void" }, "at": at(40), "reason": "a joke" });
        assert_eq!(app.post(format!("{other}/actions"), void).await.ok()["status"], "void");
        assert_eq!(squad(app, &squad_id).await["status"], "available");
        assert_eq!(app.json("/api/v1/assignments").await["assignments"], json!([]));
    });
}

#[test]
fn one_squad_takes_a_case_over_from_another_in_one_act_or_not_at_all() {
    both_engines(async |app| {
        let (one, other) = (reported(app, 1).await, reported(app, 2).await);
        let (orders, elsewhere) = (format!("{one}/assignments"), format!("{other}/assignments"));
        let first_squad = first(app).await;
        app.post(&orders, json!({ "id": id(10), "squad": first_squad, "at": at(22) })).await.is(201);
        let en_route = json!({ "id": id(11), "to": "en_route", "at": at(24) });
        app.post(format!("/api/v1/assignments/{}/steps", id(10)), en_route).await.ok();
        let second = first(app).await;
        app.post(&elsewhere, json!({ "id": id(20), "squad": second, "at": at(25) })).await.is(201);
        let order = |changed: Value| {
            let mut order =
                json!({ "id": id(12), "squad": second, "at": at(26), "relieves": id(10), "reason": "rest" });
            order.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            order
        };
        let head = app.ctx.head().await.unwrap();
        app.post(&orders, order(json!({}))).await.refused(409, "squad");
        assert_eq!(app.ctx.head().await.unwrap(), head, "who isn't free relieves nobody");
        let done = json!({ "id": id(21), "to": "cancelled", "at": at(25), "reason": "a joke" });
        app.post(format!("/api/v1/assignments/{}/steps", id(20)), done).await.ok();

        let head = app.ctx.head().await.unwrap();
        for (changed, status, field) in [
            (json!({ "reason": null }), 422, "reason"),
            (json!({ "relieves": id(99) }), 422, "relieves"),
            (json!({ "relieves": id(20) }), 422, "relieves"),
            (json!({ "squad": first_squad }), 409, "squad"),
            (json!({ "at": at(23) }), 422, "at"),
        ] {
            app.post(&orders, order(changed)).await.refused(status, field);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nobody was sent, and nobody released");

        let sent = app.post(&orders, order(json!({}))).await.is(201);
        assert_eq!(app.post(&orders, order(json!({}))).await.is(200), sent);
        let former = app.json(format!("/api/v1/assignments/{}", id(10))).await;
        assert_eq!((&former["status"], &former["reason"]), (&json!("cancelled"), &json!("rest")));
        assert_eq!(app.json("/api/v1/assignments").await["assignments"], json!([sent]));
        assert_eq!(squad(app, &first_squad).await["status"], "available");
        assert_eq!(squad(app, &second).await["status"], "busy");
        // The case never waited in between.
        let history = app.json(format!("{one}/history")).await;
        let acts: Vec<_> = history["actions"].as_array().unwrap().iter().map(|a| a["act"].clone()).collect();
        assert_eq!(acts, [json!({ "to": "dispatched" })]);
        // Who was relieved already is not relieved again.
        let late = order(json!({ "id": id(13), "squad": first_squad, "at": at(27) }));
        app.post(&orders, late).await.refused(409, "relieves");
    });
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        let url = reported(app, 1).await;
        let squad_id = first(app).await;
        let head = app.ctx.head().await.unwrap();
        let orders = format!("{url}/assignments");
        app.post(&orders, json!({ "id": id(10), "squad": "nobody" })).await.refused(422, "squad");
        app.post(&orders, json!({ "id": id(10), "squad": squad_id, "at": at(10) })).await.refused(422, "at");
        app.post(&orders, json!({ "id": id(10), "squad": squad_id, "at": "2026-03-02T13:00:00+08:00" }))
            .await
            .refused(422, "at");
        app.post(format!("/api/v1/incidents/{}/assignments", id(99)), json!({ "id": id(10), "squad": squad_id }))
            .await
            .is(404);
        app.post(format!("/api/v1/assignments/{}/steps", id(99)), json!({ "id": id(11), "to": "done" })).await.is(404);
        app.post(format!("/api/v1/incidents/{}/actions", id(99)), json!({ "id": id(11), "act": { "to": "accepted" } }))
            .await
            .is(404);
        let acts = format!("{url}/actions");
        for (act, field) in [
            (json!({ "to": "closed" }), "act"),
            (json!({ "to": "void" }), "reason"),
            (json!({ "lower": "whistled" }), "act"),
            (json!({ "on_scene": "full" }), "act"),
            (json!("remark"), "reason"),
        ] {
            app.post(&acts, json!({ "id": id(12), "act": act })).await.refused(422, field);
        }
        app.get("/api/v1/kpis/arrivals?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z").await.refused(422, "from");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        // Off shift, nobody is sent.
        assert_eq!(squad(app, "S4").await["on_shift"], false);
        app.post(&orders, json!({ "id": id(13), "squad": "S4" })).await.refused(409, "squad");
    });
}

#[test]
fn what_a_dead_zone_held_back_is_put_at_its_place() {
    both_engines(async |app| {
        let url = reported(app, 1).await;
        let squad_id = first(app).await;
        app.post(format!("{url}/assignments"), json!({ "id": id(10), "squad": squad_id, "at": at(22) })).await.is(201);
        let steps = format!("/api/v1/assignments/{}/steps", id(10));
        let step = |n, to: &str, minute| json!({ "id": id(n), "to": to, "at": at(minute) });
        app.post(&steps, step(11, "on_scene", 31)).await.ok();
        // When it set out, nobody had heard.
        app.post(&steps, step(12, "en_route", 32)).await.refused(422, "to");
        app.post(&steps, step(12, "en_route", 21)).await.refused(422, "to");
        let told = app.post(&steps, step(12, "en_route", 24)).await.ok();
        assert_eq!((&told["status"], &told["departed_at"]), (&json!("on_scene"), &json!("2026-03-02T03:24:00Z")));
        assert_eq!(told["arrived_at"], "2026-03-02T03:31:00Z");
        assert_eq!(app.post(&steps, step(12, "en_route", 24)).await.ok(), told, "the same once more");
        app.post(&steps, step(13, "en_route", 25)).await.refused(422, "to");
        app.post(&steps, step(14, "done", 50)).await.ok();
        assert_eq!(squad(app, &squad_id).await["status"], "available");
        // It is marked.
        let dossier = app.json(format!("{url}/dossier")).await;
        let done = dossier["done"].as_array().unwrap().iter().filter(|d| d["what"].get("step").is_some());
        let done: Vec<_> = done.map(|d| (&d["what"]["step"]["to"], &d["late"])).collect();
        let (no, yes) = (&json!(false), &json!(true));
        let [assigned, en_route, on_scene, ended] = ["assigned", "en_route", "on_scene", "done"].map(|to| json!(to));
        assert_eq!(done, [(&assigned, no), (&en_route, yes), (&on_scene, no), (&ended, no)]);
    });
}

#[test]
fn who_had_come_before_it_was_diverted_is_told_late() {
    both_engines(async |app| {
        let (url, other) = (reported(app, 1).await, reported(app, 2).await);
        let squad_id = first(app).await;
        app.post(format!("{url}/assignments"), json!({ "id": id(10), "squad": squad_id, "at": at(22) })).await.is(201);
        let divert =
            json!({ "id": id(20), "squad": squad_id, "at": at(40), "divert": true, "reason": "nobody had heard" });
        app.post(format!("{other}/assignments"), divert).await.is(201);
        let waiting = app.json(&url).await;
        assert_eq!((&waiting["status"], &waiting["milestones"]["arrived_at"]), (&json!("accepted"), &Value::Null));
        let steps = format!("/api/v1/assignments/{}/steps", id(10));
        app.post(&steps, json!({ "id": id(11), "to": "on_scene", "at": at(41) })).await.refused(422, "to");
        let told = app.post(&steps, json!({ "id": id(11), "to": "on_scene", "at": at(35) })).await.ok();
        assert_eq!((&told["status"], &told["arrived_at"]), (&json!("diverted"), &json!("2026-03-02T03:35:00Z")));
        let there = app.json(&url).await;
        assert_eq!((&there["status"], &there["milestones"]["arrived_at"]), (&json!("arrived"), &told["arrived_at"]));
        let history = app.json(format!("{url}/history")).await;
        let late: Vec<_> = history["actions"].as_array().unwrap().iter().map(|a| (&a["act"], &a["late"])).collect();
        assert_eq!(late[1], (&json!({ "on_scene": told["competence"] }), &json!(true)), "{late:?}");
        // What it does by now it goes on doing.
        assert_eq!(squad(app, &squad_id).await["status"], "busy");
        assert_eq!(app.json(format!("/api/v1/assignments/{}", id(20))).await["status"], "assigned");
    });
}
