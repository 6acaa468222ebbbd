//! The door for positions: shown at once, written in batches, at most one second of them lost.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::Ctx;
use crate::{
    base::{Code, Error, Result},
    domain::squads::Fix,
    store, telemetry,
};

/// How often positions of other processes are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// Our own are written at every so many looks.
const WRITE_AT: u32 = 2;
const ACTOR: &str = "positions";

/// The newest fix of each squad that is not written yet, and how far others' were read.
#[derive(Debug, Default)]
pub struct Waiting {
    fixes: Mutex<HashMap<Code, Fix>>,
    /// Held by who writes them.
    writing: tokio::sync::Mutex<()>,
    read: AtomicI64,
}

impl Waiting {
    fn take(&self) -> Vec<(Code, Fix)> {
        std::mem::take(&mut *self.fixes.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// Of two fixes of one squad the newer stays, in whichever order they come.
    fn put(&self, fixes: Vec<(Code, Fix)>) {
        let mut waiting = self.fixes.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, fix) in fixes {
            let kept = waiting.entry(id).or_insert(fix);
            if kept.fixed_at < fix.fixed_at {
                *kept = fix;
            }
        }
    }
}

/// Fixes on their way to the database; dropped before they are written, they wait again.
struct Batch<'a> {
    waiting: &'a Waiting,
    fixes: Vec<(Code, Fix)>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.waiting.put(std::mem::take(&mut self.fixes));
    }
}

impl Ctx {
    /// Takes in what devices say, by the time of the fixes; gives those that can't be true with the
    /// reason, by their place in `fixes`. One older than the one known is dropped, and so is one of an
    /// unknown squad.
    ///
    /// # Errors
    /// `Unavailable` while none could be kept.
    pub fn observe(&self, fixes: &[(Code, Fix)]) -> Result<Vec<(usize, Error)>> {
        if let Some(fault) = &*self.db.write_fault().borrow() {
            return Err(Error::unavailable(format!("no position is taken {fault}")));
        }
        let mut order: Vec<usize> = (0..fixes.len()).collect();
        order.sort_by_key(|&i| fixes[i].1.fixed_at);
        let (mut newer, mut refused) = (Vec::new(), Vec::new());
        // Held, as in `newer`.
        let world = self.held();
        for i in order {
            let (id, fix) = &fixes[i];
            match world.squads.hear(id, *fix) {
                Ok(true) => newer.push((id.clone(), *fix)),
                Ok(false) => {}
                Err(e) => refused.push((i, e)),
            }
        }
        drop(world);
        self.positions.put(newer);
        Ok(refused)
    }

    /// Shows fixes; returns those that were newer than what was known.
    fn newer(&self, fixes: impl IntoIterator<Item = (Code, Fix)>) -> Vec<(Code, Fix)> {
        // Held, so that an import that takes over the positions known so far comes before or after.
        let world = self.held();
        fixes.into_iter().filter(|(id, fix)| world.squads.observe(id, *fix)).collect()
    }

    /// Writes the positions that wait now; those that are being written are, too, when it has ended.
    pub async fn flush_positions(&self) -> Result<()> {
        let _alone = self.positions.writing.lock().await;
        let mut batch = Batch { waiting: &self.positions, fixes: self.positions.take() };
        if batch.fixes.is_empty() {
            return Ok(());
        }
        let mut write = self.db.write(ACTOR, self.now()).await?;
        let written = store::squads::put_fixes(&mut write, &batch.fixes).await?;
        write.commit().await?;
        // With no write of another process between, there is nothing to read.
        let _ = self.positions.read.compare_exchange(written - 1, written, Relaxed, Relaxed);
        self.feed.publish(std::mem::take(&mut batch.fixes));
        Ok(())
    }

    /// Shows and tells of what other processes wrote.
    async fn read_positions(&self, early: &mut Vec<(Code, Fix)>) -> Result<()> {
        let read = self.positions.read.load(Relaxed);
        let (mut fixes, last) = store::squads::fixes_after(self.db.followers(), read).await?;
        fixes.append(early);
        if fixes.is_empty() {
            return Ok(());
        }
        // A squad that is not known yet is shown as soon as the follower has come that far.
        let squads = Arc::clone(&self.world().squads);
        let (known, unknown): (Vec<_>, _) = fixes.into_iter().partition(|(id, _)| squads.get(id).is_some());
        drop(squads);
        *early = unknown;
        let newer = self.newer(known);
        let _ = self.positions.read.compare_exchange(read, last, Relaxed, Relaxed);
        if !newer.is_empty() {
            self.feed.publish(newer);
        }
        Ok(())
    }
}

/// Writes and publishes what is waiting, shows what others wrote, again and again, and takes it into the
/// roster of now: who asks for squads after a while need not wait for all that moved meanwhile.
pub async fn keep(ctx: Ctx) -> Infallible {
    let (mut early, mut life) = (Vec::new(), ctx.feed.shown().life);
    for look in 1_u32.. {
        tokio::time::sleep(LOOK).await;
        // A database that was put back counts its writes anew.
        if std::mem::replace(&mut life, ctx.feed.shown().life) != life {
            ctx.positions.read.store(0, Relaxed);
        }
        if let Err(e) = ctx.read_positions(&mut early).await {
            tracing::debug!("positions of others are not read: {e}");
        }
        if !look.is_multiple_of(WRITE_AT) {
            continue;
        }
        if let Err(e) = ctx.flush_positions().await
            && let Some(unsaid) = telemetry::seldom("positions are kept back")
        {
            tracing::warn!(unsaid, "positions are kept back: {e}");
        }
        let (traffic, squads) = {
            let world = ctx.world();
            (world.traffic.clone(), Arc::clone(&world.squads))
        };
        if let Some(scene) = traffic.and_then(|traffic| traffic.kept(ctx.now())) {
            let taken_in = tokio::task::spawn_blocking(move || scene.roster(&Default::default()).take_in(&squads));
            if let Err(e) = taken_in.await {
                tracing::warn!("the roster is not kept up to date: {e}");
            }
        }
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{LngLat, Timestamp};

    fn fix(id: &str, ms: i64) -> (Code, Fix) {
        let fixed_at = Timestamp::from_ms(ms).unwrap();
        (Code::new(id).unwrap(), Fix { at: LngLat::new(0.0, 0.0).unwrap(), fixed_at, accuracy_m: None })
    }

    #[test]
    fn the_newer_fix_waits_whichever_came_first_and_whatever_became_of_a_batch() {
        let waiting = Waiting::default();
        waiting.put(vec![fix("S1", 2), fix("S2", 1), fix("S3", 5)]);
        waiting.put(vec![fix("S1", 1), fix("S2", 2)]);
        let batch = Batch { waiting: &waiting, fixes: waiting.take() };
        assert!(waiting.take().is_empty());
        waiting.put(vec![fix("S3", 6), fix("S1", 1)]);
        drop(batch);
        let mut left = waiting.take();
        left.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(left, [fix("S1", 2), fix("S2", 2), fix("S3", 6)]);
    }
}
