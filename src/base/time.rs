//! Instants and the clock that gives them.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicI64, Ordering::Relaxed},
};

use serde::{Deserialize, Serialize};

use super::{Error, Result};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2026-03-01T00:30:00Z")]
pub struct Timestamp(i64);

/// 0001-01-01 and 9999-12-31: what RFC 3339 can say.
const RANGE_MS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

impl Timestamp {
    pub const MIN: Self = Self(*RANGE_MS.start());
    pub const MAX: Self = Self(*RANGE_MS.end());

    pub fn from_ms(ms: i64) -> Result<Self> {
        if RANGE_MS.contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(Error::invalid("time", format!("{ms} ms lies outside the years 1 to 9999")))
        }
    }

    pub fn ms(self) -> i64 {
        self.0
    }

    /// Shifted by `ms`, clamped to the representable range.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms).clamp(*RANGE_MS.start(), *RANGE_MS.end()))
    }

    /// Refuses a time of another clock that is more than `ahead_ms` milliseconds ahead of this one.
    pub fn not_ahead(self, field: &str, now: Self, ahead_ms: i64) -> Result<()> {
        if self > now.plus_ms(ahead_ms) {
            return Err(Error::invalid(field, format!("{self} lies in the future")));
        }
        Ok(())
    }

    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// RFC 3339 with an offset, such as `2026-03-01T08:30:00+08:00`.
    fn from_str(s: &str) -> Result<Self> {
        let t: jiff::Timestamp = s.parse().map_err(|_| {
            Error::invalid(
                "time",
                format!("{s:?} is not an RFC 3339 time with an offset, such as 2026-03-01T08:30:00+08:00"),
            )
        })?;
        Self::from_ms(t.as_millisecond())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = Error;
    fn try_from(s: String) -> Result<Self> {
        s.parse()
    }
}

impl From<Timestamp> for String {
    fn from(t: Timestamp) -> Self {
        t.to_string()
    }
}

/// Where "now" comes from: the machine, or a fixed instant in tests.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    System,
    Fixed(Timestamp),
    /// What was set last, milliseconds.
    Set(&'static AtomicI64),
}

impl Clock {
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp(jiff::Timestamp::now().as_millisecond()),
            Self::Fixed(t) => t,
            Self::Set(ms) => Timestamp(ms.load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_offset_and_written_in_utc() {
        let t: Timestamp = "2026-03-01T08:30:00+08:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-03-01T00:30:00Z");
        assert!("2026-03-01 08:30".parse::<Timestamp>().is_err());
        assert!(Timestamp::from_ms(i64::MAX).is_err());
    }
}
