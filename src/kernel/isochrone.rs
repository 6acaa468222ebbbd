//! Pictures of travel time: which H3 cells are reached by when, and the outlines of them.
//!
//! A cell is entered as its centre is. Its time is exact: what is over when an origin sets out, the
//! drive to an entrance, and the walk from there to the centre; the least over all origins and
//! entrances. A band holds the cells whose time is within it and no other, so bands are nested,
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
    dijkstra::{Workspace, search},
    graph::{CLOSED, Entrance, Graph, Joint, LinkIx, NodeIx},
    mosaic::{Mosaic, TileIx},
};
use xunge_base::LngLat;

/// A cell and the least milliseconds in which it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub tile: TileIx,
    pub ms: u32,
}

/// One of the ways to a cell; what it costs is the walk to the centre.
#[derive(Debug, Clone, Copy)]
struct Access {
    tile: TileIx,
    by: Entrance,
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
    /// By tile; none where every road near it is closed for a time.
    access: Vec<Access>,
    /// Indexes into `access` by link.
    by_link: Vec<(LinkIx, u32)>,
    /// By node, `first[n]..first[n + 1]`.
    beside: Vec<Beside>,
    first: Vec<u32>,
}

impl Raster {
    /// `enter` answers by which ways a cell's centre is reached from the roads, each with the walk; none
    /// where that is too far, `None` where no road is near at all.
    pub fn new(graph: &Graph, resolution: Resolution, enter: impl Fn(LngLat) -> Option<Vec<Entrance>>) -> Self {
        let mut found: Vec<(CellIndex, Vec<Entrance>)> = Vec::new();
        // A flood outward from the cells that roads pass through: whoever is near a road has a
        // neighbour nearer to it.
        let mut seen: HashSet<CellIndex> = road_cells(graph, resolution);
        let mut open: Vec<CellIndex> = seen.iter().copied().collect();
        while let Some(cell) = open.pop() {
            if let Some(ways) = enter(cells::centre(cell)) {
                if !ways.is_empty() {
                    found.push((cell, ways));
                }
                open.extend(cell.grid_disk_safe(1).filter(|&c| seen.insert(c)));
            }
        }
        // Those of one link side by side: a search meets them one after another.
        found.sort_unstable_by_key(|(cell, ways)| (ways[0].at.link, *cell));
        let mosaic = Arc::new(Mosaic::new(found.iter().map(|f| f.0).collect()));
        let of_tile =
            |(tile, (_, ways)): (TileIx, (_, Vec<Entrance>))| ways.into_iter().map(move |by| Access { tile, by });
        Self::hung(resolution, mosaic, (0..).zip(found).flat_map(of_tile).collect(), graph)
    }

    /// The same cells over the same roads with some of them closed or slower ([`Graph::under`]); `self` is
    /// of the roads as imported. A cell that was too far from the road stays so.
    pub fn under(&self, graph: &Graph, enter: impl Fn(LngLat) -> Option<Vec<Entrance>>) -> Self {
        let hang = |ways: &[Access]| -> Vec<Access> {
            // Roads only close: while all its ways are open, a cell is entered as ever.
            if ways.iter().all(|a| graph.is_open_at(a.by.at)) {
                return ways.to_vec();
            }
            let tile = ways[0].tile;
            let centre = cells::centre(self.cells()[tile as usize]);
            enter(centre).unwrap_or_default().into_iter().map(|by| Access { tile, by }).collect()
        };
        let access = self.access.chunk_by(|a, b| a.tile == b.tile).flat_map(hang).collect();
        Self::hung(self.resolution, Arc::clone(&self.mosaic), access, graph)
    }

    fn hung(resolution: Resolution, mosaic: Arc<Mosaic>, access: Vec<Access>, graph: &Graph) -> Self {
        let (beside, first) = by_node(graph, &access);
        // At a junction nothing lies straight along a link.
        let between = (0..).zip(&access).filter(|(_, a)| graph.junction_at(a.by.at).is_none());
        let mut by_link: Vec<(LinkIx, u32)> = between.map(|(i, a)| (a.by.at.link, i)).collect();
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

    /// Every cell that some origin, an entrance with what is over by then, reaches within `limit_ms`, the
    /// walk to its centre included; by tile.
    pub fn reached(&self, graph: &Graph, ws: &mut Workspace, origins: &[Entrance], limit_ms: u32) -> Vec<Reached> {
        let mut least_ms = vec![CLOSED; self.cells().len()];
        let mut offer = |tile: TileIx, ms: u32| {
            let known = &mut least_ms[tile as usize];
            *known = ms.min(*known);
        };
        search::<false>(graph, ws, origins, limit_ms, |node, ms| {
            let [from, to] = [node as usize, node as usize + 1].map(|n| self.first[n] as usize);
            self.beside[from..to].iter().for_each(|b| offer(b.tile, ms.saturating_add(b.rest_ms)));
            limit_ms
        });
        // Straight along the link on which an origin lies.
        for origin in origins {
            let first = self.by_link.partition_point(|l| l.0 < origin.at.link);
            for &(_, i) in self.by_link[first..].iter().take_while(|l| l.0 == origin.at.link) {
                let Access { tile, by } = self.access[i as usize];
                if let Some((_, ms)) = graph.along(origin.at, by.at) {
                    offer(tile, origin.extra_ms.saturating_add(ms).saturating_add(by.extra_ms));
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
fn by_node(graph: &Graph, access: &[Access]) -> (Vec<Beside>, Vec<u32>) {
    let enter = |&Access { tile, by }: &Access| {
        let beside = move |j: Joint| (j.node, Beside { tile, rest_ms: j.ms.saturating_add(by.extra_ms) });
        graph.entries(by.at).map(beside)
    };
    let mut all: Vec<(NodeIx, Beside)> = access.iter().flat_map(enter).collect();
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
mod tests;
