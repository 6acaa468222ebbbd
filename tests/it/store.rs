//! What is kept, and the one change log, on both engines.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::json;
use sqlx::Row;
use uuid::Uuid;
use xunge::{
    base::{Error, LngLat},
    domain::{
        incidents::{Change, Incident, IncidentStatus, Milestones, Place as Owner, Source},
        matters::Urgency,
    },
    store::{
        self, Db, Pool,
        load::{self, Source as LoadSource},
        log,
    },
    world::hot_since,
};

use crate::{
    app::{App, Draws, Place, both_engines, on_both_places, on_postgres_alone},
    county::{self, COUNTY, NOON, code, time},
    incidents::report,
};

/// Columns by table: name, type, whether NULL is refused, place in the primary key.
type Tables = BTreeMap<String, BTreeSet<(String, String, bool, bool)>>;

async fn tables(db: &Db) -> Tables {
    let row = |[table, column, kind]: [String; 3], not_null: bool, key: bool| (table, (column, kind, not_null, key));
    let rows: Vec<_> = match db.readers() {
        Pool::Sqlite(read) => {
            let sql = "SELECT m.name AS t, c.name AS c, c.type AS k, c.\"notnull\" AS n, c.pk AS p \
                       FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
            let rows = sqlx::query(sql).fetch_all(read).await.unwrap();
            rows.iter().map(|r| row(["t", "c", "k"].map(|i| r.get(i)), r.get("n"), r.get::<i64, _>("p") > 0)).collect()
        }
        Pool::Pg(pool) => {
            let sql = "SELECT c.table_name::text AS t, c.column_name::text AS c, replace(upper(c.data_type::text), 'BYTEA', 'BLOB') AS k, \
                       c.is_nullable = 'NO' AS n, EXISTS (SELECT 1 FROM information_schema.key_column_usage u \
                       JOIN information_schema.table_constraints x USING (constraint_schema, constraint_name) \
                       WHERE x.constraint_type = 'PRIMARY KEY' AND u.table_name = c.table_name \
                       AND u.column_name = c.column_name) AS p \
                       FROM information_schema.columns c WHERE c.table_schema = 'public'";
            let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
            rows.iter().map(|r| row(["t", "c", "k"].map(|i| r.get(i)), r.get("n"), r.get("p"))).collect()
        }
    };
    let mut tables = Tables::new();
    for (table, column) in rows {
        if table != "_sqlx_migrations" {
            tables.entry(table).or_default().insert(column);
        }
    }
    tables
}

/// Names of the indexes that migrations made.
async fn indexes(db: &Db) -> BTreeSet<String> {
    let names: Vec<String> = match db.readers() {
        Pool::Sqlite(read) => {
            let sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
            sqlx::query_scalar(sql).fetch_all(read).await.unwrap()
        }
        Pool::Pg(pool) => {
            let sql = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' \
                       AND indexname NOT LIKE '%\\_key'";
            sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
        }
    };
    names.into_iter().collect()
}

#[test]
fn both_folders_of_migrations_give_the_same_tables() {
    on_postgres_alone(async |place| {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (Db::open(None, folder.path()).await.unwrap(), place.open().await);
        let sqlite = tables(&ours).await;
        assert!(sqlite.len() >= 10, "{:?}", sqlite.keys());
        assert_eq!(sqlite, tables(&theirs).await);
        assert_eq!(indexes(&ours).await, indexes(&theirs).await);
        ours.close().await;
        theirs.close().await;
    });
}

#[test]
fn opening_twice_changes_nothing() {
    on_both_places(async |place| {
        let first = place.open().await;
        let before = tables(&first).await;
        let second = place.open().await;
        assert_eq!(tables(&second).await, before);
        assert_eq!(log::head(&second).await.unwrap(), 0);
        first.close().await;
        second.close().await;
    });
}

