//! Whether a squad is sent elsewhere already: who is too late hears it without a turn at the door.

use uuid::Uuid;

use super::NewAssignment;
use crate::{
    base::{Code, Error, Result},
    ctx::Ctx,
    domain::{assignments::Assignment, auth::Sight},
    store::{self, Receipt},
    world::World,
};

/// Refuses an order for a squad that the world shows elsewhere, if that still holds and this very order did not send it.
/// Whatever else is wrong with the order is for the door to say.
pub(super) async fn check(
    ctx: &Ctx,
    (world, sight): (&World, &Sight),
    incident: Uuid,
    (new, receipt): (&NewAssignment, &Receipt),
) -> Result<()> {
    let open = world.incidents.get(&incident).is_some_and(|i| !i.status.is_ended());
    let seen = world.squads.get(&new.squad).is_some_and(|s| sight.sees_squad(s));
    let elsewhere = world.assignments.of_squad(&new.squad).is_some();
    if new.divert || new.queue || !(open && seen && elsewhere) {
        return Ok(());
    }
    let mut tx = ctx.db.begin_read().await?;
    let sent = receipt.was_sent(&mut tx).await?;
    match store::assignments::of_squad(&mut tx, &new.squad).await? {
        Some(former) if !sent => Err(refused(&new.squad, &sent_since(&former))),
        _ => Ok(()),
    }
}

pub(super) fn refused(squad: &Code, why: &str) -> Error {
    Error::conflict(format!("squad {squad} is not free: {why}")).at("squad")
}

pub(super) fn sent_since(former: &Assignment) -> String {
    format!("it is sent to incident {} since {}", former.incident, former.assigned_at)
}
