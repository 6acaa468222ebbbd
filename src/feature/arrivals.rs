//! Arrivals: dispatch systems report drives that ended; calibration is fitted from them. Table
//! `arrivals`; emits `Change::Arrivals`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::areas::to_wgs84;
use crate::{
    api::{Answer, Body, May, ProblemBody, Query, cursor, ended, next_link, page_limit, rights},
    base::{Code, Error, Kind, LngLat, Result, Timestamp},
    ctx::Ctx,
    domain::{
        arrivals::{Arrival, Arrivals},
        dispatch,
        squads::{Profile, Squads},
    },
    store::{self, Receipt, Write, arrivals::Filter},
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;
const BATCH_MAX: usize = 1_000;

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000003", "squad": "andreas", "from": { "lng": -4.4395, "lat": 54.3658 },
    "to": { "lng": -4.4779, "lat": 54.3201 }, "departed_at": "2026-03-04T10:01:00Z",
    "arrived_at": "2026-03-04T10:11:30Z" }))]
struct NewArrival {
    /// Made by the client: sending the same arrival again is safe.
    id: Uuid,
    squad: Code,
    /// How the squad travelled; its own profile when not given.
    profile: Option<Profile>,
    from: LngLat,
    to: LngLat,
    /// Of both places: wgs84 (default), cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// Wheels turning.
    departed_at: Timestamp,
    /// On the scene, at most 6 hours later.
    arrived_at: Timestamp,
}

impl NewArrival {
    fn arrival(&self, profile: Profile) -> Result<Arrival> {
        let place = |name: &str, at| {
            let inside = |e: Error| match e.field.as_deref() {
                Some(axis @ ("lng" | "lat")) => Error { field: Some(format!("{name}.{axis}")), ..e },
                _ => e,
            };
            to_wgs84(at, self.datum.as_deref()).map_err(inside)
        };
        Ok(Arrival {
            id: self.id,
            squad: self.squad.clone(),
            profile: self.profile.unwrap_or(profile),
            from: place("from", self.from)?,
            to: place("to", self.to)?,
            departed_at: self.departed_at,
            arrived_at: self.arrived_at,
        })
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "arrivals": [{
    "id": "01957a3e-5c00-7000-8000-000000000004", "squad": "andreas", "from": { "lng": -4.4395, "lat": 54.3658 },
    "to": { "lng": -4.3847, "lat": 54.3227 }, "departed_at": "2026-03-04T11:20:00Z",
    "arrived_at": "2026-03-04T11:29:10Z" }] }))]
struct ArrivalBatch {
    /// At most 1,000.
    arrivals: Vec<NewArrival>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RefusedArrival {
    index: usize,
    id: Uuid,
    reason: String,
}

#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
struct TakenArrivals {
    created: usize,
    /// The same were there already.
    known: usize,
    refused: Vec<RefusedArrival>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Code
    squad: Option<Code>,
    profile: Option<Profile>,
    /// Departed at or after
    from: Option<Timestamp>,
    /// Departed before
    to: Option<Timestamp>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// Where the page before ended
    after: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ArrivalList {
    /// The latest departure first.
    arrivals: Vec<Arrival>,
    /// The next page, with every filter of this one.
    next: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list, report)).routes(routes!(report_many))
}

/// Observed drives by squad, profile and time of departure; of squads in the caller's scope.
#[utoipa::path(get, path = "/arrivals", operation_id = "list_arrivals", tag = "calibration", params(List),
    responses((status = 200, body = ArrivalList)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<List>,
) -> Answer<Json<ArrivalList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let mut after = ask.after.as_deref().map(cursor).transpose()?;
    let filter = Filter { squad: ask.squad, profile: ask.profile, from: ask.from, to: ask.to };
    let world = ctx.world();
    let sight = caller.sight(&world);
    let mut arrivals = Vec::new();
    loop {
        let page = store::arrivals::page(&ctx.db, &filter, after, limit).await?;
        let is_last = page.len() < limit;
        after = page.last().map(|a| (a.departed_at, a.id));
        arrivals.extend(page.into_iter().filter(|a| dispatch::is_seen(&a.squad, &world.squads, &sight)));
        if is_last || arrivals.len() >= limit {
            break;
        }
    }
    arrivals.truncate(limit);
    let last = (arrivals.len() == limit).then(|| arrivals.last()).flatten();
    let next = last.map(|a| next_link(uri.path(), uri.query(), &ended((a.departed_at, a.id))));
    Ok(Json(ArrivalList { arrivals, next }))
}

