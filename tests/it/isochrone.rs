//! Isochrones over HTTP: bands and cells, from places and from squads.

use std::{collections::BTreeMap, str::FromStr};

use geo::{Contains, MultiPolygon, Point, Validation, Winding, winding_order::WindingOrder};
use serde_json::Value;

use crate::app::{App, Setup, both_engines, with};

fn shape(feature: &Value) -> MultiPolygon<f64> {
    let geometry = geojson::Geometry::from_str(&feature["geometry"].to_string()).unwrap();
    geo::Geometry::try_from(geometry).unwrap().try_into().unwrap()
}

async fn cells(app: &App, query: &str) -> BTreeMap<String, u64> {
    let answer = app.json(format!("/api/v1/isochrone?{query}&format=h3")).await;
    let cells = answer["cells"].as_array().unwrap();
    cells.iter().map(|c| (c["cell"].as_str().unwrap().to_owned(), c["s"].as_u64().unwrap())).collect()
}

#[test]
fn bands_are_valid_nested_and_hold_exactly_the_cells_in_time() {
    both_engines(async |app| {
        let from = "lng=112.016&lat=27.03&minutes=4,12,8";
        let answer = app.json(format!("/api/v1/isochrone?{from}")).await;
        assert_eq!(answer["type"], "FeatureCollection");
        assert_eq!(answer["minutes"], serde_json::json!([12, 8, 4]));
        assert_eq!(answer["counted"], serde_json::json!(["walk", "drive"]));
        assert_eq!(answer["resolution"], 10);
        assert_eq!(answer["origins"][0]["island"], false);
        let found = cells(app, from).await;
        let bands = answer["features"].as_array().unwrap();
        assert_eq!(bands.len(), 3);
        for (band, minutes) in bands.iter().zip([12, 8, 4]) {
            let shape = shape(band);
            assert_eq!(band["properties"]["minutes"], minutes);
            assert!(shape.is_valid() && !shape.0.is_empty(), "{minutes}");
            for polygon in &shape {
                assert_eq!(polygon.exterior().winding_order(), Some(WindingOrder::CounterClockwise));
                assert!(polygon.interiors().iter().all(|h| h.winding_order() == Some(WindingOrder::Clockwise)));
            }
            let inside = found.iter().filter(|(cell, s)| {
                let centre = h3o::LatLng::from(h3o::CellIndex::from_str(cell).unwrap());
                let inside = shape.contains(&Point::new(centre.lng(), centre.lat()));
                assert_eq!(inside, **s <= minutes * 60, "{minutes}: {cell} in {s} s");
                inside
            });
            assert_eq!(band["properties"]["cells"], inside.count());
        }
    });
}

#[test]
fn from_squads_it_equals_coverage_at_its_resolution() {
    let mut setup = Setup::default();
    setup.settings.coverage.cell_resolution = 10;
    with(setup, async |app| {
        let found = cells(app, "basis=posts&minutes=20").await;
        let coverage = app.json("/api/v1/coverage?by=cells&minutes=20").await;
        let mut compared = 0;
        for cell in coverage["cells"].as_array().unwrap() {
            let best_s = cell["best_s"].as_u64().filter(|&s| s <= 1_200);
            assert_eq!(found.get(cell["cell"].as_str().unwrap()).copied(), best_s, "{cell}");
            compared += usize::from(best_s.is_some());
        }
        assert!(compared > 1_000, "{compared}");
        let answer = app.json("/api/v1/isochrone?basis=posts&minutes=20").await;
        assert_eq!(answer["counted"], serde_json::json!(["handling", "turnout", "walk", "drive"]));
        assert_eq!(answer["origins"]["considered"], 3);
        assert_eq!(answer["origins"]["excluded"]["off_shift"], 1);
    });
}

#[test]
fn several_places_take_the_least_of_each() {
    both_engines(async |app| {
        let [a, b] =
            [cells(app, "lng=112.015&lat=27.03&minutes=8").await, cells(app, "lng=112.1&lat=27.07&minutes=8").await];
        let mut least = a.clone();
        for (cell, s) in b {
            least.entry(cell).and_modify(|known| *known = s.min(*known)).or_insert(s);
        }
        assert!(least.len() > a.len());
        assert_eq!(cells(app, "points=112.015,27.03;112.1,27.07&minutes=8").await, least);
    });
}

#[test]
fn questions_without_an_answer_are_refused() {
    both_engines(async |app| {
        for (query, field) in [
            ("minutes=10", "query"),
            ("lng=112", "query"),
            ("lng=112.03&lat=27.03&basis=posts", "query"),
            ("lng=112.03&lat=27.03&minutes=0", "minutes"),
            ("lng=112.03&lat=27.03&minutes=121", "minutes"),
            ("lng=112.03&lat=27.03&minutes=ten", "minutes"),
            ("lng=112.03&lat=27.03&minutes=1,2,3,4,5,6,7,8,9,10,11", "minutes"),
            ("lng=112.03&lat=97", "lat"),
            ("points=112.03", "points"),
            ("lng=0&lat=0", "lng"),
        ] {
            app.get(format!("/api/v1/isochrone?{query}")).await.refused(422, field);
        }
        app.get("/api/v1/isochrone?lng=112.03&lat=27.03&profile=boat").await.refused(400, "profile");
        app.get("/api/v1/isochrone?lng=112.03&lat=27.03&colour=red").await.is(400);
    });
    with(Setup { county: false, ..Setup::default() }, async |app| {
        app.get("/api/v1/isochrone?lng=112.03&lat=27.03").await.is(503);
    });
}
