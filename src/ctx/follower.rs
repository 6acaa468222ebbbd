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
    change::{Event, Logged},
    domain::{
        roads::{Imported, Network},
        traffic::{Scene, Traffic},
    },
    store::{self, Pool, load, log},
    world::{Update, hot_since},
};

const POLL: Duration = Duration::from_millis(100);
const BATCH: i64 = 500;
/// So long before they begin, states of the roads are made.
const AHEAD_MS: i64 = 30_000;

/// Follows the log until the process ends. Errors of the database are waited out.
pub async fn follow(ctx: Ctx) -> Infallible {
    let mut listener = listen(&ctx).await;
    let (mut upkeep, mut roads) = (Upkeep::default(), Roads::default());
    loop {
        match catch_up(&ctx, &mut roads).await {
            Ok(()) => ctx.feed.in_touch(),
            // Said once per outage; readiness and answers show it as long as it lasts.
            Err(e) if ctx.feed.cut_off(e.to_string(), ctx.now()) => {
                tracing::error!("the change log can't be followed: {e}");
            }
            Err(_) => {}
        }
        if let Err(e) = upkeep.roads(&ctx, &mut roads).await {
            tracing::error!("the roads get no hierarchies: {e}");
        }
        roads.begin(&ctx);
        forget(&ctx);
        tokio::select! {
            () = ctx.feed.woken() => {}
            () = tokio::time::sleep(POLL) => {}
            made = roads.made() => roads.take(&ctx, made),
            lost = notified(&mut listener) => if lost { listener = listen(&ctx).await },
        }
    }
}

