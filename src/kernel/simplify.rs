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

/// A vertex of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    pub at: World,
    /// On the world's square; it stays up to this one. Nodes always stay.
    pub tolerance: f64,
}

/// Of each path its vertices, in their order.
pub fn weigh(paths: &[Path]) -> Vec<Vec<Weighed>> {
    let (all, numbered) = Vertices::of(paths);
    let meetings = Meetings::of(paths, &numbered, all.knots.len());
    let mut found = vec![f64::INFINITY; all.knots.len()];
    for (path, numbers) in paths.iter().zip(&numbered) {
        for arc in meetings.arcs(path.ring, numbers, &all) {
            // The one beside it may have been first: then all of it is there.
            if arc.len() > 2 && found[arc[1]].is_infinite() {
                weigh_arc(&arc, &all, &mut found);
            }
        }
    }
    let weighed = |n: &usize| Weighed { at: all.at[*n], tolerance: found[*n] };
    numbered.iter().map(|numbers| numbers.iter().map(weighed).collect()).collect()
}

/// The vertices of all paths, each once: what is known of one stands at its number.
struct Vertices {
    knots: Vec<Knot>,
    at: Vec<World>,
}

impl Vertices {
    /// With those of each path by their numbers.
    fn of(paths: &[Path]) -> (Self, Vec<Vec<usize>>) {
        let mut knots = Vec::new();
        let mut numbers: HashMap<Knot, usize> = HashMap::with_capacity(paths.iter().map(|p| p.knots.len()).sum());
        let mut number = |knot: &Knot| {
            *numbers.entry(*knot).or_insert_with(|| {
                knots.push(*knot);
                knots.len() - 1
            })
        };
        let numbered = paths.iter().map(|path| path.knots.iter().map(&mut number).collect()).collect();
        let at = knots.iter().map(|knot| world(coord(*knot).into())).collect();
        (Self { knots, at }, numbered)
    }
}

/// What a vertex is joined to: up to two others, or more.
#[derive(Debug, Clone, Copy)]
enum Joined {
    To([Option<usize>; 2]),
    Node,
}

#[derive(Debug)]
struct Meetings(Vec<Joined>);

impl Meetings {
    fn of(paths: &[Path], numbered: &[Vec<usize>], vertices: usize) -> Self {
        let mut all = Self(vec![Joined::To([None; 2]); vertices]);
        for (path, numbers) in paths.iter().zip(numbered) {
            for pair in numbers.windows(2).filter(|pair| pair[0] != pair[1]) {
                all.join(pair[0], pair[1]);
                all.join(pair[1], pair[0]);
            }
            if !path.ring {
                for end in numbers.first().into_iter().chain(numbers.last()) {
                    all.0[*end] = Joined::Node;
                }
            }
        }
        all
    }

    fn join(&mut self, from: usize, to: usize) {
        let joined = &mut self.0[from];
        *joined = match *joined {
            Joined::To([Some(a), b]) if a == to || b == Some(to) => return,
            Joined::To([None, _]) => Joined::To([Some(to), None]),
            Joined::To([Some(a), None]) => Joined::To([Some(a), Some(to)]),
            Joined::To([Some(_), Some(_)]) | Joined::Node => Joined::Node,
        };
    }

    fn is_node(&self, vertex: usize) -> bool {
        // A spike goes back where it came from.
        !matches!(self.0[vertex], Joined::To([Some(_), Some(_)]))
    }

    /// From node to node. A ring without any begins at its least vertex and is parted at the one that is
    /// farthest from that, whichever way it runs.
    fn arcs(&self, ring: bool, numbers: &[usize], all: &Vertices) -> Vec<Vec<usize>> {
        let mut path = numbers.to_vec();
        path.dedup();
        let mut cuts: Vec<usize> = Vec::new();
        if ring && path.len() > 1 {
            path.pop();
            let first = path.iter().position(|n| self.is_node(*n)).unwrap_or_else(|| {
                let least = (0..path.len()).min_by_key(|i| all.knots[path[*i]]).unwrap_or(0);
                let far = |n: &usize| far2(all.at[*n], all.at[path[least]]);
                let by_knot = |a: &usize, b: &usize| all.knots[*a].cmp(&all.knots[*b]);
                let farthest = path.iter().max_by(|a, b| far(a).total_cmp(&far(b)).then(by_knot(a, b)));
                cuts.extend([Some(path[least]), farthest.copied()].into_iter().flatten());
                least
            });
            path.rotate_left(first);
            path.push(path[0]);
        }
        let mut arcs = Vec::new();
        let mut arc = Vec::new();
        for vertex in path {
            arc.push(vertex);
            if arc.len() > 1 && (self.is_node(vertex) || cuts.contains(&vertex)) {
                arcs.push(std::mem::replace(&mut arc, vec![vertex]));
            }
        }
        arcs
    }
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
fn weigh_arc(arc: &[usize], all: &Vertices, found: &mut [f64]) {
    let at: Vec<World> = arc.iter().map(|n| all.at[*n]).collect();
    let mut open = vec![(0, arc.len() - 1, f64::INFINITY)];
    while let Some((from, to, most)) = open.pop() {
        let inner = from + 1..to;
        let far = |i: &usize| beside2(at[*i], at[from], at[to]);
        let Some(farthest) = inner.max_by(|a, b| far(a).total_cmp(&far(b))) else { continue };
        let tolerance = far(&farthest).sqrt().min(most);
        found[arc[farthest]] = tolerance;
        open.push((from, farthest, tolerance));
        open.push((farthest, to, tolerance));
    }
}

#[cfg(test)]
mod tests;
