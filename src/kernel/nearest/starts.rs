//! Where candidates start from, found by node and by link. It is kept while they move: listing one of
//! them anew takes a few memory accesses, however many there are.

use super::Candidate;
use crate::kernel::graph::{Graph, LinkIx, NodeIx, Position};

const NONE: u32 = u32::MAX;

/// The candidates of one graph, by number. A number may be unused.
#[derive(Debug, Clone)]
pub struct Starts {
    known: Vec<Known>,
    /// Of all that were ever listed: what a search adds before it gives up may be too little, not too
    /// much.
    least_extra_ms: u32,
    /// The two ways off the link of candidate `c` stand at `2c` and `2c + 1`.
    exits: Vec<Way>,
    to_node: Lists,
    on_link: Lists,
}

/// A candidate; it is nowhere when its link is [`NONE`].
#[derive(Debug, Clone, Copy)]
struct Known {
    at: Position,
    extra_ms: u32,
}

const NOWHERE: Known = Known { at: Position { link: NONE, offset_mm: 0 }, extra_ms: 0 };

/// A way off a link; there is none when its node is [`NONE`].
#[derive(Debug, Clone, Copy)]
struct Way {
    node: NodeIx,
    rest_ms: u32,
}

const NO_WAY: Way = Way { node: NONE, rest_ms: 0 };

/// One way off a candidate's link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exit {
    pub candidate: usize,
    pub from: Position,
    pub rest_ms: u32,
    pub extra_ms: u32,
}

impl Default for Starts {
    fn default() -> Self {
        let (to_node, on_link) = (Lists::default(), Lists::default());
        Self { known: Vec::new(), least_extra_ms: u32::MAX, exits: Vec::new(), to_node, on_link }
    }
}

impl Starts {
    /// Candidates numbered from 0.
    pub fn new(graph: &Graph, candidates: impl IntoIterator<Item = Candidate>) -> Self {
        let mut starts = Self::default();
        for (c, candidate) in candidates.into_iter().enumerate() {
            starts.put(graph, c, Some(candidate));
        }
        starts
    }

    /// Lists candidate `c` where it is now, if anywhere; `graph` is always the same.
    pub fn put(&mut self, graph: &Graph, c: usize, candidate: Option<Candidate>) {
        if c >= self.known.len() {
            if candidate.is_none() {
                return;
            }
            self.known.resize(c + 1, NOWHERE);
            self.exits.resize(2 * c + 2, NO_WAY);
        }
        let former = std::mem::replace(&mut self.known[c], NOWHERE);
        if former.at.link != NONE {
            self.on_link.remove(former.at.link, c);
            for exit in [2 * c, 2 * c + 1] {
                let way = std::mem::replace(&mut self.exits[exit], NO_WAY);
                if way.node != NONE {
                    self.to_node.remove(way.node, exit);
                }
            }
        }
        if let Some(Candidate { at, extra_ms }) = candidate {
            let at = at.position();
            self.known[c] = Known { at, extra_ms };
            self.least_extra_ms = self.least_extra_ms.min(extra_ms);
            self.on_link.add(at.link, c);
            for (edge, _, rest_ms) in graph.edges_at(at) {
                let (node, exit) = (graph.head(edge), 2 * c + edge as usize % 2);
                self.exits[exit] = Way { node, rest_ms };
                self.to_node.add(node, exit);
            }
        }
    }

    /// One more than the largest number in use, at least.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Where candidate `c` sets out, if it is anywhere.
    pub fn at(&self, c: usize) -> Option<Position> {
        self.known.get(c).map(|k| k.at).filter(|at| at.link != NONE)
    }

    pub(in crate::kernel) fn extra_ms(&self, c: usize) -> u32 {
        self.known[c].extra_ms
    }

    /// No candidate has less.
    pub(super) fn least_extra_ms(&self) -> u32 {
        if self.least_extra_ms == u32::MAX { 0 } else { self.least_extra_ms }
    }

    #[inline]
    pub(super) fn exits_to(&self, node: NodeIx) -> impl Iterator<Item = Exit> + '_ {
        self.to_node.of(node).map(|exit| {
            let (candidate, rest_ms) = (exit / 2, self.exits[exit].rest_ms);
            let Known { at: from, extra_ms } = self.known[candidate];
            Exit { candidate, from, rest_ms, extra_ms }
        })
    }

    pub(super) fn on_link(&self, link: LinkIx) -> impl Iterator<Item = (usize, Position, u32)> + '_ {
        self.on_link.of(link).map(|c| (c, self.known[c].at, self.known[c].extra_ms))
    }
}

/// For each key a list of members, in no order; a member is in one list at most.
#[derive(Debug, Clone, Default)]
struct Lists {
    /// By key.
    first: Vec<u32>,
    /// By member: the one before and the one behind.
    beside: Vec<[u32; 2]>,
}

impl Lists {
    fn add(&mut self, key: u32, member: usize) {
        let (key, this) = (key as usize, member as u32);
        if key >= self.first.len() {
            self.first.resize(key + 1, NONE);
        }
        if member >= self.beside.len() {
            self.beside.resize(member + 1, [NONE; 2]);
        }
        let next = std::mem::replace(&mut self.first[key], this);
        self.beside[member] = [NONE, next];
        if next != NONE {
            self.beside[next as usize][0] = this;
        }
    }

    fn remove(&mut self, key: u32, member: usize) {
        let [former, next] = self.beside[member];
        match former {
            NONE => self.first[key as usize] = next,
            _ => self.beside[former as usize][1] = next,
        }
        if next != NONE {
            self.beside[next as usize][0] = former;
        }
    }

    #[inline]
    fn of(&self, key: u32) -> impl Iterator<Item = usize> + '_ {
        let some = |at: u32| (at != NONE).then_some(at as usize);
        let first = self.first.get(key as usize).copied().and_then(some);
        std::iter::successors(first, move |&member| some(self.beside[member][1]))
    }
}
