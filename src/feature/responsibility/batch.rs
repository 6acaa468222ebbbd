//! The same for many places: each names one of a table of distinct answers.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::{
    api::{Answer, Body, May, ProblemBody, rights},
    base::{Code, Error, Kind, LngLat, Timestamp},
    ctx::Ctx,
    domain::{
        lists::Power,
        matters::Matter,
        responsibility::{Ground, OnGround, Responsibility},
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

/// A question, read.
struct Asked<'a> {
    /// By its place among the grounds of the batch.
    ground: usize,
    matter: Option<&'a Matter>,
    power: Power,
    at: Timestamp,
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
    // Many lie on one ground: who is asked there is worked out once.
    let (mut asked, mut grounds): (Vec<Asked>, HashMap<Ground, usize>) = Default::default();
    for (i, question) in ask.questions.iter().enumerate() {
        let inside = |e: Error| e.inside(&format!("questions[{i}]"));
        let point = datum.to_wgs84(LngLat::new(question.lng, question.lat).map_err(inside)?);
        let (power, at) = (question.power.unwrap_or(Power::Penalise), question.at.unwrap_or(now));
        let matter = snapshot.matter(question.matter.as_ref(), at).map_err(inside)?;
        let next = grounds.len();
        let ground = *grounds.entry(Ground::at(&snapshot.areas, point)).or_insert(next);
        asked.push(Asked { ground, matter, power, at });
    }
    let mut by_place: Vec<(&Ground, usize)> = grounds.iter().map(|(ground, n)| (ground, *n)).collect();
    by_place.sort_by_key(|(_, n)| *n);
    let mut prepared: HashMap<(usize, Timestamp), OnGround> = HashMap::new();
    let mut known: HashMap<(usize, Option<&Code>, Power, Timestamp), usize> = HashMap::new();
    // Another ground may have the same answer; it is told once.
    let (mut answers, mut told): (Vec<Responsibility>, HashMap<u64, Vec<usize>>) = Default::default();
    let hashes = RandomState::new();
    let mut results = Vec::with_capacity(asked.len());
    for Asked { ground, matter, power, at } in asked {
        let index = *known.entry((ground, matter.map(|m| &m.code), power, at)).or_insert_with(|| {
            let here = prepared.entry((ground, at)).or_insert_with(|| law.on(by_place[ground].0, at));
            let answer = here.answer(matter, power);
            let like = told.entry(hashes.hash_one(&answer)).or_default();
            like.iter().copied().find(|&same| answers[same] == answer).unwrap_or_else(|| {
                like.push(answers.len());
                answers.push(answer);
                answers.len() - 1
            })
        });
        results.push(index);
    }
    Ok(Json(PowerAnswers { results, answers }))
}
