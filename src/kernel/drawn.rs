//! Small maps for tests: drawn with letters, or thrown at random from a seed.

// Helpers of tests are tests: a panic is how they report.
#![allow(clippy::unwrap_used)]

use fastrand::Rng;

use super::graph::{CLOSED, Graph, Metric, Part, Position, RoadClass, Topology, degrees, segment_mm};

/// Millimetres per millisecond: 36 km/h.
const SPEED: u32 = 10;

/// One letter of the drawing is about 100 m wide and high: 0.0009 degrees at the equator.
const STEP_E7: i32 = 9_000;

/// A graph of the letters in `art` as nodes, in alphabetical order, and of `roads` such as `"A-B"`
/// (both ways) or `"A>B"` (one way, and drawn that way round), all at 36 km/h; link `i` is `roads[i]`
/// and is named by it.
pub fn drawn(art: &str, roads: &[&str]) -> Graph {
    let mut letters: Vec<(char, [i32; 2])> = Vec::new();
    for (row, line) in art.lines().enumerate() {
        let places = line.chars().enumerate().filter(|(_, c)| c.is_alphabetic());
        letters.extend(places.map(|(col, c)| (c, [col as i32 * STEP_E7, -(row as i32) * STEP_E7])));
    }
    letters.sort_unstable();
    let node = |c: char| letters.iter().position(|l| l.0 == c).unwrap() as u32;
    let links = roads.iter().map(|road| {
        let [a, kind, b] = road.chars().collect::<Vec<_>>()[..] else { panic!("{road}") };
        let ends = [node(a), node(b)];
        let shape = ends.map(|n| letters[n as usize].1).to_vec();
        let ms = segment_mm(shape[0], shape[1]) / SPEED;
        (ends, shape, [ms, if kind == '>' { CLOSED } else { ms }])
    });
    let places = letters.iter().map(|l| l.1).collect();
    graph(places, links.collect(), roads)
}

/// Ends, shape, milliseconds forward and backward.
type Link = ([u32; 2], Vec<[i32; 2]>, [u32; 2]);

/// A graph from its parts; names belong to the first links.
fn graph(places: Vec<[i32; 2]>, links: Vec<Link>, names: &[&str]) -> Graph {
    let mut t = Topology {
        node_osm: (1..=places.len() as i64).collect(),
        node_e7: places,
        names: std::iter::once("").chain(names.iter().copied()).map(str::to_owned).collect(),
        shape_start: vec![0],
        part_start: vec![0],
        ..Topology::default()
    };
    let mut m = Metric::default();
    for (i, (ends, shape, ms)) in links.into_iter().enumerate() {
        t.link_tail.push(ends[0]);
        t.link_head.push(ends[1]);
        t.link_class.push(RoadClass::Residential);
        t.parts.push(Part { way: i as i64, last: shape.len() as u32 - 1, against: false, level: 0, round: false });
        t.part_start.push(t.parts.len() as u32);
        t.link_name.push(if i < names.len() { i as u32 + 1 } else { 0 });
        t.link_ref.push(0);
        t.link_others.push(0);
        t.link_mm.push(shape.windows(2).map(|s| segment_mm(s[0], s[1])).sum());
        t.shape_e7.extend(shape);
        t.shape_start.push(t.shape_e7.len() as u32);
        m.forward_ms.push(ms[0]);
        m.backward_ms.push(ms[1]);
    }
    Graph::new(t, m).unwrap()
}

/// What tests draw beside numbers.
pub trait Draws {
    fn position(&mut self, graph: &Graph) -> Position;
}

impl Draws for Rng {
    fn position(&mut self, graph: &Graph) -> Position {
        let link = self.usize(..graph.links()) as u32;
        let whole = graph.topology.link_mm[link as usize];
        // Ends and middles are where mistakes hide: draw them often.
        let offset_mm = match self.usize(..6) {
            0 => 0,
            1 => whole,
            _ => self.usize(..whole as usize + 1) as u32,
        };
        Position { link, offset_mm }
    }
}

/// A random graph with one-way, closed, parallel and looping links, bends, few distinct weights (so
/// that ties are common) and several components.
///
/// It lies in a box of 0.01 degrees at 60 degrees north, where a degree of longitude is half as long.
pub fn random(dice: &mut Rng) -> Graph {
    random_from(dice, 600_000_000)
}

/// The same from the equator northwards.
pub fn random_on_equator(dice: &mut Rng) -> Graph {
    random_from(dice, 0)
}

