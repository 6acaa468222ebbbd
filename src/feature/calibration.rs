//! Calibration: factors on travel times from observed arrivals, shown, put in force and taken out.
//! A document of its own; emits `Change::Calibration`.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, ProblemBody, Query, flag, rights},
    base::{Error, Result},
    ctx::Ctx,
    domain::{
        calibration::{Calibration, Ground, SAMPLES_MIN, fit, model},
        squads::Profile,
    },
    store,
};

/// The latest arrivals of each profile that are fitted: enough for every class and slot, and routed
/// within a few seconds.
const FITTED_MAX: usize = 5_000;
/// Arrivals that are routed in one search: others get a turn between.
const AT_ONCE: usize = 500;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// Fit anew from the arrivals there are now, and change nothing
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    fit: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CalibrationState {
    /// As in every definition: `uncalibrated`, or since when and from how many arrivals.
    calibration: String,
    /// What was put in force last.
    in_force: Option<Calibration>,
    /// Why it does not hold for the roads and slots of now, where it doesn't.
    set_aside: Option<String>,
    /// How many arrivals there are.
    arrivals: u64,
    /// What the latest 5,000 arrivals of each profile say, where it was asked for.
    fit: Option<Calibration>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(show, put_in_force, withdraw))
}

/// What corrects the travel times: factors by profile, slot and road class, with their errors.
#[utoipa::path(get, path = "/calibration", operation_id = "show_calibration", tag = "calibration", params(Ask),
    responses((status = 200, body = CalibrationState)))]
async fn show(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Json<CalibrationState>> {
    let fit = if ask.fit { Some(fitted(&ctx).await?) } else { None };
    Ok(Json(state(&ctx, fit)))
}

/// Fits from the arrivals there are now, and puts it in force.
#[utoipa::path(post, path = "/calibration", operation_id = "put_calibration_in_force", tag = "calibration",
    extensions(("x-right" = json!("catalogue"))), responses((status = 200, body = CalibrationState), (status = 409, body = ProblemBody)))]
async fn put_in_force(
    May(caller, _): May<rights::Catalogue>,
    State(ctx): State<Ctx>,
) -> Answer<Json<CalibrationState>> {
    let calibration = fitted(&ctx).await?;
    if !calibration.is_any() {
        let used: Vec<_> = calibration.profiles.iter().map(|p| format!("{} of {}", p.n, p.profile.as_str())).collect();
        let detail = format!("too few arrivals can be used: {}; a profile needs {SAMPLES_MIN}", used.join(", "));
        return Err(Error::conflict(detail).into());
    }
    let put = ctx.change(&caller.actor, async |mut write| {
        store::documents::put_calibration(&mut write, Some(&calibration)).await?;
        Ok((write, ()))
    });
    put.await?;
    Ok(Json(state(&ctx, None)))
}

/// Takes the calibration out of force; the arrivals stay.
#[utoipa::path(delete, path = "/calibration", operation_id = "withdraw_calibration", tag = "calibration",
    extensions(("x-right" = json!("catalogue"))), responses((status = 204)))]
async fn withdraw(May(caller, _): May<rights::Catalogue>, State(ctx): State<Ctx>) -> Answer<StatusCode> {
    let withdrawn = ctx.change(&caller.actor, async |mut write| {
        if store::documents::calibration(&mut write.tx).await?.is_some() {
            store::documents::put_calibration(&mut write, None).await?;
        }
        Ok((write, ()))
    });
    withdrawn.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn state(ctx: &Ctx, fit: Option<Calibration>) -> CalibrationState {
    let world = ctx.world();
    CalibrationState {
        calibration: world.calibration_words(),
        in_force: world.calibration.0.as_deref().cloned(),
        set_aside: world.calibration_set_aside(),
        arrivals: world.arrivals.count,
        fit,
    }
}

async fn fitted(ctx: &Ctx) -> Result<Calibration> {
    let ground = {
        let world = ctx.world();
        let network = Arc::clone(world.traffic()?.imported().network());
        let (slots, zone) = (Arc::clone(&world.slots), world.areas.time_zone());
        Arc::new(Ground { network, slots, zone, definition: ctx.definition.clone() })
    };
    let mut modelled = Vec::new();
    for profile in Profile::ALL {
        let arrivals = store::arrivals::latest(&ctx.db, profile, FITTED_MAX).await?;
        for some in arrivals.chunks(AT_ONCE) {
            let (some, ground) = (some.to_vec(), Arc::clone(&ground));
            modelled.extend(ctx.searches.run(move |ws| model(&some, &ground, ws)).await?);
        }
    }
    let now = ctx.now();
    ctx.searches.run(move |_| fit(modelled, &ground, now)).await
}
