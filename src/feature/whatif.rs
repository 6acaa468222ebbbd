//! What if: planners try other posts, squads, shifts and closed roads before anybody decides. Reads
//! only; nothing live changes.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    coverage::{Ask, Considered, incidents, squads},
    disruptions::{Where, everybody},
    squads::NewSquad,
};
use crate::{
    api::{Answer, Body, May, ProblemBody, part, rights},
    base::{Code, Error, LngLat, Result, Seq, Timestamp},
    ctx::{Ctx, View},
    domain::{
        coverage::{
            Basis, Filter,
            difference::Difference,
            ranking::{Gain, Measure, Ranking, Vacancy},
        },
        response::Definition,
        squads::{Profile, Shifts, TURNOUT_MAX_S, WindowWire},
        traffic::Traffic,
        whatif::{Outcome, Patch, Plan},
    },
    kernel::shape::round_deg,
};

const PATCHES_MAX: usize = 100;
const CANDIDATES_MAX: usize = 500;

/// One thing that would be otherwise.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
#[schema(as = WhatIfPatch)]
pub(super) enum PatchWire {
    AddSquad(AddSquad),
    MoveSquad(MoveSquad),
    RemoveSquad(RemoveSquad),
    ReshiftSquad(ReshiftSquad),
    CloseRoads(CloseRoads),
    SlowRoads(SlowRoads),
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddSquad {
    squad: NewSquad,
}

/// It stands at its new post: its last position counts no longer.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveSquad {
    id: Code,
    post: LngLat,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveSquad {
    id: Code,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReshiftSquad {
    id: Code,
    #[schema(value_type = Vec<WindowWire>)]
    shifts: Shifts,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseRoads {
    place: Where,
    /// Who is held up; car, ebike and foot when not given
    #[serde(default = "everybody")]
    profiles: Vec<Profile>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SlowRoads {
    place: Where,
    /// What becomes of the speed, 0.05 to 3
    speed_factor: f64,
    /// Who is held up; car, ebike and foot when not given
    #[serde(default = "everybody")]
    profiles: Vec<Profile>,
}

impl PatchWire {
    /// A tagged enum does not tell where in it something is wrong; its parts do.
    pub(super) fn read(mut patch: Map<String, Value>) -> Result<Self> {
        let op = patch.remove("op").ok_or_else(|| Error::invalid("op", "the patch does not say what it does"))?;
        let body = Value::Object(patch);
        Ok(match op.as_str() {
            Some("add_squad") => Self::AddSquad(part(body)?),
            Some("move_squad") => Self::MoveSquad(part(body)?),
            Some("remove_squad") => Self::RemoveSquad(part(body)?),
            Some("reshift_squad") => Self::ReshiftSquad(part(body)?),
            Some("close_roads") => Self::CloseRoads(part(body)?),
            Some("slow_roads") => Self::SlowRoads(part(body)?),
            _ => {
                let known = "add_squad, move_squad, remove_squad, reshift_squad, close_roads or slow_roads";
                return Err(Error::invalid("op", format!("{op} is not one of {known}")));
            }
        })
    }

    /// The squad that stands elsewhere, and where.
    pub(super) fn post(&self) -> Option<(&Code, LngLat)> {
        match self {
            Self::MoveSquad(MoveSquad { id, post }) => Some((id, *post)),
            _ => None,
        }
    }

    fn patch(self, traffic: &Traffic) -> Result<Patch> {
        Ok(match self {
            Self::AddSquad(a) => Patch::AddSquad(a.squad.read()),
            Self::MoveSquad(MoveSquad { id, post }) => Patch::MoveSquad { id, post },
            Self::RemoveSquad(RemoveSquad { id }) => Patch::RemoveSquad { id },
            Self::ReshiftSquad(ReshiftSquad { id, shifts }) => Patch::ReshiftSquad { id, shifts },
            Self::CloseRoads(CloseRoads { place, profiles }) => {
                Patch::Roads { place: place.read(traffic)?, speed_factor: 0.0, profiles }
            }
            Self::SlowRoads(SlowRoads { speed_factor: 0.0, .. }) => {
                return Err(Error::invalid("speed_factor", "a speed factor of 0 closes: say close_roads"));
            }
            Self::SlowRoads(SlowRoads { place, speed_factor, profiles }) => {
                Patch::Roads { place: place.read(traffic)?, speed_factor, profiles }
            }
        })
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "minutes": 30, "patches": [
        { "op": "move_squad", "id": "andreas", "post": { "lng": -4.38, "lat": 54.32 } },
        { "op": "close_roads", "place": { "street": { "name": "A18" } } }] }))]
struct WhatIf {
    /// From the call to the arrival; 30 when not given
    minutes: Option<u32>,
    /// posts when not given, or live
    basis: Option<Basis>,
    /// Whose shifts count, and how the roads are; now when not given
    at: Option<Timestamp>,
    /// Only squads that travel so; all when not given
    profile: Option<Profile>,
    /// In order; at most 100
    #[schema(value_type = Vec<PatchWire>)]
    patches: Vec<Map<String, Value>>,
}

/// Coverage as it is and as it would be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WhatIfAnswer {
    minutes: u32,
    at: Timestamp,
    basis: Basis,
    definition: Definition,
    squads_before: Considered,
    squads_after: Considered,
    /// The last change that the answer reflects; nothing live was changed.
    as_of_seq: i64,
    /// The oldest position that was used; null where all squads count at their posts.
    as_of: Option<Timestamp>,
    #[serde(flatten)]
    difference: Difference,
}

/// A place where one more squad could be posted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CandidatePost {
    /// Given back with the answer
    id: Option<String>,
    lng: f64,
    lat: f64,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "minutes": 15, "weight": "buildings", "candidates": [
        { "id": "north", "lng": -4.38, "lat": 54.36 }, { "id": "south", "lng": -4.76, "lat": 54.08 }] }))]
