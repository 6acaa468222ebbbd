use fastrand::Rng;

use super::*;
use crate::drawn::{Draws, random};

#[test]
fn part_and_rest_are_the_whole_edge_and_parts_add_up() {
    let mut dice = Rng::with_seed(1);
    for _ in 0..300 {
        let g = random(&mut dice);
        let (a, b) = (dice.position(&g), dice.position(&g));
        for (edge, part, rest) in g.edges_at(a) {
            assert_eq!(part + rest, g.ms(edge), "{a:?}");
        }
        let b = Position { link: a.link, offset_mm: b.offset_mm.min(g.topology.link_mm[a.link as usize]) };
        if let (Some((edge, ms)), true) = (g.along(a, b), a.offset_mm < b.offset_mm) {
            assert_eq!(g.part_ms(edge, a.offset_mm) + ms, g.part_ms(edge, b.offset_mm), "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_section_begins_and_ends_where_it_is_told_either_way_round() {
    let mut dice = Rng::with_seed(3);
    for _ in 0..300 {
        let g = random(&mut dice);
        let a = dice.position(&g);
        let b =
            Position { link: a.link, offset_mm: dice.usize(..g.topology.link_mm[a.link as usize] as usize + 1) as u32 };
        let there = g.section(a.link, a.offset_mm, b.offset_mm);
        assert_eq!((there[0], there[there.len() - 1]), (g.point_at(a), g.point_at(b)));
        let length_m: f64 = there.windows(2).map(|p| p[0].distance_m(p[1])).sum();
        let want_m = f64::from(a.offset_mm.abs_diff(b.offset_mm)) / 1000.0;
        assert!((length_m - want_m).abs() < 0.05, "{length_m} {want_m} {a:?} {b:?}");
    }
}
