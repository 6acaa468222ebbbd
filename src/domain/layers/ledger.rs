//! What was shown of a layer for one question, so that who was shown it once hears later only what is otherwise.
//!
//! Each answer is a state. A state is compared with the one before it, whichever way it came about: by a change of
//! the log, a move, the clock, or what the caller may see. Whoever had a state, and gets what was otherwise in
//! any later one, as it is now, has this one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fmt,
    hash::{DefaultHasher, Hasher},
    str::FromStr,
};

use crate::base::{Error, Result, Seq};

/// Features that are gone and told so; who was last here before the first of them begins anew.
const GONE_MAX: usize = 10_000;
/// Numbers of changes by which states are found.
const SEQS_MAX: usize = 4_096;
/// What a feature takes beside its id.
const FEATURE_BYTES: usize = 96;

/// What tells one look of a feature from another: two look the same by chance once in 2⁶⁴.
pub type Print = u64;

pub fn print(written: &[u8]) -> Print {
    let mut hasher = DefaultHasher::new();
    hasher.write(written);
    hasher.finish()
}

/// A state that was shown: `12-9f3a0011.4`, or by the last change in it alone, `12`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Mark {
    pub seq: Seq,
    /// The ledger's name, and the state.
    state: Option<(u32, u64)>,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state {
            Some((name, state)) => write!(f, "{}-{name:08x}.{state}", self.seq),
            None => self.seq.fmt(f),
        }
    }
}

impl FromStr for Mark {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::invalid("since", format!("{text:?} is neither a seq nor what `next` said"));
        let (seq, state) = text.split_once('-').map_or((text, None), |(seq, state)| (seq, Some(state)));
        let state = state.map(|state| {
            let (name, state) = state.split_once('.')?;
            Some((u32::from_str_radix(name, 16).ok()?, state.parse().ok()?))
        });
        let state = state.map(|state| state.ok_or_else(bad)).transpose()?;
        Ok(Self { seq: seq.parse().map_err(|_| bad())?, state })
    }
}

impl TryFrom<String> for Mark {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

/// What is otherwise.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Places of those that are new or look otherwise.
    pub changed: Vec<usize>,
    /// Ids of those that are gone.
    pub gone: Vec<String>,
}

#[derive(Debug)]
struct Seen {
    print: Print,
    /// The state that it first looked so in, and the last that it was in.
    since: u64,
    last: u64,
}

#[derive(Debug)]
pub struct Ledger {
    /// Unlike any other's: a mark of another one says nothing here.
    name: u32,
    state: u64,
    /// What is otherwise since an earlier state is no longer known.
    first: u64,
    features: HashMap<String, Seen>,
    gone: VecDeque<(u64, String)>,
    /// The first state with this last change in it.
    by_seq: BTreeMap<Seq, u64>,
    id_bytes: usize,
}

impl Ledger {
    pub fn new(name: u32) -> Self {
        let (features, gone, by_seq) = Default::default();
        Self { name, state: 0, first: 1, features, gone, by_seq, id_bytes: 0 }
    }

    pub fn bytes(&self) -> usize {
        self.id_bytes + (self.features.len() + self.gone.len() + self.by_seq.len()) * FEATURE_BYTES
    }

    /// Takes in a state: its mark, and what is otherwise since another one, where that is known.
    pub fn show(&mut self, seq: Seq, now: &[(String, Print)], since: Option<&Mark>) -> (Mark, Option<Delta>) {
        // Before this one is known by its seq, which may have been another process's.
        let since = since.and_then(|mark| self.state_of(mark));
        self.take(now);
        self.by_seq.entry(seq).or_insert(self.state);
        if self.by_seq.len() > SEQS_MAX {
            self.by_seq.pop_first();
        }
        let delta = since.filter(|since| *since >= self.first).map(|since| self.delta(since, now));
        (Mark { seq, state: Some((self.name, self.state)) }, delta)
    }

    fn state_of(&self, mark: &Mark) -> Option<u64> {
        match mark.state {
            Some((name, state)) => (name == self.name && state <= self.state).then_some(state),
            None => self.by_seq.get(&mark.seq).copied(),
        }
    }

    fn take(&mut self, now: &[(String, Print)]) {
        self.state += 1;
        let state = self.state;
        for (id, print) in now {
            let new = || Seen { print: *print, since: state, last: state };
            match self.features.get_mut(id) {
                Some(seen) if seen.print == *print => seen.last = state,
                Some(seen) => *seen = new(),
                None => {
                    self.id_bytes += id.len();
                    self.features.insert(id.clone(), new());
                }
            }
        }
        // Which way round they are told is nobody's business.
        let gone = self.features.extract_if(|_, seen| seen.last != state);
        self.gone.extend(gone.map(|(id, _)| (state, id)));
        while self.gone.len() > GONE_MAX {
            let Some((state, id)) = self.gone.pop_front() else { break };
            (self.first, self.id_bytes) = (self.first.max(state), self.id_bytes - id.len());
        }
    }

    fn delta(&self, since: u64, now: &[(String, Print)]) -> Delta {
        let is_new = |id: &String| self.features.get(id).is_some_and(|seen| seen.since > since);
        let changed = now.iter().enumerate().filter(|(_, (id, _))| is_new(id)).map(|(at, _)| at).collect();
        let gone = self.gone.iter().rev().take_while(|(state, _)| *state > since).map(|(_, id)| id);
        // What came back is there; what went twice is told once.
        let gone: BTreeSet<_> = gone.filter(|id| !self.features.contains_key(*id)).cloned().collect();
        Delta { changed, gone: gone.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests;
