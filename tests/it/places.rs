//! Points of interest and addresses: of the extract, and a list of our own; found by name, and where a point is told by
//! them.

use axum::http::Method;
use serde_json::{Value, json};
use xunge::{
    base::LngLat,
    domain::places::{Address, Mapped, Poi},
    store,
};

use crate::{
    app::{App, PATIENCE, Place, Setup, both_engines, on_both_places, on_postgres_alone, soon},
    county::{self, NOON, township},
    program::run,
};

const EXTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/isle_of_man_2020-03-14.osm.pbf");
const COUNTY: [&str; 8] = ["--level", "township", "--admin-level", "8", "--county", "990001", "--county-name", "Man"];

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn find(app: &App, text: &str) -> Value {
    app.json(format!("/api/v1/find?q={}&limit=50", encoded(text))).await
}

/// Kind and name of what is found, and where it is in words.
async fn told(app: &App, text: &str) -> Vec<(String, String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = find(app, text).await["found"].clone();
    let one = |one: &Value| (word(&one["kind"]), word(&one["name"]), word(&one["where"]));
    found.as_array().unwrap().iter().map(one).collect()
}

async fn around(app: &App, lng: f64, lat: f64) -> Value {
    app.json(format!("/api/v1/find/around?lng={lng}&lat={lat}")).await
}

async fn served(place: &Place) -> App {
    App::open(place, Setup { county: false, ..Setup::default() }).await
}

#[test]
fn places_and_addresses_of_the_extract_are_found() {
    on_both_places(async |place| {
        let said = run(place, &["import", "roads", EXTRACT]).unwrap();
        assert!(said.contains("points of interest") && said.contains("addresses"), "{said}");
        run(place, &[&["import", "areas", EXTRACT][..], &COUNTY].concat()).unwrap();
        let app = served(place).await;
        for (text, kind, name, place) in [
            ("jar bar", "poi", "JAR Bar", "12 Loch Promenade, Douglas"),
            ("ucm", "poi", "University College Isle of Man", "Homefield Road, Douglas"),
            ("victria house nursery", "poi", "Victoria House Nursery", "Victoria Road, Douglas"),
            ("12 loch promenade", "address", "12 Loch Promenade", "Douglas"),
            ("26 parliament street", "address", "26 Parliament Street", "Ramsey"),
            ("26 parliament street, ramsey", "address", "26 Parliament Street", "Ramsey"),
            ("26 parlaiment street", "address", "26 Parliament Street", "Ramsey"),
            ("12 parliament street", "street", "Parliament Street", ""),
            ("douglas", "township", "Douglas", ""),
            ("prospect hill", "street", "Prospect Hill", ""),
        ] {
            let found = told(&app, text).await;
            let (k, n, at) = found.first().unwrap_or_else(|| panic!("nothing for {text}"));
            assert_eq!((k.as_str(), n.as_str()), (kind, name), "{text}: {found:?}");
            assert!(at.starts_with(place), "{text}: {found:?}");
        }
        assert_eq!(find(&app, "12 parliament street").await["found"][0]["why"]["fit"], "mentioned");
        let bar = find(&app, "jar bar").await["found"][0]["at"].clone();
        let at = around(&app, bar["lng"].as_f64().unwrap(), bar["lat"].as_f64().unwrap()).await;
        assert_eq!(at["words"], "12 Loch Promenade, Douglas", "{at}");
        app.check().await;
    });
}

fn poi(category: &str, name: &str, name_zh: Option<&str>, [lng, lat]: [f64; 2]) -> Poi {
    let name_zh = name_zh.map(str::to_owned);
    let (category, name, at) = (category.to_owned(), name.to_owned(), LngLat { lng, lat });
    Poi { category, name, name_zh, aliases: vec![], address: None, at }
}

fn house(number: &str, street: &str, [lng, lat]: [f64; 2]) -> Address {
    let (number, street, at) = (number.to_owned(), street.to_owned(), LngLat { lng, lat });
    Address { number, street, place: None, postcode: None, at }
}

