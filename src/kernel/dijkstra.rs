//! Exact bounded Dijkstra between positions: the oracle, and what everything faster must equal.
//!
//! Integers only. The queue orders by milliseconds, then by node index, and a parent changes only
//! for a strictly better one: the same query gives the same route everywhere.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::base::LngLat;

use super::graph::{CLOSED, EdgeIx, Entrance, Graph, Joint, NodeIx, Position, RoadClass};

/// The parent of a node where a search began, which is no slot of a row: from which seed, at a junction
/// or on a link's forward or backward edge.
fn seeded(seed: usize, edge: Option<EdgeIx>) -> u32 {
    u32::MAX - (3 * seed as u32 + edge.map_or(0, |e| 1 + e % 2))
}

/// What a search knows of one node; void unless `stamp` is that of the running search.
#[derive(Debug, Clone, Copy, Default)]
struct Label {
    stamp: u32,
    ms: u32,
    /// Slot in the searched rows of the edge that led here, or what [`seeded`] says.
    parent: u32,
}

/// Tells searches that nobody waits for them any more. What they answer from then on is not whole and
/// must be thrown away.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// After so many nodes a search looks whether it is to stop.
const STOP_EVERY: u32 = 4_096;

/// Search state, reused between queries: nothing is cleared, a stamp tells old from new.
#[derive(Debug, Default)]
pub struct Workspace {
    pub stop: Stop,
    labels: Vec<Label>,
    stamp: u32,
    /// Milliseconds, then the node.
    queue: BinaryHeap<Reverse<u64>>,
}

impl Workspace {
    fn begin(&mut self, nodes: usize) {
        if self.labels.len() < nodes {
            self.labels.resize(nodes, Label::default());
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.labels.fill(Label::default());
            self.stamp = 1;
        }
        self.queue.clear();
    }

    /// Milliseconds of the last search at `node`: final where settled, an upper bound elsewhere.
    #[inline]
    pub(super) fn ms(&self, node: NodeIx) -> Option<u32> {
        self.labels.get(node as usize).filter(|l| l.stamp == self.stamp).map(|l| l.ms)
    }

    #[inline]
    fn offer(&mut self, node: NodeIx, ms: u32, parent: u32) {
        let label = &mut self.labels[node as usize];
        if label.stamp != self.stamp || ms < label.ms {
            *label = Label { stamp: self.stamp, ms, parent };
            self.queue.push(Reverse(u64::from(ms) << 32 | u64::from(node)));
        }
    }

    /// The edges between `node` and the seed of the last search that it was reached from, that of the
    /// seed's own link included, and which of the seeds that is.
    pub(super) fn trace<const REVERSE: bool>(
        &self,
        graph: &Graph,
        seeds: &[Entrance],
        mut node: NodeIx,
    ) -> (Vec<EdgeIx>, usize) {
        let rows = graph.rows::<REVERSE>();
        let mut edges = Vec::new();
        loop {
            let parent = self.labels[node as usize].parent;
            if parent as usize >= rows.edges.len() {
                let (seed, side) = ((u32::MAX - parent) / 3, (u32::MAX - parent) % 3);
                edges.extend(side.checked_sub(1).map(|side| 2 * seeds[seed as usize].at.link + side));
                return (edges, seed as usize);
            }
            edges.push(rows.edges[parent as usize]);
            node = rows.row_of(parent as usize);
        }
    }
}

/// Settles nodes by increasing drive from any of the seeds (to it, with `REVERSE`), each with what is
/// over when it sets out. `settle` is told each node and its milliseconds and answers how far the search
/// is still worth while; what lies farther is not even queued. True when it ran through everything there
/// is.
pub(super) fn search<const REVERSE: bool>(
    graph: &Graph,
    ws: &mut Workspace,
    seeds: &[Entrance],
    limit_ms: u32,
    mut settle: impl FnMut(NodeIx, u32) -> u32,
) -> bool {
    ws.begin(graph.nodes());
    for (i, &Entrance { at, extra_ms }) in seeds.iter().enumerate() {
        let mut offer = |j: Joint| ws.offer(j.node, extra_ms.saturating_add(j.ms), seeded(i, j.edge));
        if REVERSE { graph.entries(at).for_each(&mut offer) } else { graph.exits(at).for_each(&mut offer) }
    }
    let rows = graph.rows::<REVERSE>();
    let (mut limit, mut all, mut settled) = (limit_ms, true, 0u32);
    while let Some(Reverse(key)) = ws.queue.pop() {
        let (ms, node) = ((key >> 32) as u32, key as u32);
        if ms > limit {
            return false;
        }
        if ws.labels[node as usize].ms != ms {
            continue;
        }
        limit = limit.min(settle(node, ms));
        settled += 1;
        if settled.is_multiple_of(STOP_EVERY) && ws.stop.is_set() {
            return false;
        }
        for slot in rows.row(node) {
            let arc = rows.arcs[slot];
            let next_ms = ms.saturating_add(arc.ms);
            if next_ms <= limit {
                ws.offer(arc.node, next_ms, slot as u32);
            } else if arc.ms != CLOSED {
                all = false;
            }
        }
    }
    all
}

