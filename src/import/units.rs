//! Units and rosters from CSV; `docs/responsibility.md` says what the columns mean.

use jiff::tz::TimeZone;

use super::table::{self, Columns, Row};
use crate::{
    base::{Error, Result, Span},
    domain::{
        areas::Areas,
        units::{Duty, Unit, Units},
    },
};

const UNITS: Columns = Columns {
    required: &["code", "name", "kind"],
    optional: &["name_zh", "parent", "area", "office_line", "from", "until"],
    ignore_unknown: false,
    renamed: &[],
};
const ROSTERS: Columns = Columns {
    required: &["unit", "role", "office_line", "shifts"],
    optional: &["leader", "area", "from", "until"],
    ignore_unknown: false,
    renamed: &[],
};

/// A tree of units with the rosters that were there; days are those of `areas`' time zone.
pub fn read(name: &str, text: &str, areas: &Areas, rosters: &[Duty]) -> Result<Units> {
    let zone = areas.time_zone();
    let units = table::read(name, text, &UNITS, |row| {
        let unit = Unit {
            code: row.code("code")?,
            name: row.text("name")?.to_owned(),
            name_zh: row.get("name_zh").map(str::to_owned),
            kind: row.parse("kind")?,
            parent: row.code_opt("parent")?,
            area: row.code_opt("area")?,
            office_line: row.get("office_line").map(str::to_owned),
            span: span(row, &zone)?,
        };
        unit.check_new(areas)?;
        Ok(unit)
    })?;
    Units::new(units, rosters.to_vec()).map_err(|e| refused(name, &e))
}

/// The same units with the rosters of the table in the place of theirs.
pub fn read_rosters(name: &str, text: &str, areas: &Areas, units: &Units) -> Result<Units> {
    let zone = areas.time_zone();
    let rosters = table::read(name, text, &ROSTERS, |row| {
        let duty = Duty {
            unit: row.code("unit")?,
            role: row.text("role")?.to_owned(),
            office_line: row.text("office_line")?.to_owned(),
            leader: row.get("leader").map(str::to_owned),
            area: row.code_opt("area")?,
            shifts: row.parse("shifts")?,
            span: span(row, &zone)?,
        };
        duty.check()?;
        if units.get(&duty.unit).is_none() {
            return Err(Error::invalid("unit", "is no unit"));
        }
        match &duty.area {
            Some(area) if areas.get(area.as_str()).is_none() => Err(Error::invalid("area", "is no area in force")),
            _ => Ok(duty),
        }
    })?;
    Units::new(units.all().to_vec(), rosters).map_err(|e| refused(name, &e))
}

/// From when until when a line holds: days begin at midnight in `zone`.
pub(super) fn span(row: &Row, zone: &TimeZone) -> Result<Span> {
    let span = Span { from: row.moment_opt("from", zone)?, until: row.moment_opt("until", zone)? };
    span.check()?;
    Ok(span)
}

pub(super) fn refused(name: &str, e: &Error) -> Error {
    Error::invalid("file", format!("{name}: {}", e.detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Code;

    #[test]
    fn units_and_rosters_are_read_and_wrong_lines_are_named() {
        let areas = Areas::default();
        let text = "code,name,name_zh,kind,parent,area,office_line,from,until\n\
                    P,Province,省,province,,140000,,,\nB,Bureau,局,bureau,P,,0573-1,2026-03-01,2027/1/1\n";
        let units = read("u.csv", text, &areas, &[]).unwrap();
        let b = units.get(&"B".parse().unwrap()).unwrap();
        assert_eq!(b.span.from.unwrap().to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(units.area(units.index(&b.code).unwrap()).map(Code::as_str), Some("140000"));
        for (line, words) in [
            ("X,x,,office,,,,,", "line 2: kind \"office\": "),
            ("X,x,,bureau,,990,,,", "line 2: area \"990\": 990 is no area in force"),
            ("X,x,,bureau,,,,2026-03-01,2026-03-01", "line 2: until \"2026-03-01\": "),
            ("X,x,,bureau,,,,1.3.2026,", "line 2: from \"1.3.2026\": "),
            ("X,x,,bureau,Y,,,,", "u.csv: unit X has the parent Y, which is not there"),
        ] {
            let e = read(
                "u.csv",
                &format!("code,name,name_zh,kind,parent,area,office_line,from,until\n{line}\n"),
                &areas,
                &[],
            );
            let e = e.unwrap_err().detail;
            assert!(e.contains(words), "{e}");
        }
        let head = "unit,role,office_line,leader,shifts\n";
        let with =
            read_rosters("r.csv", &format!("{head}B,值班员,0573-2,分管领导,mon-fri 08:00-18:00\n"), &areas, &units)
                .unwrap();
        assert_eq!(with.roster(&b.code).len(), 1);
        for (line, words) in [
            ("C,r,1,,mon-sun 24h", "unit \"C\": is no unit"),
            ("B,r,1,,mon 8-9", "shifts"),
            ("B,r,1,,", "shifts: is empty"),
        ] {
            let e = read_rosters("r.csv", &format!("{head}{line}\n"), &areas, &units).unwrap_err().detail;
            assert!(e.contains("line 2: ") && e.contains(words), "{e}");
        }
    }
}
