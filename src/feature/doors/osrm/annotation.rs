//! What a route tells of each stretch between two of its points.

use super::{
    super::tenths,
    refusal::{Refusal, refuse},
    wire::{Annotation, Sources},
};
use crate::{
    base::LngLat,
    domain::roads::Roads,
    kernel::{
        dijkstra::{Driven, Route},
        graph::Graph,
    },
};

const KNOWN: [&str; 5] = ["duration", "distance", "speed", "weight", "datasources"];
/// By the numbers in `datasources`.
const SOURCES: [&str; 2] = ["roads as imported", "traffic and closures"];

/// What the option asks for.
pub fn wanted(text: Option<&str>) -> Result<Vec<&'static str>, Refusal> {
    let known = |word: &str| match KNOWN.into_iter().find(|known| *known == word) {
        Some(known) => Ok(known),
        None if word == "nodes" => {
            refuse("InvalidOptions", "annotations of nodes are not known here: OSM's ids are kept of junctions alone")
        }
        None => refuse("InvalidOptions", format!("annotations of {word:?}: not one of {}", KNOWN.join(", "))),
    };
    match text.unwrap_or("false") {
        "false" => Ok(Vec::new()),
        "true" => Ok(KNOWN.to_vec()),
        list => list.split(',').map(known).collect(),
    }
}

/// From one point to the next.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    ms: u32,
    mm: u32,
    m_per_s: f64,
    source: usize,
}

/// What is wanted of a leg, if anything is. What is walked at its ends is told with the first stretch, so that all
/// together take as long as the leg.
pub fn annotation(roads: &Roads, leg: &Route, walk_ms: u32, wanted: &[&str]) -> Option<Annotation> {
    if wanted.is_empty() {
        return None;
    }
    let mut stretches = stretches(roads, leg);
    stretches[0].ms += walk_ms;
    let asked = |what| wanted.contains(&what);
    let all = |of: fn(&Stretch) -> f64| stretches.iter().map(of).collect::<Vec<f64>>();
    let duration_s = |s: &Stretch| f64::from(s.ms) / 1_000.0;
    let sources = asked("datasources").then(|| stretches.iter().map(|s| s.source).collect());
    Some(Annotation {
        duration: asked("duration").then(|| all(duration_s)),
        weight: asked("weight").then(|| all(duration_s)),
        distance: asked("distance").then(|| all(|s| f64::from(s.mm) / 1_000.0)),
        speed: asked("speed").then(|| all(|s| s.m_per_s)),
        metadata: sources.is_some().then_some(Sources { datasource_names: SOURCES }),
        datasources: sources,
    })
}

/// One for each two points of the leg. Parts of a link take their share of its time, as everywhere.
fn stretches(roads: &Roads, leg: &Route) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::with_capacity(leg.points.len());
    let mut last = leg.points[0];
    for driven in &leg.driven {
        let changed = roads.imported().ms(driven.edge) != roads.graph.ms(driven.edge);
        let m_per_s = tenths(f64::from(driven.mm()) / f64::from(driven.ms.max(1)));
        for (point, ms, mm) in along(&roads.graph, driven) {
            match all.last_mut().filter(|_| point == last) {
                // No stretch of its own in the route's geometry.
                Some(same) => (same.ms, same.mm) = (same.ms + ms, same.mm + mm),
                None => all.push(Stretch { ms, mm, m_per_s, source: usize::from(changed) }),
            }
            last = point;
        }
    }
    all.resize(leg.points.len() - 1, Stretch::default());
    all
}

/// Each further point of what is driven of a link, with the milliseconds and millimetres to it from the point before.
fn along(graph: &Graph, driven: &Driven) -> Vec<(LngLat, u32, u32)> {
    let [from_mm, to_mm] = driven.ends_mm;
    let marks = graph.marks(driven.link(), from_mm, to_mm);
    let passed = |at_mm| graph.part_ms(driven.edge, at_mm);
    let mut left_ms = driven.ms;
    let step = |ends: &[(LngLat, u32)]| {
        let [(_, from_mm), (point, to_mm)] = [ends[0], ends[1]];
        (point, passed(to_mm) - passed(from_mm), from_mm.abs_diff(to_mm))
    };
    let mut steps: Vec<_> = marks.windows(2).map(step).collect();
    steps.iter().for_each(|(_, ms, _)| left_ms -= ms);
    // A link without length takes a millisecond all the same.
    steps.iter_mut().last().into_iter().for_each(|(_, ms, _)| *ms += left_ms);
    steps
}
