//! Reports beside other work: while road after road is closed on a made-up network of 300,000 junctions, while 500
//! clients read 30,000 changes anew, and while eight ask again and again for the newest of 300,000 incidents in
//! a box. Each in turns with reports alone, one connection. And the memory that 5,000 clients of events hold which read
//! nothing of 2,000 reports. Bounded; ends by itself in about six minutes.
//! `cargo bench --bench beside [-- closures|replays|lists|silent]`
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use served::{Connection, Served, xunge};

const JUNCTIONS: &str = "300000";
const CHANGES: u64 = 30_000;
const CLIENTS: usize = 500;
const INCIDENTS: u64 = 300_000;
const READERS: usize = 8;
const SILENT: usize = 5_000;
const UNREAD: usize = 2_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(6);
/// Connections that write what is read anew.
const WRITERS: u64 = 64;
const STACK_BYTES: usize = 64 * 1024;

/// Ids of what is sent, each once.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn id() -> String {
    format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Relaxed))
}

fn report(c: &mut Connection, [lng, lat]: [f64; 2]) {
    let body = format!("{{\"id\":\"{}\",\"lng\":{lng},\"lat\":{lat}}}", id());
    assert_eq!(c.post("/api/v1/incidents", &body).0, 201);
}

/// Places on roads: the posts of the squads.
fn places(served: &Served) -> Vec<[f64; 2]> {
    let (_, body) = served.connect().get("/api/v1/squads?limit=1000");
    let list: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let posts = list["squads"].as_array().unwrap().iter().map(|squad| &squad["post"]);
    posts.map(|post| [post["lng"].as_f64().unwrap(), post["lat"].as_f64().unwrap()]).collect()
}

/// Milliseconds of reports over one connection, sorted.
fn reports(served: &Served, places: &[[f64; 2]]) -> Vec<f64> {
    let (mut c, mut took, start) = (served.connect(), Vec::new(), Instant::now());
    while start.elapsed() < ROUND {
        let began = Instant::now();
        report(&mut c, places[took.len() % places.len()]);
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    took
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// Reports alone and beside `work`, in turns; `work` does something until it is told to stop, and says
/// how often.
fn in_turns(what: &str, served: &Served, places: &[[f64; 2]], work: impl Fn(&AtomicBool, &AtomicUsize) + Sync) {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let alone = reports(served, places);
        let (stop, begun) = (AtomicBool::new(false), AtomicUsize::new(0));
        let beside = std::thread::scope(|scope| {
            scope.spawn(|| work(&stop, &begun));
            while begun.load(Relaxed) == 0 {
                std::thread::sleep(Duration::from_millis(10));
            }
            let beside = reports(served, places);
            stop.store(true, Relaxed);
            beside
        });
        let pair = |share| format!("{:.2}, {:.2}", at(&alone, share), at(&beside, share));
        println!("{what:<28} p50 {:<14} p95 {:<14} most {:<14}", pair(0.5), pair(0.95), pair(1.0));
        ratios.push(at(&beside, 0.5) / at(&alone, 0.5));
    }
    ratios.sort_by(f64::total_cmp);
    println!("{what}: {:.2} × alone (p50, median of {ROUNDS} rounds)", at(&ratios, 0.5));
}

/// Closes road after road, each in force for all when it is answered.
fn close_roads(served: &Served, places: &[[f64; 2]], stop: &AtomicBool, begun: &AtomicUsize) {
    let mut c = served.connect();
    let mut took = Vec::new();
    while !stop.load(Relaxed) {
        let [lng, lat] = places[begun.fetch_add(1, Relaxed) % places.len()];
        let (id, place) = (id(), format!("{{\"at\":{{\"lng\":{lng},\"lat\":{lat}}}}}"));
        let began = Instant::now();
        let (status, answer) = c.post(
            "/api/v1/roads/disruptions",
            &format!("{{\"id\":\"{id}\",\"place\":{place},\"reason\":\"measured\"}}"),
        );
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    println!("{:<28} {} closed, median {:.0} ms", "", took.len(), at(&took, 0.5));
}

/// Reads all changes from the beginning until it is told to stop.
fn replay(address: &str, stop: &AtomicBool, begun: &AtomicUsize, bytes: &AtomicU64) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    stream.write_all(format!("GET /api/v1/events?since=0 HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).unwrap();
    let mut some = [0; 16 * 1024];
    while !stop.load(Relaxed) {
        match stream.read(&mut some) {
            Ok(0) => panic!("the events ended"),
            Ok(n) => {
                if bytes.fetch_add(n as u64, Relaxed) == 0 {
                    begun.fetch_add(1, Relaxed);
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(e) => panic!("{e}"),
        }
    }
}

fn beside_closures(folder: &Path) {
    xunge(folder, &["demo", "roads", "--nodes", JUNCTIONS]);
    let served = Served::start(folder);
    served.rest();
    let places = places(&served);
    in_turns("beside closures", &served, &places, |stop, begun| close_roads(&served, &places, stop, begun));
    served.stop();
}

fn beside_replays(folder: &Path) {
    let served = Served::start(folder);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let served = &served;
            scope.spawn(move || {
                let mut c = served.connect();
                (writer..CHANGES).step_by(WRITERS as usize).for_each(|_| report(&mut c, [-4.5, 54.2]));
            });
        }
    });
    served.stop();
    // Anew, so that nothing of it is at hand.
    let served = Served::start(folder);
    served.rest();
    in_turns("beside replays", &served, &[[-4.5, 54.2]], |stop, begun| {
        let bytes = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                let read = || replay(served.address(), stop, begun, &bytes);
                std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, read).unwrap();
            }
        });
        println!("{:<28} {} MB read", "", bytes.load(Relaxed) >> 20);
    });
    served.stop();
}

