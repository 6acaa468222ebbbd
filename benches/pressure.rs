//! The bundled county under pressure: how long `/healthz` and the nearest squads take beside 200 readers of the
//! largest layer, 400 rankings of posts, 1,000 isochrones and 640 who ask for the nearest, each held against
//! a bare server of the same framework beside the same load. Bounded; ends by itself in about two minutes.
//! `cargo bench --bench pressure`
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use served::Served;

const STACK_BYTES: usize = 64 * 1024;
const ROUND: Duration = Duration::from_secs(15);
const BETWEEN: Duration = Duration::from_millis(20);
const NOON: &str = "2026-03-02T12:00:00Z";

/// One request on a connection of its own: the status.
fn ask(address: &str, request: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(request.as_bytes())?;
    let (mut head, mut some) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let n = stream.read(&mut some)?;
        if n == 0 {
            break;
        }
        if head.len() < 12 {
            head.extend_from_slice(&some[..n.min(12)]);
        }
    }
    Ok(std::str::from_utf8(&head[9..12]).unwrap().parse().unwrap())
}

fn get(address: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n")
}

/// Milliseconds that a GET takes over one kept connection, until told to stop; sorted.
fn probe(address: &str, path: &str, stop: &AtomicBool) -> Vec<f64> {
    let mut took = Vec::new();
    while !stop.load(Relaxed) {
        let began = Instant::now();
        assert_eq!(ask(address, &get(address, path)).unwrap(), 200, "{path}");
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
        std::thread::sleep(BETWEEN);
    }
    took.sort_by(f64::total_cmp);
    took
}

/// A server that does nothing else, in this process.
fn bare() -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap().to_string()).unwrap();
            let app = axum::Router::new().route("/healthz", axum::routing::get(|| async { "ok" }));
            axum::serve(listener, app).await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// `clients` ask again and again for what `request` says of a number.
fn press(what: &str, served: &Served, bare: &str, clients: usize, request: &(impl Fn(usize) -> String + Sync)) {
    let address = served.address();
    let nearest = format!("/api/v1/squads/nearest?lng=-4.4836&lat=54.1522&k=3&at={NOON}");
    let (stop, told) = (AtomicBool::new(false), Mutex::new([0; 3]));
    let [health, near, none] = std::thread::scope(|scope| {
        for client in 0..clients {
            let (stop, told) = (&stop, &told);
            let load = move || {
                for n in 0.. {
                    if stop.load(Relaxed) {
                        break;
                    }
                    let status = ask(address, &request(client + n * clients)).unwrap_or(0);
                    told.lock().unwrap()[match status {
                        200 => 0,
                        503 => 1,
                        _ => 2,
                    }] += 1;
                }
            };
            std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, load).unwrap();
        }
        let probes = [(address, "/healthz"), (address, nearest.as_str()), (bare, "/healthz")];
        let probes = probes.map(|(to, path)| {
            scope.spawn({
                let stop = &stop;
                move || probe(to, path, stop)
            })
        });
        std::thread::sleep(ROUND);
        stop.store(true, Relaxed);
        probes.map(|probe| probe.join().unwrap())
    });
    let at = |took: &[f64], share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let [good, busy, other] = *told.lock().unwrap();
    println!("{what}: {good} × 200, {busy} × 503, {other} others");
    for (name, took) in [("a bare server", &none), ("/healthz", &health), ("nearest", &near)] {
        let [p50, p99] = [0.5, 0.99].map(|share| at(took, share));
        let [r50, r99] = [0.5, 0.99].map(|share| at(took, share) / at(&none, share));
        println!("  {name:<16} p50 {p50:>8.2} ms ({r50:.2} ×)  p99 {p99:>8.2} ms ({r99:.2} ×)");
    }
}

fn main() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, most).unwrap();
    let folder = std::env::temp_dir().join(format!("xunge-pressure-{}", std::process::id()));
    let served = Served::start(&folder);
    served.rest();
    let (bare, address) = (bare(), served.address());
    press("nobody", &served, &bare, 0, &|_| String::new());
    press("200 readers of roads", &served, &bare, 200, &|_| get(address, "/api/v1/layers/roads"));
    let turn = |n: usize, step: f64| (n as f64 * step).fract();
    let place = move |n: usize| {
        let (lng, lat) = (-4.6 + 0.2 * turn(n, 0.618_033_988_749_894_9), 54.1 + 0.2 * turn(n, 0.754_877_666_246_692_8));
        [("lng", lng), ("lat", lat)]
    };
    let query = move |n: usize| place(n).map(|(name, v)| format!("{name}={v:.6}")).join("&");
    let posts = |n: usize| {
        let places: Vec<_> = (0..50).map(|i| place(50 * n + i).map(|(name, v)| format!("\"{name}\":{v:.6}"))).collect();
        let candidates: Vec<_> = places.iter().map(|place| format!("{{{}}}", place.join(","))).collect();
        let body = format!("{{\"at\":\"{NOON}\",\"candidates\":[{}]}}", candidates.join(","));
        format!(
            "POST /api/v1/coverage/rank-posts HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    press("400 rankings of posts", &served, &bare, 400, &posts);
    let isochrone = |n| get(address, &format!("/api/v1/isochrone?{}&at={NOON}", query(n)));
    press("1,000 isochrones", &served, &bare, 1_000, &isochrone);
    let nearest = |n| get(address, &format!("/api/v1/squads/nearest?{}&at={NOON}", query(n)));
    press("640 who ask for the nearest", &served, &bare, 640, &nearest);
    served.stop();
    std::fs::remove_dir_all(&folder).unwrap();
}
