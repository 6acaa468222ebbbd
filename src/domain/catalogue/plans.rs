//! Response plans: what a response to a case wants, by its matter, its place and the hour, more of it at each alarm
//! level.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{
    base::{Code, Error, Result, Timestamp, at_most},
    domain::{
        areas::Areas,
        matters::{ForMatters, Matter, Matters},
        squads::{Shifts, WindowWire},
        units::Units,
    },
};

/// No plan has more levels.
pub const LEVELS_MAX: u32 = 9;
const SQUADS_MAX: u32 = 50;
const OFFICERS_MAX: u32 = 200;

/// What is wanted, or lacking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Wanted {
    pub squads: u32,
    /// Certified for the case, of all squads together.
    pub officers: u32,
    /// Of each of them, or of a unit beneath it, one squad.
    #[schema(value_type = Vec<String>)]
    pub units: Vec<Code>,
    /// As squads have it.
    #[schema(value_type = Vec<String>)]
    pub equipment: Vec<Code>,
}

impl Wanted {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether whoever has this has all of the other, too.
    fn holds(&self, other: &Self) -> bool {
        let all = |of: &[Code], these: &[Code]| these.iter().all(|one| of.contains(one));
        self.squads >= other.squads
            && self.officers >= other.officers
            && all(&self.units, &other.units)
            && all(&self.equipment, &other.equipment)
    }
}

/// A line of a response plan: what it wants at one alarm level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResponsePlan {
    pub plan: Code,
    #[serde(flatten)]
    #[schema(inline)]
    pub of: ForMatters,
    /// In it; everywhere where it is not given.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    /// Of the week, in the county's local time; always where they are not given.
    #[schema(value_type = Option<Vec<WindowWire>>)]
    pub hours: Option<Shifts>,
    /// Alarm level, from 1.
    pub level: u32,
    pub wants: Wanted,
    pub source: Option<String>,
    /// A number of this product, of no rule.
    pub is_default: bool,
}

impl ResponsePlan {
    /// Refuses what no plan can want.
    pub fn check(&self, matters: &Matters, areas: &Areas, units: &Units) -> Result<()> {
        self.of.check(matters)?;
        at_most("source", self.source.as_deref(), 500)?;
        if let Some(area) = self.area.as_ref().filter(|area| areas.get(area.as_str()).is_none()) {
            return Err(Error::invalid("area", format!("{area} is no area in force")));
        }
        if !(1..=LEVELS_MAX).contains(&self.level) {
            return Err(Error::invalid("level", format!("{} is not within 1 to {LEVELS_MAX}", self.level)));
        }
        let Wanted { squads, officers, .. } = self.wants;
        if !(1..=SQUADS_MAX).contains(&squads) {
            return Err(Error::invalid("squads", format!("{squads} is not within 1 to {SQUADS_MAX}")));
        }
        if officers > OFFICERS_MAX {
            return Err(Error::invalid("officers", format!("{officers} are more than {OFFICERS_MAX}")));
        }
        match self.wants.units.iter().find(|unit| units.get(unit).is_none()) {
            Some(unit) => Err(Error::invalid("units", format!("{unit} is no unit"))),
            None => Ok(()),
        }
    }

    fn holds_for(&self) -> (&ForMatters, &Option<Code>, &Option<Shifts>) {
        (&self.of, &self.area, &self.hours)
    }

    /// How it is told.
    fn place(&self) -> String {
        let area = self.area.as_ref().map_or_else(|| "everywhere".to_owned(), |area| format!("area {area}"));
        format!("{}, {area}", self.of)
    }
}

/// Where for a matter somebody is wanted at some hours, and at others nobody says who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanGap {
    pub matter: Code,
    /// Outside of all that are named, where it is not given.
    pub area: Option<Code>,
    /// Such as `fri 18:00`: from then on, for the first time in the week.
    pub from: String,
}

/// All lines, checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResponsePlans(Vec<ResponsePlan>);