fn incident(n: u128) -> Incident {
    Incident {
        id: Uuid::from_u128(n),
        at: LngLat::new(112.05, 27.05).unwrap(),
        accuracy_m: None,
        status: IncidentStatus::Reported,
        matter: None,
        urgency: Urgency::Quick,
        description: None,
        reported_at: time(NOON),
        created_at: time(NOON),
        place: Owner::default(),
        synthetic: false,
        source: Source::Api,
        external_id: None,
        flags: Vec::new(),
        milestones: Milestones::default(),
        profile: None,
        ownership: None,
        decision: None,
        merged_into: None,
        rectification: None,
        legal_review: None,
        further_matters: Vec::new(),
        touched_at: None,
    }
}

#[test]
fn a_write_that_is_dropped_never_was() {
    both_engines(async |app| {
        let before = app.ctx.head().await.unwrap();
        let mut write = app.write().await;
        let reporter = store::incidents::Reporter { name: Some("x".into()), phone: None };
        store::incidents::insert(&mut write, (&incident(1), &[]), Some(&reporter), "f").await.unwrap();
        store::squads::replace(&mut write, &[], false).await.unwrap();
        store::demo::remove(&mut write).await.unwrap();
        drop(write);
        let write = app.write().await;
        app.commit(write).await;
        assert_eq!(app.ctx.head().await.unwrap(), before, "a write of nothing is no fact");
        assert!(store::incidents::get(&app.ctx.db, Uuid::from_u128(1)).await.unwrap().is_none());
        assert!(store::incidents::reporter(&app.ctx.db, Uuid::from_u128(1)).await.unwrap().is_none());
        assert_eq!(app.ctx.reload().await.unwrap().squads.len(), 4);
        assert!(log::after(&app.ctx.db, before, 10).await.unwrap().changes.is_empty());
    });
}

#[test]
fn sixteen_writers_with_changes_of_mind_leave_a_log_without_gaps() {
    both_engines(async |app| {
        let start = app.ctx.head().await.unwrap();
        let writer = |n: u128| {
            let ctx = app.ctx.clone();
            tokio::spawn(async move {
                let mut kept = Vec::new();
                for i in 0..9 {
                    let actor = format!("writer {n}");
                    let done = ctx.change(&actor, async |mut write| {
                        for part in 0..=i % 3 {
                            let one = incident(n * 1_000 + i * 10 + part);
                            store::incidents::insert(&mut write, (&one, &[]), None, "f").await?;
                        }
                        match (i + n).is_multiple_of(3) {
                            true => Err(Error::conflict("a change of mind")),
                            false => Ok((write, ())),
                        }
                    });
                    if let Err(e) = done.await {
                        assert_eq!(e.detail, "a change of mind");
                        continue;
                    }
                    // What is committed is shown.
                    let shown = ctx.world().incidents.get(&incident(n * 1_000 + i * 10).id).is_some();
                    assert!(shown, "writer {n}: {i}");
                    kept.extend((0..=i % 3).map(|part| incident(n * 1_000 + i * 10 + part).id));
                }
                kept
            })
        };
        let writers: Vec<_> = (1..=16).map(writer).collect();
        let mut kept = BTreeSet::new();
        for writer in writers {
            kept.extend(writer.await.unwrap());
        }
        let logged = log::after(&app.ctx.db, start, 10_000).await.unwrap().changes;
        let seqs: Vec<i64> = logged.iter().map(|l| l.seq).collect();
        assert_eq!(seqs, (start + 1..=start + kept.len() as i64).collect::<Vec<_>>());
        assert_eq!(app.ctx.head().await.unwrap(), start + kept.len() as i64);
        let told: BTreeSet<Uuid> = logged
            .iter()
            .map(|l| match l.change.of() {
                Some(Change::Incident { incident }) => incident.id,
                _ => panic!("{:?}", l.change),
            })
            .collect();
        assert_eq!(told, kept);
        // The facts of one commit stand together.
        for pair in logged.windows(2).filter(|p| p[0].actor != p[1].actor) {
            let Some(Change::Incident { incident }) = pair[1].change.of() else { unreachable!() };
            assert_eq!(incident.id.as_u128() % 10, 0, "a commit was torn apart at {}", pair[1].seq);
        }
    });
}

