use fastrand::Rng;

use super::*;
use crate::{
    dijkstra::{drive_ms, route},
    drawn::{Draws, random, random_with_rules},
};

#[test]
fn every_cell_equals_a_dijkstra_of_its_own() {
    let (mut dice, mut ws) = (Rng::with_seed(71), Workspace::default());
    for round in 0..400 {
        let g = random_with_rules(&mut dice);
        let mut places = |n: usize| (0..dice.usize(..n)).map(|_| dice.position(&g)).collect::<Vec<_>>();
        let (sources, targets) = (places(6), places(6));
        let found = table(&g, &mut ws, &sources, &targets, false);
        let oracle = |s: &Position, t: &Position| drive_ms(&g, &mut Workspace::default(), *s, *t, CLOSED - 1);
        let want: Vec<Vec<Option<u32>>> =
            sources.iter().map(|s| targets.iter().map(|t| oracle(s, t)).collect()).collect();
        let ms: Vec<Vec<Option<u32>>> =
            found.iter().map(|row| row.iter().map(|leg| leg.map(|l| l.ms)).collect()).collect();
        assert_eq!(ms, want, "round {round}: {sources:?} {targets:?}");
    }
}

#[test]
fn lengths_are_those_of_a_quickest_drive() {
    let (mut dice, mut ws) = (Rng::with_seed(72), Workspace::default());
    let mut different = 0;
    for round in 0..400 {
        let g = random(&mut dice);
        // So that no two ways take equally long.
        let mut metric = g.metric.clone();
        for ms in metric.forward_ms.iter_mut().chain(&mut metric.backward_ms).filter(|ms| **ms != CLOSED) {
            *ms += dice.usize(..1 << 20) as u32;
        }
        let g = Graph::new(g.topology, metric).unwrap();
        let (from, to) = (dice.position(&g), dice.position(&g));
        let want = route(&g, &mut ws, from, to, CLOSED - 1).map(|r| (r.drive_ms, (r.length_m * 1e3).round() as u64));
        let leg = |t: Vec<Vec<Option<Leg>>>| t[0][0].map(|l| (l.ms, l.mm));
        assert_eq!(leg(table(&g, &mut ws, &[from], &[to, to], true)), want, "round {round}: {from:?} {to:?}");
        let reverse = leg(table(&g, &mut ws, &[from, from], &[to], true));
        assert_eq!(reverse.map(|l| l.0), want.map(|l| l.0), "round {round}");
        different += usize::from(reverse != want);
    }
    // Parts of an edge may take equally long (0 ms) and yet differ in length.
    assert!(different <= 2, "{different}");
}
