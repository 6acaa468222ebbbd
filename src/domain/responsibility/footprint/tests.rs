use fastrand::Rng;

use super::{super::tests::areas, *};

/// A place in the drawn county, 0.2° wide and 0.1° high.
fn place(dice: &mut Rng) -> LngLat {
    let share = |dice: &mut Rng| dice.usize(..1_001) as f64 / 1_000.0;
    LngLat { lng: 112.0 + 0.2 * share(dice), lat: 27.0 + 0.1 * share(dice) }
}

/// How much of many samples lies on each ground.
fn sampled(areas: &Areas, samples: impl Iterator<Item = LngLat>) -> BTreeMap<Ground, f64> {
    let (mut counts, mut all): (BTreeMap<Ground, f64>, f64) = (BTreeMap::new(), 0.0);
    for at in samples {
        *counts.entry(Ground::at(areas, at)).or_default() += 1.0;
        all += 1.0;
    }
    counts.values_mut().for_each(|n| *n /= all);
    counts
}

fn check(found: &[Piece], sampled: &BTreeMap<Ground, f64>, within: f64, what: &str) {
    let sum: f64 = found.iter().map(|p| p.share).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{what}: {sum}");
    for piece in found {
        let want = sampled.get(&piece.ground).copied().unwrap_or(0.0);
        assert!((piece.share - want).abs() < within, "{what}: {piece:?} is {want} by samples");
    }
    let known = |ground: &Ground| found.iter().any(|p| p.ground == *ground);
    let missed: Vec<_> = sampled.iter().filter(|(g, share)| !known(g) && **share > within).collect();
    assert!(missed.is_empty(), "{what}: {missed:?}");
}

#[test]
fn shares_of_lines_and_polygons_are_those_of_samples_and_sum_to_one() {
    let areas = areas();
    let mut grounds = 0;
    for seed in 0..40 {
        let mut dice = Rng::with_seed(seed);
        let places: Vec<LngLat> = (0..2 + dice.usize(..4)).map(|_| place(&mut dice)).collect();
        let Ok(Footprint::Line(line)) = Footprint::line(&places) else { continue };
        let found = Footprint::Line(line.clone()).pieces(&areas).unwrap();
        let of = |segment: Line<f64>| {
            // So many samples that each stands for the same length.
            let n = (Geodesic.distance(segment.start_point(), segment.end_point()) / 5.0) as usize;
            (0..n).map(move |i| (segment.start + segment.delta() * ((i as f64 + 0.5) / n as f64)).into())
        };
        check(&found, &sampled(&areas, line.lines().flat_map(of)), 0.005, &format!("line {seed}"));
        let whole: f64 = found.iter().map(|p| p.size).sum();
        assert!((whole / length_m(&line) - 1.0).abs() < 1e-6, "{seed}");
        grounds += found.len();

        let (a, b) = (place(&mut dice), place(&mut dice));
        let [w, e, s, n] = [a.lng.min(b.lng), a.lng.max(b.lng), a.lat.min(b.lat), a.lat.max(b.lat)];
        let ring = [(w, s), (e, s), (e, n), (f64::midpoint(w, e), f64::midpoint(s, n)), (w, s)];
        let ring: Vec<LngLat> = ring.into_iter().map(|(lng, lat)| LngLat { lng, lat }).collect();
        let Ok(Footprint::Area(polygon)) = Footprint::area(&[vec![ring]]) else { continue };
        let found = Footprint::Area(polygon.clone()).pieces(&areas).unwrap();
        let grid = (0..160).flat_map(|i| (0..160).map(move |j| (i, j)));
        let samples = grid.map(|(i, j)| LngLat {
            lng: w + (e - w) * (f64::from(i) + 0.5) / 160.0,
            lat: s + (n - s) * (f64::from(j) + 0.5) / 160.0,
        });
        let samples = samples.filter(|p| shape::contains(&polygon, *p));
        check(&found, &sampled(&areas, samples), 0.02, &format!("polygon {seed}"));
        grounds += found.len();
    }
    assert!(grounds > 150, "{grounds}");
}

#[test]
fn what_runs_along_a_border_is_of_one_side_and_what_leaves_the_county_is_refused() {
    let areas = areas();
    let at = |lng, lat| LngLat { lng, lat };
    let along = Footprint::line(&[at(112.1, 27.0), at(112.1, 27.1)]).unwrap().pieces(&areas).unwrap();
    let townships: Vec<_> = along.iter().filter_map(|p| p.ground.township).collect();
    assert!(townships.windows(2).all(|w| w[0] == w[1]), "{along:?}");
    assert_eq!(along.iter().filter(|p| p.ground.overlays.is_empty()).count(), 1);
    let out = Footprint::line(&[at(112.05, 27.05), at(111.95, 27.05)]).unwrap().pieces(&areas).unwrap_err();
    assert_eq!((out.field.as_deref(), &out.detail[..6]), (Some("footprint"), "50.0 %"));
    let square = vec![at(112.15, 27.05), at(112.25, 27.05), at(112.25, 27.08), at(112.15, 27.08), at(112.15, 27.05)];
    assert!(Footprint::area(&[vec![square]]).unwrap().pieces(&areas).unwrap_err().detail.starts_with("50.0 %"));
}

#[test]
fn what_is_no_footprint_is_refused() {
    let at = |lng, lat| LngLat { lng, lat };
    let bow = vec![at(0.0, 0.0), at(1.0, 1.0), at(1.0, 0.0), at(0.0, 1.0), at(0.0, 0.0)];
    for refused in [
        Footprint::line(&[]),
        Footprint::line(&[at(1.0, 1.0); 3]),
        Footprint::line(&[at(1.0, 1.0); VERTICES_MAX + 1]),
        Footprint::area(&[]),
        Footprint::area(&[vec![vec![at(0.0, 0.0), at(1.0, 0.0), at(0.0, 0.0)]]]),
        Footprint::area(&[vec![bow]]),
    ] {
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("footprint"));
    }
}
