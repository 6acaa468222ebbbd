use jiff::civil::date;

use super::*;
use crate::domain::{
    incidents::{
        CaseState, RectificationOrder, ReviewResult, Revisit, RevisitResult,
        profile::{Need, Transition},
        reported,
    },
    officers::Competence,
};

fn to(status: IncidentStatus) -> Act {
    Act::To(status.state())
}

fn of(incident: &Incident, actions: Vec<Action>) -> History {
    let first = (incident.state(), incident.status);
    History::new(incident, Arc::clone(CaseProfile::township()), first, actions)
}

fn action(act: Act, minute: i64) -> Action {
    let at = reported().reported_at.plus_ms(minute * 60_000);
    let reason = Some("so".to_owned());
    let id = Uuid::from_u128(minute as u128);
    Action {
        id,
        act,
        at,
        received_at: at,
        actor: "test".into(),
        reason,
        assignment: None,
        late: false,
        entitled: Vec::new(),
        evidence: Vec::new(),
    }
}

#[test]
fn in_whatever_order_actions_come_in_the_incident_stands_where_its_history_says() {
    use IncidentStatus::*;
    let done = [
        to(Accepted),
        Act::Raise(Flag::Supervised),
        to(Dispatched),
        Act::OnScene(Competence::FirstResponseOnly),
        Act::Remark,
        Act::OnScene(Competence::Full),
        Act::Lower(Flag::Supervised),
        to(Handled),
    ];
    let all: Vec<_> = (1..).zip(done).map(|(minute, act)| action(act, minute)).collect();
    let mut whole = of(&reported(), vec![]);
    let mut incident = reported();
    for one in &all {
        incident = whole.take(&incident, one.clone()).unwrap().incident;
    }
    assert_eq!((incident.status, incident.flags.len()), (Handled, 0));
    assert_eq!(incident.milestones.arrived_at, Some(all[3].at));
    assert_eq!(incident.milestones.competent_arrived_at, Some(all[5].at));
    // Whatever may come later comes later: the flag, the remark, the second squad.
    for left in [vec![1, 6], vec![4], vec![5]] {
        let (mut late, mut incident) = (of(&reported(), vec![]), reported());
        let (first, then): (Vec<_>, Vec<_>) = (0..all.len()).partition(|n| !left.contains(n));
        for n in first.iter().chain(&then) {
            let taken = late.take(&incident, all[*n].clone()).unwrap();
            assert_eq!(taken.action.late, then.contains(n), "{left:?} {n}");
            incident = taken.incident;
        }
        let order = |h: &History| h.actions.iter().map(|a| a.id).collect::<Vec<_>>();
        assert_eq!(order(&late), order(&whole));
        assert_eq!(late.stand(), whole.stand());
    }
}

#[test]
fn what_may_be_done_next_is_what_is_taken() {
    use IncidentStatus::*;
    let township = CaseProfile::township();
    let states = || township.states.iter();
    let flags = Flag::BY_HAND.map(|f| [Act::Raise(f), Act::Lower(f)]).concat();
    let all: Vec<_> = states().map(|s| to(s.marks)).chain(flags.clone()).chain([Act::Remark]).collect();
    for from in states().map(|s| s.marks) {
        for held in [vec![], vec![Flag::Supervised, Flag::Suspended]] {
            let incident = Incident { status: from, flags: held.clone(), ..reported() };
            let next = incident.next(township, &[], false);
            for act in &all {
                // The flags are part of the history.
                let raised: Vec<_> = held.iter().map(|f| action(Act::Raise(*f), 1)).collect();
                let mut history = of(&incident, raised);
                let mut bare = history.clone();
                let taken = history.take(&incident, action(act.clone(), 2)).is_ok();
                let why = Action { reason: None, ..action(act.clone(), 2) };
                let found = next.iter().find(|n| n.act == *act);
                assert_eq!(found.is_some(), taken, "{from:?} {held:?} {act:?}");
                if let Some(found) = found {
                    let refused = bare.take(&incident, why).is_err();
                    assert_eq!(found.needs_reason, refused, "{from:?} {held:?} {act:?}");
                }
            }
        }
    }
    assert_eq!(reported().next(township, &[], false)[0].act, to(Accepted));
}

