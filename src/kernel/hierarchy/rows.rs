//! Climbs as rows, to be kept while the metric is: see [`crate::kernel::row`].

use super::{
    Hierarchy,
    climb::{Climbs, Side, entries, exits},
    structure::Rank,
};
use crate::kernel::{
    graph::{Entrance, Graph, NodeIx, Position},
    row::{Paths, Row, WayUp},
};

impl Hierarchy {
    /// The climb from a start; `None` where a drive takes days.
    pub fn row(&self, graph: &Graph, climbs: &mut Climbs, from: Position) -> Option<Row> {
        let from = [from.into()];
        self.climb_from(graph, climbs, &from);
        Row::new(&self.ways_up(exits(graph, &from), &climbs.from))
    }

    /// The last climb to a target, which has these entrances; `None` where a drive takes days.
    pub(super) fn paths(&self, graph: &Graph, climbs: &Climbs, to: &[Entrance]) -> Option<Paths> {
        Paths::new(self.ways_up(entries(graph, to), &climbs.to))
    }

    /// Along which ways a climb from the seeds went, each as far as none of those before it passes.
    fn ways_up(&self, seeds: impl Iterator<Item = (NodeIx, u32)>, climb: &Side) -> Vec<WayUp> {
        let s = &self.structure;
        let mut from: Vec<Rank> = seeds.map(|(node, _)| s.rank[node as usize]).collect();
        // Whatever lies on the way up from another one comes after it.
        from.sort_unstable();
        let mut ways = Vec::with_capacity(1);
        for (i, &lowest) in from.iter().enumerate() {
            let is_passed = |&r: &Rank| from[..i].iter().any(|&other| s.is_above(r, other));
            let way = s.up(lowest).take_while(|r| !is_passed(r));
            let mut nodes: Vec<([Rank; 2], u32)> = way.map(|r| (s.below(r), climb.ms[r as usize])).collect();
            if let Some(&([_, top], _)) = nodes.last() {
                nodes.reverse();
                ways.push(WayUp { depth: s.up(top).count() - 1, nodes });
            }
        }
        ways
    }
}
