//! Creating is safe to repeat: the same sent again is answered with the record as it is now, whatever
//! became of it; something else under its id is refused.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::sha256,
    domain::{
        arrivals::Arrival,
        disruptions::{Disruption, Place as Where},
        incidents::{Incident, IncidentStatus, Milestones, Place as Owner, Source},
        matters::Urgency,
        squads::Profile,
    },
    store,
};

use crate::{
    app::{App, Reply, Setup, both_engines, on_both_places},
    county::{self, NOON, time, township},
};

const INCIDENTS: &str = "/api/v1/incidents";
const SQUADS: &str = "/api/v1/squads";
const CLOSURES: &str = "/api/v1/roads/disruptions";
const ARRIVALS: &str = "/api/v1/arrivals";

fn incident() -> Value {
    json!({ "id": Uuid::from_u128(1), "lng": 112.05, "lat": 27.04, "description": "stall" })
}

fn squad() -> Value {
    json!({
        "id": "N_%1", "name": "new", "kind": "direct", "unit": "U1", "command_area": township(1),
        "post": { "lng": 112.05, "lat": 27.04 }, "crew": { "certified_officers": 2 }, "shifts": []
    })
}

fn closure() -> Value {
    json!({ "id": Uuid::from_u128(3), "place": { "street": { "name": "大道" } }, "reason": "flood" })
}

fn arrival() -> Value {
    json!({
        "id": Uuid::from_u128(4), "squad": "S1", "from": { "lng": 112.015, "lat": 27.02 },
        "to": { "lng": 112.05, "lat": 27.04 }, "departed_at": "2026-03-02T03:00:00Z",
        "arrived_at": "2026-03-02T03:07:00Z"
    })
}

fn changed(body: &Value, field: &str, value: Value) -> Value {
    let mut other = body.clone();
    other[field] = value;
    other
}

async fn delete(app: &App, path: String) -> Reply {
    app.call(Method::DELETE, path).send().await
}

/// Each is sent again, as it was, with its defaults said and with something else.
async fn sent_again(app: &App, status: u16) {
    let spelt_out = |body: Value, defaults: Value| {
        let mut all = body.clone();
        all.as_object_mut().unwrap().extend(defaults.as_object().unwrap().clone());
        (body, all)
    };
    for (url, (body, all), other) in [
        (
            INCIDENTS,
            spelt_out(incident(), json!({ "datum": null, "reporter": null })),
            ("description", json!("another")),
        ),
        (
            SQUADS,
            spelt_out(squad(), json!({ "profile": "car", "status": "available", "turnout_s": 60, "name_zh": null })),
            ("turnout_s", json!(61)),
        ),
        (
            CLOSURES,
            spelt_out(closure(), json!({ "speed_factor": 0.0, "profiles": ["car", "ebike", "foot"], "until": null })),
            ("reason", json!("works")),
        ),
        (ARRIVALS, spelt_out(arrival(), json!({ "profile": null })), ("arrived_at", json!("2026-03-02T03:08:00Z"))),
    ] {
        println!("{url}");
        let head = app.ctx.head().await.unwrap();
        let first = app.post(url, body.clone()).await.is(status);
        assert_eq!(app.post(url, body.clone()).await.is(200), first);
        assert_eq!(app.post(url, all).await.is(200), first);
        app.post(url, changed(&body, other.0, other.1)).await.refused(409, "id");
        let written = app.ctx.head().await.unwrap() - head;
        assert_eq!(written, i64::from(status == 201), "{url}");
    }
}

/// Changes what can be changed.
async fn change(app: &App) {
    app.patch(format!("{SQUADS}/N_%251"), json!({ "status": "busy" })).await.ok();
    delete(app, format!("{CLOSURES}/{}", Uuid::from_u128(3))).await.is(204);
}

async fn shown_as_it_is_now(app: &App) {
    assert_eq!(app.post(SQUADS, squad()).await.is(200)["status"], "busy");
    let lifted = app.post(CLOSURES, closure()).await.is(200);
    assert_eq!((&lifted["phase"], lifted["lifted_at"].is_string()), (&json!("past"), true), "{lifted}");
    sent_again(app, 200).await;
}

#[test]
fn the_same_again_is_answered_with_the_record_as_it_is_now() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        sent_again(&app, 201).await;
        change(&app).await;
        shown_as_it_is_now(&app).await;
        // What would be refused by now was taken all the same.
        let mut write = app.write().await;
        store::squads::replace(&mut write, &county::squads()[1..], false).await.unwrap();
        app.commit(write).await;
        app.post(ARRIVALS, arrival()).await.is(200);
        app.post(ARRIVALS, changed(&arrival(), "id", json!(Uuid::from_u128(5)))).await.refused(422, "squad");
        app.check().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        app.post(INCIDENTS, incident()).await.is(200);
        app.post(CLOSURES, closure()).await.is(200);
        app.post(ARRIVALS, arrival()).await.is(200);
        // The squad is gone with its receipt: its id is free again.
        app.post(SQUADS, squad()).await.is(201);
        app.check().await;
    });
}

