//! Where somebody is on the scene in time, over HTTP.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xunge::kernel::shape;

use crate::{
    app::{App, Setup, both_engines, with},
    county::{self, COUNTY, EVENING, NIGHT, township},
};

async fn coverage(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/coverage?{}", query.replace('+', "%2B"))).await
}

async fn rows(app: &App, by: &str, query: &str) -> Vec<Value> {
    coverage(app, &format!("by={by}&{query}")).await[by].as_array().unwrap().clone()
}

fn seconds(v: &Value) -> u64 {
    v.as_u64().unwrap_or(u64::MAX)
}

fn count(cells: &[Value]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    cells.iter().for_each(|c| *counts.entry(c["status"].as_str().unwrap()).or_default() += 1);
    counts
}

#[test]
fn all_four_forms_tell_the_same() {
    both_engines(async |app| {
        let report = json!({ "id": uuid::Uuid::from_u128(1), "lng": 112.05, "lat": 27.04 });
        app.post("/api/v1/incidents", report).await.is(201);
        let lonely = json!({ "id": uuid::Uuid::from_u128(2), "lng": 112.14, "lat": 27.09 });
        app.post("/api/v1/incidents", lonely).await.is(201);
        for minutes in [10, 20, 30] {
            let summary = coverage(app, &format!("minutes={minutes}")).await;
            let cells = rows(app, "cells", &format!("minutes={minutes}")).await;
            let grids = rows(app, "grids", &format!("minutes={minutes}")).await;
            let townships = rows(app, "townships", &format!("minutes={minutes}")).await;
            assert_eq!((grids.len(), townships.len()), (16, 4));

            let counts = count(&cells);
            for status in ["covered", "late", "unreachable", "no_access"] {
                assert_eq!(summary["cells"][status], counts.get(status).copied().unwrap_or(0), "{minutes} {status}");
            }
            assert_eq!(summary["cells"]["total"], cells.len());
            let uncovered = ["late", "unreachable"].iter().filter_map(|s| counts.get(*s)).sum::<u64>();
            assert_eq!(summary["uncovered"]["count"], uncovered);
            let listed = summary["uncovered"]["cells"].as_array().unwrap();
            assert_eq!(listed.len() as u64, uncovered.min(200));
            for worst in ["minutes", "buildings", "incidents"] {
                let query = format!("minutes={minutes}&worst={worst}");
                let all = coverage(app, &format!("{query}&by=uncovered")).await["uncovered"].clone();
                assert_eq!(all["cells"].as_array().map(Vec::len), Some(uncovered as usize), "{worst}");
                let first = all["cells"].as_array().unwrap().iter().take(200).cloned().collect::<Vec<_>>();
                let told = coverage(app, &query).await["uncovered"].clone();
                assert_eq!(told, json!({ "count": uncovered, "cells": first }), "{worst}");
            }
            for cell in &cells {
                let (best, covered) = (seconds(&cell["best_s"]), cell["status"] == "covered");
                assert_eq!(best <= minutes * 60, covered, "{cell}");
                assert_eq!(cell["depth"].as_u64() > Some(0), covered, "{cell}");
                assert!(seconds(&cell["second_s"]) >= best, "{cell}");
            }

            let shares = |twofold: &Value, of: &str, what: &str, side: &str| twofold[of][what][side].as_f64().unwrap();
            for of in ["all", "accessible"] {
                for what in ["area_m2", "grids", "buildings", "incidents"] {
                    for side in ["covered", "total"] {
                        let sum: f64 = townships.iter().map(|t| shares(&t["shares"], of, what, side)).sum();
                        let all = shares(&summary["shares"], of, what, side);
                        let rounding = if what == "area_m2" { 4.0 } else { 0.0 };
                        assert!((sum - all).abs() <= rounding, "{of} {what} {side}: {sum}, {all}");
                    }
                    let [part, total] = ["covered", "total"].map(|side| shares(&summary["shares"], of, what, side));
                    let share = summary["shares"][of][what]["share"].as_f64().unwrap();
                    assert!(part <= total && (share - part / total).abs() < 1e-9);
                }
            }
            let county_m2: f64 =
                county::areas().iter().filter(|a| a.code.as_str() == COUNTY).map(|a| shape::area_m2(&a.geometry)).sum();
            let total_m2 = shares(&summary["shares"], "all", "area_m2", "total");
            assert!((total_m2 / county_m2 - 1.0).abs() < 1e-3, "{total_m2} of {county_m2} m2");
            let covered = grids.iter().filter(|g| g["covered"] == true).count();
            assert_eq!(summary["shares"]["all"]["grids"]["covered"], covered);
            assert_eq!(summary["shares"]["all"]["buildings"]["total"], 160);
            assert_eq!(summary["shares"]["all"]["incidents"]["total"], 2);
            assert_eq!(summary["shares"]["accessible"]["incidents"]["total"], 1);
            for grid in &grids {
                let [p50, p90, worst] = ["p50_s", "p90_s", "worst_s"].map(|p| seconds(&grid[p]));
                assert!(p50 <= p90 && p90 <= worst, "{grid}");
                assert!(grid["covered"] != true || worst <= minutes * 60, "{grid}");
            }
        }
        let head = coverage(app, "").await;
        assert_eq!((&head["minutes"], &head["basis"], &head["by"]), (&json!(30), &json!("posts"), &json!("summary")));
        assert_eq!((&head["at"], &head["cell_resolution"]), (&json!("2026-03-02T04:00:00Z"), &json!(8)));
        assert_eq!(head["squads"]["considered"], 3);
        assert_eq!(head["squads"]["total"], 4);
        assert_eq!(head["squads"]["excluded"]["off_shift"], 1);
        assert_eq!(head["as_of_seq"], app.ctx.head().await.unwrap());
        assert!(head["cells"]["unreachable"].as_u64() > Some(0), "the lonely road: {}", head["cells"]);
        assert!(head["cells"]["no_access"].as_u64() > Some(0), "the corner without roads: {}", head["cells"]);
    });
}

