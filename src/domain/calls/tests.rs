use super::*;
use crate::domain::{
    areas::Level,
    zones::testing::{area, rect},
};

fn said(description: Option<String>) -> Said {
    Said {
        id: Uuid::from_u128(1),
        matter: None,
        urgency: None,
        description,
        reported_at: Timestamp::from_ms(1_772_424_000_000).unwrap(),
        source: Source::Api,
        external_id: None,
    }
}

fn call(address: &str, area: Option<&str>, description: Option<String>) -> Result<Call> {
    let areas = Areas::new(vec![area_of("T")]).unwrap();
    let now = said(None).reported_at.plus_ms(1_000);
    let area = area.map(|code| Code::new(code).unwrap());
    Call::new(said(description), (address, area), (&Matters::default(), &areas), now)
}

fn area_of(code: &str) -> crate::domain::areas::Area {
    area(Level::Township, code, None, rect(-4.5, 54.0, -4.25, 54.25))
}

#[test]
fn what_no_incident_could_say_is_refused_when_it_is_held() {
    let long = "x".repeat(DESCRIPTION_MAX - 7);
    for (address, area, description, field) in [
        ("", None, None, Some("address")),
        ("\u{3000}?!", None, None, Some("address")),
        (&*"学".repeat(ADDRESS_MAX + 1), None, None, Some("address")),
        ("school", Some("U"), None, Some("area")),
        // With the address before it, and a line's end.
        ("school", None, Some(format!("{long}x")), Some("description")),
        ("school", None, Some(long.clone()), None),
        ("老学校后面", Some("T"), None, None),
    ] {
        let told = call(address, area, description).map_err(|e| e.field.unwrap());
        assert_eq!(told.err().as_deref(), field, "{address:?}");
    }
}

#[test]
fn the_incident_says_the_address_and_rang_when_the_call_did() {
    let call = call(" school ", None, Some("goods".to_owned())).unwrap();
    let said = call.said(&Matters::default());
    assert_eq!((said.id, said.description.as_deref()), (call.id, Some("school\ngoods")));
    assert_eq!((said.reported_at, said.urgency), (call.reported_at, Some(Urgency::Quick)));
}

#[test]
fn a_held_call_is_overdue_after_the_limit_and_an_ended_one_never() {
    let (call, limits) = (call("school", None, None).unwrap(), Limits::default());
    let after = |ms| call.reported_at.plus_ms(ms);
    assert!(!call.is_overdue(&limits, after(300_000)) && call.is_overdue(&limits, after(300_001)));
    assert!(!call.is_overdue(&Limits { held_min: 0 }, after(300_001)));
    let ended = call.clone().dropped(after(1), "K1", "a joke").unwrap();
    assert!(!ended.is_overdue(&limits, after(300_001)));
    assert!(call.clone().dropped(after(1), "K1", " ").is_err());
    let mut calls = Calls::new([call]);
    assert!(calls.get(&ended.id).is_some());
    let mut held = std::sync::Arc::new(std::mem::take(&mut calls));
    use crate::domain::noun::{Noun, Update};
    for _ in 0..2 {
        Calls::apply(&mut held, 1, Update::Change(Change::Call { call: Box::new(ended.clone()) }));
        assert_eq!(*held, Calls::default(), "twice leaves the same");
    }
}
