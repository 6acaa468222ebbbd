//! [`RawRoads`] → [`Network`] for one profile.
//!
//! Ways are cut into *pieces* where they cross, end or are blocked by a barrier; a blocked node
//! falls apart into one dead end per piece. Where just two pieces with the same attributes meet,
//! they become one *link*. Nodes are numbered along a Hilbert curve, so that a search, which spreads
//! over the map, finds its neighbours near in memory.

pub mod car;

use std::collections::{BTreeSet, HashSet};

use crate::{
    base::{Error, Result},
    domain::roads::Network,
    kernel::graph::{CLOSED, Graph, Metric, Topology, degrees, segment_mm},
};

use self::car::Use;
use super::osm::{MISSING, Progress, RawRestriction, RawRoads, Report, Via};

/// The network of profile `car`.
///
/// # Errors
/// `Invalid` when no road is left that a car may use.
pub fn build(raw: &RawRoads, progress: Progress) -> Result<(Network, Report)> {
    let mut report = Report::default();
    let steps = 4;
    progress("network", 0, steps);
    let names = Names::of(raw);
    let pieces = cut(raw, &names, &mut report);
    progress("network", 1, steps);
    let links = join(&pieces);
    progress("network", 2, steps);
    if links.is_empty() {
        return Err(Error::invalid("roads", "the extract holds no road that a car may use"));
    }
    let (topology, metric) = number(raw, pieces, &links, names);
    progress("network", 3, steps);
    let graph = Graph::new(topology, metric)?;
    report.take("nodes", graph.nodes());
    report.take("links", graph.links());
    report.take("directed edges", graph.edges());
    report.take(
        "links on the largest strongly connected part",
        (0..graph.links() as u32).filter(|&l| graph.on_main(l)).count(),
    );
    let buildings = raw.buildings.iter().map(|&e7| degrees(e7)).collect();
    let network = Network::new("car", graph, buildings, raw.places.clone())?;
    progress("network", steps, steps);
    Ok((network, report))
}

/// Street names and road numbers in use, sorted, the empty one first.
struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    fn of(raw: &'a RawRoads) -> Self {
        let tags = raw.ways.iter().flat_map(|w| ["name", "ref"].map(|key| raw.tag(&w.tags, key)));
        Self(tags.flatten().chain([""]).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn index(&self, name: Option<&str>) -> u32 {
        self.0.binary_search(&name.unwrap_or_default()).map_or(0, |i| i as u32)
    }
}

/// What two pieces must share to become one link; speeds as seen from tail to head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Attributes {
    used: Use,
    name: u32,
    number: u32,
    /// The way, where a turn restriction names it: the next stage must find it at the junction.
    restricted: Option<i64>,
}

impl Attributes {
    fn reversed(self) -> Self {
        let Use { class, forward_m_per_h, backward_m_per_h } = self.used;
        let used = Use { class, forward_m_per_h: backward_m_per_h, backward_m_per_h: forward_m_per_h };
        Self { used, ..self }
    }
}

/// A stretch of one way between two junctions.
#[derive(Debug, Clone)]
struct Piece {
    way: i64,
    /// Junction numbers, local to this build.
    ends: [u32; 2],
    attributes: Attributes,
    /// Indexes into the raw nodes.
    nodes: Vec<u32>,
}

/// A way that the profile uses, or the part of it within the extract.
struct Run<'a> {
    way: i64,
    attributes: Attributes,
    nodes: &'a [u32],
}

/// All pieces, and the raw node of each junction.
#[derive(Debug, Default)]
struct Pieces {
    pieces: Vec<Piece>,
    junctions: Vec<u32>,
    /// The junction of each raw node, [`MISSING`] where there is none yet.
    of_node: Vec<u32>,
}

impl Pieces {
    /// The junction at a raw node; a new one each time where the way is blocked.
    fn junction(&mut self, node: u32, blocked: bool) -> u32 {
        let next = self.junctions.len() as u32;
        if !blocked {
            let known = &mut self.of_node[node as usize];
            if *known != MISSING {
                return *known;
            }
            *known = next;
        }
        self.junctions.push(node);
        next
    }
}

/// The OSM ids of all ways that turn restrictions name.
fn restricted_ways(raw: &RawRoads) -> HashSet<i64> {
    let named = |r: &RawRestriction| {
        let via = if let Via::Ways(ways) = &r.via { ways.clone() } else { Vec::new() };
        [&r.from[..], &via, &r.to].concat()
    };
    raw.restrictions.iter().flat_map(named).collect()
}

