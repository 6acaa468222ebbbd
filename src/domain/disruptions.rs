//! Road disruptions: what is closed or slow for a time, as those who run the roads report it.
//!
//! A disruption says *where* in words that outlive the network it was reported on: stretches of OSM
//! ways, a polygon, or a street by its name. Which edges that means is looked up on the network in
//! force. `speed_factor` is what becomes of the speed: 0 closes, 0.5 doubles the time. Where several
//! meet, their factors multiply.

mod polygon;

use std::{collections::BTreeMap, sync::Arc};

use geo::{Intersects, LineString};
pub use polygon::Polygon;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    areas::Areas,
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    roads::Network,
    squads::Profile,
};
use crate::{
    base::{BBox, Code, Error, LngLat, Result, Timestamp, name_key, tenths, words},
    kernel::{
        graph::{EdgeIx, LinkIx, NodeIx, Part, Position, degrees},
        shape::round_deg,
        snap::Foot,
    },
};

/// Slower than this is closed; 0 says so.
pub const SPEED_FACTOR_MIN: f64 = 0.05;
pub const SPEED_FACTOR_MAX: f64 = 3.0;
const REASON_MAX: usize = 500;
const EDGES_MAX: usize = 1_000;
/// A stretch of a way is the nearest one of that way to where it was, within this many metres.
const NEAR_M: f64 = 100.0;
/// Where two ways meet, either is the road at the point.
const SAME_M: f64 = 1.0;

words! {
    /// Which way along a road, seen from how OSM draws it.
    Direction { Both = "both", Forward = "forward", Backward = "backward" }
}

/// A stretch of an OSM way: the one that passes `at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// OSM id of the way
    pub way: i64,
    pub at: LngLat,
    pub direction: Direction,
}

words! {
    /// What a polygon may leave alone, as OSM's `layer`, `bridge` and `tunnel` tell it.
    Elevation {
        /// Bridges, and what else passes above the ground.
        Above = "above",
        /// Tunnels, and what else passes below.
        Below = "below",
    }
}

/// Where roads are disrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisruptedPlace)]
pub enum Place {
    /// Some stretches of road.
    Stretches(Vec<Stretch>),
    /// Every road that meets it.
    Polygon(Polygon),
    /// Every road of that name or number; in the area, where one is given.
    Street {
        name: String,
        #[schema(value_type = Option<String>)]
        area: Option<Code>,
    },
}

/// Roads that are closed or slow for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DisruptionRecord)]
pub struct Disruption {
    pub id: Uuid,
    pub place: Place,
    /// What becomes of the speed; 0 closes.
    pub speed_factor: f64,
    /// Who is held up.
    pub profiles: Vec<Profile>,
    pub from: Timestamp,
    /// Until it is lifted, when not given.
    pub until: Option<Timestamp>,
    pub reason: String,
}

impl Disruption {
    /// Refuses what cannot be.
    pub fn check(&self) -> Result<()> {
        let factor = self.speed_factor;
        if factor != 0.0 && !(SPEED_FACTOR_MIN..=SPEED_FACTOR_MAX).contains(&factor) {
            let range = format!("0 (closed) or within {SPEED_FACTOR_MIN} to {SPEED_FACTOR_MAX}");
            return Err(Error::invalid("speed_factor", format!("a speed factor of {factor} is not {range}")));
        }
        if self.profiles.is_empty() {
            return Err(Error::invalid("profiles", "no profile is disrupted: name car, ebike or foot"));
        }
        if self.until.is_some_and(|until| until <= self.from) {
            return Err(Error::invalid("until", format!("it ends before it begins at {}", self.from)));
        }
        if self.reason.trim().is_empty() || self.reason.chars().count() > REASON_MAX {
            return Err(Error::invalid("reason", format!("a reason has 1 to {REASON_MAX} characters")));
        }
        self.place.check()
    }

