//! Points of interest and addresses: those of the extract that the roads in force were made from, in a file beside
//! them ([`Mapped`]), and a list of our own, imported whole ([`Pois`]). `find` knows them by name, and tells by them
//! where a point is.

mod words;

use serde::{Deserialize, Serialize};

pub use self::words::{clauses, is_ideograph, written};
use super::noun::{About, Fact, Kind, NoRows, Noun, Told};
use crate::base::{Code, Error, LngLat, Result, at_most, no_nul};

/// First bytes of a file of this version.
const MAGIC: &[u8; 12] = b"xunge-poi-01";
/// Most places of a list of our own, and most points of interest and most addresses of extracts: they stay in memory.
pub const OWN_MAX: usize = 200_000;
pub const MAPPED_MAX: usize = 1_000_000;
/// Nothing is called more, or longer.
pub const ALIASES_MAX: usize = 8;
pub const NAME_MAX: usize = 200;

/// A point of interest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poi {
    /// What it is: OSM's word, such as `pub`, or that of our own list.
    pub category: String,
    pub name: String,
    pub name_zh: Option<String>,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Street and number, as they are written there.
    pub address: Option<String>,
    pub at: LngLat,
}

impl Poi {
    /// Refuses what can't be a place of a list.
    pub fn check(&self) -> Result<()> {
        let some = |field: &str, text: &str| match text.trim().is_empty() {
            true => Err(Error::invalid(field, "is empty")),
            false => Ok(()),
        };
        some("name", &self.name)?;
        some("kind", &self.category)?;
        if self.aliases.len() > ALIASES_MAX {
            return Err(Error::invalid("aliases", format!("{} are more than {ALIASES_MAX}", self.aliases.len())));
        }
        let aliases = self.aliases.iter().map(|alias| ("aliases", Some(alias.as_str())));
        let texts = [
            ("name", Some(self.name.as_str())),
            ("kind", Some(self.category.as_str())),
            ("name_zh", self.name_zh.as_deref()),
            ("address", self.address.as_deref()),
        ];
        texts.into_iter().chain(aliases).try_for_each(|(field, text)| {
            at_most(field, text, NAME_MAX)?;
            no_nul(field, text.unwrap_or(""))
        })
    }

    /// All that it is called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let Self { name, name_zh, aliases, .. } = self;
        [name.as_str()].into_iter().chain(name_zh.as_deref()).chain(aliases.iter().map(String::as_str))
    }
}

/// A house that has a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    pub number: String,
    /// Or the place that numbers its houses without streets.
    pub street: String,
    /// Town or part of it.
    pub place: Option<String>,
    pub postcode: Option<String>,
    pub at: LngLat,
}

/// What extracts tell of places, in a stable order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapped {
    pub pois: Vec<Poi>,
    pub addresses: Vec<Address>,
}

impl Mapped {
    /// The file: same places, same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_extend(self, MAGIC.to_vec()).map_err(Error::internal)
    }

    /// Refuses what is no such file of this version, or is cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |why: &str| Error::invalid("places", why);
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("is no file of places of this version"))?;
        match postcard::take_from_bytes(body) {
            Ok((mapped, [])) => Ok(mapped),
            _ => Err(refuse("the file of places is cut off or damaged")),
        }
    }
}

/// The list of our own, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pois(Vec<Poi>);

impl Pois {
    /// # Errors
    /// `Invalid` for too many, or two that are one.
    pub fn new(mut all: Vec<Poi>) -> Result<Self> {
        if all.len() > OWN_MAX {
            return Err(Error::invalid("places", format!("{} are more than {OWN_MAX}", all.len())));
        }
        let by_name = |a: &Poi, b: &Poi| {
            let at = |p: &Poi| [p.at.lng, p.at.lat].map(|degrees| (degrees * 1e7).round() as i64);
            a.name.cmp(&b.name).then_with(|| at(a).cmp(&at(b)))
        };
        all.sort_by(by_name);
        match all.windows(2).find(|pair| by_name(&pair[0], &pair[1]).is_eq()) {
            Some(pair) => Err(Error::invalid("name", format!("{:?} at {} is listed twice", pair[0].name, pair[0].at))),
            None => Ok(Self(all)),
        }
    }

    /// By name.
    pub fn all(&self) -> &[Poi] {
        &self.0
    }

    /// Those of this name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Poi> {
        let from = self.0.partition_point(|poi| poi.name.as_str() < name);
        self.0[from..].iter().take_while(move |poi| poi.name == name)
    }
}

const REPLACED: Kind = Kind::new("places_replaced").told_as("places");

/// A fact about places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The list of our own was replaced.
    PlacesReplaced { count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        REPLACED
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::PlacesReplaced { count } = self;
        Told::one("count", count)
    }
}

impl Noun for Pois {
    const WORD: &'static str = "places";
    const KINDS: &'static [Kind] = &[REPLACED];
    type Change = Change;
    type Rows = NoRows;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_places_is_read_whole_or_not_at_all() {
        let at = LngLat { lng: -4.48, lat: 54.15 };
        let (category, name) = ("pub".to_owned(), "The Crown".to_owned());
        let poi = Poi { category, name, name_zh: None, aliases: vec!["Crown".into()], address: None, at };
        let (number, street) = ("12".to_owned(), "Parliament Street".to_owned());
        let house = Address { number, street, place: None, postcode: Some("IM8".into()), at };
        let mapped = Mapped { pois: vec![poi.clone()], addresses: vec![house] };
        let bytes = mapped.to_bytes().unwrap();
        assert_eq!(Mapped::from_bytes(&bytes).unwrap(), mapped);
        for (damaged, words) in [
            (&bytes[..bytes.len() - 1], "cut off"),
            (&[&bytes[..], &[0]].concat()[..], "cut off"),
            (&bytes[1..], "of this version"),
        ] {
            let why = Mapped::from_bytes(damaged).unwrap_err();
            assert!(why.detail.contains(words), "{why}");
        }
        let twice = Pois::new(vec![poi.clone(), Poi { category: "inn".into(), ..poi }]).unwrap_err();
        assert!(twice.detail.contains("The Crown") && twice.detail.contains("twice"), "{twice}");
    }
}
