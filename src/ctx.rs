//! Floor 5: what a running service holds: the database, the world, the feed, the clock.
//!
//! Durable change goes through [`Ctx::write`] and [`Ctx::commit`]; the follower then takes it into
//! the world in the order of the log. Positions are the one other door ([`Ctx::observe`]).

mod feed;
mod follower;
mod positions;
mod searches;
mod tallies;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

pub use feed::{Feed, Positions};
pub use follower::follow;
pub use positions::keep as keep_positions;
pub use searches::Searches;

use crate::{
    base::{Clock, Result, Timestamp},
    config::Config,
    domain::{roads::Imported, traffic::Scene},
    store::{
        self, Db, Write,
        load::{self, Source},
    },
    world::{World, hot_since},
};

/// Shared by everything that runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ctx(Arc<Inner>);

#[derive(Debug)]
pub struct Inner {
    pub db: Db,
    /// The data folder.
    pub folder: PathBuf,
    pub config: Config,
    pub clock: Clock,
    pub feed: Feed,
    pub searches: Searches,
    pub positions: positions::Waiting,
    pub tallies: tallies::Tallies,
    world: RwLock<World>,
}

impl std::ops::Deref for Ctx {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ctx {
    /// Loads the world from the database. The follower is started apart: see [`follow`].
    pub async fn open(db: Db, folder: PathBuf, config: Config, clock: Clock) -> Result<Self> {
        let world = load::world(source(&db, &folder, &config, clock)).await?;
        Ok(Self(Arc::new(Inner {
            feed: Feed::new(world.seq),
            searches: Searches::new(
                config.searches,
                config.searches_waiting,
                Duration::from_secs(config.search_limit_s),
            ),
            positions: positions::Waiting::default(),
            tallies: tallies::Tallies::default(),
            world: RwLock::new(world),
            db,
            folder,
            config,
            clock,
        })))
    }

    /// Read access to the world. Hold it briefly and never across an `.await`: the follower waits
    /// for it, and everybody else behind the follower.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The roads as they are at `at`. A state that is not at hand is made on the search pool.
    pub async fn scene(&self, at: Timestamp) -> Result<Arc<Scene>> {
        let traffic = self.world().traffic()?;
        match traffic.kept(at) {
            Some(scene) => Ok(scene),
            None => self.searches.run(move |_| traffic.at(at)).await,
        }
    }

    /// For the follower alone.
    fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn source(&self) -> Source<'_> {
        source(&self.db, &self.folder, &self.config, self.clock)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the write door.
    pub async fn write(&self, actor: &str) -> Result<Write> {
        self.db.write(actor, self.now()).await
    }

    /// Commits, and waits until this process's world shows it.
    pub async fn commit(&self, write: Write) -> Result<()> {
        match write.commit().await? {
            Some(seq) => self.feed.reached(seq).await,
            None => Ok(()),
        }
    }

    /// Waits until this process's world shows everything that is committed now.
    pub async fn up_to_date(&self) -> Result<()> {
        self.feed.reached(self.head().await?).await
    }

    /// Loads the world anew from SQL, for comparison with the live one.
    pub async fn reload(&self) -> Result<World> {
        load::world(self.source()).await
    }

    /// Why requests can't be served yet, if so.
    pub fn unready(&self) -> Option<String> {
        if !self.db.is_in_place(&self.folder) {
            return Some(format!("the database file in {} is gone", self.folder.display()));
        }
        match &*self.world().roads {
            Imported::Ready(_) => None,
            Imported::None => Some("no road network was imported yet".to_owned()),
            Imported::Missing { reason, .. } => Some(reason.clone()),
        }
    }

    /// Writes waiting positions and closes the database.
    pub async fn close(&self) {
        if let Err(e) = self.flush_positions().await {
            tracing::error!("positions of the last moment are lost: {e}");
        }
        self.db.close().await;
    }

    /// Whether everybody is admin: it was chosen so, and there was never a key.
    pub fn is_keyless(&self) -> bool {
        self.config.keyless && self.world().keys.none_ever()
    }

    /// One lookup of what is committed, for readiness checks.
    pub async fn head(&self) -> Result<i64> {
        store::log::head(&self.db).await
    }
}

fn source<'a>(db: &'a Db, folder: &'a Path, config: &'a Config, clock: Clock) -> Source<'a> {
    Source {
        db,
        folder,
        hot_since: hot_since(clock.now(), config.hot_months),
        now: clock.now(),
        definition: &config.definition,
        resolution: config.cell_resolution,
    }
}
