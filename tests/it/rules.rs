//! A rule stands once: the same wrong record is refused for the same reason through every door (HTTP, a
//! file on the command line, a plan that is only tried), and changes nothing. No text holds a NUL.

use std::{fs, process::Command};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Place, Setup, both_engines, on_both_places},
    county::{COUNTY, township},
};

/// What `xunge import WORD` says of a file that it must refuse.
fn refused_file(place: &Place, word: &str, text: &str) -> String {
    let file = place.folder().join("wrong.csv");
    fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
    command.args(["import", word]).arg(&file).arg("--data").arg(place.folder()).env_remove("XUNGE_DATABASE");
    if let Some(url) = &place.url {
        command.args(["--database", url]);
    }
    let out = command.output().unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1), "{text}: {said}");
    said
}

/// Sends `body` and the file with the same content; both must say `words` of `field`.
async fn refused(
    app: &App,
    place: &Place,
    [url, word]: [&str; 2],
    body: &Value,
    file: &str,
    [field, words]: [&str; 2],
) {
    println!("{field}: {words}");
    let head = app.ctx.head().await.unwrap();
    let problem = app.post(url, body.clone()).await.is(422);
    let at_fault = problem["field"].as_str().unwrap();
    assert!(at_fault == field || at_fault.ends_with(&format!(".{field}")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    let said = refused_file(place, word, file);
    assert!(said.contains(&format!("line 2: {field}")) && said.contains(words), "{said}");
    assert_eq!(app.ctx.head().await.unwrap(), head);
}

fn changed(body: &Value, field: &str, value: &Value) -> Value {
    let mut other = body.clone();
    match field {
        "lng" | "lat" if body["post"].is_object() => other["post"][field] = value.clone(),
        _ => other[field] = value.clone(),
    }
    other
}

/// A table of one line: the values of `record`, text as it is.
fn table(record: &[(&str, String)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let [head, line] = [0, 1].map(|row| {
        let cells = record.iter().map(|(name, value)| if row == 0 { (*name).to_owned() } else { quoted(value) });
        cells.collect::<Vec<_>>().join(",")
    });
    format!("{head}\n{line}\n")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn a_wrong_incident_is_refused_through_each_door() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let good = json!({
            "id": Uuid::from_u128(1), "lng": 112.05, "lat": 27.04, "accuracy_m": 5, "matter": "M03",
            "urgency": "quick", "description": "x", "external_id": "E", "reported_at": "2026-03-02T03:00:00Z"
        });
        for (field, value, words) in [
            ("lng", json!(181), "longitude 181 is not within"),
            ("accuracy_m", json!(10_001), "accuracy of 10001 m is not within"),
            ("matter", json!("X"), "no matter X in the catalogue"),
            ("urgency", json!("asap"), "asap"),
            ("description", json!("x".repeat(4_001)), "4001 characters are more than 4000"),
            ("external_id", json!("x".repeat(201)), "201 characters are more than 200"),
            // The command's clock is the machine's.
            ("reported_at", json!("9999-01-01T00:00:00Z"), "lies in the future"),
        ] {
            let body = changed(&good, field, &value);
            let line: Vec<_> = body.as_object().unwrap().iter().map(|(name, v)| (name.as_str(), text(v))).collect();
            refused(&app, place, ["/api/v1/incidents", "incidents"], &body, &table(&line), [field, words]).await;
        }
        app.post("/api/v1/incidents", good).await.is(201);
        app.check().await;
    });
}

#[test]
fn a_wrong_squad_is_refused_through_each_door() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let good = json!({
            "id": "S9", "name": "nine", "kind": "direct", "unit": "U1", "command_area": township(1), "profile": "car",
            "post": { "lng": 112.05, "lat": 27.04 }, "turnout_s": 60, "crew": { "certified_officers": 2 }, "shifts": []
        });
        let windows = vec![json!({ "days": ["mon"], "from": "08:00", "to": "09:00" }); 201];
        for (field, value, words) in [
            ("name", json!(" "), ""),
            ("name", json!("x".repeat(201)), "a squad's name has 1 to 200 characters"),
            ("command_area", json!("X"), "township or county in force"),
            ("command_area", json!(format!("{}001", township(1))), "township or county in force"),
            ("turnout_s", json!(3_601), "turnout of 3601 s is over 3600 s"),
            ("lng", json!(181), "longitude 181 is not within"),
            ("lng", json!(-4.48), "km from the nearest township"),
            ("shifts", json!(windows), "201 windows are more than 200"),
        ] {
            let body = changed(&good, field, &value);
            let cell = |name: &str| match name {
                "lng" | "lat" => text(&body["post"][name]),
                "certified_officers" => "2".to_owned(),
                "shifts" => vec!["mon 08:00-09:00"; body["shifts"].as_array().unwrap().len()].join("; "),
                name => text(&body[name]),
            };
            let names = ["id", "name", "kind", "unit", "command_area", "profile", "lng", "lat", "turnout_s"];
            let names = names.into_iter().chain(["certified_officers", "shifts"]);
            let file = table(&names.map(|name| (name, cell(name))).collect::<Vec<_>>());
            refused(&app, place, ["/api/v1/squads", "squads"], &body, &file, [field, words]).await;
            // Tried only, it is refused as well.
            let plan = json!({ "patches": [{ "op": "add_squad", "squad": body }] });
            let problem = app.post("/api/v1/coverage/what-if", plan).await.is(422);
            assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
        }
        app.post("/api/v1/squads", good).await.is(201);
        // No post is moved to where its axes are swapped, neither tried nor in a plan.
        let swapped = json!({ "lng": 27.04, "lat": 80.05 });
        let head = app.ctx.head().await.unwrap();
        let problem = app.patch("/api/v1/squads/S9", json!({ "post": swapped })).await.is(422);
        assert_eq!(problem["field"], "post.lng");
        assert!(problem["detail"].as_str().unwrap().contains("km from the nearest township"), "{problem}");
        let patches = json!({ "patches": [{ "op": "move_squad", "id": "S9", "post": swapped }] });
        app.post("/api/v1/coverage/what-if", patches).await.is(422);
        assert_eq!(app.ctx.head().await.unwrap(), head);
        app.check().await;
    });
}

