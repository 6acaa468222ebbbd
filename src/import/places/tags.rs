//! What an element's tags tell of a place: a point of interest, an address.

use crate::{
    base::LngLat,
    domain::places::{ALIASES_MAX, Address, NAME_MAX, Poi, written},
};

/// Keys whose values say what something with a name is, the first that is there; none of their values where there
/// are some.
const KEYS: [(&str, &[&str]); 19] = [
    ("amenity", &[]),
    ("shop", &[]),
    ("tourism", &[]),
    ("leisure", &[]),
    ("office", &[]),
    ("healthcare", &[]),
    ("craft", &[]),
    ("emergency", &[]),
    ("club", &[]),
    ("historic", &[]),
    ("man_made", &[]),
    ("military", &[]),
    ("aeroway", &["aerodrome", "terminal", "helipad"]),
    ("railway", &["station", "halt", "tram_stop"]),
    ("public_transport", &["station"]),
    ("highway", &["bus_stop"]),
    ("landuse", &["cemetery", "industrial", "retail", "commercial", "quarry", "landfill", "allotments"]),
    ("natural", &[]),
    ("place", &["square", "locality", "farm", "islet", "island"]),
];
/// What is neither looked for by its name nor a place.
const PASSED_OVER: [&str; 3] = ["no", "coastline", "tree_row"];
const ALIASES: [&str; 6] = ["name:en", "alt_name", "short_name", "official_name", "loc_name", "old_name"];
/// Nobody's number is longer.
const NUMBER_MAX: usize = 20;

pub fn tag<'a>(tags: &[(&'a str, &'a str)], key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
}

/// What is told of a place; where it is, isn't yet.
#[derive(Debug, Clone, Default)]
pub struct Tagged {
    pub poi: Option<Box<Poi>>,
    pub address: Option<Box<HouseTags>>,
}

/// The tags of an address.
#[derive(Debug, Clone)]
pub struct HouseTags {
    numbers: String,
    street: String,
    place: Option<String>,
    postcode: Option<String>,
}

impl HouseTags {
    /// One for each of its numbers.
    pub fn at(&self, at: LngLat) -> impl Iterator<Item = Address> {
        let Self { numbers, street, place, postcode } = self.clone();
        let numbers: Vec<String> = numbers
            .split([';', ',', '；', '，', '、'])
            .map(|number| number.trim().to_owned())
            .filter(|number| !number.is_empty() && number.chars().count() <= NUMBER_MAX)
            .collect();
        numbers.into_iter().map(move |number| Address {
            number,
            street: street.clone(),
            place: place.clone(),
            postcode: postcode.clone(),
            at,
        })
    }
}

impl Tagged {
    pub fn of(tags: &[(&str, &str)]) -> Self {
        if tags.is_empty() {
            return Self::default();
        }
        Self { poi: poi(tags).map(Box::new), address: house(tags).map(Box::new) }
    }

    pub fn is_nothing(&self) -> bool {
        self.poi.is_none() && self.address.is_none()
    }
}

fn short(text: &str) -> Option<String> {
    (text.chars().count() <= NAME_MAX).then(|| text.to_owned())
}

fn poi(tags: &[(&str, &str)]) -> Option<Poi> {
    let name = short(tag(tags, "name").or_else(|| tag(tags, "name:en"))?)?;
    let told = |(key, values): &(&'static str, &[&str])| {
        let value = tag(tags, key).filter(|v| !PASSED_OVER.contains(v))?;
        (values.is_empty() || values.contains(&value)).then(|| if value == "yes" { *key } else { value })
    };
    // Anything else that has a name is a building, or no place.
    let building = || tag(tags, "building").filter(|v| !PASSED_OVER.contains(v)).map(|_| "building");
    let harbour = || tag(tags, "harbour").filter(|v| *v != "no").map(|_| "harbour");
    let category = KEYS.iter().find_map(told).or_else(harbour).or_else(building)?;
    let category = short(category.split(';').next().unwrap_or(category).trim())?;
    let name_zh = tag(tags, "name:zh").or_else(|| tag(tags, "name:zh-Hans")).and_then(short).filter(|n| *n != name);
    let mut aliases: Vec<String> = Vec::new();
    for alias in ALIASES.iter().filter_map(|key| tag(tags, key)).flat_map(|text| text.split([';', '；'])) {
        let alias = alias.trim();
        let is_new = alias != name && Some(alias) != name_zh.as_deref() && aliases.iter().all(|known| known != alias);
        if !alias.is_empty() && is_new && aliases.len() < ALIASES_MAX {
            aliases.extend(short(alias));
        }
    }
    let street = tag(tags, "addr:street").or_else(|| tag(tags, "addr:place"));
    let address = street.and_then(|street| short(&written(tag(tags, "addr:housenumber"), street)));
    Some(Poi { category, name, name_zh, aliases, address, at: LngLat { lng: 0.0, lat: 0.0 } })
}

fn house(tags: &[(&str, &str)]) -> Option<HouseTags> {
    let numbers = short(tag(tags, "addr:housenumber")?)?;
    let (of_street, of_place) = (tag(tags, "addr:street"), tag(tags, "addr:place"));
    let place = ["addr:suburb", "addr:city", "addr:district"].iter().find_map(|key| tag(tags, key));
    let place = of_street.and(of_place).or(place);
    Some(HouseTags {
        numbers,
        street: short(of_street.or(of_place)?)?,
        place: place.and_then(short),
        postcode: tag(tags, "addr:postcode").and_then(short),
    })
}
