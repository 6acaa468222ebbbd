use super::*;

fn profile(states: &[(&str, IncidentStatus)], transitions: &[(&str, &str)]) -> CaseProfile {
    let code = |text: &str| Code::new(text).unwrap();
    let state = |&(state, marks): &(&str, IncidentStatus)| CaseState {
        state: code(state),
        name: state.to_owned(),
        name_zh: None,
        marks,
    };
    let transition = |&(from, to): &(&str, &str)| Transition {
        from: code(from),
        to: code(to),
        name: None,
        name_zh: None,
        right: Right::Dispatch,
        needs: vec![],
    };
    CaseProfile {
        profile: code("P"),
        version: 1,
        name: "P".to_owned(),
        name_zh: None,
        source: None,
        new_cases: vec![],
        states: states.iter().map(state).collect(),
        transitions: transitions.iter().map(transition).collect(),
    }
}

#[test]
fn what_no_case_could_go_through_is_refused() {
    use IncidentStatus::*;
    let whole = [("a", Reported), ("b", Dispatched), ("c", Closed)];
    assert_eq!(profile(&whole, &[("a", "b"), ("b", "c")]).check(), Ok(()));
    for (states, ways, words) in [
        (&whole[..], &[("a", "b")][..], "nothing leads from a to a state that marks closed"),
        (&whole, &[("a", "c")], "nothing leads to state b"),
        (&whole, &[("a", "b"), ("a", "c")], "state b never comes to an end"),
        (&whole, &[("a", "b"), ("b", "d")], "d is no state of this profile"),
        (&whole, &[("a", "b"), ("b", "c"), ("a", "b")], "from a to b stands twice"),
        (&whole, &[("a", "a")], "from a to a leads nowhere"),
        (&[("a", Reported), ("a", Closed)], &[], "state a stands twice"),
        (&[("a", Reported), ("b", Merged), ("c", Closed)], &[("a", "b")], "state b: no state marks merged"),
        (&[("a", Accepted), ("c", Closed)], &[("a", "c")], "no state marks reported"),
        (&[], &[], "no state marks reported"),
    ] {
        let said = profile(states, ways).check().unwrap_err().detail;
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn new_cases_come_under_what_speaks_for_their_matter() {
    use IncidentStatus::*;
    let matters = Matters::new(
        [("M1", "x"), ("M2", "x"), ("M3", "y")]
            .map(|(code, domain)| Matter {
                code: Code::new(code).unwrap(),
                name: code.to_owned(),
                name_zh: code.to_owned(),
                domain: domain.to_owned(),
                urgency: crate::domain::matters::Urgency::Quick,
                arrive_limit_min: 30,
                legal_review: false,
            })
            .to_vec(),
    )
    .unwrap();
    let made = |name: &str, of: &[(Option<&str>, Option<&str>)]| CaseProfile {
        profile: Code::new(name).unwrap(),
        new_cases: of
            .iter()
            .map(|(matter, category)| ForMatters {
                matter: matter.map(|m| Code::new(m).unwrap()),
                category: category.map(str::to_owned),
            })
            .collect(),
        ..profile(&[("a", Reported), ("c", Closed)], &[("a", "c")])
    };
    let mut known = Profiles::default();
    let mut take = |new: CaseProfile| {
        let taken = known.next(new, &matters)?;
        if let Some(taken) = taken.clone() {
            known = Profiles::new(known.all().map(|p| CaseProfile::clone(p)).chain([taken]));
        }
        let under = |m: &str| known.of(matters.named(m)).profile.to_string();
        Ok::<_, Error>((taken.map(|p| p.version), ["M1", "M2", "M3", "?"].map(under).join(" ")))
    };
    assert_eq!(take(made("P", &[])), Ok((Some(1), "township township township township".to_owned())));
    assert_eq!(take(made("P", &[])), Ok((None, "township township township township".to_owned())));
    assert_eq!(take(made("P", &[(None, Some("x"))])), Ok((Some(2), "P P township township".to_owned())));
    assert_eq!(take(made("Q", &[(Some("M2"), None)])), Ok((Some(1), "P Q township township".to_owned())));
    assert_eq!(take(made("R", &[(None, None)])), Ok((Some(1), "P Q R R".to_owned())));
    for (of, words) in [
        (&[(None, Some("x"))][..], "category x: new cases come under profile P"),
        (&[(Some("M1"), None), (Some("M1"), None)], "matter M1: stands twice"),
        (&[(Some("M9"), None)], "no matter M9"),
        (&[(None, Some("z"))], "no matter is of z"),
    ] {
        let said = take(made("S", of)).unwrap_err().detail;
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(take(made("P", &[])), Ok((Some(3), "R Q R R".to_owned())));
}
