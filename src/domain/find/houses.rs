//! Addresses by number and street: `12 Parliament Street, Ramsey`, `东栅街道中山路12号`. The street is found as any name
//! is; a number that is wrong is another house's.

use super::names::{Fit, Key, Names, Query};
use crate::{
    base::{LngLat, folded},
    domain::{
        areas::{AreaIx, Areas},
        places::{Address, is_ideograph, written},
    },
};

/// Of more numbers in a text the first are tried as a house's.
const NUMBERS_MAX: usize = 4;
/// What callers and signs write beside a number.
const BEFORE: [&str; 5] = ["no.", "no", "nr.", "№", "#"];
const AFTER: [char; 2] = ['号', '號'];

/// The houses of one street in one township that share place and postcode.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub street: String,
    pub place: Option<String>,
    pub postcode: Option<String>,
    pub township: Option<AreaIx>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct House {
    pub row: u32,
    /// As it is written.
    pub number: Box<str>,
    pub at: LngLat,
}

/// All addresses of a gazetteer.
#[derive(Debug)]
pub struct Houses {
    pub rows: Vec<Row>,
    /// By row.
    pub all: Vec<House>,
    /// Where the houses of a row begin, and where the last end.
    starts: Vec<u32>,
    streets: Names<u32>,
}

impl Houses {
    pub fn new(addresses: Vec<Address>, areas: &Areas) -> Self {
        let with_row = |Address { number, street, place, postcode, at }| {
            (Row { street, place, postcode, township: areas.locate(at).township }, number, at)
        };
        let mut told: Vec<(Row, String, LngLat)> = addresses.into_iter().map(with_row).collect();
        let key = |(row, number, _): &(Row, String, LngLat)| {
            let Row { street, place, postcode, township } = row.clone();
            (street, township, place, postcode, number.clone())
        };
        told.sort_by_cached_key(key);
        let (mut rows, mut all, mut starts): (Vec<Row>, Vec<House>, Vec<u32>) = Default::default();
        for (row, number, at) in told {
            if rows.last() != Some(&row) {
                starts.push(all.len() as u32);
                rows.push(row);
            }
            all.push(House { row: rows.len() as u32 - 1, number: number.into(), at });
        }
        starts.push(all.len() as u32);
        let named = (0..).zip(&rows).flat_map(|(n, row)| known_as(row, areas).map(move |name| (name, n)));
        let keyed = named.flat_map(|(name, n)| Key::all(&name).map(move |key| (key, n)).collect::<Vec<_>>());
        let streets = Names::new(keyed.collect());
        Self { rows, all, starts, streets }
    }

    /// The houses that `text` may mean, how well their street fits, and how long its name is.
    pub fn find(&self, text: &str) -> Vec<(Fit, usize, u32)> {
        let mut found = Vec::new();
        for (number, street) in readings(text) {
            let Some(query) = Query::new(&street) else { continue };
            for (fit, key, row) in self.streets.find(&query) {
                let [from, to] = [row, row + 1].map(|n| self.starts[n as usize]);
                let of_row = (from..to).zip(&self.all[from as usize..to as usize]);
                let meant = of_row.filter(|(_, house)| is_number(&house.number, &number));
                found.extend(meant.map(|(n, _)| (fit, key.len(), n)));
            }
        }
        found
    }

    pub fn row(&self, house: &House) -> &Row {
        &self.rows[house.row as usize]
    }

    /// Number and street of one.
    pub fn written(&self, house: &House) -> String {
        written(Some(&house.number), &self.row(house).street)
    }
}

/// How somebody may say where a row is.
fn known_as(row: &Row, areas: &Areas) -> impl Iterator<Item = String> + use<> {
    let Row { street, place, postcode, township } = row;
    let township = township.map(|ix| areas.at(ix));
    let name = township.map(|t| t.name.as_str()).filter(|name| Some(*name) != place.as_deref());
    let after = [Some(street.as_str()), place.as_deref(), name, postcode.as_deref()];
    let whole = after.into_iter().flatten().collect::<Vec<_>>().join(" ");
    // In Chinese the larger goes before the smaller.
    let is_zh = street.chars().any(is_ideograph);
    let zh = township.and_then(|t| t.name_zh.as_deref()).filter(|_| is_zh);
    let place = place.as_deref().unwrap_or("");
    let before = is_zh.then(|| format!("{}{place}{street}", zh.unwrap_or("")));
    [Some(street.clone()), Some(whole).filter(|whole| whole != street), before].into_iter().flatten()
}

/// What streets a text with a house's number may mean.
pub fn streets_said(text: &str) -> impl Iterator<Item = Query> {
    readings(text).into_iter().filter_map(|(_, street)| Query::new(&street))
}

/// Each number in a text that may be a house's, as compared, with what is left of the text.
fn readings(text: &str) -> Vec<(String, String)> {
    let text = folded(text);
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |n: usize| chars.get(n).map(|(_, c)| *c);
    let is_digit = |n: usize| at(n).is_some_and(|c| c.is_ascii_digit());
    let is_letter = |n: usize| at(n).is_some_and(|c| c.is_alphabetic() && !is_ideograph(c));
    let (mut all, mut n) = (Vec::new(), 0);
    while n < chars.len() && all.len() < NUMBERS_MAX {
        let begins = is_digit(n) && !(n > 0 && (is_digit(n - 1) || is_letter(n - 1)));
        if !begins {
            n += 1;
            continue;
        }
        let from = n;
        loop {
            n = (n..).find(|n| !is_digit(*n)).unwrap_or(n);
            // 12a, but not 3rd.
            n += usize::from(is_letter(n) && !is_letter(n + 1) && !is_digit(n + 1));
            match at(n) {
                Some('-' | '–' | '/') if is_digit(n + 1) => n += 1,
                _ => break,
            }
        }
        if is_letter(n) {
            continue;
        }
        let byte = |n: usize| chars.get(n).map_or(text.len(), |(byte, _)| *byte);
        let (before, after) = (text[..byte(from)].trim_end(), text[byte(n)..].trim_start());
        let said = BEFORE.iter().find_map(|word| before.strip_suffix(word));
        let before = said.filter(|rest| !rest.ends_with(char::is_alphabetic)).unwrap_or(before);
        let rest = format!("{before} {}", after.trim_start_matches(AFTER));
        if rest.chars().any(char::is_alphabetic) {
            all.push((number_key(&text[byte(from)..byte(n)]), rest));
        }
    }
    all
}

fn number_key(number: &str) -> String {
    let number = folded(number);
    number
        .trim_end_matches(AFTER)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '–' { '-' } else { c })
        .collect()
}

/// Whether `asked` is a house's number, or one of those on its side of the street that it spans: 14 of 12-16.
fn is_number(number: &str, asked: &str) -> bool {
    let number = number_key(number);
    let spans = || {
        let (from, to) = number.split_once('-')?;
        let [from, to, asked]: [u32; 3] = [from.parse().ok()?, to.parse().ok()?, asked.parse().ok()?];
        Some((from..=to).contains(&asked) && (asked - from).is_multiple_of(2))
    };
    number == asked || spans().unwrap_or(false)
}

#[cfg(test)]
mod tests;
