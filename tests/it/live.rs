//! Live events: nobody misses a change, however slow or late.

use serde_json::json;
use uuid::Uuid;
use xunge::{base::LngLat, store};

use crate::{
    app::{App, Event, Events, both_engines},
    county::{COUNTY, areas, code, matters},
    incidents::report,
};

async fn report_many(app: &App, from: u128, n: u128) {
    for i in from..from + n {
        app.post("/api/v1/incidents", report(Uuid::from_u128(i))).await.is(201);
    }
}

async fn take(events: &mut Events, n: usize) -> Vec<Event> {
    let mut taken = Vec::new();
    for _ in 0..n {
        taken.push(events.next().await);
    }
    taken
}

fn ids(events: &[Event]) -> Vec<i64> {
    events.iter().map(|e| e.id.unwrap()).collect()
}

#[test]
fn every_change_is_told_in_order_under_its_name() {
    both_engines(async |app| {
        let start = app.ctx.feed.seq();
        let mut events = app.events(None).await;
        report_many(app, 1, 1).await;
        let busy = app.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        let mut write = app.write().await;
        store::matters::replace(&mut write, &matters()).await.unwrap();
        store::areas::replace(&mut write, &code(COUNTY), &areas(), "drawn again", false).await.unwrap();
        store::squads::replace(&mut write, &crate::county::squads(), false).await.unwrap();
        app.commit(write).await;
        let told = take(&mut events, 5).await;
        assert_eq!(ids(&told), (start + 1..=start + 5).collect::<Vec<_>>());
        let names: Vec<&str> = told.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["incident", "squad", "matters", "areas", "squads_imported"]);
        for event in &told {
            assert_eq!((&event.data["seq"], &event.data["kind"]), (&json!(event.id), &json!(event.name)));
            assert_eq!(event.data["at"], "2026-03-02T04:00:00Z");
        }
        let seen = app.json(format!("/api/v1/incidents/{}", Uuid::from_u128(1))).await;
        assert_eq!(told[0].data["incident"], seen);
        let about = |n: usize| ["id", "township", "area"].map(|name| told[n].data[name].clone());
        assert_eq!(about(0), [seen["id"].clone(), seen["township"].clone(), seen["grid"].clone()]);
        assert!(seen["grid"].is_string() && seen["township"].is_string(), "{seen}");
        let s1 = app.json("/api/v1/squads/S1").await;
        let [lng, lat] = ["lng", "lat"].map(|axis| &s1["post"][axis]);
        let post = app.json(format!("/api/v1/locate?lng={lng}&lat={lat}")).await;
        assert_eq!(about(1), [json!("S1"), post["township"]["code"].clone(), s1["command_area"].clone()]);
        // As everywhere; it was imported again since.
        assert_eq!(told[1].data["squad"], busy);
        assert_eq!(about(3), [json!(null), json!(null), json!(COUNTY)]);
        assert_eq!((&told[1].data["squad"]["id"], &told[1].data["squad"]["status"]), (&json!("S1"), &json!("busy")));
        assert_eq!((&told[3].data["county"], &told[3].data["count"]), (&json!(COUNTY), &json!(29)));
        assert!(events.is_silent().await);
    });
}

#[test]
fn a_client_that_comes_back_gets_exactly_what_it_missed() {
    both_engines(async |app| {
        let mut first = app.events(None).await;
        report_many(app, 1, 5).await;
        let told = take(&mut first, 5).await;
        drop(first);
        report_many(app, 10, 7).await;
        let mut again = app.events(told[2].id).await;
        let missed = take(&mut again, 9).await;
        assert_eq!(missed[..2], told[3..]);
        let told_ids: Vec<_> = missed.iter().map(|e| e.data["incident"]["id"].clone()).collect();
        let want = [4, 5, 10, 11, 12, 13, 14, 15, 16].map(|i| json!(Uuid::from_u128(i)));
        assert_eq!(told_ids, want);
        assert!(again.is_silent().await);
        // And from the very beginning: what planted the county stands there too.
        let mut all = app.events(Some(0)).await;
        let names: Vec<String> = take(&mut all, 4).await.into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["roads", "areas", "matters", "squads_imported"]);
        // A tag that is no seq, of whatever kind: a browser that gets a refusal never comes back.
        for garbage in ["yesterday", "-7", "99999999999999999999999", "1.5", "é"] {
            let mut lost = app.events_after(garbage).await;
            assert_eq!((lost.next().await.name.as_str(), lost.is_silent().await), ("reset", true), "{garbage}");
        }
    });
}

