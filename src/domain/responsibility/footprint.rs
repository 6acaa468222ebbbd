//! Places that are not points (流域、片区): a river stretch or a polygon, cut into the grounds that it lies on. Who
//! is responsible for each is the answer of that ground.

use std::collections::BTreeMap;

use geo::{BooleanOps, Coord, Distance, Geodesic, Line, LineString, LinesIter, MultiPolygon, algorithm::Validation};

use super::Ground;
use crate::{
    base::{BBox, Error, LngLat, Result},
    domain::areas::{AreaIx, Areas, Level},
    kernel::shape,
};

const VERTICES_MAX: usize = 10_000;
/// As much may lie outside of the county: two drawings of one border differ.
const OUTSIDE_MAX: f64 = 0.001;

/// Where something reaches.
#[derive(Debug, Clone, PartialEq)]
pub enum Footprint {
    Line(LineString<f64>),
    Area(MultiPolygon<f64>),
}

/// What of a footprint lies on one ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub ground: Ground,
    /// Metres of a line, square metres of a polygon, on the ellipsoid.
    pub size: f64,
    /// Of the whole; those of all pieces are 1 together.
    pub share: f64,
}

impl Footprint {
    /// A line through these places.
    pub fn line(places: &[LngLat]) -> Result<Self> {
        check_count(places.len())?;
        let line: LineString<f64> = places.iter().map(|p| Coord::from(*p)).collect();
        if length_m(&line) > 0.0 { Ok(Self::Line(line)) } else { Err(refuse("a line has a length".to_owned())) }
    }

    /// Polygons of closed rings that don't overlap: each its outline, then its holes.
    pub fn area(polygons: &[Vec<Vec<LngLat>>]) -> Result<Self> {
        check_count(polygons.iter().flatten().map(Vec::len).sum())?;
        let ring = |ring: &Vec<LngLat>| ring.iter().map(|p| Coord::from(*p)).collect();
        let polygon = |rings: &Vec<Vec<LngLat>>| shape::polygon(rings.iter().map(ring).collect());
        let polygons: MultiPolygon<f64> = polygons.iter().map(polygon).collect::<Result<_, _>>().map_err(refuse)?;
        // Nor do they overlap.
        polygons.check_validation().map_err(|e| refuse(e.to_string()))?;
        Ok(Self::Area(polygons))
    }

    /// Its pieces, by ground.
    ///
    /// # Errors
    /// `Invalid` where it reaches out of the county.
    pub fn pieces(&self, areas: &Areas) -> Result<Vec<Piece>> {
        let (whole, sizes) = match self {
            Self::Line(line) => (length_m(line), of_line(line, areas)),
            Self::Area(polygons) => (shape::area_m2(polygons), of_polygon(polygons, areas)),
        };
        let inside: f64 = sizes.values().sum();
        let outside = 1.0 - inside / whole;
        if outside > OUTSIDE_MAX {
            return Err(refuse(format!(
                "{:.1} % of it lies outside of all townships and counties here",
                outside * 100.0
            )));
        }
        Ok(sizes.into_iter().map(|(ground, size)| Piece { ground, size, share: size / inside }).collect())
    }
}

fn refuse(why: String) -> Error {
    Error::invalid("footprint", why)
}

fn check_count(vertices: usize) -> Result<()> {
    match vertices {
        0 | 1 => Err(refuse("it has less than two positions".to_owned())),
        n if n > VERTICES_MAX => Err(refuse(format!("{n} positions are more than {VERTICES_MAX}"))),
        _ => Ok(()),
    }
}

fn length_m(line: &LineString<f64>) -> f64 {
    line.lines().map(|l| Geodesic.distance(l.start_point(), l.end_point())).sum()
}

