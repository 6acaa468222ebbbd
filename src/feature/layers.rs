//! Layers: what map clients draw, as GeoJSON with entity tags. Reads only.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use geojson::{Feature, GeometryValue};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    coverage::{Ask, compute},
    squads::Whereabouts,
    zones,
};
use crate::{
    api::{
        Answer, FeatureLayer, Path, ProblemBody, Query, Viewer, bbox, feature, layer, line, point, polygon,
        words as word_list,
    },
    base::{BBox, Code, Error, Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        areas::{Areas, Level},
        coverage::Basis,
        disruptions::{Direction, Reach},
        incidents::{Filter, Region},
        squads::Profile,
        zones::plan::Revision,
    },
    kernel::{cells, graph::RoadClass, travel::Workspace},
};

/// Most incidents of one answer, the newest: `numberMatched` says how many there are, a client that
/// wants them all pages `/incidents`.
const INCIDENTS_MAX: usize = 50_000;

words! {
    /// What can be drawn.
    Layer {
        Counties = "counties",
        Townships = "townships",
        Villages = "villages",
        Grids = "grids",
        Squads = "squads",
        Incidents = "incidents",
        Coverage = "coverage",
        Roads = "roads",
        Disruptions = "disruptions",
        Zones = "zones",
        ZoneBorders = "zone_borders",
    }
}