/// Incidents over the bundled county and the past year; every hundredth is open.
fn many_incidents(folder: &Path) -> std::path::PathBuf {
    use std::fmt::Write;
    let mut table = String::from("external_id,lng,lat,reported_at,status\n");
    for n in 0..INCIDENTS {
        let turn = |step: f64| (n as f64 * step).fract();
        let (lng, lat) = (-4.78 + 0.44 * turn(0.618_033_988_749_894_9), 54.06 + 0.33 * turn(0.754_877_666_246_692_8));
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs((n * 31_000_000 / INCIDENTS) as i64);
        let status = if n % 100 == 0 { "reported" } else { "closed" };
        writeln!(table, "{n},{lng:.6},{lat:.6},{at:.0},{status}").unwrap();
    }
    let path = folder.join("incidents.csv");
    std::fs::write(&path, table).unwrap();
    path
}

/// Asks for the newest one in half of the county, until it is told to stop.
fn list(served: &Served, stop: &AtomicBool, begun: &AtomicUsize, took: &Mutex<Vec<f64>>) {
    let mut c = served.connect();
    while !stop.load(Relaxed) {
        let start = Instant::now();
        assert_eq!(c.get("/api/v1/incidents?bbox=-4.78,54.06,-4.56,54.39&limit=1").0, 200);
        took.lock().unwrap().push(start.elapsed().as_secs_f64() * 1_000.0);
        begun.fetch_add(1, Relaxed);
    }
}

fn beside_lists(folder: &Path) {
    Served::start(folder).stop();
    xunge(folder, &["import", "incidents", many_incidents(folder).to_str().unwrap(), "--outside"]);
    let served = Served::start(folder);
    served.rest();
    println!("{INCIDENTS} incidents: {:.0} MB resident", served.resident_mb());
    in_turns("beside lists", &served, &[[-4.5, 54.2]], |stop, begun| {
        let took = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..READERS {
                scope.spawn(|| list(&served, stop, begun, &took));
            }
        });
        let mut took = took.into_inner().unwrap();
        took.sort_by(f64::total_cmp);
        println!("{:<28} {} lists, median {:.1} ms", "", took.len(), at(&took, 0.5));
    });
    served.stop();
}

/// Clients that follow the events and read none of them.
fn beside_silent(folder: &Path) {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, most).unwrap();
    let served = Served::start(folder);
    served.rest();
    let mb = |what: &str| println!("{what:<28} {:.0} MB resident", served.resident_mb());
    mb("before");
    let follow = |_| {
        let mut stream = TcpStream::connect(served.address()).unwrap();
        stream
            .write_all(format!("GET /api/v1/events HTTP/1.1\r\nhost: {}\r\n\r\n", served.address()).as_bytes())
            .unwrap();
        stream
    };
    let silent: Vec<TcpStream> = (0..SILENT).map(follow).collect();
    served.rest();
    mb(&format!("{SILENT} clients"));
    let (mut c, start) = (served.connect(), Instant::now());
    let mut most: f64 = 0.0;
    for n in 0..UNREAD {
        report(&mut c, [-4.5, 54.2]);
        if n % 50 == 0 {
            most = most.max(served.resident_mb());
        }
    }
    served.rest();
    println!("{UNREAD} reports in {:.1} s, {most:.0} MB at most", start.elapsed().as_secs_f64());
    mb("when told");
    drop(silent);
    served.rest();
    mb("when they are gone");
    served.stop();
}

/// All four, or those that are named: `closures`, `replays`, `lists`, `silent`.
fn main() {
    let folder = std::env::temp_dir().join(format!("xunge-beside-{}", std::process::id()));
    println!("reports over one connection, ms: alone, beside");
    let named: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    for (name, run) in [
        ("closures", beside_closures as fn(&Path)),
        ("replays", beside_replays),
        ("lists", beside_lists),
        ("silent", beside_silent),
    ] {
        if named.is_empty() || named.iter().any(|n| n == name) {
            std::fs::create_dir_all(folder.join(name)).unwrap();
            run(&folder.join(name));
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
