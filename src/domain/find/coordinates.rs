//! Coordinates as people paste them: `54.15, -4.48`, `-4.48 54.15`, `54°9′8″N 4°29′1″W`, `N54 9.13 W4 29.02`,
//! `东经120°45′30″，北纬30°44′`, `geo:54.15,-4.48`, `bd09 120.76,30.75`.
//!
//! Which of two numbers is the longitude is often not said, and in which datum they are hardly ever: [`read`]
//! tells every reading that there can be.

mod tokens;

use self::tokens::{Axis, DATUMS, Token, tokens};
use crate::{
    base::{LngLat, folded, words},
    kernel::crs::{CHINA, Datum},
};

words! {
    /// Which of the two numbers is which.
    #[schema(as = CoordinateOrder)]
    Order { LngLat = "lng_lat", LatLng = "lat_lng" }
}

/// One way to read a pair of coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// WGS-84
    pub at: LngLat,
    pub order: Order,
    pub datum: Datum,
}

/// Every way to read `text` as a place; none where it is something else. Where nothing says the datum it is
/// WGS-84, and in China perhaps one of those that maps there use.
pub fn read(text: &str) -> Vec<Reading> {
    // Folding would make a degree of an `º` a letter, and two primes of a `″`.
    let text = text.replace('º', "°").replace('″', "\"");
    let mut text = folded(&text).into_owned();
    let mut said = None;
    for (name, datum) in DATUMS {
        if let Some(at) = text.find(name) {
            text.replace_range(at..at + name.len(), " ");
            said = Some(*datum);
            break;
        }
    }
    let pair = tokens(&text).and_then(|tokens| halves(&tokens).iter().find_map(pair));
    let Some([first, second]) = pair else { return Vec::new() };
    let orders: &[Order] = match (first.axis, second.axis) {
        (Some(Axis::Lng), Some(Axis::Lng)) | (Some(Axis::Lat), Some(Axis::Lat)) => &[],
        (Some(Axis::Lng), _) | (_, Some(Axis::Lat)) => &[Order::LngLat],
        (Some(Axis::Lat), _) | (_, Some(Axis::Lng)) => &[Order::LatLng],
        (None, None) => &[Order::LatLng, Order::LngLat],
    };
    let at = |order: &Order| {
        let (lng, lat) = match order {
            Order::LngLat => (first.degrees, second.degrees),
            Order::LatLng => (second.degrees, first.degrees),
        };
        LngLat::new(lng, lat).ok().map(|at| (*order, at))
    };
    let read = |(order, at): (Order, LngLat)| {
        let shifted = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];
        let datums = match said {
            Some(datum) => vec![datum],
            None if CHINA.contains(at) => shifted.to_vec(),
            None => vec![Datum::Wgs84],
        };
        datums.into_iter().map(move |datum| Reading { at: datum.to_wgs84(at), order, datum })
    };
    orders.iter().filter_map(at).flat_map(read).collect()
}

/// The ways to part the tokens of two coordinates.
fn halves(tokens: &[Token]) -> Vec<[&[Token]; 2]> {
    let parted: Vec<usize> = (0..tokens.len()).filter(|&n| tokens[n] == Token::Between).collect();
    if let [at] = parted[..] {
        return vec![[&tokens[..at], &tokens[at + 1..]]];
    }
    if !parted.is_empty() {
        return Vec::new();
    }
    // In the middle of the numbers; where one has minutes and the other not, wherever both halves are told.
    let numbers: Vec<usize> = (0..tokens.len()).filter(|&n| matches!(tokens[n], Token::Number { .. })).collect();
    let middle = numbers.get(numbers.len() / 2).filter(|_| numbers.len().is_multiple_of(2));
    let elsewhere = numbers.iter().filter(|_| tokens.contains(&Token::Degrees));
    // The side may stand before its number.
    let cuts = middle.into_iter().chain(elsewhere).filter(|&&at| at > 0).flat_map(|&at| [at, at - 1]);
    cuts.map(|at| [&tokens[..at], &tokens[at..]]).filter(|way| pair(way).is_some()).collect()
}

#[derive(Debug, Clone, Copy)]
struct Coordinate {
    degrees: f64,
    axis: Option<Axis>,
}

fn pair(halves: &[&[Token]; 2]) -> Option<[Coordinate; 2]> {
    Some([coordinate(halves[0])?, coordinate(halves[1])?])
}

/// Degrees, or degrees and minutes, or also seconds; only the last may have decimals.
fn coordinate(tokens: &[Token]) -> Option<Coordinate> {
    const UNITS: [Token; 3] = [Token::Degrees, Token::Minutes, Token::Seconds];
    let (mut degrees, mut count, mut side, mut minus, mut ended) = (0.0, 0, None, false, false);
    let mut unit_said = true;
    for token in tokens {
        match *token {
            Token::Number { value, negative, whole } => {
                let minor = count > 0;
                if count == 3 || ended || (minor && (negative || value >= 60.0)) {
                    return None;
                }
                degrees += value / 60f64.powi(count as i32);
                (minus, ended, unit_said) = (minus || negative, !whole, false);
                count += 1;
            }
            Token::Side(axis, against) => match side {
                Some((other, _)) if other != axis => return None,
                Some((_, before)) => side = Some((axis, before || against)),
                None => side = Some((axis, against)),
            },
            unit if count > 0 && !unit_said && UNITS[count - 1] == unit => unit_said = true,
            _ => return None,
        }
    }
    let against = side.is_some_and(|(_, against)| against);
    if count == 0 || (minus && against) {
        return None;
    }
    let axis = side.map(|(axis, _)| axis);
    Some(Coordinate { degrees: if minus || against { -degrees } else { degrees }, axis })
}

#[cfg(test)]
mod tests;
