//! Orders to rectify by a day (限期整改), and the visits that see whether it was done (复查).

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Events, Setup, both_engines, on_both_places},
    county::{pass, watch},
    units::taken,
};

const URL: &str = "/api/v1/incidents";
const STAGES: &str = "stage,name,from,until,limit\nhandle,Handled,reported,handled,10h\n";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn report(n: u128) -> Value {
    json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": "M01", "reported_at": "2026-03-02T03:59:00Z" })
}

fn order(by: &str) -> Value {
    json!({ "order_rectification": { "what": "摊位移出人行道", "by": by } })
}

/// Does it with a reason.
async fn act(app: &App, n: u128, act: Value) -> Value {
    let body = json!({ "id": id(n), "act": act, "reason": "so" });
    app.post(format!("{URL}/{}/actions", id(1)), body).await.ok()
}

async fn listed(app: &App, query: &str) -> Vec<Value> {
    let page = app.json(format!("{URL}?{query}")).await;
    let all = page["incidents"].as_array().unwrap();
    assert_eq!(page["number_matched"], all.len(), "{page}");
    all.iter().map(|one| one["id"].clone()).collect()
}

async fn one(app: &App) -> Value {
    app.json(format!("{URL}/{}", id(1))).await
}

/// What the next event of a case says has to be rectified.
async fn told(events: &mut Events) -> Value {
    loop {
        let event = events.next().await;
        if event.name == "incident" {
            return event.data["incident"]["rectification"].clone();
        }
    }
}

#[test]
fn a_case_is_not_closed_before_the_visit_that_is_due_at_the_end_of_the_day() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        taken(place, "stages", STAGES, &[]);
        app.ctx.up_to_date().await.unwrap();
        app.post(URL, report(2)).await.is(201);
        app.post(URL, report(1)).await.is(201);
        for (n, to) in [(11, "dispatched"), (12, "arrived")] {
            act(&app, n, json!({ "to": to })).await;
        }
        let mut events = app.events(None).await;
        let ordered = act(&app, 13, order("2026-03-04")).await["rectification"].clone();
        let want = json!({ "what": "摊位移出人行道", "by": "2026-03-04", "due_at": "2026-03-04T16:00:00Z",
            "ordered_at": "2026-03-02T04:00:00Z", "actor": "keyless", "action": id(13), "revisits": 0 });
        assert_eq!(ordered, want);
        assert_eq!(told(&mut events).await, want);
        assert_eq!(act(&app, 13, order("2026-03-04")).await["rectification"], want, "the same again");
        assert_eq!(
            (listed(&app, "revisit=due").await, listed(&app, "revisit=overdue").await),
            (vec![json!(id(1))], vec![])
        );
        assert_eq!(listed(&app, "order=due").await, [json!(id(2)), json!(id(1))], "what is due first comes first");
        // Its clocks stand, and it is in no denominator meanwhile.
        assert_eq!(one(&app).await["stages"][0]["paused"], true);
        let deferred =
            async || app.json("/api/v1/kpis/cases?from=2026-03-01T00:00:00Z").await["groups"][0]["deferred"].clone();
        assert_eq!(deferred().await, 1);
        pass(clock, 60 * 60 - 1);
        assert_eq!((&one(&app).await["stuck"], listed(&app, "revisit=overdue").await), (&Value::Null, vec![]));

        pass(clock, 1);
        let late = one(&app).await;
        assert_eq!((&late["stages"][0]["paused"], deferred().await), (&json!(false), json!(0)));
        assert_eq!(late["stages"][0]["due_at"], "2026-03-05T01:59:00Z", "ten hours, sixty did not count");
        assert_eq!((&late["stuck"]["reason"], &late["stuck"]["next"]), (&json!("unrevisited"), &json!("revisit")));
        assert_eq!(late["stuck"]["since"], "2026-03-04T16:00:00Z");
        assert_eq!(listed(&app, "revisit=overdue").await, [json!(id(1))]);
        pass(clock, 1);
        let open = app.json("/api/v1/handovers/open").await;
        let case = open["incidents"].as_array().unwrap().iter().find(|case| case["id"] == json!(id(1))).unwrap();
        assert_eq!((&case["due_at"], &case["overdue"]), (&json!("2026-03-04T16:00:00Z"), &json!(true)));
        for (n, to) in [(14, "handled"), (15, "fed_back"), (16, "verified")] {
            act(&app, n, json!({ "to": to })).await;
        }
        let close = json!({ "id": id(17), "act": { "to": "closed" }, "reason": "so" });
        let refused = app.post(format!("{URL}/{}/actions", id(1)), close).await;
        refused.refused(422, "act");
        assert!(
            refused.text().contains("closed does not follow verified before its revisit is known"),
            "{}",
            refused.text()
        );

        // Another day, which a new start of the service still knows.
        let again = json!({ "revisit": { "result": "not_rectified", "by": "2026-03-06" } });
        let again = act(&app, 18, again).await;
        assert_eq!((&again["status"], &again["rectification"]["revisits"]), (&json!("verified"), &json!(1)));
        app.stop().await;
        let app = App::open(place, Setup::by(clock)).await;
        assert_eq!(
            (&one(&app).await["rectification"], &one(&app).await["stuck"]),
            (&again["rectification"], &Value::Null)
        );
        // Then it goes on to be handled, is handled, and done by another order.
        let not = act(&app, 19, json!({ "revisit": { "result": "not_rectified" } })).await;
        assert_eq!((&not["status"], &not["rectification"]), (&json!("dispatched"), &Value::Null));
        assert_eq!(listed(&app, "revisit=due").await, Vec::<Value>::new());
        act(&app, 20, json!({ "to": "arrived" })).await;
        act(&app, 21, order("2026-03-05")).await;
        for (n, to) in [(22, "handled"), (23, "fed_back"), (24, "verified")] {
            act(&app, n, json!({ "to": to })).await;
        }
        act(&app, 25, json!({ "revisit": { "result": "rectified" } })).await;
        assert_eq!(act(&app, 26, json!({ "to": "closed" })).await["status"], "closed");

        let path = format!("{URL}/{}/dossier", id(1));
        let dossier = app.json(&path).await;
        let rows = dossier["rectifications"].as_array().unwrap().iter();
        let rows: Vec<_> = rows.map(|r| (&r["by"], &r["result"], &r["late"])).collect();
        let (rectified, not) = (json!("rectified"), json!("not_rectified"));
        assert_eq!(
            rows,
            [
                (&json!("2026-03-04"), &not, &json!(true)),
                (&json!("2026-03-06"), &not, &json!(false)),
                (&json!("2026-03-05"), &rectified, &json!(false)),
            ]
        );
        for (lang, words) in [
            (
                "en",
                [
                    "Orders to rectify",
                    "ordered to be rectified by 2026-03-04: 摊位移出人行道",
                    "visited again: not rectified, by another day: 2026-03-06",
                ],
            ),
            (
                "zh",
                ["限期整改与复查", "责令限期整改，期限 2026-03-04：摊位移出人行道", "复查：未整改，改期至 2026-03-06"],
            ),
        ] {
            let page = app.get(format!("{path}?format=html&lang={lang}")).await.text().to_owned();
            assert!(words.iter().all(|word| page.contains(word)), "{lang}: {page}");
        }
        app.check().await;
    });
}

