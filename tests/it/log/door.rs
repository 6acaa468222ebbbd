//! The write door: commands that share a commit, that fail, that go away, that wait in vain; batches that
//! die, and batches of two replicas that cross.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use uuid::Uuid;
use xunge::{
    base::{Error, Kind},
    store::{self, audit, log},
};

use super::{SOON, number, post, readiness};
use crate::{
    app::{App, Dice, Setup, both_engines, on_postgres_alone, soon},
    county,
    incidents::report,
};

#[test]
fn commands_that_wait_share_a_commit_and_one_failure_leaves_the_others() {
    both_engines(async |app| {
        let start = app.ctx.head().await.unwrap();
        let held = app.write().await;
        let command = |n: u128| {
            let ctx = app.ctx.clone();
            tokio::spawn(async move {
                let done = ctx.change("test", async |mut write| {
                    let squad = &county::squads()[n as usize % 4];
                    // The same key twice: refused by the database itself.
                    if n.is_multiple_of(3) {
                        store::squads::insert(&mut write, squad).await?;
                    }
                    store::squads::put(&mut write, squad).await?;
                    if n % 3 == 1 {
                        return Err(Error::conflict("a change of mind"));
                    }
                    Ok((write, ()))
                });
                done.await
            })
        };
        let commands: Vec<_> = (0..30).map(command).collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(held);
        for (n, done) in commands.into_iter().enumerate() {
            match done.await.unwrap() {
                Ok(()) => assert_eq!(n % 3, 2),
                Err(e) => assert_eq!((n % 3 == 1, e.kind), (e.detail == "a change of mind", Kind::Conflict), "{e}"),
            }
        }
        assert_eq!(app.ctx.head().await.unwrap(), start + 10);
        audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
        if app.ctx.db.engine() == "postgresql" {
            let sql = "SELECT COUNT(DISTINCT xmin::text) FROM change_log WHERE actor = 'test' AND kind = 'squad'";
            assert_eq!(number(&app.ctx.db, sql).await, 1, "ten commands, one transaction");
        }
    });
}

#[test]
fn a_caller_that_goes_away_takes_nothing_but_its_own() {
    both_engines(async |app| {
        let start = app.ctx.head().await.unwrap();
        let mut dice = Dice(5);
        for round in 0..30 {
            let held = app.write().await;
            let command = |n: usize| {
                let ctx = app.ctx.clone();
                tokio::spawn(async move {
                    let done = ctx.change("test", async |mut write| {
                        store::squads::put(&mut write, &county::squads()[n]).await?;
                        store::squads::get(&mut write.tx, &county::squads()[n].id).await?;
                        Ok((write, ()))
                    });
                    done.await.unwrap();
                })
            };
            let [stays, goes, stays_too] = [command(0), command(1), command(2)];
            tokio::task::yield_now().await;
            drop(held);
            // Before its turn, in the middle of it, or after.
            for _ in 0..dice.below(60) {
                tokio::task::yield_now().await;
            }
            goes.abort();
            stays.await.unwrap();
            stays_too.await.unwrap();
            let _ = goes.await;
            let sql = "SELECT COUNT(*) FROM change_log";
            let there = number(&app.ctx.db, sql).await;
            assert!((start + 2 * (round + 1)..=start + 3 * (round + 1)).contains(&there), "{there} after {round}");
        }
        audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
    });
}

