//! The atoms of one generation of a county: its grids, and H3 cells where a township has none.
//!
//! Atoms tile the county: a place in it lies in exactly one of them (in none only where a township
//! is gridded in part). Two are neighbours when they share segments of their border exactly.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use geo::{BoundingRect, Contains, MultiPolygon, Point, Rect};
use h3o::{CellIndex, Resolution};

use crate::{
    base::{BBox, Code, Error, LngLat, Result},
    domain::areas::{Area, AreaIx, Areas, Level},
    kernel::{
        cells::{self, Cutter},
        shape, topology,
    },
};

/// The place of an atom in [`Atoms`], which are in order of code.
pub type AtomIx = u32;

/// The smallest piece of ground that a plan moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom {
    /// The grid's code, or the index of the H3 cell in hexadecimal.
    pub code: Code,
    pub township: Option<Code>,
    pub village: Option<Code>,
    pub bbox: BBox,
    /// A place within it.
    pub inside: LngLat,
    /// Equal-area.
    pub area_m2: f64,
    ground: Ground,
}

#[derive(Debug, Clone, PartialEq)]
enum Ground {
    Grid(AreaIx),
    /// The part of the cell that lies in townships without grids.
    Cell(MultiPolygon<f64>),
}

/// A stretch of border with a neighbour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    pub atom: AtomIx,
    pub length_m: f64,
}

/// All atoms of one county in one generation of its areas.
#[derive(Debug)]
pub struct Atoms {
    pub county: Code,
    pub generation: i64,
    areas: Arc<Areas>,
    resolution: Resolution,
    atoms: Vec<Atom>,
    by_code: HashMap<Code, AtomIx>,
    /// By grid.
    of_grid: HashMap<AreaIx, AtomIx>,
    of_cell: HashMap<CellIndex, AtomIx>,
    /// What is cut into cells.
    gridless: Vec<AreaIx>,
    neighbours: Vec<Vec<Border>>,
}

impl PartialEq for Atoms {
    fn eq(&self, other: &Self) -> bool {
        let codes = |all: &Self| all.atoms.iter().map(|a| a.code.clone()).collect::<Vec<_>>();
        (&self.county, self.generation) == (&other.county, other.generation) && codes(self) == codes(other)
    }
}

impl Atoms {
    /// Of `county` in `areas`, which are those of `generation` and may hold other counties too.
    /// Townships without grids are cut into H3 cells of `resolution`.
    ///
    /// # Errors
    /// When there is no such county, and when a grid has the code of a cell.
    pub fn new(county: &Code, generation: i64, areas: &Arc<Areas>, resolution: Resolution) -> Result<Self> {
        let top = areas.index(county.as_str()).filter(|ix| areas.at(*ix).level == Level::County);
        let top = top.ok_or_else(|| Error::not_found("county", county))?;
        let within = Within::new(areas, top);
        let grids = within.level(areas, Level::Grid).map(|(ix, a)| (None, grid(areas, ix, a)));
        let gridless = within.gridless(areas, top);
        let cells = cells_of(areas, &gridless, resolution)?;
        let mut all: Vec<_> = grids.chain(cells.into_iter().map(|(cell, atom)| (Some(cell), atom))).collect();
        all.sort_by(|a, b| a.1.code.cmp(&b.1.code));
        if let Some(twice) = all.windows(2).find(|w| w[0].1.code == w[1].1.code) {
            return Err(Error::invalid("code", format!("grid {} has the code of an H3 cell", twice[0].1.code)));
        }
        let of_cell = (0..).zip(&all).filter_map(|(ix, (cell, _))| Some(((*cell)?, ix))).collect();
        let atoms: Vec<Atom> = all.into_iter().map(|(_, atom)| atom).collect();
        let by_code = (0..).zip(&atoms).map(|(ix, a)| (a.code.clone(), ix)).collect();
        let grid_ix = |a: &Atom| if let Ground::Grid(area) = a.ground { Some(area) } else { None };
        let of_grid = (0..).zip(&atoms).filter_map(|(ix, a)| Some((grid_ix(a)?, ix))).collect();
        let mut made = Self {
            county: county.clone(),
            generation,
            areas: Arc::clone(areas),
            resolution,
            atoms,
            by_code,
            of_grid,
            of_cell,
            gridless,
            neighbours: Vec::new(),
        };
        made.neighbours = made.borders();
        Ok(made)
    }

