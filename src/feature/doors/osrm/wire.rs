//! OSRM's answers as its clients read them: seconds and metres with one decimal, places as longitude
//! and latitude.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::dispatch::Line;

/// What went well, in the words of the engine.
pub const OK: &str = "Ok";

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmRefusal)]
pub struct RefusalBody {
    /// `InvalidUrl`, `InvalidService`, `InvalidVersion`, `InvalidQuery`, `InvalidOptions`, `NoSegment`, `NoRoute` or
    /// `TooBig`
    pub code: &'static str,
    pub message: String,
}

/// Where a coordinate lies on the network.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmWaypoint)]
pub struct Waypoint {
    pub location: [f64; 2],
    /// The street's name, empty where it has none.
    pub name: String,
    /// From the coordinate, metres.
    pub distance: f64,
    /// OSM ids of the segment's ends; of `nearest` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nodes: Option<[i64; 2]>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmTable)]
pub struct Table {
    #[schema(example = "Ok")]
    pub code: &'static str,
    /// Seconds from each source to each destination; null where there is no way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub durations: Option<Vec<Vec<Option<f64>>>>,
    /// Metres of the quickest drive from each source to each destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub distances: Option<Vec<Vec<Option<f64>>>>,
    /// Null where no road is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sources: Option<Vec<Option<Waypoint>>>,
    /// Null where no road is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub destinations: Option<Vec<Option<Waypoint>>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmNearest)]
pub struct Nearest {
    #[schema(example = "Ok")]
    pub code: &'static str,
    pub waypoints: Vec<Waypoint>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmRoutes)]
pub struct Routes {
    #[schema(example = "Ok")]
    pub code: &'static str,
    /// The quickest alone.
    pub routes: Vec<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub waypoints: Option<Vec<Waypoint>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmRoute)]
pub struct Route {
    pub duration: f64,
    pub weight: f64,
    pub weight_name: &'static str,
    pub distance: f64,
    /// From each coordinate to the next.
    pub legs: Vec<Leg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub geometry: Option<Geometry>,
}

/// As `geometries` asks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = OsrmGeometry)]
pub enum Geometry {
    /// An encoded polyline.
    Encoded(String),
    GeoJson(Line),
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmLeg)]
pub struct Leg {
    pub duration: f64,
    pub weight: f64,
    pub distance: f64,
    /// Its two longest streets.
    pub summary: String,
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub annotation: Option<Annotation>,
}

/// From each point of the leg's full geometry to the next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmAnnotation)]
pub struct Annotation {
    /// Seconds, exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duration: Option<Vec<f64>>,
    /// As `duration`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub weight: Option<Vec<f64>>,
    /// Metres, exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub distance: Option<Vec<f64>>,
    /// Metres a second, of the whole stretch between two junctions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub speed: Option<Vec<f64>>,
    /// What the time is from: an index of `datasource_names`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub datasources: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub metadata: Option<Sources>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmSources)]
pub struct Sources {
    pub datasource_names: [&'static str; 2],
}

/// Along one street.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmStep)]
pub struct Step {
    /// Of a roundabout that of the street by which one leaves it.
    pub name: String,
    /// The road's number.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rotary_name: Option<String>,
    pub duration: f64,
    pub weight: f64,
    pub distance: f64,
    pub geometry: Geometry,
    /// `driving`, `cycling`, `walking` or `ferry`
    pub mode: &'static str,
    /// `right` or `left`
    pub driving_side: &'static str,
    pub maneuver: Maneuver,
    pub intersections: Vec<Intersection>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmManeuver)]
pub struct Maneuver {
    /// `depart`, `turn`, `new name`, `notification`, `roundabout`, `rotary`, `exit roundabout`, `exit rotary` or `arrive`
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub modifier: Option<&'static str>,
    /// Of a roundabout: by which of its exits one leaves it, from 1; absent where the drive ends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub exit: Option<usize>,
    pub location: [f64; 2],
    /// Degrees clockwise from north.
    pub bearing_before: u32,
    /// Degrees clockwise from north.
    pub bearing_after: u32,
}

/// The roads that one comes from and goes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OsrmIntersection)]
pub struct Intersection {
    pub location: [f64; 2],
    /// Away from the junction, degrees clockwise from north.
    pub bearings: Vec<u32>,
    /// Which of them may be entered.
    pub entry: Vec<bool>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub come_from: Option<usize>,
    #[serde(rename = "out", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub go_to: Option<usize>,
}
