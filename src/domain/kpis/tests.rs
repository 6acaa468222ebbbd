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
