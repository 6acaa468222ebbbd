//! Cases that tell of the same: one stands for all, whoever reported any of them is told, and each can be taken out again.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, Reply, both_engines};

const URL: &str = "/api/v1/incidents";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Cases 1 to 4, a minute apart; all but the last of one matter and place.
async fn four(app: &App) {
    for n in 1..=4_u128 {
        let matter = if n == 4 { "M01" } else { "M03" };
        let report = json!({ "id": id(n), "lng": 112.05, "lat": 27.04, "matter": matter, "description": format!("no. {n}"),
            "reported_at": format!("2026-03-02T03:0{n}:00Z") });
        app.post(URL, report).await.is(201);
    }
}

async fn act(app: &App, n: u128, number: u128, act: Value) -> Reply {
    let body = json!({ "id": id(number), "act": act, "reason": "the same goods" });
    app.post(format!("{URL}/{}/actions", id(n)), body).await
}

async fn history(app: &App, n: u128) -> Value {
    app.json(format!("{URL}/{}/history", id(n))).await
}

fn acts(history: &Value) -> Vec<&Value> {
    history["next"].as_array().unwrap().iter().map(|n| &n["act"]).collect()
}

#[test]
fn one_case_stands_for_those_that_tell_of_the_same() {
    both_engines(async |app| {
        four(app).await;
        let merged = act(app, 2, 20, json!({ "merge": id(1) })).await.is(200);
        assert_eq!((&merged["status"], &merged["merged_into"]), (&json!("merged"), &json!(id(1))), "{merged}");
        assert_eq!((&merged["open"], &merged["due_at"]), (&json!(false), &Value::Null), "it waits for nobody");
        // Given again it counts once.
        assert_eq!(act(app, 2, 20, json!({ "merge": id(1) })).await.is(200), merged);
        act(app, 3, 21, json!({ "merge": id(1) })).await.is(200);
        let open = app.json(format!("{URL}?open=true")).await;
        assert_eq!(open["number_matched"], 2, "the lead, and the one of another matter");
        assert_eq!(app.json(format!("{URL}?status=merged")).await["number_matched"], 2);
        let told = history(app, 1).await;
        let standing: Vec<_> = told["merged"].as_array().unwrap().iter().map(|m| (&m["id"], &m["told_at"])).collect();
        assert_eq!(standing, [(&json!(id(2)), &Value::Null), (&json!(id(3)), &Value::Null)]);
        assert!(acts(&told).contains(&&json!("tell")), "{told}");
        let repeats = app.json(format!("{URL}/{}/repeats", id(1))).await;
        assert_eq!(repeats["repeats"][0]["merged_into"], json!(id(1)));
        // It comes back to where it stood, with a reason.
        assert_eq!(acts(&history(app, 3).await)[0], &json!("unmerge"));
        let bare = json!({ "id": id(22), "act": "unmerge" });
        assert_eq!(app.post(format!("{URL}/{}/actions", id(3)), bare).await.is(422)["field"], "reason");
        let back = act(app, 3, 23, json!("unmerge")).await.is(200);
        assert_eq!((&back["status"], &back["open"], back.get("merged_into")), (&json!("reported"), &json!(true), None));
        // Both stand in the dossier.
        let dossier = app.json(format!("{URL}/{}/dossier", id(1))).await;
        assert_eq!(dossier["merged"][0]["id"], json!(id(2)));
        let printed = app.get(format!("{URL}/{}/dossier?format=html&lang=zh", id(2))).await.text();
        assert!(printed.contains("并入") && printed.contains(&id(1).to_string()), "{printed}");
        let figures = app.json("/api/v1/kpis/cases?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z").await;
        let county = &figures["groups"][0];
        assert_eq!((&county["cases"], &county["merged"], &county["repeats"]), (&json!(3), &json!(1), &json!(2)));
    });
}

