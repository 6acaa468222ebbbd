//! The county's roads as the running service holds them: the graph with its snapper, and what the
//! same extract tells about buildings and settlements. Immutable; kept under its content hash.

use serde::{Deserialize, Serialize};

use crate::{
    base::{BBox, LngLat, Result},
    kernel::{
        graph::{Graph, LinkIx, RoadClass},
        snap::Snapper,
    },
};

/// A settlement, as OSM's `place` names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// `city`, `town`, `village`, `hamlet`, `suburb`, ...
    pub kind: String,
    pub name: String,
    pub name_zh: Option<String>,
    pub at: LngLat,
}

/// One link as the map layer shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkView<'a> {
    pub link: LinkIx,
    pub class: RoadClass,
    pub name: Option<&'a str>,
    pub number: Option<&'a str>,
    pub oneway: bool,
    /// In the driving direction where it is one-way.
    pub points: Vec<LngLat>,
}

#[derive(Debug)]
pub struct Network {
    /// SHA-256 of [`Network::to_bytes`], lower-case hex.
    pub hash: String,
    /// `car`.
    pub profile: String,
    pub graph: Graph,
    pub snapper: Snapper,
    /// Centroids.
    pub buildings: Vec<LngLat>,
    pub places: Vec<Place>,
}

impl Network {
    pub fn new(profile: &str, graph: Graph, buildings: Vec<LngLat>, places: Vec<Place>) -> Result<Self> {
        unimplemented!()
    }
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        unimplemented!()
    }
    /// Refuses what is not a road network of this version, is cut off or does not hang together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        unimplemented!()
    }
    /// Links that meet `bbox` and whose class is among `classes` (all when empty), by index.
    pub fn links_in_bbox<'a>(&'a self, bbox: &BBox, classes: &'a [RoadClass]) -> impl Iterator<Item = LinkView<'a>> {
        std::iter::empty()
    }
}
