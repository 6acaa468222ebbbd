//! Rows: what is kept of a climb, so that a drive costs no climb but that from its other end.
//!
//! A hierarchy finds the quickest drive where the climbs from its two ends meet. A climb runs along
//! the ways up a tree, and what two ways share is all that lies above some node: the same stretch of
//! either, counted by depth from the root. So a row is milliseconds by depth alone, and the least drive
//! is the least sum over that stretch. Nodes are numbered in post-order: what lies below a node
//! is a range of numbers, by which a search along one way finds how much of it the other shares.

use super::graph::CLOSED;

/// No row holds so long a drive (six days). Signed, and so small that no sum overflows: several sums and
/// their minimum are found at a time.
const LIMIT_MS: u32 = 1 << 29;
/// No drive. No sum of two drives is as much.
const FAR: i32 = (1 << 30) - 1;

/// The climb from one place, under one metric: mostly along one way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    way: Stretch,
    others: Box<[Stretch]>,
}

/// A way up, less what an earlier one of the same climb shares with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The number of its lowest node.
    from: u32,
    /// The depth at which it begins, the root's being 0.
    depth: u32,
    /// From there down, [`FAR`] where the climb met nothing.
    ms: Box<[i32]>,
}

/// A way up of the climb to the other place, and how to find what a row shares with it.
#[derive(Debug)]
pub(super) struct Path {
    way: Stretch,
    /// From the top down: the least number below each node, itself included, and its own, the greatest.
    least: Vec<u32>,
    greatest: Vec<u32>,
    /// Whatever lies above this one of them is too far away.
    top: usize,
}

impl Stretch {
    /// `ms` from the top down; `None` where a drive is too long.
    pub(super) fn new(from: u32, depth: usize, ms: impl ExactSizeIterator<Item = u32>) -> Option<Self> {
        let mut longest = 0;
        let short = |ms: u32| {
            if ms == CLOSED {
                return FAR;
            }
            longest = longest.max(ms);
            ms as i32
        };
        let ms = ms.map(short).collect();
        (longest < LIMIT_MS).then_some(Self { from, depth: depth as u32, ms })
    }
}

impl Row {
    pub(super) fn new(ways: Vec<Stretch>) -> Self {
        let mut ways = ways.into_iter();
        Self { way: ways.next().unwrap_or_default(), others: ways.collect() }
    }

    /// The least drive over any node of both climbs that is near enough; [`CLOSED`] where there is none.
    #[inline]
    pub(super) fn least_ms(&self, to: &[Path]) -> u32 {
        let mut least = FAR;
        for path in to {
            least = least.min(path.least(&self.way));
            for way in &self.others {
                least = least.min(path.least(way));
            }
        }
        if least < FAR { least as u32 } else { CLOSED }
    }

    #[cfg(test)]
    pub(super) fn branches(&self) -> usize {
        self.others.len()
    }

    /// Memory held.
    pub fn bytes(&self) -> usize {
        let ways = std::iter::once(&self.way).chain(&self.others);
        size_of::<Self>() + size_of_val(&*self.others) + ways.map(|way| size_of_val(&*way.ms)).sum::<usize>()
    }
}

impl Path {
    /// `below` tells the least and the greatest number below each node, from the top down.
    pub(super) fn new(way: Stretch, below: impl Iterator<Item = [u32; 2]>) -> Self {
        let (least, greatest) = below.map(|[least, greatest]| (least, greatest)).unzip();
        Self { way, least, greatest, top: 0 }
    }

    /// Longer drives need not be found any more.
    #[inline]
    pub(super) fn narrow(&mut self, worth_ms: u32) {
        while self.way.ms.get(self.top).is_some_and(|&ms| ms as u32 > worth_ms) {
            self.top += 1;
        }
    }

    /// The least sum over what both share, [`FAR`] where that is nothing.
    #[inline]
    fn least(&self, other: &Stretch) -> i32 {
        let top = self.top;
        if self.way.ms.len() == top || other.from < self.least[top] || other.from > self.greatest[top] {
            return FAR;
        }
        // The ranges lie within each other, and all of them about the lowest node.
        let shared = if other.from < self.way.from {
            self.least[top..].partition_point(|&least| least <= other.from)
        } else {
            self.greatest[top..].partition_point(|&greatest| greatest >= other.from)
        };
        let (here, depth) = (&self.way.ms[top..top + shared], self.way.depth as usize + top);
        let (here, there) = match (other.depth as usize).checked_sub(depth) {
            Some(deeper) => (here.get(deeper..), Some(&other.ms[..])),
            None => (Some(here), other.ms.get(depth - other.depth as usize..)),
        };
        let (Some(here), Some(there)) = (here, there) else { return FAR };
        here.iter().zip(there).map(|(a, b)| a.wrapping_add(*b)).fold(FAR, i32::min)
    }
}
