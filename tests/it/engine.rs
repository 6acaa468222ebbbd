//! The hierarchy beside the searches on real and on larger made-up networks.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use fastrand::Rng;
use xunge::{
    base::LngLat,
    domain::{
        roads::{Network, SpeedTable},
        squads::Profile,
    },
    import::{Source, generate, network, osm},
    kernel::{
        dijkstra,
        graph::{CLOSED, Graph},
        hierarchy::{Climbs, Hierarchy, Order, Targets},
        nearest::{Candidate, Query, Starts, nearest_eligible},
        reach::{nodes, sweep},
        snap::{Snapped, Snapper},
        travel::{self, TravelTime},
    },
};

/// Near some junctions, islands included.
fn somewhere(dice: &mut Rng, graph: &Graph, snapper: &Snapper, count: usize) -> Vec<Snapped> {
    let mut anywhere = || {
        let [lng, lat] = graph.topology.node_e7[dice.usize(..graph.topology.node_e7.len())];
        let [dx, dy] = [0, 1].map(|_| (dice.usize(..4001) as f64 - 2000.0) / 1e6);
        snapper.snap(graph, LngLat { lng: f64::from(lng) / 1e7 + dx, lat: f64::from(lat) / 1e7 + dy })
    };
    std::iter::repeat_with(&mut anywhere).flatten().take(count).collect()
}

/// `pairs` drives, `queries` for the nearest of 200 squads, some of them eligible, and two sweeps;
/// once more with a hundred roads closed or slower.
fn compare(name: &str, graph: Graph, pairs: usize, queries: usize) {
    let order = Order::new(&graph.topology, 2);
    let hierarchy = Hierarchy::new(&order, &graph, 2).unwrap();
    agree(name, &graph, &hierarchy, pairs, queries);
    let mut dice = Rng::with_seed(9);
    let links: HashSet<u32> = (0..100).map(|_| dice.usize(..graph.links()) as u32).collect();
    let changed = graph.under(|edge, ms| match edge / 2 {
        link if !links.contains(&link) => ms,
        link if link % 2 == 0 => CLOSED,
        _ => ms * 3,
    });
    agree(&format!("{name}, changed"), &changed, &hierarchy.customised(&changed, 2), pairs / 3, queries / 3);
}

fn agree(name: &str, g: &Graph, h: &Hierarchy, pairs: usize, queries: usize) {
    let (mut dice, snapper) = (Rng::with_seed(8), Snapper::new(&g.topology));
    let (mut ws, mut climbs, mut either) =
        (dijkstra::Workspace::default(), Climbs::default(), travel::Workspace::default());
    let places = somewhere(&mut dice, g, &snapper, pairs + 1);
    let mut reached = 0;
    for ends in places.windows(2) {
        let [from, to] = [0, 1].map(|i| ends[i].position());
        let want = dijkstra::drive_ms(g, &mut ws, from, to, CLOSED - 1);
        reached += usize::from(want.is_some());
        assert_eq!(h.drive_ms(g, &mut climbs, from, to, CLOSED - 1), want, "{name}: {from:?} to {to:?}");
    }
    assert!(reached * 10 > pairs * 8, "{name}: {reached} of {pairs} drives");
    let squads = somewhere(&mut dice, g, &snapper, 200).into_iter().enumerate();
    let squads: Vec<Candidate> = squads.map(|(i, at)| Candidate { at, extra_ms: (i as u32 % 5) * 30_000 }).collect();
    let starts = Starts::new(g, squads.clone());
    for target in somewhere(&mut dice, g, &snapper, queries) {
        let (k, share) = (1 + dice.usize(..5), [1, 3, 20, 40][dice.usize(..4)]);
        let eligible = |c: usize| c.is_multiple_of(share);
        let few: Vec<usize> = (0..200).filter(|&c| eligible(c)).collect();
        let case = format!("{name}: {k} of every {share}th to {target:?}");
        let query = Query { target: &target, starts: &starts, k, routes: false };
        let want = nearest_eligible(g, &mut ws, query, eligible);
        assert_eq!(h.nearest_eligible(g, &mut climbs, query, &few), want, "{case}");
        let t = TravelTime { graph: g, hierarchy: Some(h) };
        let found = t.nearest_eligible(&mut either, Query { routes: true, ..query }, eligible);
        assert_eq!(found.unreachable, want.unreachable, "{case}");
        assert_eq!(found.hits.len(), want.hits.len(), "{case}");
        for (hit, want) in found.hits.iter().zip(&want.hits) {
            let whole = hit.route.as_ref().map(|r| r.segments.iter().map(|s| s.ms).sum::<u32>());
            assert_eq!(
                (hit.candidate, hit.total_ms, whole),
                (want.candidate, want.total_ms, Some(want.drive_ms)),
                "{case}"
            );
        }
    }
    let points = somewhere(&mut dice, g, &snapper, 2000);
    let targets = Targets::new(h, g, &points);
    for limit_ms in [CLOSED - 1, 600_000] {
        let want = sweep(g, &mut ws, &squads[..11], &points, limit_ms);
        assert_eq!(h.sweep(g, &mut climbs, &squads[..11], &targets, limit_ms), want, "{name}: sweep in {limit_ms}");
    }
    let (mut want, mut found) = (Vec::new(), Vec::new());
    nodes(g, &mut ws, points[0].position(), 900_000, |node, ms| want.push((node, ms)));
    h.nodes(g, &mut climbs, points[0].position(), 900_000, |node, ms| found.push((node, ms)));
    want.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, want, "{name}: nodes");
}

fn extract(file: &str) -> Option<Network> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places: [PathBuf; 2] = [root.join("geodata").join(file), root.join("../shared/data").join(file)];
    let Some(path) = places.into_iter().find(|p| p.exists()) else {
        println!("skipped: {file}");
        return None;
    };
    let silent = |_: &str, _, _| {};
    let (raw, _) = osm::read(&[Source::Path(&path)], &silent).unwrap();
    Some(network::build(&raw, SpeedTable::Osrm, &silent).unwrap().0)
}

#[test]
fn the_hierarchy_agrees_on_the_island() {
    let Some(network) = extract("isle_of_man_2020-03-14.osm.pbf") else { return };
    for profile in Profile::ALL {
        compare(&format!("Isle of Man, {profile:?}"), Graph::clone(&network.roads(profile).graph), 150, 100);
    }
}

#[test]
fn the_hierarchy_agrees_on_porto() {
    let Some(network) = extract("porto_portugal.osm.pbf") else { return };
    compare("Porto", Graph::clone(&network.car().graph), 300, 200);
}

#[test]
fn the_hierarchy_agrees_on_made_up_roads() {
    let (topology, metric) = generate::roads(30_000, 5).unwrap();
    compare("made up", Graph::new(topology, metric).unwrap(), 200, 200);
}
