//! Point to point and k nearest, by climbing the elimination tree from either end; from that of a
//! candidate once, where it stays.

use super::{
    Hierarchy,
    climb::{Climbs, climb, exits},
    route,
};
use crate::{
    dijkstra::Route,
    graph::{CLOSED, Entrance, Graph, Position},
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
        self.climb_to(graph, climbs, &[to.into()]);
        let straight = graph.along(from, to).map_or(CLOSED, |(_, ms)| ms);
        let best = self.meet(graph, climbs, from, |best| best).min(straight);
        (best != CLOSED && best <= limit_ms).then_some(best)
    }

    /// What [`nearest_eligible`](crate::nearest::nearest_eligible) answers for these candidates;
    /// of several equally quick routes it may give another.
    pub fn nearest_eligible(&self, graph: &Graph, climbs: &mut Climbs, query: Query, eligible: &[usize]) -> Nearest {
        let Query { target, starts, k, routes } = query;
        let (mut race, to) = (Race::new(k), [target.position().into()]);
        let all = || eligible.iter().copied();
        self.enter(graph, climbs, &to, starts, all().map(|c| (c, c)), &mut race);
        let trace = |from, ms| self.route(graph, climbs, from, &to, ms);
        race.finish(all(), true, routes.then_some(trace))
    }

    /// Lets candidates into the race, each with its number there; all drives are known then. What an
    /// entrance of the target costs counts as driven until the drive is traced. Where rows are kept one
    /// is made for whoever has none, else each candidate's climb is made anew.
    pub(crate) fn enter(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        to: &[Entrance],
        starts: &Starts,
        candidates: impl Iterator<Item = (usize, usize)>,
        race: &mut Race,
    ) {
        self.climb_to(graph, climbs, to);
        let least_extra_ms = starts.least_extra_ms();
        let mut paths = starts.keeps_rows().then(|| self.paths(graph, climbs, to)).flatten();
        for ((Entrance { at: from, extra_ms }, row), number) in
            candidates.flat_map(|(c, number)| starts.with_rows(c).map(move |start| (start, number)))
        {
            let along = |to: &Entrance| Some(graph.along(from, to.at)?.1.saturating_add(to.extra_ms));
            let straight = to.iter().filter_map(along).min().unwrap_or(CLOSED);
            let row = row.zip(paths.as_mut()).and_then(|(row, paths)| {
                paths.iter_mut().for_each(|path| path.narrow(race.worth_ms(least_extra_ms)));
                let row = row.get_or_init(|| self.row(graph, climbs, from)).as_ref()?;
                Some(row.least_ms(paths))
            });
            let ms = row.unwrap_or_else(|| {
                let worth = race.worth_ms(extra_ms);
                self.meet(graph, climbs, from, |best| best.min(worth))
            });
            race.offer(number, from, ms.min(straight), extra_ms);
        }
    }

    /// A drive that is known to exist, to the target of the last climb; `ms` with what its entrance there
    /// costs.
    pub(crate) fn route(&self, graph: &Graph, climbs: &mut Climbs, from: Position, to: &[Entrance], ms: u32) -> Route {
        route::route(self, graph, climbs, from, to, ms)
    }

    /// Climbs from a start until it has met the climb from the target; the least drive over a node
    /// of both, where it is not over what `worth` says of the best so far.
    fn meet(&self, graph: &Graph, climbs: &mut Climbs, from: Position, worth: impl Fn(u32) -> u32) -> u32 {
        let Climbs { scratch, to, .. } = climbs;
        let mut best = CLOSED;
        climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, &[from.into()]), |rank, ms| {
            best = best.min(ms.saturating_add(to.ms[rank as usize]));
            ms <= worth(best)
        });
        best
    }

    /// Arcs that a climb from the position looks at.
    pub fn work(&self, graph: &Graph, at: Position) -> usize {
        graph
            .exits(at)
            .map(|exit| self.structure.climb[self.structure.rank[exit.node as usize] as usize] as usize)
            .max()
            .unwrap_or(0)
    }
}
