use fastrand::Rng;

use super::*;
use crate::{
    dijkstra::{drive_ms, route},
    drawn::{Draws, drawn, random},
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

/// One Dijkstra per candidate.
fn oracle(g: &Graph, target: &Snapped, candidates: &[Candidate], k: usize) -> (Vec<(u64, usize)>, Vec<usize>) {
    let mut ws = Workspace::default();
    let mut drive = |c: &Candidate| drive_ms(g, &mut ws, c.at.position(), target.position(), CLOSED - 1);
    let drives: Vec<Option<u32>> = candidates.iter().map(&mut drive).collect();
    let total = |(i, ms): (usize, &Option<u32>)| Some((u64::from((*ms)?) + u64::from(candidates[i].extra_ms), i));
    let mut all: Vec<(u64, usize)> = drives.iter().enumerate().filter_map(total).collect();
    all.sort_unstable();
    let lost = (0..candidates.len()).filter(|&i| drives[i].is_none() && all.len() < k).collect();
    all.truncate(k);
    (all, lost)
}

#[test]
fn hits_equal_one_dijkstra_per_candidate() {
    let (mut dice, mut ws) = (Rng::with_seed(21), Workspace::default());
    for round in 0..2000 {
        let g = random(&mut dice);
        let target = snapped(&g, dice.position(&g));
        let candidate =
            |d: &mut Rng| Candidate { at: snapped(&g, d.position(&g)), extra_ms: d.usize(..4) as u32 * 7000 };
        let candidates: Vec<Candidate> = (0..dice.usize(..12)).map(|_| candidate(&mut dice)).collect();
        let k = dice.usize(..6);
        let found = nearest(&g, &mut ws, &target, &candidates, k, true);
        let hits: Vec<(u64, usize)> = found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect();
        let want = oracle(&g, &target, &candidates, k);
        assert_eq!((hits, found.unreachable), want, "round {round}: k {k} {target:?} {candidates:?}");
        for hit in found.hits {
            let c = candidates[hit.candidate];
            let r = hit.route.unwrap();
            assert_eq!(r.segments.iter().map(|s| s.ms).sum::<u32>(), hit.drive_ms, "round {round}");
            assert_eq!((r.points[0], r.points[r.points.len() - 1]), (c.at.point, target.point), "round {round}");
            let length_m: f64 = r.points.windows(2).map(|p| p[0].distance_m(p[1])).sum();
            assert!((length_m - r.length_m).abs() < 0.1, "round {round}");
            let forward = route(&g, &mut ws, c.at.position(), target.position(), CLOSED - 1).unwrap();
            assert_eq!(forward.drive_ms, r.drive_ms, "round {round}");
        }
    }
}

#[test]
fn a_slower_start_can_lose_against_a_longer_drive() {
    let g = drawn("A  B     C", &["A-B", "B-C"]);
    let target = snapped(&g, Position { link: 0, offset_mm: 0 });
    let near = Candidate { at: snapped(&g, Position { link: 0, offset_mm: 200_000 }), extra_ms: 120_000 };
    let far = Candidate { at: snapped(&g, Position { link: 1, offset_mm: 500_000 }), extra_ms: 0 };
    let found = nearest(&g, &mut Workspace::default(), &target, &[near, far], 2, false);
    assert_eq!(found.hits.iter().map(|h| h.candidate).collect::<Vec<_>>(), [1, 0]);
    assert!(found.unreachable.is_empty() && found.hits.iter().all(|h| h.route.is_none()));
}
