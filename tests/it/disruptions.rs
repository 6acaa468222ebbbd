//! Road disruptions over HTTP: what is closed or slow is so for every answer, for as long as it is said.

use serde_json::{Value, json};
use uuid::Uuid;
use xunge::base::Clock;

use crate::{
    app::{App, Setup, both_engines, on_both_places, with},
    county,
};

/// One drive by the OSRM door, seconds; `None` without a way.
async fn drive_s(app: &App, profile: &str, from: &str, to: &str) -> Option<f64> {
    let table = app.json(format!("/table/v1/{profile}/{from};{to}?sources=0&destinations=1")).await;
    table["durations"][0][0].as_f64()
}

const FROM: &str = "112.0252,27.0105";
const TO: &str = "112.0752,27.0105";

fn closure(place: Value) -> Value {
    json!({ "id": Uuid::new_v4(), "place": place, "reason": "flood" })
}

/// Around the main road between the street at 112.045 and the one at 112.055.
fn gap() -> Value {
    let ring = [[112.047, 27.009], [112.053, 27.009], [112.053, 27.011], [112.047, 27.011], [112.047, 27.009]];
    json!({ "polygon": { "type": "Polygon", "coordinates": [ring] } })
}

#[test]
fn a_closed_road_is_driven_around_until_it_is_lifted() {
    both_engines(async |app| {
        let usual = drive_s(app, "car", FROM, TO).await.unwrap();
        let (layer, coverage) = ("/api/v1/layers/roads", "/api/v1/coverage?by=cells&minutes=10");
        let (drawn, covered) = (app.json(layer).await, app.json(coverage).await);
        let before = app.json("/api/v1/isochrone?lng=112.0252&lat=27.0105&minutes=6&format=h3").await;
        let closed = closure(gap());
        let made = app.post("/api/v1/roads/disruptions", closed.clone()).await.is(201);
        assert_eq!((made["phase"].as_str(), made["edges"].as_u64()), (Some("active"), Some(2)));
        assert_eq!(made["profiles"], json!(["car", "ebike", "foot"]));
        let around = drive_s(app, "car", FROM, TO).await.unwrap();
        assert!(around > usual * 1.5, "{around} s around, {usual} s straight");
        assert!(drive_s(app, "foot", FROM, TO).await.unwrap() > around);
        // The same once more changes nothing; under the same id something else is refused.
        assert_eq!(app.post("/api/v1/roads/disruptions", closed.clone()).await.ok(), made);
        let mut other = closed.clone();
        other["reason"] = json!("works");
        app.post("/api/v1/roads/disruptions", other).await.refused(409, "id");
        let id = closed["id"].as_str().unwrap();
        assert_eq!(app.json(format!("/api/v1/roads/disruptions/{id}")).await, made);
        assert_eq!(app.json("/api/v1/roads/disruptions").await["disruptions"], json!([made]));
        let closed_links = |layer: &Value| {
            let features = layer["features"].as_array().unwrap();
            features.iter().filter(|f| f["properties"]["closed"] == true).count()
        };
        assert_eq!((closed_links(&drawn), closed_links(&app.json(layer).await)), (0, 1));
        let drawn = app.json("/api/v1/layers/disruptions").await;
        assert_eq!(drawn["features"][0]["properties"]["disruption"], closed["id"]);
        assert_eq!(drawn["features"].as_array().unwrap().len(), 1);
        assert_ne!(
            app.json("/api/v1/isochrone?lng=112.0252&lat=27.0105&minutes=6&format=h3").await["cells"],
            before["cells"]
        );
        // Cells beside it still have access; nothing is reached sooner.
        let now = app.json(coverage).await;
        let cells = |answer: &Value| answer["cells"].as_array().unwrap().clone();
        let mut later = 0;
        for (was, is) in cells(&covered).iter().zip(&cells(&now)) {
            assert_eq!(was["status"] == "no_access", is["status"] == "no_access", "{was} {is}");
            if let (Some(was_s), Some(is_s)) = (was["best_s"].as_u64(), is["best_s"].as_u64()) {
                assert!(was_s <= is_s, "{was} {is}");
                later += usize::from(was_s < is_s);
            }
        }
        assert!(later > 0);
        let gone = app.call(axum::http::Method::DELETE, format!("/api/v1/roads/disruptions/{id}")).send().await;
        gone.is(204);
        assert_eq!(drive_s(app, "car", FROM, TO).await, Some(usual));
        assert_eq!(app.json(coverage).await["cells"], covered["cells"]);
        // Lifted twice is lifted once.
        let head = app.ctx.head().await.unwrap();
        app.call(axum::http::Method::DELETE, format!("/api/v1/roads/disruptions/{id}")).send().await.is(204);
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let unknown = format!("/api/v1/roads/disruptions/{}", Uuid::new_v4());
        app.call(axum::http::Method::DELETE, unknown).send().await.is(404);
    });
}

