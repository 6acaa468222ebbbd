//! Where powers have holes: the audit that officials ask for. Over the parts into which special areas cut the
//! grids, for every matter, kind of power and hour of a day: nobody leads, several do, whoever leads has no
//! squad that may act and comes in time, or nobody on duty; and what is wrong with units and lists themselves.
//!
//! Powers are those at one time. The hours are those of the day or of the week of that time, in the county.
//! Parts of one ground share their leads, and those that the same squads reach share the rest: nothing is asked
//! twice. `brute` asks everything; both find the same.

#[cfg(test)]
mod brute;
mod hours;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;

pub use self::{
    hours::{AuditedHours, Hours},
    parts::{Part, parts},
};
use super::{Ground, Law};
use crate::{
    base::{Code, Timestamp, words},
    domain::{
        areas::{AreaIx, Level},
        lists::{ListKind, ListRef, Mode, Power, Powers, Ruling, compare::MatterPowers},
        matters::Matter,
        officers::{Officer, Officers, officers_needed},
        squads::{CERTIFIED_OFFICERS_NEEDED, Squad},
        units::{Duty, UnitIx, UnitKind},
    },
};

words! {
    /// What is wrong.
    BlindSpot {
        /// No list in force gives it to anybody (看得见的管不了).
        NoLead = "no_lead",
        /// Several units of one tier have it (多头执法).
        SeveralLeads = "several_leads",
        /// The lead has no squad on shift that may act and is there within the matter's limit.
        NoSquadInTime = "no_squad_in_time",
        /// Nobody of the lead is on duty.
        NobodyOnDuty = "nobody_on_duty",
        /// A delegated matter without a case in the period.
        NeverUsed = "never_used",
        /// A township with fewer certified officers than the least number.
        BelowStrength = "below_strength",
        /// A village that no coordinator serves.
        NoCoordinator = "no_coordinator",
        /// A special area whose units have no list that gives anything.
        OverlayWithoutList = "overlay_without_list",
        /// An entry outside of the list above, which gives nothing.
        OutsideParent = "outside_parent",
        /// Coercion that a list entrusts, which no law allows.
        CoercionEntrusted = "coercion_entrusted",
    }
}

/// One thing that is wrong, at all places that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: BlindSpot,
    /// The township; the county where the fault is of no township.
    pub township: Option<AreaIx>,
    /// The special area that comes first there, the village without a coordinator.
    pub area: Option<AreaIx>,
    /// Who leads, whose list it is.
    pub units: Vec<Code>,
    pub list: Option<ListRef>,
    pub matters: Vec<MatterPowers>,
    /// None where it is no matter of hours.
    pub hours: Hours,
    /// Indices of parts; none where the fault is of no place.
    pub parts: Vec<u32>,
}

impl Finding {
    fn order(&self) -> impl Ord + '_ {
        (self.kind as u8, self.township, self.area, &self.units, &self.list, self.hours, &self.matters)
    }
}

/// What the audit is about.
#[derive(Debug, Clone, Copy)]
pub struct Audited<'a> {
    pub law: Law<'a>,
    pub matters: &'a [Matter],
    /// Powers at this time.
    pub at: Timestamp,
    pub zone: &'a TimeZone,
    pub over: AuditedHours,
    pub parts: &'a [Part],
    pub squads: &'a [&'a Squad],
    pub officers: &'a Officers,
    /// Whole response by squad, then part, milliseconds; nobody looks whether they come in time where it is
    /// not known.
    pub response_ms: Option<&'a [Vec<u32>]>,
    /// Areas and matters of cases in the period.
    pub used: &'a BTreeSet<(Code, Code)>,
    /// Certified officers that a township has at least.
    pub least_officers: u32,
}

impl<'a> Audited<'a> {
    /// When each hour begins.
    pub fn hours(&self) -> Vec<Timestamp> {
        self.over.begin(self.at, self.zone)
    }

