//! Squads from CSV; `geodata/README.md` says what the columns mean.

use std::collections::HashMap;

use super::{
    table::{self, Columns, Row},
    text,
};
use crate::{
    base::{Code, Error, LngLat, Result},
    domain::{
        areas::{Area, Areas, Level},
        squads::{Crew, Squad, SquadStatus},
    },
};

const COLUMNS: Columns = Columns {
    required: &["id", "name", "kind", "unit", "command_area", "profile", "lng", "lat", "certified_officers", "shifts"],
    optional: &["name_zh", "turnout_s", "uncertified_officers", "assistants", "officers", "equipment"],
    ignore_unknown: false,
    renamed: &[],
};
/// Seconds, where the file does not say.
const TURNOUT_S: u32 = 60;

/// Reads squads, all of them available; `command_area` is the name or code of a township or county
/// among `areas`.
pub fn read(name: &str, text: &str, areas: &Areas) -> Result<Vec<Squad>> {
    let mut seen: HashMap<Code, u64> = HashMap::new();
    table::read(name, text, &COLUMNS, |row| {
        let squad = squad(row, areas)?;
        match seen.insert(squad.id.clone(), row.line) {
            Some(line) => Err(Error::invalid("id", format!("stands on line {line} already"))),
            None => Ok(squad),
        }
    })
}

fn squad(row: &Row, areas: &Areas) -> Result<Squad> {
    let squad = Squad {
        id: row.code("id")?,
        name: row.text("name")?.to_owned(),
        name_zh: row.get("name_zh").map(str::to_owned),
        kind: row.parse("kind")?,
        unit: row.code("unit")?,
        command_area: command_area(row, areas)?,
        profile: row.parse("profile")?,
        post: LngLat::new(row.number("lng")?, row.number("lat")?)?,
        status: SquadStatus::Available,
        turnout_s: row.number_opt("turnout_s")?.unwrap_or(TURNOUT_S),
        crew: Crew {
            certified_officers: row.number("certified_officers")?,
            uncertified_officers: row.number_opt("uncertified_officers")?.unwrap_or(0),
            assistants: row.number_opt("assistants")?.unwrap_or(0),
        },
        // Empty: never on shift.
        shifts: row.get("shifts").unwrap_or_default().parse()?,
        officers: row.codes("officers")?,
        equipment: row.codes("equipment")?,
        said: None,
    };
    // A post has two columns.
    let column = |field: String| field.trim_start_matches("post.").to_owned();
    squad.check_new(areas).map_err(|e| Error { field: e.field.map(column), ..e })?;
    Ok(squad)
}

/// The code of the township or county that the line names.
fn command_area(row: &Row, areas: &Areas) -> Result<Code> {
    let refuse = |why: String| Err(Error::invalid("command_area", why));
    let meant = text::code(row.text("command_area")?).map_err(|e| Error::invalid("command_area", e))?;
    let text = meant.as_str();
    if let Some(area) = areas.get(text).filter(|a| a.level <= Level::Township) {
        return Ok(area.code.clone());
    }
    let commands = areas.level(Level::County).chain(areas.level(Level::Township)).map(|(_, a)| a);
    let fits = |a: &&Area| a.name == text || a.name_zh.as_deref() == Some(text);
    let named: Vec<&Code> = commands.filter(fits).map(|a| &a.code).collect();
    match named[..] {
        [code] => Ok(code.clone()),
        [] => refuse("is neither the name nor the code of a township or county in force".into()),
        _ => refuse(format!("fits {} areas, give a code", named.len())),
    }
}

#[cfg(test)]
mod tests;
