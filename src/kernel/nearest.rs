//! The k candidates that reach a target soonest: a reverse search that stops when it may.
//!
//! The search grows backwards from the target. A candidate is met at the nodes by which it can
//! leave its link. It is over once `reached + least extra` exceeds the k-th best whole answer:
//! nobody still unmet, and nobody met by a worse exit, can then come in before (or level with) it.
//! Whoever comes on another network, or is found by another method, enters the same race.

use super::{
    dijkstra::{Route, Workspace, assemble, search},
    graph::{CLOSED, Entrance, Graph, Position},
    snap::Snapped,
};

mod starts;

pub use starts::Starts;

/// Who could come: from where, and what is added to the drive (turnout, walk, ...).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub at: Snapped,
    pub extra_ms: u32,
}

impl From<Candidate> for Entrance {
    fn from(Candidate { at, extra_ms }: Candidate) -> Self {
        Self { at: at.position(), extra_ms }
    }
}

/// A candidate that made it among the k.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Index into the candidates given.
    pub candidate: usize,
    pub drive_ms: u32,
    /// `drive_ms + extra_ms`.
    pub total_ms: u64,
    /// Present when routes were asked for.
    pub route: Option<Route>,
}

/// The answer to a nearest query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nearest {
    /// At most k, by `total_ms`, then by candidate index.
    pub hits: Vec<Hit>,
    /// Candidates without any way to the target; known only when fewer than k could be found and
    /// the search therefore ran through everything, else empty.
    pub unreachable: Vec<usize>,
}

/// What is asked of candidates that are known beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub target: &'a Snapped,
    pub starts: &'a Starts,
    pub k: usize,
    pub routes: bool,
}

/// The `k` candidates with the least `drive_ms + extra_ms` to `target`, ties by index.
pub fn nearest(
    graph: &Graph,
    ws: &mut Workspace,
    target: &Snapped,
    candidates: &[Candidate],
    k: usize,
    routes: bool,
) -> Nearest {
    let starts = &Starts::new(graph, candidates.iter().copied());
    nearest_eligible(graph, ws, Query { target, starts, k, routes }, |_| true)
}

/// The same of those candidates for which `eligible` holds; the others are as if they were not there.
pub fn nearest_eligible(graph: &Graph, ws: &mut Workspace, query: Query, eligible: impl Fn(usize) -> bool) -> Nearest {
    let Query { target, starts, k, routes } = query;
    let all = || (0..starts.len()).filter(|&c| eligible(c));
    if all().next().is_none() {
        return Nearest::default();
    }
    let (mut race, to) = (Race::new(k), [target.position().into()]);
    let exhausted = enter(graph, ws, &to, starts, |c| eligible(c).then_some(c), &mut race);
    let trace = |from, ms| trace(graph, ws, from, &to, ms);
    race.finish(all(), exhausted, routes.then_some(trace))
}

/// Lets candidates into the race, each under the number that `number` gives it, if any; true when all
/// drives are known. What an entrance of the target costs counts as driven until the drive is traced.
pub(super) fn enter(
    graph: &Graph,
    ws: &mut Workspace,
    to: &[Entrance],
    starts: &Starts,
    number: impl Fn(usize) -> Option<usize>,
    race: &mut Race,
) -> bool {
    if race.k == 0 {
        return true;
    }
    for (to, (c, from, own_ms)) in to.iter().flat_map(|to| starts.on_link(to.at.link).map(move |s| (to, s))) {
        if let (Some(number), Some((_, ms))) = (number(c), graph.along(from, to.at)) {
            race.offer(number, from, ms.saturating_add(to.extra_ms), own_ms);
        }
    }
    let least_ms = starts.least_extra_ms();
    let worth_ms = race.worth_ms(least_ms);
    search::<true>(graph, ws, to, worth_ms, |node, ms| {
        for exit in starts.exits_to(node) {
            if let Some(number) = number(exit.candidate) {
                race.offer(number, exit.from, ms.saturating_add(exit.rest_ms), exit.extra_ms);
            }
        }
        race.worth_ms(least_ms)
    })
}

