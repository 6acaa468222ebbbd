//! The answer against a brute force that reads the rules one by one: for every ground, matter, power and date
//! of made-up worlds.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::*;
use crate::{
    base::{Code, LngLat, Span},
    domain::{
        areas::{Area, Level},
        lists::{Entry, ListHead, Powers, Scope},
        matters::{Matters, Urgency},
        units::Unit,
        zones::testing::{area, rect},
    },
};

pub(in crate::domain) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(in crate::domain) fn day(n: i64) -> Timestamp {
    Timestamp::from_ms(n * 86_400_000).unwrap()
}

pub(in crate::domain) fn areas() -> Areas {
    let special =
        |of: &str, priority, shape| Area { priority: Some(priority), ..area(Level::Special, of, Some("C"), shape) };
    Areas::new(vec![
        area(Level::County, "C", None, rect(112.0, 27.0, 112.2, 27.1)),
        area(Level::Township, "T1", Some("C"), rect(112.0, 27.0, 112.1, 27.1)),
        area(Level::Township, "T2", Some("C"), rect(112.1, 27.0, 112.2, 27.1)),
        special("O1", 2, rect(112.08, 27.02, 112.14, 27.05)),
        special("O2", 1, rect(112.10, 27.04, 112.16, 27.08)),
    ])
    .unwrap()
}

pub(in crate::domain) fn unit(of: &str, kind: UnitKind, parent: &str, area: &str, span: Span) -> Unit {
    Unit {
        code: code(of),
        name: of.to_owned(),
        name_zh: None,
        kind,
        parent: (!parent.is_empty()).then(|| code(parent)),
        area: (!area.is_empty()).then(|| code(area)),
        office_line: None,
        span,
    }
}

pub(in crate::domain) fn units() -> Units {
    use UnitKind::{Bureau, County, Department, Prefecture, TownshipOffice, ZoneAdministration};
    let ever = Span::default();
    let late = Span { from: Some(day(12)), until: None };
    Units::new(
        vec![
            unit("P", Prefecture, "", "P0", ever),
            unit("PB", Bureau, "P", "", ever),
            unit("G", County, "P", "C", ever),
            unit("B1", Bureau, "G", "", ever),
            unit("B2", Bureau, "G", "", late),
            unit("TO1", TownshipOffice, "G", "T1", ever),
            unit("TO2", TownshipOffice, "G", "T2", ever),
            unit("TD1", Department, "TO1", "", ever),
            unit("Z1", ZoneAdministration, "G", "O1", ever),
            unit("Z2", ZoneAdministration, "G", "O2", late),
            unit("ZD1", Department, "Z1", "", ever),
        ],
        Vec::new(),
    )
    .unwrap()
}

pub(in crate::domain) fn matters() -> Matters {
    let matter = |n: usize| Matter {
        code: code(&format!("M{n}")),
        name: format!("m{n}"),
        name_zh: format!("事{n}"),
        domain: format!("D{}", n % 3),
        urgency: Urgency::Normal,
        arrive_limit_min: 60,
        legal_review: false,
    };
    Matters::new((0..8).map(matter).collect()).unwrap()
}

fn entry(dice: &mut Rng, kind: ListKind, owner: &str) -> Entry {
    let except = |dice: &mut Rng| match dice.usize(..4) {
        0 => vec![format!("M{}", dice.usize(..8))],
        1 => vec![format!("D{}", dice.usize(..3)), format!("M{}", dice.usize(..8))],
        _ => Vec::new(),
    };
    let scope = match dice.usize(..5) {
        0 => Scope::All { except: except(dice) },
        1 => Scope::Category { category: format!("D{}", dice.usize(..3)), except: except(dice) },
        _ => Scope::Matter { matter: code(&format!("M{}", dice.usize(..8))) },
    };
    let powers: Powers = Power::ALL.into_iter().filter(|_| dice.usize(..2) == 0).collect();
    let some = |dice: &mut Rng| code(["B1", "B2", "TO1", "PB"][dice.usize(..4)]);
    let temporary = kind == ListKind::Temporary;
    let powers = powers.iter().filter(|p| !temporary || matches!(p, Power::Inspect | Power::Manage)).collect();
    let mut e = Entry::plain(scope, powers);
    (e.consent, e.approval) = (temporary.then(|| "yes".to_owned()), temporary.then(|| "yes".to_owned()));
    e.mode = [None, Some(Mode::Statutory), Some(Mode::Delegated), Some(Mode::Entrusted)][dice.usize(..4)];
    e.subject = (e.mode == Some(Mode::Entrusted) || dice.usize(..4) == 0).then(|| some(dice));
    e.supporters = if dice.usize(..3) == 0 || kind == ListKind::Whistle { vec![some(dice)] } else { Vec::new() };
    if kind.gives() && dice.usize(..4) == 0 {
        e.lead = match owner {
            "TO1" => Some(code("TD1")),
            "Z1" => Some(code("ZD1")),
            _ => None,
        };
    }
    e.span = match dice.usize(..4) {
        0 => Span { from: Some(day(5 + dice.usize(..15) as i64)), until: None },
        1 => Span { from: None, until: Some(day(5 + dice.usize(..15) as i64)) },
        _ => Span::default(),
    };
    e
}

