//! Outlines: joining ways to rings, and the middle of rings.

/// Joins ways end to end, in the order given, into as many chains as it takes.
pub fn rings(sides: &[&[i64]]) -> Vec<Vec<i64>> {
    let mut left: Vec<&[i64]> = sides.iter().copied().filter(|s| !s.is_empty()).collect();
    let mut rings = Vec::new();
    while !left.is_empty() {
        let mut ring = left.remove(0).to_vec();
        while let Some(&end) = ring.last().filter(|&&end| end != ring[0] || ring.len() == 1) {
            let Some(i) = left.iter().position(|s| s[0] == end || s[s.len() - 1] == end) else { break };
            let side = left.remove(i);
            if side[0] == end {
                ring.extend(&side[1..]);
            } else {
                ring.extend(side.iter().rev().skip(1));
            }
        }
        rings.push(ring);
    }
    rings
}

/// The centroid of the rings' area together, in 1e-7 degrees; the mean of the corners where they
/// enclose none. `None` when no node is known. Nodes that are not known are left out.
pub fn middle(rings: &[impl AsRef<[i64]>], place: impl Fn(i64) -> Option<[i32; 2]>) -> Option<[i32; 2]> {
    let known = |ring: &[i64]| -> Vec<[i32; 2]> { ring.iter().filter_map(|&n| place(n)).collect() };
    let rings: Vec<Vec<[i32; 2]>> = rings.iter().map(|r| known(r.as_ref())).collect();
    let corners: Vec<[i32; 2]> = rings.iter().flatten().copied().collect();
    let origin = *corners.first()?;
    // Relative to a corner, so that products stay exact: the shoelace formula, twice the area, and
    // six times its moments.
    let (mut area, mut moment) = (0i128, [0i128; 2]);
    for ring in &rings {
        let (mut twice, mut six) = (0i128, [0i128; 2]);
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let from = |p: &[i32; 2]| [0, 1].map(|axis| i128::from(p[axis]) - i128::from(origin[axis]));
            let ([ax, ay], [bx, by]) = (from(a), from(&b));
            let cross = ax * by - bx * ay;
            twice += cross;
            six = [six[0] + (ax + bx) * cross, six[1] + (ay + by) * cross];
        }
        // Rings may run either way round; all count as land.
        let sign = twice.signum();
        area += sign * twice;
        moment = [moment[0] + sign * six[0], moment[1] + sign * six[1]];
    }
    let n = corners.len() as i128;
    let mean = |axis: usize| corners.iter().map(|c| i128::from(c[axis])).sum::<i128>() / n;
    let at = |axis: usize| match area {
        0 => mean(axis) as i32,
        _ => (i128::from(origin[axis]) + moment[axis] / (3 * area)) as i32,
    };
    Some([at(0), at(1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_in_any_direction_join_to_rings() {
        let sides: [&[i64]; 4] = [&[1, 2, 3], &[5, 4, 3], &[5, 1], &[7, 8, 9, 7]];
        assert_eq!(rings(&sides), [vec![1, 2, 3, 4, 5, 1], vec![7, 8, 9, 7]]);
        assert_eq!(rings(&[&[1, 2], &[3, 4]]).len(), 2);
    }

    #[test]
    fn the_middle_of_an_l_is_its_centroid() {
        // Two squares of 2 by 2 and one of 2 by 2 on top: centroid (5/3, 5/3).
        let l = [[0, 0], [400, 0], [400, 200], [200, 200], [200, 400], [0, 400]];
        let place = |n: i64| l.get(n as usize - 1).copied();
        let ring = [1, 2, 3, 4, 5, 6, 1];
        assert_eq!(middle(&[&ring[..]], place), Some([166, 166]));
        let back: Vec<i64> = ring.iter().rev().copied().collect();
        assert_eq!(middle(&[&back[..]], place), Some([166, 166]));
        assert_eq!(middle(&[&[1, 2, 99][..]], place), Some([200, 0]));
        assert_eq!(middle(&[&[99][..]], place), None);
    }
}
