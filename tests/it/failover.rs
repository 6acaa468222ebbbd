//! The primary is killed, and its synchronous standby takes over, while reports come in.

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    app::{PATIENCE, Place, on_postgres_alone},
    program::{Program, run},
    toll::{Toll, times},
};

/// Between two outages.
const REPORTS: usize = 200;
const CLIENTS: usize = 8;

/// Two servers; they end with their owner.
#[derive(Debug)]
struct Pair(TempDir);

impl Pair {
    fn start() -> (Self, String) {
        let pair = Self(tempfile::tempdir().unwrap());
        let ports = pair.run("start");
        let hosts: Vec<_> = ports.split_whitespace().map(|port| format!("127.0.0.1:{port}")).collect();
        (pair, format!("postgres://xunge@{}/postgres", hosts.join(",")))
    }

    fn run(&self, what: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/standby-pair.sh");
        let ran = Command::new(script).arg(what).arg(self.0.path()).output().unwrap();
        let said = |bytes| String::from_utf8(bytes).unwrap();
        assert!(ran.status.success(), "{what}: {}", said(ran.stderr));
        said(ran.stdout)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.run("stop");
    }
}

fn id(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}

fn report(n: usize) -> Value {
    json!({ "id": id(n), "lng": 112.05 + n as f64 / 1e6, "lat": 27.05, "description": format!("report {n}") })
}

/// What clients were told.
#[derive(Debug, Default)]
struct Told {
    acknowledged: Mutex<BTreeMap<usize, Value>>,
    again: AtomicUsize,
    longest: Mutex<Duration>,
}

impl Told {
    /// Sends a report until it is taken.
    fn send(&self, program: &Program, n: usize) {
        let until = Instant::now() + PATIENCE;
        loop {
            let began = Instant::now();
            let (status, body) = program.post("incidents", &report(n)).unwrap();
            let mut longest = self.longest.lock().unwrap();
            *longest = longest.max(began.elapsed());
            drop(longest);
            match status {
                200 | 201 => return drop(self.acknowledged.lock().unwrap().insert(n, body)),
                503 if Instant::now() < until => self.again.fetch_add(1, Relaxed),
                _ => panic!("report {n}: {status} {body}"),
            };
            sleep(Duration::from_millis(100));
        }
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

#[test]
fn a_killed_primary_loses_nothing_that_was_acknowledged() {
    // Only where there are PostgreSQL's programs.
    on_postgres_alone(async |_| {
        let (pair, url) = Pair::start();
        let place = Place::elsewhere(url);
        let program = Program::start(&place);
        let toll = Toll::begin("the primary killed, its standby promoted (PostgreSQL)", program.child.id());
        let outages = times("XUNGE_TEST_FAILOVERS", 1);
        let (told, next, last) = (Told::default(), AtomicUsize::new(0), (outages + 1) * REPORTS);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    while let Some(n) = Some(next.fetch_add(1, Relaxed)).filter(|n| *n < last) {
                        // No faster than the outages come.
                        sleep(Duration::from_millis(5));
                        told.send(&program, n);
                    }
                });
            }
            for outage in 1..=outages {
                while told.count() < outage * REPORTS / 2 {
                    sleep(Duration::from_millis(10));
                }
                pair.run("swap");
            }
        });
        assert_eq!(told.count(), last);
        for (n, body) in told.acknowledged.lock().unwrap().iter() {
            assert_eq!(
                program.get(&format!("incidents/{}", id(*n))),
                (200, body.clone()),
                "report {n} was acknowledged"
            );
        }
        assert_eq!(program.get("incidents?limit=1").1["number_matched"], last);
        assert!(run(&place, &["audit", "verify"]).unwrap().starts_with("whole: "));
        let again = told.again.load(Relaxed);
        toll.waited(*told.longest.lock().unwrap());
        toll.end(&format!("{outages} outages, {last} acknowledged, {again} times 503"), program.child.id());
    });
}
