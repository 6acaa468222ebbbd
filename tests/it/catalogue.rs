//! Working time, stages and scenes: through the command line, over HTTP, and in the dossier of a case.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, on_both_places},
    lists::units,
    units::{refused, taken},
};

const TIME: &str = "\
kind,date,hours,name,source
hours,,mon-fri 09:00-12:00; mon-fri 14:00-18:00,,ours
holiday,2026-03-03,,Spring feast,notice 7
workday,2026/03/07,,Spring feast,notice 7
";
const STAGES: &str = "\
stage,matter,category,name,name_zh,from,until,limit,closes_when,source,is_default
stop,M01,,Stop the work,责令停工,arrived,handled,2工作时,work has stopped,rule 3,否
penalty,M01,,Penalty,处罚,reported,closed,1工作日,,,yes
handle,,,Handled,处置,reported,handled,3 days,,,yes
";
const SCENES: &str = "scene,name,name_zh,matters,lead,supporters,is_default\nS1,One thing,一件事,M01;M02,U1,U2,yes\n";

#[test]
fn working_time_stages_and_scenes_come_in_whole_and_are_read() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let own = app.json("/api/v1/working-time").await;
        assert_eq!((&own["is_default"], &own["days"]), (&json!(true), &json!([])));
        taken(place, "units", &units(), &[]);
        for (word, table) in [("working-time", TIME), ("stages", STAGES), ("scenes", SCENES)] {
            assert!(taken(place, word, table, &[]).starts_with("taken: "), "{word}");
            assert!(taken(place, word, table, &[]).contains("nothing changed"), "{word}");
        }
        app.ctx.up_to_date().await.unwrap();
        let head = app.ctx.head().await.unwrap();
        refused(place, "working-time", "kind,date\nholiday,2026-03-03\n", "has no line of kind hours");
        refused(place, "stages", "stage,name,from,until,limit\na,n,reported,handled,soon\n", "limit \"soon\": ");
        refused(place, "stages", "stage,name,from,until,limit,matter\na,n,reported,handled,1h,X\n", "no matter X");
        refused(place, "scenes", "scene,name,matters,lead\nS,n,M01,X\n", "lead \"X\": X is no unit");
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");

        let time = app.json("/api/v1/working-time").await;
        assert_eq!((&time["is_default"], &time["source"]), (&json!(false), &json!("ours")));
        let days: Vec<_> = time["days"].as_array().unwrap().iter().map(|d| (&d["date"], &d["kind"])).collect();
        assert_eq!(days, [(&json!("2026-03-03"), &json!("holiday")), (&json!("2026-03-07"), &json!("workday"))]);
        let due = async |from: &str, limit: &str| {
            let url = format!("/api/v1/working-time/due?from={}&limit={limit}", from.replace('+', "%2B"));
            app.json(url).await["due_at"].as_str().unwrap().to_owned()
        };
        // Monday evening: Tuesday is a holiday.
        assert_eq!(due("2026-03-02T17:00:00+08:00", "2%20working_hours").await, "2026-03-04T02:00:00Z");
        // Friday: Saturday makes up for it.
        assert_eq!(due("2026-03-06T10:00:00+08:00", "1%20working_days").await, "2026-03-07T10:00:00Z");
        app.get("/api/v1/working-time/due?from=2026-03-02T00:00:00Z&limit=soon").await.refused(422, "limit");
        app.get("/api/v1/working-time/due?from=2026-03-02T00:00:00Z&limit=99999%20working_days")
            .await
            .refused(422, "limit");

        let stages = async |query: &str| {
            let list = app.json(format!("/api/v1/stages{query}")).await;
            let of = |s: &Value| (s["stage"].as_str().unwrap().to_owned(), s["is_default"].as_bool().unwrap());
            list["stages"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
        };
        let told = |all: &[(&str, bool)]| all.iter().map(|(s, d)| ((*s).to_owned(), *d)).collect::<Vec<_>>();
        assert_eq!(stages("").await, told(&[("stop", false), ("penalty", true), ("handle", true)]));
        assert_eq!(stages("?matter=M02").await, told(&[("handle", true)]));
        app.get("/api/v1/stages?matter=X").await.refused(422, "matter");
        let scenes = app.json("/api/v1/scenes?matter=M02").await;
        assert_eq!((&scenes["scenes"][0]["lead"], &scenes["scenes"][0]["supporters"]), (&json!("U1"), &json!(["U2"])));
        assert_eq!(app.json("/api/v1/scenes?matter=M03").await, json!({ "scenes": [] }));
        app.check().await;
    });
}