/// What the drawn county's extract would tell.
fn mapped() -> Mapped {
    let pois = vec![
        poi("school", "Hill School", Some("山顶小学"), [112.03, 27.02]),
        poi("pub", "T1", None, [112.03, 27.021]),
        poi("pier", "West Pier", Some("西码头"), [112.01, 27.01]),
    ];
    let addresses = vec![
        house("12", "Harbour Street", [112.12, 27.02]),
        house("12", "海港路", [112.05, 27.05]),
        house("14-18", "海港路", [112.051, 27.05]),
    ];
    Mapped { pois, addresses }
}

fn keep(app: &App, mapped: &Mapped) {
    let hash = app.ctx.world().roads.network().unwrap().hash.clone();
    store::places::write_mapped(&app.ctx.folder, &hash, mapped).unwrap();
}

#[test]
fn roads_of_before_say_what_to_do_and_places_are_found_once_they_are_there() {
    both_engines(async |app| {
        let before = find(app, "hill school").await;
        assert_eq!((&before["places"], &before["found"]), (&json!("missing"), &json!([])));
        assert!(before["hint"].as_str().unwrap().contains("import the extract again"), "{before}");
        keep(app, &mapped());
        let found = find(app, "hill school").await;
        assert_eq!((&found["places"], &found["hint"]), (&json!("known"), &Value::Null));
        let school = &found["found"][0];
        assert_eq!(school["within"]["code"], township(1), "{found}");
        assert_eq!((&school["kind"], &school["category"]), (&json!("poi"), &json!("school")));
        assert_eq!(school["at"], json!({ "lng": 112.03, "lat": 27.02 }));
        // A file that can't be read is as none.
        let hash = app.ctx.world().roads.network().unwrap().hash.clone();
        std::fs::write(store::roads::places_file(&app.ctx.folder, &hash), "damaged").unwrap();
        assert_eq!(find(app, "hill school").await["places"], "missing");
    });
}

#[test]
fn places_are_found_as_other_names_are_and_ranked_with_them() {
    both_engines(async |app| {
        keep(app, &mapped());
        for (text, kind, name, fit) in [
            ("hill school", "poi", "Hill School", "whole"),
            ("school", "poi", "Hill School", "inside"),
            ("scool hill", "poi", "Hill School", "nearly"),
            ("山顶小学", "poi", "Hill School", "whole"),
            ("小学", "poi", "Hill School", "inside"),
            ("shanding", "poi", "Hill School", "sound"),
            ("sdxx", "poi", "Hill School", "sound"),
            ("12 harbour street", "address", "12 Harbour Street", "whole"),
            ("harbour st 12", "address", "12 Harbour Street", "beginning"),
            ("12 harbuor street", "address", "12 Harbour Street", "nearly"),
            ("海港路12号", "address", "海港路12号", "whole"),
            ("海港路16", "address", "海港路14-18号", "whole"),
            ("haigang lu 12", "address", "海港路12号", "sound"),
            ("hgl 12", "address", "海港路12号", "sound"),
        ] {
            let found = find(app, text).await["found"].clone();
            let one = found.as_array().unwrap().iter().find(|one| one["kind"] == kind && one["name"] == name);
            let one = one.unwrap_or_else(|| panic!("{text}: {found}"));
            assert_eq!(one["why"]["fit"], fit, "{text}: {found}");
        }
        assert_eq!(told(app, "13 harbour street").await, []);
        // A pub that is called as a township is comes after it.
        let name = app.ctx.world().areas.get(&township(1)).unwrap().name.clone();
        keep(app, &Mapped { pois: vec![poi("pub", &name, None, [112.13, 27.02])], addresses: vec![] });
        let both: Vec<String> = told(app, &name).await.into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(both[..2], ["township", "poi"], "{both:?}");
        // What a caller mentions is a place too.
        let call = json!({ "id": uuid::Uuid::from_u128(7), "address": format!("smoke behind the {name} now") });
        app.post("/api/v1/calls", call).await.is(201);
    });
}

