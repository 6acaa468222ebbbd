//! What areas and roads alone decide about coverage: the [`Ground`] follows from the areas and the
//! roads as imported, a [`Base`] adds how the roads are at a time.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use h3o::{CellIndex, Resolution};

use crate::{
    base::{Error, LngLat, Result},
    domain::{
        areas::{AreaIx, Areas, Chain, Level},
        response::Definition,
        roads::{Network, Roads},
        squads::Profile,
    },
    kernel::{
        cells::{self, Cutter},
        graph::{CLOSED, Entrance},
        shape,
        snap::Snapped,
        travel::{Points, Workspace},
    },
};

/// Index of a cell in a [`Base`].
pub type CellIx = u32;

/// A county of 15,000 km², or a prefecture eight times as large, has as many cells.
const CELLS_MAX: f64 = 150_000.0;

/// Drives kept for positions of squads, bytes.
const REACHES_BYTES: usize = 64 << 20;

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
    definition: Definition,
    resolution: Resolution,
    /// By H3 index.
    cells: Vec<Cell>,
    /// By which ways each accessible cell is entered by car: that tells which cells have access.
    points: Vec<Vec<Snapped>>,
    /// Townships, or what stands in for them where there are none.
    pub(super) outer: Layer,
    outer_level: Option<Level>,
    pub(super) grids: Layer,
}

/// The ground, and the drives over it from squads' positions under one state of the roads.
#[derive(Debug)]
pub struct Base {
    ground: Arc<Ground>,
    network: Arc<Network>,
    /// The ground's, and how the travel times of that state were come by.
    definition: Definition,
    /// By profile; looked for when first asked for.
    entrances: [OnceLock<Entrances>; 3],
    reaches: Mutex<Reaches>,
}

impl std::ops::Deref for Base {
    type Target = Ground;
    fn deref(&self) -> &Ground {
        &self.ground
    }
}

/// Where accessible cells are entered by one profile.
#[derive(Debug)]
struct Entrances {
    points: Points,
    /// Each point's cell, its number among the accessible ones, and the walk to its centre; a cell has
    /// one for each of its entrances.
    cells: Vec<(u32, u32)>,
}

/// Drives from the positions used last.
#[derive(Debug, Default)]
struct Reaches {
    clock: u64,
    kept: HashMap<Start, (u64, Arc<Vec<u32>>)>,
}

/// Where a squad sets out: by which entrances, each with what it costs more than the nearest.
pub type Start = (Profile, Arc<[Entrance]>);

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

    /// Panics on an index from another `Base`.
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

impl Base {
    /// The ground with the roads as imported: see [`Ground::new`].
    pub fn new(areas: &Arc<Areas>, network: &Arc<Network>, definition: &Definition, resolution: u8) -> Result<Self> {
        let ground = Arc::new(Ground::new(areas, network, definition, resolution)?);
        let definition = ground.definition.clone();
        Ok(Self::over(ground, Arc::clone(network), definition))
    }

    /// The same ground with the roads as they are at another time: the same network with other
    /// milliseconds. `calibration` says how they were come by.
    pub fn under(&self, network: Arc<Network>, calibration: String) -> Self {
        let definition = Definition { calibration, ..self.definition.clone() };
        Self::over(Arc::clone(&self.ground), network, definition)
    }

    fn over(ground: Arc<Ground>, network: Arc<Network>, definition: Definition) -> Self {
        Self { ground, network, definition, entrances: Default::default(), reaches: Mutex::default() }
    }

    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    pub fn ground(&self) -> &Arc<Ground> {
        &self.ground
    }

