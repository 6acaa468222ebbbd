//! What is kept of a network where the county is known: help comes from beyond the border, but not
//! from far.
//!
//! Distances are great circles. The border becomes points in space, a twentieth of the limit apart at
//! most, and lines are looked at in such steps too; so no distance comes out more than 0.2 % too
//! long, and one look into an R-tree tells.

use geo::LinesIter;
use rstar::RTree;

use crate::{
    base::{EARTH_RADIUS_M, LngLat, Result},
    domain::areas::{Area, Areas, Level},
};

/// The counties and what lies at most so far beyond their borders.
#[derive(Debug)]
pub struct Nearby {
    counties: Areas,
    /// On the unit sphere.
    border: RTree<[f64; 3]>,
    /// Squared, through the unit sphere.
    limit: f64,
    step_m: f64,
}

impl Nearby {
    /// `limit_m` beyond the counties among `areas`; `None` when there is none.
    pub fn new(areas: impl IntoIterator<Item = Area>, limit_m: f64) -> Result<Option<Self>> {
        let counties = Areas::new(areas.into_iter().filter(|a| a.level == Level::County).collect())?;
        let step_m = limit_m / 20.0;
        let edges = counties.iter().flat_map(|(_, county)| county.geometry.lines_iter());
        let points = edges.flat_map(|edge| steps(edge.start.into(), edge.end.into(), step_m));
        let border = RTree::bulk_load(points.map(on_sphere).collect());
        let half = (limit_m / EARTH_RADIUS_M).min(std::f64::consts::PI) / 2.0;
        Ok((!counties.is_empty()).then_some(Self { counties, border, limit: 4.0 * half.sin().powi(2), step_m }))
    }

    pub fn holds(&self, p: LngLat) -> bool {
        let inside = self.counties.locate(p).county.is_some();
        inside || self.border.locate_within_distance(on_sphere(p), self.limit).next().is_some()
    }

    /// Whether any point of the line is held.
    pub fn meets(&self, mut line: impl Iterator<Item = LngLat>) -> bool {
        let Some(mut from) = line.next() else { return false };
        self.holds(from)
            || line.any(|to| {
                let start = std::mem::replace(&mut from, to);
                steps(start, to, self.step_m).skip(1).any(|p| self.holds(p))
            })
    }
}

/// From `a` to `b`, both included, `step_m` apart at most.
fn steps(a: LngLat, b: LngLat, step_m: f64) -> impl Iterator<Item = LngLat> {
    let n = (a.distance_m(b) / step_m).ceil().max(1.0) as u32;
    (0..=n).map(move |i| match f64::from(i) / f64::from(n) {
        1.0 => b,
        t => LngLat { lng: a.lng + t * (b.lng - a.lng), lat: a.lat + t * (b.lat - a.lat) },
    })
}

fn on_sphere(p: LngLat) -> [f64; 3] {
    let ((sin_lng, cos_lng), (sin_lat, cos_lat)) = (p.lng.to_radians().sin_cos(), p.lat.to_radians().sin_cos());
    [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat]
}
