//! From some sources to everything, or to fixed points, without a queue: PHAST (Delling, Goldberg,
//! Nowatzyk, Werneck 2011, 10.1109/IPDPS.2011.89). Climb from the sources, then pass once over the
//! ranks from the top: what lies above a node is final when its turn comes.

use super::{
    Hierarchy,
    climb::{Climbs, climb, entries, exits},
    structure::{NONE, Rank},
};
use crate::kernel::{
    graph::{CLOSED, Graph, LinkIx, NodeIx, Position},
    nearest::Candidate,
    snap::Snapped,
};

/// Fixed points, and the part of the hierarchy over which they are entered (RPHAST: Delling,
/// Goldberg, Werneck 2011, 10.4230/OASIcs.ATMOS.2011.52). Made for one metric: a link that opens or
/// closes is another way in.
#[derive(Debug)]
pub struct Targets {
    points: Vec<Position>,
    entries: Vec<Entry>,
    /// Points by link.
    by_link: Vec<(LinkIx, u32)>,
    /// Everything above an entry, from the top.
    ranks: Vec<Rank>,
}

/// A way to a point.
#[derive(Debug, Clone, Copy)]
struct Entry {
    point: u32,
    rank: Rank,
    part_ms: u32,
}

impl Targets {
    pub fn new(hierarchy: &Hierarchy, graph: &Graph, points: &[Snapped]) -> Self {
        let s = &hierarchy.structure;
        let points: Vec<Position> = points.iter().map(Snapped::position).collect();
        let entry = |(point, &at): (u32, &Position)| {
            entries(graph, at)
                .map(move |(node, part_ms)| Entry { point, rank: s.rank[node as usize], part_ms })
                .collect::<Vec<_>>()
        };
        let entries: Vec<Entry> = (0..).zip(&points).flat_map(entry).collect();
        let mut wanted = vec![false; s.nodes()];
        for e in &entries {
            let mut rank = e.rank;
            while rank != NONE && !std::mem::replace(&mut wanted[rank as usize], true) {
                rank = s.parent(rank);
            }
        }
        let ranks = (0..s.nodes() as u32).rev().filter(|&r| wanted[r as usize]).collect();
        let mut by_link: Vec<(LinkIx, u32)> = (0..).zip(&points).map(|(i, p)| (p.link, i)).collect();
        by_link.sort_unstable();
        Self { points, entries, by_link, ranks }
    }

    fn on(&self, link: LinkIx) -> impl Iterator<Item = (usize, Position)> + '_ {
        let start = self.by_link.partition_point(|&(l, _)| l < link);
        self.by_link[start..]
            .iter()
            .take_while(move |&&(l, _)| l == link)
            .map(|&(_, i)| (i as usize, self.points[i as usize]))
    }
}

impl Hierarchy {
    /// What [`sweep`](crate::kernel::reach::sweep) answers for the points of `targets`.
    pub fn sweep(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        sources: &[Candidate],
        targets: &Targets,
        limit_ms: u32,
    ) -> Vec<u32> {
        self.rise(graph, climbs, sources.iter().map(|s| (s.at.position(), s.extra_ms)));
        let all = &mut climbs.all[..];
        targets.ranks.iter().for_each(|&rank| self.fall(all, rank));
        let mut found = vec![CLOSED; targets.points.len()];
        let mut offer = |point: usize, ms: u32| {
            if ms <= limit_ms {
                found[point] = ms.min(found[point]);
            }
        };
        for e in &targets.entries {
            offer(e.point as usize, all[e.rank as usize].saturating_add(e.part_ms));
        }
        for source in sources {
            let from = source.at.position();
            for (point, to) in targets.on(from.link) {
                if let Some((_, ms)) = graph.along(from, to) {
                    offer(point, ms.saturating_add(source.extra_ms));
                }
            }
        }
        found
    }

    /// What [`nodes`](crate::kernel::reach::nodes) tells, but not in the order of time.
    pub fn nodes(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        from: Position,
        limit_ms: u32,
        mut each: impl FnMut(NodeIx, u32),
    ) {
        self.rise(graph, climbs, [(from, 0)].into_iter());
        for rank in (0..self.structure.nodes() as u32).rev() {
            self.fall(&mut climbs.all, rank);
            let ms = climbs.all[rank as usize];
            if ms <= limit_ms && ms != CLOSED {
                each(self.structure.node[rank as usize], ms);
            }
        }
    }

    /// Climbs from each source; none goes on where another is already as soon.
    fn rise(&self, graph: &Graph, climbs: &mut Climbs, sources: impl Iterator<Item = (Position, u32)>) {
        climbs.begin(self.structure.nodes());
        let Climbs { scratch, all, .. } = climbs;
        all.clear();
        all.resize(self.structure.nodes(), CLOSED);
        for (from, extra_ms) in sources {
            let seeds = exits(graph, from).map(|(node, ms)| (node, ms.saturating_add(extra_ms)));
            climb(&self.structure, &self.weights.up_ms, scratch, seeds, |rank, ms| {
                let known = &mut all[rank as usize];
                let sooner = ms < *known;
                *known = ms.min(*known);
                sooner
            });
        }
    }

    /// Makes a rank final; all above it are.
    #[inline]
    fn fall(&self, all: &mut [u32], rank: Rank) {
        let row = self.structure.row(rank);
        let over = self.structure.head[row.clone()].iter().zip(&self.weights.down_ms[row]);
        let least = over.map(|(&head, &ms)| all[head as usize].saturating_add(ms)).min().unwrap_or(CLOSED);
        all[rank as usize] = least.min(all[rank as usize]);
    }
}
