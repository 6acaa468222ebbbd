//! What sending a squad uncovers, against coverage computed without it.

use fastrand::Rng;

use super::*;

/// Covered cells, their buildings and incidents, by piece.
fn covered(coverage: &Coverage, incidents: &Tally) -> [u32; 3] {
    let base = &coverage.base;
    let cells = (0..base.cells().len() as CellIx).filter(|ix| coverage.status(*ix) == CellStatus::Covered);
    cells.fold([0; 3], |[cells, buildings, cases], ix| {
        let pieces = || base.outer.of_cell(ix);
        let count = |p: usize| incidents.0[p];
        [
            cells + 1,
            buildings + pieces().map(|p| base.outer.pieces[p].buildings).sum::<u32>(),
            cases + pieces().map(count).sum::<u32>(),
        ]
    })
}

fn loss(before: [u32; 3], after: [u32; 3]) -> Loss {
    let [cells, buildings, incidents] = [0, 1, 2].map(|n| before[n] - after[n]);
    Loss { cells, buildings, incidents }
}

#[test]
fn sending_uncovers_what_is_no_longer_covered_and_who_moves_up_leaves_the_least() {
    let (mut moved, mut lost) = (0, 0);
    for seed in 0..60 {
        let mut dice = Rng::with_seed(seed);
        let (base, squads) = world(&mut dice, &[Level::County, Level::Township, Level::Grid], strict());
        let incidents = base.tally((0..100).map(|_| place(&mut dice)));
        let members = posts(&base, &squads);
        for minutes in [1, 2, 4] {
            let coverage = Coverage::compute(&base, &members, minutes).unwrap();
            let before = covered(&coverage, &incidents);
            for (n, sent) in members.iter().enumerate() {
                let others: Vec<Member> = members.iter().filter(|m| m.squad != sent.squad).cloned().collect();
                let without = |members: &[Member]| {
                    loss(before, covered(&Coverage::compute(&base, members, minutes).unwrap(), &incidents))
                };
                let stays = without(&others);
                assert_eq!(coverage.loss(&sent.squad, &incidents), stays, "{seed} {minutes} {n}");
                lost += stays.cells;
                // Each of the others in its place, all others where they are. A move may cover what nobody did.
                let may = |id: &Code| id.as_str() != "S4";
                let place = |mover: usize| {
                    let mut all = others.clone();
                    all[mover].reach = Arc::clone(&sent.reach);
                    let then = Coverage::compute(&base, &all, minutes).unwrap();
                    let gone = (0..base.cells().len() as CellIx).filter(|ix| {
                        coverage.status(*ix) == CellStatus::Covered && then.status(*ix) != CellStatus::Covered
                    });
                    let pieces = |ix| base.outer.of_cell(ix);
                    gone.fold(Loss::default(), |l, ix| Loss {
                        cells: l.cells + 1,
                        buildings: l.buildings + pieces(ix).map(|p| base.outer.pieces[p].buildings).sum::<u32>(),
                        incidents: l.incidents + pieces(ix).map(|p| incidents.0[p]).sum::<u32>(),
                    })
                };
                let weight = |l: &Loss| (l.buildings, l.cells);
                let best = (0..others.len())
                    .filter(|m| may(&others[*m].squad))
                    .map(|m| MoveUp { squad: others[m].squad.clone(), left: place(m) })
                    .min_by_key(|m| weight(&m.left))
                    .filter(|m| weight(&m.left) < weight(&stays));
                moved += u32::from(best.is_some());
                assert_eq!(coverage.move_up(&members, &sent.squad, may, &incidents), best, "{seed} {minutes} {n}");
            }
        }
    }
    assert!(moved > 20 && lost > 1_000, "{moved} {lost}");
}

/// Over all ways in which squads may be busy.
fn expected_coverage(base: &Arc<Base>, members: &[&Member], incidents: &Tally) -> f64 {
    let mut sum = 0.0;
    for free in 0..1usize << members.len() {
        let there: Vec<Member> =
            (0..members.len()).filter(|n| free >> n & 1 == 1).map(|n| members[n].clone()).collect();
        let likely: f64 = (0..members.len()).map(|n| if free >> n & 1 == 1 { 0.8 } else { 0.2 }).product();
        for minutes in [15, 30, 60] {
            let coverage = Coverage::compute(base, &there, minutes).unwrap();
            sum += likely * f64::from(covered(&coverage, incidents)[2]) / 3.0;
        }
    }
    sum
}

#[test]
fn a_squad_holds_what_would_be_missing_in_the_mean_without_it() {
    let mut holding = 0;
    for seed in 0..10 {
        let mut dice = Rng::with_seed(seed);
        let slow = Definition { handling_s: 800, ..strict() };
        let (base, squads) = world(&mut dice, &[Level::County, Level::Township, Level::Grid], slow);
        let incidents = base.tally((0..100).map(|_| place(&mut dice)));
        let members = posts(&base, &squads);
        let held = base.held(&members, &incidents);
        let all: Vec<&Member> = members.iter().collect();
        let cells = (0..base.cells().len() as CellIx).filter(|ix| base.cell(*ix).access.is_some());
        let reachable: u32 = cells.flat_map(|ix| base.outer.of_cell(ix)).map(|piece| incidents.0[piece]).sum();
        for (n, share) in held.iter().enumerate() {
            let others: Vec<&Member> = all.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, m)| *m).collect();
            let missing = expected_coverage(&base, &all, &incidents) - expected_coverage(&base, &others, &incidents);
            assert!((share * f64::from(reachable) - missing).abs() < 1e-6, "seed {seed}, squad {n}");
            holding += usize::from(*share > 0.0);
        }
    }
    assert!(holding > 10, "{holding}");
    let (base, _) = world(&mut Rng::with_seed(1), &[Level::County], strict());
    assert_eq!(base.held(&[], &base.tally([])), [0.0; 0]);
}
