//! One box finds what somebody means, best first, and only what the caller may see.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    domain::{areas::Level, auth::Role},
    kernel::crs::Datum,
    store,
};

use crate::{
    app::{App, both_engines},
    county::{COUNTY, areas, code, township},
    zones::in_force,
};

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn find(app: &App, text: &str) -> Value {
    app.json(format!("/api/v1/find?q={}&limit=50", encoded(text))).await["found"].clone()
}

/// Kind and id, or name where there is none, of everything that is found.
fn told(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |one: &Value| (text(&one["kind"]), text(if one["id"].is_null() { &one["name"] } else { &one["id"] }));
    found.as_array().unwrap().iter().map(one).collect()
}

async fn first(app: &App, text: &str) -> (String, String) {
    let found = find(app, text).await;
    told(&found).into_iter().next().unwrap_or_else(|| panic!("nothing is found for {text:?}"))
}

/// Towns as people call them, a scenic area over one of them.
async fn named(app: &App) {
    let mut all = areas();
    for (n, name, zh) in [(1, "Port St Mary", "圣玛丽港镇"), (2, "Port Erin", "伊林港镇"), (3, "Hafod", "湖滨镇")]
    {
        let area = all.iter_mut().find(|a| a.code.as_str() == township(n)).unwrap();
        (area.name, area.name_zh) = (name.to_owned(), Some(zh.to_owned()));
    }
    let mut scenic = all.iter().find(|a| a.level == Level::Grid).unwrap().clone();
    (scenic.code, scenic.level, scenic.parent) = (code("SC-1"), Level::Special, None);
    (scenic.name, scenic.name_zh) = ("Harbour walk".to_owned(), Some("海港步道".to_owned()));
    (scenic.derived, scenic.priority) = (None, Some(1));
    all.push(scenic);
    let mut write = app.write().await;
    store::areas::replace(&mut write, &code(COUNTY), &all, "named", false).await.unwrap();
    app.commit(write).await;
}