    fn borders(&self) -> Vec<Vec<Border>> {
        let shapes: Vec<_> = self.ixs().map(|ix| self.shape(ix)).collect();
        let mut borders = vec![Vec::new(); shapes.len()];
        for ((a, b), length_m) in topology::shared_borders_m(&shapes) {
            borders[a].push(Border { atom: b as AtomIx, length_m });
            borders[b].push(Border { atom: a as AtomIx, length_m });
        }
        borders.iter_mut().for_each(|b| b.sort_by_key(|b| b.atom));
        borders
    }

    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// In order of code.
    pub fn ixs(&self) -> std::ops::Range<AtomIx> {
        0..self.atoms.len() as AtomIx
    }

    /// In order of code.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (AtomIx, &Atom)> {
        self.ixs().zip(&self.atoms)
    }

    /// Those whose middle lies in a shape.
    pub fn inside(&self, shape: &impl Contains<Point<f64>>) -> Vec<AtomIx> {
        let held = |p: LngLat| shape.contains(&Point::new(p.lng, p.lat));
        self.iter().filter(|(_, atom)| held(atom.inside)).map(|(ix, _)| ix).collect()
    }

    /// Panics on an index from other atoms.
    pub fn at(&self, ix: AtomIx) -> &Atom {
        &self.atoms[ix as usize]
    }

    pub fn index(&self, code: &str) -> Option<AtomIx> {
        self.by_code.get(code).copied()
    }

    /// The atom of this code.
    ///
    /// # Errors
    /// `Invalid` when there is none in this generation.
    pub fn known(&self, code: &Code) -> Result<AtomIx> {
        self.index(code.as_str()).ok_or_else(|| {
            let (county, generation) = (&self.county, self.generation);
            Error::invalid("atoms", format!("{code} is no atom of county {county} in generation {generation}"))
        })
    }

    /// WGS-84, wound as in RFC 7946, 7 decimals.
    pub fn shape(&self, ix: AtomIx) -> &MultiPolygon<f64> {
        match &self.at(ix).ground {
            Ground::Grid(area) => &self.areas.at(*area).geometry,
            Ground::Cell(shape) => shape,
        }
    }

    /// Those it shares border with, in order of code.
    pub fn neighbours(&self, ix: AtomIx) -> &[Border] {
        &self.neighbours[ix as usize]
    }

    /// The one atom that holds `p`: its grid, else its cell.
    pub fn locate(&self, p: LngLat) -> Option<AtomIx> {
        let chain = self.areas.locate(p);
        if let Some(grid) = chain.grid {
            return self.of_grid.get(&grid).copied();
        }
        // A cell goes on beyond the border, where others have grids or nobody anything.
        let cut = chain.township.or(chain.county).is_some_and(|place| self.gridless.contains(&place));
        cells::cell_of(p, self.resolution).filter(|_| cut).and_then(|cell| self.of_cell.get(&cell)).copied()
    }

    /// The outline of a set of atoms: inner borders cancel exactly.
    pub fn outline(&self, of: impl IntoIterator<Item = AtomIx>) -> MultiPolygon<f64> {
        topology::union(of.into_iter().map(|ix| self.shape(ix)))
    }

    /// Of the cells where there are no grids.
    pub fn cell_resolution(&self) -> u8 {
        self.resolution.into()
    }

    /// The areas they were made from.
    pub fn areas(&self) -> &Arc<Areas> {
        &self.areas
    }
}

/// The areas beneath one county.
struct Within(HashSet<AreaIx>);

impl Within {
    fn new(areas: &Areas, top: AreaIx) -> Self {
        let mut all = HashSet::from([top]);
        let mut open = vec![top];
        while let Some(ix) = open.pop() {
            let below = areas.children(areas.at(ix).code.as_str()).map(|(child, _)| child);
            open.extend(below.filter(|child| all.insert(*child)));
        }
        Self(all)
    }

    fn level<'a>(&'a self, areas: &'a Areas, level: Level) -> impl Iterator<Item = (AreaIx, &'a Area)> {
        areas.level(level).filter(|(ix, _)| self.0.contains(ix))
    }

    /// The townships in which there is no grid; the county itself where it has neither.
    fn gridless(&self, areas: &Areas, top: AreaIx) -> Vec<AreaIx> {
        let gridded: HashSet<AreaIx> =
            self.level(areas, Level::Grid).filter_map(|(_, a)| above(areas, a, Level::Township)).collect();
        let townships: Vec<AreaIx> = self.level(areas, Level::Township).map(|(ix, _)| ix).collect();
        let nothing = townships.is_empty() && self.level(areas, Level::Grid).next().is_none();
        if nothing { vec![top] } else { townships.into_iter().filter(|ix| !gridded.contains(ix)).collect() }
    }
}

