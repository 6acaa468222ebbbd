//! Turn restrictions and barriers → forbidden sequences of edges, for each profile.
//!
//! `no_*` forbids from–via–to; `only_*` forbids to leave from–via–to by any other edge, at every
//! junction of it (OSM wiki, "Relation:restriction"). At a barrier one may only turn back. Where else
//! nobody turns round is told by [`turning`].
//!
//! What cannot be read without doubt is left out and counted.

mod turning;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    base::{Error, Result},
    domain::{roads::Rules, squads::Profile},
    import::osm::{RawRestriction, RawRoads, Report, Via},
    kernel::graph::{CLOSED, EdgeIx, Graph, Metric, NodeIx, Topology, ends, turns::Turn},
};

use super::{access, uses::rules};

#[cfg(test)]
pub(super) use turning::CHOICES;

const OTHERS: &str = "turn restriction for other vehicles, or with an exception for ours";
const CONDITIONAL: &str = "turn restriction that holds only at times (conditional)";
const UNKNOWN: &str = "turn restriction of an unknown kind";
const CLOSED_ANYWAY: &str = "turn restriction between ways that are closed or not in the extract";
const LOOSE: &str = "turn restriction whose members do not meet";
const DOUBTFUL: &str = "turn restriction whose from or to way passes through its via node";

/// The rules of each profile, of its metric and the edges tagged for some only; the report says which
/// restrictions were left out and why.
pub(super) fn of(
    raw: &RawRoads,
    topology: Topology,
    uses: [(Metric, Vec<EdgeIx>); 3],
    blocked: &[HashSet<u32>; 3],
    report: &mut Report,
) -> Result<(Topology, [Rules; 3])> {
    let topology = Arc::new(topology);
    let roads = Topologist::new(raw, &topology);
    let mut turns: [BTreeSet<Turn>; 3] = Default::default();
    let words = ["turn restrictions for cars", "turn restrictions for e-bikes", "turn restrictions for walking"];
    for restriction in &raw.restrictions {
        let read = Profile::ALL.map(|p| roads.open(&uses[p as usize].0).read(restriction, rules(p)));
        if read.iter().all(Result::is_err) {
            let reasons = || read.iter().filter_map(|r| r.as_ref().err().copied());
            report.drop(reasons().find(|&why| why != OTHERS).unwrap_or(OTHERS), 1);
        }
        for ((turns, read), word) in turns.iter_mut().zip(read).zip(words) {
            if let Ok(read) = read {
                report.take(word, 1);
                turns.extend(read);
            }
        }
    }
    let words = ["barriers that block cars", "barriers that block e-bikes", "barriers that block walkers"];
    let mut rules = Vec::with_capacity(3);
    for (i, ((metric, tagged), mut turns)) in uses.into_iter().zip(turns).enumerate() {
        let open = roads.open(&metric);
        let restricted: BTreeSet<NodeIx> =
            turns.iter().flat_map(|t| &t[..t.len() - 1]).map(|&e| roads.ends(e)[1]).collect();
        let barriers: BTreeSet<NodeIx> =
            blocked[i].iter().filter_map(|&n| roads.nodes.get(&raw.nodes[n as usize].id).copied()).collect();
        report.take(words[i], barriers.len());
        barriers.iter().for_each(|&node| open.only_back(node, &mut turns));
        let at_ends = with_behind(&topology, &metric, &turns, tagged)?;
        turning::forbid(&open, &restricted, &at_ends, &mut turns);
        rules.push(Rules { metric, turns: turns.into_iter().collect(), at_ends });
    }
    drop(roads);
    let rules = <[Rules; 3]>::try_from(rules).map_err(|_| Error::internal("not one set of rules a profile"))?;
    Ok((Arc::unwrap_or_clone(topology), rules))
}

/// The edges tagged for some only, and those that lie behind them.
fn with_behind(
    topology: &Arc<Topology>,
    metric: &Metric,
    turns: &BTreeSet<Turn>,
    mut tagged: Vec<EdgeIx>,
) -> Result<Vec<EdgeIx>> {
    if !tagged.is_empty() {
        let turns: Vec<Turn> = turns.iter().cloned().collect();
        let behind = ends::behind(&Graph::with_turns(Arc::clone(topology), metric.clone(), turns)?, &tagged);
        tagged.extend(behind);
        tagged.sort_unstable();
    }
    Ok(tagged)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    No,
    Only,
}

