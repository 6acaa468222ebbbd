//! Whether zones were drawn in another datum than said: then they lie some hundred metres off.
//!
//! Told for the whole file where most of it lies outside the county, or its outline far from the
//! county's, and another datum puts both right; for one zone where its corners meet its neighbours'
//! in another datum only.

use std::collections::HashSet;

use geo::{Coord, CoordsIter, MapCoords, MultiPolygon};
use rstar::{RTree, primitives::GeomWithData};

use super::{AuditOptions, Drawn, Fault, FaultSize, Finding, Repair};
use crate::{
    base::{Code, LngLat},
    kernel::{crs::Datum, shape, topology},
};

/// At most so many corners are tried.
const SAMPLE: usize = 400;
/// An outline that lies nearer to the county's on the median is no datum off.
const OUTLINE_M: f64 = 100.0;
/// Corners so near are meant to be the same.
const SAME_M: f64 = 3.0;

pub fn look(drawn: &[Drawn], shapes: &[MultiPolygon<f64>], before: &[Finding], options: &AuditOptions) -> Vec<Finding> {
    if let Some(whole) = options.county.and_then(|county| whole_file(drawn, shapes, county, options.datum)) {
        return vec![whole];
    }
    let at_fault: HashSet<&Code> =
        before.iter().filter(|f| matches!(f.fault, Fault::Overlap | Fault::Gap)).flat_map(|f| &f.zones).collect();
    let outside = |i: usize| options.county.is_some_and(|county| inside(county, &corners_of(&shapes[i])) < 0.5);
    let suspects =
        (0..shapes.len()).filter(|&i| !shapes[i].0.is_empty() && (at_fault.contains(&drawn[i].code) || outside(i)));
    let suspects: Vec<usize> = suspects.collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let corners = shapes.iter().enumerate().flat_map(|(i, s)| s.coords_iter().map(move |c| ([c.x, c.y], i)));
    let tree = RTree::bulk_load(corners.map(|(at, i)| GeomWithData::new(at, i)).collect());
    suspects.into_iter().filter_map(|i| one_zone(drawn, &shapes[i], i, &tree, options)).collect()
}

/// Where `p`, read in `said`, lies when it was meant in `meant`.
fn reread(p: LngLat, said: Datum, meant: Datum) -> LngLat {
    meant.to_wgs84(said.from_wgs84(p))
}

