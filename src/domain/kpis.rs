//! What the service is measured by, each figure with its numerator, denominator and definition.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    incidents::{Incident, IncidentStatus, due_at},
    matters::Matters,
    ownership::OwnershipState,
};
use crate::base::{Code, Timestamp, words};

/// Printed beside the figures.
pub const ARRIVAL_DEFINITION: &str = "on time: the first arrival on scene within the matter's limit after the \
    report (without a matter: urgent 15, quick 30, normal 60 minutes, defaults of this service); of all incidents \
    reported in the period, less discovered, village_corrected, transferred and void ones and those made up for \
    demonstration; without an arrival it is late once the limit is over, until then not yet due; p50 and p90 by \
    nearest rank over those that have an arrival";

words! {
    /// By what figures are told apart.
    #[schema(as = KpiGroup)]
    Group {
        County = "county",
        Township = "township",
        /// Who owns the case now.
        Unit = "unit",
        Matter = "matter",
        Urgency = "urgency",
    }
}

impl Group {
    fn of(self, i: &Incident) -> Option<String> {
        let code = |code: Option<&Code>| code.map(|c| c.as_str().to_owned());
        match self {
            Self::County => code(i.place.county.as_ref()),
            Self::Township => code(i.township()),
            Self::Unit => code(i.ownership.as_ref().map(|o| &o.owner)),
            Self::Matter => code(i.matter.as_ref()),
            Self::Urgency => Some(i.urgency.as_str().to_owned()),
        }
    }
}

/// Printed beside the figures.
pub const BURDEN_DEFINITION: &str = "cases: reported in the period, a unit was asked whose each is, less void ones \
    and those made up for demonstration; returns: how often a unit that was asked sent one back, returns per case: \
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
    by: Group,
) -> Vec<Burden> {
    let mut groups: BTreeMap<Option<String>, Burden> = BTreeMap::new();
    let counted =
        |i: &&Incident| !i.synthetic && i.status != IncidentStatus::Void && (from..to).contains(&i.reported_at);
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
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
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

/// The value that at least `percent` % of the sorted ones don't exceed.
fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// Arrivals of what was reported from `from` until before `to`, as they stand at `now`, by group.
pub fn arrivals<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    matters: &Matters,
    (from, to): (Timestamp, Timestamp),
    by: Group,
    now: Timestamp,
) -> Vec<Arrivals> {
    let mut groups: BTreeMap<Option<String>, (Arrivals, [Vec<u64>; 2])> = BTreeMap::new();
    for i in incidents.into_iter().filter(|i| !i.synthetic && (from..to).contains(&i.reported_at)) {
        let Some(due_at) = due_at(i, matters) else { continue };
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
            on_time_share: (due > 0).then(|| counts.on_time as f64 / due as f64),
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
mod tests {
    use super::*;
    use crate::domain::{
        incidents::{Milestones, reported},
        matters::Urgency,
        ownership::Ownership,
    };

    #[test]
    fn a_case_is_right_the_first_time_when_it_is_settled_without_a_return() {
        let start = reported().reported_at;
        let one = |state, owner: &str, returns| Incident {
            ownership: Some(Box::new(Ownership {
                state,
                owner: Code::new(owner).unwrap(),
                since: start,
                powers: vec![],
                no_penalty: false,
                offer: None,
                returns,
                passed: vec![],
            })),
            ..reported()
        };
        use OwnershipState::*;
        let all = [
            one(Accepted, "U", 0),
            one(Accepted, "U", 1),
            one(Judged, "U", 2),
            one(Delivered, "U", 0),
            one(Disputed, "V", 2),
            Incident { status: IncidentStatus::Void, ..one(Returned, "U", 1) },
            Incident { synthetic: true, ..one(Accepted, "U", 0) },
            Incident { reported_at: start.plus_ms(-1), ..one(Accepted, "U", 0) },
            reported(),
        ];
        let told = burden(&all, (start, start.plus_ms(1)), Group::Unit);
        let [u, v] = &told[..] else { panic!("{told:?}") };
        assert_eq!((u.group.as_deref(), u.cases, u.returns, u.returned), (Some("U"), 4, 3, 2));
        assert_eq!((u.settled, u.right_first_time, u.judged), (3, 1, 1));
        assert_eq!((u.returns_per_case, u.right_first_time_share), (0.75, Some(1.0 / 3.0)));
        assert_eq!((v.cases, v.settled, v.returns_per_case, v.right_first_time_share), (1, 0, 2.0, None));
    }

    #[test]
    fn nobody_is_dropped_from_the_denominator_who_is_due() {
        let start = reported().reported_at;
        let at = |minute: i64| start.plus_ms(minute * 60_000);
        let one = |arrived: Option<i64>, status, urgency| Incident {
            status,
            urgency,
            milestones: Milestones { arrived_at: arrived.map(at), ..Milestones::default() },
            ..reported()
        };
        use IncidentStatus::*;
        let all = [
            one(Some(10), Closed, Urgency::Quick),
            one(Some(30), Closed, Urgency::Quick),
            one(Some(31), Closed, Urgency::Quick),
            one(None, Dispatched, Urgency::Quick),
            one(None, Closed, Urgency::Quick),
            one(None, Reported, Urgency::Normal),
            one(Some(10), Void, Urgency::Quick),
            one(None, Discovered, Urgency::Urgent),
            Incident { synthetic: true, ..one(Some(5), Closed, Urgency::Quick) },
            Incident { reported_at: at(-1), ..one(Some(5), Closed, Urgency::Quick) },
        ];
        let told = arrivals(&all, &Matters::default(), (start, at(60)), Group::Urgency, at(45));
        let [normal, quick] = &told[..] else { panic!("{told:?}") };
        assert_eq!((normal.group.as_deref(), normal.due, normal.not_yet_due), (Some("normal"), 0, 1));
        assert_eq!(normal.on_time_share, None);
        assert_eq!((quick.due, quick.on_time, quick.late, quick.without_arrival), (5, 2, 3, 2));
        assert_eq!(quick.on_time_share, Some(0.4));
        assert_eq!((quick.p50_s, quick.p90_s, quick.competent_p50_s), (Some(1_800), Some(1_860), None));
    }
}
