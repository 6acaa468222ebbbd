//! How departments answer: figures with numerator, denominator and definition.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Whistle;
use crate::base::{Code, Timestamp};

/// Printed beside the figures.
pub const WHISTLE_DEFINITION: &str = "of whistles of the period, less those that were cancelled: in time is an arrival \
    within 30 minutes from when the clock of the whistle began, acknowledged in time is within 5, 10 or 30 minutes by \
    urgency (defaults of this service); without an arrival it is late once the limit is over, until then not yet due; \
    whistle rate: cases with a whistle of those reported in the period; stars are means";

/// How one department answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WhistleRates {
    #[schema(value_type = Option<String>)]
    pub department: Option<Code>,
    pub whistled: usize,
    /// Of these, those that it must answer.
    pub must: usize,
    pub cancelled: usize,
    /// The denominator: in time or late.
    pub due: usize,
    /// The numerator.
    pub arrived_in_time: usize,
    pub late: usize,
    pub not_yet_due: usize,
    /// `arrived_in_time` ÷ `due`; null where none is due.
    pub arrived_in_time_share: Option<f64>,
    pub acknowledged_in_time: usize,
    /// What townships gave it, the mean.
    pub stars: Option<f64>,
    /// How often it was rated.
    pub rated: usize,
}

/// By department, as they stand at `now`.
pub fn rates<'a>(whistles: impl IntoIterator<Item = &'a Whistle>, now: Timestamp) -> Vec<WhistleRates> {
    let mut groups: BTreeMap<&Code, (WhistleRates, u32)> = BTreeMap::new();
    for w in whistles {
        let (r, stars) = groups.entry(&w.department).or_default();
        r.whistled += 1;
        r.must += usize::from(w.obligation == super::Obligation::Must);
        if let Some(given) = w.stars_of_department {
            r.rated += 1;
            *stars += u32::from(given);
        }
        if w.status == super::WhistleStatus::Cancelled {
            r.cancelled += 1;
            continue;
        }
        r.acknowledged_in_time += usize::from(w.acknowledged_at.is_some_and(|at| at <= w.acknowledge_due_at));
        match w.arrived_at {
            Some(at) if at <= w.arrive_due_at => r.arrived_in_time += 1,
            None if now <= w.arrive_due_at => r.not_yet_due += 1,
            Some(_) | None => r.late += 1,
        }
    }
    let told = |(department, (rates, stars)): (&Code, (WhistleRates, u32))| {
        let due = rates.arrived_in_time + rates.late;
        WhistleRates {
            department: Some(department.clone()),
            due,
            arrived_in_time_share: (due > 0).then(|| rates.arrived_in_time as f64 / due as f64),
            stars: (rates.rated > 0).then(|| f64::from(stars) / rates.rated as f64),
            ..rates
        }
    };
    groups.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Side, WhistleStatus, WhistleStep, tests::whistle},
        *,
    };

    #[test]
    fn who_did_not_come_is_late_and_who_was_called_off_does_not_count() {
        let at = |minute: i64| whistle().clock_from.plus_ms(minute * 60_000);
        let to = |to, minute| WhistleStep { to, at: at(minute), reason: Some("so".into()) };
        use WhistleStatus::*;
        let in_time = whistle().step(&to(Acknowledged, 10), at(90)).unwrap().step(&to(Arrived, 30), at(90)).unwrap();
        let late = whistle().step(&to(Arrived, 31), at(90)).unwrap().rated(Side::Township, 2).unwrap();
        let off = whistle().step(&to(Cancelled, 5), at(90)).unwrap();
        let waits = Whistle { arrive_due_at: at(95), ..whistle() };
        let all = [in_time.rated(Side::Township, 5).unwrap(), late, off, whistle(), waits];
        let [r] = &rates(&all, at(90))[..] else { panic!() };
        assert_eq!((r.whistled, r.cancelled, r.due, r.arrived_in_time, r.late, r.not_yet_due), (5, 1, 3, 1, 2, 1));
        assert_eq!((r.acknowledged_in_time, r.stars, r.rated), (1, Some(3.5), 2));
        assert_eq!(r.arrived_in_time_share, Some(1.0 / 3.0));
    }
}
