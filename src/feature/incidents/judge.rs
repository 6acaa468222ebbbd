//! What the legal office says: whose a case is that units return to each other, where it lies that lies in doubt, and what
//! its review of a case came to. Actions with a right of their own.

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
        incidents::{Act, Choice, DecidedBy, Evidence, ReviewResult},
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

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "01957a3e-5c00-7000-8000-000000000025", "result": "rejected",
    "reason": "the hearing was not offered" }))]
struct NewLegalReview {
    /// Made by the client: sending the same review again is safe.
    id: Uuid,
    result: ReviewResult,
    /// When it was done; now when not given.
    at: Option<Timestamp>,
    /// Remarks; what is rejected has some.
    reason: Option<String>,
    /// References to evidence, such as the opinion in writing: at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(judge)).routes(routes!(designate)).routes(routes!(review))
}

/// Says what the legal review (法制审核) of a case came to. What is rejected goes back to be handled; what is approved
/// may be closed, until it is handled anew. The same review again: the incident as it is now.
#[utoipa::path(post, path = "/incidents/{id}/legal-reviews", operation_id = "review_incident", tag = "incidents",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000001")), request_body = NewLegalReview,
    extensions(("x-right" = json!("judge"))), responses((status = 200, body = IncidentWire), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn review(
    May(caller, _): May<rights::Judge>,
    State(ctx): State<Ctx>,
    Path(incident): Path<Uuid>,
    Body(NewLegalReview { id, result, at, reason, evidence }): Body<NewLegalReview>,
) -> Answer<Json<IncidentWire>> {
    let action = NewAction { id, act: Act::LegalReview(result), at, reason, evidence };
    Ok(Json(act(&ctx, &caller, incident, action).await?))
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
    let action = NewAction { id, act: Act::Own(order), at, reason: Some(reason), evidence: Vec::new() };
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
    let action = NewAction { id, act: Act::Decide(choice), at, reason: Some(reason), evidence: Vec::new() };
    Ok(Json(act(&ctx, &caller, incident, action).await?))
}
