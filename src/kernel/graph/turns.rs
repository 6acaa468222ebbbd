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

#[cfg(test)]
pub(crate) mod oracle;

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::oracle::Edges;
    use crate::kernel::{
        dijkstra::{Workspace, drive_ms, route},
        drawn::{Draws, drawn, random, random_at_ends, random_turns},
        graph::{CLOSED, Graph, Position, ends::Stage},
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
        let (mut dice, mut ws) = (Rng::with_seed(61), Workspace::default());
        let (mut detours, mut lost) = (0, 0);
        for round in 0..1500 {
            let free = random(&mut dice);
            let (turns, at_ends) = (random_turns(&mut dice, &free), random_at_ends(&mut dice, &free));
            let turns = if round % 5 == 0 { vec![] } else { turns };
            let (topology, metric) = (free.topology.clone(), free.metric.clone());
            let g = Graph::with_rules(topology, metric, turns.clone(), at_ends.clone()).unwrap();
            let from = dice.position(&g);
            let targets: Vec<Snapped> = (0..4).map(|_| snapped(&g, dice.position(&g))).collect();
            let edges = Edges::new(&free, &turns, &at_ends);
            let drives = edges.from(from);
            let want: Vec<Option<u32>> = targets.iter().map(|t| drives.ms(t.position())).collect();
            let found = reach(&g, &mut ws, &snapped(&g, from), &targets, CLOSED - 1);
            let case = format!("round {round}: {from:?} to {targets:?}, {turns:?}, {at_ends:?}");
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
        let (mut dice, mut off) = (Rng::with_seed(62), 0);
        for round in 0..400 {
            let free = random(&mut dice);
            let (turns, at_ends) = (random_turns(&mut dice, &free), random_at_ends(&mut dice, &free));
            let (topology, metric) = (free.topology.clone(), free.metric.clone());
            let g = Graph::with_rules(topology, metric, turns.clone(), at_ends.clone()).unwrap();
            let main: Vec<Snapped> = (0..g.links() as u32)
                .filter(|&l| g.on_main(l))
                .map(|link| snapped(&g, Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 }))
                .collect();
            off += (0..g.links() as u32).filter(|&l| free.on_main(l) && !g.on_main(l)).count();
            let edges = Edges::new(&free, &turns, &at_ends);
            for from in &main {
                let drives = edges.from(from.position());
                assert!(
                    main.iter().all(|to| drives.ms(to.position()).is_some()),
                    "round {round}: {from:?} {turns:?} {at_ends:?}"
                );
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

    /// Seconds between the middles of links.
    fn middles(g: &Graph) -> impl Fn(u32, u32) -> Option<u32> {
        let at = |link| Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 };
        move |from, to| drive_ms(g, &mut Workspace::default(), at(from), at(to), CLOSED - 1).map(|ms| (ms + 500) / 1000)
    }

    #[test]
    fn nobody_drives_through_a_yard_and_all_drive_into_it_out_of_it_and_about_it() {
        // The yard B-C-D-E is a short cut from A to F; G lies in it.
        let art = "A..B..C..D..E..F\n......G.........\n.H............I.";
        let g = drawn(art, &["A-B", "B-C", "C-D", "D-E", "E-F", "C-G", "B-H", "H-I", "I-E"]);
        let g = Graph::with_rules(g.topology, g.metric, vec![], vec![2, 3, 4, 5, 6, 7, 10, 11]).unwrap();
        let s = middles(&g);
        // B-H-I-E is 283 m, 1,300 m and 283 m long.
        assert_eq!((s(0, 4), s(4, 0)), (Some(217), Some(217)), "past the yard");
        assert_eq!((s(0, 1), s(0, 2), s(0, 5)), (Some(30), Some(60), Some(50)), "into it");
        assert_eq!((s(1, 0), s(5, 4)), (Some(30), Some(80)), "out of it");
        assert_eq!((s(1, 3), s(5, 2)), (Some(60), Some(20)), "within it");
        // B and E stand for three stages each, C, D and G for two.
        assert_eq!(g.nodes(), 9 + 2 + 2 + 3);
        let stages = |junction| {
            let nodes = (0..g.nodes() as u32).filter(|&n| g.junction(n) == junction);
            nodes.map(|n| g.stage(n)).collect::<Vec<_>>()
        };
        assert_eq!(stages(1), [Stage::Leaving, Stage::Open, Stage::Entering]);
        assert_eq!(stages(6), [Stage::Leaving, Stage::Entering]);
        assert_eq!(stages(7), [Stage::Open]);
        assert!((0..9).all(|link| g.on_main(link)));
        // A closure closes both.
        let closed = g.under(|edge, ms| if edge / 2 == 2 { CLOSED } else { ms });
        let s = middles(&closed);
        assert_eq!((s(0, 5), s(5, 0), s(0, 3), s(1, 3)), (Some(50), Some(50), Some(217), Some(217)));
    }

    #[test]
    fn a_yard_with_one_door_needs_no_copies_where_all_turns_are_free() {
        let art = "A..B..C\n...D...\n...E..F";
        let g = drawn(art, &["A-B", "B-C", "B-D", "D-E", "E-F"]);
        let yard = vec![4, 5, 6, 7, 8, 9];
        let with = |turns| Graph::with_rules(g.topology.clone(), g.metric.clone(), turns, yard.clone()).unwrap();
        assert_eq!(with(vec![]).nodes(), 6);
        // From A one may not go on to C, nor by turning round in the yard.
        let narrow = with(vec![vec![0, 2]]);
        let s = middles(&narrow);
        assert_eq!((s(0, 1), s(0, 4), s(4, 1)), (None, Some(50), Some(50)));
    }

    #[test]
    fn a_turn_that_is_none_is_refused() {
        let g = drawn("A B C", &["A-B", "B-C"]);
        for turn in [vec![], vec![0], vec![0, 3], vec![0, 4]] {
            assert!(Graph::with_turns(g.topology.clone(), g.metric.clone(), vec![turn]).is_err());
        }
    }
}
