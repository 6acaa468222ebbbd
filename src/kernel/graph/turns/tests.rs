use fastrand::Rng;

use super::oracle::Edges;
use crate::{
    dijkstra::{Workspace, drive_ms, route},
    drawn::{Draws, drawn, random, random_at_ends, random_turns},
    graph::{CLOSED, Graph, Position, ends::Stage},
    nearest::{Candidate, nearest},
    reach::reach,
    snap::Snapped,
};

fn snapped(g: &Graph, at: Position) -> Snapped {
    Snapped {
        link: at.link,
        offset_mm: at.offset_mm,
        point: g.point_at(at),
        distance_m: 0.0,
        island: false,
        moved: None,
    }
}

#[test]
fn every_search_equals_one_over_edges_that_remembers_its_way() {
    let (mut dice, mut ws) = (Rng::with_seed(61), Workspace::default());
    let (mut detours, mut lost) = (0, 0);
    for round in 0..1500 {
        let free = random(&mut dice);
        let (turns, at_ends) = (random_turns(&mut dice, &free), random_at_ends(&mut dice, &free));
        let turns = if round % 5 == 0 { vec![] } else { turns };
        let (topology, metric) = (free.topology.clone(), free.metric.clone());
        let g = Graph::with_rules(topology, metric, turns.clone(), at_ends.clone()).unwrap();
        let from = dice.position(&g);
        let targets: Vec<Snapped> = (0..4).map(|_| snapped(&g, dice.position(&g))).collect();
        let edges = Edges::new(&free, &turns, &at_ends);
        let drives = edges.from(from);
        let want: Vec<Option<u32>> = targets.iter().map(|t| drives.ms(t.position())).collect();
        let found = reach(&g, &mut ws, &snapped(&g, from), &targets, CLOSED - 1);
        let case = format!("round {round}: {from:?} to {targets:?}, {turns:?}, {at_ends:?}");
        assert_eq!(found, want.iter().map(|w| w.unwrap_or(CLOSED)).collect::<Vec<_>>(), "{case}");
        for (t, want) in targets.iter().zip(want) {
            let r = route(&g, &mut ws, from, t.position(), CLOSED - 1);
            assert_eq!(r.as_ref().map(|r| r.drive_ms), want, "{case}");
            assert!(r.is_none_or(|r| r.segments.iter().map(|s| s.ms).sum::<u32>() == r.drive_ms), "{case}");
            let candidates = [Candidate { at: snapped(&g, from), extra_ms: 7 }];
            let found = nearest(&g, &mut ws, t, &candidates, 1, true);
            let hit = found.hits.first().map(|h| (h.drive_ms, h.route.as_ref().unwrap()));
            assert_eq!(hit.map(|h| h.0), want, "{case}");
            assert!(hit.is_none_or(|(ms, r)| r.segments.iter().map(|s| s.ms).sum::<u32>() == ms), "{case}");
            let unrestricted = drive_ms(&free, &mut ws, from, t.position(), CLOSED - 1);
            detours += usize::from(want.is_some() && unrestricted < want);
            lost += usize::from(want.is_none() && unrestricted.is_some());
        }
    }
    assert!(detours > 150 && lost > 150, "{detours} detours, {lost} lost: the cases are too tame");
}

#[test]
fn links_of_the_main_part_reach_each_other() {
    let (mut dice, mut off) = (Rng::with_seed(62), 0);
    for round in 0..400 {
        let free = random(&mut dice);
        let (turns, at_ends) = (random_turns(&mut dice, &free), random_at_ends(&mut dice, &free));
        let (topology, metric) = (free.topology.clone(), free.metric.clone());
        let g = Graph::with_rules(topology, metric, turns.clone(), at_ends.clone()).unwrap();
        let main: Vec<Snapped> = (0..g.links() as u32)
            .filter(|&l| g.on_main(l))
            .map(|link| snapped(&g, Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 }))
            .collect();
        off += (0..g.links() as u32).filter(|&l| free.on_main(l) && !g.on_main(l)).count();
        let edges = Edges::new(&free, &turns, &at_ends);
        for from in &main {
            let drives = edges.from(from.position());
            assert!(
                main.iter().all(|to| drives.ms(to.position()).is_some()),
                "round {round}: {from:?} {turns:?} {at_ends:?}"
            );
        }
    }
    assert!(off > 100, "{off}");
}

