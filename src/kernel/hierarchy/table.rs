//! Many to many: one climb from each target, kept by rank; one climb from each source, which meets
//! them (buckets: Knopp, Sanders, Schultes, Schulz, Wagner 2007, 10.1137/1.9781611972870.4).

use super::{
    Hierarchy,
    climb::{Climbs, climb, entries, exits},
    structure::Rank,
};
use crate::graph::{CLOSED, Graph, Position};

/// A target met on the way up: at which rank, its number, and milliseconds from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Met {
    rank: Rank,
    target: u32,
    ms: u32,
}

impl Hierarchy {
    /// Milliseconds from each of `sources` (rows) to each of `targets`; [`CLOSED`] where there is no way.
    pub fn table(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        sources: &[Position],
        targets: &[Position],
    ) -> Vec<Vec<u32>> {
        climbs.begin(self.structure.nodes());
        let mut met: Vec<Met> = Vec::new();
        for (target, &to) in (0..).zip(targets) {
            let Climbs { scratch, .. } = climbs;
            climb(&self.structure, &self.weights.down_ms, scratch, entries(graph, &[to.into()]), |rank, ms| {
                if ms != CLOSED {
                    met.push(Met { rank, target, ms });
                }
                true
            });
        }
        met.sort_unstable();
        let row = |&from: &Position| {
            let straight = |&to: &Position| graph.along(from, to).map_or(CLOSED, |(_, ms)| ms);
            let mut least: Vec<u32> = targets.iter().map(straight).collect();
            let mut left = &met[..];
            let Climbs { scratch, .. } = &mut *climbs;
            climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, &[from.into()]), |rank, ms| {
                // Ranks come ascending on either side.
                left = &left[left.partition_point(|m| m.rank < rank)..];
                for m in left.iter().take_while(|m| m.rank == rank) {
                    let known = &mut least[m.target as usize];
                    *known = ms.saturating_add(m.ms).min(*known);
                }
                true
            });
            least
        };
        sources.iter().map(row).collect()
    }
}
