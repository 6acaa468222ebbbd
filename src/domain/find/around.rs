//! A point in words: the address, the crossing, the street, the place that is nearest to it, as a caller would say
//! where it is.

use super::{gazetteer::Gazetteer, houses::House};
use crate::{
    base::{LngLat, name_key},
    domain::{
        areas::Area,
        places::{Poi, clauses},
        roads::Place,
    },
    kernel::{graph::LinkIx, snap::JUNCTION_M},
};

/// Defaults of ours, metres: farther away, a point is not said to be there.
pub const HOUSE_M: f64 = 30.0;
pub const CROSSING_M: f64 = 30.0;
pub const STREET_M: f64 = 100.0;
pub const POI_M: f64 = 100.0;
pub const SETTLEMENT_M: f64 = 10_000.0;
/// So near to a settlement's middle one is in it.
const IN_SETTLEMENT_M: f64 = 500.0;

/// What lies nearest to a point, each no farther than it is said of; distances in metres.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Around<'a> {
    pub house: Option<(&'a House, f64)>,
    pub crossing: Option<([String; 2], f64)>,
    pub street: Option<(&'a str, f64)>,
    pub poi: Option<(&'a Poi, f64)>,
    pub settlement: Option<(&'a Place, f64)>,
}

/// What lies around a point.
pub fn around(gazetteer: &Gazetteer, at: LngLat) -> Around<'_> {
    let Gazetteer { houses, pois, settlements, near, .. } = gazetteer;
    fn within<T>(
        all: &[T],
        n: Option<u32>,
        place: impl Fn(&T) -> LngLat,
        at: LngLat,
        most_m: f64,
    ) -> Option<(&T, f64)> {
        let one = &all[n? as usize];
        let away_m = place(one).distance_m(at);
        (away_m <= most_m).then_some((one, away_m))
    }
    Around {
        house: within(&houses.all, near.houses.nearest(at), |house| house.at, at, HOUSE_M),
        crossing: crossing(gazetteer, at),
        street: street(gazetteer, at, STREET_M),
        poi: within(pois, near.pois.nearest(at), |poi| poi.at, at, POI_M),
        settlement: within(settlements, near.settlements.nearest(at), |one| one.at, at, SETTLEMENT_M),
    }
}

fn name(gazetteer: &Gazetteer, link: LinkIx) -> Option<&str> {
    let graph = &gazetteer.roads.network()?.car().graph;
    graph.name(link).or_else(|| graph.number(link))
}

/// The nearest road that has a name or a number.
pub fn street(gazetteer: &Gazetteer, at: LngLat, most_m: f64) -> Option<(&str, f64)> {
    let roads = gazetteer.roads.network()?.car();
    let named = |link| name(gazetteer, link).is_some();
    let foot = roads.snapper.nearest(roads.imported(), at, most_m, JUNCTION_M, named)?;
    Some((name(gazetteer, foot.link)?, foot.distance_m))
}

/// The nearest junction at which roads of two names meet.
fn crossing(gazetteer: &Gazetteer, at: LngLat) -> Option<([String; 2], f64)> {
    let roads = gazetteer.roads.network()?.car();
    let graph = roads.imported();
    let mut links: Vec<LinkIx> = roads.snapper.near(graph, at, CROSSING_M).into_iter().map(|foot| foot.link).collect();
    links.sort_unstable();
    links.dedup();
    let mut best: Option<([String; 2], f64)> = None;
    for link in links {
        let shape = graph.shape(link);
        let ends = graph.ends(2 * link).into_iter().zip([shape.clone().next(), shape.clone().next_back()]);
        for (junction, place) in ends {
            let Some(away_m) = place.map(|p| p.distance_m(at)).filter(|m| *m <= CROSSING_M) else { continue };
            let mut names: Vec<&str> = graph.links_at(junction).filter_map(|l| name(gazetteer, l)).collect();
            names.sort_by_key(|name| name_key(name));
            names.dedup_by_key(|name| name_key(name));
            let [a, b, ..] = names[..] else { continue };
            let one = ([a.to_owned(), b.to_owned()], away_m);
            if best.as_ref().is_none_or(|b| (one.1, &one.0) < (b.1, &b.0)) {
                best = Some(one);
            }
        }
    }
    best
}

/// The township, else the county.
fn area(gazetteer: &Gazetteer, at: LngLat) -> Option<&Area> {
    let chain = gazetteer.areas.locate(at);
    chain.township.or(chain.county).map(|ix| gazetteer.areas.at(ix))
}

/// The same in Latin letters and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InWords {
    pub words: String,
    pub words_zh: String,
}

/// Where `at` is: the house, else the crossing, else the street; beside which place; in which township. What has no
/// road near it is told by its distance to a settlement. Empty where nothing is known.
pub fn in_words(gazetteer: &Gazetteer, at: LngLat, around: &Around<'_>) -> InWords {
    let (mut parts, mut zh): (Vec<String>, Vec<String>) = Default::default();
    let area = area(gazetteer, at);
    let area_zh = area.map(|a| a.name_zh.as_deref().unwrap_or(&a.name));
    if let Some((house, _)) = around.house {
        let address = gazetteer.houses.written(house);
        parts.push(address.clone());
        zh.push(address);
    } else if let Some(([a, b], _)) = &around.crossing {
        parts.push(format!("{a} & {b}"));
        zh.push(clauses([a.as_str(), "与", b, "路口"]));
    } else if let Some((street, _)) = around.street {
        parts.push(street.to_owned());
        zh.push(street.to_owned());
    }
    match (around.poi, around.settlement) {
        (Some((poi, _)), _) if around.house.is_none() => {
            parts.push(format!("near {}", poi.name));
            zh.push(clauses(["近", poi.name_zh.as_deref().unwrap_or(&poi.name)]));
        }
        (None, Some((place, away_m))) if parts.is_empty() => {
            let name_zh = place.name_zh.as_deref().unwrap_or(&place.name);
            if away_m <= IN_SETTLEMENT_M {
                parts.push(place.name.clone());
                zh.push(name_zh.to_owned());
            } else {
                let km = format!("{:.1}", away_m / 1_000.0);
                parts.push(format!("{km} km from {}", place.name));
                zh.push(clauses(["距", name_zh, &km, "公里"]));
            }
        }
        _ => {}
    }
    // A settlement may be called as its township is.
    parts.extend(area.map(|a| a.name.clone()).filter(|name| parts.last() != Some(name)));
    let place = zh.join("，");
    let area_zh = area_zh.filter(|name| **name != place);
    let words_zh = clauses(area_zh.into_iter().chain(Some(place.as_str()).filter(|p| !p.is_empty())));
    InWords { words: parts.join(", "), words_zh }
}

/// Where something with a name of its own is: by its address, else by the street that it stands at, and the township.
pub fn whereabouts(gazetteer: &Gazetteer, at: LngLat, address: Option<&str>) -> InWords {
    let street = || street(gazetteer, at, STREET_M).map(|(name, _)| name);
    let line = address.or_else(street);
    let area = area(gazetteer, at);
    let names = line.into_iter().chain(area.map(|a| a.name.as_str()));
    let zh = area.map(|a| a.name_zh.as_deref().unwrap_or(&a.name)).into_iter().chain(line);
    InWords { words: names.collect::<Vec<_>>().join(", "), words_zh: clauses(zh) }
}

/// Where a house is besides its street: its place, its postcode, its township.
pub fn around_house(gazetteer: &Gazetteer, house: &House) -> InWords {
    let row = gazetteer.houses.row(house);
    let township = row.township.map(|ix| gazetteer.areas.at(ix));
    let (place, postcode) = (row.place.as_deref(), row.postcode.as_deref());
    let name = township.map(|t| t.name.as_str()).filter(|name| place != Some(name));
    let words = [place, name, postcode].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let name_zh = township.and_then(|t| t.name_zh.as_deref()).or(name);
    InWords { words, words_zh: clauses([name_zh, place, postcode].into_iter().flatten()) }
}
