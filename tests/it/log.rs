//! The change log and its door: what other programs, other replicas, other clocks, full disks and lost
//! connections do to them.

mod disk;
mod door;

use std::{collections::BTreeSet, path::Path, time::Duration};

use serde_json::{Value, json};
use sqlx::Row;
use uuid::Uuid;
use xunge::{
    base::Clock,
    change::{Change, Unread},
    store::{
        Db, Pool,
        audit::{self, Mark},
        log,
    },
};

use crate::{
    app::{App, Place, Setup, on_both_places, soon},
    county::{self, time},
    incidents::report,
    program::run,
};

const SOON: Duration = Duration::from_secs(20);

/// One number that SQL gives.
async fn number(db: &Db, sql: &'static str) -> i64 {
    match db.readers() {
        Pool::Sqlite(pool) => sqlx::query(sql).fetch_one(pool).await.unwrap().get(0),
        Pool::Pg(pool) => sqlx::query(sql).fetch_one(pool).await.unwrap().get(0),
    }
}

async fn post(app: &App, n: u128) -> u16 {
    app.post("/api/v1/incidents", report(Uuid::from_u128(n))).await.status.as_u16()
}

/// Writes a row as a program does that knows nothing of the chain.
fn row(seq: i64, kind: &str, body: &str) -> String {
    format!(
        "INSERT INTO change_log (seq, at_ms, actor, kind, body) VALUES ({seq}, 0, 'another program', '{kind}', '{body}'); \
         UPDATE feed_head SET seq = {seq} WHERE id = 1"
    )
}

async fn readiness(app: &App) -> (u16, String) {
    let reply = app.get("/readyz").await;
    (reply.status.as_u16(), reply.text())
}

#[test]
fn a_fact_of_a_newer_program_stops_writing_and_nothing_else() {
    on_both_places(async |place| {
        stopped_by(place, ("zone", 3), 0).await;
        // A kind that it knows, as a newer program writes it.
        stopped_by(place, ("squad", 99), 10).await;
    });
}

