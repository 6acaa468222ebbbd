//! One act under several matters: the first one leads, the further ones are found.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, Setup, both_engines, on_both_places},
    units::taken,
};

const URL: &str = "/api/v1/incidents";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn report(app: &App, n: u128, matter: Option<&str>) {
    let body = json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": matter,
        "reported_at": "2026-03-02T03:59:00Z" });
    app.post(URL, body).await.is(201);
}

fn act(n: u128, act: Value) -> Value {
    json!({ "id": id(n), "act": act, "reason": "so" })
}

async fn listed(app: &App, query: &str) -> Vec<Value> {
    let page = app.json(format!("{URL}?{query}")).await;
    let all = page["incidents"].as_array().unwrap();
    assert_eq!(page["number_matched"], all.len(), "{page}");
    all.iter().map(|one| one["id"].clone()).collect()
}

#[test]
fn a_case_is_found_under_each_of_its_matters_and_counted_under_the_first() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        report(&app, 1, Some("M01")).await;
        report(&app, 2, Some("M02")).await;
        let url = format!("{URL}/{}/actions", id(1));
        let added = app.post(&url, act(10, json!({ "add_matter": "M02" }))).await.ok();
        assert_eq!((&added["matter"], &added["further_matters"]), (&json!("M01"), &json!(["M02"])));
        app.post(&url, act(11, json!({ "add_matter": "M03" }))).await.ok();
        for query in
            ["matter=M02", "matter=M02&open=true", "matter=M02&from=2026-03-01T00:00:00Z", "matter=M02&order=due"]
        {
            let mut found = listed(&app, query).await;
            found.sort_by_key(Value::to_string);
            assert_eq!(found, [json!(id(1)), json!(id(2))], "{query}");
        }
        assert_eq!((listed(&app, "matter=M01").await, listed(&app, "matter=M03").await.len()), (vec![json!(id(1))], 1));
        // Its urgency, its limits and its figures are the first one's.
        assert_eq!(added["urgency"], "quick");
        let told = app.json("/api/v1/kpis/cases?from=2026-03-01T00:00:00Z&by=matter").await;
        let groups = told["groups"].as_array().unwrap().iter();
        let groups: Vec<_> = groups.map(|g| (&g["group"], &g["cases"])).collect();
        assert_eq!(groups, [(&json!("M01"), &json!(1)), (&json!("M02"), &json!(1))]);
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(listed(&app, "matter=M03").await, [json!(id(1))]);
        let removed = app.post(&url, act(12, json!({ "remove_matter": "M03" }))).await.ok();
        assert_eq!(removed["further_matters"], json!(["M02"]));
        assert_eq!(listed(&app, "matter=M03").await, Vec::<Value>::new());
        let path = format!("{URL}/{}/dossier", id(1));
        assert_eq!(app.json(&path).await["further_matters"].as_array().unwrap().len(), 2);
        for (lang, words) in [
            (
                "en",
                [
                    "<dt>Further matters</dt><dd>M02 matter M02</dd>",
                    "further matter M03 matter M03",
                    "no more of matter M03",
                ],
            ),
            ("zh", ["<dt>其他事项</dt><dd>M02 违法建设</dd>", "增加事项 M03 燃气泄漏", "撤销事项 M03"]),
        ] {
            let page = app.get(format!("{path}?format=html&lang={lang}")).await.text();
            assert!(words.iter().all(|word| page.contains(word)), "{lang}: {page}");
        }
        // One that wants a legal review makes the case want it.
        let matters = "code,domain,name_zh,name_en,urgency,arrive_limit_min,legal_review\n\
                       M01,d,z,e,Q,30,no\nM02,d,z,e,N,120,yes\n";
        taken(place, "matters", matters, &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json(format!("{URL}/{}", id(1))).await["lacks_review"], true);
        // What is not in the catalogue any more is taken back all the same.
        taken(place, "matters", "code,domain,name_zh,name_en,urgency,arrive_limit_min\nM01,d,z,e,Q,30\n", &[]);
        app.ctx.up_to_date().await.unwrap();
        let removed = app.post(&url, act(13, json!({ "remove_matter": "M02" }))).await.ok();
        assert_eq!((&removed["further_matters"], &removed["lacks_review"]), (&Value::Null, &json!(false)));
        app.check().await;
    });
}

#[test]
fn what_is_no_further_matter_is_refused_and_changes_nothing() {
    both_engines(async |app| {
        report(app, 1, Some("M01")).await;
        report(app, 2, None).await;
        let (one, none) = (format!("{URL}/{}/actions", id(1)), format!("{URL}/{}/actions", id(2)));
        app.post(&one, act(10, json!({ "add_matter": "M02" }))).await.ok();
        let head = app.ctx.head().await.unwrap();
        for (url, asked, field, words) in [
            (&one, json!({ "add_matter": "X9" }), "matter", "X9"),
            (&one, json!({ "add_matter": "M01" }), "act", "it is of matter M01"),
            (&one, json!({ "add_matter": "M02" }), "act", "it is of matter M02 already"),
            (&one, json!({ "remove_matter": "M03" }), "act", "M03 is none of its further matters"),
            (&none, json!({ "add_matter": "M02" }), "act", "its first matter is not known"),
        ] {
            let refused = app.post(url, act(11, asked)).await;
            refused.refused(422, field);
            assert!(refused.text().contains(words), "{}", refused.text());
        }
        let silent = json!({ "id": id(12), "act": { "remove_matter": "M02" } });
        app.post(&one, silent).await.refused(422, "reason");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        app.check().await;
    });
}
