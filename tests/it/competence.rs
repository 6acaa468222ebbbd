//! Whose unit has the power, and who is certified on arrival: nearest, recommended and sent by one rule.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Place, Setup, on_both_places},
    county::township,
    lists::{delegation, guide, units},
    units::taken,
};

/// In the first township, where S1 is first.
const HERE: &str = "lng=112.03&lat=27.02";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// What is said of a squad: whether it is competent, and the rule that it breaks.
fn said<'a>(answer: &'a Value, list: &str, squad: &str) -> (&'a str, &'a str) {
    let mut all = answer[list].as_array().unwrap().iter();
    let one = all.find(|s| s["squad"]["id"] == squad).unwrap_or_else(|| panic!("no {squad}: {answer}"));
    (one["competence"].as_str().unwrap(), one["breaks"].as_str().unwrap_or("-"))
}

async fn nearest(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/squads/nearest?k=9&{query}").replace('+', "%2B")).await
}

async fn reported(app: &App, n: u128, more: Value) -> String {
    let mut report = json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": "M01",
        "reported_at": "2026-03-01T22:00:00+08:00" });
    report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post("/api/v1/incidents", report).await.is(201);
    format!("/api/v1/incidents/{}/assignments", id(n))
}

/// The first township may penalise M01 in its own area; S5 is of its team, the others of the bureau.
async fn prepared(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    taken(place, "units", &units(), &[]);
    taken(place, "lists", &guide(), &[]);
    taken(place, "lists", &delegation(1, "2026-01-01", &["M01,,,检查;处罚,,,,,,"]), &[]);
    taken(
        place,
        "lists",
        "list,version,kind,unit,name,matter,powers,supporters\nT1-W,1,whistle,T1,Whistle,M01,all,U2\n",
        &[],
    );
    app.ctx.up_to_date().await.unwrap();
    let squad = json!({ "id": "S5", "name": "of the town", "kind": "township", "unit": "T1A", "command_area": township(1),
        "post": { "lng": 112.0152, "lat": 27.095 }, "crew": { "certified_officers": 2, "uncertified_officers": 0, "assistants": 0 },
        "shifts": [{ "days": ["mon"], "from": "08:00", "to": "20:00" }, { "days": ["wed"], "from": "08:00", "to": "20:00" }] });
    app.post("/api/v1/squads", squad).await.is(201);
    app
}

#[test]
fn a_squad_of_a_unit_without_the_power_comes_for_first_response_only() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let (full, without) = (("full", "-"), ("first_response_only", "unit_without_power"));
        for (query, want) in [
            (format!("{HERE}&matter=M01"), without),
            (format!("{HERE}&matter=M01&power=inspect"), without),
            // Of what no list in force says a word there, nothing is known.
            (format!("{HERE}&matter=M01&power=coerce"), full),
            (format!("{HERE}&matter=M02"), full),
            (HERE.to_owned(), full),
            (format!("{HERE}&matter=M01&at=2025-12-31T12:00:00+08:00"), full),
            ("lng=112.03&lat=27.09&matter=M01".to_owned(), full),
        ] {
            let answer = nearest(&app, &query).await;
            assert_eq!((said(&answer, "squads", "S1"), said(&answer, "squads", "S5")), (want, full), "{query}");
        }
        app.get(format!("/api/v1/squads/nearest?{HERE}&matter=M01&power=x")).await.is(400);

        let competent = nearest(&app, &format!("{HERE}&matter=M01&competent=true")).await;
        assert_eq!(competent["squads"].as_array().unwrap().len(), 1, "{competent}");
        assert_eq!(said(&competent, "squads", "S5"), full);
        let left_out = competent["excluded"]["nearest"].as_array().unwrap();
        let named = left_out.iter().filter(|e| e["reason"] == "not_competent").map(|e| &e["breaks"]);
        assert_eq!(named.collect::<Vec<_>>(), ["unit_without_power"; 3], "{competent}");

        // The same of a case, and nobody is sent against it without a word.
        let orders = reported(&app, 1, json!({})).await;
        let advice = app.json(format!("/api/v1/squads/recommendation?incident={}", id(1))).await;
        assert_eq!(advice["squads"].as_array().unwrap().len(), 1, "{advice}");
        assert_eq!(said(&advice, "squads", "S5"), full);
        assert_eq!(
            (&advice["first_response"]["squad"]["id"], &advice["first_response"]["breaks"]),
            (&json!("S1"), &json!("unit_without_power"))
        );
        assert_eq!(advice["joint_team"], Value::Null, "those without the power make no team");
        let called = json!([{ "department": "U2", "obligation": "may", "list": { "list": "T1-W", "version": 1 } }]);
        assert_eq!((&advice["acting"], &advice["whistle"]), (&json!(["T1"]), &called));
        let beyond = app.json("/api/v1/squads/recommendation?lng=112.03&lat=27.09&matter=M01").await;
        assert_eq!((&beyond["first_response"], &beyond["whistle"]), (&Value::Null, &json!([])), "nobody is lacking");
        let head = app.ctx.head().await.unwrap();
        let refused = app.post(&orders, json!({ "id": id(10), "squad": "S1" })).await;
        refused.refused(422, "squad");
        assert!(refused.text().contains("unit_without_power"), "{}", refused.text());
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let sent = app.post(&orders, json!({ "id": id(10), "squad": "S1", "first_response": true })).await.is(201);
        assert_eq!(
            (&sent["competence"], &sent["breaks"]),
            (&json!("first_response_only"), &json!("unit_without_power"))
        );
        let sent = app.post(&orders, json!({ "id": id(11), "squad": "S5" })).await.is(201);
        assert_eq!((&sent["competence"], &sent["breaks"]), (&json!("full"), &Value::Null));
        // What is urgent waits for no word.
        let orders = reported(&app, 2, json!({ "urgency": "urgent" })).await;
        let sent = app.post(&orders, json!({ "id": id(12), "squad": "S2" })).await.is(201);
        assert_eq!(sent["breaks"], "unit_without_power");
        app.check().await;
    });
}

