//! A road network in flat arrays, and places on it.
//!
//! The *topology* is what every profile shares: junction nodes, and links between them with their
//! shape, length, class and name. A *metric* is what one profile makes of it: whole milliseconds
//! for driving each link forward and backward, [`CLOSED`] where it may not. A [`Graph`] joins both
//! and derives the adjacency (compressed rows, outgoing and incoming) and the strongly connected
//! components. A directed edge is a link with a direction: edge `2·link` runs from tail to head,
//! `2·link + 1` back.
//!
//! A place on the network is a [`Position`]: a link and millimetres from its tail. The very end of a
//! link is the junction itself, with all links that meet there: one leaves it by any, whatever was
//! driven before, and is there by whichever one comes. Costs of parts of an edge are integers with
//! *part + rest = whole*, so that any two ways of adding up the same drive agree to the millisecond.

pub mod ends;
mod pieces;
mod position;
mod scc;
pub mod turns;

use std::{ops::Range, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::base::{Error, LngLat, Result};

pub use self::position::{Entrance, Joint, Position};
use self::{
    ends::Stage,
    turns::{Split, Step, Turn},
};

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
#[serde(rename_all = "snake_case")]
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

impl RoadClass {
    pub const ALL: [Self; 17] = [
        Self::Motorway,
        Self::MotorwayLink,
        Self::Trunk,
        Self::TrunkLink,
        Self::Primary,
        Self::PrimaryLink,
        Self::Secondary,
        Self::SecondaryLink,
        Self::Tertiary,
        Self::TertiaryLink,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Track,
        Self::Path,
        Self::Ferry,
    ];

    /// The road that a link belongs to; any other class is its own.
    pub fn road(self) -> Self {
        match self {
            Self::MotorwayLink => Self::Motorway,
            Self::TrunkLink => Self::Trunk,
            Self::PrimaryLink => Self::Primary,
            Self::SecondaryLink => Self::Secondary,
            Self::TertiaryLink => Self::Tertiary,
            other => other,
        }
    }

    /// OSM's words for all of them.
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut i = 0;
        while i < names.len() {
            names[i] = Self::ALL[i].name();
            i += 1;
        }
        names
    };

    /// OSM's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Motorway => "motorway",
            Self::MotorwayLink => "motorway_link",
            Self::Trunk => "trunk",
            Self::TrunkLink => "trunk_link",
            Self::Primary => "primary",
            Self::PrimaryLink => "primary_link",
            Self::Secondary => "secondary",
            Self::SecondaryLink => "secondary_link",
            Self::Tertiary => "tertiary",
            Self::TertiaryLink => "tertiary_link",
            Self::Unclassified => "unclassified",
            Self::Residential => "residential",
            Self::LivingStreet => "living_street",
            Self::Service => "service",
            Self::Track => "track",
            Self::Path => "path",
            Self::Ferry => "ferry",
        }
    }
}

impl FromStr for RoadClass {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|c| c.name() == name);
        found.ok_or_else(|| Error::invalid("class", format!("{name:?} is not a road class such as primary or service")))
    }
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
}

/// Whole milliseconds for each link and direction under one profile; [`CLOSED`] where forbidden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub forward_ms: Vec<u32>,
    pub backward_ms: Vec<u32>,
}

/// One entry of an adjacency row: the node at the other end and the edge's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    pub node: NodeIx,
    pub ms: u32,
}

/// A topology under one metric, ready to search.
#[derive(Debug, Clone)]
pub struct Graph {
    pub topology: Arc<Topology>,
    pub metric: Metric,
    /// Turns that may not be made.
    pub turns: Arc<[Turn]>,
    /// Edges for some only, ascending: a drive begins or ends with them and never passes through.
    pub at_ends: Arc<[EdgeIx]>,
    split: Arc<Split>,
    out: Rows,
    into: Rows,
    /// Of the roads as imported, whatever is closed since.
    main: Arc<scc::Main>,
    links_on_main: Arc<[bool]>,
    /// What [`pieces::lengths_mm`] says.
    pieces_mm: Arc<[u32]>,
}

