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
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<Code, Fix>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ctx {
    /// Takes fixes in; a fix older than the one known is dropped, and so is one of an unknown squad.
    pub fn observe(&self, fixes: impl IntoIterator<Item = (Code, Fix)>) {
        let mut world = self.world_mut();
        let squads = Arc::make_mut(&mut world.squads);
        let newer: Vec<_> = fixes.into_iter().filter(|(id, fix)| squads.observe(id, *fix)).collect();
        drop(world);
        self.positions.with(|waiting| waiting.extend(newer));
    }
}

/// Writes and publishes what is waiting, again and again.
pub async fn keep(ctx: Ctx) -> Infallible {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(e) = flush(&ctx).await {
            tracing::warn!("positions are kept back: {e}");
        }
    }
}

pub(super) async fn flush(ctx: &Ctx) -> Result<()> {
    let batch: Vec<(Code, Fix)> = ctx.positions.with(std::mem::take).into_iter().collect();
    if batch.is_empty() {
        return Ok(());
    }
    let written = store::squads::put_fixes(&ctx.db, &batch).await;
    if written.is_err() {
        // Newer ones may have come in meanwhile: they win.
        ctx.positions.with(|waiting| {
            for (id, fix) in batch {
                waiting.entry(id).or_insert(fix);
            }
        });
        return written;
    }
    ctx.feed.publish(batch);
    Ok(())
}
