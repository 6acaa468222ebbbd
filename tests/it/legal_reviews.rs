//! Legal review (法制审核): which cases want one, who makes it, and that none is closed without.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Setup, on_both_places},
    county::{pass, watch},
    units::taken,
};

const URL: &str = "/api/v1/incidents";
const MATTERS: &str = "code,domain,name_zh,name_en,urgency,arrive_limit_min,legal_review\n\
                       M01,d,z,e,Q,30,\nM02,d,违法建设,illegal building,N,120,yes\n";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn report(app: &App, n: u128, matter: &str) -> Value {
    let body = json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": matter });
    app.post(URL, body).await.is(201)
}

async fn act(app: &App, key: &str, case: u128, n: u128, act: Value) -> Value {
    let body = json!({ "id": id(n), "act": act, "reason": "so" });
    app.call_as(key, Method::POST, format!("{URL}/{}/actions", id(case))).json(&body).send().await.ok()
}

async fn handle(app: &App, case: u128, from: u128, steps: &[&str]) {
    for (n, to) in (from..).zip(steps) {
        act(app, "centre", case, n, json!({ "to": to })).await;
    }
}

#[test]
fn a_case_whose_matter_wants_it_is_closed_once_the_legal_office_has_approved_it() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        assert!(taken(place, "matters", MATTERS, &[]).contains('2'));
        app.ctx.up_to_date().await.unwrap();
        let mut events = app.events(None).await;
        assert_eq!(report(&app, 1, "M02").await["lacks_review"], true);
        assert_eq!(report(&app, 2, "M01").await["lacks_review"], false);
        let told = loop {
            let event = events.next().await;
            if event.name == "incident" {
                break event.data["incident"]["lacks_review"].clone();
            }
        };
        assert_eq!(told, true, "the flag travels with the event");
        app.key(Role::Dispatcher, "centre").await;
        let legal = app.key(Role::Judge, "legal").await;
        let get = async |path: String| app.call_as("centre", Method::GET, path).send().await;
        let listed = async || {
            let page = get(format!("{URL}?lacks_review=true")).await.ok();
            let all = page["incidents"].as_array().unwrap();
            assert_eq!(page["number_matched"], all.len());
            all.iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(listed().await, [json!(id(1))]);
        // Any other case, once somebody says why.
        let want = json!({ "id": id(10), "act": "want_legal_review" });
        let post = async |key: &str, path: &str, body: &Value| {
            app.call_as(key, Method::POST, format!("{URL}/{path}")).json(body).send().await
        };
        post("centre", &format!("{}/actions", id(2)), &want).await.refused(422, "reason");
        let wanted = act(&app, "centre", 2, 11, json!("want_legal_review")).await;
        assert_eq!((&wanted["lacks_review"], &wanted["legal_review"]["result"]), (&json!(true), &Value::Null));
        assert_eq!(listed().await.len(), 2);

        let steps = ["dispatched", "arrived", "handled", "fed_back", "verified"];
        for (case, from) in [(1, 20), (2, 30)] {
            handle(&app, case, from, &steps).await;
            let head = app.ctx.head().await.unwrap();
            let close = json!({ "id": id(from + 9), "act": { "to": "closed" } });
            let refused = post("centre", &format!("{}/actions", id(case)), &close).await;
            refused.refused(422, "act");
            assert!(
                refused.text().contains("before its legal_review (法制审核) has approved it"),
                "{}",
                refused.text()
            );
            let next = get(format!("{URL}/{}/history", id(case))).await.ok()["next"][0].clone();
            assert_eq!((&next["act"]["to"], &next["lacks"]), (&json!("closed"), &json!(["legal_review"])));
            assert_eq!(app.ctx.head().await.unwrap(), head);
        }
        pass(clock, 72 * 60);
        let stuck = get(format!("{URL}/{}", id(1))).await.ok()["stuck"].clone();
        assert_eq!((&stuck["reason"], &stuck["next"]), (&json!("unreviewed"), &json!("review")));

        // The command centre does not review itself.
        let review = |n: u128, result: &str| json!({ "id": id(n), "result": result, "reason": "听证未告知" });
        let reviews = format!("{}/legal-reviews", id(1));
        post("centre", &reviews, &review(40, "approved")).await.is(403);
        post("legal", &reviews, &json!({ "id": id(40), "result": "rejected" })).await.refused(422, "reason");
        assert!(post("legal", &reviews, &review(40, "perhaps")).await.status.is_client_error());
        let back = post("legal", &reviews, &review(41, "rejected")).await.ok();
        assert_eq!(post("legal", &reviews, &review(41, "rejected")).await.ok(), back, "the same again");
        assert_eq!((&back["status"], &back["lacks_review"]), (&json!("dispatched"), &json!(true)));
        let said = json!({ "result": "rejected", "at": "2026-03-05T04:00:00Z", "actor": legal, "remarks": "听证未告知",
            "action": id(41) });
        assert_eq!(back["legal_review"], said);
        handle(&app, 1, 50, &steps[1..]).await;
        let approved = post("legal", &reviews, &json!({ "id": id(42), "result": "approved" })).await.ok();
        assert_eq!((&approved["status"], &approved["lacks_review"]), (&json!("verified"), &json!(false)));
        assert_eq!(act(&app, "centre", 1, 60, json!({ "to": "closed" })).await["status"], "closed");
        let page = get(format!("{URL}/{}/dossier?format=html&lang=zh", id(1))).await.text();
        for words in ["法制审核：审核不通过", "听证未告知", "<dt>法制审核</dt><dd>审核通过, "] {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        let page = get(format!("{URL}/{}/dossier?format=html", id(2))).await.text();
        assert!(page.contains("<dt>Legal review</dt><dd>waited for</dd>"), "{page}");
        // What is approved and handled anew waits again.
        let reviews = format!("{}/legal-reviews", id(2));
        post("legal", &reviews, &json!({ "id": id(43), "result": "approved" })).await.ok();
        let anew = act(&app, "centre", 2, 61, json!({ "to": "dispatched" })).await;
        assert_eq!((&anew["lacks_review"], &anew["legal_review"]["result"]), (&json!(true), &Value::Null));
        assert_eq!(listed().await, [json!(id(2))]);
        post("legal", &format!("{}/legal-reviews", id(9)), &review(44, "approved")).await.is(404);
        app.check().await;
    });
}
