//! Point to point and k nearest, by climbing the elimination tree from either end.

use super::{
    Hierarchy,
    climb::{Climbs, climb, exits},
    route,
};
use crate::kernel::{
    graph::{CLOSED, Graph, Position},
    nearest::{Nearest, Query, Race},
};

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

    /// What [`nearest_eligible`](crate::kernel::nearest::nearest_eligible) answers for candidates that
    /// are given ascending; of several equally quick routes it may give another.
    pub fn nearest_eligible(&self, graph: &Graph, climbs: &mut Climbs, query: Query, eligible: &[usize]) -> Nearest {
        let Query { target, starts, k, routes } = query;
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

    /// Arcs that a climb from the position looks at.
    pub fn work(&self, graph: &Graph, at: Position) -> usize {
        exits(graph, at)
            .map(|(n, _)| self.structure.climb[self.structure.rank[n as usize] as usize] as usize)
            .max()
            .unwrap_or(0)
    }
}
