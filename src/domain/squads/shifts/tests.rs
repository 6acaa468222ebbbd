use super::*;

fn on(shifts: &str, at: &str) -> bool {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    shifts.parse::<Shifts>().unwrap().cover(at.parse().unwrap(), &zone)
}

#[test]
fn windows_follow_local_time_and_run_past_midnight() {
    // 2026-03-02 is a Monday.
    assert!(on("mon-fri 08:00-18:00", "2026-03-02T08:00:00+08:00"));
    assert!(!on("mon-fri 08:00-18:00", "2026-03-02T18:00:00+08:00"));
    assert!(!on("mon-fri 08:00-18:00", "2026-03-01T12:00:00+08:00"));
    assert!(on("sun 23:00-08:00", "2026-03-02T07:59:00+08:00"));
    assert!(!on("mon 23:00-08:00", "2026-03-02T07:59:00+08:00"));
    assert!(on("fri-mon 24h", "2026-03-02T00:00:00+08:00"));
    assert!(!on("", "2026-03-02T00:00:00+08:00"));
    assert!(on("mon 09:00-09:00", "2026-03-03T08:59:00+08:00"), "from = to is a whole day");
}

#[test]
fn a_shift_knows_since_when_it_goes_on_or_is_over() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let turned = |shifts: &str, at: &str| {
        let since = shifts.parse::<Shifts>().unwrap().turned(at.parse().unwrap(), &zone);
        since.map(|t| t.to_jiff().to_zoned(zone.clone()).strftime("%a %H:%M").to_string())
    };
    let monday = |time: &str| format!("2026-03-02T{time}:00+08:00");
    for (shifts, time, want) in [
        ("mon-fri 08:00-18:00", "12:00", Some("Mon 08:00")),
        ("mon-fri 08:00-18:00", "08:00", Some("Mon 08:00")),
        ("mon-fri 08:00-18:00", "07:59", Some("Fri 18:00")),
        ("mon-fri 08:00-18:00", "18:00", Some("Mon 18:00")),
        ("sun 20:00-06:00", "02:00", Some("Sun 20:00")),
        ("sun 20:00-06:00", "07:00", Some("Mon 06:00")),
        ("sun 20:00-06:00; mon 06:00-10:00", "07:00", Some("Sun 20:00")),
        ("mon 08:00-18:00", "07:00", Some("Mon 18:00")),
        ("mon-sun 24h", "12:00", None),
        ("", "12:00", None),
    ] {
        assert_eq!(turned(shifts, &monday(time)).as_deref(), want, "{shifts} at {time}");
    }
}

#[test]
fn both_forms_say_the_same() {
    for text in ["mon-fri 08:00-18:00; sat,sun 23:00-08:00", "mon-sun 24h", ""] {
        let shifts: Shifts = text.parse().unwrap();
        assert_eq!(shifts.to_string().parse::<Shifts>().unwrap(), shifts);
        let json = serde_json::to_string(&shifts).unwrap();
        assert_eq!(serde_json::from_str::<Shifts>(&json).unwrap(), shifts, "{json}");
    }
}

#[test]
fn nonsense_is_refused() {
    for bad in ["mon", "mon 8-9", "mox 08:00-09:00", "mon 08:60-09:00", "mon 24:00-02:00", "mon 25:00-26:00"] {
        assert!(bad.parse::<Shifts>().is_err(), "{bad}");
    }
}
