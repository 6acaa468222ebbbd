//! Squads that are released: because another takes their case over, or because it has ended.

use uuid::Uuid;

use super::{NewAssignment, follow};
use crate::{
    base::{Error, Result, Timestamp},
    domain::assignments::{Assignment, AssignmentStatus, Step},
    store::{self, Write},
};

/// Releases whom the order relieves, once the other is sent: the case never waits between them.
///
/// # Errors
/// `Invalid` for who was not sent to that incident, `Conflict` for who has ended there.
pub(super) async fn relieve(
    write: &mut Write,
    incident: Uuid,
    new: &NewAssignment,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let Some(id) = new.relieves else { return Ok(()) };
    let known = store::assignments::get(&mut write.tx, id).await?.filter(|a| a.incident == incident);
    let former =
        known.ok_or_else(|| Error::invalid("relieves", format!("no assignment {id} at incident {incident}")))?;
    if former.status.is_ended() {
        let why = format!("assignment {id} is {} already", former.status.as_str());
        return Err(Error::conflict(why).at("relieves"));
    }
    cancel(write, &former, new.reason.clone(), at, now).await
}

/// Ends what squads were still to do at an incident that has ended.
pub(in crate::feature) async fn release(write: &mut Write, incident: Uuid, why: &str, now: Timestamp) -> Result<()> {
    for former in store::assignments::open_of(&mut write.tx, incident).await? {
        let at = former.arrived_at.or(former.departed_at).unwrap_or(former.assigned_at).max(now);
        cancel(write, &former, Some(why.to_owned()), at, now).await?;
    }
    Ok(())
}

async fn cancel(
    write: &mut Write,
    former: &Assignment,
    reason: Option<String>,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let step = Step { reason, ..Step::to(AssignmentStatus::Cancelled, at) };
    follow(write, Some(former), &former.step(&step, now)?, at, now).await
}
