//! From road extracts to a network in force, as seeding and `import roads` both go.

use std::path::Path;

use super::{made::save_network, show::Show};
use crate::{
    base::Result,
    domain::roads::{Network, SpeedTable},
    import::{
        Source,
        network::{self, Nearby},
        osm::{self, RawRoads, Report},
    },
    store::{roads::raw_file, write_whole},
};

/// A network with the raw stage that it was made from.
#[derive(Debug)]
pub struct Built {
    pub raw: RawRoads,
    pub network: Network,
    /// Of the extract, and of the network.
    pub reports: [Report; 2],
}

/// Reads the extracts as one and builds the network of all profiles, of what is `near` if that is given.
pub fn roads(sources: &[Source], speeds: SpeedTable, near: Option<&Nearby>, show: &Show) -> Result<Built> {
    let progress = |stage: &str, done, total| show.progress(&format!("roads: {stage}"), done, total);
    let (raw, read) = osm::read(sources, &progress)?;
    let (network, built) = network::build_near(&raw, speeds, near, &progress)?;
    Ok(Built { raw, network, reports: [read, built] })
}

impl Built {
    /// Lays both files into the data folder, under the network's hash; those that lie there stay.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let raw = raw_file(folder, &self.network.hash);
        // A file that has its name is whole: it was written under another one.
        if !raw.exists() {
            write_whole(&raw, &self.raw.to_bytes()?[..])?;
        }
        save_network(&self.network, folder)?;
        Ok(())
    }
}
