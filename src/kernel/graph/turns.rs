//! Forbidden turns and roads for some only, exactly, in a graph that is still made of nodes.
//!
//! A forbidden turn is a sequence of two or more edges that no drive may hold one right after
//! another: a turn restriction, one that leads over other ways, a U-turn, a barrier. Whoever has
//! driven the beginning of such a sequence must be remembered until it is over; so must whoever comes
//! to roads that he may not pass through (see [`super::ends`]). Each junction gets a *copy* for all that
//! must be remembered there: the node for "arrived here, having driven just that, at this stage". Edges
//! out of a copy are those that complete no forbidden sequence; they lead on to the copy of the longest
//! beginning that the drive has now behind it, or to the plain node (the automaton of Aho and Corasick
//! 1975, 10.1145/360825.360855, times the three stages).
//!
//! Links are not doubled: a directed edge may then be entered from several nodes and lead to several,
//! but it stays one stretch of road for whoever stands on it. A drive that *begins* on an edge has
//! driven nothing else before, and one that begins at a junction has driven nothing: it is at the plain
//! node.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    EdgeIx, NodeIx,
    ends::{self, Stage},
};

/// A sequence of edges, each beginning where the one before it ends, that may not be driven.
pub type Turn = Vec<EdgeIx>;

/// An edge as one node sees it: from, to, which.
pub(super) type Step = (NodeIx, NodeIx, EdgeIx);

/// The copies of junctions.
#[derive(Debug, Clone, Default)]
pub(super) struct Split {
    /// The junction of each copy, ascending, and at which stage one is there; copy `i` is node
    /// `junctions + i`.
    copy_of: Vec<(NodeIx, Stage)>,
    junctions: usize,
    /// Junctions that roads for some only meet, ascending.
    mixed: Vec<NodeIx>,
    /// Edges that lead a drive that begins on them to a copy, ascending.
    heads: Vec<(EdgeIx, NodeIx)>,
}

/// What of a drive matters at a junction: its stage, and the longest beginning of a forbidden turn that it
/// has just driven.
type State<'a> = (NodeIx, Stage, &'a [EdgeIx]);

/// What must be remembered of drives.
struct Memory<'a, E> {
    ends: E,
    forbidden: HashSet<&'a [EdgeIx]>,
    /// Beginnings of forbidden turns.
    begun: HashSet<&'a [EdgeIx]>,
    /// Edges for some only, ascending.
    at_ends: &'a [EdgeIx],
    mixed: HashSet<NodeIx>,
}

impl<'a, E: Fn(EdgeIx) -> [NodeIx; 2]> Memory<'a, E> {
    fn new(turns: &'a [Turn], at_ends: &'a [EdgeIx], ends: E) -> Self {
        let forbidden = turns.iter().map(Vec::as_slice).collect();
        let begun = turns.iter().flat_map(|t| (1..t.len()).map(|n| &t[..n])).collect();
        let mixed = at_ends.iter().flat_map(|&e| ends(e)).collect();
        Self { ends, forbidden, begun, at_ends, mixed }
    }

    /// Where nothing was driven yet: the plain node. All drives are at one stage where there are no roads
    /// for some only.
    fn outset(&self, junction: NodeIx) -> State<'a> {
        (junction, if self.mixed.contains(&junction) { Stage::Leaving } else { Stage::Open }, &[])
    }

    /// Having driven one edge more; `None` where that is forbidden.
    fn after(&self, stage: Stage, begun: &[EdgeIx], edge: EdgeIx) -> Option<State<'a>> {
        let driven = [begun, &[edge]].concat();
        if (0..begun.len()).any(|skip| self.forbidden.contains(&driven[skip..])) {
            return None;
        }
        let (junction, open, _) = self.outset((self.ends)(edge)[1]);
        let stage = stage.after(self.at_ends.binary_search(&edge).is_ok())?;
        let stage = if open == Stage::Open { open } else { stage };
        let longest = (0..driven.len()).find_map(|skip| self.begun.get(&driven[skip..]));
        Some((junction, stage, longest.copied().unwrap_or_default()))
    }

    /// Having set out on an edge, where that is not the plain node.
    fn begins(&self, edge: EdgeIx) -> Option<State<'a>> {
        let matters = self.mixed.contains(&(self.ends)(edge)[1]) || self.begun.contains(&[edge][..]);
        let state = self.after(Stage::Leaving, &[], edge).filter(|_| matters)?;
        (state != self.outset(state.0)).then_some(state)
    }
}

