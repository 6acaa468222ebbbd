//! A route as OSRM shows it: legs between the stops, and geometry.

use geo::{LineString, Simplify};

use super::{
    super::{
        Roads, Stop, seconds,
        streets::{Street, summary},
        tenths,
    },
    annotation::annotation,
    refusal::{Refusal, refuse},
    steps::steps,
    style::Style,
    wire::{self, Geometry, Leg},
};
use crate::{
    base::{BBox, LngLat},
    kernel::{
        dijkstra::{Route, Workspace},
        snap::Snapped,
    },
};

/// A simplified line leaves out what is narrower than this share of its extent: about a pixel on a
/// screen that the route fills.
const SIMPLIFY_SHARE: f64 = 1.0 / 1_000.0;

/// The quickest drive past all stops in their order, and where it enters or leaves the roads at each. A
/// leg takes what its entrances cost on foot more than the nearest, too.
pub fn show(
    roads: &Roads,
    ws: &mut Workspace,
    stops: &[Stop],
    style: &Style,
) -> Result<(wire::Route, Vec<Snapped>), Refusal> {
    let drives = roads.drives(ws, stops);
    let Some(drives) = drives else { return refuse("NoRoute", "no route found between the points") };
    let legs = drives.iter().map(|(ms, drive)| leg(roads, *ms, drive, style)).collect::<Result<_, _>>()?;
    let whole_ms = drives.iter().map(|(ms, _)| f64::from(*ms)).sum::<f64>();
    let duration = tenths(whole_ms / 1_000.0);
    let route = wire::Route {
        duration,
        weight: duration,
        weight_name: "duration",
        distance: tenths(drives.iter().map(|(_, drive)| drive.length_m).sum()),
        legs,
        geometry: (style.overview != "false").then(|| overview(&drives, style)).transpose()?,
    };
    let passed = |(i, stop): (usize, &Stop)| {
        let (ways, at) = if i == 0 { (&stop.out, drives[0].1.ends[0]) } else { (&stop.into, drives[i - 1].1.ends[1]) };
        *ways.iter().find(|way| way.position() == at).unwrap_or(stop.nearest())
    };
    Ok((route, stops.iter().enumerate().map(passed).collect()))
}

fn leg(roads: &Roads, ms: u32, drive: &Route, style: &Style) -> Result<Leg, Refusal> {
    let walk_ms = ms - drive.drive_ms;
    let streets = Street::all(roads.graph(), drive, walk_ms);
    Ok(Leg {
        duration: seconds(ms),
        weight: seconds(ms),
        distance: tenths(drive.length_m),
        summary: summary(&streets),
        steps: if style.steps { steps(roads, &streets, style)? } else { Vec::new() },
        annotation: annotation(roads.roads(), drive, walk_ms, &style.annotations),
    })
}

fn overview(drives: &[(u32, Route)], style: &Style) -> Result<Geometry, Refusal> {
    let mut points: Vec<LngLat> = drives.iter().flat_map(|(_, drive)| drive.points.iter().copied()).collect();
    points.dedup();
    if style.overview == "simplified" {
        points = simplified(points);
    }
    // A line has two ends, even where nobody moves.
    if let [only] = points[..] {
        points.push(only);
    }
    style.geometry(points)
}

fn simplified(points: Vec<LngLat>) -> Vec<LngLat> {
    let extent_deg = BBox::around(points.iter().copied()).map_or(0.0, |b| (b.east - b.west).max(b.north - b.south));
    let line: LineString<f64> = points.into_iter().map(geo::Coord::from).collect();
    line.simplify(extent_deg * SIMPLIFY_SHARE).into_iter().map(LngLat::from).collect()
}
