//! How long it takes until it is known where calls are that said only an address.

use serde::Serialize;

use super::nearest_rank;
use crate::{
    base::Timestamp,
    domain::calls::{Call, CallState, Limits},
};

/// Printed beside the figures.
pub const CALL_DEFINITION: &str = "calls: that said only an address and rang in the period; in time: located or dropped \
    within the limit after the ring; late: after it, or held still; not yet due: held, and within the limit; in time \
    share: in time ÷ (in time + late); p50 and p90 by nearest rank from the ring to the location over those that were \
    located";

/// Calls of a period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HeldCalls {
    pub calls: usize,
    /// Of these, by what became of them.
    pub held: usize,
    pub located: usize,
    pub dropped: usize,
    /// The numerator of the share.
    pub in_time: usize,
    pub late: usize,
    /// Not in the denominator.
    pub not_yet_due: usize,
    /// `in_time` ÷ (`in_time` + `late`); null where none is due.
    pub in_time_share: Option<f64>,
    /// From the ring to the location, seconds
    pub p50_s: Option<u64>,
    pub p90_s: Option<u64>,
}

/// Of these calls, as they stand at `now`.
pub fn held_calls<'a>(calls: impl IntoIterator<Item = &'a Call>, limits: &Limits, now: Timestamp) -> HeldCalls {
    let (mut told, mut took_s) = (HeldCalls::default(), Vec::new());
    for call in calls {
        let end = call.ended.as_ref().map(|end| end.at);
        let took_ms = end.unwrap_or(now).ms() - call.reported_at.ms();
        let within = limits.held_min == 0 || took_ms <= limits.held_ms();
        told.calls += 1;
        match call.state {
            CallState::Held => told.held += 1,
            CallState::Dropped => told.dropped += 1,
            CallState::Located => {
                told.located += 1;
                took_s.push((took_ms / 1_000).max(0) as u64);
            }
        }
        match (within, end) {
            (true, Some(_)) => told.in_time += 1,
            (true, None) => told.not_yet_due += 1,
            (false, _) => told.late += 1,
        }
    }
    took_s.sort_unstable();
    let due = told.in_time + told.late;
    HeldCalls {
        in_time_share: (due > 0).then(|| told.in_time as f64 / due as f64),
        p50_s: nearest_rank(&took_s, 50),
        p90_s: nearest_rank(&took_s, 90),
        ..told
    }
}