    /// All that is wrong, by kind, township, area, units.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = self.of_powers();
        found.extend(self.of_lists());
        found.extend(self.of_units());
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        found
    }

    fn finding(&self, kind: BlindSpot, ground: &Ground) -> Finding {
        Finding {
            kind,
            township: ground.township.or(ground.county),
            area: ground.overlays.first().copied(),
            units: Vec::new(),
            list: None,
            matters: Vec::new(),
            hours: Hours::default(),
            parts: Vec::new(),
        }
    }

    /// Leads, squads and duties, ground by ground.
    fn of_powers(&self) -> Vec<Finding> {
        let mut grounds: BTreeMap<&Ground, Vec<u32>> = BTreeMap::new();
        for (i, part) in (0..).zip(self.parts) {
            grounds.entry(&part.ground).or_default().push(i);
        }
        let crews = Crews::new(self);
        let duties = Duties::new(self);
        grounds.into_iter().flat_map(|(ground, parts)| self.of_ground(ground, &parts, &crews, &duties)).collect()
    }

    fn of_ground(&self, ground: &Ground, parts: &[u32], crews: &Crews, duties: &Duties) -> Vec<Finding> {
        let mut leaderless = Told::default();
        let mut several: BTreeMap<Vec<Code>, Told> = BTreeMap::new();
        let mut by_lead: BTreeMap<Code, Told> = BTreeMap::new();
        let mut by_acting: BTreeMap<(Code, u32, usize), Told> = BTreeMap::new();
        let here = self.law.on(ground, self.at);
        for matter in self.matters {
            for power in Power::ALL {
                let leads = here.leads(matter, power);
                match &leads[..] {
                    [] => leaderless.add(matter, power),
                    [one] => {
                        by_lead.entry(one.lead.clone()).or_default().add(matter, power);
                        if needs_squad(power) {
                            let key = (one.acting.clone(), matter.arrive_limit_min, crews.class(matter));
                            by_acting.entry(key).or_default().add(matter, power);
                        }
                    }
                    _ => several.entry(leads.iter().map(|t| t.lead.clone()).collect()).or_default().add(matter, power),
                }
            }
        }
        let mut found = Vec::new();
        let mut tell = |kind, units: Vec<Code>, matters: &Told, hours: Hours, parts: Vec<u32>| {
            found.push(Finding { units, matters: matters.told(), hours, parts, ..self.finding(kind, ground) });
        };
        if !leaderless.is_empty() {
            tell(BlindSpot::NoLead, Vec::new(), &leaderless, Hours::default(), parts.to_vec());
        }
        for (units, matters) in &several {
            tell(BlindSpot::SeveralLeads, units.clone(), matters, Hours::default(), parts.to_vec());
        }
        for ((unit, limit_min, class), matters) in &by_acting {
            for (hours, parts) in self.missing(parts, |part| crews.hours(unit, part, *limit_min, *class)) {
                tell(BlindSpot::NoSquadInTime, vec![unit.clone()], matters, hours, parts);
            }
        }
        for (unit, matters) in &by_lead {
            for (hours, parts) in self.missing(parts, |part| duties.hours(unit, &self.parts[part as usize])) {
                tell(BlindSpot::NobodyOnDuty, vec![unit.clone()], matters, hours, parts);
            }
        }
        found
    }

    /// Parts by the hours that they lack; those that lack none are left out.
    fn missing(&self, parts: &[u32], has: impl Fn(u32) -> Hours) -> BTreeMap<Hours, Vec<u32>> {
        let mut found: BTreeMap<Hours, Vec<u32>> = BTreeMap::new();
        for &part in parts {
            let lacks = has(part).lacking(self.over.count());
            if !lacks.is_none() {
                found.entry(lacks).or_default().push(part);
            }
        }
        found
    }

    /// What lists say that gives nothing, is forbidden, or was never used.
    fn of_lists(&self) -> Vec<Finding> {
        let law = self.law;
        let mut found = Vec::new();
        for list in law.lists.all_in_force(self.at) {
            let (mut outside, mut entrusted, mut unused) = (Told::default(), Told::default(), Told::default());
            let unit = law.units.index(&list.head.unit);
            let area = unit.and_then(|ix| law.units.area(ix));
            for matter in self.matters {
                for power in Power::ALL {
                    match law.lists.ruling(list, matter, power, self.at) {
                        Ruling::Silent => {}
                        Ruling::Outside { .. } => outside.add(matter, power),
                        Ruling::Gives(terms) => {
                            if power == Power::Coerce && terms.mode == Mode::Entrusted {
                                entrusted.add(matter, power);
                            }
                            let used = |area: &Code| self.used.contains(&(area.clone(), matter.code.clone()));
                            if list.head.kind == ListKind::Delegation && !area.is_some_and(used) {
                                unused.add(matter, power);
                            }
                        }
                    }
                }
            }
            for (kind, matters) in [
                (BlindSpot::OutsideParent, outside),
                (BlindSpot::CoercionEntrusted, entrusted),
                (BlindSpot::NeverUsed, unused),
            ] {
                if !matters.is_empty() {
                    let place = self.place_of(unit);
                    let units = vec![list.head.unit.clone()];
                    let list = Some(list.reference());
                    found.push(Finding { units, list, matters: matters.told(), ..self.finding(kind, &place) });
                }
            }
        }
        found
    }

    /// The township or special area that a unit serves.
    fn place_of(&self, unit: Option<UnitIx>) -> Ground {
        let area = unit.and_then(|ix| self.law.units.area(ix)).and_then(|code| self.law.areas.index(code.as_str()));
        self.ground_of(area)
    }

    fn ground_of(&self, area: Option<AreaIx>) -> Ground {
        let areas = self.law.areas;
        let Some(ix) = area else { return Ground::default() };
        match areas.at(ix).level {
            Level::Special => Ground { overlays: vec![ix], ..Ground::default() },
            Level::County => Ground { county: Some(ix), ..Ground::default() },
            _ => Ground {
                township: areas.line(ix).find(|&ix| areas.at(ix).level == Level::Township),
                ..Ground::default()
            },
        }
    }

    /// Townships too weak, villages without a coordinator, special areas without a list.
    fn of_units(&self) -> Vec<Finding> {
        let law = self.law;
        let serving = |area: AreaIx, fits: &dyn Fn(UnitIx) -> bool| {
            let units = law.units.serving(law.areas.at(area).code.as_str()).iter().copied();
            units.filter(|&ix| law.units.at(ix).span.holds(self.at)).any(fits)
        };
        let mut found = Vec::new();
        for (ix, township) in law.areas.level(Level::Township) {
            if self.officers(&township.code) < self.least_officers {
                found.push(self.finding(BlindSpot::BelowStrength, &self.ground_of(Some(ix))));
            }
        }
        for (ix, _) in law.areas.level(Level::Village) {
            if !serving(ix, &|u| law.units.at(u).kind == UnitKind::VillageCoordinator) {
                let finding = self.finding(BlindSpot::NoCoordinator, &self.ground_of(Some(ix)));
                found.push(Finding { area: Some(ix), ..finding });
            }
        }
        for (ix, _) in law.areas.level(Level::Special) {
            let gives = |u: UnitIx| law.lists.of_unit(&law.units.at(u).code, self.at).any(|l| l.head.kind.gives());
            if !serving(ix, &gives) {
                found.push(self.finding(BlindSpot::OverlayWithoutList, &self.ground_of(Some(ix))));
            }
        }
        found
    }

    /// Certified officers of squads that the township commands, or that have the powers of a unit that serves it;
    /// an officer who is in two of them once.
    pub fn officers(&self, township: &Code) -> u32 {
        let units = self.law.units;
        let serves = |unit: &Code| units.index(unit).and_then(|ix| units.area(ix)) == Some(township);
        let of = self.squads.iter().filter(|s| s.command_area == *township || serves(&s.unit));
        let (listing, counting): (Vec<&Squad>, Vec<&Squad>) = of.partition(|s| !s.officers.is_empty());
        let listed = listing.into_iter().flat_map(|s| self.officers.of(s, units));
        let listed: BTreeSet<&Code> = listed.filter(|o| o.is_certified(self.at, None)).map(|o| &o.id).collect();
        listed.len() as u32 + counting.iter().map(|s| s.crew.certified_officers).sum::<u32>()
    }
}