struct RankPosts {
    /// 1 to 500
    candidates: Vec<CandidatePost>,
    /// From the call to the arrival; 30 when not given
    minutes: Option<u32>,
    /// Where the squads are that there are already: posts when not given, or live
    basis: Option<Basis>,
    /// Whose shifts count, and how the roads are; now when not given
    at: Option<Timestamp>,
    /// Of the squad to be posted, seconds; 60 when not given
    turnout_s: Option<u32>,
    /// How the squad to be posted travels; car when not given
    profile: Option<Profile>,
    /// What a cell counts: cells when not given, area (m²), buildings or incidents
    weight: Option<Measure>,
}

/// What a squad would add at one place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RankedPost {
    /// From 1
    rank: usize,
    /// Place in the list that was sent, from 0
    index: usize,
    id: Option<String>,
    lng: f64,
    lat: f64,
    /// No road is within the snap limit: a squad could not set out.
    no_road: bool,
    /// Measure that nobody covers now and the squad would
    gain: u64,
    newly_covered_cells: u32,
    /// Cells that nobody reaches now, and the squad would, however late
    newly_reached_cells: u32,
    /// Share of all weight that is covered then; null where nothing weighs
    share_after: Option<f64>,
    /// Mean best response then, by weight, over the cells that somebody reaches now
    mean_best_s: Option<f64>,
    /// By how much that is sooner than now
    sooner_s: Option<f64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RankAnswer {
    minutes: u32,
    at: Timestamp,
    basis: Basis,
    definition: Definition,
    weight: Measure,
    profile: Profile,
    turnout_s: u32,
    squads: Considered,
    /// The last change that the answer reflects.
    as_of_seq: i64,
    /// The oldest position that was used; null where all squads count at their posts.
    as_of: Option<Timestamp>,
    /// Measure of everything: cells, square metres, buildings or incidents
    total: u64,
    /// Share of it that is covered now; null where nothing weighs
    share: Option<f64>,
    /// Mean best response now, by weight, over the cells that somebody reaches
    mean_best_s: Option<f64>,
    /// The largest gain first, then the soonest mean, then as sent; those without a road last.
    candidates: Vec<RankedPost>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(what_if)).routes(routes!(rank_posts))
}

