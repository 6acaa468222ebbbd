//! Vector tiles of the layers (MVT 2.1, Web Mercator, XYZ), each with a TileJSON document that map clients
//! read first: QGIS, MapLibre, OpenLayers. Reads only; the rows are those of `layers`. Where squads are is in
//! no tile.
//!
//! What was drawn is kept, and drawn anew once a change may show in it: see [`Layer::is_still`].

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    areas,
    layers::{Ask, Layer},
    status::ATTRIBUTION,
};
use crate::{
    api::{Answer, May, Path, Problem, ProblemBody, Query, Root, Tag, TileJson, VectorLayer, rights},
    base::{Error, Result, Timestamp},
    ctx::{
        Ctx,
        tiles::{Cut, Of, Stamped, Stand},
    },
    domain::{
        auth::Sight,
        coverage::Basis,
        layers::{Kind, ground_of, sheet::Sheet},
        squads::Profile,
        zones::plan::Revision,
    },
    kernel::{
        graph::RoadClass,
        tile::{Tile, ZOOM_MAX},
    },
    store::basemap::TileFormat,
};

pub(super) const MVT: &str = "application/vnd.mapbox-vector-tile";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// Road classes, such as `trunk,primary`; as many as fit the zoom when not given
    classes: Option<String>,
    /// Coverage: 30 when not given
    minutes: Option<u32>,
    /// Coverage: posts when not given, or live
    basis: Option<Basis>,
    /// Coverage, roads, disruptions and zones: now when not given
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
    /// Of the base map that they are laid on: gcj02 or bd09, as AMap and Baidu have it, cgcs2000, or wgs84 (default)
    datum: Option<String>,
}

impl TryFrom<Params> for Ask {
    type Error = Error;

    fn try_from(params: Params) -> Result<Self> {
        let Params { classes, minutes, basis, at, profile, squads, plan, revision, layer, datum } = params;
        let datum = areas::datum(datum.as_deref())?;
        Ok(Self { classes, minutes, basis, at, profile, squads, plan, revision, layer, datum, ..Self::default() })
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(describe)).routes(routes!(show))
}

/// What there is of a layer in tiles, as TileJSON. What is asked is asked of the tiles as well.
#[utoipa::path(get, path = "/tiles/{layer}", operation_id = "describe_tiles", tag = "tiles",
    params(("layer" = Layer, Path), Params),
    responses((status = 200, body = TileJson), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn describe(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    root: Root,
    uri: Uri,
    Query(params): Query<Params>,
) -> Answer<Json<TileJson>> {
    let layer = layer(&name)?;
    let (words, (minzoom, maxzoom)) = (layer.words(), layer.zooms()?);
    // What each tile would refuse is refused here.
    let ask = Ask::try_from(params)?;
    layer.moment(&ctx, &ask).await?;
    let extent = layer.extent(&ctx, &caller.sight(&ctx.world())).map(|extent| ground_of(extent, ask.datum));
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let fields = layer.about().properties().into_iter().map(|p| (p.name.to_owned(), kind(p.kind).to_owned())).collect();
    Ok(Json(TileJson {
        tilejson: "3.0.0",
        name: words.title,
        description: words.description,
        attribution: ATTRIBUTION.to_owned(),
        scheme: "xyz",
        format: TileFormat::Mvt,
        tiles: vec![format!("{}/api/v1/tiles/{name}/{{z}}/{{x}}/{{y}}{query}", *root)],
        minzoom,
        maxzoom,
        bounds: extent.map(|b| [b.west, b.south, b.east, b.north]),
        datum: ask.datum.told(),
        vector_layers: vec![VectorLayer { id: name, description: words.description, minzoom, maxzoom, fields }],
    }))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Words(_) => "String",
        Kind::Flag => "Boolean",
        Kind::Whole | Kind::Number => "Number",
        Kind::Time => "String: RFC 3339",
        Kind::List => "String: JSON",
    }
}

