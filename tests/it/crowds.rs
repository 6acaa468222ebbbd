//! Clients that listen and read nothing, and clients that send garbage. `make torture` sends more of them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Instant,
};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpSocket};
use uuid::Uuid;

use crate::{
    app::{PATIENCE, on_both_places, soon},
    program::{Program, run},
    toll::{Toll, times},
};

const SERVE: [&str; 3] = ["serve", "--keyless", "--empty"];
/// Events of 4 KB: more than lies in buffers on the way to a client with a small one.
const EVENTS: usize = 60;

fn report(n: usize) -> Value {
    json!({ "id": Uuid::from_u128(n as u128 + 1), "lng": 112.05, "lat": 27.05, "description": "x".repeat(4_000) })
}

#[test]
fn event_clients_that_read_nothing_cost_little_and_hold_up_nobody() {
    let clients = times("XUNGE_TEST_DEAF", 200);
    on_both_places(async |place| {
        let program = Program::start_after(place, &format!("ulimit -n {}", 3 * clients + 1_000), &SERVE).unwrap();
        let (process, address): (u32, SocketAddr) = (program.child.id(), program.address().parse().unwrap());
        let engine = if place.url.is_some() { "PostgreSQL" } else { "SQLite" };
        let toll = Toll::begin(format!("{clients} event clients read nothing ({engine})"), process);
        let mut deaf = Vec::new();
        for _ in 0..clients {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(4_096).unwrap();
            let mut stream = socket.connect(address).await.unwrap();
            stream.write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            deaf.push(stream);
        }
        let listening = format!("xunge_event_clients {clients}");
        soon(PATIENCE, "all listen", async || program.text("/metrics").1.contains(&listening)).await;
        for n in 0..EVENTS {
            let began = Instant::now();
            assert_eq!(program.post("incidents", &report(n)).unwrap().0, 201);
            assert_eq!(program.text("/healthz").0, 200);
            toll.waited(began.elapsed());
        }
        // Four events wait for each at most, and they are shared; the rest is the program's own, once it has worked.
        let growth_mb = toll.growth_mb(process);
        assert!(growth_mb < 64.0 + clients as f64 / 16.0, "{growth_mb} MB");
        assert_eq!(program.get("incidents?limit=1").1["number_matched"], EVENTS);
        toll.end(&format!("{EVENTS} events"), process);
    });
}

/// What nobody means: sent for a parameter, or as a body.
const GARBAGE: [&str; 14] = [
    "",
    "%00",
    "-1",
    "99999999999999999999",
    "NaN",
    "1e999",
    "%F0%9F%98%80",
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201=1--",
    "{}",
    "[[[[",
    "null",
    "0,0,0,0",
    "2026-02-30T25:61:00Z",
];
const BODIES: [&str; 9] = [
    "",
    "{",
    "null",
    "[]",
    "\"text\"",
    "{\"id\":7}",
    "{\"id\":\"01957a3e-5c00-7000-8000-000000000001\",\"lng\":1e400}",
    "\u{feff}{}",
    "{\"a\":{\"a\":{\"a\":{\"a\":[1,2,3]}}}}",
];

/// A request to an address of the contract with garbage in it, or bytes that are no request at all.
fn garbage(dice: &mut Rng, contract: &Value) -> Vec<u8> {
    if dice.u8(..) < 64 {
        return (0..dice.usize(..2_000)).map(|_| dice.u8(..)).collect();
    }
    let paths = contract["paths"].as_object().unwrap();
    // Streams don't end by themselves.
    let (path, methods) =
        paths.iter().filter(|(path, _)| !path.ends_with("/events")).nth(dice.usize(..paths.len() - 1)).unwrap();
    let mut any = |all: &[&'static str]| all[dice.usize(..all.len())];
    let mut filled = String::new();
    for (n, part) in path.split(['{', '}']).enumerate() {
        filled += if n % 2 == 1 { any(&GARBAGE) } else { part };
    }
    let method = methods.as_object().unwrap().keys().next().unwrap().to_uppercase();
    let query = ["lng", "lat", "limit", "at", "bbox", "colour"].map(|name| format!("{name}={}", any(&GARBAGE)));
    let body = any(&BODIES);
    let head =
        format!("{method} {filled}?{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", query[..2].join("&"));
    format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The status that a request is answered with, if it is one.
fn status(program: &Program, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(program.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It may be refused before it is sent whole.
    let _ = stream.write_all(request).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[test]
fn garbage_is_refused_and_nothing_breaks() {
    let requests = times("XUNGE_TEST_GARBAGE", 400);
    let contract: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    on_both_places(async |place| {
        let program = Program::start_with(place, &SERVE).unwrap();
        let process = program.child.id();
        let engine = if place.url.is_some() { "PostgreSQL" } else { "SQLite" };
        let toll = Toll::begin(format!("garbage for requests ({engine})"), process);
        let mut dice = Rng::with_seed(41);
        for n in 0..requests {
            let (request, began) = (garbage(&mut dice, &contract), Instant::now());
            let told = status(&program, &request);
            toll.waited(began.elapsed());
            assert!(told != Some(500), "request {n}: {}", String::from_utf8_lossy(&request));
            if n % 100 == 0 {
                assert_eq!(program.text("/healthz").0, 200);
            }
        }
        assert_eq!(program.post("incidents", &report(0)).unwrap().0, 201);
        assert!(toll.growth_mb(process) < 256.0);
        toll.end(&format!("{requests} requests"), process);
        drop(program);
        assert!(run(place, &["audit", "verify"]).unwrap().starts_with("whole: "));
    });
}
