//! The write door: commands that share a commit, that fail, that go away, that wait in vain; batches that
//! die, and batches of two replicas that cross.

use std::{
    collections::BTreeSet,
    future::{pending, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use fastrand::Rng;
use serde_json::json;
use tokio::{sync::Notify, task::JoinHandle};
use uuid::Uuid;
use xunge::{
    base::{Error, Kind, Result},
    domain::squads::{Change, Squad, SquadKind},
    store::{self, audit, log},
};

use super::{SOON, number, post, readiness};
use crate::{
    app::{App, Setup, both_engines, on_postgres_alone, soon},
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

/// How a command ends that shares a savepoint with others.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fails {
    /// Before it asked the database anything.
    AtOnce,
    /// Behind a write.
    Late,
    ByTheDatabase,
    /// It goes on all the same, which PostgreSQL doesn't allow.
    ByTheDatabaseUnseen,
    /// The caller goes away behind a write.
    Gone,
}

/// Commands as they queue up, and how often each ran.
struct Queue {
    prefix: String,
    runs: Arc<Vec<AtomicUsize>>,
    begun: Arc<Notify>,
}

impl Queue {
    fn squad(&self, n: usize) -> Squad {
        county::squad(
            &format!("{}{n}", self.prefix),
            SquadKind::Stationed,
            &county::township(1),
            (112.05, 27.04),
            "mon-sun 24h",
        )
    }

    /// Queues a command that creates squad `n`.
    async fn push(&self, app: &App, n: usize, fails: Option<Fails>) -> JoinHandle<Result<()>> {
        let (ctx, squad, runs, begun) =
            (app.ctx.clone(), self.squad(n), Arc::clone(&self.runs), Arc::clone(&self.begun));
        let command = async move {
            let done = ctx.change("test", async |mut write| {
                runs[n].fetch_add(1, Relaxed);
                if fails == Some(Fails::AtOnce) {
                    return Err(Error::conflict("refused"));
                }
                store::squads::insert(&mut write, &squad).await?;
                match fails {
                    Some(Fails::Late) => return Err(Error::conflict("refused")),
                    Some(Fails::ByTheDatabase) => store::squads::insert(&mut write, &squad).await?,
                    Some(Fails::ByTheDatabaseUnseen) => {
                        store::squads::insert(&mut write, &squad).await.unwrap_err();
                    }
                    Some(Fails::Gone) => {
                        begun.notify_one();
                        pending().await
                    }
                    Some(Fails::AtOnce) | None => {}
                }
                Ok((write, ()))
            });
            done.await
        };
        self.queued(command).await
    }

    /// Queues one that nobody would run again.
    async fn push_once(&self, app: &App, n: usize) -> JoinHandle<Result<()>> {
        let (ctx, squad, runs) = (app.ctx.clone(), self.squad(n), Arc::clone(&self.runs));
        let command = async move {
            let mut write = ctx.db.write("test", ctx.now()).await?;
            runs[n].fetch_add(1, Relaxed);
            store::squads::insert(&mut write, &squad).await?;
            write.commit().await.map(drop)
        };
        self.queued(command).await
    }

    async fn queued(&self, command: impl Future<Output = Result<()>> + Send + 'static) -> JoinHandle<Result<()>> {
        let mut command = Box::pin(command);
        tokio::select! {
            biased;
            _ = &mut command => unreachable!("its turn can't have come"),
            () = ready(()) => {}
        }
        tokio::spawn(command)
    }
}

#[test]
fn when_one_of_a_group_fails_the_group_runs_again_and_the_others_are_done_once() {
    /// Not to be run again: a group ends before it and begins behind it.
    const ONCE: usize = 4;
    const COMMANDS: usize = 27;
    use Fails::{AtOnce, ByTheDatabase, ByTheDatabaseUnseen, Gone, Late};
    both_engines(async |app| {
        let postgres = app.ctx.db.engine() == "postgresql";
        // Groups: 0 to 3, 5 to 20, 21 to 26.
        for (fails, bad, from) in [
            (AtOnce, 9, 10),
            (Late, 9, 5),
            (Late, 0, 1),
            (Late, 23, 21),
            (ByTheDatabase, 12, 5),
            (ByTheDatabaseUnseen, 13, if postgres { 5 } else { 14 }),
            (Gone, 20, 5),
        ] {
            let case = format!("{fails:?} {bad} on {}", app.ctx.db.engine());
            let start = app.ctx.head().await.unwrap();
            let runs = Arc::new((0..COMMANDS).map(|_| AtomicUsize::new(0)).collect());
            let queue = Queue { prefix: format!("{fails:?}-{bad}-"), runs, begun: Arc::default() };
            let held = app.write().await;
            let mut commands = Vec::new();
            for n in 0..COMMANDS {
                commands.push(match n {
                    ONCE => queue.push_once(app, n).await,
                    _ => queue.push(app, n, (n == bad).then_some(fails)).await,
                });
            }
            drop(held);
            if fails == Gone {
                queue.begun.notified().await;
                commands[bad].abort();
            }
            let mut kept = Vec::new();
            for (n, done) in commands.into_iter().enumerate() {
                match done.await {
                    Ok(Ok(())) => kept.push(n),
                    Ok(Err(e)) => assert_eq!((n, fails == Gone), (bad, false), "{case}: {e}"),
                    Err(_) => assert_eq!((n, fails), (bad, Gone), "{case}"),
                }
            }
            let mut look = app.write().await;
            for n in 0..COMMANDS {
                let there = store::squads::get(&mut look.tx, &queue.squad(n).id).await.unwrap();
                assert_eq!(there.is_some(), kept.contains(&n), "{case}: {n}");
            }
            drop(look);
            let stays = fails == ByTheDatabaseUnseen && !postgres;
            assert!(kept.iter().copied().eq((0..COMMANDS).filter(|n| *n != bad || stays)), "{case}: {kept:?}");
            let logged = log::after(&app.ctx.db, start, 1_000).await.unwrap().changes;
            let logged: Vec<_> = logged
                .iter()
                .map(|one| match one.change.of() {
                    Some(Change::Squad { squad }) => (one.seq, (**squad).clone()),
                    other => panic!("{case}: {other:?}"),
                })
                .collect();
            let expected: Vec<_> = (start + 1..).zip(kept.iter().map(|n| queue.squad(*n))).collect();
            assert_eq!(logged, expected, "{case}");
            for (n, runs) in queue.runs.iter().enumerate() {
                let expected = match n {
                    _ if n == bad && fails == Gone => 1,
                    // Alone too it fails, as often as it is tried.
                    _ if n == bad && fails == ByTheDatabaseUnseen && postgres => 3,
                    _ => 1 + usize::from((from..=bad).contains(&n)),
                };
                assert_eq!(runs.load(Relaxed), expected, "{case}: {n}");
            }
        }
        audit::verify(&mut app.ctx.db.begin_read().await.unwrap(), None).await.unwrap();
    });
}

#[test]
fn a_caller_that_goes_away_takes_nothing_but_its_own() {
    both_engines(async |app| {
        let start = app.ctx.head().await.unwrap();
        let mut dice = Rng::with_seed(5);
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
            for _ in 0..dice.u64(..60) {
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
