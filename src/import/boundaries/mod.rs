//! Areas from OpenStreetMap boundary relations and from features.
//!
//! A file gives [`RawArea`]s and a [`Report`] of what was left out and why, or is refused as a
//! whole. [`into_areas`] then gives them a level and a parent. Shapes come out in WGS-84 with
//! 7 decimals, valid, and wound as in RFC 7946.

mod features;
mod osm;

use geo::{BooleanOps, MultiPolygon};

pub(super) use self::features::{optional, required};
use serde::Serialize;

pub use self::{features::from_features, osm::from_osm};
use crate::{
    base::{BBox, Code, Error, Result},
    domain::areas::{Area, Level},
    kernel::{crs::Datum, shape},
};

/// A shape read from a file, before it has a place in the hierarchy.
#[derive(Debug, Clone, PartialEq)]
pub struct RawArea {
    /// Where it stood: `relation 62149`, `feature 3`.
    pub origin: String,
    pub code: String,
    pub name: String,
    pub name_zh: Option<String>,
    pub parent: Option<String>,
    /// Special areas only.
    pub priority: Option<u32>,
    /// The unit that owns it. Special areas only.
    pub owner: Option<String>,
    pub geometry: MultiPolygon<f64>,
}

/// What was left out of what was asked for, or told, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dropped {
    pub origin: String,
    pub name: String,
    pub reason: String,
}

/// The closing report of an import.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    pub taken: usize,
    /// Of the kind that was asked for, and can't be taken: a loss, unless somebody says to skip these.
    pub dropped: Vec<Dropped>,
    /// Of another kind or of elsewhere: nobody asked for it.
    pub passed_over: Vec<Dropped>,
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

/// Which properties of features mean what.
#[derive(Debug, Clone)]
pub struct FeatureOptions {
    pub code_field: String,
    pub name_field: String,
    pub name_zh_field: Option<String>,
    pub parent_field: Option<String>,
    /// Where the file's areas have one: special areas.
    pub priority_field: Option<String>,
    pub owner_field: Option<String>,
    pub datum: Datum,
    /// Features with one code are parts of one area; else they are refused.
    pub join_parts: bool,
}

/// Gives raw areas their level and parent: the one that the file names, else of the lowest level
/// among `parents` above `level` the area that covers most of the shape, if one covers any.
pub fn into_areas(raw: Vec<RawArea>, level: Level, parents: &[Area]) -> Result<Vec<Area>> {
    let above = parents.iter().map(|p| p.level).filter(|&l| l < level).max();
    let mut parents: Vec<&Area> = parents.iter().filter(|p| Some(p.level) == above).collect();
    parents.sort_by(|a, b| a.code.cmp(&b.code));
    raw.into_iter().map(|raw| into_area(raw, level, &parents)).collect()
}

fn into_area(raw: RawArea, level: Level, parents: &[&Area]) -> Result<Area> {
    let said = |e: Error| Error { detail: format!("{} {:?}: {}", raw.origin, raw.name, e.detail), ..e };
    let bbox = shape::bbox(&raw.geometry).ok_or_else(|| said(Error::invalid("geometry", "has no shape")))?;
    let parent = match &raw.parent {
        Some(code) => Some(Code::new(code).map_err(said)?),
        None => covering(&raw.geometry, bbox, parents).map(|p| p.code.clone()),
    };
    Ok(Area {
        code: Code::new(&raw.code).map_err(said)?,
        level,
        name: raw.name,
        name_zh: raw.name_zh,
        parent,
        bbox,
        geometry: raw.geometry,
        derived: None,
        time_zone: None,
        priority: raw.priority,
    })
}

/// The area that covers most of `shape`; of equals the first.
fn covering<'a>(shape: &MultiPolygon<f64>, bbox: BBox, areas: &[&'a Area]) -> Option<&'a Area> {
    let near = areas.iter().filter(|a| a.bbox.intersects(&bbox));
    let covered = near.map(|a| (shape::area_m2(&shape.intersection(&a.geometry)), *a)).filter(|c| c.0 > 0.0);
    covered.reduce(|best, c| if c.0 > best.0 { c } else { best }).map(|c| c.1)
}

#[cfg(test)]
mod tests;