/// One street of a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub name: Option<String>,
    pub class: RoadClass,
    pub ms: u32,
    pub length_m: f64,
    /// Where it begins in [`Route::points`]; it ends where the next one begins.
    pub first_point: usize,
}

/// A drive from start to end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    pub drive_ms: u32,
    pub length_m: f64,
    /// From the start to the end position, at least two points.
    pub points: Vec<LngLat>,
    /// Consecutive stretches of the same name and class.
    pub segments: Vec<Segment>,
    /// Where it begins and ends on the network.
    pub ends: [Position; 2],
}

/// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
pub fn drive_ms(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<u32> {
    quickest(graph, ws, from, to, limit_ms).map(|(ms, _)| ms)
}

/// The quickest drive itself.
pub fn route(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<Route> {
    let (ms, last) = quickest(graph, ws, from, to, limit_ms)?;
    let Some(last) = last else {
        return Some(assemble(graph, ms, [from, to], &[graph.along(from, to)?.0]));
    };
    let (mut edges, _) = ws.trace::<false>(graph, &[from.into()], last.node);
    edges.reverse();
    edges.extend(last.edge);
    Some(assemble(graph, ms, [from, to], &edges))
}

/// The least time, and by which way the target is entered; none when it lies straight ahead.
fn quickest(
    graph: &Graph,
    ws: &mut Workspace,
    from: Position,
    to: Position,
    limit_ms: u32,
) -> Option<(u32, Option<Joint>)> {
    let mut best = graph.along(from, to).map(|(_, ms)| (ms, None));
    let entries: Vec<Joint> = graph.entries(to).collect();
    search::<false>(graph, ws, &[from.into()], limit_ms, |node, ms| {
        for &entry in entries.iter().filter(|e| e.node == node) {
            let total = ms.saturating_add(entry.ms);
            if best.is_none_or(|(least, _)| total < least) {
                best = Some((total, Some(entry)));
            }
        }
        // Only something strictly quicker than the best is still looked for.
        best.map_or(limit_ms, |(least, _)| least.saturating_sub(1))
    });
    best.filter(|&(ms, _)| ms <= limit_ms)
}

/// The drive along `edges`, which begins on the first and ends on the last of them, or at a junction.
pub(super) fn assemble(graph: &Graph, drive_ms: u32, ends: [Position; 2], edges: &[EdgeIx]) -> Route {
    let mut route = Route { drive_ms, ends, points: vec![graph.point_at(ends[0])], ..Route::default() };
    let [from, to] = ends.map(|at| Some(at).filter(|&at| graph.junction_at(at).is_none()));
    let mut total_mm = 0;
    for (i, &edge) in edges.iter().enumerate() {
        let link = edge / 2;
        let whole = graph.topology.link_mm[link as usize];
        let mut ends_mm = if edge.is_multiple_of(2) { [0, whole] } else { [whole, 0] };
        let (mut begun, mut ended) = (0, graph.ms(edge));
        if let Some(from) = from.filter(|_| i == 0) {
            (ends_mm[0], begun) = (from.offset_mm, graph.part_ms(edge, from.offset_mm));
        }
        if let Some(to) = to.filter(|_| i + 1 == edges.len()) {
            (ends_mm[1], ended) = (to.offset_mm, graph.part_ms(edge, to.offset_mm));
        }
        let mm = ends_mm[0].abs_diff(ends_mm[1]);
        total_mm += u64::from(mm);
        let first_point = route.points.len().saturating_sub(1);
        for point in graph.section(link, ends_mm[0], ends_mm[1]) {
            if route.points.last() != Some(&point) {
                route.points.push(point);
            }
        }
        extend_segments(&mut route.segments, graph, link, ended - begun, f64::from(mm) / 1000.0, first_point);
    }
    if let [only] = route.points[..] {
        route.points.push(only);
    }
    route.length_m = total_mm as f64 / 1000.0;
    route
}

fn extend_segments(segments: &mut Vec<Segment>, graph: &Graph, link: u32, ms: u32, length_m: f64, first_point: usize) {
    let (name, class) = (graph.name(link), graph.class(link));
    match segments.last_mut() {
        Some(s) if s.name.as_deref() == name && s.class == class => {
            s.ms += ms;
            s.length_m += length_m;
        }
        _ => segments.push(Segment { name: name.map(str::to_owned), class, ms, length_m, first_point }),
    }
}

#[cfg(test)]
mod tests;
