//! What all profiles share of a network, and what one makes of it: plain arrays, as they lie in the file.

use serde::{Deserialize, Serialize};

use super::{EdgeIx, NodeIx, RoadClass};

/// What all profiles share. Parallel arrays by node and by link; built once, never changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Topology {
    /// OSM id of each node; a node cut apart by a barrier appears once per side.
    pub node_osm: Vec<i64>,
    /// Longitude and latitude of each node in 1e-7 degrees.
    pub node_e7: Vec<[i32; 2]>,
    pub link_tail: Vec<NodeIx>,
    pub link_head: Vec<NodeIx>,
    pub link_class: Vec<RoadClass>,
    /// Index into `names`; 0 is the empty name.
    pub link_name: Vec<u32>,
    /// The road number (`ref`), index into `names`.
    pub link_ref: Vec<u32>,
    /// Other names and numbers, also in other languages, by `;`, index into `names`.
    pub link_others: Vec<u32>,
    /// Length in millimetres: the sum of the rounded lengths of the shape's segments.
    pub link_mm: Vec<u32>,
    /// Where each link's shape begins in `shape_e7`; one more than links.
    pub shape_start: Vec<u32>,
    /// Shapes from tail to head, both ends included, 1e-7 degrees.
    pub shape_e7: Vec<[i32; 2]>,
    /// Where each link's parts begin in `parts`; one more than links.
    pub part_start: Vec<u32>,
    /// What each link is made of, from tail to head: at least one.
    pub parts: Vec<Part>,
    pub names: Vec<String>,
    /// One keeps to the left of the road.
    pub keeps_left: bool,
}

impl Topology {
    /// The nodes where a directed edge begins and ends.
    pub(super) fn ends(&self, edge: EdgeIx) -> [NodeIx; 2] {
        let link = (edge / 2) as usize;
        let (tail, head) = (self.link_tail[link], self.link_head[link]);
        if edge.is_multiple_of(2) { [tail, head] } else { [head, tail] }
    }
}

/// A stretch of one OSM way within a link, which joins several of them where nothing else meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub way: i64,
    /// It ends with this point of the link's shape and begins where the part before it ends, the first
    /// one with point 0.
    pub last: u32,
    /// OSM draws the way from the link's head to its tail.
    pub against: bool,
    /// Above the ground when positive (a bridge), below when negative (a tunnel); OSM's `layer` where it
    /// is tagged.
    pub level: i8,
    /// Of a roundabout.
    pub round: bool,
}

/// Whole milliseconds for each link and direction under one profile; [`CLOSED`](super::CLOSED) where forbidden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub forward_ms: Vec<u32>,
    pub backward_ms: Vec<u32>,
}
