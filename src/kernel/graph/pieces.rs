//! Pieces of road that hang together, whichever way they may be driven.

use super::Graph;

/// The length of the piece that holds the main part, or leads to it or from it.
pub(super) const JOINED: u32 = u32::MAX;

/// For each link the length of its piece, millimetres: of all links that one comes to by driving on, or
/// back against one-way streets, but not across a junction with no way through.
pub(super) fn lengths_mm(graph: &Graph) -> Vec<u32> {
    let links = graph.links();
    // Links, then nodes.
    let mut sets = Sets::new(links + graph.nodes());
    for (tail, head, edge) in graph.arcs() {
        let link = edge / 2;
        sets.unite(link, links as u32 + head);
        // What nothing leads to is only where drives begin.
        if !graph.into.row(tail).is_empty() {
            sets.unite(link, links as u32 + tail);
        }
    }
    let mut mm = vec![0u64; links + graph.nodes()];
    for (link, &length) in (0..).zip(&graph.topology.link_mm) {
        mm[sets.root(link) as usize] += u64::from(length);
    }
    let main = (0..graph.nodes() as u32).find(|&node| graph.main(node)).map(|node| sets.root(links as u32 + node));
    let length = |piece: u32| match mm[piece as usize] {
        _ if Some(piece) == main => JOINED,
        mm => mm.min(u64::from(JOINED) - 1) as u32,
    };
    (0..links as u32).map(|link| length(sets.root(link))).collect()
}

/// Disjoint sets by halved paths (Tarjan and van Leeuwen 1984, 10.1145/62.2160): each member's parent.
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub(super) fn new(members: usize) -> Self {
        Self((0..members as u32).collect())
    }

    pub(super) fn root(&mut self, mut member: u32) -> u32 {
        while self.0[member as usize] != member {
            let above = self.0[self.0[member as usize] as usize];
            self.0[member as usize] = above;
            member = above;
        }
        member
    }

    pub(super) fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}
