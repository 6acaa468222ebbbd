//! Dates that come: the switch of patrol zones at its date is logged, once, whoever is first, and also
//! when nobody ran at that moment. Answers follow the dates and wait for nothing here. Drafted areas come in force.
//! What the clock alone brings of squads, calls and cases is told to those who follow.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use super::{Ctx, contact, handovers, stuck};
use crate::{
    base::{Kind, Result},
    store,
};

const LOOK: Duration = Duration::from_millis(500);
/// Who causes what a date causes.
const ACTOR: &str = "calendar";

/// Keeps the calendar until the process ends. Errors of the database are waited out.
pub async fn keep(ctx: Ctx) -> Infallible {
    let (mut silent, mut refused) = (true, BTreeSet::new());
    let (mut told, mut told_stuck) = (contact::Told::default(), stuck::Told::default());
    let mut told_handovers = handovers::Told::default();
    loop {
        told.tell(&ctx);
        told_stuck.tell(&ctx);
        told_handovers.tell(&ctx);
        match announce(&ctx).await {
            Ok(()) => silent = true,
            Err(e) if std::mem::take(&mut silent) => tracing::error!("what a date brings can't be logged: {e}"),
            Err(_) => {}
        }
        switch(&ctx, &mut refused).await;
        tokio::time::sleep(LOOK).await;
    }
}

async fn announce(ctx: &Ctx) -> Result<()> {
    let zones = Arc::clone(&ctx.world().zones);
    for entry in zones.force.due(ctx.now()) {
        let announced = ctx.change(ACTOR, async |mut write| {
            store::zones::announce(&mut write, entry).await?;
            Ok((write, ()))
        });
        announced.await?;
    }
    Ok(())
}

/// Puts drafted areas in force whose date has come; those that can't be any more are tried once.
async fn switch(ctx: &Ctx, refused: &mut BTreeSet<i64>) {
    let drafts = Arc::clone(&ctx.world().drafts);
    let due = drafts.due(ctx.now()).map(|draft| draft.generation);
    for generation in due.filter(|generation| !refused.contains(generation)).collect::<Vec<_>>() {
        let switched = ctx.change(ACTOR, async |mut write| {
            store::areas::drafts::switch(&mut write, generation).await?;
            Ok((write, ()))
        });
        match switched.await {
            // Another process was first.
            Err(e) if e.kind == Kind::NotFound => {}
            Err(e) if matches!(e.kind, Kind::Conflict | Kind::Invalid) => {
                tracing::error!("drafted areas can't come in force: {e}");
                refused.insert(generation);
            }
            Err(e) => tracing::warn!("drafted areas wait to come in force: {e}"),
            Ok(()) => {}
        }
    }
}