#[test]
fn it_holds_for_its_time_for_its_profiles_and_after_a_restart() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let usual = drive_s(&app, "car", FROM, TO).await.unwrap();
        let walk = drive_s(&app, "foot", FROM, TO).await.unwrap();
        // From one in the afternoon until two: half the speed for cars on one street, by its links.
        let mut works = closure(json!({ "street": { "name": "大道", "area": county::COUNTY } }));
        works["speed_factor"] = json!(0.5);
        works["profiles"] = json!(["car"]);
        (works["from"], works["until"]) = (json!("2026-03-02T13:00:00+08:00"), json!("2026-03-02T14:00:00+08:00"));
        assert_eq!(app.post("/api/v1/roads/disruptions", works).await.is(201)["phase"], "planned");
        assert_eq!(drive_s(&app, "car", FROM, TO).await, Some(usual));
        let nearest = |at: &str| format!("/api/v1/squads/nearest?lng=112.0752&lat=27.0105&k=1&at={at}");
        let [at_noon, at_half_past] = ["12:30:00%2B08:00", "13:30:00%2B08:00"].map(|t| format!("2026-03-02T{t}"));
        let eta = async |app: &App, at: &str| app.json(nearest(at)).await["squads"][0]["eta_s"].as_u64().unwrap();
        let (before, during) = (eta(&app, &at_noon).await, eta(&app, &at_half_past).await);
        assert!(during > before, "{before} {during}");
        app.check().await;
        app.stop().await;
        let clock = Clock::Fixed("2026-03-02T13:30:00+08:00".parse().unwrap());
        let app = App::open(place, Setup { clock, ..Setup::default() }).await;
        let slow = drive_s(&app, "car", FROM, TO).await.unwrap();
        assert!(slow > 1.4 * usual && slow <= 2.0 * usual + 0.1, "{usual} {slow}");
        assert_eq!(drive_s(&app, "foot", FROM, TO).await, Some(walk));
        assert_eq!(eta(&app, &at_half_past).await, during);
        app.check().await;
    });
}

#[test]
fn links_are_kept_as_stretches_and_one_direction_stays_open() {
    both_engines(async |app| {
        let at = "bbox=112.047,27.009,112.053,27.011";
        let layer = app.json(format!("/api/v1/layers/roads?{at}")).await;
        let link: u32 = layer["features"][0]["id"].as_str().unwrap().parse().unwrap();
        let there = drive_s(app, "car", FROM, TO).await.unwrap();
        let back = drive_s(app, "car", TO, FROM).await.unwrap();
        let here = closure(json!({ "at": { "lng": 112.05, "lat": 27.0105 } }));
        assert_eq!(app.post("/api/v1/roads/disruptions", here.clone()).await.is(201)["edges"], 2);
        let id = here["id"].as_str().unwrap();
        app.call(axum::http::Method::DELETE, format!("/api/v1/roads/disruptions/{id}")).send().await.is(204);
        let one = json!({ "links": [{ "link": link, "direction": "forward" }] });
        let made = app.post("/api/v1/roads/disruptions", closure(one)).await.is(201);
        assert_eq!(made["edges"], 1);
        assert_eq!(made["place"]["stretches"][0]["direction"], "forward");
        let after = [drive_s(app, "car", FROM, TO).await.unwrap(), drive_s(app, "car", TO, FROM).await.unwrap()];
        assert!(after.contains(&there) || after.contains(&back), "{there} {back} {after:?}");
        assert!(after[0] > there || after[1] > back, "{there} {back} {after:?}");
    });
}

