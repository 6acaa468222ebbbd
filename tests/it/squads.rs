//! Squads and their positions over HTTP.

use std::time::Instant;

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    app::{App, PATIENCE, Setup, both_engines, on_both_places, soon},
    county::{EVENING, NIGHT, township},
};

const URL: &str = "/api/v1/squads";

fn new(id: &str) -> Value {
    json!({
        "id": id, "name": "night watch", "kind": "stationed", "unit": "U1", "command_area": township(2),
        "post": { "lng": 112.1, "lat": 27.03 }, "crew": { "certified_officers": 2 },
        "shifts": [{ "days": ["mon", "tue"], "from": "20:00", "to": "06:00" }]
    })
}

fn fix(squad: &str, lng: f64, fixed_at: &str) -> Value {
    json!({ "squad": squad, "lng": lng, "lat": 27.05, "fixed_at": fixed_at })
}

async fn send(app: &App, fixes: Vec<Value>) -> Value {
    app.post("/api/v1/positions", json!({ "positions": fixes })).await.is(202)
}

#[test]
fn a_squad_is_created_once_and_follows_its_shifts() {
    both_engines(async |app| {
        let made = app.post(URL, new("S9")).await;
        let squad = made.is(201);
        assert_eq!(
            (&squad["profile"], &squad["turnout_s"], &squad["status"]),
            (&json!("car"), &json!(60), &json!("available"))
        );
        assert_eq!((&squad["on_shift"], &squad["position"]), (&json!(false), &Value::Null));
        assert!(!made.header("etag").is_empty());
        assert_eq!(app.post(URL, new("S9")).await.is(200), squad);
        let mut other = new("S9");
        other["turnout_s"] = json!(90);
        app.post(URL, other).await.refused(409, "id");
        assert_eq!(app.json(format!("{URL}/S9")).await, squad);
        app.get(format!("{URL}/S99")).await.is(404);
        // Monday's night shift is on duty in the evening, and on Tuesday before six; not on Monday at two.
        let on_shift = async |at: &str| {
            let list = app.json(format!("{URL}?at={}", at.replace('+', "%2B"))).await;
            let squads = list["squads"].as_array().unwrap();
            let on: Vec<_> =
                squads.iter().filter(|s| s["on_shift"] == true).map(|s| s["id"].as_str().unwrap().to_owned()).collect();
            on.join(" ")
        };
        assert_eq!(on_shift(EVENING).await, "S1 S4 S9");
        assert_eq!(on_shift(NIGHT).await, "S1");
        assert_eq!(on_shift("2026-03-03T05:59:00+08:00").await, "S1 S9");
    });
}

#[test]
fn of_many_equal_squads_at_once_one_is_created() {
    both_engines(async |app| {
        for round in 0..5 {
            let body = new(&format!("S1{round}"));
            let mut other = body.clone();
            other["turnout_s"] = json!(90);
            let post = |body: &Value| app.post(URL, body.clone());
            let replies = tokio::join!(post(&body), post(&other), post(&body), post(&other), post(&body), post(&other));
            let replies = [replies.0, replies.1, replies.2, replies.3, replies.4, replies.5];
            let mut statuses = replies.each_ref().map(|r| r.status.as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 201, 409, 409, 409]);
        }
    });
}

#[test]
fn squads_are_listed_in_pages_by_id() {
    both_engines(async |app| {
        let mut page = format!("{URL}?limit=3&at=2026-03-02T04:00:00Z");
        let mut seen = Vec::new();
        loop {
            let list = app.json(page).await;
            seen.extend(list["squads"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()));
            let Some(next) = list["next"].as_str() else { break };
            assert!(next.contains("limit=3") && next.contains("at=2026"), "{next}");
            page = next.to_owned();
        }
        assert_eq!(seen, ["S1", "S2", "S3", "S4"]);
        app.get(format!("{URL}?limit=1001")).await.refused(422, "limit");
    });
}

#[test]
fn a_squad_that_can_not_be_is_refused() {
    both_engines(async |app| {
        for (field, value, at_fault) in [
            ("id", json!(" "), "id"),
            ("name", json!(""), "name"),
            ("kind", json!("flying"), "kind"),
            ("profile", json!("horse"), "profile"),
            ("post", json!({ "lng": 200, "lat": 0 }), "post.lng"),
            ("turnout_s", json!(3_601), "turnout_s"),
            ("turnout_s", json!(-1), "turnout_s"),
            ("crew", json!({ "certified_officers": -1 }), "crew.certified_officers"),
            ("shifts", json!([{ "days": ["mon"], "from": "8", "to": "18:00" }]), "shifts"),
            ("shifts", json!([{ "days": ["someday"], "from": "08:00", "to": "18:00" }]), "shifts"),
        ] {
            let mut squad = new("S9");
            squad[field] = value.clone();
            println!("{field} = {value}");
            app.post(URL, squad).await.refused(422, at_fault);
        }
        assert_eq!(app.json(URL).await["squads"].as_array().unwrap().len(), 4);
    });
}

