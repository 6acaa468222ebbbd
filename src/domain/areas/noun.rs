//! Areas as a durable noun: they are replaced county by county.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::Areas;
use crate::{
    base::{Code, LngLat},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

const REPLACED: Kind = Kind::new("areas_replaced").told_as("areas");

/// A fact about areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The areas of a county were replaced; the rows stand under `generation`.
    AreasReplaced { county: Code, generation: i64, count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        REPLACED
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let Self::AreasReplaced { county, .. } = self;
        About { area: Some(county.clone()), ..About::default() }
    }

    fn told(&self) -> Told {
        let Self::AreasReplaced { county, count, .. } = self;
        Told::Data(Map::from_iter([("county".to_owned(), json!(county)), ("count".to_owned(), json!(count))]))
    }
}

impl PartialEq for Areas {
    fn eq(&self, other: &Self) -> bool {
        self.areas == other.areas
    }
}

impl Noun for Areas {
    const WORD: &'static str = "areas";
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[REPLACED];
    type Change = Change;
    type Rows = NoRows;
}
