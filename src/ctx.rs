//! Floor 5: what a running service holds: the database, the world, the feed, the clock.
//!
//! Durable change goes through [`Ctx::change`]; the follower then takes it into
//! the world in the order of the log. Positions are the one other door ([`Ctx::observe`]).

mod basemap;
mod bulk;
mod calendar;
mod contact;
mod drafted;
mod feed;
mod follower;
mod handovers;
pub mod judges;
mod kept;
mod ledgers;
mod positions;
mod searches;
mod stuck;
mod tallies;
pub mod tiles;
mod turns;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

pub use basemap::{BasemapState, Served};
use bulk::Bulk;
pub use calendar::keep as keep_calendar;
pub use feed::{Feed, Positions, Shown, StuckTurn, Turn};
pub use follower::follow;
pub use positions::keep as keep_positions;
pub use searches::Searches;
use tokio::{runtime::Handle, sync::Semaphore};
use uuid::Uuid;

use crate::{
    base::{Clock, Error, Result, Timestamp},
    config::{self, Settings},
    domain::{auth::Sight, find, incidents::Incident, response::Definition, traffic::Scene, zones::Grounds},
    store::{
        self, Db, Told, Write,
        load::{self, Source},
    },
    world::{World, hot_since},
};

/// How often a command is tried whose batch died under it.
const TRIES: u32 = 3;
/// Clients that read older changes from the log at the same time; the others wait.
const REPLAYS: usize = 2;

/// Shared by everything that runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ctx(Arc<Inner>);

#[derive(Debug)]
pub struct Inner {
    pub db: Db,
    /// The data folder.
    pub folder: PathBuf,
    pub settings: Settings,
    /// What response time and coverage mean; echoed in every answer.
    pub definition: Definition,
    pub clock: Clock,
    pub feed: Feed,
    /// For what somebody waits for who sends squads.
    pub searches: Searches,
    /// For what is long and may wait.
    pub studies: Searches,
    pub bulk: Bulk,
    pub positions: positions::Waiting,
    pub tallies: tallies::Tallies,
    pub judges: judges::Judges,
    pub tiles: tiles::Tiles,
    /// What was shown of layers.
    pub ledgers: ledgers::Ledgers,
    basemap: basemap::Basemap,
    pub gazetteer: find::Kept,
    pub drafted: drafted::Drafted,
    /// Turns of clients that read older changes from the log.
    pub replays: Semaphore,
    /// What plans of zones stand on.
    pub grounds: Grounds,
    /// Of those who edit a plan.
    pub turns: turns::Turns,
    world: RwLock<Arc<World>>,
}

/// What an answer is made from, as it was at one moment.
#[derive(Debug, Clone)]
pub struct View {
    pub world: Arc<World>,
    pub scene: Arc<Scene>,
}

impl std::ops::Deref for Ctx {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ctx {
    /// Loads the world from the database. The follower is started apart: see [`follow`].
    pub async fn open(db: Db, folder: PathBuf, settings: Settings, clock: Clock) -> Result<Self> {
        let (grounds, definition) = (Grounds::default(), settings.response.definition());
        let (world, stand) = load::world(source((&db, &folder), &settings, &definition, clock, &grounds)).await?;
        let basemap = basemap::Basemap::open(&settings.map).await?;
        db.share_commits(settings.store.commands_a_commit);
        let config::Searches { at_once, waiting, time_limit_s } = settings.searches;
        let bulk = Bulk::new(at_once)?;
        let pool = |threads: &Handle| Searches::new(threads, (at_once, waiting), Duration::from_secs(time_limit_s));
        let ctx = Self(Arc::new(Inner {
            feed: Feed::new(stand),
            searches: pool(&Handle::current()),
            studies: pool(bulk.threads()),
            bulk,
            positions: positions::Waiting::default(),
            tallies: tallies::Tallies::default(),
            judges: judges::Judges::default(),
            tiles: tiles::Tiles::default(),
            ledgers: ledgers::Ledgers::default(),
            basemap,
            gazetteer: find::Kept::default(),
            drafted: drafted::Drafted::default(),
            replays: Semaphore::new(REPLAYS),
            grounds,
            turns: turns::Turns::default(),
            world: RwLock::new(Arc::new(world)),
            db,
            folder,
            settings,
            definition,
            clock,
        }));
        follower::check_kinds(&ctx).await?;
        Ok(ctx)
    }

    /// Everything as it is at this moment. Whoever needs two things of it takes both from one.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.held())
    }

    /// The world, and nothing is taken into it meanwhile: for the door of positions alone.
    fn held(&self) -> RwLockReadGuard<'_, Arc<World>> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an answer about a time is made from: the world, and the roads as they are at `at`.
    pub async fn view(&self, at: Timestamp) -> Result<View> {
        let world = self.world();
        let scene = self.scene(&world, at).await?;
        Ok(View { world, scene })
    }

