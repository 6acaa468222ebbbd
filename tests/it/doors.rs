//! The doors that OSRM's and Valhalla's clients know: their shapes, their refusals, and that they
//! tell the same times as our own.

mod steps;
mod trips;

use serde_json::{Value, json};

use crate::app::{App, Setup, both_engines, with};

/// On streets of the main network, and one in the corner that hangs together with nothing.
const PLACES: &str = "112.0152,27.02;112.1352,27.02;112.03,27.03";
const ISLAND: &str = "112.152,27.1101";

async fn osrm(app: &App, path: &str) -> Value {
    let answer = app.json(path).await;
    assert_eq!(answer["code"], "Ok", "{answer}");
    answer
}

#[test]
fn a_table_is_square_and_tells_our_own_drives() {
    both_engines(async |app| {
        let table = osrm(app, &format!("/table/v1/driving/{PLACES}?annotations=duration,distance")).await;
        let (durations, distances) = (&table["durations"], &table["distances"]);
        for i in 0..3 {
            assert_eq!(durations[i][i], 0.0);
            assert_eq!(distances[i][i], 0.0);
            assert_eq!(table["sources"][i], table["destinations"][i]);
        }
        assert!(table["sources"][0]["distance"].as_f64().unwrap() < 50.0);
        assert_eq!(table["sources"][0]["location"].as_array().unwrap().len(), 2);
        // S1 and S2 stand at the first two places.
        let ours = app.json("/api/v1/squads/nearest?lng=112.03&lat=27.03&k=3").await;
        for (source, id) in ["S1", "S2"].into_iter().enumerate() {
            let squads = ours["squads"].as_array().unwrap();
            let squad = squads.iter().find(|s| s["squad"]["id"] == id).unwrap();
            let (s, m) = (durations[source][2].as_f64().unwrap(), distances[source][2].as_f64().unwrap());
            // A tenth at most is lost in rounding; ours rounds up to whole seconds.
            assert!((-0.05..=1.05).contains(&(squad["parts"]["drive_s"].as_f64().unwrap() - s)), "{squad} {s}");
            assert_eq!(squad["distance_m"].as_f64().unwrap(), m, "{squad}");
        }
        let part = osrm(app, &format!("/table/v1/car/{PLACES}.json?sources=2;0&destinations=1")).await;
        assert_eq!(part["durations"], json!([[durations[2][1]], [durations[0][1]]]));
        assert_eq!((part["sources"].as_array().unwrap().len(), &part["distances"]), (2, &Value::Null));
        let bare = osrm(app, &format!("/table/v1/car/{PLACES}?skip_waypoints=true&annotations=distance")).await;
        assert_eq!((&bare["sources"], &bare["durations"], &bare["distances"]), (&Value::Null, &Value::Null, distances));
    });
}

