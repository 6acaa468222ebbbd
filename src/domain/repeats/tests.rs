use fastrand::Rng;

use super::*;
use crate::domain::incidents::{Incidents, reported};

/// The rule, looked at two by two.
fn repeats(limits: &Limits, a: &Incident, b: &Incident) -> bool {
    let days = (a.reported_at.ms() - b.reported_at.ms()).abs() as f64 / 86_400_000.0;
    a.id != b.id
        && a.matter.is_some()
        && a.matter == b.matter
        && a.at.distance_m(b.at) <= f64::from(limits.within_m)
        && days <= f64::from(limits.within_days)
}

fn incident(rng: &mut Rng, n: usize) -> Incident {
    let begin = reported().reported_at;
    Incident {
        id: Uuid::from_u128(n as u128 + 1),
        at: LngLat::new(112.0 + rng.f64() * 0.004, 27.0 + rng.f64() * 0.004).unwrap(),
        matter: (rng.u8(..5) > 0).then(|| Code::new(&format!("M{}", rng.u8(..3))).unwrap()),
        synthetic: rng.u8(..4) == 0,
        status: [IncidentStatus::Reported, IncidentStatus::Closed][rng.usize(..2)],
        // Whole days, so that some lie on the limit itself.
        reported_at: begin.plus_ms(rng.i64(0..90) * DAY_MS),
        ..reported()
    }
}

#[test]
fn the_index_finds_what_the_rule_says_of_every_two() {
    let mut rng = Rng::with_seed(20);
    let all: Vec<_> = (0..600).map(|n| incident(&mut rng, n)).collect();
    let index = Incidents::load(all.clone(), Timestamp::MIN);
    let mut several = 0;
    for limits in [Limits::default(), Limits { within_m: 30, within_days: 7 }] {
        for one in &all {
            let mut want: Vec<_> = all.iter().filter(|other| repeats(&limits, one, other)).map(|i| i.id).collect();
            let sought = Sought::of(one);
            let found = sought.iter().flat_map(|s| {
                let page = index.page(&s.filter(&limits, Sight::default()), None, usize::MAX);
                page.into_iter().filter_map(|i| s.evidence(&i)).collect::<Vec<_>>()
            });
            let mut found: Vec<_> = found.map(|r| r.id).collect();
            want.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, want, "{limits:?}: {one:?}");
            let earlier = |other: &&Incident| (other.reported_at, other.id) < (one.reported_at, one.id);
            let real = |other: &&Incident| !other.synthetic && repeats(&limits, one, other);
            let is_repeat = sought.iter().any(|s| s.is_repeat(&index, &limits, &Sight::default()));
            assert_eq!(is_repeat, all.iter().filter(earlier).any(|other| real(&other)), "{limits:?}: {one:?}");
            several += usize::from(want.len() > 1);
        }
    }
    assert!(several > 50, "{several}");
}

#[test]
fn evidence_says_which_was_there_first() {
    let first = Incident { matter: Some(Code::new("M1").unwrap()), ..reported() };
    let reported_at = first.reported_at.plus_ms(3 * DAY_MS / 2);
    let second = Incident { id: Uuid::from_u128(2), status: IncidentStatus::Closed, reported_at, ..first.clone() };
    let evidence = |of: &Incident, other: &Incident| Sought::of(of).unwrap().evidence(other);
    let [of_second, of_first] = [(&second, &first), (&first, &second)].map(|(a, b)| evidence(a, b).unwrap());
    assert_eq!((of_second.earlier, of_second.days_apart, of_second.distance_m, of_second.open), (true, 1.5, 0.0, true));
    assert_eq!((of_first.earlier, of_first.days_apart, of_first.open), (false, 1.5, false));
    assert_eq!(evidence(&first, &first), None);
    assert!(Sought::of(&reported()).is_none(), "nobody has said what it is about");
}

#[test]
fn limits_that_mean_nothing_are_refused() {
    for (within_m, within_days) in [(0, 30), (2_001, 30), (100, 0), (100, 367)] {
        assert!(Limits { within_m, within_days }.check().is_err(), "{within_m} {within_days}");
    }
    assert!(Limits::default().check().is_ok());
}
