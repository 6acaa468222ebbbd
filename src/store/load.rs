//! From SQL into the world: all of it at start, and what one change needs afterwards. How one word is
//! read stands in its own file, as its [`Kept`].

use std::{path::Path, pin::Pin, sync::Arc};

use super::{
    db::{Db, Tx},
    log::{self, Stand},
};
use crate::{
    base::{Error, Result, Timestamp},
    change::Change,
    domain::{
        calibration, coverage::Base, incidents::Incidents, response::Definition, traffic::Traffic, zones::Grounds,
    },
    world::{
        Update, World,
        words::{self, Each, Held},
    },
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
    /// What plans of zones stand on.
    pub grounds: &'a Grounds,
}

/// How a word is read.
pub trait Kept: Held {
    /// All of it, as SQL has it now.
    fn load(tx: &mut Tx, source: Source<'_>) -> impl Future<Output = Result<Self>> + Send;

    /// What a change does that does not carry it. It may read rows that later changes already touched:
    /// those changes carry the whole record and are applied again.
    fn read(
        tx: &mut Tx,
        source: Source<'_>,
        change: &Self::Change,
    ) -> impl Future<Output = Result<Vec<Update>>> + Send {
        let _ = change;
        async move { Ok(vec![all::<Self>(tx, source).await?]) }
    }
}

/// All of a word, read anew.
pub async fn all<N: Kept>(tx: &mut Tx, source: Source<'_>) -> Result<Update> {
    Ok(Update::all(Arc::new(N::load(tx, source).await?)))
}

type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Collects how each word is loaded.
#[derive(Default)]
struct Loads(Vec<for<'a> fn(&'a mut Tx, Source<'a>) -> Reading<'a, Update>>);

impl<N: Kept> Each<N> for Loads {
    fn word(&mut self) {
        self.0.push(|tx, source| Box::pin(all::<N>(tx, source)));
    }
}

/// Every word, as SQL has it now.
pub async fn everything(tx: &mut Tx, source: Source<'_>) -> Result<Vec<Update>> {
    let (mut loads, mut updates) = (Loads::default(), Vec::new());
    words::each(&mut loads);
    for load in loads.0 {
        updates.push(load(tx, source).await?);
    }
    Ok(updates)
}

/// The whole world as the database has it now, and how the log stands there.
pub async fn world(source: Source<'_>) -> Result<(World, Stand)> {
    let mut tx = source.db.followers().begin().await?;
    let stand = log::stand_tx(&mut tx).await?;
    let mut world = World::default();
    world.apply(stand.head, everything(&mut tx, source).await?);
    drop(tx);
    world.traffic = traffic(source, world.clone()).await?;
    world.roads_seq = stand.head;
    Ok((world, stand))
}

/// Looks for the word of a change, and how it is taken in.
struct Takes<'a> {
    change: &'a Change,
    how: Option<How>,
}

enum How {
    Carried(Update),
    Read(for<'a> fn(&'a mut Tx, Source<'a>, &'a Change) -> Reading<'a, Vec<Update>>),
}

impl<N: Kept> Each<N> for Takes<'_> {
    fn word(&mut self) {
        let Some(change) = self.change.of::<N::Change>() else { return };
        self.how = Some(match N::carried(change) {
            Some(update) => How::Carried(update.into()),
            None => How::Read(|tx, source, change| {
                Box::pin(async move {
                    match change.of::<N::Change>() {
                        Some(change) => N::read(tx, source, change).await,
                        None => Ok(Vec::new()),
                    }
                })
            }),
        });
    }
}

/// What `change` does to a world.
pub async fn updates(source: Source<'_>, change: &Change) -> Result<Vec<Update>> {
    let mut takes = Takes { change, how: None };
    words::each(&mut takes);
    match takes.how {
        Some(How::Carried(update)) => Ok(vec![update]),
        Some(How::Read(read)) => read(&mut source.db.followers().begin().await?, source, change).await,
        None => Err(Error::internal(format!("{:?} is of no word that the world holds", change.kind().name))),
    }
}

/// One word of the world, looked for again.
pub async fn again<N: Kept>(source: Source<'_>) -> Result<Vec<Update>> {
    Ok(vec![all::<N>(&mut source.db.followers().begin().await?, source).await?])
}

/// The roads as they are at any time, made of what `world` holds; that of its `traffic` which still holds
/// is used again. The state they are in now is made too, so that nobody waits for it afterwards.
pub async fn traffic(source: Source<'_>, world: World) -> Result<Option<Arc<Traffic>>> {
    let (definition, resolution, now) = (source.definition.clone(), source.resolution, source.now);
    blocking(move || {
        let World { areas, roads, slots, calibration, disruptions, traffic: former, .. } = world;
        let Some(network) = roads.network() else { return Ok(None) };
        let lies_over = |base: &Base| Arc::ptr_eq(base.areas(), &areas) && base.network().hash == network.hash;
        let base = match former.map(|t| Arc::clone(&t.imported().coverage)).filter(|base| lies_over(base)) {
            Some(base) if Arc::ptr_eq(base.network(), network) => base,
            // With or without its hierarchies it is the same network.
            Some(base) => Arc::new(base.under(Arc::clone(network), calibration::UNCALIBRATED.to_owned())),
            None => Arc::new(Base::new(&areas, network, &definition, resolution)?),
        };
        let calibration = calibration.0.clone().filter(|c| c.set_aside(network.speed_table, &slots).is_none());
        let traffic = Traffic::new(base, slots, calibration, disruptions);
        traffic.at(now);
        Ok(Some(Arc::new(traffic)))
    })
    .await
}

/// What lies on other areas or another network: incidents with the codes in force by then, and the roads.
pub async fn lying_on(
    source: Source<'_>,
    incidents: Arc<Incidents>,
    ground: World,
) -> Result<(Arc<Incidents>, Option<Arc<Traffic>>)> {
    let areas = Arc::clone(&ground.areas);
    let incidents = blocking(move || Ok(incidents.standing_on(&areas))).await?;
    Ok((incidents, traffic(source, ground).await?))
}

/// Heavy work beside the async threads.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
