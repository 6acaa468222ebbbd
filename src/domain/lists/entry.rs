//! An entry of a list: which powers over which matters, in whose name, with whose help.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::super::matters::Matter;
use crate::base::{Code, Error, Result, Span, words};

words! {
    /// A kind of power: a unit may have one over a matter without another.
    Power {
        /// 检查
        Inspect = "inspect",
        /// 处罚
        Penalise = "penalise",
        /// 强制
        Coerce = "coerce",
        /// 许可
        Permit = "permit",
        /// 监管: daily management.
        Manage = "manage",
    }
}

/// What most cases come to, where nobody says what is to be done.
impl Default for Power {
    fn default() -> Self {
        Self::Penalise
    }
}

impl Power {
    pub const ALL: [Self; 5] = [Self::Inspect, Self::Penalise, Self::Coerce, Self::Permit, Self::Manage];
}

words! {
    /// How a power was come by.
    Mode {
        /// 法定: by law itself.
        Statutory = "statutory",
        /// 集中、划转: moved from another unit for good.
        Concentrated = "concentrated",
        /// 赋权、授权: given, used in one's own name.
        Delegated = "delegated",
        /// 委托: used in the name and at the liability of who gave it.
        Entrusted = "entrusted",
    }
}

/// Some kinds of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Vec<Power>", into = "Vec<Power>")]
pub struct Powers(u8);

impl Powers {
    pub const ALL: Self = Self(0b1_1111);

    pub fn has(self, power: Power) -> bool {
        self.0 & (1 << power as u8) != 0
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Power> {
        Power::ALL.into_iter().filter(move |p| self.has(*p))
    }

    /// The words joined by `;`.
    pub fn text(self) -> String {
        self.iter().map(Power::as_str).collect::<Vec<_>>().join(";")
    }
}

impl FromIterator<Power> for Powers {
    fn from_iter<I: IntoIterator<Item = Power>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |set, power| set | 1 << power as u8))
    }
}

impl From<Vec<Power>> for Powers {
    fn from(all: Vec<Power>) -> Self {
        all.into_iter().collect()
    }
}

impl From<Powers> for Vec<Power> {
    fn from(powers: Powers) -> Self {
        powers.iter().collect()
    }
}

impl FromStr for Powers {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        text.split(';').map(|word| word.trim().parse::<Power>()).collect()
    }
}

/// What an entry speaks of. Those that are excepted are codes of matters, or categories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
#[schema(as = EntryScope)]
pub enum Scope {
    Matter {
        matter: Code,
    },
    Category {
        category: String,
        #[serde(default)]
        except: Vec<String>,
    },
    All {
        #[serde(default)]
        except: Vec<String>,
    },
}

impl Scope {
    pub fn covers(&self, matter: &Matter) -> bool {
        let excepted = |except: &[String]| except.iter().any(|e| *e == matter.code.as_str() || *e == matter.domain);
        match self {
            Self::Matter { matter: code } => *code == matter.code,
            Self::Category { category, except } => *category == matter.domain && !excepted(except),
            Self::All { except } => !excepted(except),
        }
    }

    pub fn except(&self) -> &[String] {
        match self {
            Self::Matter { .. } => &[],
            Self::Category { except, .. } | Self::All { except } => except,
        }
    }

    /// Whether both speak at one level of the same, exceptions aside.
    pub fn is_level_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Matter { matter: a }, Self::Matter { matter: b }) => a == b,
            (Self::Category { category: a, .. }, Self::Category { category: b, .. }) => a == b,
            (Self::All { .. }, Self::All { .. }) => true,
            _ => false,
        }
    }

    /// The matter, the category, or `*`.
    pub fn text(&self) -> &str {
        match self {
            Self::Matter { matter } => matter.as_str(),
            Self::Category { category, .. } => category,
            Self::All { .. } => "*",
        }
    }
}

/// One entry. What it does not say is lent by the list above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ListEntry)]
pub struct Entry {
    pub scope: Scope,
    #[schema(value_type = Vec<Power>)]
    pub powers: Powers,
    pub mode: Option<Mode>,
    /// In whose name; goes with the mode.
    #[schema(value_type = Option<String>)]
    pub subject: Option<Code>,
    /// Who does it; the lead when not given.
    #[schema(value_type = Option<String>)]
    pub acting: Option<Code>,
    /// Who answers for it; the subject when not given.
    #[schema(value_type = Option<String>)]
    pub liable: Option<Code>,
    /// The list's unit when not given. On a list of what was taken back, who has it instead.
    #[schema(value_type = Option<String>)]
    pub lead: Option<Code>,
    pub supporters: Vec<Code>,
    pub basis: Option<String>,
    pub basis_uri: Option<String>,
    /// Of temporary work: the document in which the township agrees.
    pub consent: Option<String>,
    /// Of temporary work: the document by which it was approved.
    pub approval: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub span: Span,
}

impl Entry {
    /// An entry that says nothing but what it gives.
    pub fn plain(scope: Scope, powers: Powers) -> Self {
        Self {
            scope,
            powers,
            mode: None,
            subject: None,
            acting: None,
            liable: None,
            lead: None,
            supporters: Vec::new(),
            basis: None,
            basis_uri: None,
            consent: None,
            approval: None,
            span: Span::default(),
        }
    }

    pub(super) fn order(&self) -> impl Ord + '_ {
        (&self.scope, self.powers, self.span.begins())
    }

    /// Every unit that it names.
    pub fn units(&self) -> impl Iterator<Item = (&'static str, &Code)> {
        let one =
            [("subject", &self.subject), ("acting", &self.acting), ("liable", &self.liable), ("lead", &self.lead)];
        let named = one.into_iter().filter_map(|(field, unit)| Some((field, unit.as_ref()?)));
        named.chain(self.supporters.iter().map(|s| ("supporters", s)))
    }
}
