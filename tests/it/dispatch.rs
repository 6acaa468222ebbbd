//! Who is there first, over HTTP.

use std::str::FromStr;

use serde_json::{Value, json};
use xunge::base::LngLat;

use crate::{
    app::{App, both_engines},
    county::NIGHT,
};

async fn nearest(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/squads/nearest?{}", query.replace('+', "%2B"))).await
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["squads"].as_array().unwrap().iter().map(|s| s["squad"]["id"].as_str().unwrap()).collect()
}

fn reasons(answer: &Value) -> Vec<(&str, &str)> {
    let list = answer["excluded"]["nearest"].as_array().unwrap();
    list.iter().map(|e| (e["squad"]["id"].as_str().unwrap(), e["reason"].as_str().unwrap())).collect()
}

fn place(v: &Value) -> LngLat {
    LngLat::new(v["lng"].as_f64().unwrap(), v["lat"].as_f64().unwrap()).unwrap()
}

#[test]
fn the_first_squads_come_with_their_parts_and_their_routes() {
    both_engines(async |app| {
        let answer = nearest(app, "lng=112.03&lat=27.03&k=4&route=true").await;
        assert_eq!(ids(&answer)[0], "S1");
        assert_eq!(answer["at"], "2026-03-02T04:00:00Z");
        assert_eq!(answer["definition"]["handling_s"], 120);
        assert_eq!(reasons(&answer), [("S4", "off_shift")]);
        assert_eq!(answer["excluded"]["counts"]["off_shift"], 1);
        let squads = answer["squads"].as_array().unwrap();
        assert_eq!(squads.len(), 3);
        assert!(squads.windows(2).all(|w| w[0]["eta_s"].as_u64() <= w[1]["eta_s"].as_u64()));
        let target = place(&answer["target"]["point"]);
        let snapped = place(&answer["target"]["snapped"]);
        let off_road_m = answer["target"]["snapped"]["distance_m"].as_f64().unwrap();
        assert!((snapped.distance_m(target) - off_road_m).abs() < 0.2);
        for (i, squad) in squads.iter().enumerate() {
            assert_eq!(squad["rank"], i + 1);
            let part = |name: &str| squad["parts"][name].as_u64().unwrap();
            let sum = ["handling_s", "turnout_s", "drive_s", "walk_s"].map(part).iter().sum::<u64>();
            assert_eq!(squad["eta_s"], sum);
            assert_eq!((part("handling_s"), part("turnout_s")), (120, 60));
            // The road's length at 5 to 70 km/h takes the drive's time.
            let (m, s) = (squad["distance_m"].as_f64().unwrap(), part("drive_s") as f64);
            assert!((5.0..70.0).contains(&(m / s * 3.6)), "{squad}");
            let line = geojson::Geometry::from_str(&squad["route"].to_string()).unwrap();
            let geo::Geometry::LineString(line) = geo::Geometry::try_from(line).unwrap() else { panic!("{squad}") };
            let ends = [line.0[0], line.0[line.0.len() - 1]].map(LngLat::from);
            assert!(ends[0].distance_m(place(&squad["from"])) < 30.0, "starts at the squad: {squad}");
            assert!(ends[1].distance_m(snapped) < 0.1, "ends where the road is left: {squad}");
            let along: f64 = line.0.windows(2).map(|w| LngLat::from(w[0]).distance_m(w[1].into())).sum();
            assert!((along - m).abs() < 0.005 * m + 0.5, "{along} m, {m} m");
        }
        assert_eq!(squads[2]["competence"], "first_response_only", "S2 has one certified officer");
        assert_eq!(ids(&nearest(app, "lng=112.03&lat=27.03&competent=true").await), ["S1", "S3"]);
        let plain = nearest(app, "lng=112.03&lat=27.03&k=1").await;
        assert_eq!((ids(&plain), &plain["squads"][0]["route"]), (vec!["S1"], &Value::Null));
        assert_eq!(plain["squads"][0]["eta_s"], squads[0]["eta_s"]);
    });
}

