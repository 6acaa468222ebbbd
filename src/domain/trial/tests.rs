use fastrand::Rng;

use super::*;

const ALWAYS: Range<u32> = 0..u32::MAX;

/// A small random day: ties, cases nobody comes to, shifts that end.
fn random_day(dice: &mut Rng, cases: usize, squads: usize) -> Day {
    let mut made: Vec<Case> = (0..cases)
        .map(|_| {
            let ready_s = dice.u32(..20) * 60;
            let way = |dice: &mut Rng| Way {
                s: (dice.usize(..8) > 0).then(|| dice.u32(1..8) * 60),
                straight_m: f64::from(dice.u32(..5)),
                own_zone: dice.usize(..3) == 0,
                own_township: dice.usize(..2) == 0,
            };
            let ways = (0..squads).map(|_| way(dice)).collect();
            let (due_s, takes_s) = (ready_s + dice.u32(2..10) * 60, dice.u32(..10) * 60);
            Case { ready_s, due_s, urgent: dice.usize(..4) == 0, takes_s, ways }
        })
        .collect();
    made.sort_by_key(|case| case.ready_s);
    let shift = |dice: &mut Rng| match dice.usize(..3) {
        0 => vec![0..600, 900..1_200],
        1 => vec![Range { start: 300, end: 4_000 }],
        _ => vec![ALWAYS],
    };
    Day { cases: made, shifts: (0..squads).map(|_| shift(dice)).collect() }
}

/// Every order of all cases, each given to every squad in turn.
fn tried_all(day: &Day, left: &mut Vec<usize>, back: &mut Vec<u32>, late: usize, best: &mut usize) {
    if left.is_empty() {
        *best = late.min(*best);
        return;
    }
    for i in 0..left.len() {
        let n = left.remove(i);
        let case = &day.cases[n];
        for squad in 0..back.len() {
            let before = back[squad];
            let leaves = day.sets_out(squad, case.ready_s.max(before));
            let come =
                leaves.and_then(|leaves_s| Some((leaves_s + case.ways[squad].s?, leaves_s + case.keeps_s(squad)?)));
            // Who has no way, or no shift any more, leaves the case late.
            let (arrives, busy) = come.unwrap_or((u32::MAX, before));
            back[squad] = busy;
            tried_all(day, left, back, late + usize::from(arrives > case.due_s), best);
            back[squad] = before;
        }
        left.insert(i, n);
    }
}

#[test]
fn the_optimum_is_that_of_all_orders_and_no_policy_beats_it_nor_it_the_bound() {
    let (mut above_bound, mut closest_worse) = (0, 0);
    for seed in 0..400 {
        let mut dice = Rng::with_seed(seed);
        let (cases, squads) = (dice.usize(1..6), dice.usize(1..4));
        let day = random_day(&mut dice, cases, squads);
        let mut best = usize::MAX;
        tried_all(&day, &mut (0..cases).collect(), &mut vec![0; squads], 0, &mut best);
        let optimum = fewest_late(&day).unwrap();
        assert_eq!(optimum, best, "seed {seed}: {day:?}");
        let bound = late_at_least(&day);
        assert!(bound <= optimum, "seed {seed}: {day:?}");
        above_bound += usize::from(bound < optimum);
        for policy in Tried::ALL {
            let mut any = |free: &[usize]| free.iter().map(|squad| (squad * 7 % 5) as f64).collect();
            let late = day.late(&day.play(policy, &mut any));
            assert!(late >= optimum, "seed {seed}, {policy:?}: {late} of {day:?}");
            closest_worse += usize::from(policy == Tried::Closest && late > optimum);
        }
    }
    assert!(above_bound > 30 && closest_worse > 20, "{above_bound} {closest_worse}");
}

#[test]
fn larger_days_have_no_exact_optimum() {
    let mut dice = Rng::with_seed(1);
    assert!(fewest_late(&random_day(&mut dice, CASES_MAX, 3)).is_some());
    assert_eq!(fewest_late(&random_day(&mut dice, CASES_MAX + 1, 3)), None);
}

/// A case at minute 0 for each of these: minutes of the ways, with the limit.
fn drawn(cases: &[(&[u32], u32, bool)], takes_min: u32) -> Day {
    let one = |(n, (ways, limit, urgent)): (usize, &(&[u32], u32, bool))| Case {
        ready_s: n as u32 * 60,
        due_s: n as u32 * 60 + limit * 60,
        urgent: *urgent,
        takes_s: takes_min * 60,
        ways: ways
            .iter()
            .enumerate()
            .map(|(s, way)| Way {
                s: Some(way * 60),
                straight_m: f64::from(10 - *way),
                own_zone: s == 1,
                own_township: s == 1,
            })
            .collect(),
    };
    let shifts = cases[0].0.iter().map(|_| vec![ALWAYS]).collect();
    Day { cases: cases.iter().enumerate().map(one).collect(), shifts }
}

#[test]
fn each_policy_sends_whom_it_says() {
    // The first squad is nearer to both; only it is in time at the second.
    let day = drawn(&[(&[2, 4], 5, false), (&[3, 9], 5, false)], 30);
    let sent = |policy, uncovered: [f64; 2]| {
        let mut uncovers = |free: &[usize]| free.iter().map(|&squad| uncovered[squad]).collect();
        let arrivals = day.play(policy, &mut uncovers);
        (arrivals.iter().map(|at| at.map(|s| s / 60)).collect::<Vec<_>>(), day.late(&arrivals))
    };
    assert_eq!(sent(Tried::Closest, [1.0, 0.0]), (vec![Some(2), Some(1 + 9)], 1));
    assert_eq!(sent(Tried::CoverageAware, [1.0, 0.0]), (vec![Some(4), Some(1 + 3)], 0));
    assert_eq!(sent(Tried::CoverageAware, [0.0, 1.0]), (vec![Some(2), Some(1 + 9)], 1));
    assert_eq!(sent(Tried::ZoneFirst, [0.0; 2]), (vec![Some(4), Some(1 + 3)], 0));
    // It waits until its own squad is back: 4 + 30 + 4 minutes, then 9.
    assert_eq!(sent(Tried::OwnTownship, [0.0; 2]), (vec![Some(4), Some(38 + 9)], 1));
    assert_eq!(sent(Tried::StraightLine, [0.0; 2]), (vec![Some(4), Some(1 + 3)], 0));
    assert_eq!((fewest_late(&day), late_at_least(&day)), (Some(0), 0));
    let urgent = drawn(&[(&[2, 4], 5, true), (&[3, 9], 5, true)], 30);
    let mut uncovers = |free: &[usize]| vec![0.0; free.len()];
    for policy in [Tried::Closest, Tried::ZoneFirst, Tried::CoverageAware] {
        assert_eq!(urgent.play(policy, &mut uncovers)[0], Some(120), "{policy:?}");
    }
}

#[test]
fn an_interval_holds_the_mean_and_tells_what_chance_does_not() {
    let better = compare(&[0.1, 0.2, 0.1, 0.15], &[0.2, 0.3, 0.15, 0.25], 1);
    assert!(better.is_better() && !better.is_worse() && (better.better, better.worse) == (4, 0));
    assert!(
        (better.mean + 0.0875).abs() < 1e-12 && better.interval[0] <= better.mean && better.mean <= better.interval[1]
    );
    let same = compare(&[0.1, 0.2, 0.3], &[0.2, 0.1, 0.3], 1);
    assert!(!same.is_better() && !same.is_worse() && (same.better, same.worse) == (1, 1));
    assert_eq!(same, compare(&[0.1, 0.2, 0.3], &[0.2, 0.1, 0.3], 1));
}
