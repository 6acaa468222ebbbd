//! What a deployment's catalogue says beside its matters, each imported whole: working time with holidays and make-up
//! workdays, the stages in which a case is handled with their limits and closing conditions, and scenes (监管一件事);
//! response plans; and profiles, the states of cases, of which each import adds a version.
//! Where something is from, and what is a default of this product, is said with it; no standard text is bundled.

mod noun;
mod plans;
#[cfg(test)]
mod tests;
mod working;

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use self::{
    noun::Change,
    plans::{LEVELS_MAX, PlanGap, ResponsePlan, ResponsePlans, Wanted},
    working::{DayKind, Limit, LimitUnit, SpecialDay, WorkingTime},
};
use super::{
    incidents::{Incident, Profiles},
    matters::{ForMatters, Matter, Matters},
    units::Units,
};
use crate::base::{Code, Error, Result, Span, Timestamp, at_most, no_nul, words};

const TEXT_MAX: usize = 500;
const SCENE_MATTERS_MAX: usize = 500;

words! {
    /// What a case has reached, in order.
    #[schema(as = CaseMark)]
    Mark {
        Reported = "reported",
        Accepted = "accepted",
        Dispatched = "dispatched",
        Arrived = "arrived",
        Handled = "handled",
        Closed = "closed",
    }
}

/// A stage in which a case is handled: how long it may take from one mark to another, and what ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Stage {
    /// Such as `stop_work`.
    pub stage: Code,
    #[serde(flatten)]
    #[schema(inline)]
    pub of: ForMatters,
    pub name: String,
    pub name_zh: Option<String>,
    pub from: Mark,
    pub until: Mark,
    pub limit: Limit,
    /// 结案条件: what must be so.
    pub closes_when: Option<String>,
    pub source: Option<String>,
    /// A number of this product, of no rule.
    pub is_default: bool,
}

/// A scene: matters that are handled as one thing, who leads and who helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scene {
    pub scene: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub matters: Vec<Code>,
    #[schema(value_type = Option<String>)]
    pub lead: Option<Code>,
    pub supporters: Vec<Code>,
    pub source: Option<String>,
    pub is_default: bool,
}

fn check_texts(name: &str, others: &[(&str, Option<&str>)]) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid("name", "is empty"));
    }
    for (field, text) in [("name", Some(name))].iter().chain(others) {
        at_most(field, *text, TEXT_MAX)?;
        no_nul(field, text.unwrap_or(""))?;
    }
    Ok(())
}

impl Stage {
    /// Refuses what no stage can be.
    pub fn check(&self, matters: &Matters) -> Result<()> {
        let others = [
            ("name_zh", self.name_zh.as_deref()),
            ("closes_when", self.closes_when.as_deref()),
            ("source", self.source.as_deref()),
        ];
        check_texts(&self.name, &others)?;
        if self.from as u8 >= self.until as u8 {
            let why = format!("{} does not come after {}", self.until.as_str(), self.from.as_str());
            return Err(Error::invalid("until", why));
        }
        self.of.check(matters)
    }
}

impl Scene {
    /// Refuses what no scene can be.
    pub fn check(&self, matters: &Matters, units: &Units) -> Result<()> {
        check_texts(&self.name, &[("name_zh", self.name_zh.as_deref()), ("source", self.source.as_deref())])?;
        let n = self.matters.len();
        if n == 0 || n > SCENE_MATTERS_MAX {
            return Err(Error::invalid("matters", format!("{n} matters are not within 1 to {SCENE_MATTERS_MAX}")));
        }
        self.matters
            .iter()
            .try_for_each(|m| matters.known(m).map(drop).map_err(|e| Error::invalid("matters", e.detail)))?;
        let unit = |field: &str, code: &Code| match units.get(code) {
            Some(_) => Ok(()),
            None => Err(Error::invalid(field, format!("{code} is no unit"))),
        };
        self.lead.iter().try_for_each(|code| unit("lead", code))?;
        self.supporters.iter().try_for_each(|code| unit("supporters", code))
    }
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    pub working_time: WorkingTime,
    /// In the order in which they came.
    pub stages: Vec<Stage>,
    pub scenes: Vec<Scene>,
    /// What may be done with cases.
    pub profiles: Profiles,
    /// What responses to cases want.
    pub response_plans: ResponsePlans,
}

impl Catalogue {
    /// The stages of a matter: of each what names the matter, else what names its category, else what is of all.
    pub fn stages_of(&self, matter: &Matter) -> Vec<&Stage> {
        let mut least: HashMap<&Code, u8> = HashMap::new();
        let breadth = |stage: &Stage| stage.of.breadth(Some(matter));
        for (breadth, stage) in self.stages.iter().filter_map(|s| Some((breadth(s)?, s))) {
            let known = least.entry(&stage.stage).or_insert(breadth);
            *known = breadth.min(*known);
        }
        let speaks = |s: &&Stage| breadth(s).is_some_and(|breadth| least[&s.stage] == breadth);
        self.stages.iter().filter(speaks).collect()
    }