#[test]
fn coverage_says_the_same_for_the_centre_of_every_cell() {
    both_engines(async |app| {
        let cells = app.json("/api/v1/coverage?by=cells&minutes=120").await;
        let cells = cells["cells"].as_array().unwrap();
        let mut compared = 0;
        for cell in cells.iter().step_by(7) {
            let index = h3o::CellIndex::from_str(cell["cell"].as_str().unwrap()).unwrap();
            let centre = h3o::LatLng::from(index);
            let answer = nearest(app, &format!("lng={}&lat={}&k=2", centre.lng(), centre.lat())).await;
            let found = answer["squads"].as_array().unwrap();
            if cell["status"] == "no_access" {
                assert!(answer["unreachable"].as_str().unwrap().contains("no road within 500 m"), "{answer}");
                assert!(found.is_empty());
                continue;
            }
            assert_eq!(answer["unreachable"], Value::Null);
            for (rank, name) in ["best", "second"].iter().enumerate() {
                let got = found.get(rank).map_or([&Value::Null; 2], |s| [&s["eta_s"], &s["squad"]["id"]]);
                assert_eq!(got, [&cell[format!("{name}_s")], &cell[format!("{name}_squad")]], "{cell}: {answer}");
                compared += usize::from(!got[0].is_null());
            }
        }
        assert!(compared > 40, "{compared}");
    });
}

#[test]
fn a_busy_squad_is_left_out_with_the_reason_until_it_is_free() {
    both_engines(async |app| {
        let ask = "lng=112.03&lat=27.03&k=1";
        assert_eq!(ids(&nearest(app, ask).await), ["S1"]);
        app.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        let answer = nearest(app, ask).await;
        assert_ne!(ids(&answer), ["S1"]);
        assert_eq!(reasons(&answer)[0], ("S1", "busy"));
        let straight_m = answer["excluded"]["nearest"][0]["straight_line_m"].as_f64().unwrap();
        let want = LngLat::new(112.0152, 27.02).unwrap().distance_m(LngLat::new(112.03, 27.03).unwrap());
        assert!((straight_m - want).abs() < 0.1, "{straight_m}");
        app.patch("/api/v1/squads/S1", json!({ "status": "out_of_service" })).await.ok();
        assert_eq!(reasons(&nearest(app, ask).await)[0], ("S1", "out_of_service"));
        app.patch("/api/v1/squads/S1", json!({ "status": "available" })).await.ok();
        assert_eq!(ids(&nearest(app, ask).await), ["S1"]);
    });
}

#[test]
fn at_night_the_day_shift_sleeps() {
    both_engines(async |app| {
        let answer = nearest(app, &format!("lng=112.13&lat=27.03&k=5&at={NIGHT}")).await;
        assert_eq!(ids(&answer), ["S1"]);
        let mut asleep = reasons(&answer);
        assert_eq!(asleep[0], ("S2", "off_shift"), "the nearest first");
        asleep.sort_unstable();
        assert_eq!(asleep, ["S2", "S3", "S4"].map(|s| (s, "off_shift")));
    });
}

#[test]
fn a_squad_sets_out_from_its_last_fresh_fix() {
    both_engines(async |app| {
        let from = async || nearest(app, "lng=112.05&lat=27.04&k=3").await["squads"][0]["from"].clone();
        assert_eq!(from().await["source"], "post");
        let fix =
            |at: &str| json!({ "positions": [{ "squad": "S2", "lng": 112.0551, "lat": 27.045, "fixed_at": at }] });
        app.post("/api/v1/positions", fix("2026-03-02T03:50:00Z")).await.is(202);
        assert_eq!(ids(&nearest(app, "lng=112.05&lat=27.04&k=1").await), ["S1"], "too old to count");
        app.post("/api/v1/positions", fix("2026-03-02T03:58:00Z")).await.is(202);
        let start = from().await;
        assert_eq!(
            (&start["source"], &start["fix_age_s"], &start["lng"]),
            (&json!("fix"), &json!(120), &json!(112.0551))
        );
        assert_eq!(ids(&nearest(app, "lng=112.05&lat=27.04&k=1").await), ["S2"]);
    });
}

