//! The change log for people: who changed what, and when. Reads only; `xunge audit` reads it on the command
//! line, and verifies it.

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    assignments::is_seen as assignments_seen, calls::found as call_found, officers::is_seen as officer_seen,
    whistles::is_seen as whistle_seen,
};
use crate::{
    api::{Answer, May, ProblemBody, Query, next_link, page_limit, rights},
    base::{Error, Kind, Result, Seq, Timestamp},
    change::Change,
    ctx::Ctx,
    domain::{
        assignments,
        auth::{self, Sight},
        calls, handovers, incidents, officers, squads, whistles,
    },
    store::{audit, log},
    world::World,
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// Only changes at or after
    since: Option<Timestamp>,
    /// Only those that this one caused: a key's id, `keyless` or `command line`
    actor: Option<String>,
    /// Only those of this kind, such as incident
    kind: Option<String>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// Only those behind this seq
    #[param(value_type = Option<i64>)]
    after: Option<Seq>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LoggedChange {
    #[schema(value_type = i64)]
    seq: Seq,
    at: Timestamp,
    /// A key's id, `keyless` or `command line`
    actor: String,
    kind: String,
    /// What was changed, as it was written
    #[schema(value_type = Object)]
    body: Value,
    /// Over this row and all before it; null in rows from before there were hashes
    hash: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ChangeList {
    /// In the order in which they were written; those in the caller's scope.
    changes: Vec<LoggedChange>,
    /// The next page, with every filter of this one.
    next: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LogHead {
    #[schema(value_type = i64)]
    seq: Seq,
    hash: String,
    /// To be kept elsewhere: `xunge audit verify --head` takes it.
    mark: String,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(head))
}

/// The change log, the oldest first.
#[utoipa::path(get, path = "/log", operation_id = "list_changes", tag = "log", params(Params),
    extensions(("x-right" = json!("audit"))),
    responses((status = 200, body = ChangeList), (status = 400, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Audit>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(params): Query<Params>,
) -> Answer<Json<ChangeList>> {
    let Params { since, actor, kind, limit, after } = params;
    let limit = page_limit(limit, PAGE_DEFAULT, PAGE_MAX)?;
    let filter = audit::Filter { since, actor, kind };
    let (world, mut after) = (ctx.world(), after.unwrap_or(0));
    let sight = caller.sight(&world);
    let mut tx = ctx.db.begin_read().await?;
    let mut changes = Vec::new();
    let next = 'read: loop {
        let rows = audit::filtered(&mut tx, after, &filter).await?;
        let Some(last) = rows.last() else { break None };
        after = last.seq;
        for row in rows {
            if !is_row_seen(&ctx, &world, &row.body, &sight).await? {
                continue;
            }
            if let Some(last) = changes.get(limit - 1).map(|change: &LoggedChange| change.seq) {
                break 'read Some(next_link(uri.path(), uri.query(), &last.to_string()));
            }
            // What is no JSON was not written here.
            let body = serde_json::from_str(&row.body).unwrap_or_else(|_| json!({ "unreadable": row.body }));
            let at = Timestamp::from_ms(row.at_ms)?;
            changes.push(LoggedChange { seq: row.seq, at, actor: row.actor, kind: row.kind, body, hash: row.hash });
        }
    };
    Ok(Json(ChangeList { changes, next }))
}

/// Where the change log ends. Whoever keeps this elsewhere can tell later whether anything before it was changed.
#[utoipa::path(get, path = "/log/head", operation_id = "show_log_head", tag = "log",
    extensions(("x-right" = json!("audit"))),
    responses((status = 200, body = LogHead), (status = 409, body = ProblemBody)))]
async fn head(_: May<rights::Audit>, State(ctx): State<Ctx>) -> Answer<Json<LogHead>> {
    let mark = log::mark_tx(&mut ctx.db.begin_read().await?).await?;
    let mark = mark.ok_or_else(|| Error::conflict("nothing was written yet"))?;
    Ok(Json(LogHead { mark: mark.to_string(), seq: mark.seq, hash: mark.hash }))
}

/// As [`is_seen`], of what is kept; who read of whom is seen with the incident, keys are not part of a county,
/// and what can't be read may speak of anything.
async fn is_row_seen(ctx: &Ctx, world: &World, body: &str, sight: &Sight) -> Result<bool> {
    if sight.is_everything() {
        return Ok(true);
    }
    let Ok(change) = Change::read(body) else { return Ok(false) };
    if let Some(incidents::Change::ReporterRead { id } | incidents::Change::Remark { id, .. }) = change.of() {
        return match ctx.incident(*id, sight).await {
            // Who called is read before it is located, too.
            Err(e) if e.kind == Kind::NotFound => Ok(call_found(ctx, *id, sight).await.is_ok()),
            found => found.map(|_| true),
        };
    }
    Ok(change.of::<auth::Change>().is_none() && is_seen(world, &change, sight))
}

/// Whether what was changed is in sight; what is no record is everybody's.
pub fn is_seen(world: &World, change: &Change, sight: &Sight) -> bool {
    match change.of() {
        Some(incidents::Change::Incident { incident }) => return incident.is_seen(sight),
        Some(incidents::Change::Remark { id, .. }) if !sight.is_everything() => {
            return world.incidents.get(id).is_some_and(|incident| incident.is_seen(sight));
        }
        _ => {}
    }
    if let Some(squads::Change::Squad { squad }) = change.of() {
        return sight.sees_squad(squad);
    }
    match change.of() {
        Some(officers::Change::Officer { officer }) => return officer_seen(officer, sight, world),
        Some(officers::Change::OfficerRead { id }) => {
            return world.officers.get(id).is_some_and(|officer| officer_seen(officer, sight, world));
        }
        Some(officers::Change::OfficersReplaced { .. }) | None => {}
    }
    if let Some(calls::Change::Call { call }) = change.of() {
        return call.is_seen(sight);
    }
    if let Some(handovers::Change::Handover { handover }) = change.of() {
        return handover.is_seen(sight);
    }
    if let Some(whistles::Change::Whistle { whistle }) = change.of() {
        return whistle_seen(whistle, sight, world);
    }
    match change.of() {
        Some(assignments::Change::Assignment { assignment }) => assignments_seen(assignment, sight, world),
        None => true,
    }
}
