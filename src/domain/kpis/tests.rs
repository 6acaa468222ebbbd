use jiff::tz::TimeZone;
use uuid::Uuid;

use super::*;
use crate::{
    base::Code,
    domain::{
        incidents::{FiledZone, Flag, Milestones, reported},
        matters::{Matters, Urgency},
        ownership::Ownership,
    },
};

/// Of no matter, in UTC.
fn grouped<T>(by: Group, told: impl FnOnce(Grouping) -> T) -> T {
    let (layer, matters, zone) = (Code::new("enforcement").unwrap(), Matters::default(), TimeZone::UTC);
    told(Grouping { by, layer: &layer, matters: &matters, zone: &zone })
}

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
    let told = grouped(Group::Unit, |by| burden(&all, (start, start.plus_ms(1)), by));
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
    let told = grouped(Group::Urgency, |by| arrivals(&all, (start, at(60)), by, at(45)));
    let [normal, quick] = &told[..] else { panic!("{told:?}") };
    assert_eq!((normal.group.as_deref(), normal.due, normal.not_yet_due), (Some("normal"), 0, 1));
    assert_eq!(normal.on_time_share, None);
    assert_eq!((quick.due, quick.on_time, quick.late, quick.without_arrival), (5, 2, 3, 2));
    assert_eq!(quick.on_time_share, Some(0.4));
    assert_eq!((quick.p50_s, quick.p90_s, quick.competent_p50_s), (Some(1_800), Some(1_860), None));
}

#[test]
fn each_share_has_its_own_denominator() {
    let start = reported().reported_at;
    let one = |status, late: Option<bool>, more: fn(&mut Incident)| {
        let mut i = Incident { status, ..reported() };
        more(&mut i);
        (i, late)
    };
    let nothing: fn(&mut Incident) = |_| {};
    let (yes, no) = (Some(true), Some(false));
    use IncidentStatus::*;
    let all = [
        one(Closed, no, |i| i.milestones.closed_at = Some(i.reported_at)),
        one(Rated, yes, |i| i.milestones.reworked_at = Some(i.reported_at)),
        // Its matter has no limits.
        one(Closed, None, nothing),
        one(Accepted, yes, |i| i.milestones.extended_at = Some(i.reported_at)),
        one(Handled, no, |i| i.milestones.handled_at = Some(i.reported_at)),
        // Its clocks stand.
        one(Accepted, yes, |i| i.flags = vec![Flag::Suspended]),
        one(Void, yes, nothing),
        // Another stands for it, which it repeats.
        one(Merged, yes, nothing),
        one(Transferred, no, nothing),
        one(Closed, no, |i| i.synthetic = true),
        one(Closed, no, |i| i.reported_at = i.reported_at.plus_ms(3_600_000)),
    ];
    let ran = |of: &Incident| {
        let (_, late) = all.iter().find(|(i, _)| std::ptr::eq(i, of)).unwrap();
        Ran { late: *late, stands: false, repeats: matches!(of.status, Rated | Merged) }
    };
    let period = (start, start.plus_ms(7_200_000));
    let told = grouped(Group::Hour, |by| cases(all.iter().map(|(i, _)| i), period, by, ran));
    let [first, next] = &told[..] else { panic!("{told:?}") };
    assert_eq!((first.group.as_deref(), next.group.as_deref()), (Some("04"), Some("05")));
    assert_eq!((first.cases, first.deferred, first.delivered, first.closed), (6, 1, 5, 3));
    assert_eq!((first.due, first.in_time, first.handled, first.reworked), (3, 1, 3, 1));
    assert_eq!((first.extended, first.merged, first.repeats), (1, 1, 2));
    let shares =
        [first.closed_share, first.in_time_share, first.rework_share, first.extended_share, first.repeat_share];
    assert_eq!(shares, [3.0 / 5.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0, 2.0 / 7.0].map(Some));
    assert_eq!((next.cases, next.in_time_share, next.rework_share), (1, Some(1.0), None));
}

#[test]
fn a_zone_is_of_the_layer_that_was_asked_for() {
    let filed = |layer: &str, zone: &str| {
        let [layer, zone] = [layer, zone].map(|code| Code::new(code).unwrap());
        FiledZone { layer, zone, plan: Uuid::nil() }
    };
    let mut case = reported();
    case.place.zones = vec![filed("community", "C1"), filed("enforcement", "E1")];
    let told = |i: &Incident| grouped(Group::Zone, |by| by.of(i));
    assert_eq!((told(&case), told(&reported())), (Some("E1".to_owned()), None));
}
