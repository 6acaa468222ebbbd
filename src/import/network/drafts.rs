//! Links of the network before and as they are numbered.

use std::borrow::Cow;

use super::{
    cut::Chain,
    delay,
    hilbert::Hilbert,
    names::Names,
    piece::{Attributes, Piece},
};
use crate::{
    domain::squads::Profile,
    import::osm::{MISSING, RawRoads},
    kernel::graph::{CLOSED, EdgeIx, Metric, Part, Topology, segment_mm},
};

pub(super) fn length_mm(shape: &[[i32; 2]]) -> u32 {
    shape.windows(2).map(|s| segment_mm(s[0], s[1])).fold(0, u32::saturating_add)
}

/// One link before it has its number.
pub(super) struct Draft {
    pub(super) parts: Vec<Part>,
    pub(super) attributes: Attributes,
    /// Raw nodes from tail to head.
    pub(super) nodes: Vec<u32>,
    pub(super) shape: Vec<[i32; 2]>,
    /// Waited at its nodes, forward and backward.
    pub(super) waits_ms: [u32; 2],
}

impl Draft {
    pub(super) fn ends(&self) -> [u32; 2] {
        [self.nodes[0], self.nodes[self.nodes.len() - 1]]
    }

    /// The way of its first part, which with ends and shape tells it from all others.
    pub(super) fn first_way(&self) -> i64 {
        self.parts[0].way
    }
}

/// Numbers nodes and links and fills the arrays; by profile the metric and which edges are at the ends of
/// a drive only.
pub(super) fn number(raw: &RawRoads, drafts: Vec<Draft>, names: Names) -> (Topology, [(Metric, Vec<EdgeIx>); 3]) {
    let mut order: Vec<u32> = drafts.iter().flat_map(|d| d.ends()).collect();
    order.sort_unstable();
    order.dedup();
    let curve = Hilbert::over(raw);
    order.sort_by_cached_key(|&n| (curve.index(raw.nodes[n as usize].e7), n));
    let mut number = vec![MISSING; raw.nodes.len()];
    order.iter().enumerate().for_each(|(i, &n)| number[n as usize] = i as u32);

    let mut topology = Topology {
        node_osm: order.iter().map(|&n| raw.nodes[n as usize].id).collect(),
        node_e7: order.iter().map(|&n| raw.nodes[n as usize].e7).collect(),
        names: names.0.into_iter().map(Cow::into_owned).collect(),
        shape_start: vec![0],
        part_start: vec![0],
        ..Topology::default()
    };
    let mut uses: [(Metric, Vec<EdgeIx>); 3] = Default::default();
    let mut links: Vec<([u32; 2], Draft)> =
        drafts.into_iter().map(|d| (d.ends().map(|n| number[n as usize]), d)).collect();
    links.sort_by(|(a, x), (b, y)| (a, x.first_way(), &x.shape).cmp(&(b, y.first_way(), &y.shape)));
    let ranks = delay::Ranks::of(order.len(), links.iter().map(|(ends, d)| (*ends, &d.attributes)));
    for ([tail, head], d) in links {
        let yields = [head, tail].map(|end| ranks.yields(end, &d.attributes));
        let mm = length_mm(&d.shape);
        topology.link_tail.push(tail);
        topology.link_head.push(head);
        topology.link_class.push(d.attributes.class);
        topology.link_name.push(d.attributes.name);
        topology.link_ref.push(d.attributes.number);
        topology.link_others.push(d.attributes.others);
        topology.link_mm.push(mm);
        topology.shape_e7.extend(d.shape);
        topology.shape_start.push(topology.shape_e7.len() as u32);
        topology.parts.extend(d.parts);
        topology.part_start.push(topology.parts.len() as u32);
        let edge = 2 * (topology.link_tail.len() as EdgeIx - 1);
        for (((metric, at_ends), used), profile) in uses.iter_mut().zip(d.attributes.uses).zip(Profile::ALL) {
            at_ends.extend([edge, edge + 1].into_iter().zip(used.at_ends).filter(|e| e.1).map(|e| e.0));
            let [forward, backward] = [0, 1].map(|side| {
                let wait_ms = delay::ms(profile, d.waits_ms[side], yields[side]);
                match weight_ms(mm, used.m_per_h[side]) {
                    CLOSED => CLOSED,
                    drive_ms => drive_ms.saturating_add(wait_ms).min(CLOSED - 1),
                }
            });
            metric.forward_ms.push(forward);
            metric.backward_ms.push(backward);
        }
    }
    (topology, uses)
}

pub(super) fn draft(raw: &RawRoads, pieces: &[Piece], chain: &Chain, waits: &delay::Waits) -> Draft {
    let mut nodes: Vec<u32> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut waits_ms = [0, 0];
    for &(p, reversed) in chain {
        let Piece { way, level, round, by_turns_ms, .. } = pieces[p];
        let piece = pieces[p].nodes.iter().copied();
        // The first node repeats the last one of the piece before.
        let skip = usize::from(!nodes.is_empty());
        let [forward, backward] = waits.along(pieces[p].nodes);
        let [forward, backward] = [forward + by_turns_ms[0], backward + by_turns_ms[1]];
        let [ahead, back] = if reversed { [backward, forward] } else { [forward, backward] };
        waits_ms = [waits_ms[0] + ahead, waits_ms[1] + back];
        if reversed {
            nodes.extend(piece.rev().skip(skip))
        } else {
            nodes.extend(piece.skip(skip))
        }
        let part = Part { way, last: nodes.len() as u32 - 1, against: reversed, level, round };
        match parts.last_mut() {
            Some(former) if (former.way, former.against, former.level) == (way, reversed, level) => *former = part,
            _ => parts.push(part),
        }
    }
    let (p, reversed) = chain[0];
    let attributes = pieces[p].attributes;
    let attributes = if reversed { attributes.reversed() } else { attributes };
    let shape = nodes.iter().map(|&n| raw.nodes[n as usize].e7).collect();
    Draft { parts, attributes, nodes, shape, waits_ms }
}

/// Whole milliseconds, rounded, at least one; a millimetre at a metre per hour takes 3,600 ms.
pub(super) fn weight_ms(mm: u32, m_per_h: u32) -> u32 {
    if m_per_h == 0 {
        return CLOSED;
    }
    let (mm, v) = (u64::from(mm), u64::from(m_per_h));
    u32::try_from((mm * 3600 + v / 2) / v).unwrap_or(CLOSED - 1).clamp(1, CLOSED - 1)
}
