//! From milliseconds back to roads: shortcuts are taken apart until only links are left.

use super::{
    Hierarchy,
    climb::{Climbs, Side},
    structure::{ArcIx, NONE, Rank},
};
use crate::{
    dijkstra::{Route, assemble},
    graph::{CLOSED, EdgeIx, Entrance, Graph, Joint, Position},
    nearest::straight,
};

/// Where a climb began: by which way of which entrance.
type Seed = (Joint, Entrance);

/// A drive that is known to exist, to the target of the last climb; `ms` with what its entrance there costs.
pub(super) fn route(
    h: &Hierarchy,
    graph: &Graph,
    climbs: &mut Climbs,
    from: Position,
    to: &[Entrance],
    ms: u32,
) -> Route {
    if let Some(straight) = straight(graph, from, to, ms) {
        return straight;
    }
    let from = Entrance::from(from);
    h.climb_from(graph, climbs, &[from]);
    let (up, down) = (&climbs.from, &climbs.to);
    let top = up.passed.iter().copied().find(|&r| up.ms[r as usize].saturating_add(down.ms[r as usize]) == ms);
    let top = top.expect("a drive that is not straight was met at some node");
    let exits: Vec<Seed> = graph.exits(from.at).map(|joint| (joint, from)).collect();
    let entries: Vec<Seed> = to.iter().flat_map(|&e| graph.entries(e.at).map(move |joint| (joint, e))).collect();
    let (mut rise, first) = descend(h, up, &h.weights.up_ms, top, &exits);
    let (fall, last) = descend(h, down, &h.weights.down_ms, top, &entries);
    rise.reverse();
    let mut edges: Vec<EdgeIx> = first.0.edge.into_iter().collect();
    rise.into_iter().for_each(|arc| unpack(h, graph, arc, true, &mut edges));
    fall.into_iter().for_each(|arc| unpack(h, graph, arc, false, &mut edges));
    edges.extend(last.0.edge);
    assemble(graph, ms - last.1.extra_ms, [from.at, last.1.at], &edges)
}

/// The arcs from `top` down to one of the seeds of a climb, and that seed.
fn descend(h: &Hierarchy, side: &Side, ms: &[u32], top: Rank, seeds: &[Seed]) -> (Vec<ArcIx>, Seed) {
    let s = &h.structure;
    let (mut arcs, mut at) = (Vec::new(), top);
    loop {
        let here = side.ms[at as usize];
        let begins =
            |(joint, e): &&Seed| (joint.node, joint.ms.saturating_add(e.extra_ms)) == (s.node[at as usize], here);
        if let Some(&seed) = seeds.iter().find(begins) {
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
