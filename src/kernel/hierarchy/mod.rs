//! A customizable contraction hierarchy (Dibbelt, Strasser, Wagner 2016, arXiv 1402.0402): exact
//! drives in a fraction of a search, under weights that may change.
//!
//! Three steps, each the input of the next. The [`Order`] of the nodes takes long and depends on the
//! topology alone: it is kept beside it. The *structure* follows from the order. The *weights* follow
//! from a metric in well under a search per squad: a closed road means new weights beside the old
//! ones, then a swap.
//!
//! Every quickest drive climbs from its start to some highest node and descends from there; both
//! halves lie on the ways up the elimination tree. `search` joins such climbs, `rows` keeps those that
//! are asked for again, `sweep` descends to everything at once. Answers equal those of
//! [`super::nearest`] and [`super::reach`], which remain the oracle.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use xunge_base::{Error, Result};

use super::graph::{Graph, NodeIx, Topology};

mod climb;
mod customise;
mod flow;
mod order;
mod route;
mod rows;
mod search;
mod structure;
mod sweep;
mod table;
#[cfg(test)]
mod tests;

pub use climb::Climbs;
pub use sweep::Targets;

use customise::Weights;
use structure::Structure;

/// In which order a topology's junctions are contracted; all profiles share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// SHA-256 of the nodes' number and the links' ends: what the order was made for.
    joins: [u8; 32],
    /// Each node once, the first to be contracted first.
    nodes: Vec<NodeIx>,
}

impl Order {
    /// By nested dissection; the same for any number of threads. Minutes where the topology has
    /// millions of nodes.
    pub fn new(topology: &Topology, threads: usize) -> Self {
        Self { joins: joins(topology), nodes: order::dissect(topology, &order::neighbours(topology), threads) }
    }
}

/// What an order depends on, besides the nodes' places.
fn joins(topology: &Topology) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((topology.node_e7.len() as u64).to_le_bytes());
    for [tail, head] in topology.link_tail.iter().zip(&topology.link_head).map(|(t, h)| [t, h]) {
        hash.update((u64::from(*tail) << 32 | u64::from(*head)).to_le_bytes());
    }
    hash.finalize().into()
}

/// A graph's hierarchy: the structure for its topology and turns, the weights for its metric.
#[derive(Debug, Clone)]
pub struct Hierarchy {
    structure: Arc<Structure>,
    weights: Arc<Weights>,
}

impl Hierarchy {
    /// # Errors
    /// `Invalid` when `order` was made for another topology or does not hold each node once.
    pub fn new(order: &Order, graph: &Graph, threads: usize) -> Result<Self> {
        let topology = &graph.topology;
        if order.joins != joins(topology) {
            return Err(Error::invalid("order", "the contraction order was made for another road network"));
        }
        let mut seen = vec![false; topology.node_e7.len()];
        let new = |&n: &NodeIx| seen.get_mut(n as usize).is_some_and(|s| !std::mem::replace(s, true));
        if order.nodes.len() != topology.node_e7.len() || !order.nodes.iter().all(new) {
            return Err(Error::invalid("order", "the contraction order does not hold each node once"));
        }
        let structure = Arc::new(Structure::new(graph, &order::with_copies(&order.nodes, graph)));
        let weights = Arc::new(customise::customise(&structure, graph, threads));
        Ok(Self { structure, weights })
    }

    /// The hierarchy of a graph that differs in its metric alone.
    pub fn customised(&self, graph: &Graph, threads: usize) -> Self {
        let weights = Arc::new(customise::customise(&self.structure, graph, threads));
        Self { structure: Arc::clone(&self.structure), weights }
    }

    /// Pairs of nodes that are joined, directly or over lower ones.
    pub fn arcs(&self) -> usize {
        self.structure.head.len()
    }

    /// Memory held: by the structure, which all metrics share, and by the weights.
    pub fn bytes(&self) -> [usize; 2] {
        [self.structure.bytes(), 4 * (self.weights.up_ms.len() + self.weights.down_ms.len())]
    }
}
