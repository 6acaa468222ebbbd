//! The point look-up: a raster over all areas whose cells mostly know the answer.
//!
//! A cell with no border of any level within 1 m has one owner per level, so it holds the whole
//! chain. Any other cell holds, for each level with a border near, the few areas that come into
//! question; these are tested exactly (robust orientation, the border counts as inside), each on
//! the edges of its shape that meet the cell's row only. Raster rows and edge bands are the same
//! rows, so a test reads a handful of edges even for a coast of 10,000 vertices.

use std::collections::HashMap;

use geo::{Coord, LinesIter, Orientation, kernels::Kernel, kernels::RobustKernel};

use super::{Area, AreaIx, Chain, Level};
use crate::{base::LngLat, kernel::shape};

/// Slivers up to this wide have an owner.
const SLIVER_M: f64 = 1.0;
/// What one metre is at most, in degrees of latitude (with a centimetre to spare).
const M_IN_DEG: f64 = 1.01 / 111_195.0;
const CELL_M: f64 = 60.0;
const MAX_CELLS: f64 = 4e6;
const NONE: AreaIx = AreaIx::MAX;
/// Marks a cell value as an index into `mixed` instead of `chains`.
const MIXED: u32 = 1 << 31;

type Owners = [AreaIx; 4];

#[derive(Debug)]
pub(super) struct Raster {
    frame: Frame,
    cells: Vec<u32>,
    chains: Vec<Owners>,
    mixed: Vec<Mixed>,
    /// What the `open` ranges of `mixed` point into; ascending within a range.
    candidates: Vec<AreaIx>,
    /// Further townships that contain the whole of a cell, where they overlap.
    doubles: HashMap<u32, Vec<AreaIx>>,
    bands: Vec<Bands>,
    parents: Vec<AreaIx>,
}

/// A cell with a border in it.
#[derive(Debug)]
struct Mixed {
    /// The owner at levels without a border here.
    fixed: Owners,
    /// Ranges of `candidates` for the other levels; empty where `fixed` holds.
    open: [(u32, u32); 4],
}

impl Raster {
    pub fn new(areas: &[Area], parents: &[Option<AreaIx>]) -> Self {
        let frame = Frame::around(areas);
        let bands: Vec<_> = areas.iter().map(|a| Bands::new(a, &frame)).collect();
        let painted = Painted::new(areas, &bands, &frame);
        let parents = parents.iter().map(|p| p.unwrap_or(NONE)).collect();
        let mut raster = Self {
            cells: Vec::with_capacity(frame.rows * frame.cols),
            chains: vec![[NONE; 4]],
            mixed: Vec::new(),
            candidates: Vec::new(),
            doubles: HashMap::new(),
            bands,
            parents,
            frame,
        };
        raster.fill(areas, &painted);
        raster.doubles = painted.doubles;
        raster
    }

    /// All townships over `p`, their borders included, in no order: several where they overlap or meet.
    pub fn townships(&self, p: LngLat) -> Vec<AreaIx> {
        const LEVEL: usize = Level::Township as usize;
        let Some((row, col)) = self.frame.cell(p) else { return Vec::new() };
        let cell = row * self.frame.cols + col;
        let value = self.cells[cell];
        let mut over = self.doubles.get(&(cell as u32)).cloned().unwrap_or_default();
        let whole = if value & MIXED == 0 {
            self.chains[value as usize][LEVEL]
        } else {
            let mixed = &self.mixed[(value ^ MIXED) as usize];
            let (from, to) = mixed.open[LEVEL];
            let candidates = &self.candidates[from as usize..to as usize];
            over.extend(candidates.iter().filter(|&&ix| self.bands[ix as usize].covers(row, p)));
            mixed.fixed[LEVEL]
        };
        over.extend((whole != NONE).then_some(whole));
        over
    }

    pub fn locate(&self, areas: &[Area], p: LngLat) -> Chain {
        let Some((row, col)) = self.frame.cell(p) else { return Chain::default() };
        let value = self.cells[row * self.frame.cols + col];
        let owners = if value & MIXED == 0 {
            self.chains[value as usize]
        } else {
            self.exact(areas, &self.mixed[(value ^ MIXED) as usize], row, p)
        };
        let [county, township, village, grid] = owners.map(|ix| (ix != NONE).then_some(ix));
        Chain { county, township, village, grid }
    }

