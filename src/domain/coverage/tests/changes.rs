//! What would be otherwise, against coverage computed for it.

use std::cmp::Reverse;

use fastrand::Rng;

use super::*;
use crate::domain::coverage::{
    difference::{Difference, FLIPS_LISTED},
    ranking::{Gain, Measure, Vacancy},
};

#[test]
fn nothing_changed_is_no_difference() {
    let (base, squads) = world(&mut Rng::with_seed(600), &Level::ALL, strict());
    let coverage = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
    let same = Difference::new(&coverage, &coverage, &Tally::default());
    assert_eq!((same.flips.count, &same.before), (0, &same.after));
    assert!(same.townships.iter().all(|t| t.before == t.after) && same.townships.len() == 2);
}

#[test]
fn cells_that_flip_are_those_whose_status_differs() {
    let mut flipped = 0;
    for seed in 601..607 {
        let (base, squads) = world(&mut Rng::with_seed(seed), &Level::ALL, strict());
        let members = posts(&base, &squads);
        let [before, after] =
            [&members[..], &members[..members.len() / 6]].map(|m| Coverage::compute(&base, m, 1).unwrap());
        let d = Difference::new(&before, &after, &Tally::default());
        let rows = before.cells().into_iter().zip(after.cells());
        let want: Vec<_> = rows
            .filter(|(b, a)| b.status != a.status)
            .map(|(b, a)| (b.cell, b.status, a.status, b.best_s, a.best_s))
            .collect();
        let found: Vec<_> =
            d.flips.cells.iter().map(|f| (f.cell.clone(), f.from, f.to, f.before_s, f.after_s)).collect();
        assert_eq!((d.flips.count, &found[..]), (want.len(), &want[..want.len().min(FLIPS_LISTED)]), "seed {seed}");
        assert_eq!((d.before, d.after), (before.summary(&Tally::default()), after.summary(&Tally::default())));
        flipped += want.len();
    }
    assert!(flipped > 100, "{flipped}");
}

#[test]
fn the_gain_of_a_post_is_what_coverage_gains_with_a_squad_there() {
    let (mut gained, mut nowhere) = (0, 0);
    for seed in 610..618 {
        let mut dice = Rng::with_seed(seed);
        let (base, mut squads) = world(&mut dice, &Level::ALL, strict());
        // Few squads leave something to gain.
        for id in ["S1", "S2", "S3", "S4", "S5"] {
            let squad = squads.get(&Code::new(id).unwrap()).unwrap().as_ref().clone();
            squads.put(Squad { status: SquadStatus::OutOfService, ..squad });
        }
        let incidents = base.tally((0..300).map(|_| place(&mut dice)));
        let now = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
        let mut places: Vec<LngLat> = (0..40).map(|_| place(&mut dice)).collect();
        places.push(LngLat { lng: 1.0, lat: 1.0 });
        let profile = Profile::ALL[seed as usize % 3];
        let with_one_at = |&at: &LngLat| {
            let mut more = squads.clone();
            more.put(Squad { profile: profile.into(), ..squad("new", at, 10) });
            let then = Coverage::compute(&base, &posts(&base, &more), 1).unwrap();
            let on_road = then.squads.iter().any(|id| id.as_str() == "new");
            (then.summary(&incidents), then, on_road)
        };
        let with_one: Vec<_> = places.iter().map(with_one_at).collect();
        let summary = now.summary(&incidents);
        for weight in [Measure::Cells, Measure::Area, Measure::Buildings, Measure::Incidents] {
            let vacancy = Vacancy { profile, turnout_s: 10, weight, incidents: &incidents };
            let ranking = now.rank(&mut Workspace::default(), &places, vacancy);
            let share = |s: &Summary| match (weight, s.shares.all) {
                (Measure::Cells, _) => [s.cells.covered.into(), s.cells.total.into()],
                (Measure::Area, all) => [all.area_m2.covered, all.area_m2.total],
                (Measure::Buildings, all) => [all.buildings.covered, all.buildings.total],
                (Measure::Incidents, all) => [all.incidents.covered, all.incidents.total],
            };
            // Square metres are rounded after they were added up.
            let close = |a: f64, b: u64| (a - b as f64).abs() <= if weight == Measure::Area { 1.0 } else { 0.0 };
            let [covered, total] = share(&summary);
            assert!(close(ranking.covered, covered) && close(ranking.total, total), "seed {seed}: {weight:?}");
            assert_eq!(ranking.gains.len(), places.len());
            let order = |g: &Gain| (g.no_road, Reverse(g.gain.round() as u64));
            assert!(ranking.gains.is_sorted_by_key(order), "seed {seed}: {weight:?}");
            for g in &ranking.gains {
                let (then_summary, then, on_road) = &with_one[g.place];
                let case = format!("seed {seed}: {weight:?} at {}", places[g.place]);
                assert_eq!(g.no_road, !on_road, "{case}");
                assert!(close(ranking.covered + g.gain, share(then_summary)[0]), "{case}");
                assert_eq!(g.covered_cells, then_summary.cells.covered - summary.cells.covered, "{case}");
                assert_eq!(g.reached_cells, summary.cells.unreachable - then_summary.cells.unreachable, "{case}");
                if weight == Measure::Cells {
                    let reached = now.times.iter().zip(then.times.iter()).filter(|(t, _)| t.best.is_somebody());
                    let (ms, n) = reached.fold((0.0, 0), |(ms, n), (_, t)| (ms + f64::from(t.best.ms), n + 1));
                    let mean = (n > 0).then(|| ms / f64::from(n));
                    assert_eq!(g.mean_best_ms, mean, "{case}");
                    assert!(ranking.mean_best_ms >= mean, "{case}");
                }
                gained += usize::from(g.gain > 0.0);
                nowhere += usize::from(g.no_road);
            }
        }
    }
    assert!(gained > 100 && nowhere > 8, "{gained} gain, {nowhere} without a road");
}