/// Lists of all kinds, as many as can stand together.
pub(in crate::domain) fn lists(dice: &mut Rng, units: &Units) -> Lists {
    const KINDS: [ListKind; 8] = [
        ListKind::Basic,
        ListKind::Delegation,
        ListKind::Cooperating,
        ListKind::TakenBack,
        ListKind::Guide,
        ListKind::Whistle,
        ListKind::Inspection,
        ListKind::Temporary,
    ];
    let mut all = Lists::default();
    for n in 0..60 {
        let unit = &units.all()[dice.usize(..units.all().len())];
        let kind = KINDS[dice.usize(..8)];
        let list = code(&format!("{}-{}", unit.code, kind.as_str()));
        let parents: Vec<Code> = all.all().iter().map(|l| l.head.list.clone()).collect();
        let parent =
            (!parents.is_empty() && dice.usize(..3) == 0).then(|| parents[dice.usize(..parents.len())].clone());
        let from = Some(day(dice.usize(..20) as i64)).filter(|_| !dice.usize(..4) == 0);
        let until =
            from.map(|f| f.plus_ms(86_400_000 * (3 + dice.usize(..10) as i64))).filter(|_| dice.usize(..5) == 0);
        let head = ListHead {
            version: all.versions(&list).last().map_or(1, |l| l.head.version + 1),
            list,
            kind,
            unit: unit.code.clone(),
            name: format!("list {n}"),
            name_zh: None,
            parent,
            basis: None,
            basis_uri: None,
            span: Span { from, until },
        };
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..1 + dice.usize(..6) {
            let e = entry(dice, kind, unit.code.as_str());
            let clashes = entries
                .iter()
                .any(|o| o.scope.is_level_with(&e.scope) && o.powers.meets(e.powers) && o.span.meets(&e.span));
            if !clashes && e.check(kind, &unit.code).is_ok() {
                entries.push(e);
            }
        }
        if let Ok((more, _)) = all.with(vec![List::new(head, entries)]) {
            all = more;
        }
    }
    all
}

/// Rule by rule, with nothing but loops.
struct Brute<'a> {
    law: Law<'a>,
    matter: &'a Matter,
    power: Power,
    at: Timestamp,
}

