use geo::{LineString, Simplify};

use super::*;
use crate::testing::uniform;

/// By vertex, without those that always stay.
fn tolerances(paths: &[Path]) -> HashMap<Knot, f64> {
    let vertices = paths.iter().flat_map(|path| path.knots.iter().copied());
    let weighed = weigh(paths).into_iter().flatten().map(|vertex| vertex.tolerance);
    vertices.zip(weighed).filter(|(_, tolerance)| tolerance.is_finite()).collect()
}

/// So that no two distances are equal.
fn wavy(dice: &mut impl FnMut() -> f64, from: Knot, to: Knot, n: i32) -> Vec<Knot> {
    let at = |i: i32, axis: usize| from[axis] + (to[axis] - from[axis]) / n * i;
    let mut line: Vec<Knot> = (0..n).map(|i| [0, 1].map(|axis| at(i, axis) + (9_000.0 * dice()) as i32)).collect();
    line[0] = from;
    line.push(to);
    line
}

#[test]
fn what_stays_of_a_line_is_what_douglas_and_peucker_keep() {
    let mut dice = uniform(3);
    for case in 0..200 {
        let n = 2 + (60.0 * dice()) as i32;
        let line = wavy(&mut dice, [0, 0], [400_000, 300_000], n);
        let found = tolerances(&[Path { knots: line.clone(), ring: false }]);
        let tolerance = (1.0 + 40.0 * dice()) * 1e-8;
        let kept: Vec<Knot> =
            line.iter().copied().filter(|k| found.get(k).is_none_or(|most| *most > tolerance)).collect();
        let oracle = LineString::from_iter(line.iter().map(|k| world(coord(*k).into())).map(|[x, y]| (x, y)));
        let oracle = oracle.simplify(tolerance).0.len();
        assert_eq!(kept.len(), oracle, "{case}: {line:?} at {tolerance}");
    }
}

#[test]
fn neighbours_and_islands_keep_the_same_vertices() {
    let mut dice = uniform(5);
    let (south, north) = ([0, 0], [0, 1_000_000]);
    let border = wavy(&mut dice, south, north, 40);
    let back: Vec<Knot> = border.iter().rev().copied().collect();
    let close = |mut ring: Vec<Knot>| {
        ring.push(ring[0]);
        ring
    };
    let west = close([border.clone(), wavy(&mut dice, north, [-500_000, 0], 30)].concat());
    let mut east = close([back, wavy(&mut dice, south, [900_000, 10], 30)].concat());
    // Rings may begin anywhere.
    east.pop();
    east.rotate_left(17);
    let east = close(east);
    let island = close(wavy(&mut dice, [10, 10], [70_000, 10], 9));
    let hole: Vec<Knot> = island.iter().rev().copied().collect();
    let ring = |knots: &Vec<Knot>| Path { knots: knots.clone(), ring: true };
    let ways = [[&west, &east, &island, &hole], [&hole, &east, &island, &west]];
    let [one, other] = ways.map(|way| tolerances(&way.map(ring)));
    assert!(border[1..border.len() - 1].iter().all(|k| one[k] == other[k] && one[k] > 0.0));
    assert!(!one.contains_key(&south) && !one.contains_key(&north), "three borders meet there");
    // Two of its vertices hold an island open; the rest may go.
    assert_eq!(island[1..].iter().filter(|k| !one.contains_key(*k)).count(), 2, "{island:?}");
    assert!(island.iter().all(|k| one.get(k) == other.get(k)));
}
