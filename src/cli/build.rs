//! From road extracts to a network in force, as seeding and `import roads` both go.

use std::{path::Path, sync::Arc};

use super::{made::save_network, show::Show};
use crate::{
    base::Result,
    domain::{
        basemap::{self, DEEPEST, Ground},
        places::Mapped,
        roads::{Network, SpeedTable},
    },
    feature::status::ATTRIBUTION,
    import::{
        Source, basemap as extract,
        network::{self, Nearby},
        osm::{self, RawRoads, Report},
        places,
    },
    store::{
        self,
        places::write_mapped,
        roads::{basemap_file, raw_file},
        write_whole,
    },
};

/// A network with the raw stage that it was made from.
#[derive(Debug)]
pub struct Built {
    pub raw: RawRoads,
    pub network: Network,
    /// What the base map is drawn from.
    pub ground: Vec<Arc<Ground>>,
    /// Points of interest and addresses.
    pub mapped: Mapped,
    /// Of the extract, of the network, of the ground, and of places.
    pub reports: [Report; 4],
}

/// Reads the extracts as one and builds the network of all profiles, of what is `near` if that is given.
pub fn roads(sources: &[Source], speeds: SpeedTable, near: Option<&Nearby>, show: &Show) -> Result<Built> {
    let progress = |stage: &str, done, total| show.progress(&format!("roads: {stage}"), done, total);
    let extracts = osm::open(sources)?;
    let (raw, read) = osm::read_opened(&extracts, &progress)?;
    let (network, built) = network::build_near(&raw, speeds, near, &progress)?;
    let (ground, drawn) = extract::read(&extracts, near, &progress)?;
    let (mapped, told) = places::read_extracts(&extracts, near, &progress)?;
    Ok(Built { raw, network, ground, mapped, reports: [read, built, drawn, told] })
}

/// Lays the base map of the ground beside the network with this hash, in the place of one that lies there: the
/// network's hash says nothing of woods and names.
fn save_basemap(ground: &[Arc<Ground>], hash: &str, folder: &Path) -> Result<()> {
    let Some(extent) = basemap::extent(ground) else { return Ok(()) };
    let (file, layers) = (basemap_file(folder, hash), basemap::vector_layers(ground));
    store::basemap::write(&file, (DEEPEST, extent), (&layers, ATTRIBUTION), |put| basemap::tiles(ground, put))
}

/// Draws the base map of extracts for the network with this hash, which was made from them.
pub fn basemap(sources: &[Source], hash: &str, folder: &Path) -> Result<()> {
    let (ground, _) = extract::read(&osm::open(sources)?, None, &|_, _, _| {})?;
    save_basemap(&ground, hash, folder)
}

/// Keeps the places of extracts for the network with this hash, which was made from them.
pub fn mapped(sources: &[Source], hash: &str, folder: &Path) -> Result<()> {
    let (mapped, _) = places::read_extracts(&osm::open(sources)?, None, &|_, _, _| {})?;
    write_mapped(folder, hash, &mapped)
}

impl Built {
    /// Lays all four files into the data folder, under the network's hash; the two that it tells stay.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let raw = raw_file(folder, &self.network.hash);
        // A file that has its name is whole: it was written under another one.
        if !raw.exists() {
            write_whole(&raw, &self.raw.to_bytes()?[..])?;
        }
        save_network(&self.network, folder)?;
        write_mapped(folder, &self.network.hash, &self.mapped)?;
        save_basemap(&self.ground, &self.network.hash, folder)
    }
}
