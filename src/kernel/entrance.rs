//! By which ways a place and the roads meet.
//!
//! The *first* entrance is the nearest road, whatever becomes of it: closures never change on which roads
//! a place lies. A *second* one is the nearest place on the main part, a little farther at most, and only
//! where the first lies on a small piece that is not joined to the rest, or on a stretch that one-way
//! streets or forbidden turns lead only in or only out of; it is for the heading that the first is cut
//! off for. Where the road of an entrance is closed, one goes on foot along closed roads to where they
//! meet open ones.
//!
//! A place is then a node of its own, joined to the network by its entrances; each costs its way on foot.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use serde::Serialize;

use super::{
    graph::{Graph, LinkIx, NodeIx, Position, degrees},
    snap::{Moved, SNAP_LIMIT_M, Snapped, Snapper},
};
use xunge_base::LngLat;

/// Whether one sets out from a place or arrives there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    Out,
    In,
}

/// How far places lie from their entrances, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// To the nearest road, or to a second entrance.
    pub first_m: f64,
    /// On foot in all, where the nearest road is closed.
    pub closed_m: f64,
    /// How much farther than the first a second entrance is looked for.
    pub farther_m: f64,
    /// A piece of this much road or more is a network of its own: nobody leaves it on foot.
    pub fragment_m: f64,
    /// Who enters a road so near to its end is at the junction.
    pub junction_m: f64,
}

impl Limits {
    pub const DEFAULT: Self =
        Self { first_m: SNAP_LIMIT_M, closed_m: SNAP_LIMIT_M, farther_m: 100.0, fragment_m: 2_000.0, junction_m: 1.0 };
}

/// Why a place has no entrance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// No road is near.
    NoRoad,
    /// The road is closed, and all that could be reached from there on foot.
    Closed,
}

/// The entrances of a place, the nearest first. `imported` tells on which roads they are, `now` which of
/// these are open.
pub fn entrances(
    imported: &Graph,
    now: &Graph,
    snapper: &Snapper,
    place: LngLat,
    heading: Heading,
    limits: &Limits,
) -> Result<Vec<Snapped>, Blocked> {
    let ways = as_imported(imported, snapper, place, heading, limits).ok_or(Blocked::NoRoad)?;
    let is_open = |way: &Snapped| now.is_open_at(way.position());
    if ways.iter().all(is_open) {
        return Ok(ways);
    }
    let mut open: Vec<Snapped> = Vec::new();
    for way in ways {
        if is_open(&way) { open.push(way) } else { open.extend(around(imported, now, &way, limits.closed_m)) }
    }
    open.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.position().cmp(&b.position())));
    let mut seen = HashSet::new();
    open.retain(|way| seen.insert(way.position()));
    if open.is_empty() { Err(Blocked::Closed) } else { Ok(open) }
}

fn as_imported(
    graph: &Graph,
    snapper: &Snapper,
    place: LngLat,
    heading: Heading,
    limits: &Limits,
) -> Option<Vec<Snapped>> {
    let first = snapper.nearest(graph, place, limits.first_m, limits.junction_m, |link| graph.open(link))?;
    let mut ways = vec![first];
    if let Some(moved) = cut_off(graph, &first, heading, limits) {
        let limit_m = (first.distance_m + limits.farther_m).min(limits.first_m);
        let second = snapper.nearest(graph, place, limit_m, limits.junction_m, |link| graph.on_main(link));
        ways.extend(second.map(|second| Snapped { moved: Some(moved), ..second }));
    }
    Some(ways)
}

/// Why there may be a second entrance, if so.
fn cut_off(graph: &Graph, first: &Snapped, heading: Heading, limits: &Limits) -> Option<Moved> {
    let joined = match heading {
        Heading::Out => graph.leads_to_main(first.position()),
        Heading::In => graph.is_led_to(first.position()),
    };
    if joined {
        return None;
    }
    match graph.fragment_mm(first.link) {
        Some(mm) => (f64::from(mm) < limits.fragment_m * 1_000.0).then_some(Moved::Fragment),
        None if heading == Heading::Out => Some(Moved::InOnly),
        None => Some(Moved::OutOnly),
    }
}

