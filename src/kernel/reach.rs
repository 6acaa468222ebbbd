//! How soon many places are reached: from one squad, or from the soonest of several; one search.

use super::{
    dijkstra::{Workspace, search},
    graph::{CLOSED, Entrance, Graph, NodeIx, Position},
    nearest::Candidate,
    snap::Snapped,
};

/// Driving milliseconds from `from` to each of `points`, [`CLOSED`] (`u32::MAX`) where it takes
/// longer than `limit_ms` or there is no way.
pub fn reach(graph: &Graph, ws: &mut Workspace, from: &Snapped, points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    reach_from(graph, ws, &[from.position().into()], points, limit_ms)
}

/// The same from a place with these entrances, each with what it costs.
pub fn reach_from(graph: &Graph, ws: &mut Workspace, from: &[Entrance], points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    search::<false>(graph, ws, from, limit_ms, |_, _| limit_ms);
    let to_point = |point: &Snapped| {
        let straight = |e: &Entrance| Some(graph.along(e.at, point.position())?.1.saturating_add(e.extra_ms));
        let ways = entered(graph, ws, point.position()).chain(from.iter().filter_map(straight));
        ways.min().filter(|&ms| ms <= limit_ms).unwrap_or(CLOSED)
    };
    points.iter().map(to_point).collect()
}

/// Tells all nodes within `limit_ms` of driving and their milliseconds, soonest first.
pub fn nodes(graph: &Graph, ws: &mut Workspace, from: Position, limit_ms: u32, mut each: impl FnMut(NodeIx, u32)) {
    search::<false>(graph, ws, &[from.into()], limit_ms, |node, ms| {
        each(node, ms);
        limit_ms
    });
}

/// Least `drive_ms + extra_ms` from any of `sources` to each of `points`, [`CLOSED`] where that is
/// over `limit_ms` or there is no way. Stops when all points are entered from everywhere.
pub fn sweep(graph: &Graph, ws: &mut Workspace, sources: &[Candidate], points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    let mut awaited = vec![false; graph.nodes()];
    let mut left = 0usize;
    for entry in points.iter().flat_map(|p| graph.entries(p.position())) {
        left += usize::from(!std::mem::replace(&mut awaited[entry.node as usize], true));
    }
    let seeds: Vec<Entrance> = sources.iter().map(|&s| s.into()).collect();
    search::<false>(graph, ws, &seeds, limit_ms, |node, _| {
        left -= usize::from(awaited[node as usize]);
        if left == 0 { 0 } else { limit_ms }
    });
    let mut by_link: Vec<(u32, &Candidate)> = sources.iter().map(|s| (s.at.link, s)).collect();
    by_link.sort_unstable_by_key(|s| s.0);
    let to_point = |point: &Snapped| {
        let to = point.position();
        let beside = by_link[by_link.partition_point(|s| s.0 < to.link)..].iter().take_while(|s| s.0 == to.link);
        let straight = beside.filter_map(|(_, s)| Some(graph.along(s.at.position(), to)?.1.saturating_add(s.extra_ms)));
        entered(graph, ws, to).chain(straight).min().filter(|&ms| ms <= limit_ms).unwrap_or(CLOSED)
    };
    points.iter().map(to_point).collect()
}

/// Milliseconds of the last search to `at` over the ways that lead there.
fn entered<'a>(graph: &'a Graph, ws: &'a Workspace, at: Position) -> impl Iterator<Item = u32> + 'a {
    graph.entries(at).filter_map(|entry| Some(ws.ms(entry.node)?.saturating_add(entry.ms)))
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::{
        dijkstra::drive_ms,
        drawn::{Draws, random, random_with_rules},
        graph::Position,
    };

    /// What `roads export` writes is enough for another program to find our times.
    #[test]
    fn the_arcs_are_the_graph_that_is_searched() {
        let (mut dice, mut ws) = (Rng::with_seed(37), Workspace::default());
        for round in 0..400 {
            let g = random_with_rules(&mut dice);
            let from = dice.position(&g);
            let mut peer = petgraph::graph::DiGraph::<(), u32>::new();
            let node: Vec<_> = (0..g.nodes()).map(|_| peer.add_node(())).collect();
            let start = peer.add_node(());
            for (a, b, e) in g.arcs() {
                peer.add_edge(node[a as usize], node[b as usize], g.ms(e));
            }
            for exit in g.exits(from) {
                peer.add_edge(start, node[exit.node as usize], exit.ms);
            }
            let want = petgraph::algo::dijkstra(&peer, start, None, |e| *e.weight());
            let mut found = vec![None; g.nodes()];
            nodes(&g, &mut ws, from, CLOSED - 1, |n, ms| found[n as usize] = Some(ms));
            let want: Vec<Option<u32>> = node.iter().map(|n| want.get(n).copied()).collect();
            assert_eq!(found, want, "round {round}: {from:?}");
        }
    }

    #[test]
    fn times_equal_one_dijkstra_per_point() {
        let (mut dice, mut ws) = (Rng::with_seed(31), Workspace::default());
        for round in 0..500 {
            let g = random(&mut dice);
            let snapped = |Position { link, offset_mm }| Snapped {
                link,
                offset_mm,
                point: g.point_at(Position { link, offset_mm }),
                distance_m: 0.0,
                island: false,
                moved: None,
            };
            let from = snapped(dice.position(&g));
            let points: Vec<Snapped> = (0..8).map(|_| snapped(dice.position(&g))).collect();
            let limit_ms = dice.usize(..60_000) as u32;
            let found = reach(&g, &mut ws, &from, &points, limit_ms);
            let oracle = |p: &Snapped| drive_ms(&g, &mut Workspace::default(), from.position(), p.position(), limit_ms);
            let want: Vec<u32> = points.iter().map(|p| oracle(p).unwrap_or(CLOSED)).collect();
            assert_eq!(found, want, "round {round}: from {from:?}, limit {limit_ms}, {points:?}");
        }
    }
}
