//! The catalogue of matters, for clients that let a person choose one. Reads only.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, rights},
    ctx::Ctx,
    domain::matters::Matter,
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MatterList {
    matters: Vec<Matter>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list))
}

/// All matters, by code.
#[utoipa::path(get, path = "/matters", operation_id = "list_matters", tag = "matters", responses((status = 200, body = MatterList)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<MatterList>> {
    let matters = ctx.world().matters.clone();
    Ok(Json(MatterList { matters: matters.all().to_vec() }))
}
