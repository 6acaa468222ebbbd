use super::*;
use crate::domain::{
    incidents::{
        CaseState,
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
            let next = incident.next(township, &[]);
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
    assert_eq!(reported().next(township, &[])[0].act, to(Accepted));
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
        Ok::<_, String>((of, incident.next(&desk, &[])))
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
