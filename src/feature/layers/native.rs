//! All of a layer as GeoJSON with an entity tag.

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Ask, Layer};
use crate::{
    api::{Answer, FeatureLayer, May, Path, ProblemBody, Query, bbox, layer, rights, row_feature},
    base::{Error, Result, Timestamp},
    ctx::Ctx,
    domain::{auth::Sight, coverage::Basis, squads::Profile, zones::plan::Revision},
};

/// Most incidents of one answer, the newest: `numberMatched` says how many there are, a client that
/// wants them all pages `/incidents`.
const INCIDENTS_MAX: usize = 50_000;

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerInfo {
    name: Layer,
    description: &'static str,
    url: String,
    /// Where its tiles are described, as TileJSON; squads have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tiles: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerList {
    layers: Vec<LayerInfo>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// west,south,east,north in degrees
    bbox: Option<String>,
    /// Road classes, such as `trunk,primary`; all when not given
    classes: Option<String>,
    /// Coverage: 30 when not given
    minutes: Option<u32>,
    /// Coverage: posts when not given, or live
    basis: Option<Basis>,
    /// Coverage, squads, roads, disruptions and zones: now when not given
    at: Option<Timestamp>,
    /// Coverage: only by squads that travel so
    profile: Option<Profile>,
    /// Coverage: only by these squads, such as `S1,S2`
    squads: Option<String>,
    /// Zones: those of this plan instead of those in force
    plan: Option<Uuid>,
    /// Zones: as the plan was at this revision; as it is now when not given
    revision: Option<Revision>,
    /// Zones: only of these layers, such as `enforcement,community`; all when not given
    layer: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// The layers there are.
#[utoipa::path(get, path = "/layers", operation_id = "list_layers", tag = "layers", responses((status = 200, body = LayerList)))]
async fn list(_: May<rights::Read>) -> Json<LayerList> {
    let info = |name: Layer| LayerInfo {
        name,
        description: name.words().description,
        url: format!("/api/v1/layers/{}", name.as_str()),
        tiles: name.zooms().is_ok().then(|| format!("/api/v1/tiles/{}", name.as_str())),
    };
    Json(LayerList { layers: Layer::ALL.map(info).into() })
}

/// One layer as a GeoJSON FeatureCollection.
#[utoipa::path(get, path = "/layers/{layer}", operation_id = "show_layer", tag = "layers", params(("layer" = Layer, Path), Params),
    responses((status = 200, content_type = "application/geo+json", body = FeatureLayer),
        (status = 304), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let name: Layer = name.parse().map_err(|_| Error::not_found("layer", &name))?;
    let ask = Ask { sight: caller.sight(&ctx.world()), ..params.ask()? };
    let rows = name.rows(&ctx, &ask).await?;
    let most = if name == Layer::Incidents { INCIDENTS_MAX } else { usize::MAX };
    let properties = rows.about().properties();
    let features = (0..rows.len()).take(most).map(|row| row_feature(&*rows, &properties, row)).collect();
    Ok(layer(&headers, features, Some(rows.len()))?)
}

impl Params {
    fn ask(self) -> Result<Ask> {
        Ok(Ask {
            window: self.bbox.as_deref().map(bbox).transpose()?,
            by_centre: true,
            at: self.at,
            reported: [None; 2],
            classes: self.classes,
            minutes: self.minutes,
            basis: self.basis,
            profile: self.profile,
            squads: self.squads,
            plan: self.plan,
            revision: self.revision,
            layer: self.layer,
            sight: Sight::default(),
        })
    }
}
