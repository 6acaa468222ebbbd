//! Drives from each of many places to each of many others: one search for each place of the
//! smaller side, which ends as soon as the other side is settled.

use super::{
    dijkstra::{Workspace, search},
    graph::{CLOSED, EdgeIx, Graph, Joint, Position},
};

/// One drive of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    pub ms: u32,
    /// Length of a quickest drive in millimetres; 0 when lengths were not asked for.
    pub mm: u64,
}

/// The quickest drive from each of `sources` (rows) to each of `targets`; `None` where there is no
/// way. With `lengths`, the length of a drive that takes as long (the same for the same question).
pub fn table(
    graph: &Graph,
    ws: &mut Workspace,
    sources: &[Position],
    targets: &[Position],
    lengths: bool,
) -> Vec<Vec<Option<Leg>>> {
    if sources.len() <= targets.len() {
        let mut sweep = Sweep::<false>::new(graph, targets, lengths);
        return sources.iter().map(|&source| sweep.row(ws, source)).collect();
    }
    let mut sweep = Sweep::<true>::new(graph, sources, lengths);
    let columns: Vec<_> = targets.iter().map(|&target| sweep.row(ws, target)).collect();
    (0..sources.len()).map(|s| columns.iter().map(|c| c[s]).collect()).collect()
}

/// Searches towards the same places, from them with `REVERSE`.
struct Sweep<'a, const REVERSE: bool> {
    graph: &'a Graph,
    others: &'a [Position],
    lengths: bool,
    /// Whether one of the others is entered from this node; and how many such nodes there are.
    awaited: Vec<bool>,
    count: usize,
}

impl<'a, const REVERSE: bool> Sweep<'a, REVERSE> {
    fn new(graph: &'a Graph, others: &'a [Position], lengths: bool) -> Self {
        let mut awaited = vec![false; graph.nodes()];
        for gate in others.iter().flat_map(|&other| gates::<REVERSE>(graph, other)) {
            awaited[gate.node as usize] = true;
        }
        let count = awaited.iter().filter(|a| **a).count();
        Self { graph, others, lengths, awaited, count }
    }

    fn row(&mut self, ws: &mut Workspace, from: Position) -> Vec<Option<Leg>> {
        let mut left = self.count;
        search::<REVERSE>(self.graph, ws, &[from.into()], CLOSED - 1, |node, _| {
            left -= usize::from(self.awaited[node as usize]);
            if left == 0 { 0 } else { CLOSED - 1 }
        });
        self.others.iter().map(|&other| self.leg(ws, from, other)).collect()
    }

    fn leg(&self, ws: &Workspace, from: Position, other: Position) -> Option<Leg> {
        let graph = self.graph;
        let straight = if REVERSE { graph.along(other, from) } else { graph.along(from, other) };
        let through = |gate: Joint| Some((ws.ms(gate.node)?.saturating_add(gate.ms), gate));
        let best = gates::<REVERSE>(graph, other).filter_map(through).min();
        match (straight, best) {
            (Some((_, ms)), best) if best.is_none_or(|(least, ..)| ms <= least) => {
                Some(Leg { ms, mm: if self.lengths { from.offset_mm.abs_diff(other.offset_mm).into() } else { 0 } })
            }
            (_, Some((ms, gate))) => {
                Some(Leg { ms, mm: if self.lengths { self.length_mm(ws, from, other, gate) } else { 0 } })
            }
            _ => None,
        }
    }

    /// Along the tree of the last search, over `gate` to `other`.
    fn length_mm(&self, ws: &Workspace, from: Position, other: Position, gate: Joint) -> u64 {
        let whole = |e: EdgeIx| self.graph.topology.link_mm[(e / 2) as usize];
        // Of an edge of the drive's beginning, with `begins`, or of its end.
        let driven = |e: EdgeIx, at: Position, begins: bool| {
            let ahead = e.is_multiple_of(2) == begins;
            if ahead { whole(e) - at.offset_mm } else { at.offset_mm }
        };
        let (mut edges, _) = ws.trace::<REVERSE>(self.graph, &[from.into()], gate.node);
        let junction = self.graph.junction_at(from).is_some();
        let seed = if junction { None } else { edges.pop() };
        let ends = [seed.map(|e| driven(e, from, !REVERSE)), gate.edge.map(|e| driven(e, other, REVERSE))];
        ends.into_iter().flatten().chain(edges.into_iter().map(whole)).map(u64::from).sum()
    }
}

/// The ways over which a search comes to a position: those that lead there, or with `REVERSE` away.
fn gates<const REVERSE: bool>(graph: &Graph, at: Position) -> impl Iterator<Item = Joint> + '_ {
    let entries = (!REVERSE).then(|| graph.entries(at)).into_iter().flatten();
    entries.chain(REVERSE.then(|| graph.exits(at)).into_iter().flatten())
}

#[cfg(test)]
mod tests;
