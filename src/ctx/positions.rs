//! The door for positions: shown at once, written in batches, at most one second of them lost.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Ctx;
use crate::{
    base::{Code, Result},
    domain::squads::Fix,
    store, telemetry,
};

const EVERY: Duration = Duration::from_millis(500);

/// The newest fix of each squad that is not written yet.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<HashMap<Code, Fix>>);

impl Waiting {
    fn take(&self) -> Vec<(Code, Fix)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// Of two fixes of one squad the newer stays, in whichever order they come.
    fn put(&self, fixes: Vec<(Code, Fix)>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    /// Takes fixes in; a fix older than the one known is dropped, and so is one of an unknown squad.
    pub fn observe(&self, fixes: impl IntoIterator<Item = (Code, Fix)>) {
        // Held, so that an import that takes over the positions known so far comes before or after.
        let world = self.world();
        let newer: Vec<_> = fixes.into_iter().filter(|(id, fix)| world.squads.observe(id, *fix)).collect();
        drop(world);
        self.positions.put(newer);
    }

    /// Writes the positions that wait now.
    pub async fn flush_positions(&self) -> Result<()> {
        let mut batch = Batch { waiting: &self.positions, fixes: self.positions.take() };
        if batch.fixes.is_empty() {
            return Ok(());
        }
        store::squads::put_fixes(&self.db, &batch.fixes).await?;
        self.feed.publish(std::mem::take(&mut batch.fixes));
        Ok(())
    }
}

/// Writes and publishes what is waiting, again and again, and takes it into the roster of now: who asks
/// for squads after a while need not wait for all that moved meanwhile.
pub async fn keep(ctx: Ctx) -> Infallible {
    loop {
        tokio::time::sleep(EVERY).await;
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
            let taken_in = tokio::task::spawn_blocking(move || scene.roster.take_in(&squads));
            if let Err(e) = taken_in.await {
                tracing::warn!("the roster is not kept up to date: {e}");
            }
        }
    }
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
