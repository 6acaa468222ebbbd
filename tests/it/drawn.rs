//! Zones that somebody drew: looked at, and made into atoms, over HTTP and on the command line.

use std::fs;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Reply, both_engines, on_both_places},
    county, program,
};

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
        let sound = file(folder.path(), "sound.geojson", &[square("A", -4.60, -4.59), square("B", -4.59, -4.58)]);
        let said = program::run(place, &["audit", "zones", &sound, "--sliver-width-m=-1"]);
        assert!(said.unwrap_err().contains("-1 is not within"), "a width below nothing");
        let said = program::run(place, &["audit", "zones", "nowhere.geojson"]).unwrap_err();
        assert!(said.contains("nowhere.geojson: cannot be read"), "{said}");
    });
}

const ZONES: [(&str, f64, f64); 2] = [("W", county::WEST, 112.0805), ("E", 112.08, county::EAST)];

/// Halves of the county that overlap by 50 m; the eastern one ends 100 m short of the north.
fn halves() -> Value {
    let half = |(code, west, east): (&str, f64, f64)| {
        let north = if code == "E" { county::NORTH - 0.001 } else { county::NORTH };
        zone(code, &[[west, county::SOUTH], [east, county::SOUTH], [east, north], [west, north]])
    };
    json!({"type": "FeatureCollection", "features": ZONES.map(half)})
}

async fn put(app: &App, path: &str, kind: &str, body: &str) -> Reply {
    app.call(Method::PUT, format!("/api/v1/{path}")).text(kind, body).send().await
}

async fn plan(app: &App, n: u128) -> String {
    let id = Uuid::from_u128(n).to_string();
    app.post("/api/v1/plans", json!({"id": id, "name": "old polygons"})).await.is(201);
    id
}

#[test]
fn polygons_become_atoms_in_one_edit() {
    both_engines(async |app| {
        let text = halves().to_string();
        let audit = app.call(Method::POST, "/api/v1/zones/audit").text("application/geo+json", &text).send().await.ok();
        assert_eq!(audit["faults"], json!({"overlap": 1}), "{audit}");
        assert_eq!(audit["features"][0]["properties"]["zones"], json!(["W", "E"]));

        let plan = plan(app, 501).await;
        let path = format!("plans/{plan}/layers/enforcement/drawn/{}", Uuid::from_u128(601));
        let told = put(app, &path, "application/geo+json", &text).await.is(201);
        assert_eq!(told["faults"], json!({"overlap": 1}));
        let zones = told["conversion"]["zones"].as_array().unwrap();
        assert_eq!(zones.iter().map(|z| z["atoms"].as_u64().unwrap()).collect::<Vec<_>>(), [8, 8]);
        // 100 m along the north of half the county, and what lies in both.
        let gained = zones[0]["gained_m2"].as_f64().unwrap();
        assert!((gained / (7_930.0 * 111.0) - 1.0).abs() < 0.02, "{gained}");
        assert!(zones[1]["lost_m2"].as_f64().unwrap() > 500_000.0, "{zones:?}");
        let layer = app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await;
        assert_eq!((&layer["unassigned"], layer["zones"].as_array().unwrap().len()), (&json!([]), 2));

        assert_eq!(put(app, &path, "application/geo+json", &text).await.is(200)["edit"], told["edit"]);
        let other = text.replace("zone W", "West");
        assert_eq!(put(app, &path, "application/geo+json", &other).await.is(409)["field"], "id");
        let again = format!("plans/{plan}/layers/enforcement/drawn/{}", Uuid::from_u128(602));
        assert!(
            put(app, &again, "application/geo+json", &text).await.is(409)["detail"]
                .as_str()
                .unwrap()
                .contains("already")
        );
        for (bad, field) in [("{}", "file"), (&*text.replace("\"code\":\"W\"", "\"code\":\"E\""), "file")] {
            put(app, &again, "application/geo+json", bad).await.refused(422, field);
        }
        let nowhere = format!("plans/{plan}/layers/none/drawn/{}", Uuid::from_u128(603));
        put(app, &nowhere, "application/geo+json", &text).await.is(404);
    });
}

