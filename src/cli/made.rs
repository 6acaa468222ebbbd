//! A demonstration county, ready to be written: what seeding and `xunge demo` lay down.

use std::path::Path;

use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{
        areas::{Area, Areas},
        incidents::{Incident, Place},
        matters::Matters,
        roads::Network,
        squads::Squad,
        synthetic::{self, Spots},
    },
    import::{matters, settled},
    store::{self, Write, roads::network_file},
};

const MATTERS: &[u8] = include_bytes!("../../geodata/matters.csv");

/// Everything of the county but its roads.
#[derive(Debug)]
pub struct Made {
    pub county: Code,
    /// What it was made from, in words.
    pub source: String,
    pub areas: Vec<Area>,
    pub squads: Vec<Squad>,
    pub incidents: Vec<Incident>,
}

impl Made {
    /// Puts all of it in force with the network of this hash, whose file must lie in place already; all
    /// as demo data. Matters are the bundled ones where there are none.
    pub async fn write(&self, write: &mut Write, hash: &str) -> Result<()> {
        if store::matters::load(&mut write.tx).await?.all().is_empty() {
            store::matters::replace(write, &matters()?).await?;
        }
        let areas = Areas::new(self.areas.clone())?;
        self.squads.iter().try_for_each(|squad| squad.check_new(&areas))?;
        store::areas::replace(write, &self.county, &self.areas, &self.source, true).await?;
        store::roads::replace(write, hash, &self.source, true).await?;
        store::squads::replace(write, &self.squads, true).await?;
        let many: Vec<_> = self.incidents.iter().map(|i| (i.clone(), i.id.to_string())).collect();
        if !many.is_empty() {
            store::incidents::insert_batch(write, &format!("demo {}", write.at), &many).await?;
        }
        Ok(())
    }
}

/// Synthetic incidents where people live in the areas; none where there is no such place.
pub fn incidents(areas: &Areas, network: &Network, (seed, count): (u64, u32), now: Timestamp) -> Result<Vec<Incident>> {
    let Some(spots) = spots(areas, network) else { return Ok(Vec::new()) };
    synthetic::incidents(&spots, &matters()?, |at| Place::of(areas, at, None), (seed, count), now)
}

/// Where people live in the areas, if they do anywhere.
pub fn spots(areas: &Areas, network: &Network) -> Option<Spots> {
    Spots::new(settled::weights(network).into_iter().filter(|(at, _)| areas.locate(*at).county.is_some()))
}

/// The bundled catalogue of matters.
pub fn matters() -> Result<Matters> {
    matters::read("matters.csv", MATTERS)
}

/// Lays the network into the data folder under its hash, unless it lies there; gives the bytes of its
/// file.
pub fn save_network(network: &Network, folder: &Path) -> Result<u64> {
    let file = network_file(folder, &network.hash);
    // A file that has its name is whole: it was written under another one.
    if !file.exists() {
        store::roads::write_whole(&file, &network.to_bytes()?)?;
    }
    std::fs::metadata(&file).map(|m| m.len()).map_err(Error::internal)
}
