//! OpenStreetMap extract → [`RawRoads`]: everything about roads that any profile may need, kept
//! before a profile is chosen, and with it the buildings and settlements.
//!
//! A file holds nodes, then ways, then relations, but what is needed of the former only the latter
//! tell. So it is read three times, each time only the blocks that hold the kind: relations (which
//! ways bound a building or a settlement), ways (which nodes), nodes. Everything is ordered by id,
//! so the same input gives the same bytes.

mod geometry;
mod keep;

use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry};

use osmpbf::{Element, PrimitiveBlock, RelMemberType};
use serde::{Deserialize, Serialize};

use crate::{
    base::{Error, Result},
    domain::roads::Place,
    kernel::graph::degrees,
};

use super::pbf::Extract;
pub use super::pbf::Source;

/// Told as work goes on: the stage, done, total.
pub type Progress<'a> = &'a dyn Fn(&str, u64, u64);

/// First bytes of a saved raw stage; the last two count its versions.
const MAGIC: &[u8; 12] = b"xunge-raw-01";

/// A node that a way refers to and no file holds: the way goes on beyond the extract.
pub const MISSING: u32 = u32::MAX;

/// Tags as pairs of indexes into [`RawRoads::strings`].
pub type Tags = Vec<(u32, u32)>;

/// The raw stage: what the extracts say about roads, by rising ids.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RawRoads {
    /// Every key and value once, sorted.
    pub strings: Vec<String>,
    /// The nodes of all ways.
    pub nodes: Vec<RawNode>,
    /// Barriers, signals, crossings and the like: index into `nodes` and tags.
    pub node_tags: Vec<(u32, Tags)>,
    pub ways: Vec<RawWay>,
    pub restrictions: Vec<RawRestriction>,
    /// Centroids in 1e-7 degrees.
    pub buildings: Vec<[i32; 2]>,
    pub places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawNode {
    pub id: i64,
    /// Longitude and latitude in 1e-7 degrees.
    pub e7: [i32; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawWay {
    pub id: i64,
    /// A ferry line, which has no `highway`.
    pub ferry: bool,
    /// Indexes into [`RawRoads::nodes`], or [`MISSING`].
    pub nodes: Vec<u32>,
    pub tags: Tags,
}

/// A turn restriction relation, as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRestriction {
    pub id: i64,
    /// OSM way ids.
    pub from: Vec<i64>,
    pub via: Via,
    pub to: Vec<i64>,
    /// `restriction`, `restriction:conditional`, `restriction:hgv`, `except` and so on.
    pub tags: Tags,
}

/// What a restricted turn leads through, by OSM id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    Node(i64),
    Ways(Vec<i64>),
}

/// What was taken and what was dropped and why, in a stable order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub taken: BTreeMap<&'static str, u64>,
    pub dropped: BTreeMap<&'static str, u64>,
}

impl Report {
    pub fn take(&mut self, what: &'static str, n: usize) {
        *self.taken.entry(what).or_default() += n as u64;
    }

    /// Nothing is said of what did not occur.
    pub fn drop(&mut self, why: &'static str, n: usize) {
        if n > 0 {
            *self.dropped.entry(why).or_default() += n as u64;
        }
    }
}

impl RawRoads {
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_extend(self, MAGIC.to_vec()).map_err(Error::internal)
    }

    /// Refuses what is not a raw stage of this version or is cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |why: &str| Error::invalid("roads", why);
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("not a raw road file of this version"))?;
        match postcard::take_from_bytes(body) {
            Ok((raw, [])) => Ok(raw),
            _ => Err(refuse("the raw road file is cut off or damaged")),
        }
    }

    /// The value of `key`, if tagged.
    pub fn tag(&self, tags: &Tags, key: &str) -> Option<&str> {
        let (_, value) = tags.iter().find(|(k, _)| self.strings[*k as usize] == key)?;
        Some(&self.strings[*value as usize])
    }
}

/// Reads one or several extracts into one. What occurs in two of them is taken once.
///
/// # Errors
/// `Invalid`, naming the file, for one that is missing, empty, cut off, not OSM PBF, or without any road.
pub fn read(sources: &[Source], progress: Progress) -> Result<(RawRoads, Report)> {
    if sources.is_empty() {
        return Err(Error::invalid("file", "no file was given"));
    }
    let extracts = sources.iter().map(Extract::open).collect::<Result<Vec<_>>>()?;
    let mut found = Found::default();
    let kinds = extracts.iter().map(|e| found.relations(e, progress)).collect::<Result<Vec<_>>>()?;
    for (e, kinds) in extracts.iter().zip(&kinds) {
        found.ways(e, kinds, progress)?;
    }
    let wanted = found.wanted_nodes();
    for (e, kinds) in extracts.iter().zip(&kinds) {
        found.nodes(e, kinds, &wanted, progress)?;
    }
    Ok(found.finish())
}

