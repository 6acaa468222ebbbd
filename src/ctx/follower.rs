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
    domain::roads::Network,
    store::{
        self, Db,
        load::{self, Made},
        log,
    },
    world::{Roads, Update},
};

const POLL: Duration = Duration::from_millis(100);
const BATCH: i64 = 500;

/// Follows the log until the process ends. Errors of the database are waited out.
pub async fn follow(ctx: Ctx) -> Infallible {
    let mut listener = listen(&ctx).await;
    let (mut silent, mut ordering) = (true, Ordering::default());
    loop {
        match catch_up(&ctx).await.and(ordering.look_after(&ctx).await) {
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
            ctx.feed.push(logged);
        }
    }
}

async fn apply(ctx: &Ctx, seq: Seq, mut updates: Vec<Update>) -> Result<()> {
    let made = Made::of(&ctx.world());
    updates.extend(load::derived(ctx.source(), made, &updates).await?);
    ctx.world_mut().apply(seq, updates);
    Ok(())
}

/// Gives a network its hierarchies beside everything else: until then searches answer.
#[derive(Default)]
struct Ordering {
    /// The network that it was begun for; once is enough.
    of: Option<String>,
    making: Option<JoinHandle<Result<Network>>>,
}

impl Ordering {
    async fn look_after(&mut self, ctx: &Ctx) -> Result<()> {
        if let Some(making) = self.making.take_if(|m| m.is_finished()) {
            let ordered = making.await.map_err(Error::internal)??;
            // Another one may have come into force meanwhile.
            if ctx.world().roads.hash() == Some(&ordered.hash) {
                let roads = Roads::Ready(Arc::new(ordered));
                let demo = ctx.world().demo;
                apply(ctx, ctx.feed.seq(), vec![Update::Roads { roads, demo }]).await?;
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
    let missing = match &ctx.world().roads {
        Roads::Missing { hash, .. } => store::roads::network_file(&ctx.folder, hash).exists(),
        _ => false,
    };
    if missing {
        let updates = load::roads_again(ctx.source()).await?;
        apply(ctx, ctx.feed.seq(), updates).await?;
    }
    Ok(())
}
