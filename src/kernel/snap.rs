//! From a point on the earth to a position on the network.

use std::collections::BTreeMap;

use rstar::{AABB, RTree, RTreeObject};

use crate::base::{BBox, LngLat};

use super::graph::{Graph, LinkIx, Position, Topology, degrees, segment_mm};

/// Farther than this from any road, a point is not on the network.
pub const SNAP_LIMIT_M: f64 = 500.0;

/// Most points lie this near to a road, and most others this near: the boxes that are searched first.
const FIRST_TRIES_M: [f64; 2] = [60.0, 180.0];

/// Segments per entry of the tree: few enough for tight boxes, enough for a small, quickly built tree.
const RUN: usize = 8;

/// The network point nearest a given one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapped {
    pub link: LinkIx,
    /// Millimetres from the link's tail.
    pub offset_mm: u32,
    /// Where that is.
    pub point: LngLat,
    /// From the given point, metres.
    pub distance_m: f64,
    /// It lies off the largest strongly connected component: some places cannot be driven to or from.
    pub island: bool,
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
struct Foot {
    distance_m: f64,
    link: LinkIx,
    segment: u32,
    /// Share of the segment before the place.
    t: f64,
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

    /// The nearest place within [`SNAP_LIMIT_M`] on the largest strongly connected component; only
    /// if none lies there, on another one; `None` when no road is near. Ties go to the lower link,
    /// then to the earlier segment.
    pub fn snap(&self, graph: &Graph, point: LngLat) -> Option<Snapped> {
        for radius_m in FIRST_TRIES_M {
            if let [Some(foot), _] = self.feet(graph, point, radius_m) {
                return Some(snapped(graph, foot, false));
            }
        }
        match self.feet(graph, point, SNAP_LIMIT_M) {
            [Some(foot), _] => Some(snapped(graph, foot, false)),
            [None, island] => island.map(|foot| snapped(graph, foot, true)),
        }
    }

    /// The nearest feet within `radius_m`: on the main component, and on another.
    fn feet(&self, graph: &Graph, point: LngLat, radius_m: f64) -> [Option<Foot>; 2] {
        let mut best: [Option<Foot>; 2] = [None; 2];
        let near = self.tree.locate_in_envelope_intersecting(&around(point, radius_m));
        for run in near.filter(|run| graph.open(run.link)) {
            let side = &mut best[usize::from(!graph.on_main(run.link))];
            for foot in feet_on(graph, run, point, radius_m) {
                if side.is_none_or(|b| foot < b) {
                    *side = Some(foot);
                }
            }
        }
        best
    }

    /// The nearest place on each of the up to `k` nearest links within [`SNAP_LIMIT_M`], nearest
    /// first; of islands only where the main component is not near. The first is that of
    /// [`Snapper::snap`].
    pub fn snap_several(&self, graph: &Graph, point: LngLat, k: usize) -> Vec<Snapped> {
        let mut feet: Vec<(bool, Foot)> = Vec::new();
        let near = self.tree.locate_in_envelope_intersecting(&around(point, SNAP_LIMIT_M));
        for run in near.filter(|run| graph.open(run.link)) {
            feet.extend(feet_on(graph, run, point, SNAP_LIMIT_M).map(|foot| (!graph.on_main(run.link), foot)));
        }
        feet.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let islands = feet.first().is_some_and(|f| f.0);
        let mut links = std::collections::HashSet::new();
        let nearest = feet.into_iter().filter(|(island, foot)| *island == islands && links.insert(foot.link));
        nearest.take(k).map(|(island, foot)| snapped(graph, foot, island)).collect()
    }

