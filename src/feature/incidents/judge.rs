//! What judges decide: whose a case is that units return to each other, and where it lies that lies in doubt. Actions
//! with a right of their own.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    IncidentWire,
    life::{NewAction, act},
};
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, rights},
    base::{Code, Timestamp},
    ctx::Ctx,
    domain::{
        incidents::{Act, Choice, DecidedBy},
        lists::Power,
        ownership::{Judgement, LikeCases, Order},
    },
};

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000023", "to": "T-DOUGLAS", "power": "penalise",
    "reason": "its list has had it since spring",
    "like_cases": { "area": "990001107000", "until": "2027-01-01T00:00:00+08:00" } }))]
struct NewJudgement {
    /// Made by the client: sending the same judgement again is safe.
    id: Uuid,
    /// Whose it is from now on.
    to: Code,
    /// With a power that a list gives it; without one it gets the handling and coordination.
    power: Option<Power>,
    /// So it is for like cases, too.
    like_cases: Option<LikeCases>,
    /// When it was decided; now when not given.
    at: Option<Timestamp>,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000024", "area": "990001107000",
    "reason": "the stall stands on the landward side" }))]
struct NewDesignation {
    /// Made by the client: sending the same designation again is safe.
    id: Uuid,
    /// The township or special area that it lies in, one of the candidates.
    area: Code,
    /// When it was decided; now when not given.
    at: Option<Timestamp>,
    reason: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(judge)).routes(routes!(designate))
}

/// Decides whose a case is that was returned again: among units that a list gives the power, or who else handles and
/// coordinates it. Nobody creates power. The same judgement again: the incident as it is now.
#[utoipa::path(post, path = "/incidents/{id}/judgements", operation_id = "judge_incident", tag = "incidents",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewJudgement,
    extensions(("x-right" = json!("judge"))), responses((status = 200, body = IncidentWire), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn judge(
    May(caller, _): May<rights::Judge>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(NewJudgement { id, to, power, like_cases, at, reason }): Body<NewJudgement>,
) -> Answer<Json<IncidentWire>> {
    let order = Order::Judge(Judgement { to, power, like_cases });
    let action = NewAction { id, act: Act::Own(order), at, reason: Some(reason) };
    Ok(Json(act(&ctx, &caller, incident, action).await?))
}

/// Says in which of the areas in doubt a case lies (指定管辖), over whoever filed it first and whatever was agreed; later
/// answers about the case keep it. What was agreed, or taken on first, its units say themselves: `decide` among the
/// actions of an incident. The same designation again: the incident as it is now.
#[utoipa::path(post, path = "/incidents/{id}/designations", operation_id = "designate_incident", tag = "incidents",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewDesignation,
    extensions(("x-right" = json!("judge"))), responses((status = 200, body = IncidentWire), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn designate(
    May(caller, _): May<rights::Judge>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(NewDesignation { id, area, at, reason }): Body<NewDesignation>,
) -> Answer<Json<IncidentWire>> {
    let choice = Choice { area, by: DecidedBy::Designation, over: None };
    let action = NewAction { id, act: Act::Decide(choice), at, reason: Some(reason) };
    Ok(Json(act(&ctx, &caller, incident, action).await?))
}