fn random_from(dice: &mut Rng, south_e7: i32) -> Graph {
    let place = |dice: &mut Rng| [dice.usize(..100_000) as i32, south_e7 + dice.usize(..100_000) as i32];
    let nodes = 2 + dice.usize(..30);
    let places: Vec<[i32; 2]> = (0..nodes).map(|_| place(dice)).collect();
    let links = (0..1 + dice.usize(..3 * nodes)).map(|_| {
        let ends = [0, 1].map(|_| dice.usize(..nodes) as u32);
        let bends = (0..dice.usize(..4)).map(|_| place(dice)).collect::<Vec<_>>();
        let shape = [vec![places[ends[0] as usize]], bends, vec![places[ends[1] as usize]]].concat();
        let ms = [0, 1].map(|_| if dice.usize(..4) == 0 { CLOSED } else { 1 + dice.usize(..20) as u32 * 1000 });
        (ends, shape, ms)
    });
    let links = links.collect();
    graph(places, links, &[])
}

/// A town of `side` × `side` crossings with missing, one-way, slow and closed streets.
pub fn town(dice: &mut Rng, side: usize) -> Graph {
    let places: Vec<[i32; 2]> = (0..side * side)
        .map(|i| [i % side, i / side].map(|step| step as i32 * STEP_E7 + dice.usize(..STEP_E7 as usize / 2) as i32))
        .collect();
    let mut links = Vec::new();
    for i in 0..side * side {
        for j in [(i % side + 1 < side).then_some(i + 1), (i / side + 1 < side).then_some(i + side)] {
            let Some(j) = j.filter(|_| dice.usize(..8) > 0) else { continue };
            let ms = [0, 1].map(|_| if dice.usize(..8) == 0 { CLOSED } else { 1 + dice.usize(..20) as u32 * 1000 });
            links.push(([i as u32, j as u32], vec![places[i], places[j]], ms));
        }
    }
    graph(places, links, &[])
}

/// Metres east of the letter in the first column, as degrees on the equator.
pub fn at_letter(col: f64, row: f64) -> xunge_base::LngLat {
    let step = degrees([STEP_E7, 0]).lng;
    xunge_base::LngLat { lng: col * step, lat: -row * step }
}

/// A [`random`] graph with [`random_rules`].
pub fn random_with_rules(dice: &mut Rng) -> Graph {
    let graph = random(dice);
    random_rules(dice, graph)
}

/// The graph with [`random_turns`] forbidden and some roads, two times of three, for some only.
pub fn random_rules(dice: &mut Rng, graph: Graph) -> Graph {
    let turns = random_turns(dice, &graph);
    let at_ends = random_at_ends(dice, &graph);
    Graph::with_rules(graph.topology, graph.metric, turns, at_ends).unwrap()
}

/// Edges for some only, many or few: whole links and single directions.
pub fn random_at_ends(dice: &mut Rng, graph: &Graph) -> Vec<u32> {
    let rare = [1, 2, 6][dice.usize(..3)];
    let mut edges = Vec::new();
    for link in (0..graph.links() as u32).filter(|_| rare > 1) {
        let sides = [2 * link, 2 * link + 1];
        match dice.usize(..2 * rare) {
            0 => edges.extend(sides),
            1 => edges.push(sides[dice.usize(..2)]),
            _ => {}
        }
    }
    edges
}

/// Random forbidden sequences of two to four edges, overlapping and beginning one another; also
/// U-turns and whole junctions with no way through.
pub fn random_turns(dice: &mut Rng, graph: &Graph) -> Vec<Vec<u32>> {
    let edges: Vec<u32> = (0..2 * graph.links() as u32).filter(|&e| graph.ms(e) != CLOSED).collect();
    let after = |edge: u32| edges.iter().copied().filter(move |&e| graph.ends(e)[0] == graph.ends(edge)[1]);
    let mut turns: Vec<Vec<u32>> = Vec::new();
    if edges.is_empty() {
        return turns;
    }
    for _ in 0..dice.usize(..12) {
        let mut turn = vec![edges[dice.usize(..edges.len())]];
        for _ in 0..1 + dice.usize(..3) {
            let next: Vec<u32> = after(turn[turn.len() - 1]).collect();
            if !next.is_empty() {
                turn.push(next[dice.usize(..next.len())]);
            }
        }
        turns.extend(Some(turn).filter(|t| t.len() > 1));
    }
    for _ in 0..dice.usize(..3) {
        let node = dice.usize(..graph.nodes()) as u32;
        let no_way_through = dice.usize(..2) == 0;
        for &e in edges.iter().filter(|&&e| graph.ends(e)[1] == node) {
            turns.extend(after(e).filter(|&f| (f == e ^ 1) != no_way_through).map(|f| vec![e, f]));
        }
    }
    turns.sort();
    turns.dedup();
    turns
}
