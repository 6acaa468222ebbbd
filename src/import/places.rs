//! Points of interest and addresses: of OpenStreetMap extracts, and a list of our own from CSV.
//!
//! An extract is read in three turns, as for the roads: relations (which ways bound one), ways (which nodes), nodes.
//! What is an area is told by its middle.

mod tags;

use std::collections::BTreeMap;

use osmpbf::{Element, RelMemberType};

use self::tags::Tagged;
use super::{
    network::Nearby,
    osm::{
        Progress, Report,
        geometry::{middle, rings},
    },
    pbf::Extract,
    table::{self, Columns, Row},
};
use crate::{
    base::{Error, LngLat, Result},
    domain::places::{Address, MAPPED_MAX, Mapped, Poi, Pois},
    kernel::{crs::Datum, graph::degrees},
};

/// An element that is told, and the nodes or ways that bound it.
struct Outlined {
    id: i64,
    tagged: Tagged,
    bounds: Vec<i64>,
}

/// Places of one or several extracts: all, or what lies near enough. What occurs in two of them is taken once.
pub fn read_extracts(extracts: &[Extract], near: Option<&Nearby>, progress: Progress) -> Result<(Mapped, Report)> {
    let mut relations = each(extracts, "relations", progress, |element| match element {
        Element::Relation(r) => relation(&r),
        _ => None,
    })?;
    once(&mut relations, |r| r.id);
    let mut sides: Vec<i64> = relations.iter().flat_map(|r| r.bounds.iter().copied()).collect();
    sides.sort_unstable();
    sides.dedup();
    let mut ways = each(extracts, "outlines", progress, |element| match element {
        Element::Way(w) => {
            let tags: Vec<(&str, &str)> = w.tags().collect();
            let tagged = Tagged::of(&tags);
            let is_wanted = !tagged.is_nothing() || sides.binary_search(&w.id()).is_ok();
            is_wanted.then(|| Outlined { id: w.id(), tagged, bounds: w.refs().collect() })
        }
        _ => None,
    })?;
    once(&mut ways, |w| w.id);
    let mut corners: Vec<i64> = ways.iter().flat_map(|w| w.bounds.iter().copied()).collect();
    corners.sort_unstable();
    corners.dedup();
    let node = |id: i64, e7: [i32; 2], tags: &[(&str, &str)]| {
        let tagged = Tagged::of(tags);
        (!tagged.is_nothing() || corners.binary_search(&id).is_ok()).then_some((id, e7, tagged))
    };
    let mut nodes = each(extracts, "places", progress, |element| match element {
        Element::Node(n) => node(n.id(), [n.decimicro_lon(), n.decimicro_lat()], &n.tags().collect::<Vec<_>>()),
        Element::DenseNode(n) => node(n.id(), [n.decimicro_lon(), n.decimicro_lat()], &n.tags().collect::<Vec<_>>()),
        _ => None,
    })?;
    once(&mut nodes, |n| n.0);
    let place = |id: i64| nodes.binary_search_by_key(&id, |n| n.0).ok().map(|i| nodes[i].1);

    let mut found = Found { near, mapped: Mapped::default(), report: Report::default() };
    for (_, e7, tagged) in &nodes {
        found.take(tagged, Some(*e7));
    }
    for way in ways.iter().filter(|way| !way.tagged.is_nothing()) {
        found.take(&way.tagged, middle(&[&way.bounds], place));
    }
    for relation in &relations {
        let side = |id: &i64| ways.binary_search_by_key(id, |w| w.id).ok().map(|i| &ways[i].bounds[..]);
        let sides: Vec<&[i64]> = relation.bounds.iter().filter_map(side).collect();
        found.take(&relation.tagged, middle(&rings(&sides), place));
    }
    Ok(found.finish())
}

/// What `take` finds in all of them, one after the other.
fn each<T: Send>(
    extracts: &[Extract],
    stage: &str,
    progress: Progress,
    take: impl Fn(Element<'_>) -> Option<T> + Sync,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for extract in extracts {
        found.extend(extract.each(&take, &|done, total| progress(stage, done, total))?);
    }
    Ok(found)
}

/// Sorted by id; of several with one id the first stays.
fn once<T>(all: &mut Vec<T>, id: impl Fn(&T) -> i64) {
    all.sort_by_key(&id);
    all.dedup_by_key(|one| id(one));
}

