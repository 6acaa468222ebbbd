//! Profiles from CSV: one table of the profile itself, its states, its transitions and which new cases come under it;
//! `docs/profiles.md` says what the columns mean.

use super::{
    catalogue::for_matters,
    table::{self, Columns, Row},
    units::refused,
};
use crate::{
    base::{Error, Result, words},
    domain::{
        auth::Right,
        incidents::{CaseProfile, CaseState, Need, Transition},
    },
};

const COLUMNS: Columns = Columns {
    required: &["kind", "code", "name"],
    optional: &["from", "to", "name_zh", "marks", "right", "needs", "matter", "category", "source"],
    ignore_unknown: false,
    renamed: &[],
};

words! {
    /// What a line is about.
    Line {
        Profile = "profile",
        State = "state",
        Transition = "transition",
        NewCases = "new_cases",
    }
}

impl Line {
    /// What a line of this kind has nothing to say about.
    fn refuses(self) -> &'static [&'static str] {
        match self {
            Self::Profile => &["from", "to", "marks", "right", "needs", "matter", "category"],
            Self::State => &["from", "to", "right", "needs", "matter", "category", "source"],
            Self::Transition => &["code", "marks", "matter", "category", "source"],
            Self::NewCases => &["code", "from", "to", "name", "name_zh", "marks", "right", "needs", "source"],
        }
    }
}

fn needs(row: &Row) -> Result<Vec<Need>> {
    row.parts("needs").map(|part| part.parse().map_err(|e: Error| Error::invalid("needs", e.detail))).collect()
}

/// The profile of a file; which version it is, who takes it in says.
pub fn read(name: &str, table: &str) -> Result<CaseProfile> {
    let mut heads = Vec::new();
    let (mut states, mut transitions, mut new_cases) = (Vec::new(), Vec::new(), Vec::new());
    table::read(name, table, &COLUMNS, |row| {
        let line: Line = row.parse("kind")?;
        if let Some(field) = line.refuses().iter().find(|field| row.get(field).is_some()) {
            return Err(Error::invalid(*field, format!("a line of kind {} has none", line.as_str())));
        }
        match line {
            Line::Profile if !heads.is_empty() => return Err(Error::invalid("kind", "a line above is it already")),
            Line::Profile => heads.push(CaseProfile {
                profile: row.code("code")?,
                version: 1,
                name: row.text("name")?.to_owned(),
                name_zh: row.text_opt("name_zh"),
                source: row.text_opt("source"),
                new_cases: Vec::new(),
                states: Vec::new(),
                transitions: Vec::new(),
            }),
            Line::State => states.push(CaseState {
                state: row.code("code")?,
                name: row.text("name")?.to_owned(),
                name_zh: row.text_opt("name_zh"),
                marks: row.parse("marks")?,
            }),
            Line::Transition => transitions.push(Transition {
                from: row.code("from")?,
                to: row.code("to")?,
                name: row.text_opt("name"),
                name_zh: row.text_opt("name_zh"),
                right: row.parse_opt("right")?.unwrap_or(Right::Dispatch),
                needs: needs(row)?,
            }),
            Line::NewCases => new_cases.push(for_matters(row)?),
        }
        Ok(())
    })?;
    let head = heads.pop().ok_or_else(|| Error::invalid("file", format!("{name}: has no line of kind profile")))?;
    let profile = CaseProfile { new_cases, states, transitions, ..head };
    profile.check().map_err(|e| refused(name, &e))?;
    Ok(profile)
}

#[cfg(test)]
mod tests;
