//! Who is competent on arrival, against a slow reading: of random lists, squads and certificates that begin and end
//! while somebody is on the way.

use super::*;
use crate::{
    base::Span,
    domain::{
        lists::Power,
        officers::{Certificate, Officer, Officers, Recusals, Rule},
        responsibility::{
            Ground, Law,
            tests::{areas, code, day, lists, matters, units},
        },
        units::Units,
    },
};

const UNITS: [&str; 8] = ["B1", "B2", "TO1", "TO2", "TD1", "Z1", "ZD1", "CEB"];

/// Around noon, by minutes.
fn minute(n: i64) -> Timestamp {
    day(15).plus_ms(n * 60_000)
}

fn certificate(dice: &mut Rng) -> Certificate {
    let end = |dice: &mut Rng| (dice.usize(..3) == 0).then(|| minute(dice.usize(..12) as i64 - 3));
    let (from, until) = (end(dice), end(dice));
    let until = until.filter(|until| from.is_none_or(|from| from < *until));
    let matters = if dice.bool() { Vec::new() } else { vec![format!("D{}", dice.usize(..3))] };
    Certificate { matters, span: Span { from, until } }
}

fn officers(dice: &mut Rng) -> Vec<Officer> {
    let one = |n: usize, dice: &mut Rng| Officer {
        id: code(&format!("O{n}")),
        unit: code(UNITS[dice.usize(..8)]),
        certificates: (0..1 + dice.usize(..2)).map(|_| certificate(dice)).collect(),
        recused_from: Recusals {
            areas: (0..2).filter(|_| dice.usize(..6) == 0).map(|n| code(["T1", "O1"][n])).collect(),
            ..Recusals::default()
        },
    };
    (0..12).map(|n| one(n, dice)).collect()
}

fn squads(dice: &mut Rng) -> Squads {
    fleet((0..10).map(|n| {
        let mut officers: Vec<Code> =
            (0..12).filter(|_| dice.usize(..2) == 0).map(|o| code(&format!("O{o}"))).collect();
        if dice.usize(..4) == 0 {
            officers.clear();
        }
        let crew = Crew { certified_officers: dice.usize(..4) as u32, ..Crew::default() };
        let at = at_letter(dice.usize(..10) as f64, 0.0);
        let unit = code(UNITS[dice.usize(..8)]);
        Squad { unit, crew, officers, ..squad(&format!("S{n}"), at, dice.usize(..4) as u32 * 60) }
    }))
}

/// Whether one unit stands beneath the other, by its parents.
fn beneath(units: &Units, unit: &Code, above: &Code) -> bool {
    unit == above || units.get(unit).and_then(|u| u.parent.as_ref()).is_some_and(|p| beneath(units, p, above))
}

/// Rule 3 word by word, for one acting unit after the other.
fn breaks(case: &Case, squad: &Squad, at: Timestamp) -> Option<Rule> {
    let needed = if matches!(case.power, Power::Permit | Power::Manage) { 0 } else { 2 };
    let (mut has_power, mut best, mut unrecused) = (false, 0, 0);
    let every = [squad.unit.clone()];
    for acting in if case.acting.is_empty() { &every[..] } else { &case.acting } {
        if !beneath(&case.units, &squad.unit, acting) {
            continue;
        }
        has_power = true;
        let (mut certified, mut free) = (0, 0);
        for officer in squad.officers.iter().filter_map(|id| case.officers.get(id)) {
            let kin =
                beneath(&case.units, &officer.unit, &squad.unit) || beneath(&case.units, &squad.unit, &officer.unit);
            let own = case.acting.is_empty() || beneath(&case.units, &officer.unit, acting);
            let matter = case.matter.as_ref().unwrap();
            let holds = officer.certificates.iter().any(|c| {
                c.span.from.is_none_or(|from| from <= at)
                    && c.span.until.is_none_or(|until| at < until)
                    && (c.matters.is_empty() || c.matters.contains(&matter.domain))
            });
            if kin && own && holds {
                certified += 1;
                free += usize::from(!case.over.iter().any(|area| officer.recused_from.areas.contains(area)));
            }
        }
        if squad.officers.is_empty() {
            (certified, free) = (squad.crew.certified_officers as usize, squad.crew.certified_officers as usize);
        }
        (best, unrecused) = (best.max(certified), unrecused.max(free));
    }
    match () {
        () if !has_power => Some(Rule::UnitWithoutPower),
        () if unrecused >= needed => None,
        () if best >= needed => Some(Rule::OfficersRecused),
        () => Some(Rule::TooFewOfficers),
    }
}

