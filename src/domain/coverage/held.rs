//! How much of what is expected each squad holds: what would be missing of it in the mean if it were away. The marginal
//! weight of the maximal expected covering location problem (Daskin 1983), by which Jagtenberg, Bhulai and van der Mei
//! dispatch (EJOR 2017): who is free now may not be when the next case comes.

use super::{Base, CellIx, Member, Tally};
use crate::kernel::graph::CLOSED;

/// How likely that is.
const BUSY: f64 = 0.2;
/// Each limit counts as much: a place that somebody reaches in a quarter of an hour is held better.
const LIMITS_MIN: [u32; 3] = [15, 30, 60];

impl Base {
    /// Of each of the members a share of `expected`, between 0 and 1; 0 where nothing is expected.
    pub fn held(&self, members: &[Member], expected: &Tally) -> Vec<f64> {
        if members.is_empty() {
            return Vec::new();
        }
        let outer = &self.outer;
        let mut weights = vec![0.0; self.accessible()];
        for (ix, cell) in (0 as CellIx..).zip(self.cells()) {
            let Some(access) = cell.access else { continue };
            weights[access as usize] +=
                outer.of_cell(ix).map(|piece| f64::from(expected.0.get(piece).copied().unwrap_or(0))).sum::<f64>();
        }
        let all: f64 = weights.iter().sum::<f64>() * LIMITS_MIN.len() as f64;
        let mut held = vec![0.0; members.len()];
        if all == 0.0 {
            return held;
        }
        for limit_ms in LIMITS_MIN.map(|minutes| minutes * 60_000) {
            let before_ms = |m: &Member| self.definition().before_ms(m.extra_s);
            let reaches = |m: &Member, cell: usize| m.reach[cell] != CLOSED && before_ms(m) + m.reach[cell] <= limit_ms;
            let depth = |cell: usize| members.iter().filter(|m| reaches(m, cell)).count() as i32;
            // Of so many who would be in time the last one counts where all others are busy.
            let last = |cell: usize| weights[cell] * (1.0 - BUSY) * BUSY.powi((depth(cell) - 1).max(0));
            let last: Vec<f64> = (0..weights.len()).map(last).collect();
            for (held, member) in held.iter_mut().zip(members) {
                *held +=
                    (0..last.len()).filter(|cell| reaches(member, *cell)).map(|cell| last[cell]).sum::<f64>() / all;
            }
        }
        held
    }
}
