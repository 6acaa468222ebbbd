//! 50,000 squads on the bundled county's roads, 2,000 positions a second, and questions for the nearest
//! meanwhile: the real program, over two keep-alive connections. Bounded; stops by itself in about a
//! minute. `cargo bench --bench moving`
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{
    fmt::Write,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use served::{Served, row, time, xunge};
use xunge::base::Clock;

const SQUADS: usize = 50_000;
/// Only these may conclude a case alone.
const COMPETENT: usize = 5;
const QUERIES: usize = 2_000;
const BATCHES_PER_S: u64 = 10;
const BATCH: usize = 200;
/// How long squads move at most.
const MOVING: Duration = Duration::from_secs(30);

/// Junctions of the county's roads.
fn junctions(folder: &Path) -> Vec<[f64; 2]> {
    let tables = folder.join("tables");
    xunge(folder, &["roads", "export", tables.to_str().unwrap()]);
    let rows = csv::Reader::from_path(tables.join("nodes.csv")).unwrap().into_deserialize();
    rows.map(|row| row.unwrap()).map(|(_, _, lng, lat, _): (u32, i64, f64, f64, u32)| [lng, lat]).collect()
}

/// Up to about a hundred metres from a junction; `n` says which, by a fixed sequence (golden ratio).
fn place(junctions: &[[f64; 2]], n: usize) -> [f64; 2] {
    let share = |step: f64| (n as f64 * step).fract();
    let [lng, lat] = junctions[(share(0.618_033_988_749_894_9) * junctions.len() as f64) as usize];
    [lng + 0.002 * share(0.754_877_666_246_692_8) - 0.001, lat + 0.001 * share(0.569_840_290_998_053_2) - 0.0005]
}

/// Eight of ten drive, one rides, one walks.
fn plan(junctions: &[[f64; 2]]) -> String {
    let mut csv = String::from(
        "id,name,name_zh,kind,unit,command_area,profile,lng,lat,turnout_s,certified_officers,uncertified_officers,assistants,shifts\n",
    );
    for n in 0..SQUADS {
        let profile = ["car", "car", "ebike", "car", "car", "foot", "car", "car", "car", "car"][n % 10];
        let certified = if n % (SQUADS / COMPETENT) == 0 { 2 } else { 1 };
        let [lng, lat] = place(junctions, n);
        let shifts = ["mon-sun 24h", "mon-sun 00:00-12:00; mon-sun 12:00-24:00"][n % 2];
        writeln!(
            csv,
            "M{n:05},Squad {n},,stationed,CEB,Andreas,{profile},{lng:.6},{lat:.6},60,{certified},1,1,{shifts}"
        )
        .unwrap();
    }
    csv
}

/// Positions of the next squads, with the time of the fix.
fn batch(junctions: &[[f64; 2]], nth: usize) -> String {
    let at = Clock::System.now();
    // About its post: farther away at once nothing drives, and the position would be refused.
    let position = |n: usize| {
        let ([lng, lat], round) = (place(junctions, n % SQUADS), (n / SQUADS) as f64);
        let [lng, lat] = [lng + 0.004 * (round * 2.4).sin(), lat + 0.002 * (round * 2.4).cos()];
        format!("{{\"squad\":\"M{:05}\",\"lng\":{lng:.6},\"lat\":{lat:.6},\"fixed_at\":\"{at}\"}}", n % SQUADS)
    };
    let all: Vec<String> = (nth * BATCH..(nth + 1) * BATCH).map(position).collect();
    format!("{{\"positions\":[{}]}}", all.join(","))
}

fn main() {
    let folder = std::env::temp_dir().join(format!("xunge-moving-{}", std::process::id()));
    Served::start(&folder).stop();
    let junctions = Arc::new(junctions(&folder));
    let file = folder.join("squads.csv");
    std::fs::write(&file, plan(&junctions)).unwrap();
    xunge(&folder, &["import", "squads", file.to_str().unwrap()]);
    let served = Served::start(&folder);
    println!("start with {SQUADS} squads                     {:>9.2} s", served.ready_after.as_secs_f64());
    // Hierarchies and the roster are made beside the service.
    std::thread::sleep(Duration::from_secs(5));
    println!("resident                                   {:>9.1} MB", served.resident_mb());

    let mut c = served.connect();
    let health = time(QUERIES, |_| assert_eq!(c.get("/healthz").0, 200));
    let reference_ms = health[health.len() / 2];
    println!("\nover HTTP, one keep-alive connection            p50 ms    p99 ms  × /healthz");
    row("/healthz", &health, reference_ms);
    let mut short = 0;
    let mut nearest = |i: usize, competent: bool| {
        let [lng, lat] = place(&junctions, 31 * i + 5);
        let path = format!("/api/v1/squads/nearest?lng={lng:.6}&lat={lat:.6}&k=3&competent={competent}");
        let (status, body) = c.get(&path);
        let found = String::from_utf8(body).unwrap().matches("\"rank\"").count();
        // Some places lie on roads that hang together with nothing.
        short += usize::from(found < 3);
        assert_eq!(status, 200);
    };
    let mut ask = |when: &str| {
        for (who, competent) in [(SQUADS, false), (COMPETENT, true)] {
            let times = time(QUERIES, |i| nearest(i, competent));
            row(&format!("3 nearest, {who} of {SQUADS} eligible, {when}"), &times, reference_ms);
        }
    };
    ask("at rest");
    let (done, batches) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let (mut poster, places) = (served.connect(), Arc::clone(&junctions));
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for nth in 0.. {
                let due = start + Duration::from_millis(1_000 / BATCHES_PER_S * nth as u64);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                if done.load(Ordering::Relaxed) || start.elapsed() > MOVING {
                    break;
                }
                let body = batch(&places, nth);
                batches.lock().unwrap().extend(time(1, |_| assert_eq!(poster.post("/api/v1/positions", &body).0, 202)));
            }
        });
        while batches.lock().unwrap().len() < 30 {
            std::thread::sleep(Duration::from_millis(100));
        }
        ask("moving");
        let took_s = start.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        println!("  {:.0} positions a second meanwhile", (batches.lock().unwrap().len() * BATCH) as f64 / took_s);
    });
    let mut batches = batches.into_inner().unwrap();
    batches.sort_by(f64::total_cmp);
    row(&format!("positions, batch of {BATCH}"), &batches, reference_ms);
    println!("\nresident after all of it                   {:>9.1} MB", served.resident_mb());
    assert!(short * 20 < 4 * QUERIES, "{short} questions were answered with fewer than 3");
    served.stop();
    std::fs::remove_dir_all(&folder).unwrap();
}
