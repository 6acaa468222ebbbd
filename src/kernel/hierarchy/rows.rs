//! Climbs as rows, to be kept while the metric is: see [`crate::row`].

use super::{
    Hierarchy,
    climb::{Climbs, Side, entries, exits},
    structure::Rank,
};
use crate::{
    graph::{Entrance, Graph, NodeIx, Position},
    row::{Path, Row, Stretch},
};

impl Hierarchy {
    /// The climb from a start; `None` where a drive is too long for a row.
    pub fn row(&self, graph: &Graph, climbs: &mut Climbs, from: Position) -> Option<Row> {
        let from = [from.into()];
        self.climb_from(graph, climbs, &from);
        self.ways_up(exits(graph, &from), &climbs.from, |_, way| way).map(Row::new)
    }

    /// The last climb to a target, which has these entrances; `None` where a drive is too long for a row.
    pub(super) fn paths(&self, graph: &Graph, climbs: &Climbs, to: &[Entrance]) -> Option<Vec<Path>> {
        let path = |ranks: &[Rank], way| Path::new(way, ranks.iter().rev().map(|&r| self.structure.below(r)));
        self.ways_up(entries(graph, to), &climbs.to, path)
    }

    /// Along which ways a climb from the seeds went, each as far as none of those before it passes: what `made`
    /// makes of its ranks, ascending, and of their milliseconds.
    fn ways_up<T>(
        &self,
        seeds: impl Iterator<Item = (NodeIx, u32)>,
        climb: &Side,
        made: impl Fn(&[Rank], Stretch) -> T,
    ) -> Option<Vec<T>> {
        let s = &self.structure;
        // Whatever lies above another seed comes after it.
        let mut seeds: Vec<Rank> = seeds.map(|(node, _)| s.rank[node as usize]).collect();
        seeds.sort_unstable();
        let mut lowest: Vec<Rank> = Vec::with_capacity(1);
        for seed in seeds {
            if !lowest.iter().any(|&other| s.is_above(seed, other)) {
                lowest.push(seed);
            }
        }
        let way = |(i, &from): (usize, &Rank)| {
            let above: Vec<Rank>;
            let (depth, own) = if lowest.len() == 1 {
                (0, &climb.passed[..])
            } else {
                above = climb.passed.iter().copied().filter(|&r| s.is_above(r, from)).collect();
                let joins = |&r: &Rank| lowest[..i].iter().any(|&other| s.is_above(r, other));
                let own = above.partition_point(|r| !joins(r));
                (above.len() - own, &above[..own])
            };
            Some(made(own, Stretch::new(from, depth, own.iter().rev().map(|&r| climb.ms[r as usize]))?))
        };
        lowest.iter().enumerate().map(way).collect()
    }
}
