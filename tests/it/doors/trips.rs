//! Routes and the status as Valhalla's clients read them.

use serde_json::{Value, json};

use super::{PLACES, osrm};
use crate::app::{App, Setup, both_engines, with};

fn places(text: &str) -> Vec<Value> {
    let place = |pair: &str| {
        let (lon, lat) = pair.split_once(',').unwrap();
        json!({ "lon": lon.parse::<f64>().unwrap(), "lat": lat.parse::<f64>().unwrap() })
    };
    text.split(';').map(place).collect()
}

fn ask(extra: Value) -> Value {
    let mut ask = json!({ "locations": places(PLACES), "costing": "auto" });
    ask.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    ask
}

async fn trip(app: &App, extra: Value) -> Value {
    app.post("/route", ask(extra)).await.ok()["trip"].clone()
}

#[test]
fn a_trip_is_the_drive_that_osrms_clients_are_told() {
    both_engines(async |app| {
        let theirs =
            osrm(app, &format!("/route/v1/driving/{PLACES}?steps=true&overview=full&geometries=polyline6")).await;
        let theirs = &theirs["routes"][0];
        let ours = trip(app, json!({})).await;
        let number = |v: &Value| v.as_f64().unwrap();
        for (leg, other) in ours["legs"].as_array().unwrap().iter().zip(theirs["legs"].as_array().unwrap()) {
            let summary = &leg["summary"];
            assert!(
                (number(&summary["time"]) - number(&other["duration"])).abs() <= 0.051,
                "{summary} {}",
                other["duration"]
            );
            assert!((number(&summary["length"]) * 1e3 - number(&other["distance"])).abs() <= 0.6);
            let (maneuvers, steps) = (leg["maneuvers"].as_array().unwrap(), other["steps"].as_array().unwrap());
            assert_eq!(maneuvers.len(), steps.len());
            let line = polyline::decode_polyline(leg["shape"].as_str().unwrap(), 6).unwrap().0;
            let mut at = 0;
            for (m, step) in maneuvers.iter().zip(steps) {
                assert_eq!(m["begin_shape_index"], at);
                let location = &step["maneuver"]["location"];
                assert!(
                    (line[at].x - number(&location[0])).abs() < 1e-6
                        && (line[at].y - number(&location[1])).abs() < 1e-6
                );
                at = m["end_shape_index"].as_u64().unwrap() as usize;
                assert!(m["instruction"].as_str().unwrap().ends_with('.'));
            }
            assert_eq!(at, line.len() - 1);
            let sum = |what: &str| maneuvers.iter().map(|m| number(&m[what])).sum::<f64>();
            assert!((sum("time") - number(&summary["time"])).abs() < 0.001 * maneuvers.len() as f64);
            assert!((sum("length") - number(&summary["length"])).abs() < 0.001 * maneuvers.len() as f64);
            assert_eq!([&maneuvers[0]["type"], &maneuvers[maneuvers.len() - 1]["type"]], [1, 4]);
            assert!(
                line.iter()
                    .all(|p| p.x >= number(&summary["min_lon"]) - 1e-6 && p.y <= number(&summary["max_lat"]) + 1e-6)
            );
        }
        let whole = &ours["summary"];
        let sum = ours["legs"].as_array().unwrap().iter().map(|leg| number(&leg["summary"]["time"])).sum::<f64>();
        assert!((number(&whole["time"]) - sum).abs() < 1e-6);
        assert_eq!(
            (&ours["units"], &ours["language"], &ours["status"]),
            (&json!("kilometers"), &json!("en-US"), &json!(0))
        );
        assert_eq!(ours["locations"][2], json!({ "type": "break", "lon": 112.03, "lat": 27.03, "original_index": 2 }));
    });
}

