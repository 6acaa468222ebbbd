//! A [`Base`] adds to the [`Ground`] how the roads are at a time: the drives over it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{Cell, Ground};
use crate::{
    base::Result,
    domain::{
        areas::Areas,
        response::Definition,
        roads::{Network, Roads},
        squads::Profile,
    },
    kernel::{
        graph::{CLOSED, Entrance},
        snap::Snapped,
        travel::{Points, Workspace},
    },
};

/// Drives kept for positions of squads, bytes.
const REACHES_BYTES: usize = 64 << 20;

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
