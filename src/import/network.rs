//! [`RawRoads`] → [`Network`]: one topology, and what each profile makes of it.
//!
//! Ways that any profile may use are cut into *pieces* where they cross, end or meet a barrier. Where
//! just two pieces with the same attributes meet, they become one *link*. Nodes are numbered along a
//! Hilbert curve, so that a search, which spreads over the map, finds its neighbours near in memory.
//! What a profile may not do is told by its metric (a closed direction), its turns (restrictions, and
//! barriers, at which it may only turn back) and the edges that only some may use: at a drive's ends.

mod access;
pub mod car;
mod delay;
mod ebike;
mod foot;
mod gates;
mod hilbert;
mod limit;
mod nearby;
mod turns;
mod unread;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use crate::{
    base::{Error, Result},
    domain::{
        roads::{Network, SpeedTable},
        squads::Profile,
    },
    kernel::graph::{CLOSED, EdgeIx, Metric, Part, RoadClass, Topology, degrees, segment_mm},
};

pub use self::nearby::Nearby;

use self::{access::Access, hilbert::Hilbert};
use super::osm::{MISSING, Progress, RawRestriction, RawRoads, RawWay, Report, Tags, Via, keep};

const FAR_LINKS: &str = "link farther beyond the border than is kept";
const ACROSS_180: &str = "stretch of a way across the 180° meridian: the way is cut there";
const FAR_KM: &str = "link kilometres of these";

/// The network of all profiles, cars at the speeds of `table`.
///
/// # Errors
/// `Invalid` when no road is left that a car may use.
pub fn build(raw: &RawRoads, table: SpeedTable, progress: Progress) -> Result<(Network, Report)> {
    build_near(raw, table, None, progress)
}

/// As [`build`], without links of which no point is `near`.
pub fn build_near(
    raw: &RawRoads,
    table: SpeedTable,
    near: Option<&Nearby>,
    progress: Progress,
) -> Result<(Network, Report)> {
    let mut report = Report::default();
    let steps = 5;
    progress("network", 0, steps);
    let names = Names::of(raw);
    let blocked = Profile::ALL.map(|profile| barriers(raw, profile, Access::No));
    let pieces = cut(raw, table, &names, &blocked, &mut report);
    progress("network", 1, steps);
    let chains = join(raw, &pieces, &blocked);
    progress("network", 2, steps);
    let waits = delay::Waits::of(raw);
    let mut drafts: Vec<Draft> = chains.iter().map(|chain| draft(raw, &pieces, chain, &waits)).collect();
    if let Some(near) = near {
        keep_near(near, &mut drafts, &mut report);
    }
    if drafts.iter().all(|d| d.attributes.uses[Profile::Car as usize].is_none()) {
        let where_from = if near.is_some() { " near the county" } else { "" };
        return Err(Error::invalid("roads", format!("the extract holds no road{where_from} that a car may use")));
    }
    let (topology, uses) = number(raw, drafts, names);
    progress("network", 3, steps);
    let (topology, rules) = turns::of(raw, topology, uses, &blocked, &mut report)?;
    progress("network", 4, steps);
    let buildings = raw.buildings.iter().map(|&e7| degrees(e7)).collect();
    let network = Network::new(table, topology, rules, buildings, raw.places.clone())?;
    count(&network, &mut report);
    progress("network", steps, steps);
    Ok((network, report))
}

fn keep_near(near: &Nearby, drafts: &mut Vec<Draft>, report: &mut Report) {
    let (links, mut far_mm) = (drafts.len(), 0);
    drafts.retain(|d| {
        let keep = near.meets(d.shape.iter().map(|&e7| degrees(e7)));
        far_mm += if keep { 0 } else { u64::from(length_mm(&d.shape)) };
        keep
    });
    report.drop(FAR_LINKS, links - drafts.len());
    report.drop(FAR_KM, far_mm.div_ceil(1_000_000) as usize);
}

fn length_mm(shape: &[[i32; 2]]) -> u32 {
    shape.windows(2).map(|s| segment_mm(s[0], s[1])).fold(0, u32::saturating_add)
}

fn count(network: &Network, report: &mut Report) {
    let graph = &network.roads(Profile::Car).graph;
    report.take("junctions", graph.topology.node_osm.len());
    report.take("links", graph.links());
    let words = [
        [
            "links for cars",
            "links for cars on their largest connected part",
            "links for cars at the ends of a drive only",
        ],
        [
            "links for e-bikes",
            "links for e-bikes on their largest connected part",
            "links for e-bikes at the ends of a drive only",
        ],
        [
            "links for walking",
            "links for walking on their largest connected part",
            "links for walking at the ends of a way only",
        ],
    ];
    for (profile, [open, main, at_ends]) in Profile::ALL.into_iter().zip(words) {
        let graph = &network.roads(profile).graph;
        let links = || 0..graph.links() as u32;
        report.take(open, links().filter(|&l| graph.open(l)).count());
        report.take(main, links().filter(|&l| graph.on_main(l)).count());
        let some_only = |&l: &u32| graph.is_at_ends(2 * l) || graph.is_at_ends(2 * l + 1);
        report.take(at_ends, links().filter(some_only).count());
    }
}

