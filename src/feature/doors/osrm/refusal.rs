//! How OSRM refuses: a code of its own, and a sentence.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::wire::RefusalBody;
use crate::{api::Problem, base::Error};

/// No.
#[derive(Debug)]
pub enum Refusal {
    /// OSRM's code and a sentence.
    Coded(&'static str, String),
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
        match self {
            Self::Coded(code, message) => {
                (StatusCode::BAD_REQUEST, Json(RefusalBody { code, message })).into_response()
            }
            Self::Ours(error) => Problem::from(error).into_response(),
        }
    }
}

pub fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Coded(code, message.into()))
}
