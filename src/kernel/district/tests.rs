use super::*;
use crate::testing::uniform;

/// A lobed island with a bay, off the grid of axes.
fn island() -> MultiPolygon<f64> {
    let n = 400;
    let ring: LineString<f64> = (0..n)
        .map(|i| {
            let t = f64::from(i) / f64::from(n) * std::f64::consts::TAU;
            let r = 0.05 * (1.0 + 0.3 * (3.0 * t).sin() + 0.1 * (17.0 * t).cos());
            (120.7 + r * t.cos(), 30.7 + r * t.sin())
        })
        .collect();
    shape::rounded(&Polygon::new(ring, vec![]).into())
}

fn places(seed: u64, n: usize) -> Vec<LngLat> {
    let (mut random, island) = (uniform(seed), island());
    std::iter::repeat_with(|| LngLat { lng: 120.62 + 0.16 * random(), lat: 30.62 + 0.16 * random() })
        .filter(|p| shape::contains(&island, *p))
        .take(n)
        .collect()
}

fn assert_tiles(pieces: &[MultiPolygon<f64>], parent: &MultiPolygon<f64>) {
    let audit = topology::audit(&pieces.iter().collect::<Vec<_>>());
    assert!(audit.overlaps.is_empty() && audit.gaps.is_empty(), "{audit:?}");
    let sum: f64 = pieces.iter().map(shape::area_m2).sum();
    let parent = shape::area_m2(parent);
    assert!((sum / parent - 1.0).abs() < 1e-6, "{sum} of {parent}");
}

#[test]
fn voronoi_cells_tile_the_parent_and_are_nearest_to_their_site() {
    let (island, sites) = (island(), places(1, 12));
    let cells = topology::knit(&voronoi(&island, &sites), &[&island]);
    assert_tiles(&cells, &island);
    let squeeze = 30.7f64.to_radians().cos();
    let d = |a: LngLat, b: LngLat| ((a.lng - b.lng) * squeeze).hypot(a.lat - b.lat);
    for p in places(2, 2_000) {
        let owner = cells.iter().position(|c| shape::contains(c, p)).unwrap();
        let nearest = sites.iter().map(|s| d(*s, p)).fold(f64::INFINITY, f64::min);
        assert!(d(sites[owner], p) <= nearest + 1e-5, "{p} in {owner}");
    }
    assert_eq!(voronoi(&island, &sites[..1]), [island]);
}

#[test]
fn cuts_keep_the_limits_and_tile_the_parent() {
    let island = island();
    // Half of the weight in one corner, some of it all on one spot.
    let mut weights: Vec<Weighted> = places(3, 500).into_iter().map(|p| (p, 1.0)).collect();
    weights
        .extend(places(4, 200).into_iter().map(|p| (LngLat { lng: 120.72 + (p.lng - 120.7) / 20.0, lat: p.lat }, 2.0)));
    weights.extend(std::iter::repeat_n((places(5, 1)[0], 1.0), 90));
    weights.retain(|w| shape::contains(&island, w.0));
    let limits = GridLimits { max_weight: 40.0, max_area_m2: 6e6 };
    let pieces = topology::knit(&weighted_cuts(&island, &weights, &limits), &[&island]);
    assert_tiles(&pieces, &island);
    let joined = join_fragments(pieces.clone(), &weights, &limits);
    assert_tiles(&joined, &island);
    assert_eq!(
        joined,
        join_fragments(topology::knit(&weighted_cuts(&island, &weights, &limits), &[&island]), &weights, &limits)
    );
    let mut heavy = 0;
    for piece in &pieces {
        assert!(shape::area_m2(piece) <= limits.max_area_m2 * 1.000_001 && piece.0.len() == 1);
        let weight: f64 = weights.iter().filter(|w| shape::contains(piece, w.0)).map(|w| w.1).sum();
        let r = piece.bounding_rect().unwrap();
        let side = LngLat::from(r.max()).local_m(r.min().into());
        assert!(weight <= limits.max_weight || side[0].max(side[1]) < MIN_SIDE_M, "{weight}");
        heavy += usize::from(weight > 10.0);
    }
    assert!((20..80).contains(&pieces.len()) && heavy > 15, "{} {heavy}", pieces.len());
}
