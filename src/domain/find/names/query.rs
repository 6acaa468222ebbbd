//! What somebody looks for, and how a name fits it.

use super::{
    Key,
    key::{SOUND_LETTERS, is_ideograph, plain, script},
};
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
        /// It stands among what was said.
        Mentioned = "mentioned",
        /// The same, but for typing errors.
        Nearly = "nearly",
    }
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Query {
    whole: Key,
    /// As they were typed: parted by what is no letter or digit, and where Chinese begins or ends.
    pub(super) words: Vec<String>,
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

    /// Whether a name stands in it, word by word. One letter, or a number alone, means nothing in particular.
    pub(super) fn mentions(&self, key: &Key) -> bool {
        let (text, starts, name) = (&self.whole.text, &self.whole.starts, &*key.text);
        let ends_word = |end: usize| end == text.len() || starts.binary_search(&(end as u16)).is_ok();
        let stands_at = |at: &u16| text[*at as usize..].starts_with(name) && ends_word(*at as usize + name.len());
        let is_name = name.chars().nth(1).is_some() && name.chars().any(|c| !c.is_numeric());
        is_name && !key.is_sound && starts.iter().any(stands_at)
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
    pub(super) fn nearly(&self, key: &Key) -> Option<Fit> {
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
pub(super) fn errors_allowed(word: &str) -> usize {
    match word.chars().count() {
        _ if word.chars().any(|c| script(c) != 2) => 0,
        ..4 => 0,
        4..8 => 1,
        8.. => 2,
    }
}

/// Whether `other` begins like `word`, but for a few letters that are wrong, missing, too many or swapped with
/// the next one (optimal string alignment).
pub(super) fn is_nearly(word: &str, other: &str) -> bool {
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
