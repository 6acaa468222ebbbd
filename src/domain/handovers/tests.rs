use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_ms(1_772_424_000_000 + minute * 60_000).unwrap()
}

fn handover(to: Option<&str>) -> Handover {
    Handover {
        id: Uuid::from_u128(1),
        area: Some(Code::new("T").unwrap()),
        unit: None,
        to: to.map(str::to_owned),
        note: None,
        at: at(0),
        by: "day".to_owned(),
        counts: Counts::default(),
        accepted: None,
    }
}

#[test]
fn the_one_it_is_handed_to_takes_it_over_once() {
    let take = |h: Handover, by: &str| h.accepted(by, at(5), None, 0).map_err(|e| e.kind);
    assert_eq!(take(handover(Some("night")), "evening"), Err(Kind::Forbidden));
    assert_eq!(take(handover(None), "day"), Err(Kind::Forbidden), "nobody takes over from oneself");
    let taken = take(handover(Some("night")), "night").unwrap();
    assert_eq!(take(taken.clone(), "night"), Err(Kind::Conflict));
    assert_eq!(taken.accepted.as_ref().map(|a| a.by.as_str()), Some("night"));
    assert!(take(handover(None), "evening").is_ok());
    // Without keys all are one.
    assert!(take(Handover { by: "keyless".to_owned(), ..handover(None) }, "keyless").is_ok());
    let long = Some("x".repeat(NOTE_MAX + 1));
    assert_eq!(handover(None).accepted("night", at(5), long, 0).unwrap_err().field.as_deref(), Some("note"));
}

#[test]
fn it_is_late_after_the_limit_until_it_is_accepted() {
    let (limits, waits) = (Limits::default(), handover(None));
    assert!(!waits.is_late(&limits, at(15)) && waits.is_late(&limits, at(15).plus_ms(1)));
    assert!(!waits.is_late(&Limits { accept_min: 0 }, at(1_000)));
    assert!(!waits.clone().accepted("night", at(20), None, 0).unwrap().is_late(&limits, at(1_000)));
    let mut held = std::sync::Arc::new(Handovers::new([waits.clone()]));
    assert_eq!(held.all().count(), 1);
    use crate::domain::noun::{Noun, Update};
    let taken = Box::new(waits.accepted("night", at(20), None, 0).unwrap());
    for _ in 0..2 {
        Handovers::apply(&mut held, 1, Update::Change(Change::Handover { handover: taken.clone() }));
        assert_eq!(*held, Handovers::default(), "twice leaves the same");
    }
}
