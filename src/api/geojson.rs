//! GeoJSON answers (RFC 7946) with at most 7 decimals of a degree, and entity tags.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use geo::MapCoords;
use geojson::{Feature, GeometryValue, JsonObject, feature::Id};
use serde::Serialize;
use utoipa::ToSchema;

use super::Tag;
use crate::{
    base::{Error, LngLat, Result, words},
    kernel::shape::round_deg,
};

/// A GeoJSON Feature.
#[derive(Debug, ToSchema)]
#[schema(as = Feature)]
pub struct GeoFeature {
    #[schema(nullable = false)]
    pub id: Option<String>,
    pub geometry: GeoGeometry,
    #[schema(value_type = Object)]
    pub properties: JsonObject,
}

/// A GeoJSON geometry, WGS-84 longitude and latitude.
#[derive(Debug, ToSchema)]
#[schema(as = Geometry)]
pub struct GeoGeometry {
    #[schema(inline)]
    pub r#type: GeometryType,
    pub coordinates: Vec<serde_json::Value>,
}

words! {
    /// The geometries there are here.
    GeometryType {
        Point = "Point",
        MultiPoint = "MultiPoint",
        LineString = "LineString",
        MultiLineString = "MultiLineString",
        Polygon = "Polygon",
        MultiPolygon = "MultiPolygon",
    }
}

/// A FeatureCollection, and how many features there are in all.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename = "FeatureCollection", rename_all = "camelCase")]
pub struct FeatureLayer {
    #[schema(value_type = Vec<GeoFeature>)]
    features: Vec<Feature>,
    number_matched: usize,
    number_returned: usize,
}

/// A feature from its parts; `properties` must serialize to an object.
pub fn feature(id: impl Into<String>, geometry: GeometryValue, properties: impl serde::Serialize) -> Result<Feature> {
    let properties: Option<JsonObject> = match serde_json::to_value(properties).map_err(Error::internal)? {
        serde_json::Value::Object(map) => Some(map),
        other => return Err(Error::internal(format!("properties must be an object, not {other}"))),
    };
    Ok(Feature {
        bbox: None,
        geometry: Some(geometry.into()),
        id: Some(Id::String(id.into())),
        properties,
        foreign_members: None,
    })
}

pub fn point(p: LngLat) -> GeometryValue {
    (&geo::Point::new(round_deg(p.lng), round_deg(p.lat))).into()
}

pub fn line(points: impl IntoIterator<Item = LngLat>) -> GeometryValue {
    let coords = points.into_iter().map(|p| geo::Coord { x: round_deg(p.lng), y: round_deg(p.lat) });
    (&geo::LineString::from_iter(coords)).into()
}

pub fn polygon(shape: &geo::Polygon<f64>) -> GeometryValue {
    (&shape.map_coords(|c| geo::Coord { x: round_deg(c.x), y: round_deg(c.y) })).into()
}

/// The collection with an entity tag; 304 when the client has it already. `matched` is how many
/// features there are in all, all of these when not given.
pub fn layer(headers: &HeaderMap, features: Vec<Feature>, matched: Option<usize>) -> Result<Response> {
    let number_returned = features.len();
    let layer = FeatureLayer { number_matched: matched.unwrap_or(number_returned), number_returned, features };
    let body = serde_json::to_vec(&layer).map_err(Error::internal)?;
    let tag = Tag::weak(&body);
    if tag.is_known(headers) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag.header()?)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json")),
        (header::ETAG, tag.header()?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((headers, Body::from(body)).into_response())
}
