//! Boats, which come to places on their water only, and drones, with which nobody comes.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, both_engines, on_both_places},
    county::{COUNTY, township},
    units::{refused, taken},
};

/// In township 2, where `S2` waits too, and in township 1.
const ON_WATER: &str = "lng=112.13&lat=27.02";
const ON_LAND: &str = "lng=112.03&lat=27.03";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn craft(id: &str, profile: &str, water: Option<String>, certified: u32) -> Value {
    json!({ "id": id, "name": id, "kind": "direct", "unit": "U1", "command_area": COUNTY, "profile": profile,
        "post": { "lng": 112.129, "lat": 27.0205 }, "crew": { "certified_officers": certified }, "water": water,
        "shifts": [{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00" }] })
}

async fn launch(app: &App) {
    for craft in [craft("B1", "boat", Some(township(2)), 2), craft("D1", "drone", None, 0)] {
        app.post("/api/v1/squads", craft).await.is(201);
    }
}

fn ids(answer: &Value, list: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|s| s["squad"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_boat_ranks_on_its_water_and_a_drone_only_looks() {
    both_engines(async |app| {
        let covered = "/api/v1/coverage?basis=posts&minutes=12";
        let before = app.json(covered).await;
        launch(app).await;
        let after = app.json(covered).await;
        assert_eq!(after["cells"], before["cells"], "coverage is of roads");
        assert_eq!(
            (&after["squads"]["excluded"]["off_water"], &after["squads"]["excluded"]["first_look"]),
            (&json!(1), &json!(1)),
            "{after}"
        );
        let boat = app.json("/api/v1/squads/B1").await;
        assert_eq!((&boat["profile"], &boat["water"]), (&json!("boat"), &json!(township(2))));

        let nearest = app.json(format!("/api/v1/squads/nearest?{ON_WATER}&k=9&route=true")).await;
        assert_eq!(ids(&nearest, "squads")[0], "B1", "{nearest}");
        let first = &nearest["squads"][0];
        let (away_m, drive_s) = (first["distance_m"].as_f64().unwrap(), first["parts"]["drive_s"].as_f64().unwrap());
        // Five metres a second.
        assert!((drive_s - away_m / 5.0).abs() <= 1.0 && away_m > 50.0, "{first}");
        assert_eq!(first["route"]["coordinates"].as_array().unwrap().len(), 2);
        let counts = &nearest["excluded"]["counts"];
        assert_eq!((&counts["off_water"], &counts["first_look"]), (&json!(0), &json!(1)));
        let elsewhere = app.json(format!("/api/v1/squads/nearest?{ON_LAND}&k=9")).await;
        let counts = &elsewhere["excluded"]["counts"];
        assert_eq!((&counts["off_water"], &counts["first_look"]), (&json!(1), &json!(1)));
        assert!(!ids(&elsewhere, "squads").contains(&"B1".to_owned()));

        let advice = app.json(format!("/api/v1/squads/recommendation?{ON_WATER}")).await;
        assert_eq!((ids(&advice, "squads")[0].as_str(), ids(&advice, "first_look")), ("B1", vec!["D1".to_owned()]));
        let look = &advice["first_look"][0];
        let flight_s = look["parts"]["drive_s"].as_f64().unwrap();
        assert!((flight_s - look["distance_m"].as_f64().unwrap() / 12.0).abs() <= 1.0, "{look}");
        assert_eq!(look["eta_s"], 120 + 60 + flight_s as u64);
        // Some ten kilometres are too far.
        let far = app.json(format!("/api/v1/squads/recommendation?{ON_LAND}")).await;
        assert_eq!(far["first_look"], json!([]));
    });
}

#[test]
fn nobody_arrives_with_a_drone_and_a_boat_stays_on_its_water() {
    both_engines(async |app| {
        launch(app).await;
        let report = json!({ "id": id(1), "lng": 112.13, "lat": 27.02, "urgency": "quick",
            "reported_at": "2026-03-02T11:50:00+08:00" });
        app.post("/api/v1/incidents", report).await.is(201);
        let url = format!("/api/v1/incidents/{}", id(1));
        let sent = app.post(format!("{url}/assignments"), json!({ "id": id(2), "squad": "D1" })).await.is(201);
        assert_eq!(sent["competence"], "first_look");
        let step = async |n: u128, to: &str| {
            app.post(format!("/api/v1/assignments/{}/steps", id(2)), json!({ "id": id(n), "to": to })).await.ok()
        };
        step(3, "on_scene").await;
        let case = app.json(&url).await;
        assert_eq!((&case["status"], case.get("milestones")), (&json!("reported"), None), "{case}");
        let kpis = app.json("/api/v1/kpis/arrivals?by=urgency").await;
        assert_eq!((&kpis["groups"][0]["on_time"], &kpis["groups"][0]["p50_s"]), (&json!(0), &Value::Null), "{kpis}");
        // A squad that comes is sent and declines: the case waits again, though the drone is still there.
        app.post(format!("{url}/assignments"), json!({ "id": id(4), "squad": "S2" })).await.is(201);
        assert_eq!(app.json(&url).await["status"], "dispatched");
        let declined = json!({ "id": id(5), "to": "declined", "reason": "flat tyre" });
        app.post(format!("/api/v1/assignments/{}/steps", id(4)), declined).await.ok();
        assert_eq!(app.json(&url).await["status"], "accepted");
        step(6, "done").await;
        assert_eq!(app.json("/api/v1/squads/D1").await["status"], "available");
        assert_eq!(app.json(&url).await["status"], "accepted");

        let inland = json!({ "id": id(7), "lng": 112.03, "lat": 27.03, "reported_at": "2026-03-02T11:50:00+08:00" });
        app.post("/api/v1/incidents", inland).await.is(201);
        let head = app.ctx.head().await.unwrap();
        let order = json!({ "id": id(8), "squad": "B1" });
        app.post(format!("/api/v1/incidents/{}/assignments", id(7)), order.clone()).await.refused(422, "squad");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        app.post(format!("{url}/assignments"), order).await.is(201);
        app.check().await;
    });
}

#[test]
fn what_no_craft_can_be_is_refused_by_http_and_by_file() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = app.ctx.head().await.unwrap();
        for (craft, field) in [
            (craft("B1", "boat", None, 2), "water"),
            (craft("B1", "boat", Some("nowhere".to_owned()), 2), "water"),
            (craft("C1", "car", Some(township(2)), 2), "water"),
            (craft("D1", "drone", None, 1), "crew.certified_officers"),
        ] {
            app.post("/api/v1/squads", craft).await.refused(422, field);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let table = |boat: &str, drone: &str| {
            format!(
                "id,name,kind,unit,command_area,profile,lng,lat,certified_officers,shifts,water\n\
                 B1,Boat,direct,U1,{COUNTY},boat,112.129,27.0205,2,mon-sun 24h,{boat}\n\
                 D1,Drone,direct,U1,{COUNTY},drone,112.129,27.0205,{drone},mon-sun 24h,\n"
            )
        };
        refused(place, "squads", &table("", "0"), "line 2: water: a boat needs the area of its water");
        refused(place, "squads", &table("nowhere", "0"), "line 2: water \"nowhere\": nowhere is no area in force");
        refused(place, "squads", &table(&township(2), "2"), "2 officers don't fly with a drone");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        taken(place, "squads", &table(&township(2), "0"), &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json("/api/v1/squads/B1").await["water"], township(2));
        let drive = json!({ "id": id(1), "squad": "B1", "from": { "lng": 112.03, "lat": 27.03 },
            "to": { "lng": 112.04, "lat": 27.03 }, "departed_at": "2026-03-02T11:00:00+08:00",
            "arrived_at": "2026-03-02T11:05:00+08:00" });
        app.post("/api/v1/arrivals", drive).await.refused(422, "squad");
        app.check().await;
    });
}
