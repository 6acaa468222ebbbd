//! A demonstration county, ready to be written: what seeding and `xunge demo` lay down.

use std::{path::Path, sync::Arc};

use uuid::Uuid;

use super::powers::{self, Powers};
use crate::{
    base::{Code, Error, Result, Timestamp},
    config::Coverage,
    domain::{
        areas::{Area, Areas, Level},
        coverage::fitting_resolution,
        incidents::Incident,
        matters::Matters,
        roads::Network,
        squads::Squad,
        synthetic::{self, Spots},
        zones::{Atoms, ForceEntry, Plan, PlanHead, PlanState, seeded},
    },
    import::settled,
    store::{self, Write, roads::network_file},
};

/// Everything of the county but its roads.
#[derive(Debug)]
pub struct Made {
    pub county: Code,
    /// What it was made from, in words.
    pub source: String,
    pub areas: Vec<Area>,
    pub squads: Vec<Squad>,
    /// Who has which power; where this is not given, nobody has any.
    pub powers: Option<Powers>,
    pub incidents: Vec<Incident>,
}

impl Made {
    /// Puts all of it in force with the network of this hash, whose file must lie in the folder already; all
    /// as demo data. Matters are the bundled ones where there are none.
    pub async fn write(&self, write: &mut Write, folder: &Path, hash: &str) -> Result<()> {
        let areas = Areas::new(self.areas.clone())?;
        self.squads.iter().try_for_each(|squad| squad.check_new(&areas))?;
        let generation = store::areas::replace(write, &self.county, &self.areas, &self.source, true).await?;
        store::roads::replace(write, folder, hash, &self.source, true).await?;
        match &self.powers {
            Some(powers) => powers.write(write, &areas).await?,
            None if store::matters::load(&mut write.tx).await?.all().is_empty() => {
                store::matters::replace(write, &powers::BUNDLED.matters()?).await?;
            }
            None => {}
        }
        store::squads::replace(write, &self.squads, true).await?;
        if self.areas.iter().any(|a| a.level == Level::Grid) {
            self.zones(write, Arc::new(areas), generation).await?;
        }
        let many: Vec<_> = self.incidents.iter().map(|i| (i.clone(), i.id.to_string())).collect();
        if !many.is_empty() {
            store::incidents::insert_batch(write, &format!("demo {}", write.at), &many).await?;
        }
        Ok(())
    }
}

impl Made {
    /// A first cut of both layers, in force at once.
    async fn zones(&self, write: &mut Write, areas: Arc<Areas>, generation: i64) -> Result<()> {
        let resolution = fitting_resolution(&areas, Coverage::default().cell_resolution)?;
        let atoms = Arc::new(Atoms::new(&self.county, generation, &areas, resolution)?);
        let layers = seeded(&atoms, &self.squads);
        let head = PlanHead {
            id: Uuid::now_v7(),
            name: "First cut (made up)".to_owned(),
            name_zh: Some("初始网格（示例）".to_owned()),
            state: PlanState::Frozen,
            county: self.county.clone(),
            generation,
            cell_resolution: resolution.into(),
            author: "demo".to_owned(),
            reviewer: Some("demo".to_owned()),
            parent: None,
            revision: 0,
            created_at: write.at,
        };
        let plan = Plan { head, atoms, layers };
        store::zones::insert(write, &plan).await?;
        for layer in plan.layers.values().filter(|l| !l.zones.is_empty()) {
            let entry = ForceEntry {
                id: Uuid::now_v7(),
                county: self.county.clone(),
                layer: layer.head.code.clone(),
                plan: plan.head.id,
                // As long as there were incidents: a look back shows zones, too.
                from: write.at.plus_ms(-365 * 24 * 3_600_000),
                reason: "made up with the county".to_owned(),
                by: "demo".to_owned(),
                at: write.at,
                announced: true,
            };
            store::zones::enter(write, &entry).await?;
        }
        Ok(())
    }
}

/// Synthetic incidents where people live in the areas; none where there is no such place.
pub fn incidents(
    areas: &Areas,
    network: &Network,
    matters: &Matters,
    (seed, count): (u64, u32),
    now: Timestamp,
) -> Result<Vec<Incident>> {
    let Some(spots) = spots(areas, network) else { return Ok(Vec::new()) };
    synthetic::incidents(&spots, matters, areas, (seed, count), now)
}

/// Where people live in the areas, if they do anywhere.
pub fn spots(areas: &Areas, network: &Network) -> Option<Spots> {
    Spots::new(settled::weights(network).into_iter().filter(|(at, _)| areas.locate(*at).county.is_some()))
}

/// Lays the network into the data folder under its hash, unless it lies there; gives the bytes of its
/// file.
pub fn save_network(network: &Network, folder: &Path) -> Result<u64> {
    let file = network_file(folder, &network.hash);
    // A file that has its name is whole: it was written under another one.
    if !file.exists() {
        store::write_whole(&file, &network.to_bytes()?[..])?;
    }
    std::fs::metadata(&file).map(|m| m.len()).map_err(Error::internal)
}
