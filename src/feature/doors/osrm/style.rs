//! How the client wants a route.

use geo::LineString;

use super::{
    annotation::wanted,
    ask::Ask,
    location,
    refusal::{Refusal, refuse},
    wire::Geometry,
};
use crate::{
    base::{Error, LngLat},
    domain::dispatch::Line,
};

#[derive(Debug)]
pub struct Style {
    pub steps: bool,
    pub annotations: Vec<&'static str>,
    geometries: &'static str,
    pub overview: &'static str,
}

impl Style {
    pub fn of(ask: &Ask) -> Result<Self, Refusal> {
        // Turning around at a stop is always allowed here, and another route never given.
        ask.choice("continue_straight", &["default", "false"])?;
        let several = ask.text("alternatives").unwrap_or("false");
        if !["true", "false"].contains(&several) && several.parse::<u32>().is_err() {
            return refuse("InvalidOptions", format!("alternatives of {several:?} is no number, true or false"));
        }
        Ok(Self {
            steps: ask.flag("steps")?,
            annotations: wanted(ask.text("annotations"))?,
            geometries: ask.choice("geometries", &["polyline", "polyline6", "geojson"])?,
            overview: ask.choice("overview", &["simplified", "full", "false"])?,
        })
    }

    pub fn geometry(&self, points: impl IntoIterator<Item = LngLat>) -> Result<Geometry, Refusal> {
        let points = points.into_iter().map(location);
        let precision = match self.geometries {
            "geojson" => return Ok(Geometry::GeoJson(Line { coordinates: points.collect() })),
            "polyline6" => 6,
            _ => 5,
        };
        let line: LineString<f64> = points.collect();
        match polyline::encode_coordinates(line, precision) {
            Ok(text) => Ok(Geometry::Encoded(text)),
            Err(e) => Err(Error::internal(e).into()),
        }
    }
}
