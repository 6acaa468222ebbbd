//! Steps that come late, from where there was no network: told after what the squad did later, they are put at their
//! place by their own time. What the squad did since stays as it was told.

use super::{ArrivedBy, Assignment, AssignmentStatus, REASON_MAX, Step};
use crate::{
    base::{Timestamp, at_most},
    domain::clocks::WORD_AHEAD_MS,
};

/// A step that was told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldStep {
    /// When it was so.
    pub at: Timestamp,
    pub to: AssignmentStatus,
}

impl Assignment {
    /// With a step at its place among those that were told; none where it can't have been so.
    pub fn placed(&self, told: &[ToldStep], step: &Step, now: Timestamp) -> Option<Self> {
        at_most("reason", step.reason.as_deref(), REASON_MAX).ok()?;
        step.at.not_ahead("at", now, WORD_AHEAD_MS).ok()?;
        if step.ready_at.is_some() {
            return None;
        }
        let mut told = told.to_vec();
        told.sort_unstable_by_key(|t| (t.at, t.to as u8));
        let fits = |pair: &[ToldStep]| {
            (pair[0].at..=pair[1].at).contains(&step.at)
                && pair[0].to.next().contains(&step.to)
                && step.to.next().contains(&pair[1].to)
        };
        match (step.to, told.windows(2).any(fits)) {
            (AssignmentStatus::EnRoute, true) => Some(Self { departed_at: Some(step.at), ..self.clone() }),
            (AssignmentStatus::OnScene, true) => {
                Some(Self { arrived_at: Some(step.at), arrived_by: Some(step.by), ..self.clone() })
            }
            (AssignmentStatus::OnScene, false) if self.is_known(&told, step) => Some(self.clone()),
            _ => None,
        }
    }

    /// The squad itself says, once, that it came: its positions have said so before, and tell when.
    fn is_known(&self, told: &[ToldStep], step: &Step) -> bool {
        let arrived = |t: &ToldStep| t.to == AssignmentStatus::OnScene;
        let Some(n) = told.iter().position(arrived) else { return false };
        let (before, after) = (&told[..n], &told[n + 1..]);
        (step.by, self.arrived_by) == (ArrivedBy::Hand, Some(ArrivedBy::Geofence))
            && !after.iter().any(arrived)
            && before.last().is_none_or(|t| t.at <= step.at)
            && after.first().is_none_or(|t| step.at <= t.at)
    }
}

#[cfg(test)]
mod tests;
