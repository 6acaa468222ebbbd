//! Values of properties.

use std::{borrow::Cow, cmp::Ordering};

use serde::{Serialize, Serializer};
use serde_json::json;
use uuid::Uuid;

use super::Property;
use crate::base::{Code, Error, Result, Timestamp};

/// What a property's values are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    /// One of these.
    Words(&'static [&'static str]),
    Flag,
    Whole,
    Number,
    Time,
    /// A list; nothing is filtered by it.
    List,
}

impl Kind {
    /// Whether things can be filtered and ordered by it.
    pub fn is_plain(self) -> bool {
        self != Self::List
    }
}

/// The value of a property of one thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(Cow<'a, str>),
    Time(Timestamp),
    List(serde_json::Value),
}

/// As properties of features tell it.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Flag(v) => serializer.serialize_bool(*v),
            Self::Whole(v) => serializer.serialize_i64(*v),
            Self::Number(v) => serializer.serialize_f64(*v),
            Self::Text(v) => serializer.serialize_str(v),
            Self::Time(v) => v.serialize(serializer),
            Self::List(v) => v.serialize(serializer),
        }
    }
}

impl Value<'_> {
    pub fn into_json(self) -> serde_json::Value {
        json!(self)
    }

    /// What [`Value::into_json`] said of a property of this kind.
    pub fn read(json: &serde_json::Value, kind: Kind) -> Option<Value<'static>> {
        if json.is_null() {
            return Some(Value::Null);
        }
        match kind {
            Kind::Text | Kind::Words(_) => Some(Value::Text(json.as_str()?.to_owned().into())),
            Kind::Flag => json.as_bool().map(Value::Flag),
            Kind::Whole => json.as_i64().map(Value::Whole),
            Kind::Number => json.as_f64().map(Value::Number),
            Kind::Time => json.as_str()?.parse().ok().map(Value::Time),
            Kind::List => None,
        }
    }

    /// A value of a property of this kind from text, as it stands in an address.
    pub fn parse(text: &str, property: &Property) -> Result<Value<'static>> {
        let Property { name, kind, .. } = *property;
        let bad = |what: &str| Error::invalid(name, format!("{text:?} is not {what}"));
        Ok(match kind {
            Kind::Text => Value::Text(text.to_owned().into()),
            Kind::Words(words) => match words.iter().find(|w| **w == text) {
                Some(word) => (*word).into(),
                None => return Err(bad(&format!("one of {}", words.join(", ")))),
            },
            // GDAL writes them as numbers.
            Kind::Flag => match text {
                "true" | "1" => Value::Flag(true),
                "false" | "0" => Value::Flag(false),
                _ => return Err(bad("true or false")),
            },
            Kind::Whole => Value::Whole(text.parse().map_err(|_| bad("a whole number"))?),
            Kind::Number => match text.parse::<f64>() {
                Ok(v) if v.is_finite() => Value::Number(v),
                _ => return Err(bad("a number")),
            },
            Kind::Time => Value::Time(text.parse().map_err(|e: Error| Error::invalid(name, e.detail))?),
            Kind::List => return Err(Error::invalid(name, format!("{name} is a list; nothing is filtered by it"))),
        })
    }

    /// How two values of one property compare; `None` where they can't.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        use Value::{Flag, Number, Text, Time, Whole};
        match (self, other) {
            (Flag(a), Flag(b)) => Some(a.cmp(b)),
            (Whole(a), Whole(b)) => Some(a.cmp(b)),
            (Whole(_) | Number(_), Whole(_) | Number(_)) => self.number()?.partial_cmp(&other.number()?),
            (Text(a), Text(b)) => Some(a.cmp(b)),
            (Time(a), Time(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// An order of all values of one property: what is unknown comes last.
    pub fn order(&self, other: &Value<'_>) -> Ordering {
        self.compare(other).unwrap_or_else(|| (*self == Value::Null).cmp(&(*other == Value::Null)))
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(v) => Some(*v as f64),
            Self::Number(v) => Some(*v),
            _ => None,
        }
    }

    /// The same value; a text is lent.
    pub fn lent(&self) -> Value<'_> {
        match self {
            Self::Text(v) => Value::Text(Cow::Borrowed(v)),
            other => other.clone(),
        }
    }

    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Flag(v) => Value::Flag(v),
            Self::Whole(v) => Value::Whole(v),
            Self::Number(v) => Value::Number(v),
            Self::Text(v) => Value::Text(Cow::Owned(v.into_owned())),
            Self::Time(v) => Value::Time(v),
            Self::List(v) => Value::List(v),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(v: bool) -> Self {
        Self::Flag(v)
    }
}

impl From<i64> for Value<'_> {
    fn from(v: i64) -> Self {
        Self::Whole(v)
    }
}

impl From<u32> for Value<'_> {
    fn from(v: u32) -> Self {
        Self::Whole(v.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(v: u64) -> Self {
        Self::Whole(i64::try_from(v).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value<'_> {
    fn from(v: usize) -> Self {
        Self::from(v as u64)
    }
}

impl From<f64> for Value<'_> {
    fn from(v: f64) -> Self {
        Self::Number(v)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(v: &'a str) -> Self {
        Self::Text(v.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(v: &'a String) -> Self {
        v.as_str().into()
    }
}

impl<'a> From<&'a Code> for Value<'a> {
    fn from(v: &'a Code) -> Self {
        v.as_str().into()
    }
}

impl From<Uuid> for Value<'_> {
    fn from(v: Uuid) -> Self {
        Self::Text(v.to_string().into())
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(v: Timestamp) -> Self {
        Self::Time(v)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}