/// What the profile uses of every way.
fn runs<'a>(raw: &'a RawRoads, names: &Names, report: &mut Report) -> Vec<Run<'a>> {
    let restricted = restricted_ways(raw);
    let mut runs = Vec::new();
    for way in &raw.ways {
        let used = match car::way(raw, way) {
            Ok(used) => used,
            Err(why) => {
                report.drop(why, 1);
                continue;
            }
        };
        report.take("ways", 1);
        let [name, number] = ["name", "ref"].map(|key| names.index(raw.tag(&way.tags, key)));
        let attributes = Attributes { used, name, number, restricted: restricted.contains(&way.id).then_some(way.id) };
        let known = way.nodes.split(|&n| n == MISSING).filter(|nodes| nodes.len() > 1);
        runs.extend(known.map(|nodes| Run { way: way.id, attributes, nodes }));
    }
    runs
}

/// Which raw nodes are junctions: where a run ends, or that are met a second time.
fn junctions(raw: &RawRoads, runs: &[Run]) -> Vec<bool> {
    let mut met = vec![0u8; raw.nodes.len()];
    for Run { nodes, .. } in runs {
        for (i, &n) in nodes.iter().enumerate() {
            let is_end = i == 0 || i + 1 == nodes.len();
            let met = &mut met[n as usize];
            *met = (*met + if is_end { 2 } else { 1 }).min(2);
        }
    }
    met.into_iter().map(|times| times == 2).collect()
}

/// Cuts every way that the profile uses into pieces.
fn cut(raw: &RawRoads, names: &Names, report: &mut Report) -> Pieces {
    let runs = runs(raw, names, report);
    let junctions = junctions(raw, &runs);
    let blocked: HashSet<u32> =
        raw.node_tags.iter().filter(|(_, tags)| car::blocks(raw, tags)).map(|&(node, _)| node).collect();
    let mut barriers = HashSet::new();
    let mut cut = Pieces { of_node: vec![MISSING; raw.nodes.len()], ..Pieces::default() };
    for Run { way, attributes, nodes } in runs {
        let mut start = 0;
        for end in 1..nodes.len() {
            if !junctions[nodes[end] as usize] && !blocked.contains(&nodes[end]) {
                continue;
            }
            let ends = [nodes[start], nodes[end]];
            barriers.extend(ends.into_iter().filter(|n| blocked.contains(n)));
            let ends = ends.map(|n| cut.junction(n, blocked.contains(&n)));
            cut.pieces.push(Piece { way, ends, attributes, nodes: nodes[start..=end].to_vec() });
            start = end;
        }
    }
    report.take("barriers that block cars", barriers.len());
    cut
}

/// A link to be: pieces in driving order, each with whether it runs against its way.
type Chain = Vec<(usize, bool)>;

/// Joins pieces over junctions where just two with equal attributes meet.
fn join(cut: &Pieces) -> Vec<Chain> {
    let mut met: Vec<Vec<(usize, bool)>> = vec![Vec::new(); cut.junctions.len()];
    for (p, piece) in cut.pieces.iter().enumerate() {
        met[piece.ends[0] as usize].push((p, false));
        met[piece.ends[1] as usize].push((p, true));
    }
    // Seen when driving away from the junction.
    let away = |(p, at_head): (usize, bool)| {
        let a = cut.pieces[p].attributes;
        if at_head { a.reversed() } else { a }
    };
    // The piece that goes on beyond a junction, arriving by another.
    let beyond = |junction: u32, arrived: usize| -> Option<(usize, bool)> {
        let &[a, b] = &met[junction as usize][..] else { return None };
        let next = if a.0 == arrived { b } else { a };
        let same = a.0 != b.0 && away(a) == away(b).reversed();
        same.then_some(next)
    };
    let mut used = vec![false; cut.pieces.len()];
    let mut chains = Vec::new();
    let mut follow = |first: (usize, bool), used: &mut Vec<bool>| {
        let (mut chain, mut at) = (Chain::new(), Some(first));
        while let Some((p, reversed)) = at.filter(|a| !used[a.0]) {
            used[p] = true;
            chain.push((p, reversed));
            at = beyond(cut.pieces[p].ends[usize::from(!reversed)], p);
        }
        chains.push(chain);
    };
    // From where a chain can begin, then the rings that begin nowhere.
    for (p, piece) in cut.pieces.iter().enumerate() {
        if let Some(end) = (0..2).find(|&end| beyond(piece.ends[end], p).is_none()).filter(|_| !used[p]) {
            follow((p, end == 1), &mut used);
        }
    }
    for p in 0..cut.pieces.len() {
        if !used[p] {
            follow((p, false), &mut used);
        }
    }
    chains
}

/// One link with its junctions, before they have their final numbers.
struct Draft {
    ends: [u32; 2],
    way: i64,
    attributes: Attributes,
    shape: Vec<[i32; 2]>,
}

