//! The raster's place on the earth.

use crate::{
    base::{BBox, LngLat},
    domain::areas::Area,
};

/// What one metre is at most, in degrees of latitude (with a centimetre to spare).
const M_IN_DEG: f64 = 1.01 / 111_195.0;
const CELL_M: f64 = 60.0;
const MAX_CELLS: f64 = 4e6;

/// The raster's place on the earth: rows from south to north, columns from west to east.
#[derive(Debug)]
pub(super) struct Frame {
    west: f64,
    south: f64,
    cells_per_deg: [f64; 2],
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// 1 m in degrees of longitude and latitude, rounded up.
    margin: [f64; 2],
}

impl Frame {
    pub(super) fn around(areas: &[Area]) -> Self {
        let corners = areas.iter().flat_map(|a| {
            [LngLat { lng: a.bbox.west, lat: a.bbox.south }, LngLat { lng: a.bbox.east, lat: a.bbox.north }]
        });
        let Some(b) = BBox::around(corners) else {
            return Self { west: 0.0, south: 0.0, cells_per_deg: [1.0; 2], rows: 0, cols: 0, margin: [0.0; 2] };
        };
        let cos = b.south.abs().max(b.north.abs()).min(89.0).to_radians().cos();
        let margin = [M_IN_DEG / cos, M_IN_DEG];
        let (west, south) = (b.west - 2.0 * margin[0], b.south - 2.0 * margin[1]);
        let (width, height) = (b.east + 2.0 * margin[0] - west, b.north + 2.0 * margin[1] - south);
        let m_per_deg = [cos / M_IN_DEG, 1.0 / M_IN_DEG];
        let cell_m = (width * m_per_deg[0] * height * m_per_deg[1] / MAX_CELLS).sqrt().max(CELL_M);
        let cells_per_deg = m_per_deg.map(|m| m / cell_m);
        let count = |deg: f64, per_deg: f64| (deg * per_deg).ceil().max(1.0) as usize;
        Self {
            west,
            south,
            cells_per_deg,
            rows: count(height, cells_per_deg[1]),
            cols: count(width, cells_per_deg[0]),
            margin,
        }
    }

    pub(super) fn cell(&self, p: LngLat) -> Option<(usize, usize)> {
        let x = (p.lng - self.west) * self.cells_per_deg[0];
        let y = (p.lat - self.south) * self.cells_per_deg[1];
        (x >= 0.0 && y >= 0.0 && x < self.cols as f64 && y < self.rows as f64).then_some((y as usize, x as usize))
    }

    /// Monotone in `lat`, so that an edge which spans a latitude spans its row.
    pub(super) fn row(&self, lat: f64) -> usize {
        (((lat - self.south) * self.cells_per_deg[1]) as usize).min(self.rows - 1)
    }

    pub(super) fn col(&self, lng: f64) -> usize {
        (((lng - self.west) * self.cells_per_deg[0]) as usize).min(self.cols - 1)
    }

    pub(super) fn row_south(&self, row: f64) -> f64 {
        self.south + row / self.cells_per_deg[1]
    }

    pub(super) fn col_west(&self, col: f64) -> f64 {
        self.west + col / self.cells_per_deg[0]
    }

    /// Calls `f` with every cell that lies within 1 m of the edge, and some more.
    pub(super) fn cells_near(&self, [x1, y1, x2, y2]: [f64; 4], mut f: impl FnMut(usize)) {
        let [mx, my] = self.margin;
        for row in self.row(y1 - my)..=self.row(y2 + my) {
            let (lo, hi) = (self.row_south(row as f64) - my, self.row_south(row as f64 + 1.0) + my);
            let x_at = |y: f64| if y2 > y1 { x1 + (y.clamp(y1, y2) - y1) / (y2 - y1) * (x2 - x1) } else { x1 };
            let (a, b) = if y2 > y1 { (x_at(lo), x_at(hi)) } else { (x1, x2) };
            for col in self.col(a.min(b) - mx)..=self.col(a.max(b) + mx) {
                f(row * self.cols + col);
            }
        }
    }
}
