//! OpenStreetMap extracts → the ground of the base map.
//!
//! Read beside the roads, in the same three turns: relations (which ways bound an area), ways (which nodes),
//! nodes. What is named or numbered stays so; nothing is made up for what the extract does not hold.

pub mod classes;
mod coast;
mod shapes;

use std::{collections::HashMap, sync::Arc};

use osmpbf::{Element, RelMemberType};

use self::{
    classes::{Tags, area, line, names, place, poi, tag},
    shapes::Shapes,
};
use super::{
    network::Nearby,
    osm::{Progress, Report},
    pbf::Extract,
};
use crate::{
    base::{BBox, Result},
    domain::basemap::{Class, Ground, Names},
    kernel::topology::Knot,
};

/// An area whose border is other ways.
struct Relation {
    id: i64,
    class: Class,
    names: Option<Box<Names>>,
    ways: Vec<i64>,
}

struct Way {
    id: i64,
    /// None for what only bounds a relation.
    class: Option<Class>,
    /// What it is besides, if something that is looked for by its name.
    poi: Option<Class>,
    names: Option<Box<Names>>,
    is_area: bool,
    nodes: Vec<i64>,
}

struct Spot {
    id: i64,
    class: Class,
    names: Option<Box<Names>>,
    at: Knot,
}

/// What is drawn of one or several extracts: all of it, or what comes near enough. What occurs in two of them is
/// taken once.
pub fn read(extracts: &[Extract], near: Option<&Nearby>, progress: Progress) -> Result<(Vec<Arc<Ground>>, Report)> {
    let mut relations = each(extracts, "areas", progress, |element| match element {
        Element::Relation(r) => relation(&r),
        _ => None,
    })?;
    once(&mut relations, |r| r.id);
    let mut sides: Vec<i64> = relations.iter().flat_map(|r| r.ways.iter().copied()).collect();
    sides.sort_unstable();
    let mut ways = each(extracts, "outlines", progress, |element| match element {
        Element::Way(w) => way(&w, &sides),
        _ => None,
    })?;
    once(&mut ways, |w| w.id);
    let mut wanted: Vec<i64> = ways.iter().flat_map(|w| w.nodes.iter().copied()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let nodes = each(extracts, "ground", progress, |element| match element {
        Element::Node(n) => node(n.id(), [n.decimicro_lon(), n.decimicro_lat()], &wanted, || n.tags().collect()),
        Element::DenseNode(n) => node(n.id(), [n.decimicro_lon(), n.decimicro_lat()], &wanted, || n.tags().collect()),
        _ => None,
    })?;
    drop(wanted);
    let mut spots = Vec::new();
    let mut places = Vec::with_capacity(nodes.len());
    for (place, spot) in nodes {
        places.extend(place);
        spots.extend(spot);
    }
    once(&mut places, |p: &(i64, Knot)| p.0);
    once(&mut spots, |s: &Spot| s.id);
    let frame = BBox::around(extracts.iter().filter_map(|e| e.bbox).flat_map(|b| b.corners()));
    let mut shapes = Shapes::new(&places, near);
    shapes.relations(relations, &ways);
    let coast = shapes.ways(ways);
    shapes.spots(spots);
    shapes.coast(coast, frame);
    Ok(shapes.finish())
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

fn relation(r: &osmpbf::Relation<'_>) -> Option<Relation> {
    let tags: Vec<(&str, &str)> = r.tags().collect();
    if tag(&tags, "type") != Some("multipolygon") {
        return None;
    }
    let class = area(&tags)?;
    let ways = r.members().filter(|m| m.member_type == RelMemberType::Way).map(|m| m.member_id).collect();
    Some(Relation { id: r.id(), class, names: names(&tags), ways })
}

fn way(w: &osmpbf::Way<'_>, sides: &[i64]) -> Option<Way> {
    let tags: Vec<(&str, &str)> = w.tags().collect();
    let is_side = sides.binary_search(&w.id()).is_ok();
    if tags.is_empty() && !is_side {
        return None;
    }
    let nodes: Vec<i64> = w.refs().collect();
    let encloses = (nodes.len() > 3 && nodes.first() == nodes.last()).then(|| area(&tags)).flatten();
    let (class, poi) = (encloses.or_else(|| line(&tags)), poi(&tags));
    let is_wanted = class.is_some() || poi.is_some() || is_side;
    let names = if class.is_some() || poi.is_some() { names(&tags) } else { None };
    is_wanted.then_some(Way { id: w.id(), class, poi, names, is_area: encloses.is_some(), nodes })
}

/// Its place, where some way needs it, and what it is by itself.
type Node = (Option<(i64, Knot)>, Option<Spot>);

fn node<'a>(id: i64, at: Knot, wanted: &[i64], tags: impl Fn() -> Vec<(&'a str, &'a str)>) -> Option<Node> {
    let tags: Vec<(&str, &str)> = tags();
    let spot = spot_class(&tags).map(|class| Spot { id, class, names: names(&tags), at });
    let place = wanted.binary_search(&id).is_ok().then_some((id, at));
    (place.is_some() || spot.is_some()).then_some((place, spot))
}

fn spot_class(tags: &Tags) -> Option<Class> {
    place(tags).or_else(|| poi(tags))
}

/// Where nodes lie, by rising ids.
fn place_of(places: &[(i64, Knot)], node: i64) -> Option<Knot> {
    places.binary_search_by_key(&node, |p| p.0).ok().map(|i| places[i].1)
}

/// Ways by id.
fn by_id(ways: &[Way]) -> HashMap<i64, &Way> {
    ways.iter().map(|way| (way.id, way)).collect()
}

#[cfg(test)]
mod tests;
