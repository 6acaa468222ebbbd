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
        hold: false,
        renamed: &[],
        ignore_unknown: false,
        now: "2026-03-01T00:00:00Z".parse()?,
    };
    change(&mut options);
    Ok(read("i.csv", text, &options)?.incidents)
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
            hold: false,
            renamed: &renamed,
            ignore_unknown: false,
            now,
        };
        super::read("i.csv", text, &options).unwrap().incidents
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
