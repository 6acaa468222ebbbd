//! Places on the network, and how they hang on the nodes of the searches.

use serde::{Deserialize, Serialize};

use super::{CLOSED, EdgeIx, Graph, LinkIx, NodeIx, degrees, segment_mm};
use xunge_base::LngLat;

/// A place on the network: a link and millimetres from its tail, `0 ..= link length`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub link: LinkIx,
    pub offset_mm: u32,
}

/// A way between a place beside the network and the network: where, and what it costs beside the drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entrance {
    pub at: Position,
    pub extra_ms: u32,
}

impl From<Position> for Entrance {
    fn from(at: Position) -> Self {
        Self { at, extra_ms: 0 }
    }
}

/// A way between a position and the nodes of the searches: to or from which node, in which time, on
/// which edge; on none at a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Joint {
    pub ms: u32,
    pub edge: Option<EdgeIx>,
    pub node: NodeIx,
}

impl Graph {
    /// Milliseconds from the edge's start to the position on it; the edge must be open.
    pub fn part_ms(&self, edge: EdgeIx, offset_mm: u32) -> u32 {
        let whole_mm = self.topology.link_mm[(edge / 2) as usize].max(1);
        let along_mm = if edge.is_multiple_of(2) { offset_mm } else { whole_mm.saturating_sub(offset_mm) };
        (u64::from(self.ms(edge)) * u64::from(along_mm.min(whole_mm)) / u64::from(whole_mm)) as u32
    }

    /// The open edges through `at`: each with milliseconds from its start to `at`, and from `at` to
    /// its end. Their sum is the whole edge.
    pub fn edges_at(&self, at: Position) -> impl Iterator<Item = (EdgeIx, u32, u32)> + '_ {
        [2 * at.link, 2 * at.link + 1].into_iter().filter(|&e| self.ms(e) != CLOSED).map(move |e| {
            let part = self.part_ms(e, at.offset_mm);
            (e, part, self.ms(e) - part)
        })
    }

    /// The junction that the position is, at either end of its link.
    #[inline]
    pub fn junction_at(&self, at: Position) -> Option<NodeIx> {
        let [tail, head] = self.ends(2 * at.link);
        if at.offset_mm == 0 {
            Some(tail)
        } else {
            (at.offset_mm >= self.topology.link_mm[at.link as usize]).then_some(head)
        }
    }

    /// By which nodes one leaves the position.
    #[inline]
    pub fn exits(&self, at: Position) -> impl Iterator<Item = Joint> + '_ {
        let junction = self.junction_at(at);
        let between = junction.is_none().then(|| self.edges_at(at)).into_iter().flatten();
        let by_edge = between.map(|(edge, _, ms)| Joint { ms, edge: Some(edge), node: self.head(edge) });
        junction.map(|node| Joint { ms: 0, edge: None, node }).into_iter().chain(by_edge)
    }

    /// By which nodes one comes to the position.
    #[inline]
    pub fn entries(&self, at: Position) -> impl Iterator<Item = Joint> + '_ {
        let junction = self.junction_at(at);
        let between = junction.is_none().then(|| self.edges_at(at)).into_iter().flatten();
        let by_edge = |(edge, ms, _)| self.tails(edge).map(move |node| Joint { ms, edge: Some(edge), node });
        let arrived = junction.into_iter().flat_map(|node| self.split.all(node));
        arrived.map(|node| Joint { ms: 0, edge: None, node }).chain(between.flat_map(by_edge))
    }

    /// The drive between two positions within their one link, where it has the right direction. Between
    /// junctions the searches know the way.
    #[inline]
    pub fn along(&self, from: Position, to: Position) -> Option<(EdgeIx, u32)> {
        if from.link != to.link || [from, to].iter().any(|&at| self.junction_at(at).is_some()) {
            return None;
        }
        let ways =
            [(2 * from.link, from.offset_mm <= to.offset_mm), (2 * from.link + 1, from.offset_mm >= to.offset_mm)];
        ways.into_iter()
            .filter(|&(e, ahead)| ahead && self.ms(e) != CLOSED)
            .map(|(e, _)| (e, self.part_ms(e, to.offset_mm) - self.part_ms(e, from.offset_mm)))
            .min_by_key(|&(e, ms)| (ms, e))
    }

    /// The points of the link from one offset to another, both ends included; backwards when
    /// `to_mm` lies before `from_mm`.
    pub fn section(&self, link: LinkIx, from_mm: u32, to_mm: u32) -> Vec<LngLat> {
        self.marks(link, from_mm, to_mm).into_iter().map(|(point, _)| point).collect()
    }

    /// The same, each with its millimetres from the link's tail.
    pub fn marks(&self, link: LinkIx, from_mm: u32, to_mm: u32) -> Vec<(LngLat, u32)> {
        let (low, high) = (from_mm.min(to_mm), from_mm.max(to_mm));
        let mark = |offset_mm| (self.point_at(Position { link, offset_mm }), offset_mm);
        let mut marks = vec![mark(low)];
        let mut at_mm = 0;
        for pair in self.shape_e7(link).windows(2) {
            at_mm += segment_mm(pair[0], pair[1]);
            if at_mm > low && at_mm < high {
                marks.push((degrees(pair[1]), at_mm));
            }
        }
        marks.push(mark(high));
        if to_mm < from_mm {
            marks.reverse();
        }
        marks
    }

    /// Where a position lies on the earth.
    pub fn point_at(&self, at: Position) -> LngLat {
        let shape = self.shape_e7(at.link);
        let mut left_mm = at.offset_mm;
        for pair in shape.windows(2) {
            let mm = segment_mm(pair[0], pair[1]);
            let (a, b) = (degrees(pair[0]), degrees(pair[1]));
            if left_mm == 0 {
                return a;
            }
            if left_mm < mm {
                let t = f64::from(left_mm) / f64::from(mm);
                return LngLat { lng: a.lng + t * (b.lng - a.lng), lat: a.lat + t * (b.lat - a.lat) };
            }
            left_mm -= mm;
        }
        degrees(shape[shape.len() - 1])
    }

    /// Whether one can drive from the position to the main part.
    pub fn leads_to_main(&self, at: Position) -> bool {
        self.exits(at).any(|exit| self.main.reached_from(exit.node))
    }

    /// Whether one can drive from the main part to the position.
    pub fn is_led_to(&self, at: Position) -> bool {
        self.entries(at).any(|entry| self.main.reaches(entry.node))
    }

    /// Whether some way leads to the position or away from it.
    pub fn is_open_at(&self, at: Position) -> bool {
        match self.junction_at(at) {
            Some(node) => self.links_at(node).any(|link| self.open(link)),
            None => self.open(at.link),
        }
    }
}

#[cfg(test)]
mod tests;
