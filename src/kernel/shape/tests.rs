use super::*;
use geo::{GeodesicArea, polygon};

fn square() -> MultiPolygon<f64> {
    polygon!(exterior: [(x: 0.0, y: 0.0), (x: 0.01, y: 0.0), (x: 0.01, y: 0.01), (x: 0.0, y: 0.01)],
             interiors: [[(x: 0.004, y: 0.004), (x: 0.006, y: 0.004), (x: 0.006, y: 0.006), (x: 0.004, y: 0.006)]])
    .into()
}

fn at(lng: f64, lat: f64) -> LngLat {
    LngLat { lng, lat }
}

#[test]
fn the_border_counts_as_inside_and_holes_do_not() {
    let s = square();
    for p in [at(0.0, 0.005), at(0.0, 0.0), at(0.004, 0.005), at(0.003, 0.003)] {
        assert!(contains(&s, p), "{p}");
    }
    for p in [at(0.005, 0.005), at(-1e-12, 0.005), at(0.011, 0.0)] {
        assert!(!contains(&s, p), "{p}");
    }
}

#[test]
fn border_distance_is_metres_from_either_side() {
    // A thousandth of a degree along the equator, and of the meridian, which is shorter there.
    let [east_m, north_m] = [111.319, 110.574];
    for (p, m) in [(at(-0.001, 0.005), east_m), (at(0.001, 0.005), east_m), (at(0.005, 0.005), north_m)] {
        let d = border_distance_m(&square(), p);
        assert!((d - m).abs() < 1e-3, "{p}: {d}");
    }
}

#[test]
fn distances_are_those_of_geodesics() {
    use geo::{Distance, Geodesic, Point};
    let mut dice = fastrand::Rng::with_seed(5);
    let mut share = || dice.usize(..1_000_001) as f64 / 1e6;
    for _ in 0..2_000 {
        let p = at(share() * 360.0 - 180.0, share() * 160.0 - 80.0);
        let far = 0.08 * share();
        let squeeze = p.lat.to_radians().cos();
        let lng = p.lng + (2.0 * share() - 1.0) * far / squeeze;
        // Across the meridian of 180 degrees, too.
        let q = at((lng + 540.0).rem_euclid(360.0) - 180.0, p.lat + (2.0 * share() - 1.0) * far);
        let want = Geodesic.distance(Point::new(p.lng, p.lat), Point::new(q.lng, q.lat));
        let found = segment_distance_m(p, q, q);
        assert!((found - want).abs() < 1e-3 + 5e-6 * want, "{p} {q}: {found} {want}");
    }
}

#[test]
fn areas_equal_geodesic_areas() {
    for lat in [0.0, 30.7, 54.2, -45.0] {
        let s = square().map_coords(|c| Coord { x: c.x + 120.0, y: c.y + lat });
        let (ours, theirs) = (area_m2(&s), rewind(&s).geodesic_area_signed());
        assert!((ours / theirs - 1.0).abs() < 2e-6, "{lat}: {ours} {theirs}");
    }
}

#[test]
fn clipping_cuts_holes_and_keeps_area() {
    let window = |w: f64, e: f64| polygon![(x: w, y: -0.001), (x: e, y: -0.001), (x: e, y: 0.011), (x: w, y: 0.011)];
    let (left, right) = (clip(&square(), &window(-0.001, 0.005)), clip(&square(), &window(0.005, 0.011)));
    let sum = area_m2(&left) + area_m2(&right);
    assert!((sum / area_m2(&square()) - 1.0).abs() < 1e-7, "{sum}");
    assert!(contains(&square(), interior_point(&left).unwrap()));
    assert!(clip(&square(), &window(0.5, 0.6)).0.is_empty());
}

#[test]
fn rewinding_follows_rfc_7946() {
    use geo::{Winding, winding_order::WindingOrder};
    let mut p = square().0.remove(0);
    p.exterior_mut(|r| r.make_cw_winding());
    let r = rewind(&p.into());
    assert_eq!(r.0[0].exterior().winding_order(), Some(WindingOrder::CounterClockwise));
    assert_eq!(r.0[0].interiors()[0].winding_order(), Some(WindingOrder::Clockwise));
}
