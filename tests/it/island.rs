//! Coverage and dispatch on the real island, against one Dijkstra per squad.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use fastrand::Rng;
use jiff::tz::TimeZone;
use xunge::{
    base::{Code, LngLat, Timestamp, name_key},
    domain::{
        areas::{Areas, Level},
        auth::Sight,
        coverage::{Base, Basis, CellIx, Coverage, select},
        dispatch::{Query, nearest},
        disruptions::{Direction, Disruption, Place, Stretch},
        find::{Gazetteer, Ground, Sources, Street, Thing, find, located},
        response::{Definition, NONE_LOST, Response},
        roads::Imported,
        roster::Roster,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
        traffic::Traffic,
    },
    import::{
        Source,
        boundaries::{OsmOptions, from_osm, into_areas},
        export, network, osm,
    },
    kernel::{dijkstra::drive_ms, graph::Position, snap::Snapped, travel::Workspace},
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

/// Up to about two kilometres from a building: in the hills and at sea, too.
fn place(dice: &mut Rng, base: &Base) -> LngLat {
    let near = dice.choice(base.network().buildings.iter()).unwrap();
    LngLat::new(near.lng + 0.06 * dice.f64() - 0.03, near.lat + 0.04 * dice.f64() - 0.02).unwrap()
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
        profile: Profile::Car.into(),
        post,
        status: SquadStatus::Available,
        turnout_s,
        crew: Crew::default(),
        shifts,
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

fn fleet(base: &Base, dice: &mut Rng, n: usize) -> Squads {
    let mut squads = Squads::default();
    for i in 0..n {
        let turnout_s = (120.0 * dice.f64()) as u32;
        squads.put(squad(&format!("S{i:02}"), place(dice, base), turnout_s, Shifts::always()));
    }
    squads
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// All responses to a place by one Dijkstra each, the first to arrive first.
fn oracle(base: &Base, squads: &Squads, target: LngLat) -> Option<Vec<(u64, Code, Response)>> {
    let (n, d, mut ws) = (base.network(), base.definition(), Workspace::default());
    let to = d.access(n.car(), target).ok()?;
    let response = |s: &Arc<Squad>| {
        let from = d.entry(n.car(), s.post).ok()?;
        let by = |(from, to): (&Snapped, &Snapped)| {
            let drive_ms =
                drive_ms(&n.car().graph, &mut ws.search, from.position(), to.position(), d.drive_limit_s * 1_000)?;
            let walk_s = [from, to].iter().map(|p| (p.distance_m / d.walk_m_per_s).ceil() as u32).sum();
            let r = Response { handling_s: d.handling_s, turnout_s: s.turnout_s, drive_ms, walk_s };
            Some((r.total_ms(), s.id.clone(), r))
        };
        from.iter().flat_map(|from| to.iter().map(move |to| (from, to))).filter_map(by).min_by_key(|r| r.0)
    };
    let mut all: Vec<_> = squads.all().filter_map(response).collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    Some(all)
}

#[test]
fn recommendations_on_the_island_equal_one_dijkstra_per_squad() {
    let Some(base) = island() else { return };
    let (mut dice, mut ws) = (Rng::with_seed(1), Workspace::default());
    let (mut answered, mut nowhere) = (0, 0);
    for round in 0..4 {
        let squads = Arc::new(fleet(base, &mut dice, 12));
        let roster = Roster::new(Arc::clone(base.network()), base.definition().clone());
        for _ in 0..12 {
            let target = place(&mut dice, base);
            let zone = TimeZone::UTC;
            let query = Query {
                target,
                k: 3,
                at: noon(),
                zone: &zone,
                case: xunge::domain::officers::Case::default(),
                only_competent: false,
                among: None,
                with_route: true,
                lost: &NONE_LOST,
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
    let (mut dice, zone) = (Rng::with_seed(2), TimeZone::UTC);
    let squads = fleet(base, &mut dice, 8);
    let members = select(base, &mut Workspace::default(), &squads, Basis::Posts, noon(), &zone).members;
    let coverage = Coverage::compute(base, &members, 20).unwrap();
    for _ in 0..60 {
        let ix = (dice.f64() * base.cells().len() as f64) as CellIx;
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

/// Three roads closed cut a quarter off; who stands there is sent there, and nobody is moved across.
#[test]
fn a_closure_that_cuts_the_network_moves_nobody_across_it() {
    let (Some(base), Some(squads)) = (island(), bundled_squads()) else { return };
    let (zone, mut ws) = (TimeZone::get("Europe/Isle_of_Man").unwrap(), Workspace::default());
    let at = "2026-12-02T10:00:00Z".parse().unwrap();
    let stretch = |way, lng, lat| Stretch { way, at: LngLat { lng, lat }, direction: Direction::Both };
    let closed = Disruption {
        id: uuid::Uuid::nil(),
        place: Place::Stretches(vec![
            stretch(25_989_456, -4.5794642, 54.1211059),
            stretch(161_928_030, -4.558395, 54.1203993),
            stretch(38_753_831, -4.5657761, 54.1313776),
        ]),
        speed_factor: 0.0,
        profiles: Profile::ALL.to_vec(),
        from: at,
        until: None,
        reason: "flood".into(),
    };
    let traffic = Traffic::new(Arc::clone(base), Arc::default(), None, Arc::default());
    let scene = traffic.scene(at, &[&closed]);
    let target = LngLat { lng: -4.5659359, lat: 54.1298617 };
    let query = Query {
        target,
        k: 3,
        at,
        zone: &zone,
        case: xunge::domain::officers::Case::default(),
        only_competent: false,
        with_route: false,
        lost: &NONE_LOST,
        slot: None,
        calibration: None,
        among: None,
    };
    let found = nearest(&scene.roster(&Default::default()), &Arc::new(squads), &mut ws, &query);
    let first = &found.squads[0];
    assert_eq!((first.eta_s, first.squad.id.as_str()), (284, "santon"), "{found:?}");
    assert_eq!(found.squads.len(), 1, "nobody else has a way there: {found:?}");
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
    // The rest lies on roads that nothing joins to the others.
    assert!(day.shares.accessible.buildings.share > Some(0.997), "{:?}", day.shares);
    assert_eq!(day.uncovered.count as u32, day.cells.unreachable);
}

/// Drives as another program finds them, from nothing but the exported tables.
struct Reader {
    /// Of each node.
    junction: Vec<u32>,
    /// From each node: to which, on which edge.
    out: Vec<Vec<(u32, u32)>>,
    /// Of each edge that may be driven: milliseconds, millimetres, where a drive that begins on it comes to,
    /// and from which nodes it is entered.
    edges: BTreeMap<u32, (u64, u64, u32, Vec<u32>)>,
}

impl Reader {
    fn read(nodes: &[u8], edges: &[u8]) -> Self {
        let mut reader = Self { junction: Vec::new(), out: Vec::new(), edges: BTreeMap::new() };
        for row in csv::Reader::from_reader(nodes).into_deserialize() {
            let (.., junction): (u32, i64, f64, f64, String, u32) = row.unwrap();
            reader.junction.push(junction);
        }
        reader.out.resize(reader.junction.len(), Vec::new());
        type Row = (u32, u32, u64, f64, String, String, String, u8, u32, u32, u32, String);
        for row in csv::Reader::from_reader(edges).into_deserialize() {
            let (tail, head, ms, length_m, _, ways, _, _, link, edge, begun, line): Row = row.unwrap();
            assert!(edge / 2 == link && !ways.is_empty() && line.matches(',').count() > 0, "{line}");
            reader.out[tail as usize].push((head, edge));
            let mm = (length_m * 1_000.0).round() as u64;
            reader.edges.entry(edge).or_insert((ms, mm, begun, Vec::new())).3.push(tail);
        }
        reader
    }

    /// Milliseconds from the start of an edge to a place on it, in millimetres from its link's tail.
    fn part_ms(&self, edge: u32, offset_mm: u64) -> u64 {
        let (ms, mm, ..) = self.edges[&edge];
        ms * if edge.is_multiple_of(2) { offset_mm } else { mm - offset_mm } / mm
    }

    fn edges_of(&self, link: u32) -> impl Iterator<Item = u32> {
        [2 * link, 2 * link + 1].into_iter().filter(|edge| self.edges.contains_key(edge))
    }

    /// Between places within two links, given by millimetres from their tails.
    fn drive_ms(&self, from: (u32, u64), to: (u32, u64)) -> Option<u64> {
        let mut queue = BinaryHeap::new();
        let begun = self.edges_of(from.0).map(|e| (self.edges[&e].0 - self.part_ms(e, from.1), self.edges[&e].2));
        queue.extend(begun.map(Reverse));
        let mut best: Option<u64> = None;
        for edge in self.edges_of(to.0).filter(|_| from.0 == to.0) {
            let [a, b] = [from.1, to.1].map(|at| self.part_ms(edge, at));
            let ahead = if edge.is_multiple_of(2) { from.1 <= to.1 } else { from.1 >= to.1 };
            best = best.into_iter().chain(ahead.then(|| b - a)).min();
        }
        let mut known = vec![false; self.junction.len()];
        while let Some(Reverse((ms, node))) = queue.pop() {
            if std::mem::replace(&mut known[node as usize], true) {
                continue;
            }
            for edge in self.edges_of(to.0).filter(|edge| self.edges[edge].3.contains(&node)) {
                best = best.into_iter().chain([ms + self.part_ms(edge, to.1)]).min();
            }
            if best.is_some_and(|best| best <= ms) {
                break;
            }
            queue.extend(self.out[node as usize].iter().map(|&(head, edge)| Reverse((ms + self.edges[&edge].0, head))));
        }
        best
    }
}

#[test]
fn another_program_finds_the_same_drives_from_the_exported_tables() {
    let Some(base) = island() else { return };
    let (n, mut ws) = (base.network(), Workspace::default());
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    export::nodes_csv(n, &mut nodes).unwrap();
    export::edges_csv(n, &mut edges).unwrap();
    let reader = Reader::read(&nodes, &edges);
    let g = &n.car().graph;
    assert_eq!(reader.junction.len(), g.nodes(), "every node");
    assert!((0..g.links() as u32).all(|l| g.open(l) == reader.edges_of(l).next().is_some()), "every link for cars");
    let mut dice = Rng::with_seed(41);
    let mut place = || loop {
        let link = (dice.f64() * g.links() as f64) as u32;
        let mm = g.topology.link_mm[link as usize];
        let offset_mm = 1 + (dice.f64() * f64::from(mm)) as u32;
        if g.open(link) && offset_mm < mm {
            return Position { link, offset_mm };
        }
    };
    let mut found = 0;
    for _ in 0..60 {
        let (from, to) = (place(), place());
        let want = drive_ms(g, &mut ws.search, from, to, u32::MAX - 1).map(u64::from);
        let [a, b] = [from, to].map(|at| (at.link, u64::from(at.offset_mm)));
        assert_eq!(reader.drive_ms(a, b), want, "{from:?} {to:?}");
        found += u32::from(want.is_some());
    }
    assert!(found > 45, "{found} of 60 drives were found");
}

#[test]
fn crossings_are_the_junctions_where_links_of_two_names_meet() {
    let Some(base) = island() else { return };
    let network = base.network();
    let (areas, roads) = (Arc::clone(base.areas()), Arc::new(Imported::Ready(Arc::clone(network))));
    let gazetteer = Gazetteer::new(Sources { areas, roads, ..Sources::default() }, None);
    let (zones, squads, incidents) = Default::default();
    let (definition, sight) = (Definition::default(), Sight::default());
    let (gazetteer, at) = (&gazetteer, noon());
    let ground = Ground {
        gazetteer,
        zones: &zones,
        squads: &squads,
        incidents: &incidents,
        definition: &definition,
        at,
        sight: &sight,
    };
    let graph = &network.car().graph;
    let topology = network.topology();
    let listed = |text: u32| topology.names[text as usize].split([';', '；']).map(str::trim).filter(|n| !n.is_empty());
    let is_of = |link: u32, name: &str| {
        let n = link as usize;
        let mut names = graph.name(link).into_iter().chain(listed(topology.link_ref[n])).peekable();
        match names.peek() {
            Some(_) => names.any(|one| name_key(one) == name_key(name)),
            None => listed(topology.link_others[n]).next().is_some_and(|one| name_key(one) == name_key(name)),
        }
    };
    // By coordinates alone, over all links.
    let ends = |name: &str, without: &str| -> BTreeSet<[i64; 2]> {
        let links = (0..graph.links() as u32).filter(|&l| is_of(l, name) && !is_of(l, without));
        let e7 = |p: LngLat| [p.lng, p.lat].map(|deg| (deg * 1e7).round() as i64);
        links.flat_map(|l| [graph.shape(l).next(), graph.shape(l).next_back()]).flatten().map(e7).collect()
    };
    let (mut dice, mut met, mut apart, mut addresses) = (Rng::with_seed(3), 0, 0, 0);
    for _ in 0..200 {
        let a = dice.choice(&gazetteer.streets).unwrap();
        let near = |b: &&Street| a.at.distance_m(b.at) < 250.0 && name_key(&b.name) != name_key(&a.name);
        let around: Vec<&Street> = gazetteer.streets.iter().filter(near).collect();
        let Some(b) = dice.choice(&around) else { continue };
        if [&a.name, &b.name].iter().any(|name| name.contains(['&', '/', '+']) || name.contains(" and ")) {
            continue;
        }
        let [ones, others] = [ends(&a.name, &b.name), ends(&b.name, &a.name)];
        let want: Vec<LngLat> =
            ones.intersection(&others).map(|e7| LngLat { lng: e7[0] as f64 / 1e7, lat: e7[1] as f64 / 1e7 }).collect();
        let name = format!("{} & {}", a.name, b.name);
        let found: Vec<LngLat> = find(&ground, &name, None, 1_000)
            .unwrap()
            .into_iter()
            .filter_map(|one| match one.thing {
                Thing::Crossing(c) if name_key(&c.name) == name_key(&name) => Some(c.at),
                _ => None,
            })
            .collect();
        if let Ok(at) = located(gazetteer, &name) {
            assert_eq!(found, [at], "{name} is an address");
            addresses += 1;
        }
        for at in &found {
            assert!(want.iter().any(|p| p.distance_m(*at) < 0.1), "{name}: no junction at {at}: {want:?}");
        }
        for at in &want {
            assert!(found.iter().any(|p| p.distance_m(*at) <= 60.0), "{name}: {at} is missing: {found:?}");
        }
        if want.is_empty() { apart += 1 } else { met += 1 }
    }
    assert!(met > 20 && apart > 20 && addresses > 20, "{met} {apart} {addresses}");
}
