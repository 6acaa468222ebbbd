//! Coverage and dispatch on the bundled island: 24 townships, grids drawn by weight, 27 squads. What
//! changes of coverage cost on Porto, whose extract lies beside the project, if at all.
//!
//! `cargo bench --bench coverage`; needs the extract in `geodata/` or beside the project.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
};

use criterion::{Criterion, criterion_group, criterion_main};
use geo::{MultiPolygon, Rect};
use jiff::tz::TimeZone;
use xunge::{
    base::{BBox, Code, LngLat, Timestamp},
    domain::{
        areas::{Area, Areas, Level},
        coverage::{Base, Basis, Coverage, Member, Placed, Standing, Tally, select},
        dispatch::{Query, nearest},
        response::{Definition, NONE_LOST},
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
    kernel::{
        graph::{Entrance, degrees},
        hierarchy::Targets,
        nearest::Candidate,
        reach::{reach, reach_from, sweep},
        snap::Snapped,
        travel::Workspace,
    },
};

const EXTRACT: &str = "isle_of_man_2020-03-14.osm.pbf";
const PORTO: &str = "porto_portugal.osm.pbf";
/// The Porto cells that peers are measured on, and eleven squads.
const PORTO_CELLS: &str = "../shared/peers/queries/medium/cells_r9.csv";
const PORTO_SQUADS: &str = "../shared/peers/queries/medium/squads11.csv";

fn extract(file: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    ["geodata", "../shared/data"].map(|dir| root.join(dir).join(file)).into_iter().find(|p| p.exists())
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
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        });
    }
    squads
}

fn coverage(c: &mut Criterion) {
    let Some(path) = extract(EXTRACT) else { return println!("skipped: no {EXTRACT}") };
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
        network.buildings.iter().step_by(97).filter_map(|&p| definition.entry(network.car(), p).ok()).collect();
    let points: Vec<Snapped> = (0..base.cells().len() as u32).filter_map(|ix| base.access_point(ix).copied()).collect();
    let mut next = from.iter().cycle();
    c.bench_function("reach of one squad", |b| {
        b.iter(|| {
            let from = next.next().expect("a cycle");
            reach(&network.car().graph, &mut ws.search, &from[0], &points, definition.drive_limit_ms())
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
                    case: xunge::domain::officers::Case::default(),
                    only_competent: false,
                    among: None,
                    with_route: true,
                    lost: &NONE_LOST,
                    slot: None,
                    calibration: None,
                };
                black_box(nearest(&roster, &squads, &mut ws, &query))
            })
        });
    }
}

/// The last two columns of a table: longitude and latitude.
fn places(file: &str) -> Option<Vec<LngLat>> {
    let mut rows = csv::Reader::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).ok()?;
    let place = |row: csv::StringRecord| {
        let at = |i: usize| row[row.len() - i].parse().expect("a number");
        LngLat { lng: at(2), lat: at(1) }
    };
    Some(rows.records().map(|row| place(row.expect("a row"))).collect())
}

/// One township around the places.
fn around(places: &[LngLat]) -> Areas {
    let bbox = BBox::around(places.iter().copied()).expect("some places");
    let rect = Rect::new((bbox.west, bbox.south), (bbox.east, bbox.north));
    let township = Area {
        code: Code::new("1").expect("a code"),
        level: Level::Township,
        name: "everything".into(),
        name_zh: None,
        parent: None,
        bbox,
        geometry: MultiPolygon::new(vec![rect.to_polygon()]),
        derived: None,
        time_zone: None,
        priority: None,
    };
    Areas::new(vec![township]).expect("a rectangle is sound")
}

