//! Places that are not points (流域、片区): a river stretch or a polygon, cut into the grounds that it lies on. Who
//! is responsible for each is the answer of that ground.

use std::collections::BTreeMap;

use geo::{
    BooleanOps, Coord, Distance, Geodesic, Line, LineString, LinesIter, MultiPolygon, Polygon, algorithm::Validation,
};

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
    Area(Polygon<f64>),
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

    /// A polygon of closed rings: its outline, then its holes.
    pub fn area(rings: &[Vec<LngLat>]) -> Result<Self> {
        check_count(rings.iter().map(Vec::len).sum())?;
        if rings.is_empty() || rings.iter().any(|r| r.len() < 4 || r.first() != r.last()) {
            let why = "a ring needs at least four positions, the last one the same as the first";
            return Err(refuse(why.to_owned()));
        }
        let mut rings = rings.iter().map(|ring| ring.iter().map(|p| Coord::from(*p)).collect::<LineString<f64>>());
        let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        let polygon = Polygon::new(outline, rings.collect());
        polygon.check_validation().map_err(|e| refuse(e.to_string()))?;
        Ok(Self::Area(polygon))
    }

    /// Its pieces, by ground.
    ///
    /// # Errors
    /// `Invalid` where it reaches out of the county.
    pub fn pieces(&self, areas: &Areas) -> Result<Vec<Piece>> {
        let (whole, sizes) = match self {
            Self::Line(line) => (length_m(line), of_line(line, areas)),
            Self::Area(polygon) => {
                let polygon = MultiPolygon::new(vec![polygon.clone()]);
                (shape::area_m2(&polygon), of_polygon(&polygon, areas))
            }
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
mod tests {
    use fastrand::Rng;

    use super::{super::tests::areas, *};

    /// A place in the drawn county, 0.2° wide and 0.1° high.
    fn place(dice: &mut Rng) -> LngLat {
        let share = |dice: &mut Rng| dice.usize(..1_001) as f64 / 1_000.0;
        LngLat { lng: 112.0 + 0.2 * share(dice), lat: 27.0 + 0.1 * share(dice) }
    }

    /// How much of many samples lies on each ground.
    fn sampled(areas: &Areas, samples: impl Iterator<Item = LngLat>) -> BTreeMap<Ground, f64> {
        let (mut counts, mut all): (BTreeMap<Ground, f64>, f64) = (BTreeMap::new(), 0.0);
        for at in samples {
            *counts.entry(Ground::at(areas, at)).or_default() += 1.0;
            all += 1.0;
        }
        counts.values_mut().for_each(|n| *n /= all);
        counts
    }

    fn check(found: &[Piece], sampled: &BTreeMap<Ground, f64>, within: f64, what: &str) {
        let sum: f64 = found.iter().map(|p| p.share).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{what}: {sum}");
        for piece in found {
            let want = sampled.get(&piece.ground).copied().unwrap_or(0.0);
            assert!((piece.share - want).abs() < within, "{what}: {piece:?} is {want} by samples");
        }
        let known = |ground: &Ground| found.iter().any(|p| p.ground == *ground);
        let missed: Vec<_> = sampled.iter().filter(|(g, share)| !known(g) && **share > within).collect();
        assert!(missed.is_empty(), "{what}: {missed:?}");
    }

    #[test]
    fn shares_of_lines_and_polygons_are_those_of_samples_and_sum_to_one() {
        let areas = areas();
        let mut grounds = 0;
        for seed in 0..40 {
            let mut dice = Rng::with_seed(seed);
            let places: Vec<LngLat> = (0..2 + dice.usize(..4)).map(|_| place(&mut dice)).collect();
            let Ok(Footprint::Line(line)) = Footprint::line(&places) else { continue };
            let found = Footprint::Line(line.clone()).pieces(&areas).unwrap();
            let of = |segment: Line<f64>| {
                // So many samples that each stands for the same length.
                let n = (Geodesic.distance(segment.start_point(), segment.end_point()) / 5.0) as usize;
                (0..n).map(move |i| (segment.start + segment.delta() * ((i as f64 + 0.5) / n as f64)).into())
            };
            check(&found, &sampled(&areas, line.lines().flat_map(of)), 0.005, &format!("line {seed}"));
            let whole: f64 = found.iter().map(|p| p.size).sum();
            assert!((whole / length_m(&line) - 1.0).abs() < 1e-6, "{seed}");
            grounds += found.len();

            let (a, b) = (place(&mut dice), place(&mut dice));
            let [w, e, s, n] = [a.lng.min(b.lng), a.lng.max(b.lng), a.lat.min(b.lat), a.lat.max(b.lat)];
            let ring = [(w, s), (e, s), (e, n), (f64::midpoint(w, e), f64::midpoint(s, n)), (w, s)];
            let ring: Vec<LngLat> = ring.into_iter().map(|(lng, lat)| LngLat { lng, lat }).collect();
            let Ok(Footprint::Area(polygon)) = Footprint::area(&[ring]) else { continue };
            let found = Footprint::Area(polygon.clone()).pieces(&areas).unwrap();
            let grid = (0..160).flat_map(|i| (0..160).map(move |j| (i, j)));
            let samples = grid.map(|(i, j)| LngLat {
                lng: w + (e - w) * (f64::from(i) + 0.5) / 160.0,
                lat: s + (n - s) * (f64::from(j) + 0.5) / 160.0,
            });
            let shape = MultiPolygon::new(vec![polygon]);
            let samples = samples.filter(|p| shape::contains(&shape, *p));
            check(&found, &sampled(&areas, samples), 0.02, &format!("polygon {seed}"));
            grounds += found.len();
        }
        assert!(grounds > 150, "{grounds}");
    }

    #[test]
    fn what_runs_along_a_border_is_of_one_side_and_what_leaves_the_county_is_refused() {
        let areas = areas();
        let at = |lng, lat| LngLat { lng, lat };
        let along = Footprint::line(&[at(112.1, 27.0), at(112.1, 27.1)]).unwrap().pieces(&areas).unwrap();
        let townships: Vec<_> = along.iter().filter_map(|p| p.ground.township).collect();
        assert!(townships.windows(2).all(|w| w[0] == w[1]), "{along:?}");
        assert_eq!(along.iter().filter(|p| p.ground.overlays.is_empty()).count(), 1);
        let out = Footprint::line(&[at(112.05, 27.05), at(111.95, 27.05)]).unwrap().pieces(&areas).unwrap_err();
        assert_eq!((out.field.as_deref(), &out.detail[..6]), (Some("footprint"), "50.0 %"));
        let square =
            vec![at(112.15, 27.05), at(112.25, 27.05), at(112.25, 27.08), at(112.15, 27.08), at(112.15, 27.05)];
        assert!(Footprint::area(&[square]).unwrap().pieces(&areas).unwrap_err().detail.starts_with("50.0 %"));
    }

    #[test]
    fn what_is_no_footprint_is_refused() {
        let at = |lng, lat| LngLat { lng, lat };
        let bow = vec![at(0.0, 0.0), at(1.0, 1.0), at(1.0, 0.0), at(0.0, 1.0), at(0.0, 0.0)];
        for refused in [
            Footprint::line(&[]),
            Footprint::line(&[at(1.0, 1.0); 3]),
            Footprint::line(&[at(1.0, 1.0); VERTICES_MAX + 1]),
            Footprint::area(&[]),
            Footprint::area(&[vec![at(0.0, 0.0), at(1.0, 0.0), at(0.0, 0.0)]]),
            Footprint::area(&[bow]),
        ] {
            assert_eq!(refused.unwrap_err().field.as_deref(), Some("footprint"));
        }
    }
}
