//! What all blocks of all files give together, by OSM id, and the [`RawRoads`] made of it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
};

use crate::{
    base::{Error, Result},
    domain::roads::Place,
    import::pbf::Extract,
    kernel::graph::degrees,
};

use super::{
    MISSING, Progress, RawNode, RawRestriction, RawRoads, RawWay, Report, Tags, Via,
    blocks::{Kinds, NodesOf, Objects, Outline, Ring, Road, Spot, Turn, Versioned, WaysOf, relations_of},
    geometry,
    keep::{self, Pairs},
};

/// Objects by OSM id, each in the highest version that was met; of equal ones the first stays.
type Newest<T> = BTreeMap<i64, Versioned<T>>;

/// Says whether there was one already.
fn put<T>(all: &mut Newest<T>, (id, (version, object)): (i64, Versioned<T>)) -> bool {
    match all.entry(id) {
        Entry::Vacant(free) => {
            free.insert((version, object));
            false
        }
        Entry::Occupied(mut kept) => {
            if kept.get().0 < version {
                kept.insert((version, object));
            }
            true
        }
    }
}

fn put_all<T>(all: &mut Newest<T>, objects: Objects<T>) {
    objects.into_iter().for_each(|object| {
        put(all, object);
    });
}

/// Everything gathered so far, by OSM id.
#[derive(Debug, Default)]
pub(super) struct Found {
    report: Report,
    turns: Newest<Turn>,
    outlines: Newest<Outline>,
    roads: Newest<Road>,
    /// The highest version in which a way is no road, not yet or no longer.
    dead: HashMap<i64, i32>,
    /// Closed ways that are a building or a settlement themselves.
    rings: Newest<Ring>,
    /// Nodes of the ways that outlines consist of.
    sides: Newest<Vec<i64>>,
    /// Buildings and settlements that are a node only.
    points: Newest<Spot>,
    /// Every wanted node that some file holds, ascending once all are read.
    nodes: Objects<[i32; 2]>,
    node_tags: Newest<Pairs>,
}

impl Found {
    pub(super) fn relations(&mut self, extract: &Extract, progress: Progress) -> Result<Vec<Kinds>> {
        let step = |done, total| progress("relations", done, total);
        let mut kinds = vec![Kinds::default(); extract.blocks()];
        for (b, kind, turns, outlines) in extract.map(|_| true, relations_of, &step)? {
            kinds[b] = kind;
            put_all(&mut self.turns, turns);
            put_all(&mut self.outlines, outlines);
        }
        Ok(kinds)
    }

    pub(super) fn ways(&mut self, extract: &Extract, kinds: &[Kinds], progress: Progress) -> Result<()> {
        let sides: BTreeSet<i64> = self.outlines.values().flat_map(|(_, o)| o.outer.iter().copied()).collect();
        let step = |done, total| progress("ways", done, total);
        let mut any = false;
        for found in extract.map(|b| kinds[b].ways, |_, block| WaysOf::block(block, &sides), &step)? {
            any |= !found.roads.is_empty();
            self.report.drop("way of a kind that is no road (proposed, under construction, ...)", found.dead.len());
            for (id, version) in found.dead {
                let known = self.dead.entry(id).or_insert(version);
                *known = version.max(*known);
            }
            for road in found.roads {
                if put(&mut self.roads, road) {
                    self.report.drop("way in two files, taken once", 1);
                }
            }
            put_all(&mut self.rings, found.rings);
            put_all(&mut self.sides, found.sides);
        }
        let Self { roads, dead, .. } = self;
        roads.retain(|id, (version, _)| dead.get(id).is_none_or(|since| since <= version));
        if any {
            return Ok(());
        }
        Err(Error::invalid("file", format!("{}: the file holds no road (no way tagged highway)", extract.name)))
    }

