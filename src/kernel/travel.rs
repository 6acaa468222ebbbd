//! The quickest exact method for each question: a search that grows until it has met enough, or the
//! hierarchy, whose effort grows with the number of candidates instead.

use std::collections::BTreeMap;

use super::{
    dijkstra::{self, Route},
    graph::{CLOSED, Entrance, Graph, Position, degrees},
    hierarchy::{Climbs, Hierarchy, Targets},
    nearest::{self, Nearest, Query, Race, Starts},
    reach::reach_from,
    row::Row,
    snap::Snapped,
    table::{Leg, table},
};
use xunge_base::{BBox, LngLat};

/// Nanoseconds for settling a node in a search, and for looking at an arc in a climb or a sweep: medians of
/// `benches/peers` on Porto with 80 of 200 squads eligible, where both methods take about as long
/// (0.13 ms for 2,190 nodes, 0.15 ms for 81 climbs of 3,810 arcs). Beside them, for a row that is kept.
/// Only their ratios matter.
const SETTLE_NS: f64 = 60.0;
const ARC_NS: f64 = 0.5;
const ROW_NS: f64 = 40.0;

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
        let part = targets.work(h) as f64 * ARC_NS / all_ns;
        // What a search settles grows with the square of its limit.
        let sweep_from_ms = if part < 1.0 { self.across_ms() * part.sqrt() } else { f64::INFINITY };
        Points { at, targets: Some(targets), sweep_from_ms }
    }

    /// About how long a drive from the middle to the border takes.
    fn across_ms(&self) -> f64 {
        let (topology, metric) = (&self.graph.topology, &self.graph.metric);
        let Some(bbox) = BBox::around(topology.node_e7.iter().map(|&e7| degrees(e7))) else { return 0.0 };
        let [a, b] = [[bbox.west, bbox.south], [bbox.east, bbox.north]].map(|[lng, lat]| LngLat { lng, lat });
        let open = topology.link_mm.iter().zip(&metric.forward_ms).filter(|(_, ms)| **ms != CLOSED);
        let (mm, ms) = open.fold((0.0, 1.0), |(a, b), (&mm, &ms)| (a + f64::from(mm), b + f64::from(ms)));
        1_000.0 * a.distance_m(b) / 2.0 / (mm / ms).max(0.1)
    }

    /// Milliseconds from each place, by its entrances, to each of `points`, as [`reach_from`], by the method
    /// from which less work is expected.
    pub fn reaches(
        &self,
        ws: &mut Workspace,
        from: &[impl AsRef<[Entrance]>],
        points: &Points,
        limit_ms: u32,
    ) -> Vec<Vec<u32>> {
        match (self.hierarchy, &points.targets) {
            (Some(h), Some(targets)) if f64::from(limit_ms) >= points.sweep_from_ms => {
                h.reaches(self.graph, &mut ws.climbs, from, targets, limit_ms)
            }
            _ => {
                let search = &mut ws.search;
                from.iter().map(|from| reach_from(self.graph, search, from.as_ref(), &points.at, limit_ms)).collect()
            }
        }
    }

    /// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
    pub fn drive_ms(&self, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<u32> {
        match self.hierarchy {
            Some(h) => h.drive_ms(self.graph, &mut ws.climbs, from, to, limit_ms),
            None => dijkstra::drive_ms(self.graph, &mut ws.search, from, to, limit_ms),
        }
    }

    /// The climb from a start, to be kept; `None` without a hierarchy to climb, then one without a row where
    /// a drive takes days.
    pub fn row(&self, climbs: &mut Climbs, from: Position) -> Option<Option<Row>> {
        Some(self.hierarchy?.row(self.graph, climbs, from))
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
    /// [`nearest::nearest_eligible`], by the method from which less work is expected.
    pub fn nearest_eligible(&self, ws: &mut Workspace, query: Query, eligible: impl Fn(usize) -> bool) -> Nearest {
        let Query { target, starts, k, routes } = query;
        let few = (0..starts.len()).filter(|&c| eligible(c)).collect();
        let field = Field { travel: *self, starts, target: vec![target.position().into()], eligible: few };
        nearest_among(&[field], ws, k, routes, |c| eligible(c).then_some(c))
    }
}

/// One network on which some of the candidates come, and the ways from it to the target.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    pub travel: TravelTime<'a>,
    pub starts: &'a Starts,
    pub target: Vec<Entrance>,
    /// Those of `starts` who race, each once.
    pub eligible: Vec<usize>,
}

impl Field<'_> {
    /// The hierarchy, where it is expected to be quicker. A search settles about `k·n / S` of the n nodes
    /// before it has met k of S candidates that lie about evenly, all n with fewer than k; the hierarchy
    /// climbs from the target and looks at S rows, or climbs from each. The climb from the target stands
    /// for all.
    fn climbing(&self, k: usize) -> Option<&Hierarchy> {
        let Self { travel: TravelTime { graph, hierarchy }, starts, target, eligible } = self;
        let h = (*hierarchy)?;
        let candidates = eligible.len() as f64;
        let search_ns = graph.nodes() as f64 * SETTLE_NS * (k as f64 / candidates).min(1.0);
        let climb_ns = || target.first().map_or(1, |to| h.work(graph, to.at).max(1)) as f64 * ARC_NS;
        let (climbs, rows) = if starts.keeps_rows() { (1.0, candidates) } else { (candidates + 1.0, 0.0) };
        let left_ns = search_ns - rows * ROW_NS;
        (left_ns > 0.0 && climbs * climb_ns() <= left_ns).then_some(h)
    }
}

/// The `k` best of candidates on several networks, ties by number. Each network is searched, by the
/// method from which less work is expected, only as long as it may still change the answer of those
/// before it. `number` gives the number of those that are eligible, under which they are answered; they
/// are listed in the starts of one field only.
pub fn nearest_among(
    fields: &[Field<'_>],
    ws: &mut Workspace,
    k: usize,
    routes: bool,
    number: impl Fn(usize) -> Option<usize>,
) -> Nearest {
    let (mut race, mut exhausted, mut traced) = (Race::new(k), true, BTreeMap::new());
    // What a way to the target costs is told from the drive by tracing it.
    let traces = routes || fields.iter().flat_map(|f| &f.target).any(|to| to.extra_ms > 0);
    for field in fields.iter().filter(|f| !f.eligible.is_empty()) {
        let Field { travel: TravelTime { graph, .. }, starts, target: to, eligible } = field;
        let numbered = || eligible.iter().filter_map(|&c| Some((c, number(c)?)));
        let climbing = field.climbing(k);
        match climbing {
            Some(h) => h.enter(graph, &mut ws.climbs, to, starts, numbered(), &mut race),
            None => exhausted &= nearest::enter(graph, &mut ws.search, to, starts, &number, &mut race),
        }
        // The next field overwrites what is known of this one.
        for (number, from, ms) in race.places().filter(|_| traces) {
            traced.entry(number).or_insert_with(|| match climbing {
                Some(h) => h.route(graph, &mut ws.climbs, from, to, ms),
                None => nearest::trace(graph, &ws.search, from, to, ms),
            });
        }
    }
    let all = fields.iter().flat_map(|f| &f.eligible).filter_map(|&c| number(c));
    let mut found = race.finish(all, exhausted, None::<fn(Position, u32) -> Route>);
    for hit in &mut found.hits {
        if let Some(route) = traced.remove(&hit.candidate) {
            (hit.drive_ms, hit.route) = (route.drive_ms, routes.then_some(route));
        }
    }
    found
}

#[cfg(test)]
mod tests;
