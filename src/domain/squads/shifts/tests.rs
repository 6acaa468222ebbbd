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