/// Cut wherever it meets a border; between two of them the middle tells the ground.
fn of_line(line: &LineString<f64>, areas: &Areas) -> BTreeMap<Ground, f64> {
    let mut sizes: BTreeMap<Ground, f64> = BTreeMap::new();
    for segment in line.lines() {
        let mut cuts = vec![0.0, 1.0];
        let Some(bbox) = BBox::around([segment.start, segment.end].map(LngLat::from)) else { continue };
        for (_, area) in
            [Level::County, Level::Township, Level::Special].into_iter().flat_map(|l| areas.in_bbox(l, bbox))
        {
            area.geometry.lines_iter().for_each(|border| cut(&segment, &border, &mut cuts));
        }
        cuts.sort_by(f64::total_cmp);
        let at = |t: f64| segment.start + segment.delta() * t;
        for pair in cuts.windows(2).filter(|pair| pair[0] < pair[1]) {
            let ground = Ground::at(areas, at(f64::midpoint(pair[0], pair[1])).into());
            if ground != Ground::default() {
                let stretch = Line::new(at(pair[0]), at(pair[1]));
                *sizes.entry(ground).or_default() += Geodesic.distance(stretch.start_point(), stretch.end_point());
            }
        }
    }
    // Over nothing but a special area that reaches out of the county.
    sizes.retain(|ground, _| ground.township.or(ground.county).is_some());
    sizes
}

/// Adds where on the segment, from 0 to 1, the border meets it; both ends of what runs along it.
fn cut(segment: &Line<f64>, border: &Line<f64>, cuts: &mut Vec<f64>) {
    let cross = |a: Coord<f64>, b: Coord<f64>| a.x * b.y - a.y * b.x;
    let (along, across, gap) = (segment.delta(), border.delta(), border.start - segment.start);
    let turn = cross(along, across);
    let length2 = along.x * along.x + along.y * along.y;
    let mut add = |t: f64| {
        if t > 0.0 && t < 1.0 {
            cuts.push(t);
        }
    };
    if turn != 0.0 {
        let (on_segment, on_border) = (cross(gap, across) / turn, cross(gap, along) / turn);
        if (0.0..=1.0).contains(&on_border) {
            add(on_segment);
        }
    } else if cross(gap, along) == 0.0 && length2 > 0.0 {
        for end in [border.start, border.end] {
            let to = end - segment.start;
            add((to.x * along.x + to.y * along.y) / length2);
        }
    }
}

/// By township, else by county, then by the special areas over it.
fn of_polygon(whole: &MultiPolygon<f64>, areas: &Areas) -> BTreeMap<Ground, f64> {
    let mut sizes: BTreeMap<Ground, f64> = BTreeMap::new();
    let Some(bbox) = shape::bbox(whole) else { return sizes };
    let mut special: Vec<AreaIx> = areas.in_bbox(Level::Special, bbox).map(|(ix, _)| ix).collect();
    special.sort_by_key(|&ix| areas.rank(ix));
    let mut add = |base: Ground, piece: MultiPolygon<f64>| {
        let mut pieces = vec![(base, piece)];
        for &over in &special {
            let cutter = &areas.at(over).geometry;
            let cut = |(ground, piece): (Ground, MultiPolygon<f64>)| {
                let overlays = ground.overlays.iter().copied().chain([over]).collect();
                [
                    (Ground { overlays, ..ground.clone() }, piece.intersection(cutter)),
                    (ground, piece.difference(cutter)),
                ]
            };
            pieces = pieces.into_iter().flat_map(cut).filter(|(_, piece)| !piece.0.is_empty()).collect();
        }
        for (ground, piece) in pieces {
            let size = shape::area_m2(&piece);
            if size > 0.0 {
                *sizes.entry(ground).or_default() += size;
            }
        }
    };
    let county_of = |ix: AreaIx| areas.line(ix).find(|&ix| areas.at(ix).level == Level::County);
    let mut rest = whole.clone();
    for (ix, township) in areas.in_bbox(Level::Township, bbox) {
        let piece = rest.intersection(&township.geometry);
        if !piece.0.is_empty() {
            rest = rest.difference(&township.geometry);
            add(Ground { overlays: Vec::new(), township: Some(ix), county: county_of(ix) }, piece);
        }
    }
    for (ix, county) in areas.in_bbox(Level::County, bbox) {
        add(Ground { overlays: Vec::new(), township: None, county: Some(ix) }, rest.intersection(&county.geometry));
    }
    sizes
}

#[cfg(test)]
mod tests;
