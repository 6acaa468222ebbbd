//! Crossings: `A & B` of two streets, by their names or numbers, as callers say where they are (路口). Where two
//! streets meet at a junction of the roads; a bridge over another road is no crossing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    gazetteer::{Gazetteer, Known, Street},
    names::{Fit, Query},
};
use crate::{
    base::LngLat,
    kernel::graph::{Graph, LinkIx, NodeIx},
};

/// What stands between the two names.
const BETWEEN: [&str; 13] = ["&", "＆", "+", "/", "／", "×", " x ", " and ", " at ", "与", "和", "交", "、"];
/// What a caller adds.
const AFTER: [&str; 5] = ["交叉路口", "交叉口", "交汇处", "交汇", "路口"];
/// Streets of one name or number that are looked at; each township's is one.
const STREETS_MAX: usize = 60;
/// The carriageways of one crossing lie within this of each other, metres.
const SAME_M: f64 = 60.0;

/// Where two streets meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    pub name: String,
    pub at: LngLat,
}

/// The crossings that `text` names, with how well the worse of the two names fits.
pub fn find(gazetteer: &Gazetteer, text: &str) -> Vec<(Fit, Crossing)> {
    let Some(network) = gazetteer.roads.network() else { return Vec::new() };
    let graph = &network.car().graph;
    let text = text.trim();
    let text = AFTER.iter().find_map(|after| text.strip_suffix(after)).unwrap_or(text);
    let mut best: BTreeMap<(String, [i64; 2]), (Fit, Crossing)> = BTreeMap::new();
    for (one, other) in splits(text) {
        let [ones, others] = [one, other].map(|name| streets(gazetteer, name));
        for ((a_fit, a), (b_fit, b)) in ones.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
            for at in meet(graph, a, b) {
                let (fit, crossing) = (*a_fit.max(b_fit), Crossing { name: format!("{} & {}", a.name, b.name), at });
                let key = (crossing.name.clone(), [at.lng, at.lat].map(|deg| (deg * 1e7).round() as i64));
                let known = best.entry(key).or_insert_with(|| (fit, crossing));
                known.0 = known.0.min(fit);
            }
        }
    }
    merged(best.into_values().collect())
}

/// Each way to read two names in it; the words between may be part of one (和平路).
fn splits(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let cuts: Vec<(usize, usize)> = BETWEEN
        .iter()
        .flat_map(|mark| lower.match_indices(mark).map(|(at, m)| (at, m.len())).collect::<Vec<_>>())
        .collect();
    let halves = move |(at, length): (usize, usize)| (&text[..at], &text[at + length..]);
    cuts.into_iter().map(halves).filter(|(a, b)| !a.trim().is_empty() && !b.trim().is_empty())
}

/// The streets of a name, the best first.
fn streets<'a>(gazetteer: &'a Gazetteer, name: &str) -> Vec<(Fit, &'a Street)> {
    let Some(query) = Query::new(name) else { return Vec::new() };
    let mut best: BTreeMap<u32, Fit> = BTreeMap::new();
    for (fit, _, known) in gazetteer.names.find(&query) {
        if let Known::Street(n) = known
            && fit < Fit::Nearly
        {
            best.entry(n).and_modify(|known| *known = fit.min(*known)).or_insert(fit);
        }
    }
    let mut found: Vec<(Fit, u32)> = best.into_iter().map(|(n, fit)| (fit, n)).collect();
    found.sort_unstable();
    found.truncate(STREETS_MAX);
    found.into_iter().map(|(fit, n)| (fit, &gazetteer.streets[n as usize])).collect()
}

/// The junctions at which a link of one street alone meets a link of the other alone: a road that has a name and a
/// number crosses nothing by that.
fn meet(graph: &Graph, a: &Street, b: &Street) -> Vec<LngLat> {
    if std::ptr::eq(a, b) || !near(a, b) {
        return Vec::new();
    }
    let ends = |link: &LinkIx| {
        let edge = 2 * link;
        let shape = graph.shape(*link);
        let places = [shape.clone().next(), shape.clone().next_back()];
        graph.ends(edge).into_iter().zip(places)
    };
    let alone = |of: &Street, without: &Street| -> BTreeMap<NodeIx, LngLat> {
        let links = of.links.iter().filter(|l| without.links.binary_search(l).is_err());
        links.flat_map(ends).filter_map(|(node, at)| Some((node, at?))).collect()
    };
    let (ones, others) = (alone(a, b), alone(b, a));
    ones.into_iter().filter(|(node, _)| others.contains_key(node)).map(|(_, at)| at).collect()
}

fn near(a: &Street, b: &Street) -> bool {
    a.bbox.west <= b.bbox.east
        && b.bbox.west <= a.bbox.east
        && a.bbox.south <= b.bbox.north
        && b.bbox.south <= a.bbox.north
}

/// The junctions of one crossing are one: those of its carriageways lie close together.
fn merged(all: Vec<(Fit, Crossing)>) -> Vec<(Fit, Crossing)> {
    let mut kept: Vec<(Fit, Crossing)> = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (n, (fit, crossing)) in all.iter().enumerate() {
        if !told.insert(n) {
            continue;
        }
        for (m, (_, other)) in all.iter().enumerate().skip(n + 1) {
            if other.name == crossing.name && other.at.distance_m(crossing.at) <= SAME_M {
                told.insert(m);
            }
        }
        kept.push((*fit, crossing.clone()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_are_read_in_every_way_that_leaves_two() {
        fn read(text: &str) -> Vec<(&str, &str)> {
            splits(text).collect()
        }
        assert_eq!(read("Mill Lane & A18"), [("Mill Lane ", " A18")]);
        assert_eq!(read("Mill Lane and A18"), [("Mill Lane", "A18")]);
        assert_eq!(read("和平路与中山路"), [("和平路", "中山路")]);
        assert_eq!(read("和平路和中山路"), [("和平路", "中山路")]);
        assert_eq!(read("中山路和和平路"), [("中山路", "和平路"), ("中山路和", "平路")]);
        assert_eq!(read("North Quay"), []);
        assert_eq!(read("& A18"), []);
        // Letters that grow when they are made small don't shift the cut.
        assert_eq!(read("İstanbul & A18"), [("İstanbul ", " A18")]);
    }
}