    /// The roads as they are at `at`. A state that is not at hand is made on the search pool.
    pub async fn scene(&self, world: &World, at: Timestamp) -> Result<Arc<Scene>> {
        let traffic = world.traffic()?;
        match traffic.kept(at) {
            Some(scene) => Ok(scene),
            None => self.searches.run(move |_| traffic.at(at)).await,
        }
    }

    /// One incident, hot or history; what is out of sight is not there.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn incident(&self, id: Uuid, sight: &Sight) -> Result<Incident> {
        let hot = self.world().incidents.get(&id).map(|i| Incident::clone(i));
        let known = match hot {
            Some(incident) => Some(incident),
            None => store::incidents::get(&self.db, id).await?,
        };
        known.filter(|i| i.is_seen(sight)).ok_or_else(|| Error::not_found("incident", id))
    }

    /// Changes the world; for the follower alone. Who has it as it was keeps it so.
    fn change_world(&self, change: impl FnOnce(&mut World)) {
        change(Arc::make_mut(&mut *self.world.write().unwrap_or_else(PoisonError::into_inner)));
    }

    fn source(&self) -> Source<'_> {
        source((&self.db, &self.folder), &self.settings, &self.definition, self.clock, &self.grounds)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs a command in a turn at the write door, commits what it did and waits until this process's world
    /// shows it, or what it found. Nothing but its own statements may be awaited in it. It runs again when
    /// another of its group failed, and alone when the batch died under it: nothing is left of it then.
    ///
    /// # Errors
    /// What the command refuses; `Unavailable` while nothing can be written, while this process can't follow
    /// what is written, or when the database fails it again and again.
    pub async fn change<T, F>(&self, actor: &str, command: impl Fn(Write) -> F) -> Result<T>
    where
        F: Future<Output = Result<(Write, T)>>,
    {
        if let Some(fault) = self.feed.halted() {
            return Err(Error::unavailable(format!("nothing is written here {fault}")));
        }
        let mut write = self.db.write_again(actor, self.now()).await?;
        let mut tries = 1;
        loop {
            let told = write.listen();
            let done = match command(write).await {
                Ok((write, value)) => {
                    let roads = write.shapes_roads();
                    write.keep();
                    Ok((value, roads))
                }
                Err(e) => Err(e),
            };
            let told = match told {
                Some(told) => told.await.unwrap_or_else(|_| Told::lost()),
                None => Told::lost(),
            };
            write = match (done, told) {
                (_, Told::Again(lent)) => lent.turn().await?,
                (_, Told::Died(e)) if tries < TRIES => {
                    tracing::debug!("a command runs again: {e}");
                    tries += 1;
                    self.db.write_alone(actor, self.now()).await?
                }
                (Err(e), _) => return Err(e),
                (Ok((value, roads)), told) => {
                    match told.seq()? {
                        Some(seq) => self.feed.reached(seq, roads).await?,
                        None => self.feed.reached(self.head().await?, true).await?,
                    }
                    return Ok(value);
                }
            };
        }
    }

    /// Waits until this process's world shows everything that is committed now, or under way here.
    pub async fn up_to_date(&self) -> Result<()> {
        // A turn in which nothing is done ends with the batch that it is part of.
        let mut turn = self.db.write_again("", self.now()).await?;
        let told = turn.listen();
        drop(turn);
        if let Some(told) = told
            && let Ok(Told::Died(e)) = told.await
        {
            return Err(e);
        }
        self.feed.reached(self.head().await?, true).await
    }

    /// Loads the world anew from SQL, for comparison with the live one.
    pub async fn reload(&self) -> Result<World> {
        Ok(load::world(self.source()).await?.0)
    }

    /// Why this process can't do its whole job at present: everything that stands in the way.
    pub fn unready(&self) -> Vec<String> {
        let stale = self.feed.stale().map(|fault| format!("the change log is not followed {fault}"));
        let stuck = self.db.write_fault().borrow().as_ref().map(|fault| format!("nothing can be written {fault}"));
        let gone = !self.db.is_in_place(&self.folder);
        let gone = gone.then(|| format!("the database file in {} is gone", self.folder.display()));
        stale.into_iter().chain(stuck).chain(gone).chain(self.without_roads()).collect()
    }

    fn without_roads(&self) -> Option<String> {
        self.world().roads.lacking().map(str::to_owned)
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
        self.settings.server.is_keyless() && self.world().keys.none_ever()
    }

    /// One lookup of what is committed, for readiness checks.
    pub async fn head(&self) -> Result<i64> {
        store::log::head(&self.db).await
    }
}

fn source<'a>(
    (db, folder): (&'a Db, &'a Path),
    settings: &Settings,
    definition: &'a Definition,
    clock: Clock,
    grounds: &'a Grounds,
) -> Source<'a> {
    Source {
        db,
        folder,
        hot_since: hot_since(clock.now(), settings.incidents.hot_months),
        now: clock.now(),
        definition,
        resolution: settings.coverage.cell_resolution,
        grounds,
    }
}
