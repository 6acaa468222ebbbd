//! The quickest exact method for each question: a search that grows until it has met enough, or the
//! hierarchy, whose effort grows with the number of candidates instead.

use super::{
    dijkstra,
    graph::{CLOSED, Graph, Position},
    hierarchy::{Climbs, Hierarchy, Targets},
    nearest::{Nearest, Query, nearest_eligible},
    reach::reach,
    snap::Snapped,
    table::{Leg, table},
};
use crate::base::{BBox, LngLat};

/// Nanoseconds for settling a node in a search, and for looking at an arc in a climb: medians of
/// `benches/peers` on Porto with 80 of 200 squads eligible, where both methods take about as long
/// (0.13 ms for 2,190 nodes, 0.15 ms for 81 climbs of 3,810 arcs). Only their ratio matters.
const SETTLE_NS: f64 = 60.0;
const ARC_NS: f64 = 0.5;
/// The same for an arc in a sweep, as `benches/coverage` has it on Porto.
const SWEEP_ARC_NS: f64 = 2.0;

/// State of either method, reused between queries. [`dijkstra::Workspace::stop`] stops both.
#[derive(Debug, Default)]
pub struct Workspace {
    pub search: dijkstra::Workspace,
    pub climbs: Climbs,
}

/// A graph, and its hierarchy where there is one, under the same metric.
#[derive(Debug, Clone, Copy)]
pub struct TravelTime<'a> {
    pub graph: &'a Graph,
    pub hierarchy: Option<&'a Hierarchy>,
}

/// Points that are reached again and again, under one metric.
#[derive(Debug)]
pub struct Points {
    at: Vec<Snapped>,
    targets: Option<Targets>,
    /// With this limit or a larger one a sweep is expected to be quicker than a search.
    sweep_from_ms: f64,
}

impl Points {
    pub fn at(&self) -> &[Snapped] {
        &self.at
    }
}

impl TravelTime<'_> {
    /// Prepares for [`Self::reaches`].
    pub fn points(&self, at: Vec<Snapped>) -> Points {
        let Some(h) = self.hierarchy else { return Points { at, targets: None, sweep_from_ms: f64::INFINITY } };
        let targets = Targets::new(h, self.graph, &at);
        let all_ns = self.graph.nodes() as f64 * SETTLE_NS;
        let part = targets.work(h) as f64 * SWEEP_ARC_NS / all_ns;
        // What a search settles grows with the square of its limit.
        let sweep_from_ms = if part < 1.0 { self.across_ms() * part.sqrt() } else { f64::INFINITY };
        Points { at, targets: Some(targets), sweep_from_ms }
    }

    /// About how long a drive from the middle to the border takes.
    fn across_ms(&self) -> f64 {
        let (topology, metric) = (&self.graph.topology, &self.graph.metric);
        let node = |&[lng, lat]: &[i32; 2]| LngLat { lng: f64::from(lng) / 1e7, lat: f64::from(lat) / 1e7 };
        let Some(bbox) = BBox::around(topology.node_e7.iter().map(node)) else { return 0.0 };
        let [a, b] = [[bbox.west, bbox.south], [bbox.east, bbox.north]].map(|[lng, lat]| LngLat { lng, lat });
        let open = topology.link_mm.iter().zip(&metric.forward_ms).filter(|(_, ms)| **ms != CLOSED);
        let (mm, ms) = open.fold((0.0, 1.0), |(a, b), (&mm, &ms)| (a + f64::from(mm), b + f64::from(ms)));
        1_000.0 * a.distance_m(b) / 2.0 / (mm / ms).max(0.1)
    }

    /// Driving milliseconds from each of `from` to each of `points`, as [`reach()`](super::reach::reach),
    /// by the method from which less work is expected.
    pub fn reaches(&self, ws: &mut Workspace, from: &[Snapped], points: &Points, limit_ms: u32) -> Vec<Vec<u32>> {
        match (self.hierarchy, &points.targets) {
            (Some(h), Some(targets)) if f64::from(limit_ms) >= points.sweep_from_ms => {
                h.reaches(self.graph, &mut ws.climbs, from, targets, limit_ms)
            }
            _ => from.iter().map(|from| reach(self.graph, &mut ws.search, from, &points.at, limit_ms)).collect(),
        }
    }

    /// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
    pub fn drive_ms(&self, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<u32> {
        match self.hierarchy {
            Some(h) => h.drive_ms(self.graph, &mut ws.climbs, from, to, limit_ms),
            None => dijkstra::drive_ms(self.graph, &mut ws.search, from, to, limit_ms),
        }
    }

    /// The quickest drive from each of `sources` to each of `targets`, as [`table()`](super::table::table).
    pub fn table(
        &self,
        ws: &mut Workspace,
        sources: &[Position],
        targets: &[Position],
        lengths: bool,
    ) -> Vec<Vec<Option<Leg>>> {
        let Some(h) = self.hierarchy.filter(|_| !lengths) else {
            return table(self.graph, &mut ws.search, sources, targets, lengths);
        };
        let leg = |ms: u32| (ms != CLOSED).then_some(Leg { ms, mm: 0 });
        let rows = h.table(self.graph, &mut ws.climbs, sources, targets).into_iter();
        rows.map(|row| row.into_iter().map(leg).collect()).collect()
    }

    /// The `k` eligible candidates with the least `drive_ms + extra_ms`, ties by index: as
    /// [`nearest_eligible`], by the method from which less work is expected.
    pub fn nearest_eligible(&self, ws: &mut Workspace, query: Query, eligible: impl Fn(usize) -> bool) -> Nearest {
        if let Some(h) = self.hierarchy {
            let most = self.worth_climbing(h, query.target, query.k);
            let few = (0..query.starts.candidates().len()).filter(|&c| eligible(c)).take(most + 1).collect::<Vec<_>>();
            if few.len() <= most {
                return h.nearest_eligible(self.graph, &mut ws.climbs, query, &few);
            }
        }
        nearest_eligible(self.graph, &mut ws.search, query, eligible)
    }

    /// Up to how many candidates the hierarchy is expected to be quicker. A search settles about
    /// `k·n / S` of the n nodes before it has met k of S candidates that lie about evenly, the
    /// hierarchy climbs S + 1 times; the climb from the target stands for all.
    fn worth_climbing(&self, h: &Hierarchy, target: &Snapped, k: usize) -> usize {
        let search_ns = (k * self.graph.nodes()) as f64 * SETTLE_NS;
        let climb_ns = (h.work(self.graph, target.position()).max(1)) as f64 * ARC_NS;
        // S (S + 1) climbs = k n settled; with fewer than k candidates it settles all n, not more.
        let even = ((search_ns / climb_ns + 0.25).sqrt() - 0.5) as usize;
        if even < k { (search_ns / k.max(1) as f64 / climb_ns) as usize } else { even }
    }
}
