//! What OSRM's clients tell a driver: steps, stretches, on which road one is.

use serde_json::{Value, json};
use xunge::import::osm::RawRoads;

use super::{PLACES, osrm};
use crate::{
    app::{App, both_engines},
    entrances::{coordinates, drawn, on_roads},
};

/// From the west into a roundabout that runs clockwise, round it past the north, and out to the east.
fn ring(tags: &str) -> RawRoads {
    let crossings = [
        ('W', -300.0, 0.0),
        ('A', -20.0, 0.0),
        ('B', 0.0, 20.0),
        ('C', 20.0, 0.0),
        ('D', 0.0, -20.0),
        ('N', 0.0, 300.0),
        ('E', 300.0, 0.0),
        ('S', 0.0, -300.0),
        ('F', 600.0, 0.0),
    ];
    let ways = [
        ("WA", "highway=tertiary name=West ref=A1"),
        ("ABCDA", tags),
        ("BN", "highway=tertiary name=North"),
        ("CE", "highway=tertiary ref=A2"),
        ("SD", "highway=tertiary name=South"),
        ("EF", "highway=tertiary name=Quay"),
    ];
    drawn(&crossings, &ways)
}

async fn steps(app: &App, profile: &str) -> Value {
    let places = coordinates(&[(-290.0, 0.0), (590.0, 0.0)]);
    let answer = osrm(app, &format!("/route/v1/{profile}/{places}?steps=true&geometries=geojson")).await;
    answer["routes"][0]["legs"][0]["steps"].clone()
}

/// Type, modifier, exit, name, number, mode.
fn told(steps: &Value) -> Vec<Value> {
    let step = |s: &Value| {
        let m = &s["maneuver"];
        json!([m["type"], m["modifier"], m["exit"], s["name"], s["ref"], s["mode"]])
    };
    steps.as_array().unwrap().iter().map(step).collect()
}

#[test]
fn roundabouts_and_numbers_are_told_and_the_side_of_the_road() {
    on_roads(&ring("highway=tertiary junction=roundabout"), &[], async |app| {
        let driven = steps(app, "driving").await;
        let want = json!([
            ["depart", "straight", null, "West", "A1", "driving"],
            ["roundabout", "slight left", 2, "", "A2", "driving"],
            ["exit roundabout", "slight left", 2, "", "A2", "driving"],
            ["new name", "straight", null, "Quay", null, "driving"],
            ["arrive", null, null, "Quay", null, "driving"]
        ]);
        assert_eq!(json!(told(&driven)), want);
        let sides = driven.as_array().unwrap().iter().all(|s| s["driving_side"] == "left");
        assert!(sides, "the roundabout runs clockwise: {driven}");
        assert_eq!(steps(app, "foot").await[0]["mode"], "walking");
        assert_eq!(steps(app, "cycling").await[0]["mode"], "cycling");
        // On the roundabout the drive ends: no exit.
        let to_ring = coordinates(&[(-290.0, 0.0), (12.0, -12.0)]);
        let answer = osrm(app, &format!("/route/v1/driving/{to_ring}?steps=true")).await;
        let last = told(&answer["routes"][0]["legs"][0]["steps"]);
        assert_eq!((&last[1][0], &last[1][2]), (&json!("roundabout"), &Value::Null), "{answer}");
    });
    on_roads(&ring("highway=tertiary junction=circular name=Crown"), &[], async |app| {
        let driven = steps(app, "driving").await;
        assert_eq!(
            json!([driven[1]["maneuver"]["type"], driven[2]["maneuver"]["type"]]),
            json!(["rotary", "exit rotary"])
        );
        assert_eq!((&driven[1]["rotary_name"], &driven[2]["rotary_name"]), (&json!("Crown"), &Value::Null));
    });
    on_roads(&ring("highway=tertiary oneway=yes name=Round"), &[], async |app| {
        let driven = steps(app, "driving").await;
        assert_eq!((&driven[1]["maneuver"]["type"], &driven[0]["driving_side"]), (&json!("turn"), &json!("right")));
    });
}

