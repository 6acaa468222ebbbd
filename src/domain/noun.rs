//! What every durable noun has, whichever it is: facts that are logged, and a live index that they
//! change. Each word implements [`Fact`] for its `Change` and [`Noun`] for its index; how it is kept
//! in SQL stands in `store`, and the one list of all of them in `world`.

use std::{any::Any, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::base::{Code, LngLat, Seq};

/// How facts of one kind are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// In the log. Rows are read for ever: a name is never used again for something else.
    pub name: &'static str,
    /// The version that bodies are written in. Another one means that former programs would misread them.
    pub v: u32,
    /// The event that tells clients of it.
    pub event: &'static str,
}

impl Kind {
    pub const fn new(name: &'static str) -> Self {
        Self { name, v: 1, event: name }
    }

    /// Its bodies say version `v` now.
    pub const fn version(self, v: u32) -> Self {
        Self { v, ..self }
    }

    /// Whether this program reads bodies of version `v`.
    pub fn reads(&self, v: u32) -> bool {
        (1..=self.v).contains(&v)
    }

    /// Clients hear of it under another word.
    pub const fn told_as(self, event: &'static str) -> Self {
        Self { event, ..self }
    }
}

/// Where a fact took place and whom it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct About {
    /// The smallest area that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub township: Option<Code>,
    /// Of the one record that was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// What clients are told of a fact, beside what it is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// It is nobody's business.
    Nothing,
    /// What they know is void: they read everything anew.
    Reset,
    Data(Map<String, Value>),
}

impl Told {
    /// One member, such as the record as it is afterwards.
    pub fn one(name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        Self::Data(Map::from_iter([(name.to_owned(), value)]))
    }
}

/// A durable fact.
///
/// It carries the whole record as it is afterwards, or names rows that are read from SQL. Applying one
/// twice, or one that SQL already reflects, therefore leaves the same world: a replica may load SQL first
/// and follow the log from any earlier place.
pub trait Fact: Any + fmt::Debug + Send + Sync {
    fn kind(&self) -> Kind;

    /// `township` tells the township that owns a place.
    fn about(&self, township: &dyn Fn(LngLat) -> Option<Code>) -> About;

    fn told(&self) -> Told;
}

/// What is done to an index.
#[derive(Debug)]
pub enum Update<N: Noun> {
    /// A change carries all it needs.
    Change(N::Change),
    /// The rows that a change names were read.
    Rows(N::Rows),
    /// All of it was read anew.
    All(Arc<N>),
}

impl<N: Noun> Clone for Update<N> {
    fn clone(&self) -> Self {
        match self {
            Self::Change(change) => Self::Change(change.clone()),
            Self::Rows(rows) => Self::Rows(rows.clone()),
            Self::All(all) => Self::All(Arc::clone(all)),
        }
    }
}

/// A noun that has no changes that name some of its rows.
pub type NoRows = std::convert::Infallible;

/// The live index of one word. Two are equal when they hold the same records.
pub trait Noun: Any + Default + PartialEq + fmt::Debug + Send + Sync {
    /// What finds everything about it, from its tables to its tests.
    const WORD: &'static str;
    /// Whether the roads as they are at a time are made of it, among others.
    const SHAPES_ROADS: bool = false;
    /// All kinds of its facts.
    const KINDS: &'static [Kind];

    type Change: Fact + Clone + PartialEq + Serialize + DeserializeOwned;
    type Rows: Clone + fmt::Debug + Send + Sync;

    /// A body of version `v` of one of its kinds, as it was written.
    ///
    /// # Errors
    /// When it is not one.
    fn parse(v: u32, body: &str) -> serde_json::Result<Self::Change> {
        let _ = v;
        serde_json::from_str(body)
    }

    /// What a change does, when it carries all it needs. Otherwise something is read from SQL first.
    fn carried(change: &Self::Change) -> Option<Update<Self>> {
        let _ = change;
        None
    }

    /// Takes in a change that carries all it needs. Doing it twice changes nothing.
    fn take(this: &mut Arc<Self>, change: Self::Change) {
        let _ = (this, change);
    }

    /// Takes in what change `seq` did. Doing it twice changes nothing.
    fn apply(this: &mut Arc<Self>, seq: Seq, update: Update<Self>) {
        let _ = seq;
        match update {
            Update::Change(change) => Self::take(this, change),
            Update::All(all) => *this = all,
            Update::Rows(_) => {}
        }
    }

    /// Whether all parts of the index agree: for tests.
    ///
    /// # Errors
    /// What does not.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}
