//! Arrivals and what is fitted from them, over HTTP.

use axum::http::Method;
use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::LngLat,
    domain::{auth::Role, squads::Profile},
    kernel::{
        dijkstra::{Workspace, route},
        graph::{CLOSED, RoadClass},
    },
    store,
};

use crate::{
    app::{App, Draws, both_engines},
    county::{EAST, SOUTH, WEST, squads},
    slots::slot,
};

const ARRIVALS: &str = "/api/v1/arrivals";
const CALIBRATION: &str = "/api/v1/calibration";
const NEAREST: &str = "/api/v1/squads/nearest?lng=112.05&lat=27.03&k=4";

fn arrival(n: u128, seconds: u32) -> Value {
    let arrived_at = format!("2026-03-01T02:{:02}:{:02}Z", seconds / 60, seconds % 60);
    json!({ "id": Uuid::from_u128(n), "squad": "S1", "from": { "lng": 112.0152, "lat": 27.02 },
            "to": { "lng": 112.05, "lat": 27.04 }, "departed_at": "2026-03-01T02:00:00Z", "arrived_at": arrived_at })
}

/// `count` drives over the county's roads that take `factor` of their time on each class, in the
/// morning (local time) or the evening of days in February.
fn drives(app: &App, count: u64, factor: impl Fn(bool, RoadClass) -> f64) -> Vec<Value> {
    let network = app.ctx.world().roads.network().unwrap().clone();
    let (mut dice, mut ws) = (Rng::with_seed(count), Workspace::default());
    let roads = network.roads(Profile::Car);
    let one = |i: u64| {
        let ends = [0, 1].map(|_| {
            let at = LngLat::new(dice.degrees(WEST, EAST - 0.05), dice.degrees(SOUTH, SOUTH + 0.1)).unwrap();
            roads.snap(at).filter(|s| !s.island)
        });
        let [from, to] = [ends[0]?, ends[1]?];
        let found = route(&roads.graph, &mut ws, from.position(), to.position(), CLOSED - 1)?;
        let morning = dice.u64(..2) == 0;
        let noise = 0.9 + dice.u64(..2_001) as f64 / 10_000.0;
        let ms: f64 = found.segments.iter().map(|s| f64::from(s.ms) * factor(morning, s.class)).sum();
        let hour = if morning { 0 } else { 10 };
        let departed: xunge::base::Timestamp = format!("2026-02-{:02}T{hour:02}:30:00Z", 1 + i % 28).parse().unwrap();
        let arrived_at = departed.plus_ms((ms * noise) as i64 + 1_000).to_string();
        Some(json!({ "id": dice.uuid(), "squad": "S1", "from": from.point, "to": to.point,
                     "departed_at": departed.to_string(), "arrived_at": arrived_at }))
    };
    (0..count).filter_map(one).collect()
}

async fn send(app: &App, arrivals: &[Value]) -> Value {
    app.post(format!("{ARRIVALS}/batch"), json!({ "arrivals": arrivals })).await.ok()
}

