//! Counties, townships, villages and grids: who is responsible at a point.
//!
//! [`Areas`] is immutable: an import builds a new one beside the old and swaps it. Areas are
//! ordered by level and code, so that within a level a smaller index is a smaller code.

use std::{fmt, str::FromStr};

use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

use crate::base::{BBox, Code, Error, LngLat, Result};

/// The four levels of the administrative chain, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    County,
    Township,
    Village,
    Grid,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::County, Self::Township, Self::Village, Self::Grid];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Grid => "grid",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == s).ok_or_else(|| {
            Error::invalid("level", format!("unknown level {s:?}; known are county, township, village and grid"))
        })
    }
}

/// One area. Its shape is WGS-84, wound as in RFC 7946, at most 7 decimals.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub code: Code,
    pub level: Level,
    pub name: String,
    pub name_zh: Option<String>,
    /// The next area above; a grid may hang directly beneath a township.
    pub parent: Option<Code>,
    pub geometry: MultiPolygon<f64>,
    pub bbox: BBox,
    /// How the area was made when nobody decreed it: `voronoi`, `weighted cuts`, `union`.
    pub derived: Option<String>,
    /// IANA name such as `Asia/Shanghai`; counties only.
    pub time_zone: Option<String>,
}

/// The place of an area in [`Areas`].
pub type AreaIx = u32;

/// The areas that own a point, level by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain {
    pub county: Option<AreaIx>,
    pub township: Option<AreaIx>,
    pub village: Option<AreaIx>,
    pub grid: Option<AreaIx>,
}

/// Distance to the nearest township border (the coast and the county line are township borders too).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Border {
    /// Exact metres, at most 500.
    Within(f64),
    MoreThan500,
}

/// A township near a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    pub area: AreaIx,
    /// Metres to its border; 0 when the point lies in it.
    pub distance_m: f64,
}

/// All areas of the service with their point look-up.
#[derive(Debug, Default)]
pub struct Areas {
    areas: Vec<Area>,
}

impl Areas {
    /// Refuses duplicate codes, unknown parents, parents not above their child, empty shapes, and
    /// unknown time zones.
    pub fn new(areas: Vec<Area>) -> Result<Self> {
        Ok(Self { areas })
    }

    pub fn len(&self) -> usize {
        self.areas.len()
    }

    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Panics on an index from another `Areas`.
    pub fn at(&self, ix: AreaIx) -> &Area {
        &self.areas[ix as usize]
    }

    pub fn index(&self, _code: &str) -> Option<AreaIx> {
        unimplemented!()
    }

    pub fn get(&self, code: &str) -> Option<&Area> {
        self.index(code).map(|ix| self.at(ix))
    }

    pub fn iter(&self) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.areas.iter().enumerate().map(|(i, a)| (i as AreaIx, a))
    }

    /// The areas of `level`, by code.
    pub fn level(&self, level: Level) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.iter().filter(move |(_, a)| a.level == level)
    }

    /// The areas directly beneath `code`, by level and code.
    pub fn children(&self, code: &str) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.iter().filter(move |(_, a)| a.parent.as_ref().is_some_and(|p| p.as_str() == code))
    }

    /// The areas of `level` whose box meets `bbox`, by code.
    pub fn in_bbox(&self, level: Level, bbox: BBox) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.level(level).filter(move |(_, a)| a.bbox.intersects(&bbox))
    }

    /// Who owns `p`. Each level by itself: the smallest code among the areas that contain the point
    /// or have it on their border; else, when an owning upper area has a child of that level within
    /// 1 m, the nearest (slivers between drawn shapes have an owner). Empty outside everything.
    pub fn locate(&self, _p: LngLat) -> Chain {
        unimplemented!()
    }

    pub fn border(&self, _p: LngLat) -> Border {
        unimplemented!()
    }

    /// All townships within `accuracy_m` of `p`, nearest first, then by code.
    pub fn candidates(&self, _p: LngLat, _accuracy_m: f64) -> Vec<Near> {
        unimplemented!()
    }

    /// The township nearest to `p`; `None` when there are no townships.
    pub fn nearest(&self, _p: LngLat) -> Option<Near> {
        unimplemented!()
    }
}
