//! Codes and sequence numbers.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize, Serializer};

use super::{Error, Result};

/// The place of a change in the one change log: gap-free, in commit order, starting at 1.
pub type Seq = i64;

/// An opaque, validated code: of an area, a squad, a matter, a unit. Cheap to clone.
///
/// 1 to 64 visible characters without spaces at the ends. Codes carry no meaning for the software;
/// administrative ones usually have 12 digits, unit grids 14 or 15.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, example = "990001101001001")]
pub struct Code(Arc<str>);

impl Code {
    pub fn new(text: &str) -> Result<Self> {
        let n = text.chars().count();
        if n == 0 || n > 64 {
            return Err(Error::invalid("code", format!("a code has 1 to 64 characters, this one has {n}")));
        }
        if text.trim() != text || text.chars().any(char::is_control) {
            return Err(Error::invalid("code", format!("code {text:?} has control characters or spaces at its ends")));
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without a copy: an answer may hold tens of thousands.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Code {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Self::new(s)
    }
}

impl TryFrom<String> for Code {
    type Error = Error;
    fn try_from(s: String) -> Result<Self> {
        Self::new(&s)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0.as_ref().to_owned()
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_refuse_what_cannot_be_a_code() {
        for bad in ["", " 1", "1 ", "a\0b", "a\nb", &"9".repeat(65)] {
            assert!(Code::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Code::new("990001001001").unwrap().as_str(), "990001001001");
    }
}
