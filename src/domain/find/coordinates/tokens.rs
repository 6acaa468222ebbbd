//! The numbers, units, sides and words that coordinates are written with.

use crate::kernel::crs::Datum;

/// What one of the two is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Axis {
    Lng,
    Lat,
}

/// What coordinates are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    Number {
        value: f64,
        /// It has a sign.
        negative: bool,
        whole: bool,
    },
    Degrees,
    Minutes,
    Seconds,
    /// A letter or word that says the axis; west and south count against it.
    Side(Axis, bool),
    /// A comma or the like, which parts the two where it stands once.
    Between,
}

/// Words around coordinates, as compared; the longer of two that begin alike come first.
const WORDS: &[(&str, Option<Token>)] = &[
    ("longitude", Some(Token::Side(Axis::Lng, false))),
    ("latitude", Some(Token::Side(Axis::Lat, false))),
    ("long", Some(Token::Side(Axis::Lng, false))),
    ("lng", Some(Token::Side(Axis::Lng, false))),
    ("lon", Some(Token::Side(Axis::Lng, false))),
    ("lat", Some(Token::Side(Axis::Lat, false))),
    ("east", Some(Token::Side(Axis::Lng, false))),
    ("west", Some(Token::Side(Axis::Lng, true))),
    ("north", Some(Token::Side(Axis::Lat, false))),
    ("south", Some(Token::Side(Axis::Lat, true))),
    ("degrees", Some(Token::Degrees)),
    ("deg", Some(Token::Degrees)),
    ("min", Some(Token::Minutes)),
    ("sec", Some(Token::Seconds)),
    ("geo", None),
    ("e", Some(Token::Side(Axis::Lng, false))),
    ("w", Some(Token::Side(Axis::Lng, true))),
    ("n", Some(Token::Side(Axis::Lat, false))),
    ("s", Some(Token::Side(Axis::Lat, true))),
    ("d", Some(Token::Degrees)),
    ("m", Some(Token::Minutes)),
    ("东经", Some(Token::Side(Axis::Lng, false))),
    ("西经", Some(Token::Side(Axis::Lng, true))),
    ("北纬", Some(Token::Side(Axis::Lat, false))),
    ("南纬", Some(Token::Side(Axis::Lat, true))),
    ("经度", Some(Token::Side(Axis::Lng, false))),
    ("纬度", Some(Token::Side(Axis::Lat, false))),
    ("度", Some(Token::Degrees)),
    ("分", Some(Token::Minutes)),
    ("秒", Some(Token::Seconds)),
];

/// How datums are called.
pub(super) const DATUMS: &[(&str, Datum)] = &[
    ("wgs-84", Datum::Wgs84),
    ("wgs84", Datum::Wgs84),
    ("gps", Datum::Wgs84),
    ("cgcs2000", Datum::Cgcs2000),
    ("gcj-02", Datum::Gcj02),
    ("gcj02", Datum::Gcj02),
    ("amap", Datum::Gcj02),
    ("高德", Datum::Gcj02),
    ("腾讯", Datum::Gcj02),
    ("bd-09", Datum::Bd09),
    ("bd09", Datum::Bd09),
    ("baidu", Datum::Bd09),
    ("百度", Datum::Bd09),
];

pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            _ if c.is_whitespace() => {}
            ',' | ';' | '/' | '、' | '|' => all.push(Token::Between),
            ':' | '=' | '(' | ')' | '[' | ']' => {}
            '°' => all.push(Token::Degrees),
            '\'' | '’' | '′' | '`' => {
                let again = |c: char| matches!(c, '\'' | '’' | '′');
                let double = rest[taken..].chars().next().filter(|c| again(*c));
                taken += double.map_or(0, char::len_utf8);
                all.push(if double.is_some() { Token::Seconds } else { Token::Minutes });
            }
            '"' | '”' => all.push(Token::Seconds),
            '0'..='9' | '.' | '-' | '+' | '−' => {
                let (number, length) = number(rest)?;
                all.push(number);
                taken = length;
            }
            _ => {
                let (word, token) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
                all.extend(*token);
                taken = word.len();
                // `s` after minutes says seconds, else the side.
                if *word == "s" && all.iter().rev().nth(2) == Some(&Token::Minutes) {
                    all.pop();
                    all.push(Token::Seconds);
                }
                let is_letter = |c: char| c.is_ascii_alphabetic();
                if word.ends_with(is_letter) && rest[taken..].starts_with(is_letter) {
                    return None;
                }
            }
        }
        rest = &rest[taken..];
    }
    Some(all)
}

/// The number that a text begins with, and how long it is.
fn number(text: &str) -> Option<(Token, usize)> {
    let sign = text.chars().next().filter(|c| !c.is_ascii_digit() && *c != '.');
    let from = sign.map_or(0, char::len_utf8);
    let to = text[from..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |n| from + n);
    let value: f64 = text[from..to].parse().ok()?;
    let (negative, whole) = (matches!(sign, Some('-' | '−')), !text[from..to].contains('.'));
    Some((Token::Number { value, negative, whole }, to))
}
