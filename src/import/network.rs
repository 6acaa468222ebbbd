//! [`RawRoads`] → [`Network`]: one topology, and what each profile makes of it.
//!
//! Ways that any profile may use are cut into *pieces* where they cross, end or meet a barrier. Where
//! just two pieces with the same attributes meet, they become one *link*. Nodes are numbered along a
//! Hilbert curve, so that a search, which spreads over the map, finds its neighbours near in memory.
//! What a profile may not do is told by its metric (a closed direction), its turns (restrictions, and
//! barriers, at which it may only turn back) and the edges that only some may use: at a drive's ends.

mod access;
pub mod car;
mod cut;
mod delay;
mod drafts;
mod ebike;
mod foot;
mod gates;
mod hilbert;
mod limit;
mod names;
mod nearby;
mod piece;
mod rounds;
mod turns;
mod unread;
mod uses;

use std::collections::HashSet;

use self::{
    access::Access,
    cut::{cut, join},
    drafts::{Draft, draft, length_mm, number},
    names::Names,
};
pub use self::{nearby::Nearby, uses::plain_m_per_h};
use super::osm::{Progress, RawRestriction, RawRoads, Report, Tags, Via};
use crate::{
    base::{Error, Result},
    domain::{
        roads::{Network, SpeedTable},
        squads::Profile,
    },
    kernel::graph::degrees,
};

const FAR_LINKS: &str = "link farther beyond the border than is kept";
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
    let (mut topology, uses) = number(raw, drafts, names);
    topology.keeps_left = rounds::keeps_left(raw);
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

/// The OSM ids of all ways that turn restrictions name.
fn restricted_ways(raw: &RawRoads) -> HashSet<i64> {
    let named = |r: &RawRestriction| {
        let via = if let Via::Ways(ways) = &r.via { ways.clone() } else { Vec::new() };
        [&r.from[..], &via, &r.to].concat()
    };
    raw.restrictions.iter().flat_map(named).collect()
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

#[cfg(test)]
pub(crate) mod tests;
