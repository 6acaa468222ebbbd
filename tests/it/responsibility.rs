//! Who has the power: right answers written by hand in `tests/data/cases/responsibility.csv`, through the
//! public interface. That every answer is that of a brute force is held in `src/domain/responsibility`.

use serde_json::{Value, json};
use xunge::{
    domain::areas::{Area, Level},
    store,
};

use crate::{
    app::{App, Place, Setup, on_both_places},
    county::{self, COUNTY, code, township},
    lists::units,
    units::{refused, taken},
};

const CASES: &str = include_str!("../data/cases/responsibility.csv");

const LISTS: &str = "\
list,version,kind,unit,name,parent,list_from,matter,powers,mode,subject,supporters
U1-B,1,basic,U1,Bureau,,,M01,all,,,
U1-B,1,,,,,,M02,all,,,
U1-B,1,,,,,,M03,检查;监管,,,
U2-B,1,basic,U2,Other bureau,,,M03,检查,,,
GUIDE,1,guide,G,Guide,,2026-01-01,M01,all,赋权,,U1
GUIDE,1,,,,,,M02,检查;处罚,委托,U1,
T1-D,1,delegation,T1,Delegation,GUIDE,2026-01-01,M01,检查;处罚,,,
T1-D,1,,,,,,M02,处罚,,,
T1-D,1,,,,,,M03,处罚,,,
T1-X,1,taken_back,T1,Taken back,,2026-06-01,M01,处罚,,,
T2-C,1,cooperating,T2,Cooperating,,,M01,all,,,
Z-B,1,basic,Z,Zone,,,M01,处罚,,,
";

fn special() -> Area {
    let like = county::areas().into_iter().find(|a| a.level == Level::Township).unwrap();
    let rect = geo::Rect::new((112.06, 27.01), (112.10, 27.03)).to_polygon();
    Area {
        code: code("ZONE"),
        level: Level::Special,
        geometry: xunge::kernel::shape::rewind(&geo::MultiPolygon::new(vec![rect])),
        priority: Some(1),
        ..like
    }
}

async fn prepared(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    let mut write = app.write().await;
    let areas = [county::areas(), vec![special()]].concat();
    store::areas::replace(&mut write, &code(COUNTY), &areas, "drawn", false).await.unwrap();
    app.commit(write).await;
    taken(place, "units", &format!("{}Z,Zone administration,zone_administration,G,ZONE,401\n", units()), &[]);
    refused(place, "lists", LISTS, "1 matters are outside of the list above (rule 7)");
    taken(place, "lists", LISTS, &["--confirm"]);
    app.ctx.up_to_date().await.unwrap();
    app
}

fn point(place: &str) -> [f64; 2] {
    match place {
        "T1" => [112.03, 27.02],
        "T2" => [112.13, 27.02],
        "T3" => [112.03, 27.09],
        "Z1" => [112.07, 27.02],
        "Z2" => [112.09, 27.02],
        _ => [111.9, 27.02],
    }
}

struct Case<'a>(Vec<&'a str>);

impl Case<'_> {
    fn url(&self) -> String {
        let [place, matter, power, day] = [0, 1, 2, 3].map(|i| self.0[i]);
        let [lng, lat] = point(place);
        let matter = if matter.is_empty() { String::new() } else { format!("&matter={matter}") };
        format!("/api/v1/responsibility?lng={lng}&lat={lat}&power={power}&at={day}T00:00:00%2B08:00{matter}")
    }

    fn question(&self) -> Value {
        let [lng, lat] = point(self.0[0]);
        let matter = (!self.0[1].is_empty()).then_some(self.0[1]);
        json!({ "lng": lng, "lat": lat, "matter": matter, "power": self.0[2], "at": format!("{}T00:00:00+08:00", self.0[3]) })
    }

    fn check(&self, got: &Value) {
        let [outcome, leads, subject, supporters, receiver, rule] = [4, 5, 6, 7, 8, 9].map(|i| self.0[i]);
        let joined = |field: &str, of: &str| {
            let mut all: Vec<_> = got[field].as_array().unwrap().iter().map(|v| v[of].as_str().unwrap()).collect();
            all.sort_unstable();
            all.join(";")
        };
        assert_eq!(got["outcome"], outcome, "{:?} {got}", self.0);
        assert_eq!(
            (joined("leads", "lead").as_str(), joined("supporters", "unit").as_str()),
            (leads, supporters),
            "{:?} {got}",
            self.0
        );
        if !subject.is_empty() {
            assert_eq!(got["leads"][0]["subject"], subject, "{:?} {got}", self.0);
        }
        assert_eq!(got["first_receiver"].as_str().unwrap_or(""), receiver, "{:?} {got}", self.0);
        let reasons = ["why", "why_not"].map(|f| got[f].as_array().unwrap().clone()).concat();
        assert!(reasons.iter().any(|r| r["rule"].as_u64() == rule.parse().ok()), "rule {rule}: {:?} {got}", self.0);
    }
}

