//! What a thing is to the base map, by its tags. OSM's words where they are few, OpenMapTiles' where they are
//! many.

use crate::domain::basemap::{Class, GroundLayer, Names};

/// Tags of one element.
pub type Tags<'a> = [(&'a str, &'a str)];

/// A key, its values, and what they are: layer, class, the zoom that they come in at.
type Rule = (&'static str, &'static [&'static str], GroundLayer, &'static str, u8);

const AREAS: [Rule; 14] = [
    ("natural", &["water"], GroundLayer::Water, "lake", 4),
    ("waterway", &["riverbank", "dock"], GroundLayer::Water, "river", 4),
    ("landuse", &["reservoir", "basin", "salt_pond"], GroundLayer::Water, "reservoir", 4),
    ("natural", &["wood"], GroundLayer::Wood, "wood", 7),
    ("landuse", &["forest"], GroundLayer::Wood, "wood", 7),
    ("leisure", &["park", "garden", "playground"], GroundLayer::Park, "park", 9),
    ("leisure", &["golf_course", "pitch", "recreation_ground"], GroundLayer::Park, "sport", 9),
    ("landuse", &["recreation_ground", "village_green", "grass"], GroundLayer::Park, "park", 9),
    ("landuse", &["cemetery"], GroundLayer::Park, "cemetery", 9),
    ("landuse", &["residential"], GroundLayer::BuiltUp, "residential", 7),
    ("landuse", &["commercial", "retail"], GroundLayer::BuiltUp, "commercial", 7),
    ("landuse", &["industrial", "railway", "port"], GroundLayer::BuiltUp, "industrial", 7),
    ("landuse", &["education", "institutional"], GroundLayer::BuiltUp, "institution", 9),
    ("amenity", &["school", "university", "college", "hospital"], GroundLayer::BuiltUp, "institution", 9),
];

const LINES: [Rule; 17] = [
    ("highway", &["motorway", "motorway_link"], GroundLayer::Road, "motorway", 5),
    ("highway", &["trunk", "trunk_link"], GroundLayer::Road, "trunk", 6),
    ("highway", &["primary", "primary_link"], GroundLayer::Road, "primary", 7),
    ("highway", &["secondary", "secondary_link"], GroundLayer::Road, "secondary", 9),
    ("highway", &["tertiary", "tertiary_link"], GroundLayer::Road, "tertiary", 10),
    ("highway", &["unclassified", "residential", "living_street", "road"], GroundLayer::Road, "minor", 12),
    ("highway", &["service"], GroundLayer::Road, "service", 13),
    ("highway", &["track"], GroundLayer::Road, "track", 13),
    ("highway", &["pedestrian", "footway", "path", "cycleway", "bridleway", "steps"], GroundLayer::Road, "path", 13),
    ("railway", &["rail"], GroundLayer::Railway, "rail", 8),
    ("railway", &["narrow_gauge", "light_rail", "monorail", "preserved"], GroundLayer::Railway, "light_rail", 9),
    ("railway", &["subway", "tram", "funicular"], GroundLayer::Railway, "transit", 11),
    ("waterway", &["river"], GroundLayer::Waterway, "river", 8),
    ("waterway", &["canal"], GroundLayer::Waterway, "canal", 9),
    ("waterway", &["stream"], GroundLayer::Waterway, "stream", 12),
    ("waterway", &["ditch", "drain"], GroundLayer::Waterway, "ditch", 13),
    ("natural", &["coastline"], GroundLayer::Waterway, "coastline", 0),
];

/// By their values; the rank tells which name stays where there is no room for two.
const POIS: [(&str, &[&str], u8); 9] = [
    ("amenity", &["police", "fire_station", "hospital", "townhall", "courthouse", "bus_station", "ferry_terminal"], 1),
    ("railway", &["station", "halt"], 1),
    ("aeroway", &["aerodrome", "terminal"], 1),
    ("amenity", &["school", "university", "college", "clinic", "marketplace", "library", "post_office", "fuel"], 2),
    ("office", &["government"], 2),
    ("tourism", &["museum", "attraction", "hotel"], 2),
    ("leisure", &["stadium", "sports_centre", "marina"], 2),
    ("historic", &["castle", "monument", "memorial", "ruins"], 3),
    (
        "amenity",
        &[
            "kindergarten",
            "doctors",
            "pharmacy",
            "bank",
            "place_of_worship",
            "community_centre",
            "social_facility",
            "theatre",
            "cinema",
            "restaurant",
            "fast_food",
            "cafe",
            "bar",
            "pub",
        ],
        3,
    ),
];

const PLACES: [(&[&str], u8, u8); 4] = [
    (&["city"], 1, 4),
    (&["town"], 2, 7),
    (&["village", "suburb", "borough", "quarter", "island"], 3, 10),
    (&["hamlet", "neighbourhood", "isolated_dwelling", "islet", "locality", "farm"], 4, 12),
];

pub fn tag<'a>(tags: &Tags<'a>, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
}

/// What a closed line encloses.
pub fn area(tags: &Tags) -> Option<Class> {
    if tag(tags, "building").is_some_and(|v| v != "no") {
        return Some(Class { layer: GroundLayer::Building, class: "building", rank: None, minzoom: 13 });
    }
    ruled(&AREAS, tags)
}

pub fn line(tags: &Tags) -> Option<Class> {
    // Nothing of what lies under the ground but roads and railways.
    let is_hidden = tag(tags, "tunnel").is_some_and(|v| v != "no") && tag(tags, "waterway").is_some();
    let is_area = tag(tags, "area") == Some("yes");
    if is_hidden || is_area { None } else { ruled(&LINES, tags) }
}

fn ruled(rules: &[Rule], tags: &Tags) -> Option<Class> {
    let of = |(key, values, ..): &&Rule| tag(tags, key).is_some_and(|v| values.contains(&v));
    let (.., layer, class, minzoom) = *rules.iter().find(of)?;
    Some(Class { layer, class, rank: None, minzoom })
}

/// What has a name and is looked for by it.
pub fn poi(tags: &Tags) -> Option<Class> {
    tag(tags, "name")?;
    let of = |(key, values, rank): &(&str, &'static [&'static str], u8)| {
        let value = tag(tags, key)?;
        values.iter().find(|v| **v == value).map(|class| (*class, *rank))
    };
    let shop = || tag(tags, "shop").filter(|v| *v != "no").map(|_| ("shop", 3));
    let (class, rank) = POIS.iter().find_map(of).or_else(shop)?;
    Some(Class { layer: GroundLayer::Poi, class, rank: Some(rank), minzoom: 11 + rank })
}

pub fn place(tags: &Tags) -> Option<Class> {
    tag(tags, "name")?;
    let value = tag(tags, "place")?;
    let of = |(values, rank, minzoom): &(&'static [&'static str], u8, u8)| {
        values.iter().find(|v| **v == value).map(|class| (*class, *rank, *minzoom))
    };
    let (class, rank, minzoom) = PLACES.iter().find_map(of)?;
    Some(Class { layer: GroundLayer::Place, class, rank: Some(rank), minzoom })
}

/// What it is called, in which language; what has no name in one is called as those there do.
pub fn names(tags: &Tags) -> Option<Box<Names>> {
    let text = |key: &str| tag(tags, key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let names = Names {
        name: text("name"),
        name_zh: text("name:zh").or_else(|| text("name:zh-Hans")),
        name_en: text("name:en"),
        number: tag(tags, "highway").and_then(|_| text("ref")),
    };
    (names != Names::default()).then(|| Box::new(names))
}
