//! The point look-up: a raster over all areas whose cells mostly know the answer.
//!
//! A cell with no border of any level within 1 m has one owner per level, so it holds the whole
//! chain. Any other cell holds, for each level with a border near, the few areas that come into
//! question; these are tested exactly (robust orientation, the border counts as inside), each on
//! the edges of its shape that meet the cell's row only. Raster rows and edge bands are the same
//! rows, so a test reads a handful of edges even for a coast of 10,000 vertices.

mod bands;
mod frame;
mod painted;

use std::collections::HashMap;

use self::{bands::Bands, frame::Frame, painted::Painted};
use super::{Area, AreaIx, Chain, Level};
use crate::{base::LngLat, kernel::shape};

/// Slivers up to this wide have an owner.
const SLIVER_M: f64 = 1.0;
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
