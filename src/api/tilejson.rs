//! TileJSON, which map clients read before they ask for tiles.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::basemap::TileFormat;

/// TileJSON 3.0.0.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TileJson {
    pub tilejson: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub attribution: String,
    pub scheme: &'static str,
    pub format: TileFormat,
    /// Addresses of tiles, with `{z}`, `{x}` and `{y}`.
    pub tiles: Vec<String>,
    pub minzoom: u8,
    pub maxzoom: u8,
    /// west, south, east, north; absent while there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bounds: Option<[f64; 4]>,
    /// Of the base map that the tiles are laid on; WGS-84 where it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub datum: Option<&'static str>,
    /// None where tiles are pictures.
    pub vector_layers: Vec<VectorLayer>,
}

/// A layer of a tile.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct VectorLayer {
    pub id: String,
    pub description: &'static str,
    pub minzoom: u8,
    pub maxzoom: u8,
    /// What each property is.
    pub fields: BTreeMap<String, String>,
}
