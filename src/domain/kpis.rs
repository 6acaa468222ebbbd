//! What the service is measured by, each figure with its numerator, denominator and definition.

mod calls;
mod cases;
mod group;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    calls::{CALL_DEFINITION, HeldCalls, held_calls},
    cases::{Cases, Ran, case_definition, cases},
    group::{Group, Grouping},
};
use super::{
    incidents::{Incident, IncidentStatus, due_at},
    ownership::OwnershipState,
};
use crate::base::Timestamp;

/// Printed beside the figures.
pub const ARRIVAL_DEFINITION: &str = "on time: the first arrival on scene within the matter's limit after the \
    report (without a matter: urgent 15, quick 30, normal 60 minutes, defaults of this service); of all incidents \
    reported in the period, less discovered, village_corrected, transferred, void and merged ones and those made up for \
    demonstration; without an arrival it is late once the limit is over, until then not yet due; p50 and p90 by \
    nearest rank over those that have an arrival";

/// Printed beside the figures.
pub const BURDEN_DEFINITION: &str = "cases: reported in the period, a unit was asked whose each is, less void and \
    merged ones and those made up for demonstration; returns: how often a unit that was asked sent one back, returns per case: \
    returns ÷ cases; settled: a unit has accepted it, or a judge has decided; right first time: settled without any \
    return, of all that are settled; what is not settled yet is in cases, and not in that share; a hand-over is no \
    return";

/// What it cost until it was clear whose cases were.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Burden {
    /// Code or word of the group; null for those without one.
    #[schema(value_type = Option<String>)]
    pub group: Option<String>,
    pub cases: usize,
    pub returns: usize,
    /// Of the cases, those that were returned at all.
    pub returned: usize,
    /// `returns` ÷ `cases`
    pub returns_per_case: f64,
    /// The denominator of the share.
    pub settled: usize,
    /// Its numerator.
    pub right_first_time: usize,
    /// Null where none is settled.
    pub right_first_time_share: Option<f64>,
    /// Of the settled ones, those that a judge decided.
    pub judged: usize,
}

/// What was reported from `from` until before `to`, as it stands, by group.
pub fn burden<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    (from, to): (Timestamp, Timestamp),
    by: Grouping,
) -> Vec<Burden> {
    let mut groups: BTreeMap<Option<String>, Burden> = BTreeMap::new();
    let counted = |i: &&Incident| {
        !i.synthetic
            && !matches!(i.status, IncidentStatus::Void | IncidentStatus::Merged)
            && (from..to).contains(&i.reported_at)
    };
    for i in incidents.into_iter().filter(counted) {
        let Some(ownership) = &i.ownership else { continue };
        let counts = groups.entry(by.of(i)).or_default();
        let judged = ownership.state == OwnershipState::Judged;
        let settled = judged || ownership.state == OwnershipState::Accepted;
        counts.cases += 1;
        counts.returns += ownership.returns as usize;
        counts.returned += usize::from(ownership.returns > 0);
        counts.settled += usize::from(settled);
        counts.right_first_time += usize::from(settled && ownership.returns == 0);
        counts.judged += usize::from(judged);
    }
    let told = |(group, counts): (_, Burden)| Burden {
        group,
        returns_per_case: share(counts.returns, counts.cases).unwrap_or_default(),
        right_first_time_share: share(counts.right_first_time, counts.settled),
        ..counts
    };
    groups.into_iter().map(told).collect()
}

/// Arrivals of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Arrivals {
    /// Code or word of the group; null for those without one.
    #[schema(value_type = Option<String>)]
    pub group: Option<String>,
    /// The denominator: on time or late.
    pub due: usize,
    /// The numerator.
    pub on_time: usize,
    pub late: usize,
    /// Of the late ones, those without an arrival.
    pub without_arrival: usize,
    /// Not in the denominator.
    pub not_yet_due: usize,
    /// `on_time` ÷ `due`; null where none is due.
    pub on_time_share: Option<f64>,
    /// From the report to the first arrival, seconds
    pub p50_s: Option<u64>,
    pub p90_s: Option<u64>,
    /// To the first competent arrival, seconds
    pub competent_p50_s: Option<u64>,
    pub competent_p90_s: Option<u64>,
}

/// Null where there is nothing to be part of.
fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// The value that at least `percent` % of the sorted ones don't exceed.
fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// Arrivals of what was reported from `from` until before `to`, as they stand at `now`, by group.
pub fn arrivals<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    (from, to): (Timestamp, Timestamp),
    by: Grouping,
    now: Timestamp,
) -> Vec<Arrivals> {
    let mut groups: BTreeMap<Option<String>, (Arrivals, [Vec<u64>; 2])> = BTreeMap::new();
    for i in incidents.into_iter().filter(|i| !i.synthetic && (from..to).contains(&i.reported_at)) {
        let Some(due_at) = due_at(i, by.matters) else { continue };
        let (counts, [first, competent]) = groups.entry(by.of(i)).or_default();
        let took_s = |at: Timestamp| ((at.ms() - i.reported_at.ms()) / 1_000) as u64;
        first.extend(i.milestones.arrived_at.map(took_s));
        competent.extend(i.milestones.competent_arrived_at.map(took_s));
        match i.milestones.arrived_at {
            Some(at) if at <= due_at => counts.on_time += 1,
            Some(_) => counts.late += 1,
            None if now <= due_at => counts.not_yet_due += 1,
            None => {
                counts.late += 1;
                counts.without_arrival += 1;
            }
        }
    }
    let told = |(group, (counts, mut took)): (_, (Arrivals, [Vec<u64>; 2]))| {
        took.iter_mut().for_each(|t| t.sort_unstable());
        let due = counts.on_time + counts.late;
        Arrivals {
            group,
            due,
            on_time_share: share(counts.on_time, due),
            p50_s: nearest_rank(&took[0], 50),
            p90_s: nearest_rank(&took[0], 90),
            competent_p50_s: nearest_rank(&took[1], 50),
            competent_p90_s: nearest_rank(&took[1], 90),
            ..counts
        }
    };
    groups.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests;
