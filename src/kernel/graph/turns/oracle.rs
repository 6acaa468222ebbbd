//! Dijkstra over directed edges that remembers the last edges driven and how far the drive has come: what
//! turns and roads for some only mean, said plainly.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use super::Turn;
use crate::graph::{CLOSED, EdgeIx, Graph, Position};

/// Whether a drive has met a road open to all, and then one for some only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Met {
    open: bool,
    entered: bool,
}

/// A graph that itself knows of no rules, and what may not be driven on it.
#[derive(Debug)]
pub struct Edges<'a> {
    graph: &'a Graph,
    out: Vec<Vec<EdgeIx>>,
    forbidden: HashSet<Turn>,
    /// Edges of some forbidden sequence: no others need be remembered.
    known: HashSet<EdgeIx>,
    longest: usize,
    at_ends: HashSet<EdgeIx>,
}

impl<'a> Edges<'a> {
    pub fn new(graph: &'a Graph, turns: &[Turn], at_ends: &[EdgeIx]) -> Self {
        assert!(graph.turns.is_empty() && graph.at_ends.is_empty());
        let mut out = vec![Vec::new(); graph.nodes()];
        for edge in (0..2 * graph.links() as u32).filter(|&e| graph.ms(e) != CLOSED) {
            out[graph.ends(edge)[0] as usize].push(edge);
        }
        Self {
            graph,
            out,
            forbidden: turns.iter().cloned().collect(),
            known: turns.iter().flatten().copied().collect(),
            longest: turns.iter().map(Vec::len).max().unwrap_or(2),
            at_ends: at_ends.iter().copied().collect(),
        }
    }

    /// What may still matter of the edges driven.
    fn remember(&self, mut driven: Turn) -> Turn {
        driven.drain(..driven.len().saturating_sub(self.longest - 1));
        let keep = driven.iter().rposition(|e| !self.known.contains(e)).map_or(0, |i| i + 1);
        driven.split_off(keep)
    }

    /// What a drive has met when it has driven `edge` too.
    fn met(&self, met: Met, edge: EdgeIx) -> Met {
        let some_only = self.at_ends.contains(&edge);
        Met { open: met.open || !some_only, entered: met.entered || met.open && some_only }
    }

    /// Whether `edge` may follow on what was driven.
    fn may(&self, met: Met, driven: &[EdgeIx], edge: EdgeIx) -> bool {
        let whole = [driven, &[edge]].concat();
        let free = (0..driven.len()).all(|skip| !self.forbidden.contains(&whole[skip..]));
        free && (!met.entered || self.at_ends.contains(&edge))
    }

    /// All drives from `from`.
    pub fn from(&self, from: Position) -> Drives<'_> {
        let mut arrivals: Vec<Vec<(Met, Turn, u32)>> = vec![Vec::new(); self.out.len()];
        let mut queue = BinaryHeap::new();
        match junction(self.graph, from) {
            // Nothing was driven yet.
            Some(node) => queue.push(Reverse((0, node, Met::default(), Turn::new()))),
            None => queue.extend(self.graph.edges_at(from).map(|(edge, _, rest)| {
                let met = self.met(Met::default(), edge);
                Reverse((rest, self.graph.ends(edge)[1], met, self.remember(vec![edge])))
            })),
        }
        while let Some(Reverse((ms, node, met, driven))) = queue.pop() {
            if arrivals[node as usize].iter().any(|a| (a.0, &a.1) == (met, &driven)) {
                continue;
            }
            for &edge in self.out[node as usize].iter().filter(|&&e| self.may(met, &driven, e)) {
                let next = self.remember([&driven[..], &[edge]].concat());
                let arrival = (ms + self.graph.ms(edge), self.graph.ends(edge)[1], self.met(met, edge), next);
                queue.push(Reverse(arrival));
            }
            arrivals[node as usize].push((met, driven, ms));
        }
        Drives { edges: self, from, arrivals }
    }
}

/// The end of a link is the junction itself.
fn junction(graph: &Graph, at: Position) -> Option<u32> {
    let ends = [0, graph.topology.link_mm[at.link as usize]];
    let end = ends.iter().position(|&mm| mm == at.offset_mm)?;
    Some(graph.ends(2 * at.link)[end])
}

/// The drives from one position.
#[derive(Debug)]
pub struct Drives<'a> {
    edges: &'a Edges<'a>,
    from: Position,
    /// By junction: what was met, what was driven last, as far as it matters, and the least time.
    arrivals: Vec<Vec<(Met, Turn, u32)>>,
}

impl Drives<'_> {
    /// Milliseconds to `to`, `None` where no way leads.
    pub fn ms(&self, to: Position) -> Option<u32> {
        let g = self.edges.graph;
        if let Some(node) = junction(g, to) {
            return self.arrivals[node as usize].iter().map(|(.., ms)| *ms).min();
        }
        let straight = g.along(self.from, to).map(|(_, ms)| ms);
        let entered = g.edges_at(to).filter_map(|(edge, part, _)| {
            let arrivals = self.arrivals[g.ends(edge)[0] as usize].iter();
            arrivals.filter(|(met, driven, _)| self.edges.may(*met, driven, edge)).map(|(.., ms)| ms + part).min()
        });
        straight.into_iter().chain(entered).min()
    }
}
