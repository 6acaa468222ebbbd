use super::*;
use crate::{
    base::Span,
    domain::{
        squads::Shifts,
        units::{Duty, Unit, UnitKind},
    },
};

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

/// A minute after Monday noon in Shanghai.
fn at(minute: i64) -> Timestamp {
    Timestamp::from_ms(1_772_424_000_000 + minute * 60_000).unwrap()
}

pub(super) fn whistle() -> Whistle {
    let [acknowledge_due_at, arrive_due_at] = Whistle::due(Urgency::Quick, at(0));
    Whistle {
        id: Uuid::from_u128(1),
        incident: Uuid::from_u128(2),
        department: code("B"),
        township: code("T"),
        obligation: Obligation::May,
        list: ListRef { list: code("W"), version: 1 },
        status: WhistleStatus::Whistled,
        reason: None,
        whistled_at: at(0),
        whistled_by: "test".to_owned(),
        clock_from: at(0),
        acknowledge_due_at,
        arrive_due_at,
        acknowledged_at: None,
        arrived_at: None,
        ended_at: None,
        ended_for: None,
        stars_of_department: None,
        stars_of_township: None,
    }
}

fn units(roster: Vec<Duty>) -> Units {
    let unit = |of: &str, kind, parent: Option<&str>| Unit {
        code: code(of),
        name: of.to_owned(),
        name_zh: None,
        kind,
        parent: parent.map(code),
        area: None,
        office_line: None,
        span: Span::default(),
    };
    let all = vec![
        unit("G", UnitKind::County, None),
        unit("H", UnitKind::Bureau, Some("G")),
        unit("B", UnitKind::Department, Some("H")),
    ];
    Units::new(all, roster).unwrap()
}

fn duty(shifts: &str, area: Option<&str>) -> Duty {
    let windows = shifts.parse::<Shifts>().unwrap();
    Duty {
        unit: code("B"),
        role: "duty".into(),
        office_line: "1".into(),
        leader: Some("head".into()),
        area: area.map(code),
        shifts: windows,
        span: Span::default(),
    }
}

fn step(to: WhistleStatus, minute: i64) -> WhistleStep {
    WhistleStep { to, at: at(minute), reason: Some("so".into()) }
}

#[test]
fn it_is_heard_answered_and_rated_by_both_once() {
    use WhistleStatus::*;
    let heard = whistle().step(&step(Acknowledged, 4), at(60)).unwrap();
    let there = heard.step(&step(Arrived, 20), at(60)).unwrap();
    assert_eq!((there.acknowledged_at, there.arrived_at), (Some(at(4)), Some(at(20))));
    let straight = whistle().step(&step(Arrived, 20), at(60)).unwrap();
    assert_eq!(straight.acknowledged_at, Some(at(20)), "who is there has heard");
    let done = there.step(&step(Done, 40), at(60)).unwrap();
    let field = |w: Result<Whistle>| w.map(|w| w.status).map_err(|e| e.field.unwrap());
    assert_eq!(field(done.step(&step(Cancelled, 50), at(60))), Err("to".into()));
    assert_eq!(field(heard.step(&step(Arrived, 3), at(60))), Err("at".into()));
    assert_eq!(field(heard.step(&step(Arrived, 66), at(60))), Err("at".into()));
    let bare = WhistleStep { reason: None, ..step(Cancelled, 5) };
    assert_eq!(field(heard.step(&bare, at(60))), Err("reason".into()));
    assert_eq!(field(heard.rated(Side::Township, 5)), Err("by".into()));
    assert_eq!(field(done.rated(Side::Township, 6)), Err("stars".into()));
    let rated = done.rated(Side::Township, 5).unwrap().rated(Side::Department, 3).unwrap();
    assert_eq!((rated.stars_of_department, rated.stars_of_township), (Some(5), Some(3)));
    assert_eq!(field(rated.rated(Side::Township, 1)), Err("by".into()));
}

#[test]
fn who_does_not_answer_is_asked_about_above() {
    let units = units(vec![duty("mon-sun 24h", None)]);
    let asked = |w: &Whistle, minute| {
        let e = w.escalation(&units, at(minute))?;
        Some((e.level, e.since, e.to.map(|c| c.to_string()), e.leader))
    };
    let w = whistle();
    assert_eq!(asked(&w, 10), None);
    assert_eq!(asked(&w, 11), Some((1, at(10), Some("H".into()), Some("head".into()))));
    assert_eq!(asked(&w, 31), Some((2, at(30), Some("G".into()), None)));
    let heard = w.step(&step(WhistleStatus::Acknowledged, 9), at(9)).unwrap();
    assert_eq!((asked(&heard, 11), asked(&heard, 31).map(|e| e.0)), (None, Some(2)));
    let there = heard.step(&step(WhistleStatus::Arrived, 40), at(40)).unwrap();
    assert_eq!(asked(&there, 50), None);
}

#[test]
fn a_clock_that_may_wait_waits_for_the_roster() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let (here, there) = (code("T"), code("X"));
    let from = |roster: Vec<Duty>, obligation, area: &Code| {
        let units = units(roster);
        clock_from(&units, &code("B"), &[area], obligation, at(0).plus_ms(1), &zone)
    };
    let now = at(0).plus_ms(1);
    use Obligation::{May, Must};
    assert_eq!(from(vec![], May, &here), now);
    assert_eq!(from(vec![duty("mon-sun 08:00-18:00", None)], May, &here), now);
    assert_eq!(from(vec![duty("mon-sun 13:30-18:00", None)], May, &here), at(90));
    assert_eq!(from(vec![duty("mon-sun 13:30-18:00", None)], Must, &here), now, "what is urgent does not wait");
    // Tuesday at eight; the slice elsewhere is not theirs.
    let both = vec![duty("mon-sun 24h", Some("X")), duty("tue 08:00-09:00", Some("T"))];
    assert_eq!(from(both.clone(), May, &here), at(20 * 60));
    assert_eq!(from(both, May, &there), now);
}
