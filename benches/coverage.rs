//! Coverage and dispatch on the bundled island: 24 townships, grids drawn by weight, 27 squads.
//!
//! `cargo bench --bench coverage`; needs the extract in `geodata/` or beside the project.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use xunge::{
    base::{Code, LngLat, Timestamp},
    domain::{
        areas::Areas,
        coverage::{Base, Basis, Coverage, Tally, select},
        dispatch::{Query, nearest},
        response::Definition,
        roads::{Network, Place, SpeedTable},
        roster::Roster,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
    },
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
        draw::{CountyName, GridLimits, Settlement, Weighted, draw},
        network, osm,
    },
    kernel::{reach::reach, snap::Snapped, travel::Workspace},
};

const EXTRACT: &str = "isle_of_man_2020-03-14.osm.pbf";

fn extract() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    ["geodata", "../shared/data"].map(|dir| root.join(dir).join(EXTRACT)).into_iter().find(|p| p.exists())
}

fn roads(path: &Path) -> Network {
    let silent = |_: &str, _, _| {};
    let (raw, _) = osm::read(&[Source::Path(path)], &silent).expect("the extract is whole");
    network::build(&raw, SpeedTable::Osrm, &silent).expect("the island has roads").0
}

fn areas(path: &Path, network: &Network) -> Areas {
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let (townships, _) = from_osm(Source::Path(path), &options).expect("the extract has townships");
    let county = CountyName {
        code: "990001".into(),
        name: "Isle of Man".into(),
        name_zh: None,
        time_zone: "Europe/Isle_of_Man".into(),
    };
    let settlement = |p: &Place| Settlement { name: p.name.clone(), at: p.at, rank: 2 };
    let lived_in = |p: &&Place| ["city", "town", "village", "hamlet"].contains(&p.kind.as_str());
    let settlements: Vec<_> = network.places.iter().filter(lived_in).map(settlement).collect();
    let weights: Vec<Weighted> = network.buildings.iter().map(|&at| (at, 1.0)).collect();
    let drawn = draw(&county, &townships, &settlements, &weights, &GridLimits::default()).expect("it can be drawn");
    Areas::new(drawn).expect("drawn areas are sound")
}

/// Posts at every so many buildings.
fn squads(network: &Network, n: usize) -> Squads {
    let mut squads = Squads::default();
    for i in 0..n {
        let id = Code::new(&format!("S{i:03}")).expect("a code");
        squads.put(Squad {
            id: id.clone(),
            name: id.to_string(),
            name_zh: None,
            kind: SquadKind::Stationed,
            unit: id.clone(),
            command_area: id,
            profile: Profile::Car,
            post: network.buildings[i * network.buildings.len() / n],
            status: SquadStatus::Available,
            turnout_s: 60,
            crew: Crew::default(),
            shifts: Shifts::always(),
        });
    }
    squads
}

fn coverage(c: &mut Criterion) {
    let Some(path) = extract() else { return println!("skipped: no {EXTRACT}") };
    let network = Arc::new(roads(&path));
    let areas = Arc::new(areas(&path, &network));
    let (definition, mut ws) = (Definition::default(), Workspace::default());
    let make = || Arc::new(Base::new(&areas, &network, &definition, 9).expect("a base"));
    let base = make();
    println!("{} areas, {} cells, {} accessible", areas.len(), base.cells().len(), base.accessible());
    let squads27 = squads(&network, 27);
    let at: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");

    c.bench_function("base", |b| b.iter(make));
    let from: Vec<_> =
        network.buildings.iter().step_by(97).filter_map(|&p| definition.entry(network.car(), p)).collect();
    let points: Vec<Snapped> = (0..base.cells().len() as u32).filter_map(|ix| base.access_point(ix).copied()).collect();
    let mut next = from.iter().cycle();
    c.bench_function("reach of one squad", |b| {
        b.iter(|| {
            let from = next.next().expect("a cycle");
            reach(&network.car().graph, &mut ws.search, from, &points, definition.drive_limit_ms())
        })
    });
    c.bench_function("select 27 squads, remembered", |b| {
        b.iter(|| select(&base, &mut ws, &squads27, Basis::Posts, at, &TimeZone::UTC))
    });
    let members = select(&base, &mut ws, &squads27, Basis::Posts, at, &TimeZone::UTC).members;
    c.bench_function("compute, 27 squads", |b| b.iter(|| Coverage::compute(&base, &members, 30)));
    let covered = Coverage::compute(&base, &members, 30).expect("coverage");
    let incidents: Vec<LngLat> = network.buildings.to_vec();
    c.bench_function("tally 12,000 points", |b| b.iter(|| base.tally(incidents.iter().copied())));
    let tally = base.tally(incidents.iter().copied());
    c.bench_function("summary", |b| b.iter(|| covered.summary(&tally)));
    c.bench_function("townships", |b| b.iter(|| covered.townships(&Tally::default())));
    c.bench_function("grids", |b| b.iter(|| covered.grids()));
    c.bench_function("cells", |b| b.iter(|| covered.cells()));
    for n in [27, 200] {
        let squads = Arc::new(squads(&network, n));
        let roster = Roster::new(Arc::clone(&network), definition.clone());
        let mut targets = network.buildings.iter().step_by(101).cycle();
        c.bench_function(&format!("3 nearest of {n}"), |b| {
            b.iter(|| {
                let target = *targets.next().expect("a cycle");
                let zone = &TimeZone::UTC;
                let query = Query {
                    target,
                    k: 3,
                    at,
                    zone,
                    only_competent: false,
                    with_route: true,
                    slot: None,
                    calibration: None,
                };
                black_box(nearest(&roster, &squads, &mut ws, &query))
            })
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = coverage
}
criterion_main!(benches);
