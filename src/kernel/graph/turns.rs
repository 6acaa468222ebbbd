//! Forbidden turns, exactly, in a graph that is still made of nodes.
//!
//! A forbidden turn is a sequence of two or more edges that no drive may hold one right after
//! another: a turn restriction, one that leads over other ways, a U-turn, a barrier. Whoever has
//! driven the beginning of such a sequence must be remembered until it is over, so each proper
//! beginning gets a *copy* of the junction it has come to: the node for "arrived here, having driven
//! just that". Edges out of a copy are those that complete no forbidden sequence; they lead on to the
//! copy of the longest beginning that the drive has now behind it, or to the plain node (the
//! automaton of Aho and Corasick 1975, 10.1145/360825.360855).
//!
//! Links are not doubled: a directed edge may then be entered from several nodes and lead to several,
//! but it stays one stretch of road for whoever stands on it. A drive that *begins* on an edge has
//! driven nothing else before.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{EdgeIx, NodeIx};

/// A sequence of edges, each beginning where the one before it ends, that may not be driven.
pub type Turn = Vec<EdgeIx>;

/// An edge as one node sees it: from, to, which.
pub(super) type Step = (NodeIx, NodeIx, EdgeIx);

/// The copies of junctions.
#[derive(Debug, Clone, Default)]
pub(super) struct Split {
    /// The junction of each copy, ascending; copy `i` is node `junctions + i`.
    copy_of: Vec<NodeIx>,
    junctions: usize,
    /// Edges that lead a drive that begins on them to a copy, ascending.
    heads: Vec<(EdgeIx, NodeIx)>,
}

impl Split {
    /// Splits what `turns` demand, and says how copies are left. `ends` tells the junctions of an
    /// edge, `edges` all that may be driven.
    pub(super) fn new(
        junctions: usize,
        turns: &[Turn],
        ends: impl Fn(EdgeIx) -> [NodeIx; 2],
        edges: impl Iterator<Item = EdgeIx>,
    ) -> (Self, Vec<Step>) {
        let forbidden: HashSet<&[EdgeIx]> = turns.iter().map(Vec::as_slice).collect();
        // The beginnings, in the order of their junctions.
        let begun = turns.iter().flat_map(|t| (1..t.len()).map(|n| &t[..n]));
        let mut copies: BTreeMap<(NodeIx, &[EdgeIx]), NodeIx> =
            begun.map(|b| ((ends(b[b.len() - 1])[1], b), 0)).collect();
        copies.values_mut().zip(junctions as NodeIx..).for_each(|(copy, node)| *copy = node);
        let after = |driven: &[EdgeIx]| -> NodeIx {
            let junction = ends(driven[driven.len() - 1])[1];
            let longest = (0..driven.len()).find_map(|skip| copies.get(&(junction, &driven[skip..])));
            longest.copied().unwrap_or(junction)
        };

        let mut out: HashMap<NodeIx, Vec<EdgeIx>> = copies.keys().map(|&(junction, _)| (junction, vec![])).collect();
        for edge in edges {
            if let Some(row) = out.get_mut(&ends(edge)[0]) {
                row.push(edge);
            }
        }
        let mut steps = Vec::new();
        for (&(junction, begun), &copy) in &copies {
            for &edge in &out[&junction] {
                let driven = [begun, &[edge]].concat();
                if (0..begun.len()).all(|skip| !forbidden.contains(&driven[skip..])) {
                    steps.push((copy, after(&driven), edge));
                }
            }
        }
        let mut heads: Vec<(EdgeIx, NodeIx)> = copies
            .iter()
            .filter(|((_, begun), _)| begun.len() == 1)
            .map(|((_, begun), &copy)| (begun[0], copy))
            .collect();
        heads.sort_unstable();
        (Self { copy_of: copies.keys().map(|k| k.0).collect(), junctions, heads }, steps)
    }

    pub(super) fn nodes(&self) -> usize {
        self.junctions + self.copy_of.len()
    }

    pub(super) fn junction(&self, node: NodeIx) -> NodeIx {
        (node as usize).checked_sub(self.junctions).map_or(node, |copy| self.copy_of[copy])
    }

    /// Where a drive that begins on `edge` arrives, `end` being its junction.
    #[inline]
    pub(super) fn head(&self, edge: EdgeIx, end: NodeIx) -> NodeIx {
        self.heads.binary_search_by_key(&edge, |h| h.0).map_or(end, |i| self.heads[i].1)
    }

    /// The junction and all its copies.
    #[inline]
    pub(super) fn all(&self, junction: NodeIx) -> impl Iterator<Item = NodeIx> {
        let first = self.copy_of.partition_point(|&j| j < junction);
        let count = self.copy_of[first..].iter().take_while(|&&j| j == junction).count();
        let copy = (self.junctions + first) as NodeIx;
        std::iter::once(junction).chain(copy..copy + count as NodeIx)
    }
}

#[cfg(test)]
pub(crate) mod oracle;

