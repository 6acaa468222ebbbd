//! Units and rosters as durable nouns: each is replaced whole.

use serde::{Deserialize, Serialize};

use super::Units;
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

const UNITS: Kind = Kind::new("units_replaced").told_as("units");
const ROSTERS: Kind = Kind::new("rosters_replaced").told_as("rosters");

/// A fact about units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The tree was replaced.
    UnitsReplaced { count: u32 },
    /// All rosters were replaced.
    RostersReplaced { count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::UnitsReplaced { .. } => UNITS,
            Self::RostersReplaced { .. } => ROSTERS,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let (Self::UnitsReplaced { count } | Self::RostersReplaced { count }) = self;
        Told::one("count", count)
    }
}

impl Noun for Units {
    const WORD: &'static str = "units";
    const KINDS: &'static [Kind] = &[UNITS, ROSTERS];
    type Change = Change;
    type Rows = NoRows;
}
