//! Coverage and dispatch on the real island, against one Dijkstra per squad.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use jiff::tz::TimeZone;
use xunge::{
    base::{Code, LngLat, Timestamp},
    domain::{
        areas::{Areas, Level},
        coverage::{Base, Basis, CellIx, Coverage, select},
        dispatch::{Query, nearest},
        response::{Definition, Response},
        roster::Roster,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
    },
    import::{
        Source,
        boundaries::{OsmOptions, from_osm, into_areas},
        network, osm,
    },
    kernel::{dijkstra::drive_ms, travel::Workspace},
};

const EXTRACT: &str = "isle_of_man_2020-03-14.osm.pbf";

fn file(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = ["geodata", "../shared/data"].map(|dir| root.join(dir).join(name)).into_iter().find(|p| p.exists());
    if found.is_none() {
        println!("skipped: {name}");
    }
    found
}

/// The island's roads and its 24 townships, read once for all tests.
fn island() -> Option<&'static Arc<Base>> {
    static ISLAND: OnceLock<Option<Arc<Base>>> = OnceLock::new();
    let make = || {
        let path = file(EXTRACT)?;
        let silent = |_: &str, _, _| {};
        let (raw, _) = osm::read(&[Source::Path(&path)], &silent).unwrap();
        let (roads, _) = network::build(&raw, xunge::domain::roads::SpeedTable::Osrm, &silent).unwrap();
        let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
        let (townships, _) = from_osm(Source::Path(&path), &options).unwrap();
        let areas = Areas::new(into_areas(townships, Level::Township, &[]).unwrap()).unwrap();
        let base = Base::new(&Arc::new(areas), &Arc::new(roads), &Definition::default(), 9).unwrap();
        Some(Arc::new(base))
    };
    ISLAND.get_or_init(make).as_ref()
}

/// Seeded: the same places everywhere (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Up to about two kilometres from a building: in the hills and at sea, too.
    fn place(&mut self, base: &Base) -> LngLat {
        let buildings = &base.network().buildings;
        let near = buildings[(self.share() * buildings.len() as f64) as usize];
        LngLat::new(near.lng + 0.06 * self.share() - 0.03, near.lat + 0.04 * self.share() - 0.02).unwrap()
    }
}

fn squad(id: &str, post: LngLat, turnout_s: u32, shifts: Shifts) -> Squad {
    let code = Code::new(id).unwrap();
    Squad {
        id: code.clone(),
        name: id.into(),
        name_zh: None,
        kind: SquadKind::Stationed,
        unit: code.clone(),
        command_area: code,
        profile: Profile::Car,
        post,
        status: SquadStatus::Available,
        turnout_s,
        crew: Crew::default(),
        shifts,
    }
}

