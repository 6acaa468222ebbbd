//! Finding on the bundled island, with its points of interest and addresses and without: for texts of every kind the
//! median, and how many times that of the same without. A point in words, the making of the index, its memory. Ends
//! by itself in seconds. `cargo bench --bench find`
#![allow(clippy::unwrap_used)]

use std::{hint::black_box, path::Path, sync::Arc, time::Instant};

use xunge::{
    base::LngLat,
    domain::{
        areas::Areas,
        auth::Sight,
        find::{Gazetteer, Ground, Sources, around, find, in_words},
        incidents::Incidents,
        places::Mapped,
        response::Definition,
        roads::{Imported, SpeedTable},
        squads::Squads,
        zones::Zones,
    },
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
        draw::{CountyName, GridLimits, draw},
        network, osm, places, settled,
    },
};

const EXTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/isle_of_man_2020-03-14.osm.pbf");
const ROUNDS: usize = 101;
const LIMIT: usize = 50;
/// Whole names, beginnings, one letter, words in any order, typing errors, how it sounds, addresses, crossings, numbers,
/// coordinates, and what takes longest.
const TEXTS: [&str; 16] = [
    "Douglas",
    "tesco",
    "the",
    "s",
    "quay north",
    "duoglas",
    "parlaiment stret ramsy",
    "daogelasi",
    "12 parliament street",
    "12 parliment street ramsey",
    "north quay & bridge road",
    "a 18",
    "54.15, -4.48",
    "qqqqqqqq",
    "11 22 33 44 abcdefgh ijklmnop qrstuvwx yzabcdef",
    "abcdefgh ijklmnop qrstuvwx yzabcdef ghijklmn opqrstuv wxyzabcd efghijkl mnopqrst uvwxyzab cdefghij klmnopqr \
     stuvwxyz abcdefgh ijklmnop qrstuvwx yzabcdef ghijklmn opqrstuv wxyza",
];

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Median milliseconds.
fn median_ms<T>(rounds: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut took: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[rounds / 2]
}

fn main() {
    let source = Source::Path(Path::new(EXTRACT));
    let extracts = osm::open(&[source]).unwrap();
    let (raw, _) = osm::read_opened(&extracts, &|_, _, _| {}).unwrap();
    let (network, _) = network::build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    let start = Instant::now();
    let (mapped, _) = places::read_extracts(&extracts, None, &|_, _, _| {}).unwrap();
    let (read_ms, bytes) = (start.elapsed().as_millis(), mapped.to_bytes().unwrap().len());
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let (townships, _) = from_osm(source, &options).unwrap();
    let (code, time_zone) = ("990001".to_owned(), "Europe/Isle_of_Man".to_owned());
    let county = CountyName { code, name: "Isle of Man".to_owned(), name_zh: None, time_zone };
    let (weights, settlements) = (settled::weights(&network), settled::settlements(&network));
    let areas = draw(&county, &townships, &settlements, &weights, &GridLimits::default()).unwrap();
    let (areas, roads) = (Arc::new(Areas::new(areas).unwrap()), Arc::new(Imported::Ready(Arc::new(network))));
    let make = |mapped: Option<Mapped>| {
        let (areas, roads) = (Arc::clone(&areas), Arc::clone(&roads));
        Gazetteer::new(Sources { areas, roads, ..Sources::default() }, mapped)
    };
    let before_mb = resident_mb();
    let with = make(Some(mapped.clone()));
    let with_mb = resident_mb() - before_mb;
    let without = make(None);
    let without_mb = resident_mb() - before_mb - with_mb;
    println!(
        "{} points of interest, {} houses in {bytes} bytes, read in {read_ms} ms",
        with.pois.len(),
        with.houses.all.len()
    );
    let [with_ms, without_ms] = [Some(mapped), None].map(|mapped| median_ms(7, || make(mapped.clone())));
    println!("made in {with_ms:.0} ms, {with_mb:.1} MB; without them in {without_ms:.0} ms, {without_mb:.1} MB");

    let (zones, squads, incidents, sight) =
        (Zones::default(), Squads::default(), Incidents::default(), Sight::default());
    let definition = Definition::default();
    let at = "2026-03-04T12:00:00Z".parse().unwrap();
    let ground = |gazetteer| Ground {
        gazetteer,
        zones: &zones,
        squads: &squads,
        incidents: &incidents,
        definition: &definition,
        at,
        sight: &sight,
    };
    let mut ratios = Vec::new();
    for text in TEXTS {
        let [ms, plain_ms] = [&with, &without]
            .map(|gazetteer| median_ms(ROUNDS, || find(&ground(gazetteer), text, None, LIMIT).unwrap().len()));
        let found = find(&ground(&with), text, None, LIMIT).unwrap().len();
        println!("{ms:8.3} ms  {:5.2} x  {found:3}  {:.60}", ms / plain_ms, text);
        ratios.push((ms / plain_ms, ms));
    }
    let worst_ms = ratios.iter().map(|(_, ms)| *ms).fold(0.0, f64::max);
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("median ratio {:.2}, longest {worst_ms:.2} ms", ratios[ratios.len() / 2].0);

    let mut dice = fastrand::Rng::with_seed(1);
    let points: Vec<LngLat> =
        (0..1_000).map(|_| LngLat { lng: -4.7 + 0.3 * dice.f64(), lat: 54.08 + 0.2 * dice.f64() }).collect();
    let all_ms =
        median_ms(7, || points.iter().map(|at| in_words(&with, *at, &around(&with, *at)).words.len()).sum::<usize>());
    println!("a point in words: {:.1} µs", all_ms);
}
