//! What an OSRM client asks: coordinates in the path, options behind them; and how it is refused.

use super::{
    near::{Near, near},
    refusal::{Refusal, refuse},
};
use crate::base::LngLat;

/// Options of every service. `hints` and `generate_hints` only save the other engine work.
const GENERAL: [&str; 8] =
    ["bearings", "radiuses", "generate_hints", "hints", "approaches", "exclude", "snapping", "skip_waypoints"];
/// What would change the answer and is not known here, with the values that ask for nothing.
const UNKNOWN_HERE: [(&str, &[&str]); 3] =
    [("approaches", &["unrestricted"]), ("exclude", &[]), ("snapping", &["default", "any"])];

/// A request that was understood.
#[derive(Debug)]
pub struct Ask {
    pub points: Vec<LngLat>,
    /// For each of them.
    pub near: Vec<Near>,
    options: Vec<(String, String)>,
}

impl Ask {
    /// `known` are the options of the service itself.
    pub fn read(coordinates: &str, query: Option<&str>, known: &[&str]) -> Result<Self, Refusal> {
        let points = points(coordinates.strip_suffix(".json").unwrap_or(coordinates))?;
        let options: Vec<(String, String)> =
            form_urlencoded::parse(query.unwrap_or("").as_bytes()).into_owned().collect();
        for (name, _) in &options {
            if !GENERAL.contains(&name.as_str()) && !known.contains(&name.as_str()) {
                return refuse("InvalidQuery", format!("unknown option {name:?}"));
            }
        }
        let mut ask = Self { near: Vec::new(), points, options };
        for (name, harmless) in UNKNOWN_HERE {
            let asks = |word: &str| !word.is_empty() && !harmless.contains(&word);
            if ask.text(name).is_some_and(|text| text.split(';').any(asks)) {
                return refuse("InvalidOptions", format!("{name} are not supported by this service"));
            }
        }
        ask.near = near(ask.text("radiuses"), ask.text("bearings"), ask.points.len())?;
        Ok(ask)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// One of `words`; the first when the option is not given.
    pub fn choice(&self, name: &str, words: &[&'static str]) -> Result<&'static str, Refusal> {
        let Some(text) = self.text(name) else { return Ok(words[0]) };
        match words.iter().find(|w| **w == text) {
            Some(word) => Ok(word),
            None => refuse("InvalidOptions", format!("{name} of {text:?} is not one of {}", words.join(", "))),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.choice(name, &["false", "true"])? == "true")
    }

    /// Indexes of points: `all` of them, or `0;3;7`.
    pub fn indexes(&self, name: &str) -> Result<Vec<usize>, Refusal> {
        let text = match self.text(name) {
            None | Some("all") => return Ok((0..self.points.len()).collect()),
            Some(text) => text,
        };
        let index = |word: &str| match word.parse::<usize>() {
            Ok(ix) if ix < self.points.len() => Ok(ix),
            Ok(ix) => refuse("InvalidOptions", format!("{name}: there is no coordinate {ix}")),
            Err(_) => refuse("InvalidQuery", format!("{name}: {word:?} is no index")),
        };
        text.split(';').map(index).collect()
    }
}

fn points(text: &str) -> Result<Vec<LngLat>, Refusal> {
    for (name, precision) in [("polyline(", 5), ("polyline6(", 6)] {
        if let Some(encoded) = text.strip_prefix(name).and_then(|t| t.strip_suffix(')')) {
            return match polyline::decode_polyline(encoded, precision) {
                Ok(line) => line.into_iter().map(|c| place(c.x, c.y)).collect(),
                Err(e) => refuse("InvalidQuery", format!("the polyline can't be decoded: {e}")),
            };
        }
    }
    let pair = |pair: &str| {
        let numbers = pair.split_once(',').and_then(|(lng, lat)| Some((lng.parse().ok()?, lat.parse().ok()?)));
        match numbers {
            Some((lng, lat)) => place(lng, lat),
            None => refuse("InvalidQuery", format!("{pair:?} is not longitude,latitude")),
        }
    };
    text.split(';').map(pair).collect()
}

fn place(lng: f64, lat: f64) -> Result<LngLat, Refusal> {
    LngLat::new(lng, lat).map_err(|e| Refusal::Coded("InvalidOptions", e.detail))
}

#[cfg(test)]
mod tests;
