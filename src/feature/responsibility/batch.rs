//! The same for many places: each names one of a table of distinct answers.

use std::collections::HashMap;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::{
    api::{Answer, Body, May, ProblemBody, rights},
    base::{Code, Error, Kind, LngLat, Timestamp},
    ctx::Ctx,
    domain::{
        lists::Power,
        responsibility::{Ground, Responsibility},
    },
    feature::areas::datum,
};

/// Most places of one batch.
const BATCH_MAX: usize = 10_000;

/// One question of a batch.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PowerQuestion {
    lng: f64,
    lat: f64,
    /// Code of the matter; not known when not given.
    #[schema(value_type = Option<String>)]
    matter: Option<Code>,
    /// `penalise` when not given.
    power: Option<Power>,
    /// When the case was filed; that of the whole batch when not given.
    at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "questions": [{ "lng": -4.4779, "lat": 54.1498, "matter": "CG-001" },
        { "lng": -4.6963, "lat": 54.0733, "matter": "CG-001", "power": "inspect" }] }))]
pub(super) struct PowerQuestions {
    /// At most 10,000.
    questions: Vec<PowerQuestion>,
    /// wgs84 when not given, cgcs2000, gcj02 or bd09.
    datum: Option<String>,
    /// Now when not given.
    at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PowerAnswers {
    /// For each question, in order, the place of its answer among `answers`, counted from 0.
    results: Vec<usize>,
    /// Each once.
    answers: Vec<Responsibility>,
}

/// Who has the power at each of many places.
#[utoipa::path(post, path = "/responsibility", operation_id = "responsibility_many", tag = "responsibility",
    request_body = PowerQuestions, responses((status = 200, body = PowerAnswers), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(super) async fn many(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Body(ask): Body<PowerQuestions>,
) -> Answer<Json<PowerAnswers>> {
    if ask.questions.len() > BATCH_MAX {
        let detail = format!("{} questions are more than the {BATCH_MAX} of one batch", ask.questions.len());
        return Err(Error::new(Kind::TooLarge, detail).at("questions").into());
    }
    let datum = datum(ask.datum.as_deref())?;
    let (snapshot, now) = (Snapshot(ctx.world()), ask.at.unwrap_or_else(|| ctx.now()));
    let law = snapshot.law();
    let mut known: HashMap<(Ground, Option<&Code>, Power, Timestamp), usize> = HashMap::new();
    // Another ground may have the same answer; it is told once.
    let (mut answers, mut told) = (Vec::new(), HashMap::new());
    let mut results = Vec::with_capacity(ask.questions.len());
    for (i, question) in ask.questions.iter().enumerate() {
        let inside = |e: Error| e.inside(&format!("questions[{i}]"));
        let point = datum.to_wgs84(LngLat::new(question.lng, question.lat).map_err(inside)?);
        let matter = snapshot.matter(question.matter.as_ref()).map_err(inside)?;
        let (power, at) = (question.power.unwrap_or(Power::Penalise), question.at.unwrap_or(now));
        let ground = Ground::at(&snapshot.areas, point);
        let key = (ground, matter.map(|m| &m.code), power, at);
        let at_index = match known.get(&key) {
            Some(&index) => index,
            None => {
                let answer = law.answer(&key.0, matter, power, at);
                let index = *told.entry(answer).or_insert_with_key(|answer| {
                    answers.push(answer.clone());
                    answers.len() - 1
                });
                known.insert(key, index);
                index
            }
        };
        results.push(at_index);
    }
    Ok(Json(PowerAnswers { results, answers }))
}
