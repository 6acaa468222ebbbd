//! The audit against a brute force, over made-up worlds: every fault that one finds the other finds.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::{
    brute::{self, Fault},
    *,
};
use crate::{
    base::{LngLat, Span},
    domain::{
        areas::Areas,
        officers::{Certificate, Recusals},
        responsibility::tests::{areas, code, day, lists, matters, unit, units},
        squads::{Crew, Profile, SquadKind, SquadStatus},
        units::{Unit, Units},
        zones::testing::{area, rect},
    },
};

/// The drawn county with villages in its townships, one of which has two grids.
fn cut_areas() -> Areas {
    let more = [
        area(Level::Village, "V1", Some("T1"), rect(112.0, 27.0, 112.05, 27.1)),
        area(Level::Village, "V2", Some("T1"), rect(112.05, 27.0, 112.1, 27.1)),
        area(Level::Village, "V3", Some("T2"), rect(112.1, 27.0, 112.2, 27.1)),
        area(Level::Grid, "V3a", Some("V3"), rect(112.1, 27.0, 112.2, 27.04)),
        area(Level::Grid, "V3b", Some("V3"), rect(112.1, 27.04, 112.2, 27.1)),
    ];
    Areas::new(areas().iter().map(|(_, a)| a.clone()).chain(more).collect()).unwrap()
}

/// Some coordinators more, and rosters for some hours and slices.
fn staffed(dice: &mut Rng) -> Units {
    const SHIFTS: [&str; 4] = ["mon-sun 24h", "mon-fri 08:00-18:00", "mon-sun 20:00-08:00", "thu 03:00-05:00"];
    let coordinator = |of: &str, area: &str, span| Unit {
        kind: UnitKind::VillageCoordinator,
        span,
        ..unit(of, UnitKind::Bureau, "G", area, Span::default())
    };
    let ends = Span { from: None, until: Some(day(10)) };
    let all: Vec<Unit> = units()
        .all()
        .iter()
        .cloned()
        .chain([coordinator("K1", "V1", Span::default()), coordinator("K2", "V2", ends)])
        .collect();
    let mut rosters = Vec::new();
    for unit in &all {
        for _ in 0..dice.usize(..3) {
            rosters.push(Duty {
                unit: unit.code.clone(),
                role: "duty".to_owned(),
                office_line: "1".to_owned(),
                leader: None,
                area: [None, Some("T1"), Some("V2"), Some("V3b"), Some("O1"), Some("C")][dice.usize(..6)].map(code),
                shifts: SHIFTS[dice.usize(..4)].parse().unwrap(),
                span: Span { from: Some(day(5)).filter(|_| dice.usize(..4) == 0), until: None },
            });
        }
    }
    Units::new(all, rosters).unwrap()
}

fn squads(dice: &mut Rng) -> Vec<Squad> {
    let squad = |n: usize, dice: &mut Rng| Squad {
        id: code(&format!("s{n}")),
        name: "s".to_owned(),
        name_zh: None,
        kind: SquadKind::Direct,
        unit: code(["B1", "B2", "TO1", "TD1", "TO2", "Z1", "ZD1", "PB", "nobody"][dice.usize(..9)]),
        command_area: code(["T1", "T2", "C"][dice.usize(..3)]),
        profile: Profile::Car,
        post: LngLat { lng: 112.05, lat: 27.05 },
        status: SquadStatus::Available,
        turnout_s: 0,
        crew: Crew { certified_officers: dice.usize(..4) as u32, uncertified_officers: 0, assistants: 0 },
        shifts: ["mon-sun 24h", "mon-fri 08:00-20:00", "sat,sun 24h", ""][dice.usize(..4)].parse().unwrap(),
        officers: (0..8).filter(|_| dice.usize(..4) == 0).map(|n| code(&format!("o{n}"))).collect(),
        equipment: Vec::new(),
        said: None,
    };
    (0..6).map(|n| squad(n, dice)).collect()
}

