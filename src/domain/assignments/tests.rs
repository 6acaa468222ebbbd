use super::*;

pub fn at(minute: i64) -> Timestamp {
    Timestamp::from_ms(1_772_424_000_000 + minute * 60_000).unwrap()
}

pub fn sent(n: u128, squad: &str) -> Assignment {
    Assignment {
        id: Uuid::from_u128(n),
        incident: Uuid::from_u128(100 + n),
        squad: Code::new(squad).unwrap(),
        status: AssignmentStatus::Assigned,
        competence: Competence::Full,
        breaks: None,
        assigned_at: at(0),
        assigned_by: "test".to_owned(),
        departed_at: None,
        arrived_at: None,
        ended_at: None,
        reason: None,
        arrived_by: None,
        ready_at: None,
    }
}

pub fn step(to: AssignmentStatus, minute: i64, reason: Option<&str>) -> Step {
    Step { reason: reason.map(str::to_owned), ..Step::to(to, at(minute)) }
}

#[test]
fn it_goes_from_the_order_to_the_end_in_order_of_time() {
    use AssignmentStatus::*;
    let steps = [(EnRoute, 1), (OnScene, 9), (Done, 30)];
    let done = steps.iter().try_fold(sent(1, "S"), |a, (to, m)| a.step(&step(*to, *m, None), at(60))).unwrap();
    assert_eq!((done.departed_at, done.arrived_at, done.ended_at), (Some(at(1)), Some(at(9)), Some(at(30))));
    let field = |a: Result<Assignment>| a.map(|a| a.status).map_err(|e| e.field.unwrap());
    let way = sent(1, "S").step(&step(EnRoute, 5, None), at(60)).unwrap();
    assert_eq!(field(way.step(&step(OnScene, 4, None), at(60))), Err("at".into()));
    assert_eq!(field(way.step(&step(OnScene, 70, None), at(60))), Err("at".into()));
    assert_eq!(field(way.step(&step(Done, 6, None), at(60))), Err("to".into()));
    assert_eq!(field(way.step(&step(Declined, 6, None), at(60))), Err("reason".into()));
    assert_eq!(field(way.step(&step(Declined, 6, Some("flat tyre")), at(60))), Ok(Declined));
    assert_eq!(field(done.step(&step(Cancelled, 40, Some("late")), at(60))), Err("to".into()));
}

#[test]
fn a_squad_says_when_it_is_free_while_it_is_there() {
    use AssignmentStatus::*;
    let there = sent(1, "S").step(&step(OnScene, 9, None), at(60)).unwrap();
    assert_eq!((there.arrived_by, there.ready_at), (Some(ArrivedBy::Hand), None));
    let told = |to, minute, ready| {
        let step = Step { ready_at: Some(at(ready)), ..step(to, minute, None) };
        there.step(&step, at(60)).map_err(|e| e.field.unwrap())
    };
    let said = told(OnScene, 20, 45).unwrap();
    assert_eq!((said.arrived_at, said.ready_at), (Some(at(9)), Some(at(45))));
    assert_eq!(said.step(&step(Done, 30, None), at(60)).unwrap().status, Done);
    for (to, minute, ready, field) in
        [(OnScene, 20, 19, "ready_at"), (Done, 20, 45, "ready_at"), (EnRoute, 20, 45, "to")]
    {
        assert_eq!(told(to, minute, ready), Err(field.into()), "{to:?} {minute} {ready}");
    }
    assert_eq!(told(OnScene, 20, 60 + 24 * 60 + 1), Err("ready_at".into()));
    // Without a word on when, it is no step.
    assert!(there.step(&step(OnScene, 20, None), at(60)).is_err());
}

#[test]
fn what_waits_is_not_what_the_squad_is_doing() {
    use AssignmentStatus::*;
    let squad = Code::new("S").unwrap();
    let waiting = Assignment { status: Queued, ..sent(2, "S") };
    let mut all = Assignments::new([waiting.clone(), sent(1, "S")]);
    all.check().unwrap();
    assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(1)));
    assert_eq!(all.with_a_queue(), BTreeSet::from([&squad]));
    all.put(sent(1, "S").step(&step(Cancelled, 3, Some("no")), at(3)).unwrap());
    all.check().unwrap();
    assert_eq!(all.of_squad(&squad), None);
    all.put(waiting.step(&step(Assigned, 3, None), at(3)).unwrap());
    all.check().unwrap();
    assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(2)));
    assert!(all.with_a_queue().is_empty());
}

#[test]
fn a_squad_has_the_one_that_has_not_ended() {
    let squad = Code::new("S").unwrap();
    let mut all = Assignments::new([sent(1, "S"), sent(2, "T")]);
    let ended = sent(1, "S").step(&step(AssignmentStatus::Cancelled, 3, Some("no")), at(3)).unwrap();
    assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(1)));
    all.put(ended.clone());
    all.put(ended.clone());
    assert_eq!(all.of_squad(&squad), None);
    all.put(sent(3, "S"));
    // Told again, what ended before does not take the new one away.
    all.put(ended);
    assert_eq!(all.of_squad(&squad).map(|a| a.id), Some(Uuid::from_u128(3)));
    assert_eq!(all.all().count(), 2);
    all.check().unwrap();
}