#[test]
fn outside_of_the_county_it_says_so_and_what_is_nearest() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let ask = async |place: &str| {
            let [lng, lat] = point(place);
            app.json(format!("/api/v1/responsibility?lng={lng}&lat={lat}&matter=M01")).await
        };
        let there = ask("outside").await;
        assert_eq!((&there["outside"], &there["township"]), (&json!(true), &Value::Null));
        assert_eq!(there["nearest"]["code"], township(1));
        assert!(there["nearest"]["distance_m"].as_f64().unwrap() > 1_000.0, "{there}");
        for place in ["T1", "Z1"] {
            let here = ask(place).await;
            assert_eq!((&here["outside"], &here["nearest"]), (&json!(false), &Value::Null), "{place}");
        }
        app.stop().await;
    });
}

#[test]
fn the_answers_are_those_written_by_hand() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let cases: Vec<Case> = CASES.lines().skip(1).map(|line| Case(line.split(',').collect())).collect();
        assert!(cases.len() >= 30);
        for case in &cases {
            case.check(&app.json(case.url()).await);
        }
        let questions: Vec<Value> = cases.iter().map(Case::question).collect();
        let many = app.post("/api/v1/responsibility", json!({ "questions": questions })).await.ok();
        let answers = many["answers"].as_array().unwrap();
        for (case, index) in cases.iter().zip(many["results"].as_array().unwrap()) {
            case.check(&answers[index.as_u64().unwrap() as usize]);
        }
        assert!(answers.len() < cases.len(), "equal answers are told once: {}", answers.len());
        app.check().await;
    });
}

#[test]
fn an_answer_says_why_whom_to_call_and_what_is_in_doubt() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let roster = format!(
            "unit,role,office_line,leader,area,shifts\nT1,值班员,0573-1,分管领导,,mon-sun 08:00-18:00\n\
             T1,elsewhere,0573-2,,{},mon-sun 24h\n",
            township(2)
        );
        taken(place, "rosters", &roster, &[]);
        app.ctx.up_to_date().await.unwrap();
        let here = app.json("/api/v1/responsibility?lng=112.03&lat=27.02&matter=M01").await;
        assert_eq!((&here["power"], &here["at"]), (&json!("penalise"), &json!("2026-03-02T04:00:00Z")));
        assert_eq!(here["clock"], json!({ "urgency": "quick", "arrive_limit_min": 30 }));
        assert_eq!(here["leads"][0]["list"], json!({ "list": "T1-D", "version": 1 }));
        assert_eq!(here["leads"][0]["lent_by"], json!([{ "list": "GUIDE", "version": 1 }]));
        let contacts: Vec<_> =
            here["contacts"].as_array().unwrap().iter().map(|c| (&c["unit"], &c["office_line"])).collect();
        assert_eq!(contacts, [(&json!("T1"), &json!("201")), (&json!("U1"), &json!("101"))]);
        let on_duty = here["contacts"][0]["on_duty"].as_array().unwrap();
        assert_eq!(
            (on_duty.len(), &on_duty[0]["leader"]),
            (1, &json!("分管领导")),
            "the slice elsewhere is not called"
        );
        let rules: Vec<_> = here["why"].as_array().unwrap().iter().map(|r| r["rule"].as_u64().unwrap()).collect();
        assert_eq!(rules, [1, 3, 5, 6, 7]);
        let former = here["why_not"].as_array().unwrap().iter().find(|r| r["unit"] == "U1").unwrap();
        assert_eq!(former["rule"], 11, "while it is delegated the former department does not lead");
        assert_eq!((&here["ambiguous"], &here["candidates"]), (&json!(false), &json!([])));
        let border = app.json("/api/v1/responsibility?lng=112.0801&lat=27.05&matter=M01&accuracy_m=50").await;
        let candidates: Vec<_> = border["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                (
                    c["area"]["code"].as_str().unwrap(),
                    c["distance_m"].as_f64().unwrap() > 0.0,
                    c["leads"][0].as_str().unwrap(),
                )
            })
            .collect();
        let [one, two] = [township(1), township(2)];
        assert_eq!(
            (&border["ambiguous"], candidates),
            (&json!(true), vec![(two.as_str(), false, "U1"), (one.as_str(), true, "T1")])
        );
        for (query, status, field) in [
            ("lng=112.03&lat=27.02&matter=M99", 422, "matter"),
            ("lng=212&lat=27.02", 422, "lng"),
            ("lng=112.03&lat=27.02&datum=x", 422, "datum"),
            ("lng=112.03&lat=27.02&accuracy_m=-1", 422, "accuracy_m"),
        ] {
            app.get(format!("/api/v1/responsibility?{query}")).await.refused(status, field);
        }
        app.get("/api/v1/responsibility?lng=112.03&lat=27.02&power=fine").await.is(400);
        let wrong = json!({ "questions": [{ "lng": 112, "lat": 27 }, { "lng": 112, "lat": 27, "matter": "M99" }] });
        app.post("/api/v1/responsibility", wrong).await.refused(422, "questions[1].matter");
        let many = json!({ "questions": vec![json!({ "lng": 112, "lat": 27 }); 10_001] });
        app.post("/api/v1/responsibility", many).await.refused(413, "questions");
        app.check().await;
    });
}

