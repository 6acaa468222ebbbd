//! Dispatchers who send the same squad at once: 100 connections, each with an incident of its own, order the squad that is
//! nearest to all of them; one gets it, the others hear who is next. Round after round, the winner's order is cancelled.
//! Beside it orders that nobody contends for, held against the door's own rate (reports over as many connections).
//! `cargo bench --bench contended`; `XUNGE_DATABASE` names a PostgreSQL database that is empty, `ROUNDS` how many (1,000).
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

use serde_json::Value;
use served::{Connection, Served};

const DISPATCHERS: usize = 100;
const ALL_WEEK: &str =
    r#"{"shifts":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"00:00","to":"24:00"}]}"#;

static NEXT: AtomicU64 = AtomicU64::new(1);

fn id() -> String {
    format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Relaxed))
}

fn ask(c: &mut Connection, path: &str) -> Value {
    let (status, answer) = c.get(path);
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&answer));
    serde_json::from_slice(&answer).unwrap()
}

/// A new incident in the middle of the capital.
fn report(c: &mut Connection) -> String {
    let id = id();
    let body = format!(r#"{{"id":"{id}","lng":-4.4836,"lat":54.1522,"urgency":"urgent"}}"#);
    let (status, answer) = c.post("/api/v1/incidents", &body);
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
    id
}

fn order(c: &mut Connection, incident: &str, squad: &str) -> (u16, String, Vec<u8>) {
    let id = id();
    let body = format!(r#"{{"id":"{id}","squad":"{squad}"}}"#);
    let (status, answer) = c.post(&format!("/api/v1/incidents/{incident}/assignments"), &body);
    (status, id, answer)
}

fn cancel(c: &mut Connection, assignment: &str) {
    let body = format!(r#"{{"id":"{}","to":"cancelled","reason":"the next round"}}"#, id());
    let (status, answer) = c.post(&format!("/api/v1/assignments/{assignment}/steps"), &body);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
}

/// Each connection with its incident and a squad, at once: what it was answered.
fn at_once(all: &mut [(Connection, String, String)]) -> Vec<(u16, String, Vec<u8>)> {
    std::thread::scope(|scope| {
        let orders: Vec<_> =
            all.iter_mut().map(|(c, incident, squad)| scope.spawn(move || order(c, incident, squad))).collect();
        orders.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// How many a second of what each connection does again and again.
fn rate(served: &Served, connections: usize, commands: usize, act: impl Fn(&mut Connection, usize) + Sync) -> f64 {
    const TIMES: usize = 150;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for n in 0..connections {
            let act = &act;
            scope.spawn(move || {
                let mut c = served.connect();
                (0..TIMES).for_each(|_| act(&mut c, n));
            });
        }
    });
    (connections * TIMES * commands) as f64 / start.elapsed().as_secs_f64()
}

fn main() {
    let rounds: usize = std::env::var("ROUNDS").map_or(1_000, |n| n.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("xunge-contended-{}", std::process::id()));
    let served = Served::start(&folder);
    let mut c = served.connect();
    let squads = ask(&mut c, "/api/v1/squads?limit=500");
    let squads: Vec<String> =
        squads["squads"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect();
    for squad in &squads {
        assert_eq!(c.patch(&format!("/api/v1/squads/{squad}"), ALL_WEEK).0, 200);
    }

    let door = rate(&served, squads.len(), 1, |c, _| drop(report(c)));
    let own: Vec<String> = squads.iter().map(|_| report(&mut c)).collect();
    let free = rate(&served, squads.len(), 2, |c, n| {
        let (status, assignment, answer) = order(c, &own[n], &squads[n]);
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        cancel(c, &assignment);
    });
    println!(
        "{} connections: reports {door:.0}/s, orders and cancellations nobody contends for {free:.0}/s: {:.2} × the door",
        squads.len(),
        free / door
    );

    let nearest = ask(&mut c, "/api/v1/squads/nearest?lng=-4.4836&lat=54.1522&k=1");
    let squad = nearest["squads"][0]["squad"]["id"].as_str().unwrap().to_owned();
    let mut all: Vec<_> = (0..DISPATCHERS).map(|_| (served.connect(), report(&mut c), squad.clone())).collect();
    let (mut answers, start) = (HashMap::<u16, usize>::new(), Instant::now());
    for round in 0..rounds {
        let told = at_once(&mut all);
        told.iter().for_each(|(status, ..)| *answers.entry(*status).or_default() += 1);
        let won: Vec<&String> = told.iter().filter(|(status, ..)| *status == 201).map(|(_, id, _)| id).collect();
        assert_eq!(won.len(), 1, "round {round}: {told:?}");
        let lost = told.iter().filter(|(status, ..)| *status != 201);
        for (status, _, answer) in lost {
            let problem: Value = serde_json::from_slice(answer).unwrap();
            assert_eq!((*status, problem["field"].as_str()), (409, Some("squad")), "{problem}");
            assert_ne!(problem["next_best"]["squad"]["id"], squad.as_str(), "{problem}");
        }
        let open = ask(&mut c, "/api/v1/assignments");
        assert_eq!(open["assignments"].as_array().unwrap().len(), 1, "{open}");
        cancel(&mut c, won[0]);
    }
    let tries = rounds * DISPATCHERS;
    println!(
        "{tries} orders of {DISPATCHERS} at once for one squad: {answers:?}, {:.0}/s, no double",
        tries as f64 / start.elapsed().as_secs_f64()
    );
    served.stop();
    std::fs::remove_dir_all(&folder).unwrap();
}