/// Of some units, over some matters, some that begin or end within the day, some recused from an area; the last
/// is nobody.
fn officers(dice: &mut Rng) -> Officers {
    let some =
        |dice: &mut Rng, of: &[&str]| of.iter().filter(|_| dice.usize(..4) == 0).map(|t| (*t).to_owned()).collect();
    let certificate = |dice: &mut Rng| Certificate {
        matters: some(dice, &["M1", "M2", "D0", "D2"]),
        span: [
            Span::default(),
            Span { from: None, until: Some(day(7).plus_ms(20 * 3_600_000)) },
            Span { from: Some(day(15).plus_ms(2 * 3_600_000)), until: None },
        ][dice.usize(..3)],
    };
    let officer = |n: usize, dice: &mut Rng| Officer {
        id: code(&format!("o{n}")),
        unit: code(["B1", "B2", "TO1", "TD1", "TO2", "Z1", "ZD1", "PB", "G"][dice.usize(..9)]),
        certificates: (0..=dice.usize(..3)).map(|_| certificate(dice)).collect(),
        recused_from: Recusals {
            areas: some(dice, &["T1", "V2", "V3b", "O1"]).iter().map(|t: &String| code(t)).collect(),
            incidents: BTreeSet::new(),
        },
    };
    Officers::new((0..7).map(|n| officer(n, dice)).collect()).unwrap()
}

#[test]
fn parts_tile_the_areas_and_know_their_ground() {
    let areas = cut_areas();
    let parts = parts(&areas);
    for (ix, area) in areas.iter().filter(|(_, a)| ["V1", "V2", "V3a", "V3b"].contains(&a.code.as_str())) {
        let of: Vec<&Part> = parts.iter().filter(|p| p.area == ix).collect();
        let sum: f64 = of.iter().map(|p| p.area_m2).sum();
        let whole = crate::kernel::shape::area_m2(&area.geometry);
        assert!((sum / whole - 1.0).abs() < 1e-6, "{}: {sum} of {whole}", area.code);
    }
    // V1; V2 without and under O1; V3a likewise; V3b without, under O1 and O2, under O2.
    assert_eq!(parts.len(), 1 + 2 + 2 + 3, "{parts:?}");
    for part in &parts {
        assert_eq!(part.ground, super::super::Ground::at(&areas, part.at), "{part:?}");
        let chain = areas.locate(part.at);
        assert_eq!(part.over.iter().copied().find(|&ix| areas.at(ix).level == Level::Village), chain.village);
        assert!(crate::kernel::shape::contains(part.shape(&areas), part.at));
    }
}

#[test]
fn every_fault_is_that_of_a_brute_force() {
    let (areas, matters) = (cut_areas(), matters());
    let parts = parts(&areas);
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut kinds = BTreeSet::new();
    for seed in 0..12 {
        let mut dice = Rng::with_seed(seed);
        let units = staffed(&mut dice);
        let lists = lists(&mut dice, &units);
        let (squads, officers) = (squads(&mut dice), officers(&mut dice));
        let squads: Vec<&Squad> = squads.iter().collect();
        let response: Vec<Vec<u32>> = squads
            .iter()
            .map(|_| parts.iter().map(|_| [0, 1_800_000, 3_600_001, u32::MAX][dice.usize(..4)]).collect())
            .collect();
        let used = ["T1", "T2", "O1"].iter().flat_map(|a| matters.all().iter().map(move |m| (code(a), m.code.clone())));
        let used: BTreeSet<(Code, Code)> = used.filter(|_| dice.usize(..2) == 0).collect();
        let week = [AuditedHours::Day, AuditedHours::Week][seed as usize % 2];
        for (at, over, response_ms) in [(day(8), week, Some(&response[..])), (day(15), AuditedHours::Day, None)] {
            let audited = Audited {
                law: Law { areas: &areas, units: &units, lists: &lists },
                matters: matters.all(),
                at,
                zone: &zone,
                over,
                parts: &parts,
                squads: &squads,
                officers: &officers,
                response_ms,
                used: &used,
                least_officers: 4,
            };
            let findings = audited.findings();
            let told: Vec<Fault> = findings.iter().flat_map(brute::faults).collect();
            let got: BTreeSet<Fault> = told.iter().cloned().collect();
            assert_eq!(told.len(), got.len(), "seed {seed}: a fault is told twice");
            let want = brute::search(&audited);
            let more: Vec<_> = got.difference(&want).take(3).collect();
            let less: Vec<_> = want.difference(&got).take(3).collect();
            assert!(more.is_empty() && less.is_empty(), "seed {seed} {at}: too many {more:?}, too few {less:?}");
            kinds.extend(findings.iter().map(|f| f.kind.as_str()));
        }
    }
    // What an import refuses can't be drawn by lists that check themselves.
    let all = BlindSpot::WORDS.iter().copied().filter(|k| *k != "coercion_entrusted").collect();
    assert_eq!(kinds, all);
}
