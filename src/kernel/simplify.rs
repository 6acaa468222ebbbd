//! How much each vertex of lines and rings matters, so that one drawing serves every zoom and neighbours
//! that share a border still share it.
//!
//! Lines and rings are cut at their nodes (ends, and vertices where other than two segments meet) into
//! arcs; each arc is weighed once, whoever it belongs to, as Douglas and Peucker (1973) pick vertices. Nodes
//! always stay.

use std::collections::HashMap;

use super::{
    tile::{World, world},
    topology::{Knot, coord},
};

/// A line, or a ring that ends where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub knots: Vec<Knot>,
    pub ring: bool,
}

/// By vertex the tolerance on the world's square up to which it stays; nodes are not in it.
pub fn tolerances(paths: &[Path]) -> HashMap<Knot, f64> {
    let meetings = Meetings::of(paths);
    let mut found = HashMap::new();
    for path in paths {
        for arc in meetings.arcs(path) {
            // The one beside it may have been first: then all of it is there.
            if arc.len() > 2 && !found.contains_key(&arc[1]) {
                weigh(&arc, &mut found);
            }
        }
    }
    found
}

/// What a vertex is joined to: up to two others, or more.
#[derive(Debug, Clone, Copy)]
enum Joined {
    To([Option<Knot>; 2]),
    Node,
}

#[derive(Debug)]
struct Meetings(HashMap<Knot, Joined>);

impl Meetings {
    fn of(paths: &[Path]) -> Self {
        let mut all = Self(HashMap::new());
        for path in paths {
            for pair in path.knots.windows(2).filter(|pair| pair[0] != pair[1]) {
                all.join(pair[0], pair[1]);
                all.join(pair[1], pair[0]);
            }
            if !path.ring {
                for end in path.knots.first().into_iter().chain(path.knots.last()) {
                    all.0.insert(*end, Joined::Node);
                }
            }
        }
        all
    }

    fn join(&mut self, from: Knot, to: Knot) {
        let joined = self.0.entry(from).or_insert(Joined::To([None; 2]));
        *joined = match *joined {
            Joined::To([Some(a), b]) if a == to || b == Some(to) => return,
            Joined::To([None, _]) => Joined::To([Some(to), None]),
            Joined::To([Some(a), None]) => Joined::To([Some(a), Some(to)]),
            Joined::To([Some(_), Some(_)]) | Joined::Node => Joined::Node,
        };
    }

    fn is_node(&self, knot: Knot) -> bool {
        // A spike goes back where it came from.
        !matches!(self.0.get(&knot), Some(Joined::To([Some(_), Some(_)])))
    }

    /// From node to node. A ring without any begins at its least vertex and is parted at the one that is
    /// farthest from that, whichever way it runs.
    fn arcs(&self, path: &Path) -> Vec<Vec<Knot>> {
        let mut knots = path.knots.clone();
        knots.dedup();
        let mut cuts: Vec<Knot> = Vec::new();
        if path.ring && knots.len() > 1 {
            knots.pop();
            let first = knots.iter().position(|k| self.is_node(*k)).unwrap_or_else(|| {
                let least = (0..knots.len()).min_by_key(|i| knots[*i]).unwrap_or(0);
                let from = world_of(knots[least]);
                let far = |k: &Knot| far2(world_of(*k), from);
                let farthest = knots.iter().max_by(|a, b| far(a).total_cmp(&far(b)).then(a.cmp(b)));
                cuts.extend([Some(knots[least]), farthest.copied()].into_iter().flatten());
                least
            });
            knots.rotate_left(first);
            knots.push(knots[0]);
        }
        let mut arcs = Vec::new();
        let mut arc = Vec::new();
        for knot in knots {
            arc.push(knot);
            if arc.len() > 1 && (self.is_node(knot) || cuts.contains(&knot)) {
                arcs.push(std::mem::replace(&mut arc, vec![knot]));
            }
        }
        arcs
    }
}

fn world_of(knot: Knot) -> World {
    world(coord(knot).into())
}

fn far2(a: World, b: World) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// The square of the distance to a segment.
fn beside2(p: World, a: World, b: World) -> f64 {
    let (along, length2) = ([b[0] - a[0], b[1] - a[1]], far2(a, b));
    let t = if length2 == 0.0 { 0.0 } else { ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / length2 };
    let t = t.clamp(0.0, 1.0);
    far2(p, [a[0] + t * along[0], a[1] + t * along[1]])
}

/// A vertex never outlasts the one that brought it in: what stays at a tolerance is what the algorithm gives
/// for it.
fn weigh(arc: &[Knot], found: &mut HashMap<Knot, f64>) {
    let at: Vec<World> = arc.iter().map(|k| world_of(*k)).collect();
    let mut open = vec![(0, arc.len() - 1, f64::INFINITY)];
    while let Some((from, to, most)) = open.pop() {
        let inner = from + 1..to;
        let far = |i: &usize| beside2(at[*i], at[from], at[to]);
        let Some(farthest) = inner.max_by(|a, b| far(a).total_cmp(&far(b))) else { continue };
        let tolerance = far(&farthest).sqrt().min(most);
        found.insert(arc[farthest], tolerance);
        open.push((from, farthest, tolerance));
        open.push((farthest, to, tolerance));
    }
}

#[cfg(test)]
mod tests;