#[test]
fn a_polygon_is_read_as_drawing_programs_write_it() {
    both_engines(async |app| {
        let closed = async |polygon: Value| {
            let made = app.post("/api/v1/roads/disruptions", closure(json!({ "polygon": polygon }))).await.is(201);
            let path = format!("/api/v1/roads/disruptions/{}", made["id"].as_str().unwrap());
            app.call(axum::http::Method::DELETE, path).send().await.is(204);
            made
        };
        let plain = &gap()["polygon"];
        let ring: Vec<[f64; 2]> = serde_json::from_value(plain["coordinates"][0].clone()).unwrap();
        let high: Vec<[f64; 3]> = ring.iter().map(|&[lng, lat]| [lng, lat, 5.0]).collect();
        let turned: Vec<_> = ring.iter().rev().collect();
        let beside: Vec<[f64; 2]> = ring.iter().map(|&[lng, lat]| [lng + 0.02, lat]).collect();
        let usual = closed(plain.clone()).await;
        for polygon in [
            json!({ "type": "Polygon", "coordinates": [high] }),
            json!({ "type": "Polygon", "coordinates": [turned] }),
            json!({ "type": "MultiPolygon", "coordinates": [[high]] }),
            json!({ "type": "Feature", "properties": { "name": "works" }, "geometry": plain }),
        ] {
            let made = closed(polygon.clone()).await;
            assert_eq!((&made["edges"], &made["reaches"]), (&usual["edges"], &usual["reaches"]), "{polygon}");
        }
        let both = json!({ "type": "MultiPolygon", "coordinates": [[ring], [beside]] });
        let made = closed(json!({ "type": "Feature", "geometry": both })).await;
        assert_eq!((&made["place"]["polygon"], made["edges"].as_u64()), (&both, Some(4)), "{made}");
        for (polygon, why) in [
            (json!({ "type": "Point", "coordinates": [1, 2] }), "Point"),
            (json!({ "type": "Polygon", "coordinates": [[[1], [2], [3], [1]]] }), "a position of 1 number"),
            (json!({ "type": "MultiPolygon", "coordinates": [] }), "a ring needs"),
            (json!({ "type": "Polygon", "coordinates": [[]] }), "a ring needs"),
            (json!({ "type": "Feature", "geometry": null }), "null"),
        ] {
            let refused = app.post("/api/v1/roads/disruptions", closure(json!({ "polygon": polygon }))).await;
            assert!((400..=422).contains(&refused.status.as_u16()), "{polygon}");
            assert!(refused.text().contains(why), "{polygon}: {}", refused.text());
        }
    });
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        let seq = app.ctx.head().await.unwrap();
        let refused = async |change: &dyn Fn(&mut Value), status, field: &str| {
            let mut body = closure(gap());
            change(&mut body);
            app.post("/api/v1/roads/disruptions", body).await.refused(status, field);
        };
        refused(&|b| b["speed_factor"] = json!(0.01), 422, "speed_factor").await;
        refused(&|b| b["speed_factor"] = json!(-1), 422, "speed_factor").await;
        refused(&|b| b["profiles"] = json!([]), 422, "profiles").await;
        refused(&|b| b["until"] = json!("2020-01-01T00:00:00Z"), 422, "until").await;
        refused(&|b| b["reason"] = json!(" "), 422, "reason").await;
        refused(&|b| b["place"] = json!({ "links": [{ "link": 4_000_000 }] }), 422, "place.links").await;
        refused(&|b| b["place"] = json!({ "at": { "lng": 112.5, "lat": 27.5 } }), 422, "place.at").await;
        refused(&|b| b["place"] = json!({ "street": { "name": "nowhere" } }), 422, "place").await;
        refused(&|b| b["place"] = json!({ "street": { "name": "大道", "area": "000000" } }), 422, "place").await;
        refused(&|b| b["place"]["polygon"]["coordinates"] = json!([[[1, 2], [3, 4], [1, 2]]]), 422, "place.polygon")
            .await;
        let bow = [[112.0, 27.0], [112.1, 27.1], [112.1, 27.0], [112.0, 27.1], [112.0, 27.0]];
        refused(&|b| b["place"]["polygon"]["coordinates"] = json!([bow]), 422, "place.polygon").await;
        assert_eq!(app.ctx.head().await.unwrap(), seq);
        assert_eq!(app.json("/api/v1/roads/disruptions?past=true").await["disruptions"], json!([]));
    });
    with(Setup { county: false, ..Setup::default() }, async |app| {
        app.post("/api/v1/roads/disruptions", closure(gap())).await.is(503);
    });
}
