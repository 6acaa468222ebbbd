//! Who follows the service live, on the bundled county: 200 maps that hold tiles and fetch those anew which the events
//! tell, while cases are reported; and 5,000 clients of events with filters, while cases are reported at a steady
//! rate. Every answer and every event is counted: none too many, none missing. Bounded; ends by itself in two minutes.
//! `cargo bench --bench live [-- maps|listeners]`
#![allow(clippy::unwrap_used)]

#[path = "live/listeners.rs"]
mod listeners;
#[path = "live/maps.rs"]
mod maps;
#[allow(dead_code)]
mod served;

use served::{Connection, Served};

/// Where most of the county's land lies: west, south, east, north.
const COUNTY: [f64; 4] = [-4.70, 54.08, -4.35, 54.36];

/// Places spread over the county by a fixed sequence.
fn place(n: usize) -> [f64; 2] {
    let share = |step: f64| (n as f64 * step).fract();
    let [west, south, east, north] = COUNTY;
    [west + (east - west) * share(0.618_033_988_749_894_9), south + (north - south) * share(0.754_877_666_246_692_8)]
}

/// Reports the `n`th case: the record that it is kept as.
fn report(c: &mut Connection, n: usize, [lng, lat]: [f64; 2]) -> serde_json::Value {
    let matter = ["CG-001", "CG-002"][n % 2];
    let body = format!("{{\"id\":\"{}\",\"lng\":{lng},\"lat\":{lat},\"matter\":\"{matter}\"}}", id(n));
    let (status, body) = c.post("/api/v1/incidents", &body);
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

const IDS: &str = "00000000-0000-4000-8000-";

fn id(n: usize) -> String {
    format!("{IDS}{n:012}")
}

/// Which case a text names first.
fn named(text: &str) -> Option<usize> {
    let at = text.find(IDS)? + IDS.len();
    text.get(at..at + 12)?.parse().ok()
}

fn told(what: &str, mut ms: Vec<f64>) {
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms.get((ms.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!(
        "{what:<44} {:>6} p50 {:>7.1} ms p99 {:>7.1} ms, longest {:>7.1} ms",
        ms.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// As many connections as the machine allows.
fn many_connections() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, most).unwrap();
}

/// Both, or the one that is named.
fn main() {
    many_connections();
    let folder = std::env::temp_dir().join(format!("xunge-live-{}", std::process::id()));
    let named: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    for (name, run) in [("maps", maps::run as fn(&Served)), ("listeners", listeners::run)] {
        if named.is_empty() || named.iter().any(|n| n == name) {
            std::fs::create_dir_all(folder.join(name)).unwrap();
            let served = Served::start(&folder.join(name));
            served.rest();
            run(&served);
            served.stop();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
