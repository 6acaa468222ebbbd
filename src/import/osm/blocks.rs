//! What a single block of a file gives: the decoding that runs on all cores.

use std::collections::BTreeSet;

use osmpbf::{Element, PrimitiveBlock, RelMemberType};

use super::keep::{self, Pairs};

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

pub(super) type RelationsOf = (usize, Kinds, Vec<(i64, Turn)>, Vec<(i64, Outline)>);

pub(super) fn relations_of(index: usize, block: &PrimitiveBlock) -> RelationsOf {
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
pub(super) struct WaysOf {
    pub(super) roads: Vec<(i64, Road)>,
    pub(super) rings: Vec<(i64, (Pairs, Vec<i64>))>,
    pub(super) sides: Vec<(i64, Vec<i64>)>,
    pub(super) no_road: usize,
}

impl WaysOf {
    pub(super) fn block(block: &PrimitiveBlock, sides: &BTreeSet<i64>) -> Self {
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
pub(super) struct NodesOf {
    pub(super) nodes: Vec<(i64, [i32; 2])>,
    pub(super) tags: Vec<(i64, Pairs)>,
    pub(super) points: Vec<(i64, (Pairs, [i32; 2]))>,
    pub(super) off_earth: usize,
}

impl NodesOf {
    pub(super) fn block(block: &PrimitiveBlock, wanted: &[i64]) -> Self {
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