#[test]
fn more_than_is_kept_at_hand_is_read_from_the_log() {
    both_engines(async |app| {
        let start = app.ctx.feed.seq();
        // 5,000 facts in few commits.
        let squads = crate::county::squads();
        for _ in 0..10 {
            let mut write = app.write().await;
            for i in 0..500 {
                let mut squad = squads[i % 4].clone();
                squad.post = LngLat::new(112.0 + i as f64 / 1e5, 27.03).unwrap();
                write.record(xunge::domain::squads::Change::Squad { squad: Box::new(squad.clone()) });
                if i >= 496 {
                    // The record as it is in the end: a second fact of the same squad.
                    store::squads::put(&mut write, &squad).await.unwrap();
                }
            }
            app.commit(write).await;
        }
        let end = app.ctx.feed.seq();
        assert_eq!(end - start, 5_040);
        assert!(app.ctx.feed.recent_after(start).is_none(), "the ring holds fewer");
        let mut events = app.events(Some(start)).await;
        let told = take(&mut events, 5_040).await;
        assert_eq!(ids(&told), (start + 1..=end).collect::<Vec<_>>());
        report_many(app, 1, 1).await;
        assert_eq!(events.next().await.id, Some(end + 1), "and then it goes on");
    });
}

#[test]
fn a_seq_that_was_never_given_out_resets_the_client() {
    both_engines(async |app| {
        let now = app.ctx.feed.seq();
        for unknown in [now + 1, i64::MAX, -1] {
            let mut events = app.events(Some(unknown)).await;
            let reset = events.next().await;
            assert_eq!((reset.name.as_str(), reset.id), ("reset", Some(now)));
            assert!(events.is_silent().await);
        }
        let mut events = app.events(Some(now + 1)).await;
        report_many(app, 1, 1).await;
        assert_eq!([events.next().await.name, events.next().await.name], ["reset", "incident"]);
    });
}

