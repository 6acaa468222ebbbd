//! The catalogue as a durable noun: each of its tables is replaced whole.

use serde::{Deserialize, Serialize};

use super::Catalogue;
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

const WORKING_TIME: Kind = Kind::new("working_time_replaced").told_as("working_time");
const STAGES: Kind = Kind::new("stages_replaced").told_as("stages");
const SCENES: Kind = Kind::new("scenes_replaced").told_as("scenes");

/// A fact about the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Working time was replaced; so many days are not as their day of the week.
    WorkingTimeReplaced {
        count: u32,
    },
    StagesReplaced {
        count: u32,
    },
    ScenesReplaced {
        count: u32,
    },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::WorkingTimeReplaced { .. } => WORKING_TIME,
            Self::StagesReplaced { .. } => STAGES,
            Self::ScenesReplaced { .. } => SCENES,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let (Self::WorkingTimeReplaced { count } | Self::StagesReplaced { count } | Self::ScenesReplaced { count }) =
            self;
        Told::one("count", count)
    }
}

impl Noun for Catalogue {
    const WORD: &'static str = "catalogue";
    const KINDS: &'static [Kind] = &[WORKING_TIME, STAGES, SCENES];
    type Change = Change;
    type Rows = NoRows;
}