#[test]
fn one_more_squad_never_lowers_any_cell() {
    both_engines(async |app| {
        let before = rows(app, "cells", "minutes=15").await;
        let squad = json!({
            "id": "S5", "name": "one more", "kind": "direct", "unit": "U1", "command_area": township(4),
            "post": { "lng": 112.1051, "lat": 27.09 }, "crew": { "certified_officers": 2 },
            "shifts": [{ "days": ["mon"], "from": "00:00", "to": "24:00" }]
        });
        app.post("/api/v1/squads", squad).await.is(201);
        let after = rows(app, "cells", "minutes=15").await;
        assert_eq!(before.len(), after.len());
        let mut better = 0;
        for (b, a) in before.iter().zip(&after) {
            assert_eq!(b["cell"], a["cell"]);
            assert!(seconds(&a["best_s"]) <= seconds(&b["best_s"]), "{b} became {a}");
            assert!(seconds(&a["second_s"]) <= seconds(&b["second_s"]), "{b} became {a}");
            assert!(a["depth"].as_u64() >= b["depth"].as_u64(), "{b} became {a}");
            better += usize::from(a["best_squad"] == "S5");
        }
        assert!(better > 10, "{better}");
        // Out of service it counts as if it had never been.
        app.patch("/api/v1/squads/S5", json!({ "status": "out_of_service" })).await.ok();
        assert_eq!(rows(app, "cells", "minutes=15").await, before);
    });
}

