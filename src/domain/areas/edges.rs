//! The township borders in an R-tree: how far is the next one, and whose is it.

use geo::LinesIter;
use rstar::{AABB, RTree, RTreeObject};

use super::{Area, AreaIx, Level, Near};
use crate::{base::LngLat, kernel::shape};

/// Metres per degree of latitude where it is shortest, at the equator, a little less so that boxes come
/// out larger.
const M_PER_DEG: f64 = 110_570.0;

#[derive(Debug)]
struct Edge {
    a: LngLat,
    b: LngLat,
    area: AreaIx,
}

impl Edge {
    fn near(&self, p: LngLat) -> Near {
        Near { area: self.area, distance_m: shape::segment_distance_m(p, self.a, self.b) }
    }
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.a.lng, self.a.lat], [self.b.lng, self.b.lat])
    }
}

#[derive(Debug)]
pub(super) struct TownshipEdges(RTree<Edge>);

impl TownshipEdges {
    pub fn new(areas: &[Area]) -> Self {
        let townships = areas.iter().enumerate().filter(|(_, a)| a.level == Level::Township);
        let edges = townships.flat_map(|(ix, a)| {
            a.geometry.lines_iter().map(move |l| Edge { a: l.start.into(), b: l.end.into(), area: ix as AreaIx })
        });
        Self(RTree::bulk_load(edges.collect()))
    }

    /// The edges at most `radius_m` from `p`, in no order.
    pub fn within(&self, p: LngLat, radius_m: f64) -> impl Iterator<Item = Near> {
        let dlat = radius_m / M_PER_DEG;
        let dlng = dlat / (p.lat.abs() + dlat).min(89.0).to_radians().cos();
        let window = AABB::from_corners([p.lng - dlng, p.lat - dlat], [p.lng + dlng, p.lat + dlat]);
        self.0
            .locate_in_envelope_intersecting(&window)
            .map(move |e| e.near(p))
            .filter(move |n| n.distance_m <= radius_m)
    }

    /// The nearest edge; of several equally near, the one of the smallest code.
    pub fn nearest(&self, p: LngLat) -> Option<Near> {
        let order = |a: &Near, b: &Near| a.distance_m.total_cmp(&b.distance_m).then(a.area.cmp(&b.area));
        // Growing windows while the tangent plane is good, then everything.
        let windows = (0..7).map(|i| 1_000.0 * f64::from(1 << i));
        windows
            .filter_map(|radius_m| self.within(p, radius_m).min_by(order))
            .next()
            .or_else(|| self.0.iter().map(|e| e.near(p)).min_by(order))
    }
}
