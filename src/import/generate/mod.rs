//! Made-up road networks of any size, for trials of scale: towns of streets, joined by highways.
//!
//! The towns stand on a square lattice, numbered along it row by row, each some turned grid of
//! streets with bends, gaps, one-way streets and a few wider avenues; roads lead to the four next
//! towns, every fourth of them a trunk road. The same number of nodes and seed give the same network
//! everywhere. It is no picture of a real county and must be labelled as made up wherever it shows.
//!
//! [`county`] puts areas and squads around the towns; [`nanhu`] makes a county of real names on roads
//! drawn with the same pen.

pub mod county;
pub mod nanhu;

use fastrand::Rng;

use super::network::plain_m_per_h;
use crate::{
    base::{Error, Result},
    domain::{
        roads::{Network, Place, Rules, SpeedTable},
        squads::Profile,
    },
    kernel::graph::{CLOSED, Metric, NodeIx, Part, RoadClass, Topology, degrees, segment_mm},
};

/// Nodes of a town, about.
const TOWN: usize = 1_600;
/// Between the centres of two towns, 1e-7 degrees: about 6.7 km.
const TOWN_STEP_E7: f64 = 600_000.0;
/// Between two crossings, 1e-7 degrees: about 100 m.
const STREET_STEP_E7: f64 = 9_000.0;
/// Every so many streets one is an avenue, which has no gaps.
const AVENUE: usize = 8;
/// The middle of the lattice, 1e-7 degrees: on the equator, where degrees are square.
const ORIGIN_E7: [f64; 2] = [1_000_000_000.0, 0.0];

/// A town of the lattice.
#[derive(Debug, Clone)]
pub struct Town {
    pub name: String,
    /// Column and row in the lattice.
    pub step: [usize; 2],
    /// Towns in a row of the lattice.
    pub side: usize,
    /// Its crossings, row by row.
    pub nodes: std::ops::Range<usize>,
}

impl Town {
    /// West, south, east and north of its part of the lattice, 1e-7 degrees: towns side by side share
    /// a border.
    fn box_e7(&self) -> [i32; 4] {
        // A town stands up to a quarter of a step east and north of its place.
        let line = |axis: usize, step: usize| {
            (ORIGIN_E7[axis] + (step as f64 - self.side as f64 / 2.0 - 0.375) * TOWN_STEP_E7) as i32
        };
        let [x, y] = self.step;
        [line(0, x), line(1, y), line(0, x + 1), line(1, y + 1)]
    }
}

/// A network of exactly `nodes` nodes, and the drive of a car by class and length.
///
/// # Errors
/// `Invalid` for fewer than two nodes or more than a network of this kind can number.
pub fn roads(nodes: usize, seed: u64) -> Result<(Topology, Metric)> {
    let (draft, _) = towns(nodes, seed)?;
    let metric = draft.metric(Profile::Car, SpeedTable::Osrm);
    Ok((draft.topology, metric))
}

/// The same as a network for all profiles, and its towns.
///
/// # Errors
/// As [`roads`].
pub fn network(nodes: usize, seed: u64) -> Result<(Network, Vec<Town>)> {
    let (draft, towns) = towns(nodes, seed)?;
    let place = |town: &Town| Place {
        kind: "town".to_owned(),
        name: town.name.clone(),
        name_zh: None,
        at: degrees(draft.topology.node_e7[middle(&town.nodes, 0, 1)]),
    };
    let places = towns.iter().map(place).collect();
    Ok((draft.network(SpeedTable::Osrm, places)?, towns))
}

/// A crossing in the middle of part `i` of `parts` of a town: all of its width, a part of its height.
fn middle(town: &std::ops::Range<usize>, i: usize, parts: usize) -> usize {
    let side = lattice_side(town.len());
    let row = town.len().div_ceil(side) * (2 * i + 1) / (2 * parts);
    (town.start + row * side + side / 2).min(town.end - 1)
}