/// An inspection, a penalty and coercion need two certified officers on the scene; the rest is done at a desk.
pub fn needs_squad(power: Power) -> bool {
    officers_needed(power) > 0
}

/// Powers by matter.
#[derive(Debug, Default)]
struct Told(BTreeMap<Code, Vec<Power>>);

impl Told {
    fn add(&mut self, matter: &Matter, power: Power) {
        self.0.entry(matter.code.clone()).or_default().push(power);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn told(&self) -> Vec<MatterPowers> {
        let one = |(matter, powers): (&Code, &Vec<Power>)| MatterPowers {
            matter: matter.clone(),
            powers: powers.iter().copied().collect::<Powers>(),
        };
        self.0.iter().map(one).collect()
    }
}

/// Squads that may act for a unit, and at which hours.
struct Crews<'a> {
    audited: &'a Audited<'a>,
    /// Matters that the same certificates cover are of one class.
    classes: HashMap<&'a Code, usize>,
    /// By squad.
    crews: Vec<Crew<'a>>,
    /// Indices of squads of the unit or beneath it.
    by_unit: HashMap<&'a Code, Vec<usize>>,
}

/// A squad's hours.
struct Crew<'a> {
    on_shift: Hours,
    /// By class, its officers with the hours at which they are certified; not where it counts heads.
    officers: Option<Vec<Vec<(&'a Officer, Hours)>>>,
}