#[test]
fn blind_spots_are_a_layer_whose_tag_follows_lists_rosters_and_units() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let shown = async |query: &str| app.get(format!("/api/v1/layers/blind_spots?{query}")).await;
        let whole = shown("").await;
        let features = whole.ok()["features"].as_array().unwrap().clone();
        let of = |kind: &str| features.iter().filter(|f| f["properties"]["kind"] == kind).collect::<Vec<_>>();
        // The same as the audit, at the same places.
        let audit = app.json("/api/v1/responsibility/audit").await;
        let kinds: std::collections::BTreeSet<&str> =
            features.iter().map(|f| f["properties"]["kind"].as_str().unwrap()).collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            audit["counts"].as_object().unwrap().keys().collect::<Vec<_>>()
        );
        assert_eq!(of("no_coordinator").len(), 7, "villages");
        assert_eq!(of("never_used")[0]["properties"]["area"], township(1), "what the list's unit serves");
        let ids = |f: &&Value| f["id"].as_str().unwrap().split(':').next().unwrap().to_owned();
        let parts: std::collections::BTreeSet<String> = of("nobody_on_duty").iter().map(ids).collect();
        assert_eq!(parts.len(), 18, "all parts of grids, those of the zone apart: {parts:?}");
        let over: Vec<&Value> =
            of("nobody_on_duty").into_iter().filter(|f| f["properties"]["overlays"] == json!(["ZONE"])).collect();
        assert!(over.iter().any(|f| f["properties"]["units"] == json!(["Z"])), "{over:?}");
        assert_eq!(over[0]["properties"]["hours"].as_array().unwrap().len(), 24);

        // Of one matter and power: there, and nowhere else.
        let narrow = shown("kind=no_lead&matter=M03&power=coerce").await.ok();
        let narrow = narrow["features"].as_array().unwrap();
        let asked = format!("lng={}&lat={}&matter=M03&power=coerce", point("T2")[0], point("T2")[1]);
        assert_eq!(app.json(format!("/api/v1/responsibility?{asked}")).await["outcome"], "no_lead");
        assert!(!narrow.is_empty());
        for feature in narrow {
            let told = &feature["properties"];
            assert_eq!(
                (&told["matters"], &told["powers"], &told["cases"]),
                (&json!(["M03"]), &json!(["coerce"]), &json!(1))
            );
        }
        shown("matter=M99").await.refused(422, "matter");
        assert!(shown("kind=everything").await.status.is_client_error());
        let table = shown("f=csv&kind=no_coordinator").await.text();
        assert_eq!(table.lines().count(), 8, "{table}");
        let items = "/ogc/collections/blind_spots/items?kind=no_coordinator&limit=3";
        let page = app.json(items).await;
        assert_eq!((&page["numberMatched"], &page["numberReturned"]), (&json!(7), &json!(3)));
        let items = app.json("/ogc/collections/blind_spots/items?matter=M03&power=coerce&kind=no_lead").await;
        assert_eq!(items["numberMatched"], narrow.len());
        app.get("/api/v1/tiles/blind_spots").await.is(404);

        // The tag stays as long as nothing is changed, and changes with rosters, lists and units.
        let tag = async || shown("at=2026-03-02T00:00:00Z").await.header("etag").to_owned();
        let mut former = tag().await;
        assert_eq!(tag().await, former);
        let roster = "unit,role,office_line,leader,area,shifts\nT1,值班员,0573-1,,,mon-sun 08:00-18:00\n";
        let list = "list,version,kind,unit,name,list_from,matter,powers\nT2-D,1,basic,T2,Own,2026-01-01,M03,强制\n";
        let tree = format!(
            "{}Z,Zone administration,zone_administration,G,ZONE,401\nV9,Coordinator,village_coordinator,T2,990001002001,302\n",
            units()
        );
        for (word, text) in [("rosters", roster), ("lists", list), ("units", &tree)] {
            taken(place, word, text, &[]);
            app.ctx.up_to_date().await.unwrap();
            let now = tag().await;
            assert_ne!(now, former, "{word}");
            former = now;
        }
        app.check().await;
    });
}

