use super::*;

#[test]
fn positions_that_no_squad_can_have_are_refused_by_name() {
    let now = Timestamp::from_ms(1_000_000).unwrap();
    let county = BBox::new(120.6, 30.6, 120.9, 30.9).ok();
    let read = |lng, lat, roads| Fix::read((lng, lat), now, None, roads, now);
    for (lng, lat, words) in [
        (0.0, 0.0, "0,0 is what a tracker without a fix sends"),
        (-0.0, 0.0, "without a fix"),
        (1e-9, 0.0, "km from the roads"),
        (120.75, 0.0, "km from the roads"),
        (30.7, 120.7, "latitude 120.7 is not within -90 to 90 degrees; are longitude and latitude swapped?"),
        (122.0, 30.7, "122,30.7 lies 105 km from the roads"),
        (f64::NAN, 30.7, "longitude NaN"),
    ] {
        let e = read(lng, lat, county).unwrap_err();
        assert!(e.detail.contains(words), "{lng},{lat}: {e}");
    }
    assert!(read(121.9, 30.7, county).is_ok(), "a prisoner is brought to the next prefecture");
    // Both axes in range: an island in the west.
    let island = BBox::new(-4.8, 54.0, -4.3, 54.4).ok();
    let e = read(54.17, -4.45, island).unwrap_err();
    assert!(e.detail.contains("km from the roads of this service; are longitude and latitude swapped?"), "{e}");
    // Without roads nobody knows what is far.
    assert!(read(54.17, -4.45, None).is_ok() && read(0.0, 0.0, None).is_err());
    assert!(Fix::read((120.7, 30.7), now.plus_ms(60_001), None, county, now).is_err());
}

/// So many seconds after noon, so many kilometres along the equator.
fn fix(s: i64, km: f64) -> Fix {
    let fixed_at = Timestamp::from_ms(1_772_424_000_000 + s * 1_000).unwrap();
    Fix { at: LngLat::new(km / 111.195, 0.0).unwrap(), fixed_at, accuracy_m: None }
}

/// What becomes of fixes (seconds, km) in a row: `+` kept, `-` refused, `.` passed over as late.
fn told(row: &[(i64, f64)]) -> String {
    let mut fixes = Fixes::default();
    let one = |&(s, km): &(i64, f64)| match fixes.hear(0, fix(s, km)) {
        Ok(true) => '+',
        Ok(false) => '.',
        Err(_) => '-',
    };
    row.iter().map(one).collect()
}

#[test]
fn a_jump_that_nothing_drives_is_refused_until_some_agree() {
    for (what, row, want) in [
        ("a drive", &[(0, 0.0), (10, 0.3), (20, 0.6), (30, 0.9)][..], "++++"),
        ("one stray fix", &[(0, 0.0), (10, 30.0), (20, 0.2), (30, 0.4)], "+-++"),
        ("strays all over", &[(0, 0.0), (1, 30.0), (2, 60.0), (3, 30.0), (4, 60.0), (5, 0.1)], "+----+"),
        ("a long silence", &[(0, 0.0), (1_800, 90.0)], "++"),
        ("a wrong first fix", &[(0, 90.0), (10, 0.0), (20, 0.2), (30, 0.4), (40, 0.6)], "+--++"),
        ("the same message again", &[(0, 0.0), (10, 30.0), (10, 30.0), (10, 30.0), (5, 30.0), (11, 0.1)], "+----+"),
        ("a stray between good ones is forgotten", &[(0, 0.0), (1, 30.0), (2, 0.0), (3, 30.0), (4, 30.1)], "+-+--"),
        ("late ones", &[(10, 0.0), (5, 90.0), (10, 90.0), (11, 0.0)], "+..+"),
        ("noise", &[(0, 0.0), (1, 1.9), (2, 0.0)], "+++"),
        ("back after it was anchored anew", &[(0, 0.0), (1, 30.0), (2, 30.0), (3, 30.0), (4, 0.0)], "+--+-"),
    ] {
        assert_eq!(told(row), want, "{what}: {row:?}");
    }
    let mut fixes = Fixes::default();
    fixes.hear(0, fix(0, 0.0)).unwrap();
    assert!(fixes.hear(0, Fix { accuracy_m: Some(9_000.0), ..fix(1, 10.0) }).unwrap(), "it says how inexact it is");
    let e = fixes.hear(0, fix(3, 70.0)).unwrap_err();
    assert_eq!(e.field.as_deref(), Some("lng"));
    assert!(e.detail.contains("lies 60.0 km from where the squad was 2 s before"), "{e}");
    assert_eq!(fixes.fix(0).unwrap().fixed_at, fix(1, 0.0).fixed_at, "the last good one stays");
}
