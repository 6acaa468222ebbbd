//! Dates that come: the switch of patrol zones at its date is logged, once, whoever is first, and also
//! when nobody ran at that moment. Answers follow the dates and wait for nothing here. What the clock alone brings
//! of squads is told to those who follow.

use std::{convert::Infallible, sync::Arc, time::Duration};

use super::{Ctx, contact::Told};
use crate::{base::Result, store};

const LOOK: Duration = Duration::from_millis(500);
/// Who causes what a date causes.
const ACTOR: &str = "calendar";

/// Keeps the calendar until the process ends. Errors of the database are waited out.
pub async fn keep(ctx: Ctx) -> Infallible {
    let (mut silent, mut told) = (true, Told::default());
    loop {
        told.tell(&ctx);
        match announce(&ctx).await {
            Ok(()) => silent = true,
            Err(e) if std::mem::take(&mut silent) => tracing::error!("what a date brings can't be logged: {e}"),
            Err(_) => {}
        }
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
