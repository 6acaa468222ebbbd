//! How soon one squad reaches each of many places: one bounded search.

use super::{
    dijkstra::{Workspace, search},
    graph::{CLOSED, Graph},
    snap::Snapped,
};

/// Driving milliseconds from `from` to each of `points`, [`CLOSED`] (`u32::MAX`) where it takes
/// longer than `limit_ms` or there is no way.
pub fn reach(graph: &Graph, ws: &mut Workspace, from: &Snapped, points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    let start = from.position();
    search::<false>(graph, ws, start, limit_ms, |_, _| limit_ms);
    let to_point = |point: &Snapped| {
        let through = graph
            .edges_at(point.position())
            .filter_map(|(edge, part, _)| Some(ws.ms(graph.ends(edge)[0])?.saturating_add(part)));
        let straight = graph.along(start, point.position()).map(|(_, ms)| ms);
        through.chain(straight).min().filter(|&ms| ms <= limit_ms).unwrap_or(CLOSED)
    };
    points.iter().map(to_point).collect()
}