/// Adjacency in compressed rows: row `n` is `arcs[first[n]..first[n + 1]]`, in edge order. Metrics of
/// one topology share what does not depend on them.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    first: Arc<[u32]>,
    pub(super) arcs: Vec<Hop>,
    pub(super) edges: Arc<[EdgeIx]>,
}

impl Rows {
    pub(super) fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// The slots of `node`'s row in `arcs` and `edges`.
    #[inline]
    pub(super) fn row(&self, node: NodeIx) -> Range<usize> {
        self.first[node as usize] as usize..self.first[node as usize + 1] as usize
    }

    /// The row that `slot` belongs to.
    pub(super) fn row_of(&self, slot: usize) -> NodeIx {
        (self.first.partition_point(|&first| first as usize <= slot) - 1) as NodeIx
    }

    /// Counting sort of `(row, arc, edge)` by row; stable, so rows keep the order given.
    fn collect(nodes: usize, entries: impl Iterator<Item = (NodeIx, Hop, EdgeIx)> + Clone) -> Self {
        let mut first = vec![0u32; nodes + 1];
        entries.clone().for_each(|(row, ..)| first[row as usize + 1] += 1);
        for n in 0..nodes {
            first[n + 1] += first[n];
        }
        let mut next = first.clone();
        let total = first[nodes] as usize;
        let (mut arcs, mut edges) = (vec![Hop { node: 0, ms: 0 }; total], vec![0; total]);
        for (row, arc, edge) in entries {
            let slot = next[row as usize] as usize;
            next[row as usize] += 1;
            (arcs[slot], edges[slot]) = (arc, edge);
        }
        Self { first: first.into(), arcs, edges: edges.into() }
    }

    /// The same rows under another metric.
    fn under(&self, metric: &Metric) -> Self {
        let arc = |(hop, &edge): (&Hop, &EdgeIx)| Hop { node: hop.node, ms: cost(metric, edge) };
        let arcs = self.arcs.iter().zip(&self.edges[..]).map(arc).collect();
        Self { first: Arc::clone(&self.first), arcs, edges: Arc::clone(&self.edges) }
    }
}

/// Length of one shape segment in whole millimetres (great circle).
pub fn segment_mm(a_e7: [i32; 2], b_e7: [i32; 2]) -> u32 {
    (degrees(a_e7).distance_m(degrees(b_e7)) * 1000.0).round() as u32
}

/// Degrees of a place in 1e-7 degrees.
pub fn degrees([lng, lat]: [i32; 2]) -> LngLat {
    LngLat { lng: f64::from(lng) / 1e7, lat: f64::from(lat) / 1e7 }
}

impl Graph {
    /// A graph in which every turn is free.
    pub fn new(topology: impl Into<Arc<Topology>>, metric: Metric) -> Result<Self> {
        Self::with_turns(topology, metric, Vec::new())
    }

    /// A graph with forbidden turns. Checks that the arrays fit together, then derives adjacency and components.
    pub fn with_turns(
        topology: impl Into<Arc<Topology>>,
        metric: Metric,
        turns: impl Into<Arc<[Turn]>>,
    ) -> Result<Self> {
        Self::with_rules(topology, metric, turns, Vec::new())
    }

    /// The same with edges for some only.
    pub fn with_rules(
        topology: impl Into<Arc<Topology>>,
        metric: Metric,
        turns: impl Into<Arc<[Turn]>>,
        at_ends: impl Into<Arc<[EdgeIx]>>,
    ) -> Result<Self> {
        let (topology, turns, at_ends) = (topology.into(), turns.into(), at_ends.into());
        check(&topology, &metric, &turns, &at_ends)?;
        let edges: Vec<EdgeIx> =
            (0..2 * topology.link_tail.len() as u32).filter(|&e| cost(&metric, e) != CLOSED).collect();
        let (split, more) = Split::new(topology.node_osm.len(), &turns, &at_ends, |e| ends(&topology, e), &edges);
        let plain = |e: EdgeIx| -> Step {
            let [tail, head] = ends(&topology, e);
            (tail, split.head(e, head), e)
        };
        let steps =
            edges.iter().copied().map(plain).chain(more.iter().copied()).map(|(a, b, e)| (a, b, e, cost(&metric, e)));
        let out = Rows::collect(split.nodes(), steps.clone().map(|(a, b, e, ms)| (a, Hop { node: b, ms }, e)));
        let into = Rows::collect(split.nodes(), steps.map(|(a, b, e, ms)| (b, Hop { node: a, ms }, e)));
        let main = Arc::new(scc::Main::of(&out, &into));
        let (split, links) = (Arc::new(split), topology.link_tail.len() as u32);
        let (links_on_main, pieces_mm) = (Arc::default(), Arc::default());
        let mut graph = Self { topology, metric, turns, at_ends, split, out, into, main, links_on_main, pieces_mm };
        graph.links_on_main = (0..links).map(|link| graph.joins_main(link)).collect();
        graph.pieces_mm = pieces::lengths_mm(&graph).into();
        Ok(graph)
    }

