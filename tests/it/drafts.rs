//! Areas that are drafted before they come in force: by the command line, over HTTP, on their day; and cases that
//! were filed before.

use std::fs;

use serde_json::{Value, json};
use uuid::Uuid;
use xunge::base::Clock;

use crate::{
    app::{App, Place, Setup, on_both_places, soon},
    county::{COUNTY, NOON, time, township},
    program,
};

/// The southern townships as one, under a new code; the northern ones as they are, but for the border between them.
fn file(place: &Place) -> String {
    let township = |code: &str, name: &str, [w, s, e, n]: [f64; 4]| {
        let ring = json!([[[w, s], [e, s], [e, n], [w, n], [w, s]]]);
        let shape = json!({ "type": "Polygon", "coordinates": ring });
        json!({ "type": "Feature", "properties": { "code": code, "name": name }, "geometry": shape })
    };
    let features = [
        township("990001901000", "South", [112.0, 27.0, 112.16, 27.06]),
        township(&self::township(3), "township 990001003000", [112.0, 27.06, 112.06, 27.12]),
        township(&self::township(4), "township 990001004000", [112.06, 27.06, 112.16, 27.12]),
    ];
    let path = place.folder().join("townships.geojson");
    fs::write(&path, json!({ "type": "FeatureCollection", "features": features }).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn import(place: &Place, more: &[&str]) -> Result<String, String> {
    program::run(place, &[&["import", "areas", &file(place), "--level", "township"], more].concat())
}

fn refused(place: &Place, args: &[&str], words: &str) {
    let said = program::run(place, args).unwrap_err();
    assert!(said.contains(words), "{args:?}: {said}");
}

async fn report(app: &App, n: u128, lng: f64, lat: f64) -> Value {
    app.post("/api/v1/incidents", json!({ "id": Uuid::from_u128(n), "lng": lng, "lat": lat })).await.is(201)
}

async fn at(app: &App, lng: f64, more: &str) -> Value {
    app.json(format!("/api/v1/locate?lng={lng}&lat=27.02{more}")).await["township"]["code"].clone()
}

async fn drafts(app: &App) -> Vec<Value> {
    app.json("/api/v1/areas/generations").await["drafts"].as_array().unwrap().clone()
}

#[test]
fn a_draft_is_looked_at_and_put_in_force_and_cases_keep_their_codes_beside_the_new_ones() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let other = App::open(place, Setup::default()).await;
        let mut events = app.events(None).await;
        report(&app, 1, 112.02, 27.02).await;
        report(&app, 2, 112.12, 27.02).await;
        report(&app, 3, 112.07, 27.1).await;
        report(&app, 4, 112.02, 27.1).await;
        for _ in 0..4 {
            assert_eq!(events.next().await.name, "incident");
        }

        // What would be other is told, and nothing written, by a trial.
        let head = app.ctx.head().await.unwrap();
        let said = import(place, &["--draft", "--dry-run"]).unwrap();
        assert!(said.contains("come: 1") && said.contains("a dry run"), "{said}");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let said = import(place, &["--draft"]).unwrap();
        assert!(said.contains("township 990001901000 \"South\""), "{said}");
        assert!(said.contains("go: 26") && said.contains("shape, 0 m² won"), "{said}");
        app.ctx.up_to_date().await.unwrap();
        let told = events.next().await;
        assert_eq!((told.name.as_str(), &told.data["county"]), ("areas_drafted", &json!(COUNTY)));
        let [draft] = &drafts(&app).await[..] else { panic!("one draft") };
        let generation = draft["generation"].as_i64().unwrap();
        assert_eq!((&draft["from"], &told.data["generation"]), (&Value::Null, &json!(generation)));

        // It can be asked before it is in force, and nothing else knows of it.
        assert_eq!(at(&app, 112.02, "").await, json!(township(1)));
        let drafted = format!("&generation={generation}");
        assert_eq!(at(&app, 112.02, &drafted).await, "990001901000");
        assert_eq!(at(&app, 112.02, &drafted).await, "990001901000");
        app.get("/api/v1/locate?lng=112.02&lat=27.02&generation=99").await.is(404);
        let told = app.json(format!("/api/v1/areas/generations/{generation}/difference")).await;
        assert_eq!(told["fits"], true);
        let codes =
            |of: &str| told["difference"][of].as_array().unwrap().iter().map(|a| a["code"].clone()).collect::<Vec<_>>();
        assert_eq!(codes("come"), ["990001901000"]);
        assert!(codes("gone").contains(&json!(township(1))) && codes("gone").contains(&json!("990001003001")));
        assert_eq!(codes("changed"), [json!(township(3)), json!(township(4))]);
        let lost = told["difference"]["changed"][0]["lost_m2"].as_f64().unwrap();
        assert_eq!(lost, told["difference"]["changed"][1]["won_m2"].as_f64().unwrap());
        app.get("/api/v1/areas/generations/99/difference").await.is(404);
        app.check().await;

        // The switch: open cases keep the codes of their filing, and have those in force beside them.
        let said = program::run(place, &["areas", "switch", &generation.to_string()]).unwrap();
        assert!(said.contains("has the areas of draft"), "{said}");
        refused(place, &["areas", "switch", &generation.to_string()], "no draft of areas");
        for app in [&app, &other] {
            app.ctx.up_to_date().await.unwrap();
            assert_eq!(at(app, 112.02, "").await, "990001901000");
            assert!(drafts(app).await.is_empty());
            let case = app.json(format!("/api/v1/incidents/{}", Uuid::from_u128(1))).await;
            assert_eq!((&case["township"], &case["grid"]), (&json!(township(1)), &json!("990001001001001")));
            let now = json!({ "county": COUNTY, "township": "990001901000", "village": null, "grid": null });
            assert_eq!(case["in_force"], now);
            let listed = async |of: &str| {
                let found = app.json(format!("/api/v1/incidents?township={of}")).await;
                let ids: Vec<_> = found["incidents"].as_array().unwrap().iter().map(|i| i["id"].clone()).collect();
                assert_eq!(found["number_matched"], json!(ids.len()));
                let id = |i: &Value| i.as_str().unwrap().parse::<Uuid>().unwrap().as_u128();
                let mut ids: Vec<_> = ids.iter().map(id).collect();
                ids.sort_unstable();
                ids
            };
            assert_eq!((listed(&township(1)).await, listed(&township(2)).await), (vec![1], vec![2]));
            assert_eq!(listed("990001901000").await, [1, 2], "by the code in force as well");
            assert_eq!((listed(&township(3)).await, listed(&township(4)).await), (vec![3, 4], vec![3]));
            let layer = app.json("/api/v1/layers/incidents").await;
            let of = |n: u128| {
                let found = layer["features"].as_array().unwrap().iter();
                let found = found.map(|f| &f["properties"]).find(|p| p["id"] == json!(Uuid::from_u128(n)));
                let found = found.unwrap();
                (found["township"].clone(), found["township_in_force"].clone())
            };
            assert_eq!(of(1), (json!(township(1)), json!("990001901000")));
            assert_eq!(of(4), (json!(township(3)), Value::Null));
            app.check().await;
        }
        // A case that is filed now has the codes in force, and no others.
        let new = report(&app, 5, 112.02, 27.03).await;
        assert_eq!((&new["township"], new.get("in_force")), (&json!("990001901000"), None));
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        let case = app.json(format!("/api/v1/incidents/{}", Uuid::from_u128(2))).await;
        assert_eq!((&case["township"], &case["in_force"]["township"]), (&json!(township(2)), &json!("990001901000")));
        app.check().await;
    });
}

