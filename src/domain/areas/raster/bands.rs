//! The edges of a shape by the rows of the raster.

use geo::{Coord, LinesIter, Orientation, kernels::Kernel, kernels::RobustKernel};

use super::frame::Frame;
use crate::{base::LngLat, domain::areas::Area};

/// The edges of one shape, by raster row; an edge stands in every row it meets.
#[derive(Debug)]
pub(super) struct Bands {
    pub(super) first_row: usize,
    /// Row `first_row + i` holds `edges[starts[i]..starts[i + 1]]`.
    pub(super) starts: Vec<u32>,
    /// Each as x1, y1, x2, y2 with y1 <= y2.
    edges: Vec<[f64; 4]>,
}

impl Bands {
    pub(super) fn new(area: &Area, frame: &Frame) -> Self {
        let first_row = frame.row(area.bbox.south);
        let rows = frame.row(area.bbox.north) - first_row + 1;
        let span = |e: &[f64; 4]| frame.row(e[1]) - first_row..=frame.row(e[3]) - first_row;
        let mut starts = vec![0u32; rows + 1];
        for e in upward_edges(area) {
            span(&e).for_each(|row| starts[row + 1] += 1);
        }
        for i in 0..rows {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut edges = vec![[0.0; 4]; starts[rows] as usize];
        for e in upward_edges(area) {
            for row in span(&e) {
                edges[next[row] as usize] = e;
                next[row] += 1;
            }
        }
        Self { first_row, starts, edges }
    }

    pub(super) fn row(&self, row: usize) -> &[[f64; 4]] {
        match row.checked_sub(self.first_row) {
            Some(i) if i + 1 < self.starts.len() => &self.edges[self.starts[i] as usize..self.starts[i + 1] as usize],
            _ => &[],
        }
    }

    /// Whether `p`, which lies in `row`, is inside or on the border: a ray to the east crosses an
    /// odd number of edges. Exact, since the orientation test is.
    pub(super) fn covers(&self, row: usize, p: LngLat) -> bool {
        let mut inside = false;
        for &[x1, y1, x2, y2] in self.row(row) {
            if p.lat < y1 || p.lat > y2 || p.lng > x1.max(x2) {
                continue;
            }
            let east = if p.lng < x1.min(x2) {
                true
            } else {
                match RobustKernel::orient2d(Coord { x: x1, y: y1 }, Coord { x: x2, y: y2 }, p.into()) {
                    Orientation::Collinear => return true,
                    turn => turn == Orientation::CounterClockwise,
                }
            };
            // Half-open, so that a ray through a vertex counts it once.
            inside ^= east && p.lat < y2;
        }
        inside
    }
}

pub(super) fn upward_edges(area: &Area) -> impl Iterator<Item = [f64; 4]> {
    area.geometry.lines_iter().map(|l| {
        let (a, b) = if l.start.y <= l.end.y { (l.start, l.end) } else { (l.end, l.start) };
        [a.x, a.y, b.x, b.y]
    })
}
