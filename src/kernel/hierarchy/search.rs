//! Point to point and k nearest, by climbing the elimination tree from either end.

use super::{
    Hierarchy, route,
    structure::{Rank, Structure},
};
use crate::kernel::{
    graph::{CLOSED, Graph, NodeIx, Position},
    nearest::{Nearest, Race, Starts},
    snap::Snapped,
};

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
        self.from.clear();
        self.to.clear();
        for ms in [&mut self.scratch, &mut self.from.ms, &mut self.to.ms] {
            if ms.len() < nodes {
                ms.resize(nodes, CLOSED);
            }
        }
    }
}

/// Nodes by which one leaves the position, with milliseconds to them.
pub(super) fn exits(graph: &Graph, at: Position) -> impl Iterator<Item = (NodeIx, u32)> + '_ {
    graph.edges_at(at).map(|(edge, _, rest)| (graph.head(edge), rest))
}

/// Nodes by which one comes to the position, with milliseconds from them.
pub(super) fn entries(graph: &Graph, at: Position) -> impl Iterator<Item = (NodeIx, u32)> + '_ {
    graph.edges_at(at).flat_map(|(edge, part, _)| graph.tails(edge).map(move |tail| (tail, part)))
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
    /// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
    pub fn drive_ms(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        from: Position,
        to: Position,
        limit_ms: u32,
    ) -> Option<u32> {
        self.climb_to(graph, climbs, to);
        let straight = graph.along(from, to).map_or(CLOSED, |(_, ms)| ms);
        let best = self.meet(graph, climbs, from, |best| best).min(straight);
        (best != CLOSED && best <= limit_ms).then_some(best)
    }

    /// What [`nearest_eligible`](crate::kernel::nearest::nearest_eligible) answers; of several equally
    /// quick routes it may give another.
    pub fn nearest_eligible(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        target: &Snapped,
        starts: &Starts,
        eligible: &[usize],
        k: usize,
        routes: bool,
    ) -> Nearest {
        let to = target.position();
        let mut race = Race::new(k);
        if k == 0 {
            return Nearest::default();
        }
        self.climb_to(graph, climbs, to);
        for &c in eligible {
            let candidate = &starts.candidates()[c];
            let from = candidate.at.position();
            let straight = graph.along(from, to).map_or(CLOSED, |(_, ms)| ms);
            let worth = race.worth_ms(candidate.extra_ms);
            let ms = self.meet(graph, climbs, from, |best| best.min(worth)).min(straight);
            race.offer(c, ms, candidate.extra_ms);
        }
        let route = |c: usize, ms| route::route(self, graph, climbs, starts.candidates()[c].at.position(), to, ms);
        race.finish(eligible.iter().copied(), true, routes.then_some(route))
    }

    /// Climbs from the target, against the drive.
    fn climb_to(&self, graph: &Graph, climbs: &mut Climbs, to: Position) {
        climbs.begin(self.structure.nodes());
        let Climbs { scratch, to: side, .. } = climbs;
        climb(&self.structure, &self.weights.down_ms, scratch, entries(graph, to), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }

    /// Climbs from a start until it has met the climb from the target; the least drive over a node
    /// of both, where it is not over what `worth` says of the best so far.
    fn meet(&self, graph: &Graph, climbs: &mut Climbs, from: Position, worth: impl Fn(u32) -> u32) -> u32 {
        let Climbs { scratch, to, .. } = climbs;
        let mut best = CLOSED;
        climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, from), |rank, ms| {
            best = best.min(ms.saturating_add(to.ms[rank as usize]));
            ms <= worth(best)
        });
        best
    }

    /// Climbs from a start and keeps what it meets.
    pub(super) fn climb_from(&self, graph: &Graph, climbs: &mut Climbs, from: Position) {
        climbs.from.clear();
        let Climbs { scratch, from: side, .. } = climbs;
        climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, from), |rank, ms| {
            side.set(rank, ms);
            true
        });
    }

    /// Arcs that a climb from the position looks at.
    pub fn work(&self, graph: &Graph, at: Position) -> usize {
        exits(graph, at)
            .map(|(n, _)| self.structure.climb[self.structure.rank[n as usize] as usize] as usize)
            .max()
            .unwrap_or(0)
    }
}
