//! What would be otherwise, over HTTP: beside the same done for real.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{
    app::{App, Draws, PATIENCE, both_engines, soon},
    county::{COUNTY, EAST, NIGHT, NORTH, SOUTH, WEST, township},
};

async fn what_if(app: &App, mut ask: Value, patches: &[Value]) -> Value {
    ask["patches"] = patches.into();
    app.post("/api/v1/coverage/what-if", ask).await.ok()
}

async fn summary(app: &App, query: &str) -> Value {
    app.json(format!("/api/v1/coverage?{}", query.replace('+', "%2B"))).await
}

async fn cells(app: &App, query: &str) -> Vec<Value> {
    summary(app, &format!("by=cells&{query}")).await["cells"].as_array().unwrap().clone()
}

/// Cells, shares and what is not covered are the same.
fn same(summary: &Value, figures: &Value) {
    for part in ["cells", "shares", "uncovered"] {
        assert_eq!(summary[part], figures[part], "{part}");
    }
}

fn squad(id: &str, lng: f64, lat: f64, shifts: Value) -> Value {
    json!({
        "id": id, "name": "one more", "kind": "direct", "unit": "U1", "command_area": COUNTY,
        "post": { "lng": lng, "lat": lat }, "crew": { "certified_officers": 2 }, "shifts": shifts
    })
}

