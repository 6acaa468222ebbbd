//! The parts into which special areas cut the lowest areas: within one, powers are the same everywhere.

use geo::{BooleanOps, InteriorPoint, MultiPolygon};

use super::super::Ground;
use crate::{
    base::LngLat,
    domain::areas::{Area, AreaIx, Areas, Level},
    kernel::shape,
};

/// What special areas leave of an area that is smaller than this is the noise of two drawings of one line.
const LEAST_M2: f64 = 10.0;

/// A part of a grid, or of a village or township where there are no grids.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The grid.
    pub area: AreaIx,
    pub ground: Ground,
    /// The areas over it, the county first, then special areas.
    pub over: Vec<AreaIx>,
    /// A place inside it.
    pub at: LngLat,
    pub area_m2: f64,
    /// Its shape; that of the area where it is whole.
    pub cut: Option<MultiPolygon<f64>>,
}

impl Part {
    pub fn shape<'a>(&'a self, areas: &'a Areas) -> &'a MultiPolygon<f64> {
        self.cut.as_ref().unwrap_or(&areas.at(self.area).geometry)
    }
}

/// All parts, by area and then by the special areas over them.
pub fn parts(areas: &Areas) -> Vec<Part> {
    let mut special: Vec<AreaIx> = areas.level(Level::Special).map(|(ix, _)| ix).collect();
    special.sort_by_key(|&ix| areas.rank(ix));
    let lowest = |&(_, area): &(AreaIx, &Area)| {
        area.level != Level::Special && areas.children(area.code.as_str()).all(|(_, a)| a.level == Level::Special)
    };
    areas.iter().filter(lowest).flat_map(|(ix, _)| parts_of(areas, ix, &special)).collect()
}

fn parts_of(areas: &Areas, ix: AreaIx, special: &[AreaIx]) -> Vec<Part> {
    let area = areas.at(ix);
    // The special areas over each piece, and its shape unless it is whole.
    let mut pieces: Vec<(Vec<AreaIx>, Option<MultiPolygon<f64>>)> = vec![(Vec::new(), None)];
    for &over in special.iter().filter(|&&over| areas.at(over).bbox.intersects(&area.bbox)) {
        let cutter = &areas.at(over).geometry;
        let mut next = Vec::with_capacity(pieces.len() + 1);
        for (overlays, cut) in pieces {
            let shape = cut.as_ref().unwrap_or(&area.geometry);
            let inside = drawn(&shape.intersection(cutter));
            if shape::area_m2(&inside) < LEAST_M2 {
                next.push((overlays, cut));
                continue;
            }
            let outside = drawn(&shape.difference(cutter));
            let with: Vec<AreaIx> = overlays.iter().copied().chain([over]).collect();
            if shape::area_m2(&outside) < LEAST_M2 {
                next.push((with, cut));
            } else {
                next.extend([(overlays, Some(outside)), (with, Some(inside))]);
            }
        }
        pieces = next;
    }
    let line: Vec<AreaIx> = areas.line(ix).collect();
    let of_level = |level| line.iter().copied().find(|&ix| areas.at(ix).level == level);
    let part = |(overlays, cut): (Vec<AreaIx>, Option<MultiPolygon<f64>>)| {
        let shape = cut.as_ref().unwrap_or(&area.geometry);
        let at = LngLat::from(shape.interior_point()?.0);
        Some(Part {
            area: ix,
            at,
            area_m2: shape::area_m2(shape),
            over: line.iter().rev().chain(&overlays).copied().collect(),
            ground: Ground { overlays, township: of_level(Level::Township), county: of_level(Level::County) },
            cut,
        })
    };
    pieces.into_iter().filter_map(part).collect()
}

/// As shapes are kept.
fn drawn(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    shape::rewind(&shape::rounded(shape))
}