/// The area of `level` above `area`.
fn above(areas: &Areas, area: &Area, level: Level) -> Option<AreaIx> {
    let mut parent = area.parent.as_ref();
    while let Some(ix) = parent.and_then(|code| areas.index(code.as_str())) {
        if areas.at(ix).level == level {
            return Some(ix);
        }
        parent = areas.at(ix).parent.as_ref();
    }
    None
}

fn grid(areas: &Areas, ix: AreaIx, a: &Area) -> Atom {
    let up = |level| above(areas, a, level).map(|ix| areas.at(ix).code.clone());
    Atom {
        code: a.code.clone(),
        township: up(Level::Township),
        village: up(Level::Village),
        bbox: a.bbox,
        inside: shape::interior_point(&a.geometry).unwrap_or_else(|| a.bbox.center()),
        area_m2: shape::area_m2(&a.geometry),
        ground: Ground::Grid(ix),
    }
}

/// The cells that `places` meet, cut to them. A cell is of the township with the largest share.
fn cells_of(areas: &Areas, places: &[AreaIx], resolution: Resolution) -> Result<Vec<(CellIndex, Atom)>> {
    let mut cutter = Cutter::new(resolution);
    let mut shares: BTreeMap<CellIndex, (f64, AreaIx)> = BTreeMap::new();
    for &place in places {
        for cut in cutter.cut(&areas.at(place).geometry) {
            let most = shares.entry(cut.cell).or_insert((cut.area_m2, place));
            if cut.area_m2 > most.0 {
                *most = (cut.area_m2, place);
            }
        }
    }
    let mut pieces = Vec::with_capacity(shares.len());
    let region = topology::union(places.iter().map(|ix| &areas.at(*ix).geometry));
    cut_out(region, &mut shares.keys().copied().collect::<Vec<_>>(), &mut pieces);
    let (cells, shapes): (Vec<_>, Vec<_>) = pieces.into_iter().unzip();
    let atom = |(cell, shape): (CellIndex, MultiPolygon<f64>)| {
        let place = areas.at(shares[&cell].1);
        let (bbox, inside) = (shape::bbox(&shape)?, shape::interior_point(&shape)?);
        let code = Code::new(&cell.to_string());
        let atom = |code| Atom {
            code,
            township: (place.level == Level::Township).then(|| place.code.clone()),
            village: None,
            bbox,
            inside,
            area_m2: shape::area_m2(&shape),
            ground: Ground::Cell(shape),
        };
        Some(code.map(|code| (cell, atom(code))))
    };
    cells.into_iter().zip(topology::knit(&shapes, &[])).filter_map(atom).collect()
}

/// Cuts each cell out of the little of `region` that lies around it: cells are halved about their
/// median, and the region is clipped to the box of each half.
fn cut_out(region: MultiPolygon<f64>, cells: &mut [CellIndex], out: &mut Vec<(CellIndex, MultiPolygon<f64>)>) {
    if let [cell] = *cells {
        let piece = shape::rounded(&shape::clip(&region, &cells::outline(cell)));
        return out.push((cell, piece));
    }
    let centres: Vec<LngLat> = cells.iter().map(|c| cells::centre(*c)).collect();
    let Some(around) = BBox::around(centres) else { return };
    let [wide, high] = around.center().local_m(LngLat { lng: around.west, lat: around.south });
    let along = |c: &CellIndex| if wide >= high { cells::centre(*c).lng } else { cells::centre(*c).lat };
    cells.sort_by(|a, b| along(a).total_cmp(&along(b)).then(a.cmp(b)));
    let (low, high) = cells.split_at_mut(cells.len() / 2);
    for half in [low, high] {
        if let Some(window) = window(half) {
            cut_out(shape::clip(&region, &window.to_polygon()), half, out);
        }
    }
}

/// The box around cells, a little larger.
fn window(cells: &[CellIndex]) -> Option<Rect<f64>> {
    const PAD_DEG: f64 = 1e-5;
    let boxes = cells.iter().filter_map(|c| cells::outline(*c).bounding_rect());
    let all = boxes.reduce(|a, b| {
        Rect::new(
            (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
            (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
        )
    })?;
    Some(Rect::new((all.min().x - PAD_DEG, all.min().y - PAD_DEG), (all.max().x + PAD_DEG, all.max().y + PAD_DEG)))
}

#[cfg(test)]
mod tests;
