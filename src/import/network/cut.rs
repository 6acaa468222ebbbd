//! Ways cut into pieces where they cross, end or meet a barrier, and joined where nothing else meets.

use std::collections::HashSet;

use super::{
    access, delay, gates,
    names::Names,
    piece::{Attributes, Piece},
    restricted_ways, unread,
    uses::uses,
};
use crate::{
    domain::roads::SpeedTable,
    import::osm::{MISSING, RawRoads, Report},
};

pub(super) const ACROSS_180: &str = "stretch of a way across the 180° meridian: the way is cut there";

/// The parts within the extract of every way that some profile uses.
fn runs<'a>(raw: &'a RawRoads, table: SpeedTable, names: &Names, report: &mut Report) -> Vec<Piece<'a>> {
    let restricted = restricted_ways(raw);
    let mut runs = Vec::new();
    let mut used = HashSet::new();
    for way in &raw.ways {
        let (class, uses) = match uses(raw, way, table) {
            Ok(used) => used,
            Err(why) => {
                report.drop(why, 1);
                continue;
            }
        };
        used.insert(way.id);
        let words = ["ways for cars", "ways for e-bikes", "ways for walking"];
        let taken = words.into_iter().zip(uses).filter(|(_, taken)| !taken.is_none());
        taken.for_each(|(word, _)| report.take(word, 1));
        let [name, number, others] = Names::of_way(raw, way).map(|name| names.index(&name));
        let restricted = restricted.contains(&way.id).then_some(way.id);
        let attributes = Attributes { class, uses, name, number, others, restricted };
        let whole = way.nodes.split(|&n| n == MISSING);
        let known = whole.flat_map(|nodes| nodes.chunk_by(|&a, &b| !across_180(raw, [a, b])));
        report.drop(ACROSS_180, way.nodes.windows(2).filter(|pair| across_180(raw, [pair[0], pair[1]])).count());
        let known = known.filter(|nodes| nodes.len() > 1);
        let (level, round) = (access::level(raw, &way.tags), access::is_round(raw, &way.tags));
        let by_turns_ms = [delay::by_turns_ms(raw, &way.tags); 2];
        runs.extend(known.map(|nodes| Piece { way: way.id, level, round, attributes, nodes, by_turns_ms }));
    }
    unread::count(raw, raw.ways.iter().map(|way| (way, used.contains(&way.id))), report);
    runs
}

/// Whether the shorter way between two nodes crosses the meridian of 180 degrees: a line between their
/// longitudes would go round the earth.
fn across_180(raw: &RawRoads, nodes: [u32; 2]) -> bool {
    let [Some(a), Some(b)] = nodes.map(|n| raw.nodes.get(n as usize)) else { return false };
    a.e7[0].abs_diff(b.e7[0]) > 1_800_000_000
}

/// Which raw nodes are junctions: where a run ends, or that are met a second time.
fn junctions(raw: &RawRoads, runs: &[Piece]) -> Vec<bool> {
    let mut met = vec![0u8; raw.nodes.len()];
    for Piece { nodes, .. } in runs {
        for (i, &n) in nodes.iter().enumerate() {
            let is_end = i == 0 || i + 1 == nodes.len();
            let met = &mut met[n as usize];
            *met = (*met + if is_end { 2 } else { 1 }).min(2);
        }
    }
    met.into_iter().map(|times| times == 2).collect()
}

/// Cuts every way that some profile uses into pieces.
pub(super) fn cut<'a>(
    raw: &'a RawRoads,
    table: SpeedTable,
    names: &Names,
    blocked: &[HashSet<u32>; 3],
    report: &mut Report,
) -> Vec<Piece<'a>> {
    let runs = runs(raw, table, names, report);
    let mut ends = junctions(raw, &runs);
    blocked.iter().flatten().for_each(|&node| ends[node as usize] = true);
    let mut pieces = Vec::with_capacity(runs.len());
    for run in runs {
        let (nodes, mut start) = (run.nodes, 0);
        for end in (1..nodes.len()).filter(|&i| i + 1 == nodes.len() || ends[nodes[i] as usize]) {
            // One waits once: where the way begins, and where it ends for those who come towards.
            let [ahead, back] = run.by_turns_ms;
            let by_turns_ms = [if start == 0 { ahead } else { 0 }, if end + 1 == nodes.len() { back } else { 0 }];
            pieces.push(Piece { nodes: &nodes[start..=end], by_turns_ms, ..run.clone() });
            start = end;
        }
    }
    gates::restrict(raw, &mut pieces);
    pieces
}

/// A link to be: pieces in driving order, each with whether it runs against its way.
pub(super) type Chain = Vec<(usize, bool)>;

/// Joins pieces over junctions where just two with equal attributes meet and nobody is blocked.
pub(super) fn join(raw: &RawRoads, pieces: &[Piece], blocked: &[HashSet<u32>; 3]) -> Vec<Chain> {
    let mut met: Vec<Vec<(usize, bool)>> = vec![Vec::new(); raw.nodes.len()];
    for (p, piece) in pieces.iter().enumerate() {
        let [start, end] = piece.ends();
        met[start as usize].push((p, false));
        met[end as usize].push((p, true));
    }
    // Seen when driving away from the junction.
    let away = |(p, at_head): (usize, bool)| {
        let a = pieces[p].attributes;
        if at_head { a.reversed() } else { a }
    };
    // The piece that goes on beyond a junction, arriving by another.
    let beyond = |junction: u32, arrived: usize| -> Option<(usize, bool)> {
        let &[a, b] = &met[junction as usize][..] else { return None };
        let next = if a.0 == arrived { b } else { a };
        let same = a.0 != b.0 && away(a) == away(b).reversed();
        (same && !blocked.iter().any(|nodes| nodes.contains(&junction))).then_some(next)
    };
    let mut used = vec![false; pieces.len()];
    let mut chains = Vec::new();
    let mut follow = |first: (usize, bool), used: &mut Vec<bool>| {
        let (mut chain, mut at) = (Chain::new(), Some(first));
        while let Some((p, reversed)) = at.filter(|a| !used[a.0]) {
            used[p] = true;
            chain.push((p, reversed));
            at = beyond(pieces[p].ends()[usize::from(!reversed)], p);
        }
        chains.push(chain);
    };
    // From where a chain can begin, then the rings that begin nowhere.
    for (p, piece) in pieces.iter().enumerate() {
        if let Some(end) = (0..2).find(|&end| beyond(piece.ends()[end], p).is_none()).filter(|_| !used[p]) {
            follow((p, end == 1), &mut used);
        }
    }
    for p in 0..pieces.len() {
        if !used[p] {
            follow((p, false), &mut used);
        }
    }
    chains
}
