//! Pictures of travel time: which H3 cells are reached by when, and the outlines of them.
//!
//! The point of a cell is the network point nearest its centre. Its time is exact: what is over when
//! an origin sets out, the drive to that point, and the walk from there to the centre; the least
//! over all origins. A band holds the cells whose time is within it and no other, so bands are nested,
//! and what lies in a band but farther than that lies less than a cell away from where it is true.
//!
//! Where cells hang on the network does not depend on the question: a [`Raster`] works it out once,
//! down to the milliseconds from the junctions at both ends of the link. A question then costs one
//! bounded search that looks at the cells beside each junction as it settles it.

use std::{collections::HashSet, sync::Arc};

use geo::MultiPolygon;
use h3o::{CellIndex, Resolution};

use super::{
    cells,
    dijkstra::{Workspace, search_from},
    graph::{CLOSED, EdgeIx, Graph, LinkIx, NodeIx, Position},
    mosaic::{Mosaic, TileIx},
    snap::{Snapped, Snapper},
};
use crate::base::LngLat;

/// Where somebody enters the road, and the milliseconds that are over by then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    pub at: Position,
    pub start_ms: u32,
}

/// A cell and the least milliseconds in which it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub tile: TileIx,
    pub ms: u32,
}

/// How a cell hangs on its link.
#[derive(Debug, Clone, Copy)]
struct Access {
    at: Position,
    walk_ms: u32,
}

/// A cell entered from a junction: what is still to drive and to walk.
#[derive(Debug, Clone, Copy)]
struct Beside {
    tile: TileIx,
    rest_ms: u32,
}

/// All cells of one resolution near the roads of a graph; good for this graph's metric only.
#[derive(Debug)]
pub struct Raster {
    resolution: Resolution,
    mosaic: Arc<Mosaic>,
    /// Of each tile; none where every road near it is closed for a time.
    access: Vec<Option<Access>>,
    /// Tiles by link.
    by_link: Vec<(LinkIx, TileIx)>,
    /// By node, `first[n]..first[n + 1]`.
    beside: Vec<Beside>,
    first: Vec<u32>,
}

impl Raster {
    /// `walk_ms` answers how long the walk from the road to a cell's centre takes, `None` where it
    /// is too far.
    pub fn new(
        graph: &Graph,
        snapper: &Snapper,
        resolution: Resolution,
        walk_ms: impl Fn(&Snapped) -> Option<u32>,
    ) -> Self {
        let mut found: Vec<(CellIndex, Access)> = Vec::new();
        // A flood outward from the cells that roads pass through: whoever is near a road has a
        // neighbour nearer to it.
        let mut seen: HashSet<CellIndex> = road_cells(graph, resolution);
        let mut open: Vec<CellIndex> = seen.iter().copied().collect();
        while let Some(cell) = open.pop() {
            if let Some(at) = snapper.snap(graph, cells::centre(cell)) {
                found.extend(walk_ms(&at).map(|walk_ms| (cell, Access { at: at.position(), walk_ms })));
                open.extend(cell.grid_disk_safe(1).filter(|&c| seen.insert(c)));
            }
        }
        // Those of one link side by side: a search meets them one after another.
        found.sort_unstable_by_key(|(cell, access)| (access.at.link, *cell));
        let mosaic = Arc::new(Mosaic::new(found.iter().map(|f| f.0).collect()));
        Self::hung(resolution, mosaic, found.into_iter().map(|f| Some(f.1)).collect(), graph)
    }

