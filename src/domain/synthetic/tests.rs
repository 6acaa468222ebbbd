use super::*;
use crate::domain::{
    areas::Level,
    zones::testing::{area, rect},
};

fn made(seed: u64, count: u32) -> Vec<Incident> {
    let at = |lng| LngLat::new(lng, 54.0).unwrap();
    let spots = Spots::new([(at(-4.0), 1.0), (at(-5.0), 0.0), (at(-6.0), 3.0)]).unwrap();
    let areas = Areas::new(vec![area(Level::County, "1", None, rect(-7.0, 53.0, -3.0, 55.0))]).unwrap();
    let until = "2026-03-01T00:00:00Z".parse().unwrap();
    incidents(&spots, &Matters::default(), &areas, (seed, count), until).unwrap()
}

#[test]
fn a_seed_gives_the_same_series_and_a_longer_one_begins_with_it() {
    assert_eq!(made(1, 50), made(1, 80)[..50]);
    assert_ne!(made(1, 1)[0].id, made(2, 1)[0].id);
    assert!(made(1, 50).iter().all(|i| i.synthetic && i.source == Source::Demo));
}

#[test]
fn incidents_follow_the_weights_and_the_year() {
    let made = made(7, 2_000);
    let heavy = made.iter().filter(|i| i.at.lng < -5.5).count();
    assert!((1_400..1_600).contains(&heavy), "{heavy} of 2000 where three quarters of the weight is");
    assert!(made.iter().all(|i| (i.at.lng + 5.0).abs() > 0.9), "none where there is no weight");
    let until: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    assert!(made.iter().all(|i| i.reported_at <= until && i.reported_at >= until.plus_ms(-365 * DAY_MS)));
    let open = made.iter().filter(|i| i.status == IncidentStatus::Reported).count();
    assert!((5..60).contains(&open), "{open} open");
}

#[test]
fn without_weight_there_is_no_spot() {
    assert!(Spots::new([(LngLat { lng: 0.0, lat: 0.0 }, 0.0)]).is_none());
}
