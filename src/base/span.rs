//! A stretch of time in which something holds.

use serde::{Deserialize, Serialize};

use super::{Error, Result, Timestamp};

/// From when on something holds, and until when; open where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Span {
    /// It holds from this instant on; always so far, when not given.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// The first instant at which it does not hold any more.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl Span {
    pub fn holds(&self, at: Timestamp) -> bool {
        self.begins() <= at && self.until.is_none_or(|until| at < until)
    }

    pub fn begins(&self) -> Timestamp {
        self.from.unwrap_or(Timestamp::MIN)
    }

    /// Whether there is an instant at which both hold.
    pub fn meets(&self, other: &Self) -> bool {
        let ends_after = |a: &Self, b: &Self| a.until.is_none_or(|until| b.begins() < until);
        ends_after(self, other) && ends_after(other, self)
    }

    /// Refuses dates that are turned round.
    pub fn check(&self) -> Result<()> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if until <= from => {
                Err(Error::invalid("until", format!("{until} is not after the beginning, {from}")))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: Option<i64>, until: Option<i64>) -> Span {
        let at = |ms: i64| Timestamp::from_ms(ms).unwrap();
        Span { from: from.map(at), until: until.map(at) }
    }

    #[test]
    fn a_span_holds_from_its_beginning_until_before_its_end() {
        let at = |ms| Timestamp::from_ms(ms).unwrap();
        assert_eq!([9, 10, 19, 20].map(|ms| span(Some(10), Some(20)).holds(at(ms))), [false, true, true, false]);
        assert!(span(None, None).holds(Timestamp::MIN) && span(None, None).holds(Timestamp::MAX));
        assert!(span(Some(10), Some(10)).check().is_err() && span(Some(10), None).check().is_ok());
    }

    #[test]
    fn spans_meet_where_both_hold() {
        let spans: Vec<Span> = [None, Some(1), Some(2), Some(3)]
            .iter()
            .flat_map(|f| [None, Some(4), Some(3)].map(|u| span(*f, u)))
            .collect();
        for (a, b) in spans.iter().flat_map(|a| spans.iter().map(move |b| (a, b))) {
            let both =
                (-5..10).any(|ms| a.holds(Timestamp::from_ms(ms).unwrap()) && b.holds(Timestamp::from_ms(ms).unwrap()));
            let empty = a.check().is_err() || b.check().is_err();
            assert!(empty || a.meets(b) == both, "{a:?} {b:?}");
        }
    }
}
