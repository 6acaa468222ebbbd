//! Names as people write and look for them, and an index over many of them.
//!
//! A name matches when every word of the query begins a word of it; spaces, punctuation, case, accents and
//! forms of compatibility count for nothing, and every Chinese character begins a word. Names in Chinese are also
//! found by how they sound (pinyin without tones, every reading) and by the first letters of that. Only where
//! nothing matches so, words of letters may be wrong in one place from 4 letters on, in two from 8.

use std::cmp::Ordering;

use icu_normalizer::DecomposingNormalizerBorrowed;
use pinyin::ToPinyinMulti;

use crate::base::words;

words! {
    /// How well a name fits, the best first.
    #[derive(PartialOrd, Ord)]
    #[schema(as = FoundBy)]
    Fit {
        /// All of it.
        Whole = "whole",
        /// It begins so.
        Beginning = "beginning",
        /// A word in it begins so.
        Inside = "inside",
        /// Each word begins one of its words, in any order.
        Words = "words",
        /// It sounds so: its pinyin, or the first letters of that.
        Sound = "sound",
        /// The same, but for typing errors.
        Nearly = "nearly",
    }
}

/// A name as compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Letters and digits alone.
    text: Box<str>,
    /// Where words begin in it.
    starts: Box<[u16]>,
    /// It is how a name sounds, not how it is written.
    is_sound: bool,
}

/// Fewer letters sound like too much.
const SOUND_LETTERS: usize = 2;
/// Of a name with more readings the first ones are found.
const READINGS_MAX: usize = 8;

/// Chinese and Japanese are written without spaces: each of these is a word.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What begins anew where another of these begins.
fn script(c: char) -> u8 {
    if is_ideograph(c) {
        0
    } else if c.is_numeric() {
        1
    } else {
        2
    }
}

/// Letters and digits in small, without accents; a blank for all that parts words.
fn plain(name: &str) -> impl Iterator<Item = char> {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(name).to_lowercase();
    // An apostrophe is part of its word.
    let kept = |c: &char| !matches!(c, '\u{300}'..='\u{36f}' | '\'' | '’' | '‘' | 'ʼ');
    let chars: Vec<char> = decomposed.chars().filter(kept).collect();
    chars.into_iter().map(|c| if c.is_alphanumeric() { c } else { ' ' })
}

impl Key {
    /// `None` for a name without letters and digits, or longer than anybody writes.
    pub fn new(name: &str) -> Option<Self> {
        let (mut text, mut starts, mut before) = (String::new(), Vec::new(), ' ');
        for c in plain(name) {
            if c != ' ' {
                if before == ' ' || is_ideograph(c) || script(before) != script(c) {
                    starts.push(u16::try_from(text.len()).ok()?);
                }
                text.push(c);
            }
            before = c;
        }
        (!text.is_empty()).then(|| Self { text: text.into(), starts: starts.into(), is_sound: false })
    }

    /// As it is written, and as it sounds.
    pub fn all(name: &str) -> impl Iterator<Item = Self> {
        Self::new(name).into_iter().chain(sounds(name))
    }

    /// What begins with each of its words.
    fn tails(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().map(|&at| &self.text[at as usize..])
    }

    /// Its words one by one.
    fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.starts.len()).map(|n| self.word(n))
    }

    fn word(&self, n: usize) -> &str {
        let end = self.starts.get(n + 1).map_or(self.text.len(), |&at| at as usize);
        &self.text[self.starts[n] as usize..end]
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }
}