fn always() -> Value {
    json!([{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00" }])
}

fn main_streets() -> Value {
    json!({ "street": { "name": "大道", "area": township(1) } })
}

#[test]
fn nothing_patched_is_coverage_as_it_is() {
    both_engines(async |app| {
        for (ask, query) in [
            (json!({}), ""),
            (json!({ "minutes": 12, "basis": "live" }), "minutes=12&basis=live"),
            (json!({ "at": NIGHT, "profile": "car" }), &*format!("at={NIGHT}&profile=car")),
            (json!({ "profile": "foot" }), "profile=foot"),
        ] {
            let (answer, now) = (what_if(app, ask, &[]).await, summary(app, query).await);
            same(&now, &answer["before"]);
            assert_eq!(answer["before"], answer["after"], "{query}");
            assert_eq!(answer["flips"], json!({ "cells": [], "count": 0 }), "{query}");
            for key in ["minutes", "basis", "at", "definition", "as_of_seq", "as_of"] {
                assert_eq!(answer[key], now[key], "{query} {key}");
            }
            assert_eq!((&answer["squads_before"], &answer["squads_after"]), (&now["squads"], &now["squads"]));
            let rows = summary(app, &format!("by=townships&{query}")).await["townships"].clone();
            for (t, row) in answer["townships"].as_array().unwrap().iter().zip(rows.as_array().unwrap()) {
                assert_eq!((&t["code"], &t["before"]), (&row["code"], &t["after"]));
                assert_eq!((&t["before"]["shares"], &t["before"]["p90_s"]), (&row["shares"], &row["p90_s"]));
            }
        }
    });
}

#[test]
fn patches_tell_what_the_same_done_for_real_brings_and_change_nothing() {
    both_engines(async |app| {
        let fix = json!({ "squad": "S1", "lng": 112.0951, "lat": 27.03, "fixed_at": "2026-03-02T03:59:30Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        let polygon = json!({ "type": "Polygon", "coordinates":
            [[[112.08, 27.03], [112.12, 27.03], [112.12, 27.05], [112.08, 27.05], [112.08, 27.03]]] });
        let patches = [
            json!({ "op": "add_squad", "squad": squad("S9", 112.1152, 27.095, always()) }),
            json!({ "op": "move_squad", "id": "S3", "post": { "lng": 112.0552, "lat": 27.11 } }),
            json!({ "op": "move_squad", "id": "S3", "post": { "lng": 112.0452, "lat": 27.11 } }),
            json!({ "op": "close_roads", "place": main_streets() }),
            json!({ "op": "slow_roads", "place": { "polygon": polygon }, "speed_factor": 0.4 }),
        ];
        let asks = ["posts", "live"]
            .map(|basis| (format!("minutes=12&basis={basis}"), json!({ "minutes": 12, "basis": basis })));
        let state = async || {
            let mut all = vec![app.json("/api/v1/squads").await, app.json("/api/v1/roads/disruptions").await];
            for (query, _) in &asks {
                all.push(summary(app, &format!("by=cells&{query}")).await);
            }
            all
        };
        let (world, before) = (app.ctx.reload().await.unwrap(), state().await);
        let mut promised = Vec::new();
        for (_, ask) in &asks {
            promised.push(what_if(app, ask.clone(), &patches).await);
        }
        app.ctx.flush_positions().await.unwrap();
        assert_eq!(app.ctx.reload().await.unwrap().difference(&app.ctx.world()), None);
        assert_eq!(app.ctx.world().seq, world.seq, "nothing was written");
        assert_eq!(state().await, before, "the live state is as it was");

        app.post("/api/v1/squads", squad("S9", 112.1152, 27.095, always())).await.is(201);
        app.patch("/api/v1/squads/S3", json!({ "post": { "lng": 112.0452, "lat": 27.11 } })).await.ok();
        for (n, place, speed_factor) in [(1, main_streets(), 0.0), (2, json!({ "polygon": polygon }), 0.4)] {
            let id = uuid::Uuid::from_u128(n);
            let body = json!({ "id": id, "place": place, "speed_factor": speed_factor, "reason": "works" });
            app.post("/api/v1/roads/disruptions", body).await.is(201);
        }
        for (((query, _), promised), old) in asks.iter().zip(&promised).zip(&before[2..]) {
            same(&summary(app, query).await, &promised["after"]);
            let rows = summary(app, &format!("by=townships&{query}")).await["townships"].clone();
            for (t, row) in promised["townships"].as_array().unwrap().iter().zip(rows.as_array().unwrap()) {
                for part in ["shares", "p50_s", "p90_s", "worst_s", "unreachable_cells"] {
                    assert_eq!(t["after"][part], row[part], "{query} {}", row["code"]);
                }
            }
            let new = cells(app, query).await;
            let pairs = old["cells"].as_array().unwrap().iter().zip(&new);
            let flips: Vec<Value> = pairs
                .filter(|(b, a)| b["status"] != a["status"])
                .map(|(b, a)| json!([b["cell"], b["status"], a["status"], b["best_s"], a["best_s"]]))
                .collect();
            let listed = promised["flips"]["cells"].as_array().unwrap().iter();
            let listed: Vec<Value> =
                listed.map(|f| json!([f["cell"], f["from"], f["to"], f["before_s"], f["after_s"]])).collect();
            assert_eq!((listed, &promised["flips"]["count"]), (flips.clone(), &json!(flips.len())), "{query}");
            assert!(flips.len() > 5, "{query}: {flips:?}");
        }
    });
}

#[test]
fn squads_leave_and_change_their_shifts_on_paper() {
    both_engines(async |app| {
        let ask = json!({ "minutes": 15, "at": NIGHT });
        let patches = [
            json!({ "op": "reshift_squad", "id": "S2", "shifts": always() }),
            json!({ "op": "remove_squad", "id": "S1" }),
        ];
        let answer = what_if(app, ask.clone(), &patches).await;
        assert_eq!((&answer["squads_before"]["considered"], &answer["squads_before"]["total"]), (&json!(1), &json!(4)));
        assert_eq!((&answer["squads_after"]["considered"], &answer["squads_after"]["total"]), (&json!(1), &json!(3)));
        // By day S2 is there anyway.
        same(&summary(app, "minutes=15&squads=S2").await, &answer["after"]);
        same(&summary(app, &format!("minutes=15&squads=S1&at={NIGHT}")).await, &answer["before"]);
        // Gone and back again, at another post.
        let again = json!({ "op": "add_squad", "squad": squad("S1", 112.1352, 27.02, always()) });
        let answer = what_if(app, ask, &[patches[1].clone(), again]).await;
        assert_eq!(answer["squads_after"]["considered"], 1);
        assert_ne!(answer["before"], answer["after"]);
    });
}

#[test]
fn a_refusal_names_the_patch_and_the_field() {
    both_engines(async |app| {
        let fine = json!({ "op": "remove_squad", "id": "S1" });
        for (patch, field) in [
            (json!({ "op": "remove_squad", "id": "S1" }), "patches[1].id"),
            (json!({ "op": "remove_squad", "id": "nobody" }), "patches[1].id"),
            (json!({ "op": "remove_squad" }), "patches[1].id"),
            (json!({ "op": "remove_squad", "id": "S2", "post": null }), "patches[1].post"),
            (json!({ "op": "move_squad", "id": "S2", "post": { "lng": 200.0, "lat": 27.0 } }), "patches[1].post.lng"),
            (json!({ "op": "move_squad", "id": "S2", "post": { "lng": "east", "lat": 27.0 } }), "patches[1].post.lng"),
            (json!({ "op": "move_squad", "id": "S2" }), "patches[1].post"),
            (json!({ "op": "add_squad", "squad": squad("S2", 112.1, 27.0, always()) }), "patches[1].squad.id"),
            (json!({ "op": "add_squad", "squad": squad("S9", 112.1, 97.0, always()) }), "patches[1].squad.post.lat"),
            (
                json!({ "op": "add_squad", "squad": squad("S9", 112.1, 27.0, json!([{}])) }),
                "patches[1].squad.shifts[0].days",
            ),
            (json!({ "op": "reshift_squad", "id": "S2", "shifts": "always" }), "patches[1].shifts"),
            (json!({ "op": "close_roads", "place": { "street": { "name": "no such" } } }), "patches[1].place"),
            (json!({ "op": "close_roads", "place": { "links": [{ "link": 9999999 }] } }), "patches[1].place.links"),
            (json!({ "op": "close_roads", "place": main_streets(), "profiles": [] }), "patches[1].profiles"),
            (json!({ "op": "slow_roads", "place": main_streets() }), "patches[1].speed_factor"),
            (json!({ "op": "slow_roads", "place": main_streets(), "speed_factor": 0 }), "patches[1].speed_factor"),
            (json!({ "op": "slow_roads", "place": main_streets(), "speed_factor": 9 }), "patches[1].speed_factor"),
            (json!({ "op": "teleport", "id": "S2" }), "patches[1].op"),
            (json!({ "id": "S2" }), "patches[1].op"),
        ] {
            let body = json!({ "patches": [fine, patch] });
            app.post("/api/v1/coverage/what-if", body).await.refused(422, field);
        }
        let many = vec![json!({ "op": "move_squad", "id": "S2", "post": { "lng": 112.1, "lat": 27.0 } }); 101];
        app.post("/api/v1/coverage/what-if", json!({ "patches": many })).await.refused(422, "patches");
        app.post("/api/v1/coverage/what-if", json!({ "patches": many[..100] })).await.ok();
        app.post("/api/v1/coverage/what-if", json!({})).await.refused(422, "patches");
        app.post("/api/v1/coverage/what-if", json!({ "patches": [], "minutes": 0 })).await.refused(422, "minutes");
        for (body, field) in [
            (json!({ "candidates": [] }), "candidates"),
            (
                json!({ "candidates": [{ "lng": 112.0, "lat": 27.0 }, { "lng": 112.0, "lat": 99.0 }] }),
                "candidates[1].lat",
            ),
            (json!({ "candidates": [{ "lng": 112.0 }] }), "candidates[0].lat"),
            (json!({ "candidates": [{ "lng": 112.0, "lat": 27.0 }], "turnout_s": 3601 }), "turnout_s"),
            (json!({ "candidates": [{ "lng": 112.0, "lat": 27.0 }], "weight": "people" }), "weight"),
            (json!({ "candidates": vec![json!({ "lng": 112.0, "lat": 27.0 }); 501] }), "candidates"),
        ] {
            app.post("/api/v1/coverage/rank-posts", body).await.refused(422, field);
        }
    });
}

#[test]
fn a_hundred_posts_are_ranked_by_what_each_would_add() {
    both_engines(async |app| {
        let mut dice = Rng::with_seed(3);
        for n in 1..40u128 {
            let [lng, lat] = [dice.degrees(WEST, EAST), dice.degrees(SOUTH, NORTH)];
            let report = json!({ "id": uuid::Uuid::from_u128(n), "lng": lng, "lat": lat });
            app.post("/api/v1/incidents", report).await.is(201);
        }
        let mut candidates: Vec<Value> = (0..98)
            .map(|i| json!({ "id": format!("P{i}"), "lng": dice.degrees(WEST, EAST), "lat": dice.degrees(SOUTH, NORTH) }))
            .collect();
        candidates.push(json!({ "lng": 112.0752, "lat": 27.095 }));
        candidates.push(json!({ "id": "sea", "lng": 113.0, "lat": 27.0 }));
        for weight in ["cells", "area", "buildings", "incidents"] {
            let ask =
                json!({ "candidates": candidates, "minutes": 10, "weight": weight, "turnout_s": 90, "at": NIGHT });
            let answer = app.post("/api/v1/coverage/rank-posts", ask.clone()).await.ok();
            assert_eq!(app.post("/api/v1/coverage/rank-posts", ask).await.ok(), answer, "the same again");
            let ranked = answer["candidates"].as_array().unwrap();
            let mut indexes: Vec<u64> = ranked.iter().map(|r| r["index"].as_u64().unwrap()).collect();
            indexes.sort_unstable();
            assert!(indexes.iter().copied().eq(0..100));
            let gains: Vec<u64> = ranked.iter().map(|r| r["gain"].as_u64().unwrap()).collect();
            let on_road = ranked.iter().filter(|r| r["no_road"] == false).count();
            assert!(
                on_road > 60 && gains[..on_road].is_sorted_by(|a, b| a >= b) && gains[0] > 0,
                "{weight}: {gains:?}"
            );
            assert!(gains[on_road..].iter().all(|g| *g == 0) && on_road < 100);
            let sea = ranked.iter().find(|r| r["id"] == "sea").unwrap();
            assert_eq!((&sea["no_road"], &sea["share_after"]), (&json!(true), &answer["share"]));

            // The first, the one without an id, and the last.
            let few = [&ranked[0], ranked.iter().find(|r| r["index"] == 98).unwrap(), &ranked[99]];
            for (rank, r) in [(Some(1), few[0]), (None, few[1]), (Some(100), few[2])] {
                assert!(rank.is_none_or(|rank| r["rank"] == rank));
                let mut new = squad("S9", r["lng"].as_f64().unwrap(), r["lat"].as_f64().unwrap(), always());
                new["turnout_s"] = json!(90);
                let patch = json!({ "op": "add_squad", "squad": new });
                let told = what_if(app, json!({ "minutes": 10, "at": NIGHT }), &[patch]).await;
                let share = |side: &str| match weight {
                    "cells" => told[side]["cells"].clone(),
                    "area" => told[side]["shares"]["all"]["area_m2"].clone(),
                    _ => told[side]["shares"]["all"][weight].clone(),
                };
                let [before, after] = ["before", "after"].map(|s| share(s)["covered"].as_u64().unwrap());
                let (gain, rounding) = (r["gain"].as_u64().unwrap(), u64::from(weight == "area"));
                assert!((after - before).abs_diff(gain) <= rounding, "{weight}: {before} to {after}, {r}");
                assert!(
                    share("before")["total"].as_u64().unwrap().abs_diff(answer["total"].as_u64().unwrap()) <= rounding
                );
                let [cells_before, cells_after] =
                    ["before", "after"].map(|s| told[s]["cells"]["covered"].as_u64().unwrap());
                assert_eq!(r["newly_covered_cells"], cells_after - cells_before, "{weight}");
                let total = answer["total"].as_f64().unwrap();
                assert!((r["share_after"].as_f64().unwrap() - after as f64 / total).abs() < 1e-6, "{weight}: {r}");
                let [now, then, sooner] =
                    [&answer["mean_best_s"], &r["mean_best_s"], &r["sooner_s"]].map(Value::as_f64);
                assert!(sooner >= Some(0.0) && (now.unwrap() - then.unwrap() - sooner.unwrap()).abs() < 0.002);
            }
        }
        assert_eq!(app.json("/api/v1/squads").await["squads"].as_array().unwrap().len(), 4, "nobody was posted");
    });
}

#[test]
fn coverage_by_some_squads_alone() {
    both_engines(async |app| {
        let mut walker = squad("S9", 112.0352, 27.02, always());
        walker["profile"] = json!("foot");
        app.post("/api/v1/squads", walker).await.is(201);
        let (all, cars) = (cells(app, "").await, cells(app, "profile=car").await);
        let walkers = cells(app, "profile=foot&minutes=60").await;
        let both = cells(app, "squads=S9,%20S1,S9").await;
        assert_eq!(walkers, cells(app, "squads=S9&minutes=60").await);
        assert!(walkers.iter().all(|c| c["best_squad"].is_null() || c["best_squad"] == "S9"));
        assert!(walkers.iter().any(|c| c["best_squad"] == "S9"));
        assert!(cars.iter().all(|c| c["best_squad"] != "S9") && cars != all);
        assert!(both.iter().all(|c| c["depth"].as_u64() <= Some(2)) && both.iter().any(|c| c["depth"] == 2));
        let head = summary(app, "squads=S9,S4").await;
        assert_eq!((&head["squads"]["considered"], &head["squads"]["total"]), (&json!(1), &json!(2)));
        assert_eq!(head["squads"]["excluded"]["off_shift"], 1);
        let layer = app.json("/api/v1/layers/coverage?profile=foot&minutes=60").await;
        let drawn: Vec<Value> = layer["features"].as_array().unwrap().iter().map(|f| f["properties"].clone()).collect();
        assert_eq!(drawn, walkers);
        app.get("/api/v1/coverage?squads=S1,S77").await.refused(422, "squads");
        app.get("/api/v1/layers/coverage?squads=S77").await.refused(422, "squads");
        app.get("/api/v1/coverage?profile=horse").await.refused(400, "profile");
        assert_eq!(summary(app, "squads=").await["squads"]["total"], 0, "an empty list is nobody");
    });
}

#[test]
fn coverage_is_up_to_date_after_every_change() {
    both_engines(async |app| {
        let mut dice = Rng::with_seed(4);
        let ids = ["S1", "S2", "S3", "S4"];
        for step in 0..40 {
            let id = ids[dice.usize(..4)];
            let [lng, lat] = [dice.degrees(WEST, EAST), dice.degrees(SOUTH, NORTH)];
            let change = match dice.u64(..4) {
                0 => json!({ "post": { "lng": lng, "lat": lat } }),
                1 => json!({ "status": "available" }),
                2 => json!({ "status": "out_of_service" }),
                _ => json!({ "status": "busy" }),
            };
            app.patch(format!("/api/v1/squads/{id}"), change).await.ok();
            if step % 10 == 9 {
                let roads = json!({ "id": dice.uuid(), "place": main_streets(), "speed_factor": 0.5, "reason": "ice" });
                app.post("/api/v1/roads/disruptions", roads).await.is(201);
            }
            let basis = ["posts", "live"][step % 2];
            let query = format!("minutes=10&basis={basis}");
            // What-if computes both sides anew.
            let anew = what_if(app, json!({ "minutes": 10, "basis": basis }), &[]).await;
            same(&summary(app, &query).await, &anew["before"]);
        }
    });
}

#[test]
fn live_coverage_says_how_old_its_positions_are() {
    both_engines(async |app| {
        let place = async |squad: &str, fixed_at: &str, lng: f64| {
            let fix = json!({ "squad": squad, "lng": lng, "lat": 27.03, "fixed_at": fixed_at });
            app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        };
        // Once its hierarchies are made, another state of the roads takes the place of the first.
        let ordered = async || app.ctx.world().roads.network().is_some_and(|n| n.is_ordered());
        soon(PATIENCE, "hierarchies", ordered).await;
        assert_eq!(summary(app, "basis=live").await["as_of"], Value::Null);
        place("S1", "2026-03-02T03:58:00Z", 112.0951).await;
        place("S2", "2026-03-02T03:59:00Z", 112.1351).await;
        assert_eq!(summary(app, "basis=live").await["as_of"], "2026-03-02T03:58:00Z");
        assert_eq!(summary(app, "basis=live&squads=S2").await["as_of"], "2026-03-02T03:59:00Z");
        assert_eq!(summary(app, "basis=posts").await["as_of"], Value::Null);
        let routed = cells(app, "basis=live").await;
        // Ten metres and ten seconds on: as routed. Then half a kilometre.
        place("S1", "2026-03-02T03:58:10Z", 112.0952).await;
        assert_eq!(cells(app, "basis=live").await, routed);
        assert_eq!(summary(app, "basis=live").await["as_of"], "2026-03-02T03:58:00Z");
        place("S1", "2026-03-02T03:58:20Z", 112.1001).await;
        assert_ne!(cells(app, "basis=live").await, routed);
        assert_eq!(summary(app, "basis=live").await["as_of"], "2026-03-02T03:58:20Z");
    });
}
