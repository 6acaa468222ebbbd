use super::*;
use crate::base::Timestamp;

fn fix(ms: i64, lng: f64) -> Fix {
    Fix { at: LngLat::new(lng, 0.0).unwrap(), fixed_at: Timestamp::from_ms(ms).unwrap(), accuracy_m: None }
}

#[test]
fn late_fixes_do_not_move_a_squad_back() {
    let id = Code::new("S1").unwrap();
    let mut squads = Squads::default();
    assert!(!squads.observe(&id, fix(1, 0.0)), "a squad nobody knows has no position");
    squads.put(Squad {
        id: id.clone(),
        name: "one".into(),
        name_zh: None,
        kind: SquadKind::Stationed,
        unit: id.clone(),
        command_area: id.clone(),
        profile: Profile::Car,
        post: LngLat::new(0.0, 0.0).unwrap(),
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew { certified_officers: 1, ..Crew::default() },
        shifts: Shifts::always(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
    });
    assert!(squads.observe(&id, fix(20, 2.0)));
    assert!(!squads.observe(&id, fix(10, 1.0)));
    assert_eq!(squads.fix(&id).unwrap().at.lng, 2.0);
}
