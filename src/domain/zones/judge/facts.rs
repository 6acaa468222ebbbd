//! What lies in each atom: buildings, roads, past incidents, and the cells that response is told for.

use std::{collections::BTreeMap, sync::Arc};

use h3o::Resolution;
use jiff::tz::TimeZone;

use crate::{
    base::{BBox, LngLat, Timestamp},
    domain::{
        areas::Level,
        coverage::{CellIx, Ground},
        matters::Urgency,
        roads::Network,
        zones::atoms::{AtomIx, Atoms},
    },
    kernel::{cells::Cutter, compactness::Lambert},
};

/// Roads are laid to atoms in steps of at most this.
const ROAD_STEP_M: f64 = 25.0;

/// An incident that was.
#[derive(Debug, Clone, Copy)]
pub struct PastIncident {
    pub at: LngLat,
    pub reported_at: Timestamp,
    pub urgency: Urgency,
}

/// The part of an atom in one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct AtomPiece {
    pub cell: CellIx,
    /// The cell's number among the accessible ones.
    pub access: Option<u32>,
    pub area_m2: f64,
    pub buildings: u32,
    pub incidents: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct AtomFacts {
    /// By cell.
    pub pieces: Vec<AtomPiece>,
    pub buildings: u32,
    pub road_m: f64,
    /// By urgency: urgent, quick, normal.
    pub by_class: [u32; 3],
    /// By the local hour of the report.
    pub by_hour: [u32; 24],
}

/// By atom.
#[derive(Debug)]
pub struct Facts {
    atoms: Arc<Atoms>,
    ground: Arc<Ground>,
    by_atom: Vec<AtomFacts>,
    /// The plane that shapes are measured in.
    pub lambert: Lambert,
}

impl Facts {
    /// `incidents` are those that count.
    pub fn new(
        atoms: &Arc<Atoms>,
        ground: &Arc<Ground>,
        network: &Network,
        incidents: impl IntoIterator<Item = PastIncident>,
        zone: &TimeZone,
    ) -> Self {
        let county = atoms.areas().get(atoms.county.as_str()).filter(|a| a.level == Level::County);
        let centre = county.map_or(LngLat { lng: 0.0, lat: 0.0 }, |c| c.bbox.center());
        let by_atom = vec![AtomFacts::default(); atoms.len()];
        let (atoms, ground) = (Arc::clone(atoms), Arc::clone(ground));
        let mut facts = Self { atoms, ground, by_atom, lambert: Lambert::around(centre) };
        facts.cut();
        for &building in network.buildings.iter() {
            facts.put(building, |atom| atom.buildings += 1, |piece| piece.buildings += 1);
        }
        for incident in incidents {
            let hour = incident.reported_at.to_jiff().to_zoned(zone.clone()).hour() as usize;
            let count = |atom: &mut AtomFacts| {
                atom.by_class[incident.urgency as usize] += 1;
                atom.by_hour[hour] += 1;
            };
            facts.put(incident.at, count, |piece| piece.incidents += 1);
        }
        facts.lay_roads(network);
        facts
    }

    pub fn atoms(&self) -> &Arc<Atoms> {
        &self.atoms
    }

    pub fn ground(&self) -> &Arc<Ground> {
        &self.ground
    }

    pub fn of(&self, atom: AtomIx) -> &AtomFacts {
        &self.by_atom[atom as usize]
    }

    fn cut(&mut self) {
        let resolution = Resolution::try_from(self.ground.resolution()).unwrap_or(Resolution::Nine);
        let mut cutter = Cutter::new(resolution);
        let cells = self.ground.cells();
        for ix in self.atoms.ixs() {
            let mut pieces: BTreeMap<CellIx, AtomPiece> = BTreeMap::new();
            for cut in cutter.cut(self.atoms.shape(ix)) {
                let Ok(cell) = cells.binary_search_by_key(&cut.cell, |c| c.index) else { continue };
                let (access, cell) = (cells[cell].access, cell as CellIx);
                pieces
                    .entry(cell)
                    .or_insert(AtomPiece { cell, access, area_m2: 0.0, buildings: 0, incidents: 0 })
                    .area_m2 += cut.area_m2;
            }
            self.by_atom[ix as usize].pieces = pieces.into_values().collect();
        }
    }

    /// Adds something at a place to its atom, and to the piece of the atom that holds it, else to its
    /// largest.
    fn put(&mut self, at: LngLat, add: impl FnOnce(&mut AtomFacts), add_to_piece: impl FnOnce(&mut AtomPiece)) {
        let Some(atom) = self.atoms.locate(at) else { return };
        let facts = &mut self.by_atom[atom as usize];
        add(facts);
        let cell = self.ground.cell_at(at);
        let own = facts.pieces.iter().position(|p| Some(p.cell) == cell);
        let largest =
            || (0..facts.pieces.len()).max_by(|&a, &b| facts.pieces[a].area_m2.total_cmp(&facts.pieces[b].area_m2));
        if let Some(piece) = own.or_else(largest) {
            add_to_piece(&mut facts.pieces[piece]);
        }
    }

    fn lay_roads(&mut self, network: &Network) {
        let graph = &network.car().graph;
        let Some(around) = BBox::around(self.atoms.iter().flat_map(|(_, a)| corners(a.bbox))) else { return };
        for link in 0..graph.links() as u32 {
            if !graph.open(link) {
                continue;
            }
            let points: Vec<LngLat> = graph.shape(link).collect();
            for ends in points.windows(2) {
                let length_m = ends[0].distance_m(ends[1]);
                let steps = (length_m / ROAD_STEP_M).ceil().max(1.0) as u32;
                for step in 0..steps {
                    let share = (f64::from(step) + 0.5) / f64::from(steps);
                    let at = LngLat {
                        lng: ends[0].lng + share * (ends[1].lng - ends[0].lng),
                        lat: ends[0].lat + share * (ends[1].lat - ends[0].lat),
                    };
                    if let Some(atom) = Some(at).filter(|p| around.contains(*p)).and_then(|p| self.atoms.locate(p)) {
                        self.by_atom[atom as usize].road_m += length_m / f64::from(steps);
                    }
                }
            }
        }
    }
}

fn corners(b: BBox) -> [LngLat; 2] {
    [LngLat { lng: b.west, lat: b.south }, LngLat { lng: b.east, lat: b.north }]
}
