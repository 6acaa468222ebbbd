//! Scenarios: kept, changed, deleted, put into a draft; what can't be asked is not kept.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, both_engines},
    zones::{drawn, send},
};

fn id(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

fn moved(squad: &str, lng: f64) -> Value {
    json!({ "op": "move_squad", "id": squad, "post": { "lng": lng, "lat": 27.045 } })
}

fn scenario(n: u128, name: &str, patches: Value) -> Value {
    json!({ "id": id(n), "name": name, "question": { "minutes": 12, "patches": patches } })
}

async fn names(app: &App, query: &str) -> Vec<String> {
    let all = app.json(format!("/api/v1/scenarios{query}")).await;
    let name = |s: &Value| s["name"].as_str().unwrap().to_owned();
    all["scenarios"].as_array().unwrap().iter().map(name).collect()
}

async fn put(app: &App, n: u128, body: Value) -> crate::app::Reply {
    send(app, "", Method::PUT, &format!("scenarios/{}", id(n)), body).await
}

#[test]
fn a_scenario_is_kept_changed_by_who_saw_it_last_and_deleted() {
    both_engines(async |app| {
        let new = scenario(1, "A post in the middle", json!([moved("S1", 112.0552)]));
        let made = app.post("/api/v1/scenarios", new.clone()).await.is(201);
        assert_eq!((&made["revision"], &made["plan"], &made["author"]), (&json!(0), &Value::Null, &json!("keyless")));
        assert_eq!(app.post("/api/v1/scenarios", new.clone()).await.is(200), made);
        let mut other = new.clone();
        other["name"] = json!("another");
        app.post("/api/v1/scenarios", other).await.refused(409, "id");
        // Asked, it tells what the same question tells.
        let asked = app.json(format!("/api/v1/scenarios/{}", id(1))).await["question"].clone();
        assert_eq!((&asked["minutes"], &asked["patches"]), (&json!(12), &new["question"]["patches"]));
        app.post("/api/v1/coverage/what-if", json!({ "minutes": 12, "patches": asked["patches"] })).await.ok();

        let plan = drawn(app, 7).await;
        let question = json!({ "minutes": 15, "patches": [], "candidates": [{ "lng": 112.05, "lat": 27.05 }] });
        let change = |on: u32| json!({ "on_revision": on, "name": "New posts", "plan": plan, "question": question });
        let changed = put(app, 1, change(0)).await.ok();
        assert_eq!((&changed["revision"], &changed["name"]), (&json!(1), &json!("New posts")));
        assert_eq!(changed["created_at"], made["created_at"]);
        let late = put(app, 1, change(0)).await;
        late.refused(409, "on_revision");
        assert!(late.text().contains("at revision 1 by now"), "{}", late.text());
        app.post("/api/v1/scenarios", scenario(2, "Alone", json!([moved("S2", 112.1)]))).await.is(201);
        assert_eq!(names(app, "").await, ["Alone", "New posts"]);
        assert_eq!(names(app, &format!("?plan={plan}")).await, ["New posts"]);

        let head = app.ctx.head().await.unwrap();
        let with = |field: &str, value: Value| {
            let mut body = scenario(3, "x", json!([moved("S1", 112.05)]));
            body[field] = value;
            body
        };
        let asks = |patches: Value| json!({ "minutes": 12, "patches": patches });
        let mut far = with("question", asks(json!([])));
        far["question"]["candidates"] = json!([{ "lng": 212.0, "lat": 27.0 }]);
        for (body, field) in [
            (with("name", json!(" ")), "name"),
            (with("name", json!("x".repeat(201))), "name"),
            (with("plan", json!(id(99))), "plan"),
            (with("question", asks(json!([]))), "question.patches"),
            (with("question", asks(json!([moved("S1", 112.05), { "op": "fly" }]))), "question.patches[1].op"),
            (with("question", asks(json!([moved("S99", 112.05)]))), "question.patches[0].id"),
            (with("question", json!({ "minutes": 500, "patches": [moved("S1", 112.05)] })), "question.minutes"),
            (far, "question.candidates[0].lng"),
        ] {
            app.post("/api/v1/scenarios", body).await.refused(422, field);
        }
        put(app, 99, change(0)).await.is(404);
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");

        let path = format!("scenarios/{}", id(1));
        for _ in 0..2 {
            send(app, "", Method::DELETE, &path, Value::Null).await.is(204);
        }
        app.get(format!("/api/v1/{path}")).await.is(404);
        put(app, 1, change(1)).await.is(404);
        // Sent again it does not come back.
        app.post("/api/v1/scenarios", new).await.is(404);
        assert_eq!(names(app, "").await, ["Alone"]);
    });
}

#[test]
fn what_it_moves_goes_into_a_draft_and_the_rest_is_told() {
    both_engines(async |app| {
        let plan = drawn(app, 7).await;
        let patches = json!([
            moved("S1", 112.0552),
            { "op": "close_roads", "place": { "street": { "name": "大道" } } },
            moved("S3", 112.0552),
            moved("S1", 112.0652),
        ]);
        app.post("/api/v1/scenarios", scenario(1, "Posts", patches)).await.is(201);
        let revision = app.json(format!("/api/v1/plans/{plan}")).await["revision"].clone();
        let apply = json!({ "id": id(50), "plan": plan, "layer": "enforcement", "on_revision": revision });
        let path = format!("/api/v1/scenarios/{}/apply", id(1));
        let done = app.post(&path, apply.clone()).await.is(201);
        assert_eq!(done["left"], json!([{ "patch": 1, "why": "no_post" }, { "patch": 2, "why": "no_zone" }]));
        assert_eq!(app.post(&path, apply.clone()).await.is(200), done);
        let layer = app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await;
        let west = layer["zones"].as_array().unwrap().iter().find(|z| z["code"] == "W").unwrap().clone();
        assert_eq!(west["squads"][0]["post"], json!({ "lng": 112.0652, "lat": 27.045 }), "the last one counts");
        app.post(format!("/api/v1/plans/{plan}/undo"), json!({ "id": id(51) })).await.is(201);
        let layer = app.json(format!("/api/v1/plans/{plan}/layers/enforcement")).await;
        let west = layer["zones"].as_array().unwrap().iter().find(|z| z["code"] == "W").unwrap().clone();
        assert_eq!(west["squads"][0]["post"], Value::Null);

        let with = |field: &str, value: Value| {
            let mut body = apply.clone();
            (body["id"], body[field]) = (json!(id(52)), value);
            body
        };
        app.post(&path, with("layer", json!("none"))).await.refused(422, "layer");
        app.post(&path, with("plan", json!(id(98)))).await.is(404);
        app.post("/api/v1/scenarios", scenario(2, "No post", json!([moved("S3", 112.05)]))).await.is(201);
        let none = format!("/api/v1/scenarios/{}/apply", id(2));
        app.post(&none, with("layer", json!("enforcement"))).await.refused(422, "layer");
        app.post(format!("/api/v1/scenarios/{}/apply", id(3)), apply.clone()).await.is(404);
    });
}