#[test]
fn stretches_add_up_to_the_leg() {
    both_engines(async |app| {
        let path = format!("/route/v1/driving/{PLACES}?annotations=true&overview=full&geometries=geojson");
        let route = &osrm(app, &path).await["routes"][0];
        let legs = route["legs"].as_array().unwrap();
        let mut stretches = 0;
        for leg in legs {
            let of = |what: &str| -> Vec<f64> {
                leg["annotation"][what].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
            };
            let (durations, distances, speeds) = (of("duration"), of("distance"), of("speed"));
            for (what, all) in [("duration", &durations), ("distance", &distances), ("weight", &of("weight"))] {
                let sum = all.iter().sum::<f64>();
                assert!((sum - leg[what].as_f64().unwrap()).abs() < 0.051, "{what}: {sum} of {}", leg[what]);
            }
            assert!(speeds.iter().all(|speed| (1.0..60.0).contains(speed)), "{speeds:?}");
            assert_eq!([distances.len(), speeds.len(), of("datasources").len()], [durations.len(); 3]);
            assert_eq!(of("datasources").iter().sum::<f64>(), 0.0, "nothing is closed or slower");
            assert!(leg["annotation"]["nodes"].is_null());
            stretches += durations.len();
        }
        // Legs share the point between them.
        assert_eq!(route["geometry"]["coordinates"].as_array().unwrap().len(), stretches + 1);
        let some = osrm(app, &format!("/route/v1/driving/{PLACES}?annotations=speed,distance")).await;
        let leg = &some["routes"][0]["legs"][0]["annotation"];
        assert_eq!(leg.as_object().unwrap().keys().collect::<Vec<_>>(), ["distance", "speed"]);
        assert_eq!(leg["distance"], legs[0]["annotation"]["distance"]);
        let snow = json!({ "id": uuid::Uuid::new_v4(), "reason": "snow", "speed_factor": 0.5,
            "place": { "polygon": { "type": "Polygon", "coordinates": [[[112.0, 27.0], [112.2, 27.0], [112.2, 27.2],
            [112.0, 27.2], [112.0, 27.0]]] } } });
        app.post("/api/v1/roads/disruptions", snow).await.is(201);
        let slow = osrm(app, &path).await;
        let sources = slow["routes"][0]["legs"][0]["annotation"]["datasources"].as_array().unwrap().clone();
        assert!(sources.iter().all(|source| *source == 1), "{sources:?}");
    });
}

#[test]
fn a_bearing_chooses_the_road() {
    // The nearer road runs east, the farther one north and no other way.
    let crossings = [('A', -200.0, 0.0), ('B', 30.0, 0.0), ('C', 200.0, 0.0), ('D', 30.0, 200.0), ('E', 30.0, -200.0)];
    let ways = [
        ("ABC", "highway=tertiary name=Flat"),
        ("EBD", "highway=tertiary oneway=yes name=Up"),
        ("DA", "highway=tertiary"),
    ];
    on_roads(&drawn(&crossings, &ways), &[], async |app| {
        let place = coordinates(&[(10.0, 5.0)]);
        for (bearing, name) in [("", "Flat"), ("90,10", "Flat"), ("270,10", "Flat"), ("0,20", "Up"), ("355,20", "Up")] {
            let found = osrm(app, &format!("/nearest/v1/driving/{place}?bearings={bearing}")).await;
            assert_eq!(found["waypoints"][0]["name"], name, "{bearing}");
        }
        let none = app.get(format!("/nearest/v1/driving/{place}?bearings=180,20")).await.is(400);
        assert_eq!(none["code"], "NoSegment");
        let pair = coordinates(&[(10.0, 5.0), (-190.0, 0.0)]);
        for (bearings, name) in [(";", "Flat"), ("0,20;", "Up")] {
            let route = osrm(app, &format!("/route/v1/driving/{pair}?bearings={bearings}")).await;
            assert_eq!([&route["waypoints"][0]["name"], &route["waypoints"][1]["name"]], [name, "Flat"]);
            let table = osrm(app, &format!("/table/v1/driving/{pair}?bearings={bearings}")).await;
            assert_eq!(table["durations"][0][1], route["routes"][0]["duration"], "{bearings}");
        }
    });
}

#[test]
fn one_place_off_the_roads_costs_its_own_row_and_column() {
    both_engines(async |app| {
        let places: Vec<&str> = PLACES.split(';').collect();
        let path = format!("/table/v1/driving/{};0,0;{}?annotations=duration,distance", places[0], places[1]);
        let table = osrm(app, &path).await;
        let whole =
            osrm(app, &format!("/table/v1/driving/{};{}?annotations=duration,distance", places[0], places[1])).await;
        for what in ["durations", "distances"] {
            let of = |i: usize, j: usize| &whole[what][i][j];
            let none = Value::Null;
            let want = json!([[of(0, 0), none, of(0, 1)], [none, none, none], [of(1, 0), none, of(1, 1)]]);
            assert_eq!(table[what], want);
        }
        for what in ["sources", "destinations"] {
            assert_eq!(table[what], json!([whole[what][0], null, whole[what][1]]));
        }
        let near = osrm(app, &format!("/table/v1/driving/{};{}?radiuses=unlimited", places[0], places[1])).await;
        assert_eq!(near["durations"], whole["durations"]);
    });
}