fn fleet(base: &Base, dice: &mut Dice, n: usize) -> Squads {
    let mut squads = Squads::default();
    for i in 0..n {
        let turnout_s = (120.0 * dice.share()) as u32;
        squads.put(squad(&format!("S{i:02}"), dice.place(base), turnout_s, Shifts::always()));
    }
    squads
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// All responses to a place by one Dijkstra each, the first to arrive first.
fn oracle(base: &Base, squads: &Squads, target: LngLat) -> Option<Vec<(u64, Code, Response)>> {
    let (n, d, mut ws) = (base.network(), base.definition(), Workspace::default());
    let snap = |p| n.car().snap(p);
    let to = snap(target).filter(|s| s.distance_m <= d.access_limit_m)?;
    let response = |s: &Arc<Squad>| {
        let from = snap(s.post)?;
        let drive_ms =
            drive_ms(&n.car().graph, &mut ws.search, from.position(), to.position(), d.drive_limit_s * 1_000)?;
        let walk_s = [from, to].iter().map(|p| (p.distance_m / d.walk_m_per_s).ceil() as u32).sum();
        let r = Response { handling_s: d.handling_s, turnout_s: s.turnout_s, drive_ms, walk_s };
        Some((r.total_ms(), s.id.clone(), r))
    };
    let mut all: Vec<_> = squads.all().filter_map(response).collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    Some(all)
}

#[test]
fn recommendations_on_the_island_equal_one_dijkstra_per_squad() {
    let Some(base) = island() else { return };
    let (mut dice, mut ws) = (Dice(1), Workspace::default());
    let (mut answered, mut nowhere) = (0, 0);
    for round in 0..4 {
        let squads = Arc::new(fleet(base, &mut dice, 12));
        let roster = Roster::new(Arc::clone(base.network()), base.definition().clone());
        for _ in 0..12 {
            let target = dice.place(base);
            let zone = TimeZone::UTC;
            let query = Query {
                target,
                k: 3,
                at: noon(),
                zone: &zone,
                only_competent: false,
                among: None,
                with_route: true,
                slot: None,
                calibration: None,
            };
            let got = nearest(&roster, &squads, &mut ws, &query);
            let want = oracle(base, &squads, target);
            assert_eq!(got.unreachable.is_some(), want.is_none(), "round {round}, {target}");
            let first: Vec<_> = want.iter().flatten().take(3).map(|w| (w.1.clone(), w.2.parts())).collect();
            let ranked: Vec<_> = got.squads.iter().map(|s| (s.squad.id.clone(), s.parts)).collect();
            assert_eq!(ranked, first, "round {round}, {target}");
            for s in &got.squads {
                let line = &s.route.as_ref().unwrap().coordinates;
                let metres: f64 = line.windows(2).map(|w| at(w[0]).distance_m(at(w[1]))).sum();
                assert!((metres - s.distance_m).abs() < 1.0 + 0.001 * metres, "{target}: {metres} {}", s.distance_m);
            }
            answered += usize::from(first.len() == 3);
            nowhere += usize::from(want.is_none());
        }
    }
    assert!(answered > 15 && nowhere > 5, "{answered} answered, {nowhere} without a road");
}

fn at([lng, lat]: [f64; 2]) -> LngLat {
    LngLat { lng, lat }
}

#[test]
fn coverage_of_the_island_equals_one_dijkstra_per_squad() {
    let Some(base) = island() else { return };
    let (mut dice, zone) = (Dice(2), TimeZone::UTC);
    let squads = fleet(base, &mut dice, 8);
    let members = select(base, &mut Workspace::default(), &squads, Basis::Posts, noon(), &zone).members;
    let coverage = Coverage::compute(base, &members, 20).unwrap();
    for _ in 0..60 {
        let ix = (dice.share() * base.cells().len() as f64) as CellIx;
        let want = oracle(base, &squads, base.cell(ix).centre);
        let got = coverage.times(ix);
        assert_eq!(got.is_some(), want.is_some(), "cell {}", base.cell(ix).index);
        let (Some(got), Some(want)) = (got, want) else { continue };
        for (arrival, nth) in [(got.best, want.first()), (got.second, want.get(1))] {
            let squad = arrival.is_somebody().then(|| coverage.squads[arrival.squad as usize].clone());
            assert_eq!(squad, nth.map(|w| w.1.clone()), "cell {}", base.cell(ix).index);
            assert!(nth.is_none_or(|w| w.0 == u64::from(arrival.ms)), "cell {}", base.cell(ix).index);
        }
        assert_eq!(got.depth as usize, want.iter().filter(|w| w.0 <= 20 * 60_000).count());
    }
}

/// The bundled squads, with their shifts.
fn bundled_squads() -> Option<Squads> {
    let mut reader = csv::Reader::from_path(file("squads.csv")?).unwrap();
    let mut squads = Squads::default();
    for row in reader.deserialize() {
        let row: std::collections::BTreeMap<String, String> = row.unwrap();
        let post = LngLat::new(row["lng"].parse().unwrap(), row["lat"].parse().unwrap()).unwrap();
        squads.put(squad(&row["id"], post, row["turnout_s"].parse().unwrap(), row["shifts"].parse().unwrap()));
    }
    Some(squads)
}

#[test]
fn by_day_every_accessible_cell_is_covered_in_30_minutes_and_by_night_some_are_not() {
    let (Some(base), Some(squads)) = (island(), bundled_squads()) else { return };
    let (zone, mut ws) = (TimeZone::get("Europe/Isle_of_Man").unwrap(), Workspace::default());
    let mut at = |time: &str| {
        let chosen = select(base, &mut ws, &squads, Basis::Posts, time.parse().unwrap(), &zone);
        let coverage = Coverage::compute(base, &chosen.members, 30).unwrap();
        let summary = coverage.summary(&base.tally([]));
        println!("{time}: {} squads, {:?}", chosen.members.len(), summary.cells);
        (chosen.members.len(), summary)
    };
    let (day_squads, day) = at("2026-03-04T12:00:00Z");
    let (night_squads, night) = at("2026-03-04T03:00:00Z");
    assert!(day_squads >= 24 && (1..=2).contains(&night_squads), "{day_squads} by day, {night_squads} by night");
    assert_eq!((day.cells.late, night.cells.unreachable), (0, day.cells.unreachable));
    assert!(night.cells.late > 0, "{:?}", night.cells);
    assert_eq!(day.cells.no_access, night.cells.no_access);
    assert!(day.shares.accessible.buildings.share > Some(0.999), "{:?}", day.shares);
    assert_eq!(day.uncovered.count as u32, day.cells.unreachable);
}
