use super::*;
use crate::{shape, testing::uniform};
use geo::BooleanOps;

/// Two spiky discs, the first with a hole; wound at random.
fn blobs(seed: u64, lng: f64, lat: f64, vertices: usize) -> MultiPolygon<f64> {
    let mut random = uniform(seed);
    let mut ring = |x: f64, radius: f64, n: usize| {
        let mut points: Vec<Coord> = (0..n)
            .map(|i| {
                let (sin, cos) = (i as f64 / n as f64 * std::f64::consts::TAU).sin_cos();
                let r = radius * (0.5 + 0.5 * random());
                Coord { x: x + r * cos, y: lat + r * sin }
            })
            .collect();
        if random() < 0.5 {
            points.reverse();
        }
        LineString::new(points)
    };
    let first = Polygon::new(ring(lng, 0.02, vertices), vec![ring(lng, 0.008, vertices / 4)]);
    let second = Polygon::new(ring(lng + 0.06, 0.01, vertices), vec![]);
    shape::rounded(&MultiPolygon::new(vec![first, second]))
}

#[test]
fn the_pieces_of_an_area_add_up_to_it() {
    for (seed, lng, lat) in [(1, -4.5, 54.2), (2, 120.75, 30.75), (3, 0.0, 0.0), (4, 10.0, -45.0), (5, 25.0, 78.0)] {
        for resolution in [Resolution::Seven, Resolution::Eight, Resolution::Nine] {
            let shape = blobs(seed, lng, lat, 200);
            let cuts = Cutter::new(resolution).cut(&shape);
            let (sum, whole) = (cuts.iter().map(|c| c.area_m2).sum::<f64>(), shape::area_m2(&shape));
            assert!((sum / whole - 1.0).abs() < 1e-8, "seed {seed} at {lng},{lat} {resolution}: {sum} of {whole} m2");
            assert!(cuts.windows(2).all(|w| w[0].cell < w[1].cell));
        }
    }
}

#[test]
fn every_piece_equals_a_general_intersection_and_no_cell_is_missed() {
    for seed in 0..4 {
        let shape = blobs(seed, -4.5, 54.2, 60);
        let cuts = Cutter::new(Resolution::Nine).cut(&shape);
        let middle = cell_of(LngLat { lng: -4.47, lat: 54.2 }, Resolution::Nine).unwrap();
        let mut met = 0;
        for cell in middle.grid_disk::<Vec<_>>(25) {
            let want = shape::area_m2(&shape.intersection(&outline(cell)));
            let got = cuts.iter().find(|c| c.cell == cell).map_or(0.0, |c| c.area_m2);
            // Edges straight in degrees there, in the projection here: apart by millimetres.
            assert!((got - want).abs() < 2.0, "seed {seed}, cell {cell}: {got} m2, not {want}");
            met += usize::from(got > 0.0);
        }
        assert!(met > 20 && met == cuts.len(), "seed {seed}: {met} of {} in the disk", cuts.len());
    }
}

#[test]
fn a_cell_cut_from_itself_is_whole_and_alone() {
    let cell = cell_of(LngLat { lng: 120.75, lat: 30.75 }, Resolution::Nine).unwrap();
    assert_eq!(cell_of(centre(cell), Resolution::Nine), Some(cell));
    let cuts = Cutter::new(Resolution::Nine).cut(&outline(cell).into());
    let [only] = cuts[..] else { panic!("{cuts:?}") };
    // The sphere of H3 and the ellipsoid differ by up to half a percent.
    assert!(only.cell == cell && (only.area_m2 / cell.area_m2() - 1.0).abs() < 7e-3, "{only:?}");
}

#[test]
fn nothing_is_cut_from_nothing() {
    assert!(Cutter::new(Resolution::Nine).cut(&MultiPolygon::new(vec![])).is_empty());
    assert_eq!(cell_of(LngLat { lng: f64::NAN, lat: 0.0 }, Resolution::Nine), None);
}
