//! Counties, townships, villages and grids: who is responsible at a point; and special areas (a scenic
//! area, a development zone) that lie over townships and whose rule may come before theirs.
//!
//! [`Areas`] is immutable: an import builds a new one beside the old and swaps it. Areas are
//! ordered by level and code, so that within a level a smaller index is a smaller code.

pub mod compare;
mod drafts;
mod edges;
mod noun;
#[cfg(test)]
pub(crate) mod oracle;
mod raster;

use std::{collections::HashMap, fmt, str::FromStr};

use geo::{CoordsIter, LinesIter, MultiPolygon};
use serde::{Deserialize, Serialize};

pub use self::{
    drafts::{Change as DraftChange, Draft, Drafts},
    noun::Change,
};
use self::{edges::TownshipEdges, raster::Raster};
use jiff::tz::TimeZone;

use crate::{
    base::{BBox, Code, Error, LngLat, Result, no_nul, swapped},
    kernel::shape,
};

/// The four levels of the administrative chain, from the top; beside them special areas, which lie
/// over townships and tile nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    County,
    Township,
    Village,
    Grid,
    Special,
}

impl Level {
    /// The levels of the chain.
    pub const ALL: [Self; 4] = [Self::County, Self::Township, Self::Village, Self::Grid];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Grid => "grid",
            Self::Special => "special",
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
        Self::ALL.into_iter().chain([Self::Special]).find(|l| l.as_str() == s).ok_or_else(|| {
            Error::invalid(
                "level",
                format!("unknown level {s:?}; known are county, township, village, grid and special"),
            )
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
    /// Of several special areas the higher comes first; they alone have one.
    pub priority: Option<u32>,
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
#[derive(Debug)]
pub struct Areas {
    /// By level, then code.
    areas: Vec<Area>,
    by_code: HashMap<Code, AreaIx>,
    /// Where each level begins in `areas`, and the end.
    level_start: [usize; 6],
    children: Vec<Vec<AreaIx>>,
    raster: Raster,
    edges: TownshipEdges,
}

impl Default for Areas {
    fn default() -> Self {
        Self::new(Vec::new()).expect("nothing clashes with nothing")
    }
}

impl Areas {
    /// Refuses duplicate codes, unknown parents, parents that are not above their child, shapes
    /// without an extent, unknown or misplaced time zones, and misplaced or missing priorities.
    /// Boxes are computed anew.
    pub fn new(mut areas: Vec<Area>) -> Result<Self> {
        areas.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
        let mut by_code = HashMap::with_capacity(areas.len());
        for (ix, area) in areas.iter_mut().enumerate() {
            area.bbox = checked_bbox(area)?;
            check_names(area)?;
            check_time_zone(area)?;
            check_priority(area)?;
            if by_code.insert(area.code.clone(), ix as AreaIx).is_some() {
                return Err(Error::invalid("code", format!("code {} stands twice", area.code)));
            }
        }
        let parents = areas.iter().map(|a| parent_of(a, &areas, &by_code)).collect::<Result<Vec<_>>>()?;
        let mut children = vec![Vec::new(); areas.len()];
        for (ix, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                children[*parent as usize].push(ix as AreaIx);
            }
        }
        let level_start = [0, 1, 2, 3, 4, 5].map(|l| areas.partition_point(|a| (a.level as usize) < l));
        Ok(Self {
            raster: Raster::new(&areas[..level_start[Level::Special as usize]], &parents),
            edges: TownshipEdges::new(&areas),
            areas,
            by_code,
            level_start,
            children,
        })
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

    /// The first county's; UTC without one.
    pub fn time_zone(&self) -> TimeZone {
        let name = self.level(Level::County).find_map(|(_, a)| a.time_zone.as_deref());
        name.and_then(|n| TimeZone::get(n).ok()).unwrap_or(TimeZone::UTC)
    }

    pub fn index(&self, code: &str) -> Option<AreaIx> {
        self.by_code.get(code).copied()
    }

    pub fn get(&self, code: &str) -> Option<&Area> {
        self.index(code).map(|ix| self.at(ix))
    }

    /// All areas, by level and code.
    pub fn iter(&self) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.areas.iter().enumerate().map(|(ix, a)| (ix as AreaIx, a))
    }

    /// The areas of `level`, by code.
    pub fn level(&self, level: Level) -> impl Iterator<Item = (AreaIx, &Area)> {
        let (from, to) = (self.level_start[level as usize], self.level_start[level as usize + 1]);
        (from..to).map(|ix| (ix as AreaIx, &self.areas[ix]))
    }

    /// The areas directly beneath `code`, by level and code; none for an unknown code.
    pub fn children(&self, code: &str) -> impl Iterator<Item = (AreaIx, &Area)> {
        let ixs = self.index(code).map_or(&[][..], |ix| &self.children[ix as usize]);
        ixs.iter().map(|&ix| (ix, self.at(ix)))
    }

    /// The area and those above it, the lowest first.
    pub fn line(&self, ix: AreaIx) -> impl Iterator<Item = AreaIx> {
        std::iter::successors(Some(ix), |&ix| self.at(ix).parent.as_ref().and_then(|code| self.index(code.as_str())))
    }

    /// Which special area comes first: the highest priority, then by code.
    pub fn rank(&self, special: AreaIx) -> impl Ord + use<> {
        (std::cmp::Reverse(self.at(special).priority), special)
    }

    /// The areas of `level` whose box meets `bbox`, by code.
    pub fn in_bbox(&self, level: Level, bbox: BBox) -> impl Iterator<Item = (AreaIx, &Area)> {
        self.level(level).filter(move |(_, a)| a.bbox.intersects(&bbox))
    }

    /// Who owns `p`. Each level by itself: the smallest code among the areas that contain the point
    /// or have it on their border; else, when an owning upper area has a child of that level within
    /// 1 m, the nearest (slivers between drawn shapes have an owner). Empty outside everything.
    pub fn locate(&self, p: LngLat) -> Chain {
        self.raster.locate(&self.areas, p)
    }

    /// The special areas over `p`, the highest priority first, then by code; their border is theirs.
    pub fn special(&self, p: LngLat) -> Vec<AreaIx> {
        // A county has a handful of them.
        let over = |a: &Area| a.bbox.contains(p) && shape::contains(&a.geometry, p);
        let mut found: Vec<_> = self.level(Level::Special).filter(|(_, a)| over(a)).map(|(ix, _)| ix).collect();
        found.sort_by_key(|&ix| self.rank(ix));
        found
    }

    /// Special areas whose border is at most `radius_m` from `p`, nearest first, then by priority and code.
    pub fn special_borders(&self, p: LngLat, radius_m: f64) -> Vec<Near> {
        let border_m = |a: &Area| {
            let far = |l: geo::Line<f64>| shape::segment_distance_m(p, l.start.into(), l.end.into());
            a.geometry.lines_iter().map(far).fold(f64::INFINITY, f64::min)
        };
        let near = self.level(Level::Special).filter(|(_, a)| a.bbox.distance_m(p) <= radius_m * 1.01 + 1.0);
        let near = near.map(|(area, a)| Near { area, distance_m: border_m(a) });
        let mut found: Vec<_> = near.filter(|n| n.distance_m <= radius_m).collect();
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(self.rank(a.area).cmp(&self.rank(b.area))));
        found
    }

    /// How far the nearest township border is.
    pub fn border(&self, p: LngLat) -> Border {
        self.edges
            .within(p, 500.0)
            .map(|e| e.distance_m)
            .min_by(f64::total_cmp)
            .map_or(Border::MoreThan500, Border::Within)
    }

    /// All townships within `accuracy_m` of `p`, nearest first, then by code. Those over the point, of
    /// which one owns it, have distance 0: there are several where townships overlap.
    pub fn candidates(&self, p: LngLat, accuracy_m: f64) -> Vec<Near> {
        let mut best: HashMap<AreaIx, f64> = HashMap::new();
        for near in self.edges.within(p, accuracy_m) {
            let d = best.entry(near.area).or_insert(near.distance_m);
            *d = d.min(near.distance_m);
        }
        let owner = self.locate(p).township;
        best.extend(self.raster.townships(p).into_iter().chain(owner).map(|ix| (ix, 0.0)));
        let mut found: Vec<_> = best.into_iter().map(|(area, distance_m)| Near { area, distance_m }).collect();
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.area.cmp(&b.area)));
        found
    }

    /// The township nearest to `p`, 0 m away when it owns the point; `None` without townships.
    pub fn nearest(&self, p: LngLat) -> Option<Near> {
        match self.locate(p).township {
            Some(area) => Some(Near { area, distance_m: 0.0 }),
            None => self.edges.nearest(p),
        }
    }
}

