//! Climbing the elimination tree: the half of every search.

use super::{
    Hierarchy,
    structure::{Rank, Structure},
};
use crate::graph::{CLOSED, Entrance, Graph, NodeIx};

/// State of climbs, reused between queries; [`CLOSED`] everywhere between them.
#[derive(Debug, Default)]
pub struct Climbs {
    pub(super) scratch: Vec<u32>,
    pub(super) from: Side,
    pub(super) to: Side,
    /// The last sweep, by rank.
    pub(super) all: Vec<u32>,
}

/// One finished climb.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// By rank.
    pub ms: Vec<u32>,
    /// What it passed, ascending.
    pub passed: Vec<Rank>,
}

impl Side {
    fn set(&mut self, rank: Rank, ms: u32) {
        self.ms[rank as usize] = ms;
        self.passed.push(rank);
    }

    fn begin(&mut self, nodes: usize) {
        self.passed.drain(..).for_each(|r| self.ms[r as usize] = CLOSED);
        grow(&mut self.ms, nodes);
    }
}

impl Climbs {
    pub(super) fn begin(&mut self, nodes: usize) {
        grow(&mut self.scratch, nodes);
    }
}

fn grow(ms: &mut Vec<u32>, nodes: usize) {
    if ms.len() < nodes {
        ms.resize(nodes, CLOSED);
    }
}

/// Nodes by which one leaves a place with these entrances, with milliseconds to them.
pub(super) fn exits(graph: &Graph, from: &[Entrance]) -> impl Iterator<Item = (NodeIx, u32)> {
    from.iter().flat_map(|e| graph.exits(e.at).map(|j| (j.node, j.ms.saturating_add(e.extra_ms))))
}

/// Nodes by which one comes to it, with milliseconds from them.
pub(super) fn entries(graph: &Graph, to: &[Entrance]) -> impl Iterator<Item = (NodeIx, u32)> {
    to.iter().flat_map(|e| graph.entries(e.at).map(|j| (j.node, j.ms.saturating_add(e.extra_ms))))
}

/// Calls `visit` for all ranks on the ways up from the seeds, ascending, with the least
/// milliseconds over lower ranks, [`CLOSED`] where there is no drive; it answers whether it is worth going
/// on from there. `ms` is by arc, `scratch` by rank and [`CLOSED`] before and after.
pub(super) fn climb(
    s: &Structure,
    ms: &[u32],
    scratch: &mut [u32],
    seeds: impl Iterator<Item = (NodeIx, u32)>,
    mut visit: impl FnMut(Rank, u32) -> bool,
) {
    // Where ways up begin or have been left, the lowest at the end; they soon join.
    let mut others: Vec<Rank> = Vec::with_capacity(4);
    for (node, seed_ms) in seeds {
        let rank = s.rank[node as usize];
        others.push(rank);
        scratch[rank as usize] = seed_ms.min(scratch[rank as usize]);
    }
    others.sort_unstable_by(|a, b| b.cmp(a));
    others.dedup();
    let mut next = others.pop();
    while let Some(rank) = next {
        let here = std::mem::replace(&mut scratch[rank as usize], CLOSED);
        let row = s.row(rank);
        let heads = &s.head[row.clone()];
        if visit(rank, here) && here != CLOSED {
            for (&head, &arc_ms) in heads.iter().zip(&ms[row]) {
                let known = &mut scratch[head as usize];
                *known = here.saturating_add(arc_ms).min(*known);
            }
        }
        next = match (heads.first().copied(), others.last().copied()) {
            (Some(parent), Some(other)) if other <= parent => {
                if let Err(place) = others.binary_search_by(|o| parent.cmp(o)) {
                    others.insert(place, parent);
                }
                others.pop()
            }
            (Some(parent), _) => Some(parent),
            (None, _) => others.pop(),
        };
    }
}

impl Hierarchy {
    /// Climbs from the target, against the drive.
    pub(super) fn climb_to(&self, graph: &Graph, climbs: &mut Climbs, to: &[Entrance]) {
        climbs.begin(self.structure.nodes());
        climbs.to.begin(self.structure.nodes());
        let Climbs { scratch, to: side, .. } = climbs;
        climb(&self.structure, &self.weights.down_ms, scratch, entries(graph, to), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }

    /// Climbs from a start and keeps what it meets.
    pub(super) fn climb_from(&self, graph: &Graph, climbs: &mut Climbs, from: &[Entrance]) {
        climbs.begin(self.structure.nodes());
        climbs.from.begin(self.structure.nodes());
        let Climbs { scratch, from: side, .. } = climbs;
        climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, from), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }
}
