//! Entity tags (RFC 9110, 8.8.3): made from what is shown, so that all replicas give the same one.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue};
use headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch};

use crate::base::{Error, Kind, Result, sha256};

/// The tag of one state of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// Of a record: another state of it has another tag.
    pub fn strong(bytes: impl AsRef<[u8]>) -> Self {
        Self(format!("\"{}\"", &sha256(bytes)[..32]))
    }

    /// Of an answer, in whichever encoding it travels.
    pub fn weak(bytes: impl AsRef<[u8]>) -> Self {
        Self(format!("W/{}", Self::strong(bytes)))
    }

    /// As it was told before.
    pub fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether the client has this state already (`If-None-Match`; strong and weak are the same there).
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let asked: Option<IfNoneMatch> = headers.typed_get();
        asked.zip(self.etag()).is_some_and(|(asked, etag)| !asked.precondition_passes(&etag))
    }

    /// Refuses when the client asks for another state than this (`If-Match`).
    pub fn is_still(&self, headers: &HeaderMap, what: impl fmt::Display) -> Result<()> {
        let wanted: Option<IfMatch> = headers.typed_try_get().map_err(|e| Error::invalid("If-Match", e.to_string()))?;
        if wanted.is_none_or(|asked| self.etag().is_some_and(|etag| asked.precondition_passes(&etag))) {
            return Ok(());
        }
        Err(Error::new(Kind::Stale, format!("{what} has changed, its tag is {self} now")))
    }

    /// None where it is not as RFC 9110 has it: a client told us so.
    fn etag(&self) -> Option<ETag> {
        self.0.parse().ok()
    }

    /// As the header `ETag`.
    pub fn header(&self) -> Result<HeaderValue> {
        HeaderValue::from_str(&self.0).map_err(Error::internal)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, header};

    use super::*;

    fn with(name: HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn tags_are_looked_for_in_lists_and_over_several_headers() {
        let (tag, other) = (Tag::weak(b"this"), Tag::weak(b"that"));
        let strong = Tag::strong(b"this");
        for (values, known) in [
            (vec![], false),
            (vec![other.0.as_str()], false),
            (vec![tag.0.as_str()], true),
            (vec!["*"], true),
            (vec![strong.0.as_str()], true),
            (vec!["\"x\"", &format!("{other} , {tag}")], true),
            (vec!["this"], false),
        ] {
            assert_eq!(tag.is_known(&with(header::IF_NONE_MATCH, &values)), known, "{values:?}");
        }
    }

    #[test]
    fn an_edit_holds_for_the_state_it_was_made_for() {
        let (tag, weak) = (Tag::strong(b"this"), Tag::weak(b"this"));
        for (values, holds) in [
            (vec![], true),
            (vec!["*"], true),
            (vec!["\"x\"", tag.0.as_str()], true),
            (vec!["\"x\""], false),
            (vec![weak.0.as_str()], false),
            (vec![""], false),
        ] {
            let still = tag.is_still(&with(header::IF_MATCH, &values), "squad S1");
            assert_eq!(still.is_ok(), holds, "{values:?}");
        }
    }
}
