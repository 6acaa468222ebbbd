//! `xunge demo`: made-up roads and a made-up Chinese county through the real program, then the service
//! over them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

use serde_json::{Value, json};
use xunge::{base::LngLat, kernel::crs::Datum, store};

use crate::{
    app::{App, Place, Setup, on_both_places},
    county,
    program::Program,
};

/// Runs the program on the place's folder and database; what it printed, or what it complained of.
fn xunge(place: &Place, args: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
    command.args(args).arg("--data").arg(place.folder()).env_remove("XUNGE_DATABASE");
    if let Some(url) = &place.url {
        command.args(["--database", url]);
    }
    let out = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stderr)) }
}

/// What a command that must fail complains of; nothing may be written.
async fn refused(place: &Place, args: &[&str]) -> String {
    let db = place.open().await;
    let before = store::log::head(&db).await.unwrap();
    let said = xunge(place, args).unwrap_err();
    assert_eq!(store::log::head(&db).await.unwrap(), before, "{args:?} wrote something");
    db.close().await;
    said
}

async fn serve(place: &Place) -> App {
    App::open(place, Setup { county: false, ..Setup::default() }).await
}

/// A file of squads of one's own, at the first post of `app`.
async fn own_squads(place: &Place, app: &App) -> String {
    let squad = &app.json("/api/v1/squads").await["squads"][0];
    let (area, lng, lat) = (&squad["command_area"], &squad["post"]["lng"], &squad["post"]["lat"]);
    let area = area.as_str().unwrap();
    let head = "id,name,kind,unit,command_area,profile,lng,lat,certified_officers,shifts";
    let file: PathBuf = place.folder().join("own.csv");
    fs::write(&file, format!("{head}\nown,Own,stationed,U,{area},car,{lng},{lat},2,mon-sun 24h\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

async fn posts_lie_in_their_areas(app: &App) {
    let squads = app.json("/api/v1/squads?limit=200").await;
    for squad in squads["squads"].as_array().unwrap() {
        let at = &squad["post"];
        let found = app.json(format!("/api/v1/locate?lng={}&lat={}", at["lng"], at["lat"])).await;
        let owner = if squad["kind"] == "direct" { "county" } else { "township" };
        assert_eq!(found[owner]["code"], squad["command_area"], "{squad}");
    }
}

#[test]
fn made_up_roads_come_with_a_county_and_never_in_the_place_of_ones_own() {
    on_both_places(async |place| {
        let roads = |seed| ["demo", "roads", "--nodes", "5000", "--seed", seed];
        assert!(refused(place, &["demo", "roads", "--nodes", "1"]).await.contains("nodes: 1 junctions"));
        assert!(refused(place, &["demo", "roads", "--nodes", "4000001"]).await.contains("4000001"));
        let said = xunge(place, &roads("1")).unwrap();
        for words in ["4  township", "5000 junctions", "squads: 3", "MB)", "synthetic, 5000 nodes, seed 1; "] {
            assert!(said.contains(words), "{said}");
        }
        assert!(xunge(place, &roads("1")).unwrap().contains("nothing changed"));
        let app = serve(place).await;
        let status = app.json("/api/v1/status").await;
        assert_eq!((&status["demo"], &status["county"]["name"]), (&json!(true), &json!("Synthetic county")));
        assert_eq!(status["counts"]["townships"], 4);
        assert_eq!(status["attribution"], json!([]), "nobody drew this map");
        posts_lie_in_their_areas(&app).await;
        let coverage = app.json("/api/v1/coverage?minutes=30&by=summary").await;
        let cells = &coverage["cells"];
        assert!(cells["covered"].as_u64() > Some(20) && coverage["squads"]["considered"] == 3, "{coverage}");
        let post = app.json("/api/v1/squads").await["squads"][0]["post"].clone();
        let (lng, lat) = (&post["lng"], &post["lat"]);
        let nearest = app.json(format!("/api/v1/squads/nearest?lng={lng}&lat={lat}&k=3")).await;
        assert_eq!(nearest["squads"].as_array().unwrap().len(), 3, "{nearest}");
        let bbox = "100,-0.1,100.2,0.1";
        let links = app.json(format!("/api/v1/layers/roads?bbox={bbox}")).await;
        let named = |f: &Value| f["properties"]["name"].as_str().is_some_and(|n| n.starts_with("Town"));
        assert!(links["features"].as_array().unwrap().iter().any(named));

        // Another seed beside the running service: other roads, the former ones gone.
        xunge(place, &roads("2")).unwrap();
        app.check().await;
        let hash = |app: &App| app.ctx.world().roads.network().unwrap().hash.clone();
        let second = hash(&app);
        xunge(place, &roads("1")).unwrap();
        app.check().await;
        assert_ne!(hash(&app), second);

        // What is one's own goes only when told to.
        let file = own_squads(place, &app).await;
        xunge(place, &["import", "squads", &file]).unwrap();
        let said = refused(place, &roads("1")).await;
        assert!(said.contains("holds squads that are no demonstration") && said.contains("--replace"), "{said}");
        assert!(xunge(place, &[&roads("1")[..], &["--replace"]].concat()).unwrap().contains("squads: 3"));
        app.check().await;
        assert_eq!(app.json("/api/v1/status").await["counts"]["squads"], 3);
    });
}

#[test]
fn a_made_up_chinese_county_answers_in_chinese_and_says_what_it_is() {
    on_both_places(async |place| {
        let nanhu = ["demo", "county", "nanhu"];
        let said = xunge(place, &nanhu).unwrap();
        for words in ["13  township", "143  village", "4  special", "squads: 17", "合成"] {
            assert!(said.contains(words), "{said}");
        }
        assert!(refused(place, &nanhu).await.contains("--replace"));
        let app = serve(place).await;
        let status = app.json("/api/v1/status").await;
        assert_eq!((&status["demo"], &status["county"]["name_zh"]), (&json!(true), &json!("南湖区(合成)")));
        assert_eq!(status["county"]["time_zone"], "Asia/Shanghai");
        assert_eq!(status["attribution"], json!([]));
        assert_eq!(status["definition"]["speed_table"], "china");
        posts_lie_in_their_areas(&app).await;

        // The centre of a street of the development zone, in two datums.
        let at = LngLat::new(120.74, 30.72).unwrap();
        let shifted = Datum::Gcj02.from_wgs84(at);
        let zone = json!([{"code": "330402-zone", "name":
            "Jiaxing Economic and Technological Development Zone (synthetic)",
            "name_zh": "嘉兴经济技术开发区(合成)", "priority": 10}]);
        for (p, datum) in [(at, "wgs84"), (shifted, "gcj02")] {
            let found = app.json(format!("/api/v1/locate?lng={}&lat={}&datum={datum}", p.lng, p.lat)).await;
            assert_eq!(found["township"]["name_zh"], "城南街道");
            assert!(found["grid"]["name_zh"].as_str().unwrap().ends_with("网格"), "{found}");
            assert_eq!(found["grid"]["code"].as_str().unwrap().len(), 15);
            assert_eq!(found["overlays"], zone);
        }
        let elsewhere = json!({"lng": 120.88, "lat": 30.652});
        let many = app.post("/api/v1/locate", json!({"points": [at, elsewhere]})).await.ok();
        assert_eq!((&many["results"][0]["overlays"], many["results"][1].get("overlays")), (&zone, None));
        let nearest = app.json("/api/v1/squads/nearest?lng=120.88&lat=30.652&k=1").await;
        assert_eq!(nearest["squads"][0]["squad"]["name_zh"], "驻凤桥镇中队(合成)");
        let coverage = app.json("/api/v1/coverage?minutes=30&by=townships").await;
        assert_eq!(coverage["townships"].as_array().unwrap().len(), 13, "the zone is no township");
        for (layer, words) in [("townships", ""), ("villages", "合成"), ("grids", "合成"), ("squads", "合成")] {
            let features = app.json(format!("/api/v1/layers/{layer}")).await;
            let zh = |f: &Value| f["properties"]["name_zh"].as_str().is_some_and(|name| name.contains(words));
            assert!(features["features"].as_array().unwrap().iter().all(zh), "{layer}");
        }
        let incidents = app.json("/api/v1/layers/incidents").await;
        let features = incidents["features"].as_array().unwrap();
        assert!(features.len() > 1_500 && features.iter().all(|f| f["properties"]["synthetic"] == true));

        powers_of_every_kind_are_seen(&app).await;
        blind_spots_are_those_that_were_made(&app).await;

        // One demonstration after another, but never over one's own.
        xunge(place, &["demo", "roads", "--nodes", "2000"]).unwrap();
        app.check().await;
        assert_eq!(app.json("/api/v1/status").await["counts"]["villages"], 0);
        let again = [&nanhu[..], &["--replace"]].concat();
        xunge(place, &again).unwrap();
        app.check().await;
        assert_eq!(app.json("/api/v1/status").await["counts"]["villages"], 143);
        let file = own_squads(place, &app).await;
        xunge(place, &["import", "squads", &file]).unwrap();
        let said = refused(place, &again).await;
        assert!(said.contains("holds squads that are no demonstration"), "{said}");
        app.check().await;
    });
}

/// Who leads, or receives first, written by hand from the rules and the tables of the county; `supporters` are
/// among those told, `rule` is told in `why` or `why_not`.
const POWERS: &str = include_str!("../data/cases/powers.csv");

async fn responsibility(app: &App, [lng, lat]: [f64; 2], matter: &str, power: &str, day: &str) -> Value {
    let matter = if matter.is_empty() { String::new() } else { format!("&matter={matter}") };
    let at = format!("{day}T12:00:00%2B08:00");
    app.json(format!("/api/v1/responsibility?lng={lng}&lat={lat}&power={power}&at={at}{matter}")).await
}

async fn powers_of_every_kind_are_seen(app: &App) {
    let mut reader = csv::Reader::from_reader(POWERS.as_bytes());
    let cases: Vec<BTreeMap<String, String>> = reader.deserialize().map(|case| case.unwrap()).collect();
    assert!(cases.len() >= 60);
    for case in cases {
        let [lng, lat] = ["lng", "lat"].map(|f| case[f].parse().unwrap());
        let got = responsibility(app, [lng, lat], &case["matter"], &case["power"], &case["at"]).await;
        assert_eq!(got["outcome"], case["outcome"], "{case:?}: {got}");
        let codes = |field: &str, of: &str| -> Vec<String> {
            got[field].as_array().unwrap().iter().map(|v| v[of].as_str().unwrap().to_owned()).collect()
        };
        let leads = codes("leads", "lead");
        let receiver = got["first_receiver"].as_str().unwrap_or_default();
        let told = if leads.is_empty() { receiver.to_owned() } else { leads.join(";") };
        assert_eq!(told, case["who"], "{case:?}: {got}");
        assert!(
            case["subject"].is_empty() || codes("leads", "subject") == [case["subject"].clone()],
            "{case:?}: {got}"
        );
        let supporters = codes("supporters", "unit");
        let wanted = case["supporters"].split(';').filter(|s| !s.is_empty());
        assert!(wanted.into_iter().all(|s| supporters.iter().any(|unit| unit == s)), "{case:?}: {got}");
        let reasons = ["why", "why_not"].map(|f| got[f].as_array().unwrap().clone()).concat();
        assert!(reasons.iter().any(|r| r["rule"].as_u64() == case["rule"].parse().ok()), "{case:?}: {got}");
        let named = got["contacts"].as_array().unwrap();
        assert!(named.iter().all(|c| c["name_zh"].as_str().unwrap().contains("合成")), "{got}");
    }
    let entrusted = responsibility(app, [120.88, 30.652], "NY-002", "penalise", "2025-06-02").await;
    let lead = &entrusted["leads"][0];
    assert_eq!((&lead["mode"], &lead["subject"], &lead["liable"]), (&json!("entrusted"), &json!("AFB"), &json!("AFB")));
    // Squads have the powers of units that are there, and every rule above needs somebody who goes.
    let squads = app.json("/api/v1/squads?limit=200").await;
    for squad in squads["squads"].as_array().unwrap() {
        let unit = app.json(format!("/api/v1/units/{}", squad["unit"].as_str().unwrap())).await;
        assert!(unit["squads"].as_array().unwrap().contains(&squad["id"]), "{squad}");
    }
    // By day most matters have one lead, and somebody of it is on duty.
    let matters = app.json("/api/v1/matters").await["matters"].as_array().unwrap().clone();
    let questions: Vec<Value> =
        matters.iter().map(|m| json!({"lng": 120.88, "lat": 30.652, "matter": m["code"]})).collect();
    let many = app.post("/api/v1/responsibility", json!({ "questions": questions })).await.ok();
    let answers = many["answers"].as_array().unwrap();
    let of = |outcome: &str| {
        let fits = |i: &&Value| answers[i.as_u64().unwrap() as usize]["outcome"] == outcome;
        many["results"].as_array().unwrap().iter().filter(fits).count()
    };
    assert_eq!((of("lead"), of("no_lead"), of("several_leads")), (199, 1, 0));
}

/// What is wrong with the made-up county is what was made wrong.
async fn blind_spots_are_those_that_were_made(app: &App) {
    let all = app.json("/api/v1/responsibility/audit?at=2026-03-02T12:00:00%2B08:00").await;
    let findings = all["findings"].as_array().unwrap();
    let told = |kind: &str, what: &dyn Fn(&Value) -> Vec<String>| -> BTreeSet<String> {
        findings.iter().filter(|f| f["kind"] == kind).flat_map(what).collect()
    };
    let area = |f: &Value| vec![f["area"]["code"].as_str().unwrap().to_owned()];
    let units = |f: &Value| {
        vec![f["units"].as_array().unwrap().iter().map(|u| u.as_str().unwrap()).collect::<Vec<_>>().join("+")]
    };
    let matters = |f: &Value| {
        f["matters"].as_array().unwrap().iter().map(|m| m["matter"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let set = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(told("no_coordinator", &area), set(&["330402100011", "330402105021"]));
    assert_eq!(told("overlay_without_list", &area), set(&["330402-park"]));
    assert_eq!(
        (told("outside_parent", &units), told("outside_parent", &matters)),
        (set(&["T-QIXING"]), set(&["HB-005"]))
    );
    assert_eq!(told("several_leads", &units), set(&["RIVER+RIVER-2", "T-JIEFANG+TSB-JF"]));
    assert_eq!(told("no_lead", &matters), set(&["HB-004", "QT-003"]));
    assert_eq!(told("nobody_on_duty", &units), set(&["HRB", "RIVER", "T-FENGQIAO", "T-XINJIA", "T-YUXIN", "TSB-JF"]));
    assert_eq!(told("coercion_entrusted", &units), set(&[]));
    // The bureaus have no squads of their own; the zone has one around the clock, too far for what is urgent.
    let bureaus = told("no_squad_in_time", &units);
    assert!(["EEB", "PSB", "RIVER"].iter().all(|u| bureaus.contains(*u)), "{bureaus:?}");
    assert_eq!(all["counts"]["below_strength"]["findings"], 12, "the lake's squad makes one street strong enough");
    assert!(told("never_used", &units).contains("T-DAQIAO"));
    let none = app.json("/api/v1/responsibility/audit?least_officers=0&kind=below_strength").await;
    assert_eq!(none["findings"], json!([]));
}

#[test]
fn a_county_of_an_earlier_version_works_and_says_how_powers_are_added() {
    on_both_places(async |place| {
        xunge(place, &["demo", "county", "nanhu"]).unwrap();
        assert!(refused(place, &["demo", "powers"]).await.contains("no demonstration county without units"));
        // As it was laid down before there were units, lists and more than one special area.
        place
            .behind_its_back(
                "DELETE FROM list_entries; DELETE FROM lists; DELETE FROM rosters; DELETE FROM units; \
                 DELETE FROM areas WHERE code IN ('330402-lake', '330402-river', '330402-park'); \
                 DELETE FROM matters WHERE name LIKE '%(synthetic)'",
            )
            .await;
        let server = Program::start_with(place, &["serve", "--keyless"]).unwrap();
        let asked = "responsibility?lng=120.74&lat=30.72&matter=CG-001";
        assert_eq!(server.get(asked).1["outcome"], "no_lead");
        let said = server.ended();
        assert!(said.contains("`xunge demo powers` adds them"), "{said}");
        let said = xunge(place, &["demo", "powers"]).unwrap();
        assert!(said.contains("matters: 200, units: "), "{said}");
        let app = serve(place).await;
        assert_eq!(app.json(format!("/api/v1/{asked}")).await["leads"][0]["lead"], "ZONE");
        app.get("/api/v1/units/LAKE").await.is(404);
        app.get("/api/v1/lists/LAKE-B").await.is(404);
        app.check().await;
    });
}

#[test]
fn special_areas_are_imported_over_a_county() {
    on_both_places(async |place| {
        let file = |name: &str, west: f64, east: f64, more: Value| {
            let ring = [[west, 30.7], [east, 30.7], [east, 30.8], [west, 30.8], [west, 30.7]];
            let mut properties = json!({"code": name, "name": format!("Area {name}"), "zh": format!("区{name}")});
            properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let feature = json!({"type": "Feature", "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": [ring]}});
            let path = place.folder().join(format!("{name}.geojson"));
            fs::write(&path, json!({"type": "FeatureCollection", "features": [feature]}).to_string()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let township = file("11", 120.7, 120.8, json!({}));
        let special = file("z", 120.75, 120.85, json!({"rank": 7}));
        let owned =
            file("z2", 120.75, 120.85, json!({"code": "z", "name": "Area z", "zh": "区z", "rank": 7, "owner": "ZONE"}));
        let units = place.folder().join("units.csv");
        fs::write(&units, "code,name,kind,parent,area\nG,County,county,,330402\nZONE,Zone,zone_administration,G,\n")
            .unwrap();
        let import = ["import", "areas", &special, "--level", "special", "--name-zh-field", "zh"];
        let ranked = [&import[..], &["--priority-field", "rank"]].concat();
        let new = [&ranked[..], &["--county", "330402"]].concat();
        assert!(refused(place, &new).await.contains("has no areas yet"));
        let county = ["--county", "330402", "--county-name", "Nanhu"];
        let townships = [&["import", "areas", &township, "--level", "township"][..], &county].concat();
        xunge(place, &townships).unwrap();
        assert!(refused(place, &import).await.contains("special z has no priority"));
        let words = file("w", 120.75, 120.85, json!({"priority": "high"}));
        let said = refused(place, &["import", "areas", &words, "--level", "special"]).await;
        assert!(said.contains("the priority \"high\", which is no whole number"), "{said}");
        // Nobody owns it: refused by the rule, and nothing of it is there.
        let said = refused(place, &ranked).await;
        assert!(said.contains("special area z has no owner") && said.contains("(rule 2)"), "{said}");
        let named =
            ["import", "areas", &owned, "--level", "special", "--name-zh-field", "zh", "--priority-field", "rank"];
        let said = refused(place, &named).await;
        assert!(said.contains("can't be ZONE's: there is no such unit (rule 2)"), "{said}");
        xunge(place, &["import", "units", units.to_str().unwrap()]).unwrap();
        assert!(refused(place, &ranked).await.contains("no owner"));
        let trial = xunge(place, &[&named[..], &["--dry-run"]].concat()).unwrap();
        assert!(trial.contains("a dry run"), "{trial}");
        assert!(xunge(place, &named).unwrap().contains("1  special"));
        // Whom it serves by now need not be named again.
        assert!(xunge(place, &ranked).unwrap().contains("nothing changed"));
        assert!(xunge(place, &named).unwrap().contains("nothing changed"));
        assert!(xunge(place, &townships).unwrap().contains("nothing changed"));

        let app = serve(place).await;
        let overlays =
            async |lng: f64| app.json(format!("/api/v1/locate?lng={lng}&lat=30.75")).await["overlays"].clone();
        assert_eq!(overlays(120.72).await, json!([]));
        let zone = json!([{"code": "z", "name": "Area z", "name_zh": "区z", "priority": 7}]);
        assert_eq!(overlays(120.78).await, zone);
        assert_eq!(overlays(120.84).await, zone, "it may reach beyond the county");
        assert_eq!(app.json("/api/v1/units/ZONE").await["unit"]["area"], "z", "its owner serves it");
        // New townships leave it where it is.
        let other = file("12", 120.7, 120.76, json!({}));
        xunge(place, &["import", "areas", &other, "--level", "township"]).unwrap();
        app.check().await;
        assert_eq!(overlays(120.78).await, zone);
        assert_eq!(app.json("/api/v1/status").await["counts"]["townships"], 1);
    });
}

#[test]
fn a_day_is_played_and_nothing_is_crooked_at_its_end() {
    on_both_places(async |place| {
        let db = place.open().await;
        county::plant(&db, place.folder()).await;
        db.close().await;
        let program = Program::start(place);
        let url = format!("http://{}", program.address());
        // It reads no folder.
        let play = |more: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
            let args = ["demo", "day", "--seed", "3", "--url", &url];
            let out = command.args(args).args(more).env_remove("XUNGE_KEY").output().unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stderr)) }
        };
        assert!(play(&["--count", "12"]).unwrap_err().contains("no demonstration county"));
        assert!(play(&["--into-real", "--count", "0"]).unwrap_err().contains("0 reports are not within"));
        let said = play(&["--into-real", "--count", "12"]).unwrap();
        assert!(said.contains("checked: no squad at two places"), "{said}");
        assert!(said.contains("arrivals on time: "), "{said}");
        let closed = program.get("incidents?status=closed").1;
        assert!(closed["number_matched"].as_u64().unwrap() > 3, "{said}");
    });
}

#[test]
fn policies_are_tried_on_the_same_days_and_change_nothing() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = app.ctx.head().await.unwrap();
        let tried = |seed: &str| {
            let days = ["--days", "3", "--cases", "12,20", "--small-days", "4", "--from", "2026-03-02T00:00:00+08:00"];
            let said = xunge(place, &[&["demo", "policies", "--seed", seed], &days[..]].concat()).unwrap();
            said.lines().filter(|line| !line.contains("a second")).map(str::to_owned).collect::<Vec<_>>()
        };
        let said = tried("1");
        assert_eq!(said, tried("1"));
        assert_ne!(said, tried("2"));
        let of = |policy: &str| said.iter().filter(|line| line.trim_start().starts_with(policy)).collect::<Vec<_>>();
        // Two loads, and the small days.
        for policy in ["straight_line", "own_township", "closest_competent", "zone_first", "coverage_aware"] {
            assert_eq!(of(policy).len(), 3, "{said:?}");
        }
        assert!(of("closest_competent")[0].contains("+0.00 (+0.00 to +0.00)    0,   0"), "{said:?}");
        for (wrong, field) in
            [(["--days", "0"], "days"), (["--cases", "5001"], "cases"), (["--small-cases", "13"], "small_cases")]
        {
            assert!(refused(place, &[&["demo", "policies", "--seed", "1"][..], &wrong].concat()).await.contains(field));
        }
        assert_eq!(app.ctx.head().await.unwrap(), head);
        app.check().await;
    });
    on_both_places(async |place| {
        assert!(refused(place, &["demo", "policies", "--seed", "1"]).await.contains("no road network"));
    });
}
