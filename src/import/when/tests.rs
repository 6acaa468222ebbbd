use super::*;

#[test]
fn times_are_read_as_spreadsheets_write_them() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for written in [
        "2026-03-01T08:05:00+08:00",
        "2026-03-01T00:05:00Z",
        "2026/3/1 8:05",
        "2026-03-01 08:05:00",
        "2026-03-01T08:05:00",
        "2026-3-1 8:05:00.000",
        "2026年3月1日 8:05",
        "2026年3月1日8时5分",
        "2026年03月01日 08时05分00秒",
        "２０２６/3/1　8：05",
    ] {
        let at = instant(written, &zone).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(at.to_string(), "2026-03-01T00:05:00Z", "{written}");
    }
    for (written, words) in [
        ("46082.33681", "a spreadsheet's count of days"),
        ("3/1/2026 8:05", "is not a time"),
        ("2026/3/1", "has no time of day"),
        ("2026/2/30 8:05", "is not a time"),
        ("2026/3/1 25:05", "is not a time"),
        ("2026/3/1 8", "is not a time"),
        ("2026/3/1 8:05 PM", "is not a time"),
        ("", "is not a time"),
    ] {
        let e = instant(written, &zone).unwrap_err();
        assert!(e.contains(words), "{written}: {e}");
    }
}

#[test]
fn a_day_begins_at_midnight_and_is_written_as_a_day() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for (written, text) in [
        ("2026/3/1", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026-02-28T16:00:00Z", "2026-03-01"),
        ("2026-03-01 00:30", "2026-02-28T16:30:00Z"),
    ] {
        let at = moment(written, &zone).unwrap();
        assert_eq!(moment_text(at, &zone), text, "{written}");
        assert_eq!(moment(text, &zone).unwrap(), at);
    }
    assert!(moment("soon", &zone).unwrap_err().contains("is not a time"));
}

#[test]
fn days_are_read_with_the_year_first() {
    for written in ["2026-03-01", "2026/3/1", "2026-3-1", "2026年3月1日", "2026/03/01"] {
        assert_eq!(day(written).map(|d| d.to_string()).as_deref(), Ok("2026-03-01"), "{written}");
    }
    for (written, words) in [("1/3/2026", "is not a day"), ("26/3/1", "not a day"), ("46082", "count of days")] {
        assert!(day(written).unwrap_err().contains(words), "{written}");
    }
}
