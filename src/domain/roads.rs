//! The county's roads as the running service holds them: for each profile the graph with its
//! snapper, over one topology, and what the same extract tells about buildings and settlements.
//! Immutable; kept under its content hash.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    noun::{About, Fact, Kind, NoRows, Noun, Told},
    squads::Profile,
};
use crate::{
    base::{BBox, Code, Error, LngLat, Result, sha256, words},
    kernel::{
        dijkstra::{self, Route},
        entrance::{Blocked, Heading, Limits, entrances},
        graph::{CLOSED, EdgeIx, Entrance, Graph, LinkIx, Metric, RoadClass, Topology, turns::Turn},
        hierarchy::{Hierarchy, Order},
        snap::{Snapped, Snapper},
        travel::TravelTime,
    },
};

/// First bytes of a network file of this version, and of one of any version.
const MAGIC: &[u8; 12] = b"xunge-road06";
const ANY_VERSION: &[u8] = b"xunge-road";

/// A settlement, as OSM's `place` names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// `city`, `town`, `village`, `hamlet`, `suburb`, ...
    pub kind: String,
    pub name: String,
    pub name_zh: Option<String>,
    pub at: LngLat,
}

words! {
    /// How fast cars are taken to be.
    SpeedTable {
        /// OSRM's car profile.
        Osrm = "osrm",
        /// A default of ours for Chinese roads, not verified.
        China = "china",
    }
}

/// What one profile makes of the topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    pub metric: Metric,
    pub turns: Vec<Turn>,
    /// Edges for some only, ascending: see [`Graph::at_ends`].
    pub at_ends: Vec<EdgeIx>,
}

/// The roads of one profile.
#[derive(Debug, Clone)]
pub struct Roads {
    pub graph: Arc<Graph>,
    /// The same before any of it was closed or slower.
    imported: Arc<Graph>,
    /// One for all profiles.
    pub snapper: Arc<Snapper>,
    /// Makes some questions quicker; none before the topology's [`Order`] is known.
    hierarchy: Option<Hierarchy>,
}

impl Roads {
    /// What answers questions about drives.
    pub fn travel(&self) -> TravelTime<'_> {
        TravelTime { graph: &self.graph, hierarchy: self.hierarchy.as_ref() }
    }

    /// The same roads with other milliseconds: see [`Graph::under`].
    fn under(&self, change: impl Fn(EdgeIx, u32) -> u32) -> Self {
        let graph = Arc::new(self.graph.under(change));
        let hierarchy = self.hierarchy.as_ref().map(|h| h.customised(&graph, threads()));
        Self { graph, imported: Arc::clone(&self.imported), snapper: Arc::clone(&self.snapper), hierarchy }
    }

    /// The same before any of it was closed or slower.
    pub fn imported(&self) -> &Graph {
        &self.imported
    }

    /// The place on these roads nearest to `point`, whether closed now or not; `None` beyond the snap limit.
    pub fn snap(&self, point: LngLat) -> Option<Snapped> {
        self.snapper.snap(&self.imported, point)
    }

    /// By which ways `place` and these roads meet now, the nearest first.
    pub fn entrances(&self, place: LngLat, heading: Heading, limits: &Limits) -> Result<Vec<Snapped>, Blocked> {
        entrances(&self.imported, &self.graph, &self.snapper, place, heading, limits)
    }

    /// The quickest drive from a place to another, what their entrances cost counted; at most so long
    /// itself. It tells which entrances it takes.
    pub fn drive(
        &self,
        ws: &mut dijkstra::Workspace,
        from: &[Entrance],
        to: &[Entrance],
        limit_ms: u32,
    ) -> Option<(u32, Route)> {
        let mut whole = |(a, b): (&Entrance, &Entrance)| {
            let route = dijkstra::route(&self.graph, ws, a.at, b.at, limit_ms)?;
            Some((route.drive_ms.saturating_add(a.extra_ms).saturating_add(b.extra_ms), route))
        };
        let pairs = from.iter().flat_map(|a| to.iter().map(move |b| (a, b)));
        pairs.filter_map(&mut whole).min_by_key(|(ms, _)| *ms)
    }
}

#[derive(Debug, Clone)]
pub struct Network {
    /// SHA-256 of [`Network::to_bytes`], lower-case hex.
    pub hash: String,
    pub speed_table: SpeedTable,
    /// By profile.
    roads: [Roads; 3],
    /// Centroids.
    pub buildings: Arc<[LngLat]>,
    pub places: Arc<[Place]>,
}

