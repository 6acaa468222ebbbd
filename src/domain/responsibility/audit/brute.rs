//! The audit as officials read it: every part, matter, power and hour asked by itself.

use std::{collections::BTreeSet, sync::Arc};

use super::{Audited, BlindSpot, Finding, needs_squad};
use crate::{
    base::{Code, Timestamp},
    domain::{
        areas::{AreaIx, Level},
        lists::{ListKind, ListRef, Mode, Power, Ruling},
        officers::{Case, Competence},
        responsibility::{Ground, Outcome},
        squads::Squad,
        units::UnitKind,
    },
};

/// One thing that is wrong at one place, for one power over one matter, at one hour.
pub type Fault = (
    &'static str,
    Option<AreaIx>,
    Option<AreaIx>,
    Vec<Code>,
    Option<ListRef>,
    Option<(Code, &'static str)>,
    Option<u8>,
    Option<u32>,
);

/// What a finding says, fault by fault.
pub fn faults(finding: &Finding) -> Vec<Fault> {
    let some = |all: Vec<Option<u32>>| if all.is_empty() { vec![None] } else { all };
    let hours: Vec<Option<u8>> = finding.hours.list().into_iter().map(|h| Some(h as u8)).collect();
    let hours = if hours.is_empty() { vec![None] } else { hours };
    let parts = some(finding.parts.iter().copied().map(Some).collect());
    let matters: Vec<Option<(Code, &'static str)>> =
        finding.matters.iter().flat_map(|m| m.powers.iter().map(|p| Some((m.matter.clone(), p.as_str())))).collect();
    let matters = if matters.is_empty() { vec![None] } else { matters };
    let mut found = Vec::new();
    for matter in &matters {
        for hour in &hours {
            for part in &parts {
                let (units, list) = (finding.units.clone(), finding.list.clone());
                found.push((
                    finding.kind.as_str(),
                    finding.township,
                    finding.area,
                    units,
                    list,
                    matter.clone(),
                    *hour,
                    *part,
                ));
            }
        }
    }
    found
}

/// All faults, found the slow way.
pub fn search(a: &Audited) -> BTreeSet<Fault> {
    let mut found = BTreeSet::new();
    for part in 0..a.parts.len() as u32 {
        of_part(a, part, &mut found);
    }
    of_lists(a, &mut found);
    of_units(a, &mut found);
    found
}

fn of_part(a: &Audited, part: u32, found: &mut BTreeSet<Fault>) {
    let at = a.parts[part as usize].at;
    let ground = Ground::at(a.law.areas, at);
    let (township, overlay) = (ground.township.or(ground.county), ground.overlays.first().copied());
    let case = Case {
        officers: Arc::new(a.officers.clone()),
        units: Arc::new(a.law.units.clone()),
        over: over(a, part).into_iter().map(|ix| a.law.areas.at(ix).code.clone()).collect(),
        ..Case::default()
    };
    for matter in a.matters {
        let case = Case { matter: Some(matter.clone()), ..case.clone() };
        for power in Power::ALL {
            let mut tell = |kind: BlindSpot, units: Vec<Code>, hour| {
                let what = Some((matter.code.clone(), power.as_str()));
                found.insert((kind.as_str(), township, overlay, units, None, what, hour, Some(part)));
            };
            let answer = a.law.answer(&ground, Some(matter), power, a.at);
            let leads: Vec<Code> = answer.leads.iter().map(|g| g.lead.clone()).collect();
            match answer.outcome {
                Outcome::NoLead => tell(BlindSpot::NoLead, Vec::new(), None),
                Outcome::SeveralLeads => tell(BlindSpot::SeveralLeads, leads, None),
                Outcome::FirstReceiver => unreachable!("the matter is known"),
                Outcome::Lead => {
                    let grant = &answer.leads[0];
                    let case = Case { power, acting: vec![grant.acting.clone()], ..case.clone() };
                    for (h, hour) in (0..).zip(a.hours()) {
                        let goes = |i: usize| {
                            goes(a, a.squads[i], &case, hour)
                                && a.response_ms
                                    .is_none_or(|of| of[i][part as usize] <= matter.arrive_limit_min * 60_000)
                        };
                        if needs_squad(power) && !(0..a.squads.len()).any(goes) {
                            tell(BlindSpot::NoSquadInTime, vec![grant.acting.clone()], Some(h));
                        }
                        if !on_duty(a, &grant.lead, part, hour) {
                            tell(BlindSpot::NobodyOnDuty, vec![grant.lead.clone()], Some(h));
                        }
                    }
                }
            }
        }
    }
}

/// Competent as dispatch takes it.
fn goes(a: &Audited, squad: &Squad, case: &Case, hour: Timestamp) -> bool {
    case.certified(squad, hour).competence() == Competence::Full && squad.shifts.cover(hour, a.zone)
}

/// The areas over a part.
fn over(a: &Audited, part: u32) -> Vec<AreaIx> {
    let (areas, place) = (a.law.areas, a.parts[part as usize].at);
    let chain = areas.locate(place);
    let lines = [chain.county, chain.township, chain.village, chain.grid].into_iter().flatten();
    lines.chain(areas.special(place)).collect()
}

fn on_duty(a: &Audited, unit: &Code, part: u32, hour: Timestamp) -> bool {
    let (areas, over) = (a.law.areas, over(a, part));
    let here = |area: &Code| over.iter().any(|&ix| areas.at(ix).code == *area);
    let line = |d: &&crate::domain::units::Duty| d.is_on(hour, a.zone) && d.area.as_ref().is_none_or(here);
    a.law.units.roster(unit).iter().any(|d| line(&d))
}

/// The township and the special area of a code.
fn place(a: &Audited, area: Option<&Code>) -> (Option<AreaIx>, Option<AreaIx>) {
    let areas = a.law.areas;
    let Some(mut ix) = area.and_then(|c| areas.index(c.as_str())) else { return (None, None) };
    loop {
        match areas.at(ix).level {
            Level::Special => return (None, Some(ix)),
            Level::County | Level::Township => return (Some(ix), None),
            _ => match areas.at(ix).parent.as_ref().and_then(|p| areas.index(p.as_str())) {
                Some(above) => ix = above,
                None => return (None, None),
            },
        }
    }
}

fn of_lists(a: &Audited, found: &mut BTreeSet<Fault>) {
    for list in a.law.lists.all() {
        let now = a.law.lists.in_force(&list.head.list, a.at);
        if now.is_none_or(|l| l.head.version != list.head.version) {
            continue;
        }
        let unit = a.law.units.index(&list.head.unit);
        let area = unit.and_then(|ix| a.law.units.area(ix));
        let (township, overlay) = place(a, area);
        for matter in a.matters {
            for power in Power::ALL {
                let mut tell = |kind: BlindSpot| {
                    let (units, what) = (vec![list.head.unit.clone()], Some((matter.code.clone(), power.as_str())));
                    found.insert((kind.as_str(), township, overlay, units, Some(list.reference()), what, None, None));
                };
                match a.law.lists.ruling(list, matter, power, a.at) {
                    Ruling::Silent => {}
                    Ruling::Outside { .. } => tell(BlindSpot::OutsideParent),
                    Ruling::Gives(terms) => {
                        if terms.mode == Mode::Entrusted && power == Power::Coerce {
                            tell(BlindSpot::CoercionEntrusted);
                        }
                        let used = area.is_some_and(|c| a.used.contains(&(c.clone(), matter.code.clone())));
                        if list.head.kind == ListKind::Delegation && !used {
                            tell(BlindSpot::NeverUsed);
                        }
                    }
                }
            }
        }
    }
}

fn of_units(a: &Audited, found: &mut BTreeSet<Fault>) {
    let law = a.law;
    let mut tell = |kind: BlindSpot, township, area| {
        found.insert((kind.as_str(), township, area, Vec::new(), None, None, None, None));
    };
    for (ix, area) in law.areas.iter() {
        let units = law.units.all().iter().filter(|u| {
            let unit = law.units.index(&u.code).and_then(|ix| law.units.area(ix));
            u.span.holds(a.at) && unit == Some(&area.code)
        });
        let units: Vec<_> = units.collect();
        match area.level {
            Level::Township => {
                let of = a.squads.iter().filter(|s| {
                    let unit = law.units.index(&s.unit).and_then(|ix| law.units.area(ix));
                    s.command_area == area.code || unit == Some(&area.code)
                });
                let (mut heads, mut ids) = (0, BTreeSet::new());
                for squad in of {
                    if squad.officers.is_empty() {
                        heads += squad.crew.certified_officers;
                    }
                    let certified = a.officers.of(squad, law.units).filter(|o| o.is_certified(a.at, None));
                    ids.extend(certified.map(|o| o.id.clone()));
                }
                if heads + (ids.len() as u32) < a.least_officers {
                    tell(BlindSpot::BelowStrength, Some(ix), None);
                }
            }
            Level::Village if units.iter().all(|u| u.kind != UnitKind::VillageCoordinator) => {
                tell(BlindSpot::NoCoordinator, place(a, Some(&area.code)).0, Some(ix));
            }
            Level::Special => {
                let gives = |code: &Code| law.lists.of_unit(code, a.at).any(|l| l.head.kind.gives());
                if !units.iter().any(|u| gives(&u.code)) {
                    tell(BlindSpot::OverlayWithoutList, None, Some(ix));
                }
            }
            _ => {}
        }
    }
}