#[test]
fn the_competent_ones_are_those_of_all_who_are_so_on_arrival() {
    let (areas, units, matters, network) = (areas(), Arc::new(units()), matters(), street());
    let (mut ws, definition) = (Workspace::default(), Definition::default());
    let (mut rules, mut turned, mut spoken, mut silent) = (BTreeSet::new(), 0, 0, 0);
    for seed in 0..200 {
        let mut dice = Rng::with_seed(seed);
        let lists = lists(&mut dice, &units);
        let law = Law { areas: &areas, units: &units, lists: &lists };
        let officers = Arc::new(Officers::new(officers(&mut dice)).unwrap());
        let (squads, at) = (squads(&mut dice), minute(0));
        for _ in 0..6 {
            let place = LngLat { lng: 112.0 + dice.f64() * 0.2, lat: 27.0 + dice.f64() * 0.1 };
            let matter = &matters.all()[dice.usize(..8)];
            let power = Power::ALL[dice.usize(..5)];
            let ground = Ground::at(&areas, place);
            let acting = law.acting(&ground, Some(matter), power, at);
            let answer = law.answer(&ground, Some(matter), power, at);
            let told: BTreeSet<Code> = answer.leads.iter().map(|grant| grant.acting.clone()).collect();
            assert_eq!(acting, Vec::from_iter(told), "seed {seed}");
            *(if acting.is_empty() { &mut silent } else { &mut spoken }) += 1;
            let over = ground.overlays.iter().chain(&ground.township).map(|&ix| areas.at(ix).code.clone()).collect();
            let (officers, units) = (Arc::clone(&officers), Arc::clone(&units));
            let case = Case { officers, units, matter: Some(matter.clone()), power, acting, over, incident: None };
            let (k, target) = (1 + dice.usize(..10), at_letter(dice.usize(..10) as f64, 0.0));
            let asked = Query { at, case, ..query(target, 10) };
            let all = nearest(&squads, &network, &mut ws, &definition, &asked);
            assert_eq!(all.squads.len(), 10);
            let mut want = Vec::new();
            let mut out = 0;
            for one in &all.squads {
                let squad = squads.get(&one.squad.id).unwrap();
                let arrives = at.plus_ms(one.eta_s as i64 * 1_000);
                let broken = breaks(&asked.case, squad, arrives);
                assert_eq!((one.certified.breaks, one.competence == Competence::Full), (broken, broken.is_none()));
                turned += usize::from(broken.is_none() != breaks(&asked.case, squad, at).is_none());
                rules.extend(broken.map(Rule::as_str));
                match broken {
                    None if want.len() < k => want.push(one.squad.id.as_str()),
                    _ => out += u32::from(broken.is_some()),
                }
            }
            let few = nearest(&squads, &network, &mut ws, &definition, &Query { k, only_competent: true, ..asked });
            assert_eq!(ids(&few), want, "seed {seed}");
            assert!(few.squads.iter().map(|s| s.rank).eq(1..=want.len()), "seed {seed}");
            let counted = few.excluded.counts.not_competent;
            assert!(if want.len() < k { counted == out } else { counted <= out }, "seed {seed}: {counted}, {out}");
            let named = few.excluded.nearest.iter().all(|e| e.breaks.is_some() == (e.reason == Reason::NotCompetent));
            assert!(named, "seed {seed}: {few:?}");
        }
    }
    assert_eq!(rules.len(), 3, "{rules:?}");
    assert!(turned > 60 && spoken > 400 && silent > 400, "{turned} turned, {spoken} spoken of, {silent} not");
}