/// Threads that work on one network at once.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// What is written of a [`Network`]; the rest is derived when it is loaded.
#[derive(Serialize)]
struct Written<'a>(SpeedTable, &'a Topology, [(&'a Metric, &'a [Turn], &'a [EdgeIx]); 3], &'a [LngLat], &'a [Place]);

#[derive(Deserialize)]
struct Read(SpeedTable, Topology, [Rules; 3], Vec<LngLat>, Vec<Place>);

impl Network {
    /// `rules` by profile, in the order of [`Profile::ALL`].
    pub fn new(
        speed_table: SpeedTable,
        topology: Topology,
        rules: [Rules; 3],
        buildings: Vec<LngLat>,
        places: Vec<Place>,
    ) -> Result<Self> {
        let roads = Self::all_roads(topology, rules)?;
        let (buildings, places) = (buildings.into(), places.into());
        let mut network = Self { hash: String::new(), speed_table, roads, buildings, places };
        network.hash = sha256(network.to_bytes()?);
        Ok(network)
    }

    fn all_roads(topology: Topology, rules: [Rules; 3]) -> Result<[Roads; 3]> {
        let topology = Arc::new(topology);
        // None of these needs another: each on a thread of its own.
        let (graphs, snapper) = std::thread::scope(|scope| {
            let graph = |Rules { metric, turns, at_ends }| {
                let topology = topology.clone();
                scope.spawn(move || Graph::with_rules(topology, metric, turns, at_ends))
            };
            let graphs = rules.map(graph);
            let snapper = Arc::new(Snapper::new(&topology));
            let join = |work: std::thread::ScopedJoinHandle<_>| {
                work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            (graphs.map(join), snapper)
        });
        let [car, ebike, foot] = graphs;
        let roads = |graph| {
            let graph = Arc::new(graph);
            Roads { imported: Arc::clone(&graph), graph, snapper: Arc::clone(&snapper), hierarchy: None }
        };
        Ok([car?, ebike?, foot?].map(roads))
    }

    pub fn topology(&self) -> &Arc<Topology> {
        &self.car().graph.topology
    }

    /// The contraction order of its topology. Takes about as long as reading the extract.
    pub fn order(&self) -> Order {
        Order::new(self.topology(), threads())
    }

    /// Whether questions may use hierarchies.
    pub fn is_ordered(&self) -> bool {
        self.roads.iter().all(|r| r.hierarchy.is_some())
    }

    /// The same network with a hierarchy for each profile.
    ///
    /// # Errors
    /// `Invalid` when the order is another topology's.
    pub fn ordered(&self, order: &Order) -> Result<Self> {
        let mut ordered = self.clone();
        for roads in &mut ordered.roads {
            roads.hierarchy = Some(Hierarchy::new(order, &roads.graph, threads())?);
        }
        Ok(ordered)
    }

    /// The same network with other milliseconds for a profile, where `change` has any: for each open
    /// edge, what they are made into; `CLOSED` closes it. The hash stays.
    pub fn under<C: Fn(EdgeIx, u32) -> u32>(&self, change: impl Fn(Profile) -> Option<C>) -> Self {
        let mut changed = self.clone();
        for profile in Profile::ALL {
            if let Some(change) = change(profile) {
                changed.roads[profile as usize] = self.roads(profile).under(change);
            }
        }
        changed
    }

    /// The roads as `profile` may use them.
    pub fn roads(&self, profile: Profile) -> &Roads {
        &self.roads[profile as usize]
    }

    /// The roads as a car may use them: what maps show and places are entered from.
    pub fn car(&self) -> &Roads {
        self.roads(Profile::Car)
    }

    /// The file: same network, same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let rules = Profile::ALL.map(|p| {
            let graph = &self.roads(p).graph;
            (&graph.metric, &graph.turns[..], &graph.at_ends[..])
        });
        let topology = &**self.topology();
        let written = Written(self.speed_table, topology, rules, &self.buildings, &self.places);
        postcard::to_extend(&written, MAGIC.to_vec()).map_err(Error::internal)
    }

    /// Whether a file that begins so is a network that another version of this program wrote.
    pub fn is_foreign(head: &[u8]) -> bool {
        head.starts_with(ANY_VERSION) && !head.starts_with(MAGIC)
    }

    /// Refuses what is not a road network of this version, is cut off or does not hang together.
    /// A file that was changed on the way has another [`Network::hash`] than its name says: the
    /// caller compares them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |why: &str| Error::invalid("roads", why);
        if Self::is_foreign(bytes) {
            return Err(refuse("the road network file is of another version of this program: import the roads again"));
        }
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("not a road network file"))?;
        let (Read(speed_table, topology, rules, buildings, places), rest) = postcard::take_from_bytes(body)
            .map_err(|e| refuse(&format!("the road network file is cut off or damaged: {e}")))?;
        if !rest.is_empty() {
            return Err(refuse(&format!("the road network file has {} bytes too many", rest.len())));
        }
        let roads = Self::all_roads(topology, rules)?;
        Ok(Self { hash: sha256(bytes), speed_table, roads, buildings: buildings.into(), places: places.into() })
    }

    /// The box around all roads; `None` without any.
    pub fn extent(&self) -> Option<BBox> {
        self.car().snapper.extent()
    }

    /// Links for cars that meet `bbox` and whose class is among `classes` (all when empty), by index.
    pub fn links_in_bbox<'a>(&'a self, bbox: &BBox, classes: &'a [RoadClass]) -> impl Iterator<Item = LinkIx> + 'a {
        let graph = &self.car().graph;
        let wanted = |link| graph.open(link) && (classes.is_empty() || classes.contains(&graph.class(link)));
        self.car().snapper.links_in(bbox).into_iter().filter(move |&l| wanted(l))
    }

    /// Whether cars may drive the link as OSM draws it, and against that.
    pub fn open_ways(&self, link: LinkIx) -> [bool; 2] {
        let along = self.drawn(link);
        [along, along ^ 1].map(|e| self.car().graph.ms(e) != CLOSED)
    }

    /// The link's edge that runs as OSM draws the road; the way in its middle counts where several of
    /// them, drawn towards each other, make one link.
    pub fn drawn(&self, link: LinkIx) -> EdgeIx {
        2 * link + EdgeIx::from(self.car().graph.middle(link).against)
    }

    /// The link's points as OSM draws it.
    pub fn drawn_points(&self, link: LinkIx) -> Vec<LngLat> {
        let mut points: Vec<LngLat> = self.car().graph.shape(link).collect();
        if !self.drawn(link).is_multiple_of(2) {
            points.reverse();
        }
        points
    }
}

