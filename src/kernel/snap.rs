//! From a point on the earth to a position on the network.

use crate::base::{BBox, LngLat};

use super::graph::{Graph, LinkIx, Position};

/// Farther than this from any road, a point is not on the network.
pub const SNAP_LIMIT_M: f64 = 500.0;

/// The network point nearest a given one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapped {
    pub link: LinkIx,
    /// Millimetres from the link's tail.
    pub offset_mm: u32,
    /// Where that is.
    pub point: LngLat,
    /// From the given point, metres.
    pub distance_m: f64,
    /// It lies off the largest strongly connected component: some places cannot be driven to or from.
    pub island: bool,
}

impl Snapped {
    pub fn position(&self) -> Position {
        Position { link: self.link, offset_mm: self.offset_mm }
    }
}

/// An R-tree over short runs of link segments.
#[derive(Debug)]
pub struct Snapper {}

impl Snapper {
    pub fn new(graph: &Graph) -> Self {
        unimplemented!()
    }
    /// The nearest place within [`SNAP_LIMIT_M`] on the largest strongly connected component; only
    /// if none lies there, on another one; `None` when no road is near.
    pub fn snap(&self, graph: &Graph, point: LngLat) -> Option<Snapped> {
        unimplemented!()
    }
    /// Links with a segment whose box meets `bbox`, ascending.
    pub fn links_in(&self, bbox: &BBox) -> Vec<LinkIx> {
        unimplemented!()
    }
}