#[test]
fn what_cannot_be_is_refused() {
    use IncidentStatus::*;
    let taken = |actions: &[Action]| {
        let mut history = of(&reported(), vec![]);
        actions.iter().try_fold(reported(), |incident, a| Ok(history.take(&incident, a.clone())?.incident))
    };
    let field = |actions: &[Action]| taken(actions).map(|i: Incident| i.status).map_err(|e: Error| e.field);
    let bare = |act, minute| Action { reason: None, ..action(act, minute) };
    assert_eq!(field(&[action(to(Closed), 1)]), Err(Some("act".into())));
    assert_eq!(field(&[action(to(Accepted), -1)]), Err(Some("at".into())));
    let early = Action { received_at: reported().reported_at, ..action(to(Accepted), 6) };
    assert_eq!(field(&[early]), Err(Some("at".into())));
    assert_eq!(field(&[bare(to(Void), 1)]), Err(Some("reason".into())));
    assert_eq!(field(&[bare(Act::Raise(Flag::Suspended), 1)]), Err(Some("reason".into())));
    assert_eq!(field(&[action(Act::Lower(Flag::Suspended), 1)]), Err(Some("act".into())));
    assert_eq!(field(&[action(Act::OnScene(Competence::Full), 1)]), Err(Some("act".into())));
    // Filed late, it would stand before what it does not allow.
    let [accepted, returned] = [action(to(Accepted), 1), action(to(Returned), 5)];
    assert_eq!(field(&[accepted.clone(), returned.clone(), action(to(Void), 3)]), Err(Some("act".into())));
    assert_eq!(field(&[accepted, returned, action(Act::Remark, 3)]), Ok(Returned));
}

/// A desk that asks for the matter before it hands on, sends squads without telling their arrival apart, and closes
/// only what somebody was at.
fn desk() -> CaseProfile {
    use IncidentStatus::*;
    let code = |text: &str| Code::new(text).unwrap();
    let state = |(state, marks): (&str, IncidentStatus)| CaseState {
        state: code(state),
        name: state.to_owned(),
        name_zh: None,
        marks,
    };
    let transition = |(from, to, needs): (&str, &str, &[Need])| Transition {
        from: code(from),
        to: code(to),
        name: Some(format!("go {to}")),
        name_zh: None,
        right: Right::Correct,
        needs: needs.to_vec(),
    };
    let desk = CaseProfile {
        profile: code("desk"),
        states: [("in", Reported), ("out", Dispatched), ("end", Closed)].map(state).to_vec(),
        transitions: [
            ("in", "out", &[Need::Matter][..]),
            ("out", "end", &[Need::Arrival]),
            ("end", "in", &[Need::Reason]),
        ]
        .map(transition)
        .to_vec(),
        ..CaseProfile::clone(CaseProfile::township())
    };
    desk.check().unwrap();
    desk
}