#[test]
fn what_hangs_together_with_nothing_is_null_and_what_is_nowhere_no_segment() {
    both_engines(async |app| {
        let table = osrm(app, &format!("/table/v1/driving/112.0152,27.02;{ISLAND}")).await;
        assert_eq!(table["durations"][0][1], Value::Null);
        assert_eq!(table["durations"][1][0], Value::Null);
        assert_eq!(table["durations"][1][1], 0.0);
        for (path, code) in [
            ("/table/v1/driving/0,0;0,1".to_owned(), "NoSegment"),
            ("/route/v1/driving/112.0152,27.02;0,0".to_owned(), "NoSegment"),
            ("/table/v1/driving/112.0152,27.02?radiuses=1".to_owned(), "NoSegment"),
            ("/nearest/v1/driving/0,0".to_owned(), "NoSegment"),
            (format!("/route/v1/driving/112.0152,27.02;{ISLAND}"), "NoRoute"),
            ("/table/v1/driving/112.0152;27.02".to_owned(), "InvalidQuery"),
            (format!("/table/v1/driving/{PLACES}?colour=red"), "InvalidQuery"),
            (format!("/table/v1/driving/{PLACES}?sources=3"), "InvalidOptions"),
            (format!("/table/v1/driving/{PLACES}?annotations=speed"), "InvalidOptions"),
            (format!("/table/v1/boat/{PLACES}"), "InvalidOptions"),
            (format!("/nearest/v1/driving/{PLACES}"), "InvalidOptions"),
            ("/nearest/v1/driving/112.0152,27.02?number=0".to_owned(), "TooBig"),
            ("/route/v1/driving/112.0152,27.02".to_owned(), "InvalidOptions"),
            (format!("/route/v1/driving/{PLACES}?geometries=wkt"), "InvalidOptions"),
            (format!("/table/v2/driving/{PLACES}"), "InvalidVersion"),
            (format!("/route/v2/driving/{PLACES}"), "InvalidVersion"),
            ("/table/v1/driving".to_owned(), "InvalidUrl"),
            ("/table/v1".to_owned(), "InvalidUrl"),
            ("/nearest/v1/x/y/z".to_owned(), "InvalidUrl"),
            ("/match/v1".to_owned(), "InvalidService"),
            (format!("/trip/v1/driving/{PLACES}"), "InvalidService"),
            ("/tile/v1/car/tile(1310,3166,13).mvt".to_owned(), "InvalidService"),
            (format!("/route/v1/driving/{PLACES}?annotations=nodes"), "InvalidOptions"),
            (format!("/route/v1/driving/{PLACES}?annotations=true,false"), "InvalidOptions"),
            (format!("/route/v1/driving/{PLACES}?bearings=1,2"), "InvalidOptions"),
            (format!("/route/v1/driving/{PLACES}?bearings=1,2;3,4"), "InvalidOptions"),
            (format!("/route/v1/driving/{PLACES}?bearings=1;2;3"), "InvalidQuery"),
            (format!("/route/v1/driving/{PLACES}?bearings=30,1;30,1;30,1"), "NoSegment"),
            (format!("/table/v1/driving/{}112,27", "112,27;".repeat(100)), "TooBig"),
        ] {
            let refusal = app.get(&path).await.is(400);
            assert_eq!(refusal["code"], code, "{path}: {refusal}");
            assert!(refusal["message"].is_string());
        }
    });
}

#[test]
fn the_nearest_segments_come_nearest_first() {
    both_engines(async |app| {
        let answer = osrm(app, "/nearest/v1/driving/112.0152,27.0105?number=3").await;
        let waypoints = answer["waypoints"].as_array().unwrap();
        assert_eq!(waypoints.len(), 3);
        let far = |w: &Value| w["distance"].as_f64().unwrap();
        assert!(waypoints.windows(2).all(|w| far(&w[0]) <= far(&w[1])), "{answer}");
        assert_eq!(waypoints[0]["nodes"].as_array().unwrap().len(), 2);
        let one = osrm(app, "/nearest/v1/driving/112.0152,27.0105").await;
        assert_eq!(one["waypoints"], json!([waypoints[0]]));
    });
}

