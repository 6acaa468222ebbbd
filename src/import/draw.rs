//! Draws a whole county from its townships, and grids beneath areas that came from outside.

use super::boundaries::RawArea;
use crate::{
    base::{LngLat, Result},
    domain::areas::Area,
};

pub use crate::kernel::district::GridLimits;

/// What the drawn county is called.
#[derive(Debug, Clone)]
pub struct CountyName {
    /// 6 digits; drawn codes begin with it.
    pub code: String,
    pub name: String,
    pub name_zh: Option<String>,
    /// IANA.
    pub time_zone: String,
}

/// A place where people live; villages are drawn around these.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub name: String,
    pub at: LngLat,
    /// 0 = city, 1 = town, 2 = village, 3 = hamlet: the smaller wins where two stand on one spot.
    pub rank: u8,
}

/// A whole county: itself (union of the townships), townships, villages (Voronoi cells of the
/// settlements clipped to their township) and grids (weighted cuts of the villages), with codes.
/// `weights`: places with their weight. Refuses townships that overlap or leave a gap.
pub fn draw(
    _county: &CountyName,
    _townships: &[RawArea],
    _settlements: &[Settlement],
    _weights: &[(LngLat, f64)],
    _limits: &GridLimits,
) -> Result<Vec<Area>> {
    unimplemented!()
}

/// Grids beneath the lowest level present in `areas` (villages, else townships). Returns the grids only.
pub fn draw_grids(_areas: &[Area], _weights: &[(LngLat, f64)], _limits: &GridLimits) -> Result<Vec<Area>> {
    unimplemented!()
}