#[test]
fn tables_of_atoms_and_zones_go_both_ways() {
    both_engines(async |app| {
        let plan = plan(app, 502).await;
        let edit = |n: u128| format!("plans/{plan}/layers/community/atoms/{}", Uuid::from_u128(n));
        let grid = |n: usize, v: usize, g: usize| format!("99000100{n}00{v}00{g}");
        let all: Vec<String> =
            (1..=4).flat_map(|n| [(1, 1), (1, 2), (2, 1), (2, 2)].map(|(v, g)| grid(n, v, g))).collect();
        let zone_of = |i: usize| if i < 6 { "A" } else { "B" };
        let rows: String = all.iter().enumerate().map(|(i, atom)| format!("{atom},{}\n", zone_of(i))).collect();
        let table = format!("atom,zone\n{rows}");
        put(app, &edit(701), "text/csv", &table).await.is(201);
        let out = app.get(format!("/api/v1/plans/{plan}/layers/community/atoms")).await;
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&out.text()), sorted(&table));

        // One atom changes hands, one is nobody's, and a third zone takes the place of the second.
        let table = table.replace(&format!("{},A", all[0]), &format!("{},C", all[0])).replace(",B", ",C");
        let table = table.replace(&format!("{},A\n", all[1]), "");
        put(app, &edit(702), "text/csv", &table).await.is(201);
        let layer = app.json(format!("/api/v1/plans/{plan}/layers/community")).await;
        assert_eq!(layer["unassigned"], json!([all[1]]));
        let zones = layer["zones"].as_array().unwrap();
        assert_eq!(zones.iter().map(|z| z["code"].as_str().unwrap()).collect::<Vec<_>>(), ["A", "C"]);

        let unknown = put(app, &edit(703), "text/csv", "atom,zone\nnowhere,A\n").await.is(422);
        assert!(unknown["detail"].as_str().unwrap().contains("nowhere"), "{unknown}");
        put(app, &edit(703), "text/csv", "a,b\n1,2\n").await.refused(422, "file");
        assert_eq!(app.json(format!("/api/v1/plans/{plan}/layers/community")).await, layer);
    });
}

#[test]
fn a_command_cuts_a_plan_as_a_file_says() {
    on_both_places(async |place| {
        county::plant(&place.open().await, place.folder()).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("halves.geojson");
        fs::write(&path, halves().to_string()).unwrap();
        let file = path.to_str().unwrap();
        let import = |more: &[&str]| {
            let args = [&["import", "zones", file, "--plan", "old", "--layer", "enforcement"], more].concat();
            program::run(place, &args)
        };
        let said = import(&["--dry-run"]).unwrap();
        assert!(said.contains("zones: 2, atoms: 16") && said.contains("nothing was written"), "{said}");
        let said = import(&[]).unwrap();
        assert!(said.contains("1  overlap") && said.contains("revision 1"), "{said}");
        let said = import(&[]).unwrap();
        assert!(said.contains("nothing changed"), "{said}");

        // Out again as outlines and as a table, and from either the same cut in another plan.
        let plans = |args: &[&str]| program::run(place, &[&["plans"], args].concat());
        let export = |more: &[&str]| plans(&[&["export", "old", "--layer", "enforcement"], more].concat()).unwrap();
        let table = export(&["--as", "csv"]);
        assert!(table.lines().filter(|l| l.ends_with(",W")).count() == 8, "{table}");
        let empty = export(&["--as", "csv", "--revision", "0"]);
        assert!(empty.lines().skip(1).all(|l| l.ends_with(',')) && empty.lines().count() == 17, "{empty}");
        let written = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let outlines = written("outlines.geojson", &export(&[]));
        let said = program::run(place, &["audit", "zones", &outlines, "--code-field", "zone"]).unwrap();
        assert!(said.contains("zones: 2") && said.contains("no fault"), "{said}");
        let own = written("table.csv", &table.replace("atom,zone", "GEOID,District"));
        let named = ["--map", "atom=GEOID", "--map", "zone=District"];
        for (plan, file, more) in [("shapes", &outlines, &["--code-field", "zone"][..]), ("tables", &own, &named)] {
            let args = [&["import", "zones", file, "--plan", plan, "--layer", "enforcement"], more].concat();
            program::run(place, &args).unwrap();
            let again = plans(&["export", plan, "--layer", "enforcement", "--as", "csv"]).unwrap();
            assert_eq!(again, table, "{plan}");
        }
        let said = plans(&["list"]).unwrap();
        assert!(["old", "shapes", "tables"].iter().all(|name| said.contains(name)), "{said}");
        let said = plans(&["show", "old"]).unwrap();
        assert!(said.contains("layer enforcement, 2 zones") && said.contains("8  W"), "{said}");
        assert_eq!(plans(&["in-force"]).unwrap(), "");
        assert!(plans(&["show", "none"]).unwrap_err().contains("none"));
        let said = plans(&["export", "old", "--layer", "enforcement", "--revision", "9"]).unwrap_err();
        assert!(said.contains("has no revision 9"), "{said}");
        let said = program::run(place, &["import", "zones", file, "--plan", "old", "--layer", "none"]).unwrap_err();
        assert!(said.contains("has no layer none; its layers are community, enforcement"), "{said}");
    });
}
