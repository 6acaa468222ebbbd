//! The part of a network in which one can drive from everywhere to everywhere.

use super::{CLOSED, Hop, NodeIx, Rows};

const HOLDS: u8 = 1;
const REACHES: u8 = 2;
const REACHED_FROM: u8 = 4;

/// The largest strongly connected component, and what else leads to it or is led to by it.
#[derive(Debug, Clone)]
pub(super) struct Main(Vec<u8>);

impl Main {
    pub(super) fn of(out: &Rows, into: &Rows) -> Self {
        let mut marks: Vec<u8> = largest(out).into_iter().map(|held| if held { 7 } else { 0 }).collect();
        for (rows, mark) in [(out, REACHES), (into, REACHED_FROM)] {
            let mut open: Vec<NodeIx> = (0..marks.len() as u32).filter(|&n| marks[n as usize] & HOLDS != 0).collect();
            while let Some(node) = open.pop() {
                for next in rows.arcs[rows.row(node)].iter().filter(|hop| hop.ms != CLOSED).map(|hop| hop.node) {
                    if marks[next as usize] & mark == 0 {
                        marks[next as usize] |= mark;
                        open.push(next);
                    }
                }
            }
        }
        Self(marks)
    }

    /// Whether the node lies on it.
    pub(super) fn holds(&self, node: NodeIx) -> bool {
        self.0[node as usize] & HOLDS != 0
    }

    /// Whether one can drive from it to the node.
    pub(super) fn reaches(&self, node: NodeIx) -> bool {
        self.0[node as usize] & REACHES != 0
    }

    /// Whether one can drive to it from the node.
    pub(super) fn reached_from(&self, node: NodeIx) -> bool {
        self.0[node as usize] & REACHED_FROM != 0
    }
}

/// Marks the nodes of the strongly connected component with the most nodes; among equals the one
/// that holds the lowest node index.
fn largest(out: &Rows) -> Vec<bool> {
    let component = components(out);
    let mut size = vec![0u32; component.len()];
    component.iter().for_each(|&c| size[c as usize] += 1);
    let larger = |best: u32, c: u32| if size[c as usize] > size[best as usize] { c } else { best };
    let best = component.iter().copied().reduce(larger);
    component.iter().map(|&c| Some(c) == best).collect()
}

/// The strongly connected component of each node: Tarjan 1972 (10.1137/0201010), with its own stack.
pub(super) fn components(out: &Rows) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let nodes = out.nodes();
    let (mut order, mut low) = (vec![NEW; nodes], vec![0u32; nodes]);
    let (mut open, mut calls) = (Vec::new(), Vec::new());
    let mut component = vec![NEW; nodes];
    let (mut seen, mut closed) = (0, 0);
    for root in 0..nodes as u32 {
        if order[root as usize] == NEW {
            calls.push((root, out.row(root).start));
        }
        while let Some((node, slot)) = calls.pop() {
            let n = node as usize;
            if order[n] == NEW {
                (order[n], low[n]) = (seen, seen);
                seen += 1;
                open.push(node);
            }
            if slot < out.row(node).end {
                let Hop { node: next, ms } = out.arcs[slot];
                calls.push((node, slot + 1));
                if ms == CLOSED {
                    continue;
                }
                if order[next as usize] == NEW {
                    calls.push((next, out.row(next).start));
                } else if component[next as usize] == NEW {
                    low[n] = low[n].min(order[next as usize]);
                }
                continue;
            }
            if let Some(&(parent, _)) = calls.last() {
                low[parent as usize] = low[parent as usize].min(low[n]);
            }
            if low[n] == order[n] {
                let start = open.iter().rposition(|&m| m == node).expect("a root is still open when it closes");
                open.drain(start..).for_each(|m| component[m as usize] = closed);
                closed += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use std::cmp::Reverse;

    use crate::{drawn::random, graph::CLOSED};

    #[test]
    fn the_largest_component_is_petgraphs() {
        let mut dice = Rng::with_seed(2);
        for round in 0..300 {
            let g = random(&mut dice);
            let mut peer = petgraph::graph::DiGraph::<(), ()>::new();
            let nodes: Vec<_> = (0..g.nodes()).map(|_| peer.add_node(())).collect();
            for e in (0..2 * g.links() as u32).filter(|&e| g.ms(e) != CLOSED) {
                let [a, b] = g.ends(e).map(|n| nodes[n as usize]);
                peer.add_edge(a, b, ());
            }
            let components = petgraph::algo::tarjan_scc(&peer);
            let best = components.iter().max_by_key(|c| (c.len(), Reverse(c.iter().min().copied()))).unwrap();
            let want: Vec<bool> = nodes.iter().map(|n| best.contains(n)).collect();
            let found: Vec<bool> = (0..g.nodes() as u32).map(|n| g.main(n)).collect();
            assert_eq!(found, want, "round {round}");
        }
    }
}