#[test]
fn units_languages_and_shapes_are_as_asked() {
    both_engines(async |app| {
        let km = trip(app, json!({})).await;
        let former = json!({ "directions_options": { "units": "mi", "language": "zh-CN" }, "narrative": true });
        let miles = trip(app, former).await;
        let length = |trip: &Value| trip["summary"]["length"].as_f64().unwrap();
        assert!((length(&miles) * 1.609_344 - length(&km)).abs() < 0.003);
        assert_eq!((&miles["units"], &miles["language"]), (&json!("miles"), &json!("zh-CN")));
        assert_eq!(miles["legs"][0]["maneuvers"].as_array().unwrap().last().unwrap()["instruction"], "到达目的地。");
        let bare = trip(app, json!({ "directions_type": "none", "shape_format": "no_shape" })).await;
        assert_eq!((&bare["legs"][0]["maneuvers"], &bare["legs"][0]["shape"]), (&Value::Null, &Value::Null));
        let mute = trip(app, json!({ "directions_type": "maneuvers", "shape_format": "geojson" })).await;
        assert_eq!(mute["legs"][0]["maneuvers"][0]["instruction"], Value::Null);
        assert_eq!(mute["legs"][0]["shape"]["type"], "LineString");
        let text = form_urlencoded::Serializer::new(String::new())
            .append_pair("json", &ask(json!({ "id": 7 })).to_string())
            .finish();
        let got = app.json(format!("/route?{text}")).await;
        assert_eq!((&got["id"], &got["trip"]), (&json!(7), &km));
    });
}

#[test]
fn refusals_of_a_route_have_their_numbers_and_other_actions_name_ours() {
    both_engines(async |app| {
        let with_third = |third: &str| json!({ "locations": places(&format!("112.0152,27.02;{third}")) });
        let through = |kind: &str| {
            let mut all = places(PLACES);
            all[1]["type"] = json!(kind);
            json!({ "locations": all })
        };
        for (extra, code, status) in [
            (json!({ "locations": null }), 110, 400),
            (json!({ "locations": places("112.0152,27.02") }), 120, 400),
            (json!({ "locations": vec![json!({ "lat": 1, "lon": 1 }); 101] }), 150, 400),
            (json!({ "locations": [{ "lat": 1 }, {}] }), 130, 400),
            (json!({ "costing": null }), 124, 400),
            (json!({ "costing": "boat" }), 125, 400),
            (json!({ "shape_format": "wkt" }), 164, 400),
            (json!({ "format": "gpx" }), 107, 501),
            (json!({ "date_time": { "type": 1 } }), 107, 501),
            (json!({ "exclude_locations": [{ "lat": 1, "lon": 1 }] }), 107, 501),
            (through("via"), 107, 501),
            (with_third("0,0"), 171, 400),
            (with_third(super::ISLAND), 442, 400),
        ] {
            let refusal = app.post("/route", ask(extra.clone())).await.is(status);
            assert_eq!(refusal["error_code"], code, "{extra}: {refusal}");
        }
        assert_eq!(app.post("/route", ask(through("break"))).await.status, 200);
        for path in ["/trace_route", "/trace_attributes", "/locate", "/height"] {
            for refusal in [app.get(path).await.is(404), app.post(path, json!({})).await.is(404)] {
                assert_eq!(refusal["error_code"], 106);
                assert!(refusal["error"].as_str().unwrap().contains("'/route'"), "{refusal}");
            }
        }
    });
}

#[test]
fn the_status_is_that_of_the_roads_in_force() {
    both_engines(async |app| {
        let status = app.json("/status").await;
        assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(status["available_actions"], json!(["isochrone", "route", "sources_to_targets", "status"]));
        let imported = status["tileset_last_modified"].as_i64().unwrap();
        assert!(imported > 0, "{status}");
        assert!(status["has_tiles"].is_null());
        let verbose = app.post("/status", json!({ "verbose": true })).await.ok();
        assert_eq!((&verbose["has_tiles"], &verbose["has_transit_tiles"]), (&json!(true), &json!(false)));
        assert_eq!(app.post("/status", json!("x")).await.is(400)["error_code"], 100);
        // Other roads, at another time.
        let mut write = app.write().await;
        let hash = xunge::store::roads::in_force(&mut write.tx).await.unwrap().unwrap().hash;
        write.at = write.at.plus_ms(7_000);
        xunge::store::roads::replace(&mut write, &app.ctx.folder, &hash, "again", false).await.unwrap();
        app.commit(write).await;
        let later = app.json("/status").await["tileset_last_modified"].as_i64().unwrap();
        assert!(later > imported, "{later} {imported}");
    });
    with(Setup { county: false, ..Setup::default() }, async |app| {
        let verbose = app.post("/status", json!({ "verbose": true })).await.ok();
        assert_eq!((&verbose["has_tiles"], &verbose["tileset_last_modified"]), (&json!(false), &json!(0)));
        app.post("/route", ask(json!({}))).await.is(503);
    });
}
