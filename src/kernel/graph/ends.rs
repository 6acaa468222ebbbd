//! Roads for some only: a drive begins and ends on them, and never passes through.
//!
//! Who drives to a private yard may use the yard's road, who drives past may not. So a drive is
//! *restricted\*, open\*, restricted\**: each part may be empty. Which of the three it is in is its
//! [`Stage`]; junctions where that matters have a node for each (see [`super::turns`]).

use std::collections::HashSet;

use super::{CLOSED, EdgeIx, Graph, NodeIx, pieces::Sets, scc};

/// How far a drive has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nothing but roads for some only, or nothing at all, was driven yet.
    Leaving,
    /// The last road was open to all.
    Open,
    /// It has come back to roads for some only: it ends there.
    Entering,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Leaving, Self::Open, Self::Entering];

    /// After one more road; `None` where a drive would pass through.
    pub(super) fn after(self, at_ends: bool) -> Option<Self> {
        match (self, at_ends) {
            (Self::Leaving, true) => Some(Self::Leaving),
            (_, true) => Some(Self::Entering),
            (Self::Entering, false) => None,
            (_, false) => Some(Self::Open),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaving => "leaving",
            Self::Open => "open",
            Self::Entering => "entering",
        }
    }
}

/// Those of `at_ends` that somebody could want to pass. Where such roads meet all others at one junction,
/// and every turn is free there, it is quicker not to enter them: they need no copies.
pub(super) fn passed(
    junctions: usize,
    at_ends: &[EdgeIx],
    turns: &[Vec<EdgeIx>],
    ends: impl Fn(EdgeIx) -> [NodeIx; 2],
    edges: &[EdgeIx],
) -> Vec<EdgeIx> {
    if at_ends.is_empty() {
        return Vec::new();
    }
    let (mut sets, mut open) = (Sets::new(junctions), vec![false; junctions]);
    for &edge in edges {
        let [a, b] = ends(edge);
        if at_ends.binary_search(&edge).is_ok() {
            sets.unite(a, b);
        } else {
            (open[a as usize], open[b as usize]) = (true, true);
        }
    }
    let narrow: HashSet<NodeIx> = turns.iter().flat_map(|t| &t[..t.len() - 1]).map(|&e| ends(e)[1]).collect();
    let mut door: Vec<Option<NodeIx>> = vec![None; junctions];
    let mut kept = vec![false; junctions];
    for &edge in at_ends {
        for node in ends(edge).into_iter().filter(|&node| open[node as usize]) {
            let set = sets.root(node) as usize;
            kept[set] |= narrow.contains(&node) || door[set].is_some_and(|other| other != node);
            door[set] = Some(node);
        }
    }
    at_ends.iter().copied().filter(|&edge| kept[sets.root(ends(edge)[0]) as usize]).collect()
}

/// Edges open to all of `graph`, which knows of no roads for some only, that hang together with more of
/// it only over `at_ends`: nobody passes through there either. Of all that hangs together the largest
/// part open to all stays so.
pub fn behind(graph: &Graph, at_ends: &[EdgeIx]) -> Vec<EdgeIx> {
    let some_only = |edge: EdgeIx| at_ends.binary_search(&edge).is_ok();
    let free = graph.under(|edge, ms| if some_only(edge) { CLOSED } else { ms });
    let [whole, part] = [graph, &free].map(|g| scc::components(&g.out));
    let mut size = vec![0u32; part.len()];
    part.iter().for_each(|&p| size[p as usize] += 1);
    let mut largest: Vec<Option<u32>> = vec![None; whole.len()];
    for (&w, &p) in whole.iter().zip(&part) {
        let best = &mut largest[w as usize];
        if best.is_none_or(|best| size[best as usize] < size[p as usize]) {
            *best = Some(p);
        }
    }
    // An edge may be entered from several nodes.
    let (mut held, mut open) = (vec![false; 2 * graph.links()], vec![false; 2 * graph.links()]);
    for (tail, head, edge) in graph.arcs().filter(|&(.., edge)| !some_only(edge)) {
        let ([tail, head], edge) = ([tail, head].map(|n| n as usize), edge as usize);
        if whole[tail] == whole[head] {
            held[edge] = true;
            open[edge] |= [tail, head].iter().all(|&n| Some(part[n]) == largest[whole[n] as usize]);
        }
    }
    (0..2 * graph.links() as EdgeIx).filter(|&e| held[e as usize] && !open[e as usize]).collect()
}