/// A tile with one layer of the layer's name, in units of 4096 to a side and 64 beyond each. Features have
/// stable numbers: their ids where those are numbers, else 53 bits of their SHA-256, and then the id as a
/// property. What is smaller than a unit is left out, of points before zoom 12 all but the first within 8
/// units. A tile that shows nothing is 204.
#[utoipa::path(get, path = "/tiles/{layer}/{z}/{x}/{y}", operation_id = "show_tile", tag = "tiles",
    params(("layer" = Layer, Path), ("z" = u8, Path), ("x" = u32, Path), ("y" = u32, Path), Params),
    responses((status = 200, content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>), (status = 204),
        (status = 304), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((name, z, x, y)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let layer = layer(&name)?;
    let (least, most) = layer.zooms()?;
    let tile = tile(ZOOM_MAX, [&z, &x, &y]).map_err(Problem::malformed)?;
    if !(least..=most).contains(&tile.zoom()) {
        let detail = format!("zoom {z} is not within {least} to {most}, at which {name} are drawn");
        return Err(Problem::malformed(Error::invalid("z", detail)));
    }
    // Whose records a tile shows is a part of what is asked, and so of what it is kept by.
    let sight = if layer.is_scoped() { caller.sight(&ctx.world()) } else { Sight::default() };
    let cut = cut(&ctx, layer, Ask { sight, ..params.try_into()? }, tile).await?;
    let tag = Tag::read(&cut.tag);
    let told = [(header::ETAG, tag.header()?), (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))];
    Ok(if cut.bytes.is_empty() {
        (StatusCode::NO_CONTENT, told).into_response()
    } else if tag.is_known(&headers) {
        (StatusCode::NOT_MODIFIED, told).into_response()
    } else {
        (told, [(header::CONTENT_TYPE, MVT)], Body::from(cut.bytes.clone())).into_response()
    })
}

fn layer(name: &str) -> Result<Layer> {
    name.parse().map_err(|_| Error::not_found("layer", name))
}

/// The tile that an address names, down to a zoom.
pub(super) fn tile(deepest: u8, [z, x, y]: [&str; 3]) -> Result<Tile> {
    let bad = |name: &str, text: &str| Error::invalid(name, format!("{text:?} is not a whole number"));
    let at = |name: &str, text: &str| text.parse::<u32>().map_err(|_| bad(name, text));
    Tile::down_to(deepest, u8::try_from(at("z", z)?).unwrap_or(u8::MAX), at("x", x)?, at("y", y)?)
}

/// The tile as it is now.
async fn cut(ctx: &Ctx, layer: Layer, ask: Ask, tile: Tile) -> Result<Arc<Cut>> {
    let now = layer.stand(ctx, &ask).await?;
    let ground = ground_of(tile.bbox(), ask.datum);
    let key = ((layer.as_str(), format!("{ask:?}")), tile);
    if let Some(kept) = ctx.tiles.cut(&key)
        && layer.is_still(ctx, &ask, [&kept.stand, &now], Some(&ground))
    {
        if kept.stand != now {
            ctx.tiles.keep(key, Stamped { stand: now, value: Arc::clone(&kept.value) });
        }
        return Ok(kept.value);
    }
    let name = layer.as_str();
    let bytes = if layer.is_found_by_window() {
        let window = Ask { window: Some(ground), classes: ask.classes.or_else(|| classes(tile.zoom())), ..ask };
        let rows = layer.rows(ctx, &window).await?;
        ctx.studies.run(move |_| Sheet::new(rows).tile(name, tile)).await??
    } else {
        let sheet = sheet(ctx, layer, &ask, &key.0, &now).await?;
        ctx.studies.run(move |_| sheet.tile(name, tile)).await??
    };
    let cut = Arc::new(Cut { tag: Tag::weak(&bytes).to_string(), bytes: bytes.into() });
    ctx.tiles.keep(key, Stamped { stand: now, value: Arc::clone(&cut) });
    Ok(cut)
}

/// All of a layer, drawn; whoever asks first draws it.
async fn sheet(ctx: &Ctx, layer: Layer, ask: &Ask, of: &Of, now: &Stand) -> Result<Arc<Sheet>> {
    let shared = ctx.tiles.sheet(of);
    let mut held = shared.lock().await;
    if let Some(kept) = held.as_mut()
        && layer.is_still(ctx, ask, [&kept.stand, now], None)
    {
        kept.stand = now.clone();
        return Ok(Arc::clone(&kept.value));
    }
    let rows = layer.rows(ctx, ask).await?;
    let sheet = Arc::new(ctx.studies.run(move |_| Sheet::new(rows)).await?);
    ctx.tiles.grown(of, &shared, sheet.bytes());
    *held = Some(Stamped { stand: now.clone(), value: Arc::clone(&sheet) });
    Ok(sheet)
}

/// Road classes that a zoom has room for; all where nothing is said.
fn classes(zoom: u8) -> Option<String> {
    use RoadClass::{Motorway, Primary, Secondary, Tertiary, Trunk};
    use RoadClass::{MotorwayLink, PrimaryLink, SecondaryLink, TertiaryLink, TrunkLink};
    let far = [Motorway, MotorwayLink, Trunk, TrunkLink, Primary, PrimaryLink];
    let middle = [Secondary, SecondaryLink, Tertiary, TertiaryLink];
    let names = |all: &[RoadClass]| all.iter().map(|c| c.name()).collect::<Vec<_>>().join(",");
    match zoom {
        0..8 => Some(names(&far)),
        8..12 => Some(names(&[&far[..], &middle[..]].concat())),
        _ => None,
    }
}