impl ResponsePlans {
    /// In the order in which they stand.
    ///
    /// # Errors
    /// `Invalid` for levels that are left out or want less than the one below, for a plan that holds for two things,
    /// and for two plans that speak of the same.
    pub fn new(lines: Vec<ResponsePlan>) -> Result<Self> {
        let mut ladders: BTreeMap<&Code, Vec<&ResponsePlan>> = BTreeMap::new();
        for line in &lines {
            ladders.entry(&line.plan).or_default().push(line);
        }
        for (plan, ladder) in &mut ladders {
            ladder.sort_by_key(|line| line.level);
            if let Some(other) = ladder.iter().find(|line| line.holds_for() != ladder[0].holds_for()) {
                let why = format!("{plan} holds for {} and for {}", ladder[0].place(), other.place());
                return Err(Error::invalid("plan", why));
            }
            for (level, line) in (1..).zip(ladder.iter()) {
                if line.level != level {
                    return Err(Error::invalid("level", format!("{plan} has level {} and not {level}", line.level)));
                }
            }
            if let Some(less) = ladder.windows(2).find(|pair| !pair[1].wants.holds(&pair[0].wants)) {
                let (below, level) = (less[0].level, less[1].level);
                return Err(Error::invalid("level", format!("{plan} wants less at level {level} than at {below}")));
            }
        }
        let first: Vec<&ResponsePlan> = ladders.values().map(|ladder| ladder[0]).collect();
        for (n, one) in first.iter().enumerate() {
            let same = |other: &&&ResponsePlan| {
                (&one.of, &one.area) == (&other.of, &other.area)
                    && match (&one.hours, &other.hours) {
                        (Some(a), Some(b)) => a.overlap(b),
                        (None, None) => true,
                        // What holds always stands behind what names its hours.
                        _ => false,
                    }
            };
            if let Some(other) = first[..n].iter().find(same) {
                let why = format!("{} and {} speak of the same: {}", other.plan, one.plan, one.place());
                return Err(Error::invalid("plan", why));
            }
        }
        Ok(Self(lines))
    }

    pub fn all(&self) -> &[ResponsePlan] {
        &self.0
    }

    /// What is wanted for a case of a matter in `areas`, the smallest first, at a level, or at the highest that its plan
    /// has below that: of several plans the one most specific about the matter, then about the area, then about the
    /// hours. With how many levels it has.
    pub fn wanted(
        &self,
        matter: Option<&Matter>,
        areas: &[&Code],
        (at, zone): (Timestamp, &TimeZone),
        level: u32,
    ) -> Option<(&ResponsePlan, u32)> {
        let rank = |line: &ResponsePlan| {
            let breadth = line.of.breadth(matter)?;
            let place = match &line.area {
                Some(area) => areas.iter().position(|a| *a == area)?,
                None => areas.len(),
            };
            let always = line.hours.is_none();
            line.hours.as_ref().is_none_or(|hours| hours.cover(at, zone)).then_some((breadth, place, always))
        };
        let (_, first) = self.0.iter().filter_map(|line| Some((rank(line)?, line))).min_by_key(|(rank, _)| *rank)?;
        let ladder = || self.0.iter().filter(|line| line.plan == first.plan);
        let line = ladder().filter(|line| line.level <= level).max_by_key(|line| line.level)?;
        Some((line, ladder().count() as u32))
    }

    /// Hours at which no plan speaks of a matter in a place, where others do at others; and how many matters have no
    /// plan at all.
    pub fn gaps(&self, matters: &Matters, areas: &Areas) -> (Vec<PlanGap>, usize) {
        let named: BTreeSet<Option<&Code>> = self.0.iter().map(|line| line.area.as_ref()).chain([None]).collect();
        let chains: Vec<(Option<&Code>, Vec<&Code>)> =
            named.into_iter().map(|area| (area, chain(areas, area))).collect();
        let (mut gaps, mut without) = (Vec::new(), 0);
        for matter in matters.all() {
            let speaking: Vec<_> = self.0.iter().filter(|line| line.of.breadth(Some(matter)).is_some()).collect();
            without += usize::from(speaking.is_empty());
            for (area, over) in &chains {
                let here = |line: &&&ResponsePlan| line.area.as_ref().is_none_or(|area| over.contains(&area));
                let always = Shifts::always();
                let hours: Vec<&Shifts> =
                    speaking.iter().filter(here).map(|line| line.hours.as_ref().unwrap_or(&always)).collect();
                if let Some(from) = Shifts::first_gap(&hours).filter(|_| !hours.is_empty()) {
                    gaps.push(PlanGap { matter: matter.code.clone(), area: area.cloned(), from });
                }
            }
        }
        (gaps, without)
    }
}

/// An area and those over it.
fn chain<'a>(areas: &'a Areas, area: Option<&'a Code>) -> Vec<&'a Code> {
    let above = |code: &&'a Code| areas.get(code.as_str()).and_then(|a| a.parent.as_ref());
    std::iter::successors(area, above).collect()
}
