//! Coast lines → land. OSM draws them with the land on their left; rings are islands, and what comes in over the
//! edge of an extract and leaves over it is closed along that edge, counter-clockwise, which keeps the land on
//! the left too. A line that ends within the extract tells no side: then all that is open stays lines.

use std::collections::{HashMap, HashSet};

use geo::{LineString, MultiPolygon};

use crate::{
    base::BBox,
    kernel::{
        tile::{Window, World, clip_line},
        topology::{self, Knot},
    },
};

/// What coast lines enclose, and those that enclose nothing.
#[derive(Debug, Default, PartialEq)]
pub struct Coast {
    pub land: Option<MultiPolygon<f64>>,
    pub open: Vec<Vec<Knot>>,
}

/// So near to the edge of an extract is on it: what was cut there is rounded.
const ON_EDGE_DEG: f64 = 1e-6;

/// A line in degrees.
type Line = Vec<World>;

pub fn land(ways: Vec<Vec<Knot>>, frame: Option<BBox>) -> Coast {
    let (mut rings, open): (Vec<_>, Vec<_>) = joined(ways).into_iter().partition(|l| l.first() == l.last());
    let closed = frame.and_then(|frame| close(&open, frame));
    let open = if closed.is_some() { Vec::new() } else { open };
    rings.extend(closed.into_iter().flatten());
    // Water alone is enclosed: the land is what lies around it.
    if let Some(frame) = frame.filter(|_| !rings.is_empty() && rings.iter().all(|ring| twice_area(ring) < 0)) {
        let corners = [0, 1, 2, 3, 0].map(|side| corner(frame, side));
        rings.push(corners.map(knot).to_vec());
    }
    let segments = rings.iter().flat_map(|ring| ring.windows(2)).filter(|w| w[0] != w[1]);
    let land = topology::assemble(segments.map(|w| topology::segment(w[0], w[1]))).ok();
    Coast { land: land.filter(|land| !land.0.is_empty()), open }
}

/// Ways joined where one ends as another begins.
fn joined(ways: Vec<Vec<Knot>>) -> Vec<Vec<Knot>> {
    let mut ways: Vec<_> = ways.into_iter().filter(|way| way.len() > 1).collect();
    ways.sort();
    ways.dedup();
    let begins: HashMap<Knot, usize> = ways.iter().enumerate().map(|(i, way)| (way[0], i)).collect();
    let follows = |i: usize| begins.get(&ways[i][ways[i].len() - 1]).copied();
    let followed: HashSet<usize> = (0..ways.len()).filter_map(follows).collect();
    let mut used = vec![false; ways.len()];
    let mut lines = Vec::new();
    // From the beginnings on; what is left then are rings.
    for start in (0..ways.len()).filter(|i| !followed.contains(i)).chain(0..ways.len()) {
        let (mut line, mut next) = (Vec::new(), Some(start));
        while let Some(i) = next.filter(|i| !used[*i]) {
            used[i] = true;
            line.extend(&ways[i][usize::from(!line.is_empty())..]);
            next = follows(i);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// Rings of what the open lines and the frame enclose; none where a line ends within it.
fn close(open: &[Vec<Knot>], frame: BBox) -> Option<Vec<Vec<Knot>>> {
    let window = Window { low: [frame.west, frame.south], high: [frame.east, frame.north] };
    let degrees = |line: &Vec<Knot>| line.iter().map(|k| <[f64; 2]>::from(topology::coord(*k))).collect::<Line>();
    let pieces = open.iter().flat_map(|line| clip_line(&degrees(line), window)).filter(|piece| piece.len() > 1);
    let ends = |piece: Line| Some((along(frame, piece[0])?, along(frame, piece[piece.len() - 1])?, piece));
    let pieces: Vec<(f64, f64, Line)> = pieces.map(ends).collect::<Option<_>>()?;
    let mut used = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for first in 0..pieces.len() {
        let (mut ring, mut at) = (Vec::new(), first);
        while !used[at] {
            used[at] = true;
            let (_, left, piece) = &pieces[at];
            ring.extend(piece.iter().copied());
            let ahead = |enters: f64| (enters - left).rem_euclid(4.0);
            at = (0..pieces.len()).min_by(|a, b| ahead(pieces[*a].0).total_cmp(&ahead(pieces[*b].0)))?;
            let reached = left + ahead(pieces[at].0);
            let passed = (left.floor() as i32 + 1..).take_while(|side| f64::from(*side) < reached);
            ring.extend(passed.map(|side| corner(frame, side)));
        }
        if !ring.is_empty() {
            ring.push(ring[0]);
            rings.push(ring.into_iter().map(knot).collect());
        }
    }
    Some(rings)
}

/// How far along the edge of the frame a place lies, counter-clockwise from its south-west corner, each side
/// counting one; none within.
fn along(b: BBox, [x, y]: World) -> Option<f64> {
    let (wide, high) = (b.east - b.west, b.north - b.south);
    let sides = [
        (y - b.south, (x - b.west) / wide),
        (x - b.east, (y - b.south) / high),
        (y - b.north, (b.east - x) / wide),
        (x - b.west, (b.north - y) / high),
    ];
    let on = |((off, _), _): &(&(f64, f64), f64)| off.abs() < ON_EDGE_DEG;
    sides.iter().zip([0.0, 1.0, 2.0, 3.0]).find(on).map(|((_, share), side)| side + share)
}

fn corner(b: BBox, side: i32) -> World {
    [[b.west, b.south], [b.east, b.south], [b.east, b.north], [b.west, b.north]][side.rem_euclid(4) as usize]
}

fn knot([x, y]: World) -> Knot {
    topology::knot(geo::Coord { x, y })
}

/// Twice the area of a ring; below zero where it runs clockwise.
fn twice_area(ring: &[Knot]) -> i128 {
    let wide = |k: Knot| k.map(i128::from);
    ring.windows(2).map(|w| (wide(w[0]), wide(w[1]))).map(|([ax, ay], [bx, by])| ax * by - bx * ay).sum()
}

/// A line of knots as it is drawn.
pub fn drawn(line: &[Knot]) -> LineString<f64> {
    line.iter().map(|k| topology::coord(*k)).collect()
}

#[cfg(test)]
mod tests;