#[test]
fn everybody_who_reported_it_is_told_before_it_ends() {
    both_engines(async |app| {
        four(app).await;
        for n in [2, 3] {
            act(app, n, 20 + n, json!({ "merge": id(1) })).await.is(200);
        }
        act(app, 1, 30, json!({ "to": "dispatched" })).await.is(200);
        let refused = act(app, 1, 31, json!({ "to": "transferred" })).await.is(422);
        assert_eq!(refused["field"], "act");
        for n in 1..=3 {
            assert!(refused["detail"].as_str().unwrap().contains(&id(n).to_string()), "{refused}");
        }
        assert_eq!(app.json(format!("{URL}/{}", id(1))).await["status"], "dispatched", "nothing was changed");
        // One who called again was told by hand; what is said of the lead is said to all others.
        act(app, 3, 32, json!("tell")).await.is(200);
        let by_hand = app.json(format!("{URL}/{}", id(3))).await["milestones"]["told_at"].clone();
        let bare = json!({ "id": id(33), "act": "tell" });
        assert_eq!(app.post(format!("{URL}/{}/actions", id(1)), bare).await.is(422)["field"], "reason");
        act(app, 1, 33, json!("tell")).await.is(200);
        let told = history(app, 1).await;
        assert!(told["merged"].as_array().unwrap().iter().all(|m| !m["told_at"].is_null()), "{told}");
        assert_eq!(told["merged"][1]["told_at"], by_hand);
        let said = history(app, 2).await;
        let last = said["actions"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["act"], &last["reason"]), (&json!("tell"), &json!("the same goods")));
        act(app, 1, 34, json!({ "to": "transferred" })).await.is(200);
    });
}

#[test]
fn what_cannot_stand_for_another_is_refused() {
    both_engines(async |app| {
        four(app).await;
        act(app, 2, 20, json!({ "merge": id(1) })).await.is(200);
        act(app, 4, 21, json!({ "to": "void" })).await.is(200);
        let seq = app.ctx.feed.seq();
        for (n, lead, words) in [
            (1, 1, "into itself"),
            (1, 77, "there is no incident"),
            (3, 2, "merge into that one"),
            (3, 4, "open it again first"),
            (1, 3, "it stands for"),
            (2, 3, "it is merged"),
            (4, 1, "it is void"),
        ] {
            let refused = act(app, n, 40 + n * 10 + lead, json!({ "merge": id(lead) })).await.is(422);
            let detail = refused["detail"].as_str().unwrap();
            assert!(refused["field"] == "act" && detail.contains(words), "{words}: {detail}");
        }
        let refused = act(app, 2, 60, json!({ "to": "accepted" })).await.is(422);
        assert!(refused["detail"].as_str().unwrap().contains("unmerge it first"), "{refused}");
        assert!(act(app, 3, 61, json!("unmerge")).await.is(422)["detail"].as_str().unwrap().contains("no other"));
        assert_eq!(app.ctx.feed.seq(), seq, "nothing was changed");
        let garbage = json!({ "id": id(62), "act": { "merge": "x" } });
        app.post(format!("{URL}/{}/actions", id(3)), garbage).await.is(422);
    });
}

#[test]
fn squads_that_were_sent_to_what_is_merged_are_free() {
    both_engines(async |app| {
        four(app).await;
        let order = json!({ "id": id(50), "squad": "S1", "first_response": true });
        app.post(format!("{URL}/{}/assignments", id(2)), order).await.is(201);
        act(app, 2, 20, json!({ "merge": id(1) })).await.is(200);
        let told = history(app, 2).await;
        assert_eq!(told["assignments"][0]["status"], "cancelled", "{told}");
        assert_eq!(app.json("/api/v1/squads/S1").await["status"], "available");
        // Somebody is sent to it again once it stands for itself.
        let back = act(app, 2, 21, json!("unmerge")).await.is(200);
        assert_eq!(back["status"], "dispatched");
    });
}
