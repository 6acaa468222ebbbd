//! What the catalogue says beside its matters: working time, the stages of cases with their limits, scenes. Planners
//! and dispatch systems look them up; they come in by `xunge import working-time`, `stages` and `scenes`. Reads only.

use axum::{Json, extract::State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Code, Error, Timestamp},
    ctx::Ctx,
    domain::{
        catalogue::{DayKind, Limit, Scene, SpecialDay, Stage, WorkingTime},
        squads::{Shifts, WindowWire},
    },
};

/// A day that is not as its day of the week.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WorkingDay {
    /// YYYY-MM-DD
    date: String,
    kind: DayKind,
    name: Option<String>,
    source: Option<String>,
}

/// When people work.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = WorkingTime)]
struct WorkingTimeWire {
    /// Of an ordinary week, in the county's local time.
    #[schema(value_type = Vec<WindowWire>)]
    hours: Shifts,
    source: Option<String>,
    /// Nothing was imported: the hours are a default of this product.
    is_default: bool,
    /// By date.
    days: Vec<WorkingDay>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DueAsked {
    /// When the limit begins to run
    from: Timestamp,
    /// Such as `4 working_hours`, `7 working_days`, `30 minutes`, 7工作日
    limit: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WorkingDue {
    from: Timestamp,
    limit: Limit,
    due_at: Timestamp,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfMatter {
    /// Only what holds for this matter
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StageList {
    stages: Vec<Stage>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SceneList {
    scenes: Vec<Scene>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(working_time))
        .routes(routes!(due))
        .routes(routes!(stages))
        .routes(routes!(scenes))
}

/// When people work: what limits in working hours and working days are counted by.
#[utoipa::path(get, path = "/working-time", operation_id = "show_working_time", tag = "matters",
    responses((status = 200, body = WorkingTimeWire)))]
async fn working_time(_: May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<WorkingTimeWire>> {
    let world = ctx.world();
    let time = &world.catalogue.working_time;
    let day = |(date, day): (&Date, &SpecialDay)| WorkingDay {
        date: date.to_string(),
        kind: day.kind,
        name: day.name.clone(),
        source: day.source.clone(),
    };
    Ok(Json(WorkingTimeWire {
        hours: time.hours.clone(),
        source: time.source.clone(),
        is_default: *time == WorkingTime::default(),
        days: time.days.iter().map(day).collect(),
    }))
}

/// When a limit ends that begins to run at a time.
#[utoipa::path(get, path = "/working-time/due", operation_id = "working_time_due", tag = "matters", params(DueAsked),
    responses((status = 200, body = WorkingDue), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn due(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<DueAsked>) -> Answer<Json<WorkingDue>> {
    let limit: Limit = ask.limit.parse()?;
    let world = ctx.world();
    let due_at = world.catalogue.working_time.due(ask.from, limit, &[], &world.areas.time_zone());
    let too_far = || Error::invalid("limit", format!("{limit} end beyond all days that are counted"));
    Ok(Json(WorkingDue { from: ask.from, limit, due_at: due_at.ok_or_else(too_far)? }))
}

/// The stages in which cases are handled, with their limits and closing conditions.
#[utoipa::path(get, path = "/stages", operation_id = "list_stages", tag = "matters", params(OfMatter),
    responses((status = 200, body = StageList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn stages(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<OfMatter>) -> Answer<Json<StageList>> {
    let world = ctx.world();
    let stages = match &ask.matter {
        Some(code) => world.catalogue.stages_of(world.matters.meant(code, ctx.now())?).into_iter().cloned().collect(),
        None => world.catalogue.stages.clone(),
    };
    Ok(Json(StageList { stages }))
}

/// Scenes (监管一件事): matters that are handled as one thing.
#[utoipa::path(get, path = "/scenes", operation_id = "list_scenes", tag = "matters", params(OfMatter),
    responses((status = 200, body = SceneList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn scenes(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<OfMatter>) -> Answer<Json<SceneList>> {
    let world = ctx.world();
    let matter = ask.matter.as_ref().map(|code| world.matters.meant(code, ctx.now())).transpose()?;
    let fits = |scene: &&Scene| matter.is_none_or(|m| scene.matters.contains(&m.code));
    Ok(Json(SceneList { scenes: world.catalogue.scenes.iter().filter(fits).cloned().collect() }))
}
