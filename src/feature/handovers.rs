//! Shift handovers (交接班): who ends a shift hands over what is open, as the service finds it at that moment; who
//! begins one accepts it, with remarks on cases. Table `handovers`; emits `Change::Handover`, and remarks in the
//! histories of cases.

mod accept;
mod hand_over;
mod html;
mod list;
mod part;

use axum::{
    Json,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::zones::ReportLanguage;
use crate::{
    api::{Answer, May, Path, ProblemBody, Query, rights},
    base::{Error, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight,
        handovers::{CaseRemark, Handover, OpenThings},
    },
    store::{self, Tx},
};

/// A handover as clients see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ShiftHandover)]
pub struct HandoverWire {
    #[serde(flatten)]
    #[schema(inline)]
    handover: Handover,
    /// By when somebody has to accept it, after 15 minutes by default; null once that is done.
    accept_by: Option<Timestamp>,
}

/// A handover with the list that is its log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ShownHandover {
    #[serde(flatten)]
    #[schema(inline)]
    handover: HandoverWire,
    /// What was open at its moment, as it was then.
    open: OpenThings,
    /// What who accepted it remarked, case by case.
    remarks: Vec<CaseRemark>,
}

/// How a handover is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum HandoverFormat {
    Json,
    Html,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HandoverAsked {
    /// json when not given; html is one page to print and to sign
    #[param(inline)]
    format: Option<HandoverFormat>,
    /// Of the page: zh or en, which counts when not given
    #[param(inline)]
    lang: Option<ReportLanguage>,
}

impl HandoverWire {
    pub fn of(handover: Handover, ctx: &Ctx) -> Self {
        Self { accept_by: handover.accept_by(&ctx.settings.handovers), handover }
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    let [list, part, hand_over, accept] = [list::router(), part::router(), hand_over::router(), accept::router()];
    OpenApiRouter::new().routes(routes!(show)).merge(list).merge(part).merge(hand_over).merge(accept)
}

/// One handover with its list, as JSON or as a page to print.
#[utoipa::path(get, path = "/handovers/{id}", operation_id = "show_handover", tag = "handovers",
    params(("id" = Uuid, Path), HandoverAsked),
    responses(
        (status = 200, description = "In the form asked for", content((ShownHandover = "application/json"), (String = "text/html"))),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(ask): Query<HandoverAsked>,
) -> Answer<Response> {
    let world = ctx.world();
    // One moment of the database.
    let mut tx = ctx.db.begin_read().await?;
    let handover = found(&mut tx, id, &caller.sight(&world)).await?;
    let (open, remarks) = store::handovers::list(&mut tx, id).await?;
    Ok(match ask.format.unwrap_or(HandoverFormat::Json) {
        HandoverFormat::Json => {
            let handover = HandoverWire::of(handover, &ctx);
            Json(ShownHandover { handover, open, remarks }).into_response()
        }
        HandoverFormat::Html => {
            let language = ask.lang.unwrap_or(ReportLanguage::En);
            Html(html::page((&handover, &open, &remarks), language, &world)).into_response()
        }
    })
}

/// One in sight.
async fn found(tx: &mut Tx, id: Uuid, sight: &Sight) -> Result<Handover> {
    let known = store::handovers::get(tx, id).await?.filter(|handover| handover.is_seen(sight));
    known.ok_or_else(|| Error::not_found("handover", id))
}
