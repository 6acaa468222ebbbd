//! Which way roads lead, degrees clockwise from north.

use crate::{
    base::LngLat,
    kernel::{
        graph::{CLOSED, Graph},
        snap::Foot,
    },
};

/// The ways that a road may lead: one, and so far to either side of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bearing {
    pub deg: f64,
    pub range_deg: f64,
}

impl Bearing {
    /// Whether one may drive so where the road is nearest.
    pub fn fits(&self, graph: &Graph, foot: &Foot) -> bool {
        let mut ends = graph.shape(foot.link).skip(foot.segment as usize);
        let (Some(a), Some(b)) = (ends.next(), ends.next()) else { return false };
        let leads = |edge, from, to| {
            graph.ms(edge) != CLOSED && turn_deg(self.deg, bearing_deg(from, to)).abs() <= self.range_deg
        };
        leads(2 * foot.link, a, b) || leads(2 * foot.link + 1, b, a)
    }
}

/// From one place to another, 0 to 360.
pub fn bearing_deg(from: LngLat, to: LngLat) -> f64 {
    let [east, north] = to.local_m(from);
    east.atan2(north).to_degrees().rem_euclid(360.0)
}

/// From one bearing to another, -180 to 180: right is positive.
fn turn_deg(before: f64, after: f64) -> f64 {
    (after - before + 180.0).rem_euclid(360.0) - 180.0
}

/// OSRM's word for a turn from one bearing to another.
pub fn turn_word(before: f64, after: f64) -> &'static str {
    let turn = turn_deg(before, after);
    match (turn.abs(), turn > 0.0) {
        (..20.0, _) => "straight",
        (..60.0, true) => "slight right",
        (..60.0, false) => "slight left",
        (..120.0, true) => "right",
        (..120.0, false) => "left",
        (..165.0, true) => "sharp right",
        (..165.0, false) => "sharp left",
        _ => "uturn",
    }
}

#[cfg(test)]
mod tests;
