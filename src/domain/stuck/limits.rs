//! After how long a case in which nothing happens is stuck, as an operator sets it.

use serde::{Deserialize, Serialize};

use crate::{
    base::{Result, within},
    domain::matters::Urgency,
};

const MINUTE_MS: i64 = 60_000;
const MAX_MIN: f64 = 10_080.0;

/// How long nothing may happen. Zero: for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Until somebody is on the scene, by urgency.
    pub urgent_min: u32,
    pub quick_min: u32,
    pub normal_min: u32,
    /// While a squad is on the scene.
    pub on_scene_min: u32,
    /// From handled to closed.
    pub closing_h: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { urgent_min: 10, quick_min: 20, normal_min: 60, on_scene_min: 240, closing_h: 72 }
    }
}

/// How far a case is, as far as its limit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Waiting(Urgency),
    OnScene,
    Closing,
}

impl Limits {
    /// Refuses what no service could run with.
    pub fn check(&self) -> Result<()> {
        within("urgent_min", self.urgent_min.into(), 0.0, MAX_MIN)?;
        within("quick_min", self.quick_min.into(), 0.0, MAX_MIN)?;
        within("normal_min", self.normal_min.into(), 0.0, MAX_MIN)?;
        within("on_scene_min", self.on_scene_min.into(), 0.0, MAX_MIN)?;
        within("closing_h", self.closing_h.into(), 0.0, 8_760.0)
    }

    pub(super) fn of(&self, phase: Phase) -> Option<i64> {
        let ms = match phase {
            Phase::Waiting(Urgency::Urgent) => i64::from(self.urgent_min) * MINUTE_MS,
            Phase::Waiting(Urgency::Quick) => i64::from(self.quick_min) * MINUTE_MS,
            Phase::Waiting(Urgency::Normal) => i64::from(self.normal_min) * MINUTE_MS,
            Phase::OnScene => i64::from(self.on_scene_min) * MINUTE_MS,
            Phase::Closing => i64::from(self.closing_h) * 60 * MINUTE_MS,
        };
        (ms > 0).then_some(ms)
    }

    /// Nobody asks for any.
    pub fn is_off(&self) -> bool {
        *self == Self { urgent_min: 0, quick_min: 0, normal_min: 0, on_scene_min: 0, closing_h: 0 }
    }
}
