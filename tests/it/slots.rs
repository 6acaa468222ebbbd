//! Time slots over HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    app::{App, Reply, Setup, both_engines, on_both_places},
    county::{NIGHT, NOON},
};

const URL: &str = "/api/v1/slots";

async fn put(app: &App, slots: Value) -> Reply {
    app.call(Method::PUT, URL).json(&json!({ "slots": slots })).send().await
}

pub fn slot(name: &str, days: &[&str], from: &str, to: &str, speed_factors: Value) -> Value {
    json!({ "name": name, "name_zh": "高峰", "windows": [{ "days": days, "from": from, "to": to }],
            "speed_factors": speed_factors })
}

async fn at(app: &App, time: &str) -> Value {
    app.json(format!("{URL}?at={}", time.replace('+', "%2B"))).await["slot"].clone()
}

#[test]
fn slots_are_kept_and_the_first_that_covers_the_local_time_holds() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let none = app.json(URL).await;
        assert_eq!((&none["slots"], &none["slot"]), (&json!([]), &json!("base")));
        let peak = slot("noon peak", &["mon", "tue"], "11:00", "13:00", json!({ "residential": 0.5, "tertiary": 1 }));
        let week = slot("week", &["mon", "tue", "wed"], "08:00", "20:00", json!({}));
        let shown = put(&app, json!([peak, week])).await.ok();
        assert_eq!(shown["slots"][0]["speed_factors"], json!({ "tertiary": 1.0, "residential": 0.5 }));
        assert_eq!(shown["slots"][1]["windows"], week["windows"]);
        assert_eq!((&shown["slot"], &shown["calibration"]), (&json!("noon peak"), &json!("uncalibrated")));
        assert_eq!(at(&app, "2026-03-02T13:00:00+08:00").await, "week");
        assert_eq!(at(&app, NIGHT).await, "base");
        let nearest = app.json("/api/v1/squads/nearest?lng=112.03&lat=27.03").await;
        assert_eq!(nearest["slot"], "noon peak");
        let asked = format!("/api/v1/squads/nearest?lng=112.03&lat=27.03&at={}", NIGHT.replace('+', "%2B"));
        assert_eq!(app.json(asked).await["slot"], "base");
        // The same again is no change.
        let seq = app.ctx.feed.seq();
        put(&app, json!([peak, week])).await.ok();
        assert_eq!(app.ctx.head().await.unwrap(), seq);
        app.check().await;
        app.stop().await;
        let again = App::open(place, Setup::default()).await;
        assert_eq!(at(&again, NOON).await, "noon peak");
        put(&again, json!([])).await.ok();
        assert_eq!(at(&again, NOON).await, "base");
        again.check().await;
    });
}

#[test]
fn slots_that_cannot_be_are_refused_by_name_and_change_nothing() {
    both_engines(async |app| {
        let day = |name: &str, factors: Value| slot(name, &["mon"], "08:00", "20:00", factors);
        put(app, json!([day("a", json!({}))])).await.ok();
        let seq = app.ctx.feed.seq();
        let nine: Vec<_> = (0..9).map(|i| day(&i.to_string(), json!({}))).collect();
        put(app, json!(nine)).await.refused(422, "slots");
        put(app, json!([day("a", json!({})), day("b", json!({})), day("a", json!({}))]))
            .await
            .refused(422, "slots[2].name");
        put(app, json!([day("base", json!({}))])).await.refused(422, "slots[0].name");
        put(app, json!([day(" ", json!({}))])).await.refused(422, "slots[0].name");
        for factor in [0.0499, 3.01, -1.0] {
            let refused = put(app, json!([day("a", json!({ "primary": factor }))])).await;
            refused.refused(422, "slots[0].speed_factors.primary");
            assert!(refused.text().contains("is not within 0.05 to 3"), "{}", refused.text());
        }
        let unknown = put(app, json!([day("a", json!({ "boulevard": 0.5 }))])).await;
        unknown.refused(422, "slots[0].speed_factors");
        assert!(unknown.is(422)["detail"].as_str().unwrap().contains("unknown variant `boulevard`"));
        put(app, json!([slot("a", &["mox"], "08:00", "20:00", json!({}))])).await.refused(422, "slots[0].windows");
        put(app, json!([{ "name": "a", "windows": [] }])).await.refused(422, "slots[0].windows");
        put(app, json!([{ "name": "a", "windows": [], "speed": 1 }])).await.refused(422, "slots[0].speed");
        app.get(format!("{URL}?when=now")).await.is(400);
        assert_eq!(app.ctx.head().await.unwrap(), seq);
        assert_eq!(app.json(URL).await["slots"][0]["name"], "a");
    });
}

#[test]
fn drives_and_answers_follow_the_slot_at_departure() {
    both_engines(async |app| {
        let nearest =
            async |at: &str| app.json(format!("/api/v1/squads/nearest?lng=112.1&lat=27.04&k=1&at={at}")).await;
        let [rush, noon] = ["2026-03-02T08:30:00%2B08:00", "2026-03-02T12:00:00%2B08:00"];
        let usual = nearest(rush).await["squads"][0]["parts"]["drive_s"].as_u64().unwrap();
        assert_eq!(nearest(rush).await["slot"], "base");
        let covered = async |at: &str| app.json(format!("/api/v1/coverage?minutes=10&at={at}")).await["cells"].clone();
        let before = [covered(rush).await, covered(noon).await];
        let slow = slot("rush", &["mon"], "08:00", "09:00", json!({ "residential": 0.5, "tertiary": 0.5 }));
        put(app, json!([slow])).await.ok();
        let answer = nearest(rush).await;
        assert_eq!(answer["slot"], "rush");
        let drive = answer["squads"][0]["parts"]["drive_s"].as_u64().unwrap();
        assert!(drive.abs_diff(2 * usual) <= 1, "{usual} {drive}");
        assert_eq!(nearest(noon).await["slot"], "base");
        let after = [covered(rush).await, covered(noon).await];
        assert!(after[0]["covered"].as_u64() < before[0]["covered"].as_u64(), "{before:?} {after:?}");
        assert_eq!(after[1], before[1]);
    });
}