/// Coverage with other squads, posts, shifts and roads; nothing live changes.
#[utoipa::path(post, path = "/coverage/what-if", tag = "coverage", request_body = WhatIf,
    responses((status = 200, body = WhatIfAnswer), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn what_if(_: May<rights::Read>, State(ctx): State<Ctx>, Body(body): Body<WhatIf>) -> Answer<Json<WhatIfAnswer>> {
    let mut ask = Ask::new(&ctx, body.minutes, body.basis, body.at);
    ask.filter = Filter { profile: body.profile, squads: None };
    let (minutes, at, basis) = (ask.minutes, ask.at, ask.basis);
    let (seq, Outcome { definition, difference, before, after }) = outcome(&ctx, ask, body.patches).await?;
    Ok(Json(WhatIfAnswer {
        minutes,
        at,
        basis,
        definition,
        squads_before: Considered::of(&before),
        squads_after: Considered::of(&after),
        as_of_seq: seq,
        as_of: before.as_of,
        difference,
    }))
}

/// What the patches come to, and the last change that this reflects.
pub(super) async fn outcome(ctx: &Ctx, ask: Ask, patches: Vec<Map<String, Value>>) -> Result<(Seq, Outcome)> {
    if patches.len() > PATCHES_MAX {
        return Err(Error::invalid("patches", format!("{} patches are more than {PATCHES_MAX}", patches.len())));
    }
    let inside = |i: usize| move |e: Error| e.inside(&format!("patches[{i}]"));
    let read = patches.into_iter().enumerate().map(|(i, patch)| PatchWire::read(patch).map_err(inside(i)));
    let patches = read.collect::<Result<Vec<_>>>()?;
    let world = ctx.world();
    let traffic = world.traffic()?;
    let tally = incidents(ctx, &world, traffic.imported().coverage.ground());
    let ((squads, zone), seq) = (squads(&world, ask.at), world.as_of_seq());
    let work = move |ws: &mut _| -> Result<Outcome> {
        let mut plan = Plan::new(&squads);
        for (i, wire) in patches.into_iter().enumerate() {
            let applied = wire.patch(&traffic).and_then(|patch| plan.apply(patch, &traffic, ask.at));
            applied.map_err(inside(i))?;
        }
        plan.outcome(ws, &traffic, ask.who(&squads, &zone), ask.minutes, &tally)
    };
    Ok((seq, ctx.studies.run(work).await??))
}

/// Places for one more squad, by what each would add to coverage.
#[utoipa::path(post, path = "/coverage/rank-posts", tag = "coverage", request_body = RankPosts,
    responses((status = 200, body = RankAnswer), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn rank_posts(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Body(body): Body<RankPosts>,
) -> Answer<Json<RankAnswer>> {
    let places = check_candidates(body.candidates.iter().map(|c| LngLat { lng: c.lng, lat: c.lat }))?;
    let ask = Ask::new(&ctx, body.minutes, body.basis, body.at);
    let (weight, profile) = (body.weight.unwrap_or(Measure::Cells), body.profile.unwrap_or(Profile::Car));
    let turnout_s = body.turnout_s.unwrap_or(60);
    if turnout_s > TURNOUT_MAX_S {
        let detail = format!("turnout of {turnout_s} s is over {TURNOUT_MAX_S} s");
        return Err(Error::invalid("turnout_s", detail).into());
    }
    let View { world, scene } = ctx.view(ask.at).await?;
    let tally = incidents(&ctx, &world, scene.coverage.ground());
    let ((squads, zone), seq) = (squads(&world, ask.at), world.as_of_seq());
    let definition = scene.coverage.definition().clone();
    let (minutes, at, basis) = (ask.minutes, ask.at, ask.basis);
    let work = move |ws: &mut _| -> Result<_> {
        let covered = scene.covered(ws, ask.who(&squads, &zone), ask.minutes)?;
        let vacancy = Vacancy { profile, turnout_s, weight, incidents: &tally };
        let ranking = covered.coverage.rank(ws, &places, vacancy);
        Ok((covered, ranking))
    };
    let (covered, ranking) = ctx.studies.run(work).await??;
    let ranked = (1..).zip(&ranking.gains).map(|(rank, gain)| RankedPost::of(rank, gain, &ranking, &body.candidates));
    Ok(Json(RankAnswer {
        minutes,
        at,
        basis,
        definition,
        weight,
        profile,
        turnout_s,
        squads: Considered::of(&covered.placement),
        as_of_seq: seq,
        as_of: covered.placement.as_of,
        total: ranking.total.round() as u64,
        share: share(ranking.covered, ranking.total),
        mean_best_s: ranking.mean_best_ms.map(seconds),
        candidates: ranked.collect(),
    }))
}

/// Refuses none, too many, and what is no place.
pub(super) fn check_candidates(places: impl ExactSizeIterator<Item = LngLat>) -> Result<Vec<LngLat>> {
    let count = places.len();
    if !(1..=CANDIDATES_MAX).contains(&count) {
        return Err(Error::invalid("candidates", format!("{count} candidates are not 1 to {CANDIDATES_MAX}")));
    }
    let place =
        |(i, at): (usize, LngLat)| LngLat::new(at.lng, at.lat).map_err(|e| e.inside(&format!("candidates[{i}]")));
    places.enumerate().map(place).collect()
}

impl RankedPost {
    fn of(rank: usize, gain: &Gain, ranking: &Ranking, candidates: &[CandidatePost]) -> Self {
        let candidate = &candidates[gain.place];
        let sooner = ranking.mean_best_ms.zip(gain.mean_best_ms).map(|(now, then)| now - then);
        Self {
            rank,
            index: gain.place,
            id: candidate.id.clone(),
            lng: round_deg(candidate.lng),
            lat: round_deg(candidate.lat),
            no_road: gain.no_road,
            gain: gain.gain.round() as u64,
            newly_covered_cells: gain.covered_cells,
            newly_reached_cells: gain.reached_cells,
            share_after: share(ranking.covered + gain.gain, ranking.total),
            mean_best_s: gain.mean_best_ms.map(seconds),
            sooner_s: sooner.map(seconds),
        }
    }
}

fn share(covered: f64, total: f64) -> Option<f64> {
    (total > 0.0).then(|| covered / total)
}

/// Milliseconds as seconds, to the millisecond.
fn seconds(ms: f64) -> f64 {
    ms.round() / 1_000.0
}
