//! Exact bounded Dijkstra between positions: the oracle, and what everything faster must equal.
//!
//! Integers only. The queue orders by milliseconds, then by node index, and a parent changes only
//! for a strictly better one: the same query gives the same route everywhere.

mod route;
mod workspace;

use std::cmp::Reverse;

use self::workspace::{STOP_EVERY, seeded};
pub use self::{
    route::{Driven, Route, Segment, route},
    workspace::{Stop, Workspace},
};
pub(super) use route::assemble;

use super::graph::{CLOSED, Entrance, Graph, Joint, NodeIx, Position};

/// Settles nodes by increasing drive from any of the seeds (to it, with `REVERSE`), each with what is
/// over when it sets out. `settle` is told each node and its milliseconds and answers how far the search
/// is still worth while; what lies farther is not even queued. True when it ran through everything there
/// is.
pub(super) fn search<const REVERSE: bool>(
    graph: &Graph,
    ws: &mut Workspace,
    seeds: &[Entrance],
    limit_ms: u32,
    mut settle: impl FnMut(NodeIx, u32) -> u32,
) -> bool {
    ws.begin(graph.nodes());
    for (i, &Entrance { at, extra_ms }) in seeds.iter().enumerate() {
        let mut offer = |j: Joint| ws.offer(j.node, extra_ms.saturating_add(j.ms), seeded(i, j.edge));
        if REVERSE { graph.entries(at).for_each(&mut offer) } else { graph.exits(at).for_each(&mut offer) }
    }
    let rows = graph.rows::<REVERSE>();
    let (mut limit, mut all, mut settled) = (limit_ms, true, 0u32);
    while let Some(Reverse(key)) = ws.queue.pop() {
        let (ms, node) = ((key >> 32) as u32, key as u32);
        if ms > limit {
            return false;
        }
        if ws.labels[node as usize].ms != ms {
            continue;
        }
        limit = limit.min(settle(node, ms));
        settled += 1;
        if settled.is_multiple_of(STOP_EVERY) && ws.stop.is_set() {
            return false;
        }
        for slot in rows.row(node) {
            let arc = rows.arcs[slot];
            let next_ms = ms.saturating_add(arc.ms);
            if next_ms <= limit {
                ws.offer(arc.node, next_ms, slot as u32);
            } else if arc.ms != CLOSED {
                all = false;
            }
        }
    }
    all
}

/// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
pub fn drive_ms(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<u32> {
    quickest(graph, ws, from, to, limit_ms).map(|(ms, _)| ms)
}

/// The least time, and by which way the target is entered; none when it lies straight ahead.
fn quickest(
    graph: &Graph,
    ws: &mut Workspace,
    from: Position,
    to: Position,
    limit_ms: u32,
) -> Option<(u32, Option<Joint>)> {
    let mut best = graph.along(from, to).map(|(_, ms)| (ms, None));
    let entries: Vec<Joint> = graph.entries(to).collect();
    search::<false>(graph, ws, &[from.into()], limit_ms, |node, ms| {
        for &entry in entries.iter().filter(|e| e.node == node) {
            let total = ms.saturating_add(entry.ms);
            if best.is_none_or(|(least, _)| total < least) {
                best = Some((total, Some(entry)));
            }
        }
        // Only something strictly quicker than the best is still looked for.
        best.map_or(limit_ms, |(least, _)| least.saturating_sub(1))
    });
    best.filter(|&(ms, _)| ms <= limit_ms)
}

#[cfg(test)]
mod tests;
