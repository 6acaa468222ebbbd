//! Climbing the elimination tree: the half of every search.

use super::{
    Hierarchy,
    structure::{Rank, Structure},
};
use crate::kernel::graph::{CLOSED, Entrance, Graph, NodeIx};

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
    /// What it met, ascending.
    pub met: Vec<Rank>,
}

impl Side {
    fn set(&mut self, rank: Rank, ms: u32) {
        self.ms[rank as usize] = ms;
        self.met.push(rank);
    }

    fn clear(&mut self) {
        self.met.drain(..).for_each(|r| self.ms[r as usize] = CLOSED);
    }
}

impl Climbs {
    pub(super) fn begin(&mut self, nodes: usize) {
        for ms in [&mut self.scratch, &mut self.from.ms, &mut self.to.ms] {
            if ms.len() < nodes {
                ms.resize(nodes, CLOSED);
            }
        }
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

/// Calls `visit` for all ranks on the way up from the seeds, ascending, with the least
/// milliseconds over lower ranks; it answers whether it is worth going on from there. `ms` is by
/// arc, `scratch` by rank and [`CLOSED`] before and after.
pub(super) fn climb(
    s: &Structure,
    ms: &[u32],
    scratch: &mut [u32],
    seeds: impl Iterator<Item = (NodeIx, u32)>,
    mut visit: impl FnMut(Rank, u32) -> bool,
) {
    // The ways up soon join: mostly this holds one rank.
    let mut at: Vec<Rank> = Vec::with_capacity(4);
    for (node, seed_ms) in seeds {
        at.push(s.rank[node as usize]);
        let known = &mut scratch[s.rank[node as usize] as usize];
        *known = seed_ms.min(*known);
    }
    while let Some(rank) = at.iter().copied().min() {
        let here = std::mem::replace(&mut scratch[rank as usize], CLOSED);
        let row = s.row(rank);
        let heads = &s.head[row.clone()];
        if here != CLOSED && visit(rank, here) {
            for (&head, &arc_ms) in heads.iter().zip(&ms[row]) {
                let known = &mut scratch[head as usize];
                *known = here.saturating_add(arc_ms).min(*known);
            }
        }
        at.retain(|&r| r != rank);
        if let Some(&parent) = heads.first().filter(|parent| !at.contains(parent)) {
            at.push(parent);
        }
    }
}

impl Hierarchy {
    /// Climbs from the target, against the drive.
    pub(super) fn climb_to(&self, graph: &Graph, climbs: &mut Climbs, to: &[Entrance]) {
        climbs.begin(self.structure.nodes());
        climbs.to.clear();
        let Climbs { scratch, to: side, .. } = climbs;
        climb(&self.structure, &self.weights.down_ms, scratch, entries(graph, to), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }

    /// Climbs from a start and keeps what it meets.
    pub(super) fn climb_from(&self, graph: &Graph, climbs: &mut Climbs, from: &[Entrance]) {
        climbs.begin(self.structure.nodes());
        climbs.from.clear();
        let Climbs { scratch, from: side, .. } = climbs;
        climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, from), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }
}
