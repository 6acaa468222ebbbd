//! Where a map service has its tiles: an address with places for the tile, and for a key.

use std::{fmt, str::FromStr};

const WANTED: [&str; 3] = ["{z}", "{x}", "{y}"];
const KEY: &str = "{key}";

/// Such an address. Where it has no `{key}` a key may stand in it, so that it is not shown beyond its host.
#[derive(Clone, PartialEq, Eq)]
pub struct TileAddress(String);

impl TileAddress {
    pub fn needs_key(&self) -> bool {
        self.0.contains(KEY)
    }

    /// The address of a tile.
    pub fn of(&self, (z, x, y): (u8, u32, u32), key: &str) -> String {
        let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        let numbers = [z.into(), x, y].map(|n: u32| n.to_string());
        let with_tile = WANTED.iter().zip(numbers).fold(self.0.clone(), |text, (place, n)| text.replace(place, &n));
        with_tile.replace(KEY, &key)
    }

    /// `https://tiles.example.org`
    fn origin(&self) -> &str {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        &self.0[..scheme.len() + 3 + host.len()]
    }
}

impl FromStr for TileAddress {
    type Err = String;

    /// What is wrong is said without the address: it may hold a key.
    fn from_str(text: &str) -> Result<Self, String> {
        let address = Self(text.to_owned());
        let filled = address.of((0, 0, 0), "");
        let uri: Result<axum::http::Uri, _> = filled.parse();
        let uri = uri.ok().filter(|uri| ["http", "https"].map(Some).contains(&uri.scheme_str()));
        let host = uri.as_ref().and_then(|uri| uri.authority()).map(|a| a.as_str());
        match WANTED.iter().find(|place| !text.contains(**place)) {
            Some(place) => Err(format!("an address of tiles has {{z}}, {{x}} and {{y}}, this one has no {place}")),
            None if filled.contains(['{', '}']) => {
                Err("an address of tiles has no {…} but {z}, {x}, {y}, {key}".into())
            }
            None if !host.is_some_and(|host| !host.is_empty() && !host.contains('@')) => {
                Err("it is no address such as https://tiles.example.org/{z}/{x}/{y}.png".into())
            }
            None => Ok(address),
        }
    }
}

impl fmt::Display for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.needs_key() {
            true => f.write_str(&self.0),
            false => write!(f, "{}/…", self.origin()),
        }
    }
}

impl fmt::Debug for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_a_tile_is() {
        let wmts: TileAddress =
            "https://t0.example.cn/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}".parse().unwrap();
        let tile = wmts.of((3, 6, 2), "a&b");
        assert_eq!(tile, "https://t0.example.cn/wmts?TILEMATRIX=3&TILEROW=2&TILECOL=6&tk=a%26b");
        assert!(wmts.to_string().contains("tk={key}"));
        let plain: TileAddress = "http://tiles.example.org:81/{z}/{x}/{y}.png?tk=secret".parse().unwrap();
        assert_eq!(format!("{plain} {plain:?}"), "http://tiles.example.org:81/… http://tiles.example.org:81/…");
        assert!(!plain.needs_key());
    }

    #[test]
    fn what_is_no_address_of_tiles_is_refused_without_being_shown() {
        for (text, words) in [
            ("https://a.org/{x}/{y}?tk=secret", "no {z}"),
            ("https://a.org/{z}/{y}?tk=secret", "no {x}"),
            ("https://a.org/{z}/{x}?tk=secret", "no {y}"),
            ("https://{s}.a.org/{z}/{x}/{y}?tk=secret", "{…}"),
            ("https:///{z}/{x}/{y}?tk=secret", "no address"),
            ("ftp://a.org/{z}/{x}/{y}?tk=secret", "no address"),
            ("a.org/{z}/{x}/{y}?tk=secret", "no address"),
            ("https://me:secret@a.org/{z}/{x}/{y}", "no address"),
        ] {
            let why = text.parse::<TileAddress>().unwrap_err();
            assert!(why.contains(words) && !why.contains("secret"), "{why}");
        }
    }
}