#[test]
fn an_arrival_is_taken_once() {
    both_engines(async |app| {
        let taken = app.post(ARRIVALS, arrival(1, 300)).await.is(201);
        assert_eq!((&taken["profile"], &taken["arrived_at"]), (&json!("car"), &json!("2026-03-01T02:05:00Z")));
        assert_eq!(app.post(ARRIVALS, arrival(1, 300)).await.is(200), taken);
        app.post(ARRIVALS, arrival(1, 301)).await.refused(409, "id");
        let on_foot = |id: u128| {
            let mut other = arrival(id, 300);
            other["profile"] = json!("foot");
            other
        };
        app.post(ARRIVALS, on_foot(1)).await.refused(409, "id");
        assert_eq!(app.post(ARRIVALS, on_foot(2)).await.is(201)["profile"], "foot");
        let seq = app.ctx.feed.seq();
        let mut gcj = arrival(3, 300);
        gcj["datum"] = json!("gcj02");
        let moved = app.post(ARRIVALS, gcj.clone()).await.is(201);
        let place = |v: &Value| LngLat::new(v["lng"].as_f64().unwrap(), v["lat"].as_f64().unwrap()).unwrap();
        assert!((300.0..900.0).contains(&place(&moved["to"]).distance_m(place(&gcj["to"]))), "{moved}");
        assert_eq!(app.post(ARRIVALS, gcj).await.is(200), moved);
        assert_eq!(app.ctx.head().await.unwrap(), seq + 1);
        for (field, value, at_fault) in [
            ("squad", json!("S77"), "squad"),
            ("arrived_at", json!("2026-03-01T01:59:59Z"), "arrived_at"),
            ("arrived_at", json!("2026-03-01T08:00:01Z"), "arrived_at"),
            ("arrived_at", json!("soon"), "arrived_at"),
            ("from", json!({ "lng": 181, "lat": 0 }), "from.lng"),
            ("to", json!({ "lng": 0, "lat": 91 }), "to.lat"),
            ("datum", json!("epsg:4326"), "datum"),
            ("profile", json!("boat"), "profile"),
            ("speed", json!(1), "speed"),
        ] {
            let mut wrong = arrival(4, 300);
            wrong[field] = value;
            app.post(ARRIVALS, wrong).await.refused(422, at_fault);
        }
        assert_eq!(app.ctx.head().await.unwrap(), seq + 1);
        assert_eq!(app.json(CALIBRATION).await["arrivals"], 3);
    });
}

#[test]
fn of_many_each_is_taken_or_refused_by_itself_and_they_are_listed_in_pages() {
    both_engines(async |app| {
        app.post(ARRIVALS, arrival(3, 100)).await.is(201);
        let mut wrong = arrival(9, 100);
        wrong["squad"] = json!("S77");
        let many = [arrival(1, 100), arrival(2, 100), arrival(3, 100), arrival(3, 101), wrong, arrival(1, 100)];
        let said = send(app, &many).await;
        assert_eq!((&said["created"], &said["known"]), (&json!(2), &json!(2)));
        let refused: Vec<_> =
            said["refused"].as_array().unwrap().iter().map(|r| r["index"].as_u64().unwrap()).collect();
        assert_eq!(refused, [3, 4]);
        assert!(said["refused"][1]["reason"].as_str().unwrap().contains("no squad S77"), "{said}");
        let all: Vec<_> = (0..1_001).map(|n| arrival(100 + n, 60)).collect();
        let reply = app.post(format!("{ARRIVALS}/batch"), json!({ "arrivals": all })).await;
        reply.refused(413, "arrivals");
        let mut early = arrival(5, 100);
        early["departed_at"] = json!("2026-03-01T01:59:00Z");
        app.post(ARRIVALS, early).await.is(201);

        let (mut seen, mut next) = (Vec::new(), Some(format!("{ARRIVALS}?limit=1&squad=S1&profile=car")));
        while let Some(url) = next {
            let page = app.json(url).await;
            seen.extend(page["arrivals"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap().to_owned()));
            next = page["next"].as_str().map(str::to_owned);
            assert!(next.as_ref().is_none_or(|n| n.contains("squad=S1") && n.contains("profile=car")), "{next:?}");
        }
        assert_eq!(seen, [3, 2, 1, 5].map(|n| Uuid::from_u128(n).to_string()), "the latest departure first");
        let count =
            async |query: &str| app.json(format!("{ARRIVALS}?{query}")).await["arrivals"].as_array().unwrap().len();
        assert_eq!(count("squad=S2").await, 0);
        assert_eq!(count("profile=foot").await, 0);
        assert_eq!(count("from=2026-03-01T02:00:00Z").await, 3);
        assert_eq!(count("to=2026-03-01T02:00:00Z").await, 1);
        for wrong in ["after=x", "after=1_x", "limit=0"] {
            app.get(format!("{ARRIVALS}?{wrong}")).await.is(422);
        }
        for wrong in ["profile=boat", "colour=red"] {
            app.get(format!("{ARRIVALS}?{wrong}")).await.is(400);
        }
    });
}