#[test]
fn a_certificate_that_ends_on_the_way_does_not_count() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "units", &units(), &[]);
        let officers = "id,unit,matters,from,until\nO1,U1,,,\nO2,U1,,,2026-03-02\nO3,U1,,2026-03-02,\n";
        taken(place, "officers", officers, &[]);
        app.ctx.up_to_date().await.unwrap();
        app.patch("/api/v1/squads/S1", json!({ "officers": ["O1", "O2"] })).await.ok();
        let (full, short) = (("full", "-"), ("first_response_only", "too_few_officers"));
        for (minute, want) in [("23:00", full), ("23:59", short)] {
            let at = format!("at=2026-03-01T{minute}:00+08:00");
            assert_eq!(said(&nearest(&app, &format!("{HERE}&{at}")).await, "squads", "S1"), want, "{at}");
            let competent = nearest(&app, &format!("{HERE}&competent=true&{at}")).await;
            let come = competent["squads"].as_array().unwrap().len();
            let left_out = competent["excluded"]["counts"]["not_competent"].as_u64().unwrap();
            let expected = if want == full { (1, 0) } else { (0, 1) };
            assert_eq!((come, left_out), expected, "{competent}");
        }
        let orders = reported(&app, 1, json!({ "matter": Value::Null })).await;
        let order = |n: u128, at: &str| json!({ "id": id(n), "squad": "S1", "at": at });
        let sent = app.post(&orders, order(10, "2026-03-01T23:00:00+08:00")).await.is(201);
        assert_eq!((&sent["competence"], &sent["breaks"]), (&json!("full"), &Value::Null));
        let back = json!({ "id": id(11), "to": "cancelled", "at": "2026-03-01T23:10:00+08:00", "reason": "elsewhere" });
        app.post(format!("/api/v1/assignments/{}/steps", id(10)), back).await.ok();
        // Less than a minute to midnight, and its turnout takes one.
        let sent = app.post(&orders, order(12, "2026-03-01T23:59:30+08:00")).await.is(201);
        assert_eq!((&sent["competence"], &sent["breaks"]), (&json!("first_response_only"), &json!("too_few_officers")));
        let back = json!({ "id": id(13), "to": "cancelled", "at": "2026-03-01T23:59:40+08:00", "reason": "elsewhere" });
        app.post(format!("/api/v1/assignments/{}/steps", id(12)), back).await.ok();
        // And one that begins on the way does.
        app.patch("/api/v1/squads/S1", json!({ "officers": ["O1", "O3"] })).await.ok();
        let sent = app.post(&orders, order(14, "2026-03-01T23:59:50+08:00")).await.is(201);
        assert_eq!((&sent["competence"], &sent["breaks"]), (&json!("full"), &Value::Null));
        assert_eq!(app.json(format!("/api/v1/assignments/{}", id(14))).await, sent);
        app.check().await;
    });
}
