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
        incidents::{Draft, Incident, IncidentStatus, Profiles, Source},
        matters::Matters,
    },
    kernel::crs::Datum,
};

const REQUIRED: [&str; 2] = ["lng", "lat"];
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
    /// (field, column) where a column has another name.
    pub renamed: &'a [(String, String)],
    pub ignore_unknown: bool,
    pub now: Timestamp,
}

/// Reads incidents, in no zone yet, each with the fingerprint of its line.
///
/// A line without an id gets one made from its `external_id`, else from its text, so that a second
/// import of the file finds all of them there. Equal lines are separate incidents.
pub fn read(name: &str, text: &str, options: &Options) -> Result<Vec<(Incident, String)>> {
    let columns = Columns {
        required: &REQUIRED,
        optional: &OPTIONAL,
        ignore_unknown: options.ignore_unknown,
        renamed: options.renamed,
    };
    let (mut seen, mut equal) = (HashMap::new(), HashMap::new());
    table::read(name, text, &columns, |row| {
        let line = Sha256::digest(row.whole()).into();
        let (id, field) = id(row, line, &mut equal)?;
        if let Some(line) = seen.insert(id, row.line) {
            return Err(Error::invalid(field, format!("stands on line {line} already")));
        }
        Ok((incident(row, id, options)?, hex(&line)))
    })
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

fn incident(row: &Row, id: Uuid, options: &Options) -> Result<Incident> {
    let datum = row.parse_opt("datum")?.unwrap_or(options.datum);
    let (told_by, reported_at) = reported_at(row, options.zone)?;
    let draft = Draft {
        id,
        at: datum.to_wgs84(LngLat::new(row.number("lng")?, row.number("lat")?)?),
        outside: options.outside,
        accuracy_m: row.number_opt("accuracy_m")?,
        status: row.parse_opt("status")?.unwrap_or(IncidentStatus::Closed),
        matter: row.code_opt("matter")?,
        urgency: row.parse_opt("urgency")?,
        description: row.get("description").map(str::to_owned),
        reported_at,
        synthetic: false,
        source: Source::Import,
        external_id: row.get("external_id").map(str::to_owned),
    };
    // The column that says when.
    let column = |e: Error| match e.field.as_deref() {
        Some("reported_at") => Error { field: Some(told_by.to_owned()), ..e },
        _ => e,
    };
    draft.accept(options.matters, options.profiles, options.areas, options.now).map_err(column)
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
