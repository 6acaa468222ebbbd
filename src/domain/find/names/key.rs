//! A name as compared.

use icu_normalizer::DecomposingNormalizerBorrowed;
use pinyin::ToPinyinMulti;

pub(super) use crate::domain::places::is_ideograph;

/// A name as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Letters and digits alone.
    pub(super) text: Box<str>,
    /// Where words begin in it.
    pub(super) starts: Box<[u16]>,
    /// It is how a name sounds, not how it is written.
    pub(super) is_sound: bool,
}

/// Fewer letters sound like too much.
pub(super) const SOUND_LETTERS: usize = 2;
/// Of a name with more readings the first ones are found.
const READINGS_MAX: usize = 8;

/// What begins anew where another of these begins.
pub(super) fn script(c: char) -> u8 {
    if is_ideograph(c) {
        0
    } else if c.is_numeric() {
        1
    } else {
        2
    }
}

/// Letters and digits in small, without accents; a blank for all that parts words.
pub(super) fn plain(name: &str) -> impl Iterator<Item = char> {
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
    pub(super) fn tails(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().map(|&at| &self.text[at as usize..])
    }

    /// Its words one by one.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.starts.len()).map(|n| self.word(n))
    }

    pub(super) fn word(&self, n: usize) -> &str {
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
