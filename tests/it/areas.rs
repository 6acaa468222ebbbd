//! Who is responsible at a point, over HTTP.

use axum::http::Method;
use fastrand::Rng;
use geo::{Distance, Geodesic, Point};
use serde_json::{Value, json};
use xunge::{base::LngLat, kernel::crs::Datum};

use crate::{
    app::{App, Draws, both_engines},
    county::{COUNTY, EAST, NORTH, SOUTH, WEST, owner, township},
};

/// Of a geodesic on the ellipsoid.
fn metres(a: LngLat, b: LngLat) -> f64 {
    Geodesic.distance(Point::new(a.lng, a.lat), Point::new(b.lng, b.lat))
}

async fn locate(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/locate?{query}")).await
}

#[test]
fn a_point_has_a_county_a_township_a_village_and_a_grid() {
    both_engines(async |app| {
        let at = locate(app, "lng=112.05&lat=27.04").await;
        assert_eq!(at["county"]["code"], COUNTY);
        let [t, v, g] = owner(LngLat::new(112.05, 27.04).unwrap());
        let codes = ["township", "village", "grid"].map(|level| at[level]["code"].clone());
        assert_eq!(codes, [t, v, g].map(Value::from));
        assert_eq!(at["township"]["name_zh"], "区990001001000");
        assert_eq!(at["ambiguous"], false);
        assert_eq!([&at["candidates"], &at["nearest"], &at["shifted_hint"]], [&json!([]), &Value::Null, &Value::Null]);
    });
}

