//! The hierarchy's shape: which nodes are joined once lower ones have been contracted.

use super::order::pairs;
use crate::graph::{EdgeIx, Graph, NodeIx};

/// Place in the order of contraction, 0 first.
pub(super) type Rank = u32;
/// Index of a pair of ranks that is joined, directly or over lower nodes.
pub(super) type ArcIx = u32;

/// No arc, no parent.
pub(super) const NONE: u32 = u32::MAX;

/// Arcs by their lower end. For any node, the nodes above it that it is joined to are joined to each
/// other, so they lie on one path: the way up the elimination tree, whose parent is the lowest of them.
/// Ranks are a post-order of that tree: everything below a node is one range that ends with it.
#[derive(Debug)]
pub(super) struct Structure {
    /// By node.
    pub rank: Vec<Rank>,
    /// By rank.
    pub node: Vec<NodeIx>,
    /// Where each rank's arcs begin; one more than nodes.
    pub first: Vec<ArcIx>,
    /// Upper ends, ascending within a row.
    pub head: Vec<Rank>,
    /// Arcs by their upper end: where each rank's begin, and by lower end, ascending.
    pub lower_first: Vec<u32>,
    pub lower: Vec<Lower>,
    /// Every step between two nodes that an edge could be.
    pub steps: Vec<OnArc>,
    /// Arcs on the way from each rank to its root: the work of climbing.
    pub climb: Vec<u32>,
    /// By rank: the lowest of those below it, itself included.
    pub least: Vec<Rank>,
}

/// An arc seen from its upper end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lower {
    pub arc: ArcIx,
    pub tail: Rank,
}

/// An edge that leads from one end of an arc to the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnArc {
    pub edge: EdgeIx,
    /// Twice the arc, one more where the edge leads down.
    arc_down: u32,
}

impl OnArc {
    pub(super) fn arc(self) -> usize {
        (self.arc_down / 2) as usize
    }

    pub(super) fn down(self) -> bool {
        !self.arc_down.is_multiple_of(2)
    }
}

impl Structure {
    /// `order` holds each node of the graph's searches once.
    pub(super) fn new(graph: &Graph, order: &[NodeIx]) -> Self {
        let steps: Vec<_> = graph.steps().collect();
        let pairs = pairs(steps.iter().map(|&(a, b, _)| [a, b]));
        let order = post_order(order, &pairs);
        let rank = inverse(&order);
        let (first, head) = contract(&rank, &pairs);
        drop(pairs);
        let (lower_first, lower) = lowers(&first, &head);
        let mut climb = vec![0u32; order.len()];
        for r in (0..order.len()).rev() {
            let row = &head[first[r] as usize..first[r + 1] as usize];
            climb[r] = row.len() as u32 + row.first().map_or(0, |&p| climb[p as usize]);
        }
        let least = least_below(&first, &head);
        let mut s = Self { rank, node: order, first, head, lower_first, lower, steps: Vec::new(), climb, least };
        let on_arc = |&(from, to, edge)| {
            let [a, b] = [from, to].map(|n: NodeIx| s.rank[n as usize]);
            OnArc { edge, arc_down: 2 * s.arc_between(a, b) + u32::from(a > b) }
        };
        s.steps = steps.iter().filter(|(a, b, _)| a != b).map(on_arc).collect();
        s
    }

    pub(super) fn nodes(&self) -> usize {
        self.node.len()
    }

    #[inline]
    pub(super) fn row(&self, rank: Rank) -> std::ops::Range<usize> {
        self.first[rank as usize] as usize..self.first[rank as usize + 1] as usize
    }

    pub(super) fn lowers(&self, rank: Rank) -> &[Lower] {
        &self.lower[self.lower_first[rank as usize] as usize..self.lower_first[rank as usize + 1] as usize]
    }

    /// The next node on the way up; [`NONE`] at a root.
    #[inline]
    pub(super) fn parent(&self, rank: Rank) -> Rank {
        let row = self.row(rank);
        if row.is_empty() { NONE } else { self.head[row.start] }
    }

    /// Everything below the rank, itself included: the least and the greatest.
    #[inline]
    pub(super) fn below(&self, rank: Rank) -> [Rank; 2] {
        [self.least[rank as usize], rank]
    }

    /// Whether `upper` is `lower` or lies on the way up from it.
    #[inline]
    pub(super) fn is_above(&self, upper: Rank, lower: Rank) -> bool {
        (self.least[upper as usize]..=upper).contains(&lower)
    }

    /// The arc between two ranks in either order, [`NONE`] where they are not joined.
    pub(super) fn arc_between(&self, a: Rank, b: Rank) -> ArcIx {
        let row = self.row(a.min(b));
        self.head[row.clone()].binary_search(&a.max(b)).map_or(NONE, |i| (row.start + i) as ArcIx)
    }