#[test]
fn positions_are_told_without_a_place_in_the_log() {
    both_engines(async |app| {
        let mut events = app.events(None).await;
        let fix = json!({ "squad": "S1", "lng": 112.05, "lat": 27.05, "fixed_at": "2026-03-02T03:59:00Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        let told = events.next().await;
        assert_eq!((told.name.as_str(), told.id), ("positions", None));
        assert_eq!(told.data, json!({ "kind": "positions", "positions": [fix] }));
        // A late fix moves nobody: what is told next is the one after it.
        let [mut late, mut next] = [fix.clone(), fix];
        late["fixed_at"] = json!("2026-03-02T03:00:00Z");
        next["fixed_at"] = json!("2026-03-02T03:59:30Z");
        for fix in [late, next.clone()] {
            app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        }
        assert_eq!(events.next().await.data, json!({ "kind": "positions", "positions": [next] }));
    });
}

#[test]
fn with_many_writers_every_client_hears_every_change_once_and_in_order() {
    both_engines(async |app| {
        let start = app.ctx.feed.seq();
        let mut early = app.events(None).await;
        let writer = |n: u128| report_many(app, n * 1_000, 12);
        tokio::join!(writer(1), writer(2), writer(3), writer(4), writer(5), writer(6), writer(7), writer(8));
        let end = start + 8 * 12;
        let mut late = app.events(Some(start)).await;
        let [a, b] = [take(&mut early, 96).await, take(&mut late, 96).await];
        assert_eq!(ids(&a), (start + 1..=end).collect::<Vec<_>>());
        assert_eq!(a, b);
        let told: std::collections::BTreeSet<String> = a.iter().map(|e| e.data["incident"]["id"].to_string()).collect();
        assert_eq!(told.len(), 96);
    });
}

/// The names and records of the next events.
async fn names(events: &mut Events, n: usize) -> Vec<String> {
    let told = take(events, n).await;
    told.iter().map(|e| format!("{} {}", e.name, e.data["id"].as_str().unwrap_or("-"))).collect()
}

#[test]
fn a_client_hears_what_it_asks_for() {
    both_engines(async |app| {
        let id = Uuid::from_u128;
        let [mut of_incidents, mut here, mut of_area, mut of_matter] = [
            app.events_asked("layer=incidents,townships").await,
            app.events_asked("bbox=112,27,112.08,27.06&layer=incidents,squads").await,
            app.events_asked(&format!("area={}", crate::county::township(1))).await,
            app.events_asked("matter=M01").await,
        ];
        let mut both = app.events_asked(&format!("layer=incidents&matter=M01&area={COUNTY}&tiles=true")).await;
        let report = |n: u128, lng: f64, matter: Option<&str>| json!({ "id": id(n), "lng": lng, "lat": 27.02, "matter": matter });
        for (n, lng, matter) in [(1, 112.12, Some("M01")), (2, 112.03, None), (3, 112.03, Some("M02"))] {
            app.post("/api/v1/incidents", report(n, lng, matter)).await.is(201);
        }
        app.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        app.patch("/api/v1/squads/S2", json!({ "status": "busy" })).await.ok();
        let sent = json!({ "id": id(9), "squad": "S4" });
        let assigned = app.post(format!("/api/v1/incidents/{}/assignments", id(1)), sent).await;
        assert!([201, 409].contains(&assigned.status.as_u16()), "{}", assigned.text());
        let mut write = app.write().await;
        store::areas::replace(&mut write, &code(COUNTY), &areas(), "drawn again", false).await.unwrap();
        app.commit(write).await;
        let incident = |n: u128| format!("incident {}", id(n));
        assert_eq!(names(&mut of_incidents, 3).await, [incident(1), incident(2), incident(3)]);
        assert_eq!(names(&mut here, 3).await, [incident(2), incident(3), "squad S1".to_owned()]);
        assert_eq!(names(&mut of_area, 3).await, [incident(2), incident(3), "squad S1".to_owned()]);
        assert_eq!(names(&mut of_matter, 3).await, [incident(1), "squad S1".to_owned(), "squad S2".to_owned()]);
        let told = take(&mut both, 2).await;
        assert_eq!((told[0].name.as_str(), &told[0].data["layers"][0]["layer"]), ("tiles", &json!("incidents")));
        assert_eq!((told[0].data["layers"].as_array().unwrap().len(), &told[1].data["id"]), (1, &json!(id(1))));
        // What concerns everybody.
        for events in [&mut of_incidents, &mut here, &mut of_area, &mut of_matter] {
            while events.next().await.name != "areas" {}
        }

        let fix = |lng: f64, at: &str| json!({ "squad": "S1", "lng": lng, "lat": 27.02, "fixed_at": at });
        for (lng, at) in
            [(112.05, "2026-03-02T03:40:00Z"), (112.1, "2026-03-02T03:50:00Z"), (112.12, "2026-03-02T03:55:00Z")]
        {
            app.post("/api/v1/positions", json!({ "positions": [fix(lng, at)] })).await.is(202);
            app.ctx.flush_positions().await.unwrap();
        }
        let moved = take(&mut here, 2).await;
        let places: Vec<_> = moved.iter().map(|e| e.data["positions"][0]["lng"].clone()).collect();
        assert_eq!(places, [112.05, 112.1], "the last time as it left");
        assert!(here.is_silent().await && of_incidents.is_silent().await);
    });
}

#[test]
fn what_nobody_knows_is_no_filter() {
    both_engines(async |app| {
        for (query, status, field) in [
            ("layer=moods", 422, "layer"),
            ("bbox=1,2", 422, "bbox"),
            ("area=990001009000", 422, "area"),
            ("matter=XX", 422, "matter"),
            ("colour=red", 400, "colour"),
        ] {
            app.get(format!("/api/v1/events?{query}")).await.refused(status, field);
        }
    });
}