#[test]
fn a_footprint_is_shared_out_and_has_a_superior() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let ask = async |footprint: Value, more: &[(&str, Value)]| {
            let mut body = json!({ "footprint": footprint, "matter": "M01", "at": "2026-03-02T12:00:00+08:00" });
            more.iter().for_each(|(key, value)| body[*key] = value.clone());
            app.post("/api/v1/responsibility/footprint", body).await
        };
        let line = |places: &[[f64; 2]]| json!({ "type": "LineString", "coordinates": places });
        // From the first township through the zone, which lies over both, into the second.
        let across = ask(line(&[[112.05, 27.02], [112.13, 27.02]]), &[]).await.ok();
        let whole: f64 = across["shares"].as_array().unwrap().iter().map(|s| s["share"].as_f64().unwrap()).sum();
        assert!((whole - 1.0).abs() < 1e-9, "{across}");
        let parts: Vec<(&Value, &Value)> = across["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| (&p["township"]["code"], &p["overlays"][0]["code"]))
            .collect();
        assert_eq!(parts.len(), 4, "{across}");
        // Each says what the answer at a place of it says.
        for (name, units) in [("T1", "T1"), ("Z1", "Z"), ("T2", "U1")] {
            let [lng, lat] = point(name);
            let url = format!("/api/v1/responsibility?lng={lng}&lat={lat}&matter=M01&at=2026-03-02T12:00:00%2B08:00");
            let one = app.json(url).await;
            assert_eq!(one["leads"][0]["lead"], units, "{one}");
            let shares = across["shares"].as_array().unwrap();
            assert!(shares.iter().any(|s| s["units"] == json!([units]) && s["outcome"] == "lead"), "{name}: {across}");
        }
        // Half of it lies in the zone.
        let zone = across["shares"].as_array().unwrap().iter().find(|s| s["units"] == json!(["Z"])).unwrap();
        assert!((zone["share"].as_f64().unwrap() - 0.5).abs() < 1e-3, "{zone}");
        assert_eq!(across["superior"]["code"], "G", "the county, above all of them");

        let within = ask(line(&[[112.01, 27.01], [112.03, 27.02]]), &[]).await.ok();
        assert_eq!((&within["shares"][0]["share"], &within["superior"]), (&json!(1.0), &Value::Null));
        let ring = json!([[[112.02, 27.01], [112.14, 27.01], [112.14, 27.04], [112.02, 27.04], [112.02, 27.01]]]);
        let polygon = json!({ "type": "Polygon", "coordinates": ring });
        let area = ask(polygon, &[]).await.ok();
        let size: f64 = area["parts"].as_array().unwrap().iter().map(|p| p["size"].as_f64().unwrap()).sum();
        assert!((size / area["size"].as_f64().unwrap() - 1.0).abs() < 1e-6 && size > 3e7, "{area}");

        let refused = ask(line(&[[112.05, 27.02], [111.9, 27.02]]), &[]).await;
        refused.refused(422, "footprint");
        assert!(refused.text().contains("lies outside of all townships"), "{}", refused.text());
        ask(line(&[[112.05, 27.02]]), &[]).await.refused(422, "footprint");
        ask(line(&[[500.0, 27.02], [112.0, 27.0]]), &[]).await.refused(422, "footprint");
        ask(line(&[[112.05, 27.02], [112.13, 27.02]]), &[("matter", json!("M99"))]).await.refused(422, "matter");
        ask(line(&[[112.05, 27.02], [112.13, 27.02]]), &[("datum", json!("mars"))]).await.refused(422, "datum");

        // In the query it is the same, as well-known text and as GeoJSON.
        let at = "matter=M01&at=2026-03-02T12:00:00%2B08:00";
        let asked = async |footprint: &str| {
            let query: String = form_urlencoded::byte_serialize(footprint.as_bytes()).collect();
            app.get(format!("/api/v1/responsibility?footprint={query}&{at}")).await
        };
        let text = "LINESTRING (112.05 27.02, 112.13 27.02)";
        assert_eq!(asked(text).await.ok(), across);
        assert_eq!(asked(&line(&[[112.05, 27.02], [112.13, 27.02]]).to_string()).await.ok(), across);
        let text = "POLYGON((112.02 27.01,112.14 27.01,112.14 27.04,112.02 27.04,112.02 27.01))";
        assert_eq!(asked(text).await.ok(), area);
        // As drawing programs write it.
        let high = json!([[
            [112.02, 27.01, 5],
            [112.14, 27.01, 5],
            [112.14, 27.04, 5],
            [112.02, 27.04, 5],
            [112.02, 27.01, 5]
        ]]);
        let several = json!({ "type": "MultiPolygon", "coordinates": [high] });
        for drawn in [several.clone(), json!({ "type": "Feature", "properties": null, "geometry": several })] {
            assert_eq!(ask(drawn.clone(), &[]).await.ok(), area, "{drawn}");
        }
        for wrong in ["LINESTRING (112.05", "POINT (112.05 27.02)", "{\"type\":\"Point\"}", "river", ""] {
            asked(wrong).await.refused(422, "footprint");
        }
        asked("LINESTRING (112.05 27.02, 111.9 27.02)").await.refused(422, "footprint");
        let refused = async |query: &str, field: &str| {
            app.get(format!("/api/v1/responsibility?{query}")).await.refused(422, field);
        };
        refused("footprint=LINESTRING(112.05%2027.02,112.1%2027.02)&lng=112&lat=27", "footprint").await;
        refused("footprint=LINESTRING(112.05%2027.02,112.1%2027.02)&accuracy_m=5", "footprint").await;
        refused("lng=112", "lng").await;
        refused("matter=M01", "lng").await;
        app.check().await;
    });
}

