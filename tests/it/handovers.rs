//! Shift handovers: what is open is kept as it was, taken over once, by whom it concerns; the list is what the other
//! routes say at that moment.

use std::sync::atomic::AtomicI64;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Setup, both_engines, on_both_places},
    county::{NOON, pass, township, watch},
};

const URL: &str = "/api/v1/handovers";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn reported(app: &App, n: u128, lng: f64, urgency: &str) {
    let report = json!({ "id": id(n), "lng": lng, "lat": 27.02, "urgency": urgency });
    app.post("/api/v1/incidents", report).await.is(201);
}

/// Something of each kind: two cases that are stuck, one of them late, one with a squad, a call and a closed road.
async fn a_shift(app: &App, clock: &AtomicI64) {
    reported(app, 1, 112.03, "urgent").await;
    reported(app, 2, 112.12, "quick").await;
    let near = app.json("/api/v1/squads/nearest?lng=112.12&lat=27.02&k=1").await["squads"][0].clone();
    let order = json!({ "id": id(20), "squad": near["squad"]["id"] });
    app.post(format!("/api/v1/incidents/{}/assignments", id(2)), order).await.is(201);
    let call = json!({ "id": id(3), "address": "behind the old school", "area": township(1) });
    app.post("/api/v1/calls", call).await.is(201);
    let ring = [[112.047, 27.009], [112.053, 27.009], [112.053, 27.011], [112.047, 27.011], [112.047, 27.009]];
    let place = json!({ "polygon": { "type": "Polygon", "coordinates": [ring] } });
    app.post("/api/v1/roads/disruptions", json!({ "id": id(4), "place": place, "reason": "flood" })).await.is(201);
    pass(clock, 20);
    reported(app, 5, 112.03, "normal").await;
}

/// The list equals what each of the other routes says.
async fn equals_the_others(app: &App, open: &Value) {
    let cases = app.json("/api/v1/incidents?open=true&order=due&limit=1000").await["incidents"].clone();
    let field = |list: &Value, field: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|one| one[field].clone()).collect()
    };
    for name in ["id", "status", "urgency", "matter", "township", "reported_at", "due_at", "stuck"] {
        assert_eq!(field(&open["incidents"], name), field(&cases, name), "{name}");
    }
    let calls = app.json("/api/v1/calls").await["calls"].clone();
    for name in ["id", "address", "area", "reported_at", "locate_by"] {
        assert_eq!(field(&open["calls"], name), field(&calls, name), "{name}");
    }
    let disruptions = app.json("/api/v1/roads/disruptions").await["disruptions"].clone();
    for name in ["id", "reason", "speed_factor", "until"] {
        assert_eq!(field(&open["disruptions"], name), field(&disruptions, name), "{name}");
    }
    let squads = app.json("/api/v1/squads").await["squads"].clone();
    let lost = squads.as_array().unwrap().iter().filter(|squad| squad["state"] == "out_of_contact");
    let lost: Vec<_> = lost.map(|squad| squad["id"].clone()).collect();
    assert_eq!(field(&open["out_of_contact"], "squad"), lost);
    let sent = app.json("/api/v1/assignments").await["assignments"].as_array().unwrap().clone();
    for case in open["incidents"].as_array().unwrap() {
        let of = sent.iter().filter(|a| a["incident"] == case["id"]);
        let of: Vec<_> = of.map(|a| json!({ "squad": a["squad"], "status": a["status"] })).collect();
        assert_eq!(case["squads"], json!(of));
    }
}