#[test]
fn a_number_is_the_same_in_an_address_and_in_a_body() {
    both_engines(async |app| {
        // The last bits around borders between villages and townships, with all their digits.
        let around = |border: f64| (-60..=60).map(move |n: i64| f64::from_bits((border.to_bits() as i64 + n) as u64));
        let lngs = [112.04, 112.08, 112.12].into_iter().flat_map(around).map(|lng| format!("{lng:.25}"));
        let lngs: Vec<String> = lngs.collect();
        let points: Vec<_> = lngs.iter().map(|lng| format!(r#"{{"lng":{lng},"lat":27.02}}"#)).collect();
        let body = format!(r#"{{"points":[{}]}}"#, points.join(","));
        let answer = app.call(Method::POST, "/api/v1/locate").text("application/json", &body).send().await.ok();
        let mut villages = Vec::new();
        for (lng, got) in lngs.iter().zip(answer["results"].as_array().unwrap()) {
            let alone = locate(app, &format!("lng={lng}&lat=27.02")).await;
            assert_eq!(alone["village"]["code"], got["village"], "{lng}");
            villages.push(got["village"].clone());
        }
        villages.dedup();
        assert_eq!(villages.len(), 4, "{villages:?}");
    });
}

#[test]
fn a_batch_gives_for_each_point_what_arithmetic_says() {
    both_engines(async |app| {
        let mut dice = Rng::with_seed(11);
        let points: Vec<LngLat> = (0..500)
            .map(|_| {
                LngLat::new(dice.degrees(WEST - 0.02, EAST + 0.02), dice.degrees(SOUTH - 0.02, NORTH + 0.02)).unwrap()
            })
            .collect();
        let answer = app.post("/api/v1/locate", json!({ "points": points, "border": true })).await.ok();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), points.len());
        let mut outside = 0;
        for (p, got) in points.iter().zip(results) {
            let inside = (WEST..EAST).contains(&p.lng) && (SOUTH..NORTH).contains(&p.lat);
            let want = if inside { owner(*p).map(Value::from) } else { [Value::Null, Value::Null, Value::Null] };
            outside += usize::from(!inside);
            assert_eq!(["township", "village", "grid"].map(|l| got[l].clone()), want, "{p}");
            // The nearest township border by geodesics to the lines of the drawing.
            let lines_x = [WEST, WEST + 0.08, EAST].map(|x| LngLat { lng: x, lat: p.lat.clamp(SOUTH, NORTH) });
            let lines_y = [SOUTH, SOUTH + 0.06, NORTH].map(|y| LngLat { lng: p.lng.clamp(WEST, EAST), lat: y });
            let near = lines_x.into_iter().chain(lines_y).map(|q| metres(q, *p)).fold(f64::MAX, f64::min);
            match got["border"]["distance_m"].as_f64() {
                Some(m) => assert!((m - near).abs() < 0.2 && m <= 500.0, "{p}: {m} m, expected {near}"),
                None => assert!(got["border"]["more_than_m"] == 500.0 && near > 499.5, "{p}: {got}, expected {near}"),
            }
        }
        assert!((50..450).contains(&outside), "{outside}");
    });
}

#[test]
fn a_place_is_the_same_in_every_datum_and_an_unknown_one_is_refused() {
    both_engines(async |app| {
        let place = LngLat::new(112.123_456_7, 27.034_567_8).unwrap();
        for datum in Datum::ALL {
            let p = datum.from_wgs84(place);
            let at = locate(app, &format!("lng={}&lat={}&datum={datum}", p.lng, p.lat)).await;
            let back = LngLat::new(at["point"]["lng"].as_f64().unwrap(), at["point"]["lat"].as_f64().unwrap()).unwrap();
            assert!(back.distance_m(place) < 0.01, "{datum}: {back}");
            assert_eq!(at["grid"]["code"], owner(place)[2], "{datum}");
            let batch = json!({ "points": [p], "datum": datum.as_str() });
            let batch = app.post("/api/v1/locate", batch).await.ok();
            assert_eq!(batch["results"][0]["grid"], owner(place)[2], "{datum}");
        }
        app.get("/api/v1/locate?lng=112&lat=27&datum=pz90").await.refused(422, "datum");
        app.post("/api/v1/locate", json!({ "points": [], "datum": "pz90" })).await.refused(422, "datum");
        app.get("/api/v1/nearest").await.is(404);
    });
}

#[test]
fn an_accuracy_that_reaches_over_a_border_is_ambiguous() {
    both_engines(async |app| {
        // 49.6 m west of the border between townships 1 and 2.
        let at = locate(app, "lng=112.0795&lat=27.03&accuracy_m=49").await;
        assert_eq!((&at["ambiguous"], &at["candidates"]), (&json!(false), &json!([])));
        let border = at["border"]["distance_m"].as_f64().unwrap();
        assert!((border - 49.5).abs() < 0.2, "{border}");
        let at = locate(app, "lng=112.0795&lat=27.03&accuracy_m=60").await;
        assert_eq!((&at["ambiguous"], &at["township"]["code"]), (&json!(true), &json!(township(1))));
        let candidates: Vec<_> =
            at["candidates"].as_array().unwrap().iter().map(|c| (&c["code"], &c["distance_m"])).collect();
        assert_eq!(candidates, [(&json!(township(1)), &json!(0.0)), (&json!(township(2)), &json!(border))]);
        let far = locate(app, "lng=112.04&lat=27.03").await;
        assert_eq!(far["border"], json!({ "more_than_m": 500.0 }));
        app.get("/api/v1/locate?lng=112&lat=27&accuracy_m=-1").await.refused(422, "accuracy_m");
        app.get("/api/v1/locate?lng=112&lat=27&accuracy_m=NaN").await.refused(422, "accuracy_m");
    });
}

#[test]
fn a_point_on_a_border_has_one_owner_always_the_same() {
    both_engines(async |app| {
        // On the border of townships 1 and 2, and where all four meet: the smallest code.
        for query in ["lng=112.08&lat=27.03", "lng=112.08&lat=27.06", "lng=112.0&lat=27.0"] {
            let at = locate(app, query).await;
            assert_eq!(at["township"]["code"], township(1), "{query}");
            assert_eq!(at["border"]["distance_m"], 0.0, "{query}");
        }
    });
}

#[test]
fn outside_everything_the_nearest_township_is_named() {
    both_engines(async |app| {
        let at = locate(app, "lng=111.99&lat=27.03").await;
        assert_eq!(["county", "township", "village", "grid"].map(|l| at[l].is_null()), [true; 4]);
        assert_eq!(at["nearest"]["code"], township(1));
        let m = at["nearest"]["distance_m"].as_f64().unwrap();
        let want = metres(LngLat::new(111.99, 27.03).unwrap(), LngLat::new(112.0, 27.03).unwrap());
        assert!((m - want).abs() < 0.2, "{m}, expected {want}");
        assert_eq!(at["shifted_hint"], Value::Null);
        // A place just inside the eastern border, sent as AMap gives it.
        let shifted = Datum::Gcj02.from_wgs84(LngLat::new(112.159, 27.03).unwrap());
        assert!(shifted.lng > EAST);
        let at = locate(app, &format!("lng={}&lat={}", shifted.lng, shifted.lat)).await;
        assert_eq!(at["shifted_hint"], "gcj02");
    });
}

#[test]
fn a_batch_has_an_end_and_its_faults_are_named() {
    both_engines(async |app| {
        let many = |n: usize| json!({ "points": vec![json!({ "lng": 112.05, "lat": 27.05 }); n] });
        let all = app.post("/api/v1/locate", many(10_000)).await.ok();
        assert_eq!(all["results"].as_array().unwrap().len(), 10_000);
        app.post("/api/v1/locate", many(10_001)).await.refused(413, "points");
        let bad = json!({ "points": [{ "lng": 0, "lat": 0 }, { "lng": 181, "lat": 0 }] });
        app.post("/api/v1/locate", bad).await.refused(422, "points[1]");
        let text = json!({ "points": [{ "lng": "east", "lat": 0 }] });
        app.post("/api/v1/locate", text).await.refused(422, "points[0].lng");
        app.get("/api/v1/locate?lng=112").await.is(400);
        app.get("/api/v1/locate?lng=east&lat=0").await.refused(400, "lng");
        app.get("/api/v1/locate?lng=112&lat=91").await.refused(422, "lat");
        app.get("/api/v1/locate?lng=112&lat=27&lon=112").await.is(400);
    });
}
