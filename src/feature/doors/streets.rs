//! A drive told street by street, and how one comes from each to the next: what every door's instructions
//! are made of.

use std::collections::BTreeSet;

use super::bearing::{bearing_deg, turn_word};
use crate::{
    base::LngLat,
    kernel::{
        dijkstra::{Driven, Route},
        graph::{CLOSED, Graph, LinkIx, NodeIx, RoadClass},
    },
};

/// What one moves along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Road,
    Ferry,
    Roundabout,
}

/// Consecutive links of one street. It has a name, else a number, else neither.
#[derive(Debug, Clone, Copy)]
pub struct Street<'a> {
    pub way: Way,
    pub name: &'a str,
    pub number: &'a str,
    pub ms: u32,
    pub mm: u64,
    pub points: &'a [LngLat],
    driven: &'a [Driven],
}

/// How a street is come to.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    pub at: LngLat,
    /// None where the drive begins.
    pub before: Option<f64>,
    pub after: f64,
    /// OSRM's word.
    pub word: &'static str,
}

impl Way {
    fn of(graph: &Graph, link: LinkIx) -> Self {
        match graph.class(link) {
            RoadClass::Ferry => Self::Ferry,
            _ if graph.round(link) => Self::Roundabout,
            _ => Self::Road,
        }
    }
}

impl<'a> Street<'a> {
    /// The streets of a drive in their order, at least one. What is walked at its ends is told with the first.
    pub fn all(graph: &'a Graph, leg: &'a Route, walk_ms: u32) -> Vec<Self> {
        let alike = |a: &Driven, b: &Driven| key(graph, a.link()) == key(graph, b.link());
        let mut rest = leg.driven.chunk_by(alike).peekable();
        let mut streets = Vec::new();
        while let Some(driven) = rest.next() {
            let last = rest.peek().map_or(leg.points.len() - 1, |next| next[0].first_point);
            streets.push(Self::of(graph, driven, &leg.points[driven[0].first_point..=last]));
        }
        if streets.is_empty() {
            let link = leg.ends[0].link;
            let name = graph.name(link).unwrap_or_default();
            let number = graph.number(link).unwrap_or_default();
            streets.push(Self { way: Way::Road, name, number, ms: 0, mm: 0, points: &leg.points, driven: &[] });
        }
        streets[0].ms += walk_ms;
        streets
    }

    fn of(graph: &'a Graph, driven: &'a [Driven], points: &'a [LngLat]) -> Self {
        let first = |text: fn(&Graph, LinkIx) -> Option<&str>| driven.iter().find_map(|d| text(graph, d.link()));
        Self {
            way: Way::of(graph, driven[0].link()),
            name: first(Graph::name).unwrap_or_default(),
            number: first(Graph::number).unwrap_or_default(),
            ms: driven.iter().map(|d| d.ms).sum(),
            mm: driven.iter().map(|d| u64::from(d.mm())).sum(),
            points,
            driven,
        }
    }

    /// Which exit of a roundabout it is by which one leaves this one at its end, from 1.
    pub fn exit(&self, graph: &Graph) -> usize {
        let passed = self.driven.iter().rev().skip(1).map(|d| exits(graph, graph.ends(d.edge)[1]));
        passed.sum::<usize>() + 1
    }

    /// How it is come to from the street before it.
    pub fn turn(&self, before: Option<&Self>) -> Turn {
        let ahead = |ends: &[LngLat]| bearing_deg(ends[0], ends[1]);
        let moving = |ends: &&[LngLat]| ends[0] != ends[1];
        let after = self.points.windows(2).find(moving).map(ahead);
        let before = before.map(|b| b.points.windows(2).rev().find(moving).map_or(0.0, ahead));
        let after = after.or(before).unwrap_or(0.0);
        let word = before.map_or("straight", |before| turn_word(before, after));
        Turn { at: self.points[0], before, after, word }
    }

    /// The bearing with which one arrives.
    pub fn last_bearing(&self) -> f64 {
        let ends = self.points.windows(2).rev().find(|ends| ends[0] != ends[1]);
        ends.map_or(0.0, |ends| bearing_deg(ends[0], ends[1]))
    }
}

/// What links of one street share; a roundabout is one, however it is called.
fn key(graph: &Graph, link: LinkIx) -> (Way, &str) {
    match Way::of(graph, link) {
        Way::Roundabout => (Way::Roundabout, ""),
        way => (way, graph.name(link).or(graph.number(link)).unwrap_or_default()),
    }
}

/// How many roads lead off a roundabout at a junction.
fn exits(graph: &Graph, junction: NodeIx) -> usize {
    let leads_off = |&link: &LinkIx| {
        let leaves = |edge| graph.ends(edge)[0] == junction && graph.ms(edge) != CLOSED;
        !graph.round(link) && (leaves(2 * link) || leaves(2 * link + 1))
    };
    graph.links_at(junction).collect::<BTreeSet<_>>().iter().filter(|link| leads_off(link)).count()
}

/// The two named streets that are driven farthest, in the order in which they are.
pub fn summary(streets: &[Street]) -> String {
    let mut named: Vec<(usize, &Street)> = streets.iter().enumerate().filter(|(_, s)| !s.name.is_empty()).collect();
    named.sort_by_key(|(_, s)| std::cmp::Reverse(s.mm));
    named.truncate(2);
    named.sort_by_key(|(place, _)| *place);
    named.iter().map(|(_, s)| s.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
