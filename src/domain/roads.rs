//! The county's roads as the running service holds them: the graph with its snapper, and what the
//! same extract tells about buildings and settlements. Immutable; kept under its content hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    base::{BBox, Error, LngLat, Result},
    kernel::{
        graph::{CLOSED, Graph, LinkIx, Metric, RoadClass, Topology},
        snap::Snapper,
    },
};

/// First bytes of a network file; the last two count its versions.
const MAGIC: &[u8; 12] = b"xunge-road01";

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
    /// The road's number, OSM's `ref`.
    pub number: Option<&'a str>,
    pub oneway: bool,
    /// In the driving direction where it is one-way.
    pub points: Vec<LngLat>,
}

#[derive(Debug, Clone)]
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

/// What is written of a [`Network`]; the rest is derived when it is loaded.
#[derive(Serialize)]
struct Written<'a>(&'a str, &'a Topology, &'a Metric, &'a [LngLat], &'a [Place]);

#[derive(Deserialize)]
struct Read(String, Topology, Metric, Vec<LngLat>, Vec<Place>);

impl Network {
    pub fn new(profile: &str, graph: Graph, buildings: Vec<LngLat>, places: Vec<Place>) -> Result<Self> {
        let snapper = Snapper::new(&graph);
        let mut network = Self { hash: String::new(), profile: profile.to_owned(), graph, snapper, buildings, places };
        network.hash = hash(&network.to_bytes()?);
        Ok(network)
    }

    /// The file: same network, same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let Graph { topology, metric, .. } = &self.graph;
        let written = Written(&self.profile, topology, metric, &self.buildings, &self.places);
        postcard::to_extend(&written, MAGIC.to_vec()).map_err(Error::internal)
    }

    /// Refuses what is not a road network of this version, is cut off or does not hang together.
    /// A file that was changed on the way has another [`Network::hash`] than its name says: the
    /// caller compares them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |why: &str| Error::invalid("roads", why);
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("not a road network file of this version"))?;
        let (Read(profile, topology, metric, buildings, places), rest) = postcard::take_from_bytes(body)
            .map_err(|e| refuse(&format!("the road network file is cut off or damaged: {e}")))?;
        if !rest.is_empty() {
            return Err(refuse(&format!("the road network file has {} bytes too many", rest.len())));
        }
        let graph = Graph::new(topology, metric)?;
        let snapper = Snapper::new(&graph);
        Ok(Self { hash: hash(bytes), profile, graph, snapper, buildings, places })
    }

    /// Links that meet `bbox` and whose class is among `classes` (all when empty), by index.
    pub fn links_in_bbox<'a>(&'a self, bbox: &BBox, classes: &'a [RoadClass]) -> impl Iterator<Item = LinkView<'a>> {
        let wanted = |class| classes.is_empty() || classes.contains(&class);
        let links = self.snapper.links_in(bbox).into_iter();
        links.filter(move |&l| wanted(self.graph.class(l))).map(|l| self.view(l))
    }

    fn view(&self, link: LinkIx) -> LinkView<'_> {
        let g = &self.graph;
        let mut points: Vec<LngLat> = g.shape(link).collect();
        if g.metric.forward_ms[link as usize] == CLOSED {
            points.reverse();
        }
        LinkView {
            link,
            class: g.class(link),
            name: g.name(link),
            number: g.number(link),
            oneway: g.oneway(link),
            points,
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
