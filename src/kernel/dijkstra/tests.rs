use fastrand::Rng;
use petgraph::graph::DiGraph;

use super::*;
use crate::drawn::{Draws, drawn, random};

/// The same drive by another program: petgraph, with both positions as nodes of their own.
fn peer_ms(g: &Graph, from: Position, to: Position) -> Option<u32> {
    let mut peer = DiGraph::<(), u32>::new();
    let nodes: Vec<_> = (0..g.nodes()).map(|_| peer.add_node(())).collect();
    for e in (0..2 * g.links() as u32).filter(|&e| g.ms(e) != CLOSED) {
        let [a, b] = g.ends(e).map(|n| nodes[n as usize]);
        peer.add_edge(a, b, g.ms(e));
    }
    let (start, end) = (peer.add_node(()), peer.add_node(()));
    // The end of a link is the junction itself.
    let junction = |at: Position| match at.offset_mm {
        0 => Some(g.ends(2 * at.link)[0]),
        mm if mm == g.topology.link_mm[at.link as usize] => Some(g.ends(2 * at.link)[1]),
        _ => None,
    };
    match junction(from) {
        Some(node) => _ = peer.add_edge(start, nodes[node as usize], 0),
        None => g.edges_at(from).for_each(|(e, _, rest)| _ = peer.add_edge(start, nodes[g.ends(e)[1] as usize], rest)),
    }
    match junction(to) {
        Some(node) => _ = peer.add_edge(nodes[node as usize], end, 0),
        None => g.edges_at(to).for_each(|(e, part, _)| _ = peer.add_edge(nodes[g.ends(e)[0] as usize], end, part)),
    }
    if from.link == to.link && junction(from).is_none() && junction(to).is_none() {
        let [ahead, back] = [2 * from.link, 2 * from.link + 1];
        if from.offset_mm <= to.offset_mm && g.ms(ahead) != CLOSED {
            peer.add_edge(start, end, g.part_ms(ahead, to.offset_mm) - g.part_ms(ahead, from.offset_mm));
        }
        if from.offset_mm >= to.offset_mm && g.ms(back) != CLOSED {
            peer.add_edge(start, end, g.part_ms(back, to.offset_mm) - g.part_ms(back, from.offset_mm));
        }
    }
    petgraph::algo::dijkstra(&peer, start, Some(end), |e| *e.weight()).get(&end).copied()
}

#[test]
fn drives_equal_petgraphs_and_routes_add_up() {
    let (mut dice, mut ws) = (Rng::with_seed(11), Workspace::default());
    for round in 0..2000 {
        let g = random(&mut dice);
        let (from, to) = (dice.position(&g), dice.position(&g));
        let want = peer_ms(&g, from, to);
        let found = route(&g, &mut ws, from, to, CLOSED - 1);
        assert_eq!(found.as_ref().map(|r| r.drive_ms), want, "round {round}: {from:?} to {to:?}");
        let Some(r) = found else { continue };
        assert_eq!(drive_ms(&g, &mut ws, from, to, r.drive_ms), want, "round {round}: at the limit");
        if r.drive_ms > 0 {
            assert_eq!(drive_ms(&g, &mut ws, from, to, r.drive_ms - 1), None, "round {round}: over the limit");
        }
        assert_eq!(r.segments.iter().map(|s| s.ms).sum::<u32>(), r.drive_ms, "round {round}");
        assert_eq!((r.points[0], r.points[r.points.len() - 1]), (g.point_at(from), g.point_at(to)));
        let drawn_m: f64 = r.points.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        assert!((drawn_m - r.length_m).abs() < 0.1, "round {round}: {drawn_m} {}", r.length_m);
    }
}

fn at(link: u32, metres: u32) -> Position {
    Position { link, offset_mm: metres * 1000 }
}

/// Seconds, rounded, of the quickest drive.
fn seconds(g: &Graph, from: Position, to: Position) -> Option<u32> {
    drive_ms(g, &mut Workspace::default(), from, to, CLOSED - 1).map(|ms| (ms + 500) / 1000)
}

#[test]
fn one_link_both_ways_is_driven_straight() {
    let g = drawn("A    B", &["A-B"]);
    assert_eq!(seconds(&g, at(0, 100), at(0, 400)), Some(30));
    assert_eq!(seconds(&g, at(0, 400), at(0, 100)), Some(30));
    assert_eq!(seconds(&g, at(0, 400), at(0, 400)), Some(0));
}

#[test]
fn against_a_one_way_street_one_drives_around() {
    let g = drawn(
        "A    B
             .    .
",
        &["A>B", "B>A"],
    );
    // 500 m there, 500 m back on the other carriageway, less the 300 m between the two.
    assert_eq!(seconds(&g, at(0, 400), at(0, 100)), Some(70));
    let dead_end = drawn("A    B", &["A>B"]);
    assert_eq!(seconds(&dead_end, at(0, 400), at(0, 100)), None);
    assert_eq!(seconds(&dead_end, at(0, 100), at(0, 400)), Some(30));
}

#[test]
fn a_slow_link_is_left_for_a_quick_one_beside_it() {
    let mut g = drawn("A          B", &["A-B", "A-B"]);
    let slow = g.metric.forward_ms[0] * 100;
    (g.metric.forward_ms[0], g.metric.backward_ms[0]) = (slow, slow);
    let g = Graph::new(g.topology, g.metric).unwrap();
    // 10 m slow to A (100 s), 1,100.8 m quick (110 s), 10.8 m slow from B (108 s).
    let s = seconds(&g, at(0, 10), at(0, 1090)).unwrap();
    assert_eq!(s, 318);
}

#[test]
fn the_route_names_its_streets_in_order() {
    let g = drawn(
        "A  B
.  .
.  C",
        &["A-B", "C-B"],
    );
    let r = route(&g, &mut Workspace::default(), at(0, 100), at(1, 50), CLOSED - 1).unwrap();
    let names: Vec<_> = r.segments.iter().map(|s| s.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["A-B", "C-B"]);
    assert_eq!((r.length_m / 10.0).round(), 35.0);
    assert_eq!(r.points.len(), 3);
}

#[test]
fn a_workspace_survives_the_turn_of_its_stamp() {
    let g = drawn("A    B", &["A-B"]);
    let mut ws = Workspace { stamp: u32::MAX - 1, ..Workspace::default() };
    for _ in 0..3 {
        assert_eq!(drive_ms(&g, &mut ws, at(0, 100), at(0, 400), CLOSED - 1).map(|ms| ms / 1000), Some(30));
    }
}
