//! Seeded randomness for tests, and shapes thrown by it.

use std::collections::BTreeSet;

use geo::{Coord, CoordsIter, LineString, MultiPolygon, Polygon};

/// Uniform numbers in [0, 1).
pub fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut dice = fastrand::Rng::with_seed(seed);
    move || dice.f64()
}

/// Numbers of [`uniform`].
pub type Dice<'a> = &'a mut dyn FnMut() -> f64;

pub(crate) fn ring(points: &[[f64; 2]]) -> LineString<f64> {
    points.iter().chain(points.first()).map(|p| Coord { x: p[0], y: p[1] }).collect()
}

pub(crate) fn shape(points: &[[f64; 2]]) -> MultiPolygon<f64> {
    Polygon::new(ring(points), vec![]).into()
}

/// Quadrilaterals between jittered nodes, some cut along a diagonal, `n` by `n`, each 100 wide.
pub fn quilt(n: usize, dice: Dice) -> Vec<MultiPolygon<f64>> {
    let mut nodes: Vec<[f64; 2]> = Vec::new();
    for y in 0..=n {
        for x in 0..=n {
            nodes.push([x, y].map(|v| (v as f64 * 100.0 + 40.0 * (dice() - 0.5)).round()));
        }
    }
    let at = |x: usize, y: usize| nodes[y * (n + 1) + x];
    let mut shapes = Vec::new();
    for y in 0..n {
        for x in 0..n {
            let [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            if dice() < 0.2 {
                shapes.extend([shape(&[a, b, c]), shape(&[c, d, a])]);
            } else if dice() < 0.2 {
                // A hole, and what fills it.
                let inner = [[-10.0, -10.0], [10.0, -10.0], [10.0, 10.0], [-10.0, 10.0]]
                    .map(|o| [0, 1].map(|i| ((a[i] + b[i] + c[i] + d[i]) / 4.0 + o[i]).round()));
                shapes.push(Polygon::new(ring(&[a, b, c, d]), vec![ring(&inner)]).into());
                shapes.push(shape(&inner));
            } else {
                shapes.push(shape(&[a, b, c, d]));
            }
        }
    }
    // Zones of several parts, which share no border, and rings wound either way.
    let shared = |a: &MultiPolygon<f64>, b: &MultiPolygon<f64>| {
        let corners =
            |s: &MultiPolygon<f64>| s.coords_iter().map(|c| [c.x, c.y].map(f64::to_bits)).collect::<BTreeSet<_>>();
        corners(a).intersection(&corners(b)).count()
    };
    for _ in 0..n {
        let (i, j) = (pick(dice, shapes.len()), pick(dice, shapes.len()));
        if i != j && shared(&shapes[i], &shapes[j]) < 2 {
            let parts = shapes[i].0.clone();
            shapes[j].0.extend(parts);
            shapes.remove(i);
        }
    }
    for s in &mut shapes {
        if dice() < 0.3 {
            s.0.iter_mut().for_each(|p| p.exterior_mut(|r| r.0.reverse()));
        }
    }
    shapes
}

pub(crate) fn pick(dice: Dice, below: usize) -> usize {
    (dice() * below as f64) as usize
}