/// Where closed roads, on foot from a place on one of them, meet open ones first.
fn around(imported: &Graph, now: &Graph, way: &Snapped, limit_m: f64) -> Vec<Snapped> {
    let mm = &imported.topology.link_mm;
    let at = way.position();
    let [tail, head] = imported.ends(2 * at.link);
    let begin: Vec<(u32, NodeIx)> = match imported.junction_at(at) {
        Some(node) => vec![(0, node)],
        None => vec![(at.offset_mm, tail), (mm[at.link as usize] - at.offset_mm, head)],
    };
    let mut queue: BinaryHeap<Reverse<(u32, NodeIx)>> = begin.into_iter().map(Reverse).collect();
    let (mut done, mut found) = (HashSet::new(), Vec::new());
    while let Some(Reverse((walked_mm, node))) = queue.pop() {
        let distance_m = way.distance_m + f64::from(walked_mm) / 1_000.0;
        if distance_m > limit_m {
            break;
        }
        if !done.insert(node) {
            continue;
        }
        if let Some(link) = imported.links_at(node).filter(|&link| now.open(link)).min() {
            found.push(meeting(imported, node, link, distance_m));
            continue;
        }
        for link in imported.links_at(node) {
            let [tail, head] = imported.ends(2 * link);
            let other = if tail == node { head } else { tail };
            queue.push(Reverse((walked_mm.saturating_add(mm[link as usize]), other)));
        }
    }
    found
}

fn meeting(graph: &Graph, node: NodeIx, link: LinkIx, distance_m: f64) -> Snapped {
    let offset_mm = if graph.ends(2 * link)[0] == node { 0 } else { graph.topology.link_mm[link as usize] };
    let (point, island) = (degrees(graph.topology.node_e7[node as usize]), !graph.on_main(link));
    Snapped { link, offset_mm, point, distance_m, island, moved: Some(Moved::Closed) }
}

/// Roads that hang together off the main part, and what is wrong with them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stray {
    pub kind: Moved,
    pub links: usize,
    pub length_m: f64,
    /// A point of it.
    pub at: LngLat,
}

/// All of them, the longest first.
pub fn strays(graph: &Graph) -> Vec<Stray> {
    let middle = |link: LinkIx| Position { link, offset_mm: graph.topology.link_mm[link as usize] / 2 };
    let kind = |link: LinkIx| {
        if !graph.open(link) || graph.on_main(link) {
            None
        } else if graph.fragment_mm(link).is_some() {
            Some(Moved::Fragment)
        } else if graph.leads_to_main(middle(link)) {
            Some(Moved::OutOnly)
        } else {
            Some(Moved::InOnly)
        }
    };
    let kinds: Vec<Option<Moved>> = (0..graph.links() as LinkIx).map(kind).collect();
    let (mut seen, mut strays) = (HashSet::new(), Vec::new());
    for first in (0..graph.links() as LinkIx).filter(|&link| kinds[link as usize].is_some()) {
        let Some(kind) = kinds[first as usize].filter(|_| seen.insert(first)) else { continue };
        let mut stray = Stray { kind, links: 0, length_m: 0.0, at: graph.point_at(middle(first)) };
        let mut open = vec![first];
        while let Some(link) = open.pop() {
            stray.links += 1;
            stray.length_m += f64::from(graph.topology.link_mm[link as usize]) / 1_000.0;
            let beside = graph.ends(2 * link).into_iter().flat_map(|node| graph.links_at(node));
            open.extend(beside.filter(|&l| kinds[l as usize] == Some(kind) && seen.insert(l)));
        }
        strays.push(stray);
    }
    strays.sort_by(|a, b| b.length_m.total_cmp(&a.length_m));
    strays
}

#[cfg(test)]
mod tests;