type Pairs = Vec<(String, String)>;

/// What a data block holds: nodes, ways, relations.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds {
    nodes: bool,
    ways: bool,
}

/// A relation that bounds something: a building, a settlement.
#[derive(Debug, Clone)]
struct Outline {
    tags: Pairs,
    outer: Vec<i64>,
    /// The node that a mapper has set as its middle.
    label: Option<i64>,
}

#[derive(Debug, Clone)]
struct Turn {
    from: Vec<i64>,
    via_nodes: Vec<i64>,
    via_ways: Vec<i64>,
    to: Vec<i64>,
    tags: Pairs,
}

#[derive(Debug, Clone)]
struct Road {
    ferry: bool,
    refs: Vec<i64>,
    tags: Pairs,
}

/// Everything gathered so far, by OSM id.
#[derive(Debug, Default)]
struct Found {
    report: Report,
    turns: BTreeMap<i64, Turn>,
    outlines: BTreeMap<i64, Outline>,
    roads: BTreeMap<i64, Road>,
    /// Closed ways that are a building or a settlement themselves.
    rings: BTreeMap<i64, (Pairs, Vec<i64>)>,
    /// Nodes of the ways that outlines consist of.
    sides: HashMap<i64, Vec<i64>>,
    /// Buildings and settlements that are a node only.
    points: BTreeMap<i64, (Pairs, [i32; 2])>,
    nodes: BTreeMap<i64, [i32; 2]>,
    node_tags: BTreeMap<i64, Pairs>,
}

impl Found {
    fn relations(&mut self, extract: &Extract, progress: Progress) -> Result<Vec<Kinds>> {
        let step = |done, total| progress("relations", done, total);
        let mut kinds = vec![Kinds::default(); extract.blocks()];
        for (b, kind, turns, outlines) in extract.map(|_| true, relations_of, &step)? {
            kinds[b] = kind;
            self.turns.extend(turns);
            self.outlines.extend(outlines);
        }
        Ok(kinds)
    }

    fn ways(&mut self, extract: &Extract, kinds: &[Kinds], progress: Progress) -> Result<()> {
        let sides: BTreeSet<i64> = self.outlines.values().flat_map(|o| o.outer.iter().copied()).collect();
        let step = |done, total| progress("ways", done, total);
        let mut any = false;
        for found in extract.map(|b| kinds[b].ways, |_, block| WaysOf::block(block, &sides), &step)? {
            any |= !found.roads.is_empty();
            self.report.drop("way of a kind that is no road (proposed, under construction, ...)", found.no_road);
            for (id, road) in found.roads {
                match self.roads.entry(id) {
                    Entry::Vacant(free) => {
                        free.insert(road);
                    }
                    Entry::Occupied(_) => self.report.drop("way in two files, taken once", 1),
                }
            }
            self.rings.extend(found.rings);
            self.sides.extend(found.sides);
        }
        if any {
            return Ok(());
        }
        Err(Error::invalid("file", format!("{}: the file holds no road (no way tagged highway)", extract.name)))
    }