    /// The same cells over the same roads with other milliseconds ([`Graph::under`]): `former` is the
    /// graph that this raster is of. A cell that was too far from the road stays so.
    pub fn under(
        &self,
        former: &Graph,
        graph: &Graph,
        snapper: &Snapper,
        walk_ms: impl Fn(&Snapped) -> Option<u32>,
    ) -> Self {
        // Roads only close: who is nearest stays nearest, unless just that one is closed.
        let holds = |link| former.on_main(link) && graph.open(link);
        let hang = |(access, cell): (&Option<Access>, &CellIndex)| match access {
            Some(access) if holds(access.at.link) => Some(*access),
            None => None,
            Some(_) => {
                let at = snapper.snap(graph, cells::centre(*cell))?;
                Some(Access { at: at.position(), walk_ms: walk_ms(&at)? })
            }
        };
        let access = self.access.iter().zip(self.cells()).map(hang).collect();
        Self::hung(self.resolution, Arc::clone(&self.mosaic), access, graph)
    }

    fn hung(resolution: Resolution, mosaic: Arc<Mosaic>, access: Vec<Option<Access>>, graph: &Graph) -> Self {
        let (beside, first) = by_node(graph, &access);
        let on = |(tile, access): (TileIx, &Option<Access>)| access.map(|a| (a.at.link, tile));
        let mut by_link: Vec<(LinkIx, TileIx)> = (0..).zip(&access).filter_map(on).collect();
        by_link.sort_unstable();
        Self { resolution, mosaic, access, by_link, beside, first }
    }

    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// The cell of each tile.
    pub fn cells(&self) -> &[CellIndex] {
        self.mosaic.cells()
    }

    /// Every cell that some origin reaches within `limit_ms`, the walk to its centre included; by tile.
    pub fn reached(&self, graph: &Graph, ws: &mut Workspace, origins: &[Origin], limit_ms: u32) -> Vec<Reached> {
        let mut least_ms = vec![CLOSED; self.access.len()];
        let mut offer = |tile: TileIx, ms: u32| {
            let known = &mut least_ms[tile as usize];
            *known = ms.min(*known);
        };
        let seeds: Vec<(Position, u32)> = origins.iter().map(|o| (o.at, o.start_ms)).collect();
        search_from::<false>(graph, ws, &seeds, limit_ms, |node, ms| {
            let [from, to] = [node as usize, node as usize + 1].map(|n| self.first[n] as usize);
            self.beside[from..to].iter().for_each(|b| offer(b.tile, ms.saturating_add(b.rest_ms)));
            limit_ms
        });
        // Straight along the link on which an origin lies.
        for origin in origins {
            let first = self.by_link.partition_point(|l| l.0 < origin.at.link);
            for &(_, tile) in self.by_link[first..].iter().take_while(|l| l.0 == origin.at.link) {
                let along = |a: Access| Some(graph.along(origin.at, a.at)?.1.saturating_add(a.walk_ms));
                if let Some(ms) = self.access[tile as usize].and_then(along) {
                    offer(tile, origin.start_ms.saturating_add(ms));
                }
            }
        }
        let all = (0..).zip(least_ms).map(|(tile, ms)| Reached { tile, ms });
        all.filter(|r| r.ms <= limit_ms && r.ms != CLOSED).collect()
    }

    /// The outline of the cells reached within `limit_ms`: valid, wound as RFC 7946 says, holes kept.
    pub fn outline(&self, reached: &[Reached], limit_ms: u32) -> MultiPolygon<f64> {
        self.mosaic.outline(reached.iter().filter(move |r| r.ms <= limit_ms).map(|r| r.tile))
    }
}

/// The tiles beside each node, and where each node's begin.
fn by_node(graph: &Graph, access: &[Option<Access>]) -> (Vec<Beside>, Vec<u32>) {
    let enter = |(tile, a): (TileIx, Access)| {
        let walk_ms = a.walk_ms;
        let from = move |(edge, part, _): (EdgeIx, u32, u32)| {
            let rest_ms = part.saturating_add(walk_ms);
            graph.tails(edge).map(move |tail| (tail, Beside { tile, rest_ms }))
        };
        graph.edges_at(a.at).flat_map(from)
    };
    let hung = (0..).zip(access).filter_map(|(tile, a)| Some((tile, (*a)?)));
    let mut all: Vec<(NodeIx, Beside)> = hung.flat_map(enter).collect();
    all.sort_unstable_by_key(|(node, b)| (*node, b.tile));
    let mut first = vec![0; graph.nodes() + 1];
    all.iter().for_each(|(node, _)| first[*node as usize + 1] += 1);
    for node in 0..graph.nodes() {
        first[node + 1] += first[node];
    }
    (all.into_iter().map(|(_, b)| b).collect(), first)
}

