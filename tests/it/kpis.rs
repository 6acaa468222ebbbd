//! What became of cases: each share with its numerator and denominator, told apart by whatever is asked.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, on_both_places},
    units::taken,
};

const STAGES: &str = "stage,name,from,until,limit\nhandle,Handled,reported,handled,1h\n";
const URL: &str = "/api/v1/kpis/cases?from=2026-03-01T00:00:00Z";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// On the day of these tests, whose clock stands at noon.
fn at(time: &str) -> String {
    format!("2026-03-02T{time}:00+08:00")
}

async fn report(app: &App, n: u128, lng: f64, matter: &str, time: &str) {
    let body = json!({ "id": id(n), "lng": lng, "lat": 27.02, "matter": matter, "reported_at": at(time) });
    app.post("/api/v1/incidents", body).await.is(201);
}

async fn act(app: &App, n: u128, act: Value, time: &str) {
    let body = json!({ "id": Uuid::now_v7(), "act": act, "at": at(time), "reason": "so" });
    app.post(format!("/api/v1/incidents/{}/actions", id(n)), body).await.ok();
}

/// One closed in time, after it was done again; its repeat, extended and late; one that stands; one with time left.
async fn day(app: &App) {
    report(app, 1, 112.03, "M01", "09:00").await;
    for (to, time) in [
        ("dispatched", "09:05"),
        ("arrived", "09:20"),
        ("handled", "09:30"),
        ("dispatched", "09:35"),
        ("arrived", "09:40"),
        ("handled", "09:50"),
        ("fed_back", "09:51"),
        ("verified", "09:52"),
        ("closed", "09:53"),
    ] {
        act(app, 1, json!({ "to": to }), time).await;
    }
    report(app, 2, 112.0302, "M01", "10:10").await;
    act(app, 2, json!({ "raise": "extended" }), "10:20").await;
    act(app, 2, json!({ "lower": "extended" }), "10:30").await;
    report(app, 3, 112.06, "M02", "10:00").await;
    act(app, 3, json!({ "raise": "suspended" }), "10:05").await;
    report(app, 4, 112.13, "M01", "11:45").await;
    report(app, 5, 112.03, "M01", "11:50").await;
    act(app, 5, json!({ "to": "void" }), "11:51").await;
}

async fn groups(app: &App, by: &str) -> Vec<(Value, Value)> {
    let told = app.json(format!("{URL}&by={by}")).await;
    told["groups"].as_array().unwrap().iter().map(|g| (g["group"].clone(), g["cases"].clone())).collect()
}

#[test]
fn what_became_of_cases_is_told_with_what_it_is_of() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "stages", STAGES, &[]);
        app.ctx.up_to_date().await.unwrap();
        day(&app).await;
        let told = app.json(URL).await;
        let expected = json!({ "group": told["groups"][0]["group"], "cases": 4, "deferred": 1, "delivered": 3,
            "closed": 1, "closed_share": 1.0 / 3.0, "due": 2, "in_time": 1, "in_time_share": 0.5, "handled": 1,
            "reworked": 1, "rework_share": 1.0, "extended": 1, "extended_share": 0.25, "merged": 0, "repeats": 1,
            "repeat_share": 0.25 });
        assert_eq!(told["groups"], json!([expected]));
        assert!(told["definition"].as_str().unwrap().contains("within 100 m and 30 days"), "{told}");

        let [hours, categories, zones] = ["hour", "category", "zone"].map(|by| groups(&app, by));
        let (h, n) = (|hour: &str| json!(hour), |n: u32| json!(n));
        assert_eq!(hours.await, [(h("09"), n(1)), (h("10"), n(2)), (h("11"), n(1))]);
        assert_eq!(categories.await, [(json!("城市管理"), n(4))]);
        assert_eq!(zones.await, [(Value::Null, n(4))], "nothing is in force");
        let late = app.json(format!("{URL}&by=hour")).await;
        assert_eq!((&late["groups"][1]["due"], &late["groups"][1]["repeats"]), (&n(1), &n(1)), "{late}");
        let arrivals = app.json("/api/v1/kpis/arrivals?by=hour&from=2026-03-01T00:00:00Z").await;
        assert_eq!(arrivals["groups"][0]["group"], "09");

        let table = app.get(format!("{URL}&by=hour&format=csv")).await;
        assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
        let text = table.text();
        let head = "from,to,by,group,cases,deferred,delivered,closed,closed_share,due,in_time,in_time_share,handled,\
                    reworked,rework_share,extended,extended_share,merged,repeats,repeat_share,definition";
        assert_eq!((text.lines().count(), text.lines().next()), (4, Some(head)));
        assert!(text.contains(",hour,09,1,0,1,1,1.0,1,1,1.0,1,1,1.0,0,0.0,0,0,0.0,"), "{text}");

        app.get(format!("{URL}&layer=enforcement")).await.refused(422, "layer");
        app.get(format!("{URL}&by=zone&layer=none")).await.refused(422, "layer");
        app.get("/api/v1/kpis/cases?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z").await.refused(422, "from");
        app.get(format!("{URL}&by=squad")).await.refused(400, "by");
        app.check().await;
    });
}

#[test]
fn a_suspended_stretch_of_time_makes_nothing_late() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "stages", STAGES, &[]);
        app.ctx.up_to_date().await.unwrap();
        report(&app, 1, 112.03, "M01", "10:00").await;
        report(&app, 2, 112.06, "M01", "10:00").await;
        act(&app, 1, json!({ "raise": "suspended" }), "10:30").await;
        act(&app, 1, json!({ "lower": "suspended" }), "11:45").await;
        for n in [1, 2] {
            let told = app.json(format!("/api/v1/incidents/{}", id(n))).await;
            assert_eq!(told["stages"][0]["late"], if n == 1 { Value::Null } else { json!(true) });
        }
        let told = app.json(URL).await;
        assert_eq!((&told["groups"][0]["delivered"], &told["groups"][0]["due"]), (&json!(2), &json!(1)), "{told}");
    });
}