fn changes(c: &mut Criterion) {
    let (Some(path), Some(cells), Some(posts)) = (extract(PORTO), places(PORTO_CELLS), places(PORTO_SQUADS)) else {
        return println!("skipped: {PORTO}");
    };
    let network = roads(&path);
    let network = Arc::new(network.ordered(&network.order()).expect("its own order"));
    let definition = Definition::default();
    let base = Arc::new(Base::new(&Arc::new(around(&cells)), &network, &definition, 9).expect("a base"));
    println!("Porto: {} nodes, {} accessible cells", network.car().graph.nodes(), base.accessible());
    let entry = |(i, at): (usize, &LngLat)| {
        let ways = definition.entry(network.car(), *at).ok()?;
        let squad = Code::new(&format!("S{i:05}")).expect("a code");
        let (from, extra_s) = (definition.beside_first(&ways).into(), 60 + definition.walk_s(ways[0].distance_m));
        Some((Placed { squad, profile: Profile::Car, from, extra_s }, ways[0]))
    };
    let (placed, nearest): (Vec<Placed>, Vec<Snapped>) = posts.iter().enumerate().filter_map(entry).unzip();
    let from: Vec<Arc<[Entrance]>> = placed.iter().map(|p| Arc::clone(&p.from)).collect();
    let candidate = |(p, &at): (&Placed, &Snapped)| Candidate { at, extra_ms: p.extra_s * 1_000 };
    let sources: Vec<Candidate> = placed.iter().zip(&nearest).map(candidate).collect();
    let doors: Vec<Snapped> = (0..base.cells().len() as u32).filter_map(|ix| base.access_point(ix).copied()).collect();
    let (travel, mut ws) = (network.car().travel(), Workspace::default());
    let (graph, hierarchy) = (travel.graph, travel.hierarchy.expect("it is ordered"));
    let (points, targets) = (travel.points(doors.clone()), Targets::new(hierarchy, graph, &doors));
    let limit_ms = definition.drive_limit_ms();

    c.bench_function("Porto: least times of 11 squads, sweep", |b| {
        b.iter(|| hierarchy.sweep(graph, &mut ws.climbs, &sources, &targets, limit_ms))
    });
    c.bench_function("Porto: least times of 11 squads, search", |b| {
        b.iter(|| sweep(graph, &mut ws.search, &sources, &doors, limit_ms))
    });
    c.bench_function("Porto: coverage by 11 squads, each with its reach, from nothing", |b| {
        b.iter(|| {
            let reaches = travel.reaches(&mut ws, &from, &points, limit_ms);
            let member = |(p, reach): (&Placed, Vec<u32>)| Member {
                squad: p.squad.clone(),
                extra_s: p.extra_s,
                reach: Arc::new(reach),
            };
            let members: Vec<Member> = placed.iter().zip(reaches).map(member).collect();
            Coverage::compute(&base, &members, 30)
        })
    });
    for minutes in [5, 10, 15, 20, 30, 120] {
        let limit_ms = minutes * 60_000;
        let mut next = from.iter().cycle();
        c.bench_function(&format!("Porto: {minutes}-minute reach, search"), |b| {
            b.iter(|| reach_from(graph, &mut ws.search, next.next().expect("a cycle"), &doors, limit_ms))
        });
        c.bench_function(&format!("Porto: {minutes}-minute reach"), |b| {
            b.iter(|| travel.reaches(&mut ws, std::slice::from_ref(next.next().expect("a cycle")), &points, limit_ms))
        });
    }

    let ids: Vec<Code> = placed.iter().map(|p| p.squad.clone()).collect();
    let mut standing = Standing::new(&base, 30).expect("minutes within the limit");
    let mut update = |placed: &[Placed]| standing.update(&mut ws, ids.iter(), placed);
    update(&placed);
    // Each busy squad is free again the next time: two changes, halved.
    let fewer: Vec<Vec<Placed>> = (0..placed.len())
        .map(|busy| placed.iter().filter(|p| p.squad != placed[busy].squad).cloned().collect())
        .collect();
    let mut next = fewer.iter().cycle();
    c.bench_function("Porto: a squad turns busy and free again, of 11", |b| {
        b.iter(|| {
            update(next.next().expect("a cycle"));
            update(&placed);
        })
    });
    // More positions than are remembered.
    let junction = |&e7: &[i32; 2]| degrees(e7);
    let junctions: Vec<LngLat> = network.topology().node_e7.iter().step_by(3).map(junction).collect();
    let anywhere: Vec<Placed> = junctions.iter().enumerate().filter_map(entry).map(|e| e.0).collect();
    let mut next = anywhere.iter().cycle();
    c.bench_function(&format!("Porto: a squad moves, to one of {} places", anywhere.len()), |b| {
        b.iter(|| {
            let mut moved = placed.clone();
            let to = next.next().expect("a cycle");
            moved[0] = Placed { squad: moved[0].squad.clone(), ..to.clone() };
            update(&moved);
        })
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = coverage, changes
}
criterion_main!(benches);