    fn exact(&self, areas: &[Area], cell: &Mixed, row: usize, p: LngLat) -> Owners {
        let mut owners = cell.fixed;
        for level in 0..4 {
            let (from, to) = cell.open[level];
            if from == to {
                continue;
            }
            let candidates = &self.candidates[from as usize..to as usize];
            owners[level] = match candidates.iter().find(|&&ix| self.bands[ix as usize].covers(row, p)) {
                Some(&ix) => ix,
                None => self.beside_sliver(areas, candidates, &owners[..level], p),
            };
        }
        owners
    }

    /// The candidate nearest to `p` whose parent owns `p`, if it is near enough.
    fn beside_sliver(&self, areas: &[Area], candidates: &[AreaIx], owners: &[AreaIx], p: LngLat) -> AreaIx {
        candidates
            .iter()
            .filter(|&&ix| self.parents[ix as usize] != NONE && owners.contains(&self.parents[ix as usize]))
            .map(|&ix| (shape::border_distance_m(&areas[ix as usize].geometry, p), ix))
            .filter(|&(d, _)| d <= SLIVER_M)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map_or(NONE, |(_, ix)| ix)
    }

    fn fill(&mut self, areas: &[Area], painted: &Painted) {
        let mut ids: HashMap<Owners, u32> = HashMap::from([([NONE; 4], 0)]);
        let mut last = ([NONE; 4], 0);
        let mut borders = painted.borders.as_slice();
        for cell in 0..self.frame.rows * self.frame.cols {
            let n = borders.iter().take_while(|b| b.0 as usize == cell).count();
            let (here, rest) = borders.split_at(n);
            borders = rest;
            let owners = std::array::from_fn(|level| painted.whole[level][cell]);
            let value = if !here.is_empty() {
                self.mixed_cell(areas, owners, here)
            } else if owners == last.0 {
                last.1
            } else {
                let chains = &mut self.chains;
                *ids.entry(owners).or_insert_with(|| {
                    chains.push(owners);
                    chains.len() as u32 - 1
                })
            };
            if here.is_empty() {
                last = (owners, value);
            }
            self.cells.push(value);
        }
    }

    fn mixed_cell(&mut self, areas: &[Area], whole: Owners, borders: &[(u32, AreaIx)]) -> u32 {
        let mut cell = Mixed { fixed: whole, open: [(0, 0); 4] };
        for same_level in borders.chunk_by(|a, b| areas[a.1 as usize].level == areas[b.1 as usize].level) {
            let level = areas[same_level[0].1 as usize].level as usize;
            let from = self.candidates.len();
            self.candidates.extend(same_level.iter().map(|b| b.1));
            if whole[level] != NONE {
                self.candidates.push(whole[level]);
                self.candidates[from..].sort_unstable();
            }
            cell.fixed[level] = NONE;
            cell.open[level] = (from as u32, self.candidates.len() as u32);
        }
        self.mixed.push(cell);
        (self.mixed.len() - 1) as u32 | MIXED
    }
}

/// The raster's place on the earth: rows from south to north, columns from west to east.
#[derive(Debug)]
struct Frame {
    west: f64,
    south: f64,
    cells_per_deg: [f64; 2],
    rows: usize,
    cols: usize,
    /// 1 m in degrees of longitude and latitude, rounded up.
    margin: [f64; 2],
}

