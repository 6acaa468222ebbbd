//! Names as people write and look for them, and an index over many of them.
//!
//! A name matches when every word of the query begins a word of it; spaces, punctuation, case, accents and
//! forms of compatibility count for nothing, and every Chinese character begins a word. Names in Chinese are also
//! found by how they sound (pinyin without tones, every reading) and by the first letters of that. Only where
//! nothing matches so, words of letters may be wrong in one place from 4 letters on, in two from 8.

mod key;
mod query;

use std::cmp::Ordering;

use self::query::{errors_allowed, is_nearly};
pub use self::{
    key::Key,
    query::{Fit, Query},
};

/// Many names, each of something; a thing may have several.
#[derive(Debug)]
pub struct Names<T> {
    names: Vec<(Key, T)>,
    /// The words of all names, in the order of the text that begins with them: which name, and which word of it.
    tails: Vec<(u32, u16)>,
}

impl<T: Copy> Names<T> {
    pub fn new(names: Vec<(Key, T)>) -> Self {
        let words = |(name, (key, _)): (u32, &(Key, T))| (0..key.starts.len() as u16).map(move |word| (name, word));
        let mut tails: Vec<(u32, u16)> = (0..).zip(&names).flat_map(words).collect();
        tails.sort_unstable_by(|a, b| tail(&names, *a).cmp(tail(&names, *b)).then(a.cmp(b)));
        Self { names, tails }
    }

    /// Everything whose name fits, each name once, in no order.
    pub fn find(&self, query: &Query) -> Vec<(Fit, &Key, T)> {
        // However it fits, its first word begins a word of the name.
        let Some(first) = query.words.first() else { return Vec::new() };
        let order = |at: &(u32, u16)| {
            let tail = tail(&self.names, *at);
            if tail.starts_with(first.as_str()) { Ordering::Equal } else { tail.cmp(first.as_str()) }
        };
        let from = self.tails.partition_point(|at| order(at) == Ordering::Less);
        let to = from + self.tails[from..].partition_point(|at| order(at) == Ordering::Equal);
        let fits = self.fitting(self.tails[from..to].iter().map(|(name, _)| *name).collect(), |key| query.fit(key));
        if !fits.is_empty() { fits } else { self.nearly(query, first) }
    }

    /// Everything whose name stands in the query, in no order.
    pub fn mentioned(&self, query: &Query) -> impl Iterator<Item = (&Key, T)> {
        self.names.iter().filter(|(key, _)| query.mentions(key)).map(|(key, of)| (key, *of))
    }

    fn nearly(&self, query: &Query, first: &str) -> Vec<(Fit, &Key, T)> {
        if query.words.iter().all(|word| errors_allowed(word) == 0) {
            return Vec::new();
        }
        // The same words mostly stand together: few are looked at twice.
        let mut names = Vec::new();
        let mut last: Option<(&str, bool)> = None;
        for &at in &self.tails {
            let word = self.names[at.0 as usize].0.word(at.1 as usize);
            let fits = match last {
                Some((same, fits)) if same == word => fits,
                _ => is_nearly(first, word),
            };
            last = Some((word, fits));
            if fits || tail(&self.names, at).starts_with(first) {
                names.push(at.0);
            }
        }
        self.fitting(names, |key| query.nearly(key))
    }

    fn fitting(&self, mut names: Vec<u32>, fit: impl Fn(&Key) -> Option<Fit>) -> Vec<(Fit, &Key, T)> {
        names.sort_unstable();
        names.dedup();
        let fitting = |name: u32| {
            let (key, of) = &self.names[name as usize];
            Some((fit(key)?, key, *of))
        };
        names.into_iter().filter_map(fitting).collect()
    }
}

fn tail<T>(names: &[(Key, T)], (name, word): (u32, u16)) -> &str {
    let key = &names[name as usize].0;
    &key.text[key.starts[word as usize] as usize..]
}

#[cfg(test)]
mod tests;
