//! Squads that arrive without a word: their positions tell it.

use std::{convert::Infallible, sync::Arc};

use tokio::sync::broadcast::error::RecvError;

use super::take;
use crate::{
    base::{Code, Result, Timestamp},
    ctx::Ctx,
    domain::{
        assignments::{ArrivedBy, Assignment, AssignmentStatus, Fences, Step},
        squads::Fix,
    },
    store, telemetry,
};

/// Who tells so in histories.
const ACTOR: &str = "geofence";

/// Takes squads that are on their way for arrived once their positions say so, until the process ends.
pub async fn watch(ctx: Ctx) -> Infallible {
    let (mut positions, mut fences) = (ctx.feed.positions(), Fences::default());
    loop {
        match positions.recv().await {
            Ok(fixes) => {
                for (assignment, at) in arrived(&ctx, &mut fences, &fixes.moves) {
                    if let Err(e) = tell(&ctx, &assignment, at).await
                        && let Some(unsaid) = telemetry::seldom("an arrival is kept back")
                    {
                        // Its next position tells it again.
                        tracing::warn!(unsaid, "an arrival is kept back: {e}");
                    }
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn arrived(ctx: &Ctx, fences: &mut Fences, fixes: &[(Code, Fix)]) -> Vec<(Arc<Assignment>, Timestamp)> {
    let world = ctx.world();
    let assignments = &world.assignments;
    fences.keep(|id| assignments.get(id).is_some_and(|a| a.is_on_the_way()));
    let here = |(squad, fix): &(Code, Fix)| {
        let assignment = assignments.of_squad(squad).filter(|a| a.is_on_the_way())?;
        let place = world.incidents.get(&assignment.incident)?.at;
        let arrival = fences.see(assignment.id, place, assignment.assigned_at, *fix)?;
        Some((Arc::clone(assignment), arrival))
    };
    fixes.iter().filter_map(here).collect()
}

async fn tell(ctx: &Ctx, assignment: &Assignment, at: Timestamp) -> Result<()> {
    let now = ctx.now();
    let told = ctx.change(ACTOR, async |mut write| {
        let former = store::assignments::get(&mut write.tx, assignment.id).await?;
        // Somebody else may have told it meanwhile.
        if let Some(former) = former.filter(Assignment::is_on_the_way) {
            let at = at.max(former.departed_at.unwrap_or(former.assigned_at));
            let step = Step { by: ArrivedBy::Geofence, ..Step::to(AssignmentStatus::OnScene, at) };
            take(&mut write, &former, &step, now).await?;
        }
        Ok((write, ()))
    });
    told.await
}