#[test]
fn what_was_fitted_is_put_in_force_and_taken_out() {
    both_engines(async |app| {
        let nothing = app.json(CALIBRATION).await;
        assert_eq!(
            nothing,
            json!({ "calibration": "uncalibrated", "in_force": null, "set_aside": null, "arrivals": 0,
                                    "fit": null })
        );
        let before = app.json(NEAREST).await;
        assert_eq!((&before["definition"]["calibration"], &before["slot"]), (&json!("uncalibrated"), &json!("base")));
        assert!(before["squads"].as_array().unwrap().iter().all(|s| s["interval_s"].is_null()));

        // Residential roads take twice as long in the morning, where the planner assumes 1 / 0.8.
        let morning = slot(
            "morning",
            &["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "07:00",
            "10:00",
            json!({ "residential": 0.8 }),
        );
        let put_slots = async |slots: Value| {
            app.call(Method::PUT, "/api/v1/slots").json(&json!({ "slots": slots })).send().await.ok()
        };
        put_slots(json!([morning])).await;
        let truth = |morning: bool, class: RoadClass| match (morning, class) {
            (true, RoadClass::Residential) => 2.0,
            (_, RoadClass::Residential) => 1.2,
            (true, _) => 1.5,
            _ => 0.9,
        };
        let drives = drives(app, 400, truth);
        assert!(drives.len() > 200, "{}", drives.len());
        let few = send(app, &drives[..7]).await;
        assert_eq!(few["created"], 7, "{few}");
        let too_few = app.call(Method::POST, CALIBRATION).send().await.is(409);
        assert!(too_few["detail"].as_str().unwrap().contains("7 of car"), "{too_few}");
        let fit = app.json(format!("{CALIBRATION}?fit=true")).await["fit"]["profiles"][0].clone();
        assert_eq!((&fit["n"], &fit["overall"]), (&json!(7), &Value::Null));

        let mut lost = arrival(1, 300);
        lost["to"] = json!({ "lng": 112.14, "lat": 27.10 });
        let slow = arrival(2, 3_500);
        send(app, &[lost, slow]).await;
        assert_eq!(send(app, &drives).await["known"], 7);
        let fresh = app.json(format!("{CALIBRATION}?fit=true")).await;
        assert_eq!((&fresh["calibration"], &fresh["in_force"]), (&json!("uncalibrated"), &Value::Null));
        let in_force = app.call(Method::POST, CALIBRATION).send().await.ok();
        assert_eq!(in_force["in_force"], fresh["fit"]);
        let words = format!("calibrated 2026-03-02T04:00:00Z n={}", drives.len());
        assert_eq!(in_force["calibration"], words);
        let car = &in_force["in_force"]["profiles"][0];
        assert_eq!((&car["profile"], &car["unreachable"], &car["outliers"]), (&json!("car"), &json!(1), &json!(1)));
        let want = [
            ("base", [("residential", 1.2), ("tertiary", 0.9)]),
            ("morning", [("residential", 2.0 * 0.8), ("tertiary", 1.5)]),
        ];
        for (found, (slot, classes)) in car["slots"].as_array().unwrap().iter().zip(want) {
            assert_eq!((&found["slot"], &found["basis"]), (&json!(slot), &json!("own")));
            for (class, factor) in classes {
                let fitted = found["classes"].as_array().unwrap().iter().find(|c| c["class"] == class).unwrap();
                let (f, error) = (fitted["factor"].as_f64().unwrap(), fitted["standard_error"].as_f64().unwrap());
                // Whole seconds of the clocks and of the walk to the road stray a little, too.
                assert!((f - factor).abs() < 3.0 * error + 0.02 && error < 0.03, "{slot}: {fitted}, not {factor}");
            }
        }

        let after = app.json(NEAREST).await;
        assert_eq!(after["definition"]["calibration"], words);
        for squad in after["squads"].as_array().unwrap() {
            let [low, high] = [0, 1].map(|i| squad["interval_s"][i].as_u64().unwrap());
            let (eta, drive) = (squad["eta_s"].as_u64().unwrap(), squad["parts"]["drive_s"].as_u64().unwrap());
            // Drives stray up to a tenth to either side.
            assert!(low <= eta && eta <= high && high - low <= drive / 5 + 10 && high - low >= drive / 10, "{squad}");
        }

        // Under other slots it means nothing; under the same again it does.
        assert_eq!(put_slots(json!([])).await["calibration"], "uncalibrated");
        assert!(app.json(CALIBRATION).await["set_aside"].as_str().unwrap().contains("slots have changed"));
        assert!(app.json(NEAREST).await["squads"][0]["interval_s"].is_null());
        assert_eq!(put_slots(json!([morning])).await["calibration"], words);
        assert_eq!(app.call(Method::DELETE, CALIBRATION).send().await.status, 204);
        assert_eq!(app.call(Method::DELETE, CALIBRATION).send().await.status, 204);
        assert_eq!(app.json(CALIBRATION).await["in_force"], Value::Null);
        assert_eq!(app.json(NEAREST).await, before);
    });
}

#[test]
fn the_demo_takes_its_drives_and_its_calibration_along() {
    both_engines(async |app| {
        let morning = slot("morning", &["mon"], "07:00", "10:00", json!({}));
        app.call(Method::PUT, "/api/v1/slots").json(&json!({ "slots": [morning] })).send().await.ok();
        send(app, &drives(app, 30, |_, _| 1.1)).await;
        app.call(Method::POST, CALIBRATION).send().await.ok();
        let mut write = app.write().await;
        store::squads::replace(&mut write, &squads(), true).await.unwrap();
        store::demo::remove(&mut write).await.unwrap();
        app.commit(write).await;
        let left = app.json(CALIBRATION).await;
        assert_eq!((&left["arrivals"], &left["in_force"]), (&json!(0), &Value::Null));
        assert_eq!(app.json("/api/v1/slots").await["slots"][0]["name"], "morning");
    });
}

#[test]
fn viewers_read_and_admins_write() {
    both_engines(async |app| {
        for (secret, role) in [("view", Role::Viewer), ("rule", Role::Admin)] {
            app.key(role, secret).await;
        }
        let status = async |key: &str, method: Method, url: &str, body: Value| {
            let call = app.call(method, url).json(&body).header("authorization", &format!("Bearer {key}"));
            call.send().await.status.as_u16()
        };
        let slots = json!({ "slots": [] });
        for (method, url, body, done) in [
            (Method::GET, CALIBRATION, json!({}), [200, 200]),
            (Method::GET, ARRIVALS, json!({}), [200, 200]),
            (Method::GET, "/api/v1/slots", json!({}), [200, 200]),
            (Method::PUT, "/api/v1/slots", slots, [403, 200]),
            (Method::POST, ARRIVALS, arrival(1, 60), [403, 201]),
            (Method::POST, "/api/v1/arrivals/batch", json!({ "arrivals": [] }), [403, 200]),
            (Method::POST, CALIBRATION, json!({}), [403, 409]),
            (Method::DELETE, CALIBRATION, json!({}), [403, 204]),
        ] {
            let got =
                [status("view", method.clone(), url, body.clone()).await, status("rule", method, url, body).await];
            assert_eq!(got, done, "{url}");
            assert_eq!(app.call(Method::GET, url).send().await.status, if url.ends_with("batch") { 405 } else { 401 });
        }
    });
}
