//! What a single block of a file gives: the decoding that runs on all cores.

use std::collections::BTreeSet;

use osmpbf::{Element, PrimitiveBlock, RelMemberType};

use super::keep::{self, Pairs};

/// With the version that the file gives, 0 where it gives none.
pub(super) type Versioned<T> = (i32, T);

/// By OSM id, in the file's order.
pub(super) type Objects<T> = Vec<(i64, Versioned<T>)>;

/// A closed way: what is kept of its tags, and its nodes.
pub(super) type Ring = (Pairs, Vec<i64>);

/// What is kept of a node's tags, and its place in 1e-7 degrees.
pub(super) type Spot = (Pairs, [i32; 2]);

/// Whether a block holds nodes, and ways.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kinds {
    pub(super) nodes: bool,
    pub(super) ways: bool,
}

/// A relation that bounds something: a building, a settlement.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub(super) tags: Pairs,
    pub(super) outer: Vec<i64>,
    /// The node that a mapper has set as its middle.
    pub(super) label: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) from: Vec<i64>,
    pub(super) via_nodes: Vec<i64>,
    pub(super) via_ways: Vec<i64>,
    pub(super) to: Vec<i64>,
    pub(super) tags: Pairs,
}

#[derive(Debug, Clone)]
pub(super) struct Road {
    pub(super) ferry: bool,
    pub(super) refs: Vec<i64>,
    pub(super) tags: Pairs,
}

pub(super) type RelationsOf = (usize, Kinds, Objects<Turn>, Objects<Outline>);

pub(super) fn relations_of(index: usize, block: &PrimitiveBlock) -> RelationsOf {
    let mut kinds = Kinds::default();
    let (mut turns, mut outlines) = (Vec::new(), Vec::new());
    for group in block.groups() {
        kinds.nodes |= group.nodes().next().is_some() || group.dense_nodes().next().is_some();
        kinds.ways |= group.ways().next().is_some();
        for relation in group.relations() {
            let tags: Vec<(&str, &str)> = relation.tags().collect();
            let Some(kind) = keep::relation(&tags) else { continue };
            let version = relation.info().version().unwrap_or(0);
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
                    turns.push((relation.id(), (version, turn)));
                }
                keep::Relation::Outline(tags) => {
                    let outer = members(RelMemberType::Way, &["outer", ""]);
                    let label = members(RelMemberType::Node, &["label", "admin_centre"]).first().copied();
                    outlines.push((relation.id(), (version, Outline { tags, outer, label })));
                }
            }
        }
    }
    (index, kinds, turns, outlines)
}

#[derive(Debug, Default)]
pub(super) struct WaysOf {
    pub(super) roads: Objects<Road>,
    pub(super) rings: Objects<Ring>,
    pub(super) sides: Objects<Vec<i64>>,
    /// Ways that are no road, not yet or no longer, with their versions.
    pub(super) dead: Vec<(i64, i32)>,
}

impl WaysOf {
    pub(super) fn block(block: &PrimitiveBlock, sides: &BTreeSet<i64>) -> Self {
        let mut found = Self::default();
        for way in block.groups().flat_map(|g| g.ways()) {
            let tags: Vec<(&str, &str)> = way.tags().collect();
            let refs = || way.refs().collect::<Vec<i64>>();
            let version = way.info().version().unwrap_or(0);
            match keep::road(&tags) {
                keep::Road::No => {}
                keep::Road::Dead => found.dead.push((way.id(), version)),
                keep::Road::Yes { ferry, tags } => {
                    found.roads.push((way.id(), (version, Road { ferry, refs: refs(), tags })));
                }
            }
            let outlined = keep::outlined(&tags);
            if !outlined.is_empty() {
                found.rings.push((way.id(), (version, (outlined, refs()))));
            }
            if sides.contains(&way.id()) {
                found.sides.push((way.id(), (version, refs())));
            }
        }
        found
    }
}

#[derive(Debug, Default)]
pub(super) struct NodesOf {
    pub(super) nodes: Objects<[i32; 2]>,
    pub(super) tags: Objects<Pairs>,
    pub(super) points: Objects<Spot>,
    pub(super) off_earth: usize,
}

impl NodesOf {
    pub(super) fn block(block: &PrimitiveBlock, wanted: &[i64]) -> Self {
        let mut found = Self::default();
        for element in block.elements() {
            match element {
                Element::DenseNode(n) => {
                    let version = n.info().map_or(0, |info| info.version());
                    found.add((n.id(), version), [n.nano_lon(), n.nano_lat()], wanted, || n.tags().collect());
                }
                Element::Node(n) => {
                    let version = n.info().version().unwrap_or(0);
                    found.add((n.id(), version), [n.nano_lon(), n.nano_lat()], wanted, || n.tags().collect());
                }
                _ => {}
            }
        }
        found
    }

    fn add<'a>(
        &mut self,
        (id, version): (i64, i32),
        nano: [i64; 2],
        wanted: &[i64],
        tags: impl Fn() -> Vec<(&'a str, &'a str)>,
    ) {
        if nano[0].abs() > 180_000_000_000 || nano[1].abs() > 90_000_000_000 {
            self.off_earth += 1;
            return;
        }
        let e7 = nano.map(|nano| (nano as f64 / 100.0).round() as i32);
        let tags = tags();
        let outlined = keep::outlined(&tags);
        if !outlined.is_empty() {
            self.points.push((id, (version, (outlined, e7))));
        }
        if wanted.binary_search(&id).is_ok() {
            self.nodes.push((id, (version, e7)));
            let kept = keep::node(&tags);
            if !kept.is_empty() {
                self.tags.push((id, (version, kept)));
            }
        }
    }
}
