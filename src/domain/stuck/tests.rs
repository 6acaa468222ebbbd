use super::*;
use crate::{
    base::Code,
    domain::{
        catalogue::{Limit, LimitUnit, Mark, Stage},
        incidents::{Milestones, Rectification, reported},
        matters::{ForMatters, Matter, Urgency},
        officers::Competence,
        ownership::{OfferedBy, OpenOffer, Ownership, OwnershipState},
    },
};

fn at(minute: i64) -> Timestamp {
    reported().reported_at.plus_ms(minute * 60_000)
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn sent(n: u128, status: AssignmentStatus, departed: Option<i64>, arrived: Option<i64>) -> Assignment {
    Assignment {
        id: Uuid::from_u128(n),
        incident: reported().id,
        squad: code(&format!("S{n}")),
        status,
        competence: Competence::Full,
        breaks: None,
        assigned_at: at(5),
        assigned_by: "test".to_owned(),
        departed_at: departed.map(at),
        arrived_at: arrived.map(at),
        ended_at: None,
        reason: None,
        arrived_by: None,
        ready_at: None,
    }
}

fn owned(state: OwnershipState, delivered: Option<i64>) -> Option<Box<Ownership>> {
    let offer = delivered.map(|minute| OpenOffer {
        to: code("U"),
        by: OfferedBy::Lead,
        offered_at: at(minute),
        delivered_at: Some(at(minute)),
        powers: Vec::new(),
    });
    let (owner, since, powers, passed) = (code("V"), at(0), Vec::new(), Vec::new());
    Some(Box::new(Ownership { state, owner, since, powers, no_penalty: true, offer, returns: 0, passed }))
}

fn matters_of(matter: &str) -> Matters {
    let (name, name_zh, domain) = (matter.to_owned(), matter.to_owned(), "a".to_owned());
    let (code, urgency, arrive_limit_min) = (code(matter), Urgency::Quick, 30);
    Matters::new(vec![Matter { code, name, name_zh, domain, urgency, arrive_limit_min, legal_review: false }]).unwrap()
}

/// Why it is stuck, since which minute.
fn seen(incident: &Incident, sent: Vec<Assignment>, stages: Vec<Stage>, minute: i64) -> Option<(Reason, i64)> {
    let (limits, assignments) = (Limits::default(), Assignments::new(sent));
    let (matters, catalogue) = (Matters::default(), Catalogue { stages, ..Catalogue::default() });
    let about = (&matters, &catalogue, TimeZone::UTC);
    let stuck = Watch::new(&limits, about, &assignments, &Whistles::default()).stuck(incident, at(minute))?;
    assert_eq!(stuck.next, stuck.reason.remedy());
    Some((stuck.reason, (stuck.since.ms() - at(0).ms()) / 60_000))
}

#[test]
fn a_case_is_stuck_once_nothing_was_heard_for_the_limit_of_its_urgency() {
    for (urgency, limit) in [(Urgency::Urgent, 10), (Urgency::Quick, 20), (Urgency::Normal, 60)] {
        let incident = Incident { urgency, ..reported() };
        assert_eq!(seen(&incident, vec![], vec![], limit - 1), None);
        assert_eq!(seen(&incident, vec![], vec![], limit), Some((Reason::Unaccepted, limit)));
        // Something was said.
        let touched = Incident { touched_at: Some(at(7)), ..incident.clone() };
        assert_eq!(seen(&touched, vec![], vec![], limit + 6), None);
        assert_eq!(seen(&touched, vec![], vec![], 200), Some((Reason::Unaccepted, limit + 7)));
        // It came in later than it was reported.
        let late = Incident { created_at: at(90), ..incident };
        assert_eq!(seen(&late, vec![], vec![], 90 + limit), Some((Reason::Unaccepted, 90 + limit)));
    }
}

#[test]
fn suspended_and_ended_cases_are_not_stuck() {
    use IncidentStatus::{Closed, Merged, Rated, Transferred, VillageCorrected, Void};
    for status in [VillageCorrected, Closed, Rated, Transferred, Void, Merged] {
        assert_eq!(seen(&Incident { status, ..reported() }, vec![], vec![], 100_000), None, "{status:?}");
    }
    let flags = vec![Flag::Extended, Flag::Suspended];
    assert_eq!(seen(&Incident { flags, ..reported() }, vec![], vec![], 100_000), None);
}

#[test]
fn the_reason_is_the_squads_then_the_units_then_the_states() {
    use AssignmentStatus::{Assigned, EnRoute, OnScene, Queued};
    use IncidentStatus::{Accepted, Arrived, Dispatched, FedBack, Filed, Handled, Returned, Verified};
    let of = |status| Incident { status, ..reported() };
    let on = |sent: Vec<Assignment>| seen(&of(Dispatched), sent, vec![], 10_000);
    assert_eq!(on(vec![]), Some((Reason::Unassigned, 20)));
    assert_eq!(on(vec![sent(1, Queued, None, None)]), Some((Reason::Queued, 25)));
    assert_eq!(on(vec![sent(1, Assigned, None, None)]), Some((Reason::NotDeparted, 25)));
    assert_eq!(on(vec![sent(1, EnRoute, Some(9), None)]), Some((Reason::NotArrived, 29)));
    // Who got farthest counts.
    let both = vec![sent(1, EnRoute, Some(9), None), sent(2, Queued, None, None)];
    assert_eq!(on(both), Some((Reason::NotArrived, 29)));
    let there = sent(1, OnScene, Some(9), Some(15));
    assert_eq!(seen(&of(Arrived), vec![there.clone()], vec![], 10_000), Some((Reason::Unhandled, 255)));
    assert_eq!(seen(&of(Arrived), vec![there.clone()], vec![], 254), None);
    assert_eq!(seen(&of(Arrived), vec![], vec![], 10_000), Some((Reason::Unhandled, 240)));
    for status in [Handled, FedBack, Verified] {
        assert_eq!(seen(&of(status), vec![there.clone()], vec![], 10_000), Some((Reason::Unclosed, 72 * 60 + 15)));
    }
    // Who said when it is free is not asked before.
    let ready = Assignment { ready_at: Some(at(500)), ..there };
    assert_eq!(seen(&of(Arrived), vec![ready], vec![], 10_000), Some((Reason::Unhandled, 740)));
    for status in [Accepted, Filed] {
        assert_eq!(seen(&of(status), vec![], vec![], 10_000), Some((Reason::Unassigned, 20)));
    }
    assert_eq!(seen(&of(Returned), vec![], vec![], 10_000), Some((Reason::Unaccepted, 20)));
    let with = |ownership, sent| seen(&Incident { ownership, ..of(Accepted) }, sent, vec![], 10_000).unwrap();
    // It has ten minutes from the delivery, and twenty in which nothing happens are not over before.
    assert_eq!(with(owned(OwnershipState::Delivered, Some(0)), vec![]), (Reason::Unanswered, 20));
    assert_eq!(with(owned(OwnershipState::Delivered, Some(18)), vec![]), (Reason::Unanswered, 28));
    assert_eq!(with(owned(OwnershipState::Delivered, Some(0)), vec![sent(1, Queued, None, None)]).0, Reason::Queued);
    assert_eq!(with(owned(OwnershipState::Disputed, None), vec![]).0, Reason::Undecided);
    assert_eq!(with(owned(OwnershipState::Returned, None), vec![]).0, Reason::Unowned);
    assert_eq!(with(owned(OwnershipState::Accepted, None), vec![]).0, Reason::Unassigned);
}

#[test]
fn what_has_to_be_rectified_is_stuck_from_the_end_of_the_day_until_somebody_goes_there() {
    use AssignmentStatus::{EnRoute, OnScene};
    use IncidentStatus::{Arrived, Closed, Handled, Reported};
    let rectification = Rectification {
        what: "the stall".to_owned(),
        by: jiff::civil::date(2026, 3, 9),
        due_at: at(9_000),
        ordered_at: at(30),
        actor: "test".to_owned(),
        action: Uuid::from_u128(9),
        revisits: 0,
    };
    let of = |status| Incident { status, rectification: Some(Box::new(rectification.clone())), ..reported() };
    for status in [Reported, Arrived, Handled] {
        assert_eq!(seen(&of(status), vec![], vec![], 8_999), None, "{status:?}");
        assert_eq!(seen(&of(status), vec![], vec![], 9_000), Some((Reason::Unrevisited, 9_000)), "{status:?}");
        // That somebody says something is no visit.
        let touched = Incident { touched_at: Some(at(9_500)), ..of(status) };
        assert_eq!(seen(&touched, vec![], vec![], 9_501), Some((Reason::Unrevisited, 9_000)), "{status:?}");
    }
    let there = sent(1, OnScene, Some(9), Some(15));
    assert_eq!(seen(&of(Handled), vec![there], vec![], 9_000), Some((Reason::Unrevisited, 9_000)));
    let goes = |departed| vec![sent(1, EnRoute, Some(departed), None)];
    assert_eq!(seen(&of(Handled), goes(8_990), vec![], 9_005), None);
    assert_eq!(seen(&of(Arrived), goes(8_990), vec![], 9_230), Some((Reason::NotArrived, 9_230)));
    let asked = Incident { ownership: owned(OwnershipState::Delivered, Some(0)), ..of(Arrived) };
    assert_eq!(seen(&asked, vec![], vec![], 300), Some((Reason::Unanswered, 240)));
    assert_eq!(seen(&of(Closed), vec![], vec![], 9_000), None);
    let flags = vec![Flag::Suspended];
    assert_eq!(seen(&Incident { flags, ..of(Arrived) }, vec![], vec![], 9_000), None);
}

#[test]
fn a_limit_of_zero_is_never() {
    let limits = Limits { urgent_min: 0, quick_min: 0, normal_min: 0, on_scene_min: 0, closing_h: 0 };
    assert!(limits.is_off() && !Limits::default().is_off());
    let (matters, catalogue, none) = (Matters::default(), Catalogue::default(), Assignments::default());
    let about = (&matters, &catalogue, TimeZone::UTC);
    let (whistles, later) = (Whistles::default(), at(100_000));
    assert_eq!(Watch::new(&limits, about, &none, &whistles).stuck(&reported(), later), None);
    assert!(Limits { quick_min: 10_081, ..Limits::default() }.check().is_err());
}

#[test]
fn the_stage_that_runs_gives_its_own_time() {
    let (from, until) = (Mark::Reported, Mark::Accepted);
    let stage = Stage {
        stage: code("accept"),
        of: ForMatters::default(),
        name: "accept".to_owned(),
        name_zh: None,
        from,
        until,
        limit: Limit { amount: 90, unit: LimitUnit::Minutes },
        closes_when: None,
        source: None,
        is_default: true,
    };
    let whole = Stage { stage: code("all"), until: Mark::Closed, ..stage.clone() };
    let stages = vec![whole, stage];
    // Without a matter there are no stages.
    assert_eq!(seen(&reported(), vec![], stages.clone(), 200), Some((Reason::Unaccepted, 20)));
    let (limits, none, whistles) = (Limits::default(), Assignments::default(), Whistles::default());
    let matters = matters_of("M");
    let catalogue = Catalogue { stages, ..Catalogue::default() };
    let watch = Watch::new(&limits, (&matters, &catalogue, TimeZone::UTC), &none, &whistles);
    let incident = Incident { matter: Some(code("M")), ..reported() };
    assert_eq!(watch.stuck(&incident, at(89)), None);
    assert_eq!(watch.stuck(&incident, at(90)).map(|stuck| stuck.since), Some(at(90)));
    // The stage has ended; that of the whole case says nothing of this part.
    let milestones = Milestones { accepted_at: Some(at(30)), ..Milestones::default() };
    let accepted = Incident { status: IncidentStatus::Accepted, milestones, ..incident };
    assert_eq!(watch.stuck(&accepted, at(49)), None);
    assert_eq!(watch.stuck(&accepted, at(50)).map(|stuck| stuck.since), Some(at(50)));
}