impl<'a> Crews<'a> {
    fn new(audited: &'a Audited<'a>) -> Self {
        let (hours, units, officers) = (audited.hours(), audited.law.units, audited.officers);
        let mut by_unit: HashMap<&Code, Vec<usize>> = HashMap::new();
        for (i, squad) in audited.squads.iter().enumerate() {
            match units.index(&squad.unit) {
                Some(ix) => units.line(ix).for_each(|ix| by_unit.entry(&units.at(ix).code).or_default().push(i)),
                None => by_unit.entry(&squad.unit).or_default().push(i),
            }
        }
        let all: BTreeSet<&Code> = audited.squads.iter().flat_map(|s| &s.officers).collect();
        let all: Vec<&Officer> = all.into_iter().filter_map(|id| officers.get(id)).map(|o| &**o).collect();
        let (mut classes, mut of_class): (HashMap<&Code, usize>, Vec<&Matter>) = Default::default();
        let mut known: HashMap<Vec<Hours>, usize> = HashMap::new();
        let certified =
            |officer: &Officer, matter: &Matter| Hours::at(&hours, |at| officer.is_certified(at, Some(matter)));
        for matter in audited.matters {
            let covered = all.iter().map(|officer| certified(officer, matter)).collect();
            let class = *known.entry(covered).or_insert_with(|| {
                of_class.push(matter);
                of_class.len() - 1
            });
            classes.insert(&matter.code, class);
        }
        let crew = |squad: &&'a Squad| {
            let of = |matter: &&Matter| {
                officers.of(squad, units).map(|o| &**o).map(|o| (o, certified(o, matter))).collect::<Vec<_>>()
            };
            Crew {
                on_shift: Hours::at(&hours, |at| squad.shifts.cover(at, audited.zone)),
                officers: (!squad.officers.is_empty()).then(|| of_class.iter().map(of).collect()),
            }
        };
        Self { audited, classes, crews: audited.squads.iter().map(crew).collect(), by_unit }
    }

    fn class(&self, matter: &Matter) -> usize {
        self.classes[&matter.code]
    }

    fn hours(&self, unit: &Code, part: u32, limit_min: u32, class: usize) -> Hours {
        let limit_ms = limit_min.saturating_mul(60_000);
        let in_time = |squad: usize| self.audited.response_ms.is_none_or(|of| of[squad][part as usize] <= limit_ms);
        let squads = self.by_unit.get(unit).into_iter().flatten().copied().filter(|&squad| in_time(squad));
        squads.fold(Hours::default(), |hours, squad| hours | self.competent(squad, unit, part, class))
    }

    /// The hours at which a squad is on shift with enough officers of a unit for a part.
    fn competent(&self, squad: usize, unit: &Code, part: u32, class: usize) -> Hours {
        let Crew { on_shift, officers } = &self.crews[squad];
        let Some(officers) = officers else {
            let enough = self.audited.squads[squad].crew.certified_officers >= CERTIFIED_OFFICERS_NEEDED;
            return if enough { *on_shift } else { Hours::default() };
        };
        let areas = self.audited.law.areas;
        let over = &self.audited.parts[part as usize].over;
        let own = |officer: &Officer| self.audited.law.units.acts_for(&officer.unit, unit);
        let here =
            |officer: &Officer| own(officer) && !officer.is_recused(over.iter().map(|&ix| &areas.at(ix).code), None);
        // At n those hours at which more than n are there.
        let mut there = [Hours::default(); CERTIFIED_OFFICERS_NEEDED as usize];
        for &(_, certified) in officers[class].iter().filter(|(officer, _)| here(officer)) {
            for n in (1..there.len()).rev() {
                there[n] = there[n] | there[n - 1] & certified;
            }
            there[0] = there[0] | certified;
        }
        *on_shift & there[there.len() - 1]
    }
}

/// Who of each unit is on duty at which hours, and where.
struct Duties<'a> {
    audited: &'a Audited<'a>,
    by_unit: HashMap<&'a Code, Vec<(&'a Duty, Hours)>>,
}

impl<'a> Duties<'a> {
    fn new(audited: &'a Audited<'a>) -> Self {
        let hours = audited.hours();
        let mut by_unit: HashMap<&Code, Vec<(&Duty, Hours)>> = HashMap::new();
        for duty in audited.law.units.rosters() {
            by_unit.entry(&duty.unit).or_default().push((duty, Hours::at(&hours, |at| duty.is_on(at, audited.zone))));
        }
        Self { audited, by_unit }
    }

    fn hours(&self, unit: &Code, part: &Part) -> Hours {
        let areas = self.audited.law.areas;
        let here = |duty: &Duty| {
            duty.area.as_ref().is_none_or(|a| areas.index(a.as_str()).is_some_and(|ix| part.over.contains(&ix)))
        };
        let lines = self.by_unit.get(unit).into_iter().flatten();
        lines.filter(|(duty, _)| here(duty)).fold(Hours::default(), |hours, (_, on)| hours | *on)
    }
}
