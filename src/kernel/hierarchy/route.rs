//! From milliseconds back to roads: shortcuts are taken apart until only links are left.

use super::{
    Hierarchy,
    climb::{Climbs, Side, entries, exits},
    structure::{ArcIx, NONE, Rank},
};
use crate::kernel::{
    dijkstra::{Route, assemble},
    graph::{CLOSED, EdgeIx, Graph, NodeIx, Position},
};

/// A drive of `drive_ms` that is known to exist, to the target of the last climb.
pub(super) fn route(
    h: &Hierarchy,
    graph: &Graph,
    climbs: &mut Climbs,
    from: Position,
    to: Position,
    drive_ms: u32,
) -> Route {
    if let Some((edge, _)) = graph.along(from, to).filter(|&(_, ms)| ms == drive_ms) {
        return assemble(graph, drive_ms, from, to, &[edge]);
    }
    h.climb_from(graph, climbs, from);
    let (up, down) = (&climbs.from, &climbs.to);
    let top = up.met.iter().copied().find(|&r| up.ms[r as usize].saturating_add(down.ms[r as usize]) == drive_ms);
    let top = top.expect("a drive that is not straight was met at some node");
    let seeds = |nodes: &mut dyn Iterator<Item = (NodeIx, u32)>| nodes.collect::<Vec<_>>();
    let (mut rise, start) = descend(h, up, &h.weights.up_ms, top, &seeds(&mut exits(graph, from)));
    let (fall, end) = descend(h, down, &h.weights.down_ms, top, &seeds(&mut entries(graph, to)));
    rise.reverse();
    let first = graph.edges_at(from).find(|&(e, _, rest)| (graph.head(e), rest) == start);
    let last = graph.edges_at(to).find(|&(e, part, _)| graph.tails(e).any(|tail| (tail, part) == end));
    let mut edges: Vec<EdgeIx> = first.map(|(e, ..)| e).into_iter().collect();
    rise.into_iter().for_each(|arc| unpack(h, graph, arc, true, &mut edges));
    fall.into_iter().for_each(|arc| unpack(h, graph, arc, false, &mut edges));
    edges.extend(last.map(|(e, ..)| e));
    assemble(graph, drive_ms, from, to, &edges)
}

/// The arcs from `top` down to one of the seeds of a climb, and that seed.
fn descend(h: &Hierarchy, side: &Side, ms: &[u32], top: Rank, seeds: &[(NodeIx, u32)]) -> (Vec<ArcIx>, (NodeIx, u32)) {
    let s = &h.structure;
    let (mut arcs, mut at) = (Vec::new(), top);
    loop {
        let here = side.ms[at as usize];
        if let Some(&seed) = seeds.iter().find(|&&seed| seed == (s.node[at as usize], here)) {
            return (arcs, seed);
        }
        let leads = |lower_ms: u32, arc: ArcIx| lower_ms != CLOSED && lower_ms.saturating_add(ms[arc as usize]) == here;
        let lower = s.lowers(at).iter().find(|l| leads(side.ms[l.tail as usize], l.arc));
        let lower = lower.expect("what was reached was reached from somewhere");
        arcs.push(lower.arc);
        at = lower.tail;
    }
}

/// The edges of a shortcut, in driving order: itself where a link is as quick, else over the lowest
/// node that is.
fn unpack(h: &Hierarchy, graph: &Graph, arc: ArcIx, up: bool, edges: &mut Vec<EdgeIx>) {
    let (s, w) = (&h.structure, &h.weights);
    let mut open: Vec<[Rank; 2]> = Vec::new();
    let upper = s.head[arc as usize];
    let lower = (s.first.partition_point(|&f| f <= arc) - 1) as Rank;
    open.push(if up { [lower, upper] } else { [upper, lower] });
    while let Some([from, to]) = open.pop() {
        let weight = |a: Rank, b: Rank| {
            let arc = s.arc_between(a, b);
            if arc == NONE {
                CLOSED
            } else if a < b {
                w.up_ms[arc as usize]
            } else {
                w.down_ms[arc as usize]
            }
        };
        let ms = weight(from, to);
        let [a, b] = [from, to].map(|r| s.node[r as usize]);
        let rows = graph.rows::<false>();
        let slot = rows.row(a).find(|&slot| rows.arcs[slot].node == b && rows.arcs[slot].ms == ms);
        if let Some(slot) = slot {
            edges.push(rows.edges[slot]);
            continue;
        }
        let over = s.lowers(from.min(to)).iter().map(|l| l.tail);
        let mut over = over.filter(|&v| {
            let (there, on) = (weight(from, v), weight(v, to));
            there != CLOSED && on != CLOSED && there.saturating_add(on) == ms
        });
        let middle = over.next().expect("a shortcut that is no link has a lower node");
        open.push([middle, to]);
        open.push([from, middle]);
    }
}