/// Those that put places elsewhere than the one said.
fn others(said: Datum) -> impl Iterator<Item = Datum> {
    let same = |d: Datum| if d == Datum::Cgcs2000 { Datum::Wgs84 } else { d };
    [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().filter(move |d| *d != same(said))
}

fn sample(places: impl Iterator<Item = LngLat>) -> Vec<LngLat> {
    let all: Vec<LngLat> = places.collect();
    let step = all.len().div_ceil(SAMPLE).max(1);
    all.into_iter().step_by(step).collect()
}

fn corners_of(zone: &MultiPolygon<f64>) -> Vec<LngLat> {
    sample(zone.coords_iter().map(LngLat::from))
}

fn inside(county: &MultiPolygon<f64>, corners: &[LngLat]) -> f64 {
    corners.iter().filter(|p| shape::contains(county, **p)).count() as f64 / corners.len().max(1) as f64
}

#[derive(Debug, Clone, Copy)]
struct Fit {
    /// Share of the corners that lie in the county.
    inside: f64,
    /// Median distance from the zones' outline to the county's.
    outline_m: f64,
}

fn whole_file(
    drawn: &[Drawn],
    shapes: &[MultiPolygon<f64>],
    county: &MultiPolygon<f64>,
    said: Datum,
) -> Option<Finding> {
    let corners = sample(shapes.iter().flat_map(CoordsIter::coords_iter).map(LngLat::from));
    let union = topology::union(shapes);
    let outline = sample(union.iter().flat_map(|p| p.exterior().coords_iter()).map(LngLat::from));
    if corners.is_empty() || outline.is_empty() {
        return None;
    }
    let fit = |datum: Datum| {
        let moved = |p: &LngLat| reread(*p, said, datum);
        let inside = inside(county, &corners.iter().map(moved).collect::<Vec<_>>());
        let mut off: Vec<f64> = outline.iter().map(moved).map(|p| shape::border_distance_m(county, p)).collect();
        off.sort_by(f64::total_cmp);
        Fit { inside, outline_m: off[off.len() / 2] }
    };
    let now = fit(said);
    if now.inside >= 0.5 && now.outline_m <= OUTLINE_M {
        return None;
    }
    let better = |f: &Fit| {
        let placed = now.inside < 0.5 && f.inside > 0.9;
        placed || (now.outline_m > OUTLINE_M && f.outline_m < now.outline_m / 4.0 && f.inside >= now.inside)
    };
    let (meant, then) = others(said)
        .map(|d| (d, fit(d)))
        .filter(|(_, f)| better(f))
        .min_by(|a, b| a.1.outline_m.total_cmp(&b.1.outline_m))?;
    let right = union.map_coords(|c| Coord::from(reread(c.into(), said, meant)));
    let zones = drawn.iter().map(|d| d.code.clone()).collect();
    let percent = |f: Fit| 100.0 * f.inside;
    let advice = format!(
        "read the file as {meant}: {:.0} % of its corners then lie in the county instead of {:.0} %, and its outline \
         {:.0} m from the county's instead of {:.0} m",
        percent(then),
        percent(now),
        then.outline_m,
        now.outline_m
    );
    Some(finding(zones, outline[0], reread(outline[0], said, meant), right, meant, advice))
}

fn one_zone(
    drawn: &[Drawn],
    zone: &MultiPolygon<f64>,
    i: usize,
    tree: &RTree<GeomWithData<[f64; 2], usize>>,
    options: &AuditOptions,
) -> Option<Finding> {
    let (said, corners) = (options.datum, corners_of(zone));
    let meets = |datum: Datum| {
        let near = |p: &&LngLat| {
            let p = reread(**p, said, datum);
            // A degree of longitude is the shorter: the box is wide enough.
            let reach = 1.2 * SAME_M / 111_195.0 / p.lat.to_radians().cos().max(0.1);
            let around = rstar::AABB::from_corners([p.lng - reach, p.lat - reach], [p.lng + reach, p.lat + reach]);
            let mut others = tree.locate_in_envelope(&around).filter(|c| c.data != i);
            others.any(|c| LngLat { lng: c.geom()[0], lat: c.geom()[1] }.distance_m(p) <= SAME_M)
        };
        corners.iter().filter(near).count() as f64 / corners.len().max(1) as f64
    };
    let now = meets(said);
    if now > 0.2 {
        return None;
    }
    let (meant, then) = others(said).map(|d| (d, meets(d))).filter(|m| m.1 > 0.4).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let right = zone.map_coords(|c| Coord::from(reread(c.into(), said, meant)));
    let advice = format!(
        "read this zone as {meant}: {:.0} % of its corners then meet its neighbours' instead of {:.0} %",
        100.0 * then,
        100.0 * now
    );
    let at = corners[0];
    Some(finding(vec![drawn[i].code.clone()], at, reread(at, said, meant), right, meant, advice))
}

fn finding(
    zones: Vec<Code>,
    at: LngLat,
    right: LngLat,
    drawing: MultiPolygon<f64>,
    meant: Datum,
    advice: String,
) -> Finding {
    Finding {
        fault: Fault::WrongDatum,
        zones,
        at,
        size: FaultSize { length_m: Some(at.distance_m(right)), ..FaultSize::default() },
        narrow: false,
        drawing: shape::rounded(&drawing).into(),
        repair: Repair::ReadAs,
        repair_by: Some(meant.to_string()),
        advice,
    }
}
