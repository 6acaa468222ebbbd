//! What searches remember, and how they are told to stop.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::graph::{EdgeIx, Entrance, Graph, NodeIx};

/// The parent of a node where a search began, which is no slot of a row: from which seed, at a junction
/// or on a link's forward or backward edge.
pub(super) fn seeded(seed: usize, edge: Option<EdgeIx>) -> u32 {
    u32::MAX - (3 * seed as u32 + edge.map_or(0, |e| 1 + e % 2))
}

/// What a search knows of one node; void unless `stamp` is that of the running search.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Label {
    stamp: u32,
    pub(super) ms: u32,
    /// Slot in the searched rows of the edge that led here, or what [`seeded`] says.
    parent: u32,
}

/// Tells searches that nobody waits for them any more. What they answer from then on is not whole and
/// must be thrown away.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// After so many nodes a search looks whether it is to stop.
pub(super) const STOP_EVERY: u32 = 4_096;

/// Search state, reused between queries: nothing is cleared, a stamp tells old from new.
#[derive(Debug, Default)]
pub struct Workspace {
    pub stop: Stop,
    pub(super) labels: Vec<Label>,
    pub(super) stamp: u32,
    /// Milliseconds, then the node.
    pub(super) queue: BinaryHeap<Reverse<u64>>,
}

impl Workspace {
    pub(super) fn begin(&mut self, nodes: usize) {
        if self.labels.len() < nodes {
            self.labels.resize(nodes, Label::default());
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.labels.fill(Label::default());
            self.stamp = 1;
        }
        self.queue.clear();
    }

    /// Milliseconds of the last search at `node`: final where settled, an upper bound elsewhere.
    #[inline]
    pub(crate) fn ms(&self, node: NodeIx) -> Option<u32> {
        self.labels.get(node as usize).filter(|l| l.stamp == self.stamp).map(|l| l.ms)
    }

    #[inline]
    pub(super) fn offer(&mut self, node: NodeIx, ms: u32, parent: u32) {
        let label = &mut self.labels[node as usize];
        if label.stamp != self.stamp || ms < label.ms {
            *label = Label { stamp: self.stamp, ms, parent };
            self.queue.push(Reverse(u64::from(ms) << 32 | u64::from(node)));
        }
    }

    /// The edges between `node` and the seed of the last search that it was reached from, that of the
    /// seed's own link included, and which of the seeds that is.
    pub(crate) fn trace<const REVERSE: bool>(
        &self,
        graph: &Graph,
        seeds: &[Entrance],
        mut node: NodeIx,
    ) -> (Vec<EdgeIx>, usize) {
        let rows = graph.rows::<REVERSE>();
        let mut edges = Vec::new();
        loop {
            let parent = self.labels[node as usize].parent;
            if parent as usize >= rows.edges.len() {
                let (seed, side) = ((u32::MAX - parent) / 3, (u32::MAX - parent) % 3);
                edges.extend(side.checked_sub(1).map(|side| 2 * seeds[seed as usize].at.link + side));
                return (edges, seed as usize);
            }
            edges.push(rows.edges[parent as usize]);
            node = rows.row_of(parent as usize);
        }
    }
}