#[test]
fn a_change_with_an_old_tag_is_refused() {
    both_engines(async |app| {
        let url = format!("{URL}/S1");
        let tag = app.get(url.clone()).await.header("etag").to_owned();
        let patch =
            |tag: &str, body: Value| app.call(Method::PATCH, url.clone()).header("if-match", tag).json(&body).send();
        let busy = patch(&tag, json!({ "status": "busy" })).await;
        assert_eq!(busy.ok()["status"], "busy");
        assert_ne!(busy.header("etag"), tag);
        patch(&tag, json!({ "status": "available" })).await.is(412);
        assert_eq!(app.json(url.clone()).await["status"], "busy");
        let tag = busy.header("etag").to_owned();
        let moved = patch(&format!("\"x\", {tag}"), json!({ "post": { "lng": 112.02, "lat": 27.03 } })).await.ok();
        assert_eq!((&moved["post"]["lat"], &moved["status"]), (&json!(27.03), &json!("busy")));
        patch("*", json!({ "status": "out_of_service" })).await.ok();
        // Without a tag the last one wins, and no change is no fact.
        app.patch(url.clone(), json!({ "status": "available" })).await.ok();
        let seq = app.ctx.head().await.unwrap();
        app.patch(url.clone(), json!({ "status": "available" })).await.ok();
        app.patch(url.clone(), json!({})).await.ok();
        assert_eq!(app.ctx.head().await.unwrap(), seq);
        let night = json!([{ "days": ["mon"], "from": "22:00", "to": "06:00" }]);
        let shown = app.patch(url.clone(), json!({ "shifts": night })).await.ok();
        assert_eq!((&shown["shifts"], &shown["on_shift"]), (&night, &json!(false)), "it is Monday noon");
        assert_eq!(shown["status"], "available", "what is not named stays");
        app.patch(url.clone(), json!({ "shifts": [{ "days": ["mon"], "from": "25:00", "to": "6" }] })).await.is(422);
        let many = vec![night[0].clone(); 201];
        app.patch(url.clone(), json!({ "shifts": many })).await.refused(422, "shifts");
        assert_eq!(app.json(url.clone()).await["shifts"], night);
        app.patch(url.clone(), json!({ "status": "asleep" })).await.refused(422, "status");
        app.patch(url.clone(), json!({ "post": { "lng": 0, "lat": 91 } })).await.refused(422, "post.lat");
        app.patch(url.clone(), json!({ "name": "x" })).await.is(422);
        app.patch(format!("{URL}/S99"), json!({})).await.is(404);
    });
}

#[test]
fn positions_are_received_and_what_is_wrong_is_refused_by_index() {
    both_engines(async |app| {
        let mut inexact = fix("S2", 112.05, "2026-03-02T03:59:50Z");
        inexact["accuracy_m"] = json!(-3);
        let answer = send(
            app,
            vec![
                fix("S1", 112.05, "2026-03-02T03:59:50Z"),
                fix("S99", 112.05, "2026-03-02T03:59:50Z"),
                inexact,
                fix("S3", 181.0, "2026-03-02T03:59:50Z"),
                fix("S4", 112.05, "2026-03-02T04:01:01Z"),
                fix("S4", 112.06, "2026-03-02T04:00:59Z"),
            ],
        )
        .await;
        assert_eq!(answer["received"], 2);
        let refused = answer["refused"].as_array().unwrap();
        let reasons = [(1, "S99"), (2, "accuracy_m"), (3, "lng"), (4, "future")];
        assert_eq!(refused.len(), reasons.len());
        for ((index, word), got) in reasons.into_iter().zip(refused) {
            assert!(got["index"] == index && got["reason"].as_str().unwrap().contains(word), "{got}");
        }
        let position = app.json(format!("{URL}/S1")).await["position"].clone();
        assert_eq!(
            (&position["lng"], &position["age_s"], &position["fresh"]),
            (&json!(112.05), &json!(10), &json!(true))
        );
        // Of several the newest fix counts, in whichever order they come.
        send(app, vec![fix("S1", 112.03, "2026-03-02T03:59:59Z"), fix("S1", 112.02, "2026-03-02T03:59:55Z")]).await;
        send(app, vec![fix("S1", 112.01, "2026-03-02T03:00:00Z")]).await;
        assert_eq!(app.json(format!("{URL}/S1")).await["position"]["lng"], 112.03);
        // An old one is shown as such, and the squad stands at its post.
        send(app, vec![fix("S2", 112.07, "2026-03-02T03:50:00Z")]).await;
        assert_eq!(app.json(format!("{URL}/S2")).await["position"]["fresh"], false);
        app.post("/api/v1/positions", json!({ "positions": [{ "squad": "S1" }] })).await.is(422);
        let many = vec![fix("S1", 112.05, "2026-03-02T03:00:00Z"); 10_001];
        app.post("/api/v1/positions", json!({ "positions": many })).await.refused(413, "positions");
    });
}