#[test]
fn what_is_open_is_kept_as_it_was_and_accepted_once() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        a_shift(&app, clock).await;
        let before = app.json(format!("{URL}/open")).await;
        equals_the_others(&app, &before).await;
        let mut events = app.events(None).await;
        let new = json!({ "id": id(60), "note": "the market closes at eight" });
        let made = app.post(URL, new.clone()).await.is(201);
        assert_eq!(
            made["counts"],
            json!({ "incidents": 3, "stuck": 2, "overdue": 1, "calls": 1, "disruptions": 1, "out_of_contact": 0,
                "whistles": 0 })
        );
        assert_eq!((&made["at"], &made["by"]), (&json!("2026-03-02T04:20:00Z"), &json!("keyless")));
        assert_eq!(made["accept_by"], "2026-03-02T04:35:00Z");
        assert_eq!(app.post(URL, new.clone()).await.is(200), made);
        app.post(URL, json!({ "id": id(60), "note": "other" })).await.refused(409, "id");
        let told = loop {
            let event = events.next().await;
            if event.name == "handover" {
                break event.data;
            }
        };
        assert_eq!((&told["id"], &told["handover"]), (&json!(id(60)), &made));
        let one = format!("{URL}/{}", id(60));
        assert_eq!(app.json(&one).await["open"], before, "the list is what was open");

        // What happens afterwards leaves it as it was, also over a restart.
        let act = json!({ "id": id(10), "act": { "to": "accepted" } });
        app.post(format!("/api/v1/incidents/{}/actions", id(1)), act).await.ok();
        drop(events);
        app.stop().await;
        let app = App::open(place, Setup::by(clock)).await;
        let mut events = app.events(None).await;
        assert_eq!(app.json(&one).await["open"], before);
        pass(clock, 15);
        assert_eq!(app.json("/api/v1/status").await["counts"]["handovers_late"], 0);
        pass(clock, 1);
        assert_eq!(app.json("/api/v1/status").await["counts"]["handovers_late"], 1);
        loop {
            let event = events.next().await;
            if event.name == "handovers_late" {
                assert_eq!((event.id, &event.data["handovers"]), (None, &json!([id(60)])));
                break;
            }
        }
        assert!(app.get("/metrics").await.text().contains("xunge_handovers_late "));

        let accept = format!("{one}/acceptance");
        let head = app.ctx.head().await.unwrap();
        let remark = |n: u128, text: &str| json!({ "incident": id(n), "remark": text });
        for (body, field) in [
            (json!({ "remarks": [remark(9, "unknown")] }), "remarks.0"),
            (json!({ "remarks": [remark(1, "a"), remark(1, "b")] }), "remarks.1"),
            (json!({ "remarks": [remark(1, " ")] }), "remarks.0"),
            (json!({ "note": "x".repeat(2_001) }), "note"),
        ] {
            app.post(&accept, body).await.refused(422, field);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let body = json!({ "note": "taken over", "remarks": [remark(1, "look at the stalls again")] });
        let taken = app.post(&accept, body.clone()).await.ok();
        let accepted = json!({ "at": "2026-03-02T04:36:00Z", "by": "keyless", "note": "taken over", "remarks": 1 });
        assert_eq!((&taken["accepted"], &taken["accept_by"]), (&accepted, &Value::Null));
        assert_eq!(app.post(&accept, body).await.ok(), taken);
        app.post(&accept, json!({})).await.is(409);
        assert_eq!(app.json("/api/v1/status").await["counts"]["handovers_late"], 0);
        let history = app.json(format!("/api/v1/incidents/{}/history", id(1))).await;
        let last = history["actions"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["act"], &last["reason"]), (&json!("remark"), &json!("look at the stalls again")));
        let shown = app.json(&one).await;
        assert_eq!(shown["remarks"], json!([remark(1, "look at the stalls again")]));
        assert_eq!(shown["open"], before);
        for (lang, word) in [("zh", "交班人签名"), ("en", "Taken over by")] {
            let page = app.get(format!("{one}?format=html&lang={lang}")).await;
            assert!(page.text().contains(word) && page.text().contains("look at the stalls"), "{}", page.text());
        }
    });
}