impl Areas {
    /// What is wrong with a place farther than `limit_m` from the townships: axes are swapped, or a device without a
    /// fix says 0,0. Without townships nobody knows what is far.
    pub fn far_away(&self, at: LngLat, limit_m: f64) -> Option<String> {
        let far = |at| self.nearest(at).filter(|near| near.distance_m > limit_m);
        let near = far(at)?;
        let hint = swapped((at.lng, at.lat), |at| far(at).is_none());
        let (km, name) = (near.distance_m / 1_000.0, &self.at(near.area).name);
        Some(format!("{},{} lies {km:.0} km from the nearest township, {name}{hint}", at.lng, at.lat))
    }
}

fn checked_bbox(area: &Area) -> Result<BBox> {
    let empty = || Error::invalid("geometry", format!("{} {} has no shape", area.level, area.code));
    if let Some(c) = area.geometry.coords_iter().find(|c| LngLat::new(c.x, c.y).is_err()) {
        let text =
            format!("{} {} has the coordinate {},{}, which is not on the earth", area.level, area.code, c.x, c.y);
        return Err(Error::invalid("geometry", text));
    }
    let bbox = shape::bbox(&area.geometry).ok_or_else(empty)?;
    if bbox.west < bbox.east && bbox.south < bbox.north { Ok(bbox) } else { Err(empty()) }
}

