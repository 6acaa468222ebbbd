//! A stretch of one way, and what it is.

use super::uses::Use;
use crate::kernel::graph::RoadClass;

/// What two pieces must share to become one link; uses as seen from tail to head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) class: RoadClass,
    /// By profile.
    pub(super) uses: [Use; 3],
    pub(super) name: u32,
    pub(super) number: u32,
    /// Its other names.
    pub(super) others: u32,
    /// The way, where a turn restriction names it: it must be found at the junction.
    pub(super) restricted: Option<i64>,
}

impl Attributes {
    pub(super) fn reversed(self) -> Self {
        Self { uses: self.uses.map(Use::reversed), ..self }
    }
}

/// A stretch of one way between two junctions.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) way: i64,
    /// Above the ground or below: [`access::level`].
    pub(super) level: i8,
    /// Of a roundabout: [`access::is_round`].
    pub(super) round: bool,
    pub(super) attributes: Attributes,
    /// Indexes into the raw nodes, at least two.
    pub(super) nodes: &'a [u32],
    /// Waited where one enters it, forward and backward, where the directions take turns.
    pub(super) by_turns_ms: [u32; 2],
}

impl Piece<'_> {
    /// The raw nodes where it begins and ends.
    pub(super) fn ends(&self) -> [u32; 2] {
        [self.nodes[0], self.nodes[self.nodes.len() - 1]]
    }
}