    /// The roads as they are at that time.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    fn entrances(&self, profile: Profile) -> &Entrances {
        self.entrances[profile as usize].get_or_init(|| {
            let roads = self.network.roads(profile);
            let accessible = self.cells.iter().filter_map(|cell| Some((cell, cell.access?)));
            let entrance = |(cell, access): (&Cell, u32)| {
                let ways = self.ways(roads, profile, cell, access);
                ways.into_iter().map(move |way| (way, (access, self.definition.walk_s(way.distance_m))))
            };
            let (points, cells) = accessible.flat_map(entrance).unzip();
            Entrances { points: roads.travel().points(points), cells }
        })
    }

    /// By which ways the cell is entered now. Roads only close: while all those by which a car enters it as
    /// imported are open, they are what they were.
    fn ways(&self, roads: &Roads, profile: Profile, cell: &Cell, access: u32) -> Vec<Snapped> {
        let usual = &self.points[access as usize];
        if profile == Profile::Car && usual.iter().all(|way| roads.graph.is_open_at(way.position())) {
            return usual.clone();
        }
        self.definition.access(roads, cell.centre).unwrap_or_default()
    }

    /// Milliseconds from each start to the centre of each accessible cell, driving and then walking,
    /// `CLOSED` beyond the drive limit. Searched for once and then remembered, among the starts
    /// used last. Not whole, and not remembered, where the search was stopped.
    pub fn reaches(&self, ws: &mut Workspace, from: &[Start]) -> Vec<Arc<Vec<u32>>> {
        let mut found: HashMap<Start, Arc<Vec<u32>>> = HashMap::new();
        {
            let mut kept = self.kept();
            let known = from.iter().filter_map(|start| Some((start.clone(), kept.get(start)?)));
            found.extend(known);
        }
        // Not under the lock: a search takes milliseconds.
        for profile in Profile::ALL {
            let unknown = from.iter().filter(|f| f.0 == profile && !found.contains_key(f));
            let mut unknown: Vec<Arc<[Entrance]>> = unknown.map(|f| Arc::clone(&f.1)).collect();
            unknown.sort_unstable();
            unknown.dedup();
            let routed = self.routed(ws, profile, &unknown).into_iter().map(Arc::new);
            found.extend(unknown.into_iter().map(|at| (profile, at)).zip(routed));
        }
        if !ws.search.stop.is_set() {
            let most = (REACHES_BYTES / (4 * self.points.len()).max(1)).max(1);
            let mut kept = self.kept();
            found.iter().for_each(|(start, drives)| kept.put(start, Arc::clone(drives), most));
        }
        from.iter().map(|start| Arc::clone(&found[start])).collect()
    }

    /// The same for one start.
    pub fn reach(&self, ws: &mut Workspace, from: &Start) -> Arc<Vec<u32>> {
        self.reaches(ws, std::slice::from_ref(from)).swap_remove(0)
    }

    /// The same for starts that are asked about but once.
    pub(super) fn routed(
        &self,
        ws: &mut Workspace,
        profile: Profile,
        from: &[impl AsRef<[Entrance]>],
    ) -> Vec<Vec<u32>> {
        if from.is_empty() {
            return Vec::new();
        }
        let entrances = self.entrances(profile);
        let travel = self.network.roads(profile).travel();
        let drives = travel.reaches(ws, from, &entrances.points, self.definition.drive_limit_ms());
        let whole = |drives: Vec<u32>| {
            let mut whole = vec![CLOSED; self.points.len()];
            for (&(cell, walk_s), drive_ms) in entrances.cells.iter().zip(drives).filter(|(_, ms)| *ms != CLOSED) {
                let known = &mut whole[cell as usize];
                *known = (drive_ms + walk_s * 1_000).min(*known);
            }
            whole
        };
        drives.into_iter().map(whole).collect()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Reaches> {
        // A panic between two map operations leaves nothing half done.
        self.reaches.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Reaches {
    fn get(&mut self, start: &Start) -> Option<Arc<Vec<u32>>> {
        self.clock += 1;
        let (used, drives) = self.kept.get_mut(start)?;
        *used = self.clock;
        Some(drives.clone())
    }

    fn put(&mut self, start: &Start, drives: Arc<Vec<u32>>, most: usize) {
        if self.kept.len() >= most
            && !self.kept.contains_key(start)
            && let Some(oldest) = self.kept.iter().min_by_key(|(_, (used, _))| *used).map(|(p, _)| p.clone())
        {
            self.kept.remove(&oldest);
        }
        self.clock += 1;
        self.kept.insert(start.clone(), (self.clock, drives));
    }
}

#[cfg(test)]
mod tests;