/// Reports one arrival. The same arrival again: 200.
#[utoipa::path(post, path = "/arrivals", operation_id = "report_arrival", tag = "calibration", request_body = NewArrival,
    extensions(("x-right" = json!("roads"))), responses((status = 201, body = Arrival), (status = 200, body = Arrival), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn report(
    May(caller, _): May<rights::Roads>,
    State(ctx): State<Ctx>,
    Body(report): Body<NewArrival>,
) -> Answer<(StatusCode, Json<Arrival>)> {
    let squads = Arc::clone(&ctx.world().squads);
    let taken = ctx.change(&caller.actor, async |mut write| {
        let (arrival, created) = take(&mut write, &report, &squads, ctx.now()).await?;
        store::arrivals::record(&mut write, usize::from(created));
        Ok((write, (arrival, created)))
    });
    let (arrival, created) = taken.await?;
    Ok((if created { StatusCode::CREATED } else { StatusCode::OK }, Json(arrival)))
}

/// Reports many arrivals; each is taken or refused by itself.
#[utoipa::path(post, path = "/arrivals/batch", operation_id = "report_arrivals", tag = "calibration",
    request_body = ArrivalBatch,
    extensions(("x-right" = json!("roads"))), responses((status = 200, body = TakenArrivals), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn report_many(
    May(caller, _): May<rights::Roads>,
    State(ctx): State<Ctx>,
    Body(batch): Body<ArrivalBatch>,
) -> Answer<Json<TakenArrivals>> {
    if batch.arrivals.len() > BATCH_MAX {
        let detail = format!("{} arrivals are more than the {BATCH_MAX} of one batch", batch.arrivals.len());
        return Err(Error::new(Kind::TooLarge, detail).at("arrivals").into());
    }
    let squads = Arc::clone(&ctx.world().squads);
    let taken = ctx.change(&caller.actor, async |mut write| {
        let mut taken = TakenArrivals::default();
        for (index, report) in batch.arrivals.iter().enumerate() {
            match take(&mut write, report, &squads, ctx.now()).await {
                Ok((_, true)) => taken.created += 1,
                Ok((_, false)) => taken.known += 1,
                Err(e) if matches!(e.kind, Kind::Invalid | Kind::Conflict) => {
                    taken.refused.push(RefusedArrival { index, id: report.id, reason: e.to_string() });
                }
                Err(e) => return Err(e),
            }
        }
        store::arrivals::record(&mut write, taken.created);
        Ok((write, taken))
    });
    Ok(Json(taken.await?))
}

/// Takes a report exactly once; says whether this call did. One that was taken stays taken, even if
/// its squad is gone by now.
async fn take(w: &mut Write, report: &NewArrival, squads: &Squads, now: Timestamp) -> Result<(Arrival, bool)> {
    let receipt = Receipt::of::<Arrivals>(report.id, report)?;
    let sent = receipt.was_sent(&mut w.tx).await?;
    if let Some(former) = store::arrivals::get(&mut w.tx, report.id).await? {
        // From before there were receipts, or from a file: it says the same.
        let same = sent || report.arrival(former.profile).is_ok_and(|a| a == former);
        return if same { Ok((former, false)) } else { Err(receipt.clash()) };
    }
    let squad = Arrival::of(&report.squad, squads)?;
    let arrival = report.arrival(report.profile.map_or_else(|| Arrival::profile_of(squad), Ok)?)?;
    arrival.check(now)?;
    // Another call may be faster just now.
    let created = receipt.keep(w).await? && store::arrivals::insert(&mut w.tx, &arrival).await?.is_none();
    Ok((arrival, created))
}