#[test]
fn lists_go_on_from_page_to_page() {
    both_engines(async |app| {
        for n in 1..=5 {
            app.post(URL, json!({ "id": id(n) })).await.is(201);
        }
        app.post(format!("{URL}/{}/acceptance", id(2)), json!({})).await.ok();
        let pages = async |query: &str| {
            let (mut ids, mut path) = (Vec::new(), format!("{URL}?limit=2&{query}"));
            loop {
                let page = app.json(path).await;
                let all = page["handovers"].as_array().unwrap().iter();
                ids.extend(all.map(|h| h["id"].as_str().unwrap().parse::<Uuid>().unwrap().as_u128()));
                match page["next"].as_str() {
                    Some(next) => path = next.to_owned(),
                    None => return ids,
                }
            }
        };
        assert_eq!(pages("").await, [5, 4, 3, 2, 1]);
        assert_eq!(pages("waiting=true").await, [5, 4, 3, 1]);
        app.get(format!("{URL}?limit=0")).await.refused(422, "limit");
        app.get(format!("{URL}/{}", id(9))).await.is(404);
        app.post(format!("{URL}/{}/acceptance", id(9)), json!({})).await.is(404);
    });
}

#[test]
fn what_is_no_handover_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        let head = app.ctx.head().await.unwrap();
        for (body, field) in [
            (json!({ "id": id(1), "area": "990009" }), "area"),
            (json!({ "id": id(1), "unit": "NONE" }), "unit"),
            (json!({ "id": id(1), "area": township(1), "unit": "NONE" }), "unit"),
            (json!({ "id": id(1), "to": "nobody" }), "to"),
            (json!({ "id": id(1), "note": "x".repeat(2_001) }), "note"),
        ] {
            app.post(URL, body).await.refused(422, field);
        }
        app.post(URL, json!({ "id": id(1), "at": NOON })).await.is(422);
        app.get(format!("{URL}/open?area=990009")).await.refused(422, "area");
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
    });
}

#[test]
fn a_scope_hands_over_and_takes_over_its_own_and_no_other() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        a_shift(&app, clock).await;
        let scope = |n| format!("area:{}", township(n));
        for (scoped, key) in [(1, "day"), (1, "night"), (1, "third"), (2, "west")] {
            app.scoped(Role::Dispatcher, &[&scope(scoped)], key).await;
        }
        app.scoped(Role::Dispatcher, &[&scope(1), &scope(2)], "both").await;
        app.key(Role::Supervisor, "super").await;
        let send =
            async |key: &str, path: String, body: Value| app.call_as(key, Method::POST, path).json(&body).send().await;
        let get = async |key: &str, path: String| app.call_as(key, Method::GET, path).send().await;
        let made = send("day", URL.into(), json!({ "id": id(60), "to": "id-of-night" })).await.is(201);
        assert_eq!((&made["area"], &made["counts"]["incidents"]), (&json!(township(1)), &json!(2)), "{made}");
        assert_eq!(made["counts"]["calls"], 1);
        let open = get("day", format!("{URL}/{}", id(60))).await.ok()["open"].clone();
        let ids: Vec<_> = open["incidents"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, [json!(id(1)), json!(id(5))]);
        send("day", URL.into(), json!({ "id": id(61), "area": township(2) })).await.refused(403, "area");
        send("both", URL.into(), json!({ "id": id(61) })).await.refused(403, "area");
        send("super", URL.into(), json!({ "id": id(61) })).await.is(403);
        get("west", format!("{URL}/{}", id(60))).await.is(404);
        assert_eq!(get("west", URL.into()).await.ok()["handovers"], json!([]));
        assert_eq!(get("super", URL.into()).await.ok()["handovers"].as_array().unwrap().len(), 1);
        let accept = format!("{URL}/{}/acceptance", id(60));
        send("west", accept.clone(), json!({})).await.is(404);
        send("super", accept.clone(), json!({})).await.is(403);
        for key in ["third", "day"] {
            send(key, accept.clone(), json!({})).await.is(403);
        }
        let taken = send("night", accept.clone(), json!({})).await.ok();
        assert_eq!(taken["accepted"]["by"], "id-of-night");
        assert_eq!(send("night", accept.clone(), json!({})).await.ok(), taken);
        // Nobody was named: another than who handed it over.
        send("night", URL.into(), json!({ "id": id(62) })).await.is(201);
        let accept = format!("{URL}/{}/acceptance", id(62));
        send("night", accept.clone(), json!({})).await.is(403);
        send("day", accept.clone(), json!({})).await.ok();
        send("third", accept, json!({})).await.is(409);
    });
}