#[test]
fn a_profile_says_what_follows_and_what_must_be_known() {
    use IncidentStatus::*;
    let code = |text: &str| Code::new(text).unwrap();
    let desk = Arc::new(desk());
    let mut incident = Incident { profile: desk.under(&code("in")), ..reported() };
    let mut history = History::begun(&incident, Arc::clone(&desk));
    let go = |to: &str, minute| action(Act::To(code(to)), minute);
    let mut take = |action: Action| {
        let mut trial = history.clone();
        let taken = trial.take(&incident, action).map_err(|e| e.detail)?;
        let of = (taken.incident.state().to_string(), taken.incident.status, taken.right);
        (incident, history) = (taken.incident, trial);
        Ok::<_, String>((of, incident.next(&desk, &[], false)))
    };
    let refused = |told: Result<_, String>, words: &str| {
        let told = told.map(drop).unwrap_err();
        assert!(told.contains(words), "{told}");
    };
    refused(take(go("end", 1)), "end does not follow in in profile desk; what does: out");
    refused(take(go("accepted", 1)), "accepted does not follow in in profile desk; what does: out");
    refused(take(go("out", 1)), "out does not follow in before its matter is known");
    take(action(Act::Matter(code("M1")), 2)).unwrap();
    // Told late, it was not known then.
    refused(take(go("out", 1)), "before its matter is known");
    let (of, next) = take(go("out", 3)).unwrap();
    assert_eq!(of, ("out".to_owned(), Dispatched, Right::Correct));
    assert_eq!((&next[0].lacks[..], next[0].name.as_deref()), (&[Need::Arrival][..], Some("go end")));
    refused(take(go("end", 4)), "before its arrival is known");
    let (of, next) = take(action(Act::OnScene(Competence::Full), 5)).unwrap();
    assert_eq!((of.0.as_str(), of.1, next[0].lacks.len()), ("out", Dispatched, 0));
    assert_eq!(take(go("end", 6)).unwrap().0.1, Closed);
    refused(take(Action { reason: None, ..go("in", 7) }), UNREASONED);
    take(go("in", 7)).unwrap();
    let stands: Vec<_> = history.stands().map(|s| s.unwrap().state.to_string()).collect();
    assert_eq!(stands, ["in", "in", "out", "out", "end", "in"]);
    assert_eq!(incident.milestones.arrived_at, Some(action(Act::Remark, 5).at));
}

#[test]
fn what_is_merged_comes_back_to_where_it_stood() {
    use IncidentStatus::*;
    let lead = Uuid::from_u128(7);
    let (mut history, mut incident) = (of(&reported(), vec![]), reported());
    let mut take = |act: Act, minute| {
        // One that refused something is thrown away.
        let mut after = history.clone();
        incident = after.take(&incident, action(act, minute)).map_err(|e| e.detail)?.incident;
        history = after;
        Ok::<_, String>((incident.status, incident.merged_into))
    };
    assert_eq!(take(to(Accepted), 1), Ok((Accepted, None)));
    assert_eq!(take(Act::Merge(lead), 2), Ok((Merged, Some(lead))));
    for refused in [to(Dispatched), Act::Merge(Uuid::nil()), Act::OnScene(Competence::Full)] {
        assert!(take(refused, 3).is_err());
    }
    assert_eq!(take(Act::Tell, 4), Ok((Merged, Some(lead))));
    assert_eq!(take(Act::Unmerge, 5), Ok((Accepted, None)));
    assert!(take(Act::Unmerge, 6).unwrap_err().contains("merged into no other"));
    assert_eq!(take(to(Dispatched), 7), Ok((Dispatched, None)));
    assert_eq!(incident.milestones.told_at, Some(history.actions[2].at));
    assert_eq!(history.stand().unwrap(), Stand { evidence: vec![], ..Stand::now(&incident) });
    // What was done before it was merged may be told afterwards, unless nothing could be merged then.
    let mut history = of(&reported(), vec![]);
    let merged = history.take(&reported(), action(Act::Merge(lead), 10)).unwrap().incident;
    assert!(history.clone().take(&merged, action(to(Accepted), 5)).unwrap().action.late);
    assert!(history.take(&merged, action(to(Void), 5)).unwrap_err().detail.contains("it is void"));
}

/// To be rectified by a day that ends at this minute.
fn order(until_minute: i64) -> Act {
    let due_at = Some(action(Act::Remark, until_minute).at);
    Act::OrderRectification(RectificationOrder { what: "the stall".into(), by: date(2026, 3, 2), due_at })
}

fn revisit(result: RevisitResult, until_minute: Option<i64>) -> Act {
    let due_at = until_minute.map(|minute| action(Act::Remark, minute).at);
    Act::Revisit(Revisit { result, by: due_at.map(|_| date(2026, 3, 3)), due_at })
}

