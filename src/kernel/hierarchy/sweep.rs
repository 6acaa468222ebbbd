//! From some sources to everything, or to fixed points, without a queue: PHAST (Delling, Goldberg,
//! Nowatzyk, Werneck 2011, 10.1109/IPDPS.2011.89). Climb from the sources, then pass once over the
//! ranks from the top: what lies above a node is final when its turn comes.

use super::{
    Hierarchy,
    climb::{Climbs, climb, exits},
    structure::{NONE, Rank},
};
use crate::{
    graph::{CLOSED, Entrance, Graph, LinkIx, NodeIx, Position},
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
            graph.entries(at).map(move |j| Entry { point, rank: s.rank[j.node as usize], part_ms: j.ms })
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

/// Drives from so many sources are made in one pass over the ranks.
const LANES: usize = 16;

impl Targets {
    /// Arcs that a pass looks at.
    pub fn work(&self, hierarchy: &Hierarchy) -> usize {
        self.ranks.iter().map(|&rank| hierarchy.structure.row(rank).len()).sum()
    }
}

impl Hierarchy {
    /// What [`sweep`](crate::reach::sweep) answers for the points of `targets`.
    pub fn sweep(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        sources: &[Candidate],
        targets: &Targets,
        limit_ms: u32,
    ) -> Vec<u32> {
        let seeds: Vec<Entrance> = sources.iter().map(|&s| s.into()).collect();
        self.pass::<1>(graph, climbs, &[&seeds], targets, limit_ms).swap_remove(0)
    }

    /// What [`reach_from`](crate::reach::reach_from) answers for the points of `targets` and each
    /// source, by its entrances.
    pub fn reaches(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        sources: &[impl AsRef<[Entrance]>],
        targets: &Targets,
        limit_ms: u32,
    ) -> Vec<Vec<u32>> {
        let seeds: Vec<&[Entrance]> = sources.iter().map(AsRef::as_ref).collect();
        let of_some = |some: &[&[Entrance]]| match some.len() {
            1 => self.pass::<1>(graph, climbs, some, targets, limit_ms),
            2..=4 => self.pass::<4>(graph, climbs, some, targets, limit_ms),
            _ => self.pass::<LANES>(graph, climbs, some, targets, limit_ms),
        };
        seeds.chunks(LANES).flat_map(of_some).collect()
    }

    /// For each lane, the least drive from any of its seeds to each point.
    fn pass<const N: usize>(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        lanes: &[&[Entrance]],
        targets: &Targets,
        limit_ms: u32,
    ) -> Vec<Vec<u32>> {
        let all = self.rise::<N>(graph, climbs, lanes);
        targets.ranks.iter().for_each(|&rank| self.fall(all, rank));
        let mut found = vec![vec![CLOSED; targets.points.len()]; lanes.len()];
        let offer = |found: &mut u32, ms: u32| {
            if ms <= limit_ms {
                *found = ms.min(*found);
            }
        };
        for e in &targets.entries {
            for (found, ms) in found.iter_mut().zip(&all[e.rank as usize]) {
                offer(&mut found[e.point as usize], ms.saturating_add(e.part_ms));
            }
        }
        for (found, seeds) in found.iter_mut().zip(lanes) {
            for &Entrance { at: from, extra_ms } in *seeds {
                for (point, to) in targets.on(from.link) {
                    if let Some((_, ms)) = graph.along(from, to) {
                        offer(&mut found[point], ms.saturating_add(extra_ms));
                    }
                }
            }
        }
        found
    }

    /// What [`nodes`](crate::reach::nodes) tells, but not in the order of time.
    pub fn nodes(
        &self,
        graph: &Graph,
        climbs: &mut Climbs,
        from: Position,
        limit_ms: u32,
        mut each: impl FnMut(NodeIx, u32),
    ) {
        let all = self.rise::<1>(graph, climbs, &[&[from.into()]]);
        for rank in (0..self.structure.nodes() as u32).rev() {
            self.fall(all, rank);
            let [ms] = all[rank as usize];
            if ms <= limit_ms && ms != CLOSED {
                each(self.structure.node[rank as usize], ms);
            }
        }
    }

    /// Climbs from each seed; in a lane, none goes on where another is already as soon.
    fn rise<'a, const N: usize>(
        &self,
        graph: &Graph,
        climbs: &'a mut Climbs,
        lanes: &[&[Entrance]],
    ) -> &'a mut [[u32; N]] {
        climbs.begin(self.structure.nodes());
        let Climbs { scratch, all, .. } = climbs;
        all.clear();
        all.resize(N * self.structure.nodes(), CLOSED);
        let all = all.as_chunks_mut::<N>().0;
        for (lane, seeds) in lanes.iter().enumerate() {
            for &seed in *seeds {
                climb(&self.structure, &self.weights.up_ms, scratch, exits(graph, &[seed]), |rank, ms| {
                    let known = &mut all[rank as usize][lane];
                    let sooner = ms < *known;
                    *known = ms.min(*known);
                    sooner
                });
            }
        }
        all
    }

    /// Makes a rank final; all above it are.
    #[inline]
    fn fall<const N: usize>(&self, all: &mut [[u32; N]], rank: Rank) {
        let row = self.structure.row(rank);
        let mut least = all[rank as usize];
        for (&head, &down_ms) in self.structure.head[row.clone()].iter().zip(&self.weights.down_ms[row]) {
            for (least, ms) in least.iter_mut().zip(&all[head as usize]) {
                *least = ms.saturating_add(down_ms).min(*least);
            }
        }
        all[rank as usize] = least;
    }
}
