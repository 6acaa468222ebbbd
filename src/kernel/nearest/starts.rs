//! Where candidates start from, found by node and by link. It is kept while they move: listing one of
//! them anew takes a few memory accesses, however many there are.

use std::sync::OnceLock;

use super::Candidate;
use crate::{
    graph::{Entrance, Graph, LinkIx, NodeIx, Position},
    row::Row,
};

const NONE: u32 = u32::MAX;

/// The candidates of one graph, by number. A number may be unused.
#[derive(Debug, Clone)]
pub struct Starts {
    /// By candidate: the first of the spots where it sets out, [`NONE`] where it is nowhere.
    first: Vec<u32>,
    spots: Vec<Spot>,
    /// Those that nobody has.
    free: Vec<u32>,
    /// Of all that were ever listed: what a search adds before it gives up may be too little, not too
    /// much.
    least_extra_ms: u32,
    /// The two ways off the link of spot `s` stand at `2s` and `2s + 1`.
    exits: Vec<Way>,
    to_node: Lists,
    on_link: Lists,
    /// By spot; none where rows are not kept.
    rows: Option<Vec<KeptRow>>,
}

/// The climb from a spot, once somebody asked for it; no row where it can't be one.
pub(crate) type KeptRow = OnceLock<Option<Row>>;

/// Where a candidate may set out; mostly it has one, on each of several ways to the roads another.
#[derive(Debug, Clone, Copy)]
struct Spot {
    candidate: u32,
    /// The candidate's next one, or [`NONE`].
    next: u32,
    start: Entrance,
    /// It lies between the ends of its link.
    on_link: bool,
}

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
        Self {
            first: Vec::new(),
            spots: Vec::new(),
            free: Vec::new(),
            least_extra_ms: u32::MAX,
            exits: Vec::new(),
            to_node: Lists::default(),
            on_link: Lists::default(),
            rows: None,
        }
    }
}

impl Starts {
    /// Candidates numbered from 0.
    pub fn new(graph: &Graph, candidates: impl IntoIterator<Item = Candidate>) -> Self {
        let mut starts = Self::default();
        for (c, candidate) in candidates.into_iter().enumerate() {
            starts.put(graph, c, &[candidate.into()]);
        }
        starts
    }

    /// For candidates that are asked for again and again, always on the same graph and under the same
    /// hierarchy: the climb from where one sets out is kept while it does.
    pub fn keeping_rows(self) -> Self {
        Self { rows: Some(self.spots.iter().map(|_| KeptRow::new()).collect()), ..self }
    }

    /// Lists candidate `c` where it may set out now, if anywhere; `graph` is always the same.
    pub fn put(&mut self, graph: &Graph, c: usize, starts: &[Entrance]) {
        if c >= self.first.len() {
            if starts.is_empty() {
                return;
            }
            self.first.resize(c + 1, NONE);
        }
        let mut former = std::mem::replace(&mut self.first[c], NONE);
        while former != NONE {
            former = self.clear(former);
        }
        for &start in starts.iter().rev() {
            self.add(graph, c, start);
        }
    }

    /// Takes a spot out of all lists; the next one of its candidate.
    fn clear(&mut self, spot: u32) -> u32 {
        let Spot { next, start, on_link, .. } = self.spots[spot as usize];
        if on_link {
            self.on_link.remove(start.at.link, spot as usize);
        }
        for exit in [2 * spot as usize, 2 * spot as usize + 1] {
            let way = std::mem::replace(&mut self.exits[exit], NO_WAY);
            if way.node != NONE {
                self.to_node.remove(way.node, exit);
            }
        }
        if let Some(rows) = &mut self.rows {
            rows[spot as usize].take();
        }
        self.free.push(spot);
        next
    }

    fn add(&mut self, graph: &Graph, c: usize, start: Entrance) {
        let on_link = graph.junction_at(start.at).is_none();
        let new = Spot { candidate: c as u32, next: self.first[c], start, on_link };
        let spot = self.free.pop().unwrap_or_else(|| {
            self.spots.push(new);
            self.exits.extend([NO_WAY; 2]);
            self.rows.iter_mut().for_each(|rows| rows.push(KeptRow::new()));
            self.spots.len() as u32 - 1
        });
        (self.spots[spot as usize], self.first[c]) = (new, spot);
        self.least_extra_ms = self.least_extra_ms.min(start.extra_ms);
        if on_link {
            self.on_link.add(start.at.link, spot as usize);
        }
        for exit in graph.exits(start.at) {
            let slot = 2 * spot as usize + exit.edge.unwrap_or_default() as usize % 2;
            self.exits[slot] = Way { node: exit.node, rest_ms: exit.ms };
            self.to_node.add(exit.node, slot);
        }
    }

    /// One more than the largest number in use, at least.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Where candidate `c` may set out.
    pub fn of(&self, c: usize) -> impl Iterator<Item = Entrance> + '_ {
        self.spots_of(c).map(|spot| self.spots[spot].start)
    }

    /// The same, each with its row where rows are kept.
    #[inline]
    pub(crate) fn with_rows(&self, c: usize) -> impl Iterator<Item = (Entrance, Option<&KeptRow>)> + '_ {
        self.spots_of(c).map(|spot| (self.spots[spot].start, self.rows.as_ref().map(|rows| &rows[spot])))
    }

    fn spots_of(&self, c: usize) -> impl Iterator<Item = usize> + '_ {
        let some = |spot: u32| (spot != NONE).then_some(spot as usize);
        let first = self.first.get(c).copied().and_then(some);
        std::iter::successors(first, move |&spot| some(self.spots[spot].next))
    }

    pub fn keeps_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Whether somebody asked for a row of candidate `c`.
    pub fn has_rows(&self, c: usize) -> bool {
        self.with_rows(c).any(|(_, row)| row.is_some_and(|row| row.get().is_some()))
    }

    /// Keeps rows that were made elsewhere: one for each of the places where candidate `c` sets out, in
    /// their order.
    pub fn keep_rows(&mut self, c: usize, made: Vec<Option<Row>>) {
        let spots: Vec<usize> = self.spots_of(c).collect();
        let Some(rows) = &mut self.rows else { return };
        spots.into_iter().zip(made).for_each(|(spot, row)| rows[spot] = KeptRow::from(row));
    }

    /// How many rows are kept, and the memory that they hold.
    pub fn rows_held(&self) -> [usize; 2] {
        let rows = self.rows.iter().flatten().filter_map(|row| row.get()?.as_ref());
        rows.fold([0, 0], |[count, bytes], row| [count + 1, bytes + row.bytes()])
    }

    /// No candidate has less.
    pub(crate) fn least_extra_ms(&self) -> u32 {
        if self.least_extra_ms == u32::MAX { 0 } else { self.least_extra_ms }
    }

    #[inline]
    pub(super) fn exits_to(&self, node: NodeIx) -> impl Iterator<Item = Exit> + '_ {
        self.to_node.of(node).map(|exit| {
            let (Spot { candidate, start, .. }, rest_ms) = (self.spots[exit / 2], self.exits[exit].rest_ms);
            Exit { candidate: candidate as usize, from: start.at, rest_ms, extra_ms: start.extra_ms }
        })
    }

    pub(super) fn on_link(&self, link: LinkIx) -> impl Iterator<Item = (usize, Position, u32)> + '_ {
        self.on_link.of(link).map(|spot| {
            let Spot { candidate, start, .. } = self.spots[spot];
            (candidate as usize, start.at, start.extra_ms)
        })
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
