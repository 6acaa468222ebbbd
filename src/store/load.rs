//! From SQL into the world: all of it at start, and what one change needs afterwards.

use std::{path::Path, sync::Arc};

use super::{
    areas, arrivals, auth,
    db::{Db, Tx},
    demo, disruptions, documents, incidents,
    log::{self, Stand},
    matters, roads, squads,
};
use crate::{
    base::{Error, Result, Timestamp},
    change::Change,
    domain::{
        areas::Areas,
        calibration::{self, Calibration},
        coverage::Base,
        disruptions::Disruptions,
        response::Definition,
        slots::Slots,
        traffic::Traffic,
    },
    world::{Roads, Update, World},
};

/// What loading needs to know beside the database.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub db: &'a Db,
    /// The data folder: networks lie there.
    pub folder: &'a Path,
    /// Ended incidents reported before this stay on disk.
    pub hot_since: Timestamp,
    pub now: Timestamp,
    pub definition: &'a Definition,
    /// H3 resolution of coverage.
    pub resolution: u8,
}

/// The whole world as the database has it now, and how the log stands there.
pub async fn world(source: Source<'_>) -> Result<(World, Stand)> {
    let mut tx = source.db.followers().begin().await?;
    let stand = log::stand_tx(&mut tx).await?;
    let mut updates = everything(&mut tx, source).await?;
    updates.extend(derived(source, Made::of(&World::default()), &updates).await?);
    updates.push(Update::Matters(Arc::new(matters::load(&mut tx).await?)));
    updates.push(Update::Keys(Arc::new(auth::load(&mut tx).await?)));
    let mut world = World::default();
    world.apply(stand.head, updates);
    Ok((world, stand))
}

/// What `change` does to a world. It may read rows that later changes already touched: those changes
/// carry the whole record and are applied again.
pub async fn updates(source: Source<'_>, change: &Change) -> Result<Vec<Update>> {
    match change {
        Change::Squad { squad } => return Ok(vec![Update::Squad(squad.clone())]),
        Change::Slots { slots } => return Ok(vec![Update::Slots(Arc::new(slots.clone()))]),
        Change::Calibration { calibration } => {
            return Ok(vec![Update::Calibration(calibration.as_deref().cloned().map(Arc::new))]);
        }
        Change::Incident { incident } => return Ok(vec![Update::Incident(Box::new(incident.clone()))]),
        _ => {}
    }
    let mut tx = source.db.followers().begin().await?;
    let tx = &mut tx;
    Ok(match change {
        Change::AreasReplaced { .. } => vec![load_areas(tx).await?],
        Change::RoadsImported { .. } => vec![load_roads(tx, source.folder).await?],
        Change::MattersReplaced { .. } => vec![Update::Matters(Arc::new(matters::load(tx).await?))],
        Change::SquadsImported { .. } => vec![Update::Squads(squads::load(tx).await?)],
        Change::IncidentsImported { batch, .. } => {
            vec![Update::IncidentsAdded(incidents::load_batch(tx, batch, source.hot_since).await?)]
        }
        Change::DemoRemoved {} => everything(tx, source).await?,
        Change::Keys {} => vec![Update::Keys(Arc::new(auth::load(tx).await?))],
        Change::Disruption { .. } | Change::DisruptionLifted { .. } => vec![load_disruptions(tx).await?],
        Change::Arrivals { .. } => vec![Update::Arrivals(arrivals::count(tx).await?)],
        Change::Squad { .. } | Change::Incident { .. } | Change::Slots { .. } | Change::Calibration { .. } => {
            Vec::new()
        }
    })
}

/// The network in force, looked for again.
pub async fn roads_again(source: Source<'_>) -> Result<Vec<Update>> {
    let mut tx = source.db.followers().begin().await?;
    Ok(vec![load_roads(&mut tx, source.folder).await?])
}

/// What a world has of that which traffic is made of.
#[derive(Debug)]
pub struct Made {
    areas: Arc<Areas>,
    roads: Roads,
    slots: Arc<Slots>,
    calibration: Option<Arc<Calibration>>,
    disruptions: Arc<Disruptions>,
    traffic: Option<Arc<Traffic>>,
}

