//! Matters (事项): what a township may handle. A catalogue, imported whole, and how others number what is in it.

mod codes;

use serde::{Deserialize, Serialize};

pub use self::codes::{CodeOf, Scheme, SchemeCode, SchemeHead, SchemeRef, Schemes};
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
    /// 法制审核: no case of it is closed before it was legally reviewed.
    #[serde(default)]
    #[schema(required = true)]
    pub legal_review: bool,
}

/// The catalogue, ordered by code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matters {
    all: Vec<Matter>,
    schemes: Schemes,
}

impl Matters {
    pub fn new(mut all: Vec<Matter>) -> Result<Self> {
        all.sort_by(|a, b| a.code.cmp(&b.code));
        if let Some(pair) = all.windows(2).find(|w| w[0].code == w[1].code) {
            return Err(Error::invalid("code", format!("matter {} is listed twice", pair[0].code)));
        }
        Ok(Self { all, schemes: Schemes::default() })
    }

    /// With how others number them.
    pub fn with_schemes(self, schemes: Schemes) -> Self {
        Self { schemes, ..self }
    }

    pub fn get(&self, code: &Code) -> Option<&Matter> {
        self.named(code.as_str())
    }

    /// The matter whose code is this text.
    pub fn named(&self, code: &str) -> Option<&Matter> {
        self.all.binary_search_by(|m| m.code.as_str().cmp(code)).ok().map(|i| &self.all[i])
    }

    /// The matter whose own code this is.
    ///
    /// # Errors
    /// `Invalid` for one that is not in the catalogue.
    pub fn known(&self, code: &Code) -> Result<&Matter> {
        self.get(code).ok_or_else(|| Error::invalid("matter", format!("no matter {code} in the catalogue")))
    }

    /// Refuses a category of no matter.
    pub fn check_category(&self, category: &str) -> Result<()> {
        match self.all.iter().any(|m| m.domain == category) {
            true => Ok(()),
            false => Err(Error::invalid("category", format!("no matter is of {category}"))),
        }
    }

    pub fn all(&self) -> &[Matter] {
        &self.all
    }

    pub fn schemes(&self) -> &Schemes {
        &self.schemes
    }
}

/// Which matters something is for: one by its code, else a category (the `domain` of matters), else all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ForMatters {
    /// Of this matter; else of a category (the `domain` of matters); else of all.
    #[schema(value_type = Option<String>)]
    pub matter: Option<Code>,
    pub category: Option<String>,
}

impl ForMatters {
    /// Refuses what names both, or what the catalogue does not have.
    pub fn check(&self, matters: &Matters) -> Result<()> {
        match (&self.matter, &self.category) {
            (Some(_), Some(_)) => Err(Error::invalid("category", "there is a matter already")),
            (Some(matter), None) => matters.known(matter).map(drop),
            (None, Some(category)) => matters.check_category(category),
            (None, None) => Ok(()),
        }
    }

    /// Whether it is for this matter by name, by its category, or with all; what is of no matter, or of one that is
    /// not known, is of all alone.
    pub fn breadth(&self, matter: Option<&Matter>) -> Option<u8> {
        match (&self.matter, &self.category) {
            (Some(code), _) => matter.is_some_and(|m| *code == m.code).then_some(0),
            (None, Some(category)) => matter.is_some_and(|m| *category == m.domain).then_some(1),
            (None, None) => Some(2),
        }
    }
}

impl std::fmt::Display for ForMatters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.matter, &self.category) {
            (Some(matter), _) => write!(f, "matter {matter}"),
            (None, Some(category)) => write!(f, "category {category}"),
            (None, None) => f.write_str("all matters"),
        }
    }
}

const REPLACED: Kind = Kind::new("matters_replaced").told_as("matters");
const CODES: Kind = Kind::new("codes_taken").told_as("codes");

/// A fact about the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The catalogue was replaced.
    MattersReplaced { count: u32 },
    /// Versions of schemes came in, with so many codes.
    CodesTaken { schemes: Vec<SchemeRef>, count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        match self {
            Self::MattersReplaced { .. } => REPLACED,
            Self::CodesTaken { .. } => CODES,
        }
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let (Self::MattersReplaced { count } | Self::CodesTaken { count, .. }) = self;
        Told::one("count", count)
    }
}

impl Noun for Matters {
    const WORD: &'static str = "matters";
    const KINDS: &'static [Kind] = &[REPLACED, CODES];
    type Change = Change;
    type Rows = NoRows;
}