#[test]
fn who_is_first_counts_with_the_roads_of_the_time_and_the_positions_of_now() {
    both_engines(async |app| {
        let everywhere = [[111.9, 26.9], [112.3, 26.9], [112.3, 27.3], [111.9, 27.3], [111.9, 26.9]];
        let slow = json!({ "id": "01957a3e-5c00-7000-8000-000000000001", "speed_factor": 0.5, "profiles": ["car"], "reason": "snow",
            "place": { "polygon": { "type": "Polygon", "coordinates": [everywhere] } },
            "from": "2026-03-02T05:00:00Z" });
        app.post("/api/v1/roads/disruptions", slow).await.is(201);
        let ask =
            async |at: &str| nearest(app, &format!("lng=112.05&lat=27.04&k=1&at={at}")).await["squads"][0].clone();
        let drive_s = |s: &Value| s["parts"]["drive_s"].as_f64().unwrap();
        let [before, after] = [ask("2026-03-02T04:00:00Z").await, ask("2026-03-02T05:00:00Z").await];
        assert_eq!(before["distance_m"], after["distance_m"]);
        assert!((drive_s(&after) - 2.0 * drive_s(&before)).abs() <= 2.0, "{before}, {after}");
        // Both states of the roads are kept now, and both hear of a position.
        let fix = json!({ "squad": "S2", "lng": 112.0551, "lat": 27.045, "fixed_at": "2026-03-02T04:00:30Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        assert_eq!(ask("2026-03-02T04:00:00Z").await["from"]["source"], "fix");
        let long_ago = ask("2026-03-02T05:00:00Z").await;
        assert_eq!((&long_ago["from"]["source"], &long_ago["squad"]["id"]), (&json!("post"), &after["squad"]["id"]));
    });
}

#[test]
fn without_a_road_there_is_a_reason_and_never_a_guess() {
    both_engines(async |app| {
        let answer = nearest(app, "lng=112.14&lat=27.09").await;
        assert_eq!(answer["unreachable"], "no road within 500 m of the point");
        assert_eq!((ids(&answer).len(), &answer["target"]["snapped"]), (0, &Value::Null));
        assert_eq!(answer["excluded"]["counts"]["unreachable"], 3);
        // The lonely road in the corner hangs together with nothing.
        let answer = nearest(app, "lng=112.152&lat=27.1101").await;
        assert_eq!((ids(&answer).len(), &answer["target"]["snapped"]["island"]), (0, &json!(true)));
        assert_eq!(
            (&answer["target"]["reason"], &answer["excluded"]["counts"]["no_way_in"]),
            (&json!("no_way_in"), &json!(3))
        );
        // Nor does a squad set out from where no road is.
        let post = json!({ "post": { "lng": 112.14, "lat": 27.09 } });
        app.patch("/api/v1/squads/S2", post).await.ok();
        let answer = nearest(app, "lng=112.13&lat=27.03&k=3").await;
        assert!(reasons(&answer).contains(&("S2", "no_road")), "{answer}");
    });
}

#[test]
fn what_can_not_be_asked_is_refused() {
    both_engines(async |app| {
        let url = "/api/v1/squads/nearest?lng=112.03&lat=27.03";
        app.get(format!("{url}&k=0")).await.refused(422, "k");
        app.get(format!("{url}&k=51")).await.refused(422, "k");
        app.get(format!("{url}&route=perhaps")).await.refused(400, "route");
        app.get(format!("{url}&at=now")).await.refused(400, "at");
        app.get("/api/v1/squads/nearest?lng=112.03&lat=99").await.refused(422, "lat");
    });
}
