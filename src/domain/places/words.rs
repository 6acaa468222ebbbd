//! Where something is, in words, as people there write it.

/// Chinese and Japanese are written without spaces: each of these is a word.
pub fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Number and street: `12 Parliament Street`, `中山路12号`.
pub fn written(number: Option<&str>, street: &str) -> String {
    match number {
        None => street.to_owned(),
        Some(number) if street.chars().any(is_ideograph) => {
            let unit = if number.ends_with(|c: char| c.is_ascii_alphanumeric()) { "号" } else { "" };
            format!("{street}{number}{unit}")
        }
        Some(number) => format!("{number} {street}"),
    }
}

/// Parts of one text in Chinese: without a space, but beside Latin letters.
pub fn clauses<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for part in parts {
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if is_latin(text.chars().next_back()) || (!text.is_empty() && is_latin(part.chars().next())) {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_people_there_do() {
        assert_eq!(written(Some("12"), "Parliament Street"), "12 Parliament Street");
        assert_eq!(written(Some("12"), "中山路"), "中山路12号");
        assert_eq!(written(Some("12号"), "中山路"), "中山路12号");
        assert_eq!(written(None, "中山路"), "中山路");
        assert_eq!(clauses(["道格拉斯", "Prospect Hill"]), "道格拉斯 Prospect Hill");
        assert_eq!(clauses(["东栅街道", "中山路12号"]), "东栅街道中山路12号");
        assert_eq!(clauses(["Douglas", "中山路"]), "Douglas 中山路");
    }
}
