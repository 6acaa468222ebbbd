//! The k candidates that reach a target soonest: a reverse search that stops when it may.
//!
//! The search grows backwards from the target. A candidate is met at the nodes by which it can
//! leave its link. It is over once `reached + least extra` exceeds the k-th best whole answer:
//! nobody still unmet, and nobody met by a worse exit, can then come in before (or level with) it.
//! Candidates of several profiles race on a network each, one search after another, for the same k.

use std::collections::BTreeMap;

use super::{
    dijkstra::{Route, Workspace, assemble, search},
    graph::{CLOSED, Graph, LinkIx, NodeIx, Position},
    snap::Snapped,
};

/// Who could come: from where, and what is added to the drive (turnout, walk, ...).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub at: Snapped,
    pub extra_ms: u32,
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

/// One network on which some of the candidates come, and where the target lies on it.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    pub graph: &'a Graph,
    pub target: Snapped,
    /// Each with its index among all; an index stands in one field only.
    pub candidates: Vec<(usize, Candidate)>,
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
    let starts = &Starts::new(graph, candidates.to_vec());
    nearest_eligible(graph, ws, Query { target, starts, k, routes }, |_| true)
}

/// The same of those candidates for which `eligible` holds; the others are as if they were not there.
pub fn nearest_eligible(graph: &Graph, ws: &mut Workspace, query: Query, eligible: impl Fn(usize) -> bool) -> Nearest {
    let Query { target, starts, k, routes } = query;
    if !(0..starts.candidates.len()).any(&eligible) {
        return Nearest::default();
    }
    let to = target.position();
    let mut race = Race::new(k);
    let exhausted = enter(graph, ws, to, starts, |c| eligible(c).then_some(c), &mut race);
    let route = |c: usize, ms| trace(graph, ws, starts.candidates[c].at.position(), to, ms);
    let all = (0..starts.candidates.len()).filter(|&c| eligible(c));
    race.finish(all, exhausted, routes.then_some(route))
}