#[test]
fn a_dossier_tells_how_the_stages_ran() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "working-time", TIME, &[]);
        taken(place, "stages", STAGES, &[]);
        app.ctx.up_to_date().await.unwrap();
        let id = |n: u128| Uuid::from_u128(n);
        // A Monday; the clock of these tests stands at noon.
        let report = json!({ "id": id(1), "lng": 112.03, "lat": 27.02, "matter": "M01",
            "reported_at": "2026-03-02T09:00:00+08:00" });
        app.post("/api/v1/incidents", report).await.is(201);
        let act = async |n: u128, act: Value, at: &str| {
            let body = json!({ "id": id(n), "act": act, "at": at, "reason": "so" });
            app.post(format!("/api/v1/incidents/{}/actions", id(1)), body).await.ok();
        };
        act(2, json!({ "to": "dispatched" }), "2026-03-02T09:05:00+08:00").await;
        act(3, json!({ "to": "arrived" }), "2026-03-02T09:20:00+08:00").await;
        act(4, json!({ "raise": "suspended" }), "2026-03-02T10:00:00+08:00").await;
        act(5, json!({ "lower": "suspended" }), "2026-03-02T10:30:00+08:00").await;
        act(6, json!({ "to": "handled" }), "2026-03-02T11:55:00+08:00").await;
        let dossier = app.json(format!("/api/v1/incidents/{}/dossier", id(1))).await;
        let stages: Vec<_> = dossier["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (&s["stage"]["stage"], &s["due_at"], &s["late"]))
            .collect();
        // Two working hours from 9:20, of which half an hour stood; handled at 11:55.
        assert_eq!(stages[0], (&json!("stop"), &json!("2026-03-02T03:50:00Z"), &json!(true)));
        // The day after is a holiday.
        assert_eq!(stages[1], (&json!("penalty"), &json!("2026-03-04T10:00:00Z"), &Value::Null));
        assert_eq!(stages[2], (&json!("handle"), &json!("2026-03-05T01:30:00Z"), &json!(false)));
        // The case itself tells them too, alone and with its history.
        let one = app.json(format!("/api/v1/incidents/{}", id(1))).await;
        assert_eq!(one["stages"], dossier["stages"]);
        let told = app.json(format!("/api/v1/incidents/{}/history", id(1))).await;
        assert_eq!(told["incident"]["stages"], dossier["stages"]);
        assert_eq!(app.json("/api/v1/incidents").await["incidents"][0].get("stages"), None, "a list tells none");
        // Noon: four hours of Monday and the whole of Wednesday are left of the penalty.
        let left = |case: &Value| {
            let of = |s: &Value| (s["left_min"].clone(), s["paused"].clone(), s["due_at"].is_null());
            case["stages"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
        };
        let ended = (Value::Null, json!(false), false);
        assert_eq!(left(&one), [ended.clone(), (json!(11 * 60), json!(false), false), ended.clone()]);
        act(7, json!({ "raise": "suspended" }), "2026-03-02T11:58:00+08:00").await;
        let stands = app.json(format!("/api/v1/incidents/{}", id(1))).await;
        assert_eq!(left(&stands), [ended.clone(), (json!(11 * 60), json!(true), true), ended]);
        let page = app.get(format!("/api/v1/incidents/{}/dossier?format=html&lang=zh", id(1))).await.text();
        assert!(page.contains("责令停工") && page.contains("2工作时") && page.contains("1工作日（默认值）"), "{page}");
        app.check().await;
    });
}

const CODES: &str = "\
scheme,version,name,name_zh,from,until,source,is_default,code,code_name,matter,category
std,2013,Classes,类别,,,a book,否,01-01,Vendors,M01,
std,2013,,,,,,,01-02,,M02,
std,2013,,,,,,,9,,,@
guide,1,Guide,,2020-01-01,,,yes,G1,,M01,
guide,1,,,,,,,G1,,M02,
";