/// What the tags of a restriction mean to a profile.
fn kind(raw: &RawRoads, restriction: &RawRestriction, rules: &access::Rules) -> Result<Kind, &'static str> {
    let tag = |key: &str| raw.tag(&restriction.tags, key);
    let ours = |mode: &str| rules.modes.contains(&mode.trim());
    let mode_of_type = tag("type").and_then(|t| t.strip_prefix("restriction:"));
    if mode_of_type.is_some_and(|mode| !ours(mode)) || tag("except").is_some_and(|modes| modes.split(';').any(ours)) {
        return Err(OTHERS);
    }
    let named = rules.modes.iter().find_map(|mode| tag(&format!("restriction:{mode}")));
    let general = tag("restriction").filter(|_| rules.vehicle || mode_of_type.is_some());
    let Some(value) = named.or(general) else {
        let conditional = |mode: &&str| tag(&format!("restriction:{mode}:conditional")).is_some();
        let any = rules.modes.iter().any(conditional) || (rules.vehicle && tag("restriction:conditional").is_some());
        return Err(if any { CONDITIONAL } else { OTHERS });
    };
    if restriction.tags.iter().any(|(key, _)| is_time(&raw.strings[*key as usize])) {
        return Err(CONDITIONAL);
    }
    kind_of(value).ok_or(UNKNOWN)
}

fn kind_of(value: &str) -> Option<Kind> {
    match value {
        v if v.starts_with("no_") => Some(Kind::No),
        v if v.starts_with("only_") => Some(Kind::Only),
        _ => None,
    }
}

/// Whether a restriction of this value means nothing here.
pub(super) fn is_unknown(value: &str) -> bool {
    kind_of(value).is_none()
}

/// `day_on`, `hour_off` and the like, the older way to say when.
fn is_time(key: &str) -> bool {
    key.ends_with("_on") || key.ends_with("_off")
}

/// Finds edges by OSM ids.
struct Topologist<'a> {
    raw: &'a RawRoads,
    topology: &'a Topology,
    /// Nodes by OSM id.
    nodes: HashMap<i64, NodeIx>,
    /// Links of the ways that restrictions name.
    links: HashMap<i64, Vec<u32>>,
    /// Edges that begin at each node.
    out: Vec<Vec<EdgeIx>>,
}

impl<'a> Topologist<'a> {
    fn new(raw: &'a RawRoads, topology: &'a Topology) -> Self {
        let restricted = super::restricted_ways(raw);
        let mut roads = Self {
            raw,
            topology,
            nodes: topology.node_osm.iter().copied().zip(0..).collect(),
            links: HashMap::new(),
            out: vec![Vec::new(); topology.node_osm.len()],
        };
        for link in 0..topology.link_tail.len() as u32 {
            for edge in [2 * link, 2 * link + 1] {
                let tail = roads.ends(edge)[0];
                roads.out[tail as usize].push(edge);
            }
            let way = roads.way(link);
            if restricted.contains(&way) {
                roads.links.entry(way).or_default().push(link);
            }
        }
        roads
    }

    fn ends(&self, edge: EdgeIx) -> [NodeIx; 2] {
        let [tail, head] = [&self.topology.link_tail, &self.topology.link_head].map(|e| e[(edge / 2) as usize]);
        if edge.is_multiple_of(2) { [tail, head] } else { [head, tail] }
    }

    /// A way that restrictions name is joined with no other: the first part's is the only one.
    fn way(&self, link: u32) -> i64 {
        self.topology.parts[self.topology.part_start[link as usize] as usize].way
    }

    fn open(&'a self, metric: &'a Metric) -> Open<'a> {
        Open { roads: self, metric }
    }
}

/// The edges that one profile may use.
struct Open<'a> {
    roads: &'a Topologist<'a>,
    metric: &'a Metric,
}

