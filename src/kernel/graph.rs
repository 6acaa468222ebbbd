//! A road network in flat arrays, and places on it.
//!
//! The *topology* is what every profile shares: junction nodes, and links between them with their
//! shape, length, class and name. A *metric* is what one profile makes of it: whole milliseconds
//! for driving each link forward and backward, [`CLOSED`] where it may not. A [`Graph`] joins both
//! and derives the adjacency (compressed rows, outgoing and incoming) and the strongly connected
//! components. A directed edge is a link with a direction: edge `2·link` runs from tail to head,
//! `2·link + 1` back.
//!
//! A place on the network is a [`Position`]: a link and millimetres from its tail. Costs of parts
//! of an edge are integers with *part + rest = whole*, so that any two ways of adding up the same
//! drive agree to the millisecond.

use serde::{Deserialize, Serialize};

use crate::base::{Error, LngLat, Result};

/// Index of a junction node.
pub type NodeIx = u32;
/// Index of a link.
pub type LinkIx = u32;
/// Index of a directed edge: `2·link` forward, `2·link + 1` backward.
pub type EdgeIx = u32;

/// Milliseconds of what cannot be driven or was not reached.
pub const CLOSED: u32 = u32::MAX;

/// The road's place in the OSM `highway` hierarchy, ferries beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RoadClass {
    Motorway,
    MotorwayLink,
    Trunk,
    TrunkLink,
    Primary,
    PrimaryLink,
    Secondary,
    SecondaryLink,
    Tertiary,
    TertiaryLink,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
    Track,
    Path,
    Ferry,
}

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
    /// OSM id of the way; of the first one where several with equal attributes were joined.
    pub link_way: Vec<i64>,
    /// Index into `names`; 0 is the empty name.
    pub link_name: Vec<u32>,
    /// The road number (`ref`), index into `names`.
    pub link_ref: Vec<u32>,
    /// Length in millimetres: the sum of the rounded lengths of the shape's segments.
    pub link_mm: Vec<u32>,
    /// Where each link's shape begins in `shape_e7`; one more than links.
    pub shape_start: Vec<u32>,
    /// Shapes from tail to head, both ends included, 1e-7 degrees.
    pub shape_e7: Vec<[i32; 2]>,
    pub names: Vec<String>,
}

/// Whole milliseconds for each link and direction under one profile; [`CLOSED`] where forbidden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub forward_ms: Vec<u32>,
    pub backward_ms: Vec<u32>,
}

/// A place on the network: a link and millimetres from its tail, `0 ..= link length`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub link: LinkIx,
    pub offset_mm: u32,
}

/// One entry of an adjacency row: the node at the other end and the edge's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    pub node: NodeIx,
    pub ms: u32,
}

/// A topology under one metric, ready to search.
#[derive(Debug, Clone)]
pub struct Graph {
    pub topology: Topology,
    pub metric: Metric,
}

impl Graph {
    /// Checks that the arrays fit together and derives adjacency and components.
    pub fn new(topology: Topology, metric: Metric) -> Result<Self> {
        unimplemented!()
    }
    pub fn nodes(&self) -> usize {
        unimplemented!()
    }
    pub fn links(&self) -> usize {
        unimplemented!()
    }
    /// The link's points from tail to head.
    pub fn shape(&self, link: LinkIx) -> impl ExactSizeIterator<Item = LngLat> + '_ {
        std::iter::empty()
    }
    /// The street's name; `None` where it has none.
    pub fn name(&self, link: LinkIx) -> Option<&str> {
        unimplemented!()
    }
    /// Whether only one direction of the link may be driven.
    pub fn oneway(&self, link: LinkIx) -> bool {
        unimplemented!()
    }
    /// Whether the link lies on the largest strongly connected component.
    pub fn on_main(&self, link: LinkIx) -> bool {
        unimplemented!()
    }
    pub fn point_at(&self, at: Position) -> LngLat {
        unimplemented!()
    }
}