#[test]
fn who_begins_within_a_forbidden_sequence_has_not_driven_its_beginning() {
    // A-B-C-D; from A over B-C one may not go on to D.
    let g = drawn("A  B  C  D", &["A-B", "B-C", "C-D"]);
    let g = Graph::with_turns(g.topology, g.metric, vec![vec![0, 2, 4]]).unwrap();
    let drive = |from, to| {
        let at = |link| Position { link, offset_mm: 150_000 };
        drive_ms(&g, &mut Workspace::default(), at(from), at(to), CLOSED - 1).map(|ms| ms / 1000)
    };
    assert_eq!((drive(0, 1), drive(1, 2)), (Some(30), Some(30)));
    // Back at C the drive has B-C, C-B, B-C behind it.
    assert_eq!(drive(0, 2), Some(120));
    assert_eq!(g.nodes(), 4 + 2);
}

/// Seconds between the middles of links.
fn middles(g: &Graph) -> impl Fn(u32, u32) -> Option<u32> {
    let at = |link| Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 };
    move |from, to| drive_ms(g, &mut Workspace::default(), at(from), at(to), CLOSED - 1).map(|ms| (ms + 500) / 1000)
}

#[test]
fn nobody_drives_through_a_yard_and_all_drive_into_it_out_of_it_and_about_it() {
    // The yard B-C-D-E is a short cut from A to F; G lies in it.
    let art = "A..B..C..D..E..F\n......G.........\n.H............I.";
    let g = drawn(art, &["A-B", "B-C", "C-D", "D-E", "E-F", "C-G", "B-H", "H-I", "I-E"]);
    let g = Graph::with_rules(g.topology, g.metric, vec![], vec![2, 3, 4, 5, 6, 7, 10, 11]).unwrap();
    let s = middles(&g);
    // B-H-I-E is 283 m, 1,300 m and 283 m long.
    assert_eq!((s(0, 4), s(4, 0)), (Some(217), Some(217)), "past the yard");
    assert_eq!((s(0, 1), s(0, 2), s(0, 5)), (Some(30), Some(60), Some(50)), "into it");
    assert_eq!((s(1, 0), s(5, 4)), (Some(30), Some(80)), "out of it");
    assert_eq!((s(1, 3), s(5, 2)), (Some(60), Some(20)), "within it");
    // B and E stand for three stages each, C, D and G for two.
    assert_eq!(g.nodes(), 9 + 2 + 2 + 3);
    let stages = |junction| {
        let nodes = (0..g.nodes() as u32).filter(|&n| g.junction(n) == junction);
        nodes.map(|n| g.stage(n)).collect::<Vec<_>>()
    };
    assert_eq!(stages(1), [Stage::Leaving, Stage::Open, Stage::Entering]);
    assert_eq!(stages(6), [Stage::Leaving, Stage::Entering]);
    assert_eq!(stages(7), [Stage::Open]);
    assert!((0..9).all(|link| g.on_main(link)));
    // A closure closes both.
    let closed = g.under(|edge, ms| if edge / 2 == 2 { CLOSED } else { ms });
    let s = middles(&closed);
    assert_eq!((s(0, 5), s(5, 0), s(0, 3), s(1, 3)), (Some(50), Some(50), Some(217), Some(217)));
}

#[test]
fn a_yard_with_one_door_needs_no_copies_where_all_turns_are_free() {
    let art = "A..B..C\n...D...\n...E..F";
    let g = drawn(art, &["A-B", "B-C", "B-D", "D-E", "E-F"]);
    let yard = vec![4, 5, 6, 7, 8, 9];
    let with = |turns| Graph::with_rules(g.topology.clone(), g.metric.clone(), turns, yard.clone()).unwrap();
    assert_eq!(with(vec![]).nodes(), 6);
    // From A one may not go on to C, nor by turning round in the yard.
    let narrow = with(vec![vec![0, 2]]);
    let s = middles(&narrow);
    assert_eq!((s(0, 1), s(0, 4), s(4, 1)), (None, Some(50), Some(50)));
}

#[test]
fn a_turn_that_is_none_is_refused() {
    let g = drawn("A B C", &["A-B", "B-C"]);
    for turn in [vec![], vec![0], vec![0, 3], vec![0, 4]] {
        assert!(Graph::with_turns(g.topology.clone(), g.metric.clone(), vec![turn]).is_err());
    }
}