#[test]
fn ended_cases_that_left_the_world_are_found_by_either_code() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let file = place.folder().join("past.csv");
        fs::write(&file, "id,lng,lat,reported_at,status\n00000000-0000-0000-0000-000000000009,112.02,27.02,2024-03-01T08:00:00+08:00,closed\n").unwrap();
        program::run(place, &["import", "incidents", file.to_str().unwrap()]).unwrap();
        import(place, &["--draft"]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        let generation = drafts(&app).await[0]["generation"].to_string();
        program::run(place, &["areas", "switch", &generation]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        for of in [&township(1), "990001901000"] {
            let found = app.json(format!("/api/v1/incidents?from=2024-01-01T00:00:00Z&township={of}")).await;
            assert_eq!((&found["history"], &found["number_matched"]), (&json!(true), &json!(1)), "{of}");
            assert_eq!(found["incidents"][0]["in_force"]["township"], "990001901000");
        }
        let none = app.json(format!("/api/v1/incidents?from=2024-01-01T00:00:00Z&township={}", township(2))).await;
        assert_eq!(none["number_matched"], 0);
        app.check().await;
    });
}

#[test]
fn a_draft_comes_in_force_on_its_day_once_and_only_on_what_it_was_made_on() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let special = ["--level", "special", "--draft"];
        let path = file(place);
        refused(place, &[&["import", "areas", &path], &special[..]].concat(), "they are no draft");
        refused(place, &["import", "areas", &path, "--level", "township", "--from", "2020-01-01"], "is over");
        refused(place, &["import", "areas", &path, "--level", "township", "--from", "soon"], "soon");
        import(place, &["--from", "2036-01-01"]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        let draft = drafts(&app).await[0].clone();
        assert_eq!(draft["from"], "2035-12-31T16:00:00Z", "midnight in the county");
        let head = app.ctx.head().await.unwrap();
        // Two that know the day has come; it is switched once.
        let later = || Setup { clock: Clock::Fixed(time("2036-01-01T00:00:01+08:00")), ..Setup::default() };
        let [a, b] = [App::open(place, later()).await, App::open(place, later()).await];
        for app in [&a, &b, &app] {
            soon(std::time::Duration::from_secs(20), "the switch", async || {
                app.ctx.up_to_date().await.unwrap();
                at(app, 112.02, "").await == "990001901000"
            })
            .await;
            app.check().await;
        }
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
        for app in [a, b] {
            app.stop().await;
        }

        // One that was made on what is in force no more stays a draft, and says so.
        let villages = place.folder().join("villages.geojson");
        let ring = json!([[[112.0, 27.0], [112.16, 27.0], [112.16, 27.06], [112.0, 27.06], [112.0, 27.0]]]);
        let shape = json!({ "type": "Polygon", "coordinates": ring });
        let one =
            json!({ "type": "Feature", "properties": { "code": "990001901001", "name": "One" }, "geometry": shape });
        fs::write(&villages, json!({ "type": "FeatureCollection", "features": [one] }).to_string()).unwrap();
        let villages = villages.to_str().unwrap();
        program::run(place, &["import", "areas", villages, "--level", "village", "--draft"]).unwrap();
        program::run(place, &["import", "areas", villages, "--level", "village"]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        let stale = drafts(&app).await[0]["generation"].to_string();
        assert_eq!(app.json(format!("/api/v1/areas/generations/{stale}/difference")).await["fits"], false);
        refused(place, &["areas", "switch", &stale], "another one is in force by now");
        let said = program::run(place, &["areas", "list"]).unwrap();
        assert!(said.contains("in force") && said.contains("draft"), "{said}");
        let said = program::run(place, &["areas", "difference", &stale]).unwrap();
        assert!(said.contains("stay as they are"), "{said}");
        program::run(place, &["areas", "drop", &stale]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        assert!(drafts(&app).await.is_empty());

        // Other villages, then grids, go into a draft.
        let text = fs::read_to_string(villages).unwrap().replace("990001901001", "990001901002");
        let others = place.folder().join("others.geojson");
        fs::write(&others, text).unwrap();
        let others = others.to_str().unwrap();
        program::run(place, &["import", "areas", others, "--level", "village", "--from", "2037-01-01"]).unwrap();
        let latest = async || {
            app.ctx.up_to_date().await.unwrap();
            let [draft] = &drafts(&app).await[..] else { panic!("one draft") };
            draft.clone()
        };
        let onto = latest().await["generation"].to_string();
        program::run(place, &["import", "areas", villages, "--level", "village", "--onto", &onto]).unwrap();
        refused(place, &["import", "areas", villages, "--level", "village", "--onto", &onto], "no draft of areas");
        let onto = latest().await["generation"].to_string();
        program::run(place, &["grids", "draw", "--max-area-km2", "40", "--onto", &onto]).unwrap();
        let draft = latest().await;
        assert_eq!(draft["from"], "2036-12-31T16:00:00Z", "the day stays");
        let path = format!("/api/v1/locate?lng=112.02&lat=27.02&generation={}", draft["generation"]);
        let at = app.json(path).await;
        assert_eq!((&at["village"]["code"], at["grid"].is_object()), (&json!("990001901001"), true), "{at}");
        assert_eq!(app.json("/api/v1/locate?lng=112.02&lat=27.02").await["grid"], Value::Null);
        let stale = draft["generation"].to_string();
        program::run(place, &["areas", "drop", &stale]).unwrap();
        app.ctx.up_to_date().await.unwrap();
        assert!(drafts(&app).await.is_empty());
        refused(place, &["areas", "drop", &stale], "no draft of areas");
        assert_eq!(time(NOON), app.ctx.now());
        app.check().await;
    });
}