/// The `k` best of candidates on several networks. Each network is searched only as long as it may
/// still change the answer of those before it.
pub fn nearest_among(fields: &[Field<'_>], ws: &mut Workspace, k: usize, routes: bool) -> Nearest {
    let (mut race, mut exhausted, mut traced) = (Race::new(k), true, BTreeMap::new());
    for Field { graph, target, candidates } in fields {
        let (starts, to) = (Starts::new(graph, candidates.iter().map(|c| c.1).collect()), target.position());
        exhausted &= enter(graph, ws, to, &starts, |c| Some(candidates[c].0), &mut race);
        // The next search overwrites what this one knows.
        for (i, c) in candidates.iter().filter(|_| routes) {
            if let Some(ms) = race.drive_ms(*i) {
                traced.insert(*i, trace(graph, ws, c.at.position(), to, ms));
            }
        }
    }
    let mut all: Vec<usize> = fields.iter().flat_map(|f| f.candidates.iter().map(|c| c.0)).collect();
    all.sort_unstable();
    let route = |c: usize, _| traced.remove(&c).expect("whoever holds a place was traced on the own network");
    race.finish(all.into_iter(), exhausted, routes.then_some(route))
}

/// Lets one network's candidates into the race, each under the number that `number` gives it, if any;
/// true when all drives there are known.
fn enter(
    graph: &Graph,
    ws: &mut Workspace,
    to: Position,
    starts: &Starts,
    number: impl Fn(usize) -> Option<usize>,
    race: &mut Race,
) -> bool {
    if race.k == 0 || starts.candidates.is_empty() {
        return true;
    }
    for on_link in starts.on(to.link) {
        let c = on_link.candidate as usize;
        let Candidate { at, extra_ms } = starts.candidates[c];
        if let (Some(number), Some((_, ms))) = (number(c), graph.along(at.position(), to)) {
            race.offer(number, ms, extra_ms);
        }
    }
    let start = race.worth_ms(starts.least_extra_ms);
    search::<true>(graph, ws, to, start, |node, ms| {
        for exit in starts.at(node) {
            if let Some(number) = number(exit.candidate as usize) {
                race.offer(number, ms.saturating_add(exit.rest_ms), exit.extra_ms);
            }
        }
        race.worth_ms(starts.least_extra_ms)
    })
}

/// The k best whole answers so far.
pub(super) struct Race {
    k: usize,
    /// By whole answer, then by candidate.
    best: Vec<Runner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Runner {
    total_ms: u64,
    candidate: usize,
    drive_ms: u32,
}

impl Race {
    pub(super) fn new(k: usize) -> Self {
        Self { k, best: Vec::new() }
    }

    /// A drive found for a candidate, not necessarily its least; none when [`CLOSED`].
    pub(super) fn offer(&mut self, candidate: usize, drive_ms: u32, extra_ms: u32) {
        let runner = Runner { total_ms: u64::from(drive_ms) + u64::from(extra_ms), candidate, drive_ms };
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
    pub(super) fn worth_ms(&self, least_extra_ms: u32) -> u32 {
        match self.best.last() {
            Some(last) if self.best.len() == self.k => {
                u32::try_from(last.total_ms.saturating_sub(u64::from(least_extra_ms))).unwrap_or(CLOSED - 1)
            }
            _ => CLOSED - 1,
        }
    }

    /// The drive of a candidate that holds a place.
    fn drive_ms(&self, candidate: usize) -> Option<u32> {
        self.best.iter().find(|b| b.candidate == candidate).map(|b| b.drive_ms)
    }

    /// The answer; `all` candidates ascending, `exhausted` when no drive is left to be found.
    pub(super) fn finish(
        self,
        all: impl Iterator<Item = usize>,
        exhausted: bool,
        mut route: Option<impl FnMut(usize, u32) -> Route>,
    ) -> Nearest {
        let lost = exhausted && self.best.len() < self.k;
        let unreachable = if lost { all.filter(|&c| self.drive_ms(c).is_none()).collect() } else { Vec::new() };
        let hit = |&Runner { total_ms, candidate, drive_ms }: &Runner| {
            let route = route.as_mut().map(|route| route(candidate, drive_ms));
            Hit { candidate, drive_ms, total_ms, route }
        };
        Nearest { hits: self.best.iter().map(hit).collect(), unreachable }
    }
}

/// One way off a candidate's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Exit {
    node: NodeIx,
    candidate: u32,
    rest_ms: u32,
    extra_ms: u32,
}

/// Where candidates start from, found by node and by link: made once, asked by many queries.
#[derive(Debug, Clone)]
pub struct Starts {
    candidates: Vec<Candidate>,
    least_extra_ms: u32,
    by_node: Vec<Exit>,
    by_link: Vec<OnLink>,
    /// A small bit set over hashed nodes: most nodes are nobody's exit and are told so at once.
    filter: Vec<u64>,
    shift: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct OnLink {
    link: LinkIx,
    candidate: u32,
}

impl Starts {
    pub fn new(graph: &Graph, candidates: Vec<Candidate>) -> Self {
        let mut by_node: Vec<Exit> = Vec::with_capacity(2 * candidates.len());
        let mut by_link: Vec<OnLink> = Vec::with_capacity(candidates.len());
        for (candidate, c) in (0..).zip(&candidates) {
            by_link.push(OnLink { link: c.at.link, candidate });
            by_node.extend(graph.edges_at(c.at.position()).map(|(edge, _, rest_ms)| Exit {
                node: graph.head(edge),
                candidate,
                rest_ms,
                extra_ms: c.extra_ms,
            }));
        }
        by_node.sort_unstable();
        by_link.sort_unstable();
        let least_extra_ms = candidates.iter().map(|c| c.extra_ms).min().unwrap_or(0);
        let bits = (16 * by_node.len()).next_power_of_two().max(1024);
        let (filter, shift) = (vec![0; bits / 64], 32 - bits.trailing_zeros().min(31));
        let mut starts = Self { candidates, least_extra_ms, by_node, by_link, filter, shift };
        for i in 0..starts.by_node.len() {
            let (word, bit) = starts.slot(starts.by_node[i].node);
            starts.filter[word] |= bit;
        }
        starts
    }

    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Fibonacci hashing (Knuth, TAOCP 6.4).
    fn slot(&self, node: NodeIx) -> (usize, u64) {
        let hash = node.wrapping_mul(0x9E37_79B9) >> self.shift;
        ((hash / 64) as usize, 1 << (hash % 64))
    }

    #[inline]
    fn at(&self, node: NodeIx) -> &[Exit] {
        let (word, bit) = self.slot(node);
        if self.filter[word] & bit == 0 {
            return &[];
        }
        run(&self.by_node, |e| e.node, node)
    }

    fn on(&self, link: LinkIx) -> &[OnLink] {
        run(&self.by_link, |e| e.link, link)
    }
}

/// The entries of a sorted list with this key.
fn run<T>(sorted: &[T], key: impl Fn(&T) -> u32, wanted: u32) -> &[T] {
    let start = sorted.partition_point(|e| key(e) < wanted);
    let len = sorted[start..].iter().take_while(|e| key(e) == wanted).count();
    &sorted[start..start + len]
}

/// The drive of `drive_ms` from `from` to the target of the last reverse search.
fn trace(graph: &Graph, ws: &Workspace, from: Position, to: Position, drive_ms: u32) -> Route {
    if let Some((edge, _)) = graph.along(from, to).filter(|&(_, ms)| ms == drive_ms) {
        return assemble(graph, drive_ms, from, to, &[edge]);
    }
    let first = graph
        .edges_at(from)
        .find(|&(edge, _, rest)| ws.ms(graph.head(edge)).is_some_and(|ms| ms.saturating_add(rest) == drive_ms))
        .map(|(edge, ..)| edge)
        .expect("a hit was met at one of its exits");
    let (middle, last) = ws.trace::<true>(graph, to, graph.head(first));
    let edges: Vec<_> = std::iter::once(first).chain(middle).chain([last]).collect();
    assemble(graph, drive_ms, from, to, &edges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{
        dijkstra::{drive_ms, route},
        drawn::{Dice, drawn, random},
    };

    fn snapped(g: &Graph, at: Position) -> Snapped {
        Snapped { link: at.link, offset_mm: at.offset_mm, point: g.point_at(at), distance_m: 0.0, island: false }
    }

    /// One Dijkstra per candidate.
    fn oracle(g: &Graph, target: &Snapped, candidates: &[Candidate], k: usize) -> (Vec<(u64, usize)>, Vec<usize>) {
        let mut ws = Workspace::default();
        let mut drive = |c: &Candidate| drive_ms(g, &mut ws, c.at.position(), target.position(), CLOSED - 1);
        let drives: Vec<Option<u32>> = candidates.iter().map(&mut drive).collect();
        let total = |(i, ms): (usize, &Option<u32>)| Some((u64::from((*ms)?) + u64::from(candidates[i].extra_ms), i));
        let mut all: Vec<(u64, usize)> = drives.iter().enumerate().filter_map(total).collect();
        all.sort_unstable();
        let lost = (0..candidates.len()).filter(|&i| drives[i].is_none() && all.len() < k).collect();
        all.truncate(k);
        (all, lost)
    }

    #[test]
    fn hits_equal_one_dijkstra_per_candidate() {
        let (mut dice, mut ws) = (Dice(21), Workspace::default());
        for round in 0..2000 {
            let g = random(&mut dice);
            let target = snapped(&g, dice.position(&g));
            let candidate =
                |d: &mut Dice| Candidate { at: snapped(&g, d.position(&g)), extra_ms: d.below(4) as u32 * 7000 };
            let candidates: Vec<Candidate> = (0..dice.below(12)).map(|_| candidate(&mut dice)).collect();
            let k = dice.below(6);
            let found = nearest(&g, &mut ws, &target, &candidates, k, true);
            let hits: Vec<(u64, usize)> = found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect();
            let want = oracle(&g, &target, &candidates, k);
            assert_eq!((hits, found.unreachable), want, "round {round}: k {k} {target:?} {candidates:?}");
            for hit in found.hits {
                let c = candidates[hit.candidate];
                let r = hit.route.unwrap();
                assert_eq!(r.segments.iter().map(|s| s.ms).sum::<u32>(), hit.drive_ms, "round {round}");
                assert_eq!((r.points[0], r.points[r.points.len() - 1]), (c.at.point, target.point), "round {round}");
                let length_m: f64 = r.points.windows(2).map(|p| p[0].distance_m(p[1])).sum();
                assert!((length_m - r.length_m).abs() < 0.1, "round {round}");
                let forward = route(&g, &mut ws, c.at.position(), target.position(), CLOSED - 1).unwrap();
                assert_eq!(forward.drive_ms, r.drive_ms, "round {round}");
            }
        }
    }

    #[test]
    fn those_of_several_networks_race_for_the_same_places() {
        let (mut dice, mut ws) = (Dice(22), Workspace::default());
        for round in 0..1000 {
            let graphs: Vec<Graph> = (0..3).map(|_| random(&mut dice)).collect();
            let k = dice.below(6);
            let (mut fields, mut all, mut lost) = (Vec::new(), Vec::new(), Vec::new());
            let order: Vec<usize> = (0..dice.below(15)).map(|_| dice.below(3)).collect();
            for (f, graph) in graphs.iter().enumerate() {
                let target = snapped(graph, dice.position(graph));
                let mut candidates = Vec::new();
                for i in (0..order.len()).filter(|&i| order[i] == f) {
                    let extra_ms = dice.below(4) as u32 * 7000;
                    let at = snapped(graph, dice.position(graph));
                    match drive_ms(graph, &mut ws, at.position(), target.position(), CLOSED - 1) {
                        Some(ms) => all.push((u64::from(ms) + u64::from(extra_ms), i)),
                        None => lost.push(i),
                    }
                    candidates.push((i, Candidate { at, extra_ms }));
                }
                fields.push(Field { graph, target, candidates });
            }
            all.sort_unstable();
            lost.sort_unstable();
            if all.len() >= k {
                lost.clear();
            }
            all.truncate(k);
            let found = nearest_among(&fields, &mut ws, k, true);
            let hits: Vec<(u64, usize)> = found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect();
            assert_eq!((hits, &found.unreachable), (all, &lost), "round {round}: k {k}, {fields:?}");
            for hit in found.hits {
                let whole = hit.route.unwrap().segments.iter().map(|s| s.ms).sum::<u32>();
                assert_eq!(whole, hit.drive_ms, "round {round}: k {k}, {fields:?}");
            }
        }
    }

    #[test]
    fn a_slower_start_can_lose_against_a_longer_drive() {
        let g = drawn("A  B     C", &["A-B", "B-C"]);
        let target = snapped(&g, Position { link: 0, offset_mm: 0 });
        let near = Candidate { at: snapped(&g, Position { link: 0, offset_mm: 200_000 }), extra_ms: 120_000 };
        let far = Candidate { at: snapped(&g, Position { link: 1, offset_mm: 500_000 }), extra_ms: 0 };
        let found = nearest(&g, &mut Workspace::default(), &target, &[near, far], 2, false);
        assert_eq!(found.hits.iter().map(|h| h.candidate).collect::<Vec<_>>(), [1, 0]);
        assert!(found.unreachable.is_empty() && found.hits.iter().all(|h| h.route.is_none()));
    }
}
