//! Maps that hold tiles and follow where they change.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use xunge::kernel::tile::{Tile, world};

use super::{Connection, Served, named, place, report, told};

const MAPS: usize = 200;
const REPORTS: usize = 100;
const EACH: Duration = Duration::from_millis(300);
const STACK_BYTES: usize = 128 * 1024;
const LAYERS: [&str; 2] = ["incidents", "zones"];

/// What all of them saw.
#[derive(Default)]
struct Seen {
    /// Of each fresh tile, the case that it shows newly and when it was there.
    fresh: Mutex<Vec<(usize, Instant)>>,
    /// Fetched although it was as before.
    needless: AtomicUsize,
    /// Otherwise than the map has it, though nothing told so.
    untold: AtomicUsize,
    over: AtomicBool,
}

/// A view of three by three tiles, and the tag that each came with.
struct Map {
    tiles: Vec<(&'static str, Tile, String)>,
    connection: Connection,
}

impl Map {
    /// Two in three are zoomed in.
    fn open(served: &Served, n: usize) -> Self {
        let zoom = [12, 14, 13][n % 3];
        let [lng, lat] = place(n * 7 + 3);
        let (_, x, y) = Tile::holding(zoom, world(xunge::base::LngLat { lng, lat })).unwrap().zxy();
        let around = (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| Tile::new(zoom, x, y).unwrap()));
        let around: Vec<Tile> = around.collect();
        let of = |layer: &'static str| around.iter().map(move |tile| (layer, *tile, String::new()));
        let mut map = Self { tiles: LAYERS.into_iter().flat_map(of).collect(), connection: served.connect() };
        (0..map.tiles.len()).for_each(|ix| assert!(map.is_new(ix)));
        map
    }

    /// Fetches a tile: whether it is otherwise than before.
    fn is_new(&mut self, ix: usize) -> bool {
        let (layer, tile, tag) = &mut self.tiles[ix];
        let (z, x, y) = tile.zxy();
        let got = self.connection.get_tagged(&format!("/api/v1/tiles/{layer}/{z}/{x}/{y}"), tag);
        let is_new = got != *tag;
        *tag = got;
        is_new
    }

    /// Which of its tiles an event means.
    fn told(&self, event: &Value) -> Vec<usize> {
        let layers = event["layers"].as_array().unwrap();
        let means = |(layer, tile, _): &(&str, Tile, String)| {
            layers.iter().filter(|told| told["layer"] == *layer).any(|told| match told["bbox"].as_array() {
                Some(b) => {
                    let b: Vec<f64> = b.iter().map(|v| v.as_f64().unwrap()).collect();
                    let bbox = tile.bbox();
                    b[0] <= bbox.east && bbox.west <= b[2] && b[1] <= bbox.north && bbox.south <= b[3]
                }
                None => true,
            })
        };
        (0..self.tiles.len()).filter(|ix| means(&self.tiles[*ix])).collect()
    }

    /// Follows the events until it is over.
    fn follow(mut self, events: &mut BufReader<TcpStream>, seen: &Seen) {
        let (mut line, mut fresh) = (String::new(), Vec::new());
        while !seen.over.load(Relaxed) {
            line.clear();
            // The time is up where nothing came.
            if events.read_line(&mut line).is_err() {
                continue;
            }
            if let Some(case) = named(&line) {
                // The change itself comes behind where it shows.
                seen.fresh.lock().unwrap().extend(fresh.drain(..).map(|at| (case, at)));
            }
            let Some(event) = line.strip_prefix("data: ").filter(|data| data.contains("\"kind\":\"tiles\"")) else {
                continue;
            };
            for ix in self.told(&serde_json::from_str(event).unwrap()) {
                if self.is_new(ix) {
                    fresh.push(Instant::now());
                } else {
                    seen.needless.fetch_add(1, Relaxed);
                }
            }
        }
        let untold = (0..self.tiles.len()).filter(|ix| self.is_new(*ix)).count();
        seen.untold.fetch_add(untold, Relaxed);
    }
}

fn events(served: &Served) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(served.address()).unwrap();
    let ask = format!("GET /api/v1/events?tiles=true HTTP/1.1\r\nhost: {}\r\n\r\n", served.address());
    stream.write_all(ask.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut events = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains("following") {
        line.clear();
        events.read_line(&mut line).unwrap();
    }
    events
}

pub fn run(served: &Served) {
    let (seen, begun, mut sent) = (Seen::default(), AtomicUsize::new(0), Vec::new());
    std::thread::scope(|scope| {
        let (begun, seen, sent) = (&begun, &seen, &mut sent);
        for n in 0..MAPS {
            let follow = move || {
                // From then on nothing is missed.
                let mut events = events(served);
                let map = Map::open(served, n);
                begun.fetch_add(1, Relaxed);
                map.follow(&mut events, seen);
            };
            std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, follow).unwrap();
        }
        while begun.load(Relaxed) < MAPS {
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut c = served.connect();
        for n in 0..REPORTS {
            let at = Instant::now();
            report(&mut c, n, place(n));
            sent.push(at);
            std::thread::sleep(EACH.saturating_sub(at.elapsed()));
        }
        std::thread::sleep(Duration::from_secs(2));
        seen.over.store(true, Relaxed);
    });
    let fresh = seen.fresh.into_inner().unwrap();
    let mut last: BTreeMap<usize, Instant> = BTreeMap::new();
    fresh.iter().for_each(|(case, at)| {
        let last = last.entry(*case).or_insert(*at);
        *last = (*last).max(*at);
    });
    let ms = |case: &usize, at: &Instant| at.duration_since(sent[*case]).as_secs_f64() * 1_000.0;
    println!("{MAPS} maps with 18 tiles each, {REPORTS} reports; from sending it to");
    told("each fresh tile", fresh.iter().map(|(case, at)| ms(case, at)).collect());
    told("the last map's fresh tile", last.iter().map(|(case, at)| ms(case, at)).collect());
    let (needless, untold) = (seen.needless.into_inner(), seen.untold.into_inner());
    println!("fetched though as before: {needless}; otherwise though not told: {untold}");
    assert_eq!((needless, untold), (0, 0));
    println!("{:.0} MB resident", served.resident_mb());
}
