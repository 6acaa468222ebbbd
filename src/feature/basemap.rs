//! The base map beneath the layers, as tiles: the ground of the extract, drawn when its roads were imported, or an
//! archive of the operator's own. Reads only.

use std::io::Read;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::read::GzDecoder;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    status::ATTRIBUTION,
    tiles::{MVT, tile},
};
use crate::{
    api::{Answer, May, Path, Problem, ProblemBody, Query, Root, Tag, TileJson, VectorLayer, rights},
    base::{Error, Result},
    ctx::{Ctx, Served},
    store::basemap::{DEEPEST, TileFormat},
};

/// A tile is unpacked up to this size, bytes: those of others are not ours to trust.
const UNPACKED_MAX: u64 = 16 << 20;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// Which base map it is, as TileJSON's addresses say: such a tile never changes
    v: Option<String>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(describe)).routes(routes!(show))
}

/// What there is of the base map, as TileJSON: vector tiles of the extract's ground, or an operator's own tiles,
/// which may be pictures. 404 says why there is none.
#[utoipa::path(get, path = "/tiles/base", operation_id = "describe_basemap", tag = "tiles",
    responses((status = 200, body = TileJson), (status = 404, body = ProblemBody)))]
async fn describe(_: May<rights::Read>, State(ctx): State<Ctx>, root: Root) -> Answer<Json<TileJson>> {
    let served = ctx.basemap().await?;
    let about = &served.archive.about;
    let layer = |l: &crate::store::basemap::VectorLayer| VectorLayer {
        id: l.id.clone(),
        description: "Ground",
        minzoom: l.minzoom.unwrap_or(about.minzoom),
        maxzoom: l.maxzoom.unwrap_or(about.maxzoom),
        fields: l.fields.clone(),
    };
    let is_own = ctx.own_basemap().is_some();
    let said = about.attribution.clone();
    Ok(Json(TileJson {
        tilejson: "3.0.0",
        name: "Base map",
        description: "Water, woods, built-up areas, buildings, roads, railways, places and points of interest",
        attribution: said.unwrap_or_else(|| if is_own { String::new() } else { ATTRIBUTION.to_owned() }),
        scheme: "xyz",
        format: about.format,
        tiles: vec![format!("{}/api/v1/tiles/base/{{z}}/{{x}}/{{y}}?v={}", *root, served.version)],
        minzoom: about.minzoom,
        maxzoom: about.maxzoom,
        bounds: about.bounds.map(|b| [b.west, b.south, b.east, b.north]),
        datum: None,
        vector_layers: about.vector_layers.iter().map(layer).collect(),
    }))
}

/// A tile of the base map. Vector tiles have a layer for each kind of ground: `land`, `water`, `waterway`, `wood`,
/// `park`, `built_up`, `building`, `road`, `railway`, `place` and `poi`. One that shows nothing is 204.
#[utoipa::path(get, path = "/tiles/base/{z}/{x}/{y}", operation_id = "show_basemap_tile", tag = "tiles",
    params(("z" = u8, Path), ("x" = u32, Path), ("y" = u32, Path), Params),
    responses(
        (status = 200, content((Vec<u8> = "application/vnd.mapbox-vector-tile"), (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
        (status = 204), (status = 304), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn show(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((z, x, y)): Path<(String, String, String)>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Answer<Response> {
    let served = ctx.basemap().await?;
    let tile = tile(DEEPEST, [&z, &x, &y]).map_err(Problem::malformed)?;
    let about = &served.archive.about;
    if !(about.minzoom..=about.maxzoom).contains(&tile.zoom()) {
        let detail = format!("zoom {z} is not within {} to {}, those of the base map", about.minzoom, about.maxzoom);
        return Err(Problem::malformed(Error::invalid("z", detail)));
    }
    let bytes = served.archive.tile(tile).await?.unwrap_or_default();
    let tag = Tag::weak(&bytes);
    let told = [(header::ETAG, tag.header()?), (header::CACHE_CONTROL, kept_for(&served, params.v.as_deref()))];
    Ok(if bytes.is_empty() {
        (StatusCode::NO_CONTENT, told).into_response()
    } else if tag.is_known(&headers) {
        (StatusCode::NOT_MODIFIED, told).into_response()
    } else {
        (told, packed(&served, bytes, &headers)?).into_response()
    })
}

/// An address that names the version never shows anything else, unless somebody else draws it: that is asked a day later.
fn kept_for(served: &Served, version: Option<&str>) -> HeaderValue {
    let is_this = version == Some(served.version.as_str());
    HeaderValue::from_static(match is_this {
        true if served.archive.changes() => "private, max-age=86400",
        true => "private, max-age=31536000, immutable",
        false => "private, no-cache",
    })
}

/// The tile as it travels: packed as it is kept, where the client takes that.
fn packed(served: &Served, bytes: Bytes, headers: &HeaderMap) -> Result<impl IntoResponse + use<>> {
    let about = &served.archive.about;
    let kind = match TileFormat::of_picture(&bytes).unwrap_or(about.format) {
        TileFormat::Mvt => MVT,
        TileFormat::Png => "image/png",
        TileFormat::Jpeg => "image/jpeg",
        TileFormat::Webp => "image/webp",
    };
    let is_packed = about.is_packed && bytes.starts_with(&[0x1f, 0x8b]);
    let mut told: Vec<(HeaderName, HeaderValue)> = vec![(header::CONTENT_TYPE, HeaderValue::from_static(kind))];
    let body = if is_packed && takes_gzip(headers) {
        told.push((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        told.push((header::VARY, HeaderValue::from_static("accept-encoding")));
        bytes
    } else if is_packed {
        unpacked(&bytes)?
    } else {
        bytes
    };
    Ok((axum::response::AppendHeaders(told), Body::from(body)))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    codings.flat_map(|v| v.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        matches!(name.trim(), "gzip" | "*") && !is_refused
    })
}

fn unpacked(bytes: &[u8]) -> Result<Bytes> {
    let mut plain = Vec::new();
    let unread = |e| Error::unavailable(format!("a tile of the base map can't be unpacked: {e}"));
    GzDecoder::new(bytes).take(UNPACKED_MAX).read_to_end(&mut plain).map_err(unread)?;
    Ok(plain.into())
}
