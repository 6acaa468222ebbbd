use fastrand::Rng;

use super::*;
use crate::domain::zones::judge::tests::{cut, judge, judged, scene};

#[test]
fn a_comparison_tells_what_moved_and_what_became_of_every_cell() {
    for seed in 0..8 {
        let mut dice = Rng::with_seed(seed);
        let scene = scene(&mut dice);
        let [a, b] = [cut(&scene, &mut dice, 5), cut(&scene, &mut dice, 6)];
        let [mut before, mut after] = [judge(&scene), judge(&scene)];
        let told = [judged(&mut before, &scene, &a), judged(&mut after, &scene, &b)];
        let (was, is) = (before.own_ms(), after.own_ms());
        let atoms = scene.facts.atoms();
        let sides = [
            Side { layer: &a, atoms, judgement: &told[0], own_ms: &was },
            Side { layer: &b, atoms, judgement: &told[1], own_ms: &is },
        ];
        let compare = |a, b| compare(&scene.base, &scene.facts, a, b).unwrap();
        let found = compare(sides[0], sides[1]);
        assert_eq!((&found.before, &found.after), (&told[0], &told[1]));

        let moved: Vec<Code> = atoms
            .iter()
            .filter(|(ix, _)| a.holders[*ix as usize] != b.holders[*ix as usize])
            .map(|(_, atom)| atom.code.clone())
            .collect();
        assert!(found.moved.iter().map(|m| &m.atom).eq(&moved), "seed {seed}");
        assert_eq!(found.flows.iter().map(|f| f.atoms).sum::<usize>(), moved.len());
        for z in &found.zones {
            let held = |layer: &ZoneLayer| layer.atoms_of(z.zone.as_str()).count();
            assert_eq!(held(&a) + z.atoms_gained, held(&b) + z.atoms_lost, "seed {seed}, {}", z.zone);
        }

        // Each side's cells, by the coverage of each zone's squads.
        let pairs = || was.iter().flatten().zip(is.iter().flatten()).filter(|(a, b)| a.is_some() || b.is_some());
        let reached = |ms: &Option<u32>| ms.unwrap_or(NEVER);
        let better = pairs().filter(|(a, b)| reached(b) < reached(a)).count();
        let worse = pairs().filter(|(a, b)| reached(b) > reached(a)).count();
        assert_eq!((found.cells.better.cells, found.cells.worse.cells), (better, worse), "seed {seed}");
        assert!(better > 0 && worse > 0 && found.cells.count == better + worse);

        let back = compare(sides[1], sides[0]);
        let swapped = |c: &CellChanges| (c.better.cells, c.better.mean_change_s.map(|s| -s));
        let straight = |c: &CellChanges| (c.worse.cells, c.worse.mean_change_s);
        assert_eq!(swapped(&back.cells).0, straight(&found.cells).0);
        let same = compare(sides[0], sides[0]);
        assert!(same.moved.is_empty() && same.flows.is_empty() && same.cells.count == 0, "seed {seed}");
    }
}
