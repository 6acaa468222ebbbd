//! The running service, measured from outside on the bundled county: seeding, start-up, memory, and
//! answers over one keep-alive connection, each beside `/healthz` on the same connection (what HTTP
//! alone costs here). Bounded; stops by itself. `cargo bench --bench service`
#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const POINTS: usize = 3_000;
const COVERAGES: usize = 60;
const BATCHES: usize = 30;
const BATCH: usize = 10_000;

/// A served data folder.
struct Served {
    process: Child,
    address: String,
    ready_after: Duration,
}

impl Served {
    fn start(folder: &std::path::Path) -> Self {
        let start = Instant::now();
        let mut process = Command::new(env!("CARGO_BIN_EXE_xunge"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the service ended before it said where it is");
        }
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let mut served = Self { process, address, ready_after: Duration::ZERO };
        let (status, _) = served.connect().get("/readyz");
        assert_eq!(status, 200);
        served.ready_after = start.elapsed();
        served
    }

    fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { host: self.address.clone(), out: stream.try_clone().unwrap(), back: BufReader::new(stream) }
    }

    fn resident_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    fn stop(mut self) {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap();
    }
}

/// HTTP/1.1 over one connection; the service answers with a length unless it is asked to compress.
struct Connection {
    host: String,
    out: TcpStream,
    back: BufReader<TcpStream>,
}

impl Connection {
    fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.exchange(head.as_bytes())
    }

    fn post(&mut self, path: &str, body: &str) -> (u16, Vec<u8>) {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.exchange(head.as_bytes())
    }

    fn exchange(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.out.write_all(request).unwrap();
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            self.back.read_line(&mut line).unwrap();
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = rest.trim().parse().unwrap();
            } else if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.back.read_exact(&mut body).unwrap();
        (status, body)
    }
}

/// Milliseconds of each call.
fn time(n: usize, mut call: impl FnMut(usize)) -> Vec<f64> {
    let mut all: Vec<f64> = (0..n)
        .map(|i| {
            let start = Instant::now();
            call(i);
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

fn row(name: &str, sorted: &[f64], reference_ms: f64) {
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    println!("{name:<44} {:>9.3} {:>9.3} {:>9.1}", at(0.5), at(0.99), at(0.5) / reference_ms);
}

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
    row("nearest 3 of 27", &time(POINTS, |i| assert_eq!(c.get(&nearest(i, false)).0, 200)), reference_ms);
    row("nearest 3 of 27 with routes", &time(POINTS, |i| assert_eq!(c.get(&nearest(i, true)).0, 200)), reference_ms);
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