    /// Links that pass within `radius_m` of the point, open or not, with their distances in metres.
    pub fn distances_m(&self, graph: &Graph, point: LngLat, radius_m: f64) -> BTreeMap<LinkIx, f64> {
        let mut nearest = BTreeMap::new();
        let near = self.tree.locate_in_envelope_intersecting(&around(point, radius_m));
        for foot in near.flat_map(|run| feet_on(graph, run, point, radius_m)) {
            let known = nearest.entry(foot.link).or_insert(foot.distance_m);
            *known = foot.distance_m.min(*known);
        }
        nearest
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

fn snapped(graph: &Graph, foot: Foot, island: bool) -> Snapped {
    let start = graph.topology.shape_start[foot.link as usize] as usize;
    let before = &graph.topology.shape_e7[start..=start + foot.segment as usize + 1];
    let (mut offset_mm, mut last_mm) = (0, 0);
    for ends in before.windows(2) {
        offset_mm += last_mm;
        last_mm = segment_mm(ends[0], ends[1]);
    }
    offset_mm += (f64::from(last_mm) * foot.t).round() as u32;
    let at = Position { link: foot.link, offset_mm };
    Snapped { link: foot.link, offset_mm, point: graph.point_at(at), distance_m: foot.distance_m, island }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::drawn::{Dice, at_letter, drawn, random};

    /// Every segment of every open link.
    fn oracle(g: &Graph, point: LngLat) -> Option<Snapped> {
        let (mut main, mut island): (Option<Foot>, Option<Foot>) = (None, None);
        for link in (0..g.links() as u32).filter(|&l| g.open(l)) {
            let shape: Vec<LngLat> = g.shape(link).collect();
            for (segment, ends) in (0..).zip(shape.windows(2)) {
                let (distance_m, t) = foot_on(point, ends[0], ends[1]);
                let best = if g.on_main(link) { &mut main } else { &mut island };
                if distance_m <= SNAP_LIMIT_M
                    && best.is_none_or(|b| (distance_m, link, segment) < (b.distance_m, b.link, b.segment))
                {
                    *best = Some(Foot { distance_m, link, segment, t });
                }
            }
        }
        main.map(|f| snapped(g, f, false)).or(island.map(|f| snapped(g, f, true)))
    }

    #[test]
    fn snapping_equals_a_look_at_every_segment() {
        let mut dice = Dice(41);
        for round in 0..500 {
            let g = random(&mut dice);
            let snapper = Snapper::new(&g.topology);
            for _ in 0..4 {
                let [lng, lat] = [0.0, 60.0].map(|low| low - 0.01 + dice.below(300_000) as f64 / 1e7);
                let point = LngLat { lng, lat };
                let found = snapper.snap(&g, point);
                assert_eq!(found, oracle(&g, point), "round {round}: {point}");
                if let Some(s) = found {
                    // Straight in the plane and straight in degrees differ by centimetres on a kilometre.
                    assert!((s.point.distance_m(point) - s.distance_m).abs() < 0.1, "round {round}: {s:?} {point}");
                    assert_eq!(s.point, g.point_at(s.position()));
                }
            }
        }
    }

    #[test]
    fn several_places_equal_a_look_at_every_link() {
        let mut dice = Dice(42);
        for round in 0..300 {
            let g = random(&mut dice);
            let snapper = Snapper::new(&g.topology);
            let [lng, lat] = [0.0, 60.0].map(|low| low - 0.01 + dice.below(300_000) as f64 / 1e7);
            let point = LngLat { lng, lat };
            let nearest_on = |link: u32| {
                let shape: Vec<LngLat> = g.shape(link).collect();
                let feet = shape.windows(2).map(|s| foot_on(point, s[0], s[1]).0);
                (!g.on_main(link), feet.fold(f64::INFINITY, f64::min), link)
            };
            let open = (0..g.links() as u32).filter(|&l| g.open(l)).map(nearest_on);
            let mut want: Vec<_> = open.filter(|f| f.1 <= SNAP_LIMIT_M).collect();
            want.sort_by(|a, b| a.partial_cmp(b).unwrap());
            let islands = want.first().is_some_and(|f| f.0);
            want.retain(|f| f.0 == islands);
            let k = dice.below(8);
            want.truncate(k);
            let found = snapper.snap_several(&g, point, k);
            let places: Vec<_> = found.iter().map(|s| (s.island, s.distance_m, s.link)).collect();
            assert_eq!(places, want, "round {round}: {k} around {point}");
            if k > 0 {
                assert_eq!(found.first().copied(), snapper.snap(&g, point), "round {round}: {point}");
            }
        }
    }

    #[test]
    fn the_main_network_is_preferred_to_a_nearer_island() {
        let g = drawn(
            "A  B
....
....
....
C  D
....
....
....
....
....
E  F",
            &["A-B", "B-A", "A>B", "C>D", "E-F"],
        );
        let snapper = Snapper::new(&g.topology);
        let snap = |row| snapper.snap(&g, at_letter(1.0, row));
        // 60 m beside the island of one-way street C>D, 340 m from A-B.
        let s = snap(3.4).unwrap();
        assert!(!s.island && (s.distance_m - 340.0).abs() < 2.0, "{s:?}");
        // Nothing of the main network within 500 m.
        let s = snap(6.0).unwrap();
        assert!(s.island && s.link == 3, "{s:?}");
        assert_eq!(snap(20.0), None);
    }

    #[test]
    fn links_of_a_box_are_found_once_each() {
        let g = drawn("A  B  C", &["A-B", "B-C"]);
        let (snapper, b) = (Snapper::new(&g.topology), at_letter(3.0, 0.0));
        let west = BBox::new(0.0, -0.001, b.lng / 2.0, 0.001).unwrap();
        assert_eq!(snapper.links_in(&west), [0]);
        assert_eq!(snapper.links_in(&BBox { east: b.lng, ..west }), [0, 1]);
        assert!(snapper.links_in(&BBox { south: 0.0005, ..west }).is_empty());
    }
}
