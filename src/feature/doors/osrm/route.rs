//! A route as OSRM shows it: legs between the stops, steps by street, geometry.

use geo::{LineString, Simplify};

use super::{
    super::{Roads, Stop, seconds, tenths},
    ask::{Ask, Refusal, refuse},
    location,
    wire::{self, Geometry, Intersection, Leg, Maneuver, Step},
};
use crate::{
    base::{BBox, LngLat},
    domain::dispatch::Line,
    kernel::{
        dijkstra::{Route, Workspace},
        graph::CLOSED,
        snap::Snapped,
    },
};

/// A simplified line leaves out what is narrower than this share of its extent: about a pixel on a
/// screen that the route fills.
const SIMPLIFY_SHARE: f64 = 1.0 / 1_000.0;

/// How the client wants it.
#[derive(Debug)]
pub struct Style {
    steps: bool,
    geometries: &'static str,
    overview: &'static str,
}

impl Style {
    pub fn of(ask: &Ask) -> Result<Self, Refusal> {
        if ask.flag("annotations")? {
            return refuse("InvalidOptions", "annotations are not supported by this service");
        }
        // Turning around at a stop is always allowed here, and another route never given.
        ask.choice("continue_straight", &["default", "false"])?;
        let wanted = ask.text("alternatives").unwrap_or("false");
        if !["true", "false"].contains(&wanted) && wanted.parse::<u32>().is_err() {
            return refuse("InvalidOptions", format!("alternatives of {wanted:?} is no number, true or false"));
        }
        Ok(Self {
            steps: ask.flag("steps")?,
            geometries: ask.choice("geometries", &["polyline", "polyline6", "geojson"])?,
            overview: ask.choice("overview", &["simplified", "full", "false"])?,
        })
    }

    fn geometry(&self, points: impl IntoIterator<Item = LngLat>) -> Result<Geometry, Refusal> {
        let points = points.into_iter().map(location);
        let precision = match self.geometries {
            "geojson" => return Ok(Geometry::GeoJson(Line { coordinates: points.collect() })),
            "polyline6" => 6,
            _ => 5,
        };
        let line: LineString<f64> = points.collect();
        match polyline::encode_coordinates(line, precision) {
            Ok(text) => Ok(Geometry::Encoded(text)),
            Err(e) => Err(crate::base::Error::internal(e).into()),
        }
    }
}

/// The quickest drive past all stops in their order, and where it enters or leaves the roads at each. A
/// leg takes what its entrances cost on foot more than the nearest, too.
pub fn show(
    roads: &Roads,
    ws: &mut Workspace,
    stops: &[Stop],
    style: &Style,
) -> Result<(wire::Route, Vec<Snapped>), Refusal> {
    let drive = |ends: &[Stop]| {
        let [from, to] = [&ends[0].out, &ends[1].into].map(|ways| roads.definition().beside_first(ways));
        let found = roads.roads().drive(ws, &from, &to, CLOSED - 1);
        found.map_or_else(|| refuse("NoRoute", "no route found between the points"), Ok)
    };
    let drives: Vec<(u32, Route)> = stops.windows(2).map(drive).collect::<Result<_, _>>()?;
    let (whole_ms, legs): (Vec<u32>, Vec<Route>) = drives.into_iter().unzip();
    let passed = |(i, stop): (usize, &Stop)| {
        let (ways, at) = if i == 0 { (&stop.out, legs[0].ends[0]) } else { (&stop.into, legs[i - 1].ends[1]) };
        *ways.iter().find(|way| way.position() == at).unwrap_or(stop.nearest())
    };
    let passed = stops.iter().enumerate().map(passed).collect();
    let shown = |(leg, &ms): (&Route, &u32)| -> Result<Leg, Refusal> {
        let duration = seconds(ms);
        let steps = if style.steps { steps(leg, style)? } else { Vec::new() };
        Ok(Leg { duration, weight: duration, distance: tenths(leg.length_m), summary: summary(leg), steps })
    };
    let duration = tenths(whole_ms.iter().map(|&ms| f64::from(ms)).sum::<f64>() / 1_000.0);
    let route = wire::Route {
        duration,
        weight: duration,
        weight_name: "duration",
        distance: tenths(legs.iter().map(|leg| leg.length_m).sum()),
        legs: legs.iter().zip(&whole_ms).map(shown).collect::<Result<_, _>>()?,
        geometry: (style.overview != "false").then(|| overview(&legs, style)).transpose()?,
    };
    Ok((route, passed))
}

fn overview(legs: &[Route], style: &Style) -> Result<Geometry, Refusal> {
    let mut points: Vec<LngLat> = legs.iter().flat_map(|leg| leg.points.iter().copied()).collect();
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

/// One street after another.
struct Stretch<'a> {
    name: &'a str,
    ms: u32,
    length_m: f64,
    points: &'a [LngLat],
}

