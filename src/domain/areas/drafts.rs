//! Generations of a county's areas that are not in force yet: they stand beside those that are, are looked at, and
//! take their place when somebody says so, or on their date.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    domain::noun::{About, Fact, Kind, NoRows, Noun, Told},
};

/// A generation that is not in force yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AreasDraft)]
pub struct Draft {
    pub generation: i64,
    pub county: Code,
    /// Where it comes from.
    pub source: String,
    /// The generation in force that it was made on; 0 where the county is new.
    pub base: i64,
    /// When it takes the place of that by itself; only when somebody says so, where it is null.
    pub from: Option<Timestamp>,
    pub drafted_at: Timestamp,
}

impl Draft {
    /// Refuses to put it in force in the place of anything but what it was made on.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn check_base(&self, in_force: Option<i64>) -> Result<()> {
        if in_force.unwrap_or(0) == self.base {
            return Ok(());
        }
        let Self { generation, county, base, .. } = self;
        Err(Error::conflict(format!(
            "draft {generation} of county {county} was made on generation {base}, and another one is in force by now: \
             import it again"
        )))
    }
}

/// All of them, by generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts(pub Arc<[Draft]>);

impl Drafts {
    pub fn get(&self, generation: i64) -> Option<&Draft> {
        self.0.iter().find(|d| d.generation == generation)
    }

    /// Those whose date has come.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &Draft> {
        self.0.iter().filter(move |d| d.from.is_some_and(|from| from <= now))
    }
}

const DRAFTED: Kind = Kind::new("areas_drafted");
const DROPPED: Kind = Kind::new("areas_draft_dropped");

/// A fact about drafts. That one came in force is one about areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A generation was drafted; its rows stand under `generation`.
    AreasDrafted { county: Code, generation: i64, from: Option<Timestamp> },
    /// A draft was taken away, and was never in force.
    AreasDraftDropped { county: Code, generation: i64 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::AreasDrafted { .. } => DRAFTED,
            Self::AreasDraftDropped { .. } => DROPPED,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        let (Self::AreasDrafted { county, .. } | Self::AreasDraftDropped { county, .. }) = self;
        About { area: Some(county.clone()), ..About::default() }
    }

    fn told(&self) -> Told {
        let of = |county: &Code, generation: i64| {
            [("county".to_owned(), json!(county)), ("generation".to_owned(), json!(generation))]
        };
        Told::Data(match self {
            Self::AreasDrafted { county, generation, from } => {
                Map::from_iter(of(county, *generation).into_iter().chain([("from".to_owned(), json!(from))]))
            }
            Self::AreasDraftDropped { county, generation } => Map::from_iter(of(county, *generation)),
        })
    }
}

impl Noun for Drafts {
    const WORD: &'static str = "drafts";
    const KINDS: &'static [Kind] = &[DRAFTED, DROPPED];
    type Change = Change;
    type Rows = NoRows;
}