#[test]
fn a_wrong_arrival_is_refused_through_each_door() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let good = json!({
            "id": Uuid::from_u128(1), "squad": "S1", "from": { "lng": 112.015, "lat": 27.02 },
            "to": { "lng": 112.05, "lat": 27.04 }, "departed_at": "2026-03-02T03:00:00Z",
            "arrived_at": "2026-03-02T03:07:00Z"
        });
        for (field, value, words) in [
            ("squad", json!("X"), "no squad X"),
            ("arrived_at", json!("2026-03-02T03:00:00Z"), "is not after the departure"),
            ("arrived_at", json!("2026-03-02T09:00:01Z"), "is over 6 hours"),
        ] {
            let body = changed(&good, field, &value);
            let cell = |name: &str| match name.split_once('_') {
                Some((end, axis @ ("lng" | "lat"))) => text(&body[end][axis]),
                _ => text(&body[name]),
            };
            let names = ["id", "squad", "from_lng", "from_lat", "to_lng", "to_lat", "departed_at", "arrived_at"];
            let file = table(&names.map(|name| (name, cell(name))));
            refused(&app, place, ["/api/v1/arrivals", "arrivals"], &body, &file, [field, words]).await;
        }
        app.post("/api/v1/arrivals", good).await.is(201);
        app.check().await;
    });
}

#[test]
fn no_text_holds_a_nul() {
    both_engines(async |app| {
        let nul = "a\0b";
        let head = app.ctx.head().await.unwrap();
        let incident = json!({ "id": Uuid::from_u128(1), "lng": 112.05, "lat": 27.04 });
        let squad = json!({
            "id": "S9", "name": "nine", "kind": "direct", "unit": "U1", "command_area": COUNTY,
            "post": { "lng": 112.05, "lat": 27.04 }, "crew": { "certified_officers": 2 }, "shifts": []
        });
        let closure = json!({ "id": Uuid::from_u128(3), "place": { "street": { "name": "大道" } }, "reason": "flood" });
        for (url, body, field, value) in [
            ("/api/v1/incidents", &incident, "description", json!(nul)),
            ("/api/v1/incidents", &incident, "external_id", json!(nul)),
            ("/api/v1/incidents", &incident, "reporter", json!({ "name": nul })),
            ("/api/v1/squads", &squad, "name", json!(nul)),
            ("/api/v1/squads", &squad, "name_zh", json!(nul)),
            ("/api/v1/roads/disruptions", &closure, "reason", json!(nul)),
            ("/api/v1/roads/disruptions", &closure, "place", json!({ "street": { "name": nul } })),
        ] {
            let problem = app.post(url, changed(body, field, &value)).await.is(422);
            let at_fault = problem["field"].as_str().unwrap();
            assert!(at_fault.starts_with(field), "{problem}");
            assert!(problem["detail"].as_str().unwrap().contains("NUL"), "{problem}");
        }
        let slot =
            json!({ "name": "s", "name_zh": nul, "windows": [{ "days": ["mon"], "from": "08:00", "to": "09:00" }] });
        let put = app.call(axum::http::Method::PUT, "/api/v1/slots").json(&json!({ "slots": [slot] })).send().await;
        put.refused(422, "slots[0].name_zh");
        app.get("/api/v1/incidents?township=a%00b").await.is(400);
        // A backslash before u0000 is none.
        app.post("/api/v1/incidents", changed(&incident, "description", &json!("\\u0000"))).await.is(201);
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
    });
}

#[test]
fn no_file_holds_a_nul() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = app.ctx.head().await.unwrap();
        let file = "lng,lat,reported_at,description\n112.05,27.04,2026-03-02T03:00:00Z,a\0b\n";
        let said = refused_file(place, "incidents", file);
        assert!(said.contains("line 2: description") && said.contains("NUL"), "{said}");
        let file = "id,name,name_zh,kind,unit,command_area,profile,lng,lat,certified_officers,shifts\n\
                    a,A,a\0b,direct,U,990001000000,car,112,27,2,\n";
        let said = refused_file(place, "squads", file);
        assert!(said.contains("line 2: name_zh") && said.contains("NUL"), "{said}");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        app.check().await;
    });
}