fn stretches(leg: &Route) -> Vec<Stretch<'_>> {
    let name = |i: usize| leg.segments[i].name.as_deref().unwrap_or_default();
    let mut begins: Vec<usize> = (0..leg.segments.len()).collect();
    // A street keeps its name where only its class changes.
    begins.retain(|&i| i == 0 || name(i) != name(i - 1));
    let end_of = |n: usize| begins.get(n + 1).copied().unwrap_or(leg.segments.len());
    let stretch = |(n, &i): (usize, &usize)| {
        let of = &leg.segments[i..end_of(n)];
        let last = leg.segments.get(end_of(n)).map_or(leg.points.len() - 1, |next| next.first_point);
        Stretch {
            name: name(i),
            ms: of.iter().map(|s| s.ms).sum(),
            length_m: of.iter().map(|s| s.length_m).sum(),
            points: &leg.points[of[0].first_point..=last],
        }
    };
    begins.iter().enumerate().map(stretch).collect()
}

/// The two streets with the longest stretches, in the order they are driven.
fn summary(leg: &Route) -> String {
    let mut named: Vec<(usize, Stretch<'_>)> =
        stretches(leg).into_iter().enumerate().filter(|(_, s)| !s.name.is_empty()).collect();
    named.sort_by(|a, b| b.1.length_m.total_cmp(&a.1.length_m));
    named.truncate(2);
    named.sort_by_key(|(place, _)| *place);
    named.iter().map(|(_, s)| s.name).collect::<Vec<_>>().join(", ")
}

fn steps(leg: &Route, style: &Style) -> Result<Vec<Step>, Refusal> {
    let mut steps = Vec::new();
    let mut before: Option<f64> = None;
    for Stretch { name, ms, length_m, points } in stretches(leg) {
        let after = points.windows(2).next().map_or(0.0, |p| bearing_deg(p[0], p[1]));
        let (kind, modifier) = match before.map(|before| modifier(before, after)) {
            None => ("depart", "straight"),
            Some("straight") => ("new name", "straight"),
            Some(modifier) => ("turn", modifier),
        };
        let geometry = style.geometry(points.iter().copied())?;
        let turn = Turn { at: points[0], before, after: Some(after), kind, modifier: Some(modifier) };
        steps.push(turn.step(name, ms, length_m, geometry));
        before = points.windows(2).next_back().map(|p| bearing_deg(p[0], p[1])).or(Some(after));
    }
    let end = leg.points[leg.points.len() - 1];
    let name = leg.segments.last().and_then(|s| s.name.as_deref()).unwrap_or_default();
    let turn = Turn { at: end, before, after: None, kind: "arrive", modifier: None };
    steps.push(turn.step(name, 0, 0.0, style.geometry([end, end])?));
    Ok(steps)
}

/// How a step begins. Bearings in degrees, none before the first and after the last.
struct Turn {
    at: LngLat,
    before: Option<f64>,
    after: Option<f64>,
    kind: &'static str,
    modifier: Option<&'static str>,
}

impl Turn {
    fn step(self, name: &str, ms: u32, length_m: f64, geometry: Geometry) -> Step {
        let Self { at, kind, modifier, .. } = self;
        let location = location(at);
        let [before, after] = [self.before, self.after].map(|b| b.map(|b| b.round() as u32 % 360));
        // The roads one comes from (as a bearing away from the junction) and goes to.
        let come_from = before.map(|b| (b + 180) % 360);
        let bearings: Vec<u32> = come_from.into_iter().chain(after).collect();
        Step {
            name: name.to_owned(),
            duration: seconds(ms),
            weight: seconds(ms),
            distance: tenths(length_m),
            geometry,
            mode: "driving",
            driving_side: "right",
            maneuver: Maneuver {
                kind,
                modifier,
                location,
                bearing_before: before.unwrap_or(0),
                bearing_after: after.unwrap_or(0),
            },
            intersections: vec![Intersection {
                location,
                entry: come_from.map(|_| false).into_iter().chain(after.map(|_| true)).collect(),
                come_from: come_from.map(|_| 0),
                go_to: after.map(|_| bearings.len() - 1),
                bearings,
            }],
        }
    }
}

/// Clockwise from north, 0 to 360.
fn bearing_deg(from: LngLat, to: LngLat) -> f64 {
    let [east, north] = to.local_m(from);
    east.atan2(north).to_degrees().rem_euclid(360.0)
}

/// The word for a turn from one bearing to another.
fn modifier(before: f64, after: f64) -> &'static str {
    // Right is positive.
    let turn = (after - before + 180.0).rem_euclid(360.0) - 180.0;
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
mod tests {
    use super::*;

    #[test]
    fn turns_are_named_by_their_angle() {
        for (before, after, word) in [
            (0.0, 10.0, "straight"),
            (350.0, 5.0, "straight"),
            (0.0, 90.0, "right"),
            (0.0, 270.0, "left"),
            (270.0, 0.0, "right"),
            (10.0, 330.0, "slight left"),
            (0.0, 150.0, "sharp right"),
            (90.0, 270.0, "uturn"),
        ] {
            assert_eq!(modifier(before, after), word, "{before} to {after}");
        }
        let at = |lng, lat| LngLat { lng, lat };
        for (to, deg) in [(at(0.0, 1e-3), 0.0), (at(1e-3, 0.0), 90.0), (at(0.0, -1e-3), 180.0), (at(-1e-3, 0.0), 270.0)]
        {
            assert!((bearing_deg(at(0.0, 0.0), to) - deg).abs() < 1e-6);
        }
    }
}
