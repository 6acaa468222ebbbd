//! Areas from OpenStreetMap boundary relations and from GeoJSON.

use std::path::Path;

use geo::MultiPolygon;

use crate::{
    base::Result,
    domain::areas::{Area, Level},
    kernel::crs::Datum,
};

/// A file on disk or one embedded in the program, with the name that errors use.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    Path(&'a Path),
    Bytes { name: &'a str, bytes: &'a [u8] },
}

/// A shape read from a file, before it has a place in the hierarchy.
#[derive(Debug, Clone, PartialEq)]
pub struct RawArea {
    /// Where it stood: `relation 62149`, `feature 3`.
    pub origin: String,
    pub code: String,
    pub name: String,
    pub name_zh: Option<String>,
    pub parent: Option<String>,
    pub geometry: MultiPolygon<f64>,
}

/// What was left out, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropped {
    pub origin: String,
    pub name: String,
    pub reason: String,
}

/// The closing report of an import.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    pub taken: usize,
    pub dropped: Vec<Dropped>,
    /// Things taken that deserve a look.
    pub warnings: Vec<String>,
}

/// Boundary relations of an OSM PBF file.
#[derive(Debug, Clone)]
pub struct OsmOptions {
    /// The `admin_level` values to take, such as `["8"]`.
    pub admin_levels: Vec<String>,
    /// The tag that holds the code; without it (or the tag) the code is `r<relation id>`.
    pub code_tag: Option<String>,
}

/// Fields of a GeoJSON file.
#[derive(Debug, Clone)]
pub struct GeoJsonOptions {
    pub code_field: String,
    pub name_field: String,
    pub name_zh_field: Option<String>,
    pub parent_field: Option<String>,
    pub datum: Datum,
}

pub fn from_osm(_input: Input<'_>, _options: &OsmOptions) -> Result<(Vec<RawArea>, Report)> {
    unimplemented!()
}

pub fn from_geojson(_input: Input<'_>, _options: &GeoJsonOptions) -> Result<(Vec<RawArea>, Report)> {
    unimplemented!()
}

/// Gives raw areas their level and parent: the named one, else the one of `parents` that covers most
/// of the shape.
pub fn into_areas(_raw: Vec<RawArea>, _level: Level, _parents: &[Area]) -> Result<Vec<Area>> {
    unimplemented!()
}