impl<'a> Brute<'a> {
    /// Rule 5.
    fn version(&self, list: &Code) -> Option<&'a List> {
        let mut best: Option<&List> = None;
        for l in self.law.lists.all() {
            let begun = l.head.span.from.is_none_or(|from| from <= self.at);
            if l.head.list == *list && begun && best.is_none_or(|b| b.head.version < l.head.version) {
                best = Some(l);
            }
        }
        best.filter(|l| l.head.span.until.is_none_or(|until| self.at < until))
    }

    /// Rule 6.
    fn entry(&self, list: &'a List) -> Option<&'a Entry> {
        let level = |e: &Entry| match &e.scope {
            Scope::Matter { matter } => (*matter == self.matter.code).then_some(0),
            Scope::Category { category, except } => {
                let out = except.iter().any(|x| x == self.matter.code.as_str() || *x == self.matter.domain);
                (*category == self.matter.domain && !out).then_some(1)
            }
            Scope::All { except } => {
                (!except.iter().any(|x| x == self.matter.code.as_str() || *x == self.matter.domain)).then_some(2)
            }
        };
        let holds = |e: &Entry| e.span.from.is_none_or(|f| f <= self.at) && e.span.until.is_none_or(|u| self.at < u);
        let best = list.entries.iter().filter(|e| holds(e)).filter_map(level).min()?;
        list.entries.iter().find(|e| holds(e) && level(e) == Some(best) && e.powers.has(self.power))
    }

    /// Rules 7 and 10: mode, subject and supporters, as they are lent.
    fn allowed(&self, list: &'a List) -> Option<(Mode, Code, Vec<Code>)> {
        let own = self.entry(list)?;
        let mut line = vec![own];
        let mut parent = list.head.parent.clone();
        while let Some(of) = parent {
            let above = self.version(&of)?;
            line.push(self.entry(above)?);
            parent = above.head.parent.clone();
        }
        let lead = own.lead.clone().unwrap_or(list.head.unit.clone());
        let manner = line.iter().find(|e| e.mode.is_some());
        let given = matches!(list.head.kind, ListKind::Delegation | ListKind::Temporary);
        let default = if given { Mode::Delegated } else { Mode::Statutory };
        let mode = manner.and_then(|e| e.mode).unwrap_or(default);
        let lent = manner.and_then(|e| e.subject.clone());
        let subject = own.subject.clone().or(lent).unwrap_or(lead);
        let helped = line.iter().find(|e| !e.supporters.is_empty());
        let supporters = helped.map(|e| e.supporters.clone()).unwrap_or_default();
        (!(mode == Mode::Entrusted && self.power == Power::Coerce)).then_some((mode, subject, supporters))
    }

    fn lists_of(&self, unit: &Code, kind: ListKind) -> Option<&'a List> {
        let codes: BTreeSet<&Code> = self
            .law
            .lists
            .all()
            .iter()
            .filter(|l| l.head.unit == *unit && l.head.kind == kind)
            .map(|l| &l.head.list)
            .collect();
        codes.into_iter().find_map(|of| self.version(of))
    }

    fn area_of(&self, unit: &Code) -> Option<Code> {
        let unit = self.law.units.get(unit)?;
        unit.area.clone().or_else(|| self.area_of(unit.parent.as_ref()?))
    }

    /// Units of a tier by the code of what they serve.
    fn serving(&self, area: &str) -> Vec<&'a Unit> {
        let exists = |u: &&Unit| u.span.from.is_none_or(|f| f <= self.at) && u.span.until.is_none_or(|t| self.at < t);
        self.law
            .units
            .all()
            .iter()
            .filter(exists)
            .filter(|u| self.area_of(&u.code).is_some_and(|a| a.as_str() == area))
            .collect()
    }

    fn leads(&self, tier: &str, here: &[String]) -> Vec<(Code, ListRef, Mode, Code, Vec<Code>)> {
        let mut found: Vec<(Code, ListRef, Mode, Code, Vec<Code>)> = Vec::new();
        for unit in self.serving(tier) {
            if matches!(
                unit.kind,
                UnitKind::Province | UnitKind::Prefecture | UnitKind::County | UnitKind::VillageCoordinator
            ) {
                continue;
            }
            for kind in [ListKind::Basic, ListKind::Delegation, ListKind::Inspection, ListKind::Temporary] {
                let Some(list) = self.lists_of(&unit.code, kind) else { continue };
                let Some((mode, subject, supporters)) = self.allowed(list) else { continue };
                let lead = self.entry(list).unwrap().lead.clone().unwrap_or(unit.code.clone());
                let serves = self.area_of(&lead).is_some_and(|a| here.contains(&a.to_string()));
                // Rule 8, for the lead and everybody between.
                let taken = |of: &Code| self.lists_of(of, ListKind::TakenBack).is_some_and(|l| self.entry(l).is_some());
                let is_taken = taken(&lead) || taken(&unit.code);
                if serves && !is_taken && found.iter().all(|f| f.0 != lead) {
                    found.push((lead, list.reference(), mode, subject, supporters));
                }
            }
        }
        found
    }

    /// Outcome, leads and supporters.
    #[expect(clippy::type_complexity, reason = "an answer in plain values")]
    fn answer(&self, ground: &Ground) -> (Outcome, BTreeSet<(Code, ListRef, &'static str, Code)>, BTreeSet<Code>) {
        let name = |ix: &AreaIx| self.law.areas.at(*ix).code.to_string();
        let tiers: Vec<String> = ground
            .overlays
            .iter()
            .map(name)
            .chain(ground.township.iter().map(name))
            .chain(ground.county.iter().map(name))
            .chain(["P0".to_owned()])
            .collect();
        let leads = tiers.iter().map(|t| self.leads(t, &tiers)).find(|l| !l.is_empty()).unwrap_or_default();
        let outcome = [Outcome::NoLead, Outcome::Lead, Outcome::SeveralLeads][leads.len().min(2)];
        let mut supporters: BTreeSet<Code> = leads.iter().flat_map(|l| l.4.clone()).collect();
        for unit in tiers.iter().flat_map(|t| self.serving(t)) {
            for kind in [ListKind::Cooperating, ListKind::Guide, ListKind::Whistle] {
                let Some(entry) = self.lists_of(&unit.code, kind).and_then(|l| self.entry(l)) else { continue };
                supporters.extend(entry.supporters.iter().cloned());
                if kind == ListKind::Cooperating {
                    supporters.insert(unit.code.clone());
                }
            }
        }
        let leads: BTreeSet<_> =
            leads.into_iter().map(|(lead, list, mode, subject, _)| (lead, list, mode.as_str(), subject)).collect();
        supporters.retain(|s| leads.iter().all(|l| l.0 != *s));
        (outcome, leads, supporters)
    }
}

