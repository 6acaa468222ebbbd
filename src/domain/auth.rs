//! API keys: who may call. Only hashes are kept.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::noun::{About, Fact, Kind, NoRows, Noun, Told};
use crate::base::{Code, LngLat, words};

words! {
    /// What a caller may do: a viewer reads, an admin also writes.
    Role { Viewer = "viewer", Admin = "admin" }
}

/// A key that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub role: Role,
}

/// All keys in force, by the hash of their secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    in_force: HashMap<String, Key>,
    revoked: bool,
}

impl Keys {
    /// `revoked`: whether there were others that are out of force.
    pub fn new(in_force: impl IntoIterator<Item = (String, Key)>, revoked: bool) -> Self {
        Self { in_force: in_force.into_iter().collect(), revoked }
    }

    /// The key whose secret this is. Secrets are 256 random bits, so a look-up by hash leaks nothing useful.
    pub fn find(&self, secret: &str) -> Option<&Key> {
        self.in_force.get(&hash(secret))
    }

    /// By id, which is by age.
    pub fn all(&self) -> Vec<&Key> {
        let mut all: Vec<_> = self.in_force.values().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    pub fn is_empty(&self) -> bool {
        self.in_force.is_empty()
    }

    /// Whether there was never any. Once there was one, revoking the last locks the service instead of
    /// opening it.
    pub fn none_ever(&self) -> bool {
        self.in_force.is_empty() && !self.revoked
    }
}

const KEYS: Kind = Kind::new("keys");

/// A fact about keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// An API key was made or revoked.
    Keys {},
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        KEYS
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        Told::Nothing
    }
}

impl Noun for Keys {
    const WORD: &'static str = "keys";
    const KINDS: &'static [Kind] = &[KEYS];
    type Change = Change;
    type Rows = NoRows;
}

/// SHA-256 of a secret, hexadecimal.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