    pub fn is_active(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Place {
    fn check(&self) -> Result<()> {
        match self {
            Self::Stretches(all) if !(1..=EDGES_MAX).contains(&all.len()) => {
                Err(Error::invalid("place.stretches", format!("{} stretches are not 1 to {EDGES_MAX}", all.len())))
            }
            Self::Stretches(all) => all.iter().try_for_each(|s| LngLat::new(s.at.lng, s.at.lat).map(drop)),
            Self::Polygon(polygon) => polygon.check(),
            Self::Street { name, .. } if name.trim().is_empty() => {
                Err(Error::invalid("place.street.name", "the street has no name"))
            }
            Self::Street { .. } => Ok(()),
        }
    }

    /// Places that it names.
    fn places(&self) -> Box<dyn Iterator<Item = LngLat> + '_> {
        match self {
            Self::Stretches(all) => Box::new(all.iter().map(|s| s.at)),
            Self::Polygon(polygon) => Box::new(polygon.places()),
            Self::Street { .. } => Box::new(std::iter::empty()),
        }
    }

    /// The area that it names.
    fn area(&self) -> Option<&Code> {
        match self {
            Self::Street { area, .. } => area.as_ref(),
            _ => None,
        }
    }

    /// The edges that it means on this network, ascending. An area that is not there has none.
    pub fn edges(&self, network: &Network, areas: &Areas) -> Vec<EdgeIx> {
        let both = |link: LinkIx| [2 * link, 2 * link + 1];
        let mut edges: Vec<EdgeIx> = match self {
            Self::Stretches(all) => all.iter().flat_map(|s| s.edges(network)).collect(),
            Self::Polygon(polygon) => {
                let shape = polygon.shape();
                let Some(bbox) = BBox::around(polygon.places()) else { return Vec::new() };
                let near = network.car().snapper.links_in(&bbox).into_iter();
                near.filter(|&l| polygon.meets(&shape, network, l)).flat_map(both).collect()
            }
            Self::Street { name, area } => {
                let of_name = named(network, name.trim());
                match area {
                    None => of_name.into_iter().flat_map(both).collect(),
                    Some(code) => {
                        let Some(area) = areas.index(code.as_str()).map(|ix| areas.at(ix)) else { return Vec::new() };
                        let inside = |l: &LinkIx| line(network, *l).intersects(&area.geometry);
                        of_name.into_iter().filter(inside).flat_map(both).collect()
                    }
                }
            }
        };
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Whether some of it can't be found on this network any more, or may mean something else there.
    pub fn doubtful(&self, network: &Network, areas: &Areas) -> bool {
        match self {
            Self::Stretches(all) => all.iter().any(|s| s.doubtful(network)),
            _ => self.edges(network, areas).is_empty(),
        }
    }
}

/// Links of a street by any of its names and numbers, of which a tag may list several by `;`.
fn named(network: &Network, name: &str) -> Vec<LinkIx> {
    let (topology, wanted) = (network.topology(), name_key(name));
    let is_wanted = |name: &str| name_key(name) == wanted;
    let same: Vec<bool> = topology.names.iter().map(|n| is_wanted(n) || n.split([';', '；']).any(is_wanted)).collect();
    let bears = |l: &usize| {
        [&topology.link_name, &topology.link_ref, &topology.link_others].iter().any(|of| same[of[*l] as usize])
    };
    (0..topology.link_tail.len()).filter(bears).map(|l| l as LinkIx).collect()
}

fn line(network: &Network, link: LinkIx) -> LineString<f64> {
    network.car().graph.shape(link).map(geo::Coord::from).collect()
}

/// The road that a disruption reaches, from one crossing to the next.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Reach {
    /// Its `id` in the layer of roads
    pub link: LinkIx,
    /// Seen from how OSM draws it: from `from` to `to`.
    pub direction: Direction,
    pub from: LngLat,
    pub to: LngLat,
    pub length_m: f64,
    /// OSM ids of the ways that it is made of.
    pub ways: Vec<i64>,
}

impl Reach {
    /// The roads that some directed edges, ascending, belong to.
    pub fn of(network: &Network, edges: &[EdgeIx]) -> Vec<Self> {
        edges.chunk_by(|a, b| a / 2 == b / 2).map(|edges| Self::of_link(network, edges)).collect()
    }

    /// One or both edges of one link.
    fn of_link(network: &Network, edges: &[EdgeIx]) -> Self {
        let (graph, link) = (&network.car().graph, edges[0] / 2);
        let direction = match edges {
            [edge] if *edge == network.drawn(link) => Direction::Forward,
            [_] => Direction::Backward,
            _ => Direction::Both,
        };
        let end = |n: NodeIx| {
            let at = degrees(graph.topology.node_e7[n as usize]);
            LngLat { lng: round_deg(at.lng), lat: round_deg(at.lat) }
        };
        let [from, to] = graph.ends(network.drawn(link)).map(end);
        let length_m = tenths(f64::from(graph.topology.link_mm[link as usize]) / 1_000.0);
        let mut ways: Vec<i64> = graph.parts(link).iter().map(|p| p.way).collect();
        ways.dedup();
        Self { link, direction, from, to, length_m, ways }
    }
}

impl Stretch {
    /// The stretch that is one link of this network: the way in its middle, and which way round that is
    /// drawn.
    pub fn of_link(network: &Network, link: LinkIx, direction: Direction) -> Option<Self> {
        let offset_mm = network.topology().link_mm.get(link as usize)? / 2;
        let graph = &network.car().graph;
        let at = graph.point_at(Position { link, offset_mm });
        let at = LngLat { lng: round_deg(at.lng), lat: round_deg(at.lat) };
        Some(Self { way: graph.middle(link).way, at, direction })
    }

