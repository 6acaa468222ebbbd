//! Lists as a durable noun: versions are added, nothing is ever changed.

use serde::{Deserialize, Serialize};

use super::{ListRef, Lists};
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

const TAKEN: Kind = Kind::new("lists_taken").told_as("lists");

/// A fact about lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// These versions came in together.
    ListsTaken { lists: Vec<ListRef> },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        TAKEN
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::ListsTaken { lists } = self;
        Told::one("lists", lists)
    }
}

impl Noun for Lists {
    const WORD: &'static str = "lists";
    const KINDS: &'static [Kind] = &[TAKEN];
    type Change = Change;
    type Rows = NoRows;
}
