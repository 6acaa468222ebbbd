//! Lists: which unit has which power over which matter, by version. The page and other systems browse them;
//! they come in by `xunge import lists`. Table `lists` and `list_entries`. Reads only.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::lists::{
        Entry, List, ListHead, ListKind, Lists,
        compare::{AgainstParent, ListDifference, against_parent, between},
    },
    import::lists as table,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListsAsked {
    /// Only those of this unit
    #[param(value_type = Option<String>)]
    unit: Option<Code>,
    /// Only of this kind
    #[param(inline)]
    kind: Option<ListKind>,
    /// Only the versions in force at this time
    at: Option<Timestamp>,
}

/// A version of a list, without its entries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ListSummary {
    #[serde(flatten)]
    #[schema(inline)]
    head: ListHead,
    /// How many entries it has.
    entries: usize,
    /// Now.
    in_force: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ListVersions {
    /// By code and version.
    lists: Vec<ListSummary>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionAsked {
    /// The one in force, else the last, when not given
    version: Option<u32>,
}

/// A version of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ListWhole {
    #[serde(flatten)]
    #[schema(inline)]
    head: ListHead,
    /// Now.
    in_force: bool,
    entries: Vec<Entry>,
}

/// What is other in a version of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ListCompared {
    /// Than in the version before.
    against_former: ListDifference,
    /// Than in the list above it, if there is one.
    against_parent: Option<AgainstParent>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(compared)).routes(routes!(csv))
}

/// All versions of all lists, without their entries.
#[utoipa::path(get, path = "/lists", operation_id = "list_lists", tag = "responsibility", params(ListsAsked),
    responses((status = 200, body = ListVersions), (status = 400, body = ProblemBody)))]
async fn list(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<ListsAsked>,
) -> Answer<Json<ListVersions>> {
    let (lists, now) = (ctx.world().lists.clone(), ctx.now());
    let fits = |l: &List| {
        ask.unit.as_ref().is_none_or(|unit| l.head.unit == *unit)
            && ask.kind.is_none_or(|kind| l.head.kind == kind)
            && ask.at.is_none_or(|at| is_in_force(&lists, l, at))
    };
    let summary = |l: &List| ListSummary {
        head: l.head.clone(),
        entries: l.entries.len(),
        in_force: is_in_force(&lists, l, now),
    };
    let found = lists.all().iter().filter(|l| fits(l)).map(|l| summary(l)).collect();
    Ok(Json(ListVersions { lists: found }))
}

/// A version of a list with its entries.
#[utoipa::path(get, path = "/lists/{code}", operation_id = "get_list", tag = "responsibility",
    params(("code" = String, Path), VersionAsked),
    responses((status = 200, body = ListWhole), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn one(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(code): Path<Code>,
    Query(ask): Query<VersionAsked>,
) -> Answer<Json<ListWhole>> {
    let (lists, now) = (ctx.world().lists.clone(), ctx.now());
    let list = version(&lists, &code, ask.version, now)?;
    let in_force = is_in_force(&lists, list, now);
    Ok(Json(ListWhole { head: list.head.clone(), in_force, entries: list.entries.clone() }))
}

/// What is other in a version than in the one before, and than in the list above.
#[utoipa::path(get, path = "/lists/{code}/differences", operation_id = "compare_list", tag = "responsibility",
    params(("code" = String, Path), VersionAsked),
    responses((status = 200, body = ListCompared), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn compared(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(code): Path<Code>,
    Query(ask): Query<VersionAsked>,
) -> Answer<Json<ListCompared>> {
    let world = ctx.world();
    let lists = &world.lists;
    let list = version(lists, &code, ask.version, ctx.now())?;
    let before = lists.versions(&code).iter().rfind(|l| l.head.version < list.head.version);
    let at = list.head.span.begins().max(ctx.now());
    Ok(Json(ListCompared {
        against_former: between(before.map(|l| &**l), list),
        against_parent: against_parent(lists, list, &world.matters, at),
    }))
}

/// A version of a list as the CSV that `xunge import lists` reads.
#[utoipa::path(get, path = "/lists/{code}/table", operation_id = "export_list", tag = "responsibility",
    params(("code" = String, Path), VersionAsked),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
async fn csv(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(code): Path<Code>,
    Query(ask): Query<VersionAsked>,
) -> Answer<Response> {
    let world = ctx.world();
    let mut out = Vec::new();
    let list = version(&world.lists, &code, ask.version, ctx.now())?;
    table::write([&**list], &world.areas.time_zone(), &mut out)?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], out).into_response())
}

fn is_in_force(lists: &Lists, list: &List, at: Timestamp) -> bool {
    lists.in_force(&list.head.list, at).is_some_and(|l| l.head.version == list.head.version)
}

fn version<'a>(lists: &'a Lists, code: &Code, wanted: Option<u32>, now: Timestamp) -> Result<&'a std::sync::Arc<List>> {
    let found = match wanted {
        Some(version) => lists.version(code, version),
        None => lists.in_force(code, now).or_else(|| lists.versions(code).last()),
    };
    found.ok_or_else(|| match wanted {
        Some(version) => Error::not_found("list", format!("{code} version {version}")),
        None => Error::not_found("list", code),
    })
}
