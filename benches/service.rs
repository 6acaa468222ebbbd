//! The running service, measured from outside on the bundled county: seeding, start-up, memory, and
//! answers over one keep-alive connection, each beside `/healthz` on the same connection (what HTTP
//! alone costs here). Bounded; stops by itself. `cargo bench --bench service`
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use served::{Served, row, time};

const POINTS: usize = 3_000;
const COVERAGES: usize = 60;
const BATCHES: usize = 30;
const BATCH: usize = 10_000;

/// A point in the county's box, from a fixed sequence (Weyl, golden ratio).
fn point(i: usize) -> (f64, f64) {
    let turn = |i: usize, step: f64| (i as f64 * step).fract();
    (-4.78 + 0.44 * turn(i, 0.618_033_988_749_894_9), 54.06 + 0.33 * turn(i, 0.754_877_666_246_692_8))
}

fn main() {
    let folder = std::env::temp_dir().join(format!("xunge-bench-{}", std::process::id()));
    let seeded = Served::start(&folder);
    println!("seeding the bundled county and start       {:>9.2} s", seeded.ready_after.as_secs_f64());
    seeded.stop();
    let mut starts: Vec<f64> = Vec::new();
    for _ in 0..5 {
        let served = Served::start(&folder);
        starts.push(served.ready_after.as_secs_f64());
        served.stop();
    }
    starts.sort_by(f64::total_cmp);
    println!("start of a seeded folder, median of 5      {:>9.2} s", starts[2]);
    let served = Served::start(&folder);
    println!("resident after start                       {:>9.1} MB", served.resident_mb());

    let mut c = served.connect();
    let health = time(POINTS, |_| assert_eq!(c.get("/healthz").0, 200));
    let reference_ms = health[health.len() / 2];
    println!("\nover HTTP, one keep-alive connection            p50 ms    p99 ms  × /healthz");
    row("/healthz", &health, reference_ms);
    // A Monday at noon: every squad is on shift.
    let noon = "2026-03-02T12:00:00Z";
    let nearest = |i: usize, route: bool| {
        let (lng, lat) = point(i);
        format!("/api/v1/squads/nearest?lng={lng:.6}&lat={lat:.6}&k=3&at={noon}&route={route}")
    };
    let plain = time(POINTS, |i| assert_eq!(c.get(&nearest(i, false)).0, 200));
    row("nearest 3 of 27", &plain, reference_ms);
    row("nearest 3 of 27 with routes", &time(POINTS, |i| assert_eq!(c.get(&nearest(i, true)).0, 200)), reference_ms);
    let advice = |i: usize| {
        let (lng, lat) = point(i);
        format!("/api/v1/squads/recommendation?lng={lng:.6}&lat={lat:.6}&matter=CG-001&k=3&at={noon}")
    };
    let advised = time(POINTS, |i| assert_eq!(c.get(&advice(i)).0, 200));
    row("recommend 3 of 27, what each uncovers, move-up", &advised, reference_ms);
    println!("  that is {:.1} x plain nearest", advised[POINTS / 2] / plain[POINTS / 2]);
    let coverage = |by: &str, i: usize| format!("/api/v1/coverage?minutes={}&at={noon}&by={by}", 5 + i % 50);
    let first = time(1, |_| assert_eq!(c.get(&coverage("cells", 25)).0, 200));
    row("coverage, cells, first: every squad routed", &first, reference_ms);
    for by in ["summary", "townships", "grids", "cells"] {
        let times = time(COVERAGES, |i| assert_eq!(c.get(&coverage(by, i)).0, 200));
        row(&format!("coverage, {by}, squads known"), &times, reference_ms);
    }
    let points: Vec<String> =
        (0..BATCH).map(point).map(|(lng, lat)| format!("{{\"lng\":{lng:.6},\"lat\":{lat:.6}}}")).collect();
    let body = format!("{{\"points\":[{}]}}", points.join(","));
    let located = time(BATCHES, |_| assert_eq!(c.post("/api/v1/locate", &body).0, 200));
    row("locate, batch of 10,000", &located, reference_ms);
    println!("  that is {:.0} points a second", BATCH as f64 / located[BATCHES / 2] * 1_000.0);
    let reports = time(300, |i| {
        let (lng, lat) = point(i);
        let body = format!("{{\"id\":\"00000000-0000-4000-8000-{i:012}\",\"lng\":{lng:.6},\"lat\":{lat:.6}}}");
        assert_eq!(c.post("/api/v1/incidents", &body).0, 201);
    });
    row("report an incident (durable)", &reports, reference_ms);
    println!("\nresident after all of it                   {:>9.1} MB", served.resident_mb());
    served.stop();
    std::fs::remove_dir_all(&folder).unwrap();
}
