//! Valhalla's actions `isochrone`, `route`, `sources_to_targets` and `status`: a JSON object as the body, or
//! as the parameter `json` of a GET.

mod drawn;
mod isochrone;
mod maneuvers;
mod matrix;
mod phrases;
mod route;
mod status;
mod trip;
mod wire;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;

use self::wire::{Common, RefusalBody};
use super::Roads;
use crate::{
    api::Problem,
    base::{Error, LngLat},
    ctx::Ctx,
};

/// No.
#[derive(Debug)]
enum Refusal {
    /// Valhalla's number for it, and a sentence.
    Coded(u16, String),
    /// Ours: busy, no network yet.
    Ours(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, message) = match self {
            Self::Coded(code, message) => (code, message),
            Self::Ours(error) => return Problem::from(error).into_response(),
        };
        let status = match code {
            106 => StatusCode::NOT_FOUND,
            107 => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::BAD_REQUEST,
        };
        let (status_code, reason) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
        let body = RefusalBody { error_code: code, error: message, status_code, status: reason };
        (status, Json(body)).into_response()
    }
}

fn refuse<T>(code: u16, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Coded(code, message.into()))
}

type Answer<T> = Result<Json<T>, Refusal>;

/// The parameter of a GET.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
struct Asked {
    /// What a POST has as its body
    json: String,
}

/// The actions there are.
const ACTIONS: [&str; 4] = ["isochrone", "route", "sources_to_targets", "status"];
/// Those of the engine that are none here.
const OTHERS: [&str; 8] = [
    "/centroid",
    "/expansion",
    "/height",
    "/locate",
    "/optimized_route",
    "/trace_attributes",
    "/trace_route",
    "/transit_available",
];

pub fn router() -> OpenApiRouter<Ctx> {
    let own = isochrone::router().merge(matrix::router()).merge(route::router()).merge(status::router());
    OTHERS.into_iter().fold(own, |router, path| router.route(path, any(no_action)))
}

async fn no_action() -> Refusal {
    Refusal::Coded(106, format!("Try any of: {}", ACTIONS.map(|action| format!("'/{action}'")).join(" ")))
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(text).or_else(|e| refuse(100, format!("Failed to parse json request: {e}")))
}

/// The parameter `json`.
fn read_query<T: DeserializeOwned>(query: Option<&str>) -> Result<T, Refusal> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or("").as_bytes());
    let text = pairs.find(|(name, _)| name == "json").map_or_else(|| "{}".into(), |(_, text)| text);
    read(text.as_bytes())
}

impl Common {
    async fn roads(&self, ctx: &Ctx) -> Result<Roads, Refusal> {
        self.refuse_unknown()?;
        let Some(costing) = self.costing.as_deref() else { return refuse(124, "No edge/node costing provided") };
        match Roads::of(ctx, costing).await? {
            Some(roads) => Ok(roads),
            None => refuse(125, format!("No costing method found for '{costing}'")),
        }
    }

    /// What would change the answer and is not known here.
    fn refuse_unknown(&self) -> Result<(), Refusal> {
        // Type 0: now, and there is no other time of day here.
        let timed = self.date_time.as_ref().is_some_and(|d| d["type"] != 0);
        let asked = |v: &Option<Value>| v.as_ref().is_some_and(|v| *v != json!([]) && !v.is_null());
        let wanted = [
            (self.reverse == Some(true), "reverse"),
            (timed, "date_time"),
            (asked(&self.exclude_locations) || asked(&self.avoid_locations), "exclude_locations"),
            (asked(&self.exclude_polygons) || asked(&self.avoid_polygons), "exclude_polygons"),
        ];
        match wanted.into_iter().find(|(asked, _)| *asked) {
            Some((_, what)) => refuse(107, format!("Not Implemented: {what}")),
            None => Ok(()),
        }
    }
}

/// Places from `[{"lat", "lon"}]`; `code` where one can't be read.
fn places(locations: &[Value], code: u16, what: &str) -> Result<Vec<LngLat>, Refusal> {
    let place = |location: &Value| {
        let numbers = location["lon"].as_f64().zip(location["lat"].as_f64());
        let place = numbers.and_then(|(lng, lat)| LngLat::new(lng, lat).ok());
        place.map_or_else(|| refuse(code, format!("Failed to parse {what}: {location}")), Ok)
    };
    locations.iter().map(place).collect()
}

/// By the word for it, how many metres a unit of length has; kilometres unless miles are asked for.
fn unit(word: Option<&str>) -> (&'static str, f64) {
    match word {
        Some("mi" | "miles") => ("miles", 1_609.344),
        _ => ("kilometers", 1_000.0),
    }
}

/// To the third decimal.
fn thousandths(x: f64) -> f64 {
    (x * 1_000.0).round() / 1_000.0
}

fn no_edge<T>(place: LngLat) -> Result<T, Refusal> {
    refuse(171, format!("No suitable edges near location: {place}"))
}
