//! How long a call may be held, as an operator sets it.

use serde::{Deserialize, Serialize};

use crate::base::{Result, within};

/// When a call is overdue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// From the ring until it is overdue. Zero: never.
    pub held_min: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { held_min: 5 }
    }
}

impl Limits {
    /// Refuses what no service could run with.
    pub fn check(&self) -> Result<()> {
        within("held_min", self.held_min.into(), 0.0, 10_080.0)
    }

    pub fn held_ms(&self) -> i64 {
        i64::from(self.held_min) * 60_000
    }
}
