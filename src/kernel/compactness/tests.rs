use geo::Polygon;

use super::*;
use crate::{shape, testing::uniform};

fn shape(points: &[(f64, f64)]) -> MultiPolygon<f64> {
    Polygon::new(points.to_vec().into(), vec![]).into()
}

#[test]
fn the_l_shape_has_its_known_figures() {
    let c = compactness(&shape(&[(0., 0.), (4., 0.), (4., 2.), (2., 2.), (2., 4.), (0., 4.)])).unwrap();
    let near = |got: f64, want: f64| assert!((got - want).abs() < 5e-8, "{got}, not {want}");
    near(c.polsby_popper, 0.589_048_6);
    near(c.reock, 0.480_546_6);
    near(c.hull, 0.857_142_9);
    assert_eq!(compactness(&MultiPolygon::new(vec![])), None);
}

#[test]
fn the_smallest_circle_is_that_of_brute_force() {
    let mut random = uniform(3);
    for round in 0..200 {
        let points: Vec<Coord<f64>> =
            (0..2 + round % 9).map(|_| Coord { x: (random() * 9.0).round(), y: (random() * 9.0).round() }).collect();
        let mut best = f64::INFINITY;
        for (i, &a) in points.iter().enumerate() {
            for (j, &b) in points.iter().enumerate().skip(i) {
                let circles = points[j..].iter().map(|&c| Circle::through(a, b, c)).chain([Circle::across(a, b)]);
                let holding = circles.filter(|c| points.iter().all(|&p| c.holds(p)));
                best = holding.map(|c| c.radius).fold(best, f64::min);
            }
        }
        let found = smallest_circle(points.clone());
        assert!((found.radius - best).abs() < 1e-9 && points.iter().all(|&p| found.holds(p)), "{points:?}: {found:?}");
    }
}

#[test]
fn lambert_keeps_areas_and_is_true_at_its_centre() {
    for centre in [LngLat { lng: 120.7, lat: 30.7 }, LngLat { lng: -4.5, lat: 54.2 }] {
        let lambert = Lambert::around(centre);
        let o = lambert.project(centre);
        assert!(o.x.hypot(o.y) < 1e-6, "{o:?}");
        for d in [0.0, 0.3, 1.0] {
            let (x, y) = (centre.lng + d, centre.lat + d);
            let s = shape(&[(x, y), (x + 0.002, y), (x + 0.003, y + 0.002), (x, y + 0.001)]);
            let (projected, true_m2) = (lambert.shape(&s).unsigned_area(), shape::area_m2(&s));
            assert!((projected / true_m2 - 1.0).abs() < 1e-5, "{centre} {d}: {projected}, not {true_m2}");
        }
        let p = LngLat { lng: centre.lng + 0.01, lat: centre.lat + 0.01 };
        let q = lambert.project(p);
        assert!((q.x.hypot(q.y) / centre.distance_m(p) - 1.0).abs() < 0.004, "{q:?}");
    }
}