    /// The same roads with other milliseconds, as `change` makes them of each open edge's own;
    /// [`CLOSED`] closes it. What is closed stays closed. The main part stays that of the roads as they
    /// were: a closure moves nobody from one part of the network to another.
    pub fn under(&self, change: impl Fn(EdgeIx, u32) -> u32) -> Self {
        let mut metric = self.metric.clone();
        for (side, row) in [&mut metric.forward_ms, &mut metric.backward_ms].into_iter().enumerate() {
            for (link, ms) in row.iter_mut().enumerate().filter(|(_, ms)| **ms != CLOSED) {
                *ms = change(2 * link as EdgeIx + side as EdgeIx, *ms);
            }
        }
        let (out, into) = (self.out.under(&metric), self.into.under(&metric));
        let (topology, main) = (Arc::clone(&self.topology), Arc::clone(&self.main));
        let (links_on_main, pieces_mm) = (Arc::clone(&self.links_on_main), Arc::clone(&self.pieces_mm));
        let (turns, at_ends, split) = (self.turns.clone(), self.at_ends.clone(), self.split.clone());
        Self { topology, metric, turns, at_ends, split, out, into, main, links_on_main, pieces_mm }
    }

    /// Every step of a search as imported, over edges that are closed since too: which nodes any closure
    /// could leave joined.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        let step = move |tail, slot: usize| (tail, self.out.arcs[slot].node, self.out.edges[slot]);
        (0..self.nodes() as NodeIx).flat_map(move |tail| self.out.row(tail).map(move |slot| step(tail, slot)))
    }

    /// Every step of a search: from node, to node, over which edge. A plain Dijkstra over these, by
    /// [`Graph::ms`], equals ours.
    pub fn arcs(&self) -> impl Iterator<Item = (NodeIx, NodeIx, EdgeIx)> + '_ {
        self.steps().filter(|&(.., edge)| self.ms(edge) != CLOSED)
    }

    /// The junction that a node of the searches stands for.
    pub fn junction(&self, node: NodeIx) -> NodeIx {
        self.split.junction(node)
    }

    /// How far a drive has come that is at a node of the searches; where there are no roads for some only
    /// all are at one stage.
    pub fn stage(&self, node: NodeIx) -> Stage {
        self.split.stage(node)
    }

    /// Nodes of the searches: junctions, then their copies (see [`turns`]).
    pub fn nodes(&self) -> usize {
        self.split.nodes()
    }

    pub fn links(&self) -> usize {
        self.topology.link_tail.len()
    }

    /// Directed edges that may be driven, once for each node they may be entered from.
    pub fn edges(&self) -> usize {
        self.out.arcs.iter().filter(|hop| hop.ms != CLOSED).count()
    }

    pub(super) fn rows<const REVERSE: bool>(&self) -> &Rows {
        if REVERSE { &self.into } else { &self.out }
    }

    /// The junctions where the edge starts and ends.
    pub fn ends(&self, edge: EdgeIx) -> [NodeIx; 2] {
        ends(&self.topology, edge)
    }

    /// The node that a drive which begins on the edge arrives at.
    #[inline]
    pub fn head(&self, edge: EdgeIx) -> NodeIx {
        self.split.head(edge, self.ends(edge)[1])
    }

    /// The nodes from which the edge may be entered.
    #[inline]
    pub fn tails(&self, edge: EdgeIx) -> impl Iterator<Item = NodeIx> {
        self.split.all(self.ends(edge)[0]).filter(move |&n| self.out.edges[self.out.row(n)].contains(&edge))
    }

    /// Milliseconds to drive the whole edge, [`CLOSED`] where it may not be driven.
    pub fn ms(&self, edge: EdgeIx) -> u32 {
        cost(&self.metric, edge)
    }

    /// Whether only some may use the edge: at the ends of a drive.
    pub fn is_at_ends(&self, edge: EdgeIx) -> bool {
        self.at_ends.binary_search(&edge).is_ok()
    }

    /// Whether the node lies on the largest strongly connected component of the roads as imported.
    pub fn main(&self, node: NodeIx) -> bool {
        self.main.holds(node)
    }

    fn shape_e7(&self, link: LinkIx) -> &[[i32; 2]] {
        let start = &self.topology.shape_start;
        &self.topology.shape_e7[start[link as usize] as usize..start[link as usize + 1] as usize]
    }

    /// The link's points from tail to head.
    pub fn shape(&self, link: LinkIx) -> impl ExactSizeIterator<Item = LngLat> + DoubleEndedIterator + Clone + '_ {
        self.shape_e7(link).iter().map(|&p| degrees(p))
    }

    /// The stretches of OSM ways that the link is made of, from tail to head.
    pub fn parts(&self, link: LinkIx) -> &[Part] {
        let start = &self.topology.part_start;
        &self.topology.parts[start[link as usize] as usize..start[link as usize + 1] as usize]
    }

    /// The part that a segment of the link's shape belongs to.
    pub fn part_of(&self, link: LinkIx, segment: u32) -> &Part {
        let parts = self.parts(link);
        &parts[parts.partition_point(|p| p.last <= segment).min(parts.len() - 1)]
    }

    /// The part in the middle of the link, which tells the way that stands for it.
    pub fn middle(&self, link: LinkIx) -> &Part {
        let mut left_mm = self.topology.link_mm[link as usize] / 2;
        let lengths = self.shape_e7(link).windows(2).map(|ends| segment_mm(ends[0], ends[1]));
        let passed = |mm: &u32| {
            let passed = left_mm > *mm;
            left_mm -= if passed { *mm } else { 0 };
            passed
        };
        self.part_of(link, lengths.take_while(passed).count() as u32)
    }

    /// The points of one of the link's parts, from the link's tail to its head.
    pub fn part_shape(&self, link: LinkIx, part: &Part) -> impl Iterator<Item = LngLat> + '_ {
        let before = self.parts(link).iter().map(|p| p.last).take_while(|&last| last < part.last).last();
        self.shape(link).take(part.last as usize + 1).skip(before.unwrap_or(0) as usize)
    }

    /// The street's name; `None` where it has none.
    pub fn name(&self, link: LinkIx) -> Option<&str> {
        self.text(self.topology.link_name[link as usize])
    }

    /// The road's number (`ref`); `None` where it has none.
    pub fn number(&self, link: LinkIx) -> Option<&str> {
        self.text(self.topology.link_ref[link as usize])
    }

    fn text(&self, name: u32) -> Option<&str> {
        Some(self.topology.names[name as usize].as_str()).filter(|n| !n.is_empty())
    }

    pub fn class(&self, link: LinkIx) -> RoadClass {
        self.topology.link_class[link as usize]
    }

    /// Whether only one direction of the link may be driven.
    pub fn oneway(&self, link: LinkIx) -> bool {
        (self.ms(2 * link) == CLOSED) != (self.ms(2 * link + 1) == CLOSED)
    }

    /// Whether the link may be driven at all.
    pub fn open(&self, link: LinkIx) -> bool {
        self.ms(2 * link) != CLOSED || self.ms(2 * link + 1) != CLOSED
    }

    /// Whether one can drive from the link to the largest strongly connected component and from
    /// there to the link, on the roads as imported: so from every such link to every other.
    #[inline]
    pub fn on_main(&self, link: LinkIx) -> bool {
        self.links_on_main[link as usize]
    }

    /// Millimetres of road of the piece that the link belongs to, where nothing joins that to the main
    /// part, in either direction.
    pub fn fragment_mm(&self, link: LinkIx) -> Option<u32> {
        Some(self.pieces_mm[link as usize]).filter(|mm| *mm != pieces::JOINED)
    }

    /// The links that may be driven and meet at the junction; some of them twice.
    pub fn links_at(&self, junction: NodeIx) -> impl Iterator<Item = LinkIx> {
        let out = self.out.row(junction).map(|slot| self.out.edges[slot]);
        let into = self.split.all(junction).flat_map(|node| self.into.row(node)).map(|slot| self.into.edges[slot]);
        out.chain(into).map(|edge| edge / 2)
    }

    fn joins_main(&self, link: LinkIx) -> bool {
        let open = || [2 * link, 2 * link + 1].into_iter().filter(|&e| self.ms(e) != CLOSED);
        open().any(|e| self.main.reached_from(self.head(e)))
            && open().any(|e| self.tails(e).any(|n| self.main.reaches(n)))
    }
}