#[test]
fn areas_are_found_by_name_and_code_in_both_languages() {
    both_engines(async |app| {
        named(app).await;
        for (text, kind, id) in [
            ("Port Erin", "township", township(2)),
            ("ＰＯＲＴ  ｅｒｉｎ", "township", township(2)),
            ("porterin", "township", township(2)),
            ("erin", "township", township(2)),
            ("erin port", "township", township(2)),
            ("prot erin", "township", township(2)),
            ("伊林", "township", township(2)),
            ("林港", "township", township(2)),
            ("湖滨镇", "township", township(3)),
            (&township(4), "township", township(4)),
            ("990001001002001", "grid", "990001001002001".to_owned()),
            ("harbour", "special", "SC-1".to_owned()),
            ("海港", "special", "SC-1".to_owned()),
            ("sc1", "special", "SC-1".to_owned()),
            (COUNTY, "county", COUNTY.to_owned()),
        ] {
            assert_eq!(first(app, text).await, (kind.to_owned(), id), "{text}");
        }
        let both = find(app, "port").await;
        assert_eq!(told(&both), [(2, "Port Erin"), (1, "Port St Mary")].map(|(n, _)| ("township".into(), township(n))));
        assert_eq!(both[1]["why"], json!({ "fit": "beginning" }));
        assert_eq!((&both[0]["name_zh"], &both[0]["within"]["code"]), (&json!("伊林港镇"), &json!(COUNTY)));
        assert_eq!(both[0]["bbox"], json!([112.08, 27.0, 112.16, 27.06]));
        // As it sounds, and by the first letters of that.
        for text in ["yilin gang", "yilingang", "ylgz", "ylg"] {
            assert_eq!(first(app, text).await, ("township".to_owned(), township(2)), "{text}");
            assert_eq!(find(app, text).await[0]["why"]["fit"], "sound", "{text}");
        }
        assert_eq!(find(app, "prot erin").await[0]["why"]["fit"], "nearly");
        assert_eq!(find(app, "nowhere at all").await, json!([]));
        // Who stands in the west is told the western one first.
        let west = app.json("/api/v1/find?q=port&lng=112.01&lat=27.01").await;
        let codes: Vec<_> = told(&west["found"]).into_iter().map(|(_, id)| id).collect();
        assert_eq!(codes, [township(1), township(2)], "{west}");
        assert!(west["found"][0]["distance_m"].as_f64().unwrap() < west["found"][1]["distance_m"].as_f64().unwrap());
        assert_eq!(app.json("/api/v1/find?q=port&limit=1").await["found"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn streets_are_found_in_each_township_that_they_lead_through() {
    both_engines(async |app| {
        let found = find(app, "大道").await;
        let within: Vec<_> = found.as_array().unwrap().iter().map(|one| one["within"]["code"].clone()).collect();
        assert_eq!(within, [1, 2, 3, 4].map(|n| json!(township(n))), "{found}");
        for one in found.as_array().unwrap() {
            assert_eq!((&one["kind"], &one["why"]["fit"]), (&json!("street"), &json!("whole")));
            let at = app.json(format!("/api/v1/locate?lng={}&lat={}", one["at"]["lng"], one["at"]["lat"])).await;
            assert_eq!(at["township"]["code"], one["within"]["code"], "{one}");
        }
        let near = app.json(format!("/api/v1/find?q={}&lng=112.15&lat=27.01", encoded("大道"))).await;
        assert_eq!(near["found"][0]["within"]["code"], township(2));
        // Other roads, other names.
        let mut write = app.write().await;
        store::areas::replace(&mut write, &code(COUNTY), &areas()[..2], "less", false).await.unwrap();
        app.commit(write).await;
        let less = find(app, "大道").await;
        let within: Vec<_> = less.as_array().unwrap().iter().map(|one| one["within"]["code"].clone()).collect();
        assert_eq!(within, [json!(null), json!(township(1))], "{less}");
    });
}

#[test]
fn coordinates_are_read_the_way_that_lies_in_the_county() {
    both_engines(async |app| {
        for (text, order) in [
            ("112.03,27.02", "lng_lat"),
            ("27.02，112.03", "lat_lng"),
            ("N27°1'12\" E112°1'48\"", "lat_lng"),
            ("东经112°1′48″ 北纬27°1′12″", "lng_lat"),
        ] {
            let found = find(app, text).await;
            let datums: Vec<_> = found.as_array().unwrap().iter().map(|one| one["why"]["datum"].clone()).collect();
            assert_eq!(datums, ["wgs84", "gcj02", "bd09"], "{text}: {found}");
            assert_eq!(found[0]["at"], json!({ "lng": 112.03, "lat": 27.02 }), "{text}");
            assert_eq!((&found[0]["kind"], &found[0]["why"]["order"]), (&json!("point"), &json!(order)), "{text}");
            assert_eq!(found[0]["within"]["code"], township(1), "{text}");
        }
        let bd09 = find(app, "bd09 112.03,27.02").await;
        let want = Datum::Bd09.to_wgs84(xunge::base::LngLat::new(112.03, 27.02).unwrap());
        let at = &bd09[0]["at"];
        assert!((at["lng"].as_f64().unwrap() - want.lng).abs() < 1e-6, "{bd09}");
        assert_eq!(bd09.as_array().unwrap().len(), 1);
        // East of the county as it stands, in it as GCJ-02: that one first.
        let shifted = Datum::Gcj02.from_wgs84(xunge::base::LngLat::new(112.159, 27.02).unwrap());
        let found = find(app, &format!("{},{}", shifted.lng, shifted.lat)).await;
        assert_eq!(found[0]["why"]["datum"], "gcj02", "{found}");
        // Both ways round are as far away.
        let far = find(app, "-4.48,54.15").await;
        assert_eq!(far.as_array().unwrap().len(), 2, "{far}");
        assert_eq!(far[0]["within"], Value::Null);
        assert_eq!(find(app, "200,300").await, json!([]));
    });
}

#[test]
fn squads_and_incidents_are_found_by_who_may_see_them() {
    both_engines(async |app| {
        app.key(Role::Admin, "all").await;
        app.scoped(Role::Viewer, &[&format!("area:{}", township(1))], "west").await;
        app.scoped(Role::Field, &["squad:S3"], "squad").await;
        let ids = [Uuid::from_u128(0x0195_7a3e_5c00_7000_8000_0000_0000_0a11), Uuid::from_u128(0xb22)];
        for (id, lng, number) in [(ids[0], 112.03, "12345-2026/88"), (ids[1], 112.12, "12345-2026/89")] {
            let body = json!({ "id": id, "lng": lng, "lat": 27.02, "matter": "M01", "external_id": number });
            app.call_as("all", Method::POST, "/api/v1/incidents").json(&body).send().await.is(201);
        }
        let fix =
            json!({ "positions": [{ "squad": "S1", "lng": 112.03, "lat": 27.02, "fixed_at": crate::county::NOON }] });
        app.call_as("all", Method::POST, "/api/v1/positions").json(&fix).send().await.is(202);
        let find = async |key: &str, text: &str| {
            let path = format!("/api/v1/find?q={}&limit=50", encoded(text));
            told(&app.call_as(key, Method::GET, path).send().await.ok()["found"])
        };
        let of = |all: &[(&str, String)]| all.iter().map(|(k, id)| ((*k).to_owned(), id.clone())).collect::<Vec<_>>();
        let (west, east) = (ids[0].to_string(), ids[1].to_string());
        let both = [("incident", west.clone()), ("incident", east.clone())];
        let squads = ["S1", "S2", "S3", "S4"].map(|s| ("squad", s.to_owned()));
        let mut with_post = squads.to_vec();
        with_post.push(("post", "S1".to_owned()));
        for (key, text, want) in [
            ("all", "squad s", with_post),
            ("west", "squad s", vec![squads[0].clone(), ("post", "S1".to_owned())]),
            ("squad", "squad s", vec![squads[2].clone()]),
            ("all", "S4", vec![squads[3].clone()]),
            ("west", "S4", vec![]),
            ("all", "12345 2026", both.to_vec()),
            ("west", "12345 2026", vec![both[0].clone()]),
            ("squad", "12345 2026", vec![]),
            ("all", "12345-2026/89", vec![both[1].clone()]),
            ("west", "12345-2026/89", vec![]),
            ("all", &west, vec![both[0].clone()]),
            ("all", "01957A3E", vec![both[0].clone()]),
            ("all", "0000 0a11", vec![both[0].clone()]),
            ("all", "0b22", vec![both[1].clone()]),
            ("west", "0b22", vec![]),
            ("west", &east, vec![]),
        ] {
            let mut found = find(key, text).await;
            found.retain(|(kind, _)| ["squad", "post", "incident"].contains(&&**kind));
            let mut want = of(&want);
            found.sort();
            want.sort();
            assert_eq!(found, want, "{key} {text:?}");
        }
        let path = "/api/v1/find?q=S1";
        let s1 = app.call_as("all", Method::GET, path).send().await.ok();
        assert_eq!(s1["found"][0]["at"], json!({ "lng": 112.03, "lat": 27.02 }), "where it is, not its post");
        assert_eq!(s1["found"][0]["status"], "available");
    });
}

#[test]
fn zones_in_force_are_found() {
    both_engines(async |app| {
        in_force(app).await;
        let zones = app.json("/api/v1/layers/zones?layer=enforcement").await;
        let zones = zones["features"].as_array().unwrap();
        assert!(!zones.is_empty());
        for zone in zones {
            let (id, at) = (&zone["properties"]["zone"], find(app, zone["properties"]["zone"].as_str().unwrap()).await);
            let one = at.as_array().unwrap().iter().find(|one| one["kind"] == "zone" && one["id"] == *id);
            let at = &one.unwrap_or_else(|| panic!("{id} is not among {at}"))["at"];
            let here = app.json(format!("/api/v1/locate?lng={}&lat={}", at["lng"], at["lat"])).await;
            assert!(here["zones"].as_array().unwrap().iter().any(|z| z["zone"] == *id), "{here}");
        }
    });
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    both_engines(async |app| {
        for (query, status, field) in [
            ("", 400, "q"),
            ("q=", 422, "q"),
            ("q=%20-%20", 422, "q"),
            ("q=a&limit=0", 422, "limit"),
            ("q=a&limit=51", 422, "limit"),
            ("q=a&limit=x", 400, "limit"),
            ("q=a&lng=1", 422, "lat"),
            ("q=a&lat=1", 422, "lng"),
            ("q=a&lng=500&lat=1", 422, "lng"),
            ("q=a&near=1", 400, "near"),
            (&format!("q={}", "x".repeat(201)), 422, "q"),
        ] {
            app.get(format!("/api/v1/find?{query}")).await.refused(status, field);
        }
        assert_eq!(find(app, &"ab ".repeat(60)).await, json!([]));
    });
}
