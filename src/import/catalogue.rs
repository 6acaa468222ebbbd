//! Working time, stages, scenes and response plans from CSV; `docs/responsibility.md` says what the columns mean.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{
    table::{self, Columns, Row},
    units::refused,
};
use crate::{
    base::{Code, Error, Result},
    domain::{
        areas::Areas,
        catalogue::{ResponsePlan, ResponsePlans, Scene, SpecialDay, Stage, Wanted, WorkingTime, check_stages},
        matters::{ForMatters, Matters},
        units::Units,
    },
};

const WORKING_TIME: Columns = Columns {
    required: &["kind"],
    optional: &["date", "hours", "name", "source"],
    ignore_unknown: false,
    renamed: &[],
};
const STAGES: Columns = Columns {
    required: &["stage", "name", "from", "until", "limit"],
    optional: &["matter", "category", "name_zh", "closes_when", "source", "is_default"],
    ignore_unknown: false,
    renamed: &[],
};
const SCENES: Columns = Columns {
    required: &["scene", "name", "matters"],
    optional: &["name_zh", "lead", "supporters", "source", "is_default"],
    ignore_unknown: false,
    renamed: &[],
};

const RESPONSE_PLANS: Columns = Columns {
    required: &["plan", "level", "squads"],
    optional: &["matter", "category", "area", "hours", "officers", "units", "equipment", "source", "is_default"],
    ignore_unknown: false,
    renamed: &[],
};

/// Columns `matter` and `category`.
pub fn for_matters(row: &Row) -> Result<ForMatters> {
    Ok(ForMatters { matter: row.code_opt("matter")?, category: row.text_opt("category") })
}

pub(super) fn is_default(row: &Row) -> Result<bool> {
    is_yes(row, "is_default")
}

/// What is not said is no.
pub(super) fn is_yes(row: &Row, field: &str) -> Result<bool> {
    match row.get(field) {
        None | Some("no" | "否") => Ok(false),
        Some("yes" | "是") => Ok(true),
        Some(_) => Err(Error::invalid(field, "is neither yes nor no")),
    }
}

/// A line `hours` for the ordinary week, and a line for each day that is not as its day of the week.
pub fn working_time(name: &str, table: &str) -> Result<WorkingTime> {
    let (mut time, mut has_hours) = (WorkingTime::default(), false);
    table::read(name, table, &WORKING_TIME, |row| {
        if row.text("kind")? == "hours" {
            if std::mem::replace(&mut has_hours, true) {
                return Err(Error::invalid("kind", "a line above has the hours already"));
            }
            (time.hours, time.source) = (row.parse("hours")?, row.text_opt("source"));
            return time.check();
        }
        let day = SpecialDay { kind: row.parse("kind")?, name: row.text_opt("name"), source: row.text_opt("source") };
        if row.get("hours").is_some() {
            return Err(Error::invalid("hours", "a day has those of its kind"));
        }
        let date: Date = row
            .text("date")?
            .replace('/', "-")
            .parse()
            .map_err(|_| Error::invalid("date", "is no day such as 2026-10-01"))?;
        match time.days.insert(date, day) {
            None => Ok(()),
            Some(_) => Err(Error::invalid("date", "stands on a line above already")),
        }
    })?;
    if has_hours { Ok(time) } else { Err(Error::invalid("file", format!("{name}: has no line of kind hours"))) }
}

pub fn stages(name: &str, table: &str, matters: &Matters) -> Result<Vec<Stage>> {
    let stages = table::read(name, table, &STAGES, |row| {
        let stage = Stage {
            stage: row.code("stage")?,
            of: for_matters(row)?,
            name: row.text("name")?.to_owned(),
            name_zh: row.text_opt("name_zh"),
            from: row.parse("from")?,
            until: row.parse("until")?,
            limit: row.parse("limit")?,
            closes_when: row.text_opt("closes_when"),
            source: row.text_opt("source"),
            is_default: is_default(row)?,
        };
        stage.check(matters)?;
        Ok(stage)
    })?;
    check_stages(&stages).map_err(|e| refused(name, &e))?;
    Ok(stages)
}

pub fn scenes(name: &str, table: &str, matters: &Matters, units: &Units) -> Result<Vec<Scene>> {
    let mut seen: HashSet<Code> = HashSet::new();
    table::read(name, table, &SCENES, |row| {
        let scene = Scene {
            scene: row.code("scene")?,
            name: row.text("name")?.to_owned(),
            name_zh: row.text_opt("name_zh"),
            matters: row.codes("matters")?,
            lead: row.code_opt("lead")?,
            supporters: row.codes("supporters")?,
            source: row.text_opt("source"),
            is_default: is_default(row)?,
        };
        scene.check(matters, units)?;
        if !seen.insert(scene.scene.clone()) {
            return Err(Error::invalid("scene", "stands on a line above already"));
        }
        Ok(scene)
    })
}

/// A line for each alarm level of each plan.
pub fn response_plans(
    name: &str,
    table: &str,
    (matters, areas, units): (&Matters, &Areas, &Units),
) -> Result<ResponsePlans> {
    let plans = table::read(name, table, &RESPONSE_PLANS, |row| {
        let plan = ResponsePlan {
            plan: row.code("plan")?,
            of: for_matters(row)?,
            area: row.code_opt("area")?,
            hours: row.parse_opt("hours")?,
            level: row.number("level")?,
            wants: Wanted {
                squads: row.number("squads")?,
                officers: row.number_opt("officers")?.unwrap_or(0),
                units: row.codes("units")?,
                equipment: row.codes("equipment")?,
            },
            source: row.text_opt("source"),
            is_default: is_default(row)?,
        };
        plan.check(matters, areas, units)?;
        Ok(plan)
    })?;
    ResponsePlans::new(plans).map_err(|e| refused(name, &e))
}

#[cfg(test)]
mod tests;