#[test]
fn a_point_is_told_in_words() {
    both_engines(async |app| {
        keep(app, &mapped());
        let at = around(app, 112.1201, 27.0201).await;
        let name = app.ctx.world().areas.get(&township(2)).unwrap().name.clone();
        assert_eq!(at["words"], format!("12 Harbour Street, {name}"), "{at}");
        assert_eq!((&at["township"]["code"], &at["places"]), (&json!(township(2)), &json!("known")));
        let away_m = at["address"]["distance_m"].as_f64().unwrap();
        assert!((10.0..20.0).contains(&away_m), "{at}");
        let zh = around(app, 112.05, 27.05).await["words_zh"].as_str().unwrap().to_owned();
        assert!(zh.ends_with("海港路12号"), "{zh}");
        let school = around(app, 112.0303, 27.02).await;
        assert!(school["words"].as_str().unwrap().contains("near Hill School"), "{school}");
        assert!(school["words_zh"].as_str().unwrap().contains("近山顶小学"), "{school}");
        assert_eq!(school["address"], Value::Null, "{school}");
        // On a road, and far from everything.
        let found = find(app, "大道").await["found"][0].clone();
        let on = around(app, found["at"]["lng"].as_f64().unwrap(), found["at"]["lat"].as_f64().unwrap()).await;
        assert_eq!((&on["street"]["name"], &on["street"]["distance_m"]), (&json!("大道"), &json!(0.0)), "{on}");
        let far = around(app, 10.0, 50.0).await;
        assert_eq!((&far["words"], &far["township"]), (&json!(""), &Value::Null), "{far}");
        let gcj = xunge::kernel::crs::Datum::Gcj02.from_wgs84(LngLat { lng: 112.1201, lat: 27.0201 });
        let same = app.json(format!("/api/v1/find/around?lng={}&lat={}&datum=gcj02", gcj.lng, gcj.lat)).await;
        assert_eq!(same["words"], at["words"]);
        for (query, status, field) in [
            ("lng=1", 400, "lat"),
            ("lng=500&lat=1", 422, "lng"),
            ("lng=1&lat=x", 400, "lat"),
            ("lng=1&lat=1&datum=mars", 422, "datum"),
            ("lng=1&lat=1&q=a", 400, "q"),
        ] {
            app.get(format!("/api/v1/find/around?{query}")).await.refused(status, field);
        }
    });
}

#[test]
fn a_list_of_our_own_is_taken_whole_and_found() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let write = |name: &str, bytes: &[u8]| {
            let file = place.folder().join(name);
            std::fs::write(&file, bytes).unwrap();
            file.to_str().unwrap().to_owned()
        };
        let text = "name,kind,lng,lat,name_zh,address,aliases\n\
                    Old Mill,mill,112.03,27.02,老磨坊,Mill Lane 3,The Grinder;磨房\n\
                    West Gate,gate,112.01,27.01,,,\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        let (first, report) = (write("a.csv", &gbk), place.folder().join("report.json"));
        let import = ["import", "places", &first, "--report", report.to_str().unwrap()];
        let said = run(place, &import).unwrap();
        assert!(said.contains("was read as") && said.contains("taken: 2 places, 0 of them as before"), "{said}");
        let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
        assert_eq!((&report["taken"], &report["kinds"]), (&json!(2), &json!({ "gate": 1, "mill": 1 })));
        let found =
            async |text: &str, name: &str| told(&app, text).await.iter().any(|(k, n, _)| k == "poi" && n == name);
        soon(PATIENCE, "the list", async || found("old mill", "Old Mill").await).await;
        for text in ["老磨坊", "grinder", "磨房", "laomofang", "lmf", "old miill"] {
            assert!(found(text, "Old Mill").await, "{text}");
        }
        let mill = told(&app, "old mill").await;
        assert!(mill[0].2.starts_with("Mill Lane 3, "), "{mill:?}");
        assert!(run(place, &import).unwrap().contains("nothing changed"));
        let kept = app.json("/api/v1/imports").await["imports"][0].clone();
        assert_eq!(kept["kind"], "places", "{kept}");

        // Another list takes its place; what it says in another datum is moved.
        let shifted = xunge::kernel::crs::Datum::Gcj02.from_wgs84(LngLat { lng: 112.03, lat: 27.02 });
        let second =
            write("b.csv", format!("name,kind,lng,lat\nNew Mill,mill,{},{}\n", shifted.lng, shifted.lat).as_bytes());
        let said = run(place, &["import", "places", &second, "--datum", "gcj02"]).unwrap();
        assert!(said.contains("taken: 1 places") && said.contains("2 are gone"), "{said}");
        soon(PATIENCE, "the other list", async || found("new mill", "New Mill").await).await;
        assert!(!found("old mill", "Old Mill").await);
        let at = find(&app, "new mill").await["found"][0]["at"].clone();
        assert!((at["lng"].as_f64().unwrap() - 112.03).abs() < 1e-5, "{at}");

        // One wrong line refuses all of them.
        for (line, words) in [
            ("Mill,,112,27", "line 2: kind: is empty"),
            (",mill,112,27", "line 2: name: is empty"),
            ("Mill,mill,500,27", "line 2: lng \"500\""),
            ("Mill,mill,112,x", "line 2: lat \"x\""),
            ("Mill,mill,112,27\nMill,inn,112,27", "line 3: name \"Mill\": stands at this place on line 2"),
        ] {
            let wrong = write("c.csv", format!("name,kind,lng,lat\n{line}\n").as_bytes());
            let why = run(place, &["import", "places", &wrong]).unwrap_err();
            assert!(why.contains(words), "{line}: {why}");
        }
        let wrong = write("d.csv", b"name,type,lng,lat\nMill,mill,112,27\n");
        assert!(run(place, &["import", "places", &wrong]).unwrap_err().contains("no column for kind"));
        assert!(found("new mill", "New Mill").await);
        let head = app.ctx.head().await.unwrap();
        let renamed = ["import", "places", &wrong, "--map", "kind=type"];
        assert!(run(place, &renamed).unwrap().contains("taken: 1"));
        assert!(app.ctx.head().await.unwrap() > head);
        let reply = app.call(Method::GET, "/api/v1/find?q=mill").send().await;
        assert_eq!(reply.status.as_u16(), 200);
        app.check().await;
    });
}

