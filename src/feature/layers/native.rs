//! All of a layer as GeoJSON with an entity tag.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Ask, Layer};
use crate::{
    api::{Answer, CSV, FeatureLayer, May, Path, ProblemBody, Query, bbox, csv, layer, rights, row_feature, tagged},
    base::{Code, Error, Result, Timestamp},
    ctx::Ctx,
    domain::{
        auth::Sight, coverage::Basis, lists::Power, responsibility::audit::BlindSpot, squads::Profile,
        zones::plan::Revision,
    },
};

/// Most incidents of one answer, the newest: `numberMatched` says how many there are, a client that
/// wants them all pages `/incidents`.
const INCIDENTS_MAX: usize = 50_000;

/// How a layer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum LayerForm {
    Json,
    Csv,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerInfo {
    name: Layer,
    description: &'static str,
    url: String,
    /// Where its tiles are described, as TileJSON; squads and blind spots have none.
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
    /// Coverage, squads, roads, disruptions, zones and blind spots: now when not given
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
    /// Blind spots: only of this kind
    #[param(inline)]
    kind: Option<BlindSpot>,
    /// Blind spots: only over this matter
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
    /// Blind spots: only of this kind of power
    #[param(inline)]
    power: Option<Power>,
    /// GeoJSON, or a table; as `Accept` says when not given
    #[param(inline)]
    f: Option<LayerForm>,
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

/// One layer as a GeoJSON FeatureCollection, or as a table with the shapes as well-known text.
#[utoipa::path(get, path = "/layers/{layer}", operation_id = "show_layer", tag = "layers", params(("layer" = Layer, Path), Params),
    responses((status = 200, content((FeatureLayer = "application/geo+json"), (String = "text/csv"))),
        (status = 304), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let name: Layer = name.parse().map_err(|_| Error::not_found("layer", &name))?;
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let form = params.f.unwrap_or(if accepts.starts_with("text/csv") { LayerForm::Csv } else { LayerForm::Json });
    let ask = Ask { sight: caller.sight(&ctx.world()), ..params.ask()? };
    let rows = name.rows(&ctx, &ask).await?;
    let most = if name == Layer::Incidents { INCIDENTS_MAX } else { usize::MAX };
    let properties = rows.about().properties();
    if form == LayerForm::Csv {
        let table = move |_: &mut _| {
            let shown: Vec<usize> = (0..properties.len()).collect();
            let shape = |row| rows.geometry(row);
            csv(&*rows, &properties, &shown, (0..rows.len()).take(most), Some(&shape))
        };
        return Ok(tagged(&headers, CSV, ctx.searches.run(table).await??)?);
    }
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
            kind: self.kind,
            matter: self.matter,
            power: self.power,
            sight: Sight::default(),
        })
    }
}
