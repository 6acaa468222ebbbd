//! How long a handover may wait, as an operator sets it.

use serde::{Deserialize, Serialize};

use crate::base::{Result, within};

/// When a handover that nobody accepted is late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// From the handover until it is late. Zero: never.
    pub accept_min: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { accept_min: 15 }
    }
}

impl Limits {
    /// Refuses what no service could run with.
    pub fn check(&self) -> Result<()> {
        within("accept_min", self.accept_min.into(), 0.0, 1_440.0)
    }

    pub fn accept_ms(&self) -> i64 {
        i64::from(self.accept_min) * 60_000
    }
}
