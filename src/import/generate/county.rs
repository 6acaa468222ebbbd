//! A made-up county around the towns of a made-up network: one township a town, and some squads.

use geo::{MultiPolygon, Rect, coord};

use super::{Town, middle};
use crate::{
    base::{Code, Error, Result},
    domain::{
        areas::{Area, Areas, Level},
        roads::Network,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus},
    },
    import::draw::area,
    kernel::{
        graph::degrees,
        shape::{self, PER_DEG},
        topology,
    },
};

/// No county of China has this code.
pub const CODE: &str = "990000";
const UNIT: &str = "SYNTHETIC";
/// One squad for so many nodes, within bounds.
const NODES_PER_SQUAD: usize = 5_000;
const SQUADS: std::ops::RangeInclusive<usize> = 3..=200;

/// The county and its townships, which are boxes of the lattice.
pub fn areas(towns: &[Town]) -> Result<Vec<Area>> {
    let parent = Code::new(CODE)?;
    let township = |(n, town): (usize, &Town)| {
        let [w, s, e, n_] = town.box_e7().map(|v| f64::from(v) / PER_DEG);
        let rect = Rect::new(coord! { x: w, y: s }, coord! { x: e, y: n_ }).to_polygon();
        let shape = shape::rewind(&MultiPolygon::new(vec![rect]));
        // Twelve digits as townships have them, though there may be more than a real county has.
        let (code, name) = (format!("{CODE}{n:06}"), format!("Synthetic {n}"));
        area(&code, Level::Township, (name, None), Some(&parent), shape, Some("synthetic"))
    };
    let townships = (1..).zip(towns).map(township).collect::<Result<Vec<Area>>>()?;
    let whole = topology::union(townships.iter().map(|t| &t.geometry));
    let name = ("Synthetic county".to_owned(), Some("合成县".to_owned()));
    let county = area(CODE, Level::County, name, None, whole, Some("synthetic"))?;
    Ok([Area { time_zone: Some("Etc/UTC".to_owned()), ..county }].into_iter().chain(townships).collect())
}

/// Squads in towns spread over the county, always on shift, most of them by car.
pub fn squads(network: &Network, towns: &[Town], areas: &Areas) -> Result<Vec<Squad>> {
    let nodes = &network.car().graph.topology.node_e7;
    let count = (nodes.len() / NODES_PER_SQUAD).clamp(*SQUADS.start(), *SQUADS.end());
    let town_of = |i: usize| i * towns.len() / count;
    let one = |i: usize| {
        // Several of one town stand apart.
        let first = (0..i).rev().take_while(|&j| town_of(j) == town_of(i)).last().unwrap_or(i);
        let parts = (first..count).take_while(|&j| town_of(j) == town_of(i)).count();
        let post = degrees(nodes[middle(&towns[town_of(i)].nodes, i - first, parts)]);
        let township = areas.locate(post).township.map(|ix| areas.at(ix));
        let township = township.ok_or_else(|| Error::internal(format!("no township holds the post {post}")))?;
        Ok(Squad {
            id: Code::new(&format!("synthetic-{:03}", i + 1))?,
            name: format!("Synthetic Squad {}", i + 1),
            name_zh: Some(format!("合成{}中队", i + 1)),
            kind: SquadKind::Stationed,
            unit: Code::new(UNIT)?,
            command_area: township.code.clone(),
            profile: [Profile::Car, Profile::Car, Profile::Car, Profile::Ebike, Profile::Foot][i % 5],
            post,
            status: SquadStatus::Available,
            turnout_s: 60,
            crew: Crew { certified_officers: 2, uncertified_officers: 0, assistants: 1 },
            shifts: Shifts::always(),
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        })
    };
    (0..count).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::generate::network;

    #[test]
    fn townships_tile_the_county_and_every_post_lies_in_its_own() {
        for (nodes, squads_wanted) in [(100, 3), (9_000, 3), (40_000, 8)] {
            let (network, towns) = network(nodes, 3).unwrap();
            let all = areas(&towns).unwrap();
            let townships: Vec<_> = all[1..].iter().map(|a| &a.geometry).collect();
            assert_eq!(townships.len(), nodes.div_ceil(1_600));
            let audit = topology::audit(&townships);
            assert!(audit.overlaps.is_empty() && audit.gaps.is_empty(), "{audit:?}");
            let sum: f64 = townships.iter().map(|t| shape::area_m2(t)).sum();
            assert!((sum / shape::area_m2(&all[0].geometry) - 1.0).abs() < 1e-9);
            let areas = Areas::new(all).unwrap();
            let squads = squads(&network, &towns, &areas).unwrap();
            assert_eq!(squads.len(), squads_wanted);
            for squad in &squads {
                squad.check().unwrap();
                let owner = areas.locate(squad.post).township.map(|ix| &areas.at(ix).code);
                assert_eq!(owner, Some(&squad.command_area));
                assert!(network.roads(squad.profile).snap(squad.post).is_some_and(|s| s.distance_m < 1.0));
            }
            let names: std::collections::HashSet<_> = squads.iter().map(|s| s.post.to_string()).collect();
            assert_eq!(names.len(), squads.len(), "each has a post of its own");
            // A town lies in its township, but for a few crossings of those that are turned most.
            let node_e7 = &network.car().graph.topology.node_e7;
            let astray = |(n, town): (usize, &Town)| {
                let own = areas.index(&format!("{CODE}{n:06}"));
                town.nodes.clone().filter(|&i| areas.locate(degrees(node_e7[i])).township != own).count()
            };
            let astray: usize = (1..).zip(&towns).map(astray).sum();
            assert!(astray * 50 < nodes, "{astray} of {nodes}");
        }
    }
}
