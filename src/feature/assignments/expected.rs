//! When a squad that is sent is expected there: certificates may begin and end on the way.

use std::sync::Arc;

use uuid::Uuid;

use super::NewAssignment;
use crate::{
    base::{Result, Timestamp},
    ctx::{Ctx, View},
    domain::{
        dispatch,
        officers::Outlook,
        recommend::as_if_free,
        response::{NONE_LOST, Start},
        roster::Roster,
    },
    feature::zones,
};

/// When the squad arrives that sets out `at`, where that decides whether it is competent; else, and where no way is
/// known, `at`.
pub(super) async fn arrival(ctx: &Ctx, incident: Uuid, new: &NewAssignment, at: Timestamp) -> Result<Timestamp> {
    let world = ctx.world();
    let (Some(to), Some(squad)) = (world.incidents.get(&incident), world.squads.get(&new.squad)) else {
        return Ok(at);
    };
    let case = world.case_of(to, new.power.unwrap_or_default());
    if case.outlook(squad, at) != Outlook::Depends {
        return Ok(at);
    }
    let target = to.at;
    let View { world, scene } = ctx.view(at).await?;
    let (squads, zone) = (zones::posted(&world, at), world.areas.time_zone());
    let Some(squad) = squads.get(&new.squad).cloned() else { return Ok(at) };
    let found = ctx.searches.run(move |ws| {
        let definition = scene.coverage.definition();
        let from = Start::last_known(&squads, &squad, at, definition).point();
        let query = dispatch::Query {
            target,
            k: 1,
            at,
            zone: &zone,
            case,
            only_competent: false,
            with_route: false,
            among: None,
            lost: &NONE_LOST,
            slot: scene.slot.as_ref(),
            calibration: scene.calibration.as_deref(),
        };
        let alone = Roster::for_once(Arc::clone(scene.network()), definition.clone());
        dispatch::nearest(&alone, &Arc::new(as_if_free(&squad, from)), ws, &query).squads.pop()
    });
    // The call is handled by now.
    let on_the_way_s = found.await?.map_or(0, |r| r.eta_s - u64::from(r.parts.handling_s));
    Ok(at.plus_ms(on_the_way_s as i64 * 1_000))
}