#[test]
fn matters_are_found_by_the_codes_of_others_and_old_ones_stay_readable() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let matters = app.json("/api/v1/matters").await;
        let of = |n: usize| &matters["matters"][n];
        assert_eq!((&of(0)["codes"], &matters["schemes"]), (&json!([]), &json!([])));
        let category = of(2)["domain"].as_str().unwrap();
        let table = CODES.replace('@', category);
        assert!(taken(place, "codes", &table, &[]).contains("taken: 5 codes"));
        assert!(taken(place, "codes", &table, &[]).contains("nothing changed"));
        app.ctx.up_to_date().await.unwrap();
        let head = app.ctx.head().await.unwrap();
        for (text, words) in [
            (table.replace("01-02,,M02", "01-02,,M03"), "version 2013 of std is there with other content"),
            ("scheme,version,name,code,matter\nx,1,n,1,M99\n".to_owned(), "no matter M99 in the catalogue"),
            ("scheme,version,name,code,matter\nstd,2014,n,1,M01\n".to_owned(), "begin at the same time"),
            ("scheme,version,name,code\nx,1,n,1\n".to_owned(), "stands for a matter or a category"),
        ] {
            refused(place, "codes", &text, words);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");

        // A newer version gives the first code to another matter, and drops the second.
        let newer = "scheme,version,name,from,code,matter\nstd,2025,Classes,2026-01-01,01-01,M02\n";
        taken(place, "codes", newer, &[]);
        app.ctx.up_to_date().await.unwrap();
        let all = app.json("/api/v1/matters").await;
        let told: Vec<String> = all["matters"][1]["codes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["scheme"] == "std" && c["of_category"] == false)
            .map(|c| format!("{}:{} {}", c["version"], c["code"], c["in_force"]).replace('"', ""))
            .collect();
        assert_eq!(told, ["2013:01-02 false", "2025:01-01 true"]);
        let schemes: Vec<_> = all["schemes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (s["version"].as_str().unwrap(), s["codes"].as_u64().unwrap(), s["in_force"] == true))
            .collect();
        assert_eq!(schemes, [("1", 2, true), ("2013", 3, false), ("2025", 1, true)]);
        let meant = async |query: &str| app.json(format!("/api/v1/matters?{query}")).await["matters"].clone();
        assert_eq!(meant("code=std:01-01").await[0]["code"], "M02");
        assert_eq!(meant("code=std:01-01&at=2025-12-31T00:00:00Z").await[0]["code"], "M01");
        assert_eq!(meant("code=std%402013:01-02").await[0]["code"], "M02");
        assert_eq!(meant("code=guide:G1").await.as_array().unwrap().len(), 2);
        // Wherever a matter is asked for.
        for list in ["stages", "scenes", "response-plans", "profiles"] {
            let [of_others, own] = ["std:01-01", "M02"].map(|code| format!("/api/v1/{list}?matter={code}"));
            assert_eq!(app.json(of_others).await, app.json(own).await, "{list}");
            app.get(format!("/api/v1/{list}?matter=std:99")).await.refused(422, "matter");
        }
        app.get("/api/v1/matters?code=std:01-02").await.refused(422, "code");

        // Every door takes them.
        let report = async |n: u128, matter: &str, at: &str| {
            let report = json!({ "id": Uuid::from_u128(n), "lng": 112.03, "lat": 27.02, "matter": matter,
                "reported_at": at });
            app.post("/api/v1/incidents", report).await
        };
        let of = async |n: u128, matter: &str, at: &str| report(n, matter, at).await.is(201)["matter"].clone();
        assert_eq!(of(1, "std:01-01", "2026-03-02T09:00:00+08:00").await, "M02");
        assert_eq!(of(2, "std:01-01", "2025-03-02T09:00:00+08:00").await, "M01", "by the version of its day");
        let several = report(3, "guide:G1", "2026-03-02T09:00:00+08:00").await;
        several.refused(422, "matter");
        assert!(several.text().contains("stands for 2 matters, name one: M01, M02"), "{}", several.text());
        report(3, "std:77", "2026-03-02T09:00:00+08:00").await.refused(422, "matter");
        report(3, "none:77", "2026-03-02T09:00:00+08:00").await.refused(422, "matter");
        let listed = app.json("/api/v1/incidents?matter=std:01-01").await;
        assert_eq!(listed["incidents"].as_array().unwrap().len(), 1);
        assert_eq!(
            app.json("/api/v1/responsibility?lng=112.03&lat=27.02&matter=std:01-01").await["matter"]["code"],
            "M02"
        );
        let one = json!({ "questions": [{ "lng": 112.03, "lat": 27.02, "matter": "std:02" }] });
        app.post("/api/v1/responsibility", one).await.refused(422, "questions[0].matter");
        app.get("/api/v1/squads/nearest?lng=112.03&lat=27.02&matter=std:01-01").await.ok();
        app.get("/api/v1/squads/nearest?lng=112.03&lat=27.02&matter=std:01-02").await.refused(422, "matter");
        let table = "lng,lat,reported_at,matter\n112.03,27.02,2025-02-01T08:00:00+08:00,std:01-01\n";
        taken(place, "incidents", table, &[]);
        app.ctx.up_to_date().await.unwrap();
        let listed = app.json("/api/v1/incidents?matter=M01&from=2020-01-01T00:00:00Z").await;
        assert_eq!(listed["incidents"].as_array().unwrap().len(), 2);
        let unknown = json!({ "id": Uuid::from_u128(4), "lng": 112.03, "lat": 27.02 });
        app.post("/api/v1/incidents", unknown).await.is(201);
        let act = json!({ "id": Uuid::from_u128(5), "act": { "matter": "std@2013:01-01" } });
        let acted = app.post(format!("/api/v1/incidents/{}/actions", Uuid::from_u128(4)), act).await.ok();
        assert_eq!(acted["matter"], "M01");
        app.check().await;
    });
}
