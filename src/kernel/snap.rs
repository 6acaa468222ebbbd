//! From a point on the earth to a position on the network.

use std::collections::HashSet;

use rstar::{AABB, RTree, RTreeObject};

use xunge_base::{BBox, LngLat, words};

use super::graph::{Graph, LinkIx, Position, Topology, degrees, segment_mm};

/// Farther than this from any road, a point is not on the network.
pub const SNAP_LIMIT_M: f64 = 500.0;

/// A place so near to the end of its link is the junction.
pub const JUNCTION_M: f64 = 1.0;

/// Most points lie this near to a road, and most others this near: the boxes that are searched first.
const FIRST_TRIES_M: [f64; 2] = [60.0, 180.0];

/// Segments per entry of the tree: few enough for tight boxes, enough for a small, quickly built tree.
const RUN: usize = 8;

words! {
    /// Why a place is entered elsewhere than on the nearest road.
    Moved {
        /// That lies on a small piece of road which is not joined to the rest.
        Fragment = "fragment",
        /// One can drive in there, but not out.
        InOnly = "in_only",
        /// One can drive out of there, but not in.
        OutOnly = "out_only",
        /// It is closed: on foot along closed roads to here, where they meet open ones.
        Closed = "closed",
    }
}

/// A point of the network, and how far a given one lies from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapped {
    pub link: LinkIx,
    /// Millimetres from the link's tail.
    pub offset_mm: u32,
    /// Where that is.
    pub point: LngLat,
    /// From the given point, metres; on foot along the road as well, where it is closed.
    pub distance_m: f64,
    /// It lies off the largest strongly connected component: some places cannot be driven to or from.
    pub island: bool,
    /// None where it is the nearest.
    pub moved: Option<Moved>,
}

impl Snapped {
    pub fn position(&self) -> Position {
        Position { link: self.link, offset_mm: self.offset_mm }
    }
}

/// Up to [`RUN`] consecutive segments of a link, in a box of degrees.
#[derive(Debug, Clone)]
struct Run {
    bounds: AABB<[f64; 2]>,
    link: LinkIx,
    first_segment: u32,
}

impl RTreeObject for Run {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

/// An R-tree over short runs of the segments of every link, for all profiles.
#[derive(Debug, Clone)]
pub struct Snapper {
    tree: RTree<Run>,
}

/// A place on one segment: what [`Snapped`] is made of once it has won.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Foot {
    pub distance_m: f64,
    pub link: LinkIx,
    /// Of the link's shape, from its tail.
    pub segment: u32,
    /// Share of the segment before the place.
    t: f64,
}

impl Foot {
    /// The nearest first, then by link and segment.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let place = |f: &Self| (f.link, f.segment);
        self.distance_m.total_cmp(&other.distance_m).then_with(|| place(self).cmp(&place(other)))
    }
}

impl Snapper {
    pub fn new(topology: &Topology) -> Self {
        let mut runs = Vec::with_capacity(topology.link_tail.len());
        for (link, range) in (0..).zip(topology.shape_start.windows(2)) {
            let shape = &topology.shape_e7[range[0] as usize..range[1] as usize];
            for first in (0..shape.len() - 1).step_by(RUN) {
                let points = &shape[first..shape.len().min(first + RUN + 1)];
                if let Some(b) = BBox::around(points.iter().map(|&p| degrees(p))) {
                    let bounds = AABB::from_corners([b.west, b.south], [b.east, b.north]);
                    runs.push(Run { bounds, link, first_segment: first as u32 });
                }
            }
        }
        Self { tree: RTree::bulk_load(runs) }
    }

    /// The nearest place within [`SNAP_LIMIT_M`] on an open link; `None` when none is near.
    pub fn snap(&self, graph: &Graph, point: LngLat) -> Option<Snapped> {
        self.nearest(graph, point, SNAP_LIMIT_M, JUNCTION_M, |link| graph.open(link))
    }

    /// The nearest place within `limit_m` on a link that is `wanted`; less than `junction_m` from the end
    /// of it, the junction. Ties go to the lower link, then to the earlier segment.
    pub fn nearest(
        &self,
        graph: &Graph,
        point: LngLat,
        limit_m: f64,
        junction_m: f64,
        wanted: impl Fn(LinkIx) -> bool,
    ) -> Option<Snapped> {
        let tries = FIRST_TRIES_M.into_iter().filter(|&m| m < limit_m).chain([limit_m]);
        let foot = |radius_m| {
            let near = self.tree.locate_in_envelope_intersecting(&around(point, radius_m));
            let feet = near.filter(|run| wanted(run.link)).flat_map(|run| feet_on(graph, run, point, radius_m));
            feet.min_by(Foot::order)
        };
        tries.into_iter().find_map(foot).map(|foot| snapped(graph, foot, junction_m))
    }