/// The road network in force, or why there is none. Two are equal when they are of the same network.
#[derive(Debug, Clone, Default)]
pub enum Imported {
    /// None was imported yet.
    #[default]
    None,
    /// One is in force, but its file can't be read.
    Missing {
        hash: String,
        reason: String,
    },
    Ready(Arc<Network>),
}

impl Imported {
    /// Why there is no network to answer by, if so.
    pub fn lacking(&self) -> Option<&str> {
        match self {
            Self::None => Some("no road network was imported yet"),
            Self::Missing { reason, .. } => Some(reason),
            Self::Ready(_) => None,
        }
    }

    pub fn network(&self) -> Option<&Arc<Network>> {
        match self {
            Self::Ready(network) => Some(network),
            _ => None,
        }
    }

    /// What tells two networks apart.
    pub fn hash(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Missing { hash, .. } => Some(hash),
            Self::Ready(network) => Some(&network.hash),
        }
    }
}

impl PartialEq for Imported {
    fn eq(&self, other: &Self) -> bool {
        self.hash() == other.hash()
    }
}

const IMPORTED: Kind = Kind::new("roads_imported").told_as("roads");

/// A fact about the roads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The road network was replaced; the file lies in the data folder under `hash`.
    RoadsImported { hash: String },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        IMPORTED
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::RoadsImported { hash } = self;
        Told::one("hash", hash)
    }
}

impl Noun for Imported {
    const WORD: &'static str = "roads";
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[IMPORTED];
    type Change = Change;
    type Rows = NoRows;
}

#[cfg(test)]
impl Network {
    /// The graph for every profile.
    pub(crate) fn of_graph(graph: Graph, buildings: Vec<LngLat>) -> Self {
        let metric = graph.metric.clone();
        Self::of_metrics(graph, [metric.clone(), metric.clone(), metric], buildings)
    }

    /// The graph for cars; bicycles take twice the time and may not use every fifth link, and walkers
    /// use all links both ways at 7 s each.
    pub(crate) fn of_all(graph: Graph, buildings: Vec<LngLat>) -> Self {
        let twice = |ms: &[u32]| {
            let slow = |(i, &ms): (usize, &u32)| if ms == CLOSED || i % 5 == 0 { CLOSED } else { 2 * ms };
            ms.iter().enumerate().map(slow).collect()
        };
        let car = graph.metric.clone();
        let bicycle = Metric { forward_ms: twice(&car.forward_ms), backward_ms: twice(&car.backward_ms) };
        let walk = vec![7_000; graph.links()];
        let foot = Metric { forward_ms: walk.clone(), backward_ms: walk };
        Self::of_metrics(graph, [car, bicycle, foot], buildings)
    }

    fn of_metrics(graph: Graph, metrics: [Metric; 3], buildings: Vec<LngLat>) -> Self {
        let rules =
            metrics.map(|metric| Rules { metric, turns: graph.turns.to_vec(), at_ends: graph.at_ends.to_vec() });
        Self::new(SpeedTable::Osrm, Topology::clone(&graph.topology), rules, buildings, vec![]).unwrap()
    }
}
