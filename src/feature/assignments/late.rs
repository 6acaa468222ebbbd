//! Steps that are told after what the squad did later: put at their place, and so is the arrival in the incident's
//! history. Squad and state stay as they are by now.

use uuid::Uuid;

use crate::{
    base::{Result, Timestamp},
    domain::{
        assignments::{Assignment, Step},
        incidents::{Act, Action},
        officers::Competence,
    },
    store::{self, Write},
};

/// Puts a step at its place; says whether it can have been so.
///
/// # Errors
/// `Invalid` for an arrival that does not go with what was done to the incident since.
pub(super) async fn place(write: &mut Write, former: &Assignment, step: &Step, now: Timestamp) -> Result<bool> {
    let told = store::assignments::told_of(&mut write.tx, former.id).await?;
    let Some(after) = former.placed(&told, step, now) else { return Ok(false) };
    store::assignments::put(write, &after, Some(step)).await?;
    // Nobody comes with a drone.
    if after.arrived_at != former.arrived_at && after.competence != Competence::FirstLook {
        let act = Act::OnScene(after.competence);
        let action = Action::new(Uuid::now_v7(), act, step.at, now, write.actor());
        let action = Action { assignment: Some(after.id), ..action };
        store::incidents::act(write, after.incident, action).await?;
    }
    Ok(true)
}