#[test]
fn records_from_before_there_were_receipts_are_known_by_how_they_began() {
    on_both_places(async |place| {
        let app = &App::open(place, Setup::default()).await;
        // Its id is none of the pattern's by which the other is looked for.
        app.post(SQUADS, changed(&squad(), "id", json!("NxY1"))).await.is(201);
        sent_again(app, 201).await;
        // Reports had a fingerprint then, too: of all members in their order.
        let id = Uuid::from_u128(1);
        let former = format!(
            "{{\"id\":\"{id}\",\"lng\":112.05,\"lat\":27.04,\"datum\":null,\"accuracy_m\":null,\"matter\":null,\
             \"urgency\":null,\"description\":\"stall\",\"reported_at\":null,\"external_id\":null,\"reporter\":null}}"
        );
        let print = sha256(&former);
        place
            .behind_its_back(&format!(
                "DELETE FROM receipts WHERE word <> 'incidents'; \
                 UPDATE receipts SET fingerprint = '{print}' WHERE id = '{id}'"
            ))
            .await;
        change(app).await;
        shown_as_it_is_now(app).await;
        // And now they have one.
        shown_as_it_is_now(app).await;
        app.check().await;
    });
}

#[test]
fn what_came_in_otherwise_is_not_taken_for_what_is_sent() {
    both_engines(async |app| {
        let mut write = app.write().await;
        let one = Incident {
            id: Uuid::from_u128(1),
            at: xunge::base::LngLat::new(112.05, 27.04).unwrap(),
            accuracy_m: None,
            status: IncidentStatus::Closed,
            matter: None,
            urgency: Urgency::Quick,
            description: None,
            reported_at: time(NOON),
            created_at: time(NOON),
            place: Owner::default(),
            synthetic: false,
            source: Source::Import,
            external_id: None,
            flags: Vec::new(),
            milestones: Milestones::default(),
            profile: None,
            ownership: None,
            decision: None,
            merged_into: None,
            rectification: None,
            legal_review: None,
            further_matters: Vec::new(),
            touched_at: None,
        };
        store::incidents::insert_batch(&mut write, "b", &[(one, "line".to_owned())]).await.unwrap();
        let street = Where::Street { name: "大道".to_owned(), area: None };
        let closed = Disruption {
            id: Uuid::from_u128(3),
            place: street,
            speed_factor: 0.5,
            profiles: vec![Profile::Car],
            from: time(NOON),
            until: None,
            reason: "flood".to_owned(),
        };
        store::disruptions::insert(&mut write, &closed).await.unwrap();
        let drive = Arrival {
            id: Uuid::from_u128(4),
            squad: "S1".parse().unwrap(),
            profile: Profile::Foot,
            from: xunge::base::LngLat::new(112.015, 27.02).unwrap(),
            to: xunge::base::LngLat::new(112.05, 27.04).unwrap(),
            departed_at: time(NOON).plus_ms(-600_000),
            arrived_at: time(NOON),
        };
        store::arrivals::insert(&mut write.tx, &drive).await.unwrap();
        store::arrivals::record(&mut write, 1);
        app.commit(write).await;
        let imported = changed(&squad(), "id", json!("S1"));
        for (url, body) in [(INCIDENTS, incident()), (SQUADS, imported), (CLOSURES, closure()), (ARRIVALS, arrival())] {
            println!("{url}");
            for _ in 0..2 {
                app.post(url, body.clone()).await.refused(409, "id");
            }
        }
    });
}

#[test]
fn what_was_refused_may_be_sent_again() {
    both_engines(async |app| {
        let nobody = changed(&arrival(), "squad", json!("N_%1"));
        let batch = json!({ "arrivals": [nobody, changed(&arrival(), "id", json!(Uuid::from_u128(6)))] });
        let taken = app.post("/api/v1/arrivals/batch", batch.clone()).await.ok();
        assert_eq!((&taken["created"], &taken["refused"][0]["index"]), (&json!(1), &json!(0)), "{taken}");
        let wrong = changed(&incident(), "matter", json!("X"));
        app.post(INCIDENTS, wrong).await.refused(422, "matter");
        app.post(INCIDENTS, incident()).await.is(201);
        app.post(SQUADS, changed(&squad(), "command_area", json!("X"))).await.refused(422, "command_area");
        app.post(SQUADS, squad()).await.is(201);
        let taken = app.post("/api/v1/arrivals/batch", batch).await.ok();
        assert_eq!(
            (&taken["created"], &taken["known"], &taken["refused"]),
            (&json!(1), &json!(1), &json!([])),
            "{taken}"
        );
    });
}

#[test]
fn of_several_that_are_sent_at_once_one_is_taken() {
    both_engines(async |app| {
        for (url, body, field, value) in [
            (INCIDENTS, incident(), "description", json!("another")),
            (SQUADS, squad(), "turnout_s", json!(90)),
            (CLOSURES, closure(), "reason", json!("works")),
            (ARRIVALS, arrival(), "arrived_at", json!("2026-03-02T03:08:00Z")),
        ] {
            let other = changed(&body, field, value);
            let post = |body: &Value| app.post(url, body.clone());
            let replies = tokio::join!(post(&body), post(&other), post(&body), post(&other), post(&body), post(&other));
            let replies = [replies.0, replies.1, replies.2, replies.3, replies.4, replies.5];
            let mut statuses = replies.each_ref().map(|r| r.status.as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 201, 409, 409, 409], "{url}");
        }
    });
}
