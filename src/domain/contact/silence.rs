//! Whether positions come in at all.

use super::Moment;
use crate::{base::Timestamp, domain::squads::Squads};

const HOUR_MS: i64 = 3_600_000;
/// A feed that is silent for longer is no news, milliseconds.
const SILENT_MAX_MS: i64 = 24 * HOUR_MS;

impl Moment<'_> {
    /// Since when no squad sends its position any more, though several did within the hour before and are on duty.
    pub fn silent_since(&self, squads: &Squads) -> Option<Timestamp> {
        let mut newest = None;
        squads.each(|_, fix| newest = newest.max(fix.map(|fix| fix.fixed_at)));
        let last = newest?;
        let (silent_ms, limit_ms) = (self.now.ms() - last.ms(), i64::from(self.limits.silent_s) * 1_000);
        if limit_ms == 0 || !(limit_ms..=SILENT_MAX_MS).contains(&silent_ms) {
            return None;
        }
        let mut expected = 0;
        squads.each(|squad, fix| {
            let sent_lately = fix.is_some_and(|fix| fix.fixed_at >= last.plus_ms(-HOUR_MS));
            if expected < self.limits.silent_squads && sent_lately && squad.shifts.cover(self.now, self.zone) {
                expected += 1;
            }
        });
        (expected == self.limits.silent_squads).then_some(last)
    }
}
