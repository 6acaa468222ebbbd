//! The one follower: reads the change log in order and is the only caller of `World::apply`.
//!
//! It is woken by a local commit, by PostgreSQL's notifications, or by a look every 100 ms, so that
//! a command run beside a live server is seen at once.

use std::{convert::Infallible, sync::Arc, time::Duration};

use sqlx::postgres::PgListener;
use tokio::task::JoinHandle;

use super::{Ctx, feed::Shown};
use crate::{
    base::{Error, Result, Seq},
    domain::{roads::Network, traffic::Scene},
    store::{
        self, Pool,
        load::{self, Made},
        log,
    },
    world::{Roads, Update},
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
    let Pool::Pg(pool) = ctx.db.followers() else { return None };
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
        let shown = ctx.feed.shown();
        let page = log::after(ctx.db.followers(), shown.seq, BATCH).await?;
        if page.changes.is_empty() && page.unreadable.is_none() {
            return at_rest(ctx, shown).await;
        }
        let mut before = shown.hash;
        let full = page.changes.len() as i64 == BATCH;
        for logged in page.changes {
            let link = logged.link.clone();
            if let (Some(before), Some(link)) = (&before, &link)
                && *before != link.prev
            {
                return rebuild(ctx).await;
            }
            before = link.map(|link| link.own);
            let updates = load::updates(ctx.source(), &logged.change).await?;
            apply(ctx, logged.seq, updates).await?;
            ctx.feed.push(logged);
        }
        if let Some((seq, why)) = page.unreadable {
            halt(ctx, format!("change {seq} can't be read: {why}"));
        }
        if !full {
            return Ok(());
        }
    }
}

/// Nothing is new: the log must end where this world does, with the same hash.
async fn at_rest(ctx: &Ctx, shown: Shown) -> Result<()> {
    let stand = log::stand(ctx.db.followers(), shown.seq).await?;
    let differs = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours != theirs;
    if stand.there.is_none() || differs(&shown.hash, &stand.hash) || differs(&shown.epoch, &stand.epoch) {
        return rebuild(ctx).await;
    }
    ctx.feed.chained(stand);
    if shown.halted.is_some() {
        check_kinds(ctx).await?;
    }
    retry_missing_roads(ctx).await
}

/// The database was put back to an earlier state, or is another one: what it holds now is the truth.
async fn rebuild(ctx: &Ctx) -> Result<()> {
    tracing::warn!("the database is not the one that was followed up to {}: all is loaded anew", ctx.feed.seq());
    let (world, stand) = load::world(ctx.source()).await?;
    *ctx.world_mut() = world;
    ctx.feed.restart(stand);
    check_kinds(ctx).await
}

/// A database that a newer program has written to can be read, no more.
pub(super) async fn check_kinds(ctx: &Ctx) -> Result<()> {
    match log::unknown_kinds(&mut ctx.db.followers().begin().await?).await? {
        Some(unknown) => halt(ctx, unknown.detail),
        None => ctx.feed.resume(),
    }
    Ok(())
}

fn halt(ctx: &Ctx, reason: String) {
    if ctx.feed.halt(reason.clone(), ctx.now()) {
        tracing::error!("the change log can't be followed after {}: {reason}", ctx.feed.seq());
    }
}

async fn apply(ctx: &Ctx, seq: Seq, mut updates: Vec<Update>) -> Result<()> {
    let made = Made::of(&ctx.world());
    updates.extend(load::derived(ctx.source(), made, &updates).await?);
    ctx.world_mut().apply(seq, updates);
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
