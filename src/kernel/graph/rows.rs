//! Adjacency in compressed rows.

use std::{ops::Range, sync::Arc};

use super::{EdgeIx, Metric, NodeIx, cost};

/// One entry of an adjacency row: the node at the other end and the edge's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    pub node: NodeIx,
    pub ms: u32,
}

/// Adjacency in compressed rows: row `n` is `arcs[first[n]..first[n + 1]]`, in edge order. Metrics of
/// one topology share what does not depend on them.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    first: Arc<[u32]>,
    pub(crate) arcs: Vec<Hop>,
    pub(crate) edges: Arc<[EdgeIx]>,
}

impl Rows {
    pub(crate) fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// The slots of `node`'s row in `arcs` and `edges`.
    #[inline]
    pub(crate) fn row(&self, node: NodeIx) -> Range<usize> {
        self.first[node as usize] as usize..self.first[node as usize + 1] as usize
    }

    /// The row that `slot` belongs to.
    pub(crate) fn row_of(&self, slot: usize) -> NodeIx {
        (self.first.partition_point(|&first| first as usize <= slot) - 1) as NodeIx
    }

    /// Counting sort of `(row, arc, edge)` by row; stable, so rows keep the order given.
    pub(super) fn collect(nodes: usize, entries: impl Iterator<Item = (NodeIx, Hop, EdgeIx)> + Clone) -> Self {
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
    pub(super) fn under(&self, metric: &Metric) -> Self {
        let arc = |(hop, &edge): (&Hop, &EdgeIx)| Hop { node: hop.node, ms: cost(metric, edge) };
        let arcs = self.arcs.iter().zip(&self.edges[..]).map(arc).collect();
        Self { first: Arc::clone(&self.first), arcs, edges: Arc::clone(&self.edges) }
    }
}
