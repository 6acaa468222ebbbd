use super::*;

#[test]
fn parts_add_up_to_the_total_and_rounding_keeps_the_limit() {
    for drive_ms in [0, 1, 999, 1_000, 1_001, 59_999, 1_499_999, 1_500_000, 1_500_001] {
        for walk_s in [0, 1, 417] {
            let r = Response { handling_s: 120, turnout_s: 60, drive_ms, walk_s };
            let p = r.parts();
            let sum = u64::from(p.handling_s + p.turnout_s + p.drive_s + p.walk_s);
            assert_eq!(sum, r.total_s(), "{r:?}");
            assert_eq!(r.total_ms() <= 1_800_000, r.total_s() <= 1_800, "{r:?}");
        }
    }
}

#[test]
fn walks_are_rounded_up_once() {
    let d = Definition::default();
    assert_eq!([0.0, 0.001, 1.2, 1.21, 500.0].map(|m| d.walk_s(m)), [0, 1, 1, 2, 417]);
}

#[test]
fn a_definition_is_echoed_and_checked() {
    let d: Definition = serde_json::from_str(r#"{"handling_s": 90}"#).unwrap();
    assert_eq!(d, Definition { handling_s: 90, ..Definition::default() });
    assert!(d.check().is_ok());
    for bad in [
        Definition { walk_m_per_s: 0.0, ..Definition::default() },
        Definition { walk_m_per_s: f64::NAN, ..Definition::default() },
        Definition { access_limit_m: 501.0, ..Definition::default() },
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
    }
    assert!(serde_json::from_str::<Definition>(r#"{"handling": 90}"#).is_err());
}