fn ends(topology: &Topology, edge: EdgeIx) -> [NodeIx; 2] {
    let link = (edge / 2) as usize;
    let (tail, head) = (topology.link_tail[link], topology.link_head[link]);
    if edge.is_multiple_of(2) { [tail, head] } else { [head, tail] }
}

fn cost(metric: &Metric, edge: EdgeIx) -> u32 {
    let row = if edge.is_multiple_of(2) { &metric.forward_ms } else { &metric.backward_ms };
    row[(edge / 2) as usize]
}

/// Every length and index that the searches rely on.
fn check(t: &Topology, m: &Metric, turns: &[Turn], at_ends: &[EdgeIx]) -> Result<()> {
    let (nodes, links) = (t.node_osm.len(), t.link_tail.len());
    let refuse = |what: &str| Err(Error::invalid("graph", format!("the road graph does not hang together: {what}")));
    let per_link = [
        t.link_head.len(),
        t.link_class.len(),
        t.link_name.len(),
        t.link_ref.len(),
        t.link_others.len(),
        t.link_mm.len(),
        m.forward_ms.len(),
        m.backward_ms.len(),
    ];
    let starts = [t.shape_start.len(), t.part_start.len()];
    if t.node_e7.len() != nodes || per_link.iter().any(|&n| n != links) || starts != [links + 1; 2] {
        return refuse("its arrays differ in length");
    }
    if links > (u32::MAX / 2) as usize {
        return refuse("it has more links than a 32-bit edge index can name");
    }
    if t.link_tail.iter().chain(&t.link_head).any(|&n| n as usize >= nodes) {
        return refuse("a link ends at a node that it does not have");
    }
    if t.link_name.iter().chain(&t.link_ref).chain(&t.link_others).any(|&n| n as usize >= t.names.len()) {
        return refuse("a link bears a name that it does not have");
    }
    let shapes_fit = t.shape_start[0] == 0
        && t.shape_start.windows(2).all(|w| w[0] as usize + 2 <= w[1] as usize)
        && t.shape_start[links] as usize == t.shape_e7.len();
    if !shapes_fit {
        return refuse("a link has a shape of fewer than two points");
    }
    let rising = |n: usize, parts: &[Part]| {
        let last = t.shape_start[n + 1] - t.shape_start[n] - 1;
        let above = |a: &Part, b: &Part| a.last < b.last;
        parts.first().is_some_and(|p| p.last > 0)
            && parts.is_sorted_by(above)
            && parts.last().is_some_and(|p| p.last == last)
    };
    let parts = |n: usize| t.parts.get(t.part_start[n] as usize..t.part_start[n + 1] as usize);
    let all = t.part_start[0] == 0 && t.part_start[links] as usize == t.parts.len();
    if !all || !(0..links).all(|n| parts(n).is_some_and(|parts| rising(n, parts))) {
        return refuse("the parts of a link are not its shape");
    }
    let hangs =
        |pair: &[EdgeIx]| pair.iter().all(|&e| (e as usize) < 2 * links) && ends(t, pair[0])[1] == ends(t, pair[1])[0];
    if turns.iter().any(|turn| turn.len() < 2 || !turn.windows(2).all(hangs)) {
        return refuse("a forbidden turn is no sequence of edges");
    }
    if !at_ends.is_sorted_by(|a, b| a < b) || at_ends.last().is_some_and(|&e| e as usize >= 2 * links) {
        return refuse("the edges for some only are no ascending edges of its links");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
