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
        let page = app.get(format!("/api/v1/incidents/{}/dossier?format=html&lang=zh", id(1))).await.text();
        assert!(page.contains("责令停工") && page.contains("2工作时") && page.contains("1工作日（默认值）"), "{page}");
        app.check().await;
    });
}