impl Frame {
    fn around(areas: &[Area]) -> Self {
        let corners = areas.iter().flat_map(|a| {
            [LngLat { lng: a.bbox.west, lat: a.bbox.south }, LngLat { lng: a.bbox.east, lat: a.bbox.north }]
        });
        let Some(b) = crate::base::BBox::around(corners) else {
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

    fn cell(&self, p: LngLat) -> Option<(usize, usize)> {
        let x = (p.lng - self.west) * self.cells_per_deg[0];
        let y = (p.lat - self.south) * self.cells_per_deg[1];
        (x >= 0.0 && y >= 0.0 && x < self.cols as f64 && y < self.rows as f64).then_some((y as usize, x as usize))
    }

    /// Monotone in `lat`, so that an edge which spans a latitude spans its row.
    fn row(&self, lat: f64) -> usize {
        (((lat - self.south) * self.cells_per_deg[1]) as usize).min(self.rows - 1)
    }

    fn col(&self, lng: f64) -> usize {
        (((lng - self.west) * self.cells_per_deg[0]) as usize).min(self.cols - 1)
    }

    fn row_south(&self, row: f64) -> f64 {
        self.south + row / self.cells_per_deg[1]
    }

    fn col_west(&self, col: f64) -> f64 {
        self.west + col / self.cells_per_deg[0]
    }

    /// Calls `f` with every cell that lies within 1 m of the edge, and some more.
    fn cells_near(&self, [x1, y1, x2, y2]: [f64; 4], mut f: impl FnMut(usize)) {
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

/// The edges of one shape, by raster row; an edge stands in every row it meets.
#[derive(Debug)]
struct Bands {
    first_row: usize,
    /// Row `first_row + i` holds `edges[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    /// Each as x1, y1, x2, y2 with y1 <= y2.
    edges: Vec<[f64; 4]>,
}

impl Bands {
    fn new(area: &Area, frame: &Frame) -> Self {
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

    fn row(&self, row: usize) -> &[[f64; 4]] {
        match row.checked_sub(self.first_row) {
            Some(i) if i + 1 < self.starts.len() => &self.edges[self.starts[i] as usize..self.starts[i + 1] as usize],
            _ => &[],
        }
    }

    /// Whether `p`, which lies in `row`, is inside or on the border: a ray to the east crosses an
    /// odd number of edges. Exact, since the orientation test is.
    fn covers(&self, row: usize, p: LngLat) -> bool {
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

fn upward_edges(area: &Area) -> impl Iterator<Item = [f64; 4]> {
    area.geometry.lines_iter().map(|l| {
        let (a, b) = if l.start.y <= l.end.y { (l.start, l.end) } else { (l.end, l.start) };
        [a.x, a.y, b.x, b.y]
    })
}

/// Which cells have borders near, and who owns the others.
struct Painted {
    /// (cell, area) ascending.
    borders: Vec<(u32, AreaIx)>,
    /// By level and cell: the smallest area that contains the whole cell, its margin included.
    whole: [Vec<AreaIx>; 4],
    /// By cell: the other townships that do.
    doubles: HashMap<u32, Vec<AreaIx>>,
}

impl Painted {
    fn new(areas: &[Area], bands: &[Bands], frame: &Frame) -> Self {
        let cells = frame.rows * frame.cols;
        let mut borders = Vec::new();
        let mut whole: [Vec<AreaIx>; 4] = std::array::from_fn(|_| vec![NONE; cells]);
        let mut doubles: HashMap<u32, Vec<AreaIx>> = HashMap::new();
        // The last area whose border was painted on a cell.
        let mut bordered_by = vec![NONE; cells];
        for (ix, (area, bands)) in areas.iter().zip(bands).enumerate() {
            let ix = ix as AreaIx;
            for edge in upward_edges(area) {
                frame.cells_near(edge, |cell| {
                    if std::mem::replace(&mut bordered_by[cell], ix) != ix {
                        borders.push((cell as u32, ix));
                    }
                });
            }
            let level = &mut whole[area.level as usize];
            inside_cells(bands, frame, |cell| {
                if bordered_by[cell] == ix {
                } else if level[cell] == NONE {
                    level[cell] = ix;
                } else if area.level == Level::Township {
                    doubles.entry(cell as u32).or_default().push(ix);
                }
            });
        }
        borders.sort_unstable();
        Self { borders, whole, doubles }
    }
}

/// Calls `f` with the cells whose centre is inside the shape, by scan lines.
fn inside_cells(bands: &Bands, frame: &Frame, mut f: impl FnMut(usize)) {
    let mut crossings = Vec::new();
    for row in bands.first_row..bands.first_row + bands.starts.len() - 1 {
        let y = frame.row_south(row as f64 + 0.5);
        crossings.clear();
        for &[x1, y1, x2, y2] in bands.row(row) {
            if y1 <= y && y < y2 {
                crossings.push(x1 + (y - y1) / (y2 - y1) * (x2 - x1));
            }
        }
        crossings.sort_unstable_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            for col in frame.col(pair[0])..=frame.col(pair[1]) {
                let center = frame.col_west(col as f64 + 0.5);
                if pair[0] < center && center < pair[1] {
                    f(row * frame.cols + col);
                }
            }
        }
    }
}
