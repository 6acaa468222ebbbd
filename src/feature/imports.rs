//! What imports of areas, roads, zones and places took, what they left out, and why: it is easily overlooked when a
//! township is not there. Reads only; `xunge imports` prints the same.

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    api::{Answer, May, Path, ProblemBody, Query, cursor, ended, next_link, page_limit, rights},
    base::Timestamp,
    ctx::Ctx,
    store::imports::{self, Kept},
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// Where the page before ended
    after: Option<String>,
}

/// An import without its report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportHead {
    id: Uuid,
    /// areas, roads, zones or places
    kind: String,
    /// The names of its files.
    source: String,
    at: Timestamp,
    /// A key's id, `keyless` or `command line`
    actor: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportList {
    /// The newest first.
    imports: Vec<ImportHead>,
    /// The next page.
    next: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportReport {
    #[serde(flatten)]
    head: ImportHead,
    /// As `--report` writes it: what was taken and dropped, each kind in its own words.
    #[schema(value_type = Object)]
    report: Value,
}

impl From<Kept> for ImportReport {
    fn from(Kept { id, kind, source, at, actor, report }: Kept) -> Self {
        Self { head: ImportHead { id, kind, source, at, actor }, report }
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}

/// What was imported, the newest first.
#[utoipa::path(get, path = "/imports", operation_id = "list_imports", tag = "imports", params(Params),
    responses((status = 200, body = ImportList), (status = 400, body = ProblemBody)))]
async fn list(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(Params { limit, after }): Query<Params>,
) -> Answer<Json<ImportList>> {
    let limit = page_limit(limit, PAGE_DEFAULT, PAGE_MAX)?;
    let before = after.as_deref().map(cursor).transpose()?;
    let mut kept = imports::page(&mut ctx.db.begin_read().await?, before, limit + 1).await?;
    let is_more = kept.len() > limit;
    kept.truncate(limit);
    let last = kept.last().filter(|_| is_more);
    let next = last.map(|last| next_link(uri.path(), uri.query(), &ended((last.at, last.id))));
    let imports = kept.into_iter().map(|kept| ImportReport::from(kept).head).collect();
    Ok(Json(ImportList { imports, next }))
}

/// An import with what it took, what it left out, and why.
#[utoipa::path(get, path = "/imports/{id}", operation_id = "get_import", tag = "imports",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ImportReport), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
async fn one(_: May<rights::Read>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<Json<ImportReport>> {
    let kept = imports::one(&mut ctx.db.begin_read().await?, id).await?;
    Ok(Json(kept.into()))
}
