use geo::{BooleanOps, LineString, Polygon};

use super::*;
use crate::{
    domain::zones::squares::{code, squares},
    kernel::testing::uniform,
};

fn drawn(shapes: &[MultiPolygon<f64>]) -> Vec<Drawn> {
    let zone = |i| Drawn { code: code(&format!("Z{i:02}")), name: format!("zone {i}"), name_zh: None, parts: vec![] };
    (0..shapes.len()).map(zone).collect()
}

#[test]
fn outlines_of_atoms_come_back_as_they_were() {
    let atoms = squares(12, 0.002);
    let mut random = uniform(5);
    for round in 0..10 {
        let zone: Vec<usize> = atoms.ixs().map(|_| (random() * 6.0) as usize).collect();
        let own = |z: usize| atoms.ixs().filter(|a| zone[*a as usize] == z).collect();
        let sets: Vec<Vec<AtomIx>> = (0..6).map(own).collect();
        let shapes: Vec<_> = sets.iter().map(|s| atoms.outline(s.iter().copied())).collect();
        let found = convert(&atoms, &drawn(&shapes), &shapes).unwrap();
        assert!(found.atoms.values().eq(&sets), "round {round}");
        for z in &found.report.zones {
            assert!(z.gained_m2 < 1.0 && z.lost_m2 < 1.0 && (z.drawn_m2 - z.atoms_m2).abs() < 1.0, "{round}: {z:?}");
        }
        assert!(found.report.left_out.is_empty() && found.report.untouched == 0);
    }
}

/// Blots over the county, with gaps and overlaps.
fn blots(random: &mut dyn FnMut() -> f64) -> Vec<MultiPolygon<f64>> {
    let blot = |random: &mut dyn FnMut() -> f64| {
        let (x, y, r) = (0.024 * random(), 0.024 * random(), 0.002 + 0.008 * random());
        let wave = random() * 9.0;
        let ring: LineString<f64> = (0..40)
            .map(|i| {
                let t = f64::from(i) / 40.0 * std::f64::consts::TAU;
                let r = r * (1.0 + 0.3 * (3.0 * t + wave).sin());
                (x + r * t.cos(), y + r * t.sin())
            })
            .collect();
        shape::rewind(&shape::rounded(&Polygon::new(ring, vec![]).into()))
    };
    (0..9).map(|_| blot(random)).collect()
}

#[test]
fn an_atom_goes_where_most_of_it_lies() {
    let atoms = squares(12, 0.002);
    let mut random = uniform(6);
    let mut seen = [0; 3];
    for round in 0..20 {
        let shapes = blots(&mut random);
        let zones = drawn(&shapes);
        let found = convert(&atoms, &zones, &shapes).unwrap();
        let (mut held, mut atoms_m2) = (vec![0.0; shapes.len()], vec![0.0; shapes.len()]);
        for (ix, atom) in atoms.iter() {
            let parts: Vec<f64> = shapes.iter().map(|s| shape::area_m2(&s.intersection(atoms.shape(ix)))).collect();
            let most = (0..parts.len()).rev().max_by(|&a, &b| parts[a].round().total_cmp(&parts[b].round())).unwrap();
            let goes = parts[most] > 1.0 && parts[most] >= atom.area_m2 - parts.iter().sum::<f64>();
            let holder = found.atoms.iter().find(|(_, own)| own.contains(&ix)).map(|(zone, _)| zone);
            assert_eq!(holder, goes.then(|| &zones[most].code), "round {round}, atom {}, {parts:?}", atom.code);
            let left_out = found.report.left_out.iter().any(|l| l.atom == atom.code);
            assert_eq!(left_out, !goes && parts[most] > 1.0, "round {round}, atom {}", atom.code);
            seen[usize::from(goes) + usize::from(left_out) * 2] += 1;
            if goes {
                held[most] += parts[most];
                atoms_m2[most] += atom.area_m2;
            }
        }
        for (i, z) in found.report.zones.iter().enumerate() {
            let want = [atoms_m2[i] - held[i], shape::area_m2(&shapes[i]) - held[i]];
            let near = |got: f64, want: f64| (got - want).abs() < 30.0;
            assert!(near(z.gained_m2, want[0]) && near(z.lost_m2, want[1]), "round {round}: {z:?}, not {want:?}");
        }
    }
    assert!(seen.iter().all(|n| *n > 50), "{seen:?}");
}

#[test]
fn zones_elsewhere_and_unknown_atoms_are_refused() {
    let atoms = squares(2, 0.002);
    let far = vec![crate::domain::zones::squares::rect([5.0, 5.0, 6.0, 6.0])];
    let e = convert(&atoms, &drawn(&far), &far).unwrap_err();
    assert!(e.detail.contains("county 1"), "{e}");
    let row = |atom: &str, zone: Option<&str>| (code(atom), zone.map(code));
    let found = assigned(&atoms, &[row("g000001", Some("Z")), row("g001001", None)]).unwrap();
    assert_eq!(found, BTreeMap::from([(code("Z"), vec![atoms.index("g000001").unwrap()])]));
    let e = assigned(&atoms, &[row("g009009", Some("Z"))]).unwrap_err();
    assert!(e.detail.contains("g009009"), "{e}");
}