/// The class of a `highway` value, `None` where no profile knows it.
fn class(highway: &str) -> Option<RoadClass> {
    match highway {
        // Nobody knows yet what kind it is: slowly.
        "road" => Some(RoadClass::Service),
        "footway" | "cycleway" | "steps" | "pedestrian" | "bridleway" | "corridor" => Some(RoadClass::Path),
        "ferry" => None,
        other => other.parse().ok(),
    }
}

fn rules(profile: Profile) -> &'static access::Rules {
    match profile {
        Profile::Car => &car::RULES,
        Profile::Ebike => &ebike::RULES,
        Profile::Foot => &foot::RULES,
    }
}

/// The way's class and what each profile may do on it, or why none may use it.
fn uses(raw: &RawRoads, way: &RawWay, table: SpeedTable) -> Result<(RoadClass, [Use; 3]), &'static str> {
    let tags = &way.tags;
    if way.ferry {
        return Err("ferry line (ferries are off)");
    }
    let class =
        raw.words(tags, "highway").find_map(class).ok_or("way of a class that no profile uses (raceway, ...)")?;
    if let Some(why) = access::unusable(raw, tags) {
        return Err(why);
    }
    let speeds = [car::way(raw, tags, class, table), ebike::way(raw, tags, class), foot::way(raw, tags, class)];
    let uses = Profile::ALL.map(|profile| {
        let m_per_h = speeds[profile as usize].unwrap_or([0, 0]);
        let some_only = |side| rules(profile).access(raw, tags, side) == Some(Access::AtEnds);
        Use { m_per_h, at_ends: [false; 2] }.only_at_ends(["forward", "backward"].map(some_only))
    });
    if uses == [Use::default(); 3] {
        return Err("way closed to every profile by its tags");
    }
    Ok((class, uses))
}

/// Metres per hour for each profile on a way of this class without any further tag, 0 where it may not
/// be used.
pub fn plain_m_per_h(class: RoadClass, table: SpeedTable) -> [u32; 3] {
    let (raw, tags) = (RawRoads::default(), Tags::default());
    let uses = [car::way(&raw, &tags, class, table), ebike::way(&raw, &tags, class), foot::way(&raw, &tags, class)];
    uses.map(|used| used.map_or(0, |[forward, _]| forward))
}

/// The raw nodes that a profile passes so.
fn barriers(raw: &RawRoads, profile: Profile, access: Access) -> HashSet<u32> {
    let passed = |tags: &Tags| match profile {
        Profile::Car => car::barrier(raw, tags),
        Profile::Ebike => ebike::barrier(raw, tags),
        Profile::Foot => foot::barrier(raw, tags),
    };
    raw.node_tags.iter().filter(|(_, tags)| passed(tags) == access).map(|&(node, _)| node).collect()
}

/// Names and numbers of ways in use, sorted, the empty one first.
struct Names<'a>(Vec<Cow<'a, str>>);

impl<'a> Names<'a> {
    fn of(raw: &'a RawRoads) -> Self {
        let names = raw.ways.iter().flat_map(|way| Self::of_way(raw, way));
        Self(names.chain(["".into()]).collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Name, number, and whatever else the way is called, by `;`; empty where there is none.
    fn of_way(raw: &'a RawRoads, way: &RawWay) -> [Cow<'a, str>; 3] {
        let [name, number] = ["name", "ref"].map(|key| raw.tag(&way.tags, key).unwrap_or_default());
        let called = |&(key, value): &(u32, u32)| {
            let [key, value] = [key, value].map(|i| raw.strings[i as usize].as_str());
            (keep::is_name(key) && value != name && value != number).then_some(value)
        };
        let others: BTreeSet<&str> = way.tags.iter().filter_map(called).collect();
        [name.into(), number.into(), others.into_iter().collect::<Vec<_>>().join(";").into()]
    }

    fn index(&self, name: &str) -> u32 {
        self.0.binary_search_by(|known| (**known).cmp(name)).map_or(0, |i| i as u32)
    }
}

/// What one profile may do on a way, forward and backward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Use {
    /// 0 where it is forbidden.
    m_per_h: [u32; 2],
    /// Whether only at the ends of a drive.
    at_ends: [bool; 2],
}

impl Use {
    /// Where it is allowed at all.
    fn only_at_ends(self, sides: [bool; 2]) -> Self {
        Self { at_ends: [0, 1].map(|side| self.m_per_h[side] > 0 && (self.at_ends[side] || sides[side])), ..self }
    }

