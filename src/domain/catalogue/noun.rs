//! The catalogue as a durable noun: each of its tables is replaced whole, profiles get versions.

use serde::{Deserialize, Serialize};

use super::Catalogue;
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

const WORKING_TIME: Kind = Kind::new("working_time_replaced").told_as("working_time");
const STAGES: Kind = Kind::new("stages_replaced").told_as("stages");
const SCENES: Kind = Kind::new("scenes_replaced").told_as("scenes");
const RESPONSE_PLANS: Kind = Kind::new("response_plans_replaced").told_as("response_plans");
const PROFILE: Kind = Kind::new("profile_imported").told_as("profiles");

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
    /// So many lines of response plans.
    ResponsePlansReplaced {
        count: u32,
    },
    /// A version of a profile came in.
    ProfileImported {
        profile: Code,
        version: u32,
    },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::WorkingTimeReplaced { .. } => WORKING_TIME,
            Self::StagesReplaced { .. } => STAGES,
            Self::ScenesReplaced { .. } => SCENES,
            Self::ResponsePlansReplaced { .. } => RESPONSE_PLANS,
            Self::ProfileImported { .. } => PROFILE,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        match self {
            Self::ProfileImported { profile, .. } => About { id: Some(profile.to_string()), ..About::default() },
            _ => About::default(),
        }
    }

    fn told(&self) -> Told {
        match self {
            Self::WorkingTimeReplaced { count }
            | Self::StagesReplaced { count }
            | Self::ScenesReplaced { count }
            | Self::ResponsePlansReplaced { count } => Told::one("count", count),
            Self::ProfileImported { version, .. } => Told::one("version", version),
        }
    }
}

impl Noun for Catalogue {
    const WORD: &'static str = "catalogue";
    const KINDS: &'static [Kind] = &[WORKING_TIME, STAGES, SCENES, RESPONSE_PLANS, PROFILE];
    type Change = Change;
    type Rows = NoRows;
}