fn source(app: &App) -> LoadSource<'_> {
    LoadSource {
        db: &app.ctx.db,
        folder: &app.ctx.folder,
        hot_since: hot_since(app.ctx.now(), app.ctx.settings.incidents.hot_months),
        now: app.ctx.now(),
        definition: &app.ctx.definition,
        resolution: app.ctx.settings.coverage.cell_resolution,
        grounds: &app.ctx.grounds,
    }
}

#[test]
fn the_log_replayed_onto_any_older_world_gives_the_world_of_today() {
    both_engines(async |app| {
        let mut old = vec![app.ctx.reload().await.unwrap()];
        let mut dice = Rng::with_seed(21);
        for round in 0..25 {
            match dice.u64(..6) {
                0..=2 => drop(app.post("/api/v1/incidents", report(dice.uuid())).await.is(201)),
                3 => {
                    let status = ["available", "busy", "out_of_service"][dice.usize(..3)];
                    let id = 1 + dice.u64(..4);
                    app.patch(format!("/api/v1/squads/S{id}"), json!({ "status": status })).await.ok();
                }
                4 => {
                    let mut write = app.write().await;
                    let many: Vec<_> =
                        (0..5).map(|_| (Incident { id: dice.uuid(), ..incident(0) }, String::new())).collect();
                    store::incidents::insert_batch(&mut write, &format!("b{round}"), &many).await.unwrap();
                    app.commit(write).await;
                }
                _ => {
                    let mut write = app.write().await;
                    let keep = 12 + dice.usize(..18);
                    let areas: Vec<_> =
                        county::areas().into_iter().filter(|a| a.code.as_str().len() < 15).take(keep).collect();
                    store::areas::replace(&mut write, &code(COUNTY), &areas, "redrawn", true).await.unwrap();
                    store::squads::replace(&mut write, &county::squads(), dice.u64(..2) == 0).await.unwrap();
                    if dice.u64(..3) == 0 {
                        store::demo::remove(&mut write).await.unwrap();
                        store::squads::put(&mut write, &county::squads()[0]).await.unwrap();
                        for squad in &county::squads()[1..] {
                            store::squads::put(&mut write, squad).await.unwrap();
                        }
                    }
                    app.commit(write).await;
                }
            }
            if round % 8 == 0 {
                old.push(app.ctx.reload().await.unwrap());
            }
        }
        for mut world in old {
            let from = world.seq;
            // From two changes earlier: applying again what is there already changes nothing.
            for logged in log::after(&app.ctx.db, (from - 2).max(0), 10_000).await.unwrap().changes {
                let updates = load::updates(source(app), &logged.change).await.unwrap();
                world.apply(logged.seq, updates);
            }
            let difference = app.ctx.world().difference(&world);
            assert_eq!(difference, None, "replayed from {from}");
        }
    });
}

#[test]
fn removing_the_demo_leaves_what_people_reported() {
    on_both_places(async |place: &Place| {
        let setup = crate::app::Setup { county: false, ..crate::app::Setup::default() };
        let app = App::open(place, setup).await;
        let mut write = app.write().await;
        store::areas::replace(&mut write, &code(COUNTY), &county::areas(), "bundled", true).await.unwrap();
        store::squads::replace(&mut write, &county::squads(), true).await.unwrap();
        let made_up = Incident { synthetic: true, source: Source::Demo, ..incident(1) };
        store::incidents::insert_batch(&mut write, "demo", &[(made_up, String::new())]).await.unwrap();
        app.commit(write).await;
        assert_eq!(app.json("/api/v1/status").await["demo"], true);
        app.post("/api/v1/incidents", report(Uuid::from_u128(2))).await.is(201);
        let mut events = app.events(None).await;
        let mut write = app.write().await;
        store::demo::remove(&mut write).await.unwrap();
        app.commit(write).await;
        assert_eq!(events.next().await.name, "reset");
        let status = app.json("/api/v1/status").await;
        assert_eq!((&status["demo"], &status["county"]), (&json!(false), &json!(null)));
        assert_eq!((&status["counts"]["squads"], &status["counts"]["incidents"]), (&json!(0), &json!(1)));
        app.check().await;
    });
}
