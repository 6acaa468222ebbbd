//! Parameters that several routes share.

use serde::{Deserialize, Deserializer, de::Error as _};
use uuid::Uuid;

use crate::base::{BBox, Error, Result, Timestamp};

/// `west,south,east,north` in degrees.
pub fn bbox(text: &str) -> Result<BBox> {
    let bad = || Error::invalid("bbox", format!("bbox {text:?} is not west,south,east,north in degrees"));
    let numbers: Vec<f64> = text.split(',').map(|n| n.trim().parse().map_err(|_| bad())).collect::<Result<_>>()?;
    match numbers[..] {
        [w, s, e, n] => BBox::new(w, s, e, n).map_err(|e| e.at("bbox")),
        _ => Err(bad()),
    }
}

/// `true` or `false`; `1` and `0` too.
pub fn flag<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<bool, D::Error> {
    let text = String::deserialize(d)?;
    match text.as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        other => Err(D::Error::custom(format!("{other:?} is neither true nor false"))),
    }
}

/// A comma list of words.
pub fn words<T: std::str::FromStr<Err = Error>>(text: &str) -> Result<Vec<T>> {
    text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::parse).collect()
}

/// How many records a page has; what is not 1 to `maximum` is refused.
pub fn page_limit(limit: Option<usize>, default: usize, maximum: usize) -> Result<usize> {
    match limit.unwrap_or(default) {
        n if (1..=maximum).contains(&n) => Ok(n),
        n => Err(Error::invalid("limit", format!("a limit of {n} is not 1 to {maximum}"))),
    }
}

/// Where a page of records ended, which are ordered by time and id: as it stands in `after`.
pub fn ended((at, id): (Timestamp, Uuid)) -> String {
    format!("{}_{id}", at.ms())
}

/// What [`ended`] said.
pub fn cursor(text: &str) -> Result<(Timestamp, Uuid)> {
    let bad = || Error::invalid("after", format!("{text:?} is not where a page ended"));
    let (ms, id) = text.split_once('_').ok_or_else(bad)?;
    Ok((Timestamp::from_ms(ms.parse().map_err(|_| bad())?)?, id.parse().map_err(|_| bad())?))
}

/// The address of the next page: this request's own query with another `after`.
pub fn next_link(path: &str, query: Option<&str>, after: &str) -> String {
    asked_again(path, query, "after", after)
}

/// This request's own address with another value of one parameter.
pub fn asked_again(path: &str, query: Option<&str>, name: &str, value: &str) -> String {
    let kept = form_urlencoded::parse(query.unwrap_or("").as_bytes()).filter(|(k, _)| k != name);
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(kept).append_pair(name, value);
    format!("{path}?{}", pairs.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_repeats_every_filter() {
        let next = next_link("/a", Some("status=reported&after=old&bbox=1,2,3,4"), "new");
        assert_eq!(next, "/a?status=reported&bbox=1%2C2%2C3%2C4&after=new");
    }

    #[test]
    fn boxes_are_four_numbers_in_order() {
        assert!(bbox("-5,54,-4,55").is_ok());
        for bad in ["", "1,2,3", "1,2,3,4,5", "5,54,-4,55", "a,b,c,d", "0,0,0,91", "NaN,0,1,1"] {
            assert!(bbox(bad).is_err(), "{bad}");
        }
    }
}
