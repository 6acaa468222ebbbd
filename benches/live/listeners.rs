//! Clients of events with filters.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::net::TcpStream;

use super::{COUNTY, Served, named, place, report, told};

const LISTENERS: usize = 5_000;
const REPORTS: usize = 100;
const EACH: Duration = Duration::from_millis(300);

/// What a client asks for, and whether a case is that.
struct Filter {
    query: String,
    wants: Box<dyn Fn(&Case) -> bool + Send + Sync>,
}

struct Case {
    at: [f64; 2],
    matter: String,
    township: String,
    sent: Instant,
}

/// Each client another box, the kinds of filters in turn.
fn filter(n: usize, townships: &[String]) -> Filter {
    match n % 5 {
        0 => Filter { query: "layer=incidents".to_owned(), wants: Box::new(|_| true) },
        1 => Filter { query: "layer=squads".to_owned(), wants: Box::new(|_| false) },
        2 => Filter { query: "matter=CG-001".to_owned(), wants: Box::new(|case| case.matter == "CG-001") },
        3 => {
            let township = townships[n % townships.len()].clone();
            Filter { query: format!("area={township}"), wants: Box::new(move |case| case.township == township) }
        }
        _ => {
            let ([west, south], [_, _, east, north]) = (place(n), COUNTY);
            let query = format!("bbox={west},{south},{east},{north}&layer=incidents,zones");
            let wants = move |case: &Case| (west..=east).contains(&case.at[0]) && (south..=north).contains(&case.at[1]);
            Filter { query, wants: Box::new(wants) }
        }
    }
}

#[derive(Default)]
struct Heard {
    begun: AtomicUsize,
    /// Who heard of which case, and when.
    cases: Mutex<Vec<(usize, usize, Instant)>>,
}

/// Reads until the service ends.
async fn listen(client: usize, address: &str, query: &str, heard: &Heard) {
    let stream = TcpStream::connect(address).await.unwrap();
    let ask = format!("GET /api/v1/events?{query} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.writable().await.unwrap();
    assert_eq!(stream.try_write(ask.as_bytes()).unwrap(), ask.len());
    let mut unread = String::new();
    let mut some = [0; 4 * 1024];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut some) {
            Ok(0) => break,
            Ok(n) => unread.push_str(&String::from_utf8_lossy(&some[..n])),
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => break,
        }
        while let Some(end) = unread.find("\n\n") {
            let block: String = unread.drain(..end + 2).collect();
            if block.contains(": following") {
                heard.begun.fetch_add(1, Relaxed);
            } else if block.contains("event: incident\n") {
                heard.cases.lock().unwrap().push((client, named(&block).unwrap(), Instant::now()));
            }
        }
    }
}

fn townships(served: &Served) -> Vec<String> {
    let (_, body) = served.connect().get("/api/v1/layers/townships");
    let all: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let all = all["features"].as_array().unwrap().iter();
    all.map(|f| f["properties"]["code"].as_str().unwrap().to_owned()).collect()
}

fn cases(served: &Served) -> Vec<Case> {
    let mut c = served.connect();
    let mut cases = Vec::new();
    for n in 0..REPORTS {
        let (sent, at) = (Instant::now(), place(n));
        let record = report(&mut c, n, at);
        let text = |name: &str| record[name].as_str().unwrap_or("").to_owned();
        cases.push(Case { at, matter: text("matter"), township: text("township"), sent });
        std::thread::sleep(EACH.saturating_sub(sent.elapsed()));
    }
    cases
}

pub fn run(served: &Served) {
    println!("{:.0} MB resident before", served.resident_mb());
    let townships = townships(served);
    let filters: Vec<Filter> = (0..LISTENERS).map(|n| filter(n, &townships)).collect();
    let heard: &'static Heard = Box::leak(Box::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for (client, filter) in filters.iter().enumerate() {
        let (address, query) = (served.address().to_owned(), filter.query.clone());
        runtime.spawn(async move { listen(client, &address, &query, heard).await });
    }
    while heard.begun.load(Relaxed) < LISTENERS {
        std::thread::sleep(Duration::from_millis(50));
    }
    served.rest();
    println!("{:.0} MB resident with {LISTENERS} listeners", served.resident_mb());
    let cases = cases(served);
    std::thread::sleep(Duration::from_secs(3));
    println!("{:.0} MB resident after {REPORTS} reports, one each {} ms", served.resident_mb(), EACH.as_millis());
    let mut got = std::mem::take(&mut *heard.cases.lock().unwrap());
    let pair = |client: usize| (0..cases.len()).map(move |case| (client, case));
    let wants = |(client, case): &(usize, usize)| (filters[*client].wants)(&cases[*case]);
    let mut want: Vec<(usize, usize)> = (0..LISTENERS).flat_map(pair).filter(wants).collect();
    got.sort_unstable_by_key(|(client, case, _)| (*client, *case));
    want.sort_unstable();
    let pairs: Vec<(usize, usize)> = got.iter().map(|(client, case, _)| (*client, *case)).collect();
    assert_eq!(pairs.len(), want.len(), "events that were heard, and that were wanted");
    assert!(pairs == want, "others were heard than wanted");
    let ms = got.iter().map(|(_, case, at)| at.duration_since(cases[*case].sent).as_secs_f64() * 1_000.0);
    told("from sending a report to hearing of it", ms.collect());
}
