//! Officers: dispatch systems read whose certificates are in force and note who is recused; who an officer is, only
//! those read who may know. They come in by `xunge import officers`. Tables `officers`, `officer_certificates`,
//! `officer_recusals` and `officer_persons`; emits `Change::Officer`.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, Query, Tag, next_link, page_limit, rights},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        officers::{Officer, Recusals},
    },
    feature::ownership::acts_for,
    store,
    world::World,
};

const PAGE_DEFAULT: usize = 200;
const PAGE_MAX: usize = 1_000;

/// An officer as clients see it: without anything personal.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = OfficerWhole)]
pub struct OfficerWire {
    #[serde(flatten)]
    #[schema(inline)]
    officer: Officer,
    /// A certificate is in force at `at`.
    certified: bool,
    /// The squads that list it.
    squads: Vec<Code>,
}

impl OfficerWire {
    fn of(officer: &Officer, world: &World, at: Timestamp) -> Self {
        let squads = world.squads.all().filter(|s| s.officers.contains(&officer.id)).map(|s| s.id.clone());
        Self { officer: officer.clone(), certified: officer.is_certified(at, None), squads: squads.collect() }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfficersAsked {
    /// Certified when? Now when not given
    at: Option<Timestamp>,
    /// Only of this unit
    #[param(value_type = Option<String>)]
    unit: Option<Code>,
    /// Only those with a certificate in force, or only those without
    #[param(value_type = Option<bool>)]
    certified: Option<bool>,
    /// 200 when not given, at most 1000
    limit: Option<usize>,
    /// The last id of the page before
    after: Option<Code>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OfficerList {
    /// By id.
    officers: Vec<OfficerWire>,
    next: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CertifiedAt {
    /// Certified when? Now when not given
    at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfficerPatch, example = json!({ "recused_from": { "areas": ["990001107000"], "incidents": [] } }))]
struct Patch {
    /// In the place of the former ones.
    recused_from: Recusals,
}

/// Who an officer is: personal data.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OfficerPerson {
    name: Option<String>,
    contact: Option<String>,
    /// In the order of the certificates; empty where the number is not known.
    certificate_numbers: Vec<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, patch)).routes(routes!(person))
}

/// Officers by id: those of the caller's units and areas.
#[utoipa::path(get, path = "/officers", operation_id = "list_officers", tag = "squads", params(OfficersAsked),
    responses((status = 200, body = OfficerList), (status = 400, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<OfficersAsked>,
) -> Answer<Json<OfficerList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let (world, at) = (ctx.world(), ask.at.unwrap_or_else(|| ctx.now()));
    let sight = caller.sight(&world);
    let fits = |officer: &&Arc<Officer>| {
        ask.unit.as_ref().is_none_or(|unit| officer.unit == *unit)
            && ask.certified.is_none_or(|certified| officer.is_certified(at, None) == certified)
            && is_seen(officer, &sight, &world)
    };
    let page = world.officers.after(ask.after.as_ref()).filter(fits).take(limit);
    let officers: Vec<_> = page.map(|officer| OfficerWire::of(officer, &world, at)).collect();
    let next = (officers.len() == limit).then(|| officers.last()).flatten();
    let next = next.map(|o| next_link(uri.path(), uri.query(), o.officer.id.as_str()));
    Ok(Json(OfficerList { officers, next }))
}

/// One officer; its entity tag guards changes.
#[utoipa::path(get, path = "/officers/{id}", operation_id = "show_officer", tag = "squads",
    params(("id" = String, Path, example = "CEB-0001"), CertifiedAt),
    responses((status = 200, body = OfficerWire), (status = 404, body = ProblemBody)))]
async fn one(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Code>,
    Query(ask): Query<CertifiedAt>,
) -> Answer<Response> {
    seen(&ctx, &caller, &id)?;
    Ok(shown(&ctx, &id, ask.at)?)
}

