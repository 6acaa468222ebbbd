use super::*;

const PLACE: LngLat = LngLat { lng: -4.48, lat: 54.15 };

/// So many metres east of the place.
fn fix(s: i64, east_m: f64) -> Fix {
    let lng = PLACE.lng + east_m / (111_195.0 * PLACE.lat.to_radians().cos());
    Fix { at: LngLat { lng, lat: PLACE.lat }, fixed_at: at(s), accuracy_m: None }
}

fn at(s: i64) -> Timestamp {
    Timestamp::from_ms(1_772_424_000_000 + s * 1_000).unwrap()
}

/// Seconds at which the arrival was told, and of the arrival.
fn told(fixes: &[(i64, f64)]) -> Option<(i64, i64)> {
    let mut fences = Fences::default();
    let s = |t: Timestamp| (t.ms() - at(0).ms()) / 1_000;
    fixes.iter().find_map(|&(t, m)| Some((t, s(fences.see(Uuid::nil(), PLACE, at(0), fix(t, m))?))))
}

#[test]
fn who_stays_near_is_there_since_it_came_near() {
    // 20 m/s, then it stands: it came within 100 m at 45 s.
    assert_eq!(told(&[(0, 1_000.0), (30, 400.0), (50, 0.0), (60, 10.0), (75, 5.0)]), Some((75, 45)));
    // It jumps about at the edge and is still there.
    assert_eq!(told(&[(0, 90.0), (10, 120.0), (20, 80.0), (30, 140.0)]), Some((30, 0)));
}

#[test]
fn who_drives_past_is_not_there() {
    assert_eq!(told(&[(0, 400.0), (10, 200.0), (20, 0.0), (30, -200.0), (40, -400.0), (90, -1_400.0)]), None);
    // Between two fixes, as fast.
    assert_eq!(told(&[(0, 300.0), (30, -300.0)]), None);
    // It never was near.
    assert_eq!(told(&[(0, 300.0), (100, 200.0), (200, 190.0), (290, 300.0)]), None);
}

#[test]
fn a_stay_between_two_fixes_counts_where_the_time_allows_it() {
    // 400 m take 80 s at walking pace with a stop at each door: the rest it was there.
    assert_eq!(told(&[(0, 200.0), (200, -200.0)]), Some((200, 50)));
    // After too long nothing is known of the way.
    assert_eq!(told(&[(0, 200.0), (400, -200.0)]), None);
}

#[test]
fn what_is_older_than_the_order_or_than_the_last_fix_tells_nothing() {
    assert_eq!(told(&[(-60, 0.0), (-20, 0.0), (0, 0.0), (20, 0.0)]), None);
    assert_eq!(told(&[(0, 0.0), (20, 0.0), (10, 500.0), (31, 0.0)]), Some((31, 0)));
}
