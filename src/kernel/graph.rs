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

mod check;
mod class;
pub mod ends;
mod pieces;
mod position;
mod rows;
mod scc;
mod topology;
pub mod turns;

use std::sync::Arc;

use xunge_base::{LngLat, Result};

use self::{
    check::check,
    ends::Stage,
    rows::Rows,
    turns::{Split, Step, Turn},
};
pub use self::{
    class::RoadClass,
    position::{Entrance, Joint, Position},
    rows::Hop,
    topology::{Metric, Part, Topology},
};

/// Index of a junction node.
pub type NodeIx = u32;
/// Index of a link.
pub type LinkIx = u32;
/// Index of a directed edge: `2·link` forward, `2·link + 1` backward.
pub type EdgeIx = u32;

/// Milliseconds of what cannot be driven or was not reached.
pub const CLOSED: u32 = u32::MAX;

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
        let (split, more) = Split::new(topology.node_osm.len(), &turns, &at_ends, |e| topology.ends(e), &edges);
        let plain = |e: EdgeIx| -> Step {
            let [tail, head] = topology.ends(e);
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
        self.topology.ends(edge)
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

    /// Whether the link is part of a roundabout.
    pub fn round(&self, link: LinkIx) -> bool {
        self.middle(link).round
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

fn cost(metric: &Metric, edge: EdgeIx) -> u32 {
    let row = if edge.is_multiple_of(2) { &metric.forward_ms } else { &metric.backward_ms };
    row[(edge / 2) as usize]
}

#[cfg(test)]
mod tests;