    fn is_none(self) -> bool {
        self.m_per_h == [0, 0]
    }

    fn reversed(self) -> Self {
        let ([m_forward, m_backward], [forward, backward]) = (self.m_per_h, self.at_ends);
        Self { m_per_h: [m_backward, m_forward], at_ends: [backward, forward] }
    }
}

/// What two pieces must share to become one link; uses as seen from tail to head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Attributes {
    class: RoadClass,
    /// By profile.
    uses: [Use; 3],
    name: u32,
    number: u32,
    /// Its other names.
    others: u32,
    /// The way, where a turn restriction names it: it must be found at the junction.
    restricted: Option<i64>,
}

impl Attributes {
    fn reversed(self) -> Self {
        Self { uses: self.uses.map(Use::reversed), ..self }
    }
}

/// A stretch of one way between two junctions.
#[derive(Debug, Clone)]
struct Piece<'a> {
    way: i64,
    /// Above the ground or below: [`access::level`].
    level: i8,
    attributes: Attributes,
    /// Indexes into the raw nodes, at least two.
    nodes: &'a [u32],
    /// Waited where one enters it, forward and backward, where the directions take turns.
    by_turns_ms: [u32; 2],
}

impl Piece<'_> {
    /// The raw nodes where it begins and ends.
    fn ends(&self) -> [u32; 2] {
        [self.nodes[0], self.nodes[self.nodes.len() - 1]]
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

/// The parts within the extract of every way that some profile uses.
fn runs<'a>(raw: &'a RawRoads, table: SpeedTable, names: &Names, report: &mut Report) -> Vec<Piece<'a>> {
    let restricted = restricted_ways(raw);
    let mut runs = Vec::new();
    let mut used = HashSet::new();
    for way in &raw.ways {
        let (class, uses) = match uses(raw, way, table) {
            Ok(used) => used,
            Err(why) => {
                report.drop(why, 1);
                continue;
            }
        };
        used.insert(way.id);
        let words = ["ways for cars", "ways for e-bikes", "ways for walking"];
        let taken = words.into_iter().zip(uses).filter(|(_, taken)| !taken.is_none());
        taken.for_each(|(word, _)| report.take(word, 1));
        let [name, number, others] = Names::of_way(raw, way).map(|name| names.index(&name));
        let restricted = restricted.contains(&way.id).then_some(way.id);
        let attributes = Attributes { class, uses, name, number, others, restricted };
        let whole = way.nodes.split(|&n| n == MISSING);
        let known = whole.flat_map(|nodes| nodes.chunk_by(|&a, &b| !across_180(raw, [a, b])));
        report.drop(ACROSS_180, way.nodes.windows(2).filter(|pair| across_180(raw, [pair[0], pair[1]])).count());
        let known = known.filter(|nodes| nodes.len() > 1);
        let level = access::level(raw, &way.tags);
        let by_turns_ms = [delay::by_turns_ms(raw, &way.tags); 2];
        runs.extend(known.map(|nodes| Piece { way: way.id, level, attributes, nodes, by_turns_ms }));
    }
    unread::count(raw, raw.ways.iter().map(|way| (way, used.contains(&way.id))), report);
    runs
}

/// Whether the shorter way between two nodes crosses the meridian of 180 degrees: a line between their
/// longitudes would go round the earth.
fn across_180(raw: &RawRoads, nodes: [u32; 2]) -> bool {
    let [Some(a), Some(b)] = nodes.map(|n| raw.nodes.get(n as usize)) else { return false };
    a.e7[0].abs_diff(b.e7[0]) > 1_800_000_000
}

/// Which raw nodes are junctions: where a run ends, or that are met a second time.
fn junctions(raw: &RawRoads, runs: &[Piece]) -> Vec<bool> {
    let mut met = vec![0u8; raw.nodes.len()];
    for Piece { nodes, .. } in runs {
        for (i, &n) in nodes.iter().enumerate() {
            let is_end = i == 0 || i + 1 == nodes.len();
            let met = &mut met[n as usize];
            *met = (*met + if is_end { 2 } else { 1 }).min(2);
        }
    }
    met.into_iter().map(|times| times == 2).collect()
}