#[test]
fn a_place_on_our_list_is_the_extracts_of_that_name() {
    both_engines(async |app| {
        keep(app, &mapped());
        let mut own = poi("primary school", "hill school", None, [112.0305, 27.02]);
        own.aliases = vec!["Top School".to_owned()];
        let mut write = app.write().await;
        let far = poi("school", "West Pier", None, [112.13, 27.01]);
        store::places::replace(&mut write, &xunge::domain::places::Pois::new(vec![own, far]).unwrap()).await.unwrap();
        app.commit(write).await;
        let schools = find(app, "hill school").await["found"].clone();
        assert_eq!(
            (schools.as_array().unwrap().len(), &schools[0]["category"]),
            (1, &json!("primary school")),
            "{schools}"
        );
        assert_eq!(find(app, "west pier").await["found"].as_array().unwrap().len(), 2, "another, far away");
    });
}

#[test]
fn replicas_have_the_places_of_the_extract() {
    on_postgres_alone(async |place| {
        let app = App::open(place, Setup::default()).await;
        let elsewhere = || Place::elsewhere(place.url.clone().unwrap());
        let beside = elsewhere();
        let replica = App::open(&beside, Setup { county: false, ..Setup::default() }).await;
        assert_eq!(find(&replica, "hill school").await["places"], "missing");
        // The same roads, imported again by a program that keeps places.
        keep(&app, &mapped());
        let hash = app.ctx.world().roads.network().unwrap().hash.clone();
        let mut write = app.ctx.db.write("test", county::time(NOON)).await.unwrap();
        assert!(store::roads::share(&mut write, place.folder(), &hash).await.unwrap());
        write.commit().await.unwrap();
        soon(PATIENCE, "the places", async || find(&replica, "hill school").await["places"] == "known").await;
        let third = elsewhere();
        let later = App::open(&third, Setup { county: false, ..Setup::default() }).await;
        for other in [&replica, &later] {
            assert_eq!(find(other, "hill school").await["found"], find(&app, "hill school").await["found"]);
        }
        let mut write = app.ctx.db.write("test", county::time(NOON)).await.unwrap();
        assert!(!store::roads::share(&mut write, place.folder(), &hash).await.unwrap(), "nothing is other");
        write.commit().await.unwrap();
    });
}