#[test]
fn the_audit_tells_what_is_wrong_as_json_table_and_layer() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let audit = async |query: &str| app.json(format!("/api/v1/responsibility/audit?{query}")).await;
        let all = audit("least_officers=2").await;
        let findings = all["findings"].as_array().unwrap();
        let of = |kind: &str| -> Vec<&Value> { findings.iter().filter(|f| f["kind"] == kind).collect() };
        // 16 grids, two of which the zone cuts.
        assert_eq!((&all["parts"], &all["matters"], &all["squads"]), (&json!(18), &json!(3), &json!(4)), "{all}");
        assert_eq!(all["definition"]["in_time"], true);
        assert_eq!(of("no_coordinator").len(), 7, "one of eight villages has one");
        let weak: Vec<&Value> = of("below_strength").iter().map(|f| &f["township"]["code"]).collect();
        assert_eq!(weak, [&json!(township(2)), &json!(township(4))]);
        let [outside] = of("outside_parent")[..] else { panic!("{all}") };
        assert_eq!((&outside["list"]["list"], &outside["units"]), (&json!("T1-D"), &json!(["T1"])));
        assert_eq!(outside["matters"], json!([{ "matter": "M03", "powers": ["penalise"] }]));
        assert!(of("overlay_without_list").is_empty() && of("coercion_entrusted").is_empty());
        // No case of any matter was filed, and T1 alone has delegated matters.
        let unused: Vec<_> = of("never_used").iter().map(|f| (&f["list"]["list"], &f["township"]["code"])).collect();
        assert_eq!(unused, [(&json!("T1-D"), &json!(township(1)))]);
        // Nobody has a roster yet: whoever leads alone has nobody on duty at any hour.
        assert!(!of("nobody_on_duty").is_empty());
        assert!(of("nobody_on_duty").iter().all(|f| f["hours"].as_array().unwrap().len() == 24), "{all}");
        // What an answer says of a place is what the audit says of the part around it.
        for (name, matter, power) in [("T1", "M03", "coerce"), ("T2", "M03", "penalise"), ("Z1", "M01", "penalise")] {
            let [lng, lat] = point(name);
            let asked = format!("lng={lng}&lat={lat}&matter={matter}&power={power}");
            let answer = app.json(format!("/api/v1/responsibility?{asked}")).await;
            let overlay = if name == "Z1" { json!("ZONE") } else { Value::Null };
            let leaderless = of("no_lead").iter().any(|f| {
                let here = f["township"]["code"] == answer["township"]["code"] && f["area"]["code"] == overlay;
                let told = |m: &Value| m["matter"] == matter && m["powers"].as_array().unwrap().contains(&json!(power));
                here && f["matters"].as_array().unwrap().iter().any(told)
            });
            assert_eq!(leaderless, answer["outcome"] == "no_lead", "{name} {matter} {power}: {answer}");
        }
        assert_eq!(audit("kind=no_coordinator").await["findings"].as_array().unwrap().len(), 7);
        let one = audit(&format!("kind=no_coordinator&township={}", township(3))).await;
        assert_eq!(
            (one["findings"].as_array().unwrap().len(), &one["townships"][0]["township"]["code"]),
            (2, &json!(township(3)))
        );
        let table = app.get("/api/v1/responsibility/audit?format=csv&least_officers=2").await.text();
        assert_eq!(table.lines().count(), findings.len() + 1, "{table}");
        assert!(table.starts_with("kind,township,township_name,area,") && table.contains("M03 penalise"), "{table}");
        let layer = app.json("/api/v1/responsibility/audit?format=geojson&kind=no_lead").await;
        let features = layer["features"].as_array().unwrap();
        assert!(!features.is_empty() && features.len() <= 18);
        for feature in features {
            let properties = &feature["properties"];
            assert!(properties["no_lead"].as_u64() > Some(0) && properties["nobody_on_duty"] == 0, "{feature}");
            assert_eq!(feature["geometry"]["type"], "MultiPolygon");
        }
        app.get("/api/v1/responsibility/audit?township=X").await.refused(422, "township");
        app.get("/api/v1/responsibility/audit?used_days=3000").await.refused(422, "used_days");
        app.get("/api/v1/responsibility/audit?kind=all").await.is(400);

        // A roster, and a coordinator: what they mend is gone.
        let roster = "unit,role,office_line,leader,area,shifts\nT1,值班员,0573-1,,,mon-sun 08:00-18:00\n";
        taken(place, "rosters", roster, &[]);
        app.ctx.up_to_date().await.unwrap();
        let after = audit("kind=nobody_on_duty").await;
        let t1 = after["findings"].as_array().unwrap().iter().find(|f| f["units"] == json!(["T1"])).unwrap();
        let night: Vec<u64> = (0..8).chain(18..24).collect();
        assert_eq!(t1["hours"], json!(night));

        // Over a week: Monday is the day that was asked about; on Sundays there is nobody.
        let roster = "unit,role,office_line,leader,area,shifts\nT1,值班员,0573-1,,,mon-sat 08:00-18:00\n";
        taken(place, "rosters", roster, &[]);
        app.ctx.up_to_date().await.unwrap();
        let week = audit("kind=nobody_on_duty&over=week").await;
        assert_eq!((&week["definition"]["over"], &after["definition"]["over"]), (&json!("week"), &json!("day")));
        let t1 = week["findings"].as_array().unwrap().iter().find(|f| f["units"] == json!(["T1"])).unwrap();
        let lacking = |hour: &u64| hour / 24 == 6 || !(8..18).contains(&(hour % 24));
        assert_eq!(t1["hours"], json!((0..168).filter(lacking).collect::<Vec<u64>>()));
        let counts = |of: &Value| of["findings"].as_array().unwrap().len();
        assert_eq!(counts(&audit("kind=no_lead&over=week").await), counts(&audit("kind=no_lead").await));
        app.get("/api/v1/responsibility/audit?over=year").await.is(400);
        app.check().await;
    });
}
