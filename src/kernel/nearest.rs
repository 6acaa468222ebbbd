//! The k candidates that reach a target soonest: a reverse search that stops when it may.
//!
//! The search grows backwards from the target. A candidate is met at the nodes by which it can
//! leave its link. It is over once `reached + least extra` exceeds the k-th best whole answer:
//! nobody still unmet, and nobody met by a worse exit, can then come in before (or level with) it.
//! Candidates of several profiles race on a network each, one search after another, for the same k.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    dijkstra::{Route, Workspace, assemble, search},
    graph::{CLOSED, Graph, NodeIx, Position},
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

/// One network on which some of the candidates come, and where the target lies on it.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    pub graph: &'a Graph,
    pub target: Snapped,
    /// Each with its index among all.
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
    let candidates = candidates.iter().copied().enumerate().collect();
    nearest_among(&[Field { graph, target: *target, candidates }], ws, k, routes)
}

/// The `k` best of candidates on several networks. Each network is searched only as long as it may
/// still change the answer of those before it.
pub fn nearest_among(fields: &[Field<'_>], ws: &mut Workspace, k: usize, routes: bool) -> Nearest {
    let all = || fields.iter().flat_map(|f| f.candidates.iter().map(|c| c.0));
    let mut race = Race { k, best: BTreeSet::new(), drive_ms: vec![CLOSED; all().max().map_or(0, |most| most + 1)] };
    let (mut traced, mut exhausted) = (BTreeMap::new(), true);
    for field in fields {
        exhausted &= run(field, ws, &mut race);
        // The next search overwrites what this one knows.
        let in_race = |&&(i, _): &&(usize, Candidate)| race.best.iter().any(|b| b.1 == i);
        for (i, c) in field.candidates.iter().filter(|_| routes).filter(in_race) {
            let (from, to) = (c.at.position(), field.target.position());
            traced.insert(*i, trace(field.graph, ws, from, to, race.drive_ms[*i]));
        }
    }
    let hit = |&(total_ms, candidate): &(u64, usize)| Hit {
        candidate,
        drive_ms: race.drive_ms[candidate],
        total_ms,
        route: traced.remove(&candidate),
    };
    let hits: Vec<Hit> = race.best.iter().map(hit).collect();
    let all_known = exhausted && k > 0 && hits.len() < k;
    let mut unreachable: Vec<usize> = all().filter(|&c| all_known && race.drive_ms[c] == CLOSED).collect();
    unreachable.sort_unstable();
    Nearest { hits, unreachable }
}

/// Lets one network's candidates into the race; true when all it could tell is known.
fn run(field: &Field, ws: &mut Workspace, race: &mut Race) -> bool {
    let Field { graph, target, candidates } = field;
    let to = target.position();
    let Some(least_extra) = candidates.iter().map(|(_, c)| c.extra_ms).min().filter(|_| race.k > 0) else {
        return true;
    };
    let exits = Exits::of(graph, candidates);
    for (i, c) in candidates {
        if let Some((_, ms)) = graph.along(c.at.position(), to) {
            race.offer(*i, ms, c.extra_ms);
        }
    }
    let Some(start) = race.worth_ms(least_extra) else { return false };
    search::<true>(graph, ws, to, start, |node, ms| {
        for exit in exits.at(node) {
            let (i, c) = candidates[exit.candidate as usize];
            race.offer(i, ms.saturating_add(exit.rest_ms), c.extra_ms);
        }
        race.worth_ms(least_extra).unwrap_or(0)
    })
}

/// The k best whole answers so far.
struct Race {
    k: usize,
    best: BTreeSet<(u64, usize)>,
    /// Least drive found for each candidate.
    drive_ms: Vec<u32>,
}

impl Race {
    fn offer(&mut self, candidate: usize, drive_ms: u32, extra_ms: u32) {
        let known = self.drive_ms[candidate];
        if drive_ms >= known {
            return;
        }
        self.drive_ms[candidate] = drive_ms;
        let total = |ms: u32| u64::from(ms) + u64::from(extra_ms);
        self.best.remove(&(total(known), candidate));
        self.best.insert((total(drive_ms), candidate));
        if self.best.len() > self.k {
            self.best.pop_last();
        }
    }

    /// How many milliseconds of driving may still change the answer; `None` when even none can't.
    fn worth_ms(&self, least_extra_ms: u32) -> Option<u32> {
        match self.best.last() {
            Some(&(total, _)) if self.best.len() == self.k => {
                let left = total.checked_sub(u64::from(least_extra_ms))?;
                Some(u32::try_from(left).unwrap_or(CLOSED - 1))
            }
            _ => Some(CLOSED - 1),
        }
    }
}

/// One way off a candidate's link.
#[derive(Debug, Clone, Copy)]
struct Exit {
    node: NodeIx,
    /// Index among the field's.
    candidate: u32,
    rest_ms: u32,
}

/// All candidates' exits, found by node.
struct Exits {
    sorted: Vec<Exit>,
    /// A small bit set over hashed nodes: most nodes are nobody's exit and are told so at once.
    filter: Vec<u64>,
    shift: u32,
}

impl Exits {
    fn of(graph: &Graph, candidates: &[(usize, Candidate)]) -> Self {
        let mut sorted: Vec<Exit> = Vec::with_capacity(2 * candidates.len());
        for (i, (_, c)) in candidates.iter().enumerate() {
            sorted.extend(graph.edges_at(c.at.position()).map(|(edge, _, rest_ms)| Exit {
                node: graph.head(edge),
                candidate: i as u32,
                rest_ms,
            }));
        }
        sorted.sort_unstable_by_key(|e| (e.node, e.candidate, e.rest_ms));
        let bits = (16 * sorted.len()).next_power_of_two().max(1024);
        let mut exits = Self { sorted, filter: vec![0; bits / 64], shift: 32 - bits.trailing_zeros().min(31) };
        for i in 0..exits.sorted.len() {
            let (word, bit) = exits.slot(exits.sorted[i].node);
            exits.filter[word] |= bit;
        }
        exits
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
        let start = self.sorted.partition_point(|e| e.node < node);
        let len = self.sorted[start..].iter().take_while(|e| e.node == node).count();
        &self.sorted[start..start + len]
    }
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
