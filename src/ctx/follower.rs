//! The one follower: reads the change log in order and is the only caller of `World::apply`.
//!
//! It is woken by a local commit, by PostgreSQL's notifications, or by a look every 100 ms, so that
//! a command run beside a live server is seen at once.

use std::{convert::Infallible, sync::Arc, time::Duration};

use sqlx::postgres::PgListener;
use tokio::task::JoinHandle;

use super::Ctx;
use crate::{
    base::{Error, Result, Seq},
    change::Event,
    domain::{
        roads::{Imported, Network},
        traffic::Scene,
    },
    store::{self, Db, load, log},
    world::Update,
};

const POLL: Duration = Duration::from_millis(100);
const BATCH: i64 = 500;
/// So long before they begin, states of the roads are made.
const AHEAD_MS: i64 = 30_000;

/// Follows the log until the process ends. Errors of the database are waited out.
pub async fn follow(ctx: Ctx) -> Infallible {
    let mut listener = listen(&ctx).await;
    let (mut silent, mut upkeep) = (true, Upkeep::default());
    loop {
        match catch_up(&ctx).await.and(upkeep.roads(&ctx).await) {
            Ok(()) => silent = true,
            // Said once per outage; readiness shows it as long as it lasts.
            Err(e) if std::mem::take(&mut silent) => tracing::error!("the change log can't be followed: {e}"),
            Err(_) => {}
        }
        tokio::select! {
            () = ctx.feed.woken() => {}
            () = tokio::time::sleep(POLL) => {}
            lost = notified(&mut listener) => if lost { listener = listen(&ctx).await },
        }
    }
}

async fn listen(ctx: &Ctx) -> Option<PgListener> {
    let Db::Pg(pool) = &ctx.db else { return None };
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(log::CHANNEL).await.ok()?;
    Some(listener)
}

/// Waits for a notification; says whether the connection was lost. Without a listener it never ends.
async fn notified(listener: &mut Option<PgListener>) -> bool {
    match listener {
        Some(listener) => !matches!(listener.try_recv().await, Ok(Some(_))),
        None => std::future::pending().await,
    }
}

async fn catch_up(ctx: &Ctx) -> Result<()> {
    loop {
        let batch = log::after(&ctx.db, ctx.feed.seq(), BATCH).await?;
        if batch.is_empty() {
            return retry_missing_roads(ctx).await;
        }
        for logged in batch {
            let updates = load::updates(ctx.source(), &logged.change).await?;
            apply(ctx, logged.seq, updates).await?;
            let areas = Arc::clone(&ctx.world().areas);
            ctx.feed.push(Event::new(logged, &areas));
        }
    }
}

async fn apply(ctx: &Ctx, seq: Seq, updates: Vec<Update>) -> Result<()> {
    // The roads are made anew beside those in use, and take their place with what they are made of.
    let ground = ctx.world().ground(&updates);
    let traffic = match ground {
        Some(ground) => Some(load::traffic(ctx.source(), ground).await?),
        None => None,
    };
    let mut world = ctx.world_mut();
    world.apply(seq, updates);
    if let Some(traffic) = traffic {
        world.traffic = traffic;
    }
    Ok(())
}

/// Work on the roads that nobody waits for.
#[derive(Default)]
struct Upkeep {
    /// The network whose hierarchies were begun; one failure is enough.
    of: Option<String>,
    making: Option<JoinHandle<Result<Network>>>,
    ahead: Option<JoinHandle<Arc<Scene>>>,
}

impl Upkeep {
    async fn roads(&mut self, ctx: &Ctx) -> Result<()> {
        self.hierarchies(ctx).await?;
        self.prepare(ctx);
        Ok(())
    }

    /// Makes the state that the roads will soon be in: a closure that begins or ends keeps nobody waiting.
    fn prepare(&mut self, ctx: &Ctx) {
        let (Ok(traffic), soon) = (ctx.world().traffic(), ctx.now().plus_ms(AHEAD_MS)) else { return };
        if traffic.kept(soon).is_none() && self.ahead.as_ref().is_none_or(JoinHandle::is_finished) {
            self.ahead = Some(tokio::task::spawn_blocking(move || traffic.at(soon)));
        }
    }

    /// Gives a network its hierarchies: until then searches answer.
    async fn hierarchies(&mut self, ctx: &Ctx) -> Result<()> {
        if let Some(making) = self.making.take_if(|m| m.is_finished()) {
            let ordered = making.await.map_err(Error::internal)??;
            self.of = None;
            // Meanwhile another one may have come into force, or its file may be gone.
            let in_force = ctx.world().roads.network().is_some_and(|n| n.hash == ordered.hash);
            if in_force {
                let roads = Arc::new(Imported::Ready(Arc::new(ordered)));
                apply(ctx, ctx.feed.seq(), vec![Update::all(roads)]).await?;
            }
        }
        let lacking = ctx.world().roads.network().filter(|n| !n.is_ordered()).cloned();
        if let Some(network) = lacking.filter(|n| self.of.as_ref() != Some(&n.hash)) {
            self.of = Some(network.hash.clone());
            let folder = ctx.folder.clone();
            self.making = Some(tokio::task::spawn_blocking(move || store::roads::order(&folder, &network)));
        }
        Ok(())
    }
}

/// A network file that was missing may have been copied into place since.
async fn retry_missing_roads(ctx: &Ctx) -> Result<()> {
    let missing = match &*ctx.world().roads {
        Imported::Missing { hash, .. } => store::roads::network_file(&ctx.folder, hash).exists(),
        _ => false,
    };
    if missing {
        let updates = load::again::<Imported>(ctx.source()).await?;
        apply(ctx, ctx.feed.seq(), updates).await?;
    }
    Ok(())
}