#[test]
fn a_full_queue_says_come_again() {
    both_engines(async |app| {
        let held = app.write().await;
        let waiting: Vec<_> = (0..1_100)
            .map(|_| {
                let ctx = app.ctx.clone();
                tokio::spawn(async move { ctx.db.write("test", ctx.now()).await.map(drop) })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let refused = app.post("/api/v1/incidents", report(Uuid::from_u128(1))).await;
        let problem = refused.is(503);
        assert_eq!(
            (problem["detail"].as_str(), refused.header("retry-after")),
            (Some("too many writes are waiting"), "1")
        );
        drop(held);
        let mut refused = 0;
        for one in waiting {
            refused += usize::from(one.await.unwrap().is_err());
        }
        assert!((1..=100).contains(&refused), "{refused}");
        assert_eq!(post(app, 1).await, 201);
    });
}

#[test]
fn connections_lost_in_mid_batch_leave_each_command_told_once() {
    on_postgres_alone(async |place| {
        let app = App::open(place, Setup::default()).await;
        let start = app.ctx.head().await.unwrap();
        let cut = async {
            for _ in 0..12 {
                tokio::time::sleep(Duration::from_millis(40)).await;
                place
                    .behind_its_back(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    )
                    .await;
            }
        };
        let writer = async |from: u128| {
            let mut done = BTreeSet::new();
            let mut undone = BTreeSet::new();
            for n in from..from + 60 {
                match post(&app, n).await {
                    201 => done.insert(n),
                    503 => undone.insert(n),
                    other => panic!("{n}: {other}"),
                };
            }
            (done, undone)
        };
        let (_, a, b, c, d) = tokio::join!(cut, writer(1_000), writer(2_000), writer(3_000), writer(4_000));
        soon(SOON, "it answers again", async || readiness(&app).await.0 == 200).await;
        let logged = log::after(&app.ctx.db, start, 10_000).await.unwrap().changes.len();
        let told: BTreeSet<u128> = [&a, &b, &c, &d].into_iter().flat_map(|w| w.0.clone()).collect();
        let lost: BTreeSet<u128> = [&a, &b, &c, &d].into_iter().flat_map(|w| w.1.clone()).collect();
        println!("{} told as done, {} as not, {logged} there", told.len(), lost.len());
        for n in &told {
            assert!(
                app.get(format!("/api/v1/incidents/{}", Uuid::from_u128(*n))).await.status == 200,
                "{n} was told as done"
            );
        }
        assert!(logged >= told.len(), "{logged}");
        // Sent again, each is there once.
        for n in lost {
            assert!([200, 201].contains(&post(&app, n).await), "{n}");
        }
        assert_eq!(app.ctx.head().await.unwrap(), start + 240);
        audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
        app.check().await;
    });
}

#[test]
fn batches_of_two_replicas_that_cross_come_one_after_the_other() {
    const ROUNDS: i64 = 10;
    on_postgres_alone(async |place| {
        let [a, b] = [App::open(place, Setup::default()).await, App::open(place, Setup::default()).await];
        let start = a.ctx.head().await.unwrap();
        let (mut told_a, mut told_b) = (a.events(None).await, b.events(None).await);
        let set = async |app: &App, squad: u8, status: &str| {
            app.patch(format!("/api/v1/squads/S{squad}"), json!({ "status": status })).await.ok();
        };
        for _ in 0..ROUNDS {
            // While one of them holds the head both gather a batch: the same squads, in opposite order.
            let held = a.write().await;
            let release = async {
                tokio::task::yield_now().await;
                drop(held);
            };
            let [x, y] = ["busy", "out_of_service"];
            tokio::join!(
                async { tokio::join!(set(&a, 1, x), set(&a, 2, x), set(&a, 3, x), set(&a, 4, x)) },
                async { tokio::join!(set(&b, 4, y), set(&b, 3, y), set(&b, 2, y), set(&b, 1, y)) },
                release
            );
        }
        let (mut from_a, mut from_b) = (Vec::new(), Vec::new());
        for _ in 0..8 * ROUNDS {
            from_a.push(told_a.next().await);
            from_b.push(told_b.next().await);
        }
        assert_eq!(from_a, from_b);
        assert!(from_a.iter().map(|e| e.id.unwrap()).eq(start + 1..=start + 8 * ROUNDS));
        let mark = audit::verify(&mut a.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
        assert_eq!(mark.seq, start + 8 * ROUNDS);
        a.check().await;
        b.check().await;
        a.stop().await;
        b.stop().await;
        // A deadlock would have been solved by doing a batch again; there was none. What a connection
        // knows of it is counted when it has ended.
        let db = place.open().await;
        let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
        soon(SOON, "the replicas' connections ended", async || number(&db, open).await <= 2).await;
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        assert_eq!(number(&db, sql).await, 0);
        db.close().await;
    });
}