    pub(super) fn bytes(&self) -> usize {
        4 * (self.rank.len()
            + self.node.len()
            + self.first.len()
            + self.head.len()
            + self.lower_first.len()
            + 2 * self.lower.len()
            + 2 * self.steps.len()
            + self.climb.len()
            + self.least.len())
    }
}

fn inverse(order: &[NodeIx]) -> Vec<Rank> {
    let mut rank = vec![0; order.len()];
    for (r, &n) in (0..).zip(order) {
        rank[n as usize] = r;
    }
    rank
}

/// The same order up to independent nodes, as a post-order of the elimination tree. The tree comes
/// from the edges alone (Liu 1990, 10.1137/0611010).
fn post_order(order: &[NodeIx], pairs: &[[NodeIx; 2]]) -> Vec<NodeIx> {
    let rank = inverse(order);
    let n = order.len();
    let mut edges: Vec<[Rank; 2]> = pairs.iter().map(|p| p.map(|x| rank[x as usize])).collect();
    edges.iter_mut().for_each(|e| e.sort_unstable_by(|a, b| b.cmp(a)));
    edges.sort_unstable();
    let (mut parent, mut ancestor) = (vec![NONE; n], vec![NONE; n]);
    for [upper, mut at] in edges {
        while ancestor[at as usize] != upper {
            let next = std::mem::replace(&mut ancestor[at as usize], upper);
            if next == NONE {
                parent[at as usize] = upper;
                break;
            }
            if next == upper {
                break;
            }
            at = next;
        }
    }
    // Children as linked lists, lowest first.
    let (mut child, mut sibling) = (vec![NONE; n], vec![NONE; n]);
    for r in (0..n as u32).rev().filter(|&r| parent[r as usize] != NONE) {
        sibling[r as usize] = std::mem::replace(&mut child[parent[r as usize] as usize], r);
    }
    let mut sorted = Vec::with_capacity(n);
    let mut open = Vec::new();
    for root in (0..n as u32).filter(|&r| parent[r as usize] == NONE) {
        open.push(root);
        while let Some(&at) = open.last() {
            let down = std::mem::replace(&mut child[at as usize], NONE);
            if down != NONE {
                open.push(down);
                continue;
            }
            open.pop();
            sorted.push(order[at as usize]);
            if sibling[at as usize] != NONE && at != root {
                open.push(sibling[at as usize]);
            }
        }
    }
    sorted
}

/// Joins the upper neighbours of each node with each other, lowest node first: it is enough to hand
/// them to the lowest of them (Dibbelt, Strasser, Wagner 2016, arXiv 1402.0402).
fn contract(rank: &[Rank], pairs: &[[NodeIx; 2]]) -> (Vec<ArcIx>, Vec<Rank>) {
    let n = rank.len();
    let mut upper: Vec<Vec<Rank>> = vec![Vec::new(); n];
    for pair in pairs {
        let [a, b] = pair.map(|x| rank[x as usize]);
        upper[a.min(b) as usize].push(a.max(b));
    }
    let (mut first, mut head) = (Vec::with_capacity(n + 1), Vec::with_capacity(3 * pairs.len()));
    first.push(0);
    for r in 0..n {
        let mut row = std::mem::take(&mut upper[r]);
        row.sort_unstable();
        row.dedup();
        if let [parent, rest @ ..] = &row[..] {
            upper[*parent as usize].extend(rest);
        }
        head.append(&mut row);
        first.push(head.len() as ArcIx);
    }
    head.shrink_to_fit();
    (first, head)
}

fn least_below(first: &[ArcIx], head: &[Rank]) -> Vec<Rank> {
    let mut least: Vec<Rank> = (0..first.len() as Rank - 1).collect();
    for (r, row) in first.windows(2).enumerate() {
        if let Some(&parent) = head[row[0] as usize..row[1] as usize].first() {
            least[parent as usize] = least[parent as usize].min(least[r]);
        }
    }
    least
}

/// Counting sort of the arcs by their upper end.
fn lowers(first: &[ArcIx], head: &[Rank]) -> (Vec<u32>, Vec<Lower>) {
    let n = first.len() - 1;
    let mut lower_first = vec![0u32; n + 1];
    head.iter().for_each(|&h| lower_first[h as usize + 1] += 1);
    for r in 0..n {
        lower_first[r + 1] += lower_first[r];
    }
    let mut next = lower_first.clone();
    let mut lower = vec![Lower::default(); head.len()];
    for tail in 0..n as u32 {
        for arc in first[tail as usize]..first[tail as usize + 1] {
            let slot = &mut next[head[arc as usize] as usize];
            lower[*slot as usize] = Lower { arc, tail };
            *slot += 1;
        }
    }
    (lower_first, lower)
}
