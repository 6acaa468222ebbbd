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
mod tests {
    use super::*;
    use crate::domain::matters::Urgency;

    fn from(text: &str, change: impl FnOnce(&mut Options)) -> Result<Vec<(Incident, String)>> {
        let matters = "code,domain,name_zh,name_en,urgency,arrive_limit_min\nA,d,z,e,U,15\n";
        let matters = crate::import::matters::read("m.csv", matters)?;
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let mut options = Options {
            datum: Datum::Wgs84,
            zone: &zone,
            matters: &matters,
            profiles: &Profiles::default(),
            areas: &Areas::default(),
            outside: false,
            renamed: &[],
            ignore_unknown: false,
            now: "2026-03-01T00:00:00Z".parse()?,
        };
        change(&mut options);
        read("i.csv", text, &options)
    }

    #[test]
    fn a_whole_line_is_read() {
        let text = "id,external_id,lng,lat,accuracy_m,reported_at,matter,status,description\n\
                    b5f7ab7c-0e62-4a09-a1a4-1d1b5c0f3c1e,X-1,120.75,30.75,10,2026-02-01T08:00:00+08:00,A,filed,\"a, b\"\n";
        let (i, _) = from(text, |_| ()).unwrap().remove(0);
        assert_eq!(i.id.to_string(), "b5f7ab7c-0e62-4a09-a1a4-1d1b5c0f3c1e");
        assert_eq!((i.status, i.urgency, i.source), (IncidentStatus::Filed, Urgency::Urgent, Source::Import));
        assert_eq!((i.reported_at.to_string().as_str(), i.accuracy_m), ("2026-02-01T00:00:00Z", Some(10.0)));
        assert_eq!((i.description.as_deref(), i.external_id.as_deref()), (Some("a, b"), Some("X-1")));
    }

    #[test]
    fn lines_without_an_id_get_the_same_one_each_time_and_equal_lines_two() {
        let text = "lng,lat,occurred_on,hour,category\n1,2,2014-03-02,8,Theft\n1,2,2014-03-02,8,Theft\n";
        let renamed = [("description".to_owned(), "category".to_owned())];
        let read = || {
            let zone = TimeZone::get("Asia/Shanghai").unwrap();
            let matters = Matters::default();
            let now = "2026-03-01T00:00:00Z".parse().unwrap();
            let options = Options {
                datum: Datum::Wgs84,
                zone: &zone,
                matters: &matters,
                profiles: &Profiles::default(),
                areas: &Areas::default(),
                outside: false,
                renamed: &renamed,
                ignore_unknown: false,
                now,
            };
            super::read("i.csv", text, &options).unwrap()
        };
        let (first, second) = (read(), read());
        assert_eq!(first, second);
        assert_ne!(first[0].0.id, first[1].0.id);
        assert_eq!(first[0].0.description.as_deref(), Some("Theft"));
        assert_eq!(first[0].0.reported_at.to_string(), "2014-03-02T00:00:00Z");
        assert_eq!(first[0].0.status, IncidentStatus::Closed);
    }

    #[test]
    fn places_are_unshifted() {
        let text = "lng,lat,datum,reported_at\n120.755,30.76,gcj02,2026-02-01T00:00:00Z\n";
        let shifted = from(text, |_| ()).unwrap()[0].0.at;
        let plain = from(&text.replace("gcj02", ""), |_| ()).unwrap()[0].0.at;
        let same = from(&text.replace("gcj02", ""), |o| o.datum = Datum::Gcj02).unwrap()[0].0.at;
        assert_eq!(shifted, same);
        assert!((400.0..600.0).contains(&shifted.distance_m(plain)));
    }

    #[test]
    fn wrong_lines_are_refused_with_field_value_and_reason() {
        let head = "id,external_id,lng,lat,datum,accuracy_m,reported_at,occurred_on,hour,matter,urgency,status\n";
        for (line, words) in [
            ("x,,1,2,,,2026-02-01T00:00:00Z,,,,,", "line 2: id \"x\": is not a UUID"),
            (",,200,2,,,2026-02-01T00:00:00Z,,,,,", "lng \"200\": longitude 200"),
            (",,,2,,,2026-02-01T00:00:00Z,,,,,", "lng: is empty"),
            (",,1,2,tokyo,,2026-02-01T00:00:00Z,,,,,", "datum \"tokyo\": unknown datum"),
            (",,1,2,,-1,2026-02-01T00:00:00Z,,,,,", "accuracy_m \"-1\": accuracy of -1 m"),
            (",,1,2,,,2026-02-01,,,,,", "reported_at \"2026-02-01\""),
            (",,1,2,,,2027-02-01T00:00:00Z,,,,,", "lies in the future"),
            (",,1,2,,,,,,,,", "reported_at: is empty, and so is occurred_on"),
            (",,1,2,,,,2014-02-30,1,,,", "occurred_on \"2014-02-30\": \"2014-02-30\" is not a day"),
            (",,1,2,,,,2014-02-03,24,,,", "hour \"24\": is not within"),
            (",,1,2,,,2026-02-01T00:00:00Z,,,B,,", "matter \"B\": no matter B in the catalogue"),
            (",,1,2,,,2026-02-01T00:00:00Z,,,,asap,", "urgency \"asap\": \"asap\" is not one of"),
            (
                ",E,1,2,,,2026-02-01T00:00:00Z,,,,,\n,E,1,2,,,2026-02-01T00:00:00Z,,,,,",
                "line 3: external_id \"E\": stands on line 2 already",
            ),
        ] {
            let e = from(&format!("{head}{line}\n"), |_| ()).unwrap_err().detail;
            assert!(e.contains(words), "{line}: {e}");
        }
    }
}