/// Numbers nodes and links and fills the arrays.
fn number(raw: &RawRoads, cut: Pieces, chains: &[Chain], names: Names) -> (Topology, Metric) {
    let drafts: Vec<Draft> = chains.iter().map(|chain| draft(raw, &cut, chain)).collect();
    let mut order: Vec<u32> = drafts.iter().flat_map(|d| d.ends).collect();
    order.sort_unstable();
    order.dedup();
    let curve = Hilbert::over(raw);
    let place = |j: u32| raw.nodes[cut.junctions[j as usize] as usize];
    order.sort_by_cached_key(|&j| (curve.index(place(j).e7), place(j).id, j));
    let mut number = vec![MISSING; cut.junctions.len()];
    order.iter().enumerate().for_each(|(i, &j)| number[j as usize] = i as u32);

    let mut topology = Topology {
        node_osm: order.iter().map(|&j| place(j).id).collect(),
        node_e7: order.iter().map(|&j| place(j).e7).collect(),
        names: names.0.into_iter().map(str::to_owned).collect(),
        shape_start: vec![0],
        ..Topology::default()
    };
    let mut metric = Metric::default();
    let mut links: Vec<([u32; 2], Draft)> =
        drafts.into_iter().map(|d| (d.ends.map(|j| number[j as usize]), d)).collect();
    links.sort_by(|(a, x), (b, y)| (a, x.way, &x.shape).cmp(&(b, y.way, &y.shape)));
    for ([tail, head], d) in links {
        let mm = d.shape.windows(2).map(|s| segment_mm(s[0], s[1])).fold(0u32, u32::saturating_add);
        topology.link_tail.push(tail);
        topology.link_head.push(head);
        topology.link_class.push(d.attributes.used.class);
        topology.link_way.push(d.way);
        topology.link_name.push(d.attributes.name);
        topology.link_ref.push(d.attributes.number);
        topology.link_mm.push(mm);
        topology.shape_e7.extend(d.shape);
        topology.shape_start.push(topology.shape_e7.len() as u32);
        metric.forward_ms.push(weight_ms(mm, d.attributes.used.forward_m_per_h));
        metric.backward_ms.push(weight_ms(mm, d.attributes.used.backward_m_per_h));
    }
    (topology, metric)
}

fn draft(raw: &RawRoads, cut: &Pieces, chain: &Chain) -> Draft {
    let end = |(p, reversed): (usize, bool), last: bool| cut.pieces[p].ends[usize::from(reversed != last)];
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    let mut shape: Vec<[i32; 2]> = Vec::new();
    for &(p, reversed) in chain {
        let points = cut.pieces[p].nodes.iter().map(|&n| raw.nodes[n as usize].e7);
        // The first point repeats the last one of the piece before.
        let skip = usize::from(!shape.is_empty());
        if reversed { shape.extend(points.rev().skip(skip)) } else { shape.extend(points.skip(skip)) }
    }
    let Piece { way, attributes, .. } = cut.pieces[first.0];
    let attributes = if first.1 { attributes.reversed() } else { attributes };
    Draft { ends: [end(first, false), end(last, true)], way, attributes, shape }
}

/// Whole milliseconds, rounded, at least one; a millimetre at a metre per hour takes 3,600 ms.
fn weight_ms(mm: u32, m_per_h: u32) -> u32 {
    if m_per_h == 0 {
        return CLOSED;
    }
    let (mm, v) = (u64::from(mm), u64::from(m_per_h));
    u32::try_from((mm * 3600 + v / 2) / v).unwrap_or(CLOSED - 1).clamp(1, CLOSED - 1)
}

/// A Hilbert curve of order 16 over the box of all nodes.
struct Hilbert {
    low: [i64; 2],
    span: i64,
}

impl Hilbert {
    fn over(raw: &RawRoads) -> Self {
        let range = |axis: usize| {
            let all = || raw.nodes.iter().map(|n| i64::from(n.e7[axis]));
            (all().min().unwrap_or(0), all().max().unwrap_or(0))
        };
        let ((west, east), (south, north)) = (range(0), range(1));
        Self { low: [west, south], span: (east - west).max(north - south).max(1) }
    }

    /// Hilbert's curve by quadrants (Warren, Hacker's Delight, ch. 16).
    fn index(&self, e7: [i32; 2]) -> u64 {
        let [mut x, mut y] = [0, 1].map(|axis| ((i64::from(e7[axis]) - self.low[axis]) * 0xFFFF / self.span) as u64);
        let mut d = 0;
        for s in (0..16).rev() {
            let (rx, ry) = (x >> s & 1, y >> s & 1);
            d += ((3 * rx) ^ ry) << (2 * s);
            if ry == 0 {
                if rx == 1 {
                    (x, y) = (0xFFFF - x, 0xFFFF - y);
                }
                (x, y) = (y, x);
            }
        }
        d
    }
}

#[cfg(test)]
mod tests;
