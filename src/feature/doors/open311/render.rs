//! Answers as JSON or XML: the same records, by the same names.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use quick_xml::escape::escape;
use serde::Serialize;
use serde_json::{Value, json};

use super::wire::Fault;
use crate::{
    api::Problem,
    base::{Error, Kind},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

impl Format {
    /// What stands before `.json` or `.xml`.
    pub fn of(document: &str) -> Option<(&str, Self)> {
        let json = document.strip_suffix(".json").map(|name| (name, Self::Json));
        json.or_else(|| document.strip_suffix(".xml").map(|name| (name, Self::Xml)))
    }

    /// In XML `root` is around everything, and `item` around each record of a list.
    pub fn show(self, status: StatusCode, [root, item]: [&str; 2], body: &impl Serialize) -> Response {
        match (self, serde_json::to_value(body)) {
            (Self::Json, Ok(value)) => (status, Json(value)).into_response(),
            (Self::Xml, Ok(value)) => {
                let mut text = r#"<?xml version="1.0" encoding="utf-8"?>"#.to_owned();
                element(&mut text, root, item, &value);
                (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
            }
            (_, Err(e)) => Problem::from(Error::internal(e)).into_response(),
        }
    }

    /// What the request is to blame for, as a list of faults; the rest as everywhere.
    pub fn refuse(self, error: Error) -> Response {
        let status = match error.kind {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            _ => return Problem::from(error).into_response(),
        };
        let fault = Fault { code: status.as_u16(), description: in_their_words(error).to_string() };
        self.show(status, ["errors", "error"], &[fault])
    }

    pub fn answer(self, answer: Result<Response, Error>) -> Response {
        answer.unwrap_or_else(|error| self.refuse(error))
    }
}

/// The field at fault, as GeoReport calls it.
fn in_their_words(error: Error) -> Error {
    let theirs = |name: String| match name.as_str() {
        "matter" => "service_code".to_owned(),
        "lng" => "long".to_owned(),
        "address" => "address_string".to_owned(),
        "reporter.name" => "first_name".to_owned(),
        "reporter.phone" => "phone".to_owned(),
        _ => name,
    };
    Error { field: error.field.map(theirs), ..error }
}

/// Items of a list within a record are called as the list, less its plural.
fn element(text: &mut String, name: &str, item: &str, value: &Value) {
    *text += &format!("<{name}>");
    match value {
        Value::Null => {}
        Value::String(said) => *text += &escape(said.replace(is_no_xml, "\u{fffd}")),
        Value::Array(all) => all.iter().for_each(|one| element(text, item, "", one)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| element(text, name, name.trim_end_matches('s'), value));
        }
        other => *text += &json!(other).to_string(),
    }
    *text += &format!("</{name}>");
}

/// What no XML 1.0 document may hold, escaped or not.
fn is_no_xml(c: char) -> bool {
    (c < ' ' && !"\t\n\r".contains(c)) || ['\u{fffe}', '\u{ffff}'].contains(&c)
}

#[cfg(test)]
mod tests;
