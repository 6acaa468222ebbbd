//! Small maps drawn as raw roads, then real extracts where they are at hand.

use std::{path::PathBuf, time::Instant};

use super::*;
use crate::{
    base::LngLat,
    import::{
        Source, export,
        osm::{self, RawNode, RawWay},
    },
    kernel::{
        dijkstra::{Workspace, drive_ms},
        drawn::Dice,
        graph::{Position, RoadClass},
        nearest::{Candidate, nearest},
        reach::reach,
        snap::Snapped,
    },
};

/// Raw roads from letters in a drawing (100 m apart) and ways such as `("ABC", "highway=service")`;
/// a node is tagged by a way of one letter. `?` is a node beyond the extract.
fn raw(art: &str, ways: &[(&str, &str)]) -> RawRoads {
    let mut nodes: Vec<(char, RawNode)> = Vec::new();
    for (row, line) in art.lines().enumerate() {
        for (col, c) in line.chars().enumerate().filter(|(_, c)| c.is_alphabetic()) {
            nodes.push((c, RawNode { id: c as i64, e7: [col as i32 * 9000, -(row as i32) * 9000] }));
        }
    }
    nodes.sort_by_key(|n| n.0);
    let pairs = |tags: &str| -> Vec<(String, String)> {
        tags.split_whitespace().filter_map(|t| t.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    };
    let words = ways.iter().flat_map(|(_, tags)| pairs(tags)).flat_map(|(k, v)| [k, v]);
    let strings: Vec<String> = words.collect::<BTreeSet<_>>().into_iter().collect();
    let word = |s: &String| strings.binary_search(s).unwrap() as u32;
    let mut raw = RawRoads { nodes: nodes.iter().map(|n| n.1).collect(), ..RawRoads::default() };
    for (i, (line, tags)) in ways.iter().enumerate() {
        let tags = pairs(tags).iter().map(|(k, v)| (word(k), word(v))).collect();
        let node = |c: char| nodes.iter().position(|n| n.0 == c).map_or(MISSING, |i| i as u32);
        match line.chars().map(node).collect::<Vec<u32>>() {
            one if one.len() == 1 => raw.node_tags.push((one[0], tags)),
            nodes => raw.ways.push(RawWay { id: i as i64, ferry: false, nodes, tags }),
        }
    }
    raw.strings = strings;
    raw
}

fn network(art: &str, ways: &[(&str, &str)]) -> Network {
    build(&raw(art, ways), &|_, _, _| {}).unwrap().0
}

/// Links by their ends' letters, in the direction of the shape, `>` where one-way.
fn links(n: &Network) -> Vec<String> {
    let g = &n.graph;
    let letter = |node: u32| char::from_u32(g.topology.node_osm[node as usize] as u32).unwrap();
    let mut links: Vec<String> = (0..g.links() as u32)
        .map(|l| {
            let [mut a, mut b] = g.ends(2 * l).map(letter);
            if g.ms(2 * l) == CLOSED || (a > b && !g.oneway(l)) {
                (a, b) = (b, a);
            }
            format!("{a}{}{b}", if g.oneway(l) { '>' } else { '-' })
        })
        .collect();
    links.sort();
    links
}

#[test]
fn ways_split_where_they_cross_and_chains_collapse() {
    let art = "A B C D E\n....F....";
    // C is a crossing; B and D join ways of equal attributes; bends are no nodes.
    let n = network(
        art,
        &[
            ("AB", "highway=tertiary"),
            ("BC", "highway=tertiary"),
            ("EDC", "highway=tertiary"),
            ("CF", "highway=service"),
        ],
    );
    assert_eq!(links(&n), ["A-C", "C-E", "C-F"]);
    // Another name, speed or class is another link, and so is one that a turn restriction names.
    let n = network(art, &[("AB", "highway=tertiary name=x"), ("BC", "highway=tertiary"), ("CD", "highway=service")]);
    assert_eq!(links(&n), ["A-B", "B-C", "C-D"]);
}

#[test]
fn one_way_chains_collapse_in_their_direction_only() {
    let art = "A B C D";
    let n = network(art, &[("AB", "highway=service oneway=yes"), ("CB", "highway=service oneway=-1")]);
    assert_eq!(links(&n), ["A>C"]);
    let n = network(art, &[("AB", "highway=service oneway=yes"), ("CB", "highway=service oneway=yes")]);
    assert_eq!(links(&n), ["A>B", "C>B"]);
}

#[test]
fn a_bollard_cuts_a_road_and_a_gate_does_not() {
    let art = "A B C D";
    let blocked = network(art, &[("ABC", "highway=service"), ("CD", "highway=service"), ("B", "barrier=bollard")]);
    assert_eq!(links(&blocked), ["A-B", "B-D"]);
    assert_eq!(blocked.graph.nodes(), 4, "the bollard is two dead ends");
    let gate = network(art, &[("ABC", "highway=service"), ("CD", "highway=service"), ("B", "barrier=gate")]);
    assert_eq!(links(&gate), ["A-D"]);
}

#[test]
fn loops_and_ways_that_leave_the_extract_are_kept() {
    let art = "A B C\n..E D F G";
    assert_eq!(links(&network(art, &[("BCDEB", "highway=service"), ("AB", "highway=service")])), ["A-B", "B-B"]);
    assert_eq!(links(&network(art, &[("BCDEB", "highway=service")])), ["B-B"]);
    assert_eq!(links(&network(art, &[("AB?FG", "highway=service")])), ["A-B", "F-G"]);
    assert!(build(&raw(art, &[("AB", "highway=footway")]), &|_, _, _| {}).is_err());
}

#[test]
fn weights_are_whole_rounded_milliseconds() {
    assert_eq!(weight_ms(100_000, 36_000), 10_000);
    assert_eq!(weight_ms(1, 90_000), 1, "nothing is free");
    assert_eq!(weight_ms(1_000, 0), CLOSED);
    assert_eq!(weight_ms(u32::MAX, 1), CLOSED - 1, "what takes 50 days is not closed");
}

#[test]
fn the_curve_passes_every_cell_and_steps_to_a_neighbour() {
    let curve = Hilbert { low: [0, 0], span: 0xFFFF };
    // The first 8 of 32 bits: a curve over 16 by 16 cells.
    let cells = (0..256).map(|i| [i % 16, i / 16]);
    let mut walk: Vec<(u64, [i32; 2])> = cells.map(|c| (curve.index(c.map(|v| v << 12)) >> 24, c)).collect();
    walk.sort_unstable();
    assert!(walk.iter().enumerate().all(|(i, step)| step.0 == i as u64), "{walk:?}");
    assert!(walk.windows(2).all(|w| w[0].1[0].abs_diff(w[1].1[0]) + w[0].1[1].abs_diff(w[1].1[1]) == 1), "{walk:?}");
}

#[test]
fn the_tables_say_what_the_graph_does() {
    let n =
        network("A B C\n. D .", &[("ABC", "highway=service oneway=yes name=Mill,Lane"), ("BD", "highway=tertiary")]);
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    export::nodes_csv(&n, &mut nodes).unwrap();
    export::edges_csv(&n, &mut edges).unwrap();
    let (nodes, edges) = (String::from_utf8(nodes).unwrap(), String::from_utf8(edges).unwrap());
    assert_eq!((nodes.lines().count(), edges.lines().count()), (5, 5));
    assert!(nodes.contains(&format!(",{},0.0018000,0.0000000", 'B' as i64)), "{nodes}");
    assert!(edges.contains(",200.151,service,0,\"Mill,Lane\""), "{edges}");
}

#[test]
fn the_map_layer_shows_the_wanted_classes_in_driving_direction() {
    let n = network("A B C", &[("AB", "highway=service oneway=-1 ref=D12"), ("BC", "highway=tertiary name=High")]);
    let all = crate::base::BBox::new(-0.1, -0.1, 0.1, 0.1).unwrap();
    let classes = |wanted: &[RoadClass]| n.links_in_bbox(&all, wanted).map(|v| v.class).collect::<Vec<_>>();
    assert_eq!(classes(&[RoadClass::Tertiary]), [RoadClass::Tertiary]);
    assert_eq!((classes(&[]).len(), classes(&[RoadClass::Trunk]).len()), (2, 0));
    let lane = n.links_in_bbox(&all, &[RoadClass::Service]).next().unwrap();
    assert_eq!((lane.name, lane.number, lane.oneway), (None, Some("D12"), true));
    assert!(lane.points[0].lng > lane.points[1].lng, "drawn from A to B, driven from B to A");
    let east = crate::base::BBox::new(0.003, -0.1, 0.1, 0.1).unwrap();
    assert_eq!(n.links_in_bbox(&east, &[]).map(|v| v.name).collect::<Vec<_>>(), [Some("High")]);
}

#[test]
fn a_file_that_is_no_network_is_refused() {
    let n = network("A B C", &[("AB", "highway=service"), ("BC", "highway=tertiary")]);
    let bytes = n.to_bytes().unwrap();
    let again = Network::from_bytes(&bytes).unwrap();
    assert_eq!((again.hash.len(), &again.hash), (64, &n.hash));
    assert_eq!((&again.graph.topology, &again.graph.metric), (&n.graph.topology, &n.graph.metric));
    for cut in 0..bytes.len() {
        assert!(Network::from_bytes(&bytes[..cut]).is_err(), "cut at {cut} of {}", bytes.len());
    }
    assert!(Network::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
    assert!(Network::from_bytes(b"PK\x03\x04 something else").is_err());
}

fn data(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {file}");
    None
}

fn extract(file: &str) -> Option<Network> {
    let path = data(&format!("data/{file}"))?;
    let start = Instant::now();
    let (raw, read) = osm::read(&[Source::Path(&path)], &|_, _, _| {}).unwrap();
    println!("{file}: read in {:?}: {read:?}", start.elapsed());
    let start = Instant::now();
    let (network, built) = build(&raw, &|_, _, _| {}).unwrap();
    println!("{file}: built in {:?}: {built:?}", start.elapsed());
    Some(network)
}

/// A random place near the network's nodes.
fn somewhere(dice: &mut Dice, n: &Network) -> Option<Snapped> {
    let [lng, lat] = n.graph.topology.node_e7[dice.below(n.graph.nodes())];
    let jitter = |dice: &mut Dice| (dice.below(8001) as f64 - 4000.0) / 1e6;
    let point = LngLat { lng: f64::from(lng) / 1e7 + jitter(dice), lat: f64::from(lat) / 1e7 + jitter(dice) };
    n.snapper.snap(&n.graph, point)
}

/// k nearest with routes against one whole forward search per candidate, and some of those against
/// single drives.
fn equals_oracle(n: &Network, squads: usize, queries: usize) {
    let (mut dice, mut ws) = (Dice(7), Workspace::default());
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
    let g = &n.graph;
    assert!((12_000..12_500).contains(&n.buildings.len()), "{}", n.buildings.len());
    assert_eq!(n.places.len(), 105);
    let main = (0..g.links() as u32).filter(|&l| g.on_main(l)).count();
    assert!(main * 100 > g.links() * 95, "{main} of {} links", g.links());
    equals_oracle(&n, 27, 500);

    let bytes = n.to_bytes().unwrap();
    let start = Instant::now();
    let again = Network::from_bytes(&bytes).unwrap();
    println!("loaded {} bytes in {:?}", bytes.len(), start.elapsed());
    assert_eq!((again.hash, again.graph.topology), (n.hash.clone(), g.topology.clone()));

    let douglas = n.places.iter().find(|p| p.name == "Douglas").unwrap();
    let at = n.snapper.snap(g, douglas.at).unwrap();
    let bbox = crate::base::BBox::around([at.point]).unwrap();
    let view: Vec<_> = n.links_in_bbox(&bbox, &[]).collect();
    assert!(view.iter().any(|v| v.link == at.link), "{at:?}");
}

#[test]
fn porto_agrees_with_osrm_and_with_the_oracle() {
    let Some(pairs) = data("peers/queries/medium/osrm_ch_pairs300.csv") else { return };
    let Some(n) = extract("porto_portugal.osm.pbf") else { return };
    equals_oracle(&n, 40, 150);
    let mut ws = Workspace::default();
    let (mut ours, mut osrm) = (Vec::new(), Vec::new());
    for row in csv::Reader::from_path(pairs).unwrap().deserialize() {
        let [lng1, lat1, lng2, lat2, s, _m]: [f64; 6] = row.unwrap();
        let snap = |lng, lat| n.snapper.snap(&n.graph, LngLat { lng, lat }).unwrap().position();
        let (from, to): (Position, Position) = (snap(lng1, lat1), snap(lng2, lat2));
        ours.push(f64::from(drive_ms(&n.graph, &mut ws, from, to, CLOSED - 1).unwrap()) / 1000.0);
        osrm.push(s);
    }
    let mut ratios: Vec<f64> = ours.iter().zip(&osrm).map(|(a, b)| a / b).collect();
    ratios.sort_by(f64::total_cmp);
    let (median, r) = (ratios[ratios.len() / 2], correlation(&ours, &osrm));
    println!(
        "{} pairs: median ratio to OSRM {median:.4}, r {r:.5}, 5 % {:.3}, 95 % {:.3}",
        ratios.len(),
        ratios[15],
        ratios[285]
    );
    assert!(ratios.len() == 300 && (0.94..1.0).contains(&median) && r > 0.995, "median {median}, r {r}");
}

/// Pearson's r.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}