    /// Every node whose place is needed, ascending.
    fn wanted_nodes(&self) -> Vec<i64> {
        let of_roads = self.roads.values().flat_map(|r| &r.refs);
        let of_rings = self.rings.values().flat_map(|(_, refs)| refs);
        let labels = self.outlines.values().filter_map(|o| o.label.as_ref());
        let mut ids: Vec<i64> =
            of_roads.chain(of_rings).chain(self.sides.values().flatten()).chain(labels).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn nodes(&mut self, extract: &Extract, kinds: &[Kinds], wanted: &[i64], progress: Progress) -> Result<()> {
        let step = |done, total| progress("nodes", done, total);
        for found in extract.map(|b| kinds[b].nodes, |_, block| NodesOf::block(block, wanted), &step)? {
            self.report.drop("node outside -180..180, -90..90", found.off_earth);
            self.nodes.extend(found.nodes);
            self.node_tags.extend(found.tags);
            self.points.extend(found.points);
        }
        Ok(())
    }

    fn finish(mut self) -> (RawRoads, Report) {
        let (buildings, places) = self.shapes();
        let road_nodes: BTreeSet<i64> = self.roads.values().flat_map(|r| r.refs.iter().copied()).collect();
        let nodes: Vec<RawNode> =
            road_nodes.iter().filter_map(|&id| Some(RawNode { id, e7: *self.nodes.get(&id)? })).collect();
        let index = |id: i64| nodes.binary_search_by_key(&id, |n| n.id).ok().map(|i| i as u32);

        let strings = self.strings();
        let intern = |text: &String| strings.binary_search(text).map_or(0, |i| i as u32);
        let tags = |pairs: &Pairs| -> Tags { pairs.iter().map(|(k, v)| (intern(k), intern(v))).collect() };

        let mut ways = Vec::with_capacity(self.roads.len());
        for (&id, road) in &self.roads {
            let mut nodes: Vec<u32> = road.refs.iter().map(|&r| index(r).unwrap_or(MISSING)).collect();
            let known = nodes.iter().filter(|&&n| n != MISSING).count();
            self.report.drop("node of a way beyond the extract", nodes.len() - known);
            if known < 2 {
                self.report.drop("way with fewer than two nodes in the extract", 1);
                continue;
            }
            nodes.dedup();
            ways.push(RawWay { id, ferry: road.ferry, nodes, tags: tags(&road.tags) });
        }
        let mut restrictions = Vec::new();
        for (&id, turn) in &self.turns {
            let via = match (&turn.via_nodes[..], &turn.via_ways[..]) {
                (&[node], []) => Via::Node(node),
                ([], [_, ..]) => Via::Ways(turn.via_ways.clone()),
                _ => {
                    self.report.drop("turn restriction without one via node or via ways", 1);
                    continue;
                }
            };
            if turn.from.is_empty() || turn.to.is_empty() {
                self.report.drop("turn restriction without from or to", 1);
                continue;
            }
            let (from, to) = (turn.from.clone(), turn.to.clone());
            restrictions.push(RawRestriction { id, from, via, to, tags: tags(&turn.tags) });
        }
        let node_tags: Vec<(u32, Tags)> =
            self.node_tags.iter().filter_map(|(&id, pairs)| Some((index(id)?, tags(pairs)))).collect();

        let mut report = self.report;
        report.take("roads", ways.iter().filter(|w| !w.ferry).count());
        report.take("ferry lines", ways.iter().filter(|w| w.ferry).count());
        report.take("nodes", nodes.len());
        report.take("nodes with barriers, signals, crossings", node_tags.len());
        report.take("turn restrictions", restrictions.len());
        report.take("buildings", buildings.len());
        report.take("settlements", places.len());
        (RawRoads { strings, nodes, node_tags, ways, restrictions, buildings, places }, report)
    }

    /// Every key and value in use, sorted.
    fn strings(&self) -> Vec<String> {
        let of_roads = self.roads.values().map(|r| &r.tags);
        let of_turns = self.turns.values().map(|t| &t.tags);
        let all = of_roads.chain(of_turns).chain(self.node_tags.values()).flatten();
        let set: BTreeSet<&str> = all.flat_map(|(k, v)| [k.as_str(), v.as_str()]).collect();
        set.into_iter().map(str::to_owned).collect()
    }

    /// Middles of buildings, and settlements: nodes first, then closed ways, then relations.
    fn shapes(&mut self) -> (Vec<[i32; 2]>, Vec<Place>) {
        let (mut buildings, mut places) = (Vec::new(), Vec::new());
        let mut file = |tags: &Pairs, middle: Option<[i32; 2]>, report: &mut Report| {
            let Some(e7) = middle else {
                report.drop("building or settlement whose outline is not in the extract", 1);
                return;
            };
            if keep::is_building(tags) {
                buildings.push(e7);
            }
            places.extend(keep::place(tags, degrees(e7)));
        };
        for (tags, e7) in self.points.values() {
            file(tags, Some(*e7), &mut self.report);
        }
        for (tags, refs) in self.rings.values() {
            file(tags, geometry::middle(&[refs], &self.nodes), &mut self.report);
        }
        for outline in self.outlines.values() {
            if keep::is_building(&outline.tags) && outline.outer.iter().any(|w| self.rings.contains_key(w)) {
                self.report.drop("building relation whose outline is a building too, taken once", 1);
                continue;
            }
            let sides: Vec<&[i64]> = outline.outer.iter().filter_map(|w| Some(self.sides.get(w)?.as_slice())).collect();
            let rings = geometry::rings(&sides);
            let rings: Vec<&[i64]> = rings.iter().map(Vec::as_slice).collect();
            let label = outline.label.and_then(|n| self.nodes.get(&n).copied());
            file(&outline.tags, label.or_else(|| geometry::middle(&rings, &self.nodes)), &mut self.report);
        }
        (buildings, places)
    }
}

type RelationsOf = (usize, Kinds, Vec<(i64, Turn)>, Vec<(i64, Outline)>);

fn relations_of(index: usize, block: &PrimitiveBlock) -> RelationsOf {
    let mut kinds = Kinds::default();
    let (mut turns, mut outlines) = (Vec::new(), Vec::new());
    for group in block.groups() {
        kinds.nodes |= group.nodes().next().is_some() || group.dense_nodes().next().is_some();
        kinds.ways |= group.ways().next().is_some();
        for relation in group.relations() {
            let tags: Vec<(&str, &str)> = relation.tags().collect();
            let Some(kind) = keep::relation(&tags) else { continue };
            let members = |kind: RelMemberType, roles: &[&str]| -> Vec<i64> {
                let of_role = |m: &osmpbf::RelMember| m.role().is_ok_and(|r| roles.contains(&r));
                relation.members().filter(|m| m.member_type == kind && of_role(m)).map(|m| m.member_id).collect()
            };
            match kind {
                keep::Relation::Turn(tags) => {
                    let turn = Turn {
                        from: members(RelMemberType::Way, &["from"]),
                        via_nodes: members(RelMemberType::Node, &["via"]),
                        via_ways: members(RelMemberType::Way, &["via"]),
                        to: members(RelMemberType::Way, &["to"]),
                        tags,
                    };
                    turns.push((relation.id(), turn));
                }
                keep::Relation::Outline(tags) => {
                    let outer = members(RelMemberType::Way, &["outer", ""]);
                    let label = members(RelMemberType::Node, &["label", "admin_centre"]).first().copied();
                    outlines.push((relation.id(), Outline { tags, outer, label }));
                }
            }
        }
    }
    (index, kinds, turns, outlines)
}

#[derive(Debug, Default)]
struct WaysOf {
    roads: Vec<(i64, Road)>,
    rings: Vec<(i64, (Pairs, Vec<i64>))>,
    sides: Vec<(i64, Vec<i64>)>,
    no_road: usize,
}

impl WaysOf {
    fn block(block: &PrimitiveBlock, sides: &BTreeSet<i64>) -> Self {
        let mut found = Self::default();
        for way in block.groups().flat_map(|g| g.ways()) {
            let tags: Vec<(&str, &str)> = way.tags().collect();
            let refs = || way.refs().collect::<Vec<i64>>();
            match keep::road(&tags) {
                keep::Road::No => {}
                keep::Road::Dead => found.no_road += 1,
                keep::Road::Yes { ferry, tags } => found.roads.push((way.id(), Road { ferry, refs: refs(), tags })),
            }
            let outlined = keep::outlined(&tags);
            if !outlined.is_empty() {
                found.rings.push((way.id(), (outlined, refs())));
            }
            if sides.contains(&way.id()) {
                found.sides.push((way.id(), refs()));
            }
        }
        found
    }
}

#[derive(Debug, Default)]
struct NodesOf {
    nodes: Vec<(i64, [i32; 2])>,
    tags: Vec<(i64, Pairs)>,
    points: Vec<(i64, (Pairs, [i32; 2]))>,
    off_earth: usize,
}

impl NodesOf {
    fn block(block: &PrimitiveBlock, wanted: &[i64]) -> Self {
        let mut found = Self::default();
        for element in block.elements() {
            match element {
                Element::DenseNode(n) => found.add(n.id(), n.nano_lon(), n.nano_lat(), wanted, || n.tags().collect()),
                Element::Node(n) => found.add(n.id(), n.nano_lon(), n.nano_lat(), wanted, || n.tags().collect()),
                _ => {}
            }
        }
        found
    }

    fn add<'a>(
        &mut self,
        id: i64,
        nano_lng: i64,
        nano_lat: i64,
        wanted: &[i64],
        tags: impl Fn() -> Vec<(&'a str, &'a str)>,
    ) {
        if nano_lng.abs() > 180_000_000_000 || nano_lat.abs() > 90_000_000_000 {
            self.off_earth += 1;
            return;
        }
        let e7 = [nano_lng, nano_lat].map(|nano| (nano as f64 / 100.0).round() as i32);
        let tags = tags();
        let outlined = keep::outlined(&tags);
        if !outlined.is_empty() {
            self.points.push((id, (outlined, e7)));
        }
        if wanted.binary_search(&id).is_ok() {
            self.nodes.push((id, e7));
            let kept = keep::node(&tags);
            if !kept.is_empty() {
                self.tags.push((id, kept));
            }
        }
    }
}

#[cfg(test)]
mod tests;