#[test]
fn a_position_astray_is_refused_and_the_squad_stays_where_it_was() {
    both_engines(async |app| {
        send(app, vec![fix("S1", 112.05, "2026-03-02T03:59:50Z")]).await;
        let nearest = async || {
            let found = app.json("/api/v1/squads/nearest?lng=112.051&lat=27.05&k=1").await;
            (found["squads"][0]["squad"]["id"].clone(), found["squads"][0]["eta_s"].clone())
        };
        let before = nearest().await;
        assert_eq!(before.0, "S1");
        let at =
            |lng: f64, lat: f64| json!({ "squad": "S1", "lng": lng, "lat": lat, "fixed_at": "2026-03-02T03:59:59Z" });
        let answer = send(app, vec![at(0.0, 0.0), at(27.05, 112.05), at(27.05, 27.05), at(114.0, 27.05)]).await;
        assert_eq!(answer["received"], 0);
        for (refused, words) in answer["refused"].as_array().unwrap().iter().zip([
            "0,0 is what a tracker without a fix sends",
            "are longitude and latitude swapped?",
            "km from the roads",
            "lng: 114,27.05 lies 183 km from the roads",
        ]) {
            assert!(refused["reason"].as_str().unwrap().contains(words), "{refused}");
        }
        assert_eq!(app.json(format!("{URL}/S1")).await["position"]["lng"], 112.05);
        assert_eq!(nearest().await, before);
        // A device that lost its fix goes on from the next good one.
        send(app, vec![fix("S1", 112.06, "2026-03-02T03:59:59Z")]).await;
        assert_eq!(app.json(format!("{URL}/S1")).await["position"]["lng"], 112.06);
    });
}

#[test]
fn a_jump_that_nothing_drives_is_refused_until_some_agree() {
    both_engines(async |app| {
        let lng = async || app.json(format!("{URL}/S1")).await["position"]["lng"].clone();
        let astray = |second: u32| fix("S1", 112.65, &format!("2026-03-02T03:59:{second:02}Z"));
        send(app, vec![fix("S1", 112.05, "2026-03-02T03:59:00Z")]).await;
        // In whichever order they come, each is held against the one before it in time.
        let answer = send(app, vec![fix("S1", 112.06, "2026-03-02T03:59:30Z"), astray(10)]).await;
        assert_eq!((&answer["received"], &answer["refused"][0]["index"]), (&json!(1), &json!(1)), "{answer}");
        let reason = answer["refused"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("112.65,27.05 lies 59.4 km from where the squad was 10 s before"), "{reason}");
        assert_eq!(lng().await, 112.06);
        // The same message again says no more.
        let answer = send(app, vec![astray(40); 5]).await;
        assert_eq!((&answer["received"], lng().await), (&json!(0), json!(112.06)));
        assert_eq!(send(app, vec![astray(41), astray(42)]).await["received"], 1);
        assert_eq!(lng().await, 112.65, "three agree: it was the former that was wrong");
        // After a silence of half an hour it may be anywhere near.
        send(app, vec![fix("S2", 112.05, "2026-03-02T03:20:00Z")]).await;
        assert_eq!(send(app, vec![fix("S2", 112.65, "2026-03-02T03:50:00Z")]).await["received"], 1);
    });
}

#[test]
fn positions_are_written_by_and_by_and_outlive_a_restart() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        send(&app, vec![fix("S1", 112.03, "2026-03-02T03:59:50Z")]).await;
        let start = Instant::now();
        let written = async || {
            let world = app.ctx.reload().await.unwrap();
            world.squads.fix(&crate::county::code("S1")).is_some()
        };
        soon(PATIENCE, "the position in SQL", written).await;
        println!("written after {:?}", start.elapsed());
        // What waits when the service stops is written too.
        send(&app, vec![fix("S1", 112.04, "2026-03-02T03:59:55Z"), fix("S3", 112.05, "2026-03-02T03:59:55Z")]).await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(app.json(format!("{URL}/S1")).await["position"]["lng"], 112.04);
        assert_eq!(app.json(format!("{URL}/S3")).await["position"]["lng"], 112.05);
        app.check().await;
    });
}

#[test]
fn many_senders_of_positions_leave_the_newest_everywhere() {
    both_engines(async |app| {
        let sender = async |n: u32| {
            for second in 0..10 {
                let at = format!("2026-03-02T03:{:02}:{:02}Z", 30 + (second * 7 + n) % 30, n % 60);
                send(app, (1..=4).map(|s| fix(&format!("S{s}"), 112.0 + f64::from(n) / 1e3, &at)).collect()).await;
            }
        };
        tokio::join!(sender(1), sender(2), sender(3), sender(4), sender(5));
        // The world is held against SQL at the end.
        assert_eq!(app.json(format!("{URL}/S4")).await["position"]["fresh"], true);
    });
}
