//! Plans judged and compared over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, both_engines},
    incidents::report,
    zones::in_force,
};

/// A draft branched off what is in force.
async fn branch(app: &App, of: &str, n: u128) -> String {
    let id = Uuid::from_u128(n).to_string();
    let body = json!({"id": id, "name": "next <year>", "from": {"plan": of}});
    app.post("/api/v1/plans", body).await.is(201);
    id
}

async fn edit(app: &App, plan: &str, commands: Value) {
    let on = app.json(format!("/api/v1/plans/{plan}")).await["revision"].clone();
    let body = json!({"id": Uuid::new_v4(), "on_revision": on, "commands": commands});
    app.post(format!("/api/v1/plans/{plan}/edits"), body).await.is(201);
}

fn assign(zone: &str, atoms: &[&str]) -> Value {
    json!([{"do": "assign", "layer": "enforcement", "zone": zone, "atoms": atoms}])
}

#[test]
fn figures_come_with_their_definitions_and_only_the_touched_are_computed() {
    both_engines(async |app| {
        let plan = branch(app, &in_force(app).await, 801).await;
        let path =
            format!("/api/v1/plans/{plan}/judgement?layer=enforcement&at=2026-03-02T12:00:00%2B08:00&minutes=10");
        let first = app.json(&path).await;
        assert_eq!((&first["computed_zones"], &first["unassigned"]), (&json!(2), &json!(0)));
        let zones = first["zones"].as_array().unwrap();
        assert_eq!(zones.iter().map(|z| z["zone"].as_str().unwrap()).collect::<Vec<_>>(), ["E", "W"]);
        assert_eq!(zones[0]["people"], json!({"wanted": 5, "there": 0, "unknown_roles": 2, "squads": 1}));
        let whole = &first["whole"];
        assert_eq!((&whole["atoms"], &whole["buildings"]), (&json!(16), &json!(160)));
        let sum: f64 = zones.iter().map(|z| z["workload"]["total_h"].as_f64().unwrap()).sum();
        assert!((whole["workload"]["total_h"].as_f64().unwrap() - sum).abs() < 1e-6 && sum > 1.0, "{sum}");
        assert_eq!(first["assumptions"]["handling_min"], json!(40.0));
        // Whatever is told of a zone is defined.
        let defined: Vec<&str> =
            first["figures"].as_array().unwrap().iter().map(|f| f["figure"].as_str().unwrap()).collect();
        for figure in ["atoms", "area_m2", "workload.total_h", "p90_s", "polsby_popper", "reock", "hull", "gini"] {
            assert!(defined.contains(&figure), "{figure} in {defined:?}");
        }

        assert_eq!(app.json(&path).await["computed_zones"], json!(0));
        edit(app, &plan, assign("E", &["990001001001001"])).await;
        let after = app.json(&path).await;
        assert_eq!((&after["computed_zones"], &after["zones"][0]["atoms"]), (&json!(2), &json!(9)));
        // Nobody knows of this other hour yet: everything is computed, and is the same.
        let anew = app.json(path.replace("12:00:00", "12:00:01")).await;
        assert_eq!((&anew["computed_zones"], &anew["zones"]), (&json!(2), &after["zones"]));

        for (query, status, field) in [
            ("layer=none", 422, "layer"),
            ("layer=enforcement&minutes=0", 422, "minutes"),
            ("layer=enforcement&patrol_km_per_h=0", 422, "patrol_km_per_h"),
        ] {
            app.get(format!("/api/v1/plans/{plan}/judgement?{query}")).await.refused(status, field);
        }
        app.get(format!("/api/v1/plans/{}/judgement?layer=enforcement", Uuid::from_u128(9))).await.is(404);
    });
}

#[test]
fn incidents_of_the_year_make_work_where_they_were() {
    both_engines(async |app| {
        let plan = branch(app, &in_force(app).await, 802).await;
        let ask = async |at: &str| {
            let at = at.replace('+', "%2B");
            app.json(format!("/api/v1/plans/{plan}/judgement?layer=enforcement&at={at}")).await
        };
        for n in 0..3 {
            let mut incident = report(Uuid::from_u128(n));
            (incident["lng"], incident["lat"]) = (json!(112.02), json!(27.02));
            app.post("/api/v1/incidents", incident).await.is(201);
        }
        let soon = ask("2026-03-02T12:10:00+08:00").await;
        let [e, w] = [&soon["zones"][0], &soon["zones"][1]];
        assert_eq!((&e["incidents"], &w["incidents"]), (&json!(0), &json!(3)));
        let drive_h = w["drive_median_s"].as_f64().unwrap() / 3_600.0;
        let want = 3.0 * 7.0 / 365.0 * (40.0 / 60.0 + drive_h);
        assert!((w["workload"]["incidents_h"].as_f64().unwrap() - want).abs() < 1e-9, "{w}");
        assert_eq!(w["incidents_by_hour"][12], json!(3));
        let next_year = ask("2027-03-03T12:10:00+08:00").await;
        assert_eq!(next_year["whole"]["incidents"], json!(0));
    });
}

#[test]
fn a_plan_is_compared_with_today_in_four_forms() {
    both_engines(async |app| {
        let today = in_force(app).await;
        let plan = branch(app, &today, 803).await;
        let atoms = ["990001001001001", "990001001001002"];
        edit(app, &plan, assign("E", &atoms)).await;
        let at = "at=2026-03-02T12:00:00%2B08:00&minutes=10";
        let path = format!("/api/v1/plans/{plan}/comparison?layer=enforcement&{at}");
        let told = app.json(&path).await;
        assert_eq!((&told["plan_before"]["plan"], &told["plan_after"]["plan"]), (&json!(today), &json!(plan)));
        let moved: Vec<&str> = told["moved"].as_array().unwrap().iter().map(|m| m["atom"].as_str().unwrap()).collect();
        assert_eq!(moved, atoms);
        assert_eq!((&told["flows"][0]["from"], &told["flows"][0]["to"]), (&json!(["W"]), &json!(["E"])));
        // The squad of the east is farther from the south-west.
        let cells = &told["cells"];
        assert!(cells["worse"]["cells"].as_u64().unwrap() > 0 && cells["better"]["cells"] == json!(0), "{cells}");
        assert_eq!(app.json(format!("{path}&with={today}")).await["moved"], told["moved"]);

        let geojson = app.json(format!("{path}&format=geojson")).await;
        assert_eq!(geojson["features"][1]["properties"]["to"], json!(["E"]));
        let csv = app.get(format!("{path}&format=csv")).await.text();
        assert!(csv.starts_with("atom,from,to,area_m2,buildings,incidents\n990001001001001,W,E,"), "{csv}");
        for (lang, words) in [("en", "Zone plans compared"), ("zh", "网格方案对比")] {
            let html = app.get(format!("{path}&format=html&lang={lang}")).await;
            assert!(html.header("content-type").starts_with("text/html"));
            let html = html.text();
            assert!(
                html.contains(words) && html.contains("next &lt;year&gt;") && html.contains("OpenStreetMap"),
                "{lang}"
            );
        }

        app.get(format!("{path}&with={}", Uuid::from_u128(9))).await.is(404);
        app.get(format!("/api/v1/plans/{plan}/comparison?layer=none&{at}")).await.refused(409, "with");
        let before = "at=2026-02-02T12:00:00%2B08:00";
        app.get(format!("/api/v1/plans/{plan}/comparison?layer=enforcement&{before}")).await.refused(409, "with");
    });
}
