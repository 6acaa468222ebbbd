//! The service under clients that say nothing, take nothing, or ask for too much; and what it then logs.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    app::{PATIENCE, on_both_places, soon},
    program::Program,
    toll::{Toll, times},
};

const SERVE: [&str; 3] = ["serve", "--keyless", "--empty"];

#[test]
fn silent_connections_make_room_for_those_that_ask() {
    // 160 files are 64 connections.
    let (silent, files) = (times("XUNGE_TEST_SILENT", 200), times("XUNGE_TEST_FILES", 160));
    on_both_places(async |place| {
        let program = Program::start_after(place, &format!("ulimit -n {files}"), &SERVE).unwrap();
        let engine = if place.url.is_some() { "PostgreSQL" } else { "SQLite" };
        let toll = Toll::begin(format!("silent sockets, `ulimit -n {files}` ({engine})"), program.child.id());
        let healthy = || {
            let began = Instant::now();
            assert_eq!(program.text("/healthz"), (200, "ok\n".to_owned()));
            toll.waited(began.elapsed());
        };
        let first: Vec<_> = (0..silent).map(|_| TcpStream::connect(program.address()).unwrap()).collect();
        healthy();
        // One that has begun to speak is not finished, and no client of ours.
        let mut slow = TcpStream::connect(program.address()).unwrap();
        slow.write_all(b"GET /healthz HT").unwrap();
        let more: Vec<_> = (0..silent).map(|_| TcpStream::connect(program.address()).unwrap()).collect();
        healthy();
        toll.end(&format!("2 × {silent} sockets"), program.child.id());
        drop((first, more));
    });
}

#[test]
fn a_connection_has_to_say_what_it_wants_and_to_take_what_it_gets() {
    on_both_places(async |place| {
        let file = place.folder().join("x.toml");
        fs::write(&file, "[server]\nhead_timeout_s = 1\nidle_timeout_s = 1\nwrite_timeout_s = 1\n").unwrap();
        let args = [&SERVE[..], &["--config", file.to_str().unwrap()]].concat();
        let program = Program::start_with(place, &args).unwrap();
        // Each ends by itself: with an error, or with nothing.
        for begin in ["", "GET /hea", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-", "\r\n\r\n\r\n"] {
            assert!(!program.raw(begin).contains("200 OK"), "{begin:?}");
        }
        let idle = program.raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(idle.starts_with("HTTP/1.1 200 OK"), "{idle}");
        // More than any buffer on the way holds, and nobody who reads it.
        let mut deaf = TcpStream::connect(program.address()).unwrap();
        let ask = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
        deaf.write_all(ask.repeat(40).as_bytes()).unwrap();
        // It is served before it is counted as gone.
        deaf.read_exact(&mut [0]).unwrap();
        let open = || {
            let figures = program.raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let line = figures.lines().find_map(|l| l.strip_prefix("xunge_connections ")).unwrap().to_owned();
            line.parse::<f64>().unwrap()
        };
        soon(PATIENCE, "the deaf client gone", async || open() == 1.0).await;
        let mut rest = Vec::new();
        let whole = deaf.read_to_end(&mut rest).map_or(0, |n| n);
        assert!(whole < 40 * 1_000_000, "{whole} bytes came after all");
    });
}

#[test]
fn events_go_on_however_long_the_client_says_nothing() {
    on_both_places(async |place| {
        let file = place.folder().join("x.toml");
        fs::write(&file, "[server]\nhead_timeout_s = 1\nidle_timeout_s = 1\nwrite_timeout_s = 1\n").unwrap();
        let args = [&SERVE[..], &["--config", file.to_str().unwrap()]].concat();
        let program = Program::start_with(place, &args).unwrap();
        let mut events = program.agent.get(program.url("events")).call().unwrap().into_body().into_reader();
        let mut first = [0; 1];
        events.read_exact(&mut first).unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        let incident = serde_json::json!({ "id": uuid::Uuid::from_u128(1), "lng": 1, "lat": 1 });
        assert_eq!(program.post("incidents", &incident).unwrap().0, 201);
        let mut told = Vec::new();
        while !String::from_utf8_lossy(&told).contains("event: incident") {
            events.read_exact(&mut first).unwrap();
            told.push(first[0]);
        }
        assert!(program.text("/metrics").1.contains("xunge_event_clients 1"));
    });
}

