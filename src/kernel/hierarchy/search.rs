//! Point to point and k nearest, by climbing the elimination tree from either end.

use super::{
    Hierarchy,
    climb::{Climbs, climb, exits},
    route,
};
use crate::kernel::{
    dijkstra::Route,
    graph::{CLOSED, Graph, Position},
    nearest::{Nearest, Query, Race, Starts},
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

    /// What [`nearest_eligible`](crate::kernel::nearest::nearest_eligible) answers for these candidates;
    /// of several equally quick routes it may give another.
    pub fn nearest_eligible(&self, graph: &Graph, climbs: &mut Climbs, query: Query, eligible: &[usize]) -> Nearest {
        let Query { target, starts, k, routes } = query;
        let (mut race, to) = (Race::new(k), target.position());
        let all = || eligible.iter().copied();
        self.enter(graph, climbs, to, starts, 0, all().map(|c| (c, c)), &mut race);
        let trace = |from, ms| self.route(graph, climbs, from, to, ms);
        race.finish(all(), true, routes.then_some(trace))
    }

    /// Lets candidates into the race, each with its number there and with `extra_ms` more than its own;
    /// all drives are known then.
    #[expect(clippy::too_many_arguments, reason = "what a search needs, and who")]
    pub(in crate::kernel) fn enter(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        to: Position,
        starts: &Starts,
        extra_ms: u32,
        candidates: impl Iterator<Item = (usize, usize)>,
        race: &mut Race,
    ) {
        self.climb_to(graph, climbs, to);
        for (c, number) in candidates {
            let Some(from) = starts.at(c) else { continue };
            let extra_ms = starts.extra_ms(c) + extra_ms;
            let straight = graph.along(from, to).map_or(CLOSED, |(_, ms)| ms);
            let worth = race.worth_ms(extra_ms);
            let ms = self.meet(graph, climbs, from, |best| best.min(worth)).min(straight);
            race.offer(number, from, ms, extra_ms);
        }
    }

    /// A drive of `drive_ms` that is known to exist, to the target of the last climb.
    pub(in crate::kernel) fn route(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        from: Position,
        to: Position,
        drive_ms: u32,
    ) -> Route {
        route::route(self, graph, climbs, from, to, drive_ms)
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