/// Cuts every way that some profile uses into pieces.
fn cut<'a>(
    raw: &'a RawRoads,
    table: SpeedTable,
    names: &Names,
    blocked: &[HashSet<u32>; 3],
    report: &mut Report,
) -> Vec<Piece<'a>> {
    let runs = runs(raw, table, names, report);
    let mut ends = junctions(raw, &runs);
    blocked.iter().flatten().for_each(|&node| ends[node as usize] = true);
    let mut pieces = Vec::with_capacity(runs.len());
    for run in runs {
        let (nodes, mut start) = (run.nodes, 0);
        for end in (1..nodes.len()).filter(|&i| i + 1 == nodes.len() || ends[nodes[i] as usize]) {
            // One waits once: where the way begins, and where it ends for those who come towards.
            let [ahead, back] = run.by_turns_ms;
            let by_turns_ms = [if start == 0 { ahead } else { 0 }, if end + 1 == nodes.len() { back } else { 0 }];
            pieces.push(Piece { nodes: &nodes[start..=end], by_turns_ms, ..run.clone() });
            start = end;
        }
    }
    gates::restrict(raw, &mut pieces);
    pieces
}

/// A link to be: pieces in driving order, each with whether it runs against its way.
type Chain = Vec<(usize, bool)>;

/// Joins pieces over junctions where just two with equal attributes meet and nobody is blocked.
fn join(raw: &RawRoads, pieces: &[Piece], blocked: &[HashSet<u32>; 3]) -> Vec<Chain> {
    let mut met: Vec<Vec<(usize, bool)>> = vec![Vec::new(); raw.nodes.len()];
    for (p, piece) in pieces.iter().enumerate() {
        let [start, end] = piece.ends();
        met[start as usize].push((p, false));
        met[end as usize].push((p, true));
    }
    // Seen when driving away from the junction.
    let away = |(p, at_head): (usize, bool)| {
        let a = pieces[p].attributes;
        if at_head { a.reversed() } else { a }
    };
    // The piece that goes on beyond a junction, arriving by another.
    let beyond = |junction: u32, arrived: usize| -> Option<(usize, bool)> {
        let &[a, b] = &met[junction as usize][..] else { return None };
        let next = if a.0 == arrived { b } else { a };
        let same = a.0 != b.0 && away(a) == away(b).reversed();
        (same && !blocked.iter().any(|nodes| nodes.contains(&junction))).then_some(next)
    };
    let mut used = vec![false; pieces.len()];
    let mut chains = Vec::new();
    let mut follow = |first: (usize, bool), used: &mut Vec<bool>| {
        let (mut chain, mut at) = (Chain::new(), Some(first));
        while let Some((p, reversed)) = at.filter(|a| !used[a.0]) {
            used[p] = true;
            chain.push((p, reversed));
            at = beyond(pieces[p].ends()[usize::from(!reversed)], p);
        }
        chains.push(chain);
    };
    // From where a chain can begin, then the rings that begin nowhere.
    for (p, piece) in pieces.iter().enumerate() {
        if let Some(end) = (0..2).find(|&end| beyond(piece.ends()[end], p).is_none()).filter(|_| !used[p]) {
            follow((p, end == 1), &mut used);
        }
    }
    for p in 0..pieces.len() {
        if !used[p] {
            follow((p, false), &mut used);
        }
    }
    chains
}

/// One link before it has its number.
struct Draft {
    parts: Vec<Part>,
    attributes: Attributes,
    /// Raw nodes from tail to head.
    nodes: Vec<u32>,
    shape: Vec<[i32; 2]>,
    /// Waited at its nodes, forward and backward.
    waits_ms: [u32; 2],
}

impl Draft {
    fn ends(&self) -> [u32; 2] {
        [self.nodes[0], self.nodes[self.nodes.len() - 1]]
    }

    /// The way of its first part, which with ends and shape tells it from all others.
    fn first_way(&self) -> i64 {
        self.parts[0].way
    }
}

/// Numbers nodes and links and fills the arrays; by profile the metric and which edges are at the ends of
/// a drive only.
fn number(raw: &RawRoads, drafts: Vec<Draft>, names: Names) -> (Topology, [(Metric, Vec<EdgeIx>); 3]) {
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

fn draft(raw: &RawRoads, pieces: &[Piece], chain: &Chain, waits: &delay::Waits) -> Draft {
    let mut nodes: Vec<u32> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut waits_ms = [0, 0];
    for &(p, reversed) in chain {
        let Piece { way, level, by_turns_ms, .. } = pieces[p];
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
        let part = Part { way, last: nodes.len() as u32 - 1, against: reversed, level };
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
fn weight_ms(mm: u32, m_per_h: u32) -> u32 {
    if m_per_h == 0 {
        return CLOSED;
    }
    let (mm, v) = (u64::from(mm), u64::from(m_per_h));
    u32::try_from((mm * 3600 + v / 2) / v).unwrap_or(CLOSED - 1).clamp(1, CLOSED - 1)
}

#[cfg(test)]
pub(crate) mod tests;
