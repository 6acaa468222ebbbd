//! Rings and lines from segments.

use std::collections::{BTreeSet, HashMap};

use geo::{
    BooleanOps, CoordinatePosition, LineString, MultiLineString, MultiPolygon, Polygon, Validation,
    coordinate_position::CoordPos,
};

use super::{Knot, Segment, coord};
use crate::shape;
use xunge_base::LngLat;

/// Segments (each given once) strung together: a line ends where it forks or nothing goes on, and a ring
/// where it began.
pub fn lines(mut segments: Vec<Segment>) -> MultiLineString<f64> {
    segments.sort_unstable();
    let mut around: HashMap<Knot, Vec<usize>> = HashMap::with_capacity(segments.len());
    for (i, &(a, b)) in segments.iter().enumerate() {
        around.entry(a).or_default().push(i);
        around.entry(b).or_default().push(i);
    }
    // From the ends and forks on; what is left then are rings.
    let both = segments.iter().enumerate().flat_map(|(i, &(a, b))| [(a, i), (b, i)]);
    let (ends, rest): (Vec<_>, Vec<_>) = both.partition(|(knot, _)| around[knot].len() != 2);
    let mut used = vec![false; segments.len()];
    let mut all: Vec<Vec<Knot>> = Vec::new();
    for (start, first) in ends.into_iter().chain(rest) {
        let (mut line, mut at, mut next) = (vec![start], start, Some(first).filter(|i| !used[*i]));
        while let Some(i) = next {
            used[i] = true;
            let (a, b) = segments[i];
            at = if at == a { b } else { a };
            line.push(at);
            let on = &around[&at];
            next = on.iter().copied().find(|i| on.len() == 2 && !used[*i]);
        }
        if line.len() > 1 {
            all.push(line);
        }
    }
    let line = |knots: Vec<Knot>| knots.into_iter().map(coord).collect::<LineString<f64>>();
    all.into_iter().map(line).collect()
}

/// The shape whose border is made of the segments that occur an odd number of times, in any order
/// and direction: rings are chained and nested, holes found.
///
/// # Errors
/// The loose ends, where the segments do not close.
pub fn assemble(segments: impl IntoIterator<Item = Segment>) -> Result<MultiPolygon<f64>, Vec<LngLat>> {
    let mut segments: Vec<_> = segments.into_iter().collect();
    segments.sort_unstable();
    let odd: Vec<_> = segments.chunk_by(|a, b| a == b).filter(|c| c.len() % 2 == 1).map(|c| c[0]).collect();
    let (rings, touching) =
        chain(&odd).map_err(|ends| ends.into_iter().map(|k| coord(k).into()).collect::<Vec<_>>())?;
    let shape = nest(rings);
    if touching && !shape.is_valid() {
        // Rings that touch at several vertices were paired wrongly; their parity is still right.
        return Ok(shape::rewind(&shape::rounded(&shape.union(&MultiPolygon::new(vec![])))));
    }
    Ok(shape)
}

/// Simple closed rings over the segments, and whether any touch each other; or the loose ends.
fn chain(segments: &[Segment]) -> Result<(Vec<Vec<Knot>>, bool), Vec<Knot>> {
    let mut around: HashMap<Knot, Vec<(Knot, usize)>> = HashMap::with_capacity(segments.len());
    for (i, &(a, b)) in segments.iter().enumerate() {
        around.entry(a).or_default().push((b, i));
        around.entry(b).or_default().push((a, i));
    }
    let loose: BTreeSet<Knot> = around.iter().filter(|(_, to)| to.len() % 2 == 1).map(|(k, _)| *k).collect();
    if !loose.is_empty() {
        return Err(loose.into_iter().collect());
    }
    let touching = around.values().any(|to| to.len() > 2);
    let mut used = vec![false; segments.len()];
    let mut rings = Vec::new();
    for &(start, _) in segments {
        let mut path = vec![start];
        let mut place: HashMap<Knot, usize> = HashMap::from([(start, 0)]);
        while let Some((next, i)) = around[&path[path.len() - 1]].iter().copied().find(|&(_, i)| !used[i]) {
            used[i] = true;
            if let Some(&at) = place.get(&next) {
                // Back at a vertex of the path: what came since is a ring.
                path[at + 1..].iter().for_each(|k| {
                    place.remove(k);
                });
                rings.push(path[at..].to_vec());
                path.truncate(at + 1);
            } else {
                place.insert(next, path.len());
                path.push(next);
            }
        }
    }
    Ok((rings, touching))
}

/// Polygons from rings that do not cross: a ring inside an odd number of others is a hole.
fn nest(rings: Vec<Vec<Knot>>) -> MultiPolygon<f64> {
    let mut rings: Vec<(i128, Vec<Knot>)> = rings.into_iter().map(|r| (double_area(&r).abs(), r)).collect();
    rings.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let lines: Vec<LineString<f64>> = rings.iter().map(|(_, r)| closed(r)).collect();
    let mut polygons: Vec<(usize, Vec<LineString<f64>>)> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let around: Vec<usize> = (0..i).filter(|&j| inside(line, &lines[j])).collect();
        let shell = around.iter().rev().find_map(|&j| polygons.iter().position(|p| p.0 == j));
        match shell {
            Some(at) if around.len() % 2 == 1 => polygons[at].1.push(line.clone()),
            _ => polygons.push((i, Vec::new())),
        }
    }
    let polygons = polygons.into_iter().map(|(i, holes)| Polygon::new(lines[i].clone(), holes));
    shape::rewind(&MultiPolygon::new(polygons.collect()))
}

fn closed(ring: &[Knot]) -> LineString<f64> {
    ring.iter().chain(ring.first()).map(|&k| coord(k)).collect()
}

/// Twice the signed area, in squared units.
fn double_area(ring: &[Knot]) -> i128 {
    let o = ring[0].map(i128::from);
    let at = |k: Knot| [i128::from(k[0]) - o[0], i128::from(k[1]) - o[1]];
    ring.windows(2).map(|w| (at(w[0]), at(w[1]))).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum()
}

/// Whether a ring lies inside another that it does not cross (it may touch it).
pub fn inside(ring: &LineString<f64>, other: &LineString<f64>) -> bool {
    let polygon = Polygon::new(other.clone(), vec![]);
    let middles = ring.0.windows(2).map(|w| (w[0] + w[1]) / 2.0);
    let places = ring.0.iter().copied().chain(middles).map(|c| polygon.coordinate_position(&c));
    places.into_iter().find(|p| *p != CoordPos::OnBoundary) == Some(CoordPos::Inside)
}
