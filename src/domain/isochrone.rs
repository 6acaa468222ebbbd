//! Isochrones: where one can be by when, from one or several places, or from where squads stand.
//!
//! Pictures: the truth is per cell, and a cell of the picture means its centre. A time counts the
//! walk from the place to the road, the drive, and the walk from the road to the cell's centre; from
//! squads handling and turnout as well, as coverage does. Cells are finer than those of coverage.

use std::sync::Arc;

use geo::MultiPolygon;
use h3o::{CellIndex, Resolution};

use super::{
    coverage::{self, Who},
    response::{Definition, Excluded, Reason},
    roads::{Network, Roads},
    squads::Profile,
};
use crate::{
    base::{Error, LngLat, Result},
    kernel::{
        dijkstra::Workspace,
        graph::Entrance,
        isochrone::{Raster, Reached, cells_expected},
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
    pub origins: Vec<Entrance>,
    /// How many squads these are of.
    pub considered: usize,
    pub excluded: Excluded,
    pub total: usize,
}

impl Canvas {
    pub fn new(network: &Arc<Network>, profile: Profile, definition: &Definition) -> Result<Self> {
        definition.check()?;
        let roads = network.roads(profile);
        let mut resolution = FINEST;
        while cells_expected(&roads.graph, resolution) > CELLS_MAX {
            resolution = resolution.pred().ok_or_else(|| Error::internal("a network larger than the earth"))?;
        }
        let raster = Raster::new(&roads.graph, resolution, |centre| enter(definition, roads, centre));
        Ok(Self { network: Arc::clone(network), profile, definition: definition.clone(), raster })
    }

    /// The same over the same roads with other milliseconds.
    pub fn under(&self, network: &Arc<Network>) -> Self {
        let roads = network.roads(self.profile);
        let raster = self.raster.under(&roads.graph, |centre| enter(&self.definition, roads, centre));
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

    /// Setting out from `place` now: by which ways the road is entered, after the walk there.
    pub fn from_place(&self, place: LngLat) -> Result<Vec<Snapped>, Reason> {
        self.definition.entry(self.roads(), place)
    }

    /// Where one is on the road, and how much later.
    pub fn origins<'a>(&'a self, ways: &'a [Snapped]) -> impl Iterator<Item = Entrance> + 'a {
        ways.iter().map(|way| self.definition.on_foot(way))
    }

    /// Setting out when a call comes in: every squad of this profile that
    /// counts as coverage counts them.
    pub fn from_squads(&self, who: Who) -> Stands {
        let definition = &self.definition;
        let mut stands = Stands::default();
        for squad in who.asked().filter(|s| s.profile == self.profile) {
            stands.total += 1;
            let start = coverage::start(who, squad, definition);
            match start.and_then(|s| self.from_place(s.point())) {
                Ok(ways) => {
                    let before_ms = definition.before_ms(squad.turnout_s);
                    let later = |e: Entrance| Entrance { extra_ms: e.extra_ms.saturating_add(before_ms), ..e };
                    stands.origins.extend(self.origins(&ways).map(later));
                    stands.considered += 1;
                }
                Err(reason) => stands.excluded.count(reason),
            }
        }
        stands
    }

    /// The cells reached within `limit_ms` of the call, or of setting out.
    pub fn reached(&self, ws: &mut Workspace, origins: &[Entrance], limit_ms: u32) -> Vec<Reached> {
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

/// By which ways one comes to the centre of a cell; none where it is too far, `None` where no road is near.
fn enter(definition: &Definition, roads: &Roads, centre: LngLat) -> Option<Vec<Entrance>> {
    match definition.access(roads, centre) {
        Ok(ways) => Some(ways.iter().map(|way| definition.on_foot(way)).collect()),
        Err(_) => roads.snap(centre).map(|_| Vec::new()),
    }
}
