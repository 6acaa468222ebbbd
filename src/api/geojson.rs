//! GeoJSON answers (RFC 7946) with at most 7 decimals of a degree, and entity tags.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use geojson::{Feature, GeometryValue, JsonObject, feature::Id};
use serde::Serialize;
use utoipa::ToSchema;

use super::Tag;
use crate::base::{Error, Result, words};

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

/// The collection with an entity tag; 304 when the client has it already. `matched` is how many
/// features there are in all, all of these when not given.
pub fn layer(headers: &HeaderMap, features: Vec<Feature>, matched: Option<usize>) -> Result<Response> {
    let number_returned = features.len();
    let layer = FeatureLayer { number_matched: matched.unwrap_or(number_returned), number_returned, features };
    tagged(headers, "application/geo+json", serde_json::to_vec(&layer).map_err(Error::internal)?)
}

/// All of a layer with an entity tag; 304 when the client has it already.
pub fn tagged(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Result<Response> {
    tagged_as(&Tag::weak(&body), headers, kind, body)
}

/// As [`tagged`], where not all of the body tells one state from another.
pub fn tagged_as(tag: &Tag, headers: &HeaderMap, kind: &'static str, body: impl Into<Body>) -> Result<Response> {
    if tag.is_known(headers) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag.header()?)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::ETAG, tag.header()?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((headers, body.into()).into_response())
}