    /// Every node whose place is needed, ascending.
    pub(super) fn wanted_nodes(&self) -> Vec<i64> {
        let of_roads = self.roads.values().flat_map(|(_, r)| &r.refs);
        let of_rings = self.rings.values().flat_map(|(_, (_, refs))| refs);
        let of_sides = self.sides.values().flat_map(|(_, refs)| refs);
        let labels = self.outlines.values().filter_map(|(_, o)| o.label.as_ref());
        let mut ids: Vec<i64> = of_roads.chain(of_rings).chain(of_sides).chain(labels).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    pub(super) fn nodes(
        &mut self,
        extract: &Extract,
        kinds: &[Kinds],
        wanted: &[i64],
        progress: Progress,
    ) -> Result<()> {
        let step = |done, total| progress("nodes", done, total);
        for found in extract.map(|b| kinds[b].nodes, |_, block| NodesOf::block(block, wanted), &step)? {
            self.report.drop("node outside -180..180, -90..90", found.off_earth);
            self.nodes.extend(found.nodes);
            put_all(&mut self.node_tags, found.tags);
            put_all(&mut self.points, found.points);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> (RawRoads, Report) {
        // Stable: of equal versions the first file's place stays.
        self.nodes.sort_by_key(|&(id, (version, _))| (id, Reverse(version)));
        self.nodes.dedup_by_key(|n| n.0);
        let Self { nodes, node_tags, .. } = &mut self;
        // Tags of a former version are none: the newer one may have lost all of them.
        let version = |id| nodes.binary_search_by_key(&id, |n| n.0).map(|i| nodes[i].1.0);
        node_tags.retain(|id, (of, _)| version(*id) == Ok(*of));
        let (buildings, places) = self.shapes();
        let mut raw =
            RawRoads { strings: self.strings(), nodes: self.road_nodes(), buildings, places, ..RawRoads::default() };
        raw.ways = self.raw_ways(&raw);
        raw.restrictions = self.raw_restrictions(&raw);
        let tagged = |(&id, (_, pairs)): (&i64, &Versioned<Pairs>)| Some((index(&raw, id)?, intern(&raw, pairs)));
        raw.node_tags = self.node_tags.iter().filter_map(tagged).collect();

        let mut report = self.report;
        let ferries = raw.ways.iter().filter(|w| w.ferry).count();
        report.take("roads", raw.ways.len() - ferries);
        report.take("ferry lines", ferries);
        report.take("nodes", raw.nodes.len());
        report.take("nodes with barriers, signals, crossings", raw.node_tags.len());
        report.take("turn restrictions", raw.restrictions.len());
        report.take("buildings", raw.buildings.len());
        report.take("settlements", raw.places.len());
        (raw, report)
    }

    fn place(&self, node: i64) -> Option<[i32; 2]> {
        place_in(&self.nodes, node)
    }

    /// The nodes of roads that some file holds.
    fn road_nodes(&self) -> Vec<RawNode> {
        let mut ids: Vec<i64> = self.roads.values().flat_map(|(_, r)| r.refs.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| Some(RawNode { id, e7: self.place(id)? })).collect()
    }

    fn raw_ways(&mut self, raw: &RawRoads) -> Vec<RawWay> {
        let mut ways = Vec::with_capacity(self.roads.len());
        for (&id, (_, road)) in &self.roads {
            let mut nodes: Vec<u32> = road.refs.iter().map(|&r| index(raw, r).unwrap_or(MISSING)).collect();
            let known = nodes.iter().filter(|&&n| n != MISSING).count();
            self.report.drop("node of a way beyond the extract", nodes.len() - known);
            if known < 2 {
                self.report.drop("way with fewer than two nodes in the extract", 1);
                continue;
            }
            nodes.dedup();
            ways.push(RawWay { id, ferry: road.ferry, nodes, tags: intern(raw, &road.tags) });
        }
        ways
    }

    fn raw_restrictions(&mut self, raw: &RawRoads) -> Vec<RawRestriction> {
        let mut restrictions = Vec::with_capacity(self.turns.len());
        for (&id, (_, Turn { from, via_nodes, via_ways, to, tags })) in &self.turns {
            let via = match (&via_nodes[..], &via_ways[..]) {
                (&[node], []) => Via::Node(node),
                ([], [_, ..]) => Via::Ways(via_ways.clone()),
                _ => {
                    self.report.drop("turn restriction without one via node or via ways", 1);
                    continue;
                }
            };
            if from.is_empty() || to.is_empty() {
                self.report.drop("turn restriction without from or to", 1);
                continue;
            }
            let tags = intern(raw, tags);
            restrictions.push(RawRestriction { id, from: from.clone(), via, to: to.clone(), tags });
        }
        restrictions
    }

    /// Every key and value in use, sorted.
    fn strings(&self) -> Vec<String> {
        let of_roads = self.roads.values().map(|(_, r)| &r.tags);
        let of_turns = self.turns.values().map(|(_, t)| &t.tags);
        let all = of_roads.chain(of_turns).chain(self.node_tags.values().map(|(_, tags)| tags)).flatten();
        let set: BTreeSet<&str> = all.flat_map(|(k, v)| [k.as_str(), v.as_str()]).collect();
        set.into_iter().map(str::to_owned).collect()
    }

    /// Middles of buildings, and settlements: nodes first, then closed ways, then relations.
    fn shapes(&mut self) -> (Vec<[i32; 2]>, Vec<Place>) {
        let Self { nodes, points, rings, outlines, sides, report, .. } = self;
        let (mut buildings, mut places) = (Vec::new(), Vec::new());
        let place = |node| place_in(nodes, node);
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
        points.values().for_each(|(_, (tags, e7))| file(tags, Some(*e7), report));
        rings.values().for_each(|(_, (tags, refs))| file(tags, geometry::middle(&[refs], place), report));
        let taken = |way: &i64| rings.get(way).is_some_and(|(_, (tags, _))| keep::is_building(tags));
        for (_, outline) in outlines.values() {
            if keep::is_building(&outline.tags) && outline.outer.iter().any(taken) {
                report.drop("building relation whose outline is a building too, taken once", 1);
                continue;
            }
            let ways: Vec<&[i64]> = outline.outer.iter().filter_map(|w| Some(sides.get(w)?.1.as_slice())).collect();
            let label = outline.label.and_then(place);
            file(&outline.tags, label.or_else(|| geometry::middle(&geometry::rings(&ways), place)), report);
        }
        (buildings, places)
    }
}

/// The node's place in 1e-7 degrees, among nodes by rising id.
fn place_in(nodes: &[(i64, Versioned<[i32; 2]>)], node: i64) -> Option<[i32; 2]> {
    nodes.binary_search_by_key(&node, |n| n.0).ok().map(|i| nodes[i].1.1)
}

/// Where the node stands in the raw stage.
fn index(raw: &RawRoads, id: i64) -> Option<u32> {
    raw.nodes.binary_search_by_key(&id, |n| n.id).ok().map(|i| i as u32)
}

/// The tags by their places among the raw stage's strings, which hold them all.
fn intern(raw: &RawRoads, pairs: &Pairs) -> Tags {
    let word = |text: &String| raw.strings.binary_search(text).map_or(0, |i| i as u32);
    pairs.iter().map(|(k, v)| (word(k), word(v))).collect()
}
