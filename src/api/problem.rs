//! Errors on the wire: RFC 9457 problem details, one table from error kinds to HTTP.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    base::{Error, Kind},
    telemetry,
};

/// A refusal on its way to the client.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    how: How,
    /// A member of its own, such as what it clashes with.
    more: Option<(&'static str, serde_json::Value)>,
}

/// What an invalid input failed at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    /// It was understood and refused: 422.
    Refused,
    /// It was not understood at all: 400.
    Malformed,
    /// The route is there, for other methods: 405.
    Method,
}

/// RFC 9457.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Stable: `/problems/<kind>`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// The value and the reason.
    pub detail: String,
    /// The field or parameter at fault, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A problem with what is told beside.
#[derive(Serialize)]
struct Extended {
    #[serde(flatten)]
    body: ProblemBody,
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    /// An input that could not be read: 400.
    pub fn malformed(error: Error) -> Self {
        Self { error, how: How::Malformed, more: None }
    }

    /// A method that the route is not for: 405.
    pub fn method(method: &axum::http::Method, path: &str) -> Self {
        Self { error: Error::invalid("method", format!("{method} is not for {path}")), how: How::Method, more: None }
    }

    /// With one more member, for programs.
    pub fn with(self, name: &'static str, value: &impl Serialize) -> Self {
        Self { more: serde_json::to_value(value).ok().map(|value| (name, value)), ..self }
    }

    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        match self.error.kind {
            Kind::Invalid => match self.how {
                How::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The input is not acceptable"),
                How::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request can't be read"),
                How::Method => (StatusCode::METHOD_NOT_ALLOWED, "method", "Not a method of this route"),
            },
            Kind::NotFound => (StatusCode::NOT_FOUND, "not-found", "No such thing"),
            Kind::Conflict => (StatusCode::CONFLICT, "conflict", "It clashes with what is there"),
            Kind::Stale => (StatusCode::PRECONDITION_FAILED, "stale", "The record has changed since"),
            Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "A valid key is needed"),
            Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Larger than the limit"),
            Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not now"),
            Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed here"),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { error, how: How::Refused, more: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.row();
        let detail = if self.error.kind == Kind::Internal {
            if let Some(unsaid) = telemetry::seldom(&self.error.detail) {
                tracing::error!(detail = %self.error.detail, unsaid, "internal error");
            }
            "the reason is in the service's log".to_owned()
        } else {
            self.error.detail
        };
        let body = ProblemBody {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail,
            field: self.error.field,
        };
        let more = self.more.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        let mut response = (status, Json(Extended { body, more })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::UNAUTHORIZED => {
                // Basic lets QGIS ask for the key; the key is the password.
                let challenge = HeaderValue::from_static("Bearer, Basic realm=\"xunge\"");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            _ => {}
        }
        response
    }
}
