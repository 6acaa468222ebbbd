//! In which of the areas in doubt a case lies, over HTTP: filed first, agreed, designated; kept by later answers.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Setup, on_both_places},
    county::{code, township},
    ownership::with_lists,
};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// On the border of the southern townships, as exact as `accuracy_m`.
async fn reported(app: &App, n: u128, accuracy_m: f64) -> Value {
    let report = json!({ "id": id(n), "lng": 112.0795, "lat": 27.02, "accuracy_m": accuracy_m, "matter": "M01",
        "reported_at": "2026-03-02T11:30:00+08:00" });
    app.post("/api/v1/incidents", report).await.is(201)
}

fn choice(n: u128, area: &str, by: &str) -> Value {
    json!({ "id": id(n), "act": { "decide": { "area": area, "by": by } }, "reason": "heard both" })
}

async fn decide(app: &App, key: &str, body: &Value) -> crate::app::Reply {
    let path = format!("/api/v1/incidents/{}/actions", id(1));
    app.call_as(key, Method::POST, path).json(body).send().await
}

async fn responsible(app: &App, key: &str, more: &str) -> Value {
    let path = format!("/api/v1/responsibility?incident={}{more}", id(1));
    app.call_as(key, Method::GET, path).send().await.ok()
}

#[test]
fn a_place_in_doubt_is_decided_and_later_answers_keep_it() {
    on_both_places(async |place| {
        let app = with_lists(place).await;
        let (one, two) = (township(1), township(2));
        for (role, scope, secret) in [
            (Role::Dispatcher, vec!["unit:T1"], "first"),
            (Role::Dispatcher, vec!["unit:T2"], "second"),
            (Role::Judge, vec![], "judge"),
            (Role::Admin, vec![], "admin"),
        ] {
            app.scoped(role, &scope, secret).await;
        }
        let made = app.call_as("admin", Method::POST, "/api/v1/incidents");
        let report = json!({ "id": id(1), "lng": 112.0795, "lat": 27.02, "accuracy_m": 80, "matter": "M01",
            "reported_at": "2026-03-02T11:30:00+08:00" });
        let made = made.json(&report).send().await.is(201);
        assert_eq!((&made["ambiguous"], &made["township"]), (&json!(true), &json!(one)));
        // As the lists stand for the place itself, the township leads by its delegation.
        let before = responsible(&app, "admin", "").await;
        let leads = |answer: &Value| answer["leads"][0]["lead"].clone();
        assert_eq!((leads(&before), &before["decision"]), (json!("T1"), &Value::Null));
        assert_eq!((&before["at"], &before["matter"]["code"]), (&json!("2026-03-02T03:30:00Z"), &json!("M01")));
        assert_eq!(before["candidates"].as_array().unwrap().len(), 2);

        // What may be said stands in the story, by who may say it.
        let next = async |key: &str| {
            let path = format!("/api/v1/incidents/{}/history", id(1));
            let told = app.call_as(key, Method::GET, path).send().await.ok();
            let acts = told["next"].as_array().unwrap().clone();
            let decide = |n: &Value| {
                let choice = n["act"].get("decide")?;
                Some((choice["area"].as_str()?.to_owned(), choice["by"].as_str()?.to_owned()))
            };
            acts.iter().filter_map(decide).collect::<Vec<_>>()
        };
        let of = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(next("second").await, of(&[(&two, "first_filer")]));
        assert_eq!(
            next("first").await,
            of(&[(&one, "first_filer"), (&one, "negotiation"), (&two, "negotiation")]),
            "it owns the case"
        );
        assert_eq!(next("judge").await, of(&[(&one, "designation"), (&two, "designation")]));

        let refused = |reply: crate::app::Reply, words: &str| {
            let detail = reply.is(422)["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(words), "{detail}");
        };
        refused(decide(&app, "admin", &choice(10, &township(3), "negotiation")).await, "may be meant");
        refused(decide(&app, "admin", &choice(10, "X", "negotiation")).await, "(rule 14)");
        let mut sent = choice(10, &two, "negotiation");
        sent["act"]["decide"]["over"] = json!({ "overlays": [], "township": one, "county": null });
        refused(decide(&app, "admin", &sent).await, "worked out here");
        let mut bare = choice(10, &two, "negotiation");
        bare.as_object_mut().unwrap().remove("reason");
        decide(&app, "admin", &bare).await.refused(422, "reason");
        decide(&app, "first", &choice(10, &two, "first_filer")).await.is(403);
        decide(&app, "second", &choice(10, &two, "negotiation")).await.is(403);
        decide(&app, "second", &choice(10, &two, "designation")).await.is(403);
        let head = app.ctx.head().await.unwrap();

        // The second township was there first.
        let filed = decide(&app, "second", &choice(11, &two, "first_filer")).await.ok();
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
        let decision = &filed["decision"];
        assert_eq!((&decision["area"], &decision["by"]), (&json!(two), &json!("first_filer")));
        assert_eq!((&decision["actor"], &decision["reason"]), (&json!("id-of-second"), &json!("heard both")));
        assert_eq!(decision["over"]["township"], json!(two));
        assert_eq!((&filed["township"], &filed["ambiguous"]), (&json!(one), &json!(true)), "filed as it was");
        assert_eq!(decide(&app, "second", &choice(11, &two, "first_filer")).await.ok()["decision"], *decision);
        let after = responsible(&app, "admin", "").await;
        assert_eq!((leads(&after), &after["decision"]), (json!("U1"), decision));
        let supported = responsible(&app, "admin", "&power=inspect").await;
        assert_eq!(leads(&supported), json!("U1"));
        refused(decide(&app, "first", &choice(12, &one, "first_filer")).await, "first_filer comes too late");

        // It is found under both, and the key figures are those of the second.
        let listed = async |of: &str| {
            let path = format!("/api/v1/incidents?township={of}");
            let found = app.call_as("admin", Method::GET, path).send().await.ok();
            (found["number_matched"].clone(), found["incidents"].as_array().unwrap().len())
        };
        assert_eq!((listed(&one).await, listed(&two).await), ((json!(1), 1), (json!(1), 1)));
        assert_eq!(listed(&township(3)).await, (json!(0), 0));

        // A judge's word is the last one.
        let designate = async |n: u128, area: &str| {
            let path = format!("/api/v1/incidents/{}/designations", id(1));
            let body = json!({ "id": id(n), "area": area, "reason": "the stall stands there" });
            app.call_as("judge", Method::POST, path).json(&body).send().await
        };
        refused(designate(20, &township(4)).await, "is none of the areas that may be meant");
        assert_eq!(designate(20, &one).await.ok()["decision"]["by"], "designation");
        assert_eq!(leads(&responsible(&app, "admin", "").await), json!("T1"));
        refused(decide(&app, "first", &choice(13, &two, "negotiation")).await, "negotiation comes too late");
        let last = designate(21, &two).await.ok();
        assert_eq!(last["decision"]["area"], json!(two));
        let path = format!("/api/v1/incidents/{}/dossier", id(1));
        let dossier = app.call_as("admin", Method::GET, &path).send().await.ok();
        let areas: Vec<_> = dossier["decided_in"].as_array().unwrap().iter().map(|a| a["code"].clone()).collect();
        assert_eq!(areas, [json!(one), json!(two)]);
        let lead = dossier["by_lists"].as_array().unwrap().iter().find(|l| l["power"] == "penalise").unwrap();
        assert_eq!(leads(lead), json!("U1"));
        let page = app.call_as("admin", Method::GET, format!("{path}?format=html&lang=zh")).send().await.text();
        assert!(page.contains("管辖确定") && page.contains("指定管辖") && page.contains("先行立案"), "{page}");
        app.check().await;

        // A restart, and later boundaries with other codes, leave it as it was decided.
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        let mut areas = crate::county::areas();
        for area in &mut areas {
            for code in [Some(&mut area.code), area.parent.as_mut()].into_iter().flatten() {
                *code = crate::county::code(code.as_str().replace(&township(1), "990001901000"));
            }
        }
        let mut write = app.write().await;
        let county = code(crate::county::COUNTY);
        xunge::store::areas::replace(&mut write, &county, &areas, "test", false).await.unwrap();
        app.commit(write).await;
        let kept = app.call_as("admin", Method::GET, format!("/api/v1/incidents/{}", id(1))).send().await.ok();
        assert_eq!(kept["decision"], last["decision"]);
        assert_eq!((&kept["township"], &kept["in_force"]["township"]), (&json!(one), &json!("990001901000")));
        let answer = responsible(&app, "admin", "").await;
        assert_eq!((leads(&answer), &answer["decision"]), (json!("U1"), &last["decision"]));
        app.check().await;
    });
}

#[test]
fn what_is_not_in_doubt_is_not_decided() {
    on_both_places(async |place| {
        let app = with_lists(place).await;
        reported(&app, 1, 10.0).await;
        let path = format!("/api/v1/incidents/{}/actions", id(1));
        app.post(&path, choice(10, &township(1), "negotiation")).await.refused(422, "act");
        let told = app.json(format!("/api/v1/incidents/{}/history", id(1))).await;
        assert!(told["next"].as_array().unwrap().iter().all(|n| n["act"].get("decide").is_none()));
        app.get(format!("/api/v1/responsibility?incident={}", id(2))).await.is(404);
        app.get(format!("/api/v1/responsibility?incident={}&lng=112&lat=27", id(1))).await.refused(422, "incident");
        app.get(format!("/api/v1/responsibility?incident={}&accuracy_m=5", id(1))).await.refused(422, "incident");
        app.get("/api/v1/responsibility?incident=7").await.is(400);
        let designation = json!({ "id": id(11), "area": township(1), "reason": "so" });
        app.post(format!("/api/v1/incidents/{}/designations", id(3)), designation).await.is(404);
        app.check().await;
    });
}
