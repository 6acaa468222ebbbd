//! Extractors that refuse in our words: unknown or wrong parameters are 400, a body that is JSON but
//! not acceptable is 422 and names the field.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{header, request::Parts},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::base::{Error, Kind, no_nul};

/// Query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read_query(parts.uri.query().unwrap_or("")).map(Self).map_err(Problem::malformed)
    }
}

/// What the query of an address says.
pub fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let query = &plus_again(query);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        no_nul(&name, &value)?;
    }
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|e| {
        let (field, reason) = (e.path().to_string(), e.into_inner().to_string());
        let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| *name == field);
        match given {
            Some((_, value)) => Error::invalid(field, format!("{value:?}: {reason}")),
            None => Error::invalid(missing(&reason).unwrap_or("query"), reason.as_str()),
        }
    })
}

/// The parameters of a query as they came, each with its name.
pub fn query_pairs(query: Option<&str>) -> Result<Vec<(String, String)>, Error> {
    let query = plus_again(query.unwrap_or(""));
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs.map(|(name, value)| no_nul(&name, &value).map(|()| (name, value))).collect()
}

/// The query with `%2B` for each blank that can only be the sign of an offset: most clients send a time as
/// it is, and a plus in a query means a blank.
fn plus_again(query: &str) -> String {
    let signed = |pair: &str| {
        let parted = ["+", "%20"].iter().find_map(|blank| pair.rsplit_once(blank));
        let of_time = parted.filter(|(before, after)| ends_as_time(before) && is_offset(after));
        of_time.map_or(pair.to_owned(), |(before, after)| format!("{before}%2B{after}"))
    };
    query.split('&').map(signed).collect::<Vec<_>>().join("&")
}

/// `name=2026-03-04T10:00`, or more.
fn ends_as_time(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(_, time)| time.len() >= 16 && time.as_bytes()[10] == b'T')
}

/// `08:00`.
fn is_offset(text: &str) -> bool {
    let plain = text.replace("%3A", ":").replace("%3a", ":");
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    plain.split_once(':').is_some_and(|(hours, minutes)| digits(hours) && digits(minutes))
}

/// Path parameters.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|p| Self(p.0)).map_err(|e| Problem::malformed(Error::invalid("path", e.body_text())))
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let essence = kind.split(';').next().unwrap_or("").trim();
        if essence != "application/json" && !essence.ends_with("+json") {
            let detail = format!("content type {kind:?} is not application/json");
            return Err(Problem::malformed(Error::invalid("content-type", detail)));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        // To note where it reads takes as long again: only what is refused is read so.
        let value = serde_json::from_slice(&bytes).or_else(|_| read_with_path(&bytes))?;
        no_nul_inside(&bytes)?;
        Ok(Self(value))
    }
}

fn read_with_path<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let is_data = e.inner().is_data();
        let error = unacceptable(e);
        if is_data { Problem::from(error) } else { Problem::malformed(error) }
    })?;
    json.end().map_err(|e| Problem::malformed(Error::invalid("body", e.to_string())))?;
    Ok(value)
}

/// Texts enter here: none may hold a NUL character, in JSON always `\u0000`.
fn no_nul_inside(body: &[u8]) -> Result<(), Error> {
    if !String::from_utf8_lossy(body).contains(r"\u0000") {
        return Ok(());
    }
    // Rare: it may also be a backslash and then u0000.
    let value: serde_json::Value = serde_json::from_slice(body).map_err(Error::internal)?;
    walk("", &value)
}

fn walk(path: &str, value: &serde_json::Value) -> Result<(), Error> {
    use serde_json::Value;
    let field = if path.is_empty() { "body" } else { path };
    match value {
        Value::String(text) => no_nul(field, text),
        Value::Array(all) => all.iter().enumerate().try_for_each(|(i, v)| walk(&format!("{path}[{i}]"), v)),
        Value::Object(map) => map.iter().try_for_each(|(key, v)| {
            no_nul(field, key)?;
            walk(&if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, v)
        }),
        _ => Ok(()),
    }
}

/// A part of a body that was taken as it came; errors name fields within it.
pub fn part<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(unacceptable)
}

fn unacceptable(e: serde_path_to_error::Error<serde_json::Error>) -> Error {
    let (path, reason) = (e.path().to_string(), e.into_inner().to_string());
    // A key of a map that is no word of ours: said of the map.
    let path = path.trim_end_matches(".?");
    let field = match (path, missing(&reason)) {
        (".", Some(name)) => name.to_owned(),
        (inside, Some(name)) => format!("{inside}.{name}"),
        (".", None) => "body".to_owned(),
        (inside, None) => inside.to_owned(),
    };
    Error::invalid(field, reason)
}

/// The field that serde says is missing; its path names only what should hold it.
fn missing(reason: &str) -> Option<&str> {
    reason.strip_prefix("missing field `")?.split('`').next()
}

fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Error::new(Kind::TooLarge, "the body is larger than this service takes").into()
    } else {
        Problem::malformed(Error::invalid("body", rejection.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_before_an_offset_is_a_sign_and_any_other_a_blank() {
        for (sent, meant) in [
            ("at=2026-03-04T10:00:00+08:00", "at=2026-03-04T10:00:00%2B08:00"),
            ("at=2026-03-04T10%3A00%3A00+08%3A00&k=1", "at=2026-03-04T10%3A00%3A00%2B08%3A00&k=1"),
            (
                "from=2026-03-04T10:00:00+08:00&to=2026-03-05T10:00:00+08:00",
                "from=2026-03-04T10:00:00%2B08:00&to=2026-03-05T10:00:00%2B08:00",
            ),
            ("at=2026-03-04T10:00:00%2008:00", "at=2026-03-04T10:00:00%2B08:00"),
            ("at=2026-03-04T10:00:00%2B08:00", "at=2026-03-04T10:00:00%2B08:00"),
            ("q=East+Gate&at=2026-03-04T10:00:00Z", "q=East+Gate&at=2026-03-04T10:00:00Z"),
            ("q=Tower+12:30", "q=Tower+12:30"),
            ("", ""),
        ] {
            assert_eq!(plus_again(sent), meant);
        }
    }
}