impl Made {
    pub fn of(world: &World) -> Self {
        Self {
            areas: Arc::clone(&world.areas),
            roads: world.roads.clone(),
            slots: Arc::clone(&world.slots),
            calibration: world.calibration.clone(),
            disruptions: Arc::clone(&world.disruptions),
            traffic: world.traffic.clone(),
        }
    }
}

/// The roads as they are, when `updates` change what they are made of. The state they are in now is
/// made beside the one in use, so that nobody waits for it afterwards.
pub async fn derived(source: Source<'_>, mut made: Made, updates: &[Update]) -> Result<Option<Update>> {
    let (mut ground, mut changed) = (false, false);
    for update in updates {
        match update {
            Update::Areas { areas, .. } => (made.areas, ground) = (Arc::clone(areas), true),
            // With or without its hierarchies it is the same network.
            Update::Roads { roads, .. } => {
                ground |= roads.hash() != made.roads.hash();
                (made.roads, changed) = (roads.clone(), true);
            }
            Update::Slots(slots) => (made.slots, changed) = (Arc::clone(slots), true),
            Update::Calibration(calibration) => (made.calibration, changed) = (calibration.clone(), true),
            Update::Disruptions(disruptions) => (made.disruptions, changed) = (Arc::clone(disruptions), true),
            _ => {}
        }
    }
    if !ground && !changed {
        return Ok(None);
    }
    let (definition, resolution, now) = (source.definition.clone(), source.resolution, source.now);
    let traffic = blocking(move || {
        let Made { areas, roads, slots, calibration, disruptions, traffic } = made;
        let Some(network) = roads.network() else { return Ok(None) };
        let base = match traffic.filter(|_| !ground) {
            Some(traffic) if Arc::ptr_eq(traffic.imported().network(), network) => {
                Arc::clone(&traffic.imported().coverage)
            }
            Some(traffic) => {
                let words = calibration::UNCALIBRATED.to_owned();
                Arc::new(traffic.imported().coverage.under(Arc::clone(network), words))
            }
            None => Arc::new(Base::new(&areas, network, &definition, resolution)?),
        };
        let calibration = calibration.filter(|c| c.set_aside(network.speed_table, &slots).is_none());
        let traffic = Traffic::new(base, slots, calibration, disruptions);
        traffic.at(now);
        Ok(Some(Arc::new(traffic)))
    });
    Ok(Some(Update::Traffic(traffic.await?)))
}

/// Heavy work beside the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

async fn everything(tx: &mut Tx, source: Source<'_>) -> Result<Vec<Update>> {
    Ok(vec![
        load_areas(tx).await?,
        load_roads(tx, source.folder).await?,
        Update::Squads(squads::load(tx).await?),
        Update::Incidents(incidents::load_hot(tx, source.hot_since).await?),
        load_disruptions(tx).await?,
        Update::Slots(Arc::new(documents::slots(tx).await?)),
        Update::Calibration(documents::calibration(tx).await?.map(Arc::new)),
        Update::Arrivals(arrivals::count(tx).await?),
    ])
}

async fn load_areas(tx: &mut Tx) -> Result<Update> {
    let all = areas::load(tx).await?;
    let areas = blocking(move || Areas::new(all)).await?;
    Ok(Update::Areas { areas: Arc::new(areas), demo: demo::in_force(tx).await? })
}

async fn load_roads(tx: &mut Tx, folder: &Path) -> Result<Update> {
    let roads = match roads::in_force(tx).await? {
        None => Roads::None,
        Some(r) => {
            let (folder, hash) = (folder.to_owned(), r.hash.clone());
            match blocking(move || roads::read_network(&folder, &hash)).await {
                Ok(network) => Roads::Ready(Arc::new(network)),
                Err(e) => Roads::Missing { hash: r.hash, reason: e.to_string() },
            }
        }
    };
    Ok(Update::Roads { roads, demo: demo::in_force(tx).await? })
}

async fn load_disruptions(tx: &mut Tx) -> Result<Update> {
    Ok(Update::Disruptions(Arc::new(disruptions::load(tx).await?)))
}
