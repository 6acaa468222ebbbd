//! What Valhalla's clients ask of a route, and how they read it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::{Common, Place};
use crate::domain::dispatch::Line;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValhallaRouteAsk)]
pub struct RouteAsk {
    /// 2 to 100, in their order; each ends a leg.
    #[schema(value_type = Option<Vec<Place>>)]
    pub locations: Option<Vec<Value>>,
    #[serde(flatten)]
    pub options: Directions,
    /// As clients of former versions say it; what stands beside it wins.
    pub directions_options: Option<Directions>,
    /// `polyline6` (default), `polyline5`, `geojson` or `no_shape`
    pub shape_format: Option<String>,
    /// `json`; others are refused.
    pub format: Option<String>,
    #[serde(flatten)]
    pub common: Common,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ValhallaDirections)]
pub struct Directions {
    /// Of lengths: kilometers when not given, or miles
    pub units: Option<String>,
    /// `en-US` (default) or `zh-CN`; others are answered in English.
    pub language: Option<String>,
    /// `instructions` (default), `maneuvers` without them, or `none` of either
    pub directions_type: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaRoute)]
pub struct Answered {
    pub trip: Trip,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaTrip)]
pub struct Trip {
    pub locations: Vec<Stopover>,
    /// From each location to the next.
    pub legs: Vec<Leg>,
    pub summary: Summary,
    pub status_message: &'static str,
    /// 0
    pub status: u8,
    /// `kilometers` or `miles`
    pub units: &'static str,
    pub language: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaStopover)]
pub struct Stopover {
    /// `break`
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(flatten)]
    #[schema(inline)]
    pub at: Place,
    pub original_index: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaLeg)]
pub struct Leg {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub maneuvers: Option<Vec<Maneuver>>,
    pub summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub shape: Option<Shape>,
}

/// As `shape_format` asks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ValhallaShape)]
pub enum Shape {
    /// An encoded polyline.
    Encoded(String),
    GeoJson(Line),
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = ValhallaSummary)]
pub struct Summary {
    pub has_highway: bool,
    pub has_ferry: bool,
    pub min_lat: f64,
    pub min_lon: f64,
    pub max_lat: f64,
    pub max_lon: f64,
    /// Seconds.
    pub time: f64,
    /// In `units`.
    pub length: f64,
    /// As `time`.
    pub cost: f64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaManeuver)]
pub struct Maneuver {
    /// Valhalla's number: 1 start, 4 destination, 7 becomes, 8 continue, 9 to 11 and 14 to 16 turns, 12 and 13
    /// U-turns, 26 and 27 into and out of a roundabout, 28 and 29 onto and off a ferry
    #[serde(rename = "type")]
    pub kind: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instruction: Option<String>,
    /// Its name and its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub street_names: Vec<String>,
    /// Seconds.
    pub time: f64,
    /// In `units`.
    pub length: f64,
    /// As `time`.
    pub cost: f64,
    pub begin_shape_index: usize,
    pub end_shape_index: usize,
    /// Degrees clockwise from north; absent where the drive begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bearing_before: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bearing_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub roundabout_exit_count: Option<usize>,
    /// `drive`, `bicycle` or `pedestrian`
    pub travel_mode: &'static str,
    /// `car`, `hybrid` or `foot`; on a ferry too
    pub travel_type: &'static str,
}