impl Split {
    /// Splits what `turns` and the edges `at_ends` demand, and says how copies are left. `ends` tells the
    /// junctions of an edge, `edges` all that may be driven.
    pub(super) fn new(
        junctions: usize,
        turns: &[Turn],
        at_ends: &[EdgeIx],
        ends: impl Fn(EdgeIx) -> [NodeIx; 2] + Copy,
        edges: &[EdgeIx],
    ) -> (Self, Vec<Step>) {
        let at_ends = ends::passed(junctions, at_ends, turns, ends, edges);
        let memory = Memory::new(turns, &at_ends, ends);
        let split = memory.mixed.iter().copied().chain(memory.begun.iter().map(|b| ends(b[b.len() - 1])[1]));
        let mut out: HashMap<NodeIx, Vec<EdgeIx>> = split.map(|junction| (junction, vec![])).collect();
        for &edge in edges {
            if let Some(row) = out.get_mut(&ends(edge)[0]) {
                row.push(edge);
            }
        }
        // All that is come to from where drives begin.
        let mut copies: BTreeMap<State, NodeIx> = BTreeMap::new();
        let mut open: Vec<State> = edges.iter().filter_map(|&edge| memory.begins(edge)).collect();
        while let Some(state) = open.pop() {
            if copies.insert(state, 0).is_none() {
                let next = out[&state.0].iter().filter_map(|&edge| memory.after(state.1, state.2, edge));
                open.extend(next.filter(|next| *next != memory.outset(next.0)));
            }
        }
        copies.values_mut().zip(junctions as NodeIx..).for_each(|(copy, node)| *copy = node);

        let mut steps = Vec::new();
        for (&(junction, stage, begun), &copy) in &copies {
            for &edge in &out[&junction] {
                if let Some(next) = memory.after(stage, begun, edge) {
                    steps.push((copy, copies.get(&next).copied().unwrap_or(next.0), edge));
                }
            }
        }
        let heads = edges.iter().filter_map(|&edge| Some((edge, *copies.get(&memory.begins(edge)?)?))).collect();
        let copy_of = copies.keys().map(|&(junction, stage, _)| (junction, stage)).collect();
        let mut mixed: Vec<NodeIx> = memory.mixed.into_iter().collect();
        mixed.sort_unstable();
        (Self { copy_of, junctions, mixed, heads }, steps)
    }

    pub(super) fn nodes(&self) -> usize {
        self.junctions + self.copy_of.len()
    }

    pub(super) fn junction(&self, node: NodeIx) -> NodeIx {
        (node as usize).checked_sub(self.junctions).map_or(node, |copy| self.copy_of[copy].0)
    }

    /// At which stage one is at the node.
    pub(super) fn stage(&self, node: NodeIx) -> Stage {
        match (node as usize).checked_sub(self.junctions) {
            Some(copy) => self.copy_of[copy].1,
            None if self.mixed.binary_search(&node).is_ok() => Stage::Leaving,
            None => Stage::Open,
        }
    }

    /// Where a drive that begins on `edge` arrives, `end` being its junction.
    #[inline]
    pub(super) fn head(&self, edge: EdgeIx, end: NodeIx) -> NodeIx {
        self.heads.binary_search_by_key(&edge, |h| h.0).map_or(end, |i| self.heads[i].1)
    }

    /// The junction and all its copies.
    #[inline]
    pub(super) fn all(&self, junction: NodeIx) -> impl Iterator<Item = NodeIx> {
        let first = self.copy_of.partition_point(|c| c.0 < junction);
        let count = self.copy_of[first..].iter().take_while(|c| c.0 == junction).count();
        let copy = (self.junctions + first) as NodeIx;
        std::iter::once(junction).chain(copy..copy + count as NodeIx)
    }
}

#[cfg(any(test, feature = "testing"))]
pub mod oracle;

#[cfg(test)]
mod tests;
