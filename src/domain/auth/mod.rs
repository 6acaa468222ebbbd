//! API keys: who may call, and what. Only hashes are kept.

mod rights;
mod scope;

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

pub use self::{
    rights::{Right, Role},
    scope::{Scope, ScopePart, Sight},
};
use super::noun::{About, Fact, Kind, NoRows, Noun, Told};
use crate::base::{Code, LngLat, Timestamp};

/// A key that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub expires_at: Option<Timestamp>,
}

impl Key {
    /// For everything and for ever.
    pub fn new(id: impl Into<String>, name: impl Into<String>, role: Role) -> Self {
        Self { id: id.into(), name: name.into(), role, scope: Scope::default(), expires_at: None }
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// The hash of a secret that opens a key, for a while where another one took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub hash: String,
    pub until: Option<Timestamp>,
}

/// What a secret opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub key: Arc<Key>,
    /// Until when: the key expires, or another secret took the place of this one.
    pub until: Option<Timestamp>,
}

/// All keys that were not revoked, by the hashes of their secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    opened: HashMap<String, Opened>,
    revoked: bool,
}

impl Keys {
    /// Each key with its secrets. `revoked`: whether there were others that are out of force.
    pub fn new(keys: impl IntoIterator<Item = (Key, Vec<Secret>)>, revoked: bool) -> Self {
        let opened = keys.into_iter().flat_map(|(key, secrets)| {
            let key = Arc::new(key);
            secrets.into_iter().map(move |secret| {
                let until = [key.expires_at, secret.until].into_iter().flatten().min();
                (secret.hash, Opened { key: Arc::clone(&key), until })
            })
        });
        Self { opened: opened.collect(), revoked }
    }

    /// What the secret with this [`hash`](crate::base::sha256) opens at `now`. Secrets are 244 random bits, so a look-up by hash leaks
    /// nothing useful.
    pub fn find(&self, hash: &str, now: Timestamp) -> Option<&Opened> {
        self.opened.get(hash).filter(|opened| opened.until.is_none_or(|until| until > now))
    }

    /// By id, which is by age; with the time until which a former secret opens it too.
    pub fn all(&self) -> Vec<(&Key, Option<Timestamp>)> {
        let mut all: HashMap<&str, (&Key, Option<Timestamp>)> = HashMap::new();
        for Opened { key, until } in self.opened.values() {
            let former = until.filter(|until| key.expires_at != Some(*until));
            let entry = all.entry(&key.id).or_insert((key, None));
            entry.1 = entry.1.max(former);
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        all
    }

    /// Whether nobody may call at `now`.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.opened.values().all(|opened| opened.key.has_expired(now))
    }

    /// Whether there was never any. Once there was one, revoking the last locks the service instead of
    /// opening it.
    pub fn none_ever(&self) -> bool {
        self.opened.is_empty() && !self.revoked
    }
}

/// Of version 2 since keys have a scope and an end: a former program would let in more than they say.
const KEYS: Kind = Kind::new("keys").version(2);

/// A fact about keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// An API key was made, got another secret or was revoked.
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
