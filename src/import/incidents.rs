//! Past incidents from CSV.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::{
    table::{self, Columns, Row},
    when,
};
use crate::{
    base::{Error, LngLat, Result, Timestamp, hex},
    domain::{
        areas::Areas,
        calls::Call,
        incidents::{Draft, Incident, IncidentStatus, Profiles, Said, Source, described},
        matters::Matters,
    },
    kernel::crs::Datum,
};

/// Where it is: coordinates, or an address where lines may be held.
const PLACE: [&str; 2] = ["lng", "lat"];
const ADDRESS: &str = "address";
const OPTIONAL: [&str; 11] = [
    "id",
    "external_id",
    "datum",
    "accuracy_m",
    "reported_at",
    "occurred_on",
    "hour",
    "matter",
    "urgency",
    "status",
    "description",
];

/// How a file is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Of lines that do not name theirs.
    pub datum: Datum,
    /// Of `occurred_on` and `hour`.
    pub zone: &'a TimeZone,
    pub matters: &'a Matters,
    pub profiles: &'a Profiles,
    pub areas: &'a Areas,
    /// Lines far outside the areas are meant.
    pub outside: bool,
    /// Lines without coordinates, but with an address, are calls.
    pub hold: bool,
    /// (field, column) where a column has another name.
    pub renamed: &'a [(String, String)],
    pub ignore_unknown: bool,
    pub now: Timestamp,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    /// In no zone yet, each with the fingerprint of its line.
    pub incidents: Vec<(Incident, String)>,
    /// Lines that say only an address.
    pub calls: Vec<Call>,
}

/// Reads incidents, and calls where lines may be held.
///
/// A line without an id gets one made from its `external_id`, else from its text, so that a second
/// import of the file finds all of them there. Equal lines are separate incidents.
pub fn read(name: &str, text: &str, options: &Options) -> Result<Read> {
    let (required, others): (&[&str], &[&str]) = if options.hold { (&[ADDRESS], &PLACE) } else { (&PLACE, &[ADDRESS]) };
    let columns = Columns {
        required,
        optional: &[&OPTIONAL, others].concat(),
        ignore_unknown: options.ignore_unknown,
        renamed: options.renamed,
    };
    let (mut seen, mut equal, mut calls) = (HashMap::new(), HashMap::new(), Vec::new());
    let incidents = table::read(name, text, &columns, |row| {
        let line = Sha256::digest(row.whole()).into();
        let (id, field) = id(row, line, &mut equal)?;
        if let Some(line) = seen.insert(id, row.line) {
            return Err(Error::invalid(field, format!("stands on line {line} already")));
        }
        if row.get("lng").or(row.get("lat")).is_some() {
            return Ok(Some((incident(row, id, options)?, hex(&line))));
        }
        calls.push(call(row, id, options)?);
        Ok(None)
    })?;
    Ok(Read { incidents: incidents.into_iter().flatten().collect(), calls })
}

/// The incident's id, and the field that it comes from.
fn id(row: &Row, text: [u8; 32], equal: &mut HashMap<[u8; 32], u32>) -> Result<(Uuid, &'static str)> {
    if let Some(id) = row.get("id") {
        let id = Uuid::parse_str(id).map_err(|e| Error::invalid("id", format!("is not a UUID: {e}")))?;
        return Ok((id, "id"));
    }
    let made = |of: String| {
        let bytes: [u8; 32] = Sha256::digest(of).into();
        Builder::from_custom_bytes(std::array::from_fn(|i| bytes[i])).into_uuid()
    };
    if let Some(external) = row.get("external_id") {
        return Ok((made(format!("xunge incident external {external}")), "external_id"));
    }
    let nth = equal.entry(text).or_default();
    *nth += 1;
    Ok((made(format!("xunge incident line {} {nth}", hex(&text))), "line"))
}

/// What is said beside the place, and the column that says when.
fn said(row: &Row, id: Uuid, description: Option<String>, zone: &TimeZone) -> Result<(Said, &'static str)> {
    let (told_by, reported_at) = reported_at(row, zone)?;
    let said = Said {
        id,
        matter: row.code_opt("matter")?,
        urgency: row.parse_opt("urgency")?,
        description,
        reported_at,
        source: Source::Import,
        external_id: row.get("external_id").map(str::to_owned),
    };
    Ok((said, told_by))
}

/// The field at fault, as the column that said it.
fn column(told_by: &'static str) -> impl Fn(Error) -> Error {
    move |e| match e.field.as_deref() {
        Some("reported_at") => Error { field: Some(told_by.to_owned()), ..e },
        _ => e,
    }
}

fn status(row: &Row) -> Result<IncidentStatus> {
    Ok(row.parse_opt("status")?.unwrap_or(IncidentStatus::Closed))
}

fn incident(row: &Row, id: Uuid, options: &Options) -> Result<Incident> {
    let datum = row.parse_opt("datum")?.unwrap_or(options.datum);
    let (said, told_by) = said(row, id, described(row.get(ADDRESS), row.get("description")), options.zone)?;
    let draft = Draft {
        said,
        at: datum.to_wgs84(LngLat::new(row.number("lng")?, row.number("lat")?)?),
        outside: options.outside,
        accuracy_m: row.number_opt("accuracy_m")?,
        status: status(row)?,
        synthetic: false,
    };
    draft.accept(options.matters, options.profiles, options.areas, options.now).map_err(column(told_by))
}

/// A line that says only an address.
fn call(row: &Row, id: Uuid, options: &Options) -> Result<Call> {
    let address = row.get(ADDRESS).ok_or_else(|| Error::invalid("lng", "is empty"))?;
    if !options.hold {
        return Err(Error::invalid("lng", "is empty: with --hold a line with an address is held until it is located"));
    }
    if status(row)? != IncidentStatus::Reported {
        let why = "only what is reported is held until it is located: say so, or give lng and lat";
        return Err(Error::invalid("status", why));
    }
    let (said, told_by) = said(row, id, row.text_opt("description"), options.zone)?;
    Call::new(said, (address, None), (options.matters, options.areas), options.now).map_err(column(told_by))
}

/// `reported_at`, or the local `hour` (midnight without one) of `occurred_on`; and which column told it.
fn reported_at(row: &Row, zone: &TimeZone) -> Result<(&'static str, Timestamp)> {
    match row.get("reported_at") {
        Some(_) => Ok(("reported_at", row.instant("reported_at", zone)?)),
        None if row.get("occurred_on").is_none() => {
            Err(Error::invalid("reported_at", "is empty, and so is occurred_on"))
        }
        None => Ok(("occurred_on", local(row.text("occurred_on")?, row.get("hour").unwrap_or("0"), zone)?)),
    }
}

fn local(day: &str, hour: &str, zone: &TimeZone) -> Result<Timestamp> {
    let day = when::day(day).map_err(|e| Error::invalid("occurred_on", e))?;
    let clock = when::clock(hour).ok_or_else(|| Error::invalid("hour", "is not within 0 to 23, nor a time as 8:05"))?;
    let at = day.to_datetime(clock).to_zoned(zone.clone()).map_err(|e| Error::invalid("occurred_on", e.to_string()))?;
    Timestamp::from_ms(at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests;
