//! Last known positions: which of those that devices send can be true.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    base::{BBox, Error, LngLat, Result, Timestamp, check_accuracy, swapped},
    domain::clocks::FIX_AHEAD_MS,
};

/// No squad is as far from the roads, metres: such a position is a tracker's mistake.
const ASTRAY_M: f64 = 100_000.0;
/// Nothing that a squad drives is faster: 250 km/h.
const FASTEST_M_PER_S: f64 = 250.0 / 3.6;
/// Positions may be off by so much in all without saying it, metres: by cell towers, between houses.
const NOISE_M: f64 = 2_000.0;
/// So many fixes in a row that agree with each other are believed against the last good one.
const AGREED: u32 = 3;

/// A reported position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    pub at: LngLat,
    pub fixed_at: Timestamp,
    pub accuracy_m: Option<f64>,
}

impl Fix {
    /// A position as it was sent, in degrees; `roads` is the box around all of them. Refuses what no
    /// squad can have: a tracker without a fix says 0,0, others swap the axes, and a squad that is taken
    /// for far away is sent to nobody.
    pub fn read(
        (lng, lat): (f64, f64),
        fixed_at: Timestamp,
        accuracy_m: Option<f64>,
        roads: Option<BBox>,
        now: Timestamp,
    ) -> Result<Self> {
        check_accuracy(accuracy_m)?;
        fixed_at.not_ahead("fixed_at", now, FIX_AHEAD_MS)?;
        if (lng, lat) == (0.0, 0.0) {
            return Err(Error::invalid("lng", "0,0 is what a tracker without a fix sends"));
        }
        let astray_m = |at: LngLat| roads.map(|roads| roads.distance_m(at)).filter(|m| *m > ASTRAY_M);
        let hint = || swapped((lng, lat), |at| roads.is_some() && astray_m(at).is_none());
        let at = LngLat::new(lng, lat).map_err(|e| Error { detail: format!("{}{}", e.detail, hint()), ..e })?;
        if let Some(m) = astray_m(at) {
            let detail = format!("{lng},{lat} lies {:.0} km from the roads of this service{}", m / 1_000.0, hint());
            return Err(Error::invalid("lng", detail));
        }
        Ok(Self { at, fixed_at, accuracy_m })
    }

    /// Whether a squad that was here can be at the other, later fix.
    fn reaches(&self, later: &Self) -> bool {
        let s = (later.fixed_at.ms() - self.fixed_at.ms()) as f64 / 1_000.0;
        let inexact_m = self.accuracy_m.unwrap_or(0.0) + later.accuracy_m.unwrap_or(0.0);
        self.at.distance_m(later.at) <= NOISE_M + inexact_m + FASTEST_M_PER_S * s
    }
}

/// No fix is as old.
pub const NEVER_MS: i64 = i64::MIN;

/// Last known positions, by number.
#[derive(Debug, Default)]
pub(super) struct Fixes {
    /// When the fix was taken; [`NEVER_MS`] for none. Each next fix has a later time, so this alone
    /// tells who moved.
    fixed_ms: Vec<i64>,
    fix: Vec<Option<Fix>>,
    /// Of squads that were last heard of from where they can't have come: that place, and how often in
    /// a row it was told of, itself or what can be reached from it.
    astray: HashMap<usize, (Fix, u32)>,
}

impl Fixes {
    pub(super) fn fixed_ms(&self, number: usize) -> i64 {
        self.fixed_ms.get(number).copied().unwrap_or(NEVER_MS)
    }

    pub(super) fn fix(&self, number: usize) -> Option<Fix> {
        self.fix.get(number).copied().flatten()
    }

    /// Says whether the fix is the newest.
    pub(super) fn keep(&mut self, number: usize, fix: Fix) -> bool {
        if self.fixed_ms(number) >= fix.fixed_at.ms() {
            return false;
        }
        if number >= self.fix.len() {
            self.fix.resize(number + 1, None);
            self.fixed_ms.resize(number + 1, NEVER_MS);
        }
        (self.fixed_ms[number], self.fix[number]) = (fix.fixed_at.ms(), Some(fix));
        self.astray.remove(&number);
        true
    }

    /// Keeps a fix that can be reached from the last one, or that is the last of some that agree: then
    /// it was the last one that was wrong.
    pub(super) fn hear(&mut self, number: usize, fix: Fix) -> Result<bool> {
        let last = self.fix(number).filter(|last| last.fixed_at < fix.fixed_at && !last.reaches(&fix));
        let Some(last) = last else { return Ok(self.keep(number, fix)) };
        match self.astray.get_mut(&number) {
            // A message that is sent twice says no more than once.
            Some((astray, _)) if astray.fixed_at >= fix.fixed_at => {}
            Some((astray, agreed)) if astray.reaches(&fix) => {
                (*astray, *agreed) = (fix, *agreed + 1);
                if *agreed >= AGREED {
                    return Ok(self.keep(number, fix));
                }
            }
            _ => drop(self.astray.insert(number, (fix, 1))),
        }
        let km = last.at.distance_m(fix.at) / 1_000.0;
        let s = (fix.fixed_at.ms() - last.fixed_at.ms()) as f64 / 1_000.0;
        let LngLat { lng, lat } = fix.at;
        let detail =
            format!("{lng},{lat} lies {km:.1} km from where the squad was {s} s before, and nothing drives so fast");
        Err(Error::invalid("lng", detail))
    }
}

#[cfg(test)]
mod tests;
