//! Arrival by position: a squad that stays near the place it was sent to is there, since it came near.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    base::{LngLat, Timestamp},
    domain::squads::Fix,
};

/// So near is there, metres; a default of this service.
const RADIUS_M: f64 = 100.0;
/// Who was there is gone only beyond this, metres: positions jump about.
const GONE_M: f64 = 150.0;
/// Who stays so long has arrived, milliseconds; who drives past has not.
const DWELL_MS: i64 = 30_000;
/// Between fixes farther apart nothing is known of the way, milliseconds.
const GAP_MS: i64 = 300_000;
/// A drive between two fixes is at least so fast, metres a millisecond: what is left of the time was a stay.
const SLOW_M_PER_MS: f64 = 0.005;

/// What positions told so far of squads on their way, by assignment.
#[derive(Debug, Default)]
pub struct Fences(HashMap<Uuid, Seen>);

#[derive(Debug, Clone, Copy)]
struct Seen {
    last: Fix,
    /// Since when it is near, if so.
    near_since: Option<Timestamp>,
}

impl Fences {
    /// Forgets all but those.
    pub fn keep(&mut self, open: impl Fn(&Uuid) -> bool) {
        self.0.retain(|id, _| open(id));
    }

    /// Takes in the next fix of a squad that is on its way to `place` since `sent`; gives when it came
    /// within the radius, once it is known to have arrived. A vague fix and one from before it was sent tell
    /// nothing, an older one than the last is passed over.
    pub fn see(&mut self, assignment: Uuid, place: LngLat, sent: Timestamp, fix: Fix) -> Option<Timestamp> {
        let former = self.0.get(&assignment).copied();
        let vague = fix.accuracy_m.is_some_and(|m| m > RADIUS_M);
        if vague || fix.fixed_at < sent || former.is_some_and(|f| f.last.fixed_at >= fix.fixed_at) {
            return None;
        }
        let here = fix.at.local_m(place);
        let distance_m = here[0].hypot(here[1]);
        let passed = former.and_then(|f| Leg::new(f.last.at.local_m(place), f.last.fixed_at, here, fix.fixed_at));
        let near_since = match former.and_then(|f| f.near_since) {
            Some(since) if distance_m <= GONE_M => Some(since),
            // Gone again; whoever stayed long enough was told before.
            Some(_) => None,
            None if distance_m <= RADIUS_M => Some(passed.and_then(|leg| leg.entered()).unwrap_or(fix.fixed_at)),
            None => None,
        };
        self.0.insert(assignment, Seen { last: fix, near_since });
        let stayed = near_since.filter(|since| fix.fixed_at.ms() - since.ms() >= DWELL_MS);
        // Both fixes are away from it, and it was there between them.
        let between = || passed.filter(|leg| near_since.is_none() && leg.stayed_ms() >= DWELL_MS)?.entered();
        stayed.or_else(between).map(|at| at.max(sent))
    }
}

/// From one fix to the next, in metres around the place.
#[derive(Debug, Clone, Copy)]
struct Leg {
    from: [f64; 2],
    to: [f64; 2],
    start: Timestamp,
    end: Timestamp,
}

impl Leg {
    fn new(from: [f64; 2], start: Timestamp, to: [f64; 2], end: Timestamp) -> Option<Self> {
        (end.ms() - start.ms() <= GAP_MS).then_some(Self { from, to, start, end })
    }

    /// When a squad that goes straight and evenly from the one to the other comes within the radius.
    fn entered(self) -> Option<Timestamp> {
        let [dx, dy] = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let [a, half_b] = [dx * dx + dy * dy, self.from[0] * dx + self.from[1] * dy];
        let c = self.from[0] * self.from[0] + self.from[1] * self.from[1] - RADIUS_M * RADIUS_M;
        if c <= 0.0 {
            return Some(self.start);
        }
        let root = half_b * half_b - a * c;
        // Where |from + t (to − from)| is the radius first.
        let t = (a > 0.0 && root >= 0.0).then(|| (-half_b - root.sqrt()) / a).filter(|t| (0.0..=1.0).contains(t))?;
        Some(self.start.plus_ms((t * (self.end.ms() - self.start.ms()) as f64) as i64))
    }

    /// What is left of the time when it drove slowly.
    fn stayed_ms(self) -> i64 {
        let length_m = (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1]);
        self.end.ms() - self.start.ms() - (length_m / SLOW_M_PER_MS) as i64
    }
}

#[cfg(test)]
mod tests;
