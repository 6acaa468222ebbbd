//! Real extracts: against the oracles, against OSRM, and as a whole.

use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
    time::Instant,
};

use fastrand::Rng;

use super::*;
use crate::{
    base::LngLat,
    domain::response::Definition,
    import::{Source, osm},
    kernel::{
        dijkstra::{Workspace, drive_ms, route},
        drawn::Draws,
        entrance::{Heading, Limits},
        graph::{
            Entrance, Graph, Position,
            turns::{Turn, oracle::Edges},
        },
        hierarchy::{Climbs, Hierarchy, Targets},
        nearest::{Candidate, Hit, Query, Starts, nearest, nearest_eligible},
        reach::reach,
        snap::Snapped,
        travel,
    },
};

fn project(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn data(file: &str) -> Option<PathBuf> {
    let path = project("../shared").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {file}");
    None
}

/// The bundled extract, or one at hand.
pub(super) fn extract(file: &str) -> Option<Network> {
    read(file).map(|(_, network)| network)
}

/// With what it was built from.
pub(super) fn read(file: &str) -> Option<(RawRoads, Network)> {
    let bundled = project("geodata").join(file);
    let path = if bundled.exists() { bundled } else { data(&format!("data/{file}"))? };
    let start = Instant::now();
    let (raw, read) = osm::read(&[Source::Path(&path)], &|_, _, _| {}).unwrap();
    println!("{file}: read in {:?}: {read:?}", start.elapsed());
    let start = Instant::now();
    let (network, built) = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    println!("{file}: built in {:?}: {built:?}", start.elapsed());
    Some((raw, network))
}

/// A random place near the network's nodes.
fn somewhere(dice: &mut Rng, n: &Roads) -> Option<Snapped> {
    let [lng, lat] = n.graph.topology.node_e7[dice.usize(..n.graph.topology.node_e7.len())];
    let jitter = |dice: &mut Rng| (dice.usize(..8001) as f64 - 4000.0) / 1e6;
    let point = LngLat { lng: f64::from(lng) / 1e7 + jitter(dice), lat: f64::from(lat) / 1e7 + jitter(dice) };
    n.snap(point)
}

/// k nearest with routes against one whole forward search per candidate, and some of those against
/// single drives.
fn equals_oracle(n: &Roads, squads: usize, queries: usize) {
    let (mut dice, mut ws) = (Rng::with_seed(7), Workspace::default());
    let g = &n.graph;
    let mut places =
        |count| -> Vec<Snapped> { std::iter::repeat_with(|| somewhere(&mut dice, n)).flatten().take(count).collect() };
    let targets = places(queries);
    let extra_ms = |i: usize| 60_000 + (i as u32 % 5) * 30_000;
    let candidates: Vec<Candidate> =
        places(squads).into_iter().enumerate().map(|(i, at)| Candidate { at, extra_ms: extra_ms(i) }).collect();
    let times: Vec<Vec<u32>> = candidates.iter().map(|c| reach(g, &mut ws, &c.at, &targets, CLOSED - 1)).collect();
    for (q, target) in targets.iter().enumerate() {
        let found = nearest(g, &mut ws, target, &candidates, 3, true);
        let reached = (0..squads).filter(|&i| times[i][q] != CLOSED);
        let mut all: Vec<(u64, usize)> =
            reached.map(|i| (u64::from(times[i][q]) + u64::from(extra_ms(i)), i)).collect();
        all.sort_unstable();
        all.truncate(3);
        let hits: Vec<(u64, usize)> = found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect();
        assert_eq!(hits, all, "query {q}: {target:?}");
        for hit in &found.hits {
            let route = hit.route.as_ref().unwrap();
            assert_eq!(route.segments.iter().map(|s| s.ms).sum::<u32>(), hit.drive_ms, "query {q}: {target:?}");
        }
        let (i, at) = (q % squads, candidates[q % squads].at.position());
        let limit_ms = if q % 2 == 0 { CLOSED - 1 } else { 300_000 };
        let want = Some(times[i][q]).filter(|&ms| ms <= limit_ms);
        assert_eq!(drive_ms(g, &mut ws, at, target.position(), limit_ms), want, "query {q}: {at:?} to {target:?}");
    }
}

#[test]
fn the_island_is_read_built_and_searched_exactly() {
    let Some(n) = extract("isle_of_man_2020-03-14.osm.pbf") else { return };
    let g = &n.car().graph;
    assert!((12_000..12_500).contains(&n.buildings.len()), "{}", n.buildings.len());
    assert_eq!(n.places.len(), 105);
    let main = (0..g.links() as u32).filter(|&l| g.on_main(l)).count();
    let open = (0..g.links() as u32).filter(|&l| g.open(l)).count();
    assert!(main * 100 > open * 95, "{main} of {open} links");
    equals_oracle(n.car(), 27, 500);

    let bytes = n.to_bytes().unwrap();
    let start = Instant::now();
    let again = Network::from_bytes(&bytes).unwrap();
    println!("loaded {} bytes in {:?}", bytes.len(), start.elapsed());
    assert_eq!((&again.hash, &again.car().graph.topology), (&n.hash, &g.topology));

    let douglas = n.places.iter().find(|p| p.name == "Douglas").unwrap();
    let at = n.car().snap(douglas.at).unwrap();
    let bbox = crate::base::BBox::around([at.point]).unwrap();
    assert!(n.links_in_bbox(&bbox, &[]).any(|link| link == at.link), "{at:?}");
}

#[test]
fn porto_agrees_with_osrm_and_with_the_oracle() {
    let Some(pairs) = data("peers/queries/medium/osrm_ch_pairs300.csv") else { return };
    let Some(n) = extract("porto_portugal.osm.pbf") else { return };
    equals_oracle(n.car(), 40, 150);
    agrees_with_osrm("porto_portugal", &n, csv::Reader::from_path(pairs).unwrap());
}

/// Networks that no speed was chosen by. Answers of OSRM as `tests/data/osrm/README.md` tells.
#[test]
fn other_networks_agree_with_osrm() {
    for name in ["isle_of_man_2020-03-14", "andorra_2026-04", "liechtenstein"] {
        let answers = project(&format!("tests/data/osrm/{name}.csv"));
        let answers = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(answers).unwrap();
        if let Some(n) = extract(&format!("{name}.osm.pbf")) {
            agrees_with_osrm(name, &n, answers);
        }
    }
}

/// Drives by car take as long as OSRM says: within 5 % in the median, r at least 0.99; of 300 pairs at most
/// three lie apart.
fn agrees_with_osrm(name: &str, n: &Network, mut answers: csv::Reader<std::fs::File>) {
    let mut ws = Workspace::default();
    let (mut ours, mut osrm) = (Vec::new(), Vec::new());
    for row in answers.records().map(|row| row.unwrap()) {
        let [lng1, lat1, lng2, lat2, s] = [0, 1, 2, 3, 4].map(|i| row[i].parse::<f64>().unwrap());
        let enter = |lng, lat, heading| {
            let ways = n.car().entrances(LngLat { lng, lat }, heading, &Limits::DEFAULT).unwrap();
            Definition::default().beside_first(&ways)
        };
        let (from, to) = (enter(lng1, lat1, Heading::Out), enter(lng2, lat2, Heading::In));
        // OSRM moves whoever stands on a cut-off piece of road to the rest, however far it is.
        let Some((ms, ..)) = n.car().drive(&mut ws, &from, &to, CLOSED - 1) else { continue };
        ours.push(f64::from(ms) / 1000.0);
        osrm.push(s);
    }
    let mut ratios: Vec<f64> = ours.iter().zip(&osrm).map(|(a, b)| a / b).collect();
    ratios.sort_by(f64::total_cmp);
    let (median, r) = (ratios[ratios.len() / 2], correlation(&ours, &osrm));
    println!(
        "{name}, {} pairs: median ratio to OSRM {median:.4}, r {r:.5}, 5 % {:.3}, 95 % {:.3}",
        ratios.len(),
        ratios[ratios.len() / 20],
        ratios[ratios.len() * 19 / 20]
    );
    assert!(ratios.len() >= 297 && (0.95..1.05).contains(&median) && r > 0.99, "{name}: median {median}, r {r}");
}

/// Pearson's r.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// Every search against Dijkstra over edges, which knows the turns but no split junctions; where there is
/// a hierarchy, all that it answers as well.
fn equals_edges(roads: &Roads, sources: usize, targets: usize) {
    let g = &roads.graph;
    let free = Graph::new(g.topology.clone(), g.metric.clone()).unwrap();
    let edges = Edges::new(&free, &g.turns, &g.at_ends);
    let (mut dice, mut ws) = (Rng::with_seed(17), Workspace::default());
    let mut places = |count| -> Vec<Snapped> {
        std::iter::repeat_with(|| somewhere(&mut dice, roads)).flatten().take(count).collect()
    };
    let (sources, targets) = (places(sources), places(targets));
    let mut times: Vec<Vec<u32>> = Vec::new();
    for (i, from) in sources.iter().enumerate() {
        let drives = edges.from(from.position());
        let want: Vec<u32> = targets.iter().map(|to| drives.ms(to.position()).unwrap_or(CLOSED)).collect();
        let found = reach(g, &mut ws, from, &targets, CLOSED - 1);
        let wrong = (0..targets.len()).find(|&t| found[t] != want[t]);
        assert!(
            wrong.is_none(),
            "{from:?} to {:?}: {} for {}",
            targets[wrong.unwrap()],
            found[wrong.unwrap()],
            want[wrong.unwrap()]
        );
        let to = i % targets.len();
        let single = drive_ms(g, &mut ws, from.position(), targets[to].position(), CLOSED - 1);
        assert_eq!(single.unwrap_or(CLOSED), want[to], "{from:?} to {:?}", targets[to]);
        times.push(want);
    }
    if let Some(h) = roads.travel().hierarchy {
        equals_hierarchy(g, h, &sources, &targets, &times);
    }
    let candidates: Vec<Candidate> = sources.iter().map(|&at| Candidate { at, extra_ms: 0 }).collect();
    for (t, to) in targets.iter().enumerate() {
        let mut want: Vec<(u64, usize)> =
            (0..sources.len()).filter(|&s| times[s][t] != CLOSED).map(|s| (times[s][t].into(), s)).collect();
        want.sort_unstable();
        want.truncate(3);
        let found = nearest(g, &mut ws, to, &candidates, 3, t % 8 == 0);
        assert_eq!(found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect::<Vec<_>>(), want, "to {to:?}");
    }
}

/// The entrances of places beside roads that are closed now or lie off the main part, and some beside roads
/// for some only, and what they cost.
fn awkward(dice: &mut Rng, roads: &Roads, heading: Heading, count: usize) -> Vec<Vec<Entrance>> {
    let (now, imported) = (&roads.graph, roads.imported());
    let open = || (0..now.links() as u32).filter(|&l| imported.open(l));
    let apart: Vec<u32> = open().filter(|&l| !now.open(l) || !imported.on_main(l)).collect();
    let some_only: Vec<u32> = open().filter(|&l| imported.is_at_ends(2 * l)).collect();
    let mut place = || {
        let links = if dice.usize(..4) == 0 { &some_only } else { &apart };
        let link = links[dice.usize(..links.len())];
        let on = now.point_at(Position { link, offset_mm: now.topology.link_mm[link as usize] / 2 });
        let [lng, lat] = [on.lng, on.lat].map(|deg| deg + (dice.usize(..2_001) as f64 - 1_000.0) / 1e6);
        let ways = roads.entrances(LngLat { lng, lat }, heading, &Limits::DEFAULT).ok()?;
        Some(Definition::default().beside_first(&ways))
    };
    std::iter::repeat_with(&mut place).flatten().take(count).collect()
}

/// Drives between places of several entrances, and reaches from them, against Dijkstra over edges.
fn entrances_equal_edges(roads: &Roads, sources: usize, targets: usize) {
    let g = &roads.graph;
    let free = Graph::new(g.topology.clone(), g.metric.clone()).unwrap();
    let (edges, mut dice) = (Edges::new(&free, &g.turns, &g.at_ends), Rng::with_seed(18));
    let (mut ws, mut either) = (Workspace::default(), travel::Workspace::default());
    let froms = awkward(&mut dice, roads, Heading::Out, sources);
    let tos = awkward(&mut dice, roads, Heading::In, targets);
    let several = froms.iter().chain(&tos).filter(|ways| ways.len() > 1).count();
    assert!(several > 0, "no place has more than one entrance");
    let points: Vec<Snapped> = std::iter::repeat_with(|| somewhere(&mut dice, roads)).flatten().take(targets).collect();
    let t = roads.travel();
    let reached = t.reaches(&mut either, &froms, &t.points(points.clone()), CLOSED - 1);
    for (from, reached) in froms.iter().zip(reached) {
        let drives: Vec<_> = from.iter().map(|way| (way.extra_ms, edges.from(way.at))).collect();
        let least = |to: &Entrance| {
            let whole = drives.iter().filter_map(|(extra_ms, d)| Some(extra_ms + d.ms(to.at)? + to.extra_ms));
            whole.min()
        };
        for to in &tos {
            let found = roads.drive(&mut ws, from, to, CLOSED - 1).map(|(ms, _)| ms);
            assert_eq!(found, to.iter().filter_map(least).min(), "{from:?} to {to:?}");
        }
        for (to, ms) in points.iter().zip(reached) {
            assert_eq!(Some(ms).filter(|ms| *ms != CLOSED), least(&to.position().into()), "{from:?} to {to:?}");
        }
    }
}

/// One by one, as a table and as sweeps from each source.
fn equals_hierarchy(g: &Graph, h: &Hierarchy, sources: &[Snapped], targets: &[Snapped], times: &[Vec<u32>]) {
    let mut climbs = Climbs::default();
    let positions = |places: &[Snapped]| places.iter().map(Snapped::position).collect::<Vec<_>>();
    let table = h.table(g, &mut climbs, &positions(sources), &positions(targets));
    let swept = Targets::new(h, g, targets);
    for ((from, want), row) in sources.iter().zip(times).zip(&table) {
        assert_eq!(row, want, "table from {from:?}");
        let source = [Candidate { at: *from, extra_ms: 0 }];
        assert_eq!(&h.sweep(g, &mut climbs, &source, &swept, CLOSED - 1), want, "sweep from {from:?}");
        for (to, &ms) in targets.iter().zip(want) {
            let single = h.drive_ms(g, &mut climbs, from.position(), to.position(), CLOSED - 1);
            assert_eq!(single.unwrap_or(CLOSED), ms, "{from:?} to {to:?}");
        }
    }
}

/// The k nearest of those eligible among 400 squads: hierarchy, and whatever is chosen, against the
/// search; for the first `whole` targets against one whole Dijkstra per squad, too.
fn hierarchy_equals_search(n: &Roads, queries: usize, whole: usize) {
    const SQUADS: usize = 400;
    let (g, chosen) = (&n.graph, n.travel());
    let h = chosen.hierarchy.expect("an ordered network");
    let (mut dice, mut ws, mut either) = (Rng::with_seed(27), Workspace::default(), travel::Workspace::default());
    let mut climbs = Climbs::default();
    let mut places =
        |count| -> Vec<Snapped> { std::iter::repeat_with(|| somewhere(&mut dice, n)).flatten().take(count).collect() };
    let (at, targets) = (places(SQUADS), places(queries));
    let extra_ms = |i: usize| 60_000 + (i as u32 % 5) * 30_000;
    let squads: Vec<Candidate> =
        at.into_iter().enumerate().map(|(i, at)| Candidate { at, extra_ms: extra_ms(i) }).collect();
    let times: Vec<Vec<u32>> = squads.iter().map(|c| reach(g, &mut ws, &c.at, &targets[..whole], CLOSED - 1)).collect();
    let starts = Starts::new(g, squads);
    let kept = starts.clone().keeping_rows();
    for (q, target) in targets.iter().enumerate() {
        let (k, share, salt) = (1 + dice.usize(..5), [1, 2, 5, 20, 80][dice.usize(..5)], dice.u64(..));
        let few: Vec<usize> = (0..SQUADS).filter(|&c| Rng::with_seed(salt ^ c as u64).usize(..share) == 0).collect();
        let mut fit = [false; SQUADS];
        few.iter().for_each(|&c| fit[c] = true);
        let query = Query { target, starts: &starts, k, routes: false };
        let want = nearest_eligible(g, &mut ws, query, |c| fit[c]);
        let case = format!("query {q}: {k} of {few:?} to {target:?}");
        assert_eq!(h.nearest_eligible(g, &mut climbs, query, &few), want, "{case}");
        for query in [query, Query { starts: &kept, ..query }] {
            assert_eq!(chosen.nearest_eligible(&mut either, query, |c| fit[c]), want, "{case}");
        }
        if q < whole {
            let mut all: Vec<(u64, usize)> = few
                .iter()
                .filter(|&&i| times[i][q] != CLOSED)
                .map(|&i| (u64::from(times[i][q]) + u64::from(extra_ms(i)), i))
                .collect();
            all.sort_unstable();
            all.truncate(k);
            assert_eq!(want.hits.iter().map(|h: &Hit| (h.total_ms, h.candidate)).collect::<Vec<_>>(), all, "{case}");
        }
    }
}

/// The network with every fifteenth link closed and others slower.
fn disrupted(n: &Network) -> Network {
    let change = |edge: u32, ms: u32| match edge / 2 % 15 {
        0 => CLOSED,
        1 | 2 => ms.saturating_mul(3),
        _ => ms,
    };
    n.under(|_| Some(change))
}

const EXTRACTS: [&str; 3] = ["isle_of_man_2020-03-14.osm.pbf", "porto_portugal.osm.pbf", "andorra_2026-04.osm.pbf"];

#[test]
fn restricted_searches_equal_dijkstra_over_edges() {
    for n in EXTRACTS.into_iter().filter_map(extract) {
        assert!(!n.car().graph.turns.is_empty() && !n.car().graph.at_ends.is_empty());
        let disrupted = disrupted(&n);
        for (profile, sources) in Profile::ALL.into_iter().zip([4, 1, 1]) {
            equals_edges(n.roads(profile), sources, 300);
            equals_edges(disrupted.roads(profile), 1, 100);
            entrances_equal_edges(disrupted.roads(profile), 2, 30);
        }
    }
}

/// 100,000 drives by car on each extract, and as many by the other profiles, by every method; a quarter
/// more with roads closed and slow: `make check-engine`.
#[test]
#[ignore = "takes minutes: make check-engine"]
fn check_engine() {
    for file in EXTRACTS {
        let n = extract(file).unwrap_or_else(|| panic!("{file} is missing"));
        let n = n.ordered(&n.order()).unwrap();
        for (state, n, parts) in [("as imported", &n, 1), ("disrupted", &disrupted(&n), 4)] {
            for (profile, sources) in Profile::ALL.into_iter().zip([200, 100, 100]) {
                let (start, sources) = (Instant::now(), sources / parts);
                equals_edges(n.roads(profile), sources, 500);
                entrances_equal_edges(n.roads(profile), sources / 5, 100);
                let (drives, profile) = (500 * sources, profile.as_str());
                println!("{file}, {state}: {drives} drives by {profile} are exact, {:?}", start.elapsed());
            }
        }
    }
}

#[test]
fn the_nearest_by_hierarchy_equal_those_by_search() {
    for file in [EXTRACTS[0], EXTRACTS[2]] {
        let Some(n) = extract(file) else { continue };
        hierarchy_equals_search(n.ordered(&n.order()).unwrap().car(), 500, 50);
    }
}

/// 100,000 questions for the nearest squads on each extract, 2,000 of them by whole searches, too:
/// `make check-engine`.
#[test]
#[ignore = "takes minutes: make check-engine"]
fn check_engine_nearest() {
    for file in EXTRACTS {
        let n = extract(file).unwrap_or_else(|| panic!("{file} is missing"));
        let start = Instant::now();
        hierarchy_equals_search(n.ordered(&n.order()).unwrap().car(), 100_000, 2_000);
        println!("{file}: 100,000 times the nearest squads are exact, {:?}", start.elapsed());
    }
}

/// How many junctions of the searches there are, and of 1,000 drives those shorter by over 30 s than if one
/// turned round in dead ends only: now, and where nobody does so at restricted junctions alone.
fn turning(n: &Network) -> [[usize; 2]; 2] {
    let g = &n.car().graph;
    let edges: Vec<u32> = (0..2 * g.links() as u32).filter(|&e| g.ms(e) != CLOSED).collect();
    let mut out = vec![Vec::new(); g.topology.node_osm.len()];
    edges.iter().for_each(|&e| out[g.ends(e)[0] as usize].push(e));
    let is_round = |t: &Turn| t.len() == 2 && t[0] == t[1] ^ 1;
    let tagged: BTreeSet<Turn> = g.turns.iter().filter(|t| !is_round(t)).cloned().collect();
    let restricted: HashSet<u32> = tagged.iter().flat_map(|t| &t[..t.len() - 1]).map(|&e| g.ends(e)[1]).collect();
    let dead_end = |e: u32| {
        let on = |&f: &u32| f != e ^ 1 && (g.is_at_ends(e) || !g.is_at_ends(f)) && !tagged.contains(&vec![e, f]);
        !out[g.ends(e)[1] as usize].iter().any(on)
    };
    let never = |e: &u32| g.ms(e ^ 1) != CLOSED && !dead_end(*e);
    let with = |round: &dyn Fn(u32) -> bool| {
        let round = edges.iter().copied().filter(|e| never(e) && !round(*e)).map(|e| vec![e, e ^ 1]);
        let turns: BTreeSet<Turn> = tagged.iter().cloned().chain(round).collect();
        let turns: Vec<Turn> = turns.into_iter().collect();
        Graph::with_rules(g.topology.clone(), g.metric.clone(), turns, g.at_ends.clone()).unwrap()
    };
    let strict = with(&|_| false);
    let lax = with(&|e| !restricted.contains(&g.ends(e)[1]));
    let (mut dice, mut ws, mut shorter) = (Rng::with_seed(99), Workspace::default(), [0; 2]);
    for _ in 0..1_000 {
        let mut place = || loop {
            let at = dice.position(g);
            if g.on_main(at.link) {
                return at;
            }
        };
        let (from, to) = (place(), place());
        let want = drive_ms(&strict, &mut ws, from, to, CLOSED - 1).expect("the main part hangs together");
        for (shorter, g) in shorter.iter_mut().zip([&**g, &lax]) {
            let ms = drive_ms(g, &mut ws, from, to, want).expect("nobody is slower who may turn");
            *shorter += usize::from(ms + 30_000 < want);
        }
    }
    [[g.nodes(), shorter[0]], [lax.nodes(), shorter[1]]]
}

#[test]
#[ignore = "takes minutes: make check-engine"]
fn check_engine_turning() {
    for file in EXTRACTS {
        let n = extract(file).unwrap_or_else(|| panic!("{file} is missing"));
        let [[nodes, shorter], [lax_nodes, lax_shorter]] = turning(&n);
        println!(
            "{file}: {shorter} of 1,000 drives are over 30 s shorter than if all turned in dead ends only, with {nodes} junctions; {lax_shorter} with {lax_nodes} where only restricted junctions forbid it"
        );
        assert!(shorter <= 3 && nodes * 100 <= lax_nodes * 115, "{file}");
    }
}

/// How fast the profiles travel: metres per hour of road driven, median over random drives.
#[test]
fn speeds_are_plausible_where_nothing_was_tuned() {
    for file in ["liechtenstein.osm.pbf", "andorra_2026-04.osm.pbf"] {
        let Some(n) = extract(file) else { continue };
        let (mut dice, mut ws) = (Rng::with_seed(5), Workspace::default());
        for (profile, [low, high]) in Profile::ALL.into_iter().zip([[20.0, 60.0], [14.0, 20.0], [3.5, 4.4]]) {
            let roads = n.roads(profile);
            let mut place =
                || std::iter::repeat_with(|| somewhere(&mut dice, roads)).flatten().find(|s| !s.island).unwrap();
            let mut km_per_h: Vec<f64> = (0..100)
                .map(|_| {
                    let [from, to] = [place(), place()].map(|s| s.position());
                    let r = route(&roads.graph, &mut ws, from, to, CLOSED - 1).expect("the main part hangs together");
                    r.length_m * 3.6e3 / f64::from(r.drive_ms.max(1))
                })
                .collect();
            km_per_h.sort_by(f64::total_cmp);
            println!("{file}: {} at {:.1} km/h (median)", profile.as_str(), km_per_h[50]);
            assert!((low..=high).contains(&km_per_h[50]), "{file} {profile:?}: {}", km_per_h[50]);
        }
    }
}