fn relation(r: &osmpbf::Relation<'_>) -> Option<Outlined> {
    let tags: Vec<(&str, &str)> = r.tags().collect();
    let tagged = Tagged::of(&tags);
    let is_area = matches!(tags::tag(&tags, "type"), Some("multipolygon" | "site"));
    let outer = r.members().filter(|m| m.member_type == RelMemberType::Way && m.role().is_ok_and(|r| r != "inner"));
    (is_area && !tagged.is_nothing()).then(|| Outlined {
        id: r.id(),
        tagged,
        bounds: outer.map(|m| m.member_id).collect(),
    })
}

/// What was taken so far.
struct Found<'a> {
    near: Option<&'a Nearby>,
    mapped: Mapped,
    report: Report,
}

impl Found<'_> {
    fn take(&mut self, tagged: &Tagged, e7: Option<[i32; 2]>) {
        if tagged.is_nothing() {
            return;
        }
        let Some(at) = e7.map(degrees) else {
            return self.report.drop("place whose outline is not in the extract", 1);
        };
        if self.near.is_some_and(|near| !near.holds(at)) {
            return;
        }
        self.mapped.pois.extend(tagged.poi.as_deref().map(|poi| Poi { at, ..poi.clone() }));
        if let Some(house) = tagged.address.as_deref() {
            self.mapped.addresses.extend(house.at(at));
        }
    }

    fn finish(mut self) -> (Mapped, Report) {
        let Mapped { pois, addresses } = &mut self.mapped;
        // A shop in a house tells its address too.
        let key = |a: &Address| (a.street.clone(), a.place.clone(), a.postcode.clone(), a.number.clone());
        let mut told: BTreeMap<_, Vec<LngLat>> = BTreeMap::new();
        addresses.retain(|a| {
            let known = told.entry(key(a)).or_default();
            let is_new = known.iter().all(|at| at.distance_m(a.at) > SAME_HOUSE_M);
            known.extend(is_new.then_some(a.at));
            is_new
        });
        self.report.drop("point of interest beyond what is kept", pois.len().saturating_sub(MAPPED_MAX));
        self.report.drop("address beyond what is kept", addresses.len().saturating_sub(MAPPED_MAX));
        pois.truncate(MAPPED_MAX);
        addresses.truncate(MAPPED_MAX);
        self.report.take("points of interest", pois.len());
        self.report.take("addresses", addresses.len());
        (self.mapped, self.report)
    }
}

/// Who tell the same address and lie so near to each other are in one house, metres.
const SAME_HOUSE_M: f64 = 100.0;

const COLUMNS: Columns = Columns {
    required: &["name", "kind", "lng", "lat"],
    optional: &["name_zh", "address", "aliases", "datum"],
    ignore_unknown: false,
    renamed: &[],
};

/// What stands in a file, and in which datum, where it doesn't say.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    pub datum: Datum,
    pub renamed: &'a [(String, String)],
    pub ignore_unknown: bool,
}

/// A list of our own.
pub fn read(name: &str, text: &str, options: Options) -> Result<Pois> {
    let Options { datum, renamed, ignore_unknown } = options;
    let columns = Columns { renamed, ignore_unknown, ..COLUMNS };
    let mut seen: BTreeMap<(String, [i64; 2]), u64> = BTreeMap::new();
    let all = table::read(name, text, &columns, |row| {
        let poi = poi(row, datum)?;
        let at = [poi.at.lng, poi.at.lat].map(|degrees| (degrees * 1e7).round() as i64);
        match seen.insert((poi.name.clone(), at), row.line) {
            Some(line) => Err(Error::invalid("name", format!("stands at this place on line {line} already"))),
            None => Ok(poi),
        }
    })?;
    Pois::new(all).map_err(|e| Error::invalid("file", format!("{name}: {}", e.detail)))
}

fn poi(row: &Row, datum: Datum) -> Result<Poi> {
    let datum = row.parse_opt("datum")?.unwrap_or(datum);
    let poi = Poi {
        category: row.text("kind")?.to_owned(),
        name: row.text("name")?.to_owned(),
        name_zh: row.text_opt("name_zh"),
        // A cell may have lines.
        aliases: row.parts("aliases").flat_map(str::lines).map(|alias| alias.trim().to_owned()).collect(),
        address: row.text_opt("address"),
        at: datum.to_wgs84(LngLat::new(row.number("lng")?, row.number("lat")?)?),
    };
    poi.check()?;
    Ok(poi)
}

#[cfg(test)]
mod tests;
