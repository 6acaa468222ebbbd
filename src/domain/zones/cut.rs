//! A line through a zone: which of its atoms lie beyond.
//!
//! Two neighbours are parted when the way between their middles crosses the line. What hangs together
//! without such a way is a part; parts on either side of the line take turns.

use std::collections::{BTreeMap, HashMap};

use geo::{Line, LineString, LinesIter, MultiLineString, line_intersection::line_intersection};
use rstar::{AABB, RTree};

use super::atoms::{AtomIx, Atoms};
use crate::base::LngLat;

/// The atoms of `own` (ascending) that a line parts from the largest part of theirs; none where it does
/// not cross. Where `each_counts` a line crossed twice is not crossed; a road with two carriageways is.
pub fn beyond(atoms: &Atoms, own: &[AtomIx], line: &MultiLineString<f64>, each_counts: bool) -> Vec<AtomIx> {
    let segments = RTree::bulk_load(line.lines_iter().collect());
    let place: HashMap<AtomIx, usize> = own.iter().enumerate().map(|(i, a)| (*a, i)).collect();
    let (mut joined, mut parted) = (vec![Vec::new(); own.len()], Vec::new());
    for (i, &atom) in own.iter().enumerate() {
        for j in atoms.neighbours(atom).iter().filter_map(|b| place.get(&b.atom)).copied().filter(|j| i < *j) {
            let crossings = crossings(&segments, atoms.at(atom).inside, atoms.at(own[j]).inside);
            let crosses = if each_counts { crossings % 2 == 1 } else { crossings > 0 };
            if crosses {
                parted.push((i, j));
            } else {
                joined[i].push(j);
                joined[j].push(i);
            }
        }
    }
    let part = parts(&joined);
    let mut area_m2: BTreeMap<usize, f64> = BTreeMap::new();
    own.iter().zip(&part).for_each(|(a, p)| *area_m2.entry(*p).or_default() += atoms.at(*a).area_m2);
    let mut across: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, j) in parted {
        if part[i] != part[j] {
            across.entry(part[i]).or_default().push(part[j]);
            across.entry(part[j]).or_default().push(part[i]);
        }
    }
    // From the largest part on, sides alternate; parts that no line reaches stay.
    let mut order: Vec<usize> = across.keys().copied().collect();
    order.sort_by(|a, b| area_m2[b].total_cmp(&area_m2[a]).then(a.cmp(b)));
    let mut side: HashMap<usize, bool> = HashMap::new();
    for start in order {
        if side.contains_key(&start) {
            continue;
        }
        side.insert(start, false);
        let mut open = std::collections::VecDeque::from([start]);
        while let Some(p) = open.pop_front() {
            for &q in &across[&p] {
                if !side.contains_key(&q) {
                    side.insert(q, !side[&p]);
                    open.push_back(q);
                }
            }
        }
    }
    own.iter().zip(&part).filter(|(_, p)| side.get(p) == Some(&true)).map(|(a, _)| *a).collect()
}

/// The smallest member of each one's part.
fn parts(joined: &[Vec<usize>]) -> Vec<usize> {
    let mut part = vec![usize::MAX; joined.len()];
    for start in 0..joined.len() {
        let mut open = vec![start];
        while let Some(i) = open.pop() {
            if part[i] == usize::MAX {
                part[i] = start;
                open.extend(&joined[i]);
            }
        }
    }
    part
}

fn crossings(segments: &RTree<Line<f64>>, a: LngLat, b: LngLat) -> usize {
    let way = Line::new(geo::Coord::from(a), geo::Coord::from(b));
    let window = AABB::from_corners(way.start_point(), way.end_point());
    segments.locate_in_envelope_intersecting(&window).filter(|s| line_intersection(way, **s).is_some()).count()
}

/// A line from its coordinates.
pub fn line_of(coordinates: &[[f64; 2]]) -> LineString<f64> {
    coordinates.iter().map(|&[x, y]| (x, y)).collect()
}
