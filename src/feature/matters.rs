//! The catalogue of matters, for clients that let a person choose one, and how others number them: case systems and
//! hotlines look up what their codes mean. Reads only; codes come in by `xunge import codes`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Code, Error, Span, Timestamp},
    ctx::Ctx,
    domain::matters::{CodeOf, Matter, Matters, Scheme},
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ask {
    /// Only what this code means: of the catalogue, `scheme:code` by the version in force, or `scheme@version:code`
    #[param(value_type = Option<String>, example = "guide:330001")]
    code: Option<Code>,
    /// Which versions of schemes are in force; now when not given
    at: Option<Timestamp>,
}

/// What others call a matter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MatterCode)]
struct CodeWire {
    scheme: Code,
    version: Code,
    code: Code,
    /// What the scheme calls it.
    name: Option<String>,
    /// It stands for all matters of a category.
    of_category: bool,
    /// This version of the scheme is in force.
    in_force: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CataloguedMatter)]
struct MatterWire {
    #[serde(flatten)]
    #[schema(inline)]
    matter: Matter,
    /// In every version of every scheme.
    codes: Vec<CodeWire>,
}

/// A version of a scheme: how others number matters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CodeScheme)]
struct SchemeWire {
    scheme: Code,
    version: Code,
    name: String,
    name_zh: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    span: Span,
    source: Option<String>,
    /// Of this product, of no publisher.
    is_default: bool,
    /// How many codes it has.
    codes: usize,
    in_force: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MatterList {
    /// By code.
    matters: Vec<MatterWire>,
    /// Every version of every scheme, in the order in which they begin.
    schemes: Vec<SchemeWire>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list))
}

/// All matters, with the codes by which others number them; or what one code means.
#[utoipa::path(get, path = "/matters", operation_id = "list_matters", tag = "matters", params(Ask),
    responses((status = 200, body = MatterList), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<Ask>) -> Answer<Json<MatterList>> {
    let world = ctx.world();
    let (all, at) = (&*world.matters, ask.at.unwrap_or_else(|| ctx.now()));
    let matters = match &ask.code {
        Some(code) => all.all_meant(code, at).map_err(|e| Error { field: Some("code".to_owned()), ..e })?,
        None => all.all().iter().collect(),
    };
    let scheme = |s: &Scheme| SchemeWire {
        scheme: s.head.scheme.clone(),
        version: s.head.version.clone(),
        name: s.head.name.clone(),
        name_zh: s.head.name_zh.clone(),
        span: s.head.span,
        source: s.head.source.clone(),
        is_default: s.head.is_default,
        codes: s.codes().len(),
        in_force: all.schemes().is_in_force(s, at),
    };
    let schemes = all.schemes().all().iter().map(scheme).collect();
    Ok(Json(MatterList { matters: matters.into_iter().map(|m| told(all, m, at)).collect(), schemes }))
}

fn told(all: &Matters, matter: &Matter, at: Timestamp) -> MatterWire {
    let codes = all.codes_of(matter).map(|(s, c)| CodeWire {
        scheme: s.head.scheme.clone(),
        version: s.head.version.clone(),
        code: c.code.clone(),
        name: c.name.clone(),
        of_category: matches!(c.of, CodeOf::Category(_)),
        in_force: all.schemes().is_in_force(s, at),
    });
    MatterWire { codes: codes.collect(), matter: matter.clone() }
}
