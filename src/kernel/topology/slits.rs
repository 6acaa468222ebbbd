//! Strips between neighbours that were digitised apart: they belong to nobody, and no ring closes around
//! them, so [`super::audit`] does not see them.

use std::collections::BTreeMap;

use geo::{Closest, ClosestPoint, CoordinatePosition, Line, MultiPolygon, Point, coordinate_position::CoordPos};
use rstar::{AABB, RTree, RTreeObject};

use super::{Segment, audit::lonely, coord};
use crate::shape;
use xunge_base::LngLat;

/// Borders are looked at every so many metres.
const STEP_M: f64 = 20.0;
/// Shorter ones are the corners where borders begin to part.
const SHORTEST_M: f64 = 50.0;
/// What rounding parts.
const ROUNDING_M: f64 = 0.03;
/// Metres per degree of latitude, a little less so that boxes come out larger.
const M_PER_DEG: f64 = 111_190.0;

/// A strip between two shapes (by place in the input).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slit {
    pub between: (usize, usize),
    /// A place in it.
    pub at: LngLat,
    pub length_m: f64,
    /// Mean.
    pub width_m: f64,
}

struct Border {
    line: Line<f64>,
    owner: usize,
}

impl RTreeObject for Border {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.line.start.into(), self.line.end.into())
    }
}

/// The slits of at most `widest_m` between neighbours, by the neighbours.
pub fn slits(shapes: &[&MultiPolygon<f64>], widest_m: f64) -> Vec<Slit> {
    let borders: Vec<(Segment, usize)> = lonely(shapes);
    let border = |&(s, owner): &(Segment, usize)| Border { line: Line::new(coord(s.0), coord(s.1)), owner };
    let tree = RTree::bulk_load(borders.iter().map(border).collect());
    let boxes: Vec<_> = shapes.iter().map(|s| shape::bbox(s)).collect();
    let is_free = |p: LngLat| {
        let near = boxes.iter().zip(shapes).filter(|(b, _)| b.is_some_and(|b| b.contains(p)));
        near.into_iter().all(|(_, s)| s.coordinate_position(&p.into()) == CoordPos::Outside)
    };
    let mut found: BTreeMap<(usize, usize), Slit> = BTreeMap::new();
    for &(segment, owner) in &borders {
        let (a, b): (LngLat, LngLat) = (coord(segment.0).into(), coord(segment.1).into());
        let pieces = (a.distance_m(b) / STEP_M).ceil().max(1.0);
        let step_m = a.distance_m(b) / pieces;
        for i in 0..pieces as usize {
            let t = (i as f64 + 0.5) / pieces;
            let p = LngLat { lng: a.lng + t * (b.lng - a.lng), lat: a.lat + t * (b.lat - a.lat) };
            let dlat = widest_m / M_PER_DEG;
            let dlng = dlat / p.lat.to_radians().cos().max(0.01);
            let window = AABB::from_corners([p.lng - dlng, p.lat - dlat], [p.lng + dlng, p.lat + dlat]);
            // Each pair is counted along the border of its first.
            let others = tree.locate_in_envelope_intersecting(&window).filter(|other| other.owner > owner);
            let across = others.filter_map(|other| match other.line.closest_point(&Point::new(p.lng, p.lat)) {
                Closest::Intersection(foot) | Closest::SinglePoint(foot) => Some((LngLat::from(foot.0), other.owner)),
                Closest::Indeterminate => None,
            });
            let nearest = across.map(|(foot, j)| (p.distance_m(foot), foot, j)).min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((width_m, foot, j)) = nearest.filter(|n| n.0 > ROUNDING_M && n.0 <= widest_m) else { continue };
            let at = LngLat { lng: (p.lng + foot.lng) / 2.0, lat: (p.lat + foot.lat) / 2.0 };
            if is_free(at) {
                let new = Slit { between: (owner, j), at, length_m: 0.0, width_m: 0.0 };
                let slit = found.entry((owner, j)).or_insert(new);
                let whole_m = slit.length_m + step_m;
                slit.width_m = (slit.width_m * slit.length_m + width_m * step_m) / whole_m;
                slit.length_m = whole_m;
            }
        }
    }
    found.into_values().filter(|slit| slit.length_m >= SHORTEST_M).collect()
}

#[cfg(test)]
mod tests {
    use geo::{Rect, coord};

    use super::*;

    /// A box in metres east and north of a place at 30 degrees north.
    fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
        let at = |x: f64, y: f64| coord! { x: 120.0 + x / 96_297.0, y: 30.0 + y / 111_195.0 };
        shape::rounded(&MultiPolygon::new(vec![Rect::new(at(w, s), at(e, n)).to_polygon()]))
    }

    #[test]
    fn a_strip_between_neighbours_is_found_with_its_size() {
        let (a, b) = (rect(0., 0., 1_000., 800.), rect(1_010., 0., 2_000., 800.));
        let found = slits(&[&a, &b], 20.0);
        assert_eq!(found.len(), 1, "{found:?}");
        let slit = found[0];
        assert!(slit.between == (0, 1) && (slit.width_m - 10.0).abs() < 0.5, "{slit:?}");
        assert!((slit.length_m - 800.0).abs() < 50.0, "{slit:?}");
        for (other, why) in [
            (rect(1_000., 0., 2_000., 800.), "they share their border"),
            (rect(990., 0., 2_000., 800.), "they overlap"),
            (rect(1_030., 0., 2_000., 800.), "wider: an enclave, or nobody's land"),
            (rect(1_005., 805., 2_000., 900.), "they meet at a corner"),
        ] {
            assert_eq!(slits(&[&a, &other], 20.0), [], "{why}");
        }
        let between = rect(1_000., 0., 1_010., 800.);
        assert_eq!(slits(&[&a, &b, &between], 20.0), [], "somebody owns it");
    }
}