/// Every set of areas that a place of this county can lie in, and outside of it.
fn grounds(areas: &Areas) -> BTreeSet<Ground> {
    let steps = |from: f64, to: f64| (0..=44).map(move |i| from + (to - from) * f64::from(i) / 44.0);
    let all = steps(111.99, 112.21).flat_map(|lng| steps(26.995, 27.105).map(move |lat| LngLat { lng, lat }));
    all.map(|p| Ground::at(areas, p)).collect()
}

#[test]
fn every_answer_is_that_of_a_brute_force() {
    let (areas, units, matters) = (areas(), units(), matters());
    let grounds = grounds(&areas);
    assert!(grounds.len() >= 8, "{grounds:?}");
    let mut seen = BTreeSet::new();
    let mut asked = 0_u64;
    for seed in 0..12 {
        let lists = lists(&mut Rng::with_seed(seed), &units);
        let law = Law { areas: &areas, units: &units, lists: &lists };
        for (ground, matter) in grounds.iter().flat_map(|g| matters.all().iter().map(move |m| (g, m))) {
            for (power, at) in Power::ALL.iter().flat_map(|p| [-1, 3, 8, 12, 17, 30].map(|n| (*p, day(n)))) {
                let got = law.answer(ground, Some(matter), power, at);
                let leads =
                    got.leads.iter().map(|g| (g.lead.clone(), g.list.clone(), g.mode.as_str(), g.subject.clone()));
                let supporters: BTreeSet<Code> = got.supporters.iter().map(|s| s.unit.clone()).collect();
                let want = Brute { law, matter, power, at }.answer(ground);
                let of = format!("seed {seed}, {ground:?}, {} {} {at}", matter.code, power.as_str());
                assert_eq!((got.outcome, leads.collect(), supporters), want, "{of}");
                assert_eq!(got.overlay.is_some(), got.why.iter().any(|r| r.rule == 2), "{of}");
                seen.extend(got.why.iter().chain(&got.why_not).map(|r| r.rule));
                asked += 1;
            }
        }
    }
    println!("{asked} answers, rules {seen:?}");
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13].into(), "every rule had its say");
}

#[test]
fn a_doubtful_place_has_a_candidate_for_all_that_it_may_lie_in() {
    let areas = areas();
    let found = |lng, lat, accuracy_m| {
        let all = candidates(&areas, LngLat { lng, lat }, accuracy_m);
        all.iter().map(|c| areas.at(c.area).code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(112.05, 27.05, 50.0), ["T1"]);
    assert_eq!(found(112.1001, 27.09, 50.0), ["T2", "T1"]);
    assert_eq!(found(112.0799, 27.03, 50.0), ["O1", "T1"], "just outside of the special area");
    assert_eq!(found(112.0801, 27.03, 50.0), ["O1", "T1"], "just inside");
    assert_eq!(found(112.11, 27.03, 50.0), ["T2"], "well inside the special area there is no doubt");
    let sure = &candidates(&areas, LngLat { lng: 112.11, lat: 27.03 }, 50.0)[0];
    assert_eq!(sure.ground, Ground::at(&areas, LngLat { lng: 112.11, lat: 27.03 }));
}
