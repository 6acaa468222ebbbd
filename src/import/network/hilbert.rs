//! An order of places in which neighbours on the map are mostly neighbours in memory.

use crate::import::osm::RawRoads;

/// A Hilbert curve of order 16 over the box of all nodes.
pub(super) struct Hilbert {
    low: [i64; 2],
    span: i64,
}

impl Hilbert {
    pub(super) fn over(raw: &RawRoads) -> Self {
        let range = |axis: usize| {
            let all = || raw.nodes.iter().map(|n| i64::from(n.e7[axis]));
            (all().min().unwrap_or(0), all().max().unwrap_or(0))
        };
        let ((west, east), (south, north)) = (range(0), range(1));
        Self { low: [west, south], span: (east - west).max(north - south).max(1) }
    }

    /// Hilbert's curve by quadrants (Warren, Hacker's Delight, ch. 16).
    pub(super) fn index(&self, e7: [i32; 2]) -> u64 {
        let [mut x, mut y] = [0, 1].map(|axis| ((i64::from(e7[axis]) - self.low[axis]) * 0xFFFF / self.span) as u64);
        let mut d = 0;
        for s in (0..16).rev() {
            let (rx, ry) = (x >> s & 1, y >> s & 1);
            d += ((3 * rx) ^ ry) << (2 * s);
            if ry == 0 {
                if rx == 1 {
                    (x, y) = (0xFFFF - x, 0xFFFF - y);
                }
                (x, y) = (y, x);
            }
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_passes_every_cell_and_steps_to_a_neighbour() {
        let curve = Hilbert { low: [0, 0], span: 0xFFFF };
        // The first 8 of 32 bits: a curve over 16 by 16 cells.
        let cells = (0..256).map(|i| [i % 16, i / 16]);
        let mut walk: Vec<(u64, [i32; 2])> = cells.map(|c| (curve.index(c.map(|v| v << 12)) >> 24, c)).collect();
        walk.sort_unstable();
        assert!(walk.iter().enumerate().all(|(i, step)| step.0 == i as u64), "{walk:?}");
        assert!(
            walk.windows(2).all(|w| w[0].1[0].abs_diff(w[1].1[0]) + w[0].1[1].abs_diff(w[1].1[1]) == 1),
            "{walk:?}"
        );
    }
}
