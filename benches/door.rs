//! The write door: incidents reported over 1 and 64 connections, with one command a commit and with commits
//! shared by those that wait. `benches/door/run.sh` runs it on both engines with a disk that takes 3 ms to
//! flush; by itself (`cargo bench --bench door`) it uses SQLite and the disk that is there.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use served::Served;

const RUN: Duration = Duration::from_secs(8);

/// Commands a second that were answered 201, and the median of their milliseconds.
fn load(served: &Served, connections: usize, next: &AtomicU64) -> (f64, f64) {
    let (stop, all) = (AtomicBool::new(false), std::sync::Mutex::new(Vec::new()));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let (mut c, mut took) = (served.connect(), Vec::new());
                while !stop.load(Relaxed) {
                    let n = next.fetch_add(1, Relaxed);
                    let (lng, lat) = (-4.78 + (n % 440) as f64 / 1e3, 54.06 + (n % 330) as f64 / 1e3);
                    let body =
                        format!("{{\"id\":\"00000000-0000-4000-8000-{n:012}\",\"lng\":{lng:.6},\"lat\":{lat:.6}}}");
                    let began = Instant::now();
                    let (status, answer) = c.post("/api/v1/incidents", &body);
                    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
                    took.push(began.elapsed().as_secs_f64() * 1_000.0);
                }
                all.lock().unwrap().append(&mut took);
            });
        }
        std::thread::sleep(RUN);
        stop.store(true, Relaxed);
    });
    let seconds = start.elapsed().as_secs_f64();
    let mut all = all.into_inner().unwrap();
    all.sort_by(f64::total_cmp);
    (all.len() as f64 / seconds, all[all.len() / 2])
}

fn main() {
    let folder = std::env::temp_dir().join(format!("xunge-door-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let next = AtomicU64::new(1);
    let mut rates = Vec::new();
    println!("{:<12} {:>12} {:>14} {:>12}", "connections", "a commit", "commands/s", "median ms");
    for connections in [64, 1] {
        for commands in [1, 256] {
            let settings = folder.join("door.toml");
            std::fs::write(&settings, format!("[store]\ncommands_a_commit = {commands}\n")).unwrap();
            let served = Served::with(&folder.join("data"), &["--config", settings.to_str().unwrap()]);
            let (rate, median_ms) = load(&served, connections, &next);
            println!("{connections:<12} {commands:>12} {rate:>14.0} {median_ms:>12.2}");
            rates.push(rate);
            served.stop();
        }
    }
    println!(
        "shared to one command a commit: 64 connections {:.1} ×, one connection {:.2} ×",
        rates[1] / rates[0],
        rates[3] / rates[2]
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