/// Columns of the smallest square lattice for `n` places.
fn lattice_side(n: usize) -> usize {
    (1..).find(|s| s * s >= n).unwrap_or(1)
}

fn towns(nodes: usize, seed: u64) -> Result<(Draft, Vec<Town>)> {
    if !(2..=100_000_000).contains(&nodes) {
        return Err(Error::invalid("nodes", format!("{nodes} is not within 2 to 100 million nodes")));
    }
    let count = nodes.div_ceil(TOWN);
    let side = lattice_side(count);
    let mut draft = Draft::new(seed);
    let highways: Vec<u32> = (1..=2 * side).map(|n| draft.name(format!("Highway {n}"))).collect();
    let mut towns: Vec<Town> = Vec::with_capacity(count);
    let mut exits: Vec<Exits> = Vec::with_capacity(count);
    for t in 0..count {
        let [x, y] = [t % side, t / side];
        let place = [x, y].map(|step| step as f64 - side as f64 / 2.0);
        let (name, first) = (format!("Town {}", t + 1), draft.topology.node_e7.len());
        exits.push(draft.town(place, nodes * (t + 1) / count - nodes * t / count, &name));
        towns.push(Town { name, step: [x, y], side, nodes: first..draft.topology.node_e7.len() });
        let class = |line: usize| if line.is_multiple_of(4) { RoadClass::Trunk } else { RoadClass::Secondary };
        if x > 0 {
            draft.link([exits[t - 1].east, exits[t].west], class(y), 6, false, highways[2 * y]);
        }
        if y > 0 {
            draft.link([exits[t - side].south, exits[t].north], class(x), 6, false, highways[2 * x + 1]);
        }
    }
    Ok((draft, towns))
}

/// The nodes by which one leaves a town.
struct Exits {
    east: NodeIx,
    west: NodeIx,
    south: NodeIx,
    north: NodeIx,
}

/// A network on the drawing board.
struct Draft {
    dice: Rng,
    topology: Topology,
    oneway: Vec<bool>,
}

impl Draft {
    fn new(seed: u64) -> Self {
        let names = vec![String::new()];
        let topology = Topology { shape_start: vec![0], part_start: vec![0], names, ..Topology::default() };
        Self { dice: Rng::with_seed(seed), topology, oneway: Vec::new() }
    }

    /// Whole milliseconds by class and length.
    fn metric(&self, profile: Profile, table: SpeedTable) -> Metric {
        let t = &self.topology;
        let m_per_h = RoadClass::ALL.map(|class| u64::from(plain_m_per_h(class, table)[profile as usize]));
        let ms = |(&mm, &class): (&u32, &RoadClass)| match m_per_h[class as usize] {
            0 => CLOSED,
            v => (u64::from(mm) * 3_600 / v).clamp(1, u64::from(CLOSED - 1)) as u32,
        };
        let forward_ms: Vec<u32> = t.link_mm.iter().zip(&t.link_class).map(ms).collect();
        if profile == Profile::Foot {
            return Metric { backward_ms: forward_ms.clone(), forward_ms };
        }
        let backward_ms = forward_ms.iter().zip(&self.oneway).map(|(&ms, &o)| if o { CLOSED } else { ms }).collect();
        Metric { forward_ms, backward_ms }
    }

    fn network(self, table: SpeedTable, places: Vec<Place>) -> Result<Network> {
        let rules =
            Profile::ALL.map(|p| Rules { metric: self.metric(p, table), turns: Vec::new(), at_ends: Vec::new() });
        Network::new(table, self.topology, rules, Vec::new(), places)
    }

    /// The index of a new name.
    fn name(&mut self, name: String) -> u32 {
        self.topology.names.push(name);
        self.topology.names.len() as u32 - 1
    }

    fn node(&mut self, e7: [i32; 2]) -> NodeIx {
        self.topology.node_e7.push(e7);
        self.topology.node_osm.push(self.topology.node_e7.len() as i64);
        self.topology.node_e7.len() as NodeIx - 1
    }

