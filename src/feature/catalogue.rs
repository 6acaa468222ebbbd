//! What the catalogue says beside its matters: working time, the stages of cases with their limits, scenes, response
//! plans, profiles. Planners and dispatch systems look them up; they come in by `xunge import working-time`, `stages`,
//! `scenes`, `response-plans` and `profile`. Reads only.

use axum::{Json, extract::State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Timestamp},
    ctx::Ctx,
    domain::{
        catalogue::{DayKind, Limit, ResponsePlan, Scene, SpecialDay, Stage, WorkingTime},
        incidents::CaseProfile,
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
    /// Only what holds for this matter; of profiles, what its new cases come under
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

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ResponsePlanList {
    /// A line for each alarm level.
    response_plans: Vec<ResponsePlan>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CaseProfileList {
    /// By name, the latest version of each.
    profiles: Vec<CaseProfile>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfVersion {
    /// The latest one when not given
    version: Option<u32>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(working_time))
        .routes(routes!(due))
        .routes(routes!(stages))
        .routes(routes!(scenes))
        .routes(routes!(response_plans))
        .routes(routes!(profiles))
        .routes(routes!(profile))
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

/// Response plans: what a case wants by its matter, its place and the hour, more of it at each alarm level. What one
/// wants now, and who holds it, `GET /squads/recommendation` tells.
#[utoipa::path(get, path = "/response-plans", operation_id = "list_response_plans", tag = "dispatch", params(OfMatter),
    responses((status = 200, body = ResponsePlanList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn response_plans(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<OfMatter>,
) -> Answer<Json<ResponsePlanList>> {
    let world = ctx.world();
    let matter = ask.matter.as_ref().map(|code| world.matters.meant(code, ctx.now())).transpose()?;
    let fits = |line: &&ResponsePlan| matter.is_none_or(|m| line.of.breadth(Some(m)).is_some());
    let response_plans = world.catalogue.response_plans.all().iter().filter(fits).cloned().collect();
    Ok(Json(ResponsePlanList { response_plans }))
}

/// Profiles: which states cases go through, which may follow which, who may do it, and what must be known then.
#[utoipa::path(get, path = "/profiles", operation_id = "list_profiles", tag = "incidents", params(OfMatter),
    responses((status = 200, body = CaseProfileList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn profiles(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<OfMatter>,
) -> Answer<Json<CaseProfileList>> {
    let world = ctx.world();
    let all = &world.catalogue.profiles;
    let profiles = match &ask.matter {
        Some(code) => vec![CaseProfile::clone(all.of(Some(world.matters.meant(code, ctx.now())?)))],
        None => all.latest_of_each().map(|p| CaseProfile::clone(p)).collect(),
    };
    Ok(Json(CaseProfileList { profiles }))
}

/// One profile; every version that there was stays.
#[utoipa::path(get, path = "/profiles/{profile}", operation_id = "show_profile", tag = "incidents",
    params(("profile" = String, Path, example = "township"), OfVersion),
    responses((status = 200, body = CaseProfile), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn profile(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(profile): Path<Code>,
    Query(ask): Query<OfVersion>,
) -> Answer<Json<CaseProfile>> {
    let world = ctx.world();
    let all = &world.catalogue.profiles;
    let found = match ask.version {
        Some(version) => all.get(&profile, version),
        None => all.latest(&profile),
    };
    let found = found.ok_or_else(|| match ask.version {
        Some(version) => Error::not_found("version of profile", format!("{profile} {version}")),
        None => Error::not_found("profile", &profile),
    })?;
    Ok(Json(CaseProfile::clone(found)))
}
