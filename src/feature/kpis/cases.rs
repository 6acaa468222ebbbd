//! What became of cases: closed, in time, done again, extended, repeated.

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Ask, Asked, table::table};
use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Span, Timestamp},
    ctx::Ctx,
    domain::{
        incidents::Incident,
        kpis::{self, Cases, Group, Ran, case_definition},
        repeats::{Limits, Sought},
    },
    store,
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CaseKpis {
    from: Timestamp,
    to: Timestamp,
    by: Group,
    /// What is late follows from it.
    as_of: Timestamp,
    as_of_seq: i64,
    definition: String,
    /// By code or word.
    groups: Vec<Cases>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(cases))
}

/// 结案率、按期结案率、返工率、延期率、重复投诉率: what became of cases, each with numerator, denominator and definition.
#[utoipa::path(get, path = "/kpis/cases", operation_id = "case_kpis", tag = "kpis", params(Ask),
    responses((status = 200, content((CaseKpis = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
async fn cases(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Response> {
    let (asked, limits) = (ask.read(&ctx, &caller)?, ctx.settings.repeats);
    // What the first of them may repeat.
    asked.world.incidents.check_at_hand(limits.reach_back(asked.from)).map_err(|e| e.at("from"))?;
    let pauses = store::incidents::pauses(&ctx.db, asked.period(), asked.now).await?;
    let (groups, asked) = ctx.searches.run(move |_| (counted(&asked, &pauses, &limits), asked)).await?;
    let Asked { from, to, by, csv, now, ref world, .. } = asked;
    let definition = case_definition(&limits);
    if csv {
        return Ok(table(&groups, (from, to), Some(by), &definition)?);
    }
    Ok(Json(CaseKpis { from, to, by, as_of: now, as_of_seq: world.seq, definition, groups }).into_response())
}

fn counted(asked: &Asked, pauses: &HashMap<Uuid, Vec<Span>>, limits: &Limits) -> Vec<Cases> {
    let Asked { now, zone, sight, world, .. } = asked;
    let paused = |i: &Incident| pauses.get(&i.id).map_or(&[][..], Vec::as_slice);
    let late = |i: &Incident| {
        let matter = world.matters.get(i.matter.as_ref()?)?;
        world.catalogue.is_late(i, matter, paused(i), zone, *now)
    };
    let ran = |i: &Incident| Ran {
        late: late(i),
        stands: paused(i).iter().any(|span| span.until.is_none()),
        repeats: Sought::of(i).is_some_and(|sought| sought.is_repeat(&world.incidents, limits, sight)),
    };
    let within = asked.incidents();
    kpis::cases(within.iter().map(|i| &**i), asked.period(), asked.grouping(), ran)
}