/// About how many cells of `resolution` a [`Raster`] of this network has, from above.
pub fn cells_expected(graph: &Graph, resolution: Resolution) -> usize {
    // Seven cells in one of the next coarser resolution; those of resolution 7 are wider than the
    // walk from a road, so that neighbours of road cells hold all the rest.
    let coarse = resolution.min(Resolution::Seven);
    let roads = road_cells(graph, coarse);
    let near: HashSet<CellIndex> = roads.into_iter().flat_map(|c| c.grid_disk_safe(1)).collect();
    near.len() * 7usize.pow(u32::from(u8::from(resolution) - u8::from(coarse)))
}

/// The cells that points of open roads lie in. Points are taken every 30 m at least, so that what
/// is missed is a corner, and reached from the neighbour.
fn road_cells(graph: &Graph, resolution: Resolution) -> HashSet<CellIndex> {
    const STEP_M: f64 = 30.0;
    let mut found = HashSet::new();
    for link in (0..graph.links() as u32).filter(|&l| graph.open(l)) {
        let shape: Vec<LngLat> = graph.shape(link).collect();
        for ends in shape.windows(2) {
            let steps = (ends[0].distance_m(ends[1]) / STEP_M).ceil().max(1.0) as u32;
            for step in 0..=steps {
                let t = f64::from(step) / f64::from(steps);
                let between = |a: f64, b: f64| a + t * (b - a);
                let at = LngLat { lng: between(ends[0].lng, ends[1].lng), lat: between(ends[0].lat, ends[1].lat) };
                found.extend(cells::cell_of(at, resolution));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use geo::{Contains, Point, Validation};

    use super::*;
    use crate::kernel::{
        dijkstra::drive_ms,
        drawn::{Dice, drawn, random, random_with_turns},
        snap::SNAP_LIMIT_M,
    };

    const ACCESS_M: f64 = 300.0;

    fn walk_ms(at: &Snapped) -> Option<u32> {
        (at.distance_m <= ACCESS_M).then_some((at.distance_m / 1.2).ceil() as u32 * 1000)
    }

    fn raster(graph: &Graph) -> (Raster, Snapper) {
        let snapper = Snapper::new(&graph.topology);
        (Raster::new(graph, &snapper, Resolution::Ten, walk_ms), snapper)
    }

    /// Snaps every cell of a box that is far larger than the network.
    fn cells_by_brute_force(graph: &Graph, snapper: &Snapper) -> HashMap<CellIndex, (Snapped, u32)> {
        let centre = graph.shape(0).next().and_then(|p| cells::cell_of(p, Resolution::Ten)).unwrap();
        let near = centre.grid_disk_safe(30).filter_map(|cell| {
            let at = snapper.snap(graph, cells::centre(cell))?;
            Some((cell, (at, walk_ms(&at)?)))
        });
        near.collect()
    }

    #[test]
    fn times_equal_one_dijkstra_per_cell_and_origin() {
        let mut dice = Dice(61);
        for round in 0..40 {
            let mut g = random_with_turns(&mut dice);
            let (mut raster, snapper) = raster(&g);
            if round % 2 == 1 {
                // Some roads closed, others slower.
                let closed: Vec<bool> = (0..2 * g.links()).map(|_| dice.below(6) == 0).collect();
                let changed = g.under(|e, ms| if closed[e as usize] { CLOSED } else { ms + e * 100 });
                raster = raster.under(&g, &changed, &snapper, walk_ms);
                g = changed;
            }
            let origin = |d: &mut Dice| Origin { at: d.position(&g), start_ms: d.below(5) as u32 * 30_000 };
            let origins: Vec<Origin> = (0..dice.below(4)).map(|_| origin(&mut dice)).collect();
            let limit_ms = dice.below(600_000) as u32;
            let found = raster.reached(&g, &mut Workspace::default(), &origins, limit_ms);
            let mut found: Vec<(CellIndex, u32)> =
                found.into_iter().map(|r| (raster.cells()[r.tile as usize], r.ms)).collect();
            found.sort_unstable();
            let mut ws = Workspace::default();
            let mut least = |at: &Snapped, walk_ms: u32| {
                let whole =
                    |o: &Origin| Some(o.start_ms + drive_ms(&g, &mut ws, o.at, at.position(), CLOSED - 1)? + walk_ms);
                origins.iter().filter_map(whole).min().filter(|&ms| ms <= limit_ms)
            };
            let mut want: Vec<(CellIndex, u32)> = cells_by_brute_force(&g, &snapper)
                .into_iter()
                .filter(|(cell, _)| round % 2 == 0 || raster.cells().contains(cell))
                .filter_map(|(cell, (at, walk_ms))| Some((cell, least(&at, walk_ms)?)))
                .collect();
            want.sort_unstable();
            assert_eq!(found, want, "round {round}: {origins:?}, limit {limit_ms}");
        }
    }

    #[test]
    fn bands_are_valid_nested_and_hold_no_later_cell() {
        let mut dice = Dice(62);
        for round in 0..20 {
            let g = random(&mut dice);
            let (raster, _) = raster(&g);
            let origins = [Origin { at: dice.position(&g), start_ms: 0 }];
            let reached = raster.reached(&g, &mut Workspace::default(), &origins, 900_000);
            let by_tile: HashMap<TileIx, u32> = reached.iter().map(|r| (r.tile, r.ms)).collect();
            let limits = [100_000, 300_000, 900_000];
            let bands = limits.map(|limit| raster.outline(&reached, limit));
            for (band, limit) in bands.iter().zip(limits) {
                assert!(band.is_valid(), "round {round}, {limit}");
                for (tile, cell) in (0..).zip(raster.cells()) {
                    let centre = cells::centre(*cell);
                    let inside = band.contains(&Point::new(centre.lng, centre.lat));
                    let in_time = by_tile.get(&tile).is_some_and(|&ms| ms <= limit);
                    assert_eq!(inside, in_time, "round {round}, {limit}: {cell}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_far_to_walk_is_a_hole() {
        // A square of streets around a field 1 km wide.
        let side = "          ";
        let column = ".\n".repeat(11);
        let art = format!("A{side}B\n{column}C{side}D");
        let g = drawn(&art, &["A-B", "A-C", "B-D", "C-D"]);
        let (raster, _) = raster(&g);
        let origin = Origin { at: Position { link: 0, offset_mm: 0 }, start_ms: 0 };
        let reached = raster.reached(&g, &mut Workspace::default(), &[origin], 3_600_000);
        let whole = raster.outline(&reached, 3_600_000);
        assert_eq!((whole.0.len(), whole.0[0].interiors().len()), (1, 1));
        assert_eq!(raster.outline(&reached, 0).0.len(), 0);
        assert_eq!(reached.len(), raster.cells().len());
    }

    #[test]
    fn as_many_cells_as_expected_or_fewer() {
        // A neighbour of a cell of resolution 7 reaches farther than this.
        const { assert!(SNAP_LIMIT_M < 1_000.0) };
        let g = random(&mut Dice(63));
        let (raster, _) = raster(&g);
        let expected = cells_expected(&g, Resolution::Ten);
        assert!((raster.cells().len()..=20_000).contains(&expected), "{expected}");
    }
}
