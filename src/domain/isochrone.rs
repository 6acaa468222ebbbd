//! Isochrones: where one can be by when, from one or several places, or from where squads stand.
//!
//! Pictures: the truth is per cell, and a cell of the picture means its centre. A time counts the
//! walk from the place to the road, the drive, and the walk from the road to the cell's centre; from
//! squads handling and turnout as well, as coverage does. Cells are finer than those of coverage.

use std::sync::Arc;

use geo::MultiPolygon;
use h3o::{CellIndex, Resolution};
use jiff::tz::TimeZone;

use super::{
    coverage::{self, Basis},
    response::{Definition, Excluded, Reason},
    roads::{Network, Roads},
    squads::{Profile, Squads},
};
use crate::{
    base::{Error, LngLat, Result, Timestamp},
    kernel::{
        dijkstra::Workspace,
        isochrone::{Origin, Raster, Reached, cells_expected},
        snap::Snapped,
    },
};

/// Cells are as fine as this ...
const FINEST: Resolution = Resolution::Ten;
/// ... unless the network would have more of them; 100 bytes each.
const CELLS_MAX: usize = 2_000_000;

/// All that isochrones of one network and profile share.
#[derive(Debug)]
pub struct Canvas {
    network: Arc<Network>,
    profile: Profile,
    definition: Definition,
    raster: Raster,
}

/// The squads an isochrone sets out from.
#[derive(Debug, Default)]
pub struct Stands {
    pub origins: Vec<Origin>,
    pub excluded: Excluded,
    pub total: usize,
}

impl Canvas {
    pub fn new(network: &Arc<Network>, profile: Profile, definition: &Definition) -> Result<Self> {
        definition.check()?;
        let Roads { graph, snapper, .. } = network.roads(profile);
        let mut resolution = FINEST;
        while cells_expected(graph, resolution) > CELLS_MAX {
            resolution = resolution.pred().ok_or_else(|| Error::internal("a network larger than the earth"))?;
        }
        let raster = Raster::new(graph, snapper, resolution, |at| walk_ms(definition, at));
        Ok(Self { network: Arc::clone(network), profile, definition: definition.clone(), raster })
    }

    /// The same over the same roads with other milliseconds.
    pub fn under(&self, network: &Arc<Network>) -> Self {
        let (former, Roads { graph, snapper, .. }) = (self.roads(), network.roads(self.profile));
        let raster = self.raster.under(&former.graph, graph, snapper, |at| walk_ms(&self.definition, at));
        Self { network: Arc::clone(network), profile: self.profile, definition: self.definition.clone(), raster }
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    fn roads(&self) -> &Roads {
        self.network.roads(self.profile)
    }

    /// H3 resolution of its cells.
    pub fn resolution(&self) -> u8 {
        self.raster.resolution().into()
    }

    /// Setting out from `place` now: where the road is entered, after the walk there. `None` where no road
    /// is near.
    pub fn from_place(&self, place: LngLat) -> Option<(Origin, Snapped)> {
        let at = self.definition.entry(self.roads(), place)?;
        Some((Origin { at: at.position(), start_ms: self.definition.walk_s(at.distance_m) * 1_000 }, at))
    }

    /// Setting out when a call comes in at `at`: every squad of this profile that
    /// counts as coverage counts them.
    pub fn from_squads(&self, squads: &Squads, basis: Basis, at: Timestamp, zone: &TimeZone) -> Stands {
        let definition = &self.definition;
        let mut stands = Stands::default();
        for squad in squads.all().filter(|s| s.profile == self.profile) {
            stands.total += 1;
            let start = coverage::start(squads, squad, basis, at, zone, definition);
            let origin = start.and_then(|s| self.from_place(s.point()).ok_or(Reason::NoRoad));
            match origin {
                Ok((Origin { at, start_ms }, _)) => {
                    let start_ms = start_ms.saturating_add(definition.before_ms(squad.turnout_s));
                    stands.origins.push(Origin { at, start_ms });
                }
                Err(reason) => stands.excluded.count(reason),
            }
        }
        stands
    }

    /// The cells reached within `limit_ms` of the call, or of setting out.
    pub fn reached(&self, ws: &mut Workspace, origins: &[Origin], limit_ms: u32) -> Vec<Reached> {
        self.raster.reached(&self.roads().graph, ws, origins, limit_ms)
    }

    pub fn cell(&self, reached: &Reached) -> CellIndex {
        self.raster.cells()[reached.tile as usize]
    }

    /// The outline of those reached within `limit_ms`.
    pub fn outline(&self, reached: &[Reached], limit_ms: u32) -> MultiPolygon<f64> {
        self.raster.outline(reached, limit_ms)
    }
}

/// The walk from the road to the centre of a cell.
fn walk_ms(definition: &Definition, at: &Snapped) -> Option<u32> {
    (at.distance_m <= definition.access_limit_m).then(|| definition.walk_s(at.distance_m) * 1_000)
}