/// Reports are numbered from `first` on; each time two are taken.
async fn stopped_by(place: &Place, (kind, v): (&str, u32), first: u128) {
    let app = App::open(place, Setup::default()).await;
    let kept = app.json("/api/v1/incidents").await["number_matched"].as_u64().unwrap();
    assert_eq!(post(&app, first + 1).await, 201);
    assert_eq!(readiness(&app).await.0, 200);
    let mut events = app.events(None).await;
    let head = app.ctx.head().await.unwrap();
    let known = format!("INSERT INTO change_kinds (kind, version) VALUES ('{kind}', {v})");
    let body = format!(r#"{{"v":{v},"kind":"{kind}","id":"Z1"}}"#);
    place.behind_its_back(&format!("{known}; {}", row(head + 1, kind, &body))).await;
    soon(SOON, "the fact is seen", async || readiness(&app).await.0 == 503).await;
    let said = readiness(&app).await.1;
    assert!(said.contains(kind) && said.contains("since 2026-03-02T04:00:00Z"), "{said}");
    // Told to begin anew; what comes after is not for this program to tell.
    let reset = events.next().await;
    assert_eq!((reset.name.as_str(), reset.id), ("reset", Some(head)));
    // Refused at once, nothing changed; reads go on and say so.
    for id in [first + 2, first + 3] {
        let refused = app.post("/api/v1/incidents", report(Uuid::from_u128(id))).await;
        let problem = refused.is(503);
        assert!(problem["detail"].as_str().unwrap().contains(kind), "{problem}");
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(app.ctx.head().await.unwrap(), head + 1);
    let reads = app.get("/api/v1/incidents").await;
    assert_eq!(reads.ok()["number_matched"], kept + 1);
    assert_eq!(reads.header("xunge-stale-since"), "2026-03-02T04:00:00Z");
    let status = app.json("/api/v1/status").await;
    assert_eq!((&status["ready"], &status["seq"]), (&json!(false), &json!(head)));
    assert!(status["unready"][0].as_str().unwrap().contains(kind), "{status}");
    // A command run beside it is refused as well.
    let refused = run(place, &["keys", "add", "--role", "admin", "--name", "x"]).unwrap_err();
    assert!(refused.contains(kind), "{refused}");
    app.stop().await;

    // Started anew it says the same, and clients that were behind are not left in silence.
    let app = App::open(place, Setup::default()).await;
    assert_eq!((readiness(&app).await.0, post(&app, first + 4).await), (503, 503));
    let mut events = app.events(Some(head - 1)).await;
    let told = [events.next().await, events.next().await];
    assert_eq!(told.map(|e| e.name), ["incident", "reset"]);
    assert_eq!(app.get("/api/v1/incidents").await.status, 200);

    // Put back to before it, all goes on by itself.
    let gone = format!(
        "DELETE FROM change_kinds WHERE kind = '{kind}' AND version = {v}; DELETE FROM change_log WHERE seq > {head}"
    );
    let back = format!("seq = {head}, chained = {head}, hash = (SELECT hash FROM change_log WHERE seq = {head})");
    place.behind_its_back(&format!("{gone}; UPDATE feed_head SET {back} WHERE id = 1")).await;
    soon(SOON, "ready again", async || readiness(&app).await.0 == 200).await;
    assert_eq!(app.get("/api/v1/incidents").await.header("xunge-stale-since"), "");
    assert_eq!(post(&app, first + 5).await, 201);
    app.check().await;
    app.stop().await;
}

#[test]
fn rows_of_an_older_program_are_followed_and_chained() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = app.ctx.head().await.unwrap();
        let mut events = app.events(None).await;
        place.behind_its_back(&row(head + 1, "matters", r#"{"kind":"matters_replaced","count":4}"#)).await;
        let event = events.next().await;
        assert_eq!((event.name.as_str(), event.full_id), ("matters", Some(format!("{}", head + 1))));
        assert_eq!(post(&app, 1).await, 201);
        let event = events.next().await;
        assert!(event.full_id.as_ref().unwrap().starts_with(&format!("{}-", head + 2)), "{event:?}");
        let mark = audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
        assert_eq!(mark.seq, head + 2);
        // A log that was never chained is when a program that knows how is started.
        app.stop().await;
        place
            .behind_its_back(
                "UPDATE change_log SET hash = NULL, prev_hash = NULL; \
             UPDATE feed_head SET chained = 0, hash = NULL, epoch = NULL WHERE id = 1",
            )
            .await;
        let db = place.open().await;
        let mark = audit::verify(&mut db.begin_read().await.unwrap(), None).await.unwrap();
        assert_eq!(mark.seq, head + 2);
        db.close().await;
    });
}

#[test]
fn bodies_of_every_kind_ever_written_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/changes");
    let mut kinds = BTreeSet::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().path();
        let body = std::fs::read_to_string(&file).unwrap();
        let read = Change::read(&body).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        // What is written today says the same.
        let again = Change::read(&read.body().unwrap()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{again:?}"), "{}", file.display());
        kinds.insert(serde_json::from_str::<Value>(&body).unwrap()["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds.len(), 20, "{kinds:?}");
    for (body, unread) in [
        (r#"{"kind":"zone","id":1}"#, Unread::Unknown { kind: "zone".into(), v: 1 }),
        (r#"{"v":99,"kind":"keys"}"#, Unread::Unknown { kind: "keys".into(), v: 99 }),
    ] {
        assert_eq!(Change::read(body).unwrap_err(), unread);
    }
    for body in ["", "7", "{}", r#"{"kind":"arrivals","count":"many"}"#] {
        assert!(matches!(Change::read(body), Err(Unread::Damaged(_))), "{body}");
    }
}

/// Puts the database back to how it was at `seq`; incidents are all that came since.
fn put_back(seq: i64) -> String {
    let since =
        format!("SELECT id FROM incidents WHERE created_at_ms >= 0 AND id > '{}'", Uuid::from_u128(seq as u128));
    format!(
        "DELETE FROM incident_reporters WHERE incident IN ({since}); DELETE FROM incidents WHERE id IN ({since}); \
         DELETE FROM change_log WHERE seq > {seq}; UPDATE feed_head SET seq = {seq}, chained = {seq}, \
         hash = (SELECT hash FROM change_log WHERE seq = {seq}) WHERE id = 1"
    )
}

#[test]
fn a_database_put_back_under_two_replicas_is_noticed() {
    on_both_places(async |place| {
        let [a, b] = [App::open(place, Setup::default()).await, App::open(place, Setup::default()).await];
        let start = a.ctx.head().await.unwrap();
        // Each id is the seq of its change, so that SQL can tell what came after.
        let fill = async |from: i64, to: i64| {
            for seq in from..=to {
                assert_eq!(post(&a, seq as u128).await, 201);
            }
        };
        fill(start + 1, start + 20).await;
        b.ctx.up_to_date().await.unwrap();
        let mut listening = [a.events(None).await, b.events(None).await];
        let known = {
            let mut events = a.events(Some(start + 19)).await;
            events.next().await.full_id.unwrap()
        };
        let same_as_sql = async |app: &App| {
            let loaded = app.ctx.reload().await.unwrap();
            let now = app.ctx.world();
            now.difference(&loaded).is_none()
        };
        place.behind_its_back(&put_back(start + 10)).await;
        for app in [&a, &b] {
            soon(SOON, "the world is SQL's", async || app.ctx.feed.shown().life == 1 && same_as_sql(app).await).await;
        }
        for events in &mut listening {
            let reset = events.next().await;
            assert_eq!((reset.name.as_str(), reset.id), ("reset", Some(start + 10)));
        }
        assert_eq!(readiness(&a).await.0, 200);
        // Written on to beyond what was known: other rows under the same numbers.
        for seq in start + 11..=start + 20 {
            assert_eq!(post(&b, 1_000 + seq as u128).await, 201);
        }
        for (app, n) in [(&a, 20), (&b, 20)] {
            app.ctx.up_to_date().await.unwrap();
            assert_eq!(app.json("/api/v1/incidents").await["number_matched"], n);
        }
        // A client that was away all the while is told too, by the hash in the id that it has.
        let names = async |id: String| a.events_after(&id).await.next().await.name;
        assert_eq!(names(known.clone()).await, "reset");
        let mut plain = a.events(Some(start + 19)).await;
        let last = plain.next().await;
        assert_eq!((last.name.as_str(), last.id), ("incident", Some(start + 20)), "a seq alone can't tell");
        assert_ne!(last.full_id.as_deref(), Some(known.as_str()));

        // The last rows replaced at once, with hashes computed anew: neither number nor gap tells.
        let seq = start + 20;
        let prev = hash_of(&a.ctx.db, seq - 1).await;
        let body = r#"{"kind":"matters_replaced","count":4}"#;
        let hash = audit::link(&prev, seq, 5, ["else", "matters", body]);
        place
            .behind_its_back(&format!(
                "UPDATE change_log SET at_ms = 5, actor = 'else', kind = 'matters', body = '{body}', hash = '{hash}' \
                 WHERE seq = {seq}; UPDATE feed_head SET hash = '{hash}' WHERE id = 1"
            ))
            .await;
        for app in [&a, &b] {
            soon(SOON, "another history", async || app.ctx.feed.shown().life == 2 && same_as_sql(app).await).await;
        }
        assert_eq!(post(&a, 5_000).await, 201);
        a.check().await;
        b.check().await;
    });
}

async fn hash_of(db: &Db, seq: i64) -> String {
    log::stand(db, seq).await.unwrap().hash.unwrap()
}

#[test]
fn the_audit_names_the_first_row_that_is_not_as_written() {
    on_both_places(async |place| {
        let db = place.open().await;
        county::plant(&db, place.folder()).await;
        let head: Mark = run(place, &["audit", "head"]).unwrap().trim().parse().unwrap();
        assert_eq!(head.seq, log::head(&db).await.unwrap());
        let kept = head.to_string();
        let verify = |more: &[&str]| run(place, &[&["audit", "verify"], more].concat());
        assert!(verify(&[]).unwrap().starts_with(&format!("whole: {} rows", head.seq)));
        assert!(verify(&["--head", &kept]).unwrap().contains("is the one that was kept"));
        assert!(verify(&["--head", "7"]).unwrap_err().contains("audit head"));
        let list = run(place, &["audit", "list", "--kind", "matters", "--actor", "test"]).unwrap();
        assert_eq!(list.lines().count(), 1, "{list}");
        assert!(list.contains("  test  matters  {"), "{list}");
        assert_eq!(run(place, &["audit", "list", "--since", "2100-01-01T00:00:00Z"]).unwrap(), "");
        let pruned = run(place, &["audit", "prune", "--before", "2000-01-01T00:00:00Z"]).unwrap();
        assert!(pruned.starts_with("nothing changed"), "{pruned}");
        place.behind_its_back("UPDATE change_log SET actor = 'nobody' WHERE seq = 3").await;
        assert!(verify(&[]).unwrap_err().contains("row 3 was changed"));
        place.behind_its_back("DELETE FROM change_log WHERE seq = 3").await;
        assert!(verify(&[]).unwrap_err().contains("row 3 was removed"));
        let cut = "DELETE FROM change_log WHERE seq > 2; UPDATE feed_head SET seq = 2, chained = 2, \
                   hash = (SELECT hash FROM change_log WHERE seq = 2) WHERE id = 1";
        place.behind_its_back(cut).await;
        assert!(verify(&[]).unwrap().starts_with("whole: 2 rows"), "nobody can tell");
        assert!(verify(&["--head", &kept]).unwrap_err().contains("row 3 was removed"));
        db.close().await;
    });
}

#[test]
fn old_changes_are_taken_away_and_leave_an_anchor() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = app.ctx.head().await.unwrap();
        let pruned = run(place, &["audit", "prune", "--before", "2100-01-01T00:00:00Z"]).unwrap();
        assert!(
            pruned.starts_with(&format!("taken away: changes up to {}; the anchor is {}-", head - 1, head - 1)),
            "{pruned}"
        );
        assert_eq!(post(&app, 1).await, 201);
        assert!(run(place, &["audit", "verify"]).unwrap().starts_with("whole: "));
        let early = run(place, &["audit", "verify", "--head", &format!("1-{}", "0".repeat(64))]).unwrap_err();
        assert!(early.contains("row 1 can't be checked"), "{early}");
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        for behind in [0, 1] {
            let mut events = app.events(Some(behind)).await;
            assert_eq!(events.next().await.name, "reset", "{behind}");
        }
        assert_eq!(app.events(Some(head)).await.next().await.name, "incident");
        app.check().await;
    });
}

#[test]
fn replicas_show_each_others_positions() {
    on_both_places(async |place| {
        let [a, b] = [App::open(place, Setup::default()).await, App::open(place, Setup::default()).await];
        let mut told = b.events(None).await;
        let fix = |squad: &str, lng: f64, minute: u32| json!({ "squad": squad, "lng": lng, "lat": 27.05, "fixed_at": format!("2026-03-02T03:{minute:02}:00Z") });
        let send = async |app: &App, fixes: Vec<Value>| {
            app.post("/api/v1/positions", json!({ "positions": fixes })).await.is(202);
        };
        let shows = async |app: &App, squad: &str, lng: f64| {
            let shown = async || app.json(format!("/api/v1/squads/{squad}")).await["position"]["lng"] == lng;
            soon(SOON, "a position of the other replica", shown).await;
        };
        send(&a, vec![fix("S1", 112.051, 50), fix("S2", 112.052, 50)]).await;
        shows(&b, "S1", 112.051).await;
        let event = told.next().await;
        assert_eq!((event.name.as_str(), event.data["positions"].as_array().unwrap().len()), ("positions", 2));
        // The newer fix counts, whoever took it and whenever it was written.
        send(&b, vec![fix("S1", 112.053, 52)]).await;
        send(&a, vec![fix("S1", 112.054, 51), fix("S2", 112.055, 53)]).await;
        for app in [&a, &b] {
            shows(app, "S1", 112.053).await;
            shows(app, "S2", 112.055).await;
        }
        // A squad that the other hears of together with its position.
        let squad = json!({
            "id": "N1", "name": "n", "kind": "direct", "unit": "U1", "command_area": county::COUNTY,
            "post": { "lng": 112.05, "lat": 27.05 }, "crew": { "certified_officers": 2 }, "shifts": []
        });
        a.post("/api/v1/squads", squad).await.is(201);
        send(&a, vec![fix("N1", 112.056, 54)]).await;
        soon(SOON, "the squad", async || b.get("/api/v1/squads/N1").await.status == 200).await;
        shows(&b, "N1", 112.056).await;
        a.check().await;
        b.check().await;
    });
}

#[test]
fn a_clock_that_jumps_back_disturbs_nothing() {
    const THEN: &str = "2020-01-01T00:00:00Z";
    on_both_places(async |place| {
        let behind = Setup { clock: Clock::Fixed(time(THEN)), ..Setup::default() };
        let apps = [App::open(place, Setup::default()).await, App::open(place, behind).await];
        let start = apps[0].ctx.head().await.unwrap();
        let mut told = [apps[0].events(None).await, apps[1].events(None).await];
        // By turns one writes with the right time and one with the past; what one took the other knows.
        for n in 0..10 {
            let [first, second] = if n % 2 == 0 { [0, 1] } else { [1, 0] };
            let body = report(Uuid::from_u128(n + 1));
            let taken = apps[first].post("/api/v1/incidents", body.clone()).await.is(201);
            assert_eq!(apps[second].post("/api/v1/incidents", body).await.is(200), taken);
        }
        for events in &mut told {
            for seq in start + 1..=start + 10 {
                assert_eq!(events.next().await.id, Some(seq));
            }
        }
        // A closure of now has not begun where it is 2020; there is one list all the same.
        let closure = json!({
            "id": Uuid::from_u128(99), "place": { "at": { "lng": 112.05, "lat": 27.05 } }, "reason": "flood"
        });
        let made = apps[0].post("/api/v1/roads/disruptions", closure.clone()).await.is(201);
        assert_eq!(made["phase"], "active");
        let again = apps[1].post("/api/v1/roads/disruptions", closure).await.is(200);
        assert_eq!((&again["phase"], &again["from"]), (&json!("planned"), &made["from"]));
        // The log is in the order of its numbers, whatever its times say.
        assert!(run(place, &["audit", "verify"]).unwrap().starts_with("whole: "));
        let list = run(place, &["audit", "list", "--since", "2021-01-01T00:00:00Z", "--kind", "incident"]).unwrap();
        assert_eq!(list.lines().count(), 5, "{list}");
        // Rows are taken away from the beginning alone: none that stands behind a younger one.
        let pruned = run(place, &["audit", "prune", "--before", "2021-01-01T00:00:00Z"]).unwrap();
        assert!(pruned.starts_with("nothing changed"), "{pruned}");
        for app in &apps {
            app.check().await;
        }
    });
}