const ALL: [(Layer, &str); 11] = [
    (Layer::Counties, "counties"),
    (Layer::Townships, "townships, the unit of jurisdiction"),
    (Layer::Villages, "villages"),
    (Layer::Grids, "unit grids"),
    (Layer::Squads, "squads at their last fresh position, else at their post; ?at="),
    (Layer::Incidents, "hot incidents, the newest 50,000; ?bbox="),
    (Layer::Coverage, "H3 cells with the best response; ?minutes=&basis=&at=&profile=&squads="),
    (Layer::Roads, "roads for cars as OSM draws them, and whether they are closed now; ?classes=trunk,primary,…&at="),
    (Layer::Disruptions, "roads that are closed or slow now; ?at="),
    (Layer::Zones, "patrol zones in force, or of a plan; ?layer=enforcement,…&at= or ?plan=&layer=&revision="),
    (Layer::ZoneBorders, "borders between them, each once; the same questions"),
];

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LayerInfo {
    name: Layer,
    description: &'static str,
    url: String,
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
async fn list(_: Viewer) -> Json<LayerList> {
    let info = |&(name, description): &(Layer, &'static str)| LayerInfo {
        name,
        description,
        url: format!("/api/v1/layers/{}", name.as_str()),
    };
    Json(LayerList { layers: ALL.iter().map(info).collect() })
}

/// One layer as a GeoJSON FeatureCollection.
#[utoipa::path(get, path = "/layers/{layer}", operation_id = "show_layer", tag = "layers", params(("layer" = Layer, Path), Params),
    responses((status = 200, content_type = "application/geo+json", body = FeatureLayer),
        (status = 304), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    _: Viewer,
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let name: Layer = name.parse().map_err(|_| Error::not_found("layer", &name))?;
    let within = params.bbox.as_deref().map(bbox).transpose()?;
    let mut matched = None;
    let features = match name {
        Layer::Counties => areas(&ctx, Level::County, within)?,
        Layer::Townships => areas(&ctx, Level::Township, within)?,
        Layer::Villages => areas(&ctx, Level::Village, within)?,
        Layer::Grids => areas(&ctx, Level::Grid, within)?,
        Layer::Squads => squads(&ctx, within, params.at)?,
        Layer::Incidents => {
            let (features, total) = incidents(&ctx, within)?;
            matched = Some(total);
            features
        }
        Layer::Coverage => coverage(&ctx, within, &params).await?,
        Layer::Roads => roads(&ctx, within, &params).await?,
        Layer::Disruptions => disruptions(&ctx, within, params.at).await?,
        Layer::Zones => zones::features(&ctx, within, ask_zones(&params)?, false).await?,
        Layer::ZoneBorders => zones::features(&ctx, within, ask_zones(&params)?, true).await?,
    };
    Ok(layer(&headers, features, matched)?)
}

fn ask_zones(params: &Params) -> Result<zones::Ask> {
    let layers: Vec<Code> = word_list(params.layer.as_deref().unwrap_or(""))?;
    Ok(zones::Ask { plan: params.plan, revision: params.revision, layers, at: params.at })
}

fn areas(ctx: &Ctx, level: Level, within: Option<BBox>) -> Result<Vec<Feature>> {
    let areas: Arc<Areas> = ctx.world().areas.clone();
    let meets = |bbox: &BBox| within.is_none_or(|w| w.intersects(bbox));
    areas
        .level(level)
        .filter(|(_, a)| meets(&a.bbox))
        .map(|(_, a)| {
            let properties = json!({
                "code": a.code, "name": a.name, "name_zh": a.name_zh, "level": level.as_str(),
                "parent": a.parent, "derived": a.derived,
            });
            feature(a.code.as_str(), GeometryValue::from(&a.geometry), properties)
        })
        .collect()
}

fn squads(ctx: &Ctx, within: Option<BBox>, at: Option<Timestamp>) -> Result<Vec<Feature>> {
    let at = at.unwrap_or_else(|| ctx.now());
    Whereabouts::of(ctx, at)
        .wires()
        .filter(|s| within.is_none_or(|w| w.contains(s.shown_at())))
        .map(|s| {
            let properties = json!({
                "id": s.id, "name": s.name, "name_zh": s.name_zh, "kind": s.kind, "status": s.status,
                "on_shift": s.on_shift, "fresh": s.position.as_ref().is_some_and(|p| p.fresh),
                "stale": s.position.as_ref().is_some_and(|p| !p.fresh),
            });
            feature(s.id.as_str(), point(s.shown_at()), properties)
        })
        .collect()
}

/// The newest ones, and how many there are in all.
fn incidents(ctx: &Ctx, within: Option<BBox>) -> Result<(Vec<Feature>, usize)> {
    let filter = Filter { region: within.map(Region::BBox), ..Filter::default() };
    let (page, total) = ctx.world().incidents.page(&filter, None, INCIDENTS_MAX);
    let features = page
        .iter()
        .map(|i| {
            let properties = json!({
                "id": i.id, "status": i.status, "matter": i.matter, "urgency": i.urgency,
                "reported_at": i.reported_at, "township": i.place.township, "synthetic": i.synthetic,
            });
            feature(i.id.to_string(), point(i.at), properties)
        })
        .collect::<Result<_>>()?;
    Ok((features, total))
}

async fn coverage(ctx: &Ctx, within: Option<BBox>, params: &Params) -> Result<Vec<Feature>> {
    let ask = Ask::new(ctx, params.minutes, params.basis, params.at).only(params.profile, params.squads.as_deref())?;
    let coverage = compute(ctx, ask).await?.covered.coverage;
    let cells = coverage.base.cells().iter().enumerate();
    cells
        .filter(|(_, cell)| within.is_none_or(|w| w.contains(cell.centre)))
        .map(|(ix, cell)| {
            let row = coverage.cell_row(ix as u32);
            feature(row.cell.clone(), polygon(&cells::outline(cell.index)), row)
        })
        .collect()
}

async fn roads(ctx: &Ctx, within: Option<BBox>, params: &Params) -> Result<Vec<Feature>> {
    let classes = params.classes.as_deref().unwrap_or("");
    let classes: Vec<RoadClass> = word_list(classes).map_err(|e| Error::invalid("classes", e.detail))?;
    let scene = ctx.scene(params.at.unwrap_or_else(|| ctx.now())).await?;
    // What is closed for a time is drawn, and says so.
    let imported = ctx.world().traffic()?;
    let (network, now) = (imported.imported().network(), &scene.network().car().graph);
    let everywhere = BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let links = network.links_in_bbox(within.as_ref().unwrap_or(&everywhere), &classes);
    links
        .map(|l| {
            let properties = BTreeMap::from([
                ("class", json!(l.class.name())),
                ("name", json!(l.name)),
                ("ref", json!(l.number)),
                ("oneway", json!(l.open[0] != l.open[1])),
                ("direction", json!(direction(l.open))),
                ("closed", json!(!now.open(l.link))),
            ]);
            feature(l.link.to_string(), line(l.points), properties)
        })
        .collect()
}

/// Which way cars may drive, seen from how OSM, and the layer, draws the road.
fn direction(open: [bool; 2]) -> Direction {
    match open {
        [true, false] => Direction::Forward,
        [false, true] => Direction::Backward,
        _ => Direction::Both,
    }
}

/// One feature for each link and disruption that is in force on it, drawn as OSM draws it.
async fn disruptions(ctx: &Ctx, within: Option<BBox>, at: Option<Timestamp>) -> Result<Vec<Feature>> {
    let (traffic, at) = (ctx.world().traffic()?, at.unwrap_or_else(|| ctx.now()));
    let found = move |_: &mut Workspace| -> Result<Vec<Feature>> {
        let imported = traffic.imported();
        let (network, areas) = (imported.network(), imported.coverage.areas());
        let mut features = Vec::new();
        for disruption in traffic.disruptions().active(at) {
            for reach in Reach::of(network, &disruption.place.edges(network, areas)) {
                let (graph, link) = (&network.car().graph, reach.link);
                let points = network.drawn_points(link);
                let around = BBox::around(points.iter().copied());
                if within.is_some_and(|w| !around.is_some_and(|b| w.intersects(&b))) {
                    continue;
                }
                let properties = json!({
                    "disruption": disruption.id, "speed_factor": disruption.speed_factor,
                    "profiles": disruption.profiles, "from": disruption.from, "until": disruption.until,
                    "reason": disruption.reason, "name": graph.name(link), "link": link,
                    "direction": reach.direction,
                });
                features.push(feature(format!("{}_{link}", disruption.id), line(points), properties)?);
            }
        }
        Ok(features)
    };
    ctx.searches.run(found).await?
}
