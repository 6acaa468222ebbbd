//! Answers in the datum of a question: every place is moved, and nothing else.

use serde_json::Value;
use xunge::{base::LngLat, kernel::crs::Datum};

use crate::app::both_engines;

const WHEN: &str = "at=2026-03-02T04:00:00Z";
const AT: LngLat = LngLat { lng: 112.03, lat: 27.02 };

/// Holds one answer to the other: how many numbers were moved with the datum. Whatever a place is called, its numbers
/// are those of the county.
fn moved(plain: &Value, told: &Value, path: &str) -> usize {
    let shifted = Datum::Gcj02.from_wgs84(AT);
    match (plain, told) {
        (Value::Object(was), Value::Object(is)) => {
            assert!(was.keys().eq(is.keys().filter(|name| *name != "datum")), "{path}");
            was.iter().map(|(name, was)| moved(was, &is[name], &format!("{path}.{name}"))).sum()
        }
        (Value::Array(was), Value::Array(is)) => {
            assert_eq!(was.len(), is.len(), "{path}");
            was.iter().zip(is).map(|(was, is)| moved(was, is, path)).sum()
        }
        (Value::Number(was), Value::Number(is)) => {
            let [was, is] = [was, is].map(|n| n.as_f64().unwrap());
            let by = match was {
                111.9..112.3 => shifted.lng - AT.lng,
                26.9..27.2 => shifted.lat - AT.lat,
                // What is measured from the place may be a tenth off.
                _ => {
                    assert!((is - was).abs() < 0.11, "{path}: {was} {is}");
                    return 0;
                }
            };
            assert!(by.abs() > 1e-3 && (is - was - by).abs() < 2e-4, "{path}: {was} {is}");
            1
        }
        _ => {
            assert_eq!(plain, told, "{path}");
            0
        }
    }
}

#[test]
fn who_asks_in_a_datum_is_answered_in_it() {
    both_engines(async |app| {
        let LngLat { lng, lat } = Datum::Gcj02.from_wgs84(AT);
        for (path, least) in [
            ("squads/nearest?k=3&route=true", 20),
            ("squads/recommendation?matter=M01", 4),
            ("isochrone?minutes=5,10", 100),
            ("isochrone?minutes=5&format=h3", 2),
        ] {
            let plain = app.json(format!("/api/v1/{path}&{WHEN}&lng={}&lat={}", AT.lng, AT.lat)).await;
            assert_eq!(plain["datum"], Value::Null);
            let told = app.json(format!("/api/v1/{path}&{WHEN}&lng={lng}&lat={lat}&datum=gcj02")).await;
            assert_eq!(told["datum"], "gcj02");
            let places = moved(&plain, &told, path);
            assert!(places >= least, "{path}: {places}");
        }
        // A case is where it is; how that is told may be asked for.
        let id = "01957a3e-5c00-7000-8000-000000000001";
        let report = serde_json::json!({ "id": id, "lng": AT.lng, "lat": AT.lat, "matter": "M01" });
        app.post("/api/v1/incidents", report).await.is(201);
        let advice = app.json(format!("/api/v1/squads/recommendation?incident={id}&datum=gcj02")).await;
        assert_eq!(advice["datum"], "gcj02");
    });
}
