//! Officers as a durable noun: replaced all together, or changed one by one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Officer, Officers};
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
};

const REPLACED: Kind = Kind::new("officers_replaced").told_as("officers");
const OFFICER: Kind = Kind::new("officer");
const READ: Kind = Kind::new("officer_read");

/// A fact about officers; nothing personal is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// All officers were replaced.
    OfficersReplaced { count: u32 },
    /// One was changed.
    Officer { officer: Officer },
    /// Somebody read who it is; nothing is changed.
    OfficerRead { id: Code },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::OfficersReplaced { .. } => REPLACED,
            Self::Officer { .. } => OFFICER,
            Self::OfficerRead { .. } => READ,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        match self {
            Self::OfficersReplaced { .. } => About::default(),
            Self::Officer { officer: Officer { id, .. } } | Self::OfficerRead { id } => {
                About { id: Some(id.to_string()), ..About::default() }
            }
        }
    }

    fn told(&self) -> Told {
        match self {
            Self::OfficersReplaced { count } => Told::one("count", count),
            Self::Officer { officer } => Told::one("officer", officer),
            Self::OfficerRead { .. } => Told::Nothing,
        }
    }
}

impl Noun for Officers {
    const WORD: &'static str = "officers";
    const KINDS: &'static [Kind] = &[REPLACED, OFFICER, READ];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        (!matches!(change, Change::OfficersReplaced { .. })).then(|| Update::Change(change.clone()))
    }

    fn take(this: &mut Arc<Self>, change: Change) {
        match change {
            Change::Officer { officer } => Arc::make_mut(this).put(officer),
            // Read anew: see `carried`.
            Change::OfficerRead { .. } | Change::OfficersReplaced { .. } => {}
        }
    }
}