#[cfg(test)]
mod tests {
    use super::oracle::Edges;
    use crate::kernel::{
        dijkstra::{Workspace, drive_ms, route},
        drawn::{Dice, drawn, random, random_turns},
        graph::{CLOSED, Graph, Position},
        nearest::{Candidate, nearest},
        reach::reach,
        snap::Snapped,
    };

    fn snapped(g: &Graph, at: Position) -> Snapped {
        Snapped {
            link: at.link,
            offset_mm: at.offset_mm,
            point: g.point_at(at),
            distance_m: 0.0,
            island: false,
            moved: None,
        }
    }

    #[test]
    fn every_search_equals_one_over_edges_that_remembers_its_way() {
        let (mut dice, mut ws) = (Dice(61), Workspace::default());
        let (mut detours, mut lost) = (0, 0);
        for round in 0..1500 {
            let free = random(&mut dice);
            let turns = random_turns(&mut dice, &free);
            let g = Graph::with_turns(free.topology.clone(), free.metric.clone(), turns.clone()).unwrap();
            let from = dice.position(&g);
            let targets: Vec<Snapped> = (0..4).map(|_| snapped(&g, dice.position(&g))).collect();
            let edges = Edges::new(&free, &turns);
            let drives = edges.from(from);
            let want: Vec<Option<u32>> = targets.iter().map(|t| drives.ms(t.position())).collect();
            let found = reach(&g, &mut ws, &snapped(&g, from), &targets, CLOSED - 1);
            let case = format!("round {round}: {from:?} to {targets:?}, {turns:?}");
            assert_eq!(found, want.iter().map(|w| w.unwrap_or(CLOSED)).collect::<Vec<_>>(), "{case}");
            for (t, want) in targets.iter().zip(want) {
                let r = route(&g, &mut ws, from, t.position(), CLOSED - 1);
                assert_eq!(r.as_ref().map(|r| r.drive_ms), want, "{case}");
                assert!(r.is_none_or(|r| r.segments.iter().map(|s| s.ms).sum::<u32>() == r.drive_ms), "{case}");
                let candidates = [Candidate { at: snapped(&g, from), extra_ms: 7 }];
                let found = nearest(&g, &mut ws, t, &candidates, 1, true);
                let hit = found.hits.first().map(|h| (h.drive_ms, h.route.as_ref().unwrap()));
                assert_eq!(hit.map(|h| h.0), want, "{case}");
                assert!(hit.is_none_or(|(ms, r)| r.segments.iter().map(|s| s.ms).sum::<u32>() == ms), "{case}");
                let unrestricted = drive_ms(&free, &mut ws, from, t.position(), CLOSED - 1);
                detours += usize::from(want.is_some() && unrestricted < want);
                lost += usize::from(want.is_none() && unrestricted.is_some());
            }
        }
        assert!(detours > 150 && lost > 150, "{detours} detours, {lost} lost: the cases are too tame");
    }

    #[test]
    fn links_of_the_main_part_reach_each_other() {
        let (mut dice, mut off) = (Dice(62), 0);
        for round in 0..400 {
            let free = random(&mut dice);
            let turns = random_turns(&mut dice, &free);
            let g = Graph::with_turns(free.topology.clone(), free.metric.clone(), turns.clone()).unwrap();
            let main: Vec<Snapped> = (0..g.links() as u32)
                .filter(|&l| g.on_main(l))
                .map(|link| snapped(&g, Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 }))
                .collect();
            off += (0..g.links() as u32).filter(|&l| free.on_main(l) && !g.on_main(l)).count();
            let edges = Edges::new(&free, &turns);
            for from in &main {
                let drives = edges.from(from.position());
                assert!(main.iter().all(|to| drives.ms(to.position()).is_some()), "round {round}: {from:?} {turns:?}");
            }
        }
        assert!(off > 100, "{off}");
    }

    #[test]
    fn who_begins_within_a_forbidden_sequence_has_not_driven_its_beginning() {
        // A-B-C-D; from A over B-C one may not go on to D.
        let g = drawn("A  B  C  D", &["A-B", "B-C", "C-D"]);
        let g = Graph::with_turns(g.topology, g.metric, vec![vec![0, 2, 4]]).unwrap();
        let drive = |from, to| {
            let at = |link| Position { link, offset_mm: 150_000 };
            drive_ms(&g, &mut Workspace::default(), at(from), at(to), CLOSED - 1).map(|ms| ms / 1000)
        };
        assert_eq!((drive(0, 1), drive(1, 2)), (Some(30), Some(30)));
        // Back at C the drive has B-C, C-B, B-C behind it.
        assert_eq!(drive(0, 2), Some(120));
        assert_eq!(g.nodes(), 4 + 2);
    }

    #[test]
    fn a_turn_that_is_none_is_refused() {
        let g = drawn("A B C", &["A-B", "B-C"]);
        for turn in [vec![], vec![0], vec![0, 3], vec![0, 4]] {
            assert!(Graph::with_turns(g.topology.clone(), g.metric.clone(), vec![turn]).is_err());
        }
    }
}
