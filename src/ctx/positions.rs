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
    store,
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
        let mut world = self.world_mut();
        let squads = Arc::make_mut(&mut world.squads);
        let newer: Vec<_> = fixes.into_iter().filter(|(id, fix)| squads.observe(id, *fix)).collect();
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

/// Writes and publishes what is waiting, again and again.
pub async fn keep(ctx: Ctx) -> Infallible {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(e) = ctx.flush_positions().await {
            tracing::warn!("positions are kept back: {e}");
        }
    }
}
