//! A drive as the client wants to see it.

use geo::LineString;

use super::{
    Refusal,
    maneuvers::{Style, maneuvers},
    phrases::Language,
    refuse, thousandths,
    trip::{Directions, Leg, RouteAsk, Shape, Stopover, Summary, Trip},
    unit,
    wire::Place,
};
use crate::{
    base::{BBox, Error, LngLat},
    domain::dispatch::Line,
    feature::doors::{
        Roads,
        streets::{Street, Way},
    },
    kernel::{dijkstra::Route, graph::RoadClass, shape::round_deg},
};

/// How the client wants it.
pub struct Drawn {
    units: &'static str,
    style: Style,
    maneuvers: bool,
    shape_format: String,
}

impl Drawn {
    pub fn of(ask: &RouteAsk) -> Result<Self, Refusal> {
        let former = ask.directions_options.as_ref();
        let option = |of: fn(&Directions) -> &Option<String>| {
            of(&ask.options).as_deref().or(former.and_then(|former| of(former).as_deref()))
        };
        let (units, unit_m) = unit(option(|o| &o.units));
        let directions = option(|o| &o.directions_type).unwrap_or("instructions");
        let style =
            Style { language: Language::of(option(|o| &o.language)), told: directions == "instructions", unit_m };
        let shape_format = ask.shape_format.clone().unwrap_or_else(|| "polyline6".to_owned());
        if !["polyline6", "polyline5", "geojson", "no_shape"].contains(&shape_format.as_str()) {
            return refuse(164, format!("Invalid shape format: {shape_format}"));
        }
        Ok(Self { units, style, maneuvers: directions != "none", shape_format })
    }

    pub fn trip(&self, at: &[LngLat], legs: Vec<Leg>) -> Trip {
        let stopover = |(original_index, at): (usize, &LngLat)| Stopover {
            kind: "break",
            at: Place { lon: at.lng, lat: at.lat },
            original_index,
        };
        Trip {
            locations: at.iter().enumerate().map(stopover).collect(),
            summary: legs[1..].iter().fold(legs[0].summary, |whole, leg| together(whole, leg.summary)),
            legs,
            status_message: "Found route between points",
            status: 0,
            units: self.units,
            language: self.style.language.tag(),
        }
    }

    pub fn leg(&self, roads: &Roads, ms: u32, drive: &Route) -> Result<Leg, Refusal> {
        let streets = Street::all(roads.graph(), drive, ms - drive.drive_ms);
        Ok(Leg {
            maneuvers: self.maneuvers.then(|| maneuvers(roads, &streets, self.style)),
            summary: self.summary(roads, ms, drive, &streets),
            shape: self.shape(drive)?,
        })
    }

    fn summary(&self, roads: &Roads, ms: u32, drive: &Route, streets: &[Street]) -> Summary {
        let BBox { west, south, east, north } =
            BBox::around(drive.points.iter().copied()).unwrap_or(BBox { west: 0.0, south: 0.0, east: 0.0, north: 0.0 });
        let time = thousandths(f64::from(ms) / 1_000.0);
        Summary {
            has_highway: drive.driven.iter().any(|d| roads.graph().class(d.link()) == RoadClass::Motorway),
            has_ferry: streets.iter().any(|street| street.way == Way::Ferry),
            min_lat: round_deg(south),
            min_lon: round_deg(west),
            max_lat: round_deg(north),
            max_lon: round_deg(east),
            time,
            length: thousandths(drive.length_m / self.style.unit_m),
            cost: time,
        }
    }

    fn shape(&self, drive: &Route) -> Result<Option<Shape>, Refusal> {
        let points = drive.points.iter().map(|p| [round_deg(p.lng), round_deg(p.lat)]);
        let precision = match self.shape_format.as_str() {
            "no_shape" => return Ok(None),
            "geojson" => return Ok(Some(Shape::GeoJson(Line { coordinates: points.collect() }))),
            "polyline5" => 5,
            _ => 6,
        };
        let line: LineString<f64> = points.collect();
        polyline::encode_coordinates(line, precision)
            .map(|text| Some(Shape::Encoded(text)))
            .map_err(|e| Error::internal(e).into())
    }
}

/// Of two legs, one after the other.
fn together(a: Summary, b: Summary) -> Summary {
    Summary {
        has_highway: a.has_highway || b.has_highway,
        has_ferry: a.has_ferry || b.has_ferry,
        min_lat: a.min_lat.min(b.min_lat),
        min_lon: a.min_lon.min(b.min_lon),
        max_lat: a.max_lat.max(b.max_lat),
        max_lon: a.max_lon.max(b.max_lon),
        time: thousandths(a.time + b.time),
        length: thousandths(a.length + b.length),
        cost: thousandths(a.cost + b.cost),
    }
}