/// The k best whole answers so far.
pub(super) struct Race {
    k: usize,
    /// By whole answer, then by number.
    best: Vec<Runner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Runner {
    total_ms: u64,
    candidate: usize,
    drive_ms: u32,
    from: Position,
}

impl Race {
    pub(super) fn new(k: usize) -> Self {
        Self { k, best: Vec::new() }
    }

    /// A drive found for a candidate, not necessarily its least; none when [`CLOSED`].
    #[inline]
    pub(super) fn offer(&mut self, candidate: usize, from: Position, drive_ms: u32, extra_ms: u32) {
        let runner = Runner { total_ms: u64::from(drive_ms) + u64::from(extra_ms), candidate, drive_ms, from };
        let full = self.best.len() == self.k;
        if drive_ms == CLOSED || full && self.best.last().is_none_or(|last| *last <= runner) {
            return;
        }
        match self.best.iter().position(|b| b.candidate == candidate) {
            Some(known) if self.best[known] <= runner => return,
            Some(known) => _ = self.best.remove(known),
            None if full => _ = self.best.pop(),
            None => {}
        }
        let place = self.best.partition_point(|b| *b < runner);
        self.best.insert(place, runner);
    }

    /// How many milliseconds of driving may still change the answer, with at least this to be added.
    #[inline]
    pub(super) fn worth_ms(&self, least_extra_ms: u32) -> u32 {
        match self.best.last() {
            Some(last) if self.best.len() == self.k => {
                u32::try_from(last.total_ms.saturating_sub(u64::from(least_extra_ms))).unwrap_or(CLOSED - 1)
            }
            _ => CLOSED - 1,
        }
    }

    /// Those who hold a place: who, from where, in what time.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, Position, u32)> + '_ {
        self.best.iter().map(|b| (b.candidate, b.from, b.drive_ms))
    }

    /// The answer; `all` candidates, `exhausted` when no drive is left to be found.
    pub(super) fn finish(
        self,
        all: impl Iterator<Item = usize>,
        exhausted: bool,
        mut route: Option<impl FnMut(Position, u32) -> Route>,
    ) -> Nearest {
        let placed = |c: &usize| self.best.iter().any(|b| b.candidate == *c);
        let lost = exhausted && self.best.len() < self.k;
        let mut unreachable: Vec<usize> = if lost { all.filter(|c| !placed(c)).collect() } else { Vec::new() };
        unreachable.sort_unstable();
        let hit = |&Runner { total_ms, candidate, drive_ms, from }: &Runner| {
            let route = route.as_mut().map(|route| route(from, drive_ms));
            Hit { candidate, drive_ms: route.as_ref().map_or(drive_ms, |r| r.drive_ms), total_ms, route }
        };
        Nearest { hits: self.best.iter().map(hit).collect(), unreachable }
    }
}

/// The drive from `from` to the target of the last reverse search that, with what its entrance there
/// costs, takes `ms`.
pub(super) fn trace(graph: &Graph, ws: &Workspace, from: Position, to: &[Entrance], ms: u32) -> Route {
    if let Some(straight) = straight(graph, from, to, ms) {
        return straight;
    }
    let met = |node| ws.ms(node).unwrap_or(CLOSED);
    let first = graph.exits(from).find(|exit| met(exit.node).saturating_add(exit.ms) == ms);
    let first = first.expect("a hit was met at one of its exits");
    let (rest, seed) = ws.trace::<true>(graph, to, first.node);
    let edges: Vec<_> = first.edge.into_iter().chain(rest).collect();
    assemble(graph, ms - to[seed].extra_ms, [from, to[seed].at], &edges)
}

/// The drive within the link of `from` that, with what the entrance costs, takes `ms`, if there is one.
pub(super) fn straight(graph: &Graph, from: Position, to: &[Entrance], ms: u32) -> Option<Route> {
    to.iter().find_map(|to| {
        let (edge, drive_ms) = graph.along(from, to.at).filter(|a| a.1.saturating_add(to.extra_ms) == ms)?;
        Some(assemble(graph, drive_ms, [from, to.at], &[edge]))
    })
}

#[cfg(test)]
mod tests;
