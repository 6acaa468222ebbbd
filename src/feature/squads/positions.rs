//! Positions of squads, as devices send them.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};

use super::own;
use crate::{
    api::{Answer, Body, May, ProblemBody, rights},
    base::{Code, Error, Kind, Timestamp},
    ctx::Ctx,
    domain::squads::Fix,
};

const POSITIONS_MAX: usize = 10_000;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Position {
    squad: Code,
    /// degrees, WGS-84
    lng: f64,
    /// degrees, WGS-84
    lat: f64,
    fixed_at: Timestamp,
    /// metres
    accuracy_m: Option<f64>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PositionBatch, example = json!({ "positions": [{
    "squad": "andreas", "lng": -4.4395, "lat": 54.3658, "fixed_at": "2026-03-04T10:00:00Z", "accuracy_m": 8 }] }))]
pub struct Batch {
    /// At most 10,000.
    positions: Vec<Position>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RefusedPosition {
    index: usize,
    reason: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Received {
    received: usize,
    refused: Vec<RefusedPosition>,
}

/// Takes positions: received, not promised. Of several for one squad the newest fix counts; one at 0,0,
/// over 100 km from the roads, or where the squad can't have come (at 250 km/h and 2 km for noise) is
/// refused, and the last good one stays. Of three in a row that agree with each other the third is taken.
#[utoipa::path(post, path = "/positions", operation_id = "send_positions", tag = "squads", request_body = Batch,
    extensions(("x-right" = json!("position"))), responses((status = 202, body = Received), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn send(
    May(caller, _): May<rights::Position>,
    State(ctx): State<Ctx>,
    Body(batch): Body<Batch>,
) -> Answer<(StatusCode, Json<Received>)> {
    if batch.positions.len() > POSITIONS_MAX {
        let detail = format!("{} positions are more than the {POSITIONS_MAX} of one batch", batch.positions.len());
        return Err(Error::new(Kind::TooLarge, detail).at("positions").into());
    }
    let world = ctx.world();
    let (sent, now, sight) = (batch.positions.len(), ctx.now(), caller.sight(&world));
    let roads = world.roads.network().and_then(|n| n.extent());
    let (mut indexes, mut fixes, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (index, p) in batch.positions.into_iter().enumerate() {
        let known = world.squads.get(&p.squad).filter(|s| sight.sees_squad(s));
        match known
            .ok_or_else(|| Error::not_found("squad", &p.squad))
            .and_then(|_| own(&caller, &p.squad))
            .and_then(|()| Fix::read((p.lng, p.lat), p.fixed_at, p.accuracy_m, roads, now))
        {
            Ok(fix) => {
                indexes.push(index);
                fixes.push((p.squad, fix));
            }
            Err(e) => refused.push((index, e)),
        }
    }
    drop(world);
    refused.extend(ctx.observe(&fixes)?.into_iter().map(|(i, e)| (indexes[i], e)));
    refused.sort_by_key(|(index, _)| *index);
    let refused: Vec<_> =
        refused.into_iter().map(|(index, e)| RefusedPosition { index, reason: e.to_string() }).collect();
    let received = sent - refused.len();
    Ok((StatusCode::ACCEPTED, Json(Received { received, refused })))
}
