//! Made-up road networks of any size, for trials of scale: towns of streets, joined by highways.
//!
//! The towns stand on a square lattice, numbered along it row by row, each some turned grid of
//! streets with bends, gaps, one-way streets and a few wider avenues; roads lead to the four next
//! towns, every fourth of them a trunk road. The same number of nodes and seed give the same network
//! everywhere. It is no picture of a real county and must be labelled as made up wherever it shows.

use crate::{
    base::{Error, Result},
    kernel::graph::{CLOSED, Metric, NodeIx, RoadClass, Topology, segment_mm},
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

/// A network of exactly `nodes` nodes, and the drive of a car by class and length.
///
/// # Errors
/// `Invalid` for fewer than two nodes or more than a network of this kind can number.
pub fn roads(nodes: usize, seed: u64) -> Result<(Topology, Metric)> {
    if !(2..=100_000_000).contains(&nodes) {
        return Err(Error::invalid("nodes", format!("{nodes} is not within 2 to 100 million nodes")));
    }
    let towns = nodes.div_ceil(TOWN);
    let side = (1..).find(|s| s * s >= towns).unwrap_or(1);
    let mut draft = Draft { dice: Dice(seed), ..Draft::default() };
    draft.topology.shape_start.push(0);
    draft.topology.names.push(String::new());
    let mut built: Vec<Town> = Vec::with_capacity(towns);
    for t in 0..towns {
        let place = [t % side, t / side].map(|step| step as f64 - side as f64 / 2.0);
        built.push(draft.town(place, nodes * (t + 1) / towns - nodes * t / towns));
        let class = |line: usize| if line.is_multiple_of(4) { RoadClass::Trunk } else { RoadClass::Secondary };
        if t % side > 0 {
            draft.road([built[t - 1].east, built[t].west], class(t / side), 6);
        }
        if t >= side {
            draft.road([built[t - side].south, built[t].north], class(t % side), 6);
        }
    }
    let metric = metric(&draft.topology, &draft.oneway);
    Ok((draft.topology, metric))
}

/// Km/h by class.
fn km_per_h(class: RoadClass) -> u64 {
    match class {
        RoadClass::Trunk => 85,
        RoadClass::Secondary => 55,
        RoadClass::Tertiary => 40,
        RoadClass::LivingStreet => 10,
        RoadClass::Service => 15,
        _ => 25,
    }
}

fn metric(topology: &Topology, oneway: &[bool]) -> Metric {
    let drive_ms = |(&mm, &class): (&u32, &RoadClass)| (u64::from(mm) * 36 / (km_per_h(class) * 10)).max(1) as u32;
    let forward_ms: Vec<u32> = topology.link_mm.iter().zip(&topology.link_class).map(drive_ms).collect();
    let backward_ms = forward_ms.iter().zip(oneway).map(|(&ms, &o)| if o { CLOSED } else { ms }).collect();
    Metric { forward_ms, backward_ms }
}

/// The nodes by which one leaves a town.
struct Town {
    east: NodeIx,
    west: NodeIx,
    south: NodeIx,
    north: NodeIx,
}

#[derive(Default)]
struct Draft {
    dice: Dice,
    topology: Topology,
    oneway: Vec<bool>,
}

impl Draft {
    /// A grid of `nodes` crossings, turned and shaken.
    fn town(&mut self, place: [f64; 2], nodes: usize) -> Town {
        let side = (1..).find(|s| s * s >= nodes).unwrap_or(1);
        let (first, rows) = (self.topology.node_e7.len(), nodes.div_ceil(side));
        let (sin, cos) = ((self.dice.share() - 0.5) * 0.7).sin_cos();
        let centre = [0, 1].map(|i| ORIGIN_E7[i] + (place[i] + 0.25 * self.dice.share()) * TOWN_STEP_E7);
        for i in 0..nodes {
            let [x, y] = [i % side, i / side]
                .map(|step| (step as f64 - side as f64 / 2.0 + 0.4 * (self.dice.share() - 0.5)) * STREET_STEP_E7);
            self.topology.node_osm.push((first + i + 1) as i64);
            self.topology
                .node_e7
                .push([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos].map(|v| v as i32));
        }
        for i in 0..nodes {
            let (x, y) = (i % side, i / side);
            if x + 1 < side && i + 1 < nodes {
                self.street([first + i, first + i + 1], y % AVENUE == AVENUE / 2, 0.12);
            }
            if i + side < nodes {
                self.street([first + i, first + i + side], x % AVENUE == AVENUE / 2, 0.3);
            }
        }
        let node = |x: usize, y: usize| (first + (y * side + x).min(nodes - 1)) as NodeIx;
        Town {
            east: node(side - 1, (rows - 1) / 2),
            west: node(0, (rows - 1) / 2),
            south: node(side / 2, rows - 1),
            north: node(side / 2, 0),
        }
    }

    /// A street between two crossings; or a gap, with the chance of it.
    fn street(&mut self, ends: [usize; 2], avenue: bool, gap: f64) {
        let [a, b] = ends.map(|n| n as NodeIx);
        let [lot, way] = [0, 1].map(|_| self.dice.share());
        if avenue {
            self.link([a, b], RoadClass::Tertiary, 0, false);
        } else if lot >= gap {
            let class = match ((lot - gap) / (1.0 - gap) * 20.0) as u32 {
                0 => RoadClass::LivingStreet,
                1..3 => RoadClass::Service,
                _ => RoadClass::Residential,
            };
            let bends = usize::from(self.dice.share() < 0.3);
            self.link(if way < 0.06 { [b, a] } else { [a, b] }, class, bends, way < 0.12);
        }
    }

    /// A road between towns.
    fn road(&mut self, ends: [NodeIx; 2], class: RoadClass, bends: usize) {
        self.link(ends, class, bends, false);
    }

    fn link(&mut self, [tail, head]: [NodeIx; 2], class: RoadClass, bends: usize, oneway: bool) {
        let [a, b] = [tail, head].map(|n| self.topology.node_e7[n as usize]);
        let t = &mut self.topology;
        let begin = t.shape_e7.len();
        t.shape_e7.push(a);
        for i in 1..=bends {
            let along = i as f64 / (bends + 1) as f64;
            let shaken = |i: usize, share: f64| {
                f64::from(a[i]) + along * f64::from(b[i] - a[i]) + (share - 0.5) * 0.3 * STREET_STEP_E7
            };
            t.shape_e7.push([0, 1].map(|i| shaken(i, self.dice.share()) as i32));
        }
        t.shape_e7.push(b);
        t.link_mm.push(t.shape_e7[begin..].windows(2).map(|s| segment_mm(s[0], s[1])).sum());
        t.shape_start.push(t.shape_e7.len() as u32);
        t.link_way.push(t.link_tail.len() as i64 + 1);
        t.link_tail.push(tail);
        t.link_head.push(head);
        t.link_class.push(class);
        t.link_name.push(0);
        t.link_ref.push(0);
        self.oneway.push(oneway);
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Default)]
struct Dice(u64);

impl Dice {
    /// Evenly from [0, 1).
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::graph::Graph;

    #[test]
    fn a_network_has_the_nodes_asked_for_and_hangs_together() {
        for nodes in [2, 3, 17, 1_600, 1_601, 20_000] {
            let (topology, metric) = roads(nodes, 7).unwrap();
            let g = Graph::new(topology, metric).unwrap();
            assert_eq!(g.nodes(), nodes);
            let main = (0..nodes as u32).filter(|&n| g.main(n)).count();
            assert!(nodes < 1_000 || main * 100 > nodes * 97, "{main} of {nodes}");
            // Real street networks have 2.3 to 2.8 directed edges per node.
            let per_node = g.edges() as f64 / nodes as f64;
            assert!(nodes < 1_000 || (2.0..3.2).contains(&per_node), "{per_node}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_network_and_another_one_another() {
        let made = |seed| roads(5_000, seed).unwrap();
        assert_eq!(made(1), made(1));
        assert_ne!(made(1).0.node_e7, made(2).0.node_e7);
        assert!(roads(1, 1).unwrap_err().detail.contains('1'));
    }
}