#[test]
fn what_cannot_be_ordered_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        app.post(URL, report(1)).await.is(201);
        let head = app.ctx.head().await.unwrap();
        let url = format!("{URL}/{}/actions", id(1));
        let long = "x".repeat(1_001);
        let of = |what: &str, by: &str| json!({ "order_rectification": { "what": what, "by": by } });
        let visit = |more: Value| json!({ "revisit": more });
        for (body, field, words) in [
            (of("x", "2026-03-01"), "act.by", "the day ends at 2026-03-01T16:00:00Z, before 2026-03-02T04:00:00Z"),
            (of("x", "2027-03-04"), "act.by", "2027-03-04 lies more than 366 days after 2026-03-02"),
            (of(" ", "2026-03-04"), "act.what", "is empty"),
            (of(&long, "2026-03-04"), "act.what", "1001 characters are more than 1000"),
            (visit(json!({ "result": "rectified" })), "act", "no order to rectify waits for a visit"),
            (visit(json!({ "result": "rectified", "by": "2026-03-04" })), "act.by", "has no other day"),
            (
                json!({ "order_rectification": { "what": "x", "by": "2026-03-04", "due_at": "2026-03-09T00:00:00Z" } }),
                "act.due_at",
                "worked out here",
            ),
        ] {
            let refused = app.post(&url, json!({ "id": id(11), "act": body, "reason": "so" })).await;
            refused.refused(422, field);
            assert!(refused.text().contains(words), "{words} is not in {}", refused.text());
        }
        for body in [of("x", "soon"), of("x", "2026-02-30"), visit(json!({ "result": "perhaps" }))] {
            let refused = app.post(&url, json!({ "id": id(11), "act": body, "reason": "so" })).await;
            assert!(refused.status.is_client_error(), "{}", refused.text());
        }
        app.get(format!("{URL}?revisit=perhaps")).await.is(400);
        app.post(&url, json!({ "id": id(12), "act": of("x", "2026-03-02") })).await.ok();
        assert_eq!(app.ctx.head().await.unwrap(), head + 1, "but what may be");
        app.post(&url, json!({ "id": id(13), "act": of("x", "2026-03-04") })).await.refused(422, "act");
        // What was not seen to be done says what was seen.
        let body = json!({ "id": id(14), "act": visit(json!({ "result": "not_rectified" })) });
        app.post(&url, body).await.refused(422, "reason");
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
        app.key(Role::Viewer, "look").await;
        let body = json!({ "id": id(15), "act": visit(json!({ "result": "rectified" })) });
        app.call_as("look", Method::POST, &url).json(&body).send().await.is(403);
        app.check().await;
    });
}