    fn edges(&self, network: &Network) -> Vec<EdgeIx> {
        let Some((link, part, _)) = self.find(network) else { return Vec::new() };
        let along = 2 * link + EdgeIx::from(part.against);
        match self.direction {
            Direction::Both => vec![2 * link, 2 * link + 1],
            Direction::Forward => vec![along],
            Direction::Backward => vec![along ^ 1],
        }
    }

    /// The link, its part of this way, and whether that is the road at the point. Of several parts the
    /// nearest one; where none is near, the nearest link that holds the way farther on: networks once
    /// knew but the first way of each link, and stretches of theirs were kept.
    fn find<'a>(&self, network: &'a Network) -> Option<(LinkIx, &'a Part, bool)> {
        let graph = &network.car().graph;
        let near = network.car().snapper.near(graph, self.at, NEAR_M);
        let of_way = |p: &&Part| p.way == self.way;
        let at = |f: &Foot| Some((*f, Some(graph.part_of(f.link, f.segment)).filter(of_way)?));
        let Some((foot, part)) = near.iter().find_map(at) else {
            let farther_on = |f: &Foot| Some((f.link, graph.parts(f.link).iter().find(of_way)?, false));
            return near.iter().find_map(farther_on);
        };
        let nearest = near.iter().find(|f| f.link == foot.link)?;
        Some((foot.link, part, foot.distance_m <= nearest.distance_m + SAME_M))
    }

    /// Whether it may mean another direction than whoever reported it did: the road at its point is of
    /// another way than the one whose drawing tells forward from backward.
    fn doubtful(&self, network: &Network) -> bool {
        self.find(network).is_none_or(|(_, _, at_point)| !at_point && self.direction != Direction::Both)
    }
}

/// All disruptions that were not lifted, past ones too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Disruptions(BTreeMap<Uuid, Arc<Disruption>>);

impl Disruptions {
    pub fn new(all: impl IntoIterator<Item = Disruption>) -> Self {
        Self(all.into_iter().map(|d| (d.id, Arc::new(d))).collect())
    }

    pub fn put(&mut self, disruption: Disruption) {
        self.0.insert(disruption.id, Arc::new(disruption));
    }

    pub fn remove(&mut self, id: &Uuid) {
        self.0.remove(id);
    }

    pub fn get(&self, id: &Uuid) -> Option<&Arc<Disruption>> {
        self.0.get(id)
    }

    /// By id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Disruption>> {
        self.0.values()
    }

    pub fn active(&self, at: Timestamp) -> impl Iterator<Item = &Arc<Disruption>> {
        self.all().filter(move |d| d.is_active(at))
    }
}

const REPORTED: Kind = Kind::new("disruption").version(2);
const LIFTED: Kind = Kind::new("disruption_lifted");

/// A fact about road disruptions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Roads are closed or slow for a time.
    Disruption { disruption: Disruption },
    /// They no longer are, whenever that was to end.
    DisruptionLifted { id: Uuid },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::Disruption { .. } => REPORTED,
            Self::DisruptionLifted { .. } => LIFTED,
        }
    }

    fn about(&self, township: &dyn Fn(LngLat) -> Option<Code>) -> About {
        match self {
            Self::Disruption { disruption: Disruption { id, place, .. } } => {
                let mut townships: Vec<_> = place.places().map(township).collect();
                townships.dedup();
                // Only where it keeps to one.
                let township = if townships.len() == 1 { townships.remove(0) } else { None };
                About { area: place.area().cloned(), township, id: Some(id.to_string()) }
            }
            Self::DisruptionLifted { id } => About { id: Some(id.to_string()), ..About::default() },
        }
    }

    fn told(&self) -> Told {
        match self {
            Self::Disruption { disruption } => Told::one("disruption", disruption),
            Self::DisruptionLifted { id } => Told::one("disruption", serde_json::json!({ "id": id })),
        }
    }
}

impl Noun for Disruptions {
    const WORD: &'static str = "disruptions";
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[REPORTED, LIFTED];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        Some(Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        match change {
            Change::Disruption { disruption } => Arc::make_mut(this).put(disruption),
            Change::DisruptionLifted { id } => Arc::make_mut(this).remove(&id),
        }
    }
}
