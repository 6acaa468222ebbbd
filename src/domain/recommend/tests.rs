use fastrand::Rng;

use super::*;
use crate::domain::{
    dispatch::{RoadPoint, SquadRef},
    officers::Certified,
    response::{Parts, Start, StartSource},
    squads::{Crew, Profile, SquadKind},
};

fn ranked(id: &str, eta_s: u64) -> Ranked {
    let point = RoadPoint { lng: 0.0, lat: 0.0, distance_m: 0.0, island: false, moved: None };
    let squad = SquadRef { id: Code::new(id).unwrap(), name: id.into(), name_zh: None, kind: SquadKind::Direct };
    Ranked {
        rank: 1,
        squad,
        eta_s,
        interval_s: Some([eta_s - 10, eta_s + 10]),
        parts: Parts { handling_s: 120, turnout_s: 0, drive_s: eta_s as u32 - 120, walk_s: 0 },
        distance_m: 1.0,
        from: Start { lng: 0.0, lat: 0.0, source: StartSource::Post, fix_age_s: None },
        competence: Competence::Full,
        certified: Certified { certified_officers: 2, by_count: true, breaks: None },
        enters: point,
        leaves: point,
        zones: Vec::new(),
        route: None,
    }
}

fn squad(id: &str, unit: &str, officers: u32) -> Squad {
    Squad {
        id: Code::new(id).unwrap(),
        name: id.into(),
        name_zh: None,
        kind: SquadKind::Direct,
        unit: Code::new(unit).unwrap(),
        command_area: Code::new("C").unwrap(),
        profile: Profile::Car.into(),
        post: LngLat { lng: 0.0, lat: 0.0 },
        status: SquadStatus::Busy,
        turnout_s: 0,
        crew: Crew { certified_officers: officers, ..Crew::default() },
        shifts: "mon-sun 24h".parse().unwrap(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn of_those_in_time_who_costs_the_least_comes_first_and_the_others_as_they_arrive() {
    let p = |eta_s, in_time, held| Prospect { eta_s, in_time, held };
    let order = |all: &[Prospect]| aware_of_coverage(all);
    assert_eq!(order(&[p(1, true, 0.3), p(2, true, 0.1), p(3, true, 0.1), p(4, false, 0.0)]), [1, 0, 2, 3]);
    assert_eq!(order(&[p(1, true, 0.1), p(2, true, 0.1)]), [0, 1]);
    assert_eq!(order(&[p(1, false, 0.3), p(2, false, 0.1)]), [0, 1]);
    // A longer way keeps a squad away, too.
    assert_eq!(order(&[p(300, true, 0.11), p(900, true, 0.1)]), [0, 1]);
    assert_eq!(order(&[p(300, true, 0.2), p(900, true, 0.0)]), [1, 0]);
    assert_eq!(order(&[]), [0; 0]);
}

#[test]
fn the_same_hour_is_that_of_local_time() {
    let zone = TimeZone::get("Europe/London").unwrap();
    let hours = same_hour(at("2026-11-27T10:30:00Z"), &zone);
    assert_eq!(hours.len(), 52);
    assert_eq!(hours[0], (at("2026-11-20T10:30:00Z"), at("2026-11-20T11:30:00Z")));
    // Before the clocks went back, half past ten was an hour earlier.
    assert_eq!(hours[4].0, at("2026-10-23T09:30:00Z"));
    assert_eq!(hours[51].0, at("2025-11-28T10:30:00Z"));
}

#[test]
fn a_team_is_complete_as_soon_as_any_could_be_and_nobody_in_it_is_too_many() {
    for seed in 0..300 {
        let mut dice = Rng::with_seed(seed);
        let squads: Vec<Squad> =
            (0..7).map(|n| squad(&format!("S{n}"), ["U", "V", "W"][dice.usize(..3)], dice.usize(..3) as u32)).collect();
        let mut etas: Vec<u64> = (0..7).map(|_| 200 + dice.usize(..5) as u64 * 60).collect();
        etas.sort_unstable();
        let of = |(s, eta): (&Squad, &u64)| Ranked {
            certified: Certified { certified_officers: s.crew.certified_officers, by_count: true, breaks: None },
            ..ranked(s.id.as_str(), *eta)
        };
        let all: Vec<Ranked> = squads.iter().zip(&etas).map(of).collect();
        let found = team(all.iter().zip(&squads));
        // Every set of squads of one unit.
        let set = |bits: u32| (0..7usize).filter(move |n| bits >> n & 1 == 1);
        let enough = |bits: &u32| {
            let mut units: Vec<_> = set(*bits).map(|n| &squads[n].unit).collect();
            units.dedup();
            units.len() == 1 && set(*bits).map(|n| squads[n].crew.certified_officers).sum::<u32>() >= 2
        };
        let last_s = |bits: u32| set(bits).map(|n| etas[n]).max().unwrap();
        let soonest = (1..1 << 7).filter(enough).map(last_s).min();
        assert_eq!(found.as_ref().map(|t| t.eta_s), soonest, "{seed}: {squads:?} {etas:?}");
        let Some(found) = found else { continue };
        let bits = found.squads.iter().fold(0, |b, id| b | 1 << squads.iter().position(|s| s.id == *id).unwrap());
        assert!(enough(&bits), "{seed}: {found:?}");
        assert!(set(bits).all(|n| !enough(&(bits & !(1 << n)))), "{seed}: {found:?} has one too many");
    }
}

#[test]
fn a_response_is_complete_as_soon_as_any_could_be_and_nobody_in_it_is_too_many() {
    let code = |text: &str| Code::new(text).unwrap();
    for seed in 0..500 {
        let mut dice = Rng::with_seed(seed);
        let some = |dice: &mut Rng, of: &[&str]| -> Vec<Code> {
            of.iter().filter(|_| dice.usize(..3) == 0).map(|one| code(one)).collect()
        };
        let squads: Vec<Squad> = (0..7)
            .map(|n| Squad {
                equipment: some(&mut dice, &["pump", "drone"]),
                ..squad(&format!("S{n}"), ["U", "V"][dice.usize(..2)], dice.usize(..3) as u32)
            })
            .collect();
        let hand = |squad| Hand { squad, officers: squad.crew.certified_officers };
        let hands: Vec<Hand> = squads.iter().map(hand).collect();
        let (sent, near) = hands.split_at(dice.usize(..2));
        let wanted = Wanted {
            squads: dice.usize(1..4) as u32,
            officers: dice.usize(..6) as u32,
            units: some(&mut dice, &["U", "V", "W"]),
            equipment: some(&mut dice, &["pump", "drone", "boat"]),
        };
        let same = |a: &Code, b: &Code| a == b;
        let (chosen, least) = response(&wanted, sent, near, same);
        // Every set of squads.
        let lacks = |bits: u32| {
            let set = (0..near.len()).filter(|n| bits >> n & 1 == 1).map(|n| &near[n]);
            lacking(&wanted, &sent.iter().chain(set).cloned().collect::<Vec<_>>(), same)
        };
        assert_eq!(least, lacks(u32::MAX), "{seed}: nobody does better than all together");
        let last = |bits: u32| (0..near.len()).rfind(|n| bits >> n & 1 == 1);
        let best = (0..1 << near.len()).filter(|bits| lacks(*bits) == least).map(last).min().unwrap();
        let bits = chosen.iter().fold(0, |bits, n| bits | 1 << n);
        assert_eq!((lacks(bits), last(bits)), (least.clone(), best), "{seed}: {chosen:?}");
        assert!(chosen.iter().all(|n| lacks(bits & !(1 << n)) != least), "{seed}: {chosen:?} has one too many");
    }
}

#[test]
fn a_squad_is_free_when_it_says_so_else_after_the_median_else_after_forty_minutes() {
    let now = at("2026-03-02T12:00:00Z");
    let assignment = Assignment {
        id: Uuid::from_u128(1),
        incident: Uuid::from_u128(2),
        squad: Code::new("S").unwrap(),
        status: super::super::assignments::AssignmentStatus::OnScene,
        competence: Competence::Full,
        breaks: None,
        assigned_at: at("2026-03-02T11:20:00Z"),
        assigned_by: "test".into(),
        departed_at: None,
        arrived_at: Some(at("2026-03-02T11:30:00Z")),
        ended_at: None,
        reason: None,
        arrived_by: None,
        ready_at: None,
    };
    let engaged = |ready_at, median| Engaged {
        assignment: Arc::new(Assignment { ready_at, ..assignment.clone() }),
        place: LngLat { lng: 1.0, lat: 1.0 },
        median,
    };
    let ready = |one: &Engaged| one.ready(assignment.arrived_at.unwrap(), now);
    let few = Some(Median { cases: 19, s: 60 });
    let many = Some(Median { cases: 20, s: 35 * 60 });
    assert_eq!(ready(&engaged(None, few)), (at("2026-03-02T12:10:00Z"), ReadyFrom::Default));
    assert_eq!(ready(&engaged(None, many)), (at("2026-03-02T12:05:00Z"), ReadyFrom::Median));
    let said = at("2026-03-02T12:02:00Z");
    assert_eq!(ready(&engaged(Some(said), many)), (said, ReadyFrom::Squad));
    // What is over is over now.
    let over = Some(Median { cases: 20, s: 60 });
    assert_eq!(ready(&engaged(None, over)), (now, ReadyFrom::Median));

    let soon = |ready_at| SoonFree::of(ranked("S", 400), &engaged(None, None), (ready_at, ReadyFrom::Squad), now);
    // While the call is handled, the squad gets free.
    assert_eq!(soon(at("2026-03-02T12:01:00Z")).ranked.eta_s, 400);
    let later = soon(at("2026-03-02T12:05:00Z")).ranked;
    assert_eq!((later.eta_s, later.parts.handling_s, later.interval_s), (580, 300, Some([570, 590])));
    let free = as_if_free(&squad("S", "U", 2), LngLat { lng: 1.0, lat: 1.0 });
    let free = free.get(&Code::new("S").unwrap()).unwrap();
    assert_eq!((free.status, free.post.lng), (SquadStatus::Available, 1.0));
}
