//! Matters (事项): what a township may handle. A catalogue, imported whole.

use serde::{Deserialize, Serialize};

use super::noun::{About, Fact, Kind, NoRows, Noun, Told};
use crate::base::{Code, Error, LngLat, Result, words};

words! {
    /// How fast somebody must be on the scene. The limits are defaults of this product, not a standard.
    Urgency { Urgent = "urgent", Quick = "quick", Normal = "normal" }
}

/// One matter of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Matter {
    pub code: Code,
    pub name: String,
    pub name_zh: String,
    /// Field of enforcement, such as 城市管理.
    pub domain: String,
    pub urgency: Urgency,
    /// Minutes from the call to the arrival on scene.
    pub arrive_limit_min: u32,
}

/// The catalogue, ordered by code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matters(Vec<Matter>);

impl Matters {
    pub fn new(mut all: Vec<Matter>) -> Result<Self> {
        all.sort_by(|a, b| a.code.cmp(&b.code));
        if let Some(pair) = all.windows(2).find(|w| w[0].code == w[1].code) {
            return Err(Error::invalid("code", format!("matter {} is listed twice", pair[0].code)));
        }
        Ok(Self(all))
    }

    pub fn get(&self, code: &Code) -> Option<&Matter> {
        self.named(code.as_str())
    }

    /// The matter whose code is this text.
    pub fn named(&self, code: &str) -> Option<&Matter> {
        self.0.binary_search_by(|m| m.code.as_str().cmp(code)).ok().map(|i| &self.0[i])
    }

    /// The matter that somebody means.
    ///
    /// # Errors
    /// `Invalid` for one that is not in the catalogue.
    pub fn known(&self, code: &Code) -> Result<&Matter> {
        self.get(code).ok_or_else(|| Error::invalid("matter", format!("no matter {code} in the catalogue")))
    }

    pub fn all(&self) -> &[Matter] {
        &self.0
    }
}

const REPLACED: Kind = Kind::new("matters_replaced").told_as("matters");

/// A fact about the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The catalogue was replaced.
    MattersReplaced { count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        REPLACED
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::MattersReplaced { count } = self;
        Told::one("count", count)
    }
}

impl Noun for Matters {
    const WORD: &'static str = "matters";
    const KINDS: &'static [Kind] = &[REPLACED];
    type Change = Change;
    type Rows = NoRows;
}
