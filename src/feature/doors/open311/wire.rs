//! GeoReport's records.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::Timestamp;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Fault)]
pub struct Fault {
    /// The status.
    pub code: u16,
    pub description: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Discovery)]
pub struct Discovery {
    pub changeset: &'static str,
    /// How one comes by a key.
    pub key_service: &'static str,
    pub endpoints: [Endpoint; 1],
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Endpoint)]
pub struct Endpoint {
    pub specification: &'static str,
    pub url: String,
    pub changeset: &'static str,
    /// `production`, or `test` where a demonstration is in force
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub formats: [&'static str; 2],
}

/// A matter of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Service)]
pub struct Service {
    pub service_code: String,
    pub service_name: String,
    pub description: String,
    /// False: a report needs nothing but what every one has.
    pub metadata: bool,
    /// `realtime`: a report has its id at once.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How fast somebody has to be there.
    pub keywords: &'static str,
    /// Field of enforcement.
    pub group: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Definition)]
pub struct Definition {
    pub service_code: String,
    /// None.
    pub attributes: Vec<String>,
}

/// A report that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Taken)]
pub struct Taken {
    /// Absent where there is a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub service_request_id: Option<Uuid>,
    /// Of a report whose address means no one place: `GET tokens/{token}` tells the case once somebody has located it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token: Option<Uuid>,
    /// That it is held, and what of the report is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub service_notice: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Token)]
pub struct Token {
    /// The same as the token; absent until somebody has located it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub service_request_id: Option<Uuid>,
    pub token: Uuid,
}

/// A case, without anybody's name or telephone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Request)]
pub struct Request {
    pub service_request_id: Uuid,
    /// `open` or `closed`
    pub status: &'static str,
    /// Its state.
    pub status_notes: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub service_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub service_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// The township where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agency_responsible: Option<String>,
    pub requested_datetime: Timestamp,
    /// When the last thing was done about it.
    pub updated_datetime: Timestamp,
    pub lat: f64,
    pub long: f64,
}
