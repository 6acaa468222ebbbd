//! Zones that somebody drew: looked at on the command line.

use std::fs;

use serde_json::{Value, json};

use crate::{app::on_both_places, program};

/// Degrees: 0.001 is about 100 m.
fn zone(code: &str, ring: &[[f64; 2]]) -> Value {
    let ring: Vec<[f64; 2]> = ring.iter().chain(ring.first()).copied().collect();
    json!({
        "type": "Feature", "properties": {"code": code, "name": format!("zone {code}")},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    })
}

fn square(code: &str, west: f64, east: f64) -> Value {
    zone(code, &[[west, 54.0], [east, 54.0], [east, 54.01], [west, 54.01]])
}

fn file(folder: &std::path::Path, name: &str, features: &[Value]) -> String {
    let path = folder.join(name);
    fs::write(&path, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_audit_tells_every_fault_with_its_drawing() {
    on_both_places(async |place| {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let mut open = square("C", -4.57, -4.56);
        open["geometry"]["coordinates"][0].as_array_mut().unwrap().pop();
        let faulty = [square("A", -4.60, -4.59), square("B", -4.5901, -4.58), open, square("D", -4.60, -4.59)];
        let faulty = file(folder.path(), "faulty.geojson", &faulty);
        let (out, edges) = (at("faults.geojson"), at("edges.geojson"));
        let said = program::run(place, &["audit", "zones", &faulty, "--out", &out, "--edges-out", &edges]).unwrap();
        for line in ["zones: 4", "unclosed_ring of C", "duplicate_ring of A, D", "overlap of A, B"] {
            assert!(said.contains(line), "{line}: {said}");
        }
        let faults: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
        let kinds: Vec<&str> =
            faults["features"].as_array().unwrap().iter().map(|f| f["properties"]["fault"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["unclosed_ring", "duplicate_ring", "overlap"]);
        let overlap = &faults["features"][2];
        assert_eq!(
            (&overlap["geometry"]["type"], &overlap["properties"]["repair"]),
            (&json!("Polygon"), &json!("give_to"))
        );
        // A ten-thousandth of a degree by a hundredth, at 54 degrees north.
        let area_m2 = overlap["properties"]["area_m2"].as_f64().unwrap();
        assert!((area_m2 / (6.56 * 1_113.0) - 1.0).abs() < 0.01, "{area_m2}");
        let edges: Value = serde_json::from_str(&fs::read_to_string(&edges).unwrap()).unwrap();
        assert!(
            edges["features"]
                .as_array()
                .unwrap()
                .iter()
                .any(|e| e["properties"] == json!({"zone": "B", "against": "A"}))
        );

        let sound = file(folder.path(), "sound.geojson", &[square("A", -4.60, -4.59), square("B", -4.59, -4.58)]);
        let said = program::run(place, &["audit", "zones", &sound]).unwrap();
        assert!(said.contains("zones: 2") && said.contains("no fault"), "{said}");
    });
}

#[test]
fn a_file_that_is_none_is_refused_by_name() {
    on_both_places(async |place| {
        let folder = tempfile::tempdir().unwrap();
        let twice = file(folder.path(), "twice.geojson", &[square("A", -4.60, -4.59), square("A", -4.59, -4.58)]);
        let said = program::run(place, &["audit", "zones", &twice]).unwrap_err();
        assert!(said.contains("twice.geojson: feature 1: has the code A of feature 0"), "{said}");
        let said = program::run(place, &["audit", "zones", &twice, "--code-field", "name", "--sliver-width-m", "-1"]);
        assert!(said.unwrap_err().contains("-1 is not within"), "a width below nothing");
        let said = program::run(place, &["audit", "zones", "nowhere.geojson"]).unwrap_err();
        assert!(said.contains("nowhere.geojson: cannot be read"), "{said}");
    });
}
