//! Observed drives from CSV.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::table::{self, Columns, Row};
use crate::{
    base::{Error, LngLat, Result, Timestamp},
    domain::{arrivals::Arrival, squads::Squads},
    kernel::crs::Datum,
};

const COLUMNS: Columns = Columns {
    required: &["id", "squad", "from_lng", "from_lat", "to_lng", "to_lat", "departed_at", "arrived_at"],
    optional: &["profile", "datum"],
    ignore_unknown: false,
    renamed: &[],
};

/// Reads arrivals of `squads`; `datum` is that of lines that do not name theirs, `zone` that of times
/// without an offset.
pub fn read(
    name: &str,
    text: &str,
    squads: &Squads,
    datum: Datum,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Arrival>> {
    let mut seen: HashMap<Uuid, u64> = HashMap::new();
    table::read(name, text, &COLUMNS, |row| {
        let arrival = arrival(row, squads, datum, zone)?;
        arrival.check(now)?;
        match seen.insert(arrival.id, row.line) {
            Some(line) => Err(Error::invalid("id", format!("stands on line {line} already"))),
            None => Ok(arrival),
        }
    })
}

fn arrival(row: &Row, squads: &Squads, datum: Datum, zone: &TimeZone) -> Result<Arrival> {
    let datum = row.parse_opt("datum")?.unwrap_or(datum);
    let place = |lng: &str, lat: &str| {
        let at = LngLat::new(row.number(lng)?, row.number(lat)?);
        let column =
            |e: Error| Error { field: Some(if e.field.as_deref() == Some("lng") { lng } else { lat }.into()), ..e };
        Ok::<_, Error>(datum.to_wgs84(at.map_err(column)?))
    };
    let squad = Arrival::of(&row.code("squad")?, squads)?;
    Ok(Arrival {
        id: Uuid::parse_str(row.text("id")?).map_err(|e| Error::invalid("id", format!("is not a UUID: {e}")))?,
        squad: squad.id.clone(),
        profile: row.parse_opt("profile")?.unwrap_or(squad.profile),
        from: place("from_lng", "from_lat")?,
        to: place("to_lng", "to_lat")?,
        departed_at: row.instant("departed_at", zone)?,
        arrived_at: row.instant("arrived_at", zone)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Code,
        domain::squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus},
    };

    const HEAD: &str = "id,squad,from_lng,from_lat,to_lng,to_lat,departed_at,arrived_at,profile,datum\n";
    const GOOD: &str = "1,S1,112.01,27.02,112.05,27.04,2026-03-02T10:00:00+08:00,2026-03-02T10:07:30+08:00,,";

    fn read_all(lines: &str) -> Result<Vec<Arrival>> {
        let code = Code::new("S1").unwrap();
        let mut squads = Squads::default();
        squads.put(Squad {
            id: code.clone(),
            name: "one".into(),
            name_zh: None,
            kind: SquadKind::Direct,
            unit: code.clone(),
            command_area: code,
            profile: Profile::Ebike,
            post: LngLat { lng: 112.0, lat: 27.0 },
            status: SquadStatus::Available,
            turnout_s: 60,
            crew: Crew::default(),
            shifts: Shifts::always(),
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        });
        let text = lines.replace("\n1,", &format!("\n{},", Uuid::from_u128(1)));
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        read("a.csv", &text, &squads, Datum::Wgs84, &zone, "2026-03-03T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn drives_are_read_with_the_squads_profile_and_the_lines_datum() {
        let a = &read_all(&format!("{HEAD}{GOOD}\n")).unwrap()[0];
        assert_eq!((a.profile, a.seconds(), a.from), (Profile::Ebike, 450.0, LngLat { lng: 112.01, lat: 27.02 }));
        let local = GOOD.replace("2026-03-02T10:07:30+08:00", "2026/3/2 10:07:30");
        assert_eq!(read_all(&format!("{HEAD}{local}\n")).unwrap()[0].seconds(), 450.0);
        let other = GOOD.replace(",,", ",car,gcj02");
        let b = &read_all(&format!("{HEAD}{other}\n")).unwrap()[0];
        let moved_m = b.to.distance_m(LngLat { lng: 112.05, lat: 27.04 });
        assert!(b.profile == Profile::Car && (300.0..900.0).contains(&moved_m), "{moved_m} m");
    }

    #[test]
    fn wrong_lines_are_refused_with_field_value_and_reason() {
        for (from, to, words) in [
            ("S1", "S2", "squad \"S2\": no squad S2"),
            ("112.05", "182", "to_lng \"182\": longitude 182"),
            ("27.02", "x", "from_lat \"x\": invalid float"),
            ("10:07:30", "09:59:59", "is not after the departure"),
            ("10:07:30", "16:00:01", "is over 6 hours"),
            ("10:07:30+08:00,,", "10,,", "arrived_at \"2026-03-02T10\": \"2026-03-02T10\" is not a time"),
            ("\n1", "\nx", "id \"x"),
        ] {
            let text = format!("{HEAD}{GOOD}\n").replacen(from, to, 1);
            let e = read_all(&text).unwrap_err().detail;
            assert!(e.contains(words), "{to}: {e}");
        }
        let e = read_all(&format!("{HEAD}{GOOD}\n{GOOD}\n")).unwrap_err().detail;
        assert!(e.contains("line 3: id") && e.contains("stands on line 2 already"), "{e}");
    }
}
