//! How long the road engine takes: `cargo run --release --example measure_roads -- FILE.osm.pbf…`

use std::{
    hint::black_box,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use geo::CoordsIter;
use xunge::{
    base::{LngLat, Result},
    domain::{
        isochrone::Canvas,
        response::Definition,
        roads::{Network, SpeedTable},
        squads::Profile,
    },
    import::{Source, basemap, network, osm},
    kernel::{
        dijkstra::{Workspace, drive_ms},
        graph::{CLOSED, Entrance},
        isochrone::Reached,
        nearest::{Candidate, nearest},
        reach::reach,
        snap::Snapped,
        table::table,
    },
};

fn main() -> Result<()> {
    std::env::args().skip(1).try_for_each(|file| measure(Path::new(&file)))
}

/// The ground of the extract, and its tiles before they are packed.
fn measure_basemap(file: &Path) -> Result<()> {
    let extracts = osm::open(&[Source::Path(file)])?;
    let (ground, _) = once("base map: read", || basemap::read(&extracts, None, &|_, _, _| {}))?;
    let (mut tiles, mut bytes) = (0, 0);
    let count = |_, tile: &[u8]| {
        tiles += usize::from(!tile.is_empty());
        bytes += tile.len();
        Ok(())
    };
    once("base map: tiles", || xunge::domain::basemap::tiles(&ground, count))?;
    println!("  {} things on the ground, {tiles} tiles, {:.1} MB unpacked", ground.len(), bytes as f64 / 1e6);
    Ok(())
}

fn measure(file: &Path) -> Result<()> {
    println!("{}", file.display());
    let silent = |_: &str, _, _| {};
    let (raw, _) = once("read", || osm::read(&[Source::Path(file)], &silent))?;
    let raw_bytes = once("save raw", || raw.to_bytes())?;
    let (built, _) = once("build", || network::build(&raw, SpeedTable::Osrm, &silent))?;
    let bytes = once("save", || built.to_bytes())?;
    let n = &Arc::new(once("load", || Network::from_bytes(&bytes))?);
    let (g, sizes) = (&n.car().graph, [raw_bytes.len(), bytes.len()].map(|b| b as f64 / 1e6));
    println!(
        "  {} nodes, {} links, {} edges; raw {:.1} MB, network {:.1} MB",
        g.nodes(),
        g.links(),
        g.edges(),
        sizes[0],
        sizes[1]
    );

    measure_basemap(file)?;

    let mut seed = 1u64;
    let mut dice = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    // Up to about 200 m from a junction.
    let points: Vec<LngLat> = (0..5000)
        .map(|_| {
            let [lng, lat] = g.topology.node_e7[dice(g.topology.node_e7.len())].map(|v| f64::from(v) / 1e7);
            let [dx, dy] = [0, 1].map(|_| (dice(4001) as f64 - 2000.0) / 1e6);
            LngLat { lng: lng + dx, lat: lat + dy }
        })
        .collect();
    each("snap", &points, |&p| n.car().snap(p));
    let places: Vec<Snapped> = points.iter().filter_map(|&p| n.car().snap(p)).filter(|s| !s.island).collect();
    let mut ws = Workspace::default();
    for squads in [27, 200] {
        let squads: Vec<Candidate> =
            places.iter().rev().take(squads).map(|&at| Candidate { at, extra_ms: 60_000 }).collect();
        let name = format!("3 nearest of {}", squads.len());
        each(&name, &places[..500], |p| nearest(g, &mut ws, p, &squads, 3, false));
        each(&format!("{name} with routes"), &places[..500], |p| nearest(g, &mut ws, p, &squads, 3, true));
    }
    for minutes in [10, 30] {
        each(&format!("reach of {minutes} min, 1 point"), &places[..200], |p| {
            reach(g, &mut ws, p, &places[..1], minutes * 60_000)
        });
        each(&format!("reach of {minutes} min, 2000 points"), &places[..200], |p| {
            reach(g, &mut ws, p, &places[..2000], minutes * 60_000)
        });
    }
    pictures(n, &places[..200])?;
    let pairs: Vec<_> = places.iter().zip(places.iter().rev()).take(200).collect();
    each("one pair", &pairs, |(a, b)| drive_ms(g, &mut ws, a.position(), b.position(), CLOSED - 1));
    Ok(())
}

/// Isochrones, beside the search that they cannot do without.
fn pictures(network: &Arc<Network>, places: &[Snapped]) -> Result<()> {
    const LIMIT_MS: u32 = 30 * 60_000;
    let canvas = once("isochrone canvas", || Canvas::new(network, Profile::Car, &Definition::default()))?;
    let ws = &mut Workspace::default();
    let origin = |p: &Snapped| [Entrance::from(p.position())];
    let bands = |reached: &[Reached], minutes: &[u32]| {
        minutes.iter().map(|m| canvas.outline(reached, m * 60_000)).collect::<Vec<_>>()
    };
    let cells = canvas.reached(ws, &origin(&places[0]), LIMIT_MS);
    let corners: usize = bands(&cells, &[30])[0].coords_count();
    println!("  first picture: resolution {}, {} cells, {corners} corners", canvas.resolution(), cells.len());
    each("bare search of 30 min", places, |p| reach(&network.car().graph, ws, p, &[], LIMIT_MS));
    each("isochrone of 30 min, cells", places, |p| canvas.reached(ws, &origin(p), LIMIT_MS));
    each("isochrone of 30 min, one polygon", places, |p| bands(&canvas.reached(ws, &origin(p), LIMIT_MS), &[30]));
    each("isochrone of 10, 20, 30 min, polygons", places, |p| {
        bands(&canvas.reached(ws, &origin(p), LIMIT_MS), &[10, 20, 30])
    });
    let all: Vec<_> = places.iter().take(100).map(Snapped::position).collect();
    once("table of 100 by 100", || table(&network.car().graph, ws, &all, &all, false));
    once("table of 100 by 100 with lengths", || table(&network.car().graph, ws, &all, &all, true));
    Ok(())
}

fn once<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("  {what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

/// The median and the 99th percentile over all inputs, after one round to warm up.
fn each<I, T>(what: &str, inputs: &[I], mut work: impl FnMut(&I) -> T) {
    let mut round = || -> Vec<Duration> {
        let timed = |input| {
            let start = Instant::now();
            black_box(work(input));
            start.elapsed()
        };
        inputs.iter().map(timed).collect()
    };
    round();
    let mut times = round();
    times.sort();
    let us = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("  {what}: p50 {:.1} µs, p99 {:.1} µs", us(0.5), us(0.99));
}
