//! One error type for everything a caller can cause. Kinds, not HTTP codes: `api` maps them once.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in terms a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input is not acceptable; nothing was changed.
    Invalid,
    /// No such thing.
    NotFound,
    /// It clashes with what is already there.
    Conflict,
    /// The caller's view of the record is out of date.
    Stale,
    /// The caller is not known.
    Unauthorized,
    /// The caller is known and may not.
    Forbidden,
    /// The input is larger than the limit.
    TooLarge,
    /// Not now: something needed is missing, busy or still loading.
    Unavailable,
    /// Our fault. The detail is logged and never shown.
    Internal,
}

/// A refusal: the kind, the value and the reason in one sentence without a full stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    pub kind: Kind,
    pub detail: String,
    /// The input field or parameter at fault, where one is.
    pub field: Option<String>,
}

impl Error {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), field: None }
    }

    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, detail: detail.into(), field: Some(field.into()) }
    }

    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("no {what} {id}"))
    }

    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, detail)
    }

    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, detail.to_string())
    }

    /// The same refusal, said of a part of the input: its field lies inside `part`.
    pub fn inside(mut self, part: &str) -> Self {
        self.field = Some(self.field.map_or_else(|| part.to_owned(), |f| format!("{part}.{f}")));
        self
    }

    /// The same refusal, said of `field` unless it already names one.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field.get_or_insert(field.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

impl std::error::Error for Error {}

/// Refuses a number outside of `low` to `high`; NaN is.
pub fn within(field: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(Error::invalid(field, format!("{value} is not within {low} to {high}")))
    }
}

/// Refuses a text with a NUL character, which PostgreSQL cannot keep.
pub fn no_nul(field: &str, text: &str) -> Result<()> {
    if text.contains('\0') { Err(Error::invalid(field, "has a NUL character")) } else { Ok(()) }
}

/// Refuses a text of more than `most` characters.
pub fn at_most(field: &str, text: Option<&str>, most: usize) -> Result<()> {
    match text.map_or(0, |text| text.chars().count()) {
        n if n > most => Err(Error::invalid(field, format!("{n} characters are more than {most}"))),
        _ => Ok(()),
    }
}