/// Says what an officer stays away from: cases in some areas, and cases by id. With `If-Match` only if nobody changed
/// it meanwhile.
#[utoipa::path(patch, path = "/officers/{id}", operation_id = "change_officer", tag = "squads",
    params(("id" = String, Path, example = "CEB-0001")), request_body = Patch,
    extensions(("x-right" = json!("dispatch"))), responses((status = 200, body = OfficerWire), (status = 404, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn patch(
    May(caller, _): May<rights::Dispatch>,
    State(ctx): State<Ctx>,
    Path(id): Path<Code>,
    headers: HeaderMap,
    Body(Patch { recused_from }): Body<Patch>,
) -> Answer<Response> {
    let former = seen(&ctx, &caller, &id)?;
    let within = |e: Error| e.inside("recused_from");
    recused_from.check().map_err(within)?;
    // Only what is new is looked at: what was taken once stays taken.
    let world = ctx.world();
    if let Some(area) =
        recused_from.areas.difference(&former.recused_from.areas).find(|a| world.areas.get(a.as_str()).is_none())
    {
        return Err(within(Error::invalid("areas", format!("{area} is no area in force"))).into());
    }
    let new: BTreeSet<_> = recused_from.incidents.difference(&former.recused_from.incidents).copied().collect();
    for incident in new {
        let known = ctx.incident(incident, &caller.sight(&world)).await;
        known.map_err(|e| within(Error::invalid("incidents", e.detail)))?;
    }
    let changed = ctx.change(&caller.actor, async |mut write| {
        let former = store::officers::get(&mut write.tx, &id).await?.ok_or_else(|| Error::not_found("officer", &id))?;
        tag(&former)?.is_still(&headers, format!("officer {id}"))?;
        let officer = Officer { recused_from: recused_from.clone(), ..former.clone() };
        if officer != former {
            store::officers::recuse(&mut write, &officer).await?;
        }
        Ok((write, ()))
    });
    changed.await?;
    Ok(shown(&ctx, &id, None)?)
}

/// Who it is: personal data. Who read it, and when, stands in the change log.
#[utoipa::path(get, path = "/officers/{id}/person", operation_id = "show_officer_person", tag = "squads",
    params(("id" = String, Path, example = "CEB-0001")),
    extensions(("x-right" = json!("read_personal"))),
    responses((status = 200, body = OfficerPerson), (status = 404, body = ProblemBody)))]
async fn person(
    May(caller, _): May<rights::ReadPersonal>,
    State(ctx): State<Ctx>,
    Path(id): Path<Code>,
) -> Answer<Json<OfficerPerson>> {
    seen(&ctx, &caller, &id)?;
    let found = store::officers::person(&ctx.db, &id).await?.ok_or_else(|| Error::not_found("officer", &id))?;
    // What can't be logged is not told.
    let logged = ctx.change(&caller.actor, async |mut write| {
        store::officers::log_reading(&mut write, id.clone());
        Ok((write, ()))
    });
    logged.await?;
    let (name, contact, certificate_numbers) = (found.name, found.contact, found.certificate_numbers);
    Ok(Json(OfficerPerson { name, contact, certificate_numbers }))
}

/// Whether its unit is one that the caller acts for.
pub(super) fn is_seen(officer: &Officer, sight: &Sight, world: &World) -> bool {
    sight.is_everything() || acts_for(world, sight, &officer.unit)
}

/// The officer, where it is in the caller's sight.
fn seen(ctx: &Ctx, caller: &Caller, id: &Code) -> Result<Arc<Officer>> {
    let world = ctx.world();
    let known = world.officers.get(id).filter(|officer| is_seen(officer, &caller.sight(&world), &world));
    known.cloned().ok_or_else(|| Error::not_found("officer", id))
}

fn tag(officer: &Officer) -> Result<Tag> {
    Ok(Tag::strong(&serde_json::to_vec(officer).map_err(Error::internal)?))
}

fn shown(ctx: &Ctx, id: &Code, at: Option<Timestamp>) -> Result<Response> {
    let world = ctx.world();
    let officer = world.officers.get(id).ok_or_else(|| Error::not_found("officer", id))?;
    let wire = OfficerWire::of(officer, &world, at.unwrap_or_else(|| ctx.now()));
    Ok(([(header::ETAG, tag(officer)?.header()?)], Json(wire)).into_response())
}