/// How a name with Chinese characters sounds, in each of its readings: syllables as words, and their first letters.
fn sounds(name: &str) -> Vec<Key> {
    if !name.chars().any(is_ideograph) {
        return Vec::new();
    }
    // Whole, and with the first letter alone of each syllable.
    let mut readings = vec![(String::new(), String::new())];
    for c in name.chars() {
        let mut syllables: Vec<String> = Vec::new();
        for one in c.to_pinyin_multi().into_iter().flatten() {
            // People type 绿 both ways.
            let said = one.plain();
            syllables.extend(["u", "v"].map(|u| said.replace('ü', u)));
        }
        syllables.dedup();
        if syllables.is_empty() {
            readings.iter_mut().flat_map(|(whole, first)| [whole, first]).for_each(|text| text.push(c));
            continue;
        }
        let longer = |(whole, first): (String, String)| {
            let said = |s: &String| (format!("{whole} {s} "), format!("{first} {} ", &s[..1]));
            syllables.iter().map(said).collect::<Vec<_>>()
        };
        readings = readings.into_iter().flat_map(longer).take(READINGS_MAX).collect();
    }
    let texts = readings.iter().flat_map(|(whole, first)| [whole, first]);
    let mut keys: Vec<Key> = texts.filter_map(|text| Some(Key { is_sound: true, ..Key::new(text)? })).collect();
    keys.sort_by(|a, b| a.text.cmp(&b.text));
    keys.dedup();
    keys
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Query {
    whole: Key,
    /// As they were typed: parted by what is no letter or digit, and where Chinese begins or ends.
    words: Vec<String>,
}

impl Query {
    /// `None` without a letter or digit.
    pub fn new(text: &str) -> Option<Self> {
        let whole = Key::new(text)?;
        let (mut words, mut before) = (Vec::<String>::new(), ' ');
        for c in plain(text) {
            match words.last_mut() {
                _ if c == ' ' => {}
                Some(word) if before != ' ' && is_ideograph(before) == is_ideograph(c) => word.push(c),
                _ => words.push(c.into()),
            }
            before = c;
        }
        Some(Self { whole, words })
    }

    /// Letters and digits alone.
    pub fn text(&self) -> &str {
        &self.whole.text
    }

    /// How a name fits, but for typing errors.
    pub fn fit(&self, key: &Key) -> Option<Fit> {
        let fit = self.fit_of(key)?;
        match key.is_sound {
            true => (self.whole.text.len() >= SOUND_LETTERS).then_some(Fit::Sound),
            false => Some(fit),
        }
    }

    fn fit_of(&self, key: &Key) -> Option<Fit> {
        let wanted = &*self.whole.text;
        if key.text.starts_with(wanted) {
            return Some(if key.text.len() == wanted.len() { Fit::Whole } else { Fit::Beginning });
        }
        if key.tails().any(|tail| tail.starts_with(wanted)) {
            return Some(Fit::Inside);
        }
        let begins = |word: &String| key.tails().any(|tail| tail.starts_with(word.as_str()));
        self.words.iter().all(begins).then_some(Fit::Words)
    }

    /// How a name fits, typing errors allowed.
    fn nearly(&self, key: &Key) -> Option<Fit> {
        if key.is_sound {
            return None;
        }
        let begins = |word: &String| {
            key.tails().any(|tail| tail.starts_with(word.as_str())) || key.words().any(|other| is_nearly(word, other))
        };
        self.words.iter().all(begins).then_some(Fit::Nearly)
    }
}

/// In how many places a word may be wrong. A number that is wrong is another one.
fn errors_allowed(word: &str) -> usize {
    match word.chars().count() {
        _ if word.chars().any(|c| script(c) != 2) => 0,
        ..4 => 0,
        4..8 => 1,
        8.. => 2,
    }
}

/// Whether `other` begins like `word`, but for a few letters that are wrong, missing, too many or swapped with
/// the next one (optimal string alignment).
fn is_nearly(word: &str, other: &str) -> bool {
    let allowed = errors_allowed(word);
    if allowed == 0 {
        return other.starts_with(word);
    }
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().take(word.len() + allowed).collect());
    if a.len() > b.len() + allowed {
        return false;
    }
    let (mut two_before, mut before) = (Vec::new(), (0..=b.len()).collect::<Vec<_>>());
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut least = (before[j] + 1).min(row[j - 1] + 1).min(before[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(two_before[j - 2] + 1);
            }
            row.push(least);
        }
        two_before = std::mem::replace(&mut before, row);
    }
    before.iter().any(|&errors| errors <= allowed)
}

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
