//! Crossings: `A & B` of two streets, by their names or numbers, as callers say where they are (路口). Where two
//! streets meet at a junction of the roads; a bridge over another road is no crossing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    gazetteer::{Gazetteer, Known},
    names::{Fit, Query},
};
use crate::{
    base::{LngLat, name_key},
    kernel::graph::{Graph, LinkIx, NodeIx},
};

/// What stands between the two names.
const BETWEEN: [&str; 13] = ["&", "＆", "+", "/", "／", "×", " x ", " and ", " at ", "与", "和", "交", "、"];
/// What a caller adds.
const AFTER: [&str; 5] = ["交叉路口", "交叉口", "交汇处", "交汇", "路口"];
/// Of a name that fits more streets the best are looked at.
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
        for (a, b) in ones.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
            for at in meet(graph, a, b) {
                let (fit, crossing) = (a.fit.max(b.fit), Crossing { name: format!("{} & {}", a.name, b.name), at });
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

/// A street in all townships that it leads through: where one of them ends it crosses nothing.
struct Whole<'a> {
    fit: Fit,
    name: &'a str,
    /// Ascending.
    links: Vec<LinkIx>,
}

/// The streets that a name fits, the best first.
fn streets<'a>(gazetteer: &'a Gazetteer, name: &str) -> Vec<Whole<'a>> {
    let Some(query) = Query::new(name) else { return Vec::new() };
    let mut by_name: BTreeMap<String, Whole<'a>> = BTreeMap::new();
    let mut known: BTreeSet<u32> = BTreeSet::new();
    for (fit, _, of) in gazetteer.names.find(&query) {
        let Known::Street(n) = of else { continue };
        if fit == Fit::Nearly {
            continue;
        }
        let street = &gazetteer.streets[n as usize];
        let whole = by_name.entry(name_key(&street.name));
        let whole = whole.or_insert(Whole { fit, name: &street.name, links: Vec::new() });
        whole.fit = whole.fit.min(fit);
        if known.insert(n) {
            whole.links.extend(&street.links);
        }
    }
    let mut found: Vec<Whole<'a>> = by_name.into_values().collect();
    found.iter_mut().for_each(|whole| whole.links.sort_unstable());
    found.sort_by_key(|whole| whole.fit);
    found.truncate(STREETS_MAX);
    found
}

/// The junctions at which a link of one street alone meets a link of the other alone: a road that has a name and a
/// number crosses nothing by that.
fn meet(graph: &Graph, a: &Whole, b: &Whole) -> Vec<LngLat> {
    let ends = |link: &LinkIx| {
        let shape = graph.shape(*link);
        graph.ends(2 * link).into_iter().zip([shape.clone().next(), shape.clone().next_back()])
    };
    let alone = |of: &Whole, without: &Whole| -> BTreeMap<NodeIx, LngLat> {
        let links = of.links.iter().filter(|l| without.links.binary_search(l).is_err());
        links.flat_map(ends).filter_map(|(node, at)| Some((node, at?))).collect()
    };
    let (ones, others) = (alone(a, b), alone(b, a));
    ones.into_iter().filter(|(node, _)| others.contains_key(node)).map(|(_, at)| at).collect()
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