    /// The stages of an open case that have begun and not ended, with when each has to, as if no clock ever stood.
    pub fn running<'a>(
        &'a self,
        incident: &'a Incident,
        matter: &Matter,
        zone: &'a TimeZone,
    ) -> impl Iterator<Item = (&'a Stage, Option<Timestamp>)> {
        let began =
            move |stage: &Stage| stage.from.reached(incident).filter(|_| stage.until.reached(incident).is_none());
        let runs = self.stages_of(matter).into_iter().filter_map(move |stage| Some((stage, began(stage)?)));
        runs.map(|(stage, began_at)| (stage, self.working_time.due(began_at, stage.limit, &[], zone)))
    }

    /// How the stages of a case ran; `pauses` are those in which its clocks stood (挂账).
    pub fn clocks(
        &self,
        incident: &Incident,
        matter: &Matter,
        pauses: &[Span],
        zone: &TimeZone,
        now: Timestamp,
    ) -> Vec<StageClock> {
        // As if the clocks ran on from now.
        let resumed: Vec<Span> =
            pauses.iter().map(|p| Span { until: p.until.or(Some(now.max(p.begins()))), ..*p }).collect();
        let clock = |stage: &Stage| {
            let [began_at, ended_at] = [stage.from, stage.until].map(|mark| mark.reached(incident));
            let due = |pauses: &[Span]| began_at.and_then(|at| self.working_time.due(at, stage.limit, pauses, zone));
            let due_at = match ended_at {
                // What came after it changes nothing.
                Some(ended) => due(&before(pauses, ended)),
                None => due(pauses),
            };
            let late = match (due_at, ended_at) {
                (Some(due), Some(ended)) => Some(ended > due),
                // What ended otherwise waits for nothing.
                (Some(due), None) => (now > due && !incident.status.is_ended()).then_some(true),
                (None, _) => None,
            };
            let runs = began_at.is_some() && ended_at.is_none() && late.is_none() && !incident.status.is_ended();
            let ends = due(&resumed).filter(|_| runs);
            let left_min = ends.map(|due| self.working_time.between_ms([now, due], stage.limit.unit, zone) / 60_000);
            let paused = runs && due_at.is_none() && ends.is_some();
            StageClock { stage: stage.clone(), began_at, due_at, ended_at, late, paused, left_min }
        };
        self.stages_of(matter).into_iter().map(clock).collect()
    }

    /// Whether a stage of a case is late; none where it came to none that has a limit.
    pub fn is_late(
        &self,
        incident: &Incident,
        matter: &Matter,
        pauses: &[Span],
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<bool> {
        let clocks = self.clocks(incident, matter, pauses, zone, now);
        let runs = |clock: &StageClock| clock.due_at.is_some() && !incident.status.is_ended();
        let told = clocks.iter().filter_map(|clock| clock.late.or(runs(clock).then_some(false)));
        told.reduce(|one, other| one || other)
    }
}

impl Mark {
    fn reached(self, incident: &Incident) -> Option<Timestamp> {
        let m = &incident.milestones;
        match self {
            Self::Reported => Some(incident.reported_at),
            Self::Accepted => m.accepted_at,
            Self::Dispatched => m.dispatched_at,
            Self::Arrived => m.arrived_at,
            Self::Handled => m.handled_at,
            Self::Closed => m.closed_at,
        }
    }
}

/// How a stage of a case ran.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StageClock {
    pub stage: Stage,
    /// Null before the case came that far.
    pub began_at: Option<Timestamp>,
    /// Null before that, and while the clocks stand.
    pub due_at: Option<Timestamp>,
    /// When it came; null where it did not.
    pub ended_at: Option<Timestamp>,
    /// Null while there is time left.
    pub late: Option<bool>,
    /// It stands (挂账).
    pub paused: bool,
    /// Minutes that are left, of limits in working time those of working hours alone; where it stands, those that it
    /// would have if it went on now. Null before it begins, and once it ended or is late.
    pub left_min: Option<i64>,
}

/// Pauses as far as they had come by then.
fn before(pauses: &[Span], at: Timestamp) -> Vec<Span> {
    let begun = pauses.iter().filter(|p| p.begins() < at);
    begun.map(|p| Span { until: Some(p.until.map_or(at, |until| until.min(at))), ..*p }).collect()
}

/// Refuses stages that stand twice for the same.
pub fn check_stages(stages: &[Stage]) -> Result<()> {
    let mut seen = HashSet::new();
    match stages.iter().find(|s| !seen.insert((&s.stage, &s.of))) {
        Some(s) => Err(Error::invalid("stage", format!("stage {} stands twice for the same matters", s.stage))),
        None => Ok(()),
    }
}
