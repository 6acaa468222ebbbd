//! The real program over real HTTP: what it acknowledged outlives `kill -9`, and it stops well.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{PATIENCE, Place, on_both_places},
    county,
    program::{Program, run},
    toll::{Toll, times},
};

/// Reports that are sent between two kills, at most.
const REPORTS: usize = 200;

fn report(n: usize) -> Value {
    json!({
        "id": Uuid::from_u128(n as u128 + 1), "lng": 112.05 + n as f64 / 1e6, "lat": 27.05,
        "description": format!("report {n}"), "reporter": { "name": format!("person {n}") }
    })
}

/// Reports from eight threads, slots between them, until the program is gone; what it acknowledged, by number.
fn report_until_killed(program: &Program, first: usize, kill_after: usize) -> BTreeMap<usize, Value> {
    let (next, acknowledged) = (AtomicUsize::new(first), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    if n >= first + REPORTS {
                        break;
                    }
                    if n.is_multiple_of(10) {
                        let windows = json!([{ "days": ["mon"], "from": "08:00", "to": "09:00" }]);
                        let slots = json!({ "slots": [{ "name": format!("s{n}"), "windows": windows }] });
                        let Ok(status) = program.put("slots", &slots) else { break };
                        assert_eq!(status, 200);
                    }
                    let Ok((status, body)) = program.post("incidents", &report(n)) else { break };
                    assert_eq!(status, 201, "{body}");
                    let mut acknowledged = acknowledged.lock().unwrap();
                    acknowledged.insert(n, body);
                    if acknowledged.len() == kill_after {
                        program.signal("KILL");
                    }
                }
            });
        }
    });
    acknowledged.into_inner().unwrap()
}

#[test]
fn killed_in_the_middle_of_many_writes_it_loses_none_that_it_acknowledged() {
    on_both_places(async |place| {
        let mut dice = Rng::with_seed(if place.url.is_some() { 31 } else { 37 });
        let (mut program, mut told, mut all) = (Program::start(place), 0, 0);
        let (kills, engine) = (times("XUNGE_TEST_KILLS", 5), if place.url.is_some() { "PostgreSQL" } else { "SQLite" });
        let toll = Toll::begin(format!("`kill -9` in mixed writes ({engine})"), program.child.id());
        for round in 0..kills {
            let (first, kill_after) = (round * REPORTS, 20 + dice.usize(..120));
            let acknowledged = report_until_killed(&program, first, kill_after);
            assert!((kill_after..REPORTS).contains(&acknowledged.len()), "{} of {kill_after}", acknowledged.len());
            drop(program);
            let gone = Instant::now();
            program = Program::start(place);
            toll.waited(gone.elapsed());
            for (n, body) in &acknowledged {
                let id = Uuid::from_u128(*n as u128 + 1);
                assert_eq!(program.get(&format!("incidents/{id}")), (200, body.clone()), "report {n} was acknowledged");
            }
            // The clients send everything again that they have no answer for; whatever was there is there whole.
            let mut kept = 0;
            for n in (first..first + REPORTS).filter(|n| !acknowledged.contains_key(n)) {
                let (status, body) = program.post("incidents", &report(n)).unwrap();
                assert!([200, 201].contains(&status), "{body}");
                kept += usize::from(status == 200);
                let (status, reporter) = program.get(&format!("incidents/{}/reporter", Uuid::from_u128(n as u128 + 1)));
                assert_eq!((status, &reporter["name"]), (200, &json!(format!("person {n}"))));
            }
            assert!(kept <= 8, "{kept} in flight");
            all += REPORTS;
            assert_eq!(program.get("incidents?limit=1").1["number_matched"], all);
            told += acknowledged.len();
        }
        assert!(run(place, &["audit", "verify"]).unwrap().starts_with("whole: "));
        toll.end(&format!("{kills} kills, {told} acknowledged"), program.child.id());
    });
}

fn squad() -> Value {
    json!({
        "id": "S9", "name": "one", "kind": "direct", "unit": "U1", "command_area": county::COUNTY,
        "post": { "lng": 112.05, "lat": 27.05 }, "crew": { "certified_officers": 2 },
        "shifts": [{ "days": ["mon"], "from": "08:00", "to": "18:00" }]
    })
}

/// Squads need an area that commands them.
async fn planted(place: &Place) {
    let db = place.open().await;
    county::plant(&db, place.folder()).await;
    db.close().await;
}

fn fix(lng: f64) -> Value {
    json!({ "squad": "S9", "lng": lng, "lat": 27.05, "fixed_at": jiff::Timestamp::now().to_string() })
}

/// Ends a flood when it goes.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[test]
fn a_flood_of_positions_does_not_hold_up_reports() {
    on_both_places(async |place| {
        planted(place).await;
        let program = Program::start(place);
        assert_eq!(program.post("squads", &squad()).unwrap().0, 201);
        let (stop, batches) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            // Whatever happens: the scope waits for the flood.
            let _ends = Ends(&stop);
            for t in 0..3 {
                let (program, stop, batches) = (&program, &stop, &batches);
                scope.spawn(move || {
                    while !stop.load(Relaxed) {
                        let positions = vec![fix(112.0 + f64::from(t) / 100.0); 1_000];
                        let (status, answer) = program.post("positions", &json!({ "positions": positions })).unwrap();
                        assert_eq!((status, &answer["received"]), (202, &json!(1_000)));
                        batches.fetch_add(1, Relaxed);
                    }
                });
            }
            let mut slowest = Duration::ZERO;
            for n in 0..40 {
                let start = Instant::now();
                assert_eq!(program.post("incidents", &report(n)).unwrap().0, 201);
                slowest = slowest.max(start.elapsed());
            }
            while batches.load(Relaxed) < 6 {
                std::thread::sleep(Duration::from_millis(10));
            }
            println!("slowest report {slowest:?} beside {} batches", batches.load(Relaxed));
        });
    });
}

#[test]
fn a_signal_ends_it_in_time_with_a_client_listening_and_positions_written() {
    on_both_places(async |place| {
        planted(place).await;
        let mut program = Program::start(place);
        assert_eq!(program.post("squads", &squad()).unwrap().0, 201);
        let listening = program.agent.get(program.url("events")).call().unwrap();
        let mut events = listening.into_body().into_reader();
        let mut first = [0; 1];
        events.read_exact(&mut first).unwrap();
        assert_eq!(program.post("positions", &json!({ "positions": [fix(112.0321)] })).unwrap().0, 202);
        program.signal("TERM");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = program.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it still runs");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status}");
        println!("ended after {:?}", start.elapsed());
        let program = Program::start(place);
        assert_eq!(program.get("squads/S9").1["position"]["lng"], 112.0321);
    });
}

#[test]
fn listening_to_other_machines_needs_a_key() {
    on_both_places(async |place| {
        let refused = run(place, &["serve", "--keyless", "--empty", "--listen", "0.0.0.0:0"]);
        assert!(refused.unwrap_err().contains("xunge keys add"));
    });
}