#[test]
fn under_overload_the_log_has_a_line_for_each_kind() {
    on_both_places(async |place| {
        let program = Program::start_with(place, &[&SERVE[..], &["--log-json"]].concat()).unwrap();
        for _ in 0..200 {
            assert_eq!(program.get("squads/nearest?lng=1&lat=1").0, 503, "there are no roads");
        }
        let log = program.ended();
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let answered = lines.iter().filter(|line| line["fields"]["message"] == "answered").count();
        assert!((1..20).contains(&answered), "{answered} lines for 200 answers of one kind");
    });
}

#[test]
fn with_json_every_line_of_the_log_is_json_to_the_last() {
    on_both_places(async |place| {
        let refused = Program::start_with(place, &["serve", "--empty", "--log-json"]).unwrap_err();
        let lines: Vec<Value> = refused.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let last = lines.last().unwrap();
        assert!(last["level"] == "ERROR" && last["fields"]["message"].as_str().unwrap().contains("keys add"), "{last}");
    });
}

#[test]
fn every_figure_says_what_it_is() {
    on_both_places(async |place| {
        let program = Program::start(place);
        program.get("status");
        program.get("squads/nearest?lng=1&lat=1");
        let text = program.text("/metrics").1;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            for word in ["HELP", "TYPE"] {
                assert!(text.contains(&format!("# {word} {family} ")), "no {word} for {family}: {line}");
            }
            let counts = text.contains(&format!("# TYPE {family} counter"));
            assert_eq!(counts, family.ends_with("_total"), "{family}");
        }
        for figure in [
            "xunge_build_info{version=",
            "xunge_http_request_seconds_count{route=\"/api/v1/status\",method=\"GET\",status=\"2xx\"} 1",
            "xunge_data_free_bytes ",
            "xunge_connections 1",
            "process_resident_memory_bytes ",
            "process_open_fds ",
            "process_cpu_seconds_total ",
        ] {
            assert!(text.contains(figure), "{figure} is not in\n{text}");
        }
        let memory = text.lines().find_map(|l| l.strip_prefix("process_resident_memory_bytes ")).unwrap();
        assert!((1e6..1e11).contains(&memory.parse::<f64>().unwrap()), "{memory}");
    });
}

#[test]
fn what_was_left_half_written_goes_at_the_next_start() {
    on_both_places(async |place| {
        let roads = place.folder().join("roads");
        fs::create_dir_all(&roads).unwrap();
        let of = |writer: u32| roads.join(format!("abc.part{writer}"));
        // A number that no process has, and ours.
        let (left, under_way) = (of(u32::MAX), of(std::process::id()));
        fs::write(&left, "half").unwrap();
        fs::write(&under_way, "half").unwrap();
        drop(Program::start(place));
        assert!(!left.exists() && under_way.exists());
    });
}

#[test]
fn a_database_file_that_was_deleted_is_noticed() {
    on_both_places(async |place| {
        if place.url.is_some() {
            return;
        }
        let program = Program::start(place);
        assert!(program.text("/readyz").1.contains("no road network"));
        let toll = Toll::begin("the database file is deleted (SQLite)", program.child.id());
        fs::remove_file(place.folder().join("xunge.sqlite")).unwrap();
        let (status, said) = program.text("/readyz");
        assert!(status == 503 && said.contains("the database file in") && said.contains("is gone"), "{said}");
        assert_eq!(program.get("status").1["ready"], false);
        toll.end_without("1", "what was in it", program.child.id());
    });
}