impl Open<'_> {
    fn is_open(&self, edge: EdgeIx) -> bool {
        let side = if edge.is_multiple_of(2) { &self.metric.forward_ms } else { &self.metric.backward_ms };
        side[(edge / 2) as usize] != CLOSED
    }

    /// Edges that leave a node.
    fn leaving(&self, node: NodeIx) -> impl Iterator<Item = EdgeIx> {
        self.roads.out[node as usize].iter().copied().filter(|&e| self.is_open(e))
    }

    /// The node where an edge ends.
    fn head(&self, edge: EdgeIx) -> NodeIx {
        self.roads.ends(edge)[1]
    }

    /// Edges that arrive at a node.
    fn arriving(&self, node: NodeIx) -> impl Iterator<Item = EdgeIx> {
        self.roads.out[node as usize].iter().map(|e| e ^ 1).filter(|&e| self.is_open(e))
    }

    fn is_of(&self, edge: EdgeIx, ways: &[i64]) -> bool {
        ways.contains(&self.roads.way(edge / 2))
    }

    /// The sequences that a restriction forbids.
    fn read(&self, r: &RawRestriction, rules: &access::Rules) -> Result<Vec<Turn>, &'static str> {
        let kind = kind(self.roads.raw, r, rules)?;
        let known = |ways: &[i64]| {
            let mut links = ways.iter().filter_map(|way| self.roads.links.get(way)).flatten();
            links.any(|&link| self.is_open(2 * link) || self.is_open(2 * link + 1))
        };
        let via_known = if let Via::Ways(ways) = &r.via { ways.iter().all(|&way| known(&[way])) } else { true };
        if !known(&r.from) || !known(&r.to) || !via_known {
            return Err(CLOSED_ANYWAY);
        }
        let begun = match &r.via {
            Via::Node(node) => {
                let node = *self.roads.nodes.get(node).ok_or(LOOSE)?;
                self.arriving(node).filter(|&e| self.is_of(e, &r.from)).map(|e| vec![e]).collect()
            }
            Via::Ways(ways) => self.over(r, ways),
        };
        let whole = |begun: &Turn| -> Vec<EdgeIx> {
            self.leaving(self.roads.ends(begun[begun.len() - 1])[1]).filter(|&e| self.is_of(e, &r.to)).collect()
        };
        let mut found: Vec<(Turn, Vec<EdgeIx>)> =
            begun.into_iter().map(|b: Turn| (whole(&b), b)).map(|(t, b)| (b, t)).collect();
        found.retain(|(_, to)| !to.is_empty());
        let clear = found.len() <= r.from.len() && found.iter().all(|(_, to)| to.len() <= r.to.len());
        match (found.is_empty(), clear) {
            (true, _) => Err(LOOSE),
            (_, false) => Err(DOUBTFUL),
            _ => Ok(found.iter().flat_map(|(begun, to)| self.forbid(kind, begun, to)).collect()),
        }
    }

    /// From a from edge along the via ways, in their order or the other way round.
    fn over(&self, r: &RawRestriction, ways: &[i64]) -> Vec<Turn> {
        let orders = [ways.to_vec(), ways.iter().rev().copied().collect()];
        let orders = &orders[..if ways.len() > 1 { 2 } else { 1 }];
        let mut found = Vec::new();
        for order in orders {
            let starts = r.from.iter().filter_map(|way| self.roads.links.get(way)).flatten();
            for from in starts.flat_map(|&link| [2 * link, 2 * link + 1]).filter(|&e| self.is_open(e)) {
                found.extend(order.iter().try_fold(vec![from], |begun, &way| self.whole_way(begun, way)));
            }
        }
        found
    }

    /// Goes on along a way from end to end; `None` where that cannot be done.
    fn whole_way(&self, mut begun: Turn, way: i64) -> Option<Turn> {
        let mut left = self.roads.links.get(&way)?.clone();
        while !left.is_empty() {
            let at = self.roads.ends(begun[begun.len() - 1])[1];
            let mut next = self.leaving(at).filter(|e| left.contains(&(e / 2)));
            let edge = next.next().filter(|_| next.next().is_none())?;
            left.retain(|&link| link != edge / 2);
            begun.push(edge);
        }
        Some(begun)
    }

    fn forbid(&self, kind: Kind, begun: &Turn, to: &[EdgeIx]) -> Vec<Turn> {
        let and = |n: usize, edge: EdgeIx| [&begun[..n], &[edge]].concat();
        match kind {
            Kind::No => to.iter().map(|&edge| and(begun.len(), edge)).collect(),
            Kind::Only => {
                let other = |n: usize| {
                    let right = begun.get(n).map_or(to.to_vec(), |&next| vec![next]);
                    let node = self.roads.ends(begun[n - 1])[1];
                    self.leaving(node).filter(move |e| !right.contains(e)).map(move |e| (n, e))
                };
                (1..=begun.len()).flat_map(other).map(|(n, e)| and(n, e)).collect()
            }
        }
    }

    fn only_back(&self, node: NodeIx, turns: &mut BTreeSet<Turn>) {
        for arriving in self.arriving(node) {
            turns.extend(self.leaving(node).filter(|&e| e != arriving ^ 1).map(|e| vec![arriving, e]));
        }
    }
}
