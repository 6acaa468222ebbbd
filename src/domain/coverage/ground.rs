//! What areas and roads as imported alone decide about coverage.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use h3o::{CellIndex, Resolution};

use crate::{
    base::{Error, LngLat, Result},
    domain::{
        areas::{AreaIx, Areas, Chain, Level},
        response::Definition,
        roads::Network,
    },
    kernel::{
        cells::{self, Cutter},
        shape,
        snap::Snapped,
    },
};

/// Index of a cell of the ground.
pub type CellIx = u32;

/// A county of 15,000 km², or a prefecture eight times as large, has as many cells.
const CELLS_MAX: f64 = 150_000.0;

/// One H3 cell that some area meets.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub index: CellIndex,
    pub centre: LngLat,
    /// The township of its centre, else the one with the largest share of it.
    pub township: Option<AreaIx>,
    /// Its number among the accessible cells; `None` where no road is within the access limit. A road
    /// that is closed for a time counts: a cell beside it has access, and is not reached.
    pub access: Option<u32>,
}

/// The part of an area that lies in one cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub cell: CellIx,
    pub area: AreaIx,
    pub area_m2: f64,
    pub buildings: u32,
}

/// How many of some points lie in each piece of the county.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub(super) Vec<u32>);

/// All areas of one level in pieces, by cell and area.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub pieces: Vec<Piece>,
    /// Where each cell's pieces begin; one more than cells.
    first: Vec<u32>,
    /// Each area's pieces, by area.
    pub by_area: BTreeMap<AreaIx, Vec<u32>>,
}

/// Cells with their access and their shares of areas.
#[derive(Debug)]
pub struct Ground {
    areas: Arc<Areas>,
    /// As imported.
    network: Arc<Network>,
    pub(super) definition: Definition,
    resolution: Resolution,
    /// By H3 index.
    pub(super) cells: Vec<Cell>,
    /// By which ways each accessible cell is entered by car: that tells which cells have access.
    pub(super) points: Vec<Vec<Snapped>>,
    /// Townships, or what stands in for them where there are none.
    pub(super) outer: Layer,
    outer_level: Option<Level>,
    pub(super) grids: Layer,
}

/// A level's areas as cut: `(cell, area, square metres)`, by cell and area.
type Cuts = Vec<(CellIndex, AreaIx, f64)>;

/// Townships, or the topmost level that stands in for them where there are none.
fn outer_level(areas: &Areas) -> Option<Level> {
    let present = |level: &Level| areas.level(*level).next().is_some();
    [Level::Township, Level::County, Level::Village, Level::Grid].into_iter().find(present)
}

/// `resolution`, or the next coarser one in which the areas have no more than 150,000 cells: 9 for a
/// county, 8 for a prefecture, 7 for a province.
pub fn fitting_resolution(areas: &Areas, resolution: u8) -> Result<Resolution> {
    let mut resolution = Resolution::try_from(resolution)
        .map_err(|_| Error::invalid("cell_resolution", format!("{resolution} is no H3 resolution, 0 to 15")))?;
    let outer = outer_level(areas).into_iter().flat_map(|l| areas.level(l));
    let outer_km2: f64 = outer.map(|(_, a)| shape::area_m2(&a.geometry) / 1e6).sum();
    while outer_km2 / resolution.area_km2() > CELLS_MAX
        && let Some(coarser) = resolution.pred()
    {
        resolution = coarser;
    }
    Ok(resolution)
}

impl Ground {
    /// Cuts all townships and grids into cells of `resolution`, or the next coarser one with no more than
    /// 150,000: 9 for a county, 8 for a prefecture, 7 for a province. Where there are no
    /// townships, the topmost level there is stands in.
    pub fn new(areas: &Arc<Areas>, network: &Arc<Network>, definition: &Definition, resolution: u8) -> Result<Self> {
        definition.check()?;
        let outer_level = outer_level(areas);
        let resolution = fitting_resolution(areas, resolution)?;
        let mut cutter = Cutter::new(resolution);
        let outer = outer_level.map(|level| cut(areas, level, &mut cutter)).unwrap_or_default();
        let grids = cut(areas, Level::Grid, &mut cutter);
        let mut indexes: Vec<CellIndex> = outer.iter().chain(&grids).map(|c| c.0).collect();
        indexes.sort_unstable();
        indexes.dedup();
        let mut ground = Self {
            outer: Layer::new(outer, &indexes),
            grids: Layer::new(grids, &indexes),
            outer_level,
            areas: Arc::clone(areas),
            network: Arc::clone(network),
            definition: definition.over(network),
            resolution,
            cells: Vec::with_capacity(indexes.len()),
            points: Vec::new(),
        };
        for index in indexes {
            ground.push(index);
        }
        ground.place_buildings();
        Ok(ground)
    }

