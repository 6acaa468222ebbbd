use super::*;
use crate::{
    domain::zones::testing::{area, code, rect},
    kernel::testing::uniform,
};

/// Degrees: a county of two townships side by side, the western one with 4 × 4 grids.
const SIDE: f64 = 0.02;

fn half_gridded() -> Arc<Areas> {
    let (west, south) = (5.0, 45.0);
    let square = |w: f64, s: f64, side: f64| rect(w, s, w + side, s + side);
    let mut areas = vec![
        area(Level::County, "1", None, rect(west, south, west + 2.0 * SIDE, south + SIDE)),
        area(Level::Township, "11", Some("1"), square(west, south, SIDE)),
        area(Level::Township, "12", Some("1"), square(west + SIDE, south, SIDE)),
    ];
    for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
        let at = square(west + f64::from(i) * SIDE / 4.0, south + f64::from(j) * SIDE / 4.0, SIDE / 4.0);
        areas.push(area(Level::Grid, &format!("g{i}{j}"), Some("11"), at));
    }
    Arc::new(Areas::new(areas).unwrap())
}

#[test]
fn grids_and_cells_tile_the_county() {
    let areas = half_gridded();
    let atoms = Atoms::new(&code("1"), 1, &areas, Resolution::Nine).unwrap();
    let cells = atoms.iter().filter(|(_, a)| a.township == Some(code("12"))).count();
    assert_eq!(atoms.len() - cells, 16);
    assert!(cells > 20, "{cells}");
    let sum: f64 = atoms.iter().map(|(_, a)| a.area_m2).sum();
    let county = shape::area_m2(&areas.get("1").unwrap().geometry);
    assert!((sum / county - 1.0).abs() < 1e-6, "{sum} {county}");
    let mut codes: Vec<_> = atoms.iter().map(|(_, a)| a.code.clone()).collect();
    codes.sort();
    assert!(atoms.iter().map(|(_, a)| &a.code).eq(&codes));
    // The whole is the county again, but for the vertices where cells meet the border.
    let outline = atoms.outline(atoms.ixs());
    assert!((shape::area_m2(&outline) / county - 1.0).abs() < 1e-6);
    for (ix, atom) in atoms.iter() {
        assert_eq!(atoms.locate(atom.inside), Some(ix), "{}", atom.code);
        assert_eq!(atoms.index(atom.code.as_str()), Some(ix));
    }
}

#[test]
fn look_up_equals_brute_force_over_shapes() {
    let areas = half_gridded();
    let atoms = Atoms::new(&code("1"), 1, &areas, Resolution::Nine).unwrap();
    let mut random = uniform(3);
    for _ in 0..2_000 {
        let p = LngLat { lng: 4.99 + 0.06 * random(), lat: 44.99 + 0.04 * random() };
        let deep = |(ix, _): &(AtomIx, &Atom)| shape::border_distance_m(atoms.shape(*ix), p) > 0.1;
        if !atoms.iter().all(|a| deep(&a)) {
            continue;
        }
        let want = atoms.iter().find(|(ix, _)| shape::contains(atoms.shape(*ix), p)).map(|(ix, _)| ix);
        assert_eq!(atoms.locate(p), want, "{p}");
    }
}

#[test]
fn neighbours_share_metres_of_border() {
    let atoms = Atoms::new(&code("1"), 1, &half_gridded(), Resolution::Nine).unwrap();
    let around = |c: &str| {
        let borders = atoms.neighbours(atoms.index(c).unwrap()).iter();
        borders.map(|b| (atoms.at(b.atom).code.to_string(), b.length_m)).collect::<Vec<_>>()
    };
    let corner = around("g00");
    assert_eq!(corner.iter().map(|b| b.0.as_str()).collect::<Vec<_>>(), ["g01", "g10"]);
    let (wide, high) = (corner[0].1, corner[1].1);
    assert!((wide - 393.1).abs() < 1.0 && (high - 556.0).abs() < 1.0, "{wide} {high}");
    for (ix, _) in atoms.iter() {
        for border in atoms.neighbours(ix) {
            let back = atoms.neighbours(border.atom).iter().find(|b| b.atom == ix).unwrap();
            assert_eq!(back.length_m, border.length_m);
        }
    }
    // Whole cells in the middle have six neighbours.
    let cells = atoms.iter().filter(|(_, a)| a.township == Some(code("12")));
    assert!(cells.filter(|(ix, _)| atoms.neighbours(*ix).len() == 6).count() > 5);
}

#[test]
fn an_unknown_county_is_refused() {
    let areas = half_gridded();
    assert!(Atoms::new(&code("11"), 1, &areas, Resolution::Nine).is_err());
    assert!(Atoms::new(&code("2"), 1, &areas, Resolution::Nine).is_err());
}
