//! The order in which nodes are contracted: nested dissection. A separator ranks above the parts
//! that it separates, and each part is ordered in the same way.

use super::flow::{Cell, Side};
use crate::graph::{Graph, NodeIx, Topology};

/// Cells of at most this many nodes are ordered by degree.
const SMALL: usize = 3;
/// Cells below this size are not worth a thread.
const WORTH_A_THREAD: usize = 10_000;

/// What is joined in either direction: each pair once, the lower first, no loops; sorted.
pub(super) fn pairs(joined: impl Iterator<Item = [NodeIx; 2]>) -> Vec<[NodeIx; 2]> {
    let mut pairs: Vec<[NodeIx; 2]> = joined.filter(|[a, b]| a != b).map(|[a, b]| [a.min(b), a.max(b)]).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Junctions that some link joins, open or not.
pub(super) fn neighbours(topology: &Topology) -> Vec<[NodeIx; 2]> {
    pairs(topology.link_tail.iter().zip(&topology.link_head).map(|(&a, &b)| [a, b]))
}

/// All junctions, the first to be contracted first. The same for any number of threads.
pub(super) fn dissect(topology: &Topology, pairs: &[[NodeIx; 2]], threads: usize) -> Vec<NodeIx> {
    let nodes = topology.node_e7.len() as u32;
    let mut order = vec![0; nodes as usize];
    place(Cell::new((0..nodes).collect(), pairs), &flattened(&topology.node_e7), threads, &mut order);
    order
}

/// An order of junctions, with the copies of each (see [`crate::graph::turns`]) right before it:
/// what separates junctions separates their copies then.
pub(super) fn with_copies(order: &[NodeIx], graph: &Graph) -> Vec<NodeIx> {
    let mut copies: Vec<[NodeIx; 2]> =
        (order.len() as NodeIx..graph.nodes() as NodeIx).map(|n| [graph.junction(n), n]).collect();
    copies.sort_unstable();
    let copies_of = |junction: NodeIx| {
        let first = copies.partition_point(|c| c[0] < junction);
        copies[first..].iter().take_while(move |c| c[0] == junction).map(|c| c[1])
    };
    order.iter().flat_map(|&n| copies_of(n).chain([n])).collect()
}

/// Longitudes shrunk to the scale of latitudes, around the middle latitude.
fn flattened(places: &[[i32; 2]]) -> Vec<[i32; 2]> {
    let lats = || places.iter().map(|p| i64::from(p[1]));
    let middle = (lats().min().unwrap_or(0) + lats().max().unwrap_or(0)) as f64 / 2e7;
    let scale = middle.to_radians().cos();
    places.iter().map(|&[x, y]| [(f64::from(x) * scale) as i32, y]).collect()
}

/// Left part, right part, separator: into `order`.
fn place(cell: Cell, places: &[[i32; 2]], threads: usize, order: &mut [NodeIx]) {
    if cell.nodes.len() <= SMALL {
        let mut small: Vec<usize> = (0..cell.nodes.len()).collect();
        small.sort_by_key(|&n| cell.degree(n));
        order.iter_mut().zip(small).for_each(|(slot, n)| *slot = cell.nodes[n]);
        return;
    }
    let threads = if cell.nodes.len() < WORTH_A_THREAD { 1 } else { threads };
    let sides = cell.cut(places, threads);
    let [left, right] = [Side::Left, Side::Right].map(|side| cell.part(&sides, side));
    let between = cell.nodes.iter().zip(&sides).filter(|(_, s)| **s == Side::Between).map(|(&n, _)| n);
    let (left_order, rest) = order.split_at_mut(left.nodes.len());
    let (right_order, top) = rest.split_at_mut(right.nodes.len());
    top.iter_mut().zip(between).for_each(|(slot, n)| *slot = n);
    drop(cell);
    if threads > 1 {
        std::thread::scope(|scope| {
            scope.spawn(|| place(left, places, threads / 2, left_order));
            place(right, places, threads.div_ceil(2), right_order);
        });
    } else {
        place(left, places, 1, left_order);
        place(right, places, 1, right_order);
    }
}
