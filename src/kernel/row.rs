//! Rows: what is kept of a climb, so that a drive costs no climb but that from its other end.
//!
//! A hierarchy finds the quickest drive where the climbs from its two ends meet. A climb runs along
//! the ways up a tree, and what two ways share is all that lies above some node: the same stretch of
//! either, counted by depth from the root. So a row is milliseconds by depth alone, and the least drive
//! is the least sum over that stretch. Nodes are numbered in post-order: what lies below a node
//! is a range of numbers, by which a search along one way finds how much of it the other shares.

use super::graph::CLOSED;

/// A way up from here on takes no part in sums: these stay below [`FAR`], and sums of any two below
/// 2³¹, so that they and their minimum are found several at a time.
const LIMIT_MS: u32 = 1 << 29;
/// No way. More than the sum of any two that are one.
const FAR: i32 = (1 << 30) - 1;

/// The climb from one place, under one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Box<[Stretch]>);

/// A way up, less what an earlier one of the same climb shares with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    /// The number of its lowest node.
    from: u32,
    /// The depth at which it begins, the root's being 0.
    depth: u32,
    /// From there down, [`FAR`] where the climb met nothing.
    ms: Box<[i32]>,
}

/// The climb to the other place, and how to find what a row shares with it.
#[derive(Debug, Default)]
pub(super) struct Paths(Vec<Path>);

#[derive(Debug)]
struct Path {
    depth: u32,
    ms: Box<[i32]>,
    /// By depth, the least and the greatest number below each node, itself included.
    below: Vec<[u32; 2]>,
}

/// A way up as a hierarchy tells it, from the top.
pub(super) struct WayUp {
    /// How many nodes lie above it.
    pub depth: usize,
    /// Nodes by their ranges, and the climb's milliseconds.
    pub nodes: Vec<([u32; 2], u32)>,
}

/// `None` where a way takes too long for sums in few bits: about six days.
fn kept(nodes: &[([u32; 2], u32)]) -> Option<Box<[i32]>> {
    let short = |&(_, ms): &([u32; 2], u32)| match ms {
        CLOSED => Some(FAR),
        ms => (ms < LIMIT_MS).then_some(ms as i32),
    };
    nodes.iter().map(short).collect()
}

impl Row {
    /// `None` where a drive takes days.
    pub(super) fn new(ways: &[WayUp]) -> Option<Self> {
        let stretch = |way: &WayUp| {
            let from = way.nodes.last()?.0[1];
            Some(Stretch { from, depth: way.depth as u32, ms: kept(&way.nodes)? })
        };
        ways.iter().map(stretch).collect::<Option<_>>().map(Self)
    }

    /// The least drive over any node of both climbs; [`CLOSED`] where they share none.
    #[inline]
    pub(super) fn least_ms(&self, to: &Paths) -> u32 {
        let pairs = self.0.iter().flat_map(|stretch| to.0.iter().map(move |path| path.least(stretch)));
        let least = pairs.min().unwrap_or(FAR);
        if least < FAR { least as u32 } else { CLOSED }
    }

    #[cfg(test)]
    pub(super) fn ways(&self) -> usize {
        self.0.len()
    }

    /// Memory held.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|stretch| size_of::<Stretch>() + size_of_val(&*stretch.ms)).sum::<usize>() + size_of::<Self>()
    }
}

impl Paths {
    /// `None` where a drive takes days.
    pub(super) fn new(ways: Vec<WayUp>) -> Option<Self> {
        let path = |way: WayUp| {
            let below = way.nodes.iter().map(|node| node.0).collect();
            Some(Path { depth: way.depth as u32, ms: kept(&way.nodes)?, below })
        };
        ways.into_iter().map(path).collect::<Option<_>>().map(Self)
    }
}

impl Path {
    #[inline]
    fn least(&self, stretch: &Stretch) -> i32 {
        let [skip, begin] = [stretch.depth.saturating_sub(self.depth), self.depth.saturating_sub(stretch.depth)];
        let Some(own) = self.below.get(skip as usize..) else { return FAR };
        let shared = own.partition_point(|&[least, greatest]| least <= stretch.from && stretch.from <= greatest);
        let (here, there) = (&self.ms[skip as usize..][..shared], stretch.ms.get(begin as usize..).unwrap_or_default());
        here.iter().zip(there).map(|(a, b)| a.wrapping_add(*b)).fold(FAR, i32::min)
    }
}
