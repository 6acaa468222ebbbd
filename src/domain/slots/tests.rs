use super::*;

const DAY: &str = "mon-sun 08:00-20:00";

#[test]
fn the_first_slot_that_covers_the_local_time_holds() {
    let rush = slot("rush", "mon-fri 07:00-09:00", &[]);
    let slots = Slots::new(vec![rush, slot("day", DAY, &[]), slot("late", "fri 23:00-02:00", &[])]).unwrap();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for (at, want) in [
        ("2026-03-02T08:30:00+08:00", "rush"),
        ("2026-03-02T00:30:00Z", "rush"),
        ("2026-03-02T09:00:00+08:00", "day"),
        ("2026-03-07T01:59:59+08:00", "late"),
        ("2026-03-07T02:00:00+08:00", BASE),
    ] {
        assert_eq!(name(slots.at(at.parse().unwrap(), &zone)), want, "{at}");
    }
}

#[test]
fn links_take_the_factor_of_their_road() {
    let s = slot("s", DAY, &[(RoadClass::Primary, 0.5), (RoadClass::Trunk, 0.7), (RoadClass::TrunkLink, 0.9)]);
    let factors = [RoadClass::Primary, RoadClass::PrimaryLink, RoadClass::TrunkLink, RoadClass::Service];
    assert_eq!(factors.map(|c| s.speed_factor(c)), [0.5, 0.5, 0.9, 1.0]);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |slots: Vec<Slot>, field: &str, words: &str| {
        let e = Slots::new(slots).unwrap_err();
        assert!(e.field.as_deref() == Some(field) && e.detail.contains(words), "{e}");
    };
    let many = |n: usize| (0..n).map(|i| slot(&format!("s{i}"), DAY, &[])).collect::<Vec<_>>();
    assert!(Slots::new(many(SLOTS_MAX)).is_ok());
    refused(many(9), "slots", "9 slots are more than 8");
    refused(vec![slot("a", DAY, &[]), slot("a", DAY, &[])], "slots[1].name", "a is the name of two slots");
    refused(vec![slot(BASE, DAY, &[])], "slots[0].name", "outside of all slots");
    refused(vec![slot("a", "", &[])], "slots[0].windows", "never comes");
    for wrong in [0.04, 3.01, f64::NAN] {
        let factors = [(RoadClass::Primary, wrong)];
        refused(vec![slot("a", DAY, &factors)], "slots[0].speed_factors.primary", "is not within 0.05 to 3");
    }
}

#[test]
fn a_round_trip_keeps_slots_as_they_are() {
    let odd = slot("peak", DAY, &[(RoadClass::LivingStreet, 1.0 / 3.0), (RoadClass::MotorwayLink, 0.05)]);
    let slots = Slots::new(vec![odd]).unwrap();
    let json = serde_json::to_string(&slots).unwrap();
    assert!(json.contains(r#""speed_factors":{"motorway_link":0.05,"living_street":0.3333}"#), "{json}");
    assert_eq!(serde_json::from_str::<Slots>(&json).unwrap(), slots);
    let unknown = json.replace("living_street", "boulevard");
    assert!(serde_json::from_str::<Slots>(&unknown).unwrap_err().to_string().contains("boulevard"));
}