/// What has become history leaves the world.
fn forget(ctx: &Ctx) {
    let since = hot_since(ctx.now(), ctx.settings.incidents.hot_months);
    if ctx.world().incidents.since() < since {
        ctx.change_world(|world| Arc::make_mut(&mut world.incidents).forget(since));
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

async fn catch_up(ctx: &Ctx, roads: &mut Roads) -> Result<()> {
    loop {
        let shown = ctx.feed.shown();
        let page = log::after(ctx.db.followers(), shown.seq, BATCH).await?;
        if page.changes.is_empty() && page.unreadable.is_none() {
            return at_rest(ctx, shown, roads).await;
        }
        let full = page.changes.len() as i64 == BATCH;
        let follows = take_in(ctx, shown.hash, page.changes, roads).await;
        ctx.feed.tell();
        if !follows? {
            return rebuild(ctx, roads).await;
        }
        if let Some((seq, why)) = page.unreadable {
            halt(ctx, format!("change {seq} can't be read: {why}"));
        }
        if !full {
            return Ok(());
        }
    }
}

/// Takes changes into the world; says whether each follows the one before it.
async fn take_in(ctx: &Ctx, mut before: Option<String>, changes: Vec<Logged>, roads: &mut Roads) -> Result<bool> {
    for logged in changes {
        let link = logged.link.clone();
        if let (Some(before), Some(link)) = (&before, &link)
            && *before != link.prev
        {
            return Ok(false);
        }
        before = link.map(|link| link.own);
        let updates = load::updates(ctx.source(), &logged.change).await?;
        apply(ctx, logged.seq, updates, roads).await?;
        let areas = Arc::clone(&ctx.world().areas);
        ctx.feed.push(Event::new(logged, &areas), !roads.behind());
    }
    Ok(true)
}

/// Nothing is new: the log must end where this world does, with the same hash.
async fn at_rest(ctx: &Ctx, shown: Shown, roads: &mut Roads) -> Result<()> {
    // Before the look at where the log stands: what is put back between the two is noticed by that.
    let unknown = if shown.halted.is_some() { unknown_kinds(ctx).await? } else { None };
    let stand = log::stand(ctx.db.followers(), shown.seq).await?;
    let differs = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours != theirs;
    if stand.there.is_none() || differs(&shown.hash, &stand.hash) || differs(&shown.epoch, &stand.epoch) {
        return rebuild(ctx, roads).await;
    }
    ctx.feed.chained(stand);
    if shown.halted.is_some() {
        heed(ctx, unknown);
    }
    retry_missing_roads(ctx, roads).await
}

/// The database was put back to an earlier state, or is another one: what it holds now is the truth.
async fn rebuild(ctx: &Ctx, roads: &mut Roads) -> Result<()> {
    tracing::warn!("the database is not the one that was followed up to {}: all is loaded anew", ctx.feed.seq());
    let (world, stand) = load::world(ctx.source()).await?;
    let unknown = unknown_kinds(ctx).await?;
    ctx.change_world(|now| *now = world);
    *roads = Roads::default();
    ctx.feed.restart(stand);
    heed(ctx, unknown);
    Ok(())
}

/// A database that a newer program has written to can be read, no more.
pub(super) async fn check_kinds(ctx: &Ctx) -> Result<()> {
    heed(ctx, unknown_kinds(ctx).await?);
    Ok(())
}

async fn unknown_kinds(ctx: &Ctx) -> Result<Option<Error>> {
    log::unknown_kinds(&mut ctx.db.followers().begin().await?).await
}

fn heed(ctx: &Ctx, unknown: Option<Error>) {
    match unknown {
        Some(unknown) => halt(ctx, unknown.detail),
        None => ctx.feed.resume(),
    }
}

fn halt(ctx: &Ctx, reason: String) {
    if ctx.feed.halt(reason.clone(), ctx.now()) {
        tracing::error!("the change log can't be followed after {}: {reason}", ctx.feed.seq());
    }
}

async fn apply(ctx: &Ctx, seq: Seq, updates: Vec<Update>, roads: &mut Roads) -> Result<()> {
    let ground = ctx.world().ground(&updates);
    let Some(ground) = ground else {
        let behind = roads.behind();
        ctx.change_world(|world| {
            world.apply(seq, updates);
            if !behind {
                world.roads_seq = seq;
            }
        });
        return Ok(());
    };
    if ctx.world().lies_on(&ground) {
        ctx.change_world(|world| world.apply(seq, updates));
        roads.wanted = true;
        return Ok(());
    }
    // Other areas or another network: what is made of them takes their place at the same moment. Nobody
    // waits meanwhile for what came before.
    ctx.feed.tell();
    let (incidents, traffic) = load::lying_on(ctx.source(), Arc::clone(&ctx.world().incidents), ground).await?;
    ctx.change_world(|world| {
        world.incidents = incidents;
        world.apply(seq, updates);
        world.traffic = traffic;
        world.roads_seq = seq;
    });
    // What is being made lies on the former ones.
    *roads = Roads::default();
    Ok(())
}

type Made = Result<Option<Arc<Traffic>>>;

/// The roads as they are, made anew beside everything else when closures, slots or the like change. The
/// newest state wins: what came while one was made is in the next one.
#[derive(Default)]
struct Roads {
    /// Up to which seq they will follow.
    making: Option<(Seq, JoinHandle<Made>)>,
    /// Something changed since that was begun.
    wanted: bool,
}

impl Drop for Roads {
    fn drop(&mut self) {
        if let Some((_, task)) = &self.making {
            task.abort();
        }
    }
}

impl Roads {
    fn behind(&self) -> bool {
        self.wanted || self.making.is_some()
    }

    fn begin(&mut self, ctx: &Ctx) {
        if self.making.is_some() || !std::mem::take(&mut self.wanted) {
            return;
        }
        let (seq, ground, ctx) = (ctx.feed.seq(), ctx.world().under_roads(), ctx.clone());
        self.making = Some((seq, tokio::spawn(async move { load::traffic(ctx.source(), ground).await })));
    }

    /// Waits for what is being made; without anything it never ends.
    async fn made(&mut self) -> Made {
        match &mut self.making {
            Some((_, task)) => task.await.map_err(Error::internal)?,
            None => std::future::pending().await,
        }
    }

    fn take(&mut self, ctx: &Ctx, made: Made) {
        let Some((seq, _)) = self.making.take() else { return };
        let traffic = match made {
            Ok(traffic) => traffic,
            Err(e) => {
                tracing::error!("the roads can't be made anew: {e}");
                self.wanted = true;
                return;
            }
        };
        let seq = if self.wanted { seq } else { ctx.feed.seq() };
        ctx.change_world(|world| {
            world.traffic = traffic;
            world.roads_seq = seq;
        });
        ctx.feed.roads_follow(seq);
    }
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
    async fn roads(&mut self, ctx: &Ctx, roads: &mut Roads) -> Result<()> {
        self.hierarchies(ctx, roads).await?;
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
    async fn hierarchies(&mut self, ctx: &Ctx, roads: &mut Roads) -> Result<()> {
        if let Some(making) = self.making.take_if(|m| m.is_finished()) {
            let ordered = making.await.map_err(Error::internal)??;
            self.of = None;
            // Meanwhile another one may have come into force, or its file may be gone.
            let in_force = ctx.world().roads.network().is_some_and(|n| n.hash == ordered.hash);
            if in_force {
                let ordered = Arc::new(Imported::Ready(Arc::new(ordered)));
                apply(ctx, ctx.feed.seq(), vec![Update::all(ordered)], roads).await?;
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
async fn retry_missing_roads(ctx: &Ctx, roads: &mut Roads) -> Result<()> {
    let missing = match &*ctx.world().roads {
        Imported::Missing { hash, .. } => store::roads::network_file(&ctx.folder, hash).exists(),
        _ => false,
    };
    if missing {
        let updates = load::again::<Imported>(ctx.source()).await?;
        apply(ctx, ctx.feed.seq(), updates, roads).await?;
    }
    Ok(())
}
