//! After how long squads are asked for, as an operator sets it.

use serde::{Deserialize, Serialize};

use super::SquadState;
use crate::base::{Result, within};

/// When squads are asked for, and when the feed of positions is silent. Zero: never.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub en_route_min: u32,
    pub on_scene_min: u32,
    pub busy_min: u32,
    pub returning_min: u32,
    /// Without a word or a position.
    pub available_min: u32,
    /// From asking until nobody counts on it.
    pub answer_s: u32,
    /// Without any position.
    pub silent_s: u32,
    /// Of fewer squads that sent positions, no silence is told.
    pub silent_squads: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            en_route_min: 45,
            on_scene_min: 240,
            busy_min: 120,
            returning_min: 60,
            available_min: 480,
            answer_s: 600,
            silent_s: 300,
            silent_squads: 3,
        }
    }
}

impl Limits {
    /// Refuses what no service could run with.
    pub fn check(&self) -> Result<()> {
        for (key, minutes) in [
            ("en_route_min", self.en_route_min),
            ("on_scene_min", self.on_scene_min),
            ("busy_min", self.busy_min),
            ("returning_min", self.returning_min),
            ("available_min", self.available_min),
        ] {
            within(key, minutes.into(), 0.0, 10_080.0)?;
        }
        within("answer_s", self.answer_s.into(), 0.0, 86_400.0)?;
        within("silent_s", self.silent_s.into(), 0.0, 86_400.0)?;
        within("silent_squads", self.silent_squads.into(), 1.0, 1_000_000.0)
    }

    /// How long a squad may be so without a word.
    pub(super) fn of(&self, state: SquadState) -> Option<i64> {
        let minutes = match state {
            SquadState::EnRoute => self.en_route_min,
            SquadState::OnScene => self.on_scene_min,
            SquadState::Busy => self.busy_min,
            SquadState::Returning => self.returning_min,
            SquadState::Available => self.available_min,
            SquadState::OffDuty | SquadState::OutOfContact | SquadState::OutOfService => 0,
        };
        (minutes > 0).then_some(i64::from(minutes) * 60_000)
    }
}