#[test]
fn what_is_to_be_rectified_waits_for_its_visit_whatever_comes_late() {
    use IncidentStatus::*;
    use RevisitResult::{NotRectified, Rectified};
    let done = [
        to(Dispatched),
        Act::OnScene(Competence::Full),
        order(60),
        to(Handled),
        to(FedBack),
        to(Verified),
        revisit(NotRectified, Some(200)),
        revisit(NotRectified, None),
        Act::OnScene(Competence::Full),
        to(Handled),
        order(300),
        revisit(Rectified, None),
        to(FedBack),
        to(Verified),
        to(Closed),
    ];
    let all: Vec<_> = (1..).map(|n| n * 10).zip(done).map(|(minute, act)| action(act, minute)).collect();
    let (mut history, mut incident) = (of(&reported(), vec![]), reported());
    for (n, one) in all.iter().enumerate() {
        let waits = incident.rectification.is_some();
        let offers = |next: Vec<NextAct>| next.iter().filter(|n| matches!(n.act, Act::Revisit(_))).count();
        assert_eq!(offers(incident.next(CaseProfile::township(), &[], false)), if waits { 2 } else { 0 }, "{n}");
        if incident.status == Verified && waits {
            let close = Act::To(Closed.state());
            let next = incident.next(CaseProfile::township(), &[], false);
            assert_eq!(next.iter().find(|n| n.act == close).unwrap().lacks, [Need::Revisit]);
            let refused = history.clone().take(&incident, action(close, 65)).unwrap_err();
            assert!(refused.detail.contains("before its revisit is known"), "{refused}");
        }
        incident = history.take(&incident, one.clone()).unwrap().incident;
        let want = [(6, Some((1, Verified))), (7, None), (10, Some((0, Handled))), (11, None)];
        if let Some((_, want)) = want.iter().find(|(at, _)| *at == n) {
            assert_eq!(incident.rectification.as_ref().map(|r| (r.revisits, incident.status)), *want, "{n}");
        }
        if n == 7 {
            assert_eq!((incident.status, incident.milestones.reworked_at), (Dispatched, Some(one.at)));
        }
    }
    assert_eq!(incident.status, Closed);
    // The order that was visited in time comes late with its visit: the same.
    let (late, first): (Vec<_>, Vec<_>) = (0..all.len()).partition(|n| [10, 11].contains(n));
    let (mut again, mut other) = (of(&reported(), vec![]), reported());
    for n in first.into_iter().filter(|n| *n != 14).chain(late).chain([14]) {
        other = again.take(&other, all[n].clone()).unwrap().incident;
    }
    assert_eq!((again.stand(), other.status), (history.stand(), Closed));
    let now = action(Act::Remark, 150).at;
    let minute = |at: Timestamp| (at.ms() - reported().reported_at.ms()) / 60_000;
    let told = history.rectifications(now).into_iter();
    let told: Vec<_> = told.map(|r| (minute(r.ordered_at), r.visited_at.map(minute), r.result, r.late)).collect();
    let not = Some(NotRectified);
    assert_eq!(
        told,
        [
            (30, Some(70), not, Some(true)),
            (70, Some(80), not, Some(false)),
            (110, Some(120), Some(Rectified), Some(false))
        ]
    );
    // The clocks stand until the visit, and no longer than the day.
    let stood = history.pauses(now).into_iter().map(|p| (minute(p.begins()), p.until.map(minute)));
    assert_eq!(stood.collect::<Vec<_>>(), [(30, Some(60)), (70, Some(80)), (110, Some(120))]);
    let open = of(&reported(), vec![action(to(Accepted), 1), action(order(60), 30)]);
    let until = |minute| open.pauses(action(Act::Remark, minute).at)[0].until.map(|at| at.ms());
    assert_eq!([59, 60].map(until), [None, Some(action(Act::Remark, 60).at.ms())]);
}

