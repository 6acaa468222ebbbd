//! Squads as a durable noun: changed one by one, or replaced all together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Squad, Squads};
use crate::{
    base::{Code, LngLat, Seq},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
};

/// Version 2 knows more kinds and statuses.
const SQUAD: Kind = Kind::new("squad").version(2);
const IMPORTED: Kind = Kind::new("squads_imported");

/// A fact about squads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// One squad was created or changed.
    Squad { squad: Box<Squad> },
    /// All squads were replaced.
    SquadsImported { count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::Squad { .. } => SQUAD,
            Self::SquadsImported { .. } => IMPORTED,
        }
    }

    fn about(&self, township: &dyn Fn(LngLat) -> Option<Code>) -> About {
        match self {
            Self::Squad { squad } => About {
                area: Some(squad.command_area.clone()),
                township: township(squad.post),
                id: Some(squad.id.to_string()),
            },
            Self::SquadsImported { .. } => About::default(),
        }
    }

    fn told(&self) -> Told {
        match self {
            Self::Squad { squad } => Told::one("squad", squad),
            Self::SquadsImported { count } => Told::one("count", count),
        }
    }
}

impl Noun for Squads {
    const WORD: &'static str = "squads";
    const KINDS: &'static [Kind] = &[SQUAD, IMPORTED];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        matches!(change, Change::Squad { .. }).then(|| Update::Change(change.clone()))
    }

    fn apply(this: &mut Arc<Self>, _: Seq, update: Update<Self>) {
        match update {
            Update::Change(Change::Squad { squad }) => Arc::make_mut(this).put(*squad),
            // Read anew: see `carried`.
            Update::Change(Change::SquadsImported { .. }) => {}
            Update::All(mut all) => {
                Arc::make_mut(&mut all).keep_fixes_of(this);
                *this = all;
            }
            Update::Rows(none) => match none {},
        }
    }
}
