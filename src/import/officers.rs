//! Officers from CSV, a line for each certificate; `docs/responsibility.md` says what the columns mean.

use std::collections::BTreeMap;

use super::{
    table::{self, Columns, Row},
    units::span,
};
use crate::{
    base::{Code, Error, Result},
    domain::{
        areas::Areas,
        matters::Matters,
        officers::{Certificate, Officer, Person, Recusals},
        units::Units,
    },
};

const COLUMNS: Columns = Columns {
    required: &["id", "unit"],
    optional: &["matters", "from", "until", "recused_areas", "name", "contact", "certificate_number"],
    ignore_unknown: false,
    renamed: &[],
};

/// Reads officers, by id, with who they are; days are those of `areas`' time zone.
pub fn read(name: &str, text: &str, areas: &Areas, units: &Units, matters: &Matters) -> Result<Vec<(Officer, Person)>> {
    let zone = areas.time_zone();
    let mut all: BTreeMap<Code, (Officer, Person)> = BTreeMap::new();
    table::read(name, text, &COLUMNS, |row| {
        let (id, unit) = (row.code("id")?, row.code("unit")?);
        let certificate =
            Certificate { matters: row.parts("matters").map(str::to_owned).collect(), span: span(row, &zone)? };
        let known = all.entry(id.clone()).or_insert_with(|| {
            let (certificates, recused_from) = (Vec::new(), Recusals::default());
            (Officer { id, unit: unit.clone(), certificates, recused_from }, Person::default())
        });
        let (officer, person) = known;
        if officer.unit != unit {
            return Err(Error::invalid("unit", format!("is not that of a line above, {}", officer.unit)));
        }
        officer.certificates.push(certificate);
        for area in row.codes::<Vec<Code>>("recused_areas")? {
            if areas.get(area.as_str()).is_none() {
                return Err(Error::invalid("recused_areas", format!("{area} is no area in force")));
            }
            officer.recused_from.areas.insert(area);
        }
        same(row, "name", &mut person.name)?;
        same(row, "contact", &mut person.contact)?;
        person.certificate_numbers.push(row.get("certificate_number").unwrap_or_default().to_owned());
        officer.check_new(units, matters)?;
        person.check()
    })?;
    Ok(all.into_values().collect())
}

/// What a later line says of the person again is the same.
fn same(row: &Row, field: &str, known: &mut Option<String>) -> Result<()> {
    match (row.get(field), &known) {
        (Some(said), Some(known)) if said != known => {
            Err(Error::invalid(field, "is not what a line above says of this officer"))
        }
        (Some(said), None) => {
            *known = Some(said.to_owned());
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
