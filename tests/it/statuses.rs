//! What was told of a squad, one by one: by itself, by a desk, by what it was sent for.

use std::sync::atomic::Ordering::Relaxed;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, store};

use crate::{
    app::{App, PATIENCE, Setup, both_engines, on_both_places, soon},
    county::{self, NOON, time, township, watch},
};

const URL: &str = "/api/v1/squads/S1";

async fn say(app: &App, status: &str, at: &str) {
    app.patch(URL, json!({ "status": status, "at": format!("2026-03-02T{at}+08:00") })).await.ok();
}

/// Number, status and own time.
fn told(page: &Value) -> Vec<(u64, &str, &str)> {
    let all = page["statuses"].as_array().unwrap().iter();
    all.map(|s| (s["n"].as_u64().unwrap(), s["status"].as_str().unwrap(), s["at"].as_str().unwrap())).collect()
}

#[test]
fn each_status_is_listed_with_its_times_and_who_told_it() {
    on_both_places(async |place| {
        let clock = watch();
        let app = App::open(place, Setup::by(clock)).await;
        let url = format!("{URL}/statuses");
        assert_eq!(app.json(&url).await, json!({ "statuses": [], "next": null }), "nobody told one yet");
        say(&app, "busy", "11:50:00").await;
        // Neither is a status: too late, and of something else.
        say(&app, "available", "11:40:00").await;
        app.patch(URL, json!({ "post": { "lng": 112.03, "lat": 27.04 } })).await.ok();
        say(&app, "returning", "11:55:00").await;
        clock.fetch_add(90_000, Relaxed);
        app.patch(URL, json!({ "status": "available" })).await.ok();

        let report = json!({ "id": Uuid::from_u128(1), "lng": 112.03, "lat": 27.03, "urgency": "quick" });
        app.post("/api/v1/incidents", report).await.is(201);
        let order = json!({ "id": Uuid::from_u128(2), "squad": "S1" });
        app.post(format!("/api/v1/incidents/{}/assignments", Uuid::from_u128(1)), order).await.is(201);
        let want = [
            (4, "busy", "2026-03-02T04:01:30Z"),
            (3, "available", "2026-03-02T04:01:30Z"),
            (2, "returning", "2026-03-02T03:55:00Z"),
            (1, "busy", "2026-03-02T03:50:00Z"),
        ];
        let all = app.json(&url).await;
        assert_eq!(told(&all), want);
        let first = json!({ "n": 1, "status": "busy", "at": want[3].2, "received_at": "2026-03-02T04:00:00Z", "by": "keyless" });
        assert_eq!(all["statuses"][3], first);

        for (query, numbers) in [
            ("from=2026-03-02T03:55:00Z", &[4, 3, 2][..]),
            ("to=2026-03-02T03:55:00Z", &[1]),
            ("from=2026-03-02T03:55:00Z&to=2026-03-02T04:01:30Z", &[2]),
            ("after=3", &[2, 1]),
            ("from=2026-03-02T05:00:00Z", &[]),
        ] {
            let page = app.json(format!("{url}?{query}")).await;
            assert_eq!(told(&page).iter().map(|t| t.0).collect::<Vec<_>>(), numbers, "{query}");
        }
        let (mut seen, mut next) = (Vec::new(), Some(format!("{url}?limit=1&to=2026-03-02T04:01:30Z")));
        while let Some(page) = next {
            let page = app.json(page).await;
            seen.extend(told(&page).iter().map(|t| t.0));
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(seen, [2, 1]);
        for (query, status, field) in [
            ("limit=0", 422, "limit"),
            ("limit=1001", 422, "limit"),
            ("from=yesterday", 400, "from"),
            ("after=-1", 400, "after"),
            ("status=busy", 400, "status"),
        ] {
            app.get(format!("{url}?{query}")).await.refused(status, field);
        }
        assert_eq!(app.get("/api/v1/squads/S99/statuses").await.status, 404);

        app.stop().await;
        let app = App::open(place, Setup { county: false, ..Setup::by(clock) }).await;
        assert_eq!(app.json(&url).await, all);
        // Who is not in the next plan is gone with all that was told of it.
        let squads = county::squads();
        let [others, whole] = [&squads[1..], &squads[..]];
        for plan in [others, whole] {
            let mut write = app.ctx.db.write("test", time(NOON)).await.unwrap();
            store::squads::replace(&mut write, plan, false).await.unwrap();
            write.commit().await.unwrap();
        }
        soon(PATIENCE, "the plan", async || {
            app.get(&url).await.status == 200 && told(&app.json(&url).await).is_empty()
        })
        .await;
        app.stop().await;
    });
}

#[test]
fn statuses_are_told_to_who_sees_the_squad() {
    both_engines(async |app| {
        app.key(Role::Admin, "desk").await;
        app.scoped(Role::Viewer, &[&format!("area:{}", township(2))], "other").await;
        app.scoped(Role::Viewer, &[&format!("area:{}", county::COUNTY)], "county").await;
        let said = app.call_as("desk", Method::PATCH, URL.to_owned()).json(&json!({ "status": "busy" })).send().await;
        said.ok();
        let ask = async |key: &str| {
            let details = app.call_as(key, Method::GET, URL.to_owned()).send().await.status;
            let statuses = app.call_as(key, Method::GET, format!("{URL}/statuses")).send().await;
            assert_eq!(statuses.status, details, "{key}");
            statuses
        };
        let page = ask("desk").await.ok();
        assert_eq!((&page["statuses"][0]["status"], page["statuses"][0]["by"].is_string()), (&json!("busy"), true));
        assert_eq!(ask("other").await.status, 404);
        ask("county").await;
    });
}
