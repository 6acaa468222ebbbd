//! Areas of the bundled island: import, drawing, index, and look-ups per second.
//!
//! `cargo bench --bench areas`; needs the extract in `geodata/` or beside the project.

use std::{collections::HashMap, hint::black_box, path::PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use osmpbf::{Element, ElementReader};
use xunge::{
    base::LngLat,
    domain::areas::Areas,
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
        draw::{CountyName, GridLimits, Settlement, Weighted, draw},
    },
};

const EXTRACT: &str = "isle_of_man_2020-03-14.osm.pbf";

fn extract() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    ["geodata", "../shared/data"].map(|dir| root.join(dir).join(EXTRACT)).into_iter().find(|p| p.exists())
}

/// Settlements mapped as nodes, and one weight per building.
fn people(path: &PathBuf) -> (Vec<Settlement>, Vec<Weighted>) {
    let (mut settlements, mut weights, mut nodes) = (Vec::new(), Vec::new(), HashMap::new());
    let read = ElementReader::from_path(path).and_then(|reader| {
        reader.for_each(|element| match element {
            Element::DenseNode(n) => {
                let at = LngLat { lng: n.lon(), lat: n.lat() };
                nodes.insert(n.id(), at);
                let tags: HashMap<_, _> = n.tags().collect();
                if matches!(tags.get("place"), Some(&("city" | "town" | "village" | "hamlet"))) {
                    let name = tags.get("name").copied().unwrap_or("?").to_owned();
                    settlements.push(Settlement { name, at, rank: 0 });
                }
            }
            Element::Way(w) if w.tags().any(|(k, _)| k == "building") => {
                weights.extend(w.refs().next().and_then(|id| nodes.get(&id)).map(|&at| (at, 1.0)));
            }
            _ => {}
        })
    });
    read.expect("the extract is whole");
    (settlements, weights)
}

fn areas(c: &mut Criterion) {
    let Some(path) = extract() else { return println!("skipped: no {EXTRACT}") };
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let import = || from_osm(Source::Path(&path), &options).expect("the extract has townships").0;
    let (townships, (settlements, weights)) = (import(), people(&path));
    let county = CountyName {
        code: "990001".into(),
        name: "Isle of Man".into(),
        name_zh: None,
        time_zone: "Europe/Isle_of_Man".into(),
    };
    let draw =
        || draw(&county, &townships, &settlements, &weights, &GridLimits::default()).expect("the island can be drawn");
    let drawn = draw();
    let areas = Areas::new(drawn.clone()).expect("drawn areas are sound");
    let b = areas.get("990001").expect("the county").bbox;

    let mut slow = c.benchmark_group("areas");
    slow.sample_size(10);
    slow.bench_function("import", |bench| bench.iter(import));
    slow.bench_function("draw", |bench| bench.iter(draw));
    slow.bench_function("index", |bench| {
        bench.iter_batched(|| drawn.clone(), Areas::new, criterion::BatchSize::LargeInput)
    });
    slow.finish();

    // The R2 sequence (Roberts 2018) spreads points evenly over the box.
    let spread = (0..1_000_000u32).map(|i| {
        let (u, v) = ((f64::from(i) * 0.754_877_666_2).fract(), (f64::from(i) * 0.569_840_290_998).fract());
        LngLat { lng: b.west + u * (b.east - b.west), lat: b.south + v * (b.north - b.south) }
    });
    let all: Vec<LngLat> = spread.collect();
    let land: Vec<LngLat> = all.iter().copied().filter(|p| areas.locate(*p).grid.is_some()).collect();
    let mut fast = c.benchmark_group("locate");
    for (name, points) in [("box", &all), ("land", &land)] {
        fast.throughput(Throughput::Elements(points.len() as u64));
        fast.bench_function(name, |bench| {
            bench.iter(|| {
                points.iter().for_each(|p| {
                    black_box(areas.locate(*p));
                })
            })
        });
    }
    fast.throughput(Throughput::Elements(10_000));
    fast.bench_function("border", |bench| {
        bench.iter(|| {
            land[..10_000].iter().for_each(|p| {
                black_box(areas.border(*p));
            })
        })
    });
    fast.finish();
}

criterion_group!(benches, areas);
criterion_main!(benches);
