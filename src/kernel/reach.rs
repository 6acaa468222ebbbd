//! How soon one squad reaches each of many places: one bounded search.

use super::{dijkstra::Workspace, graph::Graph, snap::Snapped};

/// Driving milliseconds from `from` to each of `points`, [`CLOSED`](super::graph::CLOSED)
/// (`u32::MAX`) where it takes longer than `limit_ms` or there is no way.
pub fn reach(graph: &Graph, ws: &mut Workspace, from: &Snapped, points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    unimplemented!()
}
