//! Valhalla's requests and answers as its clients write and read them.

use geojson::Feature;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::GeoFeature;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValhallaIsochroneAsk)]
pub struct IsochroneAsk {
    /// At most 100; the nearest counts.
    #[schema(value_type = Option<Vec<Place>>)]
    pub locations: Option<Vec<Value>>,
    /// At most 10.
    pub contours: Option<Vec<Contour>>,
    /// Polygons, not lines.
    #[serde(default)]
    pub polygons: bool,
    /// Leaves out what is smaller than this share of the largest part, 0 to 1; 1 when not given.
    pub denoise: Option<f64>,
    #[serde(flatten)]
    pub common: Common,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValhallaContour)]
pub struct Contour {
    /// Minutes, at most 120.
    pub time: Option<f64>,
    /// Refused.
    pub distance: Option<f64>,
    /// Hexadecimal, without `#`.
    pub color: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValhallaMatrixAsk)]
pub struct MatrixAsk {
    #[schema(value_type = Option<Vec<Place>>)]
    pub sources: Option<Vec<Value>>,
    #[schema(value_type = Option<Vec<Place>>)]
    pub targets: Option<Vec<Value>>,
    /// Of distances: kilometers when not given, or miles
    pub units: Option<String>,
    /// True when not given.
    pub verbose: Option<bool>,
    #[serde(flatten)]
    pub common: Common,
}

/// What both may say. Members that are not named here are let pass, as Valhalla does.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValhallaCommon)]
pub struct Common {
    /// auto, car or driving; bicycle, bike, cycling or ebike; pedestrian, walking or foot
    pub costing: Option<String>,
    /// Given back with the answer.
    pub id: Option<Value>,
    /// True is refused.
    pub reverse: Option<bool>,
    /// Other than now is refused.
    pub date_time: Option<Value>,
    /// Refused, unless empty.
    pub exclude_locations: Option<Value>,
    /// Refused, unless empty.
    pub exclude_polygons: Option<Value>,
    /// Refused, unless empty.
    pub avoid_locations: Option<Value>,
    /// Refused, unless empty.
    pub avoid_polygons: Option<Value>,
}

/// WGS-84 degrees.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaPlace)]
pub struct Place {
    pub lon: f64,
    pub lat: f64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaRefusal)]
pub struct RefusalBody {
    /// Valhalla's number.
    pub error_code: u16,
    pub error: String,
    pub status_code: u16,
    pub status: &'static str,
}

/// A GeoJSON FeatureCollection: one feature a contour, the largest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename = "FeatureCollection")]
#[schema(as = ValhallaContours)]
pub struct Contours {
    #[schema(value_type = Vec<GeoFeature>)]
    pub features: Vec<Feature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaMatrix)]
pub struct Matrix {
    /// `kilometers` or `miles`
    pub units: &'static str,
    pub algorithm: &'static str,
    pub sources_to_targets: Cells,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sources: Option<Vec<Place>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub targets: Option<Vec<Place>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Value>,
}

/// As `verbose` asks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ValhallaCells)]
pub enum Cells {
    Verbose(Vec<Vec<Pair>>),
    /// Null where there is no way.
    Short {
        durations: Vec<Vec<Option<u32>>>,
        distances: Vec<Vec<Option<f64>>>,
    },
}

/// From one source to one target; time and distance are null where there is no way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValhallaPair)]
pub struct Pair {
    pub from_index: usize,
    pub to_index: usize,
    /// Whole seconds.
    pub time: Option<u32>,
    /// In `units`, to the third decimal.
    pub distance: Option<f64>,
}