    /// The nearest place on each of the up to `k` nearest open links within [`SNAP_LIMIT_M`], nearest
    /// first, on segments that are `wanted` alone. Where all are, the first is that of [`Snapper::snap`].
    pub fn snap_several(&self, graph: &Graph, point: LngLat, k: usize, wanted: impl Fn(&Foot) -> bool) -> Vec<Snapped> {
        let mut links = HashSet::new();
        let feet = self.near(graph, point, SNAP_LIMIT_M).into_iter();
        let nearest = feet.filter(|foot| graph.open(foot.link) && wanted(foot) && links.insert(foot.link));
        nearest.take(k).map(|foot| snapped(graph, foot, JUNCTION_M)).collect()
    }

    /// The nearest place within `radius_m` on each segment of every link, open or not, the nearest first.
    pub fn near(&self, graph: &Graph, point: LngLat, radius_m: f64) -> Vec<Foot> {
        let near = self.tree.locate_in_envelope_intersecting(&around(point, radius_m));
        let mut feet: Vec<Foot> = near.flat_map(|run| feet_on(graph, run, point, radius_m)).collect();
        feet.sort_unstable_by(Foot::order);
        feet
    }

    /// The box around all links; `None` without any.
    pub fn extent(&self) -> Option<BBox> {
        let bounds = self.tree.root().envelope();
        let ([west, south], [east, north]) = (bounds.lower(), bounds.upper());
        BBox::new(west, south, east, north).ok()
    }

    /// Links with a run of segments whose box meets `bbox`, ascending.
    pub fn links_in(&self, bbox: &BBox) -> Vec<LinkIx> {
        let envelope = AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north]);
        let mut links: Vec<LinkIx> = self.tree.locate_in_envelope_intersecting(&envelope).map(|r| r.link).collect();
        links.sort_unstable();
        links.dedup();
        links
    }
}

/// The nearest place within `radius_m` on each segment of the run.
fn feet_on<'a>(graph: &'a Graph, run: &'a Run, point: LngLat, radius_m: f64) -> impl Iterator<Item = Foot> + 'a {
    let points = graph.shape(run.link).skip(run.first_segment as usize);
    let ends = points.clone().zip(points.skip(1)).take(RUN);
    (run.first_segment..).zip(ends).filter_map(move |(segment, (a, b))| {
        let (distance_m, t) = foot_on(point, a, b);
        (distance_m <= radius_m).then_some(Foot { distance_m, link: run.link, segment, t })
    })
}

/// A box in degrees that holds everything within `radius_m` of `point`, and a little more.
fn around(point: LngLat, radius_m: f64) -> AABB<[f64; 2]> {
    const LEAST_M_PER_DEG: f64 = 111_000.0;
    let lat = radius_m / LEAST_M_PER_DEG;
    let lng = lat / (point.lat.abs() + lat).min(89.9).to_radians().cos();
    AABB::from_corners([point.lng - lng, point.lat - lat], [point.lng + lng, point.lat + lat])
}

/// Distance in metres from `point` to the segment, on the tangent plane at `point`, and where on it.
fn foot_on(point: LngLat, a: LngLat, b: LngLat) -> (f64, f64) {
    let ([ax, ay], [bx, by]) = (a.local_m(point), b.local_m(point));
    let (dx, dy) = (bx - ax, by - ay);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 { (-(ax * dx + ay * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    ((ax + t * dx).hypot(ay + t * dy), t)
}

fn snapped(graph: &Graph, foot: Foot, junction_m: f64) -> Snapped {
    let Foot { link, distance_m, .. } = foot;
    let start = graph.topology.shape_start[link as usize] as usize;
    let before = &graph.topology.shape_e7[start..=start + foot.segment as usize + 1];
    let (mut offset_mm, mut last_mm) = (0, 0);
    for ends in before.windows(2) {
        offset_mm += last_mm;
        last_mm = segment_mm(ends[0], ends[1]);
    }
    offset_mm += (f64::from(last_mm) * foot.t).round() as u32;
    let (whole_mm, junction_mm) = (graph.topology.link_mm[link as usize], (junction_m * 1_000.0) as u32);
    let left_mm = whole_mm.saturating_sub(offset_mm);
    if offset_mm.min(left_mm) <= junction_mm {
        offset_mm = if offset_mm <= left_mm { 0 } else { whole_mm };
    }
    let point = graph.point_at(Position { link, offset_mm });
    Snapped { link, offset_mm, point, distance_m, island: !graph.on_main(link), moved: None }
}

#[cfg(test)]
mod tests;
