//! Response plans: through the command line, checked for gaps, and what a recommendation makes of them.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, on_both_places},
    county::township,
    lists::units,
    units::{refused, taken},
};

const HEAD: &str = "plan,matter,category,area,hours,level,squads,officers,units,equipment,source,is_default\n";

fn plans() -> String {
    let here = township(1);
    format!(
        "{HEAD}gas,M03,,,,1,1,2,,gas detector,rule 9,no\n\
         gas,M03,,,,2,2,4,U1,gas detector;fan,rule 9,no\n\
         day,M01,,,mon-fri 08:00-18:00,1,1,2,,,,yes\n\
         rest,M01,,,,1,2,2,,,,yes\n\
         town,,城市管理,{here},,1,3,4,,,,yes\n"
    )
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn advice(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/squads/recommendation?{}", query.replace('+', "%2B"))).await
}

/// Which squads the plan asks for.
fn squads(response: &Value) -> Vec<&str> {
    response["squads"].as_array().unwrap().iter().map(|s| s["squad"]["id"].as_str().unwrap()).collect()
}

#[test]
fn plans_come_in_whole_and_hours_without_one_are_told() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "units", &units(), &[]);
        let said = taken(place, "response-plans", &plans(), &[]);
        assert!(said.contains("taken: 4 response plans with 5 levels; 0 matters have none"), "{said}");
        assert!(taken(place, "response-plans", &plans(), &[]).contains("nothing changed"));
        app.ctx.up_to_date().await.unwrap();
        let head = app.ctx.head().await.unwrap();
        let line = |line: &str| format!("{HEAD}{line}\n");
        for (table, words) in [
            (line("a,M99,,,,1,1,,,,,"), "matter \"M99\": no matter M99"),
            (line("a,,,nowhere,,1,1,,,,,"), "area \"nowhere\": nowhere is no area in force"),
            (line("a,,,,,1,1,,XX,,,"), "units \"XX\": XX is no unit"),
            (line("a,,,,,1,0,,,,,"), "squads \"0\": 0 is not within 1 to"),
            (line("a,,,,late,1,1,,,,,"), "hours \"late\": "),
            (line("a,,,,,2,1,,,,,"), "a has level 2 and not 1"),
            (line("a,,,,,1,2,,,,,\na,,,,,2,1,,,,,"), "a wants less at level 2 than at 1"),
            (line("a,,,,,1,1,,,,,\na,M01,,,,2,1,,,,,"), "a holds for all matters, everywhere and for matter M01"),
            (line("a,,,,,1,1,,,,,\nb,,,,,1,1,,,,,"), "a and b speak of the same"),
            (line("a,M01,,,mon-fri 08:00-18:00,1,1,,,,,"), "no plan for matter M01, elsewhere, from mon 00:00 on"),
        ] {
            refused(place, "response-plans", &table, words);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let lines = async |query: &str| {
            let list = app.json(format!("/api/v1/response-plans{query}")).await;
            let of = |p: &Value| format!("{}{}", p["plan"].as_str().unwrap(), p["level"]);
            list["response_plans"].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(lines("").await, "gas1 gas2 day1 rest1 town1");
        assert_eq!(lines("?matter=M03").await, "gas1 gas2 town1");
        app.get("/api/v1/response-plans?matter=M99").await.refused(422, "matter");
        let gap = line("day,M01,,,mon-fri 08:00-18:00,1,1,,,,,");
        assert!(taken(place, "response-plans", &gap, &["--gaps"]).contains("1 gaps"));
        app.check().await;
    });
}

#[test]
fn a_recommendation_tells_who_together_holds_what_the_plan_wants_and_what_is_missing() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let here = "lng=112.03&lat=27.03";
        assert_eq!(advice(&app, here).await["response"], Value::Null, "no plan speaks");
        taken(place, "units", &units(), &[]);
        taken(place, "response-plans", &plans(), &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(advice(&app, here).await["response"], Value::Null, "no plan is for all matters");

        // Nobody has a detector yet.
        let gas = format!("{here}&matter=M03");
        let told = advice(&app, &gas).await;
        let response = &told["response"];
        assert_eq!((&response["plan"], &response["level"], &response["levels"]), (&json!("gas"), &json!(1), &json!(2)));
        assert_eq!(response["missing"]["equipment"], json!(["gas detector"]));
        assert_eq!((squads(response), &response["missing"]["officers"]), (vec!["S1"], &json!(0)));
        app.patch("/api/v1/squads/S2", json!({ "equipment": ["fan", "fan"] })).await.refused(422, "equipment");
        app.patch("/api/v1/squads/S2", json!({ "equipment": ["gas detector"] })).await.ok();
        let told = advice(&app, &gas).await;
        let response = &told["response"];
        assert_eq!(response["missing"], json!({ "squads": 0, "officers": 0, "units": [], "equipment": [] }));
        let mut chosen = squads(response);
        assert_eq!(response["eta_s"], response["squads"].as_array().unwrap().last().unwrap()["eta_s"]);
        chosen.sort_unstable();
        assert_eq!(chosen, ["S1", "S2"], "S2 has the detector and one officer");
        // More of it at the next level; above the highest that one counts.
        for level in [2, 9] {
            let told = advice(&app, &format!("{gas}&level={level}")).await;
            let response = &told["response"];
            assert_eq!((&response["level"], &response["wants"]["squads"]), (&json!(2), &json!(2)));
            assert_eq!(response["missing"]["equipment"], json!(["fan"]));
        }
        app.get(format!("/api/v1/squads/recommendation?{gas}&level=0")).await.refused(422, "level");

        // By the matter before the place, by the hours before always.
        let plan = async |query: &str| advice(&app, query).await["response"]["plan"].clone();
        let street = format!("{here}&matter=M01");
        assert_eq!(plan(&format!("{street}&at=2026-03-02T12:00:00+08:00")).await, "day");
        assert_eq!(plan(&format!("{street}&at=2026-03-02T20:00:00+08:00")).await, "rest");
        let own = app.json(format!("/api/v1/locate?{here}")).await["township"]["code"].clone();
        let wanted = if own == json!(township(1)) { json!("town") } else { Value::Null };
        assert_eq!(plan(&format!("{here}&matter=M02")).await, wanted);

        // Who is sent already counts.
        let report = json!({ "id": id(1), "lng": 112.03, "lat": 27.03, "matter": "M03",
            "reported_at": "2026-03-02T11:50:00+08:00" });
        app.post("/api/v1/incidents", report).await.is(201);
        let order = json!({ "id": id(10), "squad": "S1" });
        app.post(format!("/api/v1/incidents/{}/assignments", id(1)), order).await.is(201);
        let told = advice(&app, &format!("incident={}", id(1))).await;
        let response = &told["response"];
        assert_eq!((&response["sent"], squads(response)), (&json!(["S1"]), vec!["S2"]));
        app.check().await;
    });
}