fn check_names(area: &Area) -> Result<()> {
    no_nul("name", &area.name)?;
    no_nul("name_zh", area.name_zh.as_deref().unwrap_or(""))
}

fn check_time_zone(area: &Area) -> Result<()> {
    let Some(name) = &area.time_zone else { return Ok(()) };
    if area.level != Level::County {
        let text = format!("{} {} has a time zone; only counties have one", area.level, area.code);
        return Err(Error::invalid("time_zone", text));
    }
    jiff::tz::TimeZone::get(name).map_err(|_| {
        Error::invalid("time_zone", format!("{name:?} is no IANA time zone, such as Asia/Shanghai or Europe/London"))
    })?;
    Ok(())
}

fn check_priority(area: &Area) -> Result<()> {
    let why = match (area.level, area.priority) {
        (Level::Special, None) => "has no priority, a whole number",
        (Level::Special, _) | (_, None) => return Ok(()),
        _ => "has a priority; only special areas have one",
    };
    Err(Error::invalid("priority", format!("{} {} {why}", area.level, area.code)))
}

fn parent_of(area: &Area, areas: &[Area], by_code: &HashMap<Code, AreaIx>) -> Result<Option<AreaIx>> {
    let Some(code) = &area.parent else { return Ok(None) };
    let Some(&ix) = by_code.get(code) else {
        let text = format!("{} {} has the parent {code}, which is not there", area.level, area.code);
        return Err(Error::invalid("parent", text));
    };
    let parent = &areas[ix as usize];
    if parent.level >= area.level {
        let text = format!("{} {} can't lie beneath {} {code}", area.level, area.code, parent.level);
        return Err(Error::invalid("parent", text));
    }
    Ok(Some(ix))
}

#[cfg(test)]
mod tests;