    fn push(&mut self, index: CellIndex) {
        let (ix, centre) = (self.cells.len() as CellIx, cells::centre(index));
        let access = self.definition.access(self.network.car(), centre).ok().map(|ways| {
            self.points.push(ways);
            self.points.len() as u32 - 1
        });
        let largest = || self.outer.largest(ix).map(|piece| self.outer.pieces[piece].area);
        let township = match self.outer_level {
            Some(Level::Township) => self.areas.locate(centre).township.or_else(largest),
            _ => None,
        };
        self.cells.push(Cell { index, centre, township, access });
    }

    fn place_buildings(&mut self) {
        for &building in self.network.buildings.iter() {
            let Some(cell) = self.cell_at(building) else { continue };
            let chain = self.areas.locate(building);
            for (layer, owner) in [(&mut self.outer, owner(&chain, self.outer_level)), (&mut self.grids, chain.grid)] {
                if let Some(piece) = owner.and_then(|owner| layer.find(cell, owner)) {
                    layer.pieces[piece].buildings += 1;
                }
            }
        }
    }

    /// Counts points by piece; those outside all areas are left out. About a microsecond each: keep
    /// the result while the points stay the same.
    pub fn tally(&self, points: impl IntoIterator<Item = LngLat>) -> Tally {
        let mut counts = vec![0; self.outer.pieces.len()];
        for point in points {
            let Some(cell) = self.cell_at(point) else { continue };
            let owner = owner(&self.areas.locate(point), self.outer_level);
            if let Some(piece) = owner.and_then(|owner| self.outer.find(cell, owner)) {
                counts[piece] += 1;
            }
        }
        Tally(counts)
    }

    /// The cell that holds `p`, where some area meets it.
    pub fn cell_at(&self, p: LngLat) -> Option<CellIx> {
        let index = cells::cell_of(p, self.resolution)?;
        self.cells.binary_search_by_key(&index, |c| c.index).ok().map(|ix| ix as CellIx)
    }

    /// The cell of this H3 index in hexadecimal.
    pub fn cell_named(&self, code: &str) -> Option<CellIx> {
        let index: CellIndex = code.parse().ok()?;
        self.cells.binary_search_by_key(&index, |c| c.index).ok().map(|ix| ix as CellIx)
    }

    /// All cells, by H3 index.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Panics on an index from another ground.
    pub fn cell(&self, ix: CellIx) -> &Cell {
        &self.cells[ix as usize]
    }

    /// Where the cell is entered from the nearest road.
    pub fn access_point(&self, ix: CellIx) -> Option<&Snapped> {
        self.cell(ix).access.map(|a| &self.points[a as usize][0])
    }

    /// How many cells have access.
    pub fn accessible(&self) -> usize {
        self.points.len()
    }

    pub fn areas(&self) -> &Arc<Areas> {
        &self.areas
    }

    /// The H3 resolution of the cells.
    pub fn resolution(&self) -> u8 {
        self.resolution.into()
    }
}

fn cut(areas: &Areas, level: Level, cutter: &mut Cutter) -> Cuts {
    let mut cuts: Cuts = areas
        .level(level)
        .flat_map(|(ix, area)| cutter.cut(&area.geometry).into_iter().map(move |c| (c.cell, ix, c.area_m2)))
        .collect();
    cuts.sort_unstable_by_key(|&(cell, area, _)| (cell, area));
    cuts
}

fn owner(chain: &Chain, level: Option<Level>) -> Option<AreaIx> {
    match level? {
        Level::County => chain.county,
        Level::Township => chain.township,
        Level::Village => chain.village,
        Level::Grid => chain.grid,
        Level::Special => None,
    }
}

impl Layer {
    /// `cuts` by cell and area, `cells` ascending and holding every cell of the cuts.
    fn new(cuts: Cuts, cells: &[CellIndex]) -> Self {
        let (mut pieces, mut first) = (Vec::with_capacity(cuts.len()), Vec::with_capacity(cells.len() + 1));
        let mut by_area: BTreeMap<AreaIx, Vec<u32>> = BTreeMap::new();
        let mut cuts = cuts.into_iter().peekable();
        for (cell, index) in cells.iter().enumerate() {
            first.push(pieces.len() as u32);
            while let Some((_, area, area_m2)) = cuts.next_if(|c| c.0 == *index) {
                by_area.entry(area).or_default().push(pieces.len() as u32);
                pieces.push(Piece { cell: cell as CellIx, area, area_m2, buildings: 0 });
            }
        }
        first.push(pieces.len() as u32);
        Self { pieces, first, by_area }
    }

    pub fn of_cell(&self, cell: CellIx) -> Range<usize> {
        self.first[cell as usize] as usize..self.first[cell as usize + 1] as usize
    }

    /// The piece of `area` in the cell. An owner may have none there when a point lies within a
    /// metre outside of its shape: then the largest piece in the cell counts.
    fn find(&self, cell: CellIx, area: AreaIx) -> Option<usize> {
        self.of_cell(cell).find(|&p| self.pieces[p].area == area).or_else(|| self.largest(cell))
    }

    fn largest(&self, cell: CellIx) -> Option<usize> {
        let size = |p: usize| self.pieces[p].area_m2;
        self.of_cell(cell).max_by(|&a, &b| size(a).total_cmp(&size(b)).then(b.cmp(&a)))
    }
}
