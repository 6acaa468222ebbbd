//! The hours that an audit looks at, and sets of them.

use std::ops::{BitAnd, BitOr};

use jiff::{ToSpan, tz::TimeZone};

use crate::base::{Timestamp, words};

const HOUR_MS: i64 = 3_600_000;

words! {
    /// Which hours are looked at.
    AuditedHours {
        /// The 24 of the day, from midnight.
        Day = "day",
        /// The 168 of the week, from Monday's midnight.
        Week = "week",
    }
}

impl AuditedHours {
    pub const fn count(self) -> usize {
        match self {
            Self::Day => 24,
            Self::Week => 168,
        }
    }

    /// When each hour begins, of the day or week that `at` lies in.
    pub fn begin(self, at: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
        let now = at.to_jiff().to_zoned(zone.clone());
        let back = match self {
            Self::Day => 0,
            Self::Week => now.weekday().to_monday_zero_offset(),
        };
        let first = now.checked_sub(back.days()).and_then(|day| day.start_of_day());
        let first = first.ok().and_then(|d| Timestamp::from_ms(d.timestamp().as_millisecond()).ok()).unwrap_or(at);
        (0..self.count() as i64).map(|h| first.plus_ms(h * HOUR_MS)).collect()
    }
}

/// Some of these hours, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours([u64; 3]);

impl Hours {
    /// Those at which something is so.
    pub fn at(hours: &[Timestamp], on: impl Fn(Timestamp) -> bool) -> Self {
        let mut this = Self::default();
        for (h, _) in hours.iter().enumerate().filter(|(_, at)| on(**at)) {
            this.0[h / 64] |= 1 << (h % 64);
        }
        this
    }

    /// Those that are not among the first `count`.
    pub fn lacking(self, count: usize) -> Self {
        let all = |word: usize| match count.saturating_sub(word * 64) {
            n @ 0..64 => (1 << n) - 1,
            _ => u64::MAX,
        };
        Self(std::array::from_fn(|word| all(word) & !self.0[word]))
    }

    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    pub fn has(self, hour: usize) -> bool {
        self.0[hour / 64] >> (hour % 64) & 1 == 1
    }

    /// Counted from the first, 0.
    pub fn list(self) -> Vec<usize> {
        (0..AuditedHours::Week.count()).filter(|h| self.has(*h)).collect()
    }
}

impl BitOr for Hours {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }
}

impl BitAnd for Hours {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }
}

#[cfg(test)]
mod tests;
