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
    match row.get("is_default") {
        None | Some("no" | "否") => Ok(false),
        Some("yes" | "是") => Ok(true),
        Some(_) => Err(Error::invalid("is_default", "is neither yes nor no")),
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
mod tests {
    use super::*;
    use crate::import::matters;

    fn matters() -> Matters {
        matters::read("matters.csv", include_str!("../../geodata/matters.csv")).unwrap()
    }

    #[test]
    fn wrong_lines_are_refused_with_field_value_and_reason() {
        let time = |lines: &str| working_time("w.csv", &format!("kind,date,hours\n{lines}\n")).unwrap_err().detail;
        let hours = "hours,,mon-fri 09:00-17:00";
        for (lines, words) in [
            ("holiday,2026-10-01,".to_owned(), "w.csv: has no line of kind hours"),
            (format!("{hours}\n{hours}"), "kind \"hours\": a line above has the hours already"),
            (format!("{hours}\nholiday,1.10.2026,"), "date \"1.10.2026\": is no day"),
            (format!("{hours}\nholiday,2026-10-01,\nworkday,2026/10/01,"), "date \"2026/10/01\": stands on a line"),
            (format!("{hours}\nfeast,2026-10-01,"), "kind \"feast\": "),
            ("hours,,mon-fri 22:00-02:00".to_owned(), "working hours end by midnight"),
        ] {
            let e = time(&lines);
            assert!(e.contains(words), "{lines}: {e}");
        }
        let head = "stage,matter,category,name,from,until,limit,is_default\n";
        for (line, words) in [
            ("a,CG-001,,n,handled,arrived,4工作时,", "until \"arrived\": arrived does not come after handled"),
            ("a,XX-1,,n,arrived,handled,4工作时,", "matter \"XX-1\": no matter XX-1 in the catalogue"),
            ("a,,无,n,arrived,handled,4工作时,", "category \"无\": no matter is of 无"),
            ("a,CG-001,城市管理,n,arrived,handled,4工作时,", "category \"城市管理\": there is a matter already"),
            ("a,,,n,arrived,handled,soon,", "limit \"soon\": \"soon\" is not a limit such as"),
            ("a,,,n,arrived,handled,0工作日,", "is not a limit such as"),
            ("a,,,n,arrived,done,4工作时,", "until \"done\": "),
            ("a,,,n,arrived,handled,4工作时,perhaps", "is_default \"perhaps\": is neither yes nor no"),
            ("a,,,n,arrived,handled,1h,\na,,,n,arrived,handled,2h,", "stage a stands twice for the same matters"),
        ] {
            let e = stages("s.csv", &format!("{head}{line}\n"), &matters()).unwrap_err().detail;
            assert!(e.contains(words), "{line}: {e}");
        }
        let head = "scene,name,matters,lead,supporters\n";
        for (line, words) in [
            ("S,n,,,", "matters: 0 matters are not within 1 to"),
            ("S,n,CG-001;XX,,", "matters \"CG-001;XX\": no matter XX"),
            ("S,n,CG-001,B,", "lead \"B\": B is no unit"),
            ("S,n,CG-001,,\nS,n,CG-002,,", "line 3: scene \"S\": stands on a line above already"),
        ] {
            let e = scenes("s.csv", &format!("{head}{line}\n"), &matters(), &Units::default()).unwrap_err().detail;
            assert!(e.contains(words), "{line}: {e}");
        }
    }

    #[test]
    fn the_bundled_tables_are_read() {
        let all = stages("stages.csv", include_str!("../../geodata/stages.csv"), &matters()).unwrap();
        assert!(all.len() > 50 && all.iter().all(|s| s.source.is_some()), "{}", all.len());
        let illegal: Vec<_> =
            all.iter().filter(|s| s.of.matter.as_ref().is_some_and(|m| m.as_str() == "ZR-001")).collect();
        assert_eq!(
            illegal.iter().map(|s| s.limit.to_string()).collect::<Vec<_>>(),
            ["4 working_hours", "7 working_days", "20 working_days"]
        );
        for table in
            [include_str!("../../geodata/working_time.csv"), include_str!("../../geodata/nanhu_working_time.csv")]
        {
            let time = working_time("w.csv", table).unwrap();
            assert!(time.days.len() > 5 && time.source.is_some());
        }
    }
}
