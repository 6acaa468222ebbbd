//! Whether the county is a demonstration.

use serde::{Deserialize, Serialize};

use super::noun::{About, Fact, Kind, NoRows, Noun, Told};
use crate::base::{Code, LngLat};

/// Where areas and roads in force come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demo {
    /// Some of them are those of a demonstration county.
    pub in_force: bool,
    /// Some of them were drawn by somebody, and not made up.
    pub shows_real_map: bool,
}

const REMOVED: Kind = Kind::new("demo_removed").told_as("reset");

/// A fact about the demonstration county.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Everything of it was taken away, or of whatever stood in the way of one.
    DemoRemoved {},
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        REMOVED
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        Told::Reset
    }
}

impl Noun for Demo {
    const WORD: &'static str = "demo";
    // Roads may go with it.
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[REMOVED];
    type Change = Change;
    type Rows = NoRows;
}
