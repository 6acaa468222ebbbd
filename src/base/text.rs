//! Text that people write in many ways, made comparable.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// As compared: full-width and other forms of compatibility made plain (NFKC), small letters, no space
/// at the ends.
pub fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        let small = !text.bytes().any(|b| b.is_ascii_uppercase());
        return if small { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) };
    }
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    Cow::Owned(plain.trim().to_lowercase())
}

/// Names and numbers of roads as compared: folded, and without spaces.
pub fn name_key(name: &str) -> String {
    folded(name).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_folded_to_what_is_meant() {
        for (text, want) in [
            ("yes", "yes"),
            (" No ", "no"),
            ("３０", "30"),
            ("５０；３０", "50;30"),
            ("ＹＥＳ", "yes"),
            ("㎞/h", "km/h"),
            ("ÉCOLE", "école"),
            ("\u{3000}中山路\u{a0}", "中山路"),
            ("", ""),
        ] {
            assert_eq!(folded(text), want, "{text:?}");
        }
        for (a, b) in [("G 320", "g320"), ("Ｇ３２０", "G320"), ("Mill  Lane", "mill lane"), ("Stra\u{df}e", "STRAßE")]
        {
            assert_eq!(name_key(a), name_key(b), "{a:?} {b:?}");
        }
    }
}