    /// A grid of `nodes` crossings, turned and shaken.
    fn town(&mut self, place: [f64; 2], nodes: usize, name: &str) -> Exits {
        let side = lattice_side(nodes);
        let (first, rows) = (self.topology.node_e7.len(), nodes.div_ceil(side));
        let (sin, cos) = ((self.dice.f64() - 0.5) * 0.7).sin_cos();
        let centre = [0, 1].map(|i| ORIGIN_E7[i] + (place[i] + 0.25 * self.dice.f64()) * TOWN_STEP_E7);
        for i in 0..nodes {
            let [x, y] = [i % side, i / side]
                .map(|step| (step as f64 - side as f64 / 2.0 + 0.4 * (self.dice.f64() - 0.5)) * STREET_STEP_E7);
            self.node([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos].map(|v| v as i32));
        }
        let mut names =
            |line: &str, n: usize| -> Vec<u32> { (1..=n).map(|i| self.name(format!("{name} {line} {i}"))).collect() };
        let (streets, lanes) = (names("Street", rows), names("Lane", side));
        for i in 0..nodes {
            let (x, y) = (i % side, i / side);
            if x + 1 < side && i + 1 < nodes {
                self.street([first + i, first + i + 1], y % AVENUE == AVENUE / 2, 0.12, streets[y]);
            }
            if i + side < nodes {
                self.street([first + i, first + i + side], x % AVENUE == AVENUE / 2, 0.3, lanes[x]);
            }
        }
        let node = |x: usize, y: usize| (first + (y * side + x).min(nodes - 1)) as NodeIx;
        Exits {
            east: node(side - 1, (rows - 1) / 2),
            west: node(0, (rows - 1) / 2),
            south: node(side / 2, rows - 1),
            north: node(side / 2, 0),
        }
    }

    /// A street between two crossings; or a gap, with the chance of it.
    fn street(&mut self, ends: [usize; 2], avenue: bool, gap: f64, name: u32) {
        let [a, b] = ends.map(|n| n as NodeIx);
        let [lot, way] = [0, 1].map(|_| self.dice.f64());
        if avenue {
            self.link([a, b], RoadClass::Tertiary, 0, false, name);
        } else if lot >= gap {
            let class = match ((lot - gap) / (1.0 - gap) * 20.0) as u32 {
                0 => RoadClass::LivingStreet,
                1..3 => RoadClass::Service,
                _ => RoadClass::Residential,
            };
            let bends = usize::from(self.dice.f64() < 0.3);
            self.link(if way < 0.06 { [b, a] } else { [a, b] }, class, bends, way < 0.12, name);
        }
    }

    fn link(&mut self, [tail, head]: [NodeIx; 2], class: RoadClass, bends: usize, oneway: bool, name: u32) {
        let [a, b] = [tail, head].map(|n| self.topology.node_e7[n as usize]);
        let t = &mut self.topology;
        let begin = t.shape_e7.len();
        t.shape_e7.push(a);
        for i in 1..=bends {
            let along = i as f64 / (bends + 1) as f64;
            let shaken = |i: usize, share: f64| {
                f64::from(a[i]) + along * f64::from(b[i] - a[i]) + (share - 0.5) * 0.3 * STREET_STEP_E7
            };
            t.shape_e7.push([0, 1].map(|i| shaken(i, self.dice.f64()) as i32));
        }
        t.shape_e7.push(b);
        t.link_mm.push(t.shape_e7[begin..].windows(2).map(|s| segment_mm(s[0], s[1])).sum());
        t.shape_start.push(t.shape_e7.len() as u32);
        let (way, last) = (t.link_tail.len() as i64 + 1, bends as u32 + 1);
        t.parts.push(Part { way, last, against: false, level: 0, round: false });
        t.part_start.push(t.parts.len() as u32);
        t.link_tail.push(tail);
        t.link_head.push(head);
        t.link_class.push(class);
        t.link_name.push(name);
        t.link_ref.push(0);
        t.link_others.push(0);
        self.oneway.push(oneway);
    }
}

#[cfg(test)]
mod tests;