#[test]
fn more_minutes_never_cover_less_and_times_do_not_depend_on_them() {
    both_engines(async |app| {
        let mut former: Option<Vec<Value>> = None;
        for minutes in [1, 5, 10, 20, 40, 120] {
            let cells = rows(app, "cells", &format!("minutes={minutes}")).await;
            for (f, c) in former.iter().flatten().zip(&cells) {
                assert!(f["status"] != "covered" || c["status"] == "covered", "{f} became {c}");
                assert_eq!([&f["best_s"], &f["second_s"]], [&c["best_s"], &c["second_s"]]);
            }
            former = Some(cells);
        }
        let counts = former.as_deref().map(count).unwrap();
        assert_eq!(counts.get("late"), None, "two hours are enough for every road");
        for (minutes, status) in [("0", 422), ("121", 422), ("-1", 400), ("ten", 400)] {
            app.get(format!("/api/v1/coverage?minutes={minutes}")).await.refused(status, "minutes");
        }
        app.get("/api/v1/coverage?by=village").await.refused(400, "by");
        app.get("/api/v1/coverage?basis=hope").await.refused(400, "basis");
    });
}

#[test]
fn the_promise_counts_posts_and_the_live_picture_counts_who_is_free_and_where() {
    both_engines(async |app| {
        let posts = rows(app, "cells", "basis=posts").await;
        assert_eq!(rows(app, "cells", "basis=live").await, posts, "nobody moved and nobody is busy");
        app.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        assert_eq!(rows(app, "cells", "basis=posts").await, posts, "the promise holds");
        let live = coverage(app, "basis=live&by=cells").await;
        assert_eq!((&live["squads"]["considered"], &live["squads"]["excluded"]["busy"]), (&json!(2), &json!(1)));
        assert!(live["cells"].as_array().unwrap().iter().all(|c| c["best_squad"] != "S1"));
        app.patch("/api/v1/squads/S1", json!({ "status": "available" })).await.ok();
        let fix = json!({ "squad": "S1", "lng": 112.0951, "lat": 27.03, "fixed_at": "2026-03-02T03:59:30Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        assert_eq!(rows(app, "cells", "basis=posts").await, posts);
        assert_ne!(rows(app, "cells", "basis=live").await, posts, "S1 moved");
        // A quarter of an hour later the fix is too old, and S1 counts at its post again.
        assert_eq!(rows(app, "cells", "basis=live&at=2026-03-02T12:15:00+08:00").await, posts);
    });
}

#[test]
fn the_hour_changes_who_is_there_in_time() {
    both_engines(async |app| {
        let at = async |hour: &str| coverage(app, &format!("minutes=30&at={hour}")).await;
        let (noon, evening, night) = (coverage(app, "minutes=30").await, at(EVENING).await, at(NIGHT).await);
        let considered = [&noon, &evening, &night].map(|c| c["squads"]["considered"].as_u64().unwrap());
        assert_eq!(considered, [3, 2, 1]);
        let late = [&noon, &night].map(|c| c["cells"]["late"].as_u64().unwrap());
        assert!(late[1] > late[0], "at night accessible cells are not reached in 30 minutes: {late:?}");
        let no_access = [&noon, &evening, &night].map(|c| c["cells"]["no_access"].as_u64().unwrap());
        assert!(no_access.iter().all(|n| *n == no_access[0]));
    });
}

#[test]
fn without_roads_or_squads_it_says_so() {
    with(Setup { county: false, ..Setup::default() }, async |app| {
        let reply = app.get("/api/v1/coverage").await;
        reply.is(503);
        assert_eq!(reply.header("retry-after"), "1");
        app.get("/api/v1/squads/nearest?lng=112&lat=27").await.is(503);
    });
    both_engines(async |app| {
        let mut write = app.write().await;
        xunge::store::squads::replace(&mut write, &[], false).await.unwrap();
        app.commit(write).await;
        let none = coverage(app, "").await;
        assert_eq!((&none["squads"]["considered"], &none["cells"]["covered"]), (&json!(0), &json!(0)));
        assert_eq!(none["shares"]["all"]["area_m2"]["covered"], 0);
    });
}
