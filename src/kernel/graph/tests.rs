use fastrand::Rng;

use super::*;
use crate::{
    dijkstra::{Workspace, drive_ms},
    drawn::{Draws, drawn, random_with_rules},
};

#[test]
fn a_graph_under_another_metric_is_the_one_built_with_it() {
    let (mut dice, mut ws) = (Rng::with_seed(4), Workspace::default());
    for round in 0..400 {
        let g = random_with_rules(&mut dice);
        let other: Vec<u32> = (0..2 * g.links()).map(|_| dice.usize(..9_000) as u32).collect();
        let other = |e: EdgeIx| Some(other[e as usize]).filter(|ms| *ms > 1_800).unwrap_or(CLOSED);
        let changed = g.under(|e, ms| ms.saturating_add(other(e)));
        let row =
            |side| (0..g.links() as u32).map(|l| g.ms(2 * l + side).saturating_add(other(2 * l + side))).collect();
        let metric = Metric { forward_ms: row(0), backward_ms: row(1) };
        let built = Graph::with_rules(g.topology.clone(), metric, g.turns.clone(), g.at_ends.clone()).unwrap();
        assert_eq!(changed.metric, built.metric, "round {round}");
        let on_main = |g: &Graph| (0..g.links() as u32).map(|l| g.on_main(l)).collect::<Vec<_>>();
        assert_eq!(on_main(&changed), on_main(&g), "round {round}: closures move the main part");
        for _ in 0..8 {
            let (from, to) = (dice.position(&g), dice.position(&g));
            let mut drive = |g: &Graph| drive_ms(g, &mut ws, from, to, CLOSED - 1);
            assert_eq!(drive(&changed), drive(&built), "round {round}: {from:?} to {to:?}");
        }
    }
}

#[test]
fn a_graph_that_does_not_hang_together_is_refused() {
    let g = drawn("A B", &["A-B"]);
    let broken = |change: fn(&mut Topology, &mut Metric)| {
        let (mut t, mut m) = (Topology::clone(&g.topology), g.metric.clone());
        change(&mut t, &mut m);
        Graph::new(t, m).map(|_| ()).unwrap_err().detail
    };
    assert!(broken(|t, _| t.link_head[0] = 9).contains("node"));
    assert!(broken(|_, m| m.forward_ms.clear()).contains("length"));
    assert!(broken(|t, _| t.shape_e7.truncate(1)).contains("shape"));
    assert!(broken(|t, _| t.names.clear()).contains("name"));
    assert!(broken(|t, _| t.parts[0].last = 2).contains("parts"));
    assert!(broken(|t, _| t.part_start = vec![1, 1]).contains("parts"));
    let rules = |at_ends| Graph::with_rules(g.topology.clone(), g.metric.clone(), vec![], at_ends);
    assert!([vec![1, 0], vec![0, 0], vec![2]].into_iter().all(|edges| rules(edges).is_err()));
    assert!(rules(vec![0, 1]).is_ok());
}

#[test]
fn classes_are_read_as_they_are_written() {
    for class in RoadClass::ALL {
        assert_eq!(class.name().parse::<RoadClass>().unwrap(), class);
    }
    assert!("cycleway".parse::<RoadClass>().is_err());
}
