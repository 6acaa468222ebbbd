//! Exact bounded Dijkstra between positions: the oracle, and what everything faster must equal.

use crate::base::LngLat;

use super::graph::{Graph, LinkIx, NodeIx, Position, RoadClass};

/// Search state, reused between queries: nothing is cleared, a stamp tells old from new.
#[derive(Debug, Default)]
pub struct Workspace {}

/// One street of a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub name: Option<String>,
    pub class: RoadClass,
    pub ms: u32,
    pub length_mm: u64,
}

/// A drive from start to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub drive_ms: u32,
    pub length_m: f64,
    /// From the start to the end position, at least two points.
    pub points: Vec<LngLat>,
    /// Consecutive stretches of the same name and class.
    pub segments: Vec<Segment>,
}

/// Least driving time in milliseconds, or `None` when it is over `limit_ms` or there is no way.
pub fn drive_ms(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<u32> {
    unimplemented!()
}

/// The quickest drive itself.
pub fn route(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<Route> {
    unimplemented!()
}