#[test]
fn a_route_adds_up_and_keeps_its_shape_in_every_geometry() {
    both_engines(async |app| {
        let base = format!("/route/v1/driving/{PLACES}?steps=true&overview=full");
        let answer = osrm(app, &format!("{base}&geometries=geojson")).await;
        let route = &answer["routes"][0];
        let table = osrm(app, &format!("/table/v1/driving/{PLACES}")).await;
        let number = |v: &Value| v.as_f64().unwrap();
        let legs = route["legs"].as_array().unwrap();
        for (i, leg) in legs.iter().enumerate() {
            assert_eq!(leg["duration"], table["durations"][i][i + 1]);
            let steps = leg["steps"].as_array().unwrap();
            for what in ["duration", "distance"] {
                let sum: f64 = steps.iter().map(|s| number(&s[what])).sum();
                assert!((sum - number(&leg[what])).abs() < 0.1 * steps.len() as f64, "{what}: {leg}");
            }
            let kinds = [&steps[0], &steps[steps.len() - 1]].map(|s| s["maneuver"]["type"].as_str().unwrap());
            assert_eq!(kinds, ["depart", "arrive"]);
            let line = |s: &Value| s["geometry"]["coordinates"].as_array().unwrap().clone();
            assert!(steps.windows(2).all(|s| line(&s[0]).last() == line(&s[1]).first()), "steps join: {leg}");
            assert!(steps.iter().any(|s| s["name"] == "大道"), "{leg}");
        }
        assert!((legs.iter().map(|l| number(&l["duration"])).sum::<f64>() - number(&route["duration"])).abs() < 0.2);
        let points: Vec<geo::Coord> = route["geometry"]["coordinates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| geo::Coord { x: number(&p[0]), y: number(&p[1]) })
            .collect();
        assert_eq!(answer["waypoints"].as_array().unwrap().len(), 3);
        for (name, precision, error_deg) in [("polyline", 5, 6e-6), ("polyline6", 6, 6e-7)] {
            let answer = osrm(app, &format!("{base}&geometries={name}")).await;
            let text = answer["routes"][0]["geometry"].as_str().unwrap();
            let decoded = polyline::decode_polyline(text, precision).unwrap();
            assert_eq!(decoded.0.len(), points.len());
            let near =
                |(a, b): (&geo::Coord, &geo::Coord)| (a.x - b.x).abs() < error_deg && (a.y - b.y).abs() < error_deg;
            assert!(decoded.0.iter().zip(&points).all(near), "{name}");
        }
        let short = osrm(app, &format!("/route/v1/driving/{PLACES}?overview=false")).await;
        assert_eq!(
            (&short["routes"][0]["geometry"], &short["routes"][0]["legs"][0]["steps"]),
            (&Value::Null, &json!([]))
        );
    });
}

fn valhalla(extra: Value) -> Value {
    let mut ask =
        json!({ "locations": [{ "lat": 27.03, "lon": 112.016 }], "costing": "auto", "contours": [{ "time": 5 }] });
    ask.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    ask
}

#[test]
fn contours_are_those_of_our_own_isochrone() {
    both_engines(async |app| {
        let ours = app.json("/api/v1/isochrone?lng=112.016&lat=27.03&minutes=5,10").await;
        let asked = json!({ "contours": [{ "time": 5 }, { "time": 10.0, "color": "ff0000" }], "polygons": true, "denoise": 0.0, "id": "x" });
        let answer = app.post("/isochrone", valhalla(asked)).await.ok();
        assert_eq!(answer["id"], "x");
        for i in 0..2 {
            let (theirs, ours) = (&answer["features"][i]["geometry"], &ours["features"][i]["geometry"]["coordinates"]);
            let same = if theirs["type"] == "Polygon" {
                json!([theirs["coordinates"]])
            } else {
                theirs["coordinates"].clone()
            };
            let key = |v: &Value| v.to_string();
            let sorted = |v: &Value| {
                let mut all: Vec<String> = v.as_array().unwrap().iter().map(key).collect();
                all.sort();
                all
            };
            assert_eq!(sorted(&same), sorted(ours));
        }
        let properties = &answer["features"][0]["properties"];
        assert_eq!(
            (&properties["contour"], &properties["metric"], &properties["color"]),
            (&json!(10.0), &json!("time"), &json!("#ff0000"))
        );
        let lines = app.post("/isochrone", valhalla(json!({}))).await.ok();
        assert_eq!(lines["features"][0]["geometry"]["type"], "LineString");
        let text = form_urlencoded::Serializer::new(String::new())
            .append_pair("json", &valhalla(json!({})).to_string())
            .finish();
        assert_eq!(app.json(format!("/isochrone?{text}")).await, lines);
    });
}

#[test]
fn a_matrix_tells_the_tables_times() {
    both_engines(async |app| {
        let places = [[112.0152, 27.02], [112.1352, 27.02], [112.152, 27.1101]];
        let places = places.map(|[lon, lat]| json!({ "lon": lon, "lat": lat }));
        let ask = json!({ "sources": places, "targets": places, "costing": "auto" });
        let answer = app.post("/sources_to_targets", ask.clone()).await.ok();
        let table = osrm(
            app,
            &format!("/table/v1/driving/112.0152,27.02;112.1352,27.02;{ISLAND}?annotations=duration,distance"),
        )
        .await;
        for from in 0..3 {
            for to in 0..3 {
                let pair = &answer["sources_to_targets"][from][to];
                assert_eq!((&pair["from_index"], &pair["to_index"]), (&json!(from), &json!(to)));
                let [s, m] = ["durations", "distances"].map(|what| table[what][from][to].as_f64());
                assert_eq!(pair["time"].as_f64().is_some(), s.is_some());
                assert!(s.is_none_or(|s| (pair["time"].as_f64().unwrap() - s).abs() <= 0.55), "{pair} {s:?}");
                assert!(m.is_none_or(|m| (pair["distance"].as_f64().unwrap() * 1e3 - m).abs() <= 0.55), "{pair} {m:?}");
            }
        }
        assert_eq!((&answer["units"], answer["sources"].as_array().unwrap().len()), (&json!("kilometers"), 3));
        let mut slim = ask;
        slim["verbose"] = json!(false);
        slim["units"] = json!("miles");
        let slim = app.post("/sources_to_targets", slim).await.ok();
        assert_eq!(slim["sources_to_targets"]["durations"][0][1], answer["sources_to_targets"][0][1]["time"]);
        let miles = slim["sources_to_targets"]["distances"][0][1].as_f64().unwrap();
        assert!((miles * 1.609_344 - answer["sources_to_targets"][0][1]["distance"].as_f64().unwrap()).abs() < 0.002);
    });
}

#[test]
fn valhallas_refusals_have_their_numbers() {
    both_engines(async |app| {
        let place = |lon: f64| json!([{ "lat": 27.02, "lon": lon }]);
        for (path, ask, code, status) in [
            ("/isochrone", json!({}), 110, 400),
            ("/isochrone", json!({ "locations": [] }), 110, 400),
            ("/isochrone", valhalla(json!({ "locations": "x" })), 100, 400),
            ("/isochrone", valhalla(json!({ "locations": [{ "lat": 1 }] })), 130, 400),
            ("/isochrone", valhalla(json!({ "locations": place(0.0) })), 171, 400),
            ("/isochrone", valhalla(json!({ "costing": null })), 124, 400),
            ("/isochrone", valhalla(json!({ "costing": "boat" })), 125, 400),
            ("/isochrone", valhalla(json!({ "contours": [] })), 113, 400),
            ("/isochrone", valhalla(json!({ "contours": [{}] })), 111, 400),
            ("/isochrone", valhalla(json!({ "contours": [{ "time": 121 }] })), 151, 400),
            ("/isochrone", valhalla(json!({ "contours": vec![json!({ "time": 1 }); 11] })), 152, 400),
            ("/isochrone", valhalla(json!({ "contours": [{ "distance": 1 }] })), 107, 501),
            ("/isochrone", valhalla(json!({ "reverse": true })), 107, 501),
            ("/sources_to_targets", json!({ "costing": "auto" }), 112, 400),
            ("/sources_to_targets", json!({ "costing": "auto", "sources": [{}], "targets": place(112.0) }), 131, 400),
            (
                "/sources_to_targets",
                json!({ "costing": "auto", "sources": place(112.0152), "targets": place(0.0) }),
                171,
                400,
            ),
            (
                "/sources_to_targets",
                json!({ "costing": "auto", "sources": place(112.0152),
                "targets": [{ "lat": 27.1101, "lon": 112.152 }] }),
                442,
                400,
            ),
        ] {
            let refusal = app.post(path, ask.clone()).await.is(status);
            assert_eq!(refusal["error_code"], code, "{path} {ask}: {refusal}");
            assert_eq!(refusal["status_code"], status);
            assert!(refusal["error"].is_string() && refusal["status"].is_string());
        }
    });
    with(Setup { county: false, ..Setup::default() }, async |app| {
        app.get(format!("/table/v1/driving/{PLACES}")).await.is(503);
        app.post("/isochrone", valhalla(json!({}))).await.is(503);
    });
}