#[test]
fn what_cannot_be_ordered_or_seen_is_refused() {
    use IncidentStatus::*;
    let taken = |actions: &[Act]| {
        let mut history = of(&reported(), vec![]);
        let actions = (1..).zip(actions).map(|(minute, act)| action(act.clone(), minute));
        let taken = actions.into_iter().try_fold(reported(), |incident, a| Ok(history.take(&incident, a)?.incident));
        taken.map(|i| i.status).map_err(|e: Error| e.detail)
    };
    let seen = revisit(RevisitResult::Rectified, None);
    for (actions, words) in [
        (vec![seen.clone()], "no order to rectify waits for a visit"),
        (vec![order(60), order(70)], "an order to rectify by 2026-03-02 waits for its visit"),
        (vec![order(1)], "the day ends at"),
        (vec![order(60), revisit(RevisitResult::NotRectified, Some(2))], "the day ends at"),
        (vec![to(Void), order(60)], "nothing is ordered in what is void"),
        (vec![order(60), to(Void), seen], "no order to rectify waits for a visit"),
    ] {
        let refused = taken(&actions).unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!(taken(&[order(60), to(Void)]), Ok(Void));
}

#[test]
fn what_wants_a_legal_review_is_closed_once_one_has_approved_what_was_done_last() {
    use IncidentStatus::*;
    use ReviewResult::{Approved, Rejected};
    let close = || to(Closed);
    let walk = |by_matter: bool, actions: Vec<Act>| {
        let mut history = History { wants_review: by_matter, ..of(&reported(), vec![]) };
        let actions = (1..).zip(actions).map(|(minute, act)| action(act, minute));
        let taken = actions.into_iter().try_fold(reported(), |incident, a| Ok(history.take(&incident, a)?.incident));
        taken.map(|i| (i.status, history)).map_err(|e: Error| e.detail)
    };
    let handled = [to(Dispatched), to(Arrived), to(Handled), to(FedBack), to(Verified)];
    let after = |more: Vec<Act>| [handled.to_vec(), more].concat();
    let lacking = "closed does not follow verified before its legal_review (法制审核) has approved it";
    for (by_matter, more) in [
        (true, vec![close()]),
        (false, vec![Act::WantLegalReview, close()]),
        // What was approved, and is then handled anew, is reviewed anew.
        (true, [vec![Act::LegalReview(Approved)], handled.to_vec(), vec![close()]].concat()),
        (false, [vec![Act::LegalReview(Rejected)], handled[1..].to_vec(), vec![close()]].concat()),
    ] {
        let refused = walk(by_matter, after(more)).unwrap_err();
        assert!(refused.contains(lacking), "{refused}");
    }
    assert_eq!(walk(false, after(vec![Act::LegalReview(Rejected)])).unwrap().0, Dispatched);
    let again = [vec![Act::LegalReview(Rejected)], handled[1..].to_vec(), vec![Act::LegalReview(Approved), close()]];
    let (status, history) = walk(true, after(again.concat())).unwrap();
    assert_eq!((status, history.stand().unwrap().legal_review.unwrap().result), (Closed, Some(Approved)));
    assert_eq!(walk(false, after(vec![close()])).unwrap().0, Closed);
    // What was closed before its matter wanted any stays closed, and stands as its history says.
    let (_, history) = walk(false, after(vec![close()])).unwrap();
    let mut history = History { wants_review: true, ..history };
    assert_eq!(history.stand().unwrap().status, Closed);
    let incident = Incident { status: Closed, ..reported() };
    assert!(history.take(&incident, action(Act::Remark, 4)).is_ok());
    for (more, words) in [
        (vec![Act::WantLegalReview, Act::WantLegalReview], "a legal review is waited for already"),
        (vec![to(Void), Act::WantLegalReview], "it is void"),
        (vec![to(Void), Act::LegalReview(Approved)], "it is void"),
    ] {
        let refused = walk(false, more).unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
    let next = |incident: &Incident, by_matter| incident.next(CaseProfile::township(), &[], by_matter);
    let acts = |incident: &Incident, by_matter| {
        let acts = next(incident, by_matter).into_iter().map(|n| n.act);
        acts.filter(|act| matches!(act, Act::WantLegalReview | Act::LegalReview(_))).collect::<Vec<_>>()
    };
    assert_eq!(acts(&reported(), false), [Act::WantLegalReview]);
    assert_eq!(acts(&reported(), true), [Act::LegalReview(Approved), Act::LegalReview(Rejected)]);
    let verified = Incident { status: Verified, ..reported() };
    assert_eq!(next(&verified, true)[0].lacks, [Need::LegalReview]);
    assert_eq!(next(&verified, false)[0].lacks, []);
}
